//===- copy.cpp - a table's part of a checkpoint, made while rows come -----===//
#include "runtime/state/copy.h"

namespace levada::rt {

void copy_begin(levada_ctx *ctx, levada_slot *slot, Table *table, bool all, Writer *to,
                uint64_t count_at, decltype(Copy::save) save) {
  table_begin_copy(table, all);
  table->copy = (Copy *)must_alloc(sizeof(Copy));
  *table->copy = {ctx, slot, to, count_at, 0, 0, save};
}

void copy_place(Table *table, uint64_t home) {
  uint64_t place = home;
  table->marks[home] &= ~uncopied;
  table->copy->count += table->copy->save(table->copy, table, home, &place);
}

bool copy_some(Table *table, uint64_t *budget) {
  Copy *copy = table->copy;
  if (!copy)
    return true;
  constexpr uint64_t ahead = 32; // words of marks whose places are brought near
  const uint64_t words = mark_words(table);
  const uint32_t stride = copy->slot->sessions ? 16 : slot_stride(copy->slot->desc);
  uint64_t place = 0; // entries lie in the order of their home places
  for (; copy->word < words; ++copy->word) {
    if (!*budget)
      return false;
    uint64_t word = copy->word, places = 0;
    if (word + ahead < words)
      each_mark(table, word + ahead, all_uncopied,
                [&](uint64_t home) { __builtin_prefetch(table->slots + home * stride); });
    each_mark(table, word, all_uncopied, [&](uint64_t home) {
      copy->count += copy->save(copy, table, home, &place);
      ++places;
    });
    if (places) {
      uint64_t marks = load64(table->marks + word * 8) & ~all_uncopied;
      memcpy(table->marks + word * 8, &marks, 8);
    }
    *budget -= places < *budget ? places : *budget;
  }
  copy->to->put(copy->count_at, copy->count);
  free(copy);
  table->copy = nullptr;
  return true;
}

void copy_finish(Table *table) {
  uint64_t budget = UINT64_MAX;
  copy_some(table, &budget);
}

void copy_drop(Table *table) {
  if (!table->copy)
    return;
  for (uint64_t word = 0; word < mark_words(table); ++word) {
    uint64_t marks = load64(table->marks + word * 8) & ~all_uncopied;
    memcpy(table->marks + word * 8, &marks, 8);
  }
  free(table->copy);
  table->copy = nullptr;
}

} // namespace levada::rt
