//===- ext_printf.cpp - PRINTF ----------------------------------------------===//
//
// As java.util.Formatter with Locale.US: %[argument$][flags][width][.precision]
// conversion. Whatever it would throw at is NULL. Arguments come as text, each
// after a tag that says what it was: i1 … i8 integers of that many bytes, f4 f8
// floats, d decimals, b booleans, D dates, t times, T and Z timestamps, s text.
//
//===----------------------------------------------------------------------===//
#include "stdlib/build.h"
#include "stdlib/cast.h"
#include "stdlib/java_float.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <string>

namespace {

struct Spec {
  int32_t index = 0; ///< 1…; 0: the next; -1: the last again
  bool left = false, alternate = false, plus = false, space = false, zero = false, group = false,
       parentheses = false;
  int32_t width = -1, precision = -1;
  char conversion = 0;
};

struct Argument {
  char kind;       ///< i f d b D t T Z s
  int32_t size;    ///< of i and f
  bool null;
  std::string text;
};

bool isDigit(char c) { return uint8_t(c - '0') < 10; }

std::string padded(const Spec &spec, std::string text) {
  int32_t count = levada::text::countChars(text.data(), text.size());
  if (count < spec.width)
    text.insert(spec.left ? text.size() : 0, size_t(spec.width - count), ' ');
  return text;
}

/// LocalDateTime.toString: no seconds where they are 0, fractions of 3, 6 or 9 digits.
std::string isoTime(std::string text, bool utc) {
  size_t space = text.find(' ');
  if (space != std::string::npos)
    text[space] = 'T';
  size_t point = text.find('.');
  if (point != std::string::npos) {
    size_t last = text.find_last_not_of('0');
    text.erase(last + 1);
    size_t digits = text.size() - point - 1;
    if (digits == 0)
      text.erase(point);
    else
      text.append((3 - digits % 3) % 3, '0');
  }
  if (!utc && text.find('.') == std::string::npos && text.size() > 3 &&
      text.compare(text.size() - 3, 3, ":00") == 0)
    text.erase(text.size() - 3);
  return utc ? text + "Z" : text;
}

/// What %s shows.
std::string shown(const Argument &a) {
  if (a.null)
    return "null";
  switch (a.kind) {
  case 'b': {
    std::string text = a.text;
    for (char &c : text)
      c = char(tolower(c));
    return text;
  }
  case 'D': {
    int32_t days = 0;
    levada_parse_date(a.text.data(), a.text.size(), &days);
    return std::to_string(days);
  }
  case 't': {
    int32_t ms = 0;
    levada_parse_time(a.text.data(), a.text.size(), &ms);
    return std::to_string(ms);
  }
  case 'T': case 'Z':
    return isoTime(a.text, a.kind == 'Z');
  default:
    return a.text;
  }
}

/// Sign, zeros and groups around the digits of a number.
std::string number(const Spec &spec, bool negative, std::string digits) {
  if (spec.group) {
    size_t end = digits.find_first_not_of("0123456789");
    if (end == std::string::npos)
      end = digits.size();
    for (size_t at = end; at > 3; at -= 3)
      digits.insert(at - 3, 1, ',');
  }
  std::string before = negative ? (spec.parentheses ? "(" : "-") : spec.plus ? "+" : spec.space ? " " : "";
  std::string after = negative && spec.parentheses ? ")" : "";
  int32_t missing = spec.width - int32_t(before.size() + digits.size() + after.size());
  if (spec.zero && missing > 0)
    digits.insert(0, size_t(missing), '0');
  return padded(spec, before + digits + after);
}

/// Digits of a positive value with `places` after the point, HALF_UP by its shortest digits.
std::string fixedPoint(double value, int32_t places) {
  if (value == 0)
    return places ? "0." + std::string(size_t(places), '0') : "0";
  auto d = levada::javafloat::digitsOf(value);
  std::string digits(d.text, size_t(d.count));
  int32_t point = d.point;
  if (point < 0) {
    digits.insert(0, size_t(-point), '0');
    point = 0;
  }
  if (int32_t(digits.size()) < point + places)
    digits.append(size_t(point + places) - digits.size(), '0');
  bool up = int32_t(digits.size()) > point + places && digits[size_t(point + places)] >= '5';
  digits.resize(size_t(point + places));
  if (up) {
    size_t i = digits.size();
    while (i > 0 && digits[i - 1] == '9')
      digits[--i] = '0';
    if (i == 0) {
      digits.insert(0, 1, '1');
      ++point;
    } else {
      ++digits[i - 1];
    }
  }
  std::string whole = digits.substr(0, size_t(point)), rest = digits.substr(size_t(point));
  return (whole.empty() ? "0" : whole) + (places ? "." + rest : "");
}

std::string scientific(double value, int32_t places) {
  std::string digits = "0";
  int32_t exponent = 0;
  if (value != 0) {
    auto d = levada::javafloat::digitsOf(value);
    digits.assign(d.text, size_t(d.count));
    exponent = d.point - 1;
    if (int32_t(digits.size()) > places + 1) {
      bool up = digits[size_t(places) + 1] >= '5';
      digits.resize(size_t(places) + 1);
      size_t i = digits.size();
      while (up && i > 0 && digits[i - 1] == '9')
        digits[--i] = '0';
      if (up && i == 0) {
        digits = "1" + digits.substr(0, digits.size() - 1);
        ++exponent;
      } else if (up) {
        ++digits[i - 1];
      }
    }
  }
  digits.resize(size_t(places) + 1, '0');
  char tail[16];
  snprintf(tail, sizeof tail, "e%c%02d", exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
  return digits.substr(0, 1) + (places ? "." + digits.substr(1) : "") + tail;
}

/// Double.toHexString.
std::string hexFloat(double value) {
  char text[48];
  snprintf(text, sizeof text, "%a", value);
  std::string out = text;
  size_t p = out.find('p');
  if (out.find('.') == std::string::npos)
    out.insert(p, ".0");
  p = out.find('p');
  if (out[p + 1] == '+')
    out.erase(p + 1, 1);
  return out;
}

class Formatter {
public:
  std::string out;

  bool run(const levada_str &format, levada_args<levada_str> arguments) {
    const char *p = levada_data(format), *end = p + format.len;
    while (p != end) {
      if (*p != '%') {
        out += *p++;
        continue;
      }
      Spec spec;
      if (!read(++p, end, spec) || !one(spec, arguments))
        return false;
    }
    return true;
  }

private:
  int32_t next = 0, last = 0;

  static bool count(const char *&p, const char *end, int32_t &value) {
    int64_t n = 0;
    const char *begin = p;
    while (p != end && isDigit(*p) && n < 100000)
      n = n * 10 + (*p++ - '0');
    value = int32_t(n);
    return p != begin && n < 100000;
  }

  static bool read(const char *&p, const char *end, Spec &spec) {
    const char *q = p;
    int32_t n;
    if (q != end && isDigit(*q) && *q != '0' && count(q, end, n) && q != end && *q == '$') {
      spec.index = n;
      p = q + 1;
    }
    for (; p != end; ++p) {
      bool *flag = *p == '-'   ? &spec.left
                   : *p == '#' ? &spec.alternate
                   : *p == '+' ? &spec.plus
                   : *p == ' ' ? &spec.space
                   : *p == '0' ? &spec.zero
                   : *p == ',' ? &spec.group
                   : *p == '(' ? &spec.parentheses
                               : nullptr;
      if (*p == '<' && spec.index == 0) {
        spec.index = -1;
        continue;
      }
      if (!flag)
        break;
      if (*flag)
        return false; // twice
      *flag = true;
    }
    if (p != end && isDigit(*p) && !count(p, end, spec.width))
      return false;
    if (p != end && *p == '.' && (++p, !count(p, end, spec.precision)))
      return false;
    if (p == end)
      return false;
    spec.conversion = *p++;
    return true;
  }

  bool one(const Spec &spec, levada_args<levada_str> arguments) {
    bool flags = spec.alternate || spec.plus || spec.space || spec.zero || spec.group || spec.parentheses;
    if ((spec.left || spec.zero) && spec.width < 0)
      return false;
    if (spec.conversion == 'n') {
      out += '\n';
      return spec.width < 0 && spec.precision < 0 && !flags && !spec.left;
    }
    if (spec.conversion == '%') {
      out += padded(spec, "%");
      return spec.precision < 0 && !flags;
    }
    int32_t index = spec.index > 0 ? spec.index : spec.index < 0 ? last : ++next;
    last = index;
    if (index < 1 || 2 * index > arguments.count)
      return false;
    const levada_str *tag = arguments.values[2 * index - 2], *text = arguments.values[2 * index - 1];
    const char *t = levada_data(*tag);
    Argument a{t[0], tag->len > 1 ? t[1] - '0' : 0, !text, {}};
    if (text)
      a.text.assign(levada_data(*text), text->len);
    std::string made;
    if (!convert(spec, a, made))
      return false;
    if (isupper(spec.conversion))
      for (char &c : made)
        c = char(toupper(c));
    out += made;
    return true;
  }

  static bool convert(const Spec &spec, const Argument &a, std::string &made) {
    switch (tolower(spec.conversion)) {
    case 'b':
    case 's':
    case 'h': {
      bool flags = spec.alternate || spec.plus || spec.space || spec.zero || spec.group || spec.parentheses;
      if (flags)
        return false;
      if (tolower(spec.conversion) == 'b')
        made = a.null ? "false" : a.kind == 'b' ? shown(a) : "true";
      else if (tolower(spec.conversion) == 'h' && !a.null && a.kind == 'i')
        made = hex(a, 16, 4);
      else
        made = shown(a);
      if (spec.precision >= 0)
        made.resize(levada::text::charOffset(made.data(), made.size(), spec.precision));
      made = padded(spec, made);
      return true;
    }
    case 'c':
      if (spec.precision >= 0 || spec.alternate || spec.plus || spec.space || spec.zero || spec.group || spec.parentheses)
        return false;
      if (a.null) {
        made = padded(spec, "null");
        return true;
      }
      return character(spec, a, made);
    case 'd': case 'o': case 'x':
      return integer(spec, a, made);
    case 'e': case 'f': case 'g': case 'a':
      return real(spec, a, made);
    default:
      return false;
    }
  }

  static bool isInteger(const Argument &a) { return a.kind == 'i' || a.kind == 'D' || a.kind == 't'; }

  static bool character(const Spec &spec, const Argument &a, std::string &made) {
    if (!isInteger(a) || a.size == 8)
      return false;
    long code = strtol(shown(a).c_str(), nullptr, 10);
    if (code < 0 || code > 0x10FFFF)
      return false;
    char utf8[4];
    made = padded(spec, std::string(utf8, levada::text::putChar(utf8, uint32_t(code))));
    return true;
  }

  static std::string hex(const Argument &a, int32_t base, int32_t size) {
    uint64_t bits = uint64_t(strtoll(shown(a).c_str(), nullptr, 10));
    if (size < 8)
      bits &= (1ull << (8 * size)) - 1;
    char text[32];
    snprintf(text, sizeof text, base == 16 ? "%llx" : "%llo", static_cast<unsigned long long>(bits));
    return text;
  }

  static bool integer(const Spec &spec, const Argument &a, std::string &made) {
    if (!a.null && !isInteger(a))
      return false;
    if (spec.precision >= 0 || (spec.plus && spec.space) || (spec.left && spec.zero))
      return false;
    bool decimal = spec.conversion == 'd';
    if (decimal ? spec.alternate : spec.group || spec.plus || spec.space || spec.parentheses)
      return false;
    if (a.null) {
      Spec plain = spec;
      plain.zero = false;
      made = padded(plain, "null");
      return true;
    }
    std::string text = shown(a);
    if (decimal) {
      bool negative = text[0] == '-';
      made = number(spec, negative, text.substr(negative));
      return true;
    }
    int32_t base = tolower(spec.conversion) == 'x' ? 16 : 8;
    text = hex(a, base, a.size ? a.size : 4);
    std::string prefix = !spec.alternate ? "" : base == 16 ? "0x" : "0";
    int32_t missing = spec.width - int32_t(prefix.size() + text.size());
    if (spec.zero && missing > 0)
      text.insert(0, size_t(missing), '0');
    made = padded(spec, prefix + text);
    return true;
  }

  static bool real(const Spec &spec, const Argument &a, std::string &made) {
    char c = char(tolower(spec.conversion));
    if (!a.null && a.kind != 'f')
      return false;
    if ((spec.plus && spec.space) || (spec.left && spec.zero))
      return false;
    if ((c == 'g' && spec.alternate) || (c == 'e' && spec.group) || (c == 'a' && (spec.group || spec.parentheses)))
      return false;
    Spec plain = spec;
    plain.zero = plain.group = false;
    if (a.null) {
      made = padded(plain, "null");
      return true;
    }
    double value = strtod(a.text.c_str(), nullptr);
    if (value != value) {
      made = padded(plain, "NaN");
      return true;
    }
    bool negative = a.text[0] == '-';
    value = negative ? -value : value;
    if (value - value != 0) {
      made = number(plain, negative, "Infinity");
      return true;
    }
    int32_t precision = spec.precision < 0 ? 6 : spec.precision;
    std::string digits;
    if (c == 'f') {
      digits = fixedPoint(value, precision);
      if (spec.alternate && precision == 0)
        digits += '.';
    } else if (c == 'e') {
      digits = scientific(value, precision);
    } else if (c == 'g') {
      if (precision == 0)
        precision = 1;
      std::string rounded = scientific(value, precision - 1);
      int exponent = atoi(rounded.c_str() + rounded.find('e') + 1);
      bool plainForm = value == 0 || (exponent >= -4 && exponent < precision);
      digits = plainForm ? fixedPoint(value, value == 0 ? precision - 1 : precision - exponent - 1) : rounded;
    } else {
      if (spec.precision >= 0)
        return false;
      digits = hexFloat(value);
    }
    made = number(spec, negative, digits);
    return true;
  }
};

} // namespace

extern "C" {

/// PRINTF(format, value, …): the values in the places of `format`, as Java's String.format has
/// them; NULL where the format and the values do not fit.
LEVADA_FN("PRINTF", pure | nullable)
levada_status levada_fn_printf(levada_ctx *ctx, const levada_str &format,
                               levada_args<levada_str> values, levada_str *out) {
  Formatter formatter;
  if (!formatter.run(format, values))
    return LEVADA_NULL;
  *out = levada::text::keep(ctx, formatter.out.data(), formatter.out.size());
  return LEVADA_VALUE;
}

} // extern "C"
