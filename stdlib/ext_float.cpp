//===- ext_float.cpp - floating point text, exactly ------------------------===//
//
// Reading: Lemire's product with a 128-bit power of ten; where that does not
// decide the rounding (very rare) the C library does. Writing: Giulietti's
// shortest digits, as Java's Double.toString has them since 19, which keeps two
// digits where one would do (4.9E-324) and picks the closest.
//
//===----------------------------------------------------------------------===//
#include "stdlib/ext.h"
#include "stdlib/int128.h"
#include "stdlib/number.h"

#include <stdlib.h>
#include <string.h>

using namespace levada::num;

namespace {

struct Power {
  uint64_t high, low;
};
constexpr int32_t kMinPower = -342, kMaxPower = 324;
constexpr Power kPowers[] = {
#include "stdlib/powers.inc"
};
static_assert(sizeof kPowers / sizeof kPowers[0] == kMaxPower - kMinPower + 1);
const Power &power(int32_t k) { return kPowers[k - kMinPower]; }

int32_t floorLog2Pow10(int32_t k) { return int32_t((int64_t(k) * 1741647) >> 19); }

/// What differs between float and double.
template <typename T> struct Format;
template <> struct Format<double> {
  using Bits = uint64_t;
  static constexpr int32_t mantissa = 52, minExponent = -1023, infinite = 0x7FF;
  static constexpr int32_t evenMin = -4, evenMax = 23, tiny = 3;
};
template <> struct Format<float> {
  using Bits = uint32_t;
  static constexpr int32_t mantissa = 23, minExponent = -127, infinite = 0xFF;
  static constexpr int32_t evenMin = -17, evenMax = 10, tiny = 8;
};

template <typename T> T assemble(uint64_t mantissa, int32_t exponent, bool negative) {
  using F = Format<T>;
  auto bits = typename F::Bits(mantissa | uint64_t(exponent) << F::mantissa);
  bits |= typename F::Bits(negative) << (8 * sizeof(T) - 1);
  T value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/// w * 10^q, rounded to nearest even; false where this cannot tell.
template <typename T> bool scaled(uint64_t w, int64_t q, bool negative, T *out) {
  using F = Format<T>;
  if (w == 0 || q < kMinPower) {
    *out = assemble<T>(0, 0, negative);
    return true;
  }
  if (q > 308) {
    *out = assemble<T>(0, F::infinite, negative);
    return true;
  }
  int32_t zeros = __builtin_clzll(w);
  w <<= zeros;
  // The table rounds up; the algorithm wants powers above 5^55 cut off.
  Power p = power(int32_t(q));
  if (q > 55)
    p.low -= 1, p.high -= p.low == ~0ull;
  u128 first = u128(w) * p.high;
  uint64_t high = uint64_t(first >> 64), low = uint64_t(first);
  constexpr uint64_t mask = ~0ull >> (F::mantissa + 3);
  if ((high & mask) == mask) {
    uint64_t second = uint64_t((u128(w) * p.low) >> 64);
    low += second;
    high += low < second;
    if (low == ~0ull && (q < -27 || q > 55))
      return false;
  }
  int32_t upper = int32_t(high >> 63);
  uint64_t mantissa = high >> (upper + 64 - F::mantissa - 3);
  int32_t exponent = floorLog2Pow10(int32_t(q)) + 63 + upper - zeros - F::minExponent;
  if (exponent <= 0) { // subnormal
    if (-exponent + 1 >= 64) {
      *out = assemble<T>(0, 0, negative);
      return true;
    }
    mantissa >>= -exponent + 1;
    mantissa += mantissa & 1;
    mantissa >>= 1;
    exponent = mantissa < (1ull << F::mantissa) ? 0 : 1;
    mantissa &= (1ull << F::mantissa) - 1;
    *out = assemble<T>(mantissa, exponent, negative);
    return true;
  }
  // Exactly half way between two: to the even one.
  if (low <= 1 && q >= F::evenMin && q <= F::evenMax && (mantissa & 3) == 1 &&
      mantissa << (upper + 64 - F::mantissa - 3) == high)
    mantissa &= ~1ull;
  mantissa += mantissa & 1;
  mantissa >>= 1;
  if (mantissa >= 2ull << F::mantissa)
    mantissa = 1ull << F::mantissa, ++exponent;
  mantissa &= ~(1ull << F::mantissa);
  if (exponent >= F::infinite)
    mantissa = 0, exponent = F::infinite;
  *out = assemble<T>(mantissa, exponent, negative);
  return true;
}

double libraryParse(const char *text, double) { return strtod(text, nullptr); }
float libraryParse(const char *text, float) { return strtof(text, nullptr); }

/// By the C library; the text is known to be well formed.
template <typename T> T exact(const char *p, uint64_t n) {
  char small[64];
  char *text = n < sizeof small ? small : static_cast<char *>(malloc(n + 1));
  memcpy(text, p, n);
  text[n] = 0;
  T value = libraryParse(text, T());
  if (text != small)
    free(text);
  return value;
}

bool hexadecimal(const char *p, const char *end) {
  // 0x hex[.hex] p [+-]digits
  if (end - p < 4 || p[0] != '0' || (p[1] | 32) != 'x')
    return false;
  p += 2;
  bool any = false, point = false;
  for (; p != end && (*p | 32) != 'p'; ++p) {
    if (*p == '.' && !point)
      point = true;
    else if (uint8_t(*p - '0') < 10 || uint8_t((*p | 32) - 'a') < 6)
      any = true;
    else
      return false;
  }
  if (!any || p == end)
    return false;
  ++p;
  if (p != end && (*p == '+' || *p == '-'))
    ++p;
  if (p == end)
    return false;
  for (; p != end; ++p)
    if (uint8_t(*p - '0') >= 10)
      return false;
  return true;
}

template <typename T> bool parse(const char *p, uint64_t n, T *out) {
  const char *end = p + n;
  while (p != end && uint8_t(*p) <= ' ')
    ++p;
  while (p != end && uint8_t(end[-1]) <= ' ')
    --end;
  if (p == end)
    return false;
  bool negative = *p == '-';
  if (*p == '-' || *p == '+')
    ++p;
  auto is = [&](const char *word, int64_t size) {
    return end - p == size && memcmp(p, word, size_t(size)) == 0;
  };
  if (is("NaN", 3)) {
    *out = T(__builtin_nan(""));
    return true;
  }
  if (is("Infinity", 8)) {
    *out = assemble<T>(0, Format<T>::infinite, negative);
    return true;
  }
  if (p != end && ((end[-1] | 32) == 'd' || (end[-1] | 32) == 'f'))
    --end;
  if (hexadecimal(p, end)) {
    T value = exact<T>(p, uint64_t(end - p));
    *out = negative ? -value : value;
    return true;
  }
  const char *begin = p;
  uint64_t w = 0;
  int32_t kept = 0;
  int64_t exponent = 0;
  bool any = false, point = false, cut = false;
  for (; p != end; ++p) {
    if (*p == '.' && !point) {
      point = true;
      continue;
    }
    if (uint8_t(*p - '0') >= 10)
      break;
    any = true;
    if (kept < 19) {
      w = w * 10 + uint64_t(*p - '0');
      kept += w != 0;
      exponent -= point;
    } else {
      cut |= *p != '0';
      exponent += !point;
    }
  }
  if (!any)
    return false;
  if (p != end) {
    if ((*p | 32) != 'e')
      return false;
    ++p;
    bool minus = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+'))
      ++p;
    if (p == end)
      return false;
    int64_t e = 0;
    for (; p != end; ++p) {
      if (uint8_t(*p - '0') >= 10)
        return false;
      if (e < 100000000)
        e = e * 10 + (*p - '0');
    }
    exponent += minus ? -e : e;
  }
  T value, next;
  bool sure = scaled(w, exponent, negative, &value) &&
              (!cut || (scaled(w + 1, exponent, negative, &next) && value == next));
  if (!sure) {
    value = exact<T>(begin, uint64_t(end - begin));
    if (negative)
      value = -value;
  }
  *out = value;
  return true;
}

/// g * cp / 2^128, the last bit set where something was cut off.
uint64_t roundToOdd(Power g, uint64_t cp) {
  u128 x = u128(g.low) * cp, y = u128(g.high) * cp + (x >> 64);
  return uint64_t(y >> 64) | (uint64_t(y) > 1);
}

struct Decimal {
  uint64_t digits;
  int32_t exponent;
};

/// The shortest decimal of at least two digits that reads back as c * 2^q.
Decimal shortest(uint64_t c, int32_t q, bool closerBelow, int32_t shift) {
  bool odd = c & 1;
  uint64_t left = 4 * c - 2 + closerBelow, middle = 4 * c, right = 4 * c + 2;
  int32_t k = int32_t((int64_t(q) * 1262611 - (closerBelow ? 524031 : 0)) >> 22);
  int32_t h = q + floorLog2Pow10(-k) + 1;
  Power g = power(-k);
  uint64_t lower = roundToOdd(g, left << h) + odd, at = roundToOdd(g, middle << h),
           upper = roundToOdd(g, right << h) - odd;
  uint64_t s = at / 4;
  if (s >= 100) {
    uint64_t tens = s / 10;
    bool below = lower <= 40 * tens, above = 40 * tens + 40 <= upper;
    if (below != above)
      return {tens + above, k + 1 + shift};
  }
  bool below = lower <= 4 * s, above = 4 * s + 4 <= upper;
  if (below != above)
    return {s + above, k + shift};
  uint64_t half = 4 * s + 2;
  bool up = at > half || (at == half && (s & 1));
  return {s + up, k + shift};
}

/// The decimal of a finite value other than 0.
template <typename T> Decimal decimalOf(uint64_t fraction, int32_t biased) {
  using F = Format<T>;
  if (biased != 0) {
    uint64_t c = fraction | 1ull << F::mantissa;
    int32_t q = biased + F::minExponent - F::mantissa;
    if (q <= 0 && -q <= F::mantissa && (c & ((1ull << -q) - 1)) == 0)
      return {c >> -q, 0};
    return shortest(c, q, fraction == 0 && biased > 1, 0);
  }
  int32_t q = 1 + F::minExponent - F::mantissa;
  return fraction < F::tiny ? shortest(10 * fraction, q, false, -1)
                            : shortest(fraction, q, false, 0);
}

template <typename T> char *put(char *at, T value) {
  using F = Format<T>;
  typename F::Bits bits;
  memcpy(&bits, &value, sizeof bits);
  uint64_t fraction = bits & ((1ull << F::mantissa) - 1);
  int32_t biased = int32_t(bits >> F::mantissa) & F::infinite;
  bool negative = bits >> (8 * sizeof(T) - 1);
  auto word = [&](const char *text, size_t size) {
    memcpy(at, text, size);
    return at + size;
  };
  if (biased == F::infinite && fraction)
    return word("NaN", 3);
  if (negative)
    *at++ = '-';
  if (biased == F::infinite)
    return word("Infinity", 8);
  if (biased == 0 && fraction == 0)
    return word("0.0", 3);

  Decimal d = decimalOf<T>(fraction, biased);
  while (d.digits % 10 == 0 && d.digits != 0)
    d.digits /= 10, ++d.exponent;
  char text[20];
  int32_t n = int32_t(levada_put_u64(text, d.digits) - text);
  int32_t exponent = d.exponent + n - 1; // of the first digit
  if (exponent >= -3 && exponent < 7) {
    if (exponent < 0) {
      at = word("0.000", size_t(1 - exponent));
      memcpy(at, text, size_t(n));
      return at + n;
    }
    for (int32_t i = 0; i <= exponent; ++i)
      *at++ = i < n ? text[i] : '0';
    *at++ = '.';
    if (n <= exponent + 1)
      *at++ = '0';
    for (int32_t i = exponent + 1; i < n; ++i)
      *at++ = text[i];
    return at;
  }
  *at++ = text[0];
  *at++ = '.';
  if (n == 1)
    *at++ = '0';
  memcpy(at, text + 1, size_t(n - 1));
  at += n - 1;
  *at++ = 'E';
  return levada_put_i64(at, exponent);
}

} // namespace

extern "C" {

bool levada_parse_f64_slow(const char *p, uint64_t n, double *out) { return parse(p, n, out); }
bool levada_parse_f32_slow(const char *p, uint64_t n, float *out) { return parse(p, n, out); }
void levada_ext_shortest(double value, uint64_t *digits, int32_t *exponent) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint64_t fraction = bits & ((1ull << 52) - 1);
  int32_t biased = int32_t(bits >> 52) & 0x7FF;
  Decimal d = (fraction | uint64_t(biased)) ? decimalOf<double>(fraction, biased) : Decimal{0, 0};
  *digits = d.digits;
  *exponent = d.exponent;
}
char *levada_put_f64(char *at, double value) { return put(at, value); }
char *levada_put_f32(char *at, float value) { return put(at, value); }

} // extern "C"
