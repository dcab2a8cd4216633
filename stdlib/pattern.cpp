//===- pattern.cpp - date and time by a Java pattern -----------------------===//
//
// Patterns are read as they are used; the letters are those of DateTimeFormatter
// and SimpleDateFormat that say something about a local date and time. Text is
// English.
//
//===----------------------------------------------------------------------===//
#include "stdlib/pattern.h"
#include "stdlib/build.h"
#include "stdlib/calendar.h"

using namespace levada::cal;

namespace levada::pattern {
namespace {

constexpr const char *kMonths[] = {"January", "February", "March",     "April",
                                   "May",     "June",     "July",      "August",
                                   "September", "October", "November", "December"};
constexpr const char *kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                 "Friday", "Saturday", "Sunday"};

inline bool isDigit(char c) { return uint8_t(c - '0') < 10; }
inline bool isLetter(char c) { return uint8_t((c | 32) - 'a') < 26; }
inline char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }

/// A run of one letter, a literal, or a bracket.
struct Token {
  char letter;         ///< 0: literal text
  int32_t count;
  const char *text;    ///< literal
  uint32_t size;
};

struct PatternReader {
  const char *p, *end;
  bool quoted = false;

  /// False at the end; a quote that is never closed gives letter '?'.
  bool next(Token *token) {
    if (!quoted && p != end && *p == '\'' && end - p > 1 && p[1] != '\'') {
      ++p;
      quoted = true;
    }
    if (quoted) { // up to a quote; '' inside is one
      const char *begin = p;
      while (p != end && *p != '\'')
        ++p;
      quoted = end - p > 1 && p[1] == '\'';
      *token = {p == end ? '?' : char(0), 1, begin, uint32_t(p - begin) + quoted};
      p += p == end ? 0 : quoted ? 2 : 1;
      return true;
    }
    if (p == end)
      return false;
    if (*p == '\'') { // '' is a quote
      *token = {end - p > 1 ? char(0) : '?', 1, p, 1};
      p += end - p > 1 ? 2 : 1;
      return true;
    }
    if (isLetter(*p) || *p == '[' || *p == ']') {
      char c = *p;
      int32_t count = 0;
      bool bracket = !isLetter(c);
      while (p != end && *p == c && !(bracket && count == 1))
        ++p, ++count;
      *token = {c, count, nullptr, 0};
      return true;
    }
    *token = {0, 1, p, 1};
    ++p;
    return true;
  }
};

bool isNumeric(const Token &t) {
  switch (t.letter) {
  case 'y': case 'u': case 'd': case 'D': case 'H': case 'h': case 'K': case 'k': case 'm':
  case 's': case 'S': case 'n': case 'A': case 'F':
    return true;
  case 'M': case 'L':
    return t.count <= 2;
  }
  return false;
}

/// How many of a letter may stand together; 0: it is none of the style's.
int32_t mostOf(char letter, Style style) {
  bool simple = style == Style::Simple;
  switch (letter) {
  case 'y': case 'Y':
    return 19;
  case 'u':
    return simple ? 99 : 19;
  case 'M': case 'L':
    return simple ? 99 : 5;
  case 'd': case 'H': case 'h': case 'k': case 'K': case 'm': case 's': case 'w':
    return simple ? 99 : 2;
  case 'D':
    return simple ? 99 : 3;
  case 'S':
    return simple ? 99 : 9;
  case 'E': case 'G':
    return simple ? 99 : 5;
  case 'W': case 'F': case 'a':
    return simple ? 99 : 1;
  case 'X':
    return simple ? 3 : 5;
  case 'Z': case 'z':
    return simple ? 99 : letter == 'Z' ? 5 : 4;
  case 'Q': case 'q': case 'e': case 'x':
    return simple ? 0 : 5;
  case 'c':
    return simple ? 0 : 5;
  case 'n': case 'N': case 'A':
    return simple ? 0 : 19;
  case 'O':
    return simple ? 0 : 4;
  case 'V':
    return simple ? 0 : 2;
  case 'v': case 'B':
    return simple ? 0 : 5;
  case 'p':
    return simple ? 0 : 99;
  }
  return 0;
}

