//===- paged.h - large blocks of memory that stand in a file ---------------===//
//
// Under --memory a block of `paged_from` bytes or more is a mapping of a file that
// has no name. Its bytes are the kernel's to keep or to write: what the process has
// of them at a time is bounded, by letting go of all of it (nothing is lost by that)
// whenever there is more, at allocations and every millisecond or so by a thread
// that sleeps as long as there are no such blocks. So a single value may be
// larger than the limit. Bytes are best gone through from front to back.
//
// Space on the disk is reserved before it is used. Where there is none, blocks come
// from the heap from then on, and paged_failed() says why: the run is to end.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CORE_PAGED_H
#define LEVADA_RUNTIME_CORE_PAGED_H

#include <stdint.h>

namespace levada::rt {

/// From how many bytes on must_alloc and must_realloc make such blocks; ~0: never.
extern uint64_t paged_from;
/// So much has an arena of the heap before its further blocks are such, too; ~0: no
/// end of it.
extern uint64_t paged_arena;

/// From now on there are such blocks, in a file in `folder`, of which the process has
/// some `resident` bytes at a time. Before there are threads; the file is made when
/// the first block is. `reserve`: as fallocate(), which it is where there is none.
using PagedReserve = int (*)(int file, int mode, long at, long size);
void paged_begin(const char *folder, uint64_t from, uint64_t resident,
                 PagedReserve reserve = nullptr);

/// A block of any size, its bytes as they may be; of the heap before paged_begin and
/// where there is no space. Given back by must_free, grown by must_realloc. Cheap
/// where one of the size was given back before.
char *paged_alloc(uint64_t size);

/// Copies bytes of which both sides may be such blocks, within the bound.
void paged_copy(char *to, const char *from, uint64_t size);

/// Lets go of what the process has of a block, which is not looked at for a while; of
/// the heap: nothing.
void paged_rest(char *block, uint64_t size);

/// So many bytes were gone through, of which some may be of such blocks: now and then
/// it lets go itself, rather than that it is overtaken.
inline void paged_passed(uint64_t bytes);

/// Bytes of all such blocks.
uint64_t paged_bytes();
/// Most that there were at a time.
uint64_t paged_most();
/// 0, or the errno for which there are no more such blocks.
int paged_failed();
/// The folder of the file.
const char *paged_folder();

/// The range of addresses; empty before the first one.
extern uintptr_t paged_first, paged_last;
/// Whether `p` is such a block or lies in one.
inline bool is_paged(const void *p) {
  return uintptr_t(p) >= __atomic_load_n(&paged_first, __ATOMIC_RELAXED) &&
         uintptr_t(p) < __atomic_load_n(&paged_last, __ATOMIC_RELAXED);
}

void paged_look();
inline void paged_passed(uint64_t bytes) {
  static thread_local uint64_t passed = 0;
  if (__atomic_load_n(&paged_last, __ATOMIC_RELAXED) && (passed += bytes) >= (512 << 10)) [[unlikely]] {
    passed = 0;
    paged_look();
  }
}

//--- for arena.cpp -----------------------------------------------------------

/// A block, or NULL; `grows`: it is likely to.
char *paged_try(uint64_t size, bool grows);
/// The block with room for `size` bytes, perhaps elsewhere; NULL: it is as it was.
char *paged_grow(char *block, uint64_t size);
/// Bytes that a block has room for.
uint64_t paged_room(const char *block);
void paged_free(char *block);

} // namespace levada::rt

#endif
