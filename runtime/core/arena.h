//===- arena.h - bump memory of frames and of state slices ----------------===//
//
// A levada_arena is a chain of blocks, newest first; nothing in it is freed
// singly. The fast path is levada_rt_alloc in runtime/abi/inline.cpp; here is
// what happens when a block is full. Not shared between threads, but may be
// handed from one to another.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CORE_ARENA_H
#define LEVADA_RUNTIME_CORE_ARENA_H

#include "runtime/abi/abi.h"
#include "runtime/core/paged.h"

#include <stdlib.h>

namespace levada::rt {

/// Memory of `size` bytes, 8-aligned, from a new block; the rest of the block
/// becomes the arena's free space. Paged once the arena has paged_arena bytes of the
/// heap. Never NULL (dies with R690 out-of-memory).
char *arena_grow(levada_arena *arena, uint64_t size);

/// For an arena with nothing in it: only large requests will be paged. For what is
/// looked up here and there, and counted.
void arena_on_heap(levada_arena *arena);

/// Frees everything but one block, which is kept for what comes next.
void arena_reset(levada_arena *arena);

/// Frees everything.
void arena_free(levada_arena *arena);

/// Writes down (32 bytes) what an arena holds; frees what was taken since then.
void arena_mark(const levada_arena *arena, char *mark);
void arena_release(levada_arena *arena, const char *mark);

/// What `from` holds lives as long as `to` from now on; `from` is empty.
void arena_adopt(levada_arena *to, levada_arena *from);

/// Bytes of all its blocks that are not paged.
uint64_t arena_bytes(const levada_arena *arena);
/// Bytes of all its blocks.
uint64_t arena_total(const levada_arena *arena);

/// malloc, realloc that never return NULL; large blocks are paged (paged.h). What
/// they give goes back by must_free.
void *must_alloc(uint64_t size);
void *must_realloc(void *old, uint64_t size);
inline void must_free(void *p);
/// The same from the heap, whatever the size: for what is used here and there, and
/// counted. Goes back by must_free too.
void *plain_alloc(uint64_t size);
void free_paged(void *p);
inline void must_free(void *p) {
  if (is_paged(p)) [[unlikely]]
    free_paged(p);
  else
    free(p);
}

/// Memory that is used again.
class Buffer {
public:
  Buffer() = default;
  Buffer(const Buffer &) = delete;
  ~Buffer();
  /// At least `size` bytes; what was in it is lost.
  char *get(uint64_t size);

private:
  char *data_ = nullptr;
  uint64_t size_ = 0;
};

} // namespace levada::rt

#endif