/// What has been read; -1 and INT64_MIN: nothing.
struct Fields {
  int64_t year = INT64_MIN;
  int64_t month = -1, day = -1, dayOfYear = -1, hour = -1, hour12 = -1, half = -1, minute = -1,
          second = -1, nanos = -1;
  bool hasOffset = false;
  int32_t offset = 0;

  static bool set(int64_t &field, int64_t value) {
    if (field != -1 && field != INT64_MIN && field != value)
      return false;
    field = value;
    return true;
  }
};

struct TextReader {
  const char *p, *end;
  Style style;
  Fields fields;

  bool digits(int32_t least, int32_t most, int64_t *out, int32_t *taken = nullptr) {
    int64_t value = 0;
    int32_t n = 0;
    while (p != end && isDigit(*p) && n < most) {
      if (n < 18)
        value = value * 10 + (*p - '0');
      ++p, ++n;
    }
    *out = value;
    if (taken)
      *taken = n;
    return n >= least && n <= 18;
  }

  int32_t digitRun() const {
    const char *q = p;
    while (q != end && isDigit(*q))
      ++q;
    return int32_t(q - p);
  }

  /// One of `names`, whole or its first `shortened` letters; its number, or -1.
  int32_t name(const char *const *names, int32_t count, bool whole, bool either) {
    for (int pass = 0; pass < 2; ++pass) {
      bool wholeNow = pass == 0 ? true : false;
      if (!either && wholeNow != whole)
        continue;
      for (int32_t i = 0; i < count; ++i) {
        uint64_t size = wholeNow ? __builtin_strlen(names[i]) : 3;
        if (uint64_t(end - p) < size)
          continue;
        bool same = true;
        for (uint64_t k = 0; k < size && same; ++k)
          same = style == Style::Simple ? lower(p[k]) == lower(names[i][k]) : p[k] == names[i][k];
        if (same) {
          p += size;
          return i;
        }
      }
    }
    return -1;
  }

  bool zone(const Token &t);
  bool field(const Token &t, int32_t reserved);
  bool run(PatternReader &pattern, bool optional);
};

bool TextReader::zone(const Token &t) {
  auto word = [&](const char *text, int64_t size) {
    if (end - p < size || __builtin_memcmp(p, text, uint64_t(size)) != 0)
      return false;
    p += size;
    return true;
  };
  fields.hasOffset = true;
  if ((t.letter == 'X' || t.letter == 'V' || t.letter == 'z') && word("Z", 1))
    return true;
  if (t.letter == 'V' || t.letter == 'z' || t.letter == 'O')
    if ((word("UTC", 3) || word("GMT", 3)) && (p == end || (*p != '+' && *p != '-')))
      return true;
  if (p == end || (*p != '+' && *p != '-'))
    return false;
  bool minus = *p++ == '-';
  int64_t hours, minutes = 0;
  if (!digits(2, 2, &hours))
    return false;
  if (p != end && *p == ':')
    ++p;
  if (digitRun() >= 2 && !digits(2, 2, &minutes))
    return false;
  fields.offset = int32_t(hours * 3600 + minutes * 60) * (minus ? -1 : 1);
  return hours <= 18 && minutes <= 59;
}

