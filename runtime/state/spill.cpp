//===- spill.cpp - state that leaves memory --------------------------------===//
#include "runtime/state/spill.h"
#include "runtime/state/cold.h"
#include "runtime/state/copy.h"
#include "runtime/state/part.h"
#include "runtime/state/session.h"

#include <algorithm>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

namespace levada::rt {

void slot_limit(levada_slot *slot, Spill *spill) { slot->spill = spill; }
void slot_pin(levada_slot *slot, int by) { slot->pins += (uint32_t)by; }

static uint64_t slice_bytes(const levada_slot *slot, const Slice *slice) {
  return (slice->table.end + 2) * slot_stride(slot->desc) + arena_bytes(&slice->memory->arena);
}

static uint64_t slot_bytes(const levada_slot *slot) {
  return slot->sorter ? sorter_bytes(slot) : slot_size(slot).bytes;
}

/// What files keep in memory of themselves: it cannot leave.
static uint64_t file_bytes(const Spill *spill) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < spill->slot_count; ++i)
    for (uint64_t s = 0; spill->slots[i] && s < spill->slots[i]->slices.count; ++s)
      for (const SortedFile *file : spill->slots[i]->slices[s]->files)
        bytes += file->memory();
  for (uint32_t i = 0; i < spill->slot_count; ++i)
    if (spill->slots[i] && spill->slots[i]->sessions)
      bytes += sessions_file_bytes(spill->slots[i]);
    else if (spill->slots[i] && spill->slots[i]->sorter)
      bytes += sorter_file_bytes(spill->slots[i]);
  return bytes;
}

uint64_t filtered_entries(const Spill *spill, uint64_t entries, const List<SortedFile *> *merged,
                          uint64_t from) {
  // A byte for each entry. New files come first: one without a filter is read in vain
  // for most keys, the oldest only for keys that there were not.
  uint64_t room = spill->limit / 2, have = spill->group ? spill->indexes : file_bytes(spill);
  if (merged && from == 0) {
    room = spill->limit / 8;
    have = 0;
  } else if (merged) {
    room = spill->limit / 8 * 3;
    for (uint64_t i = from; i < merged->count; ++i)
      have -= (*merged)[i]->memory();
  }
  const uint64_t most = have < room ? room - have : 0;
  return entries <= most ? entries : most < entries / 2 ? 0 : most;
}

/// Of that, what counts: beyond half of all the limit is exceeded, as it must be.
static uint64_t file_share(const Spill *spill) {
  uint64_t bytes = file_bytes(spill);
  return bytes < spill->limit / 2 ? bytes : spill->limit / 2;
}

uint64_t spill_used(const Spill *spill) {
  uint64_t bytes = file_share(spill);
  for (uint32_t i = 0; i < spill->slot_count; ++i)
    if (spill->slots[i])
      bytes += slot_bytes(spill->slots[i]);
  return bytes;
}

//--- errors ------------------------------------------------------------------

static int32_t fail_with(levada_ctx *ctx, uint32_t code, const char *text) {
  // Read by the worker before it does anything else; ctx's arena may be that of a
  // frame which ends with this call.
  static thread_local char kept[400];
  snprintf(kept, sizeof kept, "%s", text);
  state_fail(ctx, code, kept);
  return 1;
}

int32_t over_limit(levada_ctx *ctx, const levada_slot *slot, const char *what) {
  char text[400];
  snprintf(text, sizeof text, "%s of `%s` does not fit into --memory", what,
           ctx->program->operators ? ctx->program->operators[slot->desc->op].name
                                   : slot->desc->id);
  return fail_with(ctx, 691, text);
}

int32_t spill_failed(levada_ctx *ctx, const char *what, int error) {
  char text[400];
  snprintf(text, sizeof text, "%s: %s", what,
           error == EBADMSG ? "its bytes do not have their checksum" : strerror(error));
  return fail_with(ctx, 692, text);
}

static void spill_unwritten(levada_ctx *ctx, const Spill *spill, int error) {
  char text[400];
  snprintf(text, sizeof text, "state over --memory cannot go to `%s`: %s; %s, or raise --memory",
           spill->folder, strerror(error),
           spill->named ? "free space there" : "set TMPDIR to a folder with space");
  fail_with(ctx, 692, text);
}

//--- files -------------------------------------------------------------------

