//===- run.cpp - one run of a program: numbers, commits, failure ----------===//
#include "runtime/exec/run.h"

#include "runtime/core/signals.h"
#include "runtime/exec/sink.h"

#include <algorithm>
#include <stdlib.h>

namespace levada::rt {

/// A choice between sources knows the watermarks of numbers this far back: a
/// constant, so that it does not depend on how fast workers are.
constexpr uint64_t LOOKBACK = 16;

static uint64_t key_of(uint64_t seq, uint32_t source, uint32_t worker) {
  return seq << 24 | uint64_t(source) << 12 | worker;
}

Run::Run(const levada_program *program, const Settings &settings)
    : topology(program, settings.parallelism), settings(settings), program(program),
      rings_(settings.parallelism > 1
                 ? uint64_t(program->channel_count) * settings.parallelism * settings.parallelism
                 : 0),
      window_(settings.parallelism > 1 ? 2 * settings.parallelism + 2 : 1),
      turn_(program->source_count ? program->source_count - 1 : 0),
      reached_(program->source_count > 1 ? LOOKBACK : 0), watermarks_(program->source_count) {
  std::vector<Entry> entries(window_);
  entries_.swap(entries);
  samples_.resize(program->source_count);
  for (auto &watermark : watermarks_)
    watermark.store(LEVADA_MIN_WATERMARK, std::memory_order_relaxed);
  known_.assign(program->source_count, LEVADA_MIN_WATERMARK);
  for (uint32_t i = 0; i < program->source_count; ++i)
    sources.push_back(std::make_unique<Source>(program, i, settings));
  for (uint32_t i = 0; i < program->sink_count; ++i)
    direct_.push_back(settings.parallelism == 1 && topology.writers[i].size() == 1);
  for (uint32_t i = 0; i < settings.parallelism; ++i) {
    workers_.push_back(std::make_unique<Worker>(*this, i));
    workers_.back()->create_slots();
  }
}

Run::~Run() {
  BatchPool pool;
  for (Ring &ring : rings_)
    while (Batch *batch = ring.pop())
      pool.give(batch);
  workers_.clear();
  for (Entry &entry : entries_)
    for (SinkPart &part : entry.parts)
      free(part.bytes);
  for (auto &[buffer, size] : buffers_)
    free(buffer);
  while (!sinks_.empty()) // the first one made the directories of the others
    sinks_.pop_back();
}

bool Run::open(Error &error) {
  for (auto &source : sources)
    if (!source->open(error))
      return false;
  for (uint32_t i = 0; i < program->sink_count; ++i) {
    sinks_.push_back(std::make_unique<Sink>(program, i, settings));
    if (!sinks_.back()->open(error))
      return false;
  }
  if (topology.workers > 1)
    for (auto &source : sources)
      source->start_ahead(event_);
  return true;
}

bool Run::replaces() const {
  for (auto &sink : sinks_)
    if (sink->replaces)
      return true;
  return false;
}

//===--- numbers ------------------------------------------------------------===//

bool Run::number(uint64_t seq, Number &out) const {
  uint64_t key = entries_[seq % window_].key.load(std::memory_order_acquire);
  if (key >> 24 != seq)
    return false;
  out = {uint32_t(key >> 12) & 0xFFF, uint32_t(key) & 0xFFF};
  return true;
}

void Run::reached(uint64_t seq, uint32_t source, int64_t watermark) {
  if (!reached_.empty())
    reached_[seq % LOOKBACK].store(watermark, std::memory_order_relaxed);
  int64_t before = watermarks_[source].load(std::memory_order_relaxed);
  while (before < watermark && !watermarks_[source].compare_exchange_weak(before, watermark)) {
  }
}

int64_t Run::watermark() const {
  int64_t lowest = LEVADA_MAX_WATERMARK;
  for (auto &watermark : watermarks_)
    lowest = std::min(lowest, watermark.load(std::memory_order_relaxed));
  return lowest;
}

void Run::count_progress(Worker &worker) {
  uint64_t rows = 0;
  for (uint32_t i = 0; i < program->source_count; ++i)
    rows += worker.counters[program->sources[i].op * LEVADA_COUNTERS + LEVADA_COUNT_IN];
  progress_.rows_in.fetch_add(rows - worker.rows_counted, std::memory_order_relaxed);
  worker.rows_counted = rows;
}

/// Sources that all have watermarks: the one that is behind; else each in turn.
int Run::choose_source(uint64_t seq) {
  uint32_t count = sources.size(), left = 0;
  bool timed = count > 1;
  for (uint32_t s = 0; s < count; ++s) {
    left += !sources[s]->ended;
    timed &= program->sources[s].has_watermark;
  }
  if (!left)
    return NONE_LEFT;
  // Numbers up to seq - LOOKBACK are known, and no later one is used.
  for (; timed && known_numbers_ + LOOKBACK <= seq; ++known_numbers_) {
    if (low_.load(std::memory_order_acquire) <= known_numbers_)
      return NOT_YET;
    uint64_t slot = known_numbers_ % LOOKBACK;
    int64_t &known = known_[number_source_[slot]];
    known = std::max(known, reached_[slot].load(std::memory_order_relaxed));
  }
  int best = -1;
  for (uint32_t i = 1; i <= count; ++i) {
    uint32_t s = (turn_ + i) % count;
    if (!sources[s]->ended && (best < 0 || (timed && known_[s] < known_[best])))
      best = s;
  }
  return best;
}

void Run::stop_taking(bool stopped) {
  stopped_ |= stopped;
  drained_.store(true, std::memory_order_release);
  event_.notify();
}

bool Run::take_chunk(Worker &worker) {
  if (drained_.load(std::memory_order_acquire) || !cut_mutex_.try_lock())
    return false;
  uint64_t seq = handed_.load(std::memory_order_relaxed);
  if (drained_.load(std::memory_order_acquire) || seq > limit_.load(std::memory_order_acquire) ||
      seq - low_.load(std::memory_order_acquire) >= window_) {
    cut_mutex_.unlock();
    return false;
  }
  int chosen = choose_source(seq);
  if (chosen < 0) {
    if (chosen == NONE_LEFT)
      stop_taking(false);
    cut_mutex_.unlock();
    return chosen == NONE_LEFT;
  }
  Source &source = *sources[chosen];
  Chunk *chunk = nullptr;
  Error error;
  Source::Result result = source.next(chunk, error);
  if (result == Source::WAIT || result == Source::STOP) {
    if (result == Source::STOP)
      stop_taking(true);
    cut_mutex_.unlock();
    return result == Source::STOP;
  }
  turn_ = chosen;
  source.ended = result == Source::END;
  if (!reached_.empty())
    number_source_[seq % LOOKBACK] = chosen;
  Entry &entry = entries_[seq % window_];
  entry.remaining.store(topology.executions(chosen), std::memory_order_relaxed);
  entry.key.store(key_of(seq, chosen, worker.index), std::memory_order_release);
  handed_.store(seq + 1, std::memory_order_release);
  if (result == Source::FAILED)
    fail(seq, 0, LEVADA_MIN_WATERMARK, 0, std::move(error));
  cut_mutex_.unlock();
  event_.notify();

  // A source that failed to read ends here, but its windows do not fire.
  const Stage &stage = topology.stages[source.desc.stage];
  Execution &execution = *worker.executions[stage.index];
  if (result == Source::FAILED)
    execution.run_nothing(seq);
  else
    execution.run_chunk(seq, chunk, chosen);
  if (topology.workers == 1)
    for (uint32_t index : topology.order)
      if (topology.active(topology.stages[index], chosen))
        worker.executions[index]->finish(seq);
  return true;
}

//===--- the end of numbers -------------------------------------------------===//

void Run::fail(uint64_t seq, uint32_t depth, int64_t order, uint32_t worker, Error &&error) {
  Lock lock(fail_mutex_);
  // Of one number, what lies deepest in the program was reached first.
  if (failure_) {
    const Failure &f = *failure_;
    bool earlier = seq != f.seq       ? seq < f.seq
                   : depth != f.depth ? depth > f.depth
                   : order != f.order ? order < f.order
                                      : worker < f.worker;
    if (!earlier)
      return;
  }
  failure_.reset(new Failure{seq, depth, order, worker, std::move(error)});
  limit_.store(seq, std::memory_order_release);
}

void Run::sample(uint32_t source, uint64_t seq, uint64_t offset, Error &&error) {
  Lock lock(fail_mutex_);
  Sample &sample = samples_[source];
  if (seq < sample.seq || (seq == sample.seq && offset < sample.offset))
    sample = {seq, offset, std::move(error)};
}

bool Run::wants_sample(uint32_t source, uint64_t seq, uint64_t offset) {
  Lock lock(fail_mutex_);
  const Sample &sample = samples_[source];
  return seq < sample.seq || (seq == sample.seq && offset < sample.offset);
}

void Run::submit(uint64_t seq, SinkPart &&part) {
  Entry &entry = entries_[seq % window_];
  Lock lock(entry.mutex);
  entry.parts.push_back(std::move(part));
}

void Run::executed(uint64_t seq) {
  Entry &entry = entries_[seq % window_];
  if (entry.remaining.fetch_sub(1, std::memory_order_acq_rel) == 1)
    commit();
}

/// Writes numbers that are done, in order. Whoever finds the flag taken leaves
/// it to its holder, who looks again after giving it back.
void Run::commit() {
  for (;;) {
    uint64_t low = low_.load(std::memory_order_seq_cst);
    auto done = [&](uint64_t seq) {
      return seq < handed_.load(std::memory_order_seq_cst) &&
             entries_[seq % window_].remaining.load(std::memory_order_seq_cst) == 0;
    };
    if (!done(low))
      return;
    if (committing_.exchange(true, std::memory_order_seq_cst))
      return;
    for (low = low_.load(std::memory_order_seq_cst); done(low); ++low) {
      commit_number(entries_[low % window_], low);
      low_.store(low + 1, std::memory_order_seq_cst);
      event_.notify();
    }
    committing_.store(false, std::memory_order_seq_cst);
  }
}

void Run::commit_number(Entry &entry, uint64_t seq) {
  std::vector<SinkPart> parts;
  {
    Lock lock(entry.mutex);
    parts.swap(entry.parts);
  }
  uint64_t failed;
  uint32_t depth = 0;
  {
    Lock lock(fail_mutex_);
    failed = failure_ ? failure_->seq : ~uint64_t(0);
    depth = failure_ ? failure_->depth : 0;
  }
  // The rows before a record that a source cannot decode were right; a number
  // in which a later stage failed leaves nothing.
  if (seq < failed || (seq == failed && depth == 0))
    write_parts(parts, seq);
  for (SinkPart &part : parts)
    give_buffer(part.bytes, part.capacity);
}

void Run::write_parts(std::vector<SinkPart> &parts, uint64_t seq) {
  struct Piece {
    const SinkPart *part;
    int64_t order;
    uint64_t begin, end;
    size_t place;
  };
  std::vector<Piece> pieces;
  std::vector<bool> touched(sinks_.size());
  for (const SinkPart &part : parts) {
    touched[part.sink] = true;
    sinks_[part.sink]->rows += part.rows;
    progress_.rows_out.fetch_add(part.rows, std::memory_order_relaxed);
    if (part.segments.empty())
      pieces.push_back({&part, LEVADA_MIN_WATERMARK, 0, part.size, 0});
    for (size_t i = 0; i < part.segments.size(); ++i)
      pieces.push_back({&part, part.segments[i].order, part.segments[i].begin,
                        i + 1 < part.segments.size() ? part.segments[i + 1].begin : part.size, i});
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece &a, const Piece &b) {
    return a.part->depth != b.part->depth     ? a.part->depth < b.part->depth
           : a.order != b.order               ? a.order < b.order
           : a.part->worker != b.part->worker ? a.part->worker < b.part->worker
                                              : a.place < b.place;
  });
  Error error;
  for (const Piece &piece : pieces)
    if (piece.begin != piece.end &&
        !sinks_[piece.part->sink]->write(piece.part->bytes + piece.begin, piece.end - piece.begin, error)) {
      sink_failed(seq, std::move(error));
      return;
    }
  for (uint32_t i = 0; i < sinks_.size(); ++i)
    if (touched[i] && !sinks_[i]->flush(error)) {
      sink_failed(seq, std::move(error));
      return;
    }
}

