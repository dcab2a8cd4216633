//===- arena.cpp - bump memory --------------------------------------------===//
//
// Blocks double from 512 bytes (a session's state is one arena) to 1 MB; larger requests get a
// block of their own.
//
//===----------------------------------------------------------------------===//
#include "runtime/core/arena.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

namespace levada::rt {
namespace {

struct alignas(16) Block {
  Block *next;
  uint64_t size; // of the data behind
  char *data() { return reinterpret_cast<char *>(this + 1); }
};

constexpr uint64_t FIRST_BLOCK = 512 - sizeof(Block);
constexpr uint64_t LARGEST_BLOCK = (1 << 20) - sizeof(Block);

/// Set in `blocks` where none is paged for the sake of the others.
constexpr uintptr_t ON_HEAP = 1;

bool on_heap(const levada_arena *arena) {
  return reinterpret_cast<uintptr_t>(arena->blocks) & ON_HEAP;
}
Block *newest_of(const levada_arena *arena) {
  return reinterpret_cast<Block *>(reinterpret_cast<uintptr_t>(arena->blocks) & ~ON_HEAP);
}
void set_newest(levada_arena *arena, Block *block) {
  arena->blocks = reinterpret_cast<void *>(reinterpret_cast<uintptr_t>(block) |
                                           (reinterpret_cast<uintptr_t>(arena->blocks) & ON_HEAP));
}

[[noreturn]] void out_of_memory() {
  static const char text[] = "error[R690 out-of-memory]: the system has no more memory\n";
  (void)!write(2, text, sizeof text - 1);
  _exit(1);
}

} // namespace

void *plain_alloc(uint64_t size) {
  void *p = malloc(size ? size : 1);
  if (!p)
    out_of_memory();
  return p;
}

void *must_alloc(uint64_t size) {
  if (size >= paged_from) [[unlikely]]
    if (char *block = paged_try(size, false))
      return block;
  return plain_alloc(size);
}

/// Of a block of which either side is paged.
static void *realloc_paged(void *old, uint64_t size) {
  const bool paged = is_paged(old);
  auto *from = static_cast<char *>(old);
  char *to = paged ? paged_grow(from, size) : paged_try(size, true);
  if (paged && to)
    return to;
  if (!to)
    to = static_cast<char *>(plain_alloc(size));
  if (uint64_t room = !old ? 0 : paged ? paged_room(from) : malloc_usable_size(old))
    paged_copy(to, from, room < size ? room : size);
  must_free(old);
  return to;
}

void *must_realloc(void *old, uint64_t size) {
  if (size >= paged_from || is_paged(old)) [[unlikely]]
    return realloc_paged(old, size);
  void *p = realloc(old, size ? size : 1);
  if (!p)
    out_of_memory();
  return p;
}

void free_paged(void *p) { paged_free(static_cast<char *>(p)); }

char *arena_grow(levada_arena *arena, uint64_t size) {
  size = (size + 7) & ~uint64_t(7);
  auto *newest = newest_of(arena);
  uint64_t wanted = newest ? 2 * (newest->size + sizeof(Block)) - sizeof(Block) : FIRST_BLOCK;
  if (wanted > LARGEST_BLOCK)
    wanted = LARGEST_BLOCK;
  // A large request does not waste the free space of the block before it.
  bool own = size > wanted / 2;
  Block *block = nullptr;
  if (paged_arena != ~uint64_t(0) && !on_heap(arena) && arena_bytes(arena) >= paged_arena) {
    wanted = paged_from - sizeof(Block);
    own = size > wanted / 2;
    block = reinterpret_cast<Block *>(paged_alloc(sizeof(Block) + (own ? size : wanted)));
  } else {
    block = static_cast<Block *>(must_alloc(sizeof(Block) + (own ? size : wanted)));
  }
  block->size = own ? size : wanted;
  if (own && newest) {
    block->next = newest->next;
    newest->next = block;
    return block->data();
  }
  block->next = newest;
  set_newest(arena, block);
  arena->cur = block->data() + size;
  arena->end = block->data() + block->size;
  return block->data();
}

void arena_on_heap(levada_arena *arena) {
  arena->blocks = reinterpret_cast<void *>(ON_HEAP);
}

void arena_reset(levada_arena *arena) {
  auto *block = newest_of(arena);
  if (!block)
    return;
  for (Block *b = block->next; b;) {
    Block *next = b->next;
    must_free(b);
    b = next;
  }
  block->next = nullptr;
  arena->cur = block->data();
  arena->end = block->data() + block->size;
}

void arena_free(levada_arena *arena) {
  for (auto *b = newest_of(arena); b;) {
    Block *next = b->next;
    must_free(b);
    b = next;
  }
  *arena = {};
}

void arena_adopt(levada_arena *to, levada_arena *from) {
  auto *last = newest_of(from);
  if (!last)
    return;
  auto *newest = newest_of(to);
  if (!newest) {
    to->cur = from->cur;
    to->end = from->end;
    set_newest(to, last);
  } else {
    while (last->next)
      last = last->next;
    last->next = newest->next;
    newest->next = newest_of(from);
  }
  *from = {};
}

Buffer::~Buffer() { must_free(data_); }

char *Buffer::get(uint64_t size) {
  if (size > size_) {
    must_free(data_);
    data_ = static_cast<char *>(must_alloc(size_ = size));
  }
  return data_;
}

uint64_t arena_total(const levada_arena *arena) {
  uint64_t bytes = 0;
  for (auto *b = newest_of(arena); b; b = b->next)
    bytes += b->size + sizeof(Block);
  return bytes;
}

uint64_t arena_bytes(const levada_arena *arena) {
  uint64_t bytes = 0;
  for (auto *b = newest_of(arena); b; b = b->next)
    bytes += is_paged(b) ? 0 : b->size + sizeof(Block);
  return bytes;
}

namespace {
/// An arena as it was, and the block behind its newest.
struct Mark {
  levada_arena arena;
  Block *behind;
};
static_assert(sizeof(Mark) == 32);

void free_between(Block *first, const Block *end) {
  while (first != end) {
    Block *next = first->next;
    must_free(first);
    first = next;
  }
}
} // namespace

void arena_mark(const levada_arena *arena, char *mark) {
  auto *newest = newest_of(arena);
  Mark now{*arena, newest ? newest->next : nullptr};
  __builtin_memcpy(mark, &now, sizeof now);
}

void arena_release(levada_arena *arena, const char *mark) {
  Mark then;
  __builtin_memcpy(&then, mark, sizeof then);
  auto *newest = newest_of(arena), *old = newest_of(&then.arena);
  if (old) {
    free_between(old->next, then.behind);
    old->next = then.behind;
  }
  if (newest == old) {
    *arena = then.arena;
    return;
  }
  // It has grown: the block stays, so that the next row need not ask for one.
  free_between(newest->next, old);
  newest->next = old;
  arena->cur = newest->data();
  arena->end = newest->data() + newest->size;
}

} // namespace levada::rt

extern "C" void levada_rt_mark(levada_ctx *ctx, char *mark) {
  levada::rt::arena_mark(&ctx->arena, mark);
}

extern "C" void levada_rt_release(levada_ctx *ctx, const char *mark) {
  levada::rt::arena_release(&ctx->arena, mark);
}

extern "C" char *levada_rt_alloc_slow(levada_ctx *ctx, uint64_t size) {
  return levada::rt::arena_grow(&ctx->arena, size);
}

extern "C" char *levada_rt_state_alloc_slow(levada_ctx *ctx, uint64_t size) {
  return levada::rt::arena_grow(ctx->state_arena, size);
}

extern "C" void levada_rt_copy(char *to, const char *from, uint64_t size) {
  levada::rt::paged_copy(to, from, size);
}

extern "C" void levada_rt_passed(uint64_t size) { levada::rt::paged_passed(size); }
