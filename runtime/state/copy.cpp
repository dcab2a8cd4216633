//===- copy.cpp - a table's part of a checkpoint, made while rows come -----===//
//
// Where the order of the table counts, what goes early waits until its turn comes:
// behind one another in one buffer, chained by the word of marks it belongs to.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/copy.h"

namespace levada::rt {

namespace {
/// Before the bytes of a home place that went early.
struct Early {
  uint64_t before; // behind it begins the one of the same word that came before; 0: none
  uint32_t home;   // within the word
  uint32_t count;
  uint64_t size;   // of its bytes
};
} // namespace

void copy_begin(levada_ctx *ctx, levada_slot *slot, Table *table, bool all, const CopyTo &to,
                decltype(Copy::save) save) {
  table_begin_copy(table, all);
  table->copy = (Copy *)must_alloc(sizeof(Copy));
  *table->copy = {ctx, slot, to, 0, 0, save, nullptr};
  if (!to.table)
    return;
  table->copy->early = (uint64_t *)must_zero(mark_words(table) * 8);
  to.table->source = table;
  if (to.table->parts->chunks)
    to.table->parts->chunks->take_early(*to.strays);
}

static void copy_end(Table *table) {
  if (Parts::Table *to = table->copy->to.table)
    to->source = nullptr;
  free(table->copy->early);
  free(table->copy);
  table->copy = nullptr;
}

void copy_place(Table *table, uint64_t home) {
  Copy *copy = table->copy;
  const uint64_t word = home / 64, bit = (uint64_t)1 << (home & 63);
  if (!(table->uncopied[word] & bit))
    return;
  table->uncopied[word] &= ~bit;
  uint64_t place = home;
  if (!copy->early) {
    copy->count += copy->save(copy, *copy->to.strays, table, home, &place);
    return;
  }
  Writer &to = *copy->to.strays;
  const uint64_t at = to.size();
  to.value(Early{copy->early[word], (uint32_t)(home & 63), 0, 0});
  const uint64_t count = copy->save(copy, to, table, home, &place);
  if (!count) // nothing is there yet
    return to.shrink(at);
  to.put(at, Early{copy->early[word], (uint32_t)(home & 63), (uint32_t)count,
                   to.size() - at - sizeof(Early)});
  copy->early[word] = at + sizeof(Early);
  if (to.size() > copy->to.table->parts->most_early)
    copy_finish(table);
}

/// All of a word of marks, of which `bits` are uncopied, in order.
static void copy_word(Copy *copy, Table *table, uint64_t word, uint64_t bits, uint64_t *place) {
  Writer &to = *copy->to.sorted;
  auto save = [&](uint64_t home) {
    copy->count += copy->save(copy, to, table, home, place);
  };
  if (!copy->early || !copy->early[word])
    return each_mark(word, bits, save);
  const char *strays = copy->to.strays->data();
  uint64_t at[64], early = 0;
  for (uint64_t next = copy->early[word]; next;) {
    Early one;
    memcpy(&one, strays + next - sizeof one, sizeof one);
    at[one.home] = next;
    early |= (uint64_t)1 << one.home;
    next = one.before;
  }
  each_mark(word, bits | early, [&](uint64_t home) {
    if (!(early >> (home & 63) & 1))
      return save(home);
    Early one;
    memcpy(&one, strays + at[home & 63] - sizeof one, sizeof one);
    to.bytes(strays + at[home & 63], one.size);
    copy->count += one.count;
  });
}

/// `wait`: until there is room for what is copied.
static bool copy_on(Table *table, uint64_t *budget, bool wait) {
  Copy *copy = table->copy;
  if (!copy)
    return true;
  Parts::Table *to = copy->to.table;
  constexpr uint64_t ahead = 4; // words of marks whose places are brought near
  const uint64_t words = mark_words(table);
  const uint32_t stride = copy->slot->sessions ? 16 : slot_stride(copy->slot->desc);
  uint64_t place = 0; // entries lie in the order of their home places
  for (; copy->word < words; ++copy->word) {
    if (!*budget || (to && !to->make_room(wait)))
      return false;
    const uint64_t word = copy->word;
    if (word + ahead < words)
      each_mark(word + ahead, table->uncopied[word + ahead],
                [&](uint64_t home) { __builtin_prefetch(table->slots + home * stride); });
    const uint64_t bits = table->uncopied[word];
    if (!bits && !(copy->early && copy->early[word]))
      continue;
    table->uncopied[word] = 0;
    copy_word(copy, table, word, bits, &place);
    const uint64_t places = (uint64_t)__builtin_popcountll(bits);
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

void copy_finish(Table *table) {
  if (!table->copy)
    return;
  uint64_t budget = UINT64_MAX;
  // Those begun before stand before it in the file.
  if (Parts::Table *to = table->copy->to.table)
    for (auto &one : to->parts->tables()) {
      if (one.get() == to)
        break;
      if (one->source)
        copy_on((Table *)one->source, &budget, true);
    }
  copy_on(table, &budget, true);
}

void copy_drop(Table *table) {
  if (!table->copy)
    return;
  memset(table->uncopied, 0, mark_words(table) * 8);
  copy_end(table);
}

} // namespace levada::rt
