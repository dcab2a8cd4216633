//===- sorter.h - inside a slot of rows to sort ----------------------------===//
//
// What rows that come (sort.cpp), rows that leave memory (sort_spill.cpp) and parts
// of checkpoints (sort_save.cpp) share. A row stands behind the number of its
// arrival, which decides among equals: no two rows are equal, and it does not matter
// where a row lies until all are put in order. Rows lie in memory, in files in the
// order of the result, and in runs that a checkpoint left, in no order.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_SORTER_H
#define LEVADA_RUNTIME_STATE_SORTER_H

#include "runtime/checkpoint/parts.h"
#include "runtime/state/slot_impl.h"
#include "runtime/tier/sorted_file.h"

namespace levada::rt {

struct Sorter {
  Memory *rows;        // rows: the number of arrival, 8 bytes before each
  Memory *texts;       // their long texts
  List<char *> kept;   // in memory; those that came last stand last
  List<char *> unused; // rows that were let go: their memory is taken again
  uint64_t arrivals;
  uint64_t bound;      // rows of the result and those left out before; UINT64_MAX: all
  uint64_t select_at;  // rows in memory of which only `bound` are kept on
  uint64_t text_bytes; // of kept rows
  uint64_t settled;    // those when room was looked for last
  char *last;          // with a bound, NULL or: no row behind it is of the result
  Memory *last_texts;

  List<SortedFile *> files; // in the order of the result
  List<SortedFile *> loose; // as a checkpoint left them
  uint64_t outside;         // rows of both

  // Parts: rows of memory that are in some already, and that memory was emptied since
  // the last one.
  uint64_t saved;
  bool anew;
  Parts::Table *copy;           // the part that is made, if any,
  uint64_t copied, copied_last; // and which rows of memory go to it
  List<Lost> lost_files, lost_loose, lost_rows; // of a part, until all have come
};

inline uint64_t arrival(const char *row) { return load64(row - 8); }

/// Whether `a` comes before `b` in the result.
inline bool sorts_before(const levada_slot_desc *desc, const char *a, const char *b) {
  int32_t order = desc->compare(a, b);
  return order != 0 ? order < 0 : arrival(a) < arrival(b);
}

/// Bytes of a row in files, or 0 where each says its own.
inline uint32_t sorted_row_size(const levada_slot_desc *desc) {
  return desc->key.str_count ? 0 : 8 + desc->key.size;
}
/// Tags of rows fall as they come.
inline uint64_t row_tag(uint64_t arrival) { return ~arrival; }
void row_save(const levada_slot_desc *desc, const char *row, Writer &to);

/// Takes a copy of a row to memory.
void sorter_keep(levada_slot *slot, const char *row, uint64_t arrival);
/// Of more rows in memory than there may be in the result, those that may. Not while
/// a part is made of them.
void sorter_select(levada_slot *slot);
/// No row behind this one is of the result.
void sorter_cut(levada_slot *slot, const char *last);
/// Puts what is kept in memory in order.
void sort_rows(levada_slot *slot);
/// Lets go of what is in memory.
void sorter_empty(Sorter *sorter);

/// Brings runs that a checkpoint left to memory and, where there is no room, to files:
/// those from `from` on. False: ctx has the error.
bool sorter_take_loose(levada_ctx *ctx, levada_slot *slot, uint64_t from);
/// Calls each(to, row) in the order of the result, left out ones too. False: ctx has
/// the error.
bool sorter_walk(levada_ctx *ctx, levada_slot *slot, void *to,
                 void (*each)(void *to, const char *row));
/// Fires rows of files and memory as one.
int32_t sorter_fire_spilled(levada_ctx *ctx, levada_slot *slot);

/// What a part is made of is there: rows may be moved.
void sorter_copy_finish(levada_slot *slot);
/// Up to `*budget` rows (slot_save_some).
bool sorter_copy_some(levada_slot *slot, uint64_t *budget);
void sorter_copy_drop(levada_slot *slot);

} // namespace levada::rt

#endif
