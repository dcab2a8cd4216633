//===- pages.h - memory of large tables -----------------------------------===//
//
// Rows go everywhere in a table, so large ones have large pages (2 MB), which are
// kept while they grow: a page that is touched for the first time costs more than
// all that is done in it then. That is the kernel's clearing of it; where there is
// much to clear, a thread of its own does it ahead of the worker.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_PAGES_H
#define LEVADA_RUNTIME_STATE_PAGES_H

#include <stdint.h>

namespace levada::rt {

inline constexpr uint64_t large_page = 2 << 20;

/// Pages that are being cleared. Owned by the table; ended before they go or move.
struct Clearing;

struct Pages {
  char *at = nullptr; // from a border of large pages on
  uint64_t size = 0;  // bytes, whole large pages; 0: none
  Clearing *clearing = nullptr;
};

/// Zeroed pages.
void pages_map(Pages *pages, uint64_t size);
/// More of them, or fewer; those there are stay at the front, perhaps elsewhere.
void pages_resize(Pages *pages, uint64_t size);
void pages_free(Pages *pages);
/// Begins to clear the pages from byte `from` on: the last ones first, as tables
/// that grow move their entries, or the first. Nothing where there are few.
void pages_clear(Pages *pages, uint64_t from, bool last_first);

} // namespace levada::rt

#endif
