//===- int128.h - decimals' integers: powers of ten, 256-bit steps ---------===//
//
// Magnitudes are unsigned; signs are put back by the caller. HALF_UP looks at
// one digit only, so that dividing by 10^n may go in exact steps.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_STDLIB_INT128_H
#define LEVADA_STDLIB_INT128_H

#include "stdlib/fn.h"

namespace levada::num {

using u128 = unsigned __int128;
using i128 = __int128;

inline constexpr uint64_t kPow10[20] = {1ull,
                                        10ull,
                                        100ull,
                                        1000ull,
                                        10000ull,
                                        100000ull,
                                        1000000ull,
                                        10000000ull,
                                        100000000ull,
                                        1000000000ull,
                                        10000000000ull,
                                        100000000000ull,
                                        1000000000000ull,
                                        10000000000000ull,
                                        100000000000000ull,
                                        1000000000000000ull,
                                        10000000000000000ull,
                                        100000000000000000ull,
                                        1000000000000000000ull,
                                        10000000000000000000ull};

/// 10^n, 0 <= n <= 38.
static inline u128 pow10(int32_t n) {
  return n <= 19 ? u128(kPow10[n]) : u128(kPow10[19]) * kPow10[n - 19];
}

static inline u128 magnitude(i128 v) { return v < 0 ? -u128(v) : u128(v); }
static inline i128 withSign(u128 v, bool negative) { return i128(negative ? -v : v); }

/// Decimal digits of v; 0 has none.
static inline int32_t digits64(uint64_t v) {
  if (v == 0)
    return 0;
  int32_t n = ((64 - __builtin_clzll(v)) * 1233) >> 12;
  return n + (v >= kPow10[n]);
}
static inline int32_t digits(u128 v) {
  if ((v >> 64) == 0)
    return digits64(uint64_t(v));
  int32_t n = 20;
  while (n < 39 && v >= pow10(n > 38 ? 38 : n)) {
    if (n == 38)
      return 39;
    ++n;
  }
  return n;
}

/// v / 10^n, HALF_UP, 0 <= n.
static inline u128 divPow10(u128 v, int32_t n) {
  if (n == 0)
    return v;
  if (n > 39)
    return 0;
  if ((v >> 64) == 0 && n <= 19) {
    uint64_t d = kPow10[n], q = uint64_t(v) / d, r = uint64_t(v) % d;
    return q + (r >= d - r);
  }
  u128 q = v / pow10(n - 1);
  return q / 10 + (q % 10 >= 5);
}

/// An unsigned number of 256 bits, least significant word first.
struct u256 {
  uint64_t w[4];
};

static inline u256 mul(u128 a, u128 b) {
  uint64_t a0 = uint64_t(a), a1 = uint64_t(a >> 64), b0 = uint64_t(b), b1 = uint64_t(b >> 64);
  u128 low = u128(a0) * b0, mid1 = u128(a1) * b0, mid2 = u128(a0) * b1, high = u128(a1) * b1;
  u128 mid = (low >> 64) + uint64_t(mid1) + uint64_t(mid2);
  high += (mid1 >> 64) + (mid2 >> 64) + (mid >> 64);
  return {{uint64_t(low), uint64_t(mid), uint64_t(high), uint64_t(high >> 64)}};
}

/// a := a / d; returns the remainder.
static inline uint64_t divSmall(u256 &a, uint64_t d) {
  u128 r = 0;
  for (int i = 3; i >= 0; --i) {
    u128 part = (r << 64) | a.w[i];
    a.w[i] = uint64_t(part / d);
    r = part % d;
  }
  return uint64_t(r);
}

/// a := a * m + c; the caller knows that it fits.
static inline void mulSmall(u256 &a, uint64_t m, uint64_t c = 0) {
  u128 carry = c;
  for (uint64_t &word : a.w) {
    carry += u128(word) * m;
    word = uint64_t(carry);
    carry >>= 64;
  }
}

static inline bool fits128(const u256 &a) { return (a.w[2] | a.w[3]) == 0; }
static inline u128 low128(const u256 &a) { return (u128(a.w[1]) << 64) | a.w[0]; }
static inline int32_t bits(const u256 &a) {
  for (int i = 3; i >= 0; --i)
    if (a.w[i])
      return 64 * i + 64 - __builtin_clzll(a.w[i]);
  return 0;
}

/// a / 10^n, HALF_UP.
static inline u256 divPow10(u256 a, int32_t n) {
  if (n == 0)
    return a;
  for (--n; n > 0;) {
    int32_t step = n < 19 ? n : 19;
    divSmall(a, kPow10[step]);
    n -= step;
  }
  if (divSmall(a, 10) >= 5)
    mulSmall(a, 1, 1);
  return a;
}

/// a / d where the quotient fits 128 bits; the remainder too.
u128 divide(const u256 &a, u128 d, u128 *remainder);

/// Puts `value` into DECIMAL(precision, …), or LEVADA_NULL.
static inline levada_status fit(u128 value, bool negative, int32_t precision, i128 *out) {
  if (value >= pow10(precision))
    return LEVADA_NULL;
  *out = withSign(value, negative);
  return LEVADA_VALUE;
}

/// A magnitude with scale `from` as DECIMAL(precision, to), HALF_UP.
static inline levada_status rescale(u128 value, bool negative, int32_t from, int32_t precision,
                                    int32_t to, i128 *out) {
  if (to < from)
    return fit(divPow10(value, from - to), negative, precision, out);
  if (to > from && value != 0) {
    // A value that fits has at most precision - (to - from) digits.
    int32_t room = precision - (to - from);
    if (room < 0 || (room < 39 && value >= pow10(room)))
      return LEVADA_NULL;
    value *= pow10(to - from);
  }
  return fit(value, negative, precision, out);
}

} // namespace levada::num

#endif
