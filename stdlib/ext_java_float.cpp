//===- ext_java_float.cpp - floating point text as Java 17 prints it -------===//
//
// Double.toString before Java 19 does not always find the shortest digits:
// 2.0E-3f is "0.002", but 2^31 as a float is "2.14748365E9". CAST to text shows
// what Flink shows there, so this makes the same digits: those of whole numbers
// up to what the type cannot tell, otherwise one after the other until what is
// left is below half a unit in the last place, with the same estimate of the
// first digit's place.
//
//===----------------------------------------------------------------------===//
#include "stdlib/java_float.h"
#include "stdlib/text.h"

#include <math.h>
#include <string.h>

namespace levada::javafloat {
namespace {

/// An unsigned number of up to 1,280 bits, least significant word first.
struct Big {
  static constexpr int kWords = 40;
  uint32_t w[kWords];
  int n = 0; ///< words in use, the highest of them not 0

  static Big of(uint64_t value) {
    Big b;
    b.w[0] = uint32_t(value), b.w[1] = uint32_t(value >> 32);
    b.n = 2;
    b.trim();
    return b;
  }
  void trim() {
    while (n && w[n - 1] == 0)
      --n;
  }
  void multiply(uint32_t by) {
    uint64_t carry = 0;
    for (int i = 0; i < n; ++i) {
      carry += uint64_t(w[i]) * by;
      w[i] = uint32_t(carry);
      carry >>= 32;
    }
    if (carry)
      w[n++] = uint32_t(carry);
  }
  void timesFive(int power) {
    for (; power >= 13; power -= 13)
      multiply(1220703125u); // 5^13
    uint32_t rest = 1;
    while (power-- > 0)
      rest *= 5;
    multiply(rest);
  }
  void shift(int bits) {
    int words = bits / 32, rest = bits % 32;
    if (n == 0 || bits == 0)
      return;
    for (int i = n - 1; i >= 0; --i)
      w[i + words] = w[i];
    for (int i = 0; i < words; ++i)
      w[i] = 0;
    n += words;
    if (rest) {
      uint32_t carry = 0;
      for (int i = words; i < n; ++i) {
        uint32_t next = w[i] >> (32 - rest);
        w[i] = w[i] << rest | carry;
        carry = next;
      }
      if (carry)
        w[n++] = carry;
    }
  }
  int compare(const Big &other) const {
    if (n != other.n)
      return n < other.n ? -1 : 1;
    for (int i = n - 1; i >= 0; --i)
      if (w[i] != other.w[i])
        return w[i] < other.w[i] ? -1 : 1;
    return 0;
  }
  void subtract(const Big &other) {
    int64_t borrow = 0;
    for (int i = 0; i < n; ++i) {
      int64_t part = int64_t(w[i]) - (i < other.n ? other.w[i] : 0) + borrow;
      w[i] = uint32_t(part);
      borrow = part < 0 ? -1 : 0;
    }
    trim();
  }
  /// this + other compared with `sum`.
  int compareSum(const Big &other, const Big &sum) const {
    Big total = *this;
    uint64_t carry = 0;
    for (int i = 0; i < other.n || carry; ++i) {
      if (i >= total.n)
        total.w[total.n++] = 0;
      carry += uint64_t(total.w[i]) + (i < other.n ? other.w[i] : 0);
      total.w[i] = uint32_t(carry);
      carry >>= 32;
    }
    return total.compare(sum);
  }
};

/// Digits of a whole number, without those that the type cannot tell.
void whole(uint64_t value, int drop, Digits *out) {
  uint64_t power = 1;
  for (int i = 0; i < drop; ++i)
    power *= 10;
  if (drop) {
    uint64_t rest = value % power;
    value /= power;
    value += rest >= power / 2;
  }
  int exponent = drop;
  while (value % 10 == 0)
    value /= 10, ++exponent;
  char text[24];
  int n = 0;
  for (; value; value /= 10)
    text[n++] = char('0' + value % 10);
  for (int i = 0; i < n; ++i)
    out->text[i] = text[n - 1 - i];
  out->count = n;
  out->point = exponent + n;
}

/// Digits of 10^e that 2^(p + 1) does not reach.
int uncertain(int p) {
  constexpr int8_t digits[] = {0,  0,  0,  0,  1,  1,  1,  2,  2,  2,  3,  3,  3,  3,  4,  4,
                               4,  5,  5,  5,  6,  6,  6,  6,  7,  7,  7,  8,  8,  8,  9,  9,
                               9,  9,  10, 10, 10, 11, 11, 11, 12, 12, 12, 12, 13, 13, 13, 14,
                               14, 14, 15, 15, 15, 15, 16, 16, 16, 17, 17, 17, 18, 18, 18, 19};
  return p > 1 && p < int(sizeof digits) ? digits[p] : 0;
}

} // namespace

/// `fraction` holds 53 bits, the highest of them set; the value is fraction * 2^(exponent - 52).
static void develop(int exponent, uint64_t fraction, int significant, Digits *out) {
  int zeros = __builtin_ctzll(fraction);
  int bits = 53 - zeros;
  int tiny = bits - exponent - 1 > 0 ? bits - exponent - 1 : 0;
  if (exponent <= 62 && exponent >= -21 && tiny == 0) {
    int drop = exponent > significant ? uncertain(exponent - significant - 1) : 0;
    uint64_t value = exponent >= 52 ? fraction << (exponent - 52) : fraction >> (52 - exponent);
    return whole(value, drop, out);
  }
  // Where the first digit stands, or one place above.
  uint64_t unit = 0x3FF0000000000000ull | (fraction & 0xFFFFFFFFFFFFFull);
  double between;
  memcpy(&between, &unit, sizeof between);
  int place = int(floor((between - 1.5) * 0.289529654 + 0.176091259 + double(exponent) * 0.301029995663981));
  int b5 = place < 0 ? -place : 0, b2 = b5 + tiny + exponent;
  int s5 = place > 0 ? place : 0, s2 = s5 + tiny;
  int m5 = b5, m2 = b2 - significant;
  fraction >>= zeros;
  b2 -= bits - 1;
  int common = b2 < s2 ? b2 : s2;
  b2 -= common, s2 -= common, m2 -= common;
  if (bits == 1) // the neighbour below a power of two is nearer
    --m2;
  if (m2 < 0)
    b2 -= m2, s2 -= m2, m2 = 0;
  Big b = Big::of(fraction), s = Big::of(1), m = Big::of(1);
  b.timesFive(b5), b.shift(b2);
  s.timesFive(s5), s.shift(s2);
  m.timesFive(m5), m.shift(m2);
  Big tens = s;
  tens.multiply(10);

  constexpr int kFives[] = {0, 3, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28, 31, 33, 35,
                            38, 40, 42, 45, 47, 49, 52, 54, 56, 59, 61};
  int bBits = bits + b2 + (b5 < 27 ? kFives[b5] : b5 * 3);
  int tenBits = s2 + 1 + (s5 + 1 < 27 ? kFives[s5 + 1] : (s5 + 1) * 3);
  bool small = bBits < 64 && tenBits < 64;

  auto digit = [&] {
    int q = 0;
    while (b.compare(s) >= 0)
      b.subtract(s), ++q;
    b.multiply(10);
    return q;
  };
  auto above = [&] {
    int order = b.compareSum(m, tens);
    return small ? order > 0 : order >= 0;
  };
  out->count = 0;
  int q = digit();
  m.multiply(10);
  bool low = b.compare(m) < 0, high = above();
  if (q == 0 && !high)
    --place;
  else
    out->text[out->count++] = char('0' + q);
  if (place < -3 || place >= 8) // at least two digits where an exponent follows
    low = high = false;
  while (!low && !high) {
    q = digit();
    m.multiply(10);
    low = b.compare(m) < 0, high = above();
    out->text[out->count++] = char('0' + q);
  }
  out->point = place + 1;
  b.shift(1);
  int rest = b.compare(tens);
  bool up = high && (!low || rest > 0 || (rest == 0 && ((out->text[out->count - 1] - '0') & 1)));
  if (!up)
    return;
  int i = out->count - 1;
  while (i > 0 && out->text[i] == '9')
    out->text[i--] = '0';
  if (i == 0 && out->text[0] == '9') {
    out->text[0] = '1';
    ++out->point;
  } else {
    ++out->text[i];
  }
}

Digits digitsOf(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint64_t fraction = bits & 0xFFFFFFFFFFFFFull;
  int exponent = int(bits >> 52) & 0x7FF, significant = 53;
  if (exponent == 0) {
    int lead = __builtin_clzll(fraction) - 11;
    fraction <<= lead;
    exponent = 1 - lead;
    significant = 53 - lead;
  } else {
    fraction |= 1ull << 52;
  }
  Digits out;
  develop(exponent - 1023, fraction, significant, &out);
  return out;
}

Digits digitsOf(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint32_t fraction = bits & 0x7FFFFF;
  int exponent = int(bits >> 23) & 0xFF, significant = 24;
  if (exponent == 0) {
    int lead = __builtin_clz(fraction) - 8;
    fraction <<= lead;
    exponent = 1 - lead;
    significant = 24 - lead;
  } else {
    fraction |= 1u << 23;
  }
  Digits out;
  develop(exponent - 127, uint64_t(fraction) << 29, significant, &out);
  return out;
}

template <typename T> static char *put(char *at, T value) {
  auto word = [&](const char *text, size_t size) {
    memcpy(at, text, size);
    return at + size;
  };
  if (value != value)
    return word("NaN", 3);
  if (signbit(value)) {
    *at++ = '-';
    value = -value;
  }
  if (value - value != 0)
    return word("Infinity", 8);
  if (value == 0)
    return word("0.0", 3);
  Digits d = digitsOf(value);
  if (d.point > 0 && d.point < 8) {
    for (int i = 0; i < d.point; ++i)
      *at++ = i < d.count ? d.text[i] : '0';
    *at++ = '.';
    if (d.count <= d.point)
      *at++ = '0';
    for (int i = d.point; i < d.count; ++i)
      *at++ = d.text[i];
    return at;
  }
  if (d.point <= 0 && d.point > -3) {
    at = word("0.000", size_t(2 - d.point));
    return word(d.text, size_t(d.count));
  }
  *at++ = d.text[0];
  *at++ = '.';
  if (d.count == 1)
    *at++ = '0';
  at = word(d.text + 1, size_t(d.count - 1));
  *at++ = 'E';
  return levada_put_i64(at, d.point - 1);
}

} // namespace levada::javafloat

extern "C" {
char *levada_put_java_f64(char *at, double value) { return levada::javafloat::put(at, value); }
char *levada_put_java_f32(char *at, float value) { return levada::javafloat::put(at, value); }
}
