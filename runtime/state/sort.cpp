//===- sort.cpp - rows in order, all of them or the first few -------------===//
//
// Rows are copied with a number of arrival, which decides among equals: the
// sort is stable. With a limit only the first skip + limit rows are kept, in a
// heap whose top is the last of them; texts of rows that fell out are swept
// when they outweigh those of rows that stayed.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/entry.h"
#include "runtime/state/heap.h"
#include "runtime/state/sorter.h"
#include "runtime/state/spill.h"

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

static void fill(levada_slot *slot, char *to, const char *row) {
  Sorter *sorter = slot->sorter;
  key_copy(to, row, &slot->desc->key, &sorter->texts->arena);
  memcpy(to - 8, &sorter->arrivals, 8);
  sorter->text_bytes += text_size(&slot->desc->key, row);
}

static char *new_row(levada_slot *slot) {
  char *p = arena_take(&slot->sorter->rows->arena, head + 8 + slot->desc->key.size);
  return (char *)(((uintptr_t)p + head + 15) & ~(uintptr_t)15);
}

/// The order of the heap: the last of the rows that are kept is its top.
static auto last_first(const levada_slot *slot) {
  return [desc = slot->desc](const char *a, const char *b) { return sorts_before(desc, b, a); };
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

static void add_row(levada_slot *slot, const char *row) {
  Sorter *sorter = slot->sorter;
  ++sorter->arrivals;
  if (sorter->kept.count < sorter->bound) {
    char *copy = new_row(slot);
    fill(slot, copy, row);
    if (sorter->bound == UINT64_MAX)
      sorter->kept.push(copy);
    else
      heap_push(sorter->kept, copy, last_first(slot));
    return;
  }
  if (sorter->bound == 0 || slot->desc->compare(row, sorter->kept[0]) >= 0)
    return;
  sorter->text_bytes -= text_size(&slot->desc->key, sorter->kept[0]);
  fill(slot, sorter->kept[0], row);
  heap_sift(sorter->kept, 0, last_first(slot));
  if ((sorter->arrivals & 1023) == 0)
    sweep_texts(slot);
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
  free(spare);
}

int32_t sorter_finish(levada_ctx *ctx, levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  sort_rows(slot);
  levada_rt_order(ctx, 0);
  if (sorter->files.count)
    return sorter_fire_spilled(ctx, slot);
  memory_keep(ctx, sorter->texts);
  levada_fire fire{};
  fire.watermark = LEVADA_MIN_WATERMARK;
  uint64_t skip = slot->desc->skip > 0 ? (uint64_t)slot->desc->skip : 0;
  for (uint64_t at = skip; at < sorter->kept.count; at += fire_block) {
    uint64_t left = sorter->kept.count - at;
    uint32_t n = left < fire_block ? (uint32_t)left : fire_block;
    if (fire_entries(ctx, slot, sorter->kept.items + at, n, fire))
      return 1;
  }
  return 0;
}

//--- parts of checkpoints ----------------------------------------------------

namespace {
/// Rows from number `first` of those that were kept; a bounded heap goes whole.
struct SortHead {
  uint64_t arrivals, first, count;
};
} // namespace

void sorter_save(levada_slot *slot, bool all, Writer &to) {
  Sorter *sorter = slot->sorter;
  // Those in files go again each time.
  bool whole = all || sorter->bound != UINT64_MAX || sorter->files.count;
  uint64_t first = whole ? 0 : sorter->saved, count = sorter->kept.count - first;
  for (const SortedFile *file : sorter->files)
    count += file->count;
  to.value(SortHead{sorter->arrivals, first, count});
  SortedReader reader;
  for (const SortedFile *file : sorter->files)
    for (reader.start(file, ~(uint64_t)0, 64 << 10); reader.next();) {
      to.value(reader.tag());
      to.bytes(reader.bytes().data(), reader.bytes().size());
    }
  for (uint64_t i = first; i < sorter->kept.count; ++i) {
    to.value(arrival(sorter->kept[i]));
    key_save(&slot->desc->key, sorter->kept[i], to);
  }
  sorter->saved = sorter->kept.count;
}

bool sorter_load(levada_slot *slot, const PartHead &head, Reader &from) {
  Sorter *sorter = slot->sorter;
  SortHead rows{};
  if (!from.value(rows))
    return false;
  if (head.group_count == 0) // a worker that no row comes to
    return rows.count == 0;
  if (slot->owned.count && rows.first == 0) {
    memory_release(sorter->rows);
    memory_release(sorter->texts);
    sorter->rows = memory_new();
    sorter->texts = memory_new();
    sorter->kept.count = sorter->text_bytes = 0;
  }
  if (slot->owned.count && rows.first != sorter->kept.count)
    return false;
  if (rows.first && sorter->bound != UINT64_MAX)
    return false;
  char *bytes = (char *)must_alloc(slot->desc->key.size);
  bool good = true;
  for (uint64_t i = 0; i < rows.count && good; ++i) {
    uint64_t number = 0;
    good = from.value(number) && key_load(&slot->desc->key, bytes, from);
    if (!good || !slot->owned.count)
      continue;
    char *row = new_row(slot);
    sorter->arrivals = number;
    fill(slot, row, bytes);
    sorter->kept.push(row);
  }
  free(bytes);
  sorter->arrivals = rows.arrivals;
  return good && sorter->kept.count <= sorter->bound;
}

void sorter_create(levada_slot *slot) {
  auto *sorter = (Sorter *)must_zero(sizeof(Sorter));
  sorter->rows = memory_new();
  sorter->texts = memory_new();
  sorter->bound = UINT64_MAX;
  if (slot->desc->limit >= 0) {
    uint64_t skip = slot->desc->skip > 0 ? (uint64_t)slot->desc->skip : 0;
    sorter->bound = skip + (uint64_t)slot->desc->limit;
    if (slot->desc->limit == 0)
      sorter->bound = 0;
  }
  slot->sorter = sorter;
}

void sorter_destroy(levada_slot *slot) {
  memory_release(slot->sorter->rows);
  memory_release(slot->sorter->texts);
  for (SortedFile *file : slot->sorter->files)
    sorted_release(file);
  slot->sorter->files.free();
  slot->sorter->kept.free();
  free(slot->sorter);
}

bool slot_full(const levada_slot *slot) {
  return slot->desc->first_rows && slot->sorter->kept.count >= slot->sorter->bound;
}

SlotSize sorter_size(const levada_slot *slot) {
  const Sorter *sorter = slot->sorter;
  return {sorter->kept.count, arena_bytes(&sorter->rows->arena) +
                                  arena_bytes(&sorter->texts->arena) +
                                  sorter->kept.room * sizeof(char *)};
}

} // namespace levada::rt

extern "C" void levada_rt_sort(levada_ctx *ctx, uint32_t slot, const levada_slot_desc *,
                               const char *row) {
  levada_slot *sorter = ctx->slots[slot];
  levada::rt::add_row(sorter, row);
  if (sorter->spill && (sorter->sorter->kept.count & 1023) == 0 && !ctx->failed)
    levada::rt::slot_settle(ctx, sorter);
}
