//===- sorter.h - inside a slot of rows to sort ----------------------------===//
//
// What sort.cpp and sort_spill.cpp share. A row stands behind the number of its
// arrival, which decides among equals.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_SORTER_H
#define LEVADA_RUNTIME_STATE_SORTER_H

#include "runtime/state/slot_impl.h"
#include "runtime/tier/sorted_file.h"

namespace levada::rt {

struct Sorter {
  Memory *rows;        // rows: the number of arrival, 8 bytes before each
  Memory *texts;       // their long texts
  List<char *> kept;   // by arrival, or a heap
  uint64_t arrivals;
  uint64_t bound;      // rows to keep, UINT64_MAX: all
  uint64_t text_bytes; // of kept rows
  uint64_t saved;      // of kept rows, without a bound: those in parts already
  List<SortedFile *> files; // sorted rows that left memory; without a bound
};

inline uint64_t arrival(const char *row) { return load64(row - 8); }

/// Whether `a` comes before `b` in the result.
inline bool sorts_before(const levada_slot_desc *desc, const char *a, const char *b) {
  int32_t order = desc->compare(a, b);
  return order != 0 ? order < 0 : arrival(a) < arrival(b);
}

/// Puts what is kept in memory in order.
void sort_rows(levada_slot *slot);
/// Fires rows of files and memory as one.
int32_t sorter_fire_spilled(levada_ctx *ctx, levada_slot *slot);

} // namespace levada::rt

#endif
