//===- run.cpp - one run of a program: numbers, commits, failure ----------===//
#include "runtime/exec/run.h"

#include "runtime/checkpoint/failpoint.h"
#include "runtime/core/settings.h"
#include "runtime/core/signals.h"
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/sink.h"

#include <algorithm>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

namespace levada::rt {

/// A choice between sources knows the watermarks of numbers this far back: a
/// constant, so that it does not depend on how fast workers are.
constexpr uint64_t LOOKBACK = 16;
/// Those of a checkpoint's number are still there when it commits.
constexpr uint64_t HISTORY = 2 * LOOKBACK;

static uint64_t key_of(uint64_t seq, uint32_t source, uint32_t worker) {
  return seq << 24 | uint64_t(source) << 12 | worker;
}

Run::Run(const levada_program *program, const Settings &settings)
    : topology(program, settings.parallelism), settings(settings), program(program),
      rings_(settings.parallelism > 1
                 ? uint64_t(program->channel_count) * settings.parallelism * settings.parallelism
                 : 0),
      window_(settings.parallelism > 1 ? 2 * settings.parallelism + 2 : 1),
      wait_limit_{&waiting_, memory_beside(settings.parallelism) / 8},
      turn_(program->source_count ? program->source_count - 1 : 0),
      reached_(program->source_count > 1 ? HISTORY : 0), watermarks_(program->source_count),
      number_source_(HISTORY) {
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
    workers_.back()->pool.count_in(waiting());
  }
  counters_.assign(uint64_t(program->operator_count) * LEVADA_COUNTERS, 0);
  if (Checkpoints::wanted(program, settings))
    checkpoints = std::make_unique<Checkpoints>(*this);
}

Run::~Run() {
  checkpoints.reset();
  BatchPool pool;
  for (Ring &ring : rings_)
    while (Batch *batch = ring.pop())
      pool.give(batch);
  workers_.clear();
  for (Entry &entry : entries_)
    for (SinkPart &part : entry.parts) {
      must_free(part.bytes);
      if (part.file >= 0)
        close(part.file);
    }
  for (auto &[buffer, size] : buffers_)
    must_free(buffer);
  while (!sinks_.empty()) // the first one made the directories of the others
    sinks_.pop_back();
}

/// Divides --memory: what is beside the state has its share, workers have equal
/// ones of the rest.
void Run::limit_memory() {
  // A checkpoint may have files of a run that was limited.
  if (checkpoints && !settings.memory)
    checkpoints->limit_memory(0, topology.workers);
  if (!settings.memory && !(checkpoints && checkpoints->resuming()))
    return;
  // Large tables are given back to the system when they go.
  mallopt(M_MMAP_THRESHOLD, 2 << 20);
  const char *temporary = getenv("TMPDIR");
  spill_folder_ = checkpoints                ? checkpoints->directory()
                  : temporary && *temporary ? Text(temporary)
                                            : Text("/tmp");
  if (!settings.memory) {
    for (auto &worker : workers_)
      worker->limit_slots(uint64_t(1) << 60, spill_folder_.c_str(), true);
    return;
  }
  const uint64_t least = 2 << 20;
  paged_begin(spill_folder_.c_str(), std::max(least, settings.memory / 32), settings.memory / 8,
              [](int file, int mode, long at, long size) {
                return step_fallocate(Step::PAGED_RESERVE, file, mode, at, size);
              });
  uint64_t share = settings.memory - memory_beside(topology.workers);
  if (checkpoints)
    share -= checkpoints->limit_memory(share, topology.workers);
  // Merging takes some for what it reads and makes.
  const uint64_t state = share / 4 * 3;
  for (auto &worker : workers_)
    worker->limit_slots(state / topology.workers, spill_folder_.c_str(), checkpoints != nullptr);
}

/// Under --memory: whether what open numbers have made is to go first. It may wait
/// for the rows of others, so that one number is always open.
bool Run::much_waits(uint64_t seq) const {
  return settings.memory && seq != low_.load(std::memory_order_acquire) &&
         waiting_.load(std::memory_order_relaxed) > 2 * wait_limit_.most;
}