bool TextReader::field(const Token &t, int32_t reserved) {
  bool simple = style == Style::Simple;
  int64_t value;
  int32_t taken;
  if (isNumeric(t) && simple) {
    while (p != end && (*p == ' ' || *p == '\t'))
      ++p;
    bool minus = p != end && *p == '-';
    p += minus;
    if (!digits(1, reserved >= 0 ? t.count : 18, &value, &taken))
      return false;
    if (t.letter == 'y' && t.count <= 2 && taken == 2 && !minus)
      value += value < 50 ? 2000 : 1900;
    if (minus)
      value = -value;
  } else if (t.letter == 'y' || t.letter == 'u') {
    if (t.count == 2) {
      if (!digits(2, 2, &value))
        return false;
      value += 2000;
    } else {
      bool minus = p != end && *p == '-', plus = p != end && *p == '+';
      p += minus || plus;
      int32_t width = digitRun();
      if (reserved > 0)
        width = width - reserved > t.count ? width - reserved : t.count;
      if (!digits(t.count, width, &value, &taken))
        return false;
      if (t.count >= 4 && (taken > t.count ? !plus && !minus : plus))
        return false;
      if (minus)
        value = -value;
      if (t.letter == 'y' && value <= 0)
        return false;
    }
  } else if (t.letter == 'S') {
    if (!digits(t.count, t.count, &value) || t.count > 9)
      return false;
    for (int32_t i = t.count; i < 9; ++i)
      value *= 10;
  } else if (isNumeric(t)) {
    bool fixed = t.count == 2 || (t.letter == 'D' && t.count == 3);
    if (!digits(fixed ? t.count : t.count > 1 ? t.count : 1, fixed ? t.count : 18, &value))
      return false;
  }
  auto within = [&](int64_t low, int64_t high) { return simple || (value >= low && value <= high); };
  switch (t.letter) {
  case 'y': case 'u':
    return Fields::set(fields.year, value);
  case 'M': case 'L':
    if (t.count > 2)
      value = 1 + name(kMonths, 12, t.count >= 4, simple);
    return within(1, 12) && (t.count <= 2 || value > 0) && Fields::set(fields.month, value);
  case 'd':
    return within(1, 31) && Fields::set(fields.day, value);
  case 'D':
    return within(1, 366) && Fields::set(fields.dayOfYear, value);
  case 'H':
    return within(0, 24) && Fields::set(fields.hour, value);
  case 'k':
    return within(1, 24) && Fields::set(fields.hour, value == 24 ? 0 : value);
  case 'h':
    return within(1, 12) && Fields::set(fields.hour12, value == 12 ? 0 : value);
  case 'K':
    return within(0, 11) && Fields::set(fields.hour12, value);
  case 'm':
    return within(0, 59) && Fields::set(fields.minute, value);
  case 's':
    return within(0, 59) && Fields::set(fields.second, value);
  case 'S':
    return Fields::set(fields.nanos, simple ? value * 1000000 : value);
  case 'n':
    return within(0, 999999999) && Fields::set(fields.nanos, value);
  case 'a':
    if (end - p < 2 || lower(p[1]) != 'm')
      return false;
    value = lower(*p) == 'p';
    if (!value && lower(*p) != 'a')
      return false;
    if (!simple && (p[0] >= 'a' || p[1] >= 'a'))
      return false;
    p += 2;
    return Fields::set(fields.half, value);
  case 'E':
    return name(kDays, 7, t.count >= 4, simple) >= 0;
  case 'X': case 'x': case 'Z': case 'z': case 'V': case 'O':
    return zone(t);
  }
  return false;
}

/// Runs the pattern to its end or, inside brackets, to the closing one.
bool TextReader::run(PatternReader &pattern, bool optional) {
  Token t;
  while (pattern.next(&t)) {
    if (t.letter == ']')
      return optional;
    if (t.letter == '[') {
      TextReader inner = *this;
      PatternReader rest = pattern;
      if (inner.run(rest, true)) {
        *this = inner;
        pattern = rest;
        continue;
      }
      for (int32_t depth = 1; depth != 0;) { // skip the bracket
        if (!pattern.next(&t))
          return false;
        depth += t.letter == '[' ? 1 : t.letter == ']' ? -1 : 0;
      }
      continue;
    }
    if (t.letter == 0) {
      if (uint64_t(end - p) < t.size || __builtin_memcmp(p, t.text, t.size) != 0)
        return false;
      p += t.size;
      continue;
    }
    // Digits that neighbouring fields of fixed width need; -1: none follow.
    int32_t reserved = -1;
    if (isNumeric(t)) {
      PatternReader ahead = pattern;
      Token next;
      while (ahead.next(&next) && isNumeric(next) &&
             (style == Style::Simple || next.count == 2 || next.letter == 'S'))
        reserved = (reserved < 0 ? 0 : reserved) + next.count;
    }
    if (!field(t, reserved))
      return false;
  }
  return !optional;
}

