//===- save.cpp - parts of checkpoints: windows and groups -----------------===//
//
// A part names the slices that there are; entries follow each, all or those of
// marked home places. Parts are loaded apart by worker (slices of two workers
// may be the same window, and a later part of one of them may change its
// times); when all have come, slices of equal times become one.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/save.h"
#include "runtime/checkpoint/schema.h"
#include "runtime/state/copy.h"
#include "runtime/state/entry.h"
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

namespace {
constexpr uint32_t part_magic = 0x31504c53; // "SLP1"

struct SliceHead {
  uint64_t id;
  int64_t start, end, last_end;
  uint64_t count; // of entries behind
  uint32_t files; // before the entries: what has left memory
  uint32_t anew;  // the entries are all there is in memory
};
/// One of them; its name follows.
struct FileHead {
  uint64_t size, count;
  uint32_t crc, name_size;
  uint32_t first_group, group_count; // whose entries count
};
} // namespace

//--- saving ------------------------------------------------------------------

void slot_keep_marks(levada_slot *slot) { slot->marking = true; }

/// Whether entries lie in parts as they lie in tables.
static bool lies_whole(const levada_slot_desc *desc) {
  return is_fixed(desc) && slot_head(desc) == 8 && desc->acc_offset == desc->key.size;
}

namespace {
/// Writes entries of tables.
struct EntryWriter {
  EntryWriter(levada_ctx *ctx, const levada_slot_desc *desc, Writer &to)
      : ctx(ctx), desc(desc), to(to), stride(slot_stride(desc)), head(slot_head(desc)),
        whole(lies_whole(desc)) {}
  void add(const char *slot) {
    if (whole) // as it lies there
      memcpy(to.extend(8 + desc->entry_size), slot, 8 + desc->entry_size);
    else
      entry_save(ctx, desc, load64(slot), slot + head, to);
  }
  uint64_t all(const Table *table);

  levada_ctx *ctx;
  const levada_slot_desc *desc;
  Writer &to;
  const uint32_t stride, head;
  const bool whole;
};
} // namespace

uint64_t EntryWriter::all(const Table *table) {
  const char *at = table->slots;
  for (uint64_t left = table->count; left; at += stride)
    if (load64(at)) {
      add(at);
      --left;
    }
  return table->count;
}

/// Entries whose home is `home`.
static uint64_t save_place(Copy *copy, const Table *table, uint64_t home, uint64_t *place) {
  EntryWriter entries(copy->ctx, copy->slot->desc, *copy->to);
  uint64_t saved = 0;
  for (*place = *place > home ? *place : home;; ++*place) {
    const char *at = table->slots + *place * entries.stride;
    uint64_t tag = load64(at), own = tag ? table_home(table, ~tag) : UINT64_MAX;
    if (own > home)
      return saved;
    if (own == home) {
      entries.add(at);
      ++saved;
    }
  }
}

static HashRange common(HashRange a, HashRange b) {
  uint32_t first = a.first > b.first ? a.first : b.first;
  uint32_t end = a.first + a.count < b.first + b.count ? a.first + a.count : b.first + b.count;
  return {first, first < end ? end - first : 0};
}

static void begin_slices(levada_ctx *ctx, levada_slot *slot, bool all, Parts &to) {
  to.last().value(slot->slices.count);
  for (Slice *slice : slot->slices) {
    bool whole = all || slice->anew;
    Writer &piece = to.add();
    piece.value(SliceHead{slice->id, slice->start, slice->end, slice->last_end, 0,
                          (uint32_t)slice->files.count, slice->anew});
    for (SortedFile *file : slice->files) {
      SpillName name = spill_link(file);
      HashRange range = common(slot->owned, {file->first_group, file->group_count});
      piece.value(FileHead{file->size, file->count, file->crc, (uint32_t)strlen(name.text),
                           range.first, range.count});
      piece.bytes(name.text, strlen(name.text));
      to.keep(file);
    }
    slice->anew = false;
    if (slot->marking) {
      copy_begin(ctx, slot, &slice->table, whole, &piece, offsetof(SliceHead, count), save_place);
    } else {
      uint64_t count = EntryWriter(ctx, slot->desc, piece).all(&slice->table);
      piece.put(offsetof(SliceHead, count), count);
    }
  }
}

bool slot_save_some(levada_slot *slot, uint64_t *budget) {
  for (Slice *slice : slot->slices)
    if (!copy_some(&slice->table, budget))
      return false;
  return !slot->sessions || copy_some(sessions_table(slot), budget);
}

void slot_load_from(levada_slot *slot, const char *folder) { slot->folder = folder; }

void slot_save_drop(levada_slot *slot) {
  for (Slice *slice : slot->slices)
    copy_drop(&slice->table);
  if (slot->sessions)
    copy_drop(sessions_table(slot));
}

void slot_save_begin(levada_ctx *ctx, levada_slot *slot, bool all, Parts &to) {
  const levada_slot_desc *desc = slot->desc;
  all |= !slot->marking || slot->parts == 0;
  PartHead head{};
  head.magic = part_magic;
  head.kind = desc->kind;
  head.window = desc->window;
  head.all = all;
  head.key_size = desc->key.size;
  head.acc_size = desc->entry_size - desc->acc_offset;
  head.worker = ctx->worker;
  head.workers = ctx->workers;
  head.first_group = slot->owned.first;
  head.group_count = slot->owned.count;
  head.number = ++slot->parts;
  head.watermark = slot->watermark;
  head.progress = slot->progress;
  to.last().value(head);
  if (slot->sessions)
    sessions_save(ctx, slot, all, to.add());
  else if (slot->sorter)
    sorter_save(slot, all, to.last());
  else
    begin_slices(ctx, slot, all, to);
  to.add();
}

