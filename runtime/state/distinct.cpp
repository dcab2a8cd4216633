//===- distinct.cpp - sets of values inside accumulators ------------------===//
//
// A set keeps its values in the order they came, so that what is computed from
// them (sums of floats, lists) depends on the input alone; beyond a few values
// an index by hash stands beside them. All of it is state memory of the slice.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/bytes.h"
#include "runtime/state/key.h"
#include "runtime/state/memory.h"

namespace levada::rt {

namespace {
struct Set {
  uint32_t count, room;
  uint32_t index_size; // a power of two; 0: few values, no index
  uint32_t *index;     // place in values + 1, 0: free
  char *values;        // 16 bytes each
};
} // namespace

static constexpr uint32_t few = 8;

static uint64_t value_hash(const char *value, bool is_str) {
  uint64_t a = load64(value), b = load64(value + 8);
  if (is_str && (uint32_t)a > 12)
    b = hash_bytes((const char *)b, (uint32_t)a);
  return hash_mix(hash_mix(hash_seed ^ a, hash_mul) ^ b, hash_end);
}

static bool value_equal(const char *a, const char *b, bool is_str) {
  return is_str ? text_equal(a, b) : memcmp(a, b, 16) == 0;
}

/// The index place of `value`, or the free one where it belongs.
static uint32_t *index_place(Set *set, const char *value, bool is_str) {
  uint32_t mask = set->index_size - 1;
  for (uint32_t at = (uint32_t)value_hash(value, is_str) & mask;; at = (at + 1) & mask) {
    uint32_t *place = &set->index[at];
    if (!*place || value_equal(set->values + (*place - 1) * 16ull, value, is_str))
      return place;
  }
}

static void build_index(levada_ctx *ctx, Set *set, bool is_str) {
  set->index_size = set->room * 2;
  uint64_t bytes = set->index_size * sizeof(uint32_t);
  set->index = (uint32_t *)arena_take(ctx->state_arena, bytes);
  memset(set->index, 0, bytes);
  for (uint32_t i = 0; i < set->count; ++i)
    *index_place(set, set->values + i * 16ull, is_str) = i + 1;
}

static bool contains(Set *set, const char *value, bool is_str) {
  if (set->index_size)
    return *index_place(set, value, is_str) != 0;
  for (uint32_t i = 0; i < set->count; ++i)
    if (value_equal(set->values + i * 16ull, value, is_str))
      return true;
  return false;
}

} // namespace levada::rt

using namespace levada::rt;

extern "C" bool levada_rt_distinct_add(levada_ctx *ctx, char *where, const char *value,
                                       bool is_str) {
  Set *set;
  memcpy(&set, where, sizeof set);
  if (!set) {
    set = (Set *)arena_take(ctx->state_arena, sizeof(Set));
    *set = {};
    memcpy(where, &set, sizeof set);
  }
  if (contains(set, value, is_str))
    return false;
  if (set->count == set->room) {
    uint32_t room = set->room ? set->room * 2 : 2;
    char *values = arena_take(ctx->state_arena, room * 16ull);
    if (set->count)
      memcpy(values, set->values, set->count * 16ull);
    set->values = values;
    set->room = room;
    if (room > few)
      build_index(ctx, set, is_str);
  }
  char *to = set->values + set->count * 16ull;
  memcpy(to, value, 16);
  uint64_t len = (uint32_t)load64(value);
  if (is_str && len > 12) {
    char *copy = arena_take(ctx->state_arena, len);
    memcpy(copy, (const char *)load64(value + 8), len);
    memcpy(to + 8, &copy, 8);
  }
  ++set->count;
  if (set->index_size)
    *index_place(set, to, is_str) = set->count;
  return true;
}

extern "C" const char *levada_rt_distinct_next(const char *where, uint64_t *index) {
  const Set *set;
  memcpy(&set, where, sizeof set);
  if (!set || *index >= set->count)
    return nullptr;
  return set->values + (*index)++ * 16;
}

extern "C" void levada_rt_distinct_save(void *writer, const char *where, bool is_str) {
  auto *to = (Writer *)writer;
  const Set *set;
  memcpy(&set, where, sizeof set);
  uint32_t count = set ? set->count : 0;
  to->value(count);
  for (uint32_t i = 0; i < count; ++i) {
    const char *value = set->values + i * 16ull;
    uint32_t len = (uint32_t)load64(value);
    if (!is_str)
      to->bytes(value, 16);
    else
      to->text({len > 12 ? (const char *)load64(value + 8) : value + 4, len});
  }
}

extern "C" void levada_rt_distinct_load(levada_ctx *ctx, void *reader, char *where, bool is_str) {
  auto *from = (Reader *)reader;
  memset(where, 0, sizeof(Set *));
  uint32_t count = 0;
  from->value(count);
  for (uint32_t i = 0; i < count && from->ok; ++i) {
    char value[16] = {};
    std::string_view text;
    if (!is_str) {
      from->bytes(value, 16);
    } else if (from->text(text)) {
      uint32_t len = (uint32_t)text.size();
      const char *data = text.data();
      memcpy(value, &len, 4);
      memcpy(value + 4, data, len > 12 ? 4 : len);
      if (len > 12)
        memcpy(value + 8, &data, 8);
    }
    if (from->ok)
      levada_rt_distinct_add(ctx, where, value, is_str);
  }
}
