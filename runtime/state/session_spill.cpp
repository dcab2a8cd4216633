//===- session_spill.cpp - sessions that leave memory ----------------------===//
//
// The sessions of each key go to a file in the order of hashes, due times to a run in
// their own order. Sessions that are mostly paged free little and are dear to write:
// they stay as long as others go; their due times do not. A row or a due time brings
// the sessions of its key back from the newest file that has it; they count from
// then on. Nothing says of a key in a file that its sessions are gone: they have
// ended by the progress of the slot, and so have those of all older files, since
// sessions only grow.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/copy.h"
#include "runtime/state/part.h"
#include "runtime/state/session.h"
#include "runtime/state/spill.h"

#include <algorithm>
#include <errno.h>

namespace levada::rt {

namespace {
/// What an entry has in front of its key; behind it stand as many sessions, the
/// newest first: their times, and accumulators.
struct KeyHead {
  uint64_t count;
  int64_t last_end;
};
struct Times {
  int64_t start, end, due;
};
} // namespace

static constexpr uint32_t due_size = 16; // of an entry of a run: key of order, tag
static constexpr uint64_t due_buffer = 16 << 10;

/// Runs have what is to come first first, as files have the highest tag.
static uint64_t order_of(int64_t end) { return ~((uint64_t)end ^ (uint64_t)1 << 63); }
static int64_t end_of(uint64_t order) { return (int64_t)(~order ^ (uint64_t)1 << 63); }

//--- due times ---------------------------------------------------------------

static void free_run(DueRun *run) {
  sorted_release(run->file);
  delete run;
}

/// Moves to the next of the worker's. False: there is none, or `error`.
static bool advance(DueRun *run, int *error) {
  while (run->reader.next()) {
    run->next = {end_of(run->reader.tag()), load64(run->reader.bytes().data())};
    if (key_group(~run->next.tag) - run->file->first_group < run->file->group_count)
      return true;
  }
  *error = run->reader.failed;
  return false;
}

/// Opens a run behind `progress`. False: `error`, or 0 where it has no more.
static bool open_run(Sessions *all, SortedFile *file, int64_t progress, int *error) {
  auto *run = new DueRun{file, {}, {}};
  run->reader.start(file, order_of(progress), due_buffer);
  bool more;
  while ((more = advance(run, error)) && run->next.end <= progress) {
  }
  if (more)
    all->runs.push(run);
  else
    free_run(run);
  return more;
}

bool due_run_step(levada_ctx *ctx, levada_slot *slot, uint64_t at) {
  Sessions *all = slot->sessions;
  int error = 0;
  if (advance(all->runs[at], &error))
    return true;
  if (error)
    return spill_failed(ctx, "reading state back", error), false;
  free_run(all->runs[at]);
  all->runs.erase(at);
  return true;
}

static void put_due(SortedWriter &to, Due due) {
  Writer &entry = to.entry(order_of(due.end));
  entry.value(order_of(due.end));
  entry.value(due.tag);
}

/// Makes one run of what is left of the newest ones.
static bool merge_runs(levada_ctx *ctx, levada_slot *slot) {
  Sessions *all = slot->sessions;
  Spill *spill = slot->spill;
  List<DueRun *> &runs = all->runs;
  uint64_t from = runs.count, count = 0;
  while (from > 0 && (runs.count - from < most_files / 2 || runs[from - 1]->file->count <= count / 2))
    count += runs[--from]->file->count;
  SortedWriter to(spill_file(spill), due_size, 0);
  List<uint32_t> heap{};
  auto before = [&](uint32_t a, uint32_t b) { return sooner(runs[a]->next, runs[b]->next); };
  for (uint64_t i = from; i < runs.count; ++i)
    heap_push(heap, (uint32_t)i, before);
  int error = 0;
  while (heap.count && !error) {
    DueRun *run = runs[heap[0]];
    put_due(to, run->next);
    if (advance(run, &error))
      heap_sift(heap, 0, before);
    else
      heap_pop(heap, before);
  }
  heap.free();
  if (error)
    return spill_failed(ctx, "reading state back", error), false;
  SortedFile *file = spill_finish(ctx, spill, to);
  if (!file)
    return false;
  for (uint64_t i = from; i < runs.count; ++i)
    free_run(runs[i]);
  runs.count = from;
  if (!open_run(all, file, INT64_MIN, &error) && error)
    return spill_failed(ctx, "reading state back", error), false;
  return true;
}

/// Those of memory go to a run.
static bool spill_due(levada_ctx *ctx, levada_slot *slot) {
  Sessions *all = slot->sessions;
  Spill *spill = slot->spill;
  if (!all->heap.count)
    return true;
  if (all->runs.count >= most_files && !merge_runs(ctx, slot))
    return false;
  std::sort(all->heap.begin(), all->heap.end(), sooner);
  SortedWriter to(spill_file(spill), due_size, 0);
  for (const Due &due : all->heap)
    put_due(to, due);
  SortedFile *file = spill_finish(ctx, spill, to);
  int error = 0;
  if (!file)
    return false;
  all->heap.free();
  if (!open_run(all, file, INT64_MIN, &error) && error)
    return spill_failed(ctx, "reading state back", error), false;
  return true;
}

//--- sessions ----------------------------------------------------------------

int64_t sessions_save_key(levada_ctx *ctx, const levada_slot *slot, const Session *first,
                          Writer &to) {
  const levada_slot_desc *desc = slot->desc;
  to.value(first->tag);
  const uint64_t at = to.size();
  to.value(uint64_t(0));
  to.value(KeyHead{});
  key_save(&desc->key, const_cast<Session *>(first)->entry(), to);
  KeyHead head{0, INT64_MIN};
  for (auto *s = const_cast<Session *>(first); s; s = s->older, ++head.count) {
    to.value(Times{s->start, s->end, s->due});
    if (desc->save)
      desc->save(ctx, &to, s->entry() + desc->acc_offset);
    else
      to.bytes(s->entry() + desc->acc_offset, desc->entry_size - desc->acc_offset);
    head.last_end = s->end > head.last_end ? s->end : head.last_end;
  }
  to.put(at, uint64_t(to.size() - at - 8));
  to.put(at + 8, head);
  return head.last_end;
}

/// Whether all sessions of an entry have ended by `progress`.
static bool has_ended(std::string_view bytes, const void *progress) {
  KeyHead head;
  if (bytes.size() < sizeof head)
    return false;
  memcpy(&head, bytes.data(), sizeof head);
  return head.last_end <= *(const int64_t *)progress;
}

static bool merge_files(levada_ctx *ctx, levada_slot *slot) {
  Sessions *all = slot->sessions;
  const int64_t progress = progress_at(slot, slot->watermark);
  const uint64_t from = runs_to_merge(all->files);
  SortedFile *file = merge_newest(ctx, slot, all->files, from, 0, sizeof(KeyHead),
                                  {has_ended, &progress});
  if (!file)
    return false;
  int64_t end = INT64_MIN;
  for (uint64_t i = from; i < all->files.count; ++i) {
    end = all->ends[i] > end ? all->ends[i] : end;
    sorted_release(all->files[i]);
  }
  all->files.count = all->ends.count = from;
  all->files.push(file);
  all->ends.push(end);
  return true;
}

/// What the sessions of a key have of the heap, and whether that is the lesser part.
static uint64_t heap_bytes(const Session *first, bool *paged) {
  uint64_t heap = 0, total = 0;
  for (const Session *s = first; s; s = s->older) {
    heap += s->bytes;
    total += s->size + arena_total(&s->memory.arena);
  }
  *paged = total > 2 * heap;
  return heap;
}

/// Whether what is mostly paged may stay: enough goes without it.
static bool paged_may_stay(const Sessions *all, const Spill *spill) {
  uint64_t goes = 0;
  each_key(&all->table, [&](const Session *first) {
    bool paged;
    const uint64_t heap = heap_bytes(first, &paged);
    goes += paged ? 0 : heap;
  });
  return goes > spill->limit / 16;
}

bool sessions_spill(levada_ctx *ctx, levada_slot *slot) {
  Sessions *all = slot->sessions;
  Table *table = &all->table;
  Spill *spill = slot->spill;
  if (all->files.count >= most_files && !merge_files(ctx, slot))
    return false;
  copy_finish(table);
  const bool may_stay = paged_may_stay(all, spill);
  List<Session *> stay{};
  SortedWriter to(spill_file(spill), 0, filtered_entries(spill, table->count));
  int64_t end = INT64_MIN;
  each_key(table, [&](Session *first) {
    bool paged;
    heap_bytes(first, &paged);
    if (paged && may_stay)
      return (void)stay.push(first);
    const int64_t last = sessions_save_key(ctx, slot, first, to.entry(first->tag));
    end = last > end ? last : end;
  });
  SortedFile *file = spill_finish(ctx, spill, to);
  if (file) {
    all->files.push(file);
    all->ends.push(end);
  }
  if (!file || !spill_due(ctx, slot)) {
    stay.free();
    return false;
  }
  sessions_drop(slot, stay);
  const bool marked = table->marks;
  if ((table->end + 2) * session_stride > spill->limit / 4) {
    table_free(table);
    table_init(table, session_stride, slot->range, 0);
  }
  for (Session *first : stay)
    session_open(slot, first);
  stay.free();
  if (marked)
    table_clear_marks(table);
  all->anew = true;
  return true;
}

bool sessions_room(levada_ctx *ctx, levada_slot *slot) {
  Sessions *all = slot->sessions;
  Spill *spill = slot->spill;
  const Table *table = &all->table;
  const uint64_t more = table->count >= table->max ? table_growth(table, session_stride) : 0;
  const uint64_t bytes = sessions_size(slot).bytes;
  if (bytes + more < all->look_at)
    return true;
  // A table that would not fit goes, and stays as large as it is.
  if (all->count && bytes > least_spilled && (more || slot->pins) && spill_used(spill) + more > spill->limit &&
      !sessions_spill(ctx, slot))
    return false;
  while (spill_used(spill) > spill->limit && spill_largest(ctx, spill)) {
  }
  all->look_at = sessions_size(slot).bytes + spill->limit / 128;
  return !ctx->failed;
}

//--- coming back -------------------------------------------------------------

namespace {
/// An entry of a file, and the sessions it has.
struct KeyEntry {
  explicit KeyEntry(const levada_slot *slot)
      : desc(slot->desc), key((char *)must_zero(slot->desc->key.size)) {}
  ~KeyEntry() { must_free(key); }
  KeyEntry(const KeyEntry &) = delete;
  /// False: the bytes are none.
  bool take(std::string_view bytes) {
    rest = Reader(bytes);
    return rest.value(head) && key_load(&desc->key, key, rest);
  }
  /// Those that have not ended by `gone`, in a list. False: ctx has the error.
  bool make(levada_ctx *ctx, levada_slot *slot, uint64_t tag, int64_t gone, Session **first);
  /// Puts them into memory, where the key is not. `waits`: one of them is under `due`.
  bool load(levada_ctx *ctx, levada_slot *slot, uint64_t tag, int64_t gone, int64_t due,
            bool *waits);