SpillName spill_name(Spill *spill) {
  SpillName name;
  snprintf(name.text, sizeof name.text, ".spill-%d-%u-%llu.making", (int)getpid(), spill->worker,
           (unsigned long long)++spill->files);
  return name;
}

SpillName spill_link(const StoredFile *file) {
  SpillName name;
  snprintf(name.text, sizeof name.text, "spill-%u-%llu", file->worker,
           (unsigned long long)file->number);
  return name;
}

StoredFile *spill_file(Spill *spill) {
  StoredFile *file = spill->group;
  if (file)
    return stored_retain(file), file;
  file = stored_make(spill->folder, spill_name(spill).text, spill->named);
  file->worker = spill->worker;
  file->number = spill->files;
  return file;
}

static char *join(const char *folder, std::string_view name) {
  uint64_t size = strlen(folder) + name.size() + 2;
  char *path = (char *)must_alloc(size);
  snprintf(path, size, "%s/%.*s", folder, (int)name.size(), name.data());
  return path;
}

/// Opens a file of a checkpoint.
static StoredFile *adopt_file(Spill *spill, const char *from, const Lost &lost) {
  // A name of its own: the checkpoint's goes with the checkpoint. To look at only,
  // none is needed.
  char *own = spill ? join(spill->folder, spill_name(spill).text) : nullptr;
  const bool linked = own && link(from, own) == 0;
  StoredFile *file = stored_open(linked ? own : from);
  if (!file) {
    int error = errno;
    if (linked)
      unlink(own);
    must_free(own);
    errno = error;
    return nullptr;
  }
  if (linked)
    file->path = own;
  else
    must_free(own); // of another disk: checkpoints copy it
  file->worker = spill ? spill->worker : 0;
  file->number = spill ? spill->files : 0;
  file->size = lost.size;
  file->crc = lost.crc;
  return file;
}

SortedFile *spill_adopt(levada_slot *slot, const Lost &lost) {
  return spill_adopt(slot, lost, entry_size_of(slot->desc));
}

SortedFile *spill_adopt(levada_slot *slot, const Lost &lost, uint32_t entry_size, bool by_tag) {
  Spill *spill = slot->spill;
  char *path = join(lost.path, lost.path + lost.name_at);
  StoredFile *stored = nullptr;
  for (uint64_t i = 0; spill && i < spill->adopted.count && !stored; ++i)
    if (strcmp(spill->adopted[i].path, path) == 0)
      stored_retain(stored = spill->adopted[i].file);
  if (!stored && (stored = adopt_file(spill, path, lost)) && spill) {
    stored_retain(stored);
    spill->adopted.push({path, stored});
    path = nullptr;
  }
  must_free(path);
  SortedFile *run = stored ? sorted_open(stored, lost.run, entry_size, by_tag) : nullptr;
  if (!run) {
    int error = errno;
    stored_release(stored);
    errno = error;
  }
  return run;
}

void spill_adopted(Spill *spill) {
  for (Spill::Adopted &one : spill->adopted) {
    must_free(one.path);
    stored_release(one.file);
  }
  spill->adopted.free();
}

//--- leaving memory ----------------------------------------------------------

/// Places for a table that has filled up once and will again, when it is the one
/// that there is: its share of what files leave, beside the texts. 0: as it is.
static uint64_t table_room(const levada_slot *slot, const Slice *slice) {
  const Spill *spill = slot->spill;
  if (!spill || spill->limit >= (uint64_t)1 << 40)
    return 0;
  for (uint32_t i = 0; i < spill->slot_count; ++i)
    for (uint64_t s = 0; spill->slots[i] && s < spill->slots[i]->slices.count; ++s)
      if (spill->slots[i]->slices[s] != slice)
        return 0;
  const uint64_t stride = slot_stride(slot->desc), entries = slice->table.count * stride * 2;
  const uint64_t texts = arena_bytes(&slice->memory->arena);
  const uint64_t bytes = (spill->limit - file_share(spill)) / 5 * 4;
  return (uint64_t)((unsigned __int128)bytes * entries / (entries + texts + 1)) / stride;
}