char *put(char *at, int64_t value, int32_t width) {
  char text[20];
  int32_t n = 0;
  bool minus = value < 0;
  uint64_t rest = minus ? -uint64_t(value) : uint64_t(value);
  do
    text[n++] = char('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (minus)
    *at++ = '-';
  for (int32_t i = n; i < width; ++i)
    *at++ = '0';
  while (n)
    *at++ = text[--n];
  return at;
}

} // namespace

bool parse(const levada_str &text, const levada_str &patternText, Style style, Result *out) {
  const char *p = levada_data(text), *q = levada_data(patternText);
  TextReader reader{p, p + text.len, style, {}};
  PatternReader pattern{q, q + patternText.len};
  if (!reader.run(pattern, false))
    return false;
  if (style == Style::Formatter && reader.p != reader.end)
    return false;
  Fields &f = reader.fields;
  auto orElse = [](int64_t value, int64_t other) {
    return value == -1 || value == INT64_MIN ? other : value;
  };
  int64_t year = orElse(f.year, 1970), month = orElse(f.month, 1), day = orElse(f.day, 1);
  int64_t hour = f.hour != -1 ? f.hour : orElse(f.hour12, 0) + 12 * orElse(f.half, 0);
  int64_t minute = orElse(f.minute, 0), second = orElse(f.second, 0);
  int64_t nanos = orElse(f.nanos, 0), days;
  if (f.dayOfYear != -1 && f.month == -1) {
    if (style == Style::Formatter && f.dayOfYear > 365 + isLeap(year))
      return false;
    days = toDays(year, 1, 1) + f.dayOfYear - 1;
  } else if (style == Style::Simple) {
    year += floorDiv(month - 1, 12);
    days = toDays(year, int32_t(floorMod(month - 1, 12)) + 1, 1) + day - 1;
  } else {
    int32_t last = monthLength(year, int32_t(month));
    days = toDays(year, int32_t(month), int32_t(day < last ? day : last));
    if (hour == 24 && (minute | second | nanos) != 0)
      return false;
    // Half days without an hour say nothing; an hour of twelve needs one.
    if (f.hour == -1 && f.hour12 != -1 && f.half == -1)
      hour = 0;
  }
  int64_t extra = floorDiv(nanos, 1000000000);
  out->seconds = days * 86400 + hour * 3600 + minute * 60 + second + extra;
  out->nanos = int32_t(nanos - extra * 1000000000);
  out->hasOffset = f.hasOffset;
  out->offset = f.offset;
  return true;
}

bool valid(const levada_str &patternText, Style style) {
  const char *q = levada_data(patternText);
  PatternReader pattern{q, q + patternText.len};
  Token t;
  int32_t depth = 0;
  while (pattern.next(&t)) {
    bool bracket = t.letter == '[' || t.letter == ']';
    if (bracket) {
      depth += t.letter == '[' ? 1 : -1;
      if (depth < 0 && style == Style::Formatter)
        return false;
    } else if (t.letter) {
      if (t.count > mostOf(t.letter, style))
        return false;
    } else if (style == Style::Formatter && t.size == 1 && t.text != q &&
               (*t.text == '{' || *t.text == '}' || *t.text == '#') && t.text[-1] != '\'') {
      return false;
    }
  }
  return true;
}

