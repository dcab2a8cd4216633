//===- field_slow.cpp - values out of fields of text: all forms -----------===//
//
// Blanks around a value are ignored; a field of blanks is NULL. What a text may
// look like is Flink's: Java's parsers of numbers, ISO dates. Times take a
// space or a T, may leave out seconds, and may end in a zone: Z, +01, +0100,
// +01:00. TIMESTAMP ignores it, TIMESTAMP_LTZ goes by it.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/field.h"
#include "stdlib/pattern.h"
#include "stdlib/text.h"

#include <string.h>

using namespace levada::formats;

namespace {

/// Without the blanks around it; false when nothing is left.
bool trim(const char *&p, uint64_t &n) {
  while (n && (uint8_t)*p <= ' ')
    ++p, --n;
  while (n && (uint8_t)p[n - 1] <= ' ')
    --n;
  return n != 0;
}

template <typename T>
levada_status number(const char *p, uint64_t n, T *out,
                     bool (*parse)(const char *, uint64_t, T *)) {
  if (!trim(p, n))
    return LEVADA_NULL;
  return parse(p, n, out) ? LEVADA_VALUE : LEVADA_ERROR;
}

struct Zone {
  bool given;
  int64_t seconds; // east of UTC
};

/// Cuts a zone off the end of a time of day; false where it is not one.
bool cut_zone(const char *p, uint64_t &n, Zone *zone) {
  *zone = {};
  if (n < 12)
    return true;
  if (p[n - 1] == 'Z' || p[n - 1] == 'z') {
    zone->given = true;
    --n;
    return true;
  }
  uint64_t at = 11;
  while (at < n && p[at] != '+' && p[at] != '-')
    ++at;
  if (at == n)
    return true;
  int32_t digits[4] = {}, count = 0;
  for (uint64_t i = at + 1; i < n; ++i) {
    if (p[i] == ':' && count == 2 && i == at + 3 && i + 1 < n)
      continue;
    if (!is_digit(p[i]) || count == 4)
      return false;
    digits[count++] = p[i] - '0';
  }
  if (count != 2 && count != 4)
    return false;
  int64_t hours = digits[0] * 10 + digits[1], minutes = digits[2] * 10 + digits[3];
  if (hours > 18 || minutes > 59)
    return false;
  zone->given = true;
  zone->seconds = (hours * 60 + minutes) * (p[at] == '-' ? -60 : 60);
  n = at;
  return true;
}

/// Nanoseconds of a timestamp's text; `local`: of the instant.
bool moment(levada_ctx *ctx, const char *p, uint64_t n, bool local, levada_i128 *out) {
  Zone zone;
  char text[48];
  if (!cut_zone(p, n, &zone) || n < 16 || n > sizeof text)
    return false;
  memcpy(text, p, n);
  char *between = (char *)memchr(text, ' ', n);
  if (between)
    *between = 'T';
  levada_i128 ns;
  if (!levada_parse_ts9(text, n, LEVADA_TIME_T, &ns))
    return false;
  if (local && zone.given) {
    ns -= (levada_i128)zone.seconds * 1000000000;
  } else if (local) {
    levada_i128 rest = ns % 1000000;
    rest += rest < 0 ? 1000000 : 0;
    auto ms = (int64_t)((ns - rest) / 1000000);
    ns = (levada_i128)levada_zone_to_utc_ms(ctx, ms) * 1000000 + rest;
  }
  *out = ns;
  return true;
}

levada_status moment_of(levada_ctx *ctx, const char *p, uint64_t n, bool local, int64_t unit,
                        int64_t *out) {
  if (!trim(p, n))
    return LEVADA_NULL;
  levada_i128 ns;
  if (!moment(ctx, p, n, local, &ns))
    return LEVADA_ERROR;
  levada_i128 rest = ns % unit;
  *out = (int64_t)((ns - (rest < 0 ? rest + unit : rest)) / unit);
  return LEVADA_VALUE;
}

levada_status moment9(levada_ctx *ctx, const char *p, uint64_t n, bool local, levada_i128 *out) {
  if (!trim(p, n))
    return LEVADA_NULL;
  return moment(ctx, p, n, local, out) ? LEVADA_VALUE : LEVADA_ERROR;
}

/// year-month-day, fields of one digit too, as java.sql.Date reads them.
bool loose_date(const char *p, uint64_t n, int32_t *out) {
  int dashes = 0;
  for (uint64_t i = 0; i < n; ++i) {
    dashes += p[i] == '-';
    if (p[i] != '-' && !is_digit(p[i]))
      return false;
  }
  return dashes == 2 && n >= 8 && p[4] == '-' && levada_parse_date(p, n, out);
}

int32_t base64_value(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (is_digit(c))
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

} // namespace

extern "C" {

levada_status levada_field_bool_slow(const char *p, uint64_t n, bool *out) {
  if (!trim(p, n))
    return LEVADA_NULL;
  // As everywhere in Flink's formats; other words for it are CAST's.
  if (n != 4 && n != 5)
    return LEVADA_ERROR;
  return levada_parse_bool(p, n, out) ? LEVADA_VALUE : LEVADA_ERROR;
}
levada_status levada_field_i8_slow(const char *p, uint64_t n, int8_t *out) {
  return number(p, n, out, levada_parse_i8);
}
levada_status levada_field_i16_slow(const char *p, uint64_t n, int16_t *out) {
  return number(p, n, out, levada_parse_i16);
}
levada_status levada_field_i32_slow(const char *p, uint64_t n, int32_t *out) {
  return number(p, n, out, levada_parse_i32);
}
levada_status levada_field_i64_slow(const char *p, uint64_t n, int64_t *out) {
  return number(p, n, out, levada_parse_i64);
}
levada_status levada_field_f32_slow(const char *p, uint64_t n, float *out) {
  return number(p, n, out, levada_parse_f32);
}
levada_status levada_field_f64_slow(const char *p, uint64_t n, double *out) {
  return number(p, n, out, levada_parse_f64);
}
levada_status levada_field_dec64_slow(const char *p, uint64_t n, int32_t precision, int32_t scale,
                                      int64_t *out) {
  return trim(p, n) ? levada_parse_decimal64(p, n, precision, scale, out) : LEVADA_NULL;
}
levada_status levada_field_dec(const char *p, uint64_t n, int32_t precision, int32_t scale,
                               levada_i128 *out) {
  return trim(p, n) ? levada_parse_decimal(p, n, precision, scale, out) : LEVADA_NULL;
}
levada_status levada_field_date_slow(const char *p, uint64_t n, int32_t *out) {
  if (!trim(p, n))
    return LEVADA_NULL;
  return levada_parse_date_iso(p, n, out) || loose_date(p, n, out) ? LEVADA_VALUE : LEVADA_ERROR;
}
levada_status levada_field_time_slow(const char *p, uint64_t n, int32_t *out) {
  return number(p, n, out, levada_parse_time);
}
levada_status levada_field_ts3_slow(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out) {
  return moment_of(ctx, p, n, false, 1000000, out);
}
levada_status levada_field_ts6_slow(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out) {
  return moment_of(ctx, p, n, false, 1000, out);
}
levada_status levada_field_ts9(levada_ctx *ctx, const char *p, uint64_t n, levada_i128 *out) {
  return moment9(ctx, p, n, false, out);
}
levada_status levada_field_ltz3_slow(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out) {
  return moment_of(ctx, p, n, true, 1000000, out);
}
levada_status levada_field_ltz6_slow(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out) {
  return moment_of(ctx, p, n, true, 1000, out);
}
levada_status levada_field_ltz9(levada_ctx *ctx, const char *p, uint64_t n, levada_i128 *out) {
  return moment9(ctx, p, n, true, out);
}

levada_status levada_field_bytes(levada_ctx *ctx, const char *p, uint64_t n, levada_str *out) {
  if (!trim(p, n))
    return LEVADA_NULL;
  while (n && p[n - 1] == '=' && n % 4 != 1)
    --n;
  if (n % 4 == 1)
    return LEVADA_ERROR;
  char *bytes = levada_rt_alloc(ctx, n / 4 * 3 + 16), *to = bytes;
  uint32_t bits = 0;
  for (uint64_t i = 0; i < n; ++i) {
    int32_t value = base64_value(p[i]);
    if (value < 0)
      return LEVADA_ERROR;
    bits = bits << 6 | (uint32_t)value;
    if (i % 4 == 3) {
      *to++ = (char)(bits >> 16);
      *to++ = (char)(bits >> 8);
      *to++ = (char)bits;
    }
  }
  if (n % 4 == 2) {
    *to++ = (char)(bits >> 4);
  } else if (n % 4 == 3) {
    *to++ = (char)(bits >> 10);
    *to++ = (char)(bits >> 2);
  }
  view(bytes, (uint64_t)(to - bytes), out);
  return LEVADA_VALUE;
}

levada_status levada_field_pattern(levada_ctx *ctx, const char *p, uint64_t n, const char *pattern,
                                   int32_t unit, bool local, void *out) {
  if (!trim(p, n))
    return LEVADA_NULL;
  levada_str text, letters;
  view(p, n, &text);
  char small[16] = {}; // a short pattern may stand at the end of readable memory
  uint64_t size = strlen(pattern);
  if (size <= 12)
    memcpy(small, pattern, size);
  view(size <= 12 ? small : pattern, size, &letters);
  levada::pattern::Result found;
  if (!levada::pattern::parse(text, letters, levada::pattern::Style::Formatter, &found))
    return LEVADA_ERROR;
  int64_t seconds = found.seconds, nanos = found.nanos;
  if (unit <= 1) {
    int64_t rest = seconds % 86400 + (seconds % 86400 < 0 ? 86400 : 0);
    *(int32_t *)out = unit == 0 ? (int32_t)((seconds - rest) / 86400)
                                : (int32_t)(rest * 1000 + nanos / 1000000);
    return LEVADA_VALUE;
  }
  if (local) {
    if (found.hasOffset)
      seconds -= found.offset;
    else
      seconds = levada_zone_to_utc_ms(ctx, seconds * 1000) / 1000;
  }
  if (unit == 9) {
    levada_i128 ns = (levada_i128)seconds * 1000000000 + nanos;
    memcpy(out, &ns, 16);
  } else {
    *(int64_t *)out = unit == 3 ? seconds * 1000 + nanos / 1000000
                                : seconds * 1000000 + nanos / 1000;
  }
  return LEVADA_VALUE;
}

} // extern "C"
