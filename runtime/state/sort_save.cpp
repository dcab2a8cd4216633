//===- sort_save.cpp - parts of checkpoints: rows to sort ------------------===//
//
// A part names the files that hold what is not in memory. Of memory it has the rows
// that came since the part before, as they came, or all, where memory was emptied in
// between: a few in the part itself, many in a run of the worker's file of tables,
// copied a step at a time. Rows that a limit has let go of since they were saved stay
// in older parts: they are behind those that count.
//
// Nothing of such a run is read at the start: it is a file of the slot from then on,
// which goes to later checkpoints as it is. At the end it is sorted like all others.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/copy.h"
#include "runtime/state/part.h"
#include "runtime/state/sorter.h"
#include "runtime/state/spill.h"

namespace levada::rt {

namespace {
struct Head {
  uint64_t arrivals, count; // of rows behind
  uint32_t files, loose;    // before them: in order, and not
  uint32_t whole;           // the rows are all that is in memory
  uint32_t tables;          // a TableRun comes instead of them
};
} // namespace

/// Runs that a checkpoint left before the newest come to memory.
static constexpr uint64_t most_loose = 32;

void sorter_save(levada_slot *slot, bool all, Parts &to) {
  Sorter *sorter = slot->sorter;
  const levada_slot_desc *desc = slot->desc;
  const bool whole = all || sorter->anew;
  const uint64_t first = whole ? 0 : sorter->saved, kept = sorter->kept.count;
  const uint64_t size = desc->key.size + (kept ? sorter->text_bytes / kept : 0);
  const bool tables = kept != first && (kept - first) * size >= to.least_table;
  Writer &piece = to.add();
  piece.value(Head{sorter->arrivals, tables ? 0 : kept - first, (uint32_t)sorter->files.count,
                   (uint32_t)sorter->loose.count, whole, tables});
  for (const SortedFile *file : sorter->files)
    link_file(slot, file, piece, to);
  for (const SortedFile *file : sorter->loose)
    link_file(slot, file, piece, to);
  sorter->anew = false;
  sorter->saved = kept;
  if (!tables) {
    for (uint64_t i = first; i < kept; ++i)
      row_save(desc, sorter->kept[i], piece);
    return;
  }
  RunPlace place;
  place.first_group = slot->owned.first;
  place.group_count = slot->owned.count;
  sorter->copy = &to.table(sorted_row_size(desc), place);
  sorter->copied = first;
  sorter->copied_last = kept;
  sorter->copy->source = slot;
  sorter->copy->fill = [](void *source, uint64_t *budget, bool wait) {
    auto *slot = (levada_slot *)source;
    Sorter *sorter = slot->sorter;
    Parts::Table *to = sorter->copy;
    while (sorter->copied != sorter->copied_last) {
      if (!*budget || !to->make_room(wait))
        return false;
      row_save(slot->desc, sorter->kept[sorter->copied++], to->sorted);
      --*budget;
    }
    to->finish();
    sorter_copy_drop(slot);
    return true;
  };
}

bool sorter_copy_some(levada_slot *slot, uint64_t *budget) {
  Parts::Table *to = slot->sorter->copy;
  return !to || to->fill(to->source, budget, false);
}

void sorter_copy_finish(levada_slot *slot) {
  if (slot->sorter->copy)
    copy_up_to(slot->sorter->copy);
}

void sorter_copy_drop(levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  if (sorter->copy)
    sorter->copy->source = nullptr;
  sorter->copy = nullptr;
}

static bool load_rows(levada_slot *slot, uint64_t count, Reader &from) {
  const levada_slot_desc *desc = slot->desc;
  char *row = (char *)must_zero(desc->key.size);
  bool good = true;
  for (uint64_t i = 0; i < count && good; ++i) {
    uint64_t tag = 0, size = 0;
    good = from.value(tag);
    if (sorted_row_size(desc))
      good = good && from.bytes(row, desc->key.size);
    else
      good = good && from.value(size) && key_load(&desc->key, row, from);
    if (good && slot->owned.count)
      sorter_keep(slot, row, row_tag(tag));
  }
  must_free(row);
  return good;
}

bool sorter_load(levada_slot *slot, const PartHead &part, Reader &from) {
  Sorter *sorter = slot->sorter;
  Head head{};
  if (!from.value(head))
    return false;
  if (part.group_count == 0) // a worker that no row comes to
    return !head.count && !head.files && !head.loose && !head.tables;
  if (part.all || head.whole) {
    sorter_empty(sorter);
    forget_lost(sorter->lost_rows);
  }
  if (slot->owned.count)
    sorter->arrivals = head.arrivals;
  return load_files(slot, sorter->lost_files, head.files, from) &&
         load_files(slot, sorter->lost_loose, head.loose, from) &&
         (head.tables ? load_table(slot, sorter->lost_rows, part.worker, from)
                      : load_rows(slot, head.count, from));
}

static bool adopt(levada_slot *slot, List<Lost> &runs, List<SortedFile *> &to) {
  for (const Lost &lost : runs) {
    SortedFile *run = spill_adopt(slot, lost, sorted_row_size(slot->desc), false);
    if (!run)
      return false;
    to.push(run);
    slot->sorter->outside += run->count;
  }
  forget_lost(runs);
  return true;
}

bool sorter_loaded(levada_ctx *ctx, levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  if (!adopt(slot, sorter->lost_files, sorter->files) ||
      !adopt(slot, sorter->lost_loose, sorter->loose) ||
      !adopt(slot, sorter->lost_rows, sorter->loose))
    return false;
  return sorter->loose.count <= most_loose ||
         sorter_take_loose(ctx, slot, runs_to_merge(sorter->loose));
}

} // namespace levada::rt
