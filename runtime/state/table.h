//===- table.h - hash tables whose order is the order of hashes -----------===//
//
// Open addressing with linear probing where a hash's high bits give its place
// and entries of a run are kept sorted, so that a table read from front to
// back is in hash order (equal hashes: in key order) however it was filled.
// Firing a window needs no sort, merging tables reads and writes sequentially.
//
// A slot of `stride` bytes: the tag, then at `head` the entry. tag = ~hash | 1,
// so that an empty slot (0) and a higher hash end a search by one comparison;
// tags fall from front to back. Runs never wrap: some slots follow the last
// home place, and the last two stay empty.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_TABLE_H
#define LEVADA_RUNTIME_STATE_TABLE_H

#include "runtime/state/key.h"
#include "runtime/state/key_groups.h"
#include "runtime/state/pages.h"

namespace levada::rt {

struct Copy; // copy.h

struct Table {
  char *slots = nullptr;
  uint64_t low = 0;    // first hash of the worker's key groups
  uint64_t factor = 0; // home place = high half of (hash - low) * factor
  uint64_t last = 0;   // highest home place
  uint64_t count = 0, max = 0;
  uint64_t end = 0; // slots, without the two that stay empty
  Pages pages; // of its own, if it is large
  // NULL, or a bit for each home place: those that changed since the last part was
  // begun, and those whose entries are still to go to that part. Never both: what
  // is about to change goes before. Rows look at the first alone, which is small
  // enough to stay near.
  uint64_t *marks = nullptr, *uncopied = nullptr;
  Copy *copy = nullptr; // the part that is being made, if any
};

/// The entries of a home place, as they are, go to the table's part, if they have not.
void copy_place(Table *table, uint64_t home);
/// All that is still to go to the part does.
void copy_finish(Table *table);

/// Key groups a table is made for. Other hashes are legal, but crowd.
struct HashRange {
  uint32_t first = 0, count = key_groups;
};

LEVADA_INLINE uint64_t tag_of(uint64_t hash) { return ~hash | 1; }

LEVADA_INLINE uint64_t table_home(const Table *table, uint64_t hash) {
  uint64_t from = hash < table->low ? 0 : hash - table->low;
  uint64_t home = (uint64_t)(((unsigned __int128)from * table->factor) >> 64);
  return home < table->last ? home : table->last;
}

/// The entries of this home place are about to change: call it before.
LEVADA_INLINE void table_mark_home(Table *table, uint64_t home) {
  if (!table->marks)
    return;
  uint64_t *word = &table->marks[home / 64];
  const uint64_t bit = (uint64_t)1 << (home & 63);
  if (__builtin_expect((*word & bit) == 0, 0)) {
    *word |= bit;
    if (table->copy)
      copy_place(table, home);
  }
}
LEVADA_INLINE void table_mark(Table *table, uint64_t hash) {
  table_mark_home(table, table_home(table, hash));
}
/// What a search for this hash looks at is brought near: its home place and the two
/// behind, where most keys of it are.
LEVADA_INLINE void table_prefetch(const Table *table, uint32_t stride, uint64_t hash) {
  constexpr uint32_t line = 64;
  const uint64_t home = table_home(table, hash);
  const char *slot = table->slots + home * stride;
  for (uint32_t at = 0; at < 3 * stride; at += stride < line ? line : stride)
    __builtin_prefetch(slot + at, 1);
  if (table->marks)
    __builtin_prefetch(&table->marks[home / 64], 1);
}
/// Words of 64 marks.
LEVADA_INLINE uint64_t mark_words(const Table *table) { return table->last / 64 + 1; }
/// Calls body(place) for the bits of a word of marks, in order.
template <typename Body> LEVADA_INLINE void each_mark(uint64_t word, uint64_t bits, Body body) {
  for (; bits; bits &= bits - 1)
    body(word * 64 + (uint64_t)__builtin_ctzll(bits));
}

/// Bytes between slots, and from a slot to its entry.
LEVADA_INLINE uint32_t slot_head(const levada_slot_desc *desc) {
  return desc->align == 16 ? 16 : 8;
}
LEVADA_INLINE uint32_t slot_stride(const levada_slot_desc *desc) {
  uint32_t head = slot_head(desc);
  return (head + desc->entry_size + head - 1) & ~(head - 1);
}

/// The entry of `key`, whose home place is `home`, or NULL.
LEVADA_INLINE char *table_find_at(const Table *table, const levada_slot_desc *desc, uint64_t tag,
                                  uint64_t home, const char *key) {
  const uint32_t stride = slot_stride(desc), head = slot_head(desc);
  char *slot = table->slots + home * stride;
  for (;;) {
    // How many of two slots come before the key: counted, not branched on. A
    // mispredicted branch costs more than all the rest of a search.
    uint64_t skip = (uint64_t)(load64(slot) > tag) + (load64(slot + stride) > tag);
    slot += skip * stride;
    if (__builtin_expect(load64(slot) == tag, 1) && key_equal(slot + head, key, &desc->key))
      return slot + head;
    if (skip < 2)
      break;
  }
  for (; load64(slot) == tag; slot += stride) // another key of the same hash
    if (key_equal(slot + head, key, &desc->key))
      return slot + head;
  return nullptr;
}

LEVADA_INLINE char *table_find(const Table *table, const levada_slot_desc *desc, uint64_t hash,
                               const char *key) {
  const uint64_t tag = tag_of(hash);
  return table_find_at(table, desc, tag, table_home(table, ~tag), key);
}

/// The first place from the home of `tag` on whose tag is not above it: where it stands,
/// or belongs.
uint64_t table_place(const Table *table, uint32_t stride, uint64_t tag);
/// table_find for entries that come in the order of hashes, and so crowd.
char *table_find_crowded(const Table *table, const levada_slot_desc *desc, uint64_t tag,
                         const char *key);
/// `expected` entries will fit before it grows.
void table_init(Table *table, uint32_t stride, HashRange range, uint64_t expected);
/// With about `places` home places, no power of two.
void table_init_exactly(Table *table, uint32_t stride, HashRange range, uint64_t places);
void table_free(Table *table);
/// Makes sure that one more entry fits. Moves entries.
void table_reserve(Table *table, uint32_t stride, HashRange range);
/// As table_init, of one that may have entries already. Moves them.
void table_expect(Table *table, uint32_t stride, HashRange range, uint64_t expected);
/// Bytes that it takes more of while it grows, at most.
uint64_t table_growth(const Table *table, uint32_t stride);
/// Makes room at `place` after table_reserve: what stands there moves up.
char *table_open(Table *table, uint32_t stride, uint64_t place, uint64_t tag);
/// Takes out what stands at `place`.
void table_close(Table *table, uint32_t stride, uint64_t place);
/// Nothing is marked, and from now on what changes is.
void table_clear_marks(Table *table);
/// From now on what changes is marked; what was, or `all`, is uncopied.
void table_begin_copy(Table *table, bool all);
/// Adds what another table of these slots holds at `slot`; not there yet.
void table_put(Table *table, const levada_slot_desc *desc, HashRange range, const char *slot);
/// Adds `key`, which must not be there: entry with accumulators of desc->init.
/// Long texts of the key go to `arena`.
char *table_insert(levada_ctx *ctx, Table *table, const levada_slot_desc *desc, HashRange range,
                   uint64_t tag, const char *key, levada_arena *arena);

} // namespace levada::rt

#endif
