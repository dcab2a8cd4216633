//===- run.h - one run of a program: numbers, commits, failure ------------===//
//
// A number is handed out with a chunk, executed by every stage below its
// source, and committed: its bytes go to the sinks, numbers strictly in order.
// At most `window` numbers are open at a time, which bounds memory. The failure
// with the lowest number wins, whoever saw it first; numbers after it are
// skipped, those before it are finished, so that what a run wrote before it
// failed does not depend on the number of workers.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_RUN_H
#define LEVADA_RUNTIME_EXEC_RUN_H

#include "runtime/checkpoint/allowance.h"
#include "runtime/core/sync.h"
#include "runtime/exec/source.h"
#include "runtime/exec/worker.h"
#include "runtime/state/walk.h"

namespace levada::rt {

class Checkpoints;
struct Settings;
class Sink;

class Run {
public:
  Run(const levada_program *program, const Settings &settings);
  ~Run();

  /// Opens sources and sinks.
  bool open(Error &error);
  /// Reads to the end of input, a stop or a failure; true when all is well.
  bool go(Error &error);
  /// Publishes what the sinks hold; a run that was stopped and keeps checkpoints
  /// leaves that to the next one.
  bool publish(Error &error);

  const Topology topology;
  const Settings &settings;
  const levada_program *program;
  Allowance allowance; // of the sinks

  /// Numbers handed out so far.
  uint64_t handed() const { return handed_.load(std::memory_order_acquire); }
  struct Number {
    uint32_t source, worker;
  };
  /// False when `seq` is finished already (and so was no concern of the asker).
  bool number(uint64_t seq, Number &out) const;
  /// Everything that is to be done is done.
  bool over() const;
  /// The highest watermark of a number's chunk.
  void reached(uint64_t seq, uint32_t source, int64_t watermark);

  void fail(uint64_t seq, uint32_t depth, const Order &order, uint32_t worker, Error &&error);
  void submit(uint64_t seq, SinkPart &&part);
  /// An execution has done its part of `seq`.
  void executed(uint64_t seq);
  /// One worker: writes ahead of the commit what the buffer holds.
  bool write_ahead(uint32_t sink) const { return direct_[sink]; }
  void write(uint32_t sink, const char *bytes, uint64_t size);
  char *take_buffer(uint64_t &size);
  /// A file without a name, for what --memory has no room for; -1: errno.
  int temporary_file() const;
  void give_buffer(char *buffer, uint64_t size);

  Ring &ring(uint32_t channel, uint32_t sender, uint32_t receiver) {
    return rings_[(uint64_t(channel) * topology.workers + sender) * topology.workers + receiver];
  }
  Event &event() { return event_; }
  /// Where a batch on its way counts, to where it was delivered; NULL: nowhere.
  Counter *waiting() { return settings.memory ? &waiting_ : nullptr; }
  /// From when on what waits is not to be in memory; NULL: never.
  const WaitLimit *wait_limit() const { return settings.memory ? &wait_limit_ : nullptr; }
  /// So much waits that a ring with anything in it is full.
  bool crowded() const {
    return settings.memory && waiting_.load(std::memory_order_relaxed) > 2 * wait_limit_.most;
  }
  /// Rows that a batch has room for.
  uint32_t rows_of_batch(uint32_t row_size) const;

  /// First bad record of each source, for the warning at the end.
  struct Sample {
    uint64_t seq = ~uint64_t(0);
    uint64_t offset = 0;
    Error error;
  };
  void sample(uint32_t source, uint64_t seq, uint64_t offset, Error &&error);
  /// Whether a sample from there would be the first.
  bool wants_sample(uint32_t source, uint64_t seq, uint64_t offset);
  const std::vector<Sample> &samples() const { return samples_; }

