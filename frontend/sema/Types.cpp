//===- Types.cpp - coercion and common types ------------------------------===//
//
// After Flink's LogicalTypeMerging and the validator's implicit casts. The
// table of digits: e1 + e2 and e1 - e2 have max(s1, s2) + max(p1-s1, p2-s2) + 1
// digits, e1 * e2 has p1 + p2 + 1, e1 / e2 has p1 - s1 + s2 + max(6, s1 + p2 + 1),
// e1 % e2 has min(p1-s1, p2-s2) + max(s1, s2); beyond 38 digits the fraction
// gives way, but keeps 6.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Types.h"

#include "frontend/sema/Nested.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

namespace levada::sema {

SqlType makeType(mlir::MLIRContext *context, SqlKind kind, bool nullable) {
  return SqlType::get(context, kind, 0, 0, nullable);
}
SqlType makeDecimal(mlir::MLIRContext *context, int32_t precision, int32_t scale,
                    bool nullable) {
  return SqlType::get(context, SqlKind::Decimal, precision, scale, nullable);
}
SqlType makeString(mlir::MLIRContext *context, bool nullable) {
  return SqlType::get(context, SqlKind::VarChar, flow::kMaxLength, 0, nullable);
}
SqlType makeTimestamp(mlir::MLIRContext *context, SqlKind kind, int32_t precision,
                      bool nullable) {
  return SqlType::get(context, kind, precision, 0, nullable);
}

std::string display(SqlType type) {
  if (type.getKind() == SqlKind::IntervalYearMonth)
    return "INTERVAL YEAR TO MONTH";
  if (type.getKind() == SqlKind::IntervalDayTime)
    return "INTERVAL DAY TO SECOND";
  return type.str(/*bare=*/true);
}

Digits digitsOf(SqlType type) {
  switch (type.getKind()) {
  case SqlKind::TinyInt:
    return {3, 0};
  case SqlKind::SmallInt:
    return {5, 0};
  case SqlKind::Int:
    return {10, 0};
  case SqlKind::BigInt:
    return {19, 0};
  default:
    return {type.getPrecision(), type.getScale()};
  }
}

static Digits adjust(int32_t precision, int32_t scale) {
  if (precision <= kMaxDigits)
    return {precision, scale};
  int32_t whole = precision - scale;
  return {kMaxDigits, std::max(kMaxDigits - whole, std::min(scale, 6))};
}

static bool isExact(SqlType type) {
  return type.isInteger() || type.getKind() == SqlKind::Decimal;
}

SqlType arithmeticType(Arithmetic op, SqlType left, SqlType right) {
  mlir::MLIRContext *context = left.getContext();
  bool nullable = left.getNullable() || right.getNullable();
  bool decimal = left.getKind() == SqlKind::Decimal || right.getKind() == SqlKind::Decimal;
  // Calcite gives FLOAT and DOUBLE the same precision: the left one decides.
  if (left.isApproximate() && right.isApproximate())
    return left.withNullable(nullable);
  if (!decimal || !isExact(left) || !isExact(right))
    return commonType({left, right});
  Digits a = digitsOf(left), b = digitsOf(right), result;
  int32_t scale;
  switch (op) {
  case Arithmetic::Add:
  case Arithmetic::Sub:
    scale = std::max(a.scale, b.scale);
    result = adjust(std::max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
    break;
  case Arithmetic::Mul:
    result = adjust(a.precision + b.precision + 1, a.scale + b.scale);
    break;
  case Arithmetic::Div:
    scale = std::max(6, a.scale + b.precision + 1);
    result = adjust(a.precision - a.scale + b.scale + scale, scale);
    break;
  case Arithmetic::Rem:
    scale = std::max(a.scale, b.scale);
    result = adjust(std::min(a.precision - a.scale, b.precision - b.scale) + scale, scale);
    break;
  }
  // With all digits in use the result may not fit, and then is NULL.
  nullable |= result.precision == kMaxDigits;
  return makeDecimal(context, std::max(result.precision, 1), result.scale, nullable);
}

SqlType roundType(SqlType decimal, int64_t digits) {
  int32_t p = decimal.getPrecision(), s = decimal.getScale();
  if (digits >= s)
    return decimal;
  int32_t kept = digits < 0 ? 0 : static_cast<int32_t>(digits);
  return makeDecimal(decimal.getContext(), std::min(kMaxDigits, 1 + p - s + kept), kept,
                     decimal.getNullable());
}

//===----------------------------------------------------------------------===//
// Common types
//===----------------------------------------------------------------------===//

/// Of two nullable types that are not NULL's.
static SqlType meet(SqlType a, SqlType b) {
  if (a == b)
    return a;
  mlir::MLIRContext *context = a.getContext();
  SqlKind ka = a.getKind(), kb = b.getKind();
  if ((a.isCharacter() && b.isCharacter()) || (a.isBinary() && b.isBinary())) {
    bool text = a.isCharacter();
    SqlKind fixed = text ? SqlKind::Char : SqlKind::Binary;
    SqlKind varying = text ? SqlKind::VarChar : SqlKind::VarBinary;
    // Different fixed lengths become a varying one: no padding creeps in.
    bool same = ka == fixed && kb == fixed && a.getPrecision() == b.getPrecision();
    return SqlType::get(context, same ? fixed : varying,
                        std::max(a.getPrecision(), b.getPrecision()), 0);
  }
  if (a.isNumeric() && b.isNumeric()) {
    if (a.isApproximate() || b.isApproximate()) {
      bool wide = ka == SqlKind::Double || kb == SqlKind::Double ||
                  ka == SqlKind::Decimal || kb == SqlKind::Decimal;
      return makeType(context, wide ? SqlKind::Double : SqlKind::Float);
    }
    if (a.isInteger() && b.isInteger())
      return ka > kb ? a : b;
    Digits x = digitsOf(a), y = digitsOf(b);
    int32_t whole = std::min(std::max(x.precision - x.scale, y.precision - y.scale), kMaxDigits);
    int32_t scale = std::min(std::max(x.scale, y.scale), kMaxDigits - whole);
    return makeDecimal(context, whole + scale, scale);
  }
  if (ka == kb && (ka == SqlKind::Time || a.isTimestamp()))
    return SqlType::get(context, ka, std::max(a.getPrecision(), b.getPrecision()));
  if (a.isTimestamp() && b.isTimestamp())
    return makeTimestamp(context, SqlKind::TimestampLtz,
                         std::max(a.getPrecision(), b.getPrecision()));
  if (a.isTimestamp() && kb == SqlKind::Date)
    return a;
  if (ka == SqlKind::Date && b.isTimestamp())
    return b;
  if (ka != kb || !a.isNested() || a.getChildren().size() != b.getChildren().size())
    return ka == kb && !a.isNested() ? a : SqlType();
  llvm::SmallVector<mlir::Type> children;
  for (auto [x, y] : llvm::zip(a.getChildren(), b.getChildren())) {
    SqlType child = commonType({llvm::cast<SqlType>(x), llvm::cast<SqlType>(y)});
    if (!child)
      return {};
    children.push_back(child);
  }
  return SqlType::get(context, ka, 0, 0, true, children, a.getNames());
}

static SqlType fold(llvm::ArrayRef<SqlType> types,
                    llvm::function_ref<SqlType(SqlType, SqlType)> meetTwo) {
  SqlType result;
  bool nullable = false;
  for (SqlType type : types) {
    nullable |= type.getNullable();
    if (type.getKind() == SqlKind::Null)
      continue;
    SqlType bare = type.withNullable(true);
    result = result ? meetTwo(result, bare) : bare;
    if (!result)
      return {};
  }
  if (!result) // NULLs only
    return types.empty() ? SqlType() : types.front();
  return result.withNullable(nullable);
}

SqlType commonType(llvm::ArrayRef<SqlType> types) { return fold(types, meet); }

SqlType caseType(llvm::ArrayRef<SqlType> types) {
  return fold(types, [](SqlType a, SqlType b) -> SqlType {
    // Calcite's: a date is no timestamp, and of two kinds of timestamp the first stays.
    if (a.isTimestamp() && b.isTimestamp() && a.getKind() != b.getKind())
      return makeTimestamp(a.getContext(), a.getKind(), std::max(a.getPrecision(), b.getPrecision()));
    if (a.isTimestamp() != b.isTimestamp())
      return {};
    return meet(a, b);
  });
}

SqlType coalesceType(llvm::ArrayRef<SqlType> types) {
  return fold(types, [](SqlType a, SqlType b) -> SqlType {
    // LogicalTypeMerging: a float after a decimal, but not before it, stays one.
    if (a.getKind() == SqlKind::Decimal && b.getKind() == SqlKind::Float)
      return b;
    return meet(a, b);
  });
}

SqlType comparisonType(SqlType left, SqlType right) {
  if (left.getKind() == SqlKind::Null)
    return right;
  if (right.getKind() == SqlKind::Null)
    return left;
  SqlType a = left.withNullable(true), b = right.withNullable(true);
  bool dateAndTime = a.isTimestamp() != b.isTimestamp() &&
                     (a.getKind() == SqlKind::Date || b.getKind() == SqlKind::Date);
  if (dateAndTime)
    return {};
  if (SqlType both = meet(a, b))
    return both;
  if (a.isCharacter() == b.isCharacter())
    return {};
  // Text is read as the other side's type.
  SqlType other = a.isCharacter() ? b : a;
  if (other.getKind() == SqlKind::Decimal)
    return makeDecimal(other.getContext(), kMaxDigits, std::max(other.getScale(), 18));
  if (other.isNumeric() || other.isTimestamp() || other.getKind() == SqlKind::Boolean ||
      other.getKind() == SqlKind::Date || other.getKind() == SqlKind::Time)
    return other;
  return {};
}

bool sameButLength(SqlType left, SqlType right) {
  if (left.isCharacter() || left.isBinary())
    return left.getKind() == right.getKind();
  return left.withNullable(true) == right.withNullable(true);
}

bool widens(SqlType from, SqlType to) {
  if (from.getKind() == SqlKind::Null)
    return true;
  if (from.isCharacter() || from.isBinary()) {
    bool family = from.isCharacter() ? to.isCharacter() : to.isBinary();
    bool varying = to.getKind() == SqlKind::VarChar || to.getKind() == SqlKind::VarBinary;
    return family && (varying ? to.getPrecision() >= from.getPrecision()
                              : sameButLength(from, to) && to.getPrecision() == from.getPrecision());
  }
  SqlType both = commonType({from.withNullable(true), to.withNullable(true)});
  return both && both == to.withNullable(true);
}

//===----------------------------------------------------------------------===//
// CAST
//===----------------------------------------------------------------------===//

bool castable(SqlType from, SqlType to) {
  SqlKind a = from.getKind(), b = to.getKind();
  if (from.isNested() || to.isNested())
    return nestedCastable(from, to);
  if (a == SqlKind::Null || a == b)
    return true;
  if (to.isCharacter())
    return true;
  if (from.isCharacter())
    return !to.isNested() && !to.isInterval();
  if (to.isBinary())
    return from.isBinary();
  bool number = from.isNumeric() || a == SqlKind::Boolean;
  if (to.isNumeric()) {
    bool interval = (a == SqlKind::IntervalYearMonth && to.isInteger()) ||
                    (a == SqlKind::IntervalDayTime && to.isInteger());
    return number || interval;
  }
  switch (b) {
  case SqlKind::Boolean:
    return number;
  case SqlKind::Date:
    return from.isTimestamp();
  case SqlKind::Time:
    return from.isTimestamp();
  case SqlKind::Timestamp:
  case SqlKind::TimestampLtz:
    return from.isTimestamp() || a == SqlKind::Date || a == SqlKind::Time;
  case SqlKind::IntervalYearMonth:
    return a == SqlKind::Int;
  case SqlKind::IntervalDayTime:
    return a == SqlKind::BigInt;
  default:
    return false;
  }
}

} // namespace levada::sema
