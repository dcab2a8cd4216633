//===- restore.cpp - going on where a checkpoint was ----------------------===//
#include "runtime/checkpoint/crc32c.h"
#include "runtime/checkpoint/files.h"
#include "runtime/core/settings.h"
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"
#include "runtime/exec/sink.h"
#include "runtime/state/former.h"
#include "runtime/state/save.h"

#include <algorithm>

namespace levada::rt {

bool Checkpoints::open(Error &error) {
  const Settings &settings = run_.settings;
  Text path = settings.state.empty() ? textf("%s.state", run_.program->name) : settings.state;
  // With --once it may turn out that no state is needed.
  return store_.open(path.c_str(), run_.program->name, error) && choose(!settings.once, error);
}

bool Checkpoints::choose(bool deep, Error &error) {
  chain_.clear();
  if (!find(deep, error))
    return false;
  epoch_ = store_.last_epoch();
  if (chain_.empty())
    return true;
  const Manifest &manifest = chain_.back().manifest;
  last_ = {manifest.epoch, manifest.number, manifest.created};
  epoch_ = std::max(epoch_, manifest.epoch);
  return check(error);
}

/// What to resume from, if anything.
bool Checkpoints::find(bool deep, Error &error) {
  const Text &wish = run_.settings.restore;
  if (wish.view() == "none")
    return true;
  if (!wish.empty() && wish.view() != "latest")
    return Store::at(wish.c_str(), chain_, error);
  began_anew = store_.finished();
  if (began_anew && wish.empty())
    return true;
  std::vector<Store::Found> passed;
  chain_ = store_.newest(passed, deep ? Store::HEADS : Store::SIZES);
  for (const Store::Found &found : passed)
    if (found.problem.view().substr(0, 13) == "its format is")
      return error.set(BAD_STATE, textf("checkpoint `%s`: %s", found.path.c_str(),
                                        found.problem.c_str()),
                       "go on with the version that wrote it, or give --restore none or another "
                       "--state; nothing was changed");
  if (chain_.empty() && !passed.empty() && !passed.back().denied.empty())
    return Store::refuse_denied(passed.back(), error);
  if (chain_.empty() && !passed.empty())
    return error.set(NO_CHECKPOINT,
                     textf("no checkpoint in `%s` is sound: of the newest, %s",
                           store_.path().c_str(), passed[0].problem.c_str()),
                     "--restore none begins anew; nothing was changed");
  if (chain_.empty() && !wish.empty())
    return error.set(NO_CHECKPOINT, textf("`%s` holds no checkpoint", store_.path().c_str()),
                     "without --restore the run begins anew");
  for (const Store::Found &found : passed) {
    Error warning;
    warning.code = NO_CHECKPOINT;
    warning.what = textf("checkpoint `%s` is damaged and not used: %s", found.path.c_str(),
                         found.problem.c_str());
    warn(warning);
  }
  return true;
}

bool Checkpoints::damaged(const char *what, Error &error) const {
  return error.set(NO_CHECKPOINT,
                   textf("checkpoint `%s`: %s", chain_.back().path.c_str(), what),
                   "it has its checksums: this is a fault of levada, or the program is another one");
}

/// One that save_end made has no files of workers. Another may stand at the end of
/// all inputs too: it has their counters.
static bool of_workers(const Manifest &manifest) {
  for (const Manifest::File &file : manifest.files)
    if (file.name.view() == "state-0")
      return true;
  return false;
}

/// Whether every input is where the newest checkpoint left it, and one is open.
bool Checkpoints::nothing_new() const {
  const Store::Found &top = chain_.back();
  Mapped bytes;
  const Manifest::File *file = nullptr;
  for (const Manifest::File &one : top.manifest.files)
    if (one.name.view() == "run")
      file = &one;
  uint32_t count = 0, open = 0;
  if (!file || !left_out_.empty() || !of_workers(top.manifest) ||
      !bytes.open(textf("%s/run", top.path.c_str()).c_str()) ||
      crc32c(0, bytes.view().data(), bytes.view().size()) != file->crc)
    return false;
  Reader from(bytes.view());
  if (!from.value(count) || count != run_.sources.size())
    return false;
  for (; count; --count) {
    std::string_view name;
    bool ended, known = false;
    int64_t watermark;
    uint64_t size;
    const char *position;
    if (!from.text(name) || !from.value(ended) || !from.value(watermark) || !from.value(size) ||
        !(position = from.skip(size)))
      return false;
    for (auto &source : run_.sources)
      if (name == source->desc.name) {
        known = true;
        open += !ended;
        if (!ended && !source->nothing_new(Reader(position, size)))
          return false;
      }
    if (!known)
      return false;
  }
  return open != 0;
}

bool Checkpoints::restore(Error &error) {
  if (!chain_.empty() && run_.settings.once) {
    idle_ = nothing_new();
    if (!idle_ && !choose(true, error))
      return false;
  }
  if (chain_.empty())
    return true;
  const Store::Found &top = chain_.back();
  Mapped bytes;
  if (!bytes.open(textf("%s/run", top.path.c_str()).c_str()))
    return damaged("its file `run` cannot be read", error);
  if (!restore_run(bytes.view(), error) || (of_workers(top.manifest) && !idle_ && !restore_workers(error)))
    return error ? false : damaged("its bytes make no sense", error);
  uint64_t number = top.manifest.number;
  run_.handed_.store(number, std::memory_order_relaxed);
  run_.low_.store(number, std::memory_order_relaxed);
  return true;
}

bool Checkpoints::restore_run(std::string_view bytes, Error &error) {
  const levada_program *program = run_.program;
  Reader from(bytes);
  uint32_t count;
  std::vector<int> sources; // saved to ours
  if (!from.value(count))
    return false;
  for (uint32_t s = 0; s < count; ++s) {
    std::string_view name;
    bool ended;
    int64_t known;
    uint64_t size;
    const char *position;
    if (!from.text(name) || !from.value(ended) || !from.value(known) || !from.value(size) ||
        !(position = from.skip(size)))
      return false;
    sources.push_back(-1);
    for (uint32_t i = 0; i < program->source_count; ++i)
      if (name == program->sources[i].name && !left_out("source", name))
        sources.back() = i;
    if (sources.back() < 0)
      continue;
    Source &source = *run_.sources[sources.back()];
    source.ended = ended;
    run_.known_[sources.back()] = known;
    Reader reader(position, size);
    if (!ended && !source.restore(reader, error))
      return false;
  }
  auto ours = [&](uint32_t saved) {
    return saved < sources.size() && sources[saved] >= 0 ? uint32_t(sources[saved]) : 0;
  };
  uint32_t turn, sink_count;
  if (!from.value(turn) || !from.value(run_.known_numbers_) || !from.value(count))
    return false;
  run_.turn_ = ours(turn);
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t source;
    if (!from.value(source))
      return false;
    if (i < run_.number_source_.size())
      run_.number_source_[i] = ours(source);
  }
  if (!from.value(count))
    return false;
  for (uint32_t i = 0; i < count; ++i) {
    int64_t reached;
    if (!from.value(reached))
      return false;
    if (i < run_.reached_.size())
      run_.reached_[i].store(reached, std::memory_order_relaxed);
  }
  for (uint32_t s = 0; s < sources.size(); ++s) {
    int64_t watermark;
    if (!from.value(watermark))
      return false;
    if (sources[s] >= 0)
      run_.watermarks_[sources[s]].store(watermark, std::memory_order_relaxed);
  }
  if (!from.value(sink_count))
    return false;
  for (uint32_t s = 0; s < sink_count; ++s) {
    std::string_view name;
    uint64_t rows, size;
    const char *prepared;
    if (!from.text(name) || !from.value(rows) || !from.value(size) ||
        !(prepared = from.skip(size)))
      return false;
    for (uint32_t i = 0; i < program->sink_count; ++i)
      if (name == program->sinks[i].name && !left_out("sink", name)) {
        run_.sinks_[i]->rows = rows;
        Reader reader(prepared, size);
        if (!run_.sinks_[i]->restore(reader, error))
          return false;
      }
  }
  return restore_counters(program, from, &run_.counters_);
}

