//===- sort.cpp - rows in order, all of them or the first few -------------===//
//
// Rows are copied with a number of arrival, which decides among equals: the
// sort is stable. With a limit only the first skip + limit rows are of the result:
// when some more than that are there, the others go, and the last one that stays
// says which rows need not be taken from then on. Texts of rows that went are swept
// when they outweigh those of rows that stayed.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/entry.h"
#include "runtime/state/sorter.h"
#include "runtime/state/spill.h"

#include <algorithm>

namespace levada::rt {

static constexpr uint64_t head = 16;

static uint64_t text_size(const levada_layout *layout, const char *row) {
  uint64_t size = 0;
  for (uint32_t i = 0; i < layout->str_count; ++i) {
    uint32_t len = (uint32_t)load64(row + layout->str_offsets[i]);
    size += len > 12 ? (len + 7) & ~7u : 0;
  }
  return size;
}

static char *new_row(levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  if (sorter->unused.count)
    return sorter->unused[--sorter->unused.count];
  char *p = arena_take(&sorter->rows->arena, head + 8 + slot->desc->key.size);
  return (char *)(((uintptr_t)p + head + 15) & ~(uintptr_t)15);
}

void sorter_keep(levada_slot *slot, const char *row, uint64_t number) {
  Sorter *sorter = slot->sorter;
  char *copy = new_row(slot);
  key_copy(copy, row, &slot->desc->key, &sorter->texts->arena);
  memcpy(copy - 8, &number, 8);
  sorter->text_bytes += text_size(&slot->desc->key, row);
  sorter->kept.push(copy);
  if (sorter->kept.count < sorter->select_at)
    return;
  if (sorter->copy && sorter->kept.count < 2 * sorter->select_at)
    return; // when that is made
  sorter_copy_finish(slot);
  sorter_select(slot);
}

static void sweep_texts(levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  if (arena_bytes(&sorter->texts->arena) < sorter->text_bytes * 4 + (1 << 20))
    return;
  Memory *old = sorter->texts;
  sorter->texts = memory_new();
  for (char *row : sorter->kept)
    key_copy(row, row, &slot->desc->key, &sorter->texts->arena);
  memory_release(old);
}

void sorter_cut(levada_slot *slot, const char *row) {
  Sorter *sorter = slot->sorter;
  const levada_slot_desc *desc = slot->desc;
  if (sorter->last && !sorts_before(desc, row, sorter->last))
    return;
  if (!sorter->last) {
    sorter->last = (char *)must_zero(head + desc->key.size) + head;
    sorter->last_texts = memory_new();
  }
  Memory *texts = memory_new();
  const uint64_t number = arrival(row);
  key_copy(sorter->last, row, &desc->key, &texts->arena);
  memcpy(sorter->last - 8, &number, 8);
  memory_release(sorter->last_texts);
  sorter->last_texts = texts;
}

void sorter_select(levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  const levada_slot_desc *desc = slot->desc;
  List<char *> &kept = sorter->kept;
  if (kept.count < sorter->bound)
    return;
  auto **order = (char **)must_alloc(kept.count * sizeof(char *));
  memcpy(order, kept.items, kept.count * sizeof(char *));
  char **last = order + (sorter->bound - 1);
  std::nth_element(order, last, order + kept.count,
                   [desc](const char *a, const char *b) { return sorts_before(desc, a, b); });
  const char *cut = *last;
  must_free(order);
  uint64_t left = 0, saved = 0;
  for (uint64_t i = 0; i < kept.count; ++i) {
    char *row = kept[i];
    if (sorts_before(desc, cut, row)) {
      sorter->text_bytes -= text_size(&desc->key, row);
      sorter->unused.push(row);
      continue;
    }
    saved += i < sorter->saved;
    kept[left++] = row;
  }
  kept.count = left;
  sorter->saved = saved;
  sorter_cut(slot, cut);
  sweep_texts(slot);
}

static void add_row(levada_slot *slot, const char *row) {
  Sorter *sorter = slot->sorter;
  const uint64_t number = ++sorter->arrivals;
  if (sorter->bound != UINT64_MAX) {
    if (slot->desc->first_rows || sorter->bound == 0) {
      if (sorter->kept.count + sorter->outside >= sorter->bound)
        return;
    } else if (sorter->last && slot->desc->compare(row, sorter->last) >= 0) {
      return; // it came later than that
    }
  }
  sorter_keep(slot, row, number);
}

/// Bottom-up merge sort of pointers.
void sort_rows(levada_slot *slot) {
  List<char *> &rows = slot->sorter->kept;
  const uint64_t n = rows.count;
  if (n < 2)
    return;
  auto **from = rows.items, **to = (char **)must_alloc(n * sizeof(char *)), **spare = to;
  for (uint64_t width = 1; width < n; width *= 2) {
    for (uint64_t low = 0; low < n; low += 2 * width) {
      uint64_t middle = low + width < n ? low + width : n;
      uint64_t high = middle + width < n ? middle + width : n;
      uint64_t a = low, b = middle;
      for (uint64_t out = low; out < high; ++out)
        to[out] = b == high || (a < middle && sorts_before(slot->desc, from[a], from[b])) ? from[a++]
                                                                                    : from[b++];
    }
    char **swap = from;
    from = to;
    to = swap;
  }
  if (from != rows.items)
    memcpy(rows.items, from, n * sizeof(char *));
  must_free(spare);
}

static int32_t fire_kept(levada_ctx *ctx, levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  sort_rows(slot);
  memory_keep(ctx, sorter->texts);
  levada_fire fire{};
  fire.watermark = LEVADA_MIN_WATERMARK;
  const uint64_t skip = slot->desc->skip > 0 ? (uint64_t)slot->desc->skip : 0;
  const uint64_t end = sorter->kept.count < sorter->bound ? sorter->kept.count : sorter->bound;
  for (uint64_t at = skip; at < end; at += fire_block) {
    const uint32_t n = end - at < fire_block ? (uint32_t)(end - at) : fire_block;
    if (fire_entries(ctx, slot, sorter->kept.items + at, n, fire))
      return 1;
  }
  return 0;
}

int32_t sorter_finish(levada_ctx *ctx, levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  sorter_copy_finish(slot);
  if (!sorter_take_loose(ctx, slot, 0))
    return 1;
  levada_rt_order(ctx, 0);
  if (sorter->files.count ? sorter_fire_spilled(ctx, slot) : fire_kept(ctx, slot))
    return 1;
  // No row comes any more: later checkpoints need none of it.
  sorter_empty(sorter);
  for (SortedFile *file : sorter->files)
    sorted_release(file);
  sorter->files.count = sorter->outside = 0;
  return 0;
}

//--- life --------------------------------------------------------------------

void sorter_create(levada_slot *slot) {
  auto *sorter = (Sorter *)must_zero(sizeof(Sorter));
  sorter->rows = memory_new();
  sorter->texts = memory_new();
  sorter->bound = sorter->select_at = UINT64_MAX;
  if (slot->desc->limit >= 0) {
    uint64_t skip = slot->desc->skip > 0 ? (uint64_t)slot->desc->skip : 0;
    sorter->bound = skip + (uint64_t)slot->desc->limit;
    if (slot->desc->limit == 0)
      sorter->bound = 0;
    const uint64_t more = sorter->bound / 4 > 1024 ? sorter->bound / 4 : 1024;
    if (!slot->desc->first_rows && sorter->bound && sorter->bound < (uint64_t)1 << 60)
      sorter->select_at = sorter->bound + more;
  }
  slot->sorter = sorter;
}

void sorter_empty(Sorter *sorter) {
  memory_release(sorter->rows);
  memory_release(sorter->texts);
  sorter->rows = memory_new();
  sorter->texts = memory_new();
  sorter->kept.free();
  sorter->unused.free();
  sorter->text_bytes = sorter->settled = sorter->saved = 0;
  sorter->anew = true;
}

void sorter_destroy(levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  memory_release(sorter->rows);
  memory_release(sorter->texts);
  if (sorter->last) {
    memory_release(sorter->last_texts);
    must_free(sorter->last - head);
  }
  for (List<SortedFile *> *files : {&sorter->files, &sorter->loose}) {
    for (SortedFile *file : *files)
      sorted_release(file);
    files->free();
  }
  for (List<Lost> *lost : {&sorter->lost_files, &sorter->lost_loose, &sorter->lost_rows})
    forget_lost(*lost);
  sorter->kept.free();
  sorter->unused.free();
  must_free(sorter);
}

bool slot_full(const levada_slot *slot) {
  const Sorter *sorter = slot->sorter;
  return slot->desc->first_rows && sorter->kept.count + sorter->outside >= sorter->bound;
}

SlotSize sorter_size(const levada_slot *slot) {
  const Sorter *sorter = slot->sorter;
  return {sorter->kept.count, arena_bytes(&sorter->rows->arena) +
                                  arena_bytes(&sorter->texts->arena) +
                                  (sorter->kept.room + sorter->unused.room) * sizeof(char *)};
}

} // namespace levada::rt

extern "C" void levada_rt_sort(levada_ctx *ctx, uint32_t slot, const levada_slot_desc *,
                               const char *row) {
  using namespace levada::rt;
  levada_slot *to = ctx->slots[slot];
  Sorter *sorter = to->sorter;
  add_row(to, row);
  if (!to->spill)
    return;
  // Every so many rows, and so many bytes of texts.
  const bool much = sorter->text_bytes > sorter->settled + to->spill->limit / 32;
  if (((sorter->arrivals & 1023) == 0 || much) && !ctx->failed) {
    slot_settle(ctx, to);
    sorter->settled = sorter->text_bytes;
  }
}