static void empty(levada_slot *slot, Slice *slice, bool keep) {
  Table *table = &slice->table;
  const uint32_t stride = slot_stride(slot->desc);
  copy_finish(table);
  cold_end(slice);
  const uint64_t room = keep ? table_room(slot, slice) : 0;
  if (room && (room > table->end * 5 / 4 || room < table->end * 9 / 10)) {
    bool marked = table->marks;
    table_free(table);
    table_init_exactly(table, stride, slot->range, room);
    if (marked)
      table_clear_marks(table);
  } else if (keep) {
    memset(table->slots, 0, (table->end + 2) * stride);
    table->count = 0;
    if (table->marks)
      table_clear_marks(table);
  } else {
    bool marked = table->marks;
    table_free(table);
    table_init(table, stride, slot->range, 0);
    if (marked)
      table_clear_marks(table);
  }
  memory_release(slice->memory);
  slice->memory = memory_new();
  slice->anew = true;
}

SortedFile *spill_finish(levada_ctx *ctx, Spill *spill, SortedWriter &writer) {
  SortedFile *file = writer.finish();
  if (!file)
    return spill_unwritten(ctx, spill, errno), nullptr;
  spill->bytes += file->size;
  spill->indexes += file->memory();
  return file;
}

/// Small runs cost more than they free.
static uint64_t files_at_most(const Slice *slice) {
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < slice->files.count; ++i)
    bytes += slice->files[i]->size;
  return bytes < most_files * least_spilled ? few_files : most_files;
}

bool spill_slice(levada_ctx *ctx, levada_slot *slot, Slice *slice) {
  return (slice->files.count < files_at_most(slice) || compact_spilled(ctx, slot, slice)) &&
         spill_table(ctx, slot, slice);
}

bool spill_table(levada_ctx *ctx, levada_slot *slot, Slice *slice) {
  const levada_slot_desc *desc = slot->desc;
  const uint32_t stride = slot_stride(desc), head = slot_head(desc);
  Spill *spill = slot->spill;
  SortedWriter to(spill_file(spill), entry_size_of(desc),
                  desc->mergeable ? 0 : filtered_entries(spill, slice->table.count));
  const char *at = slice->table.slots;
  for (uint64_t left = slice->table.count; left; at += stride)
    if (uint64_t tag = load64(at)) {
      entry_save(ctx, desc, tag, at + head, to.entry(tag));
      --left;
    }
  SortedFile *file = spill_finish(ctx, spill, to);
  if (!file)
    return false;
  file->generation = ++slot->generations;
  slice->files.push(file);
  empty(slot, slice, slice == slot->slice);
  return true;
}

void slice_emptied(levada_slot *slot, Slice *slice) { empty(slot, slice, false); }

namespace {
struct Candidate {
  levada_slot *slot;
  Slice *slice;
  uint64_t bytes;
};
} // namespace

/// Tables that may go, the largest first: of many, those that free a quarter of the limit.
static List<Candidate> largest_tables(const Spill *spill) {
  List<Candidate> tables{};
  for (uint32_t i = 0; i < spill->slot_count; ++i) {
    levada_slot *slot = spill->slots[i];
    if (slot && !slot->pins)
      for (Slice *slice : slot->slices)
        if (slice->table.count && slice_bytes(slot, slice) > least_in_group)
          tables.push({slot, slice, slice_bytes(slot, slice)});
  }
  std::sort(tables.begin(), tables.end(),
            [](const Candidate &a, const Candidate &b) { return a.bytes > b.bytes; });
  uint64_t bytes = 0, count = 0;
  while (count < tables.count && bytes < spill->limit / 4)
    bytes += tables[count++].bytes;
  tables.count = count;
  return tables;
}

/// Each becomes a run, all of them in one file.
static bool spill_tables(levada_ctx *ctx, Spill *spill, const List<Candidate> &tables) {
  StoredFile *group = tables.count > 1 ? spill_file(spill) : nullptr;
  spill->group = group;
  spill->indexes = file_bytes(spill);
  bool good = true;
  for (uint64_t i = 0; i < tables.count && good; ++i)
    good = spill_slice(ctx, tables[i].slot, tables[i].slice);
  spill->group = nullptr;
  stored_release(group);
  return good;
}