/// Under --memory all that are being filled take a part of what may wait.
uint32_t Run::rows_of_batch(uint32_t row_size) const {
  if (!settings.memory || !row_size)
    return settings.batch_rows;
  const uint64_t pairs = uint64_t(program->channel_count) * topology.workers * topology.workers;
  const uint64_t bytes = std::clamp<uint64_t>(wait_limit_.most / (2 * pairs), 4 << 10, 128 << 10);
  return uint32_t(std::clamp<uint64_t>(bytes / row_size, 1, settings.batch_rows));
}

int Run::temporary_file() const {
  Text path = textf("%s/.spill-%d-XXXXXX", spill_folder_.c_str(), int(getpid()));
  int fd = mkostemp(const_cast<char *>(path.c_str()), O_CLOEXEC);
  if (fd >= 0)
    unlink(path.c_str());
  return fd;
}

uint64_t Run::spilled() const {
  uint64_t bytes = 0;
  for (auto &worker : workers_)
    bytes += worker->spill.bytes;
  return bytes;
}

bool Run::open(Error &error) {
  if (checkpoints && !checkpoints->open(error))
    return false;
  allowance.overwrite = settings.overwrite;
  allowance.append = settings.append;
  if (checkpoints && (settings.restore.empty() || settings.restore.view() == "latest"))
    allowance.read(checkpoints->directory().c_str(), checkpoints->last().epoch);
  limit_memory();
  for (auto &source : sources)
    if (!source->open(error))
      return false;
  for (uint32_t i = 0; i < program->sink_count; ++i) {
    sinks_.push_back(std::make_unique<Sink>(program, i, settings));
    sinks_.back()->checkpoints = checkpoints != nullptr;
    sinks_.back()->overwrite = allowance.overwrite;
    sinks_.back()->append = allowance.append;
    // What a sink refuses comes first, where there is nothing to resume.
    if (!sinks_.back()->open(error) ||
        ((!checkpoints || !checkpoints->resuming()) && !sinks_.back()->begin(error)))
      return false;
  }
  // What is resumed from is settled before a sink goes back to it; what is begun
  // anew after the sinks have agreed.
  bool resuming = checkpoints && checkpoints->resuming();
  if (resuming && !checkpoints->settle(error))
    return false;
  if (checkpoints && !checkpoints->restore(error))
    return false;
  for (auto &sink : sinks_)
    if (!sink->begin(error))
      return false;
  if (checkpoints && !resuming &&
      (!allowance.keep(checkpoints->directory().c_str(), error) || !checkpoints->settle(error)))
    return false;
  if (checkpoints && checkpoints->idle())
    return true;
  if (checkpoints && !checkpoints->start(error))
    return false;
  // One that waits for more files lets the others go on.
  bool ahead = topology.workers > 1;
  for (auto &source : sources)
    ahead |= sources.size() > 1 && source->endless();
  for (auto &source : sources)
    if (ahead)
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
    reached_[seq % HISTORY].store(watermark, std::memory_order_relaxed);
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
    rows += worker.executions[program->sources[i].stage]
                ->counters[program->sources[i].op * LEVADA_COUNTERS + LEVADA_COUNT_IN];
  progress_.rows_in.fetch_add(rows - worker.rows_counted, std::memory_order_relaxed);
  worker.rows_counted = rows;
}

//===--- footprints ---------------------------------------------------------===//

void Run::ask_footprints() {
  asked_.fetch_add(1, std::memory_order_relaxed);
  poke();
}

void Run::tell_footprints(Worker &worker) {
  uint32_t asked = asked_.load(std::memory_order_relaxed);
  if (worker.told.load(std::memory_order_relaxed) == asked)
    return;
  for (uint32_t i = 0; i < program->slot_count; ++i) {
    Footprint all{};
    if (worker.ctx.slots[i])
      all = slot_footprint(worker.ctx.slots[i]);
    std::atomic<uint64_t> *to = &worker.footprints[uint64_t(i) * 4];
    for (uint64_t value : {all.entries, all.bytes, all.file_entries, all.file_bytes})
      to++->store(value, std::memory_order_relaxed);
  }
  worker.told.store(asked, std::memory_order_release);
}

bool Run::footprints_told() const {
  for (auto &worker : workers_)
    if (worker->told.load(std::memory_order_acquire) != asked_.load(std::memory_order_relaxed))
      return false;
  return true;
}