/// A worker's executions take what is theirs from what every worker saved.
bool Checkpoints::restore_worker(Worker &worker, Error &error) {
  Formers formers = formers_of(worker);
  for (const Store::Found &found : chain_) {
    for (uint32_t i = 0; i < run_.program->slot_count; ++i)
      if (levada_slot *slot = formers[i] ? formers[i]->slot() : worker.ctx.slots[i])
        slot_load_from(slot, found.path.c_str());
    for (uint32_t w = 0; w < found.manifest.parallelism; ++w) {
      Mapped bytes;
      if (!bytes.open(textf("%s/state-%u", found.path.c_str(), w).c_str()))
        return damaged("a file cannot be read", error);
      Reader from(bytes.view());
      while (from.left()) {
        std::string_view stage;
        uint64_t size;
        const char *record;
        if (!from.text(stage) || !from.value(size) || !(record = from.skip(size)))
          return damaged("its state makes no sense", error);
        // Slots go by id, whatever stage updates them in this program.
        Reader slots(record, size);
        Text why;
        if (!restore_slots(worker, formers, slots, why))
          return worker.ctx.failed ? failed_in(worker, error)
                 : why.empty() ? damaged("its state makes no sense", error)
                             : error.set(STATE_MISMATCH, std::move(why));
        for (auto &execution : worker.executions) {
          if (!execution || stage != execution->stage.desc->name)
            continue;
          Reader reader = slots;
          if (!execution->restore(reader, found.manifest.parallelism, &found == &chain_.back(),
                                  worker.index == 0 ? &run_.counters_ : nullptr, why))
            return why.empty() ? damaged("its state makes no sense", error)
                               : error.set(STATE_MISMATCH, std::move(why));
        }
      }
    }
  }
  if (!convert(worker, formers, error))
    return false;
  for (auto &execution : worker.executions)
    if (execution && !execution->restored(chain_.back().manifest.number))
      return worker.ctx.failed ? failed_in(worker, error)
                               : damaged("its parts do not fit together", error);
  spill_adopted(&worker.spill);
  return true;
}

namespace {
struct Task {
  Checkpoints *checkpoints;
  Worker *worker;
  Error error;
};
} // namespace

void *Checkpoints::restore_main(void *arg) {
  auto *task = static_cast<Task *>(arg);
  task->checkpoints->restore_worker(*task->worker, task->error);
  return nullptr;
}

bool Checkpoints::restore_workers(Error &error) {
  std::vector<Task> tasks;
  for (auto &worker : run_.workers_)
    tasks.push_back({this, worker.get(), {}});
  std::vector<pthread_t> threads;
  for (size_t i = 1; i < tasks.size(); ++i) {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, restore_main, &tasks[i]) == 0)
      threads.push_back(thread);
    else
      restore_main(&tasks[i]);
  }
  restore_main(&tasks[0]);
  for (pthread_t thread : threads)
    pthread_join(thread, nullptr);
  for (Task &task : tasks)
    if (task.error) {
      error = std::move(task.error);
      return false;
    }
  return true;
}

} // namespace levada::rt
