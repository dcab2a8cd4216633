//===- clock.cpp - dates and times out of text and into it -----------------===//
//
// What is accepted follows Flink: its JSON and CSV formats (java.time's ISO
// formatters, which cut a 30 February to the month's end) and CAST, which takes
// one-digit fields and dates alone.
//
//===----------------------------------------------------------------------===//
#include "stdlib/calendar.h"
#include "stdlib/cast.h"

using namespace levada::cal;

namespace {

inline bool isDigit(char c) { return uint8_t(c - '0') < 10; }

struct Reader {
  const char *p, *end;

  bool at(char c) const { return p != end && *p == c; }
  bool skip(char c) {
    if (!at(c))
      return false;
    ++p;
    return true;
  }
  /// Between `min` and `max` digits.
  bool number(int32_t min, int32_t max, int32_t *out) {
    int32_t value = 0, count = 0;
    while (count < max && p != end && isDigit(*p)) {
      value = value * 10 + (*p++ - '0');
      ++count;
    }
    *out = value;
    return count >= min;
  }
  /// Four digits, or more after a sign; -year too.
  bool year(int32_t *out) {
    bool minus = skip('-'), plus = !minus && skip('+');
    const char *begin = p;
    if (!number(4, 9, out))
      return false;
    if (p - begin > 4 && !minus && !plus)
      return false;
    if (plus && p - begin == 4)
      return false;
    if (minus)
      *out = -*out;
    return true;
  }
};

struct Moment {
  int64_t seconds;
  int32_t nanos;
};

/// The common layout, yyyy-MM-dd HH:mm:ss[.f…] with two-digit fields, at once.
bool parseMoment(const char *p, uint64_t n, int32_t flags, Moment *out) {
  Reader in{p, p + n};
  bool lenient = flags & LEVADA_TIME_LENIENT;
  int32_t least = lenient ? 1 : 2;
  int32_t year, month, day, hour = 0, minute = 0, second = 0, nanos = 0;
  if (lenient && in.at('-'))
    return false;
  if (!in.year(&year) || !in.skip('-') || !in.number(least, 2, &month) || !in.skip('-') ||
      !in.number(least, 2, &day))
    return false;
  if (lenient && year == 0)
    return false;
  if (month < 1 || month > 12 || day < 1 || day > 31)
    return false;
  int64_t offset = 0;
  if (in.p != in.end || !lenient) {
    bool space = (flags & LEVADA_TIME_SPACE) && in.at(' ');
    bool iso = !space && (flags & LEVADA_TIME_T) && in.at('T');
    if (!space && !iso)
      return false;
    ++in.p;
    if (!in.number(least, 2, &hour) || !in.skip(':') || !in.number(least, 2, &minute))
      return false;
    if (in.skip(':')) {
      if (!in.number(least, 2, &second))
        return false;
      if (in.skip('.')) {
        int32_t unit = 100000000;
        int32_t count = 0;
        for (; count < 9 && in.p != in.end && isDigit(*in.p); ++count, unit /= 10)
          nanos += (*in.p++ - '0') * unit;
        if (count == 0 && iso)
          return false;
      }
    } else if (space) {
      return false;
    }
    if (flags & LEVADA_TIME_Z) {
      if (!in.skip('Z')) {
        if (!iso)
          return false;
        if (in.at('+') || in.at('-')) {
          bool minus = *in.p++ == '-';
          int32_t hours, minutes = 0;
          if (!in.number(2, 2, &hours))
            return false;
          if (in.p != in.end && (!in.skip(':') || !in.number(2, 2, &minutes)))
            return false;
          offset = (hours * 60 + minutes) * (minus ? -60 : 60);
        }
      }
    }
  }
  if (in.p != in.end || hour > 24 || minute > 59 || second > 59)
    return false;
  if (hour == 24 && (minute | second | nanos) != 0)
    return false;
  int32_t last = monthLength(year, month);
  int64_t days = toDays(year, month, day < last ? day : last);
  out->seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset;
  out->nanos = nanos;
  return true;
}

char *put2(char *at, int32_t value) {
  at[0] = char('0' + value / 10);
  at[1] = char('0' + value % 10);
  return at + 2;
}

/// `digits` of nanoseconds after a point; -1: as few as say it exactly.
char *putFraction(char *at, int32_t nanos, int32_t digits) {
  char text[9];
  for (int i = 8; i >= 0; --i, nanos /= 10)
    text[i] = char('0' + nanos % 10);
  if (digits < 0)
    for (digits = 9; digits > 0 && text[digits - 1] == '0';)
      --digits;
  if (digits == 0)
    return at;
  *at++ = '.';
  for (int i = 0; i < digits; ++i)
    *at++ = text[i];
  return at;
}

char *putMoment(char *at, int64_t seconds, int32_t nanos, int32_t digits, char separator) {
  int64_t days = floorDiv(seconds, 86400);
  int32_t rest = int32_t(seconds - days * 86400);
  at = levada_put_date(at, int32_t(days));
  *at++ = separator;
  at = put2(at, rest / 3600);
  *at++ = ':';
  at = put2(at, rest / 60 % 60);
  *at++ = ':';
  at = put2(at, rest % 60);
  return putFraction(at, nanos, digits);
}

/// The digits of a CAST's date part, blanks around them ignored.
bool looseNumber(const char *p, const char *end, int64_t *out) {
  while (p != end && uint8_t(*p) <= ' ')
    ++p;
  while (p != end && uint8_t(end[-1]) <= ' ')
    --end;
  if (p == end || end - p > 9)
    return false;
  int64_t value = 0;
  for (; p != end; ++p) {
    if (!isDigit(*p))
      return false;
    value = value * 10 + (*p - '0');
  }
  *out = value;
  return true;
}

const char *findChar(const char *p, const char *end, char c) {
  while (p != end && *p != c)
    ++p;
  return p;
}

} // namespace