Footprint Run::footprint(uint32_t slot) const {
  Footprint all{};
  for (auto &worker : workers_) {
    const std::atomic<uint64_t> *from = &worker->footprints[uint64_t(slot) * 4];
    for (uint64_t *value : {&all.entries, &all.bytes, &all.file_entries, &all.file_bytes})
      *value += from++->load(std::memory_order_relaxed);
  }
  return all;
}

/// Sources that all have watermarks: the one that is behind; else each in turn.
int Run::choose_source(uint64_t seq) {
  uint32_t count = sources.size(), left = 0;
  bool timed = count > 1, paused = false;
  for (uint32_t s = 0; s < count; ++s) {
    left += !sources[s]->ended && !sources[s]->paused;
    paused |= sources[s]->paused;
    timed &= program->sources[s].has_watermark;
  }
  stopped_ |= !left && paused;
  if (!left)
    return NONE_LEFT;
  // Numbers up to seq - LOOKBACK are known, and no later one is used.
  for (; timed && known_numbers_ + LOOKBACK <= seq; ++known_numbers_) {
    if (low_.load(std::memory_order_acquire) <= known_numbers_)
      return NOT_YET;
    uint64_t slot = known_numbers_ % HISTORY;
    int64_t &known = known_[number_source_[slot]];
    known = std::max(known, reached_[slot].load(std::memory_order_relaxed));
  }
  int best = -1;
  for (uint32_t i = 1; i <= count; ++i) {
    uint32_t s = (turn_ + i) % count;
    if (!sources[s]->ended && !sources[s]->paused && !sources[s]->passed && (best < 0 || (timed && known_[s] < known_[best])))
      best = s;
  }
  return best;
}

void Run::stop_taking(bool stopped) {
  stopped_ |= stopped;
  drained_.store(true, std::memory_order_release);
  event_.notify();
}

void Run::poke() {
  interrupt_reads();
  event_.notify();
}

void Run::drain() {
  draining_.store(true, std::memory_order_release);
  poke();
}

void Run::has_enough(uint32_t slot, uint64_t seq) {
  if (draining_.load(std::memory_order_relaxed))
    return;
  uint32_t fire = program->slots[slot].fire_stage;
  for (uint32_t i = 0; i < program->stage_count; ++i)
    if (program->stages[i].sink_count && i != fire)
      return;
  forgive_after(seq);
  drain();
}

