//===- copy.cpp - a table's part of a checkpoint, made while rows come -----===//
#include "runtime/state/copy.h"
#include "runtime/state/early.h"

namespace levada::rt {

static bool copy_on(Table *table, uint64_t *budget, bool wait);

void copy_begin(levada_ctx *ctx, levada_slot *slot, Table *table, bool all, const CopyTo &to,
                decltype(Copy::save) save) {
  table_begin_copy(table, all);
  table->copy = (Copy *)must_alloc(sizeof(Copy));
  *table->copy = {ctx, slot, to, 0, 0, save, nullptr};
  if (!to.table)
    return;
  table->copy->early = new Early(table->last + 1, to.table->parts->chunks);
  to.table->source = table;
  to.table->fill = [](void *source, uint64_t *budget, bool wait) {
    return copy_on((Table *)source, budget, wait);
  };
}

static void copy_end(Table *table) {
  if (Parts::Table *to = table->copy->to.table)
    to->source = nullptr;
  delete table->copy->early;
  must_free(table->copy);
  table->copy = nullptr;
}

/// Too much waits for its turn: as much of what comes first is copied as goes early.
static void copy_ahead(Parts *parts) {
  uint64_t places = 64;
  for (auto &one : parts->tables())
    if (one->source)
      return (void)one->fill(one->source, &places, true);
}

void copy_place(Table *table, uint64_t home) {
  Copy *copy = table->copy;
  const uint64_t bit = (uint64_t)1 << (home & 63);
  if (!(table->uncopied[home / 64] & bit))
    return;
  table->uncopied[home / 64] &= ~bit;
  uint64_t place = home;
  Writer &to = *copy->to.strays;
  const uint64_t count = copy->save(copy, to, table, home / 64, bit, &place);
  if (!copy->early) {
    copy->count += count;
    return;
  }
  if (count)
    copy->early->add(home, to.view(), count);
  to.clear();
  if (copy->early->memory() > copy->to.table->parts->most_early)
    copy_ahead(copy->to.table->parts);
}

/// All of a word of marks, of which `bits` are uncopied and `early` are there, in order.
static void copy_word(Copy *copy, Table *table, uint64_t word, uint64_t bits, uint64_t early,
                      uint64_t *place) {
  Writer &to = *copy->to.sorted;
  auto up_to = [&](uint64_t until) { // those of `bits` below
    if (const uint64_t next = bits & (until - 1))
      copy->count += copy->save(copy, to, table, word, next, place);
    bits &= ~(until - 1);
  };
  each_mark(word, early, [&](uint64_t home) {
    up_to((uint64_t)1 << (home & 63));
    Early::Place before = copy->early->at(home);
    to.bytes(before.bytes.data(), before.bytes.size());
    copy->count += before.count;
  });
  up_to(0);
}

/// `wait`: until there is room for what is copied.
static bool copy_on(Table *table, uint64_t *budget, bool wait) {
  Copy *copy = table->copy;
  if (!copy)
    return true;
  Parts::Table *to = copy->to.table;
  // Words of marks whose places are brought near; many of one, the processor brings itself.
  constexpr uint64_t ahead = 4;
  constexpr int few = 16;
  const uint64_t words = mark_words(table);
  const uint32_t stride = copy->slot->sessions ? 16 : slot_stride(copy->slot->desc);
  uint64_t place = 0; // entries lie in the order of their home places
  for (; copy->word < words; ++copy->word) {
    if (!*budget || (to && !to->make_room(wait)))
      return false;
    const uint64_t word = copy->word;
    if (word + ahead < words && __builtin_popcountll(table->uncopied[word + ahead]) <= few)
      each_mark(word + ahead, table->uncopied[word + ahead],
                [&](uint64_t home) { __builtin_prefetch(table->slots + home * stride); });
    const uint64_t bits = table->uncopied[word];
    const uint64_t early = copy->early ? copy->early->turn(word) : 0;
    if (!bits && !early)
      continue;
    table->uncopied[word] = 0;
    copy_word(copy, table, word, bits, early, &place);
    const uint64_t places = (uint64_t)__builtin_popcountll(bits | early);
    *budget -= places < *budget ? places : *budget;
  }
  if (copy->to.count_at != not_counted)
    copy->to.sorted->put(copy->to.count_at, copy->count);
  if (to)
    to->finish();
  copy_end(table);
  return true;
}

bool copy_some(Table *table, uint64_t *budget) { return copy_on(table, budget, false); }

void copy_up_to(Parts::Table *to) {
  uint64_t budget = UINT64_MAX;
  for (auto &one : to->parts->tables()) {
    if (one->source)
      one->fill(one->source, &budget, true);
    if (one.get() == to)
      return;
  }
}

void copy_finish(Table *table) {
  if (!table->copy)
    return;
  uint64_t budget = UINT64_MAX;
  if (Parts::Table *to = table->copy->to.table)
    copy_up_to(to);
  else
    copy_on(table, &budget, true);
}

void copy_drop(Table *table) {
  if (!table->copy)
    return;
  memset(table->uncopied, 0, mark_words(table) * 8);
  copy_end(table);
}

} // namespace levada::rt
