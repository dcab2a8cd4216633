//===- decimal.cpp - arithmetic on DECIMAL ---------------------------------===//
//
// Exact to 256 bits, then HALF_UP to the result type; what does not fit is
// NULL. Division first rounds to 38 significant digits, as Flink's does.
//
//===----------------------------------------------------------------------===//
#include "stdlib/cast.h"
#include "stdlib/int128.h"

using namespace levada::num;

namespace levada::num {

u128 divide(const u256 &a, u128 d, u128 *remainder) {
  if (fits128(a)) {
    u128 n = low128(a);
    *remainder = n % d;
    return n / d;
  }
  if ((d >> 64) == 0) {
    u256 q = a;
    *remainder = divSmall(q, uint64_t(d));
    return low128(q);
  }
  // Bit by bit over what is left above the divisor's width: at most 128 steps.
  u128 r = 0, q = 0;
  for (int i = bits(a) - 1; i >= 0; --i) {
    bool over = (r >> 127) != 0;
    r = (r << 1) | ((a.w[i / 64] >> (i % 64)) & 1);
    q <<= 1;
    if (over || r >= d) {
      r -= d;
      q |= 1;
    }
  }
  *remainder = r;
  return q;
}

} // namespace levada::num

namespace {

/// A magnitude of 256 bits with scale `from` as DECIMAL(precision, to).
levada_status rescaleWide(u256 value, bool negative, int32_t from, int32_t precision, int32_t to,
                          i128 *out) {
  if (from > to)
    value = divPow10(value, from - to), from = to;
  if (!fits128(value))
    return LEVADA_NULL;
  return rescale(low128(value), negative, from, precision, to, out);
}

/// a and b brought to one scale, where 128 bits hold both.
bool align(i128 a, int32_t aScale, i128 b, int32_t bScale, i128 *x, i128 *y) {
  int32_t up = aScale < bScale ? bScale - aScale : aScale - bScale;
  i128 &small = aScale < bScale ? a : b;
  u128 limit = pow10(38 - (up < 38 ? up : 38));
  if (magnitude(small) >= limit)
    return false;
  small *= i128(pow10(up));
  *x = a, *y = b;
  return true;
}

u256 widen(u128 value, int32_t up) {
  u256 wide = mul(value, pow10(up < 38 ? up : 38));
  return wide;
}

int compareWide(const u256 &a, const u256 &b) {
  for (int i = 3; i >= 0; --i)
    if (a.w[i] != b.w[i])
      return a.w[i] < b.w[i] ? -1 : 1;
  return 0;
}

levada_status addSigned(i128 a, int32_t aScale, i128 b, int32_t bScale, int32_t precision,
                        int32_t scale, i128 *out) {
  int32_t common = aScale > bScale ? aScale : bScale;
  i128 x, y;
  if (align(a, aScale, b, bScale, &x, &y)) {
    i128 sum = x + y; // both below 10^38 < 2^127 / 1.7
    return rescale(magnitude(sum), sum < 0, common, precision, scale, out);
  }
  u256 p = widen(magnitude(a), common - aScale), q = widen(magnitude(b), common - bScale);
  bool negative = a < 0;
  if ((a < 0) == (b < 0)) {
    u128 carry = 0;
    for (int i = 0; i < 4; ++i) {
      carry += u128(p.w[i]) + q.w[i];
      p.w[i] = uint64_t(carry);
      carry >>= 64;
    }
  } else {
    if (compareWide(p, q) < 0) {
      u256 t = p;
      p = q, q = t, negative = b < 0;
    }
    uint64_t borrow = 0;
    for (int i = 0; i < 4; ++i) {
      u128 part = u128(p.w[i]) - q.w[i] - borrow;
      p.w[i] = uint64_t(part);
      borrow = uint64_t(part >> 64) & 1;
    }
  }
  return rescaleWide(p, negative, common, precision, scale, out);
}

levada_status divisionByZero(levada_ctx *ctx) {
  return ctx ? LEVADA_FAIL(ctx, LEVADA_E_DIVISION, "division by zero") : LEVADA_ERROR;
}

} // namespace

