//===- Guess.cpp - the narrowest type that reads all values of a column ----===//
//
// A value is of a type when the formats read it and print it back: digits with
// a leading zero or plus are codes, integers beyond BIGINT stay text (a DOUBLE
// would round them), times with a zone and without one share no type.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/infer/Guess.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>

using namespace levada::infer;
using llvm::StringRef;

namespace {

/// `d` a digit, ` ` a blank or T, others themselves; cuts what fits off `text`.
bool shaped(StringRef &text, StringRef shape) {
  if (text.size() < shape.size())
    return false;
  for (size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 'd'   ? !llvm::isDigit(text[i])
        : shape[i] == ' ' ? text[i] != ' ' && text[i] != 'T'
                          : text[i] != shape[i])
      return false;
  text = text.drop_front(shape.size());
  return true;
}

int64_t numberAt(StringRef text, size_t at, size_t count) {
  int64_t value = 0;
  text.substr(at, count).getAsInteger(10, value);
  return value;
}

bool isDate(StringRef text) {
  StringRef rest = text;
  if (!shaped(rest, "dddd-dd-dd"))
    return false;
  int64_t month = numberAt(text, 5, 2), day = numberAt(text, 8, 2);
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/// 2020-12-31 23:59[:59[.999]], T for the blank, with a zone after seconds.
bool isTime(StringRef text, bool &zoned, unsigned &digits) {
  StringRef whole = text;
  if (!isDate(text) || !shaped(text, "dddd-dd-dd dd:dd") || numberAt(whole, 11, 2) > 23 ||
      numberAt(whole, 14, 2) > 59)
    return false;
  bool seconds = shaped(text, ":dd");
  if (seconds && numberAt(whole, 17, 2) > 59)
    return false;
  if (seconds && text.consume_front(".")) {
    digits = text.take_while([](char c) { return llvm::isDigit(c); }).size();
    if (digits < 1 || digits > 9)
      return false;
    text = text.drop_front(digits);
  }
  if (text.empty())
    return true;
  zoned = true;
  if (!seconds)
    return false;
  if (text == "Z")
    return true;
  return (shaped(text, "+dd:dd") || shaped(text, "-dd:dd") || shaped(text, "+dddd") ||
          shaped(text, "-dddd")) &&
         text.empty();
}

/// Local seconds of a time; months are taken for 31 days, which keeps the
/// order and is near enough for a delay.
int64_t secondsOf(StringRef text) {
  int64_t days = (numberAt(text, 0, 4) * 12 + numberAt(text, 5, 2)) * 31 + numberAt(text, 8, 2);
  return ((days * 24 + numberAt(text, 11, 2)) * 60 + numberAt(text, 14, 2)) * 60 +
         (text.size() > 18 ? numberAt(text, 17, 2) : 0);
}

} // namespace

/// [-]digits[.digits][e[+-]digits] with a digit before or behind the point;
/// `whole`: nothing but digits.
static bool numberShape(StringRef text, bool &whole) {
  size_t i = text.starts_with("-"), n = text.size(), begin = i;
  auto digits = [&] {
    size_t from = i;
    while (i < n && llvm::isDigit(text[i]))
      ++i;
    return i - from;
  };
  size_t before = digits(), behind = 0;
  if (before > 1 && text[begin] == '0')
    return false; // a code
  whole = i == n && before;
  if (i < n && text[i] == '.') {
    ++i;
    behind = digits();
  }
  if (!before && !behind)
    return false;
  if (i < n && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    i += i < n && (text[i] == '-' || text[i] == '+');
    if (!digits())
      return false;
  }
  return i == n;
}

void Guess::add(StringRef text) {
  if (settled())
    return;
  bool before = any && number;
  any = true;
  if (boolean)
    boolean = text.equals_insensitive("true") || text.equals_insensitive("false");
  if (number) {
    bool whole = false;
    int64_t value;
    number = numberShape(text, whole);
    if (number && whole && text.size() > 18 && text.getAsInteger(10, value))
      number = false; // beyond BIGINT
    integer = integer && number && whole;
    if (before && !number)
      odd = text.take_front(40).str();
  }
  if (date)
    date = text.size() == 10 && isDate(text);
  if (timestamp || instant) {
    bool zoned = false;
    unsigned fraction = 0;
    bool time = isTime(text, zoned, fraction);
    timestamp = timestamp && time && !zoned;
    instant = instant && time && zoned;
    digits = std::max(digits, fraction);
    if (timestamp || instant) {
      int64_t at = secondsOf(text);
      newest = std::max(newest, at);
      back = std::max(back, newest - at);
    }
  }
}

void Guess::addQuoted(StringRef text) {
  Guess own;
  own.add(text);
  bool time = own.date || own.timestamp || own.instant;
  add(time ? text : StringRef("text"));
}

void Guess::merge(const Guess &other) {
  if (odd.empty())
    odd = other.odd;
  any |= other.any;
  boolean &= other.boolean;
  integer &= other.integer;
  number &= other.number;
  date &= other.date;
  timestamp &= other.timestamp;
  instant &= other.instant;
  digits = std::max(digits, other.digits);
  back = std::max(back, other.back);
  newest = std::max(newest, other.newest);
}

std::string Guess::type() const {
  if (!any)
    return "STRING";
  if (boolean)
    return "BOOLEAN";
  if (integer)
    return "BIGINT";
  if (number)
    return "DOUBLE";
  if (date)
    return "DATE";
  std::string precision = digits <= 3 ? "(3)" : digits <= 6 ? "(6)" : "(9)";
  if (timestamp)
    return "TIMESTAMP" + precision;
  return instant ? "TIMESTAMP_LTZ" + precision : "STRING";
}
