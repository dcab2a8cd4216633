//===- spill.h - state that leaves memory ----------------------------------===//
//
// Under --memory a worker's slots share a number of bytes. When that is reached,
// the largest slice goes to a sorted file and begins anew in memory. Where
// accumulators are mergeable nothing is read back: a key that is absent in memory
// begins another partial accumulator, and partials are merged, the oldest first,
// when the window fires. Otherwise the newest entry of a key counts, and is read
// back when a row needs it.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_SPILL_H
#define LEVADA_RUNTIME_STATE_SPILL_H

#include "runtime/state/slot_impl.h"
#include "runtime/tier/sorted_file.h"

namespace levada::rt {

/// What the slots of one worker share.
struct Spill {
  uint64_t limit;      // bytes
  const char *folder;  // for files
  bool named;          // checkpoints link them
  uint32_t worker;
  levada_slot *const *slots;
  uint32_t slot_count;
  uint64_t files;      // made so far
  uint64_t bytes;      // written so far
  SortedReader reader; // for single entries
};

/// From now on the slot's state obeys a limit. NULL: none.
void slot_limit(levada_slot *slot, Spill *spill);
/// Its state is in use, +1 or -1: it does not go to make room for that of others.
void slot_pin(levada_slot *slot, int by);
/// Between two numbers: brings the worker's state below its limit. Non-zero: that
/// cannot be (ctx's error says why).
int32_t slot_settle(levada_ctx *ctx, levada_slot *slot);

/// The next file of the worker.
struct SpillName {
  char text[80];
};
SpillName spill_name(Spill *spill);
/// Its name in checkpoints.
SpillName spill_link(const SortedFile *file);
/// The file that a part speaks of is the slice's. False: errno, or 0 where it is
/// damaged.
bool spill_adopt(levada_slot *slot, Slice *slice, const char *folder, std::string_view name,
                 uint64_t size, uint64_t count, uint32_t crc, HashRange range);

/// Bytes of all state of the worker.
uint64_t spill_used(const Spill *spill);
/// Writes what a slice has in memory to a file; the slice goes on empty.
bool spill_slice(levada_ctx *ctx, levada_slot *slot, Slice *slice);
/// add_entry under a limit.
char *spill_add(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t tag, const char *key);
/// Names the slot's operator.
int32_t over_limit(levada_ctx *ctx, const levada_slot *slot, const char *what);
int32_t spill_failed(levada_ctx *ctx, const char *what, int error);

/// Whether any of these slices has left memory.
bool any_spilled(const levada_slot *slot, uint64_t first, uint64_t count);
/// Fires slices as one window: as fire_table and fire_merged do.
int32_t fire_spilled(levada_ctx *ctx, levada_slot *slot, uint64_t first, uint64_t count,
                     levada_fire fire);
/// Brings what slices hold into one file of the first of them; no slice has
/// anything in memory then.
bool gather_spilled(levada_ctx *ctx, levada_slot *slot, uint64_t first, uint64_t count);

/// Makes fewer files of those of a slice, in the same order.
bool compact_spilled(levada_ctx *ctx, levada_slot *slot, Slice *slice);

/// A sort row's slot.
uint64_t sorter_bytes(const levada_slot *slot);
bool sorter_spill(levada_ctx *ctx, levada_slot *slot);

} // namespace levada::rt

#endif
