//===- save.cpp - an execution's part of a checkpoint ---------------------===//
//
// A record is self-contained: the stage's name, its slots by id, the watermarks
// of its inputs by channel, the rows that wait, and what was counted, by
// operator. So another worker, and another version of the program, find theirs.
//
//===----------------------------------------------------------------------===//
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"
#include "runtime/state/save.h"

#include <algorithm>
#include <string.h>

namespace levada::rt {
void save_counters(const levada_program *program, const std::vector<uint64_t> &counters,
                   Writer &to) {
  uint64_t at = to.size();
  uint32_t count = 0;
  to.value(count);
  for (uint32_t op = 0; op < program->operator_count; ++op) {
    const uint64_t *of = &counters[uint64_t(op) * LEVADA_COUNTERS];
    bool any = false;
    for (uint32_t k = 0; k < LEVADA_COUNTERS; ++k)
      any |= of[k] != 0;
    if (!any)
      continue;
    ++count;
    to.value(op);
    to.text(program->operators[op].name);
    to.text(program->operators[op].kind);
    to.bytes(of, LEVADA_COUNTERS * sizeof *of);
  }
  to.put(at, count);
}

/// Adds them to `counters`, if any; operators that are gone count no more.
bool restore_counters(const levada_program *program, Reader &from, std::vector<uint64_t> *counters) {
  uint32_t count;
  if (!from.value(count))
    return false;
  for (; count; --count) {
    uint32_t op;
    std::string_view name, kind;
    uint64_t of[LEVADA_COUNTERS];
    if (!from.value(op) || !from.text(name) || !from.text(kind) || !from.bytes(of, sizeof of))
      return false;
    auto same = [&](uint32_t i) {
      return i < program->operator_count && name == program->operators[i].name &&
             kind == program->operators[i].kind;
    };
    for (uint32_t i = 0; !same(op) && i < program->operator_count; ++i)
      op = same(i) ? i : op;
    for (uint32_t k = 0; counters && same(op) && k < LEVADA_COUNTERS; ++k)
      (*counters)[uint64_t(op) * LEVADA_COUNTERS + k] += of[k];
  }
  return true;
}

/// Rows that wait are written in another way than by versions with another number.
constexpr uint64_t form_of_rows = 2;

void Execution::save(bool all, Parts &parts) {
  const levada_program *program = worker.run.program;
  parts.last().text(stage.desc->name);
  uint64_t record = parts.open();
  parts.last().value(uint32_t(stage.slots.size()));
  for (uint32_t slot : stage.slots) {
    parts.last().text(program->slots[slot].id);
    uint64_t size = parts.open();
    slot_save_begin(&worker.ctx, worker.ctx.slots[slot], all, parts);
    parts.close(size);
  }
  Writer &to = parts.last();
  to.value(watermark);
  to.value(uint32_t(inputs_.size()));
  for (uint32_t i = 0; i < inputs_.size(); ++i) {
    const levada_channel_desc &channel = *inputs_[i].channel->desc;
    to.text(channel.name);
    to.value(inputs_[i].watermark);
    uint64_t at = to.size();
    to.value(uint64_t(0));
    to.value(channel.row_size);
    to.value(channel.fingerprint + form_of_rows);
    merge_.save(i, to);
    to.put(at, to.size() - at - sizeof(uint64_t));
  }
  save_counters(program, counters, to);
  parts.close(record);
}

bool Execution::save_some(uint64_t *budget) {
  for (uint32_t slot : stage.slots)
    if (!slot_save_some(worker.ctx.slots[slot], budget))
      return false;
  return true;
}

void Execution::save_drop() {
  for (uint32_t slot : stage.slots)
    slot_save_drop(worker.ctx.slots[slot]);
}

bool Execution::restore(Reader &from, uint32_t saved_workers, bool last,
                        std::vector<uint64_t> *sums, Text &why) {
  const Topology &topology = worker.run.topology;
  const levada_program *program = topology.program;
  uint32_t count;
  int64_t reached;
  std::vector<uint64_t> seen;
  if (!from.value(reached) || !from.value(count))
    return false;
  if (last)
    watermark = reached;
  for (; count; --count) {
    std::string_view name;
    uint64_t size;
    const char *bytes;
    if (!from.text(name) || !from.value(reached) || !from.value(size) ||
        !(bytes = from.skip(size)))
      return false;
    if (!last)
      continue;
    Reader rows(bytes, size);
    uint32_t row_size;
    uint64_t fingerprint, waiting = 0;
    if (!rows.value(row_size) || !rows.value(fingerprint))
      return false;
    if (Reader ahead = rows; !ahead.value(waiting))
      return false;
    // By what it is: a version with another input more may number them otherwise.
    uint32_t before = uint32_t(std::count(seen.begin(), seen.end(), fingerprint)), i = 0;
    seen.push_back(fingerprint);
    auto is = [&](const Input &input) {
      return fingerprint == input.channel->desc->fingerprint + form_of_rows;
    };
    while (i < inputs_.size() && !(is(inputs_[i]) && !before--))
      ++i;
    // Where no row waits, its watermark is what there is.
    for (uint32_t j = 0; i == inputs_.size() && !waiting && j < inputs_.size(); ++j)
      if (name == inputs_[j].channel->desc->name && !is(inputs_[j]))
        inputs_[j].watermark = reached;
    if (i < inputs_.size())
      inputs_[i].watermark = reached;
    if (!waiting)
      continue;
    if (i == inputs_.size() && worker.run.settings.allow_dropped_state)
      continue; // check() has said so
    const levada_channel_desc *channel = i < inputs_.size() ? inputs_[i].channel->desc : nullptr;
    if (!channel || row_size != channel->row_size ||
        (!channel->hash_offset && !stage.single && saved_workers != topology.workers)) {
      why = textf("rows wait at `%s` that can only go on with the same program and "
                  "--parallelism %u",
                  stage.desc->name, saved_workers);
      return false;
    }
    uint32_t first = first_group(worker.index, topology.workers);
    HashRange range{first, first_group(worker.index + 1, topology.workers) - first};
    if (!merge_.restore(i, range, rows))
      return false;
  }
  return restore_counters(program, from, last ? sums : nullptr);
}

bool Execution::restored(uint64_t number) {
  next_ = number;
  merge_.restored();
  for (uint32_t slot : stage.slots)
    if (!slot_loaded(&worker.ctx, worker.ctx.slots[slot]))
      return false;
  return true;
}

} // namespace levada::rt
