//===- Constants.cpp - literals as attribute values -----------------------===//
#include "frontend/sema/Constants.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Error.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"

#include <algorithm>

namespace levada::sema {
namespace {

constexpr int64_t kMillisPerDay = 86400000;

unsigned widthOf(SqlType type) {
  switch (type.getKind()) {
  case SqlKind::TinyInt:
    return 8;
  case SqlKind::SmallInt:
    return 16;
  case SqlKind::Int:
  case SqlKind::Date:
  case SqlKind::Time:
  case SqlKind::IntervalYearMonth:
    return 32;
  case SqlKind::Decimal:
    return 128;
  case SqlKind::Timestamp:
  case SqlKind::TimestampLtz:
    return type.getPrecision() <= 6 ? 64 : 128;
  default:
    return 64;
  }
}

/// Units of a timestamp's value per second.
int64_t unitsPerSecond(SqlType timestamp) {
  int32_t p = timestamp.getPrecision();
  return p <= 3 ? 1000 : p <= 6 ? 1000000 : 1000000000;
}

llvm::APInt powerOfTen(int32_t exponent) {
  llvm::APInt result(256, 1);
  for (int32_t i = 0; i < exponent; ++i)
    result *= 10;
  return result;
}

/// The next run of digits as a number, at most `most` of them.
std::optional<int64_t> eatNumber(llvm::StringRef &text, size_t most) {
  llvm::StringRef digits = text.take_while([](char c) { return llvm::isDigit(c); });
  int64_t value;
  if (digits.empty() || digits.size() > most || digits.getAsInteger(10, value))
    return std::nullopt;
  text = text.drop_front(digits.size());
  return value;
}

int64_t daysFromCivil(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t yearOfEra = year - era * 400;
  int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

} // namespace

mlir::IntegerAttr integerAttr(SqlType type, const llvm::APInt &value) {
  unsigned width = widthOf(type);
  return mlir::IntegerAttr::get(mlir::IntegerType::get(type.getContext(), width),
                                value.sextOrTrunc(width));
}
mlir::IntegerAttr integerAttr(SqlType type, int64_t value) {
  return integerAttr(type, llvm::APInt(64, static_cast<uint64_t>(value), /*isSigned=*/true));
}

std::optional<llvm::APInt> parseDigits(llvm::StringRef digits) {
  digits = digits.ltrim('0');
  if (digits.size() > static_cast<size_t>(kMaxDigits))
    return std::nullopt;
  if (digits.empty())
    return llvm::APInt(128, 0);
  return llvm::APInt(128, digits, 10);
}

int32_t countDigits(llvm::APInt value) {
  llvm::SmallString<48> text;
  value.abs().toStringUnsigned(text);
  return static_cast<int32_t>(text.size());
}

std::optional<int64_t> parseDate(llvm::StringRef text) {
  std::optional<int64_t> year = eatNumber(text, 4);
  if (!year || !text.consume_front("-"))
    return std::nullopt;
  std::optional<int64_t> month = eatNumber(text, 2);
  if (!month || !text.consume_front("-"))
    return std::nullopt;
  std::optional<int64_t> day = eatNumber(text, 2);
  if (!day || !text.empty() || *month < 1 || *month > 12 || *day < 1)
    return std::nullopt;
  bool leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
  constexpr int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (*day > lengths[*month - 1] + (*month == 2 && leap))
    return std::nullopt;
  return daysFromCivil(*year, *month, *day);
}

std::optional<TimeOfDay> parseTime(llvm::StringRef text) {
  std::optional<int64_t> hour = eatNumber(text, 2);
  if (!hour || !text.consume_front(":"))
    return std::nullopt;
  std::optional<int64_t> minute = eatNumber(text, 2);
  if (!minute)
    return std::nullopt;
  int64_t second = 0;
  TimeOfDay result;
  if (text.consume_front(":")) {
    std::optional<int64_t> seconds = eatNumber(text, 2);
    if (!seconds)
      return std::nullopt;
    second = *seconds;
    if (text.consume_front(".")) {
      size_t digits = text.size();
      std::optional<int64_t> fraction = eatNumber(text, 9);
      if (!fraction)
        return std::nullopt;
      result.digits = static_cast<int32_t>(digits - text.size());
      result.nanos = *fraction;
      for (int32_t i = result.digits; i < 9; ++i)
        result.nanos *= 10;
    }
  }
  if (!text.empty() || *hour > 23 || *minute > 59 || second > 59)
    return std::nullopt;
  result.nanos += ((*hour * 60 + *minute) * 60 + second) * 1000000000;
  return result;
}

std::optional<DateTime> parseDateTime(llvm::StringRef text) {
  size_t end = text.find_first_of(" T");
  std::optional<int64_t> days = parseDate(text.substr(0, end));
  if (!days)
    return std::nullopt;
  DateTime result{*days, {}};
  if (end == llvm::StringRef::npos)
    return result;
  std::optional<TimeOfDay> time = parseTime(text.substr(end + 1));
  if (!time)
    return std::nullopt;
  result.time = *time;
  return result;
}

mlir::Attribute timestampAttr(SqlType type, const DateTime &value) {
  int32_t p = type.getPrecision();
  int64_t cut = 1;
  for (int32_t i = p; i < 9; ++i)
    cut *= 10;
  int64_t nanos = value.time.nanos / cut * cut;
  int64_t units = unitsPerSecond(type);
  llvm::APInt total(128, static_cast<uint64_t>(value.days), /*isSigned=*/true);
  total *= llvm::APInt(128, 86400) * llvm::APInt(128, static_cast<uint64_t>(units));
  total += llvm::APInt(128, static_cast<uint64_t>(nanos / (1000000000 / units)));
  return integerAttr(type, total);
}

bool isMonths(sql::TimeUnit unit) {
  return unit == sql::TimeUnit::Year || unit == sql::TimeUnit::Quarter ||
         unit == sql::TimeUnit::Month;
}

std::optional<int64_t> parseInterval(llvm::StringRef text, sql::TimeUnit from,
                                     std::optional<sql::TimeUnit> to) {
  using sql::TimeUnit;
  text = text.trim();
  bool negative = text.consume_front("-");
  if (!negative)
    text.consume_front("+");
  TimeUnit last = to.value_or(from);
  std::optional<int64_t> value = eatNumber(text, 15);
  if (!value)
    return std::nullopt;
  int64_t total;
  if (isMonths(from)) {
    total = *value * (from == TimeUnit::Year ? 12 : from == TimeUnit::Quarter ? 3 : 1);
    if (from == TimeUnit::Year && last == TimeUnit::Month) {
      std::optional<int64_t> months;
      if (!text.consume_front("-") || !(months = eatNumber(text, 2)) || *months > 11)
        return std::nullopt;
      total += *months;
    }
    if (!text.empty() || total > 2147483647)
      return std::nullopt;
    return negative ? -total : total;
  }
  auto millisOf = [](TimeUnit unit) -> int64_t {
    switch (unit) {
    case TimeUnit::Week:
      return 7 * kMillisPerDay;
    case TimeUnit::Day:
      return kMillisPerDay;
    case TimeUnit::Hour:
      return 3600000;
    case TimeUnit::Minute:
      return 60000;
    default:
      return 1000;
    }
  };
  TimeUnit unit = from;
  if (__builtin_mul_overflow(*value, millisOf(unit), &total))
    return std::nullopt;
  while (unit != last) {
    // The next smaller field: '1 12:30:05.5' DAY TO SECOND.
    if (!text.consume_front(unit == TimeUnit::Day ? " " : ":"))
      return std::nullopt;
    unit = static_cast<TimeUnit>(static_cast<int>(unit) + 1);
    text = text.ltrim();
    std::optional<int64_t> field = eatNumber(text, 2);
    if (!field || *field > (unit == TimeUnit::Hour ? 23 : 59))
      return std::nullopt;
    total += *field * millisOf(unit);
  }
  if (last == TimeUnit::Second && text.consume_front(".")) {
    llvm::StringRef digits = text.take_while([](char c) { return llvm::isDigit(c); });
    if (digits.empty() || digits.size() > 9)
      return std::nullopt;
    text = text.drop_front(digits.size());
    int64_t millis = 0;
    for (size_t i = 0; i < 3; ++i)
      millis = millis * 10 + (i < digits.size() ? digits[i] - '0' : 0);
    total += millis;
  }
  if (!text.empty())
    return std::nullopt;
  return negative ? -total : total;
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

static mlir::Attribute exactToDecimal(const llvm::APInt &value, int32_t scale, SqlType to) {
  llvm::APInt wide = value.sext(256);
  int32_t shift = to.getScale() - scale;
  if (shift >= 0) {
    wide *= powerOfTen(shift);
  } else {
    llvm::APInt quotient, remainder;
    llvm::APInt::sdivrem(wide, powerOfTen(-shift), quotient, remainder);
    if (!remainder.isZero())
      return {};
    wide = quotient;
  }
  if (countDigits(wide) > to.getPrecision())
    return {};
  return integerAttr(to, wide);
}

static mlir::Attribute exactToFloat(const llvm::APInt &value, int32_t scale, SqlType to) {
  llvm::SmallString<48> text;
  value.toStringSigned(text);
  if (scale > 0)
    text += "e-" + std::to_string(scale);
  bool wide = to.getKind() == SqlKind::Double;
  llvm::APFloat number(wide ? llvm::APFloat::IEEEdouble() : llvm::APFloat::IEEEsingle());
  auto status = number.convertFromString(text, llvm::APFloat::rmNearestTiesToEven);
  if (!status) {
    llvm::consumeError(status.takeError());
    return {};
  }
  mlir::Type type = wide ? mlir::Type(mlir::Float64Type::get(to.getContext()))
                         : mlir::Type(mlir::Float32Type::get(to.getContext()));
  return mlir::FloatAttr::get(type, number);
}

mlir::Attribute convertConstant(mlir::Attribute value, SqlType from, SqlType to) {
  if (llvm::isa<mlir::UnitAttr>(value))
    return to.getNullable() ? value : mlir::Attribute();
  if (auto text = llvm::dyn_cast<mlir::StringAttr>(value)) {
    bool varying = to.getKind() == SqlKind::VarChar || to.getKind() == SqlKind::VarBinary;
    bool family = from.isCharacter() ? to.isCharacter() : to.isBinary();
    bool same = from.getKind() == to.getKind() && from.getPrecision() == to.getPrecision();
    return family && (same || (varying && to.getPrecision() >= from.getPrecision()))
               ? value
               : mlir::Attribute();
  }
  if (from.withNullable(true) == to.withNullable(true))
    return value;
  auto integer = llvm::dyn_cast<mlir::IntegerAttr>(value);
  if (!integer || from.getKind() == SqlKind::Boolean || to.getKind() == SqlKind::Boolean)
    return {};
  const llvm::APInt number = integer.getValue();
  bool exact = from.isInteger() || from.getKind() == SqlKind::Decimal;
  int32_t scale = from.getKind() == SqlKind::Decimal ? from.getScale() : 0;
  if (exact && to.getKind() == SqlKind::Decimal)
    return exactToDecimal(number, scale, to);
  if (exact && to.isApproximate())
    return exactToFloat(number, scale, to);
  if (from.isInteger() && to.isInteger())
    return number.getSignificantBits() <= widthOf(to) ? integerAttr(to, number)
                                                       : mlir::Attribute();
  if (from.getKind() == SqlKind::Date && to.getKind() == SqlKind::Timestamp)
    return timestampAttr(to, {number.getSExtValue(), {}});
  if (from.isTimestamp() && from.getKind() == to.getKind() &&
      to.getPrecision() >= from.getPrecision()) {
    int64_t factor = unitsPerSecond(to) / unitsPerSecond(from);
    return integerAttr(to, number.sext(256) * llvm::APInt(256, factor));
  }
  if (from.getKind() == SqlKind::Time && to.getKind() == SqlKind::Time &&
      to.getPrecision() >= from.getPrecision())
    return value;
  return {};
}

mlir::Attribute readTimeText(llvm::StringRef text, SqlType to) {
  text = text.trim();
  if (to.getKind() == SqlKind::Time) {
    std::optional<TimeOfDay> time = parseTime(text);
    return time ? integerAttr(to, time->nanos / 1000000) : mlir::IntegerAttr();
  }
  std::optional<DateTime> value = parseDateTime(text);
  if (!value)
    return {};
  if (to.getKind() == SqlKind::Date)
    return integerAttr(to, value->days);
  return timestampAttr(to, *value);
}

bool looksNumeric(llvm::StringRef text) {
  llvm::APFloat number(llvm::APFloat::IEEEdouble());
  auto status = number.convertFromString(text.trim(), llvm::APFloat::rmNearestTiesToEven);
  if (status)
    return true;
  llvm::consumeError(status.takeError());
  return false;
}

} // namespace levada::sema
