//===- Scalar.cpp - TOML's words: booleans, numbers, times ------------------===//
//
// A word is cut first and judged as a whole, so that a fault marks all of it.
// Times are only checked: no key of a pipeline takes one, tests excepted,
// which read the text.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Scalar.h"

#include <cmath>
#include <cstdlib>
#include <limits>

namespace levada::doc {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// "[+-]", digits with single underscores between them; empty if malformed.
std::string digits(std::string_view text, bool (*ok)(char)) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_') {
      if (i == 0 || i + 1 == text.size() || !ok(text[i - 1]) ||
          !ok(text[i + 1]))
        return {};
    } else if (ok(text[i])) {
      out += text[i];
    } else {
      return {};
    }
  }
  return out;
}

Fault decimal(std::string_view word, bool negative, std::string_view body,
              Node &node) {
  std::string plain = digits(body, isDigit);
  if (plain.empty())
    return Fault::Word;
  if (plain.size() > 1 && plain[0] == '0')
    return Fault::LeadingZero;
  node.kind = NodeKind::Integer;
  uint64_t value = 0, limit = uint64_t(INT64_MAX) + negative;
  for (char c : plain) {
    uint64_t digit = uint64_t(c - '0');
    if (value > (limit - digit) / 10)
      return Fault::Overflow;
    value = value * 10 + digit;
  }
  node.integer = int64_t(negative ? 0 - value : value);
  node.number = double(node.integer);
  return Fault::None;
}

Fault withPrefix(std::string_view body, Node &node) {
  int bits = body[1] == 'x' ? 4 : body[1] == 'o' ? 3 : 1;
  auto ok = body[1] == 'x'   ? isHexDigit
            : body[1] == 'o' ? [](char c) { return c >= '0' && c <= '7'; }
                             : [](char c) { return c == '0' || c == '1'; };
  std::string plain = digits(body.substr(2), ok);
  if (plain.empty())
    return Fault::Word;
  node.kind = NodeKind::Integer;
  uint64_t value = 0;
  for (char c : plain) {
    if (value > (uint64_t(INT64_MAX) >> bits))
      return Fault::Overflow;
    value = value << bits | hexDigit(c);
  }
  node.integer = int64_t(value);
  node.number = double(node.integer);
  return Fault::None;
}

Fault floating(bool negative, std::string_view body, Node &node) {
  size_t exponent = body.find_first_of("eE");
  std::string_view mantissa = body.substr(0, exponent);
  size_t dot = mantissa.find('.');
  std::string whole = digits(mantissa.substr(0, dot), isDigit), plain;
  if (whole.empty())
    return Fault::Word;
  if (whole.size() > 1 && whole[0] == '0')
    return Fault::LeadingZero;
  plain = whole;
  if (dot != mantissa.npos) {
    std::string fraction = digits(mantissa.substr(dot + 1), isDigit);
    if (fraction.empty())
      return Fault::Fraction;
    plain += "." + fraction;
  }
  if (exponent != body.npos) {
    std::string_view rest = body.substr(exponent + 1);
    bool sign = !rest.empty() && (rest[0] == '+' || rest[0] == '-');
    std::string power = digits(rest.substr(sign), isDigit);
    if (power.empty())
      return Fault::Word;
    plain += "e" + std::string(rest.substr(0, sign)) + power;
  }
  node.kind = NodeKind::Float;
  node.number = std::strtod(plain.c_str(), nullptr);
  if (negative)
    node.number = -node.number;
  return Fault::None;
}

/// Reads exactly `count` digits at `at`; -1 if they are not there.
int number(std::string_view text, size_t at, size_t count) {
  int value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (at + i >= text.size() || !isDigit(text[at + i]))
      return -1;
    value = value * 10 + (text[at + i] - '0');
  }
  return value;
}

bool isDate(std::string_view text) {
  int year = number(text, 0, 4), month = number(text, 5, 2),
      day = number(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || year < 0 ||
      month < 1 || month > 12 || day < 1)
    return false;
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day <= days[month - 1] + (month == 2 && leap);
}

bool isTime(std::string_view text) {
  int hour = number(text, 0, 2), minute = number(text, 3, 2),
      second = number(text, 6, 2);
  if (text.size() < 8 || text[2] != ':' || text[5] != ':' || hour < 0 ||
      hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
    return false;
  if (text.size() == 8)
    return true;
  return text[8] == '.' && text.size() > 9 &&
         text.substr(9).find_first_not_of("0123456789") == text.npos;
}

bool isOffset(std::string_view text) {
  if (text == "Z" || text == "z")
    return true;
  int hour = number(text, 1, 2), minute = number(text, 4, 2);
  return text.size() == 6 && (text[0] == '+' || text[0] == '-') &&
         text[3] == ':' && hour >= 0 && hour <= 23 && minute >= 0 &&
         minute <= 59;
}

bool isMoment(std::string_view text) {
  if (isDate(text) || isTime(text))
    return true;
  if (text.size() < 12 || !isDate(text.substr(0, 10)) ||
      (text[10] != 'T' && text[10] != 't' && text[10] != ' '))
    return false;
  std::string_view time = text.substr(11);
  size_t offset = time.find_first_of("Zz+-");
  return isTime(time.substr(0, offset)) &&
         (offset == time.npos || isOffset(time.substr(offset)));
}

} // namespace

std::string_view scalarWord(std::string_view text) {
  auto end = [&](size_t from) {
    return std::min(text.find_first_of(" \t\r\n#,=[]{}\"'", from), text.size());
  };
  size_t size = end(0);
  // A blank may stand between a date and a time.
  if (size == 10 && text.size() > 13 && text[4] == '-' && text[10] == ' ' &&
      isDigit(text[11]) && isDigit(text[12]) && text[13] == ':')
    size = end(11);
  return text.substr(0, size);
}

Fault readScalar(std::string_view word, Node &node) {
  if (word == "true" || word == "false") {
    node.kind = NodeKind::Bool;
    node.integer = word == "true";
    return Fault::None;
  }
  bool negative = word[0] == '-', sign = negative || word[0] == '+';
  std::string_view body = word.substr(sign);
  if (body == "inf" || body == "nan") {
    node.kind = NodeKind::Float;
    node.number = body == "inf" ? std::numeric_limits<double>::infinity()
                                : std::numeric_limits<double>::quiet_NaN();
    if (negative)
      node.number = -node.number;
    return Fault::None;
  }
  if (body.empty() || !isDigit(body[0]))
    return Fault::Word;
  if (!sign && body.size() > 2 && body[0] == '0' &&
      (body[1] == 'x' || body[1] == 'o' || body[1] == 'b'))
    return withPrefix(body, node);
  bool date = body.size() > 4 && body[4] == '-' && number(body, 0, 4) >= 0;
  bool time = body.size() > 2 && body[2] == ':';
  if (date || time) {
    if (sign || !isMoment(body))
      return Fault::Moment;
    node.kind = NodeKind::Time;
    return Fault::None;
  }
  if (body.find_first_of(".eE") != body.npos)
    return floating(negative, body, node);
  return decimal(word, negative, body, node);
}

} // namespace levada::doc
