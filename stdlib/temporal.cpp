//===- temporal.cpp - parts of dates and times, rounding, differences ------===//
//
// Everything counts in milliseconds; finer digits matter to EXTRACT alone, and
// FLOOR and CEIL cut them, as Flink's do. TIMESTAMP_LTZ is looked at in the
// session's zone. Overloads stand in the order in which they are preferred: the
// finest first, since a TIMESTAMP(9) is cut to any of them. CEIL to days and longer follows Flink: it looks at the date,
// not at the time of day.
//
//===----------------------------------------------------------------------===//
#include "stdlib/calendar.h"
#include "stdlib/cast.h"
#include "stdlib/unit.h"

using namespace levada::cal;
using levada::unit::Unit;

namespace {

int64_t extractDate(Unit unit, int64_t days) {
  Date date = fromDays(days);
  switch (unit) {
  case Unit::Millennium:
    return date.year > 0 ? (date.year + 999) / 1000 : (date.year - 999) / 1000;
  case Unit::Century:
    return date.year > 0 ? (date.year + 99) / 100 : (date.year - 99) / 100;
  case Unit::Decade:
    return date.year / 10;
  case Unit::Year:
    return date.year;
  case Unit::Quarter:
    return (date.month + 2) / 3;
  case Unit::Month:
    return date.month;
  case Unit::Week:
    return isoWeek(days);
  case Unit::Day:
    return date.day;
  case Unit::Doy:
    return dayOfYear(days);
  case Unit::Dow:
    return weekday(days) % 7 + 1;
  case Unit::IsoDow:
    return weekday(days);
  case Unit::IsoYear:
    return isoYear(days);
  case Unit::Epoch:
    return days * 86400;
  default:
    return 0;
  }
}

/// `nanos`: below the millisecond.
int64_t extract(Unit unit, int64_t ms, int64_t nanos) {
  int64_t rest = floorMod(ms, kMsPerDay);
  switch (unit) {
  case Unit::Hour:
    return rest / 3600000;
  case Unit::Minute:
    return rest / 60000 % 60;
  case Unit::Second:
    return rest / 1000 % 60;
  case Unit::Milli:
    return rest % 1000;
  case Unit::Micro:
    return rest % 1000 * 1000 + nanos / 1000;
  case Unit::Nano:
    return rest % 1000 * 1000000 + nanos;
  case Unit::Epoch:
    return floorDiv(ms, 1000);
  default:
    return extractDate(unit, floorDiv(ms, kMsPerDay));
  }
}

int64_t roundDate(Unit unit, int64_t days, bool up) {
  Date date = fromDays(days);
  int64_t year = date.year;
  auto january = [](int64_t y) { return toDays(y, 1, 1); };
  switch (unit) {
  case Unit::Millennium:
    return january(1000 * ((year + 999) / 1000) + (up ? 1 : -999));
  case Unit::Century:
    return january(100 * ((year + 99) / 100) + (up ? 1 : -99));
  case Unit::Decade:
    return january(10 * (year / 10 + up));
  case Unit::Year:
    return january(year + (up && (date.month > 1 || date.day > 1)));
  case Unit::Quarter: {
    int64_t quarter = (date.month + 2) / 3 - 1 + (up && (date.month > 1 || date.day > 1));
    return toDays(year + quarter / 4, int32_t(quarter % 4 * 3 + 1), 1);
  }
  case Unit::Month: {
    int64_t month = date.month - 1 + (up && date.day > 1);
    return toDays(year + month / 12, int32_t(month % 12 + 1), 1);
  }
  case Unit::Week: { // Sunday begins it
    int64_t past = weekday(days) % 7;
    return days - past + (up && past > 0 ? 7 : 0);
  }
  case Unit::Day:
    return days + up;
  default:
    return days;
  }
}

/// Milliseconds of the units that a time of day has; 0 for longer ones.
int64_t lengthOf(Unit unit) {
  switch (unit) {
  case Unit::Day:
    return kMsPerDay;
  case Unit::Hour:
    return 3600000;
  case Unit::Minute:
    return 60000;
  case Unit::Second:
    return 1000;
  case Unit::Milli:
  case Unit::Micro:
  case Unit::Nano:
    return 1;
  default:
    return 0;
  }
}

int64_t roundMs(Unit unit, int64_t ms, bool up) {
  if (int64_t length = lengthOf(unit))
    return floorDiv(ms + (up ? length - 1 : 0), length) * length;
  return roundDate(unit, floorDiv(ms, kMsPerDay), up) * kMsPerDay;
}

int64_t roundLtz(levada_ctx *ctx, Unit unit, int64_t ms, bool up) {
  if (int64_t length = lengthOf(unit); length && length <= 60000)
    return roundMs(unit, ms, up);
  int64_t local = levada_zone_to_local_ms(ctx, ms);
  return roundMs(unit, local, up) - (local - ms);
}

int32_t monthsBetween(int64_t to, int64_t from) {
  if (to < from)
    return -monthsBetween(from, to);
  Date a = fromDays(from), b = fromDays(to);
  int32_t months = (b.year - a.year) * 12 + b.month - a.month;
  return addMonths(from, months) > to ? months - 1 : months;
}

int32_t monthsBetweenMs(int64_t to, int64_t from) {
  int64_t toDay = floorDiv(to, kMsPerDay), fromDay = floorDiv(from, kMsPerDay);
  int32_t months = monthsBetween(toDay, fromDay);
  if (addMonths(fromDay, months) == toDay) {
    int64_t toTime = to - toDay * kMsPerDay, fromTime = from - fromDay * kMsPerDay;
    if (to >= from ? toTime < fromTime : toTime > fromTime)
      months += to >= from ? -1 : 1;
  }
  return months;
}

int32_t difference(Unit unit, int64_t from, int64_t to) {
  switch (unit) {
  case Unit::Year:
    return monthsBetweenMs(to, from) / 12;
  case Unit::Quarter:
    return monthsBetweenMs(to, from) / 3;
  case Unit::Month:
    return monthsBetweenMs(to, from);
  case Unit::Week:
    return int32_t((to - from) / (7 * kMsPerDay));
  case Unit::Milli: // of whole seconds, as Calcite has it
    return int32_t((to - from) / 1000 * 1000);
  case Unit::Micro:
    return int32_t((to - from) * 1000);
  case Unit::Nano:
    return int32_t((to - from) * 1000000);
  default: {
    int64_t length = lengthOf(unit);
    return int32_t((to - from) / (length ? length : 1));
  }
  }
}

/// Months of the units that count in months; 0 for the others.
int32_t monthsOf(Unit unit) {
  return unit == Unit::Month ? 1 : unit == Unit::Quarter ? 3 : unit == Unit::Year ? 12 : 0;
}

int64_t addUnits(Unit unit, int64_t n, int64_t ms) {
  if (int32_t months = monthsOf(unit))
    return levada_ts3_add_months(ms, int32_t(n * months));
  int64_t length = unit == Unit::Week ? 7 * kMsPerDay : lengthOf(unit);
  if (unit == Unit::Micro)
    n = floorDiv(n, 1000);
  else if (unit == Unit::Nano)
    n = floorDiv(n, 1000000);
  return ms + n * length;
}

} // namespace

