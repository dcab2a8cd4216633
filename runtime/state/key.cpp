//===- key.cpp - long texts, order and copies of keys ---------------------===//
//
// What key.h leaves out of line: hashing texts of more than 12 bytes, telling
// apart keys of equal hash, and moving texts into state memory.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/key.h"
#include "runtime/state/memory.h"


namespace levada::rt {

uint64_t hash_bytes(const char *data, uint64_t size) {
  // Two independent lanes of 8 bytes; the last 16 bytes are read from the end,
  // overlapping what came before. Only called for more than 12 bytes.
  uint64_t a = hash_seed ^ size, b = hash_end;
  const char *p = data, *end = data + size;
  while (end - p > 16) {
    a = hash_mix(a ^ load64(p), hash_mul);
    b = hash_mix(b ^ load64(p + 8), hash_seed);
    p += 16;
  }
  if (size >= 16) {
    a = hash_mix(a ^ load64(end - 16), hash_mul);
    b = hash_mix(b ^ load64(end - 8), hash_seed);
  } else if (size >= 8) {
    a = hash_mix(a ^ load64(data), hash_mul);
    b = hash_mix(b ^ load64(end - 8), hash_seed);
  } else {
    uint64_t word = 0;
    memcpy(&word, data, size);
    a = hash_mix(a ^ word, hash_mul);
  }
  return hash_mix(a ^ hash_end, b ^ hash_mul);
}

static int text_compare(const char *a, const char *b) {
  uint32_t m = (uint32_t)load64(a), n = (uint32_t)load64(b);
  if (m != n)
    return m < n ? -1 : 1;
  if (m <= 12)
    return memcmp(a, b, 16);
  return memcmp((const char *)load64(a + 8), (const char *)load64(b + 8), m);
}

int key_compare(const char *a, const char *b, const levada_layout *layout) {
  uint32_t at = 0;
  for (uint32_t i = 0; i < layout->str_count; ++i) {
    uint32_t text = layout->str_offsets[i];
    if (int c = memcmp(a + at, b + at, text - at))
      return c;
    if (int c = text_compare(a + text, b + text))
      return c;
    at = text + 16;
  }
  return memcmp(a + at, b + at, layout->size - at);
}

void key_copy(char *to, const char *from, const levada_layout *layout, levada_arena *arena) {
  memcpy(to, from, layout->size);
  for (uint32_t i = 0; i < layout->str_count; ++i) {
    char *text = to + layout->str_offsets[i];
    uint64_t len = (uint32_t)load64(text);
    if (len <= 12)
      continue;
    char *copy = arena_take(arena, len);
    memcpy(copy, (const char *)load64(text + 8), len);
    memcpy(text + 8, &copy, 8);
  }
}

} // namespace levada::rt
