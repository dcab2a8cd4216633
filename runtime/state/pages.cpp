//===- pages.cpp - memory of large tables ---------------------------------===//
#include "runtime/state/pages.h"

#include "runtime/core/arena.h"

#include <sys/mman.h>

namespace levada::rt {

static char *map(uint64_t size, int protection) {
  char *at = (char *)mmap(nullptr, size + large_page, protection,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED)
    return (char *)must_alloc(UINT64_MAX);
  char *begin = (char *)(((uint64_t)at + large_page - 1) & ~(large_page - 1));
  if (begin != at)
    munmap(at, (uint64_t)(begin - at));
  munmap(begin + size, (uint64_t)(at + large_page - begin));
  return begin;
}

void pages_map(Pages *pages, uint64_t size) {
  *pages = {map(size, PROT_READ | PROT_WRITE), size};
  madvise(pages->at, size, MADV_HUGEPAGE);
}

void pages_resize(Pages *pages, uint64_t size) {
  char *at = map(size, PROT_NONE);
  if (mremap(pages->at, pages->size, size, MREMAP_MAYMOVE | MREMAP_FIXED, at) == MAP_FAILED)
    must_alloc(UINT64_MAX);
  madvise(at, size, MADV_HUGEPAGE);
  *pages = {at, size};
}

void pages_free(Pages *pages) {
  if (pages->size)
    munmap(pages->at, pages->size);
  *pages = {};
}

} // namespace levada::rt