bool spill_largest(levada_ctx *ctx, Spill *spill) {
  levada_slot *other = nullptr; // whose sessions or rows have most
  uint64_t most = least_spilled, bytes = 0;
  for (uint32_t i = 0; i < spill->slot_count; ++i) {
    levada_slot *slot = spill->slots[i];
    const bool any = slot && !slot->pins && (slot->sessions ? slot->sessions->count != 0 : slot->sorter != nullptr);
    if (any && slot_bytes(slot) > most) {
      most = slot_bytes(slot);
      other = slot;
    }
  }
  List<Candidate> tables = largest_tables(spill);
  for (Candidate &table : tables)
    bytes += table.bytes;
  const bool good = bytes > most      ? spill_tables(ctx, spill, tables)
                    : !other          ? false
                    : other->sessions ? sessions_spill(ctx, other)
                                      : sorter_spill(ctx, other);
  tables.free();
  return good;
}

static bool any_pinned(const Spill *spill) {
  for (uint32_t i = 0; i < spill->slot_count; ++i)
    if (spill->slots[i] && spill->slots[i]->pins)
      return true;
  return false;
}

int32_t slot_settle(levada_ctx *ctx, levada_slot *slot) {
  Spill *spill = slot->spill;
  if (!spill)
    return 0;
  if (int error = paged_failed())
    return spill_unwritten(ctx, spill, error), 1;
  if (!cold_follow(ctx, slot))
    return 1;
  while (spill_used(spill) > spill->limit)
    if (!spill_largest(ctx, spill)) {
      if (ctx->failed)
        return 1;
      if (any_pinned(spill)) // it may go later
        return 0;
      return spill_used(spill) - file_share(spill) > spill->limit
                 ? over_limit(ctx, slot, "the state")
                 : 0;
    }
  return 0;
}

//--- coming back -------------------------------------------------------------

/// Reads accumulators of `key` from the newest file that has it.
static bool read_back(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t tag,
                      const char *key, char *acc) {
  const levada_slot_desc *desc = slot->desc;
  SortedReader &reader = slot->spill->reader;
  const uint32_t acc_size = desc->entry_size - desc->acc_offset;
  prefetch_filters(slice->files, tag);
  for (uint64_t i = slice->files.count; i-- > 0;) {
    const SortedFile *file = slice->files[i];
    if (!file->may_have(tag) || group_of(desc, tag) - file->first_group >= file->group_count)
      continue;
    bool more = reader.find(file, tag);
    for (; more; more = reader.next() && reader.tag() == tag) {
      if (file->entry_size) {
        const char *at = reader.bytes().data();
        if (memcmp(at, key, desc->key.size) != 0)
          continue;
        memcpy(acc, at + desc->key.size, acc_size);
        return true;
      }
      EntryReader entry(slot);
      Reader bytes(reader.whole());
      const char *found = entry.next(bytes) ? entry.take_key() : nullptr;
      if (found && key_compare(found, key, &desc->key) == 0)
        return entry.load(ctx, acc);
    }
    if (reader.failed)
      return spill_failed(ctx, "reading state back", reader.failed), false;
  }
  return false;
}

void spill_room(levada_ctx *ctx, levada_slot *slot, Slice *slice) {
  Spill *spill = slot->spill;
  const Table *table = &slice->table;
  bool grows = table->count >= table->max;
  uint64_t more = grows ? table_growth(table, slot_stride(slot->desc)) : 0;
  spill->grown += more;
  if (ctx->failed || ((table->count & 1023) != 1023 && spill->grown <= spill->limit / 64))
    return;
  spill->grown = 0;
  // A table that would not fit goes itself: it is full, and stays as large as it is.
  uint64_t size = slice_bytes(slot, slice);
  if (size > spill->limit / 8 && spill_used(spill) + more > spill->limit && grows)
    spill_slice(ctx, slot, slice);
  while (!ctx->failed && spill_used(spill) > spill->limit)
    if (!spill_largest(ctx, spill))
      break;
}

char *spill_add(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t tag, const char *key) {
  const levada_slot_desc *desc = slot->desc;
  Table *table = &slice->table;
  bool here = false; // what there is of it is in memory
  if (slice->cold && (here = cold_asked(ctx, slot, slice, ~tag)))
    if (char *entry = table_find(table, desc, ~tag, key))
      return entry;
  spill_room(ctx, slot, slice);
  ctx->state_arena = &slice->memory->arena;
  char *entry = table_insert(ctx, table, desc, slot->range, tag, key, &slice->memory->arena);
  if (slice->files.count && !here && !desc->mergeable && !ctx->failed)
    read_back(ctx, slot, slice, tag, entry, entry + desc->acc_offset);
  return entry;
}

} // namespace levada::rt
