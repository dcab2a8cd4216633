//===- load.cpp - slots from parts of checkpoints --------------------------===//
//
// Parts are loaded apart by worker (slices of two workers may be the same window,
// and a later part of one of them may change its times); when all have come, slices
// of equal times become one. What stands in files of tables is not read: its runs
// become files of the slice, as if it had left memory, and rows find there what
// they need. Where that cannot be (to look at only, another schema), it is read.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/cold.h"
#include "runtime/state/part.h"
#include "runtime/state/spill.h"

namespace levada::rt {

struct Restore {
  struct Source {
    uint32_t worker;
    uint64_t number; // of the part loaded last
    List<Slice *> slices;
  };
  uint32_t workers;
  List<Source> sources;
};

void slot_load_from(levada_slot *slot, const char *folder) { slot->folder = folder; }

static void free_slices(List<Slice *> &slices) {
  for (Slice *slice : slices)
    slice_free(slice);
  slices.count = 0;
}

static void forget_sources(Restore *restore) {
  for (Restore::Source &source : restore->sources) {
    free_slices(source.slices);
    source.slices.free();
  }
  restore->sources.count = 0;
}

void restore_free(Restore *restore) {
  if (!restore)
    return;
  forget_sources(restore);
  restore->sources.free();
  free(restore);
}

/// Entries that lie whole: most come in the order of the table and go behind the
/// one before.
static bool load_whole(levada_slot *slot, Table *table, std::string_view entries) {
  const levada_slot_desc *desc = slot->desc;
  const uint32_t stride = slot_stride(desc), size = 8 + desc->entry_size;
  uint64_t next = 0, last = 0; // the place behind the entry before, and its tag
  const char *at = entries.data(), *end = at + entries.size();
  for (; at != end; at += size) {
    uint64_t tag = load64(at);
    if (!(tag & 1))
      return false;
    if (group_of(desc, tag) - slot->owned.first >= slot->owned.count)
      continue;
    uint64_t home = table_home(table, ~tag), place = home > next ? home : next;
    char *to = table->slots + place * stride;
    if (tag < last && place < table->end && table->count < table->max && !load64(to)) {
      ++table->count;
    } else {
      char *entry = table_find_crowded(table, desc, tag, at + 8);
      if (!entry) {
        table_put(table, desc, slot->range, at);
        entry = table_find_crowded(table, desc, tag, at + 8);
      }
      to = entry - 8;
      place = (uint64_t)(to - table->slots) / stride;
    }
    memcpy(to, at, size);
    next = place + 1;
    last = tag;
  }
  return true;
}

bool load_entry(levada_ctx *ctx, levada_slot *slot, Slice *slice, EntryReader &entries,
                bool replaces) {
  const levada_slot_desc *desc = slot->desc;
  const char *key = entries.take_key();
  if (!key)
    return false;
  ctx->state_arena = &slice->memory->arena;
  char *entry = table_find_crowded(&slice->table, desc, entries.tag, key);
  if (!entry)
    entry = table_insert(ctx, &slice->table, desc, slot->range, entries.tag, key,
                         &slice->memory->arena);
  else if (!replaces)
    return true;
  else if (desc->init)
    desc->init(ctx, entry + desc->acc_offset);
  return entries.load(ctx, entry + desc->acc_offset);
}

static bool load_entries(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t count,
                         Reader &from) {
  if (lies_whole(slot->desc)) {
    const uint64_t size = 8 + slot->desc->entry_size;
    const char *at = count <= from.left() / size ? from.skip(count * size) : nullptr;
    return at && load_whole(slot, &slice->table, {at, count * size});
  }
  EntryReader entries(slot);
  for (uint64_t i = 0; i < count; ++i)
    if (!entries.next(from) || (entries.owned() && !load_entry(ctx, slot, slice, entries)))
      return false;
  return true;
}

bool load_run(levada_ctx *ctx, levada_slot *slot, Slice *slice, const SortedFile *run) {
  SortedReader reader;
  EntryReader entries(slot);
  reader.start(run, ~(uint64_t)0, 256 << 10);
  if (lies_whole(slot->desc)) {
    for (std::string_view some; !(some = reader.take_blocks()).empty();)
      if (!load_whole(slot, &slice->table, some))
        return false;
  } else {
    while (reader.next()) {
      Reader bytes(reader.whole());
      if (!entries.next(bytes) || (entries.owned() && !load_entry(ctx, slot, slice, entries)))
        return false;
    }
  }
  return reader.failed == 0;
}

static Slice *take_slice(List<Slice *> &from, uint64_t id) {
  for (uint64_t i = 0; i < from.count; ++i)
    if (from[i]->id == id) {
      Slice *slice = from[i];
      from.erase(i);
      return slice;
    }
  return nullptr;
}

/// Remembers where a run is, if any of it is of this worker.
static void remember(levada_slot *slot, List<Lost> &runs, const FileHead &head,
                     std::string_view name) {
  HashRange range = common(slot->owned, {head.run.first_group, head.run.group_count});
  if (!range.count || !head.run.count)
    return;
  uint64_t folder = strlen(slot->folder) + 1;
  Lost lost{(char *)must_alloc(folder + name.size() + 1), folder, head.size, head.crc, head.run};
  lost.run.first_group = range.first;
  lost.run.group_count = range.count;
  memcpy(lost.path, slot->folder, folder);
  memcpy(lost.path + folder, name.data(), name.size());
  lost.path[folder + name.size()] = 0;
  runs.push(lost);
}

static bool makes_sense(const RunPlace &run) {
  return run.first_group <= key_groups && run.group_count <= key_groups;
}

bool load_files(levada_slot *slot, List<Lost> &runs, uint32_t count, Reader &from) {
  forget_lost(runs);
  if (count && !slot->folder)
    return false;
  for (uint32_t i = 0; i < count; ++i) {
    FileHead file{};
    const char *name;
    if (!from.value(file) || file.name_size > 200 || !(name = from.skip(file.name_size)))
      return false;
    if (memchr(name, '/', file.name_size) || memchr(name, 0, file.name_size) ||
        !makes_sense(file.run))
      return false;
    remember(slot, runs, file, {name, file.name_size});
  }
  return true;
}

bool load_table(levada_slot *slot, List<Lost> &runs, uint32_t worker, Reader &from) {
  TableRun table{};
  if (!slot->folder || !from.value(table) || !makes_sense(table.run))
    return false;
  TablesName name = tables_name(worker);
  remember(slot, runs, {table.file_size, table.file_crc, 0, table.run}, name.text);
  return true;
}

/// Its files are the slice's own.
static bool take_files(levada_slot *slot, Slice *slice) {
  uint32_t before = 0; // generation of the file before, as the part has it
  for (uint64_t i = 0; i < slice->lost.count; ++i) {
    Lost &lost = slice->lost[i];
    const uint32_t generation = lost.run.generation;
    lost.run.generation = i && generation == before ? slot->generations : ++slot->generations;
    before = generation;
    SortedFile *file = spill_adopt(slot, lost);
    if (!file)
      return false;
    slice->files.push(file);
  }
  forget_lost(slice->lost);
  return true;
}

/// What parts tell of memory becomes files of the slice, or is read.
static bool take_runs(levada_ctx *ctx, levada_slot *slot, Slice *slice) {
  if (!slice->runs.count)
    return true;
  const bool lazy = slot->spill;
  const uint32_t generation = ++slot->generations;
  if (lazy && slice->table.count) { // from when it was small
    if (!spill_table(ctx, slot, slice))
      return false;
    slice->files[slice->files.count - 1]->generation = generation;
  }
  bool good = true;
  for (Lost &lost : slice->runs) {
    lost.run.generation = generation;
    SortedFile *run = spill_adopt(slot, lost);
    if (!run)
      return false;
    if (lazy) {
      slice->files.push(run);
    } else {
      good = good && load_run(ctx, slot, slice, run);
      sorted_release(run);
    }
  }
  forget_lost(slice->runs);
  return good;
}

static bool load_slices(levada_ctx *ctx, levada_slot *slot, Restore::Source &source,
                        Reader &from) {
  const levada_slot_desc *desc = slot->desc;
  const bool group = desc->kind == LEVADA_SLOT_GROUP;
  List<Slice *> old = source.slices;
  source.slices = {};
  uint64_t count = 0;
  bool good = from.value(count);
  for (uint64_t i = 0; i < count && good; ++i) {
    SliceHead head{};
    good = from.value(head) &&
           (group ? i == 0 && head.start == INT64_MIN && head.end == INT64_MAX
                  : slice_fits(desc, head.start, head.end, head.last_end));
    if (!good)
      break;
    Slice *slice = take_slice(old, head.id);
    if (!slice) { // its table is made for what comes
      slot->expected = head.count <= from.left() / 16 ? head.count : 0;
      slice = slice_new(slot, head.start, head.end, head.last_end);
    }
    slice->id = head.id;
    slice->start = head.start;
    slice->end = head.end;
    slice->last_end = head.last_end;
    source.slices.push(slice);
    if (head.anew) {
      slice_emptied(slot, slice);
      forget_lost(slice->runs);
    }
    // Of files those of the last part count.
    good = load_files(slot, slice->lost, head.files, from) &&
           (head.tables ? load_table(slot, slice->runs, source.worker, from)
                        : load_entries(ctx, slot, slice, head.count, from));
  }
  free_slices(old);
  old.free();
  return good;
}

/// The source of a part; NULL for a delta over nothing.
static Restore::Source *source_of(levada_slot *slot, const PartHead &head) {
  if (!slot->restore)
    slot->restore = (Restore *)must_zero(sizeof(Restore));
  Restore *restore = slot->restore;
  if (restore->workers != head.workers) { // of another run: nothing of before counts
    forget_sources(restore);
    if (slot->sessions)
      sessions_clear(slot);
    restore->workers = head.workers;
    slot->watermark = slot->progress = INT64_MIN;
  }
  Restore::Source *source = nullptr;
  for (Restore::Source &one : restore->sources)
    if (one.worker == head.worker)
      source = &one;
  if (!source)
    source = restore->sources.push({head.worker, 0, {}});
  if (head.all)
    free_slices(source->slices);
  else if (source->number == 0 || head.number != source->number + 1)
    return nullptr;
  source->number = head.number;
  return source;
}

bool slot_load(levada_ctx *ctx, levada_slot *slot, Reader &from) {
  const levada_slot_desc *desc = slot->desc;
  PartHead head{};
  if (!from.value(head) || head.magic != part_magic || head.kind != desc->kind ||
      head.window != desc->window ||
      head.key_size != desc->key.size || head.acc_size != desc->entry_size - desc->acc_offset ||
      head.worker >= head.workers ||
      head.first_group > key_groups || head.group_count > key_groups - head.first_group)
    return false;
  Restore::Source *source = source_of(slot, head);
  if (!source)
    return false;
  slot->watermark = slot->watermark > head.watermark ? slot->watermark : head.watermark;
  slot->progress = slot->progress > head.progress ? slot->progress : head.progress;
  if (slot->sessions)
    return sessions_load(ctx, slot, head, from);
  if (slot->sorter)
    return sorter_load(slot, head, from);
  return load_slices(ctx, slot, *source, from);
}

/// Moves the entries of `from`, keys that `into` has not, and their memory.
static void absorb(levada_slot *slot, Slice *into, Slice *from) {
  const uint32_t stride = slot_stride(slot->desc);
  const char *at = from->table.slots;
  for (uint64_t left = from->table.count; left; at += stride)
    if (load64(at)) {
      table_put(&into->table, slot->desc, slot->range, at);
      --left;
    }
  arena_adopt(&into->memory->arena, &from->memory->arena);
  for (SortedFile *file : from->files)
    into->files.push(file);
  from->files.count = 0;
  slice_free(from);
}

/// The slot's slices by start; false where two overlap.
static bool place_slice(levada_slot *slot, Slice *slice) {
  List<Slice *> &slices = slot->slices;
  uint64_t at = slices.count;
  while (at > 0 && slices[at - 1]->start > slice->start)
    --at;
  if (at > 0 && slices[at - 1]->start == slice->start && slices[at - 1]->end == slice->end) {
    absorb(slot, slices[at - 1], slice);
    return true;
  }
  slice->id = ++slot->slice_ids;
  slices.insert(at, slice);
  return slice->last_end > slot->progress && (at == 0 || slices[at - 1]->end <= slice->start) &&
         (at + 1 == slices.count || slices[at + 1]->start >= slice->end);
}

static uint64_t generations_of(const Slice *slice) {
  uint64_t count = 0;
  for (uint64_t i = 0; i < slice->files.count; ++i)
    count += i == 0 || slice->files[i]->generation != slice->files[i - 1]->generation;
  return count;
}

bool slot_loaded(levada_ctx *ctx, levada_slot *slot) {
  Restore *restore = slot->restore;
  if (!restore)
    return true;
  bool good = true;
  if (slot->sessions)
    good = sessions_loaded(ctx, slot);
  if (slot->sorter)
    good = sorter_loaded(ctx, slot);
  for (Restore::Source &source : restore->sources) {
    for (Slice *slice : source.slices)
      if (!(good = good && take_files(slot, slice) && take_runs(ctx, slot, slice)))
        slice_free(slice);
      else if (slot->desc->kind == LEVADA_SLOT_GROUP)
        absorb(slot, slot->slice, slice);
      else if (slice->table.count == 0 && slice->files.count == 0)
        slice_free(slice);
      else
        good &= place_slice(slot, slice);
    source.slices.count = 0;
  }
  restore_free(restore);
  slot->restore = nullptr;
  for (Slice *slice : slot->slices) {
    cold_begin(slot, slice);
    if (good && !slice->cold && slot->spill && generations_of(slice) > most_files)
      good = compact_spilled(ctx, slot, slice);
  }
  if (slot->desc->kind == LEVADA_SLOT_WINDOW)
    window_plan(slot);
  return good;
}

} // namespace levada::rt
