//===- checkpoints.h - a run's state to disk and back ---------------------===//
//
// A checkpoint is "after number n": n is marked before it is handed out, each
// execution saves its part once it has finished n and before it begins a later
// number, and sinks prepare when n commits. Nobody waits for another. The last
// part to come in hands all of them to a thread that writes, publishes and then
// lets the sinks commit. One is under way at a time.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_CHECKPOINTS_H
#define LEVADA_RUNTIME_EXEC_CHECKPOINTS_H

#include "runtime/abi/abi.h"
#include "runtime/checkpoint/bytes.h"
#include "runtime/checkpoint/chunks.h"
#include "runtime/checkpoint/schema.h"
#include "runtime/checkpoint/store.h"
#include "runtime/checkpoint/stream.h"
#include "runtime/core/sync.h"

#include <memory>
#include <vector>

namespace levada::rt {

class Run;
class Execution;
class Former;
class TablesFile;
struct Entry;
struct Settings;
struct Worker;

/// Counters of a run by operator; restore_counters adds them to `counters`, if
/// any: operators that are gone count no more. False: malformed.
void save_counters(const levada_program *program, const std::vector<uint64_t> &counters,
                   Writer &to);
bool restore_counters(const levada_program *program, Reader &from, std::vector<uint64_t> *counters);

class Checkpoints {
public:
  explicit Checkpoints(Run &run);
  ~Checkpoints();
  /// Whether this run makes or reads any.
  static bool wanted(const levada_program *program, const Settings &settings);

  /// Opens the state directory and finds what to resume from.
  bool open(Error &error);
  /// Loads the state at `path` and nothing else, without a state directory.
  bool look(const char *path, Error &error);
  const Manifest &resumed() const { return chain_.back().manifest; }
  /// Then calls each(to, entry) for all that slot `index` holds.
  bool walk(uint32_t index, void *to, void (*each)(void *to, const Entry &entry), Error &error);
  bool resuming() const { return !chain_.empty(); }
  /// Of `share` bytes that --memory leaves to state, takes what making checkpoints
  /// needs at once; 0: there is no limit. Returns how much.
  uint64_t limit_memory(uint64_t share, uint32_t workers);
  /// With --once, after restore: no input has more than at the checkpoint, and no
  /// state was loaded.
  bool idle() const { return idle_; }
  /// From here on it is what --restore said that a start goes on from, also one after
  /// a crash: before restore(), or without one once sinks and sources agree.
  bool settle(Error &error);
  /// Sources, sinks and slots are there: brings them to the checkpoint.
  bool restore(Error &error);
  /// Begins to make checkpoints.
  bool start(Error &error);

  /// The number after which the last one begun is, or ~0. Executions ask it.
  uint64_t barrier() const { return barrier_.load(std::memory_order_acquire); }
  /// Sources are locked: `number` is about to be handed out.
  bool due(uint64_t number);
  /// The same where there is nothing to read: only what is new counts.
  bool due_idle(uint64_t number);
  /// None is handed out now: the last one is not yet there (--checkpoint-every).
  bool waits() const { return every_ && busy_.load(std::memory_order_acquire); }
  void begin(uint64_t barrier);
  /// `execution` has finished the barrier and not begun a later number.
  void save(Execution &execution);
  /// Goes on with what `worker` has begun to save; true: it is not done.
  bool save_some(Worker &worker);
  /// The counters of a worker's source stages.
  void save_sources(Worker &worker);
  /// The barrier's number is committed, or not to be (`failed`).
  void committed(bool failed);

  /// All workers have ended: the last checkpoint where all is well. `stopped`: the
  /// input has not come to its end.
  bool end(bool well, bool stopped, Error &error);
  /// The sinks have published everything: there is nothing to resume.
  bool finished(Error &error);
  /// Asks for a savepoint in the folder `target`, which must not exist: by another
  /// thread while the run goes on, which asks for no other before it is done.
  bool ask_savepoint(const char *target, Error &error);
  /// Whether it is made, or (error) cannot be.
  bool savepoint_done(Error &error);
  bool target_fits(const char *target, Error &error) const {
    return store_.target_fits(target, error);
  }
  /// When the run is stopped, its last checkpoint is also made a savepoint.
  void savepoint_at_stop(const char *target);
  uint64_t interval() const { return interval_ms_; } // ms, 0: none on the way
  /// Whether someone should wake a run that waits for input: a checkpoint is under
  /// way, or it is time for one.
  bool waiting() const;

