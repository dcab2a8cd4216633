//===- cold.h - entries that come to memory as rows ask for them ----------===//
//
// After a restore the entries of a slice stand in files. Where partials cannot be
// merged, a row needs the entry that was. The first few rows of a *segment*, a range
// of hashes, read theirs back (spill.h); then all of the segment comes to memory, so
// that later ones ask no file. Between numbers other segments follow, a few at a time;
// when all are there the files are no longer needed. Not under --memory.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_COLD_H
#define LEVADA_RUNTIME_STATE_COLD_H

#include "runtime/state/slot_impl.h"

namespace levada::rt {

struct Cold {
  uint32_t bits; // a segment has the hashes of equal high bits
  uint64_t first, end, next, left; // segments: of the slot, the next to follow, still cold
  uint8_t *rows; // of each: that have asked, or `cold_here`
};
inline constexpr uint8_t cold_here = 255;

/// Where that pays, the slice's files are cold from now on.
void cold_begin(levada_slot *slot, Slice *slice);
/// They are files like others again, or gone.
void cold_end(Slice *slice);
/// A row asks for `hash`, which memory does not have. Whether the segment has come to
/// memory by now; false: it has not, or ctx has the error.
bool cold_asked(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t hash);
/// Brings more of the slot's entries to memory: some thousands. False: ctx has the error.
bool cold_follow(levada_ctx *ctx, levada_slot *slot);

} // namespace levada::rt

#endif