namespace {

/// What the letters say of one moment.
struct Writer {
  int64_t seconds, days;
  int32_t nanos, rest, offset;
  Date date;
  bool simple;
  char *at;

  void word(const char *text, uint64_t size) {
    __builtin_memcpy(at, text, size);
    at += size;
  }
  void word(const char *text) { word(text, __builtin_strlen(text)); }
  void name(const char *text, int32_t count) {
    word(text, !simple && count == 5 ? 1 : count < 4 ? 3 : __builtin_strlen(text));
  }

  /// Weeks of the United States: from Sunday, the first holds the first day.
  int32_t sundays() const { return weekday(days) % 7; }
  int32_t weekIn(int64_t first, int64_t index) const {
    return int32_t((index + weekday(first) % 7) / 7) + 1;
  }
  bool nextYearsWeek() const { return days - sundays() + 6 >= toDays(date.year + 1, 1, 1); }

  void offsetText(const Token &t) {
    if (t.letter == 'X' && offset == 0)
      return word("Z", 1);
    int32_t value = offset < 0 ? -offset : offset;
    *at++ = offset < 0 ? '-' : '+';
    at = put(at, value / 3600, 2);
    if (t.count == 1 && t.letter != 'Z')
      return;
    if (t.letter == 'X' && t.count == 3)
      *at++ = ':';
    at = put(at, value / 60 % 60, 2);
  }
  void zoneText() {
    if (offset == 0)
      return word("UTC", 3);
    int32_t value = offset < 0 ? -offset : offset;
    word("GMT", 3);
    *at++ = offset < 0 ? '-' : '+';
    at = put(at, value / 3600, 2);
    *at++ = ':';
    at = put(at, value / 60 % 60, 2);
  }
  void year(const Token &t, int64_t value) {
    if (t.count == 2) {
      at = put(at, floorMod(value, 100), 2);
      return;
    }
    if (!simple && t.count >= 4 && value >= int64_t(t.count == 4 ? 10000 : 1000000000))
      *at++ = '+';
    at = put(at, value, t.count);
  }
  const char *dayPeriod() const {
    int32_t hour = rest / 3600, minute = rest / 60 % 60;
    if (minute == 0 && (hour == 0 || hour == 12))
      return hour == 0 ? "midnight" : "noon";
    return hour < 6    ? "at night"
           : hour < 12 ? "in the morning"
           : hour < 18 ? "in the afternoon"
           : hour < 21 ? "in the evening"
                       : "at night";
  }