void Run::sink_failed(uint64_t seq, Error &&error) {
  fail(seq, ~0u, LEVADA_MIN_WATERMARK, 0, std::move(error));
}

void Run::write(uint32_t sink, const char *bytes, uint64_t size) {
  Error error;
  if (limit_.load(std::memory_order_relaxed) == ~uint64_t(0) && !sinks_[sink]->write(bytes, size, error))
    sink_failed(handed() - 1, std::move(error));
}

char *Run::take_buffer(uint64_t &size) {
  Lock lock(buffer_mutex_);
  if (!buffers_.empty()) {
    auto [buffer, capacity] = buffers_.back();
    buffers_.pop_back();
    size = capacity;
    return buffer;
  }
  size = 64 << 10;
  return static_cast<char *>(must_alloc(size));
}

void Run::give_buffer(char *buffer, uint64_t size) {
  if (!buffer)
    return;
  Lock lock(buffer_mutex_);
  if (size <= 4 << 20 && buffers_.size() < 64)
    buffers_.push_back({buffer, size});
  else
    free(buffer);
}

//===--- workers ------------------------------------------------------------===//

bool Run::over() const {
  uint64_t low = low_.load(std::memory_order_acquire);
  if (low > limit_.load(std::memory_order_acquire))
    return true;
  return drained_.load(std::memory_order_acquire) && low == handed_.load(std::memory_order_acquire);
}

