//===- Constants.h - literals as attribute values -------------------------===//
//
// Text of dates, times, intervals and numbers to the values flow.constant
// holds, and the conversions of constants that lose nothing, so that a
// literal takes the type of what it meets without a cast.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SEMA_CONSTANTS_H
#define LEVADA_FRONTEND_SEMA_CONSTANTS_H

#include "frontend/sema/Types.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/APInt.h"

#include <optional>
#include <string_view>

namespace levada::sema {

/// An integer attribute of the width that `type` is held in.
mlir::IntegerAttr integerAttr(SqlType type, const llvm::APInt &value);
mlir::IntegerAttr integerAttr(SqlType type, int64_t value);

/// Digits (of any number) as an integer; nullopt when beyond 38 digits.
std::optional<llvm::APInt> parseDigits(llvm::StringRef digits);
/// Number of decimal digits, at least 1.
int32_t countDigits(llvm::APInt value);

struct TimeOfDay {
  int64_t nanos = 0;
  int32_t digits = 0; ///< of the fraction, as written
};
/// "2020-12-31": days since 1970.
std::optional<int64_t> parseDate(llvm::StringRef text);
/// "23:59:59.999", also "23:59".
std::optional<TimeOfDay> parseTime(llvm::StringRef text);
struct DateTime {
  int64_t days = 0;
  TimeOfDay time;
};
/// "2020-12-31 23:59:59.999", also with T between, or the date alone.
std::optional<DateTime> parseDateTime(llvm::StringRef text);
/// The value of a TIMESTAMP(p) or TIMESTAMP_LTZ(p) in UTC; excess digits are cut.
mlir::Attribute timestampAttr(SqlType type, const DateTime &value);

/// INTERVAL 'text' FROM [TO]: months, or milliseconds.
std::optional<int64_t> parseInterval(llvm::StringRef text, sql::TimeUnit from,
                                     std::optional<sql::TimeUnit> to);
bool isMonths(sql::TimeUnit unit);

/// The constant as a value of `to`, if it is exactly one; else null.
mlir::Attribute convertConstant(mlir::Attribute value, SqlType from, SqlType to);
/// Text read as a date, time or timestamp (of no zone); null if it is none.
mlir::Attribute readTimeText(llvm::StringRef text, SqlType to);
/// Whether a constant of text can be read as a number.
bool looksNumeric(llvm::StringRef text);

} // namespace levada::sema

#endif
