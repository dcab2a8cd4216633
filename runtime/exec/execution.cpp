//===- execution.cpp - one stage on one worker ----------------------------===//
//
// Within a number: input first, in order; then the slots rise to the number's
// watermark and fire what is due; then the outputs are closed with that
// watermark. Everything made under the number carries the number.
//
//===----------------------------------------------------------------------===//
#include "runtime/core/settings.h"
#include "runtime/exec/run.h"
#include "runtime/state/slot.h"
#include "runtime/state/spill.h"

#include <algorithm>
#include <stdlib.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

namespace levada::rt {

/// What of the context belongs to the execution that is interrupted.
struct Execution::Saved {
  levada_arena arena;
  levada_out *outs;
  uint64_t *counters;
  int64_t chunk_watermark, now_ms, ctx_order;
  Order order;
  int32_t failed;
  Execution *running;
  Frame *frame;
};

static int64_t now_ms() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return int64_t(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

Execution::Execution(Worker &worker, const Stage &stage)
    : stage(stage), worker(worker), merge_(worker.pool, worker.run.wait_limit()) {
  const Topology &topology = worker.run.topology;
  for (uint32_t c : stage.inputs) {
    Input input;
    input.channel = &topology.channels[c];
    input.senders.resize(topology.workers);
    inputs_.push_back(std::move(input));
    merge_.add_input(topology.channels[c]);
  }
  counters.resize(uint64_t(topology.program->operator_count) * LEVADA_COUNTERS);
  outs_.resize(topology.program->sink_count);
  owners_.resize(topology.program->sink_count);
  for (uint32_t i = 0; i < outs_.size(); ++i) {
    owners_[i].execution = this;
    owners_[i].sink = i;
    outs_[i].owner = &owners_[i];
  }
}

Execution::~Execution() {
  for (Input &input : inputs_)
    for (Input::Sender &sender : input.senders)
      sender.waiting.drop(worker.pool);
  for (Batch *batch : done_)
    worker.pool.give(batch);
  for (levada_out &out : outs_)
    must_free(out.begin);
  for (Out &owner : owners_)
    if (owner.file >= 0)
      close(owner.file);
  if (frame_)
    frame_release(frame_);
}

void Execution::enter(uint64_t number, Saved &saved) {
  levada_ctx &ctx = worker.ctx;
  saved = {ctx.arena, ctx.outs, ctx.counters, ctx.chunk_watermark, ctx.now_ms,
           ctx.order, order,    ctx.failed,   worker.running,      worker.frame};
  // It was interrupted in the middle of a row, perhaps.
  if (worker.running)
    worker.running->pin(1);
  busy = true;
  if (!frame_) {
    frame_ = frame_new();
    seq = number;
    failed_ = false;
  }
  ctx.arena = frame_->arena;
  ctx.outs = outs_.data();
  ctx.counters = counters.data();
  ctx.order = LEVADA_MIN_WATERMARK;
  order = Order();
  ctx.failed = 0;
  ctx.now_ms = now_ms();
  worker.running = this;
  worker.frame = frame_;
}

void Execution::leave(Saved &saved) {
  levada_ctx &ctx = worker.ctx;
  frame_->arena = ctx.arena;
  ctx.arena = saved.arena;
  ctx.outs = saved.outs;
  ctx.counters = saved.counters;
  ctx.chunk_watermark = saved.chunk_watermark;
  ctx.now_ms = saved.now_ms;
  ctx.order = saved.ctx_order;
  order = saved.order;
  // With one worker, what runs inside a stage was caused by it: it stops too.
  ctx.failed = saved.failed | (worker.run.topology.workers == 1 ? int32_t(failed_) : 0);
  worker.running = saved.running;
  worker.frame = saved.frame;
  if (worker.running)
    worker.running->pin(-1);
}

void Execution::pin(int by) {
  for (uint32_t slot : stage.slots)
    slot_pin(worker.ctx.slots[slot], by);
}

void Execution::stage_failed() {
  levada_ctx &ctx = worker.ctx;
  failed_ = true;
  // Of the state itself; no row is to blame.
  if (!worker.error && (ctx.error_code == MEMORY_LIMIT || ctx.error_code == NO_SPILL))
    worker.error.set(Code(ctx.error_code), Text(std::string_view(ctx.error_text.ptr, ctx.error_text.len)),
                     ctx.error_code == MEMORY_LIMIT
                         ? "a larger --memory"
                         : "TMPDIR names another folder, --state that of checkpoints");
  if (worker.error)
    worker.run.fail(seq, stage.depth, order, worker.index, std::move(worker.error));
  worker.error = Error();
}

void Execution::run_chunk(uint64_t number, Chunk *chunk, uint32_t source) {
  levada_ctx &ctx = worker.ctx;
  Saved saved;
  int64_t reached = LEVADA_MAX_WATERMARK;
  enter(number, saved);
  if (chunk) {
    frame_keep(frame_, chunk, [](void *p) { chunk_release(static_cast<Chunk *>(p)); });
    chunk->abi.seq = number;
    chunk->abi.source = source;
    ctx.chunk_watermark = LEVADA_MIN_WATERMARK;
    if (stage.desc->source_fn(&ctx, &chunk->abi) != 0 || ctx.failed)
      stage_failed();
    reached = ctx.chunk_watermark;
    for (uint32_t slot : stage.slots)
      if (!failed_ && slot_settle(&ctx, ctx.slots[slot]))
        stage_failed();
  }
  leave(saved);
  worker.run.reached(number, source, reached);
  watermark = std::max(watermark, reached);
  close_outputs(number, reached);
  submit(number);
  busy = false;
}

void Execution::run_nothing(uint64_t number) {
  busy = true;
  close_outputs(number, LEVADA_MIN_WATERMARK);
  submit(number);
  busy = false;
}

void Execution::process(const levada_batch &rows) {
  if (failed_)
    return;
  if (stage.desc->rows_fn(&worker.ctx, &rows) != 0 || worker.ctx.failed)
    stage_failed();
}

/// The rows of `batch` are needed for as long as what this stage makes of them.
void Execution::hold(Batch *batch) {
  if (!stage.outputs.empty() && batch->frame) {
    if (!frame_->kept_count || frame_->kept[frame_->kept_count - 1].object != batch->frame) {
      frame_keep(frame_, batch->frame, [](void *p) { frame_release(static_cast<Frame *>(p)); });
      batch->frame = nullptr; // its reference is the frame's now
    }
  }
  worker.pool.give(batch);
}

void Execution::take(Batch *batch) {
  const Channel &channel = worker.run.topology.channels[batch->channel];
  Input &input = inputs_[channel.input];
  const int64_t reached = batch->last ? batch->watermark : LEVADA_MIN_WATERMARK;
  if (inputs_.size() > 1) {
    count_waiting(*batch, *channel.desc, worker.run.waiting());
    if (stage.merges)
      merge_.add(channel.input, batch, input.watermark);
    else
      input.senders[0].waiting.push(batch, *channel.desc, worker.pool, worker.run.wait_limit());
    if (!stage.merges)
      return;
  } else if (batch->count) {
    Saved saved;
    enter(batch->seq, saved);
    process_batch(batch, input.watermark);
    leave(saved);
    busy = false;
  } else {
    worker.pool.give(batch);
  }
  input.watermark = std::max(input.watermark, reached);
}

void Execution::finish(uint64_t number) {
  levada_ctx &ctx = worker.ctx;
  Saved saved;
  enter(number, saved);
  if (inputs_.size() > 1 || (!inputs_[0].channel->from_source && worker.run.topology.workers > 1))
    take_all(number);
  if (stage.merges)
    process_merged(number);
  for (uint32_t slot : stage.slots)
    if (slot_full(ctx.slots[slot]))
      worker.run.has_enough(slot, number);
  int64_t reached = LEVADA_MAX_WATERMARK;
  for (const Input &input : inputs_)
    reached = std::min(reached, input.watermark);
  if (reached > watermark) {
    watermark = reached;
    for (uint32_t slot : stage.slots) {
      int32_t status = failed_ ? 0
                       : reached == LEVADA_MAX_WATERMARK
                           ? slot_finish(&ctx, ctx.slots[slot])
                           : slot_advance(&ctx, ctx.slots[slot], reached);
      if (status != 0 || ctx.failed)
        stage_failed();
    }
  }
  for (uint32_t slot : stage.slots)
    if (!failed_ && slot_settle(&ctx, ctx.slots[slot]))
      stage_failed();
  leave(saved);
  close_outputs(number, watermark);
  submit(number);
  next_ = number + 1;
  busy = false;
}

void Execution::close_outputs(uint64_t number, int64_t reached) {
  const Topology &topology = worker.run.topology;
  for (uint32_t c : stage.outputs) {
    const Channel &channel = topology.channels[c];
    uint32_t receivers = topology.instances(topology.stages[channel.consumer]);
    for (uint32_t r = 0; r < receivers; ++r) {
      levada_rows &rows = worker.rows(c, r);
      auto *batch = static_cast<Batch *>(rows.owner);
      if (batch)
        batch->count = uint32_t((rows.cur - batch->rows) / batch->row_size);
      else
        batch = worker.pool.take(channel.desc->row_size, 0);
      rows = {};
      batch->channel = c;
      batch->sender = worker.index;
      batch->seq = number;
      batch->last = true;
      batch->watermark = reached;
      worker.deliver(batch, r);
    }
  }
}

void Execution::submit(uint64_t number) {
  Run &run = worker.run;
  for (uint32_t sink : stage.sinks) {
    levada_out &out = outs_[sink];
    Out &owner_of = owners_[sink];
    if (!out.rows && out.cur == out.begin && owner_of.file < 0)
      continue;
    if (owner_of.file >= 0)
      overflow(&out);
    owner_of.segments.end(owner_of.in_file + uint64_t(out.cur - out.begin));
    run.submit(number, {sink, stage.depth, worker.index, out.begin,
                        owner_of.in_file + uint64_t(out.cur - out.begin),
                        uint64_t(out.end - out.begin), out.rows, std::move(owner_of.segments),
                        owner_of.file});
    owner_of.segments.clear();
    owner_of.file = -1;
    owner_of.in_file = 0;
    void *owner = out.owner;
    out = {};
    out.owner = owner;
  }
  if (frame_)
    frame_release(frame_);
  frame_ = nullptr;
  run.executed(number);
}

/// Moves what is in the buffer to a file; false: it stays.
bool Execution::overflow(levada_out *out) {
  Run &run = worker.run;
  auto *owner = static_cast<Out *>(out->owner);
  if (owner->file < 0 && (owner->file = run.temporary_file()) < 0) {
    worker.error.set(NO_SPILL, textf("what waits for sink `%s`: %s",
                                     run.program->sinks[owner->sink].name, strerror(errno)));
    stage_failed();
    return false;
  }
  const char *from = out->begin;
  while (from != out->cur) {
    ssize_t put = write(owner->file, from, std::min<size_t>(out->cur - from, 1 << 20));
    if (put > 0) {
      from += put;
      paged_passed(put);
    } else if (errno != EINTR) {
      worker.error.set(NO_SPILL, textf("what waits for sink `%s`: %s",
                                       run.program->sinks[owner->sink].name, strerror(errno)));
      stage_failed();
      break;
    }
  }
  owner->in_file += out->cur - out->begin;
  out->cur = out->begin;
  return true;
}

void Execution::grow(levada_out *out, uint64_t need) {
  Run &run = worker.run;
  auto *owner = static_cast<Out *>(out->owner);
  uint64_t used = out->cur - out->begin, size = out->end - out->begin;
  // Bytes of a source stage stay even when a later record fails; those of other
  // stages only by 8 MB, so that a failing number leaves nothing.
  if (run.write_ahead(owner->sink) && used >= (stage.source ? 256u << 10 : 8u << 20)) {
    run.write(owner->sink, out->begin, used);
    out->cur = out->begin;
    used = 0;
  }
  // What a number makes waits for its turn; under --memory not in memory.
  if (run.settings.memory && !run.write_ahead(owner->sink) && used >= 256 << 10 && overflow(out))
    used = 0;
  if (!out->begin) {
    out->begin = run.take_buffer(size);
    out->cur = out->begin;
    out->end = out->begin + size;
    if (run.topology.workers > 1) {
      owner->segments.clear();
      owner->segments.note(order, 0);
    }
  }
  if (size - used < need) {
    while (size - used < need)
      size *= 2;
    out->begin = static_cast<char *>(must_realloc(out->begin, size));
    out->cur = out->begin + used;
    out->end = out->begin + size;
  }
}

void Execution::set_order(int64_t place) {
  const Topology &topology = worker.run.topology;
  if (topology.workers == 1)
    return;
  uint64_t row = uint64_t(place) - uint64_t(FIRST_PLACE);
  order = row < places_.size() ? places_[row] : Order{place};
  for (uint32_t sink : stage.sinks)
    if (outs_[sink].begin)
      owners_[sink].segments.note(
          order, owners_[sink].in_file + uint64_t(outs_[sink].cur - outs_[sink].begin));
  for (uint32_t c : stage.outputs)
    for (uint32_t r = 0; r < topology.workers; ++r) {
      levada_rows &rows = worker.rows(c, r);
      if (auto *batch = static_cast<Batch *>(rows.owner))
        batch->segments.note(order, (rows.cur - batch->rows) / batch->row_size);
    }
}

} // namespace levada::rt