extern "C" {

levada_status levada_dec_add(levada_ctx *, const levada_i128 *a, int32_t a_scale,
                             const levada_i128 *b, int32_t b_scale, int32_t precision,
                             int32_t scale, levada_i128 *out) {
  return addSigned(*a, a_scale, *b, b_scale, precision, scale, out);
}

levada_status levada_dec_sub(levada_ctx *, const levada_i128 *a, int32_t a_scale,
                             const levada_i128 *b, int32_t b_scale, int32_t precision,
                             int32_t scale, levada_i128 *out) {
  return addSigned(*a, a_scale, -*b, b_scale, precision, scale, out);
}

levada_status levada_dec_mul(levada_ctx *, const levada_i128 *a, int32_t a_scale,
                             const levada_i128 *b, int32_t b_scale, int32_t precision,
                             int32_t scale, levada_i128 *out) {
  u128 x = magnitude(*a), y = magnitude(*b);
  bool negative = (*a < 0) != (*b < 0);
  if (((x | y) >> 63) == 0)
    return rescale(x * y, negative, a_scale + b_scale, precision, scale, out);
  return rescaleWide(mul(x, y), negative, a_scale + b_scale, precision, scale, out);
}

levada_status levada_dec_div(levada_ctx *ctx, const levada_i128 *a, int32_t a_scale,
                             const levada_i128 *b, int32_t b_scale, int32_t precision,
                             int32_t scale, levada_i128 *out) {
  if (*b == 0)
    return divisionByZero(ctx);
  if (*a == 0) {
    *out = 0;
    return LEVADA_VALUE;
  }
  u128 x = magnitude(*a), y = magnitude(*b), r;
  bool negative = (*a < 0) != (*b < 0);
  // Scaled so that the quotient has 38 digits: 39 may not fit 128 bits.
  int32_t more = digits(x) - digits(y);
  int32_t up = 38 - more - (more >= 0 ? x >= y * pow10(more) : x * pow10(-more) >= y);
  u256 n = up > 38 ? mul(x * pow10(up - 38), pow10(38)) : mul(x, pow10(up));
  u128 q = divide(n, y, &r);
  q += r >= y - r;
  int32_t q_scale = up + a_scale - b_scale;
  return rescale(q, negative, q_scale, precision, scale, out);
}

levada_status levada_dec_mod(levada_ctx *ctx, const levada_i128 *a, int32_t a_scale,
                             const levada_i128 *b, int32_t b_scale, int32_t precision,
                             int32_t scale, levada_i128 *out) {
  if (*b == 0)
    return divisionByZero(ctx);
  int32_t common = a_scale > b_scale ? a_scale : b_scale;
  i128 x, y;
  if (align(*a, a_scale, *b, b_scale, &x, &y)) {
    i128 rest = x % y;
    return rescale(magnitude(rest), rest < 0, common, precision, scale, out);
  }
  u128 p = magnitude(*a), q = magnitude(*b), rest;
  if (a_scale < common) { // b is the finer one; a is wide
    divide(widen(p, common - a_scale), q, &rest);
  } else { // b's value at a's scale exceeds 128 bits, so |a| < |b|
    rest = p;
  }
  return rescale(rest, *a < 0, common, precision, scale, out);
}

int32_t levada_dec_compare(const levada_i128 *a, int32_t a_scale, const levada_i128 *b,
                           int32_t b_scale) {
  if (a_scale == b_scale)
    return *a < *b ? -1 : *a > *b;
  if ((*a < 0) != (*b < 0))
    return *a < 0 ? -1 : 1;
  int32_t common = a_scale > b_scale ? a_scale : b_scale;
  int order = compareWide(widen(magnitude(*a), common - a_scale),
                          widen(magnitude(*b), common - b_scale));
  return *a < 0 ? -order : order;
}

/*--- casts -----------------------------------------------------------------*/

levada_status levada_cast_bool_dec(levada_ctx *, bool value, int32_t precision, int32_t scale,
                                   levada_i128 *out) {
  return rescale(value, false, 0, precision, scale, out);
}

levada_status levada_cast_i64_dec(levada_ctx *, int64_t value, int32_t precision, int32_t scale,
                                  levada_i128 *out) {
  return rescale(magnitude(value), value < 0, 0, precision, scale, out);
}

levada_status levada_cast_dec_dec(levada_ctx *, const levada_i128 *value, int32_t from_scale,
                                  int32_t precision, int32_t scale, levada_i128 *out) {
  return rescale(magnitude(*value), *value < 0, from_scale, precision, scale, out);
}

levada_status levada_cast_dec64_dec64(levada_ctx *, int64_t value, int32_t from_scale,
                                      int32_t precision, int32_t scale, int64_t *out) {
  if (scale <= from_scale) {
    int64_t d = int64_t(kPow10[from_scale - scale]), q = value / d, r = value % d;
    if (r < 0 ? -r >= d + r : (r != 0 && r >= d - r))
      q += value < 0 ? -1 : 1;
    if (q <= -int64_t(kPow10[precision]) || q >= int64_t(kPow10[precision]))
      return LEVADA_NULL;
    *out = q;
    return LEVADA_VALUE;
  }
  int64_t q;
  if (__builtin_mul_overflow(value, int64_t(kPow10[scale - from_scale]), &q) ||
      q <= -int64_t(kPow10[precision]) || q >= int64_t(kPow10[precision]))
    return LEVADA_NULL;
  *out = q;
  return LEVADA_VALUE;
}

levada_status levada_cast_dec_i64(levada_ctx *, const levada_i128 *value, int32_t from_scale,
                                  int64_t *out) {
  *out = int64_t(*value / i128(pow10(from_scale)));
  return LEVADA_VALUE;
}

} // extern "C"
