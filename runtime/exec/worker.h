//===- worker.h - a worker and its executions of stages -------------------===//
//
// A worker runs source stages on chunks and receives rows of its key groups.
// An Execution is one stage on one worker: it goes through the numbers in
// order, and for each one takes its input, advances its slots to the watermark
// after the number, and closes the number towards its own receivers. With one
// worker there are no rings: a full batch is handed to its consumer at once.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_WORKER_H
#define LEVADA_RUNTIME_EXEC_WORKER_H

#include "runtime/checkpoint/parts.h"
#include "runtime/core/error.h"
#include "runtime/exec/batch.h"
#include "runtime/exec/merge.h"
#include "runtime/exec/pace.h"
#include "runtime/exec/topology.h"
#include "runtime/exec/turns.h"
#include "runtime/state/spill.h"

#include <memory>

namespace levada::rt {

class Run;
struct Worker;
struct Chunk;

/// A channel as its receiver sees it.
struct Input {
  const Channel *channel = nullptr;
  int64_t watermark = LEVADA_MIN_WATERMARK; // of the producer, after the last number
  struct Sender {
    Waiting waiting;
    uint64_t closed = 0; // numbers below are complete in `waiting`
  };
  std::vector<Sender> senders;
};

/// Bytes for one sink made by one execution under one number.
struct SinkPart {
  uint32_t sink, depth, worker;
  char *bytes;
  uint64_t size, capacity, rows;
  Segments segments;
  int file = -1; // where the bytes are instead, under --memory
  uint64_t read_from = 0, read = 0; // what of it is in `bytes`
};

/// Places of rows that were put in order count from here: no window ends then.
constexpr int64_t FIRST_PLACE = LEVADA_MIN_WATERMARK + 1;

class Execution {
public:
  Execution(Worker &worker, const Stage &stage);
  ~Execution();

  /// Source stage: decodes the chunk (none at a source's end), then closes it.
  void run_chunk(uint64_t seq, Chunk *chunk, uint32_t source);
  /// Source stage whose source could not be read: closes an empty number.
  void run_nothing(uint64_t seq);
  /// Rows stage: takes what has arrived for the next number; false when there
  /// was nothing to do. Several workers only.
  bool receive();
  /// One worker: rows of the current number.
  void take(Batch *batch);
  /// Ends the current number: slots, outputs, sinks.
  void finish(uint64_t seq);
  /// What follows stands at `place` within its number.
  void set_order(int64_t place);
  /// Room in a sink's buffer.
  void grow(levada_out *out, uint64_t need);

  /// Its slots, watermarks and rows that wait, after the numbers it has done.
  /// What the slots hold comes by and by: save_some until it is true.
  void save(bool all, Parts &parts);
  /// Up to `*budget` places of tables.
  bool save_some(uint64_t *budget);
  /// What was begun is not wanted any more.
  void save_drop();
  /// One record of save(), by this worker or another of `workers`. The watermarks
  /// are set with the last checkpoint of a chain only; what was counted is added
  /// to `sums`, if not NULL.
  bool restore(Reader &from, uint32_t workers, bool last, std::vector<uint64_t> *sums, Text &why);
  /// All records are there; it goes on at `number`.
  bool restored(uint64_t number);

  /// What a levada_out belongs to.
  struct Out {
    Execution *execution;
    uint32_t sink;
    Segments segments;
    int file = -1;        // has what was made before, under --memory
    uint64_t in_file = 0; // bytes
  };

  const Stage &stage;
  Worker &worker;
  bool busy = false;
  uint64_t seq = 0;
  int64_t watermark = LEVADA_MIN_WATERMARK; // minimum over the inputs
  Order order;                              // of what is written and emitted next
  std::vector<uint64_t> counters;           // operator * LEVADA_COUNTERS + kind
  uint64_t saved = 0;                       // the last barrier that was saved, + 1

private:
  struct Saved;

  void enter(uint64_t seq, Saved &saved);
  void leave(Saved &saved);
  void process(const levada_batch &rows);
  template <typename Open> void process(const levada_batch &rows, const Open &each_at_hand);
  void process_batch(Batch *batch, int64_t base);
  void process_merged(uint64_t seq);
  void process_turns(uint32_t input, Turns &turns, int64_t base, uint64_t seq);
  void merge_turns(uint32_t input, Turns &turns, int64_t base);
  void give_done();
  void hold(Batch *batch);
  void take_all(uint64_t seq);
  bool overflow(levada_out *out);
  void pin(int by);
  void close_outputs(uint64_t seq, int64_t watermark);
  void submit(uint64_t seq);
  void stage_failed();
  bool absorb();
  bool receive_stream(uint64_t seq, uint32_t sender);
  uint32_t sender_count(const Input &input) const;

  std::vector<Input> inputs_;
  std::vector<levada_out> outs_; // by sink index
  std::vector<Out> owners_;
  Merge merge_;
  Buffer merge_buffer_;
  std::vector<Batch *> done_; // whose rows were copied, or processed
  std::vector<Order> places_; // of the rows at hand, where they were put in order
  Frame *frame_ = nullptr; // of the number at hand
  bool failed_ = false;    // in this number
  uint64_t next_ = 0;      // number looked at next
};

struct Worker {
  Worker(Run &run, uint32_t index);
  ~Worker();

  levada_ctx ctx{};
  Run &run;
  uint32_t index;
  Execution *running = nullptr; // the innermost
  Frame *frame = nullptr;       // its frame
  Error error;                  // set before a stage returns 1
  BatchPool pool;
  Spill spill{}; // what its slots share under --memory
  std::vector<std::unique_ptr<Execution>> executions; // by stage; null: fire or not here
  uint64_t rows_counted = 0; // in the progress line
  /// What its slots take, four numbers each, as it was when somebody asked last.
  std::vector<std::atomic<uint64_t>> footprints;
  std::atomic<uint32_t> told{0}; // that question
  uint64_t saved = 0;        // the last barrier that its sources' stages have passed, + 1
  std::vector<Execution *> saving; // whose parts are not whole yet
  bool saving_sources = false;     // some of them, or all, read sources
  Pace pace;                       // of what is saved

  /// A batch is full, or its number ends: hands it to the receiver.
  void deliver(Batch *batch, uint32_t receiver);
  void row_slow(uint32_t channel, uint32_t receiver);
  /// See frame.h.
  void *block_begin();
  void block_end(void *begun);
  levada_rows &rows(uint32_t channel, uint32_t receiver) { return ctx.channels[channel][receiver]; }
  /// Runs receiving stages that can go on; true when one did something.
  bool receive();
  void create_slots();
  /// From now on its slots obey --memory.
  void limit_slots(uint64_t bytes, const char *folder, bool named);
  void destroy_slots();

private:
  struct Outside {
    levada_arena arena;
    Frame *frame;
  };
  void flush_rows();
  std::vector<levada_rows> rows_;
  std::vector<levada_rows *> channels_;
  std::vector<levada_slot *> slots_;
};

inline Worker *worker_of(levada_ctx *ctx) { return static_cast<Worker *>(ctx->runtime); }

} // namespace levada::rt

#endif
