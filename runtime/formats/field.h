//===- field.h - values out of text: the usual forms ----------------------===//
//
// Tried first, inline: plain digits, dates and times in their full layout. A
// false answer says nothing: the slow functions know all forms and all errors.
// JSON shares them.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_FORMATS_FIELD_H
#define LEVADA_RUNTIME_FORMATS_FIELD_H

#include "runtime/formats/scan.h"

extern "C" {
levada_status levada_field_bool_slow(const char *p, uint64_t n, bool *out);
levada_status levada_field_i8_slow(const char *p, uint64_t n, int8_t *out);
levada_status levada_field_i16_slow(const char *p, uint64_t n, int16_t *out);
levada_status levada_field_i32_slow(const char *p, uint64_t n, int32_t *out);
levada_status levada_field_i64_slow(const char *p, uint64_t n, int64_t *out);
levada_status levada_field_f32_slow(const char *p, uint64_t n, float *out);
levada_status levada_field_f64_slow(const char *p, uint64_t n, double *out);
levada_status levada_field_dec64_slow(const char *p, uint64_t n, int32_t precision, int32_t scale, int64_t *out);
levada_status levada_field_date_slow(const char *p, uint64_t n, int32_t *out);
levada_status levada_field_time_slow(const char *p, uint64_t n, int32_t *out);
levada_status levada_field_ts3_slow(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out);
levada_status levada_field_ts6_slow(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out);
levada_status levada_field_ltz3_slow(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out);
levada_status levada_field_ltz6_slow(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out);
}

namespace levada::formats {

/// [-]digits, at most 18 of them, and nothing else.
LEVADA_FORMAT_INLINE bool quick_integer(const char *p, uint64_t n, int64_t *out) {
  uint64_t minus = *p == '-', value = 0;
  if (n - minus - 1 >= 18 || read_digits(p + minus, &value) != p + n)
    return false;
  *out = minus ? -(int64_t)value : (int64_t)value;
  return true;
}

/// [-]digits[.digits], at most 18 digits: value and how many are behind the
/// point. The end; NULL where the text does not begin so.
LEVADA_FORMAT_INLINE const char *quick_decimal(const char *p, uint64_t *value, uint32_t *fraction,
                                               bool *minus) {
  *minus = *p == '-';
  p += *minus;
  uint64_t v = 0;
  const char *end = read_digits(p, &v);
  uint64_t digits = (uint64_t)(end - p);
  if (digits - 1 >= 18)
    return nullptr;
  *fraction = 0;
  if (*end == '.') {
    const char *point = end + 1;
    uint64_t f = 0;
    end = read_digits(point, &f);
    uint64_t behind = (uint64_t)(end - point);
    if (behind == 0 || digits + behind > 18)
      return nullptr;
    *fraction = (uint32_t)behind;
    v = v * powers_of_ten[behind] + f;
  }
  *value = v;
  return end;
}

inline constexpr double exact_powers[] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                          1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
inline constexpr float exact_powers_f32[] = {1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f,
                                             1e6f, 1e7f, 1e8f, 1e9f, 1e10f};

/// One division of exact operands rounds once.
LEVADA_FORMAT_INLINE bool quick_f64(uint64_t value, uint32_t fraction, bool minus, double *out) {
  if (value >> 53)
    return false;
  double d = (double)value / exact_powers[fraction];
  *out = minus ? -d : d;
  return true;
}
LEVADA_FORMAT_INLINE bool quick_f32(uint64_t value, uint32_t fraction, bool minus, float *out) {
  if (value >> 24 || fraction > 10)
    return false;
  float d = (float)value / exact_powers_f32[fraction];
  *out = minus ? -d : d;
  return true;
}
LEVADA_FORMAT_INLINE bool quick_dec64(uint64_t value, uint32_t fraction, bool minus,
                                      int32_t precision, int32_t scale, int64_t *out) {
  if ((int32_t)fraction > scale)
    return false;
  int64_t unscaled;
  if (__builtin_mul_overflow((int64_t)value, (int64_t)powers_of_ten[scale - (int32_t)fraction], &unscaled) ||
      unscaled >= (int64_t)powers_of_ten[precision])
    return false;
  *out = minus ? -unscaled : unscaled;
  return true;
}

LEVADA_FORMAT_INLINE int32_t two_digits(const char *p) {
  return (p[0] - '0') * 10 + (p[1] - '0');
}

/// Days since 1970 of a date whose day is at most 28; -1 in *ok's place else.
LEVADA_FORMAT_INLINE bool quick_days(const char *p, int32_t *out) {
  int32_t year = two_digits(p) * 100 + two_digits(p + 2), month = two_digits(p + 5),
          day = two_digits(p + 8);
  if ((uint32_t)(month - 1) >= 12 || (uint32_t)(day - 1) >= 28)
    return false; // days 29 to 31 depend on the month
  int32_t y = year - (month <= 2), m = month <= 2 ? month + 9 : month - 3;
  *out = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
  return year != 0;
}

/// yyyy-MM-dd.
LEVADA_FORMAT_INLINE bool quick_date(const char *p, uint64_t n, int32_t *out) {
  if (n != 10)
    return false;
  typedef uint8_t V __attribute__((ext_vector_type(16)));
  constexpr V low = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 0, 0, 0, 0, 0, 0};
  constexpr V span = {9, 9, 9, 9, 0, 9, 9, 0, 9, 9, 255, 255, 255, 255, 255, 255};
  V v;
  __builtin_memcpy(&v, p, 16);
  return mask16((v - low) <= span) == 0xffff && quick_days(p, out);
}

/// yyyy-MM-dd HH:mm:ss[.SSS][Z], a space or T between: ms. `zone`: Z was there.
LEVADA_FORMAT_INLINE bool quick_moment(const char *p, uint64_t n, int64_t *ms, bool *zone) {
  bool z = n != 0 && p[n - 1] == 'Z';
  n -= z;
  if (n != 19 && n != 23)
    return false;
  typedef uint8_t V __attribute__((ext_vector_type(16)));
  constexpr V low = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 0, '0', '0', ':', '0', '0'};
  constexpr V span = {9, 9, 9, 9, 0, 9, 9, 0, 9, 9, 255, 9, 9, 0, 9, 9};
  V v;
  __builtin_memcpy(&v, p, 16);
  if (mask16((v - low) <= span) != 0xffff || (p[10] != ' ' && p[10] != 'T') || p[16] != ':' ||
      !is_digit(p[17]) || !is_digit(p[18]))
    return false;
  int32_t days, hour = two_digits(p + 11), minute = two_digits(p + 14), second = two_digits(p + 17);
  if (hour > 23 || minute > 59 || second > 59 || !quick_days(p, &days))
    return false;
  int32_t fraction = 0;
  if (n == 23) {
    if (p[19] != '.' || !is_digit(p[20]) || !is_digit(p[21]) || !is_digit(p[22]))
      return false;
    fraction = (p[20] - '0') * 100 + two_digits(p + 21);
  }
  *ms = days * (int64_t)86400000 + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
  *zone = z;
  return true;
}

} // namespace levada::formats

#endif
