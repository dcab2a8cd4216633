//===- save.cpp - parts of checkpoints: windows and groups -----------------===//
//
// A part names the slices that there are, and for each the files that hold what is
// not in memory. Entries of memory follow, all or those of marked home places: of
// a small slice in the part itself, of others as runs of the worker's file of
// tables (tier/sorted_file.h), which a restore need not read.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/copy.h"
#include "runtime/state/part.h"
#include "runtime/state/sorter.h"
#include "runtime/state/spill.h"

#include <stdio.h>

namespace levada::rt {

void slot_keep_marks(levada_slot *slot) { slot->marking = true; }

/// Entries that lie in parts as they lie in tables, of `words` times 8 bytes. What is
/// not wanted is written too, and overwritten: a branch for each that may go either
/// way would cost more than all the rest.
template <uint32_t words>
static uint64_t save_whole(Writer &to, const Table *table, uint64_t word, uint64_t bits,
                           uint64_t *place) {
  constexpr uint32_t size = words * 8, at_once = 64;
  const uint64_t before = to.size(), first = word * 64 + (uint64_t)__builtin_ctzll(bits),
                 last = word * 64 + 63 - (uint64_t)__builtin_clzll(bits);
  uint64_t at = *place > first ? *place : first;
  for (bool more = true; more;) {
    const uint64_t begin = to.size();
    char *out = to.extend((at_once + 1) * size);
    const char *const full = out + at_once * size, *const start = out;
    while (out != full) {
      const char *slot = table->slots + at * size;
      memcpy(out, slot, size);
      const uint64_t tag = load64(slot), home = tag ? table_home(table, ~tag) : at;
      if (home > last || (!tag && at == last)) {
        more = false;
        break;
      }
      const uint64_t bit = home - word * 64; // before its word: it belongs to one before
      out += (tag != 0 && bit < 64 && (bits >> (bit & 63) & 1)) ? size : 0;
      ++at;
    }
    to.shrink(begin + (uint64_t)(out - start));
  }
  *place = at;
  return (to.size() - before) / size;
}

/// save_whole of as many bytes; false: none is made for them.
template <uint32_t... words>
static bool save_whole_of(uint32_t size, uint64_t *saved, Writer &to, const Table *table,
                          uint64_t word, uint64_t bits, uint64_t *place) {
  return ((size == words * 8 && (*saved = save_whole<words>(to, table, word, bits, place), true)) ||
          ...);
}

/// Entries of marked home places (Copy::save).
static uint64_t save_marked(Copy *copy, Writer &to, const Table *table, uint64_t word,
                            uint64_t bits, uint64_t *place) {
  const levada_slot_desc *desc = copy->slot->desc;
  const uint32_t stride = slot_stride(desc), head = slot_head(desc);
  uint64_t saved = 0;
  if (lies_whole(desc) && stride == 8 + desc->entry_size &&
      save_whole_of<2, 3, 4, 5, 6, 7, 8>(stride, &saved, to, table, word, bits, place))
    return saved;
  each_entry(table, stride, word, bits, place, [&](const char *slot) {
    entry_save(copy->ctx, desc, load64(slot), slot + head, to);
    ++saved;
  });
  return saved;
}

TablesName tables_name(uint32_t worker) {
  TablesName name;
  snprintf(name.text, sizeof name.text, "tables-%u", worker);
  return name;
}

void link_file(const levada_slot *slot, const SortedFile *file, Writer &piece, Parts &to) {
  SpillName name = spill_link(file->stored);
  FileHead head{file->stored->size, file->stored->crc, (uint32_t)strlen(name.text), *file};
  HashRange range = common(slot->owned, {file->first_group, file->group_count});
  head.run.first_group = range.first;
  head.run.group_count = range.count;
  piece.value(head);
  piece.bytes(name.text, strlen(name.text));
  to.keep(file->stored);
}

/// Whether all entries take about as much room as what changed: they need no part
/// before them.
static bool mostly_changed(const Table *table) {
  uint64_t changed = 0;
  for (uint64_t word = 0; table->marks && word < mark_words(table); ++word)
    changed += (uint64_t)__builtin_popcountll(table->marks[word]);
  return !table->marks || 2 * changed >= table->count;
}

static bool all_changed(levada_slot *slot) {
  if (slot->sorter)
    return slot->sorter->anew || !slot->sorter->saved;
  if (slot->sessions)
    return mostly_changed(sessions_table(slot));
  for (const Slice *slice : slot->slices)
    if (!slice->anew && !mostly_changed(&slice->table))
      return false;
  return true;
}

static void begin_slices(levada_ctx *ctx, levada_slot *slot, bool all, Parts &to) {
  const levada_slot_desc *desc = slot->desc;
  to.last().value(slot->slices.count);
  for (Slice *slice : slot->slices) {
    slice->anew |= !all && mostly_changed(&slice->table);
    const bool whole = all || slice->anew;
    const bool large = slice->table.count * desc->entry_size >= to.least_table;
    slice->tables = large || (slice->tables && !whole);
    Writer *piece = &to.add();
    piece->value(SliceHead{slice->id, slice->start, slice->end, slice->last_end, 0,
                           (uint32_t)slice->files.count, slice->anew, slice->tables, 0});
    for (const SortedFile *file : slice->files)
      link_file(slot, file, *piece, to);
    slice->anew = false;
    CopyTo copies{piece, piece, offsetof(SliceHead, count)};
    if (slice->tables) {
      RunPlace place;
      place.first_group = slot->owned.first;
      place.group_count = slot->owned.count;
      Parts::Table &table = to.table(entry_size_of(desc), place);
      copies = {&table.sorted, &table.strays, not_counted, &table};
    }
    copy_begin(ctx, slot, &slice->table, whole, copies, save_marked);
  }
}

bool slot_save_some(levada_slot *slot, uint64_t *budget) {
  for (Slice *slice : slot->slices)
    if (!copy_some(&slice->table, budget))
      return false;
  if (slot->sorter)
    return sorter_copy_some(slot, budget);
  return !slot->sessions || copy_some(sessions_table(slot), budget);
}

void slot_save_drop(levada_slot *slot) {
  for (Slice *slice : slot->slices)
    copy_drop(&slice->table);
  if (slot->sessions)
    copy_drop(sessions_table(slot));
  if (slot->sorter)
    sorter_copy_drop(slot);
}

void slot_save_begin(levada_ctx *ctx, levada_slot *slot, bool all, Parts &to) {
  const levada_slot_desc *desc = slot->desc;
  all |= !slot->marking || slot->parts == 0 || all_changed(slot);
  to.delta |= !all;
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
    sessions_save(ctx, slot, all, to);
  else if (slot->sorter)
    sorter_save(slot, all, to);
  else
    begin_slices(ctx, slot, all, to);
  to.add();
}

} // namespace levada::rt
