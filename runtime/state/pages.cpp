//===- pages.cpp - memory of large tables ---------------------------------===//
#include "runtime/state/pages.h"

#include "runtime/core/arena.h"

#include <atomic>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

namespace levada::rt {

/// Fewer bytes are cleared by the time that a thread has started.
static constexpr uint64_t much = 32 << 20;

#ifndef MADV_POPULATE_WRITE
static constexpr int MADV_POPULATE_WRITE = 23;
#endif

struct Clearing {
  pthread_t thread;
  char *begin, *end;
  bool last_first;
  std::atomic<bool> enough{false};
};

/// Where the kernel does not know the call, rows have the pages cleared as they come.
static void *clear(void *what) {
  auto *clearing = (Clearing *)what;
  uint64_t left = (uint64_t)(clearing->end - clearing->begin);
  for (uint64_t done = 0; left && !clearing->enough.load(std::memory_order_relaxed);
       done += large_page, left -= large_page) {
    char *page = clearing->last_first ? clearing->end - done - large_page : clearing->begin + done;
    if (madvise(page, large_page, MADV_POPULATE_WRITE) != 0)
      break;
  }
  return nullptr;
}

static void end_clearing(Pages *pages) {
  if (!pages->clearing)
    return;
  pages->clearing->enough = true;
  pthread_join(pages->clearing->thread, nullptr);
  delete pages->clearing;
  pages->clearing = nullptr;
}

void pages_clear(Pages *pages, uint64_t from, bool last_first) {
  end_clearing(pages);
  from = (from + large_page - 1) & ~(large_page - 1);
  if (pages->size < from + much)
    return;
  auto *clearing = new Clearing;
  clearing->begin = pages->at + from;
  clearing->end = pages->at + pages->size;
  clearing->last_first = last_first;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(&clearing->thread, nullptr, clear, clearing);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error)
    delete clearing;
  else
    pages->clearing = clearing;
}

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
  *pages = {map(size, PROT_READ | PROT_WRITE), size, nullptr};
  madvise(pages->at, size, MADV_HUGEPAGE);
}

void pages_resize(Pages *pages, uint64_t size) {
  end_clearing(pages);
  char *at = map(size, PROT_NONE);
  if (mremap(pages->at, pages->size, size, MREMAP_MAYMOVE | MREMAP_FIXED, at) == MAP_FAILED)
    must_alloc(UINT64_MAX);
  madvise(at, size, MADV_HUGEPAGE);
  *pages = {at, size, nullptr};
}

void pages_free(Pages *pages) {
  end_clearing(pages);
  if (pages->size)
    munmap(pages->at, pages->size);
  *pages = {};
}

} // namespace levada::rt
