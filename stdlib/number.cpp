//===- number.cpp - numbers out of text and into it ------------------------===//
//
// Everything here is inlined into decoders and encoders; a floating number
// that needs more than a multiplication is handed to ext_float.cpp.
//
//===----------------------------------------------------------------------===//
#include "stdlib/int128.h"
#include "stdlib/number.h"

using namespace levada::num;

namespace {

inline bool isDigit(char c) { return uint8_t(c - '0') < 10; }

/// [+-]digits within [min, max].
template <typename T> bool parseInteger(const char *p, uint64_t n, T *out) {
  constexpr uint64_t max = (uint64_t(1) << (8 * sizeof(T) - 1)) - 1;
  if (n == 0)
    return false;
  bool negative = *p == '-';
  if (negative || *p == '+')
    ++p, --n;
  if (n == 0)
    return false;
  uint64_t value = 0;
  if (n <= 19) {
    for (uint64_t i = 0; i < n; ++i) {
      if (!isDigit(p[i]))
        return false;
      value = value * 10 + uint64_t(p[i] - '0');
    }
  } else {
    for (uint64_t i = 0; i < n; ++i) {
      if (!isDigit(p[i]) || value > max)
        return false;
      value = value * 10 + uint64_t(p[i] - '0');
    }
  }
  if (value > max + negative)
    return false;
  *out = T(negative ? -value : value);
  return true;
}

/// [-]digits[.digits] of at most 18 digits, as one number.
struct Plain {
  uint64_t value = 0;
  int32_t count = 0, fraction = 0; ///< of digits, of those behind the point
  bool negative, whole;            ///< whole: there is nothing else

  Plain(const char *p, uint64_t n) : negative(n != 0 && *p == '-') {
    const char *end = p + n;
    p += negative;
    const char *digits = p;
    while (p != end && isDigit(*p))
      value = value * 10 + uint64_t(*p++ - '0');
    int64_t all = p - digits;
    if (p != end && *p == '.') {
      const char *point = ++p;
      while (p != end && isDigit(*p))
        value = value * 10 + uint64_t(*p++ - '0');
      fraction = int32_t(p - point);
      all += p - point;
    }
    count = int32_t(all);
    whole = p == end && all != 0 && all <= 18;
  }
};

constexpr char kPairs[] = "00010203040506070809101112131415161718192021222324"
                          "25262728293031323334353637383940414243444546474849"
                          "50515253545556575859606162636465666768697071727374"
                          "75767778798081828384858687888990919293949596979899";

char *putDigits(char *at, uint64_t value, int32_t count) {
  char *end = at + count, *p = end;
  while (count >= 2) {
    p -= 2, count -= 2;
    __builtin_memcpy(p, kPairs + 2 * (value % 100), 2);
    value /= 100;
  }
  if (count)
    p[-1] = char('0' + value);
  return end;
}

} // namespace

