//===- timetext.cpp - TO_TIMESTAMP, DATE_FORMAT and their kin; the clock ---===//
//
// Two Java worlds meet here, as in Flink: TO_TIMESTAMP and DATE_FORMAT follow
// java.time, TO_DATE(text, pattern), UNIX_TIMESTAMP, FROM_UNIXTIME and
// CONVERT_TZ follow SimpleDateFormat. Text that does not parse is NULL, a pattern
// that is none an error.
//
//===----------------------------------------------------------------------===//
#include "stdlib/build.h"
#include "stdlib/calendar.h"
#include "stdlib/cast.h"
#include "stdlib/ext.h"
#include "stdlib/int128.h"
#include "stdlib/pattern.h"
#include "stdlib/zone.h"

using namespace levada::cal;
using levada::pattern::Result;
using levada::pattern::Style;

namespace {

constexpr int32_t kLoose = LEVADA_TIME_SPACE | LEVADA_TIME_LENIENT;
/// 0000-01-01 00:00:00 … 9999-12-31 23:59:59.999
constexpr int64_t kFirstMs = -62167219200000, kLastMs = 253402300799999;

levada_str standard() { return levada_view("yyyy-MM-dd HH:mm:ss", 19); }

int64_t msOf(const Result &r) { return r.seconds * 1000 + r.nanos / 1000000; }

/// By a pattern; where that fails as java.sql reads timestamps and dates.
bool parseByPattern(const levada_str &text, const levada_str &pattern, Result *out) {
  if (!levada::pattern::valid(pattern, Style::Formatter))
    return false;
  if (levada::pattern::parse(text, pattern, Style::Formatter, out))
    return true;
  const char *p = levada_data(text), *end = p + text.len;
  while (p != end && uint8_t(*p) <= ' ')
    ++p;
  while (p != end && uint8_t(end[-1]) <= ' ')
    --end;
  int64_t us;
  if (!levada_parse_ts6(p, uint64_t(end - p), kLoose, &us))
    return false;
  out->seconds = floorDiv(us, 1000000);
  out->nanos = int32_t(us - out->seconds * 1000000) * 1000;
  out->hasOffset = false;
  return true;
}

levada_status badPattern(levada_ctx *ctx) {
  return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "the pattern has a letter that says nothing here");
}

levada_status within(int64_t ms, int64_t *out) {
  *out = ms;
  return ms >= kFirstMs && ms <= kLastMs ? LEVADA_VALUE : LEVADA_NULL;
}

levada_status formatLocal(levada_ctx *ctx, int64_t ms, int64_t offsetMs, int32_t nanos,
                          const levada_str &pattern, Style style, levada_str *out) {
  int64_t seconds = floorDiv(ms, 1000);
  nanos += int32_t(ms - seconds * 1000) * 1000000;
  if (levada::pattern::format(ctx, seconds, nanos, int32_t(offsetMs / 1000), pattern, style, out))
    return LEVADA_VALUE;
  return badPattern(ctx);
}

/// A TIMESTAMP(9) as milliseconds and what is below them.
int64_t msOf(const levada_i128 &time, int32_t *nanos) {
  levada_i128 ms = time / 1000000;
  ms -= time % 1000000 < 0;
  *nanos = int32_t(time - ms * 1000000);
  return int64_t(ms);
}

} // namespace