extern "C" {

/// EXTRACT(unit FROM time): a part of a timestamp.
LEVADA_FN("EXTRACT", pure)
int64_t levada_fn_extract_ts6(const levada_str &unit, levada_timestamp_us time) {
  return extract(levada::unit::read(unit), floorDiv(time, 1000), floorMod(time, 1000) * 1000);
}
/// EXTRACT(unit FROM time): a part of a timestamp.
LEVADA_FN("EXTRACT", pure)
int64_t levada_fn_extract_ts3(const levada_str &unit, levada_timestamp time) {
  return extract(levada::unit::read(unit), time, 0);
}
/// EXTRACT(unit FROM time): a part of a timestamp, in the session's time zone.
LEVADA_FN("EXTRACT", pure)
int64_t levada_fn_extract_ltz6(levada_ctx *ctx, const levada_str &unit,
                               levada_timestamp_ltz_us time) {
  Unit part = levada::unit::read(unit);
  int64_t ms = floorDiv(time, 1000);
  return extract(part, part == Unit::Epoch ? ms : levada_zone_to_local_ms(ctx, ms),
                 floorMod(time, 1000) * 1000);
}
/// EXTRACT(unit FROM time): a part of a timestamp, in the session's time zone.
LEVADA_FN("EXTRACT", pure)
int64_t levada_fn_extract_ltz3(levada_ctx *ctx, const levada_str &unit,
                               levada_timestamp_ltz time) {
  Unit part = levada::unit::read(unit);
  return extract(part, part == Unit::Epoch ? time : levada_zone_to_local_ms(ctx, time), 0);
}
/// EXTRACT(unit FROM time): a part of a timestamp.
LEVADA_FN("EXTRACT", pure, "(STRING, TIMESTAMP(9)) -> BIGINT")
levada_status levada_fn_extract_ts9(levada_ctx *, const levada_str &unit, const levada_i128 &time,
                                    int64_t *out) {
  levada_i128 ms = time / 1000000 - (time % 1000000 < 0);
  *out = extract(levada::unit::read(unit), int64_t(ms), int64_t(time - ms * 1000000));
  return LEVADA_VALUE;
}
/// EXTRACT(unit FROM time): a part of a timestamp, in the session's time zone.
LEVADA_FN("EXTRACT", pure, "(STRING, TIMESTAMP_LTZ(9)) -> BIGINT")
levada_status levada_fn_extract_ltz9(levada_ctx *ctx, const levada_str &unit,
                                     const levada_i128 &time, int64_t *out) {
  Unit part = levada::unit::read(unit);
  levada_i128 ms = time / 1000000 - (time % 1000000 < 0);
  *out = extract(part, part == Unit::Epoch ? int64_t(ms) : levada_zone_to_local_ms(ctx, int64_t(ms)),
                 int64_t(time - ms * 1000000));
  return LEVADA_VALUE;
}
/// EXTRACT(unit FROM day): a part of a date; DOW counts Sunday as 1, ISODOW Monday.
LEVADA_FN("EXTRACT", pure)
int64_t levada_fn_extract_date(const levada_str &unit, levada_date day) {
  return extractDate(levada::unit::read(unit), day);
}
/// EXTRACT(unit FROM time): a part of a time of day.
LEVADA_FN("EXTRACT", pure)
int64_t levada_fn_extract_time(const levada_str &unit, levada_time time) {
  return extract(levada::unit::read(unit), time, 0);
}
/// EXTRACT(unit FROM span): a part of an interval of years and months.
LEVADA_FN("EXTRACT", pure)
int64_t levada_fn_extract_ym(const levada_str &unit, levada_year_month span) {
  Unit part = levada::unit::read(unit);
  return part == Unit::Month ? span % 12 : part == Unit::Quarter ? span % 12 / 3 + 1 : span / 12;
}
/// EXTRACT(unit FROM span): a part of an interval of days and seconds.
LEVADA_FN("EXTRACT", pure)
int64_t levada_fn_extract_dt(const levada_str &unit, levada_day_time span) {
  switch (levada::unit::read(unit)) {
  case Unit::Day:
    return span / kMsPerDay;
  case Unit::Hour:
    return span / 3600000 % 24;
  case Unit::Minute:
    return span / 60000 % 60;
  case Unit::Second:
    return span / 1000 % 60;
  case Unit::Milli:
    return span % 1000;
  default:
    return span / 1000;
  }
}

#define LEVADA_PART(NAME, SYMBOL, UNIT)                                        \
  LEVADA_FN(NAME, pure)                                                        \
  int64_t levada_fn_##SYMBOL##_date(levada_date day) { return extractDate(UNIT, day); }
#define LEVADA_PART_TS(NAME, SYMBOL, UNIT)                                     \
  LEVADA_FN(NAME, pure)                                                        \
  int64_t levada_fn_##SYMBOL##_ts3(levada_timestamp time) { return extract(UNIT, time, 0); }
#define LEVADA_PART_LTZ(NAME, SYMBOL, UNIT)                                    \
  LEVADA_FN(NAME, pure)                                                        \
  int64_t levada_fn_##SYMBOL##_ltz3(levada_ctx *ctx, levada_timestamp_ltz time) { \
    return extract(UNIT, levada_zone_to_local_ms(ctx, time), 0);               \
  }
