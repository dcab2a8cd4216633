//===- heap.h - the first of many, by an order that the caller has ---------===//
//
// A binary heap in a List. `before(a, b)`: a comes out before b.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_HEAP_H
#define LEVADA_RUNTIME_STATE_HEAP_H

#include "runtime/state/memory.h"

namespace levada::rt {

/// Moves what is at `at` down to its place.
template <typename T, typename Before>
void heap_sift(List<T> &heap, uint64_t at, const Before &before) {
  const T moved = heap[at];
  for (uint64_t child; (child = at * 2 + 1) < heap.count; at = child) {
    child += child + 1 < heap.count && before(heap[child + 1], heap[child]);
    if (!before(heap[child], moved))
      break;
    heap[at] = heap[child];
  }
  heap[at] = moved;
}

template <typename T, typename Before> void heap_make(List<T> &heap, const Before &before) {
  for (uint64_t i = heap.count / 2; i-- > 0;)
    heap_sift(heap, i, before);
}

template <typename T, typename Before>
void heap_push(List<T> &heap, const T &item, const Before &before) {
  const T pushed = item;
  heap.push(pushed);
  uint64_t at = heap.count - 1;
  for (; at > 0 && before(pushed, heap[(at - 1) / 2]); at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = pushed;
}

/// Takes the first one out.
template <typename T, typename Before> void heap_pop(List<T> &heap, const Before &before) {
  heap[0] = heap[--heap.count];
  if (heap.count)
    heap_sift(heap, 0, before);
}

} // namespace levada::rt

#endif
