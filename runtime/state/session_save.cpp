//===- session_save.cpp - parts of checkpoints: sessions -------------------===//
//
// What changes is a home place of the table: a delta has the sessions of all
// keys there, and replaces what was there before, be it that sessions grew,
// joined or went. Home places are named by the hashes they are home of.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/copy.h"
#include "runtime/state/entry.h"
#include "runtime/state/session.h"

namespace levada::rt {

namespace {
struct Times {
  int64_t start, end;
};
/// Hashes from `first` to `last`, and how many sessions they have.
struct Range {
  uint64_t first, last, count;
};
} // namespace

/// Sessions of the key at `place`, newest first.
static uint64_t save_key(levada_ctx *ctx, const levada_slot *slot, uint64_t place, Writer &to) {
  uint64_t count = 0;
  for (Session *s = newest(&slot->sessions->table, place); s; s = s->older, ++count) {
    to.value(Times{s->start, s->end});
    entry_save(ctx, slot->desc, s->tag, s->entry(), to);
  }
  return count;
}

/// The lowest hash whose home is `home`.
static uint64_t first_hash(const Table *table, uint64_t home) {
  if (home == 0)
    return 0;
  unsigned __int128 from = ((unsigned __int128)home << 64) + (table->factor - 1);
  return table->low + (uint64_t)(from / table->factor);
}

/// Sessions of the keys whose home is `home`.
static uint64_t save_home(Copy *copy, const Table *table, uint64_t home, uint64_t *place) {
  uint64_t count = 0;
  for (*place = *place > home ? *place : home;; ++*place) {
    uint64_t tag = load64(table->slots + *place * session_stride);
    uint64_t own = tag ? table_home(table, ~tag) : UINT64_MAX;
    if (own > home)
      return count;
    if (own == home)
      count += save_key(copy->ctx, copy->slot, *place, *copy->to);
  }
}

/// The same as a range: what it replaces.
static uint64_t save_range(Copy *copy, const Table *table, uint64_t home, uint64_t *place) {
  Writer &to = *copy->to;
  uint64_t last = home == table->last ? UINT64_MAX : first_hash(table, home + 1) - 1;
  uint64_t at = to.size();
  to.value(Range{first_hash(table, home), last, 0});
  to.put(at + offsetof(Range, count), save_home(copy, table, home, place));
  return 1;
}

void sessions_save(levada_ctx *ctx, levada_slot *slot, bool all, Writer &to) {
  Table *table = &slot->sessions->table;
  to.value(uint64_t(all)); // ranges
  if (all)
    to.value(Range{0, 0, 0}); // the head says what is replaced
  if (slot->marking)
    return copy_begin(ctx, slot, table, all, &to, all ? 8 + offsetof(Range, count) : 0,
                      all ? save_home : save_range);
  uint64_t count = 0, left = table->count;
  for (uint64_t place = 0; left; ++place)
    if (load64(table->slots + place * session_stride)) {
      count += save_key(ctx, slot, place, to);
      --left;
    }
  to.put(8 + offsetof(Range, count), count);
}

/// Takes out what hashes from `first` to `last` have.
static void remove_range(levada_slot *slot, uint64_t first, uint64_t last) {
  Table *table = &slot->sessions->table;
  const uint64_t end = table_home(table, last);
  for (uint64_t place = table_home(table, first);;) {
    uint64_t tag = load64(table->slots + place * session_stride);
    if (tag ? ~tag > last : place >= end)
      return;
    if (!tag || ~tag < first) {
      ++place;
      continue;
    }
    for (Session *s = newest(table, place); s; s = s->older)
      s->joined = true;
    table_close(table, session_stride, place);
  }
}

void sessions_clear(levada_slot *slot) { remove_range(slot, 0, UINT64_MAX); }

Table *sessions_table(levada_slot *slot) { return &slot->sessions->table; }

static bool load_session(levada_ctx *ctx, levada_slot *slot, EntryReader &entries, Reader &from) {
  Times times{};
  if (!from.value(times) || !entries.next(from))
    return false;
  if (!entries.owned())
    return true;
  const char *key = entries.take_key();
  if (!key || times.start > times.end || times.start < -2 * time_limit ||
      times.end > 2 * time_limit)
    return false;
  Table *table = &slot->sessions->table;
  Session *session = session_new(ctx, slot, entries.tag, key, times.start, times.end);
  bool found;
  uint64_t place = find_place(table, &slot->desc->key, entries.tag, key, &found);
  if (found) {
    Session **link = &newest(table, place);
    while (*link && (*link)->start > times.start)
      link = &(*link)->older;
    session->older = *link;
    *link = session;
  } else {
    session_open(slot, session);
  }
  return entries.load(ctx, session->entry() + slot->desc->acc_offset);
}

bool sessions_load(levada_ctx *ctx, levada_slot *slot, const PartHead &head, Reader &from) {
  uint64_t ranges = 0;
  if (!from.value(ranges))
    return false;
  // The outermost home places are those of all hashes beyond: not of others' keys.
  const uint64_t lowest = (uint64_t)head.first_group << key_group_shift;
  const uint64_t highest =
      lowest + ((uint64_t)head.group_count << key_group_shift) - 1;
  if (head.all && head.group_count)
    remove_range(slot, lowest, highest);
  EntryReader entries(slot);
  for (uint64_t i = 0; i < ranges; ++i) {
    Range range{};
    if (!from.value(range) || range.first > range.last)
      return false;
    if (!head.all && head.group_count)
      remove_range(slot, range.first > lowest ? range.first : lowest,
                   range.last < highest ? range.last : highest);
    for (uint64_t j = 0; j < range.count; ++j)
      if (!load_session(ctx, slot, entries, from))
        return false;
  }
  return true;
}

void sessions_loaded(levada_slot *slot) {
  Sessions *all = slot->sessions;
  for (Due &due : all->heap)
    if (due.session->joined)
      memory_release(&due.session->memory);
    else
      all->due.push(due);
  all->heap.count = 0;
  for (Due &due : all->due)
    sessions_push(slot, due.session);
  all->due.count = 0;
  sessions_plan(slot);
}

} // namespace levada::rt