#define LEVADA_PART_TIME(NAME, SYMBOL, UNIT)                                   \
  LEVADA_FN(NAME, pure)                                                        \
  int64_t levada_fn_##SYMBOL##_time(levada_time time) { return extract(UNIT, time, 0); }

/// The year of a timestamp.
LEVADA_PART_TS("YEAR", year, Unit::Year)
/// The year of a timestamp in the session's time zone.
LEVADA_PART_LTZ("YEAR", year, Unit::Year)
/// The year of a date.
LEVADA_PART("YEAR", year, Unit::Year)
/// The quarter, 1 to 4, of a timestamp.
LEVADA_PART_TS("QUARTER", quarter, Unit::Quarter)
/// The quarter, 1 to 4, of a timestamp in the session's time zone.
LEVADA_PART_LTZ("QUARTER", quarter, Unit::Quarter)
/// The quarter, 1 to 4, of a date.
LEVADA_PART("QUARTER", quarter, Unit::Quarter)
/// The month, 1 to 12, of a timestamp.
LEVADA_PART_TS("MONTH", month, Unit::Month)
/// The month, 1 to 12, of a timestamp in the session's time zone.
LEVADA_PART_LTZ("MONTH", month, Unit::Month)
/// The month, 1 to 12, of a date.
LEVADA_PART("MONTH", month, Unit::Month)
/// The ISO week, 1 to 53, of a timestamp.
LEVADA_PART_TS("WEEK", week, Unit::Week)
/// The ISO week, 1 to 53, of a timestamp in the session's time zone.
LEVADA_PART_LTZ("WEEK", week, Unit::Week)
/// The ISO week, 1 to 53, of a date.
LEVADA_PART("WEEK", week, Unit::Week)
/// The day of the year, from 1, of a timestamp.
LEVADA_PART_TS("DAYOFYEAR", dayofyear, Unit::Doy)
/// The day of the year, from 1, of a timestamp in the session's time zone.
LEVADA_PART_LTZ("DAYOFYEAR", dayofyear, Unit::Doy)
/// The day of the year, from 1, of a date.
LEVADA_PART("DAYOFYEAR", dayofyear, Unit::Doy)
/// The day of the month of a timestamp.
LEVADA_PART_TS("DAYOFMONTH", dayofmonth, Unit::Day)
/// The day of the month of a timestamp in the session's time zone.
LEVADA_PART_LTZ("DAYOFMONTH", dayofmonth, Unit::Day)
/// The day of the month of a date.
LEVADA_PART("DAYOFMONTH", dayofmonth, Unit::Day)
/// The day of the week, 1 for Sunday, of a timestamp.
LEVADA_PART_TS("DAYOFWEEK", dayofweek, Unit::Dow)
/// The day of the week, 1 for Sunday, of a timestamp in the session's time zone.
LEVADA_PART_LTZ("DAYOFWEEK", dayofweek, Unit::Dow)
/// The day of the week, 1 for Sunday, of a date.
LEVADA_PART("DAYOFWEEK", dayofweek, Unit::Dow)
/// The hour of a timestamp.
LEVADA_PART_TS("HOUR", hour, Unit::Hour)
/// The hour of a timestamp in the session's time zone.
LEVADA_PART_LTZ("HOUR", hour, Unit::Hour)
/// The hour of a time of day.
LEVADA_PART_TIME("HOUR", hour, Unit::Hour)
/// The minute of a timestamp.
LEVADA_PART_TS("MINUTE", minute, Unit::Minute)
/// The minute of a timestamp in the session's time zone.
LEVADA_PART_LTZ("MINUTE", minute, Unit::Minute)
/// The minute of a time of day.
LEVADA_PART_TIME("MINUTE", minute, Unit::Minute)
/// The second of a timestamp.
LEVADA_PART_TS("SECOND", second, Unit::Second)
/// The second of a timestamp in the session's time zone.
LEVADA_PART_LTZ("SECOND", second, Unit::Second)
/// The second of a time of day.
LEVADA_PART_TIME("SECOND", second, Unit::Second)

