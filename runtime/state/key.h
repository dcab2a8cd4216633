//===- key.h - hash, equality and order of keys ---------------------------===//
//
// A key is canonical bytes: padding and the values of NULLs are zero, texts
// are levada_str at the offsets its layout gives. One fixed hash, the same on
// every machine and forever: it decides key groups (its top 7 bits), the place
// in tables and the order of results. The layout is a constant where these are
// inlined, so loops unroll to a few loads and multiplications.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_KEY_H
#define LEVADA_RUNTIME_STATE_KEY_H

#include "runtime/abi/abi.h"

#define LEVADA_INLINE static inline __attribute__((always_inline))

namespace levada::rt {

inline constexpr uint64_t hash_seed = 0x9e3779b97f4a7c15u, hash_mul = 0xa0761d6478bd642fu,
                          hash_end = 0xe7037ed1a0b428dbu;

LEVADA_INLINE uint64_t load64(const char *p) {
  uint64_t v;
  __builtin_memcpy(&v, p, 8);
  return v;
}

LEVADA_INLINE uint64_t hash_mix(uint64_t a, uint64_t b) {
  unsigned __int128 p = (unsigned __int128)a * b;
  return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/// Hash of the bytes of a long text.
uint64_t hash_bytes(const char *data, uint64_t size);

LEVADA_INLINE uint64_t hash_key(const char *key, const levada_layout *layout) {
  uint64_t h = hash_seed;
  uint32_t next = 0;       // the text that comes next
  bool long_text = false;  // the word at hand is the pointer of a long text
  uint32_t text_len = 0;
#pragma clang loop unroll(full)
  for (uint32_t at = 0; at < layout->size; at += 8) {
    uint64_t word = load64(key + at);
    if (next < layout->str_count && layout->str_offsets[next] == at) {
      text_len = (uint32_t)word;
      long_text = text_len > 12;
      ++next;
    } else {
      if (long_text)
        word = hash_bytes((const char *)word, text_len);
      long_text = false;
    }
    h = hash_mix(h ^ word, hash_mul);
  }
  return hash_mix(h ^ hash_end, hash_seed);
}

LEVADA_INLINE bool text_equal(const char *a, const char *b) {
  if (load64(a) != load64(b)) // length and first bytes
    return false;
  uint64_t x = load64(a + 8), y = load64(b + 8);
  if (x == y)
    return true;
  uint32_t len = (uint32_t)load64(a);
  return len > 12 && __builtin_memcmp((const char *)x, (const char *)y, len) == 0;
}

/// `size`: whole words, which are how keys are written (one load that spans two
/// stores waits for both).
LEVADA_INLINE bool words_equal(const char *a, const char *b, uint32_t size) {
  uint64_t differ = 0;
#pragma clang loop unroll(full)
  for (uint32_t at = 0; at < size; at += 8)
    differ |= load64(a + at) ^ load64(b + at);
  return differ == 0;
}

LEVADA_INLINE bool key_equal(const char *a, const char *b, const levada_layout *layout) {
  uint32_t at = 0;
#pragma clang loop unroll(full)
  for (uint32_t i = 0; i < layout->str_count; ++i) {
    uint32_t text = layout->str_offsets[i];
    if (!words_equal(a + at, b + at, text - at) || !text_equal(a + text, b + text))
      return false;
    at = text + 16;
  }
  return words_equal(a + at, b + at, layout->size - at);
}

/// A total order among keys of equal hash; what it is does not matter.
int key_compare(const char *a, const char *b, const levada_layout *layout);

/// Copies a key; its long texts go to `arena`.
void key_copy(char *to, const char *from, const levada_layout *layout, levada_arena *arena);

} // namespace levada::rt

#endif