bool Run::take_chunk(Worker &worker) {
  if (drained_.load(std::memory_order_acquire) || !cut_mutex_.try_lock())
    return false;
  // Another worker may just have handed out a barrier: what this one counted until
  // now belongs to it, what it takes now does not.
  save_state(worker);
  uint64_t seq = handed_.load(std::memory_order_relaxed);
  if (drained_.load(std::memory_order_acquire) || seq > limit_.load(std::memory_order_acquire) ||
      seq - low_.load(std::memory_order_acquire) >= window_ || much_waits(seq) ||
      (checkpoints && checkpoints->waits())) {
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
  Chunk *chunk = nullptr;
  Error error;
  auto draining = [&] { return draining_.load(std::memory_order_acquire); };
  Source::Result result = draining() ? Source::END : sources[chosen]->next(chunk, error);
  while (result == Source::WAIT && sources.size() > 1 && sources[chosen]->waits()) {
    sources[chosen]->passed = true;
    int other = choose_source(seq);
    if (other < 0)
      break;
    chosen = other;
    result = sources[chosen]->next(chunk, error);
  }
  for (auto &one : sources)
    one->passed = false;
  Source &source = *sources[chosen];
  if (result != Source::CHUNK && result != Source::FAILED && draining())
    result = Source::END;
  bool idle = result == Source::WAIT || (result == Source::STOP && !stop_requested());
  // A file that is being decoded has its chunk soon: a number less or more would
  // depend on how fast that goes, and with it the order of several inputs.
  bool soon = result == Source::WAIT && source.replays() && !source.waits();
  bool nothing = idle && !soon && checkpoints && checkpoints->due_idle(seq);
  if (nothing) // a number without rows carries the barrier
    result = Source::CHUNK;
  if (result == Source::WAIT || result == Source::STOP) {
    if (!idle) {
      // What others have read and cannot read again goes first; else all stop here,
      // so that the order of chunks stays the one of a run that nobody stopped.
      bool again = true;
      for (auto &one : sources)
        again &= one->replays();
      source.paused = true;
      stopped_ = true;
      if (again)
        stop_taking(true);
    }
    cut_mutex_.unlock();
    return result == Source::STOP;
  }
  if (result == Source::PAUSED) { // --once: its input stays open
    source.paused = true;
    cut_mutex_.unlock();
    return true;
  }
  turn_ = chosen;
  source.ended = result == Source::END;
  if (!reached_.empty())
    number_source_[seq % HISTORY] = chosen;
  if (checkpoints && result != Source::FAILED && checkpoints->due(seq))
    checkpoints->begin(seq);
  Entry &entry = entries_[seq % window_];
  entry.remaining.store(topology.executions(chosen), std::memory_order_relaxed);
  entry.key.store(key_of(seq, chosen, worker.index), std::memory_order_release);
  handed_.store(seq + 1, std::memory_order_release);
  if (result == Source::FAILED)
    fail(seq, 0, Order(), 0, std::move(error));
  cut_mutex_.unlock();
  event_.notify();

  // A source that failed to read ends here, but its windows do not fire.
  const Stage &stage = topology.stages[source.desc.stage];
  Execution &execution = *worker.executions[stage.index];
  if (nothing)
    reached(seq, chosen, LEVADA_MIN_WATERMARK);
  if (nothing || result == Source::FAILED)
    execution.run_nothing(seq);
  else
    execution.run_chunk(seq, chunk, chosen);
  if (topology.workers == 1)
    for (uint32_t index : topology.order)
      if (topology.active(topology.stages[index], chosen))
        worker.executions[index]->finish(seq);
  return true;
}

//===--- workers ------------------------------------------------------------===//

bool Run::over() const {
  uint64_t low = low_.load(std::memory_order_acquire);
  if (low > limit_.load(std::memory_order_acquire))
    return true;
  return drained_.load(std::memory_order_acquire) && low == handed_.load(std::memory_order_acquire);
}

/// A barrier that this worker has come to: between two numbers of its sources.
void Run::save_state(Worker &worker) {
  uint64_t barrier = checkpoints ? checkpoints->barrier() : ~uint64_t(0);
  if (barrier == ~uint64_t(0) || worker.saved > barrier)
    return;
  worker.saved = barrier + 1;
  checkpoints->save_sources(worker);
  if (topology.workers == 1)
    for (uint32_t index : topology.order)
      checkpoints->save(*worker.executions[index]);
}

void Run::work(Worker &worker) {
  while (!over()) {
    uint32_t before = event_.now();
    save_state(worker);
    bool some = checkpoints && checkpoints->save_some(worker);
    some |= topology.workers > 1 && worker.receive();
    some |= take_chunk(worker);
    if (tick || checkpoints)
      count_progress(worker);
    tell_footprints(worker);
    if (tick && worker.index == 0)
      tick(*this);
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
  bool kept = !checkpoints || checkpoints->end(!failure_ && !error, stopped_, error);
  for (auto &worker : workers_)
    for (auto &execution : worker->executions)
      for (size_t i = 0; execution && i < counters_.size(); ++i)
        counters_[i] += execution->counters[i];
  for (uint32_t i = 0; i < sinks_.size(); ++i) {
    counters_[program->sinks[i].op * LEVADA_COUNTERS + LEVADA_COUNT_IN] += sinks_[i]->rows;
    counters_[program->sinks[i].op * LEVADA_COUNTERS + LEVADA_COUNT_PASSED] += sinks_[i]->rows;
  }
  if (failure_ && !error)
    error = std::move(failure_->error);
  return !error && kept;
}

bool Run::publish(Error &error) {
  // What commits has done so with the last checkpoint, and goes on from there.
  bool stays_open = checkpoints && stopped_;
  for (auto &sink : sinks_)
    if (!(stays_open && sink->commits) && !sink->finish(error))
      return false;
  return !checkpoints || stays_open || checkpoints->finished(error);
}

} // namespace levada::rt