/// FLOOR(time TO unit): rounds down to a unit of time.
LEVADA_FN("FLOOR", pure, "(TIMESTAMP(6), STRING) -> rule:arg0")
levada_timestamp_us levada_fn_floor_to_ts6(levada_timestamp_us time, const levada_str &unit) {
  return roundMs(levada::unit::read(unit), floorDiv(time, 1000), false) * 1000;
}
/// FLOOR(time TO unit): rounds down to a unit of time.
LEVADA_FN("FLOOR", pure, "(TIMESTAMP(3), STRING) -> rule:arg0")
levada_timestamp levada_fn_floor_to_ts3(levada_timestamp time, const levada_str &unit) {
  return roundMs(levada::unit::read(unit), time, false);
}
/// FLOOR(time TO unit): rounds down to a unit of time, in the session's time zone.
LEVADA_FN("FLOOR", pure, "(TIMESTAMP_LTZ(6), STRING) -> rule:arg0")
levada_timestamp_ltz_us levada_fn_floor_to_ltz6(levada_ctx *ctx, levada_timestamp_ltz_us time,
                                              const levada_str &unit) {
  return roundLtz(ctx, levada::unit::read(unit), floorDiv(time, 1000), false) * 1000;
}
/// FLOOR(time TO unit): rounds down to a unit of time, in the session's time zone.
LEVADA_FN("FLOOR", pure, "(TIMESTAMP_LTZ(3), STRING) -> rule:arg0")
levada_timestamp_ltz levada_fn_floor_to_ltz3(levada_ctx *ctx, levada_timestamp_ltz time,
                                           const levada_str &unit) {
  return roundLtz(ctx, levada::unit::read(unit), time, false);
}
/// FLOOR(day TO unit): rounds down to a unit of time.
LEVADA_FN("FLOOR", pure)
levada_date levada_fn_floor_to_date(levada_date day, const levada_str &unit) {
  return levada_date(roundDate(levada::unit::read(unit), day, false));
}
/// FLOOR(time TO unit): rounds down to a unit of time.
LEVADA_FN("FLOOR", pure, "(TIME, STRING) -> rule:arg0")
levada_time levada_fn_floor_to_time(levada_time time, const levada_str &unit) {
  int64_t length = lengthOf(levada::unit::read(unit));
  if (length == 0 || length == kMsPerDay) // days and longer say nothing of it
    return time;
  return levada_time(roundMs(levada::unit::read(unit), time, false));
}

