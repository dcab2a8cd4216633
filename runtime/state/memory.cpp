//===- memory.cpp - reference-counted memory of state ---------------------===//
//
// One owner (a slice, a session, a slot) and any number of frames whose rows
// view the texts. See memory.h.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/memory.h"
#include "runtime/exec/frame.h"

namespace levada::rt {

Memory *memory_new() {
  Memory *memory = memory_new_paged();
  arena_on_heap(&memory->arena);
  return memory;
}

Memory *memory_new_paged() {
  auto *memory = (Memory *)must_zero(sizeof(Memory));
  memory->refs = 1;
  return memory;
}

void memory_release(Memory *memory) {
  if (!memory || __atomic_sub_fetch(&memory->refs, 1, __ATOMIC_ACQ_REL) != 0)
    return;
  arena_free(&memory->arena);
  must_free(memory);
}

void memory_keep(levada_ctx *ctx, Memory *memory) {
  if (!memory || !memory->arena.end)
    return; // nothing was ever taken from it: the rows hold all values
  __atomic_add_fetch(&memory->refs, 1, __ATOMIC_RELAXED);
  frame_keep(ctx, memory, [](void *object) { memory_release((Memory *)object); });
}

void *must_zero(uint64_t size) {
  void *p = calloc(1, size ? size : 1);
  return p ? p : must_alloc(UINT64_MAX);
}

} // namespace levada::rt