/// Files that left memory are named only: for slots without a limit.
void slot_save(levada_ctx *ctx, levada_slot *slot, bool all, Writer &to) {
  Parts parts;
  uint64_t budget = UINT64_MAX;
  slot_save_begin(ctx, slot, all, parts);
  slot_save_some(slot, &budget);
  for (std::string_view piece : parts.views())
    to.bytes(piece.data(), piece.size());
}

//--- loading -----------------------------------------------------------------

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
static bool load_whole(levada_slot *slot, Table *table, uint64_t count, Reader &from) {
  const levada_slot_desc *desc = slot->desc;
  const uint32_t stride = slot_stride(desc), size = 8 + desc->entry_size;
  const char *at = count <= from.left() / size ? from.skip(count * size) : nullptr;
  if (!at)
    return false;
  uint64_t next = 0, last = 0; // the place behind the entry before, and its tag
  for (const char *end = at + count * size; at != end; at += size) {
    uint64_t tag = load64(at);
    if (!(tag & 1))
      return false;
    if (key_group(~tag) - slot->owned.first >= slot->owned.count)
      continue;
    uint64_t home = table_home(table, ~tag), place = home > next ? home : next;
    char *to = table->slots + place * stride;
    if (tag < last && place < table->end && table->count < table->max && !load64(to)) {
      ++table->count;
    } else {
      char *entry = table_find(table, desc, ~tag, at + 8);
      if (!entry) {
        table_put(table, desc, slot->range, at);
        entry = table_find(table, desc, ~tag, at + 8);
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

static bool load_entries(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t count,
                         Reader &from) {
  const levada_slot_desc *desc = slot->desc;
  if (lies_whole(desc) && !slot->migration)
    return load_whole(slot, &slice->table, count, from);
  EntryReader entries(slot);
  for (uint64_t i = 0; i < count; ++i) {
    if (!entries.next(from))
      return false;
    if (!entries.owned())
      continue;
    const char *key = entries.take_key();
    if (!key)
      return false;
    ctx->state_arena = &slice->memory->arena;
    char *entry = table_find(&slice->table, desc, ~entries.tag, key);
    if (!entry)
      entry = table_insert(ctx, &slice->table, desc, slot->range, entries.tag, key,
                           &slice->memory->arena);
    else if (desc->init)
      desc->init(ctx, entry + desc->acc_offset);
    if (!entries.load(ctx, entry + desc->acc_offset))
      return false;
  }
  return true;
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

/// Remembers the files of a slice: those of the last part count.
static bool load_files(levada_slot *slot, Slice *slice, const SliceHead &head, bool shared,
                       Reader &from) {
  forget_lost(slice);
  if (head.files && !slot->folder)
    return false;
  for (uint32_t i = 0; i < head.files; ++i) {
    FileHead file{};
    const char *name;
    if (!from.value(file) || file.name_size > 200 || !(name = from.skip(file.name_size)))
      return false;
    if (memchr(name, '/', file.name_size) || memchr(name, 0, file.name_size))
      return false;
    if (file.first_group > key_groups || file.group_count > key_groups)
      return false;
    HashRange range = common(slot->owned, {file.first_group, file.group_count});
    if (!shared || !range.count) // nothing in it is of this worker
      continue;
    uint64_t folder = strlen(slot->folder) + 1;
    Lost lost{(char *)must_alloc(folder + file.name_size + 1), folder, file.size, file.count,
              file.crc, range.first, range.count};
    memcpy(lost.path, slot->folder, folder);
    memcpy(lost.path + folder, name, file.name_size);
    lost.path[folder + file.name_size] = 0;
    slice->lost.push(lost);
  }
  return true;
}

/// Opens the files of a slice.
static bool take_files(levada_slot *slot, Slice *slice) {
  bool good = true;
  for (Lost &lost : slice->lost)
    good = good &&
           spill_adopt(slot, slice, lost.path, lost.path + lost.name_at, lost.size, lost.count,
                       lost.crc, {lost.first_group, lost.group_count});
  forget_lost(slice);
  slice->lost.free();
  return good;
}

static bool load_slices(levada_ctx *ctx, levada_slot *slot, Restore::Source &source, bool shared,
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
    if (head.anew)
      slice_emptied(slot, slice);
    good = load_files(slot, slice, head, shared, from) && load_entries(ctx, slot, slice, head.count, from);
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

void slot_migrate(levada_slot *slot, const Migration *how) { slot->migration = how; }

bool slot_load(levada_ctx *ctx, levada_slot *slot, Reader &from) {
  const levada_slot_desc *desc = slot->desc;
  PartHead head{};
  if (!from.value(head) || head.magic != part_magic || head.kind != desc->kind ||
      head.window != desc->window ||
      head.key_size != (slot->migration ? slot->migration->key_size : desc->key.size) ||
      head.acc_size != (slot->migration ? slot->migration->acc_size
                                        : desc->entry_size - desc->acc_offset) ||
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
  return load_slices(ctx, slot, *source,
                     head.first_group < slot->owned.first + slot->owned.count &&
                         slot->owned.first < head.first_group + head.group_count,
                     from);
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

bool slot_loaded(levada_ctx *, levada_slot *slot) {
  slot->migration = nullptr;
  Restore *restore = slot->restore;
  if (!restore)
    return true;
  bool good = true;
  if (slot->sessions)
    sessions_loaded(slot);
  for (Restore::Source &source : restore->sources) {
    for (Slice *slice : source.slices)
      if (!(good &= take_files(slot, slice)))
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
  if (slot->desc->kind == LEVADA_SLOT_WINDOW)
    window_plan(slot);
  return good;
}

} // namespace levada::rt
