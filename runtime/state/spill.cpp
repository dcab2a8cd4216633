//===- spill.cpp - state that leaves memory --------------------------------===//
#include "runtime/state/spill.h"
#include "runtime/state/copy.h"
#include "runtime/state/entry.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

namespace levada::rt {

/// Files of a slice before they are made one.
static constexpr uint64_t most_files = 16;
/// A slice with less than this does not leave memory: its file would not pay.
static constexpr uint64_t least_bytes = 64 << 10;

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
  return bytes;
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
  snprintf(text, sizeof text, "%s: %s", what, strerror(error));
  return fail_with(ctx, 692, text);
}

//--- files -------------------------------------------------------------------

SpillName spill_name(Spill *spill) {
  SpillName name;
  snprintf(name.text, sizeof name.text, ".spill-%d-%u-%llu.making", (int)getpid(), spill->worker,
           (unsigned long long)++spill->files);
  return name;
}

SpillName spill_link(const SortedFile *file) {
  SpillName name;
  snprintf(name.text, sizeof name.text, "spill-%u-%llu", file->worker,
           (unsigned long long)file->number);
  return name;
}

static char *join(const char *folder, std::string_view name) {
  uint64_t size = strlen(folder) + name.size() + 2;
  char *path = (char *)must_alloc(size);
  snprintf(path, size, "%s/%.*s", folder, (int)name.size(), name.data());
  return path;
}

bool spill_adopt(levada_slot *slot, Slice *slice, const char *folder, std::string_view name,
                 uint64_t size, uint64_t count, uint32_t crc, HashRange range) {
  Spill *spill = slot->spill;
  char *from = join(folder, name);
  // A name of its own: the checkpoint's goes with the checkpoint. To look at only,
  // none is needed.
  char *own = spill ? join(spill->folder, spill_name(spill).text) : nullptr;
  const bool linked = own && link(from, own) == 0;
  SortedFile *file = sorted_open(linked ? own : from, is_fixed(slot->desc) ? sorted_size(slot->desc) : 0,
                                 size, crc, slot->desc->mergeable ? 0 : count);
  free(from);
  if (!file) {
    int error = errno;
    if (linked)
      unlink(own);
    free(own);
    errno = error;
    return false;
  }
  if (linked)
    file->path = own;
  else
    free(own); // of another disk: checkpoints copy it
  file->worker = spill ? spill->worker : 0;
  file->number = spill ? spill->files : 0;
  file->first_group = range.first;
  file->group_count = range.count;
  slice->files.push(file);
  return true;
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

bool spill_slice(levada_ctx *ctx, levada_slot *slot, Slice *slice) {
  const levada_slot_desc *desc = slot->desc;
  const uint32_t stride = slot_stride(desc), head = slot_head(desc);
  Spill *spill = slot->spill;
  if (slice->files.count >= most_files && !compact_spilled(ctx, slot, slice))
    return false;
  SortedWriter to(spill->folder, spill_name(spill).text, spill->named, is_fixed(desc) ? sorted_size(desc) : 0,
                  desc->mergeable ? 0 : slice->table.count);
  const char *at = slice->table.slots;
  for (uint64_t left = slice->table.count; left; at += stride)
    if (uint64_t tag = load64(at)) {
      entry_save(ctx, desc, tag, at + head, to.entry(tag));
      --left;
    }
  SortedFile *file = to.finish();
  if (!file) {
    spill_failed(ctx, spill->folder, errno);
    return false;
  }
  spill->bytes += file->size;
  file->worker = spill->worker;
  file->number = spill->files;
  slice->files.push(file);
  empty(slot, slice, slice == slot->slice);
  return true;
}

void slice_emptied(levada_slot *slot, Slice *slice) { empty(slot, slice, false); }

/// The slice, or the sorter, that has most; spills it. False: there is none that
/// could go, or it failed.
static bool spill_largest(levada_ctx *ctx, Spill *spill) {
  levada_slot *from = nullptr;
  Slice *largest = nullptr;
  uint64_t most = least_bytes;
  for (uint32_t i = 0; i < spill->slot_count; ++i) {
    levada_slot *slot = spill->slots[i];
    if (!slot || slot->sessions || slot->pins)
      continue;
    if (slot->sorter && sorter_bytes(slot) > most) {
      most = sorter_bytes(slot);
      from = slot;
      largest = nullptr;
    }
    for (Slice *slice : slot->slices)
      if (slice->table.count && slice_bytes(slot, slice) > most) {
        most = slice_bytes(slot, slice);
        from = slot;
        largest = slice;
      }
  }
  if (!from)
    return false;
  return largest ? spill_slice(ctx, from, largest) : sorter_spill(ctx, from);
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
  for (uint64_t i = slice->files.count; i-- > 0;) {
    const SortedFile *file = slice->files[i];
    if (!file->may_have(tag) || key_group(~tag) - file->first_group >= file->group_count)
      continue;
    reader.start(slice->files[i], tag, SortedFile::block + 512);
    while (reader.next() && reader.tag() >= tag) {
      if (reader.tag() != tag)
        continue;
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

char *spill_add(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t tag, const char *key) {
  const levada_slot_desc *desc = slot->desc;
  Spill *spill = slot->spill;
  Table *table = &slice->table;
  // Growing, a table is there twice, and a half.
  bool grows = table->count >= table->max;
  uint64_t more = grows ? 2 * (table->end + 2) * slot_stride(desc) : 0;
  if (!ctx->failed && (grows || (table->count & 1023) == 1023)) {
    // A table that would not fit goes itself: it is full, and stays as large as it is.
    uint64_t size = slice_bytes(slot, slice);
    if (size > least_bytes && spill_used(spill) + more > spill->limit && grows)
      spill_slice(ctx, slot, slice);
    while (!ctx->failed && spill_used(spill) > spill->limit)
      if (!spill_largest(ctx, spill))
        break;
  }
  ctx->state_arena = &slice->memory->arena;
  char *entry = table_insert(ctx, table, desc, slot->range, tag, key, &slice->memory->arena);
  if (slice->files.count && !desc->mergeable && !ctx->failed)
    read_back(ctx, slot, slice, tag, entry, entry + desc->acc_offset);
  return entry;
}

} // namespace levada::rt