/// CEIL(time TO unit): rounds up to a unit of time.
LEVADA_FN("CEIL", pure, "(TIMESTAMP(6), STRING) -> rule:arg0")
levada_timestamp_us levada_fn_ceil_to_ts6(levada_timestamp_us time, const levada_str &unit) {
  Unit part = levada::unit::read(unit);
  return roundMs(part, floorDiv(time + (part == Unit::Milli ? 999 : 0), 1000), true) * 1000;
}
/// CEIL(time TO unit): rounds up to a unit of time.
LEVADA_FN("CEIL", pure, "(TIMESTAMP(3), STRING) -> rule:arg0")
levada_timestamp levada_fn_ceil_to_ts3(levada_timestamp time, const levada_str &unit) {
  return roundMs(levada::unit::read(unit), time, true);
}
/// CEIL(time TO unit): rounds up to a unit of time, in the session's time zone.
LEVADA_FN("CEIL", pure, "(TIMESTAMP_LTZ(6), STRING) -> rule:arg0")
levada_timestamp_ltz_us levada_fn_ceil_to_ltz6(levada_ctx *ctx, levada_timestamp_ltz_us time,
                                              const levada_str &unit) {
  return roundLtz(ctx, levada::unit::read(unit), floorDiv(time, 1000), true) * 1000;
}
/// CEIL(time TO unit): rounds up to a unit of time, in the session's time zone.
LEVADA_FN("CEIL", pure, "(TIMESTAMP_LTZ(3), STRING) -> rule:arg0")
levada_timestamp_ltz levada_fn_ceil_to_ltz3(levada_ctx *ctx, levada_timestamp_ltz time,
                                           const levada_str &unit) {
  return roundLtz(ctx, levada::unit::read(unit), time, true);
}
/// CEIL(day TO unit): rounds up to a unit of time.
LEVADA_FN("CEIL", pure)
levada_date levada_fn_ceil_to_date(levada_date day, const levada_str &unit) {
  return levada_date(roundDate(levada::unit::read(unit), day, true));
}
/// CEIL(time TO unit): rounds up to a unit of time.
LEVADA_FN("CEIL", pure, "(TIME, STRING) -> rule:arg0")
levada_time levada_fn_ceil_to_time(levada_time time, const levada_str &unit) {
  return levada_time(roundMs(levada::unit::read(unit), time, true));
}