  const levada_slot_desc *desc;
  KeyHead head{};
  char *key;
  Reader rest;
};
} // namespace

bool KeyEntry::make(levada_ctx *ctx, levada_slot *slot, uint64_t tag, int64_t gone,
                    Session **first) {
  Sessions *all = slot->sessions;
  Session **link = first;
  for (uint64_t i = 0; i < head.count; ++i) {
    Times times;
    if (!rest.value(times))
      break;
    Session *session = session_make(ctx, slot, tag, key, times.start, times.end);
    session->due = times.due;
    char *acc = session->entry() + desc->acc_offset;
    if (desc->save)
      desc->load(ctx, &rest, acc);
    else
      rest.bytes(acc, desc->entry_size - desc->acc_offset);
    session_count(all, session);
    if (times.end <= gone) { // it has fired
      session_release(all, session);
      continue;
    }
    *link = session;
    link = &session->older;
  }
  if (!rest.ok || rest.left())
    return spill_failed(ctx, "reading state back", EBADMSG), false;
  return true;
}

bool KeyEntry::load(levada_ctx *ctx, levada_slot *slot, uint64_t tag, int64_t gone, int64_t due,
                    bool *waits) {
  Session *first = nullptr;
  const bool good = make(ctx, slot, tag, gone, &first);
  for (Session *s = first; s; s = s->older)
    *waits |= s->due == due;
  if (first)
    session_open(slot, first);
  return good;
}

static bool may_hold(const SortedFile *file, uint64_t tag) {
  return key_group(~tag) - file->first_group < file->group_count && file->may_have(tag);
}

bool sessions_bring_back(levada_ctx *ctx, levada_slot *slot, uint64_t tag, const char *key) {
  Sessions *all = slot->sessions;
  SortedReader &reader = slot->spill->reader;
  KeyEntry entry(slot);
  bool waits = false;
  prefetch_filters(all->files, tag);
  for (uint64_t i = all->files.count; i-- > 0;) {
    if (!may_hold(all->files[i], tag))
      continue;
    bool more = reader.find(all->files[i], tag);
    for (; more; more = reader.next() && reader.tag() == tag) {
      if (!entry.take(reader.bytes()))
        return spill_failed(ctx, "reading state back", EBADMSG), false;
      if (key_compare(entry.key, key, &slot->desc->key) == 0)
        return entry.load(ctx, slot, tag, progress_at(slot, slot->watermark), 0, &waits);
    }
    if (reader.failed)
      return spill_failed(ctx, "reading state back", reader.failed), false;
  }
  return true;
}

bool sessions_bring_due(levada_ctx *ctx, levada_slot *slot, Due due, bool every) {
  Sessions *all = slot->sessions;
  SortedReader &reader = slot->spill->reader;
  KeyEntry entry(slot);
  prefetch_filters(all->files, due.tag);
  for (uint64_t i = all->files.count; i-- > 0;) {
    if (all->ends[i] < due.end || !may_hold(all->files[i], due.tag))
      continue;
    bool more = reader.find(all->files[i], due.tag);
    for (; more; more = reader.next() && reader.tag() == due.tag) {
      bool found, waits = false;
      if (!entry.take(reader.bytes()))
        return spill_failed(ctx, "reading state back", EBADMSG), false;
      find_place(&all->table, &slot->desc->key, due.tag, entry.key, &found);
      if (found) // memory counts, or what a newer file had
        continue;
      if (!entry.load(ctx, slot, due.tag, due.end - 1, due.end, &waits))
        return false;
      if (waits && !every)
        return true;
    }
    if (reader.failed)
      return spill_failed(ctx, "reading state back", reader.failed), false;
  }
  return true;
}

namespace {
/// Takes what the newest files have of keys that are not in memory.
struct Gather {
  levada_ctx *ctx;
  levada_slot *slot;
  int64_t gone;
  KeyEntry entry;
  void *to;
  void (*each)(void *to, Session *session); // NULL: they come to memory
};
} // namespace

static bool gather_key(void *what, const SortedReader &at) {
  auto *gather = (Gather *)what;
  levada_slot *slot = gather->slot;
  KeyEntry &entry = gather->entry;
  bool found, waits = false;
  if (!entry.take(at.bytes()))
    return spill_failed(gather->ctx, "reading state back", EBADMSG), false;
  find_place(&slot->sessions->table, &slot->desc->key, at.tag(), entry.key, &found);
  if (found)
    return true;
  if (!gather->each)
    return entry.load(gather->ctx, slot, at.tag(), gather->gone, 0, &waits);
  Session *first = nullptr;
  const bool good = entry.make(gather->ctx, slot, at.tag(), gather->gone, &first);
  for (Session *older; first; first = older) {
    older = first->older;
    gather->each(gather->to, first);
    session_release(slot->sessions, first);
  }
  return good;
}

bool sessions_walk_files(levada_ctx *ctx, levada_slot *slot, void *to,
                         void (*each)(void *to, Session *session)) {
  Gather gather{ctx, slot, progress_at(slot, slot->watermark), KeyEntry(slot), to, each};
  return each_newest(ctx, slot, slot->sessions->files, 0, sizeof(KeyHead), gather_key, &gather);
}

bool sessions_gather(levada_ctx *ctx, levada_slot *slot) {
  if (!sessions_walk_files(ctx, slot, nullptr, nullptr))
    return false;
  sessions_forget(slot);
  return true;
}

namespace {
struct TablesLoad {
  levada_ctx *ctx;
  levada_slot *slot;
  int64_t gone;
  KeyEntry entry;
};
} // namespace

static bool load_key(void *what, const SortedReader &at) {
  auto *load = (TablesLoad *)what;
  levada_slot *slot = load->slot;
  Sessions *all = slot->sessions;
  const Table *table = &all->table;
  if (const Spill *spill = slot->spill) {
    const uint64_t more =
        table->count >= table->max ? table_growth(table, session_stride) : 0;
    const uint64_t bytes = sessions_size(slot).bytes + more;
    if (all->count && bytes > least_spilled && bytes > spill->limit / 2 &&
        !sessions_spill(load->ctx, slot))
      return false;
  }
  KeyEntry &entry = load->entry;
  Session *first = nullptr;
  const bool good = entry.take(at.bytes()) &&
                    entry.make(load->ctx, slot, at.tag(), load->gone, &first);
  for (Session *s = first; s; s = s->older) {
    s->due = s->end;
    all->heap.push({s->end, s->tag});
  }
  if (first)
    session_open(slot, first);
  return good;
}

bool sessions_load_tables(levada_ctx *ctx, levada_slot *slot, const List<Lost> &tables) {
  List<SortedFile *> runs{};
  bool good = true;
  for (uint64_t i = 0; i < tables.count && good; ++i) {
    SortedFile *run = spill_adopt(slot, tables[i], 0);
    if ((good = run != nullptr))
      runs.push(run);
  }
  TablesLoad load{ctx, slot, progress_at(slot, slot->watermark), KeyEntry(slot)};
  good = good && each_newest(ctx, slot, runs, 0, sizeof(KeyHead), load_key, &load);
  for (SortedFile *run : runs)
    sorted_release(run);
  runs.free();
  return good;
}

//--- files -------------------------------------------------------------------

bool sessions_adopt(levada_slot *slot, List<Lost> &files, List<Lost> &runs) {
  Sessions *all = slot->sessions;
  const int64_t progress = progress_at(slot, slot->watermark);
  for (const Lost &lost : files) {
    SortedFile *file = spill_adopt(slot, lost, 0);
    if (!file)
      return false;
    all->files.push(file);
    all->ends.push(INT64_MAX);
  }
  for (const Lost &lost : runs) {
    SortedFile *file = spill_adopt(slot, lost, due_size);
    int error = 0;
    if (!file || (!open_run(all, file, progress, &error) && error))
      return false;
  }
  return true;
}

void sessions_sweep(levada_slot *slot) {
  Sessions *all = slot->sessions;
  const int64_t progress = progress_at(slot, slot->watermark);
  uint64_t left = 0;
  for (uint64_t i = 0; i < all->files.count; ++i)
    if (all->ends[i] <= progress || !all->runs.count) { // without due times none waits
      sorted_release(all->files[i]);
    } else {
      all->files[left] = all->files[i];
      all->ends[left++] = all->ends[i];
    }
  all->files.count = all->ends.count = left;
}

void sessions_forget(levada_slot *slot) {
  Sessions *all = slot->sessions;
  for (SortedFile *file : all->files)
    sorted_release(file);
  for (DueRun *run : all->runs)
    free_run(run);
  all->files.free();
  all->ends.free();
  all->runs.free();
  for (Sessions::Source &source : all->sources) {
    forget_lost(source.files);
    forget_lost(source.runs);
    forget_lost(source.tables);
    source.files.free();
    source.runs.free();
    source.tables.free();
  }
  all->sources.free();
}

uint64_t sessions_file_bytes(const levada_slot *slot) {
  uint64_t bytes = 0;
  for (const SortedFile *file : slot->sessions->files)
    bytes += file->memory();
  for (const DueRun *run : slot->sessions->runs)
    bytes += run->file->memory() + due_buffer;
  return bytes;
}

} // namespace levada::rt
