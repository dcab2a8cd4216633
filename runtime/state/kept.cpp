//===- kept.cpp - arguments of aggregates that may be taken back -----------===//
//
// One row for each arguments, in the order they came. Counted ones are found by
// their hash once there are more than a few; one whose count has come to zero
// stays where it is until half of all are such. Others are taken out at once: who
// keeps a list has to go through it anyway. What is taken back before it came is
// owed: a count below zero, until it comes. Long texts have room of powers of two
// that is used again, since state memory is never freed singly.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/entry.h"

namespace levada::rt {

namespace {
struct Kept {
  char *rows;           // how often (8 bytes), then the arguments
  uint64_t count, room; // rows, dead ones too
  uint64_t dead;        // those of count zero
  uint64_t owed;        // those below
  uint64_t index_size;  // a power of two; 0: few rows, no index
  uint32_t *index;      // place of a row + 1, 0: free
  char **free_texts;    // by the power of two; the first word leads to the next
};
constexpr uint64_t few = 8;
constexpr uint32_t text_sizes = 33;
} // namespace

static uint64_t stride(const levada_layout *layout) { return 8 + layout->size; }
static char *row_at(const Kept *kept, const levada_layout *layout, uint64_t place) {
  return kept->rows + place * stride(layout);
}
static int64_t times_of(const char *row) { return (int64_t)load64(row); }
static void set_times(char *row, int64_t times) { memcpy(row, &times, 8); }

static Kept *kept_at(const char *where) {
  Kept *kept;
  memcpy(&kept, where, sizeof kept);
  return kept;
}

//--- texts -------------------------------------------------------------------

/// The power of two that has room for a text of `len` bytes, at least 16.
static uint32_t size_of(uint32_t len) { return len <= 16 ? 4 : 32 - (uint32_t)__builtin_clz(len - 1); }

static void keep_texts(levada_ctx *ctx, Kept *kept, const levada_layout *layout, char *row) {
  for (uint32_t i = 0; i < layout->str_count; ++i) {
    char *text = row + layout->str_offsets[i];
    uint32_t len = (uint32_t)load64(text);
    if (len <= 12)
      continue;
    if (!kept->free_texts) {
      kept->free_texts = (char **)arena_take(ctx->state_arena, text_sizes * sizeof(char *));
      memset(kept->free_texts, 0, text_sizes * sizeof(char *));
    }
    char **list = &kept->free_texts[size_of(len)], *copy = *list;
    if (copy)
      memcpy((void *)list, copy, 8);
    else
      copy = arena_take(ctx->state_arena, 1ull << size_of(len));
    memcpy(copy, (const char *)load64(text + 8), len);
    memcpy(text + 8, &copy, sizeof copy);
  }
}

static void free_texts(Kept *kept, const levada_layout *layout, const char *row) {
  for (uint32_t i = 0; i < layout->str_count; ++i) {
    const char *text = row + layout->str_offsets[i];
    uint32_t len = (uint32_t)load64(text);
    if (len <= 12)
      continue;
    char **list = &kept->free_texts[size_of(len)], *bytes = (char *)load64(text + 8);
    memcpy(bytes, (const void *)list, 8);
    *list = bytes;
  }
}

//--- rows --------------------------------------------------------------------

/// The index place of equal arguments, or the free one where they belong.
static uint32_t *index_place(Kept *kept, const levada_layout *layout, const char *arguments) {
  uint64_t mask = kept->index_size - 1;
  for (uint64_t at = hash_key(arguments, layout) & mask;; at = (at + 1) & mask) {
    uint32_t *place = &kept->index[at];
    if (!*place || key_equal(row_at(kept, layout, *place - 1) + 8, arguments, layout))
      return place;
  }
}

static void build_index(levada_ctx *ctx, Kept *kept, const levada_layout *layout) {
  if (kept->index_size < kept->room * 2) {
    kept->index_size = kept->room * 2;
    kept->index = (uint32_t *)arena_take(ctx->state_arena, kept->index_size * sizeof(uint32_t));
  }
  memset(kept->index, 0, kept->index_size * sizeof(uint32_t));
  for (uint64_t i = 0; i < kept->count; ++i)
    *index_place(kept, layout, row_at(kept, layout, i) + 8) = (uint32_t)(i + 1);
}

/// The first row of equal arguments that is not dead; NULL for none.
static char *find(Kept *kept, const levada_layout *layout, const char *arguments, bool counted) {
  if (counted && kept->index_size) {
    uint32_t place = *index_place(kept, layout, arguments);
    char *row = place ? row_at(kept, layout, place - 1) : nullptr;
    return row && load64(row) ? row : nullptr;
  }
  for (uint64_t i = 0; i < kept->count; ++i) {
    char *row = row_at(kept, layout, i);
    if (load64(row) && key_equal(row + 8, arguments, layout))
      return row;
  }
  return nullptr;
}

/// Takes the dead rows out.
static void sweep(Kept *kept, const levada_layout *layout) {
  uint64_t to = 0;
  for (uint64_t i = 0; i < kept->count; ++i) {
    char *row = row_at(kept, layout, i);
    if (!load64(row))
      free_texts(kept, layout, row + 8);
    else if (char *place = row_at(kept, layout, to++); place != row)
      memcpy(place, row, stride(layout));
  }
  kept->count = to;
  kept->dead = 0;
}

static void append(levada_ctx *ctx, Kept *kept, const levada_layout *layout, const char *arguments,
                   int64_t times, bool counted) {
  bool moved = false;
  if (kept->count == kept->room && kept->dead * 2 > kept->count) {
    sweep(kept, layout);
    moved = true;
  }
  if (kept->count == kept->room) {
    uint64_t room = kept->room ? kept->room * 2 : 2;
    char *rows = arena_take(ctx->state_arena, room * stride(layout));
    if (kept->count)
      memcpy(rows, kept->rows, kept->count * stride(layout));
    kept->rows = rows;
    kept->room = room;
    moved = true;
  }
  if (counted && moved && kept->room > few)
    build_index(ctx, kept, layout);
  char *row = row_at(kept, layout, kept->count);
  set_times(row, times);
  kept->owed += times < 0;
  memcpy(row + 8, arguments, layout->size);
  keep_texts(ctx, kept, layout, row + 8);
  // Where a dead row of the same arguments stood in the index, this one does now.
  uint32_t *place = kept->index_size ? index_place(kept, layout, row + 8) : nullptr;
  ++kept->count;
  if (place)
    *place = (uint32_t)kept->count;
}

/// A row whose count has come to zero.
static void bury(Kept *kept, const levada_layout *layout, char *row, bool counted) {
  if (counted) {
    ++kept->dead;
    return;
  }
  free_texts(kept, layout, row + 8);
  char *end = row_at(kept, layout, kept->count--);
  memmove(row, row + stride(layout), (uint64_t)(end - row) - stride(layout));
}

static Kept *made_at(levada_ctx *ctx, char *where) {
  Kept *kept = kept_at(where);
  if (!kept) {
    kept = (Kept *)arena_take(ctx->state_arena, sizeof(Kept));
    *kept = {};
    memcpy(where, &kept, sizeof kept);
  }
  return kept;
}

} // namespace levada::rt

