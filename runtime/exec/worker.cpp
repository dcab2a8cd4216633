//===- worker.cpp - rows from stage to stage ------------------------------===//
#include "runtime/exec/worker.h"

#include "runtime/core/settings.h"
#include "runtime/exec/run.h"
#include "runtime/state/slot.h"

namespace levada::rt {

Worker::Worker(Run &run, uint32_t index) : run(run), index(index) {
  const levada_program *program = run.program;
  uint32_t workers = run.topology.workers;
  rows_.resize(uint64_t(program->channel_count) * workers);
  channels_.resize(program->channel_count);
  for (uint32_t c = 0; c < program->channel_count; ++c)
    channels_[c] = &rows_[uint64_t(c) * workers];
  slots_.resize(program->slot_count);
  std::vector<std::atomic<uint64_t>> none(uint64_t(program->slot_count) * 4);
  footprints.swap(none);
  ctx.channels = channels_.data();
  ctx.slots = slots_.data();
  ctx.program = program;
  ctx.worker = index;
  ctx.workers = workers;
  ctx.error_expr = UINT32_MAX;
  ctx.runtime = this;
  executions.resize(program->stage_count);
  for (const Stage &stage : run.topology.stages)
    if (stage.desc->kind != LEVADA_STAGE_FIRE && (!stage.single || index == 0))
      executions[stage.index] = std::make_unique<Execution>(*this, stage);
}

Worker::~Worker() {
  for (levada_rows &rows : rows_)
    if (rows.owner)
      pool.give(static_cast<Batch *>(rows.owner));
  executions.clear();
  destroy_slots();
}

void Worker::create_slots() {
  for (auto &execution : executions)
    if (execution)
      for (uint32_t slot : execution->stage.slots)
        slots_[slot] = slot_create(run.program, slot, &ctx);
}

void Worker::limit_slots(uint64_t bytes, const char *folder, bool named) {
  spill.limit = bytes;
  spill.folder = folder;
  spill.named = named;
  spill.worker = index;
  spill.slots = slots_.data();
  spill.slot_count = slots_.size();
  for (levada_slot *slot : slots_)
    if (slot)
      slot_limit(slot, &spill);
}

void Worker::destroy_slots() {
  for (levada_slot *&slot : slots_) {
    if (slot)
      slot_destroy(slot);
    slot = nullptr;
  }
}

/// Rows written so far in the batch that `rows` fills.
static uint32_t rows_in(const levada_rows &rows, const Batch *batch) {
  return batch->row_size ? uint32_t((rows.cur - batch->rows) / batch->row_size) : 0;
}

void Worker::row_slow(uint32_t channel, uint32_t receiver) {
  levada_rows &rows = this->rows(channel, receiver);
  Execution *execution = running;
  auto *batch = static_cast<Batch *>(rows.owner);
  if (batch) {
    batch->count = rows_in(rows, batch);
    if (batch->count)
      deliver(batch, receiver);
    else
      pool.give(batch);
  }
  // deliver() may have run other stages; this batch is the running one's again.
  const levada_channel_desc &desc = run.program->channels[channel];
  const uint32_t room = run.rows_of_batch(desc.row_size);
  batch = pool.take(desc.row_size, room);
  batch->channel = channel;
  batch->sender = index;
  batch->seq = execution->seq;
  batch->frame = frame;
  frame_retain(frame);
  if (run.topology.workers > 1)
    batch->segments.note(execution->order, 0);
  rows.owner = batch;
  rows.cur = batch->rows;
  rows.end = batch->rows + uint64_t(desc.row_size) * room;
}

void Worker::flush_rows() {
  for (uint32_t c : running->stage.outputs) {
    const Channel &channel = run.topology.channels[c];
    for (uint32_t r = 0; r < run.topology.instances(run.topology.stages[channel.consumer]); ++r) {
      levada_rows &out = rows(c, r);
      auto *batch = static_cast<Batch *>(out.owner);
      if (!batch)
        continue;
      batch->count = rows_in(out, batch);
      out = {};
      if (batch->count)
        deliver(batch, r);
      else
        pool.give(batch);
    }
  }
}

void *Worker::block_begin() {
  flush_rows();
  auto *outside = new Outside{ctx.arena, frame};
  frame = frame_new();
  ctx.arena = frame->arena;
  return outside;
}

void Worker::block_end(void *begun) {
  auto *outside = static_cast<Outside *>(begun);
  flush_rows();
  frame->arena = ctx.arena;
  frame_release(frame);
  frame = outside->frame;
  ctx.arena = outside->arena;
  delete outside;
}

void *block_begin(levada_ctx *ctx) { return worker_of(ctx)->block_begin(); }
void block_end(levada_ctx *ctx, void *begun) { worker_of(ctx)->block_end(begun); }

void Worker::deliver(Batch *batch, uint32_t receiver) {
  const Channel &channel = run.topology.channels[batch->channel];
  if (run.topology.workers == 1) {
    executions[channel.consumer]->take(batch);
    return;
  }
  Ring &ring = run.ring(batch->channel, index, receiver);
  batch->segments.end(batch->count);
  count_waiting(*batch, *channel.desc, run.waiting());
  auto push = [&] { return (ring.empty() || !run.crowded()) && ring.push(batch); };
  while (!push()) {
    if (run.over()) { // the receiver may have gone
      pool.give(batch);
      return;
    }
    // Never wait for a receiver that may be waiting for us: its rows come first.
    uint32_t before = run.event().now();
    if (receive())
      continue;
    if (push())
      break;
    run.event().wait(before);
  }
  run.event().notify();
}

bool Worker::receive() {
  bool some = false;
  for (uint32_t stage : run.topology.order)
    if (executions[stage])
      while (executions[stage]->receive())
        some = true;
  return some;
}

} // namespace levada::rt

using namespace levada::rt;

extern "C" void levada_rt_row_slow(levada_ctx *ctx, uint32_t channel, uint32_t receiver) {
  worker_of(ctx)->row_slow(channel, receiver);
}

extern "C" void levada_rt_out_slow(levada_out *out, uint64_t need) {
  static_cast<Execution::Out *>(out->owner)->execution->grow(out, need);
}

extern "C" void levada_rt_order(levada_ctx *ctx, int64_t order) {
  ctx->order = order;
  worker_of(ctx)->running->set_order(order);
}
