//===- Literals.cpp - literals with Flink's types -------------------------===//
//
// 42 is INT, BIGINT or DECIMAL by size; 4.20 is DECIMAL(3, 2); 4.2E0 DOUBLE;
// 'text' CHAR(n); all NOT NULL.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Binder.h"
#include "frontend/sema/Constants.h"
#include "ir/diag/codes/Names.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/Support/Error.h"

namespace levada::sema {

/// Characters (code points) of UTF-8 text.
static int32_t countCharacters(llvm::StringRef text) {
  return static_cast<int32_t>(llvm::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

mlir::Value Binder::bindLiteral(const sql::LiteralExpr &e) {
  mlir::MLIRContext *context = builder.getContext();
  mlir::Location location = locate(e.range);
  auto type = [&](SqlKind kind) { return makeType(context, kind, /*nullable=*/false); };
  switch (e.literal) {
  case sql::LiteralKind::Null:
    return constant(builder.getUnitAttr(), makeType(context, SqlKind::Null), location);
  case sql::LiteralKind::Unknown:
    return constant(builder.getUnitAttr(), makeType(context, SqlKind::Boolean), location);
  case sql::LiteralKind::True:
  case sql::LiteralKind::False:
    return constant(builder.getBoolAttr(e.literal == sql::LiteralKind::True),
                    type(SqlKind::Boolean), location);
  case sql::LiteralKind::Integer: {
    std::optional<llvm::APInt> value = parseDigits(e.text);
    if (!value) {
      engine.emit(e.range, diag::LiteralOutOfRange, "a number of " + std::to_string(e.text.size()) + " digits",
                  "DECIMAL(38, 0)")
          .hint("write it with an exponent for a DOUBLE: `1E40`");
      return {};
    }
    SqlType as = value->getSignificantBits() <= 32   ? type(SqlKind::Int)
                 : value->getSignificantBits() <= 64 ? type(SqlKind::BigInt)
                                                     : makeDecimal(context, countDigits(*value), 0, false);
    return constant(integerAttr(as, *value), as, location);
  }
  case sql::LiteralKind::Decimal: {
    auto [whole, fraction] = llvm::StringRef(e.text).split('.');
    std::string digits = (whole + fraction).str();
    std::optional<llvm::APInt> value = parseDigits(digits);
    int32_t precision = static_cast<int32_t>(digits.size());
    int32_t scale = static_cast<int32_t>(fraction.size());
    if (!value || scale > kMaxDigits) {
      engine.emit(e.range, diag::LiteralOutOfRange, "a number of " + std::to_string(digits.size()) + " digits",
                  "DECIMAL(38, s)")
          .hint("write it with an exponent for a DOUBLE: `1.5E0`");
      return {};
    }
    // Leading zeros count, as in Flink: 0.5 is DECIMAL(2, 1).
    precision = std::clamp(precision, std::max(scale, 1), kMaxDigits);
    SqlType as = makeDecimal(context, precision, scale, false);
    return constant(integerAttr(as, *value), as, location);
  }
  case sql::LiteralKind::Approximate: {
    llvm::APFloat value(llvm::APFloat::IEEEdouble());
    auto status = value.convertFromString(e.text, llvm::APFloat::rmNearestTiesToEven);
    bool failed = !status;
    if (failed)
      llvm::consumeError(status.takeError());
    if (failed || value.isInfinity()) {
      engine.emit(e.range, diag::LiteralOutOfRange, "`" + e.text + "`", "DOUBLE");
      return {};
    }
    return constant(mlir::FloatAttr::get(builder.getF64Type(), value), type(SqlKind::Double),
                    location);
  }
  case sql::LiteralKind::String: {
    SqlType as = SqlType::get(context, SqlKind::Char, countCharacters(e.text), 0, false);
    return constant(builder.getStringAttr(e.text), as, location);
  }
  case sql::LiteralKind::Binary: {
    std::string bytes;
    if (e.text.size() % 2 || !llvm::tryGetFromHex(e.text, bytes)) {
      engine.emit(e.range, diag::BadTimeLiteral, e.text, "pairs of hexadecimal digits");
      return {};
    }
    SqlType as = SqlType::get(context, SqlKind::Binary, static_cast<int32_t>(bytes.size()), 0, false);
    return constant(builder.getStringAttr(bytes), as, location);
  }
  case sql::LiteralKind::Date:
  case sql::LiteralKind::Time:
  case sql::LiteralKind::Timestamp:
  case sql::LiteralKind::TimestampLtz:
    return bindTimeLiteral(e);
  }
  return {};
}

mlir::Value Binder::bindTimeLiteral(const sql::LiteralExpr &e) {
  mlir::MLIRContext *context = builder.getContext();
  mlir::Location location = locate(e.range);
  if (e.literal == sql::LiteralKind::Date) {
    SqlType type = makeType(context, SqlKind::Date, false);
    if (std::optional<int64_t> days = parseDate(e.text))
      return constant(integerAttr(type, *days), type, location);
    engine.emit(e.range, diag::BadTimeLiteral, e.text, "a date")
        .hint("dates are written DATE '2020-12-31'");
    return {};
  }
  if (e.literal == sql::LiteralKind::Time) {
    std::optional<TimeOfDay> time = parseTime(e.text);
    if (!time) {
      engine.emit(e.range, diag::BadTimeLiteral, e.text, "a time of day")
          .hint("times are written TIME '23:59:59'");
      return {};
    }
    SqlType type = SqlType::get(context, SqlKind::Time, time->digits, 0, false);
    return constant(integerAttr(type, time->nanos / 1000000), type, location);
  }
  std::optional<DateTime> value = parseDateTime(e.text);
  if (!value) {
    engine.emit(e.range, diag::BadTimeLiteral, e.text, "a timestamp")
        .hint("timestamps are written TIMESTAMP '2020-12-31 23:59:59.999'");
    return {};
  }
  SqlType type = makeTimestamp(context, SqlKind::Timestamp, value->time.digits, false);
  mlir::Value local = constant(timestampAttr(type, *value), type, location);
  if (e.literal == sql::LiteralKind::Timestamp)
    return local;
  // The instant depends on the session's time zone: a cast knows it.
  return castTo(local, makeTimestamp(context, SqlKind::TimestampLtz, value->time.digits, false),
                location);
}

mlir::Value Binder::bindInterval(const sql::IntervalExpr &e) {
  std::optional<int64_t> value = parseInterval(e.text, e.from, e.to);
  if (!value) {
    auto flight = engine.emit(e.range, diag::BadTimeLiteral, e.text, "an interval of this unit");
    flight.hint(e.to ? "such as INTERVAL '1 12:30:00' DAY TO SECOND"
                     : "such as INTERVAL '5' MINUTE");
    return {};
  }
  SqlKind kind = isMonths(e.from) ? SqlKind::IntervalYearMonth : SqlKind::IntervalDayTime;
  SqlType type = makeType(builder.getContext(), kind, /*nullable=*/false);
  return constant(integerAttr(type, e.negative ? -*value : *value), type, locate(e.range));
}

} // namespace levada::sema