extern "C" {

bool levada_parse_i8(const char *p, uint64_t n, int8_t *out) { return parseInteger(p, n, out); }
bool levada_parse_i16(const char *p, uint64_t n, int16_t *out) { return parseInteger(p, n, out); }
bool levada_parse_i32(const char *p, uint64_t n, int32_t *out) { return parseInteger(p, n, out); }
bool levada_parse_i64(const char *p, uint64_t n, int64_t *out) { return parseInteger(p, n, out); }

bool levada_parse_f64(const char *p, uint64_t n, double *out) {
  static const double kExact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  // Exact operands, one rounding.
  const Plain plain(p, n);
  if (!plain.whole || plain.value >> 53)
    return levada_parse_f64_slow(p, n, out);
  double d = double(plain.value) / kExact[plain.fraction];
  *out = plain.negative ? -d : d;
  return true;
}

bool levada_parse_f32(const char *p, uint64_t n, float *out) {
  return levada_parse_f32_slow(p, n, out);
}

levada_status levada_parse_decimal(const char *p, uint64_t n, int32_t precision, int32_t scale,
                                   levada_i128 *out) {
  const char *end = p + n;
  bool negative = n != 0 && *p == '-';
  if (n != 0 && (*p == '-' || *p == '+'))
    ++p;
  // Keeps 38 significant digits, and whether the next one rounds up.
  u128 value = 0;
  int32_t kept = 0;
  int64_t from = 0; // scale of `value`
  bool any = false, point = false, up = false;
  for (; p != end; ++p) {
    if (*p == '.' && !point) {
      point = true;
      continue;
    }
    if (!isDigit(*p))
      break;
    any = true;
    if (kept < 38) {
      value = value * 10 + uint64_t(*p - '0');
      kept += value != 0;
      from += point;
    } else {
      if (kept++ == 38)
        up = *p >= '5';
      from -= !point;
    }
  }
  if (!any)
    return LEVADA_ERROR;
  if (p != end) {
    if (*p != 'e' && *p != 'E')
      return LEVADA_ERROR;
    int32_t exponent;
    if (!levada_parse_i32(p + 1, uint64_t(end - p - 1), &exponent))
      return LEVADA_ERROR;
    from -= exponent;
  }
  if (value == 0) {
    *out = 0;
    return LEVADA_VALUE;
  }
  if (from > 200) {
    *out = 0;
    return LEVADA_VALUE;
  }
  if (from < -200)
    return LEVADA_NULL;
  if (from == scale) // finer digits than these are rounded below
    value += up;
  return rescale(value, negative, int32_t(from), precision, scale, out);
}

levada_status levada_parse_decimal64(const char *p, uint64_t n, int32_t precision, int32_t scale,
                                     int64_t *out) {
  const Plain plain(p, n);
  if (plain.whole && plain.count + scale - plain.fraction <= 18 && plain.fraction <= scale) {
    const uint64_t value = plain.value * kPow10[scale - plain.fraction];
    if (value >= kPow10[precision])
      return LEVADA_NULL;
    *out = plain.negative ? -int64_t(value) : int64_t(value);
    return LEVADA_VALUE;
  }
  i128 wide;
  levada_status status = levada_parse_decimal(p, n, precision, scale, &wide);
  if (status == LEVADA_VALUE)
    *out = int64_t(wide);
  return status;
}

bool levada_parse_bool(const char *p, uint64_t n, bool *out) {
  char low[5];
  if (n == 0 || n > 5)
    return false;
  for (uint64_t i = 0; i < n; ++i)
    low[i] = p[i] >= 'A' && p[i] <= 'Z' ? char(p[i] + 32) : p[i];
  auto is = [&](const char *word, uint64_t size) {
    return n == size && __builtin_memcmp(low, word, size) == 0;
  };
  if (is("t", 1) || is("true", 4) || is("y", 1) || is("yes", 3) || is("1", 1)) {
    *out = true;
    return true;
  }
  if (is("f", 1) || is("false", 5) || is("n", 1) || is("no", 2) || is("0", 1)) {
    *out = false;
    return true;
  }
  return false;
}

char *levada_put_u64(char *at, uint64_t value) {
  int32_t count = digits64(value);
  return putDigits(at, value, count ? count : 1);
}

char *levada_put_i64(char *at, int64_t value) {
  uint64_t magnitude = uint64_t(value);
  if (value < 0) {
    *at++ = '-';
    magnitude = -magnitude;
  }
  return levada_put_u64(at, magnitude);
}

char *levada_put_decimal64(char *at, int64_t unscaled, int32_t scale) {
  uint64_t magnitude = uint64_t(unscaled);
  if (unscaled < 0) {
    *at++ = '-';
    magnitude = -magnitude;
  }
  if (scale <= 0)
    return levada_put_u64(at, magnitude);
  at = levada_put_u64(at, magnitude / kPow10[scale]);
  *at++ = '.';
  return putDigits(at, magnitude % kPow10[scale], scale);
}

char *levada_put_decimal(char *at, const levada_i128 *unscaled, int32_t scale) {
  i128 value = *unscaled;
  if (value == int64_t(value) && scale <= 18)
    return levada_put_decimal64(at, int64_t(value), scale);
  if (value < 0)
    *at++ = '-';
  u128 rest = magnitude(value);
  char text[40]; // right-aligned digits, at least one before the point
  int32_t count = 0;
  while (rest != 0 || count <= scale) {
    text[39 - count++] = char('0' + int(rest % 10));
    rest /= 10;
  }
  const char *from = text + 40 - count;
  __builtin_memcpy(at, from, uint64_t(count - scale));
  at += count - scale;
  if (scale > 0) {
    *at++ = '.';
    __builtin_memcpy(at, from + count - scale, uint64_t(scale));
    at += scale;
  }
  return at;
}

} // extern "C"