extern "C" {

/// The timestamp that `text`, as yyyy-MM-dd[ HH:mm:ss[.fraction]], says; NULL where it says none.
LEVADA_FN("TO_TIMESTAMP", pure | nullable)
levada_status levada_fn_to_timestamp(levada_ctx *, const levada_str &text, levada_timestamp *out) {
  return levada_parse_ts3(levada_data(text), text.len, kLoose, out) ? LEVADA_VALUE : LEVADA_NULL;
}
/// The timestamp that `text` says by a Java pattern, as 'dd/MMM/yyyy:HH:mm:ss'; NULL where it
/// says none.
LEVADA_FN("TO_TIMESTAMP", pure | nullable)
levada_status levada_fn_to_timestamp_pattern(levada_ctx *, const levada_str &text,
                                             const levada_str &pattern, levada_timestamp *out) {
  Result r;
  if (!parseByPattern(text, pattern, &r))
    return LEVADA_NULL;
  *out = msOf(r);
  return LEVADA_VALUE;
}
/// The date that `text`, as yyyy-MM-dd, says; NULL where it says none.
LEVADA_FN("TO_DATE", pure | nullable)
levada_status levada_fn_to_date(levada_ctx *, const levada_str &text, levada_date *out) {
  return levada_parse_date(levada_data(text), text.len, out) ? LEVADA_VALUE : LEVADA_NULL;
}
/// The date that `text` says by a Java pattern; NULL where it says none.
LEVADA_FN("TO_DATE", pure | nullable | fails)
levada_status levada_fn_to_date_pattern(levada_ctx *ctx, const levada_str &text,
                                        const levada_str &pattern, levada_date *out) {
  Result r;
  if (!levada::pattern::valid(pattern, Style::Simple))
    return badPattern(ctx);
  if (!levada::pattern::parse(text, pattern, Style::Simple, &r))
    return LEVADA_NULL;
  *out = levada_date(floorDiv(r.seconds, 86400));
  return LEVADA_VALUE;
}

/// The instant `number` of seconds (precision 0) or milliseconds (precision 3) after 1970 in UTC;
/// NULL outside of the years 0000 to 9999.
LEVADA_FN("TO_TIMESTAMP_LTZ", pure | nullable | fails)
levada_status levada_fn_to_timestamp_ltz(levada_ctx *ctx, int64_t number, int32_t precision,
                                         levada_timestamp_ltz *out) {
  if (precision < 0 || precision > 9)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "TO_TIMESTAMP_LTZ: the precision must be between 0 and 9");
  if (precision < 3) {
    int64_t ms;
    if (__builtin_mul_overflow(number, int64_t(levada::num::kPow10[3 - precision]), &ms))
      return LEVADA_NULL;
    return within(ms, out);
  }
  return within(floorDiv(number, int64_t(levada::num::kPow10[precision - 3])), out);
}
/// The instant `number` of milliseconds after 1970 in UTC.
LEVADA_FN("TO_TIMESTAMP_LTZ", pure | nullable)
levada_status levada_fn_to_timestamp_ltz_ms(levada_ctx *, int64_t number,
                                            levada_timestamp_ltz *out) {
  return within(number, out);
}
/// The instant `number`, without its fraction, of seconds (precision 0) or milliseconds (precision 3)
/// after 1970 in UTC.
LEVADA_FN("TO_TIMESTAMP_LTZ", pure | nullable | fails)
levada_status levada_fn_to_timestamp_ltz_dec(levada_ctx *ctx, const levada_decimal &number,
                                             int32_t precision, levada_timestamp_ltz *out) {
  levada_i128 whole = number.unscaled / levada_i128(levada::num::pow10(number.scale));
  if (whole != int64_t(whole))
    return LEVADA_NULL;
  return levada_fn_to_timestamp_ltz(ctx, int64_t(whole), precision, out);
}
/// The instant `number` of seconds (precision 0) or milliseconds (precision 3) after 1970 in UTC.
LEVADA_FN("TO_TIMESTAMP_LTZ", pure | nullable | fails)
levada_status levada_fn_to_timestamp_ltz_f64(levada_ctx *ctx, double number, int32_t precision,
                                             levada_timestamp_ltz *out) {
  if (precision < 0 || precision > 9)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "TO_TIMESTAMP_LTZ: the precision must be between 0 and 9");
  double ms = precision <= 3 ? number * double(levada::num::kPow10[3 - precision])
                             : number / double(levada::num::kPow10[precision - 3]);
  if (!(ms >= double(kFirstMs) && ms <= double(kLastMs)))
    return LEVADA_NULL;
  return within(int64_t(ms), out);
}
/// The instant that `text`, as yyyy-MM-dd[ HH:mm:ss[.fraction]] in UTC, says; NULL where it says
/// none.
LEVADA_FN("TO_TIMESTAMP_LTZ", pure | nullable)
levada_status levada_fn_to_timestamp_ltz_text(levada_ctx *, const levada_str &text,
                                              levada_timestamp_ltz *out) {
  return levada_parse_ts3(levada_data(text), text.len, kLoose, out) ? LEVADA_VALUE : LEVADA_NULL;
}
/// The instant that `text` says by a Java pattern, in UTC; NULL where it says none.
LEVADA_FN("TO_TIMESTAMP_LTZ", pure | nullable)
levada_status levada_fn_to_timestamp_ltz_pattern(levada_ctx *, const levada_str &text,
                                                 const levada_str &pattern,
                                                 levada_timestamp_ltz *out) {
  Result r;
  if (!parseByPattern(text, pattern, &r))
    return LEVADA_NULL;
  *out = msOf(r);
  return LEVADA_VALUE;
}
/// The instant that `text` says by a Java pattern in time zone `zone`; NULL where it says none.
LEVADA_FN("TO_TIMESTAMP_LTZ", pure | nullable)
levada_status levada_fn_to_timestamp_ltz_zone(levada_ctx *, const levada_str &text,
                                              const levada_str &pattern, const levada_str &zone,
                                              levada_timestamp_ltz *out) {
  Result r;
  int64_t utc;
  if (!levada_ext_zone(levada_data(zone), zone.len, false, 0, &utc))
    return LEVADA_NULL;
  if (!parseByPattern(text, pattern, &r))
    return LEVADA_NULL;
  // The fields of the text are those of the zone, whatever offset it names.
  levada_ext_zone(levada_data(zone), zone.len, false, r.seconds, &utc);
  *out = utc * 1000 + r.nanos / 1000000;
  return LEVADA_VALUE;
}
/// TO_TIMESTAMP_LTZ(number, precision) of 4 to 6 digits: the instant `number` of units of 10^-precision
/// seconds after 1970 in UTC.
LEVADA_FN("TO_TIMESTAMP_LTZ(6)", pure | nullable)
levada_status levada_fn_to_timestamp_ltz_us(levada_ctx *, int64_t number, int32_t precision,
                                            levada_timestamp_ltz_us *out) {
  int64_t unit = int64_t(levada::num::kPow10[6 - precision]);
  return __builtin_mul_overflow(number, unit, out) || *out < kFirstMs * 1000 || *out > kLastMs * 1000 + 999
             ? LEVADA_NULL
             : LEVADA_VALUE;
}
/// TO_TIMESTAMP_LTZ(number, precision) of 7 to 9 digits: the instant `number` of units of 10^-precision
/// seconds after 1970 in UTC.
LEVADA_FN("TO_TIMESTAMP_LTZ(9)", pure, "(BIGINT, INT) -> TIMESTAMP_LTZ(9)")
levada_status levada_fn_to_timestamp_ltz_ns(levada_ctx *, int64_t number, int32_t precision,
                                            levada_i128 *out) {
  *out = levada_i128(number) * int64_t(levada::num::kPow10[9 - precision]);
  return LEVADA_VALUE;
}