  /// Sums of all workers, by operator * LEVADA_COUNTERS + kind. After go().
  const std::vector<uint64_t> &counters() const { return counters_; }
  struct Progress {
    std::atomic<uint64_t> rows_in{0}, rows_out{0};
  };
  Progress &progress() { return progress_; }
  /// The lowest of the sources', about now.
  int64_t watermark() const;
  bool stopped() const { return stopped_; }
  /// Asks the workers what their slots take; they say it between two numbers.
  void ask_footprints();
  /// Whether all have said it.
  bool footprints_told() const;
  /// Of all workers, as they said last.
  Footprint footprint(uint32_t slot) const;
  /// Bytes of state that --memory sent to disk.
  uint64_t spilled() const;
  /// Wakes who waits for input: a checkpoint may be due, or the input is to end.
  void poke();
  /// All inputs end where they have been read to: windows fire, sinks finish.
  void drain();
  /// With number `seq` the slot has all the rows that count. Where everything that
  /// is written comes from it, sources end as if they were drained, and what
  /// failed in later numbers did not happen.
  void has_enough(uint32_t slot, uint64_t seq);
  /// A finished run was there before, and this one replaces its files.
  bool replaces() const;
  std::vector<std::unique_ptr<Source>> sources;
  /// NULL: this run keeps none.
  std::unique_ptr<Checkpoints> checkpoints;
  /// Called now and then by the first worker, for the progress line.
  void (*tick)(Run &run) = nullptr;

private:
  friend class Checkpoints;
  struct Entry {
    std::atomic<uint64_t> key{~uint64_t(0)}; // seq << 24 | source << 12 | worker
    std::atomic<uint32_t> remaining{0};
    Mutex mutex;
    std::vector<SinkPart> parts;
  };

  /// Takes the next number and runs its source stage; false: nothing to take.
  bool take_chunk(Worker &worker);
  void forgive_after(uint64_t seq);
  void stop_taking(bool stopped);
  void count_progress(Worker &worker);
  void tell_footprints(Worker &worker);
  enum { NONE_LEFT = -1, NOT_YET = -2 };
  int choose_source(uint64_t seq);
  void commit();
  void commit_number(Entry &entry, uint64_t seq);
  void write_parts(std::vector<SinkPart> &parts, uint64_t seq);
  bool write_piece(SinkPart &part, uint64_t begin, uint64_t end, Error &error);
  void sink_failed(uint64_t seq, Error &&error);
  void work(Worker &worker);
  void save_state(Worker &worker);
  static void *thread_main(void *arg);
  void limit_memory();
  bool much_waits(uint64_t seq) const;

  Text spill_folder_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Ring> rings_;
  std::vector<Entry> entries_;
  uint64_t window_;
  std::atomic<uint64_t> handed_{0}, low_{0}, limit_{~uint64_t(0)};
  Counter waiting_{0}; // bytes made under open numbers
  WaitLimit wait_limit_;
  std::atomic<bool> drained_{false}; // no more numbers
  std::atomic<bool> draining_{false}; // sources end at their next number
  std::atomic<bool> committing_{false};
  Mutex cut_mutex_; // sources
  Mutex sink_mutex_; // sinks
  Event event_;
  bool stopped_ = false;
  std::atomic<uint32_t> asked_{0}; // for footprints

  Mutex fail_mutex_;
  struct Failure {
    uint64_t seq;
    uint32_t depth;
    Order order;
    uint32_t worker;
    Error error;
  };
  std::unique_ptr<Failure> failure_;
  uint64_t enough_ = ~uint64_t(0); // no number above it matters
  std::vector<Sample> samples_;

  std::vector<std::unique_ptr<Sink>> sinks_;
  std::vector<bool> direct_;
  Mutex buffer_mutex_;
  std::vector<std::pair<char *, uint64_t>> buffers_;
  std::vector<uint64_t> counters_; // before go(): of the run that this one resumes
  Progress progress_;
  uint32_t turn_ = 0; // source that was last
  /// Highest watermarks of recent numbers, for the choice of the next source.
  std::vector<std::atomic<int64_t>> reached_;
  std::vector<std::atomic<int64_t>> watermarks_; // by source
  std::vector<int64_t> known_;
  uint64_t known_numbers_ = 0;
  std::vector<uint32_t> number_source_; // of recent numbers
};

} // namespace levada::rt

#endif