using namespace levada::rt;

extern "C" bool levada_rt_kept_add(levada_ctx *ctx, char *where, const levada_layout *layout,
                                   const char *arguments, bool counted) {
  Kept *kept = made_at(ctx, where);
  char *row = counted || kept->owed ? find(kept, layout, arguments, counted) : nullptr;
  int64_t times = row ? times_of(row) : 0;
  if (times < 0 || (counted && times)) {
    set_times(row, times + 1);
    if (times == -1) {
      --kept->owed;
      bury(kept, layout, row, counted);
    }
    return false;
  }
  append(ctx, kept, layout, arguments, 1, counted);
  return true;
}

extern "C" int32_t levada_rt_kept_remove(levada_ctx *ctx, char *where, const levada_layout *layout,
                                         const char *arguments, bool counted) {
  Kept *kept = made_at(ctx, where);
  char *row = find(kept, layout, arguments, counted);
  if (!row) {
    append(ctx, kept, layout, arguments, -1, counted);
    return LEVADA_KEPT_NONE;
  }
  int64_t left = times_of(row) - 1;
  set_times(row, left);
  if (left)
    return left < 0 ? LEVADA_KEPT_NONE : LEVADA_KEPT_SOME;
  bury(kept, layout, row, counted);
  return LEVADA_KEPT_LAST;
}

extern "C" void levada_rt_kept_clear(char *where, const levada_layout *layout) {
  Kept *kept = kept_at(where);
  if (!kept)
    return;
  for (uint64_t i = 0; i < kept->count; ++i)
    free_texts(kept, layout, row_at(kept, layout, i) + 8);
  kept->count = kept->dead = kept->owed = 0;
  if (kept->index_size)
    memset(kept->index, 0, kept->index_size * sizeof(uint32_t));
}

extern "C" const char *levada_rt_kept_next(const char *where, const levada_layout *layout,
                                           uint64_t *index) {
  const Kept *kept = kept_at(where);
  while (kept && *index < kept->count) {
    const char *row = row_at(kept, layout, (*index)++);
    if (times_of(row) > 0)
      return row + 8;
  }
  return nullptr;
}

extern "C" void levada_rt_kept_save(void *writer, const char *where, const levada_layout *layout) {
  auto *to = (Writer *)writer;
  const Kept *kept = kept_at(where);
  to->value(uint64_t(kept ? kept->count - kept->dead : 0));
  for (uint64_t i = 0; kept && i < kept->count; ++i) {
    const char *row = row_at(kept, layout, i);
    if (!load64(row))
      continue;
    to->value(load64(row));
    key_save(layout, row + 8, *to);
  }
}

extern "C" void levada_rt_kept_load(levada_ctx *ctx, void *reader, char *where,
                                    const levada_layout *layout, bool counted) {
  auto *from = (Reader *)reader;
  Kept *kept = nullptr;
  uint64_t count = 0;
  from->value(count);
  if (from->ok && count) {
    kept = (Kept *)arena_take(ctx->state_arena, sizeof(Kept));
    *kept = {};
  }
  memcpy(where, &kept, sizeof kept);
  char *arguments = (char *)must_alloc(layout->size);
  for (uint64_t i = 0; i < count && from->ok; ++i) {
    int64_t times = 0;
    if (from->value(times) && times && key_load(layout, arguments, *from))
      append(ctx, kept, layout, arguments, times, counted);
    else
      from->ok = false;
  }
  must_free(arguments);
}