/// `time` as text by a Java pattern, as 'yyyy-MM-dd'.
LEVADA_FN("DATE_FORMAT", pure | fails)
levada_status levada_fn_date_format_ts3(levada_ctx *ctx, levada_timestamp time,
                                        const levada_str &pattern, levada_str *out) {
  return formatLocal(ctx, time, 0, 0, pattern, Style::Formatter, out);
}
/// `time` as text by a Java pattern, as 'yyyy-MM-dd'.
LEVADA_FN("DATE_FORMAT", pure | fails)
levada_status levada_fn_date_format_ts6(levada_ctx *ctx, levada_timestamp_us time,
                                        const levada_str &pattern, levada_str *out) {
  int64_t ms = floorDiv(time, 1000);
  return formatLocal(ctx, ms, 0, int32_t(time - ms * 1000) * 1000, pattern, Style::Formatter, out);
}
/// `time` as text by a Java pattern, as 'yyyy-MM-dd'.
LEVADA_FN("DATE_FORMAT", pure | fails, "(TIMESTAMP(9), STRING) -> STRING")
levada_status levada_fn_date_format_ts9(levada_ctx *ctx, const levada_i128 &time,
                                        const levada_str &pattern, levada_str *out) {
  int32_t nanos;
  int64_t ms = msOf(time, &nanos);
  return formatLocal(ctx, ms, 0, nanos, pattern, Style::Formatter, out);
}
/// `time` in the session's time zone as text by a Java pattern.
LEVADA_FN("DATE_FORMAT", pure | fails)
levada_status levada_fn_date_format_ltz6(levada_ctx *ctx, levada_timestamp_ltz_us time,
                                         const levada_str &pattern, levada_str *out) {
  int64_t ms = floorDiv(time, 1000), local = levada_zone_to_local_ms(ctx, ms);
  return formatLocal(ctx, local, local - ms, int32_t(time - ms * 1000) * 1000, pattern,
                     Style::Formatter, out);
}
/// `time` in the session's time zone as text by a Java pattern.
LEVADA_FN("DATE_FORMAT", pure | fails, "(TIMESTAMP_LTZ(9), STRING) -> STRING")
levada_status levada_fn_date_format_ltz9(levada_ctx *ctx, const levada_i128 &time,
                                         const levada_str &pattern, levada_str *out) {
  int32_t nanos;
  int64_t ms = msOf(time, &nanos), local = levada_zone_to_local_ms(ctx, ms);
  return formatLocal(ctx, local, local - ms, nanos, pattern, Style::Formatter, out);
}
/// `time` in the session's time zone as text by a Java pattern.
LEVADA_FN("DATE_FORMAT", pure | fails)
levada_status levada_fn_date_format_ltz3(levada_ctx *ctx, levada_timestamp_ltz time,
                                         const levada_str &pattern, levada_str *out) {
  int64_t local = levada_zone_to_local_ms(ctx, time);
  return formatLocal(ctx, local, local - time, 0, pattern, Style::Formatter, out);
}
/// The timestamp that `text` says, as text by another Java pattern; NULL where it says none.
LEVADA_FN("DATE_FORMAT", pure | nullable | fails)
levada_status levada_fn_date_format_text(levada_ctx *ctx, const levada_str &text,
                                         const levada_str &pattern, levada_str *out) {
  Result r;
  if (!levada::pattern::parse(text, standard(), Style::Simple, &r))
    return LEVADA_NULL;
  return formatLocal(ctx, msOf(r), 0, 0, pattern, Style::Simple, out);
}

