//===- text.cpp - formatting of messages ----------------------------------===//
//
// printf into Text, numbers with separators, nearest spellings, and data made
// fit to be shown: what a record holds never reaches a terminal raw.
//
//===----------------------------------------------------------------------===//
#include "runtime/core/text.h"

#include <stdio.h>

namespace levada::rt {

Text &Text::vformat(const char *fmt, va_list args) {
  va_list copy;
  va_copy(copy, args);
  int need = vsnprintf(nullptr, 0, fmt, copy);
  va_end(copy);
  if (need > 0) {
    reserve(size_ + need);
    vsnprintf(data_ + size_, need + 1, fmt, args);
    size_ += need;
  }
  return *this;
}

Text &Text::format(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  vformat(fmt, args);
  va_end(args);
  return *this;
}

Text textf(const char *fmt, ...) {
  Text text;
  va_list args;
  va_start(args, fmt);
  text.vformat(fmt, args);
  va_end(args);
  return text;
}

Text grouped(uint64_t number) {
  char digits[32];
  int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
  Text text;
  for (int i = 0; i < size; ++i) {
    if (i && (size - i) % 3 == 0)
      text.append(',');
    text.append(digits[i]);
  }
  return text;
}

unsigned spelling_distance(std::string_view a, std::string_view b, unsigned limit) {
  constexpr size_t max = 63;
  if (a.size() > max || b.size() > max)
    return limit;
  unsigned char row[max + 1];
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    unsigned char diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      unsigned char above = row[j];
      unsigned best = diagonal + (a[i - 1] != b[j - 1]);
      best = best < above + 1u ? best : above + 1u;
      best = best < row[j - 1] + 1u ? best : row[j - 1] + 1u;
      row[j] = best;
      diagonal = above;
    }
  }
  return row[b.size()] < limit ? row[b.size()] : limit;
}

/// Length of the well-formed UTF-8 character at the start of `s`, or 0.
static size_t character(std::string_view s) {
  auto byte = [&](size_t i) { return i < s.size() ? (unsigned char)s[i] : 0u; };
  auto tail = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  unsigned c = byte(0);
  if (c < 0x80)
    return 1;
  if (c >= 0xC2 && c < 0xE0)
    return tail(1) ? 2 : 0;
  if (c >= 0xE0 && c < 0xF0) {
    bool ok =
        tail(1) && tail(2) && !(c == 0xE0 && byte(1) < 0xA0) && !(c == 0xED && byte(1) >= 0xA0);
    return ok ? 3 : 0;
  }
  if (c >= 0xF0 && c < 0xF5) {
    bool ok = tail(1) && tail(2) && tail(3) && !(c == 0xF0 && byte(1) < 0x90) &&
              !(c == 0xF4 && byte(1) >= 0x90);
    return ok ? 4 : 0;
  }
  return 0;
}

Text printable(std::string_view bytes, size_t limit) {
  Text text;
  size_t shown = 0;
  while (!bytes.empty()) {
    if (shown++ == limit) {
      text.append("…");
      break;
    }
    unsigned char c = bytes[0];
    size_t size = character(bytes);
    if (c == '\t')
      text.append("\\t");
    else if (c == '\n')
      text.append("\\n");
    else if (c == '\r')
      text.append("\\r");
    else if (size == 0 || c < 0x20 || c == 0x7F ||
             (size == 2 && c == 0xC2 && (unsigned char)bytes[1] < 0xA0)) {
      for (size_t i = 0; i < (size ? size : 1); ++i)
        text.format("\\x%02X", (unsigned char)bytes[i]);
    } else
      text.append(bytes.substr(0, size));
    bytes.remove_prefix(size ? size : 1);
  }
  return text;
}

Text moment(int64_t ms) {
  int64_t seconds = ms / 1000 - (ms % 1000 < 0), days = seconds / 86400 - (seconds % 86400 < 0);
  int rest = int(seconds - days * 86400);
  // Days since 0000-03-01, in eras of 400 years (Hinnant, days_from_civil).
  int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
  int day = int(z - era * 146097), year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  day -= 365 * year + year / 4 - year / 100;
  int month = (5 * day + 2) / 153;
  day -= (153 * month + 2) / 5 - 1;
  month += month < 10 ? 3 : -9;
  return textf("%04lld-%02d-%02d %02d:%02d:%02d", (long long)(year + era * 400 + (month <= 2)),
               month, day, rest / 3600, rest / 60 % 60, rest % 60);
}

} // namespace levada::rt
