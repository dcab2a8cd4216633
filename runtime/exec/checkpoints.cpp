//===- checkpoints.cpp - making checkpoints -------------------------------===//
#include "runtime/exec/pending.h"

#include "runtime/core/settings.h"
#include "runtime/exec/run.h"
#include "runtime/exec/sink.h"
#include "runtime/state/save.h"

#include <algorithm>
#include <unistd.h>

namespace levada::rt {

bool Checkpoints::wanted(const levada_program *program, const Settings &settings) {
  if (program->batch)
    return false;
  if (program->checkpoint_interval > 0 || settings.checkpoint_interval > 0 ||
      settings.checkpoint_every || settings.once || !settings.state.empty() ||
      !settings.restore.empty())
    return true;
  // An earlier run kept some, and this one goes on from there.
  return access(textf("%s.state/pipeline", program->name).c_str(), F_OK) == 0;
}

Checkpoints::Checkpoints(Run &run) : run_(run) {
  const Settings &settings = run.settings;
  interval_ms_ = settings.checkpoint_interval >= 0 ? settings.checkpoint_interval
                                                   : run.program->checkpoint_interval;
  every_ = settings.checkpoint_every;
  pause_ms_ = run.program->checkpoint_min_pause;
  keep_ = run.program->checkpoint_keep ? run.program->checkpoint_keep : 3;
  if (run.program->state)
    state_.parse(run.program->state);
  state_.program = Text(run.program->name);
}

Checkpoints::~Checkpoints() {
  if (!started_)
    return;
  {
    Lock lock(mutex_);
    stopping_ = true;
    give_up();
    pthread_cond_broadcast(&changed_);
  }
  pthread_join(thread_, nullptr);
}

bool Checkpoints::start(Error &error) {
  if (interval_ms_ || every_)
    for (auto &worker : run_.workers_)
      for (uint32_t i = 0; i < run_.program->slot_count; ++i)
        if (worker->ctx.slots[i])
          slot_keep_marks(worker->ctx.slots[i]);
  next_at_.store(interval_ms_ ? clock_ms(CLOCK_MONOTONIC) + int64_t(interval_ms_) : INT64_MAX,
                 std::memory_order_relaxed);
  chunks_.tell(&run_.event());
  started_ = pthread_create(&thread_, nullptr, thread_main, this) == 0;
  return started_ || error.set(NO_CHECKPOINT, "cannot start the thread that writes checkpoints");
}

//===--- collecting ---------------------------------------------------------===//

bool Checkpoints::due(uint64_t number) {
  return !busy_.load(std::memory_order_acquire) &&
         ((every_ && (number + 1) % every_ == 0) ||
          requested_.load(std::memory_order_relaxed) ||
          clock_ms(CLOCK_MONOTONIC) >= next_at_.load(std::memory_order_relaxed));
}

/// Positions of the sources, and what the choice of the next one knows.
void Checkpoints::collect(uint64_t barrier) {
  pending_ = std::make_unique<Pending>();
  Pending &p = *pending_;
  p.barrier = barrier;
  p.epoch = ++epoch_;
  p.created = clock_ms(CLOCK_REALTIME);
  p.full = full_next_;
  if (requested_.exchange(false, std::memory_order_relaxed)) {
    Lock lock(mutex_);
    p.target.swap(target_);
    p.full = true;
  }
  p.workers.resize(run_.workers_.size());
  for (Parts &parts : p.workers) {
    parts.chunks = &chunks_;
    parts.most_early = most_early_;
  }
  p.sources.value(uint32_t(run_.sources.size()));
  for (uint32_t s = 0; s < run_.sources.size(); ++s) {
    p.sources.text(run_.program->sources[s].name);
    p.sources.value(run_.sources[s]->ended);
    p.sources.value(run_.known_[s]);
    uint64_t at = p.sources.size();
    p.sources.value(uint64_t(0));
    run_.sources[s]->save(p.sources);
    p.sources.put(at, p.sources.size() - at - sizeof(uint64_t));
  }
  p.choice.value(run_.turn_);
  p.choice.value(run_.known_numbers_);
  p.choice.value(uint32_t(run_.number_source_.size()));
  for (uint32_t source : run_.number_source_)
    p.choice.value(source);
}

void Checkpoints::begin(uint64_t barrier) {
  busy_.store(true, std::memory_order_relaxed);
  int64_t now = clock_ms(CLOCK_MONOTONIC);
  next_at_.store(interval_ms_ ? now + int64_t(interval_ms_) : INT64_MAX, std::memory_order_relaxed);
  collect(barrier);
  uint32_t parts = 1 + run_.workers_.size();
  for (auto &worker : run_.workers_)
    for (uint32_t index : run_.topology.order)
      parts += worker->executions[index] != nullptr;
  pending_->remaining.store(parts, std::memory_order_relaxed);
  begin_writing();
  barrier_.store(barrier, std::memory_order_release);
}

void Checkpoints::save(Execution &execution) {
  Pending &p = *pending_;
  execution.saved = p.barrier + 1;
  execution.save(p.full, p.workers[execution.worker.index]);
  execution.worker.saving.push_back(&execution);
}

bool Checkpoints::save_some(Worker &worker) {
  std::vector<Execution *> &saving = worker.saving;
  if (saving.empty() && !worker.saving_sources)
    return false;
  const int64_t begun = clock_ns(CLOCK_MONOTONIC);
  const uint64_t most = worker.pace.places();
  uint64_t left = most;
  bool some = false;
  while (!saving.empty() && saving.front()->save_some(&left)) {
    const bool source = saving.front()->stage.source;
    saving.erase(saving.begin());
    some = true;
    if (!source)
      part_done();
  }
  worker.pace.took(most - left, clock_ns(CLOCK_MONOTONIC) - begun);
  if (worker.saving_sources && std::none_of(saving.begin(), saving.end(), [](Execution *one) {
        return one->stage.source;
      })) {
    worker.saving_sources = false;
    some = true;
    part_done();
  }
  return some || left != most;
}

uint64_t Checkpoints::rows_read(const Worker &worker) const {
  uint64_t rows = 0;
  for (uint32_t i = 0; i < run_.program->source_count; ++i) {
    const levada_source_desc &source = run_.program->sources[i];
    rows += worker.executions[source.stage]
                ->counters[uint64_t(source.op) * LEVADA_COUNTERS + LEVADA_COUNT_IN];
  }
  return rows;
}

void Checkpoints::save_sources(Worker &worker) {
  Pending &p = *pending_;
  for (auto &execution : worker.executions)
    if (execution && execution->stage.source) {
      execution->save(p.full, p.workers[worker.index]);
      worker.saving.push_back(execution.get());
    }
  p.rows_in.fetch_add(rows_read(worker), std::memory_order_relaxed);
  worker.saving_sources = true;
}

/// The sinks have all rows of the barrier's number, and none of later ones.
void Checkpoints::prepare() {
  Pending &p = *pending_;
  Lock lock(run_.sink_mutex_);
  p.choice.value(uint32_t(run_.reached_.size()));
  for (auto &reached : run_.reached_)
    p.choice.value(reached.load(std::memory_order_relaxed));
  for (auto &watermark : run_.watermarks_)
    p.choice.value(watermark.load(std::memory_order_relaxed));
  p.sinks.value(uint32_t(run_.sinks_.size()));
  for (uint32_t i = 0; i < run_.sinks_.size(); ++i) {
    Sink &sink = *run_.sinks_[i];
    p.rows_out += sink.rows;
    p.sinks.text(run_.program->sinks[i].name);
    p.sinks.value(sink.rows);
    uint64_t at = p.sinks.size();
    p.sinks.value(uint64_t(0));
    if (!sink.prepare(p.sinks, p.error)) {
      p.failed = true;
      return;
    }
    p.sinks.put(at, p.sinks.size() - at - sizeof(uint64_t));
  }
}

void Checkpoints::committed(bool failed) {
  if (failed)
    pending_->failed = true;
  else
    prepare();
  part_done();
}

void Checkpoints::part_done() {
  if (pending_->remaining.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  all_there();
}

//===--- the end ------------------------------------------------------------===//

/// At the end of all inputs no state is needed any more: positions, counters and
/// what the sinks prepared are the whole checkpoint.
void Checkpoints::save_end() {
  Pending &p = *pending_;
  p.workers.clear();
  p.counters = run_.counters_;
  for (auto &worker : run_.workers_) {
    p.rows_in.fetch_add(rows_read(*worker), std::memory_order_relaxed);
    for (auto &execution : worker->executions)
      for (size_t i = 0; execution && i < p.counters.size(); ++i)
        p.counters[i] += execution->counters[i];
  }
}

/// All that the workers have, which have ended.
void Checkpoints::save_all() {
  Pending &p = *pending_;
  p.remaining.store(UINT32_MAX, std::memory_order_relaxed); // nobody waits for the parts
  for (auto &worker : run_.workers_) {
    for (auto &execution : worker->executions)
      if (execution && !execution->stage.source) {
        execution->save(p.full, p.workers[worker->index]);
        worker->saving.push_back(execution.get());
      }
    save_sources(*worker);
    while (!worker->saving.empty() || worker->saving_sources)
      if (!save_some(*worker))
        chunks_.await();
  }
}

/// What is not yet in a checkpoint, in the last one.
bool Checkpoints::last_one(bool stopped, Error &error) {
  uint64_t number = run_.handed();
  Last before = last();
  if (before.epoch && before.number == number)
    return commit(error);
  full_next_ |= !stopped || busy_.load(std::memory_order_acquire); // slots may have forgotten
  collect(number - 1);
  pending_->last = true;
  if (!stopped)
    save_end();
  if (started_)
    begin_writing();
  else
    chunks_.limit(UINT32_MAX); // nobody takes them meanwhile
  if (stopped)
    save_all();
  prepare();
  all_there();
  if (!started_)
    return write(*pending_, true, error);
  Lock lock(mutex_);
  while (writing_)
    pthread_cond_wait(&changed_, mutex_.native());
  error = std::move(pending_->error);
  return pending_->made;
}

bool Checkpoints::end(bool well, bool stopped, Error &error) {
  Text target;
  {
    Lock lock(mutex_);
    // One whose parts are not all there has no one left to bring them.
    if (!ready_)
      give_up();
    while (writing_ || (started_ && verified_ == NOT_YET))
      pthread_cond_wait(&changed_, mutex_.native());
    requested_.store(false, std::memory_order_relaxed);
    ended_ = true;
    pthread_cond_broadcast(&changed_);
    target.swap(stop_target_);
  }
  if (verified_ == DAMAGED) { // whatever a worker found of it
    error = std::move(damage_);
    return false;
  }
  for (auto &worker : run_.workers_) {
    for (Execution *execution : worker->saving)
      execution->save_drop();
    worker->saving.clear();
    worker->saving_sources = false;
  }
  if (!well)
    return true;
  full_next_ |= !target.empty();
  no_savepoint = !target.empty() && !stopped;
  return last_one(stopped, error) &&
         (target.empty() || !stopped || store_.copy_newest(target.c_str(), error));
}

bool Checkpoints::finished(Error &error) { return store_.finish(error); }

} // namespace levada::rt