/// CEILING(time TO unit): rounds up to a unit of time.
LEVADA_FN("CEILING", pure, "(TIMESTAMP(6), STRING) -> rule:arg0")
levada_timestamp_us levada_fn_ceiling_to_ts6(levada_timestamp_us time, const levada_str &unit) {
  Unit part = levada::unit::read(unit);
  return roundMs(part, floorDiv(time + (part == Unit::Milli ? 999 : 0), 1000), true) * 1000;
}
/// CEILING(time TO unit): rounds up to a unit of time.
LEVADA_FN("CEILING", pure, "(TIMESTAMP(3), STRING) -> rule:arg0")
levada_timestamp levada_fn_ceiling_to_ts3(levada_timestamp time, const levada_str &unit) {
  return roundMs(levada::unit::read(unit), time, true);
}
/// CEILING(time TO unit): rounds up to a unit of time, in the session's time zone.
LEVADA_FN("CEILING", pure, "(TIMESTAMP_LTZ(6), STRING) -> rule:arg0")
levada_timestamp_ltz_us levada_fn_ceiling_to_ltz6(levada_ctx *ctx, levada_timestamp_ltz_us time,
                                              const levada_str &unit) {
  return roundLtz(ctx, levada::unit::read(unit), floorDiv(time, 1000), true) * 1000;
}
/// CEILING(time TO unit): rounds up to a unit of time, in the session's time zone.
LEVADA_FN("CEILING", pure, "(TIMESTAMP_LTZ(3), STRING) -> rule:arg0")
levada_timestamp_ltz levada_fn_ceiling_to_ltz3(levada_ctx *ctx, levada_timestamp_ltz time,
                                           const levada_str &unit) {
  return roundLtz(ctx, levada::unit::read(unit), time, true);
}
/// CEILING(day TO unit): rounds up to a unit of time.
LEVADA_FN("CEILING", pure)
levada_date levada_fn_ceiling_to_date(levada_date day, const levada_str &unit) {
  return levada_date(roundDate(levada::unit::read(unit), day, true));
}
/// CEILING(time TO unit): rounds up to a unit of time.
LEVADA_FN("CEILING", pure, "(TIME, STRING) -> rule:arg0")
levada_time levada_fn_ceiling_to_time(levada_time time, const levada_str &unit) {
  return levada_time(roundMs(levada::unit::read(unit), time, true));
}