  /// What the user is told at the start and at the end.
  struct Last {
    uint64_t epoch = 0, number = 0;
    int64_t created = 0;
  };
  Last last() const;
  bool began_anew = false; // the last run was finished
  bool no_savepoint = false; // one was wished for at the stop: the input ended before
  const Text &set_aside() const { return store_.set_aside_now; } // by --restore, or empty
  const Text &directory() const { return store_.path(); }

private:
  struct Pending;
  bool find(bool deep, Error &error);
  bool choose(bool deep, Error &error);
  bool nothing_new() const;
  bool verify();
  bool check(Error &error);
  bool left_out(const char *what, std::string_view name) const;
  using Formers = std::vector<std::unique_ptr<Former>>; // by slot, or NULL
  Formers formers_of(Worker &worker) const;
  bool convert(Worker &worker, Formers &formers, Error &error) const;
  bool restore_slots(Worker &worker, Formers &formers, Reader &from, Text &why);
  uint64_t rows_read(const Worker &worker) const;
  bool last_one(bool stopped, Error &error);
  void answer(bool made, const Error &error);
  void save_all();
  void save_end();
  bool restore_run(std::string_view bytes, Error &error);
  bool restore_worker(Worker &worker, Error &error);
  bool restore_workers(Error &error);
  bool damaged(const char *what, Error &error) const;
  /// What a slot of the worker said of why it cannot.
  static bool failed_in(const Worker &worker, Error &error);
  void collect(uint64_t number);
  void prepare();
  void part_done();
  void begin_writing();
  void all_there();
  void give_up();
  bool begin_files(Pending &pending, Error &error);
  bool stream(Pending &pending, std::vector<TablesFile> &tables, bool &good, Error &error);
  bool finish(Pending &pending, std::vector<TablesFile> &tables, Error &error);
  bool write(Pending &pending, bool wanted, Error &error);
  bool commit(Error &error);
  void write_loop();
  void warn(const Error &error) const;
  static void *thread_main(void *arg);
  static void *restore_main(void *arg);

  Run &run_;
  Store store_;
  bool idle_ = false;
  ProgramState state_;              // what this program keeps
  std::vector<Store::Found> chain_; // resumed from, oldest first
  std::vector<Text> left_out_;      // "operator ID", "source NAME": state not taken over
  std::vector<Migration> migrations_; // by slot; same: none
  std::atomic<uint64_t> barrier_{~uint64_t(0)};
  Chunks chunks_;                           // of the parts
  std::unique_ptr<FileStream[]> streams_;   // by worker: its file of tables
  uint64_t most_early_ = 32 << 20;          // bytes of Parts
  std::unique_ptr<Pending> pending_;
  std::atomic<bool> busy_{false}; // one is under way
  uint64_t interval_ms_ = 0, pause_ms_ = 0;
  uint32_t keep_ = 3, every_ = 0;
  uint64_t epoch_ = 0; // of the last one begun, published or not
  std::atomic<int64_t> next_at_{0}; // ms of the monotonic clock
  std::atomic<bool> requested_{false};

  mutable Mutex mutex_; // the fields below
  pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
  bool writing_ = false; // one is under way, and the thread at work on it
  bool ready_ = false;   // all parts of it are there
  bool stopping_ = false, started_ = false;
  pthread_t thread_{};
  Last last_;
  Text target_, stop_target_;  // of savepoints that are wished for
  enum { NO_WISH, WISHED, MADE, NOT_MADE } wish_ = NO_WISH;
  bool ended_ = false; // no more wishes
  Error wish_error_;
  enum { NOT_YET, SOUND, DAMAGED } verified_ = NOT_YET; // what is resumed from
  Error damage_;
  uint32_t deltas_ = 0; // since the last full one
  uint64_t full_bytes_ = 0, delta_bytes_ = 0;
  bool full_next_ = true;
};

} // namespace levada::rt

#endif
