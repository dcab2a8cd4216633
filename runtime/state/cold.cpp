//===- cold.cpp - entries that come to memory as rows ask for them --------===//
#include "runtime/state/cold.h"

#include "runtime/state/part.h"
#include "runtime/state/spill.h"

#include <errno.h>

namespace levada::rt {

/// Entries of a segment, about: a block of a large run.
static constexpr uint64_t segment = 256;
/// Bytes that are read at once: what a segment takes of a file, and the blocks it ends in.
static constexpr uint64_t at_once = 20 << 10;
/// Rows that read their own entry only: the blocks that it takes are about those of all
/// the segment.
static constexpr uint8_t few_rows = 1;
/// Entries that follow between two numbers: less than a millisecond.
static constexpr uint64_t followers = 8192;

void cold_begin(levada_slot *slot, Slice *slice) {
  const Spill *spill = slot->spill;
  if (!slice->files.count || slot->desc->mergeable || !slot->owned.count ||
      !spill || spill->limit < no_limit)
    return;
  uint64_t entries = 0; // most keys of the others are in the largest, too
  for (const SortedFile *file : slice->files)
    entries = file->count > entries ? file->count : entries;
  auto *cold = slice->cold = (Cold *)must_zero(sizeof(Cold));
  cold->bits = 1;
  while (cold->bits < 40 && entries >> cold->bits > segment)
    ++cold->bits;
  const uint64_t low = (uint64_t)slot->range.first << key_group_shift;
  const uint64_t high = low + (((uint64_t)slot->range.count << key_group_shift) - 1);
  cold->first = cold->next = low >> (64 - cold->bits);
  cold->end = (high >> (64 - cold->bits)) + 1;
  cold->left = cold->end - cold->first;
  cold->rows = (uint8_t *)must_zero(cold->left);
  table_expect(&slice->table, slot_stride(slot->desc), slot->range, entries);
}

void cold_end(Slice *slice) {
  if (!slice->cold)
    return;
  free(slice->cold->rows);
  free(slice->cold);
  slice->cold = nullptr;
}

/// Entries from `first` to `last`, the newest file first: what is older, and than what
/// rows have read back, does not count.
static bool load_range(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t first,
                       uint64_t last, uint64_t *count) {
  SortedReader &reader = slot->spill->reader;
  EntryReader entries(slot);
  for (uint64_t i = slice->files.count; i-- > 0;) {
    const SortedFile *file = slice->files[i];
    reader.start(file, tag_of(first), at_once);
    while (reader.next() && ~reader.tag() <= last) {
      if (reader.tag() > tag_of(first) ||
          group_of(slot->desc, reader.tag()) - file->first_group >= file->group_count)
        continue;
      Reader bytes(reader.whole());
      if (!entries.next(bytes) || !load_entry(ctx, slot, slice, entries, false))
        return spill_failed(ctx, "reading state back", EBADMSG), false;
      ++*count;
    }
    if (reader.failed)
      return spill_failed(ctx, "reading state back", reader.failed), false;
  }
  return true;
}

static bool load_segment(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t number,
                         uint64_t *count) {
  Cold *cold = slice->cold;
  const uint64_t first = number << (64 - cold->bits);
  const uint64_t last = first + (((uint64_t)1 << (64 - cold->bits)) - 1);
  if (!load_range(ctx, slot, slice, first, last, count))
    return false;
  cold->rows[number - cold->first] = cold_here;
  if (--cold->left)
    return true;
  cold_end(slice);
  for (SortedFile *file : slice->files)
    sorted_release(file);
  slice->files.count = 0;
  slice->anew = true; // the next part has all of it
  return true;
}

bool cold_asked(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t hash) {
  const Cold *cold = slice->cold;
  uint64_t number = hash >> (64 - cold->bits), count = 0;
  uint8_t &rows = cold->rows[number - cold->first];
  if (rows == cold_here)
    return true;
  return ++rows > few_rows && load_segment(ctx, slot, slice, number, &count);
}

bool cold_follow(levada_ctx *ctx, levada_slot *slot) {
  uint64_t count = 0;
  for (Slice *slice : slot->slices)
    while (slice->cold && count < followers) {
      Cold *cold = slice->cold;
      while (cold->rows[cold->next - cold->first] == cold_here)
        ++cold->next;
      if (!load_segment(ctx, slot, slice, cold->next, &count))
        return false;
    }
  return true;
}

} // namespace levada::rt
