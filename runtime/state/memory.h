//===- memory.h - memory of state that fired rows may still view ----------===//
//
// Texts of a slice live in its Memory. Rows made when a window fires view
// them, so the frame of the firing keeps a reference: the bytes go when the
// slice has fired for the last time and every such row has been consumed, on
// whatever worker that happens. List is a growable array without exceptions.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_MEMORY_H
#define LEVADA_RUNTIME_STATE_MEMORY_H

#include "runtime/core/arena.h"

#include <stdlib.h>
#include <string.h>

namespace levada::rt {

struct Memory {
  levada_arena arena; // first: a levada_arena * of state is a Memory *
  uint32_t refs;      // atomic once a frame holds it
};

/// Of what rows look up here and there: of the heap, but for large blocks.
Memory *memory_new();
/// Of what belongs to one key, or to a few: only a part is of the heap.
Memory *memory_new_paged();
void memory_release(Memory *memory);
/// The rows made by the stage that runs now may view `memory`.
void memory_keep(levada_ctx *ctx, Memory *memory);

/// Zeroed memory of the heap, whatever the size: for tables and filters, which rows go
/// everywhere in. Never NULL; freed with free() or must_free().
void *must_zero(uint64_t size);

inline char *arena_take(levada_arena *arena, uint64_t size) {
  size = (size + 7) & ~(uint64_t)7;
  if ((uint64_t)(arena->end - arena->cur) < size)
    return arena_grow(arena, size);
  char *p = arena->cur;
  arena->cur += size;
  return p;
}

/// A growable array of trivially copyable elements.
template <typename T> struct List {
  T *items = nullptr;
  uint64_t count = 0, room = 0;

  T &operator[](uint64_t i) { return items[i]; }
  const T &operator[](uint64_t i) const { return items[i]; }
  T *begin() { return items; }
  T *end() { return items + count; }
  T *insert(uint64_t at, const T &item) {
    if (count == room) {
      room = room ? room * 2 : 8;
      items = (T *)must_realloc(items, room * sizeof(T));
    }
    if (at != count)
      memmove((void *)(items + at + 1), (const void *)(items + at), (count - at) * sizeof(T));
    ++count;
    items[at] = item;
    return items + at;
  }
  T *push(const T &item) { return insert(count, item); }
  void erase(uint64_t at, uint64_t n = 1) {
    memmove((void *)(items + at), (const void *)(items + at + n), (count - at - n) * sizeof(T));
    count -= n;
  }
  void free() {
    must_free(items);
    items = nullptr;
    count = room = 0;
  }
};

} // namespace levada::rt

#endif