/// TIMESTAMPADD(unit, n, time): `n` units later.
LEVADA_FN("TIMESTAMPADD", pure, "(STRING, BIGINT, TIMESTAMP(6)) -> rule:arg_last")
levada_timestamp_us levada_fn_timestampadd_ts6(const levada_str &unit, int64_t n,
                                               levada_timestamp_us time) {
  Unit part = levada::unit::read(unit);
  if (part == Unit::Micro)
    return time + n;
  int64_t ms = floorDiv(time, 1000);
  return addUnits(part, n, ms) * 1000 + (time - ms * 1000);
}
/// TIMESTAMPADD(unit, n, time): `n` units later.
LEVADA_FN("TIMESTAMPADD", pure, "(STRING, BIGINT, TIMESTAMP(3)) -> rule:arg_last")
levada_timestamp levada_fn_timestampadd_ts3(const levada_str &unit, int64_t n,
                                            levada_timestamp time) {
  return addUnits(levada::unit::read(unit), n, time);
}
/// TIMESTAMPADD(unit, n, time): `n` units later.
LEVADA_FN("TIMESTAMPADD", pure, "(STRING, BIGINT, TIMESTAMP_LTZ(6)) -> rule:arg_last")
levada_timestamp_ltz_us levada_fn_timestampadd_ltz6(const levada_str &unit, int64_t n,
                                                    levada_timestamp_ltz_us time) {
  return levada_fn_timestampadd_ts6(unit, n, time);
}
/// TIMESTAMPADD(unit, n, time): `n` units later.
LEVADA_FN("TIMESTAMPADD", pure, "(STRING, BIGINT, TIMESTAMP_LTZ(3)) -> rule:arg_last")
levada_timestamp_ltz levada_fn_timestampadd_ltz3(const levada_str &unit, int64_t n,
                                                 levada_timestamp_ltz time) {
  return addUnits(levada::unit::read(unit), n, time);
}
/// TIMESTAMPADD(unit, n, day): `n` units later; units shorter than a day are dropped.
LEVADA_FN("TIMESTAMPADD", pure)
levada_date levada_fn_timestampadd_date(const levada_str &unit, int64_t n, levada_date day) {
  return levada_date(
      floorDiv(addUnits(levada::unit::read(unit), n, day * kMsPerDay), kMsPerDay));
}
/// TIMESTAMPADD(unit, n, time): `n` units later, around midnight.
LEVADA_FN("TIMESTAMPADD", pure)
levada_time levada_fn_timestampadd_time(const levada_str &unit, int64_t n, levada_time time) {
  Unit part = levada::unit::read(unit);
  if (monthsOf(part))
    return time;
  return levada_time(floorMod(addUnits(part, n, time), kMsPerDay));
}

