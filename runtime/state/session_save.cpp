//===- session_save.cpp - parts of checkpoints: sessions -------------------===//
//
// What changes is a home place of the table: a delta has the sessions of all
// keys there, and replaces what was there before, be it that sessions grew,
// joined or went. Home places are named by the hashes they are home of. Many sessions
// go to a run of the worker's file of tables, as files of what left memory have them:
// while they are copied, and when they are loaded, only some are in memory. Those of a
// key that a newer run does not have have ended by the slot's progress.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/copy.h"
#include "runtime/state/part.h"
#include "runtime/state/session.h"

namespace levada::rt {

namespace {
struct Times {
  int64_t start, end;
};
/// What a part has: the files that hold what is not in memory, then ranges.
struct Head {
  uint64_t ranges;
  uint32_t files, runs; // of sessions, of due times
  uint32_t whole;       // one range is all there is in memory
  uint32_t tables;      // a TableRun comes instead of ranges
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

/// Sessions of the keys of marked home places (Copy::save).
static uint64_t save_marked(Copy *copy, Writer &to, const Table *table, uint64_t word,
                            uint64_t bits, uint64_t *place) {
  uint64_t count = 0;
  each_entry(table, session_stride, word, bits, place, [&](const char *slot) {
    count += save_key(copy->ctx, copy->slot, (uint64_t)(slot - table->slots) / session_stride, to);
  });
  return count;
}

/// The same as a run of the file of tables has them.
static uint64_t save_entries(Copy *copy, Writer &to, const Table *table, uint64_t word,
                             uint64_t bits, uint64_t *place) {
  uint64_t count = 0;
  each_entry(table, session_stride, word, bits, place, [&](const char *slot) {
    const uint64_t at = (uint64_t)(slot - table->slots) / session_stride;
    sessions_save_key(copy->ctx, copy->slot, newest(table, at), to);
    ++count;
  });
  return count;
}

/// The same as ranges, one for a home place: what it replaces.
static uint64_t save_ranges(Copy *copy, Writer &to, const Table *table, uint64_t word,
                            uint64_t bits, uint64_t *place) {
  each_mark(word, bits, [&](uint64_t home) {
    uint64_t last = home == table->last ? UINT64_MAX : first_hash(table, home + 1) - 1;
    uint64_t at = to.size();
    to.value(Range{first_hash(table, home), last, 0});
    const uint64_t bit = (uint64_t)1 << (home & 63);
    to.put(at + offsetof(Range, count), save_marked(copy, to, table, word, bit, place));
  });
  return (uint64_t)__builtin_popcountll(bits);
}

void sessions_save(levada_ctx *ctx, levada_slot *slot, bool all, Parts &to) {
  Sessions *sessions = slot->sessions;
  Table *table = &sessions->table;
  const bool whole = all || sessions->anew;
  if (whole)
    sessions->tables = sessions->count * slot->desc->entry_size >= to.least_table;
  const bool tables = sessions->tables;
  Writer &piece = to.add();
  piece.value(Head{whole && !tables, (uint32_t)sessions->files.count,
                   (uint32_t)sessions->runs.count, whole, tables});
  for (const SortedFile *file : sessions->files)
    link_file(slot, file, piece, to);
  for (const DueRun *run : sessions->runs)
    link_file(slot, run->file, piece, to);
  sessions->anew = false;
  if (tables) {
    RunPlace place;
    place.first_group = slot->owned.first;
    place.group_count = slot->owned.count;
    Parts::Table &run = to.table(0, place);
    return copy_begin(ctx, slot, table, whole, {&run.sorted, &run.strays, not_counted, &run},
                      save_entries);
  }
  const uint64_t count_at = whole ? piece.size() + offsetof(Range, count) : offsetof(Head, ranges);
  if (whole)
    piece.value(Range{0, 0, 0}); // the head says what is replaced
  copy_begin(ctx, slot, table, whole, {&piece, &piece, count_at}, whole ? save_marked : save_ranges);
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
    for (Session *s = newest(table, place), *older; s; s = older) {
      older = s->older;
      session_release(slot->sessions, s);
    }
    table_close(table, session_stride, place);
  }
}

void sessions_clear(levada_slot *slot) {
  remove_range(slot, 0, UINT64_MAX);
  sessions_forget(slot);
}

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
  Session *session = session_put(ctx, slot, entries.tag, key, times.start, times.end);
  return entries.load(ctx, session->entry() + slot->desc->acc_offset);
}

/// The files that parts of a worker spoke of last.
static Sessions::Source &source_of(Sessions *all, uint32_t worker) {
  for (Sessions::Source &source : all->sources)
    if (source.worker == worker)
      return source;
  return *all->sources.push({worker, {}, {}, {}});
}

bool sessions_load(levada_ctx *ctx, levada_slot *slot, const PartHead &head, Reader &from) {
  Head files{};
  if (!from.value(files))
    return false;
  Sessions::Source &source = source_of(slot->sessions, head.worker);
  if (!load_files(slot, source.files, files.files, from) ||
      !load_files(slot, source.runs, files.runs, from))
    return false;
  // The outermost home places are those of all hashes beyond: not of others' keys.
  const uint64_t lowest = (uint64_t)head.first_group << key_group_shift;
  const uint64_t highest =
      lowest + ((uint64_t)head.group_count << key_group_shift) - 1;
  const bool whole = head.all || files.whole;
  if (whole && head.group_count)
    remove_range(slot, lowest, highest);
  if (whole)
    forget_lost(source.tables);
  if (files.tables)
    return load_table(slot, source.tables, head.worker, from);
  EntryReader entries(slot);
  for (uint64_t i = 0; i < files.ranges; ++i) {
    Range range{};
    if (!from.value(range) || range.first > range.last)
      return false;
    if (!whole && head.group_count)
      remove_range(slot, range.first > lowest ? range.first : lowest,
                   range.last < highest ? range.last : highest);
    for (uint64_t j = 0; j < range.count; ++j)
      if (!load_session(ctx, slot, entries, from))
        return false;
  }
  return true;
}

/// Those in memory wait under their ends as they are.
static void wait_for_ends(Sessions *all) {
  all->heap.count = 0;
  each_key(&all->table, [&](Session *first) {
    for (Session *s = first; s; s = s->older) {
      s->due = s->end;
      all->heap.push({s->end, s->tag});
    }
  });
}

bool sessions_loaded(levada_ctx *ctx, levada_slot *slot) {
  Sessions *all = slot->sessions;
  for (Sessions::Source &source : all->sources) {
    if (!sessions_adopt(slot, source.files, source.runs))
      return false;
    forget_lost(source.files);
    forget_lost(source.runs);
  }
  wait_for_ends(all);
  for (Sessions::Source &source : all->sources) {
    if (!sessions_load_tables(ctx, slot, source.tables))
      return false;
    forget_lost(source.tables);
  }
  if (all->files.count && !slot->spill) {
    if (!sessions_gather(ctx, slot))
      return false;
    wait_for_ends(all);
  }
  heap_make(all->heap, sooner);
  sessions_sweep(slot);
  sessions_plan(slot);
  return true;
}

} // namespace levada::rt
