//===- calendar.h - days and dates, proleptic Gregorian --------------------===//
#ifndef LEVADA_STDLIB_CALENDAR_H
#define LEVADA_STDLIB_CALENDAR_H

#include <stdint.h>

namespace levada::cal {

inline constexpr int64_t kMsPerDay = 86400000;

struct Date {
  int32_t year, month, day;
};

/// Division rounding down; y > 0.
static inline int64_t floorDiv(int64_t x, int64_t y) { return x / y - (x % y < 0); }
static inline int64_t floorMod(int64_t x, int64_t y) {
  int64_t r = x % y;
  return r < 0 ? r + y : r;
}

static inline bool isLeap(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
static inline int32_t monthLength(int64_t year, int32_t month) {
  if (month == 2)
    return isLeap(year) ? 29 : 28;
  return 30 + ((month ^ (month >> 3)) & 1);
}

/// Days since 1970-01-01 of a date whose month is in 1 … 12.
static inline int64_t toDays(int64_t year, int32_t month, int32_t day) {
  int64_t y = year - (month <= 2);
  int64_t era = floorDiv(y, 400);
  int64_t yoe = y - era * 400;
  int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static inline Date fromDays(int64_t days) {
  int64_t z = days + 719468;
  int64_t era = floorDiv(z, 146097);
  uint32_t doe = uint32_t(z - era * 146097);
  uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  uint32_t mp = (5 * doy + 2) / 153;
  Date date;
  date.day = int32_t(doy - (153 * mp + 2) / 5 + 1);
  date.month = int32_t(mp < 10 ? mp + 3 : mp - 9);
  date.year = int32_t(era * 400 + yoe + (date.month <= 2));
  return date;
}

/// 1 Monday … 7 Sunday.
static inline int32_t weekday(int64_t days) { return int32_t(floorMod(days + 3, 7)) + 1; }
static inline int32_t dayOfYear(int64_t days) {
  return int32_t(days - toDays(fromDays(days).year, 1, 1)) + 1;
}
/// The year whose ISO week holds the day.
static inline int32_t isoYear(int64_t days) {
  return fromDays(days - weekday(days) + 4).year; // its Thursday
}
static inline int32_t isoWeek(int64_t days) {
  return int32_t((days - weekday(days) + 4 - toDays(isoYear(days), 1, 1)) / 7) + 1;
}

/// The same day `months` later, or that month's last.
static inline int64_t addMonths(int64_t days, int64_t months) {
  Date date = fromDays(days);
  int64_t index = int64_t(date.year) * 12 + date.month - 1 + months;
  int64_t year = floorDiv(index, 12);
  int32_t month = int32_t(floorMod(index, 12)) + 1, last = monthLength(year, month);
  return toDays(year, month, date.day < last ? date.day : last);
}

} // namespace levada::cal

#endif
