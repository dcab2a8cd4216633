//===- frame.h - memory that rows between stages point into ---------------===//
//
// A frame belongs to one execution of a stage for one number: its arena, the
// chunk it reads, the frames its input came from, and state that was handed
// over. It is reference-counted by the batches of rows made in it, and freed
// when the last of them has been consumed, on whatever worker that happens.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_FRAME_H
#define LEVADA_RUNTIME_EXEC_FRAME_H

#include "runtime/abi/abi.h"

#include <atomic>

namespace levada::rt {

/// Hands `object` to the stage that runs now: `release(object)` is called once
/// every row made by it has been consumed, possibly on another thread. A slot
/// calls it for the memory of a window it fired, whose texts the rows view.
void frame_keep(levada_ctx *ctx, void *object, void (*release)(void *));

/// From here to block_end what the running stage makes has a frame of its own: a
/// long fire in blocks lets go of each. Texts that it took from `ctx` before stay.
void *block_begin(levada_ctx *ctx);
void block_end(levada_ctx *ctx, void *begun);

struct Frame {
  std::atomic<uint32_t> refs{1};
  levada_arena arena{};
  struct Kept {
    void *object;
    void (*release)(void *);
  } *kept = nullptr;
  uint32_t kept_count = 0, kept_capacity = 0;
};

Frame *frame_new();
void frame_retain(Frame *frame);
void frame_release(Frame *frame);
void frame_keep(Frame *frame, void *object, void (*release)(void *));

} // namespace levada::rt

#endif
