//===- slot_impl.h - inside a slot ----------------------------------------===//
//
// What the files of this folder and the inlined updates (runtime/abi/inline.cpp)
// share. The first fields of a slot are all that an update touches while rows
// stay in the current slice.
//
// Times of windows are local ms: epoch ms, or for local_zone what a clock in
// the session zone shows. `progress` says up to where windows have fired: those
// with end <= progress, and no later row can change that.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_SLOT_IMPL_H
#define LEVADA_RUNTIME_STATE_SLOT_IMPL_H

#include "runtime/state/memory.h"
#include "runtime/state/slot.h"
#include "runtime/state/table.h"
#include "runtime/state/zone.h"
#include "runtime/tier/sorted_file.h"

namespace levada::rt {

/// A run as a part of a checkpoint speaks of it.
struct Lost {
  char *path; // of its file: the folder, and behind the zero the name
  uint64_t name_at, size;
  uint32_t crc;
  RunPlace run;
};

struct Cold; // cold.h

/// Accumulators of the rows of [start, end). The last window that contains
/// them ends at last_end.
struct Slice {
  Table table;
  Memory *memory; // long texts of keys, what accumulators allocate
  int64_t start, end, last_end;
  uint64_t id; // never given twice by a slot: parts of checkpoints name slices by it
  List<SortedFile *> files; // what is not in memory, the oldest first
  bool anew;                // memory was emptied since the last part
  bool tables;              // parts have its entries in the file of tables
  Cold *cold;               // NULL, or which entries of files are not in memory yet
  List<Lost> lost, runs;    // to be opened when all parts have come: files, runs of memory
};

/// What --memory takes out of memory (spill.h).
struct Spill;
/// Sessions (session.cpp) and rows to sort (sort.cpp).
struct Sessions;
struct Sorter;
/// What parts of checkpoints hold until all have come (save.cpp).
struct Restore;

/// Entries handed to a fire stage at once.
inline constexpr uint32_t fire_block = 4096;
/// Event times beyond this (some 36 million years) are refused, so that sums
/// of times do not overflow.
inline constexpr int64_t time_limit = (int64_t)1 << 60;

} // namespace levada::rt

struct levada_slot {
  int64_t watermark;   // of the last row
  int64_t next_fire;   // nothing is due below this watermark
  levada::rt::Slice *slice; // the current one, or `none`
  int64_t slice_start; // its times; length 0 when there is none
  uint64_t slice_length;
  int64_t zone_from, zone_offset; // the current period of the zone
  uint64_t zone_length;

  const levada_slot_desc *desc;
  uint32_t index;
  bool owns_empty; // GROUP, always_one: it is here that the row over nothing is made
  levada::rt::HashRange range;
  int64_t progress;
  uint64_t expected; // entries of the slice that fired last
  levada::rt::List<levada::rt::Slice *> slices; // by start
  levada::rt::Slice none;
  const char **block; // of fire_block entries
  levada::rt::Zone *zone;
  levada::rt::Sessions *sessions;
  levada::rt::Sorter *sorter;
  levada::rt::HashRange owned; // the key groups that come here and nowhere else; may be none
  bool marking;        // changes are remembered from the first part on
  uint64_t parts;      // saved so far
  uint64_t slice_ids;  // given so far
  levada::rt::Restore *restore;
  levada::rt::Spill *spill; // NULL: no limit
  uint32_t pins;            // while there are any, what it holds stays where it is
  const char *folder;       // of the checkpoint that is loaded
  uint32_t generations;     // of runs, given so far
};

/// The part of an update that fires; called from inlined bodies.
extern "C" int32_t levada_rt_advance_slow(levada_ctx *ctx, levada_slot *slot, int64_t watermark);

namespace levada::rt {

/// The key group of an entry, and the hash of its key.
LEVADA_INLINE uint32_t group_of(const levada_slot_desc *desc, uint64_t tag) {
  return desc->owner ? element_group(~tag) : key_group(~tag);
}
LEVADA_INLINE uint64_t hash_of(const levada_slot_desc *desc, const char *key) {
  uint64_t hash = hash_key(key, &desc->key);
  return desc->owner ? element_hash(hash, hash_key(key, desc->owner)) : hash;
}

/// Calls body(elements) for slots of elements of what is kept of this slot's keys
/// that fire; stops with 1 where that is not zero.
template <typename Body>
int32_t each_elements(levada_ctx *ctx, const levada_slot *slot, Body body) {
  const levada_program *program = ctx->program;
  for (uint32_t i = 0; !slot->desc->owner && i < program->slot_count; ++i) {
    const levada_slot_desc *desc = &program->slots[i];
    if (desc->owner && desc->fire && desc->fire_stage == slot->desc->fire_stage && ctx->slots[i])
      if (body(ctx->slots[i]))
        return 1;
  }
  return 0;
}

int64_t local_time_slow(levada_slot *slot, int64_t time_ms);
LEVADA_INLINE int64_t local_time(levada_slot *slot, const levada_slot_desc *desc, int64_t t) {
  if (!desc->local_zone)
    return t;
  if ((uint64_t)t - (uint64_t)slot->zone_from < slot->zone_length)
    return t + slot->zone_offset;
  return local_time_slow(slot, t);
}

/// Up to where windows have fired at `watermark`.
int64_t progress_at(const levada_slot *slot, int64_t watermark);
/// The watermark at which a window that ends at `end` fires.
int64_t trigger_of(const levada_slot *slot, int64_t end);

/// Makes the slice of a local time the current one. False: late for all its
/// windows, or the time is out of range (levada_rt_failed).
bool open_slice(levada_ctx *ctx, levada_slot *slot, int64_t time);
/// Adds a key to the current slice; returns its entry.
char *add_entry(levada_ctx *ctx, levada_slot *slot, const levada_slot_desc *desc, uint64_t hash,
                const char *key);

Slice *slice_new(levada_slot *slot, int64_t start, int64_t end, int64_t last_end);
void slice_free(Slice *slice);
void forget_lost(List<Lost> &runs);
/// After its entries went elsewhere.
void slice_emptied(levada_slot *slot, Slice *slice);

/// Hands a table's entries to the fire stage, in blocks.
int32_t fire_table(levada_ctx *ctx, levada_slot *slot, const Table *table, levada_fire fire);
int32_t fire_entries(levada_ctx *ctx, levada_slot *slot, const char *const *entries,
                     uint32_t count, levada_fire fire);
/// What a window's rows are told of it.
levada_fire window_fire(const levada_slot *slot, int64_t start, int64_t end);
/// Sets ctx's error; the run stops.
void state_fail(levada_ctx *ctx, uint32_t code, const char *text);

/// Whether a window's slice may have these times.
bool slice_fits(const levada_slot_desc *desc, int64_t start, int64_t end, int64_t last_end);
/// After slices were put there.
void window_plan(levada_slot *slot);
int32_t window_advance(levada_ctx *ctx, levada_slot *slot, int64_t watermark);

void restore_free(Restore *restore);

void sessions_create(levada_slot *slot);
void sessions_destroy(levada_slot *slot);
int32_t sessions_advance(levada_ctx *ctx, levada_slot *slot, int64_t watermark);
SlotSize sessions_size(const levada_slot *slot);

void sorter_create(levada_slot *slot);
void sorter_destroy(levada_slot *slot);
int32_t sorter_finish(levada_ctx *ctx, levada_slot *slot);
SlotSize sorter_size(const levada_slot *slot);

} // namespace levada::rt

#endif