/// Seconds since 1970 in UTC at this moment.
LEVADA_FN("UNIX_TIMESTAMP", volatile)
int64_t levada_fn_unix_timestamp_now(levada_ctx *ctx) { return floorDiv(ctx->now_ms, 1000); }
/// Seconds since 1970 in UTC of `text`, a local time yyyy-MM-dd HH:mm:ss of the session's zone.
/// Text that says no time gives the smallest BIGINT.
LEVADA_FN("UNIX_TIMESTAMP", pure | zone)
int64_t levada_fn_unix_timestamp(levada_ctx *ctx, const levada_str &text) {
  Result r;
  if (!levada::pattern::parse(text, standard(), Style::Simple, &r))
    return INT64_MIN;
  return floorDiv(levada_zone_to_utc_late_ms(ctx, msOf(r)), 1000);
}
/// The same, by a Java pattern.
LEVADA_FN("UNIX_TIMESTAMP", pure | zone | fails)
levada_status levada_fn_unix_timestamp_pattern(levada_ctx *ctx, const levada_str &text,
                                               const levada_str &pattern, int64_t *out) {
  Result r;
  if (!levada::pattern::valid(pattern, Style::Simple))
    return badPattern(ctx);
  if (!levada::pattern::parse(text, pattern, Style::Simple, &r))
    *out = INT64_MIN;
  else if (r.hasOffset)
    *out = r.seconds - r.offset;
  else
    *out = floorDiv(levada_zone_to_utc_late_ms(ctx, msOf(r)), 1000);
  return LEVADA_VALUE;
}
/// The instant `seconds` after 1970 in UTC as yyyy-MM-dd HH:mm:ss in the session's zone.
LEVADA_FN("FROM_UNIXTIME", pure | zone | fails)
levada_status levada_fn_from_unixtime(levada_ctx *ctx, int64_t seconds, levada_str *out) {
  int64_t local = levada_zone_to_local_ms(ctx, seconds * 1000);
  return formatLocal(ctx, local, local - seconds * 1000, 0, standard(), Style::Simple, out);
}
/// The same by a Java pattern.
LEVADA_FN("FROM_UNIXTIME", pure | zone | fails)
levada_status levada_fn_from_unixtime_pattern(levada_ctx *ctx, int64_t seconds,
                                              const levada_str &pattern, levada_str *out) {
  int64_t local = levada_zone_to_local_ms(ctx, seconds * 1000);
  return formatLocal(ctx, local, local - seconds * 1000, 0, pattern, Style::Simple, out);
}
/// The local time `text`, yyyy-MM-dd HH:mm:ss, of time zone `from` in time zone `to`.
LEVADA_FN("CONVERT_TZ", pure | nullable | fails)
levada_status levada_fn_convert_tz(levada_ctx *ctx, const levada_str &text, const levada_str &from,
                                   const levada_str &to, levada_str *out) {
  Result r;
  if (!levada::pattern::parse(text, standard(), Style::Simple, &r))
    return LEVADA_NULL;
  int64_t utc = levada_ext_old_zone(levada_data(from), from.len, false, r.seconds);
  int64_t local = levada_ext_old_zone(levada_data(to), to.len, true, utc);
  return formatLocal(ctx, local * 1000, 0, 0, standard(), Style::Simple, out);
}

