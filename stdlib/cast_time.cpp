//===- cast_time.cpp - CAST to and from dates and times --------------------===//
//
// Floor division throughout, so that times before 1970 are right. Local times
// of TIMESTAMP_LTZ are those of the session's zone.
//
//===----------------------------------------------------------------------===//
#include "stdlib/build.h"
#include "stdlib/calendar.h"
#include "stdlib/cast.h"
#include "stdlib/int128.h"

using namespace levada::cal;
using namespace levada::text;
using levada::num::kPow10;

namespace {

constexpr int32_t kLoose = LEVADA_TIME_SPACE | LEVADA_TIME_LENIENT;

__attribute__((cold, noinline)) levada_status badTime(levada_ctx *ctx, const levada_str &value,
                                                      const char *type) {
  if (!ctx)
    return LEVADA_ERROR;
  char text[160];
  uint32_t shown = value.len < 80 ? value.len : 80, size = 13;
  __builtin_memcpy(text, "cannot read '", 13);
  __builtin_memcpy(text + size, levada_data(value), shown);
  size += shown;
  __builtin_memcpy(text + size, "' as ", 5);
  size += 5;
  uint32_t name = uint32_t(__builtin_strlen(type));
  __builtin_memcpy(text + size, type, name);
  return levada_fail(ctx, LEVADA_E_CAST, text, size + name);
}

levada_status putText(levada_ctx *ctx, const char *text, const char *end, levada_str *out) {
  *out = keep(ctx, text, uint64_t(end - text));
  return LEVADA_VALUE;
}

levada_i128 floorDiv128(levada_i128 x, int64_t y) { return x / y - (x % y < 0); }

/// What a zone adds to milliseconds; the finer part stays as it is.
int64_t shiftUs(levada_ctx *ctx, int64_t us, int64_t (*shift)(levada_ctx *, int64_t)) {
  int64_t ms = floorDiv(us, 1000);
  return us + (shift(ctx, ms) - ms) * 1000;
}
levada_i128 shiftNs(levada_ctx *ctx, levada_i128 ns, int64_t (*shift)(levada_ctx *, int64_t)) {
  int64_t ms = int64_t(floorDiv128(ns, 1000000));
  return ns + levada_i128(shift(ctx, ms) - ms) * 1000000;
}

} // namespace

