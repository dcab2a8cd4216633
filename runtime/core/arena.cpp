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
  auto *newest = static_cast<Block *>(arena->blocks);
  uint64_t wanted = newest ? 2 * (newest->size + sizeof(Block)) - sizeof(Block) : FIRST_BLOCK;
  if (wanted > LARGEST_BLOCK)
    wanted = LARGEST_BLOCK;
  // A large request does not waste the free space of the block before it.
  bool own = size > wanted / 2;
  auto *block = static_cast<Block *>(must_alloc(sizeof(Block) + (own ? size : wanted)));
  block->size = own ? size : wanted;
  if (own && newest) {
    block->next = newest->next;
    newest->next = block;
    return block->data();
  }
  block->next = newest;
  arena->blocks = block;
  arena->cur = block->data() + size;
  arena->end = block->data() + block->size;
  return block->data();
}

void arena_reset(levada_arena *arena) {
  auto *block = static_cast<Block *>(arena->blocks);
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
  for (auto *b = static_cast<Block *>(arena->blocks); b;) {
    Block *next = b->next;
    must_free(b);
    b = next;
  }
  *arena = {};
}

void arena_adopt(levada_arena *to, levada_arena *from) {
  auto *last = static_cast<Block *>(from->blocks);
  if (!last)
    return;
  auto *newest = static_cast<Block *>(to->blocks);
  if (!newest) {
    *to = *from;
  } else {
    while (last->next)
      last = last->next;
    last->next = newest->next;
    newest->next = static_cast<Block *>(from->blocks);
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

uint64_t arena_bytes(const levada_arena *arena) {
  uint64_t bytes = 0;
  for (auto *b = static_cast<Block *>(arena->blocks); b; b = b->next)
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
  auto *newest = static_cast<Block *>(arena->blocks);
  Mark now{*arena, newest ? newest->next : nullptr};
  __builtin_memcpy(mark, &now, sizeof now);
}

void arena_release(levada_arena *arena, const char *mark) {
  Mark then;
  __builtin_memcpy(&then, mark, sizeof then);
  auto *newest = static_cast<Block *>(arena->blocks), *old = static_cast<Block *>(then.arena.blocks);
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