/// TIMESTAMPDIFF(unit, from, to): whole units from `from` to `to`, by their milliseconds.
LEVADA_FN("TIMESTAMPDIFF", pure)
int32_t levada_fn_timestampdiff_ts6(const levada_str &unit, levada_timestamp_us from,
                                    levada_timestamp_us to) {
  return difference(levada::unit::read(unit), floorDiv(from, 1000), floorDiv(to, 1000));
}
/// TIMESTAMPDIFF(unit, from, to): whole units from `from` to `to`, by their milliseconds.
LEVADA_FN("TIMESTAMPDIFF", pure)
int32_t levada_fn_timestampdiff_ts3(const levada_str &unit, levada_timestamp from,
                                    levada_timestamp to) {
  return difference(levada::unit::read(unit), from, to);
}
/// TIMESTAMPDIFF(unit, from, to): whole units from `from` to `to`, by their milliseconds.
LEVADA_FN("TIMESTAMPDIFF", pure)
int32_t levada_fn_timestampdiff_ltz6(const levada_str &unit, levada_timestamp_ltz_us from,
                                     levada_timestamp_ltz_us to) {
  return difference(levada::unit::read(unit), floorDiv(from, 1000), floorDiv(to, 1000));
}
/// TIMESTAMPDIFF(unit, from, to): whole units from `from` to `to`, by their milliseconds.
LEVADA_FN("TIMESTAMPDIFF", pure)
int32_t levada_fn_timestampdiff_ltz3(const levada_str &unit, levada_timestamp_ltz from,
                                     levada_timestamp_ltz to) {
  return difference(levada::unit::read(unit), from, to);
}
/// TIMESTAMPDIFF(unit, from, to): whole units from `from` to `to`.
LEVADA_FN("TIMESTAMPDIFF", pure)
int32_t levada_fn_timestampdiff_date(const levada_str &unit, levada_date from, levada_date to) {
  return difference(levada::unit::read(unit), from * kMsPerDay, to * kMsPerDay);
}
/// TIMESTAMPDIFF(unit, from, to): whole units from `from` to `to`.
LEVADA_FN("TIMESTAMPDIFF", pure)
int32_t levada_fn_timestampdiff_time(const levada_str &unit, levada_time from, levada_time to) {
  return difference(levada::unit::read(unit), from, to);
}

/// (to - from) DAY TO SECOND: what lies between them, to the millisecond.
LEVADA_FN("DAY TO SECOND BETWEEN", pure)
levada_day_time levada_fn_between_ts6(levada_timestamp_us from, levada_timestamp_us to) {
  return floorDiv(to, 1000) - floorDiv(from, 1000);
}
/// (to - from) DAY TO SECOND: what lies between them, to the millisecond.
LEVADA_FN("DAY TO SECOND BETWEEN", pure)
levada_day_time levada_fn_between_ltz6(levada_timestamp_ltz_us from, levada_timestamp_ltz_us to) {
  return floorDiv(to, 1000) - floorDiv(from, 1000);
}
/// (to - from) DAY TO SECOND: what lies between them.
LEVADA_FN("DAY TO SECOND BETWEEN", pure)
levada_day_time levada_fn_between_date(levada_date from, levada_date to) {
  return (int64_t(to) - from) * kMsPerDay;
}
/// (to - from) DAY TO SECOND: what lies between them.
LEVADA_FN("DAY TO SECOND BETWEEN", pure)
levada_day_time levada_fn_between_time(levada_time from, levada_time to) {
  return int64_t(to) - from;
}
/// (to - from) YEAR TO MONTH: whole months between them.
LEVADA_FN("YEAR TO MONTH BETWEEN", pure)
levada_year_month levada_fn_months_between_ts6(levada_timestamp_us from, levada_timestamp_us to) {
  return difference(Unit::Month, floorDiv(from, 1000), floorDiv(to, 1000));
}
/// (to - from) YEAR TO MONTH: whole months between them.
LEVADA_FN("YEAR TO MONTH BETWEEN", pure)
levada_year_month levada_fn_months_between_ltz6(levada_timestamp_ltz_us from,
                                                levada_timestamp_ltz_us to) {
  return difference(Unit::Month, floorDiv(from, 1000), floorDiv(to, 1000));
}
/// (to - from) YEAR TO MONTH: whole months between them.
LEVADA_FN("YEAR TO MONTH BETWEEN", pure)
levada_year_month levada_fn_months_between_date(levada_date from, levada_date to) {
  return difference(Unit::Month, from * kMsPerDay, to * kMsPerDay);
}

} // extern "C"