extern "C" {

int64_t levada_cast_ts_digits(int64_t value, int32_t unit, int32_t digits) {
  if (digits >= unit)
    return value;
  int64_t step = int64_t(kPow10[unit - digits]);
  return floorDiv(value, step) * step;
}
void levada_cast_ts9_digits(const levada_i128 *value, int32_t digits, levada_i128 *out) {
  int64_t step = int64_t(kPow10[9 - digits]);
  *out = floorDiv128(*value, step) * step;
}
int32_t levada_cast_time_digits(int32_t value, int32_t digits) {
  return digits >= 3 ? value : value - value % int32_t(kPow10[3 - digits]);
}

levada_status levada_cast_str_date(levada_ctx *ctx, const levada_str *value, int32_t *out) {
  return levada_parse_date(levada_data(*value), value->len, out) ? LEVADA_VALUE
                                                                 : badTime(ctx, *value, "DATE");
}

levada_status levada_cast_str_time(levada_ctx *ctx, const levada_str *value, int32_t *out) {
  // hour[:minute[:second[.fraction]]], blanks around the parts, then a zone that
  // shifts; milliseconds are rounded.
  const char *p = levada_data(*value), *end = p + value->len;
  int32_t parts[3] = {0, 0, 0}, fraction = 0;
  int32_t index = 0, sign = 0, zone[2] = {0, 0}, zones = 0;
  auto number = [&](int32_t *result) {
    while (p != end && *p == ' ')
      ++p;
    int32_t count = 0, sum = 0;
    for (; p != end && uint8_t(*p - '0') < 10 && count < 9; ++p, ++count)
      sum = sum * 10 + (*p - '0');
    while (p != end && *p == ' ')
      ++p;
    *result = sum;
    return count > 0;
  };
  for (;;) {
    if (!number(&parts[index++]))
      return badTime(ctx, *value, "TIME");
    if (index < 3 && p != end && *p == ':') {
      ++p;
      continue;
    }
    break;
  }
  if (index == 3 && p != end && *p == '.') {
    ++p;
    int32_t unit = 100, count = 0;
    for (; p != end && uint8_t(*p - '0') < 10; ++p, ++count) {
      fraction += unit * (*p - '0');
      if (count == 3 && *p >= '5')
        ++fraction;
      unit /= 10;
    }
    while (p != end && *p == ' ')
      ++p;
  }
  if (p != end && (*p == '+' || *p == '-')) {
    sign = *p++ == '+' ? 1 : -1;
    for (;;) {
      if (!number(&zone[zones++]))
        return badTime(ctx, *value, "TIME");
      if (zones < 2 && p != end && *p == ':') {
        ++p;
        continue;
      }
      break;
    }
  }
  int32_t hour = parts[0] + sign * zone[0], minute = parts[1] + sign * zone[1];
  if (p != end || parts[0] > 23 || parts[1] > 59 || parts[2] > 59 || zone[0] > 23 || zone[1] > 59)
    return badTime(ctx, *value, "TIME");
  *out = int32_t(floorMod(((hour * 60 + minute) * 60 + parts[2]) * 1000ll + fraction, kMsPerDay));
  return LEVADA_VALUE;
}

levada_status levada_cast_str_ts3(levada_ctx *ctx, const levada_str *value, int32_t digits,
                                  int64_t *out) {
  if (!levada_parse_ts3(levada_data(*value), value->len, kLoose, out))
    return badTime(ctx, *value, "TIMESTAMP");
  *out = levada_cast_ts_digits(*out, 3, digits);
  return LEVADA_VALUE;
}
levada_status levada_cast_str_ts6(levada_ctx *ctx, const levada_str *value, int32_t digits,
                                  int64_t *out) {
  if (!levada_parse_ts6(levada_data(*value), value->len, kLoose, out))
    return badTime(ctx, *value, "TIMESTAMP");
  *out = levada_cast_ts_digits(*out, 6, digits);
  return LEVADA_VALUE;
}
levada_status levada_cast_str_ts9(levada_ctx *ctx, const levada_str *value, int32_t digits,
                                  levada_i128 *out) {
  if (!levada_parse_ts9(levada_data(*value), value->len, kLoose, out))
    return badTime(ctx, *value, "TIMESTAMP");
  levada_cast_ts9_digits(out, digits, out);
  return LEVADA_VALUE;
}
levada_status levada_cast_str_ltz3(levada_ctx *ctx, levada_ctx *zone, const levada_str *value,
                                   int32_t digits, int64_t *out) {
  levada_status status = levada_cast_str_ts3(ctx, value, digits, out);
  if (status == LEVADA_VALUE)
    *out = levada_zone_to_utc_ms(zone, *out);
  return status;
}
levada_status levada_cast_str_ltz6(levada_ctx *ctx, levada_ctx *zone, const levada_str *value,
                                   int32_t digits, int64_t *out) {
  levada_status status = levada_cast_str_ts6(ctx, value, digits, out);
  if (status == LEVADA_VALUE)
    *out = shiftUs(zone, *out, levada_zone_to_utc_ms);
  return status;
}
levada_status levada_cast_str_ltz9(levada_ctx *ctx, levada_ctx *zone, const levada_str *value,
                                   int32_t digits, levada_i128 *out) {
  levada_status status = levada_cast_str_ts9(ctx, value, digits, out);
  if (status == LEVADA_VALUE)
    *out = shiftNs(zone, *out, levada_zone_to_utc_ms);
  return status;
}

levada_status levada_cast_date_str(levada_ctx *ctx, int32_t value, levada_str *out) {
  char text[LEVADA_PUT_DATE];
  return putText(ctx, text, levada_put_date(text, value), out);
}
levada_status levada_cast_time_str(levada_ctx *ctx, int32_t value, int32_t digits,
                                   levada_str *out) {
  // Digits that are zero to the right go, one stays where the type has any.
  char text[LEVADA_PUT_TIME];
  int32_t shown = digits < 3 ? digits : 3, ms = int32_t(floorMod(value, 1000));
  while (shown > 1 && ms % int32_t(kPow10[3 - shown + 1]) == 0)
    --shown;
  return putText(ctx, text, levada_put_time(text, value, shown), out);
}
levada_status levada_cast_ts3_str(levada_ctx *ctx, int64_t value, int32_t digits,
                                  levada_str *out) {
  char text[LEVADA_PUT_TS];
  return putText(ctx, text, levada_put_ts3(text, value, digits, ' '), out);
}
levada_status levada_cast_ts6_str(levada_ctx *ctx, int64_t value, int32_t digits,
                                  levada_str *out) {
  char text[LEVADA_PUT_TS];
  return putText(ctx, text, levada_put_ts6(text, value, digits, ' '), out);
}
levada_status levada_cast_ts9_str(levada_ctx *ctx, const levada_i128 *value, int32_t digits,
                                  levada_str *out) {
  char text[LEVADA_PUT_TS];
  return putText(ctx, text, levada_put_ts9(text, value, digits, ' '), out);
}
levada_status levada_cast_ltz3_str(levada_ctx *ctx, int64_t value, int32_t digits,
                                   levada_str *out) {
  return levada_cast_ts3_str(ctx, levada_zone_to_local_ms(ctx, value), digits, out);
}
levada_status levada_cast_ltz6_str(levada_ctx *ctx, int64_t value, int32_t digits,
                                   levada_str *out) {
  return levada_cast_ts6_str(ctx, shiftUs(ctx, value, levada_zone_to_local_ms), digits, out);
}
levada_status levada_cast_ltz9_str(levada_ctx *ctx, const levada_i128 *value, int32_t digits,
                                   levada_str *out) {
  levada_i128 local = shiftNs(ctx, *value, levada_zone_to_local_ms);
  return levada_cast_ts9_str(ctx, &local, digits, out);
}

levada_status levada_cast_ym_str(levada_ctx *ctx, int32_t value, levada_str *out) {
  // +years-months
  char text[24], *at = text;
  int64_t months = value;
  *at++ = months < 0 ? '-' : '+';
  months = months < 0 ? -months : months;
  at = levada_put_i64(at, months / 12);
  *at++ = '-';
  *at++ = char('0' + months % 12 / 10);
  *at++ = char('0' + months % 12 % 10);
  return putText(ctx, text, at, out);
}
levada_status levada_cast_dt_str(levada_ctx *ctx, int64_t value, levada_str *out) {
  // +days hh:mm:ss.fff
  char text[40], *at = text;
  *at++ = value < 0 ? '-' : '+';
  uint64_t ms = value < 0 ? -uint64_t(value) : uint64_t(value);
  at = levada_put_u64(at, ms / uint64_t(kMsPerDay));
  *at++ = ' ';
  at = levada_put_time(at, int32_t(ms % uint64_t(kMsPerDay)), 3);
  return putText(ctx, text, at, out);
}

levada_status levada_cast_date_ts3(levada_ctx *, int32_t value, int64_t *out) {
  *out = value * kMsPerDay;
  return LEVADA_VALUE;
}
levada_status levada_cast_date_ltz3(levada_ctx *ctx, int32_t value, int64_t *out) {
  *out = levada_zone_to_utc_ms(ctx, value * kMsPerDay);
  return LEVADA_VALUE;
}
levada_status levada_cast_time_ts3(levada_ctx *, int32_t value, int64_t *out) {
  *out = value;
  return LEVADA_VALUE;
}
levada_status levada_cast_time_ltz3(levada_ctx *ctx, int32_t value, int64_t *out) {
  *out = levada_zone_to_utc_ms(ctx, value);
  return LEVADA_VALUE;
}
levada_status levada_cast_ts3_date(levada_ctx *, int64_t value, int32_t *out) {
  *out = int32_t(floorDiv(value, kMsPerDay));
  return LEVADA_VALUE;
}
levada_status levada_cast_ts3_time(levada_ctx *, int64_t value, int32_t *out) {
  *out = int32_t(floorMod(value, kMsPerDay));
  return LEVADA_VALUE;
}
levada_status levada_cast_ltz3_date(levada_ctx *ctx, int64_t value, int32_t *out) {
  return levada_cast_ts3_date(ctx, levada_zone_to_local_ms(ctx, value), out);
}
levada_status levada_cast_ltz3_time(levada_ctx *ctx, int64_t value, int32_t *out) {
  return levada_cast_ts3_time(ctx, levada_zone_to_local_ms(ctx, value), out);
}
levada_status levada_cast_ts3_ltz3(levada_ctx *ctx, int64_t value, int64_t *out) {
  *out = levada_zone_to_utc_ms(ctx, value);
  return LEVADA_VALUE;
}
levada_status levada_cast_ts6_ltz6(levada_ctx *ctx, int64_t value, int64_t *out) {
  *out = shiftUs(ctx, value, levada_zone_to_utc_ms);
  return LEVADA_VALUE;
}
levada_status levada_cast_ts9_ltz9(levada_ctx *ctx, const levada_i128 *value, levada_i128 *out) {
  *out = shiftNs(ctx, *value, levada_zone_to_utc_ms);
  return LEVADA_VALUE;
}
levada_status levada_cast_ltz3_ts3(levada_ctx *ctx, int64_t value, int64_t *out) {
  *out = levada_zone_to_local_ms(ctx, value);
  return LEVADA_VALUE;
}
levada_status levada_cast_ltz6_ts6(levada_ctx *ctx, int64_t value, int64_t *out) {
  *out = shiftUs(ctx, value, levada_zone_to_local_ms);
  return LEVADA_VALUE;
}
levada_status levada_cast_ltz9_ts9(levada_ctx *ctx, const levada_i128 *value, levada_i128 *out) {
  *out = shiftNs(ctx, *value, levada_zone_to_local_ms);
  return LEVADA_VALUE;
}

} // extern "C"