extern "C" {

bool levada_parse_date_iso(const char *p, uint64_t n, int32_t *out) {
  Reader in{p, p + n};
  int32_t year, month, day;
  if (!in.year(&year) || !in.skip('-') || !in.number(2, 2, &month) || !in.skip('-') ||
      !in.number(2, 2, &day) || in.p != in.end || month < 1 || month > 12 || day < 1 ||
      day > monthLength(year, month))
    return false;
  *out = int32_t(toDays(year, month, day));
  return true;
}

bool levada_parse_date(const char *p, uint64_t n, int32_t *out) {
  const char *end = p + n, *space = findChar(p, end, ' ');
  if (space > p)
    end = space;
  int64_t year, month = 1, day = 1;
  const char *first = findChar(p, end, '-');
  if (!looseNumber(p, first, &year))
    return false;
  if (first != end) {
    const char *second = findChar(first + 1, end, '-');
    if (!looseNumber(first + 1, second, &month))
      return false;
    if (second != end && !looseNumber(second + 1, end, &day))
      return false;
  }
  if (year > 9999 || month < 1 || month > 12 || day < 1 ||
      day > monthLength(year, int32_t(month)))
    return false;
  *out = int32_t(toDays(year, int32_t(month), int32_t(day)));
  return true;
}

bool levada_parse_time(const char *p, uint64_t n, int32_t *out) {
  Reader in{p, p + n};
  int32_t hour, minute, second = 0, ms = 0;
  if (!in.number(2, 2, &hour) || !in.skip(':') || !in.number(2, 2, &minute))
    return false;
  if (in.skip(':')) {
    if (!in.number(2, 2, &second))
      return false;
    if (in.skip('.')) {
      int32_t unit = 100, count = 0;
      for (; count < 9 && in.p != in.end && isDigit(*in.p); ++count, unit /= 10)
        ms += (*in.p++ - '0') * unit;
      if (count == 0)
        return false;
    }
  }
  if (in.p != in.end || hour > 23 || minute > 59 || second > 59)
    return false;
  *out = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
  return true;
}

bool levada_parse_ts3(const char *p, uint64_t n, int32_t flags, int64_t *out) {
  Moment m;
  if (!parseMoment(p, n, flags, &m))
    return false;
  *out = m.seconds * 1000 + m.nanos / 1000000;
  return true;
}

bool levada_parse_ts6(const char *p, uint64_t n, int32_t flags, int64_t *out) {
  Moment m;
  if (!parseMoment(p, n, flags, &m))
    return false;
  *out = m.seconds * 1000000 + m.nanos / 1000;
  return true;
}

bool levada_parse_ts9(const char *p, uint64_t n, int32_t flags, levada_i128 *out) {
  Moment m;
  if (!parseMoment(p, n, flags, &m))
    return false;
  *out = levada_i128(m.seconds) * 1000000000 + m.nanos;
  return true;
}

char *levada_put_date(char *at, int32_t days) {
  Date date = fromDays(days);
  int32_t year = date.year;
  if (year < 0) {
    *at++ = '-';
    year = -year;
  }
  if (year > 9999) {
    if (date.year > 0)
      *at++ = '+';
    at = levada_put_u64(at, uint64_t(year));
  } else {
    at = put2(at, year / 100);
    at = put2(at, year % 100);
  }
  *at++ = '-';
  at = put2(at, date.month);
  *at++ = '-';
  return put2(at, date.day);
}

char *levada_put_time(char *at, int32_t ms, int32_t digits) {
  ms = int32_t(floorMod(ms, kMsPerDay));
  at = put2(at, ms / 3600000);
  *at++ = ':';
  at = put2(at, ms / 60000 % 60);
  *at++ = ':';
  at = put2(at, ms / 1000 % 60);
  return putFraction(at, ms % 1000 * 1000000, digits);
}

char *levada_put_ts3(char *at, int64_t ms, int32_t digits, char separator) {
  int64_t seconds = floorDiv(ms, 1000);
  return putMoment(at, seconds, int32_t(ms - seconds * 1000) * 1000000, digits, separator);
}

char *levada_put_ts6(char *at, int64_t us, int32_t digits, char separator) {
  int64_t seconds = floorDiv(us, 1000000);
  return putMoment(at, seconds, int32_t(us - seconds * 1000000) * 1000, digits, separator);
}

char *levada_put_ts9(char *at, const levada_i128 *ns, int32_t digits, char separator) {
  levada_i128 seconds = *ns / 1000000000;
  int32_t nanos = int32_t(*ns % 1000000000);
  if (nanos < 0) {
    nanos += 1000000000;
    --seconds;
  }
  return putMoment(at, int64_t(seconds), nanos, digits, separator);
}

int32_t levada_date_add_months(int32_t days, int32_t months) {
  return int32_t(addMonths(days, months));
}

int64_t levada_ts3_add_months(int64_t ms, int32_t months) {
  int64_t days = floorDiv(ms, kMsPerDay);
  return addMonths(days, months) * kMsPerDay + (ms - days * kMsPerDay);
}

int64_t levada_ts6_add_months(int64_t us, int32_t months) {
  int64_t day = kMsPerDay * 1000, days = floorDiv(us, day);
  return addMonths(days, months) * day + (us - days * day);
}

} // extern "C"
