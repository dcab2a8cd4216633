//===- adapt.cpp - state of another version of the program -------------------===//
//
// What runtime/checkpoint/compare.cpp decides about the checkpoint to resume from
// is done here: refuse and say why, leave state out where that is allowed, or
// convert the entries of a slot as they are read.
//
//===----------------------------------------------------------------------===//
#include "runtime/core/settings.h"
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"
#include "runtime/state/former.h"
#include "runtime/state/save.h"
#include "runtime/state/walk.h"

namespace levada::rt {

bool Checkpoints::left_out(const char *what, std::string_view name) const {
  for (const Text &one : left_out_)
    if (one.view().substr(0, strlen(what)) == what && one.view().substr(strlen(what) + 1) == name)
      return true;
  return false;
}

/// Whether this program can go on with the checkpoint, and with what of it.
bool Checkpoints::check(Error &error) {
  const Manifest &manifest = chain_.back().manifest;
  const bool allowed = run_.settings.allow_dropped_state;
  left_out_.clear();
  auto refuse = [&](uint32_t code, Text what, const char *more) {
    return error.set(code, std::move(what),
                     textf("the executable that made the checkpoint can go on with it; --restore "
                           "none begins anew%s; nothing was changed",
                           more));
  };
  for (const Verdict &v : compare(manifest.state, state_)) {
    unsigned long long epoch = manifest.epoch;
    bool pipeline = strcmp(v.what, "pipeline") == 0;
    if (v.fate == Fate::DROPPED || (v.fate == Fate::REBUILD && !pipeline && allowed)) {
      if (!allowed)
        return refuse(DROPPED_STATE,
                      textf("checkpoint %llu has %s `%s`, which this pipeline does not have", epoch,
                            v.what, v.name.c_str()),
                      "; --allow-dropped-state goes on without what it kept");
      Error warning;
      warning.code = DROPPED_STATE;
      warning.what = textf("%s `%s`: its part of checkpoint %llu is left out%s%s", v.what,
                           v.name.c_str(), epoch, v.why.empty() ? "" : ": ", v.why.c_str());
      warn(warning);
      left_out_.push_back(textf("%s %s", v.what, v.name.c_str()));
    } else if (v.fate == Fate::REBUILD) {
      if (pipeline)
        return refuse(STATE_MISMATCH,
                      textf("checkpoint %llu is that of pipeline `%s`, this is `%s`", epoch,
                            v.before.c_str(), v.now.c_str()),
                      "");
      refuse(STATE_MISMATCH,
             textf("checkpoint %llu: the state of %s `%s` cannot be taken over: %s", epoch, v.what,
                   v.name.c_str(), v.why.c_str()),
             "; --allow-dropped-state goes on without what it kept");
      error.note(textf("checkpoint: %s", v.before.c_str()));
      error.note(textf("pipeline:   %s", v.now.c_str()));
      return false;
    }
  }
  migrations_.clear();
  migrations_.resize(run_.program->slot_count);
  for (uint32_t i = 0; i < run_.program->slot_count; ++i) {
    const ProgramState::Slot *before = manifest.state.slot(run_.program->slots[i].id);
    const ProgramState::Slot *now = state_.slot(run_.program->slots[i].id);
    Schema from, to;
    Text why;
    if (before && now && from.parse(before->schema) && to.parse(now->schema))
      plan_migration(from, to, migrations_[i], why);
  }
  return true;
}

bool Checkpoints::look(const char *path, Error &error) {
  if (!Store::at(path, chain_, error) || !check(error))
    return false;
  bool any = false; // at the end of all input there is no state
  for (const Manifest::File &file : chain_.back().manifest.files)
    any |= file.name.view() == "state-0";
  if (!any || restore_workers(error))
    return true;
  return error ? false : damaged("its bytes make no sense", error);
}

bool Checkpoints::failed_in(const Worker &worker, Error &error) {
  return error.set(worker.ctx.error_code, Text(str_view(worker.ctx.error_text)));
}

bool Checkpoints::walk(uint32_t index, void *to, void (*each)(void *to, const Entry &entry),
                       Error &error) {
  Worker &worker = *run_.workers_[0];
  return slot_walk(&worker.ctx, worker.ctx.slots[index], to, each) || failed_in(worker, error);
}

/// The worker's slots whose state is laid out otherwise in the checkpoint.
Checkpoints::Formers Checkpoints::formers_of(Worker &worker) const {
  Formers formers(run_.program->slot_count);
  for (uint32_t i = 0; i < migrations_.size(); ++i)
    if (worker.ctx.slots[i] && !migrations_[i].same)
      formers[i] = std::make_unique<Former>(&worker.ctx, i, worker.ctx.slots[i], &migrations_[i]);
  return formers;
}

/// All parts are there.
bool Checkpoints::convert(Worker &worker, Formers &formers, Error &error) const {
  for (auto &former : formers) {
    if (former && !former->convert(&worker.ctx))
      return worker.ctx.failed ? failed_in(worker, error)
                               : damaged("its parts do not fit together", error);
    former.reset();
  }
  return true;
}

/// Takes the slots of a record to those of the worker.
bool Checkpoints::restore_slots(Worker &worker, Formers &formers, Reader &from, Text &why) {
  const levada_program *program = run_.program;
  uint32_t count;
  if (!from.value(count))
    return false;
  for (; count; --count) {
    std::string_view id;
    uint64_t size;
    const char *bytes;
    if (!from.text(id) || !from.value(size) || !(bytes = from.skip(size)))
      return false;
    for (uint32_t i = 0; i < program->slot_count; ++i) {
      levada_slot *slot = worker.ctx.slots[i];
      if (!slot || id != program->slots[i].id || left_out("operator", id))
        continue;
      if (formers[i])
        slot = formers[i]->slot();
      Reader part(bytes, size);
      if (!slot_load(&worker.ctx, slot, part)) {
        why = textf("the state of `%s` is no such", program->slots[i].id);
        return false;
      }
    }
  }
  return true;
}

} // namespace levada::rt
