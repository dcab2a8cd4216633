//===- cold.h - entries that come to memory as rows ask for them ----------===//
//
// After a restore the entries of a slice stand in files. Where partials cannot be
// merged, a row needs the entry that was: its *segment*, all entries of a range of
// hashes, comes to memory at once, from all files, so that later rows of it ask no
// file. Between numbers others follow, a few at a time; when all are there the files
// are no longer needed. Not under --memory, where single entries come (spill.h).
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_COLD_H
#define LEVADA_RUNTIME_STATE_COLD_H

#include "runtime/state/slot_impl.h"

namespace levada::rt {

struct Cold {
  uint32_t bits; // a segment has the hashes of equal high bits
  uint64_t first, end, next, left; // segments: of the slot, the next to follow, still cold
  uint64_t *here; // a bit for each
};

/// Where that pays, the slice's files are cold from now on.
void cold_begin(levada_slot *slot, Slice *slice);
/// They are files like others again, or gone.
void cold_end(Slice *slice);
/// Entries of `hash` are in memory. False: ctx has the error.
bool cold_load(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t hash);
/// Brings more of the slot's entries to memory: some 2,000. False: ctx has the error.
bool cold_follow(levada_ctx *ctx, levada_slot *slot);

} // namespace levada::rt

#endif