void Run::work(Worker &worker) {
  while (!over()) {
    uint32_t before = event_.now();
    bool some = topology.workers > 1 && worker.receive();
    some |= take_chunk(worker);
    if (tick) {
      count_progress(worker);
      if (worker.index == 0)
        tick(*this);
    }
    if (!some && !over())
      event_.wait(before);
  }
  event_.notify();
}

void *Run::thread_main(void *arg) {
  auto *worker = static_cast<Worker *>(arg);
  worker->run.work(*worker);
  return nullptr;
}

bool Run::go(Error &error) {
  std::vector<pthread_t> threads;
  for (uint32_t i = 1; i < workers_.size(); ++i) {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, thread_main, workers_[i].get()) != 0) {
      stop_taking(true);
      error.set(BAD_OPTION, textf("cannot start worker %u of %u", i + 1, topology.workers),
                "a smaller --parallelism");
      break;
    }
    threads.push_back(thread);
  }
  if (!error)
    work(*workers_[0]);
  for (pthread_t thread : threads)
    pthread_join(thread, nullptr);
  counters_.assign(uint64_t(program->operator_count) * LEVADA_COUNTERS, 0);
  for (auto &worker : workers_)
    for (size_t i = 0; i < counters_.size(); ++i)
      counters_[i] += worker->counters[i];
  for (uint32_t i = 0; i < sinks_.size(); ++i) {
    counters_[program->sinks[i].op * LEVADA_COUNTERS + LEVADA_COUNT_IN] += sinks_[i]->rows;
    counters_[program->sinks[i].op * LEVADA_COUNTERS + LEVADA_COUNT_PASSED] += sinks_[i]->rows;
  }
  if (failure_ && !error)
    error = std::move(failure_->error);
  return !error;
}

bool Run::publish(Error &error) {
  for (auto &sink : sinks_)
    if (!sink->finish(error))
      return false;
  return true;
}

} // namespace levada::rt
