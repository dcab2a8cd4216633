//===- copy.h - a table's part of a checkpoint, made while rows come -------===//
//
// When a part is begun, what is to go to it is only marked. Entries are then
// copied some at a time, between numbers; those that a row is about to change go
// before it does. So the part is that of the moment when it was begun, and no
// step takes longer than it may.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_COPY_H
#define LEVADA_RUNTIME_STATE_COPY_H

#include "runtime/checkpoint/parts.h"
#include "runtime/state/slot_impl.h"

namespace levada::rt {

inline constexpr uint64_t not_counted = UINT64_MAX;

/// Where copies go. They are the table's alone until all is there.
struct CopyTo {
  Writer *sorted;    // in the order of the table
  Writer *strays;    // room for one place that is about to change and waits for its
                     // turn; or the same as `sorted`, where the order does not count
  uint64_t count_at; // where in `sorted` the number of what was copied stands, if at all
  Parts::Table *table = nullptr; // that both are of; NULL: they are a piece of parts
};

class Early;

struct Copy {
  levada_ctx *ctx;
  levada_slot *slot;
  CopyTo to;
  uint64_t count;
  uint64_t word; // of marks, up to where all is copied
  /// Copies the entries of those home places of a word of marks that `bits` has, at
  /// least one; they are at `*place` or behind. Returns how many count.
  uint64_t (*save)(Copy *copy, Writer &to, const Table *table, uint64_t word, uint64_t bits,
                   uint64_t *place);
  Early *early; // where the order counts, else NULL
};

/// Calls body(slot) for the entries that Copy::save copies, in order.
template <typename Body>
LEVADA_INLINE void each_entry(const Table *table, uint32_t stride, uint64_t word, uint64_t bits,
                              uint64_t *place, Body body) {
  const uint64_t first = word * 64 + (uint64_t)__builtin_ctzll(bits),
                 last = word * 64 + 63 - (uint64_t)__builtin_clzll(bits);
  uint64_t at = *place > first ? *place : first;
  for (;; ++at) {
    const char *slot = table->slots + at * stride;
    const uint64_t tag = load64(slot), home = tag ? table_home(table, ~tag) : at;
    if (home > last || (!tag && at == last))
      break;
    const uint64_t bit = home - word * 64; // before its word: it belongs to one before
    if (tag && bit < 64 && (bits >> bit & 1))
      body(slot);
  }
  *place = at;
}

void copy_begin(levada_ctx *ctx, levada_slot *slot, Table *table, bool all, const CopyTo &to,
                decltype(Copy::save) save);
/// Copies up to `*budget` home places, and takes them off it; true: all is there.
bool copy_some(Table *table, uint64_t *budget);
/// All that goes to a run of the file of tables, after those that stand before it there.
void copy_up_to(Parts::Table *to);
/// The part is not wanted any more.
void copy_drop(Table *table);

} // namespace levada::rt

#endif