/// The database that names without one are looked up in.
LEVADA_FN("CURRENT_DATABASE", pure)
levada_status levada_fn_current_database(levada_ctx *ctx, levada_str *out) {
  *out = levada::text::keep(ctx, "default_database", 16);
  return LEVADA_VALUE;
}
/// The time at which the row is processed.
LEVADA_FN("CURRENT_TIMESTAMP", volatile)
levada_timestamp_ltz levada_fn_current_timestamp(levada_ctx *ctx) { return ctx->now_ms; }
/// The time at which the row is processed.
LEVADA_FN("NOW", volatile)
levada_timestamp_ltz levada_fn_now(levada_ctx *ctx) { return ctx->now_ms; }
/// The time at which the row is processed.
LEVADA_FN("CURRENT_ROW_TIMESTAMP", volatile)
levada_timestamp_ltz levada_fn_current_row_timestamp(levada_ctx *ctx) { return ctx->now_ms; }
/// The time at which the row is processed.
LEVADA_FN("PROCTIME", volatile)
levada_timestamp_ltz levada_fn_proctime(levada_ctx *ctx) { return ctx->now_ms; }
/// The time at which the row is processed, as local time of the session's zone.
LEVADA_FN("LOCALTIMESTAMP", volatile)
levada_timestamp levada_fn_localtimestamp(levada_ctx *ctx) {
  return levada_zone_to_local_ms(ctx, ctx->now_ms);
}
/// The date at which the row is processed, in the session's zone.
LEVADA_FN("CURRENT_DATE", volatile)
levada_date levada_fn_current_date(levada_ctx *ctx) {
  return levada_date(floorDiv(levada_zone_to_local_ms(ctx, ctx->now_ms), kMsPerDay));
}
/// The time of day at which the row is processed, in the session's zone.
LEVADA_FN("CURRENT_TIME", volatile)
levada_time levada_fn_current_time(levada_ctx *ctx) {
  int64_t ms = floorMod(levada_zone_to_local_ms(ctx, ctx->now_ms), kMsPerDay);
  return levada_time(ms - ms % 1000);
}
/// The time of day at which the row is processed, in the session's zone.
LEVADA_FN("LOCALTIME", volatile)
levada_time levada_fn_localtime(levada_ctx *ctx) { return levada_fn_current_time(ctx); }

} // extern "C"
