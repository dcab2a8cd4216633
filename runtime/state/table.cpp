//===- table.cpp - growing, inserting and removing in hash tables ---------===//
//
// The cold half of table.h. Whatever happens here, entries stay sorted by
// (hash, key) and no empty slot lies between an entry and its home place.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/table.h"
#include "runtime/state/memory.h"

#include <sys/mman.h>

namespace levada::rt {

static constexpr uint64_t min_capacity = 8, min_tail = 8;

static uint64_t max_load(uint64_t capacity) { return capacity / 8 * 5; }

static void allocate(Table *table, uint32_t stride, HashRange range, uint64_t capacity,
                     uint64_t tail) {
  table->low = (uint64_t)range.first << key_group_shift;
  table->factor = capacity * key_groups / range.count;
  table->last = capacity - 1;
  table->max = max_load(capacity);
  table->end = capacity + tail;
  const uint64_t size = (table->end + 2) * stride;
  table->slots = (char *)must_zero(size);
  // Rows go everywhere in it: fewer faults, fewer misses of address translation.
  constexpr uint64_t large = 2 << 20;
  uint64_t begin = ((uint64_t)table->slots + large - 1) & ~(large - 1);
  if (size >= 4 * large)
    madvise((void *)begin, ((uint64_t)table->slots + size - begin) & ~(large - 1), MADV_HUGEPAGE);
}

static void free_marks(Table *table) {
  free(table->marks);
  free(table->uncopied);
  table->marks = table->uncopied = nullptr;
}

void table_clear_marks(Table *table) {
  const uint64_t size = mark_words(table) * 8;
  if (table->marks) {
    memset(table->marks, 0, size);
    return;
  }
  table->marks = (uint64_t *)must_zero(size);
  table->uncopied = (uint64_t *)must_zero(size);
}

/// Marks of `old`, all copied, for as many home places as `table` has. A place
/// becomes those that its hashes may be at now, or more.
static void move_marks(Table *table, Table *old) {
  if (!old->marks || table->last == old->last)
    return;
  table->marks = nullptr;
  table_clear_marks(table);
  const uint64_t ratio = (table->last + 1) / (old->last + 1);
  for (uint64_t word = 0; word < mark_words(old); ++word)
    each_mark(word, old->marks[word], [&](uint64_t home) {
      // Factors are rounded: a hash may come one place behind.
      for (uint64_t to = home * ratio; to <= (home + 1) * ratio && to <= table->last; ++to)
        table->marks[to / 64] |= (uint64_t)1 << (to & 63);
    });
  free_marks(old);
}

void table_begin_copy(Table *table, bool all) {
  const uint64_t words = mark_words(table);
  if (!table->marks) {
    table_clear_marks(table);
    all = true;
  }
  uint64_t *before = table->marks;
  table->marks = table->uncopied;
  table->uncopied = before;
  memset(table->marks, 0, words * 8);
  if (all) {
    memset(before, 0xff, words * 8);
    before[words - 1] >>= 63 - (table->last & 63);
  }
}

/// Moves all entries to an array of `capacity` home places.
static void rebuild(Table *table, uint32_t stride, HashRange range, uint64_t capacity,
                    uint64_t tail) {
  copy_finish(table); // it goes by home places
  Table old = *table;
  allocate(table, stride, range, capacity, tail);
  uint64_t place = 0; // first free one: entries come in order
  char *from = old.slots;
  for (uint64_t left = old.count; left; from += stride) {
    uint64_t tag = load64(from);
    if (!tag)
      continue;
    --left;
    uint64_t home = table_home(table, ~tag);
    place = place > home ? place : home;
    if (place == table->end) { // a run reached the end: once more, with a longer tail
      free(table->slots);
      *table = old;
      return rebuild(table, stride, range, capacity, tail * 2);
    }
    memcpy(table->slots + place++ * stride, from, stride);
  }
  free(old.slots);
  move_marks(table, &old);
}

void table_init(Table *table, uint32_t stride, HashRange range, uint64_t expected) {
  uint64_t capacity = min_capacity;
  while (max_load(capacity) < expected)
    capacity *= 2;
  table->count = 0;
  allocate(table, stride, range, capacity, min_tail);
}

void table_init_exactly(Table *table, uint32_t stride, HashRange range, uint64_t places) {
  table->count = 0;
  allocate(table, stride, range, places < min_capacity ? min_capacity : places & ~(uint64_t)7,
           min_tail);
}

void table_free(Table *table) {
  copy_finish(table);
  free(table->slots);
  free_marks(table);
  *table = {};
}

void table_reserve(Table *table, uint32_t stride, HashRange range) {
  uint64_t capacity = table->last + 1, tail = table->end - capacity;
  if (table->count >= table->max)
    rebuild(table, stride, range, capacity * 2, min_tail);
  capacity = table->last + 1;
  tail = table->end - capacity;
  if (load64(table->slots + (table->end - 1) * stride))
    rebuild(table, stride, range, capacity, tail * 2);
}

char *table_open(Table *table, uint32_t stride, uint64_t place, uint64_t tag) {
  uint64_t free_place = place;
  while (load64(table->slots + free_place * stride))
    ++free_place;
  char *slot = table->slots + place * stride;
  memmove(slot + stride, slot, (free_place - place) * stride);
  memset(slot, 0, stride);
  memcpy(slot, &tag, 8);
  ++table->count;
  return slot;
}

void table_close(Table *table, uint32_t stride, uint64_t place) {
  uint64_t next = place + 1;
  for (;; ++next) { // what is not at home moves one place down
    uint64_t tag = load64(table->slots + next * stride);
    if (!tag || table_home(table, ~tag) == next)
      break;
  }
  char *slot = table->slots + place * stride;
  memmove(slot, slot + stride, (next - 1 - place) * stride);
  memset(table->slots + (next - 1) * stride, 0, stride);
  --table->count;
}

/// Makes room for a key that is not there; returns its slot.
static char *open_key(Table *table, const levada_slot_desc *desc, HashRange range, uint64_t tag,
                      const char *key) {
  const uint32_t stride = slot_stride(desc), head = slot_head(desc);
  table_reserve(table, stride, range);
  uint64_t place = table_home(table, ~tag);
  for (;; ++place) {
    const char *slot = table->slots + place * stride;
    uint64_t have = load64(slot);
    if (have < tag || (have == tag && key_compare(slot + head, key, &desc->key) > 0))
      break;
  }
  return table_open(table, stride, place, tag);
}

void table_put(Table *table, const levada_slot_desc *desc, HashRange range, const char *slot) {
  memcpy(open_key(table, desc, range, load64(slot), slot + slot_head(desc)), slot,
         slot_stride(desc));
}

char *table_insert(levada_ctx *ctx, Table *table, const levada_slot_desc *desc, HashRange range,
                   uint64_t tag, const char *key, levada_arena *arena) {
  char *entry = open_key(table, desc, range, tag, key) + slot_head(desc);
  key_copy(entry, key, &desc->key, arena);
  if (desc->init)
    desc->init(ctx, entry + desc->acc_offset);
  return entry;
}

} // namespace levada::rt