  bool letter(const Token &t) {
    switch (t.letter) {
    case 'y':
      year(t, date.year > 0 ? date.year : 1 - date.year);
      break;
    case 'u':
      if (simple)
        at = put(at, weekday(days), t.count);
      else
        year(t, date.year);
      break;
    case 'Y':
      year(t, date.year + nextYearsWeek());
      break;
    case 'G':
      if (simple || t.count < 4)
        word(date.year > 0 ? "AD" : "BC", 2);
      else if (t.count == 4)
        word(date.year > 0 ? "Anno Domini" : "Before Christ");
      else
        word(date.year > 0 ? "A" : "B", 1);
      break;
    case 'M': case 'L':
      if (t.count > 2)
        name(kMonths[date.month - 1], t.count);
      else
        at = put(at, date.month, t.count);
      break;
    case 'Q': case 'q': {
      int32_t quarter = (date.month + 2) / 3;
      if (t.count == 3)
        *at++ = 'Q';
      if (t.count < 4 || t.count == 5)
        at = put(at, quarter, t.count == 2 ? 2 : 1);
      else
        word(quarter == 1 ? "1st quarter" : quarter == 2 ? "2nd quarter" : quarter == 3 ? "3rd quarter" : "4th quarter");
      break;
    }
    case 'd':
      at = put(at, date.day, t.count);
      break;
    case 'D':
      at = put(at, dayOfYear(days), t.count);
      break;
    case 'E':
      name(kDays[weekday(days) - 1], t.count);
      break;
    case 'e': case 'c':
      if (t.count > 2)
        name(kDays[weekday(days) - 1], t.count);
      else
        at = put(at, sundays() + 1, t.count);
      break;
    case 'F':
      at = put(at, simple ? (date.day + 6) / 7 : (date.day - 1) % 7 + 1, t.count);
      break;
    case 'w':
      at = put(at, nextYearsWeek() ? 1 : weekIn(toDays(date.year, 1, 1), dayOfYear(days) - 1), t.count);
      break;
    case 'W':
      at = put(at, weekIn(days - date.day + 1, date.day - 1), t.count);
      break;
    case 'a':
      word(rest >= 43200 ? "PM" : "AM", 2);
      break;
    case 'B':
      word(dayPeriod());
      break;
    case 'H':
      at = put(at, rest / 3600, t.count);
      break;
    case 'k':
      at = put(at, rest / 3600 ? rest / 3600 : 24, t.count);
      break;
    case 'K':
      at = put(at, rest / 3600 % 12, t.count);
      break;
    case 'h':
      at = put(at, rest / 3600 % 12 ? rest / 3600 % 12 : 12, t.count);
      break;
    case 'm':
      at = put(at, rest / 60 % 60, t.count);
      break;
    case 's':
      at = put(at, rest % 60, t.count);
      break;
    case 'S': {
      int32_t value = simple ? nanos / 1000000 : nanos;
      for (int32_t i = t.count; !simple && i < 9; ++i)
        value /= 10;
      at = put(at, value, t.count);
      break;
    }
    case 'n':
      at = put(at, nanos, t.count);
      break;
    case 'N':
      at = put(at, int64_t(rest) * 1000000000 + nanos, t.count);
      break;
    case 'A':
      at = put(at, int64_t(rest) * 1000 + nanos / 1000000, t.count);
      break;
    case 'X': case 'Z':
      if (!simple)
        return false;
      offsetText(t);
      break;
    case 'z':
      if (!simple)
        return false;
      zoneText();
      break;
    default: // a local time has no zone
      return false;
    }
    return true;
  }
};

} // namespace

bool format(levada_ctx *ctx, int64_t seconds, int32_t nanos, int32_t offset,
            const levada_str &patternText, Style style, levada_str *out) {
  if (!valid(patternText, style))
    return false;
  const char *q = levada_data(patternText);
  PatternReader pattern{q, q + patternText.len};
  // No run of letters prints more than max(count, 20) characters, twice that padded.
  uint64_t room = 32;
  Token t;
  while (pattern.next(&t))
    room += t.letter ? uint64_t(t.count > 20 ? t.count : 20) * 2 : t.size;
  pattern = {q, q + patternText.len};
  levada::text::Buffer buffer(ctx, room < 16 ? 16 : room);
  int64_t days = floorDiv(seconds, 86400);
  Writer w{seconds, days, nanos, int32_t(seconds - days * 86400), offset,
           fromDays(days), style == Style::Simple, buffer.data};
  int32_t pad = 0;
  while (pattern.next(&t)) {
    char *begin = w.at;
    if (t.letter == 0) {
      w.word(t.text, t.size);
    } else if (t.letter == '[' || t.letter == ']') {
      if (w.simple)
        return false;
      continue;
    } else if (t.letter == 'p') {
      pad = t.count;
      continue;
    } else if (!w.letter(t)) {
      return false;
    }
    int32_t missing = pad - int32_t(w.at - begin);
    if (missing > 0) {
      __builtin_memmove(begin + missing, begin, uint64_t(w.at - begin));
      __builtin_memset(begin, ' ', uint64_t(missing));
      w.at += missing;
    }
    pad = 0;
  }
  *out = buffer.finish(w.at);
  return true;
}

} // namespace levada::pattern
