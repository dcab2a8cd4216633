//===- table.cpp - growing, inserting and removing in hash tables ---------===//
//
// The cold half of table.h. Whatever happens here, entries stay sorted by
// (hash, key) and no empty slot lies between an entry and its home place.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/table.h"
#include "runtime/state/memory.h"

namespace levada::rt {

static constexpr uint64_t min_capacity = 8, min_tail = 8;
/// Tables of this size have pages of their own.
static constexpr uint64_t many = 4 * large_page;

/// Of large ones most time goes into what is not near, not into places beside it.
static uint64_t max_load(uint64_t capacity, uint32_t stride) {
  return capacity / 8 * (capacity * stride < many ? 5 : 6);
}

static uint64_t grown(uint64_t capacity, uint32_t stride) {
  return capacity * stride < many ? capacity * 2 : (capacity + capacity / 3) & ~(uint64_t)7;
}

static uint64_t bytes_of(const Table *table, uint32_t stride) {
  return (table->end + 2) * stride;
}

static void release(Table *table) {
  if (table->pages.size)
    pages_free(&table->pages);
  else
    free(table->slots);
}

/// Slots for `capacity` home places; those there are stay at the front.
static void allocate(Table *table, uint32_t stride, HashRange range, uint64_t capacity,
                     uint64_t tail) {
  const uint64_t before = table->slots ? bytes_of(table, stride) : 0;
  table->low = (uint64_t)range.first << key_group_shift;
  table->factor = capacity * key_groups / range.count;
  table->last = capacity - 1;
  table->max = max_load(capacity, stride);
  table->end = capacity + tail;
  const uint64_t size = bytes_of(table, stride);
  const uint64_t whole = (size + large_page - 1) & ~(large_page - 1);
  if (table->pages.size) {
    if (whole > table->pages.size)
      pages_resize(&table->pages, whole);
    table->slots = table->pages.at;
    return;
  }
  char *slots;
  if (size < many) {
    slots = (char *)must_zero(size);
  } else {
    pages_map(&table->pages, whole);
    slots = table->pages.at;
  }
  if (before) {
    memcpy(slots, table->slots, before);
    free(table->slots);
  }
  table->slots = slots;
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
  auto scaled = [&](uint64_t home) {
    uint64_t to = (uint64_t)((unsigned __int128)home * table->factor / old->factor);
    return to < table->last ? to : table->last;
  };
  for (uint64_t word = 0; word < mark_words(old); ++word)
    each_mark(word, old->marks[word], [&](uint64_t home) {
      const uint64_t until = home == old->last ? table->last : scaled(home + 1);
      for (uint64_t to = scaled(home); to <= until; ++to)
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

/// Moves up what stands from `place` to the next free one.
static char *shift(Table *table, uint32_t stride, uint64_t place) {
  uint64_t free_place = place;
  while (load64(table->slots + free_place * stride))
    ++free_place;
  char *slot = table->slots + place * stride;
  memmove(slot + stride, slot, (free_place - place) * stride);
  return slot;
}

/// Makes it one of `capacity` home places, no fewer than there are. Where a place was
/// free the entry behind it was at home, and comes to its new home whatever stands
/// before it: entries between free places move together, those at the back first, never
/// to a place before theirs. As no fewer places are behind homes, no more entries than
/// before go beyond the last.
static void rebuild(Table *table, uint32_t stride, HashRange range, uint64_t capacity,
                    uint64_t tail) {
  copy_finish(table); // it goes by home places
  Table old = *table;
  allocate(table, stride, range, capacity, tail);
  if (capacity == old.last + 1)
    return;
  const Table now = *table;
  List<uint64_t> places{}; // where those that move together go
  uint64_t end = old.end, left = old.count;
  uint64_t next = now.end; // the lowest that is taken
  while (left) {
    while (!load64(now.slots + (end - 1) * stride))
      --end;
    uint64_t begin = end - 1;
    while (begin && load64(now.slots + (begin - 1) * stride))
      --begin;
    uint64_t place = 0;
    places.count = 0;
    for (uint64_t at = begin; at < end; ++at) {
      const uint64_t home = table_home(&now, ~load64(now.slots + at * stride));
      place = place > home ? place : home;
      places.push(place++);
    }
    for (; next < place; ++next) // hashes of others' groups crowd at the last home
      memset(shift(table, stride, next), 0, stride);
    next = places[0];
    left -= end - begin;
    while (end-- > begin) {
      char *from = now.slots + end * stride, *to = now.slots + places[end - begin] * stride;
      if (from == to)
        continue;
      for (uint32_t at = 0; at < stride; at += 8) {
        memcpy(to + at, from + at, 8);
        memset(from + at, 0, 8);
      }
    }
    end = begin;
  }
  places.free();
  move_marks(table, &old);
}

void table_init(Table *table, uint32_t stride, HashRange range, uint64_t expected) {
  uint64_t capacity = min_capacity;
  while (max_load(capacity, stride) < expected)
    capacity = grown(capacity, stride);
  *table = {};
  allocate(table, stride, range, capacity, min_tail);
}

void table_init_exactly(Table *table, uint32_t stride, HashRange range, uint64_t places) {
  *table = {};
  allocate(table, stride, range, places < min_capacity ? min_capacity : places & ~(uint64_t)7,
           min_tail);
}

void table_free(Table *table) {
  copy_finish(table);
  release(table);
  free_marks(table);
  *table = {};
}

void table_reserve(Table *table, uint32_t stride, HashRange range) {
  uint64_t capacity = table->last + 1, tail = table->end - capacity;
  if (table->count >= table->max)
    rebuild(table, stride, range, grown(capacity, stride), tail);
  capacity = table->last + 1;
  if (load64(table->slots + (table->end - 1) * stride))
    rebuild(table, stride, range, capacity, tail * 2);
}

void table_expect(Table *table, uint32_t stride, HashRange range, uint64_t expected) {
  const uint64_t before = table->last + 1;
  uint64_t capacity = before;
  while (max_load(capacity, stride) < expected)
    capacity = grown(capacity, stride);
  if (capacity != before)
    rebuild(table, stride, range, capacity, table->end - before);
}

uint64_t table_growth(const Table *table, uint32_t stride) {
  const uint64_t capacity = table->last + 1, places = grown(capacity, stride) - capacity;
  const uint64_t size = bytes_of(table, stride) + places * stride;
  return size < many ? size : size + large_page - table->pages.size;
}

char *table_open(Table *table, uint32_t stride, uint64_t place, uint64_t tag) {
  char *slot = shift(table, stride, place);
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

uint64_t table_place(const Table *table, uint32_t stride, uint64_t tag) {
  auto before = [&](uint64_t place) { return load64(table->slots + place * stride) > tag; };
  uint64_t place = table_home(table, ~tag);
  for (int near = 8; near; --near, ++place)
    if (!before(place))
      return place;
  // Entries that come in the order of hashes crowd at the front of a table that grows.
  // Tags fall from there on, up to the first free place if not further.
  uint64_t step = 8;
  for (; place + step < table->end && before(place + step); step *= 2)
    place += step + 1;
  uint64_t high = place + step < table->end ? place + step : table->end;
  while (place < high) {
    const uint64_t middle = (place + high) / 2;
    if (before(middle))
      place = middle + 1;
    else
      high = middle;
  }
  return place;
}

char *table_find_crowded(const Table *table, const levada_slot_desc *desc, uint64_t tag,
                         const char *key) {
  const uint32_t stride = slot_stride(desc), head = slot_head(desc);
  char *slot = table->slots + table_place(table, stride, tag) * stride;
  for (; load64(slot) == tag; slot += stride)
    if (key_equal(slot + head, key, &desc->key))
      return slot + head;
  return nullptr;
}

/// Makes room for a key that is not there; returns its slot.
static char *open_key(Table *table, const levada_slot_desc *desc, HashRange range, uint64_t tag,
                      const char *key) {
  const uint32_t stride = slot_stride(desc), head = slot_head(desc);
  table_reserve(table, stride, range);
  uint64_t place = table_place(table, stride, tag);
  for (;; ++place) {
    const char *slot = table->slots + place * stride;
    if (load64(slot) < tag || key_compare(slot + head, key, &desc->key) > 0)
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
