//===- frame.cpp - life of frames -----------------------------------------===//
#include "runtime/exec/frame.h"

#include "runtime/core/arena.h"
#include "runtime/exec/worker.h"

#include <stdlib.h>

namespace levada::rt {

Frame *frame_new() { return new Frame; }

void frame_retain(Frame *frame) { frame->refs.fetch_add(1, std::memory_order_relaxed); }

void frame_release(Frame *frame) {
  if (frame->refs.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  for (uint32_t i = frame->kept_count; i-- > 0;)
    frame->kept[i].release(frame->kept[i].object);
  must_free(frame->kept);
  arena_free(&frame->arena);
  delete frame;
}

void frame_keep(Frame *frame, void *object, void (*release)(void *)) {
  if (frame->kept_count == frame->kept_capacity) {
    frame->kept_capacity = frame->kept_capacity ? 2 * frame->kept_capacity : 8;
    frame->kept = static_cast<Frame::Kept *>(
        must_realloc(frame->kept, frame->kept_capacity * sizeof(Frame::Kept)));
  }
  frame->kept[frame->kept_count++] = {object, release};
}

void frame_keep(levada_ctx *ctx, void *object, void (*release)(void *)) {
  frame_keep(worker_of(ctx)->frame, object, release);
}

} // namespace levada::rt
