//===- walk.h - what a slot holds, entry by entry ----------------------------===//
#ifndef LEVADA_RUNTIME_STATE_WALK_H
#define LEVADA_RUNTIME_STATE_WALK_H

#include "runtime/state/slot.h"

namespace levada::rt {

/// A key with its accumulators, at desc->acc_offset, or a row of a sort.
struct Entry {
  const char *entry;
  /// Local ms. Windows: the rows that the entry is about are in [start, end), the
  /// last window that has them ends at last_end. Else start is INT64_MIN.
  int64_t start, end, last_end;
};

/// What a slot takes: entries and bytes in memory, and in files. A key may have an
/// entry in both, and in several files.
struct Footprint {
  uint64_t entries, bytes, file_entries, file_bytes;
};
Footprint slot_footprint(const levada_slot *slot);

/// Calls each(to, entry) for all that there is, by window, then hash: what is in
/// files counts as what is in memory (of sessions it comes behind that). False: ctx has the error.
bool slot_walk(levada_ctx *ctx, levada_slot *slot, void *to,
               void (*each)(void *to, const Entry &entry));

} // namespace levada::rt

#endif
