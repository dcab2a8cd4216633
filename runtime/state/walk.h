//===- walk.h - what a slot holds, entry by entry ----------------------------===//
#ifndef LEVADA_RUNTIME_STATE_WALK_H
#define LEVADA_RUNTIME_STATE_WALK_H

#include "runtime/state/slot.h"

namespace levada::rt {

/// An entry: its key, at desc->acc_offset its accumulators.
struct Held {
  const char *entry;
  /// Local ms. Windows: the rows that the entry is about are in [start, end), the
  /// last window that has them ends at last_end. Groups: start is INT64_MIN.
  int64_t start, end, last_end;
};

/// Calls each(to, held) for what is in memory, by window, then hash. Returns how
/// many entries lie in files (--memory) and are left out.
uint64_t slot_walk(const levada_slot *slot, void (*each)(void *to, const Held &held), void *to);

} // namespace levada::rt

#endif
