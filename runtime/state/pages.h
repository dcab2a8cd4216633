//===- pages.h - memory of large tables -----------------------------------===//
//
// Rows go everywhere in a table, so large ones have large pages (2 MB), which are
// kept while they grow: a page that is touched for the first time costs more than
// all that is done in it then.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_PAGES_H
#define LEVADA_RUNTIME_STATE_PAGES_H

#include <stdint.h>

namespace levada::rt {

inline constexpr uint64_t large_page = 2 << 20;

struct Pages {
  char *at = nullptr; // from a border of large pages on
  uint64_t size = 0;  // bytes, whole large pages; 0: none
};

/// Zeroed pages.
void pages_map(Pages *pages, uint64_t size);
/// More of them, or fewer; those there are stay at the front, perhaps elsewhere.
void pages_resize(Pages *pages, uint64_t size);
void pages_free(Pages *pages);

} // namespace levada::rt

#endif
