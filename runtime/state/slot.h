//===- slot.h - state of one operator on one worker -----------------------===//
//
// A slot holds keyed accumulators: slices of time (WINDOW), sessions, one
// table (GROUP), or rows to be sorted (SORT). Generated code updates it through
// levada_rt_window and kin (abi.h); the scheduler creates it, tells it how far
// time has come, finishes it at the end of input and destroys it.
//
// Windows fire in (window_end, hash) order; before each the slot calls
// levada_rt_order. Not shared: only its worker touches it.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_SLOT_H
#define LEVADA_RUNTIME_STATE_SLOT_H

#include "runtime/abi/abi.h"

namespace levada::rt {

/// The part of slot `index` that worker ctx->worker of ctx->workers holds.
levada_slot *slot_create(const levada_program *program, uint32_t index, const levada_ctx *ctx);

/// Raises its watermark (a lower one is ignored) and fires what is due: call
/// it at the end of each sequence number, with the watermark reached there.
/// Non-zero when the fire stage failed.
int32_t slot_advance(levada_ctx *ctx, levada_slot *slot, int64_t watermark);

/// The end of all input: fires everything there is. Call it once.
int32_t slot_finish(levada_ctx *ctx, levada_slot *slot);

/// Whether nothing that is put in can change what comes out: LIMIT has its rows.
bool slot_full(const levada_slot *slot);

void slot_destroy(levada_slot *slot);

/// For the progress line: entries held, and bytes of memory.
struct SlotSize {
  uint64_t entries, bytes;
};
SlotSize slot_size(const levada_slot *slot);

} // namespace levada::rt

#endif
