//===- scan.h - finding bytes, 16 and 64 at a time ------------------------===//
//
// Vectors that every CPU of the target has: LLVM makes SSE2, AVX2, AVX-512 or
// NEON of them. Bit i of a mask is byte i. Reads may go 64 bytes beyond what is
// scanned (abi.h: chunks are followed by that much).
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_FORMATS_SCAN_H
#define LEVADA_RUNTIME_FORMATS_SCAN_H

#include "runtime/formats/decode.h"

#define LEVADA_FORMAT_INLINE static inline __attribute__((always_inline))

namespace levada::formats {

typedef uint8_t Bytes16 __attribute__((ext_vector_type(16), aligned(1)));
typedef bool Bits16 __attribute__((ext_vector_type(16)));
typedef uint8_t Bytes64 __attribute__((ext_vector_type(64), aligned(1)));
typedef bool Bits64 __attribute__((ext_vector_type(64)));

LEVADA_FORMAT_INLINE uint64_t load8(const char *p) {
  uint64_t v;
  __builtin_memcpy(&v, p, 8);
  return v;
}
LEVADA_FORMAT_INLINE uint32_t load4(const char *p) {
  uint32_t v;
  __builtin_memcpy(&v, p, 4);
  return v;
}
LEVADA_FORMAT_INLINE Bytes16 load16(const char *p) {
  Bytes16 v;
  __builtin_memcpy(&v, p, 16);
  return v;
}

/// Lanes of a comparison to bits.
template <typename V> LEVADA_FORMAT_INLINE uint32_t mask16(V lanes) {
  Bits16 bits = __builtin_convertvector(lanes, Bits16);
  uint16_t m;
  __builtin_memcpy(&m, &bits, 2);
  return m;
}
template <typename V> LEVADA_FORMAT_INLINE uint64_t mask64(const V &lanes) {
  Bits64 bits = __builtin_convertvector(lanes, Bits64);
  uint64_t m;
  __builtin_memcpy(&m, &bits, 8);
  return m;
}
/// 64 bytes, and where they are what.
struct Block {
  Bytes64 v;
  LEVADA_FORMAT_INLINE Block load(const char *p) {
    Block block;
    __builtin_memcpy(&block.v, p, 64);
    return block;
  }
  __attribute__((always_inline)) uint64_t equal(uint8_t x) const { return mask64(v == x); }
  /// Not ASCII.
  __attribute__((always_inline)) uint64_t high() const { return mask64(v >= 0x80); }
  /// What ends the plain part of a JSON text: '"', '\\', control characters.
  __attribute__((always_inline)) uint64_t text_end() const {
    return mask64((v == (uint8_t)'"') | (v == (uint8_t)'\\') | (v < (uint8_t)0x20));
  }
};

/// The end of the line at `p`: the place of its '\n', which is there. Sets
/// `ascii` to whether all bytes before are. Reads up to 63 bytes behind it.
LEVADA_FORMAT_INLINE const char *line_end(const char *p, bool *ascii) {
  uint64_t high = 0;
  for (;; p += 64) {
    Block v = Block::load(p);
    uint64_t found = v.equal('\n'), odd = v.high();
    if (found) {
      high |= odd & ((found & -found) - 1);
      *ascii = high == 0;
      return p + __builtin_ctzll(found);
    }
    high |= odd;
  }
}

/// The first of '"', '\\' and control characters at or behind `p`; one is there.
/// Reads up to 63 bytes behind it.
LEVADA_FORMAT_INLINE const char *string_end(const char *p) {
  for (;; p += 64)
    if (uint64_t found = Block::load(p).text_end())
      return p + __builtin_ctzll(found);
}

LEVADA_FORMAT_INLINE bool is_digit(char c) { return (uint8_t)(c - '0') < 10; }
LEVADA_FORMAT_INLINE bool is_blank(char c) { return c == ' ' || c == '\t'; }
LEVADA_FORMAT_INLINE bool is_space(char c) { // of JSON
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// How many of the 8 bytes of `word`, from the first, are digits.
LEVADA_FORMAT_INLINE uint32_t digit_count(uint64_t word) {
  uint64_t t = word ^ 0x3030303030303030u;
  uint64_t other = (((t & 0x7f7f7f7f7f7f7f7fu) + 0x7676767676767676u) | t) & 0x8080808080808080u;
  return other ? (uint32_t)__builtin_ctzll(other) / 8 : 8;
}
/// The number that the first n (1 to 8) bytes of `word`, all digits, say.
LEVADA_FORMAT_INLINE uint64_t digits_value(uint64_t word, uint32_t n) {
  word = (word - 0x3030303030303030u) << (64 - 8 * n);
  word = word * 10 + (word >> 8);
  return (((word & 0x000000ff000000ffu) * 0x000f424000000064u) +
          ((word >> 16 & 0x000000ff000000ffu) * 0x0000271000000001u)) >> 32;
}
inline constexpr uint64_t powers_of_ten[19] = {
    1ull, 10ull, 100ull, 1000ull, 10000ull, 100000ull, 1000000ull,
    10000000ull, 100000000ull, 1000000000ull, 10000000000ull,
    100000000000ull, 1000000000000ull, 10000000000000ull, 100000000000000ull,
    1000000000000000ull, 10000000000000000ull, 100000000000000000ull,
    1000000000000000000ull};

/// Reads digits at `p`, at most 19, into value; the end. Saturates nothing:
/// more digits are for a slow path.
LEVADA_FORMAT_INLINE const char *read_digits(const char *p, uint64_t *value) {
  uint64_t word = load8(p);
  uint32_t n = digit_count(word);
  if (n == 0)
    return p;
  *value = *value * powers_of_ten[n] + digits_value(word, n);
  p += n;
  if (__builtin_expect(n < 8, 1))
    return p;
  word = load8(p);
  n = digit_count(word);
  if (n == 0)
    return p;
  *value = *value * powers_of_ten[n] + digits_value(word, n);
  p += n;
  if (__builtin_expect(n < 8, 1))
    return p;
  for (uint32_t i = 0; i < 3 && is_digit(*p); ++i)
    *value = *value * 10 + (uint64_t)(*p++ - '0');
  return p;
}

/// A text over bytes that live long enough, without a branch. Reads 16 bytes.
LEVADA_FORMAT_INLINE void view(const char *p, uint64_t n, levada_str *out) {
  // Inline: the bytes beyond n are zeroed. Long: prefix and pointer.
  uint64_t low = load8(p), high = load4(p + 8);
  uint64_t keep_low = n >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << (8 * n)) - 1;
  uint64_t keep_high = n >= 12 ? ~(uint64_t)0 : n <= 8 ? 0 : ((uint64_t)1 << (8 * (n - 8))) - 1;
  low &= keep_low;
  high &= keep_high;
  bool is_long = n > 12;
  uint64_t first = (n & 0xffffffffu) | low << 32;
  uint64_t second = is_long ? (uint64_t)p : low >> 32 | high << 32;
  char *to = (char *)out;
  __builtin_memcpy(to, &first, 8);
  __builtin_memcpy(to + 8, &second, 8);
}

/// Whether all of it is well-formed UTF-8.
bool valid_utf8(const char *p, uint64_t n);

/// A text in the frame from parts; at most `size` bytes.
levada_str frame_text(levada_ctx *ctx, const char *data, uint64_t size);

} // namespace levada::formats

#endif
