//===- Cast.cpp - flow.cast -----------------------------------------------===//
//
// One instruction where that is all there is to it (integers, floats, units of
// time); otherwise the library's levada_cast_FROM_TO, which stdlib/cast.h
// names. TRY_CAST from text takes a failure for NULL.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Nested.h"

#include "llvm/ADT/Twine.h"

using namespace mlir;
using levada::flow::SqlKind;
using levada::flow::SqlType;

namespace levada::codegen {
namespace {

bool isText(SqlType type) { return type.isCharacter() || type.isBinary(); }

/// Digits that an integer type can have.
int integerDigits(SqlType type) {
  switch (type.getKind()) {
  case SqlKind::TinyInt:
    return 3;
  case SqlKind::SmallInt:
    return 5;
  case SqlKind::Int:
    return 10;
  default:
    return 19;
  }
}

class Cast {
public:
  Cast(Lowering &l, flow::CastOp op)
      : l(l), e(l.e), op(op), from(op.getOperand().getType()), to(op.getResult().getType()),
        isTry(op.getTryCast()) {}

  Scalar lower();

private:
  Scalar convert(Value value);
  Scalar toText(Value value);
  Scalar fromText(Value value);
  Scalar toInteger(Value value);
  Scalar toFloat(Value value);
  Scalar toDecimalType(Value value);
  Value toTimestamp(Value value);
  Value toDateOrTime(Value value);
  /// A timestamp in another unit; finer than that is cut (towards the past).
  Value reunit(Value value, int have, int want);
  Value cutDigits(Value value, SqlType type);
  Scalar library(llvm::StringRef function, llvm::SmallVector<Value> operands, Rep rep,
                 bool mayBeNull = false) {
    return l.statusCall(function, std::move(operands), rep, mayBeNull, false, op.getLoc());
  }
  Value wide(Value value) { return l.spill(e.resize(value, e.intType(128))); }

  Lowering &l;
  Emitter &e;
  flow::CastOp op;
  SqlType from, to;
  bool isTry;
};

Value Cast::reunit(Value value, int have, int want) {
  static const int64_t power[] = {1, 1000, 1000000};
  Type i64 = e.intType(64), i128 = e.intType(128);
  if (want == 9 && have != 9)
    value = e.resize(value, i128);
  Type type = value.getType();
  if (want > have)
    return e.mul(value, e.constant(type, power[(want - have) / 3]));
  if (want == have)
    return value;
  Value d = e.constant(type, power[(have - want) / 3]), zero = e.constant(type, 0);
  Value q = e.op<LLVM::SDivOp>(value, d), r = e.op<LLVM::SRemOp>(value, d);
  q = e.select(e.slt(r, zero), e.sub(q, e.constant(type, 1)), q);
  return have == 9 ? e.resize(q, i64) : q;
}

Value Cast::cutDigits(Value value, SqlType type) {
  int digits = type.getPrecision(), unit = unitDigits(type);
  if (digits == unit)
    return value;
  if (unit != 9)
    return e.call("levada_cast_ts_digits", {value, e.i32(unit), e.i32(digits)});
  Value out = e.stack(16, 16);
  e.call("levada_cast_ts9_digits", {l.spill(value), e.i32(digits), out});
  return e.load(e.intType(128), out, 16);
}

Scalar Cast::toText(Value value) {
  Scalar text{value, {}};
  if (!isText(from)) {
    std::string name = "levada_cast_" + (from.isInteger() ? "i64" : libraryName(from)) + "_str";
    llvm::SmallVector<Value> operands{l.ctx};
    if (from.isInteger())
      operands.push_back(e.resize(value, e.intType(64)));
    else if (repOf(from) == Rep::I128 || from.getKind() == SqlKind::Decimal)
      operands.push_back(wide(value));
    else
      operands.push_back(value);
    if (from.getKind() == SqlKind::Decimal)
      operands.push_back(e.i32(from.getScale()));
    if (from.isTimestamp() || from.getKind() == SqlKind::Time)
      operands.push_back(e.i32(from.getPrecision()));
    text = library(name, operands, Rep::Str);
  } else if (from.isBinary() && to.isCharacter()) {
    text = library("levada_cast_bytes_str", {l.ctx, value}, Rep::Str);
  }
  if (to.getPrecision() == flow::kMaxLength)
    return text;
  bool sameLength = from.getKind() == to.getKind() && from.getPrecision() == to.getPrecision();
  bool fits = isText(from) && (to.getKind() == SqlKind::VarChar || to.getKind() == SqlKind::VarBinary) &&
              from.isCharacter() == to.isCharacter() && from.getPrecision() <= to.getPrecision();
  if (sameLength || fits)
    return text;
  llvm::StringRef name = to.getKind() == SqlKind::Char      ? "levada_cast_str_char"
                         : to.getKind() == SqlKind::VarChar ? "levada_cast_str_varchar"
                         : to.getKind() == SqlKind::Binary  ? "levada_cast_bytes_binary"
                                                            : "levada_cast_bytes_varbinary";
  return library(name, {l.ctx, text.value, e.i32(to.getPrecision())}, Rep::Str);
}

Scalar Cast::fromText(Value value) {
  llvm::SmallVector<Value> operands{isTry ? e.null() : l.ctx};
  if (to.getKind() == SqlKind::TimestampLtz)
    operands.push_back(l.ctx);
  operands.push_back(value);
  if (to.getKind() == SqlKind::Decimal)
    operands.append({e.i32(to.getPrecision()), e.i32(to.getScale())});
  if (to.isTimestamp())
    operands.push_back(e.i32(to.getPrecision()));
  bool decimal = to.getKind() == SqlKind::Decimal;
  Scalar s = l.statusCall("levada_cast_str_" + libraryName(to), operands,
                          decimal ? Rep::I128 : repOf(to), isTry || decimal, isTry, op.getLoc());
  if (decimal)
    s.value = e.resize(s.value, ssaType(e.context(), repOf(to)));
  return s;
}

Scalar Cast::toInteger(Value value) {
  Type type = ssaType(e.context(), repOf(to));
  if (from.getKind() == SqlKind::Boolean)
    return {e.zext(value, type), {}};
  if (from.isApproximate()) {
    // i8 and i16 go through i32 and wrap, as Java's do.
    bool isLong = repOf(to) == Rep::I64;
    std::string name = std::string("llvm.fptosi.sat.") + (isLong ? "i64." : "i32.") +
                       (repOf(from) == Rep::F32 ? "f32" : "f64");
    return {e.resize(e.intrinsic(name, e.intType(isLong ? 64 : 32), value), type), {}};
  }
  if (from.getKind() == SqlKind::Decimal) {
    Scalar s = from.getScale() == 0
                   ? Scalar{e.resize(value, e.intType(64)), {}}
                   : library("levada_cast_dec_i64", {l.ctx, wide(value), e.i32(from.getScale())},
                             Rep::I64);
    return {e.resize(s.value, type), {}};
  }
  return {e.resize(value, type), {}};
}

Scalar Cast::toFloat(Value value) {
  Type type = ssaType(e.context(), repOf(to));
  if (from.isInteger())
    return {e.op<LLVM::SIToFPOp>(type, value), {}};
  if (from.getKind() == SqlKind::Boolean)
    return {e.op<LLVM::UIToFPOp>(type, value), {}};
  if (from.getKind() == SqlKind::Decimal)
    return library("levada_cast_dec_" + libraryName(to), {l.ctx, wide(value), e.i32(from.getScale())},
                   repOf(to));
  if (repOf(from) == repOf(to))
    return {value, {}};
  if (repOf(to) == Rep::F64)
    return {e.op<LLVM::FPExtOp>(type, value), {}};
  return {e.op<LLVM::FPTruncOp>(type, value), {}};
}

Scalar Cast::toDecimalType(Value value) {
  int precision = to.getPrecision(), scale = to.getScale();
  bool decimal = from.getKind() == SqlKind::Decimal;
  if (from.isInteger() || decimal) {
    int digits = decimal ? from.getPrecision() : integerDigits(from);
    int fromScale = decimal ? from.getScale() : 0;
    int room = std::max({digits, digits + scale - fromScale, precision}) + 1;
    if (room <= 38) {
      Type type = e.intType(room <= 18 ? 64 : 128);
      return toDecimal(l, {e.resize(value, type), {}}, digits, fromScale, to);
    }
  }
  llvm::SmallVector<Value> operands{l.ctx};
  std::string name = "levada_cast_" + (from.isInteger() ? "i64" : libraryName(from)) + "_dec";
  operands.push_back(decimal            ? wide(value)
                     : from.isInteger() ? e.resize(value, e.intType(64))
                                        : value);
  if (decimal)
    operands.push_back(e.i32(from.getScale()));
  operands.append({e.i32(precision), e.i32(scale)});
  Scalar s = library(name, operands, Rep::I128, true);
  return {e.resize(s.value, ssaType(e.context(), repOf(to))), s.isNull};
}

Value Cast::toTimestamp(Value value) {
  bool ltz = to.getKind() == SqlKind::TimestampLtz;
  if (!from.isTimestamp()) {
    std::string name = "levada_cast_" + libraryName(from) + (ltz ? "_ltz3" : "_ts3");
    return cutDigits(reunit(library(name, {l.ctx, value}, Rep::I64).value, 3, unitDigits(to)), to);
  }
  value = reunit(value, unitDigits(from), unitDigits(to));
  if (from.getKind() != to.getKind()) {
    std::string digits = std::to_string(unitDigits(to));
    std::string name = "levada_cast_" + std::string(ltz ? "ts" : "ltz") + digits + "_" +
                       (ltz ? "ltz" : "ts") + digits;
    Value operand = repOf(to) == Rep::I128 ? l.spill(value) : value;
    value = library(name, {l.ctx, operand}, repOf(to)).value;
  }
  return to.getPrecision() < from.getPrecision() ? cutDigits(value, to) : value;
}

Value Cast::toDateOrTime(Value value) {
  if (from.getKind() == to.getKind()) {
    if (to.getKind() == SqlKind::Time && to.getPrecision() < from.getPrecision() &&
        to.getPrecision() < 3)
      return e.call("levada_cast_time_digits", {value, e.i32(to.getPrecision())});
    return value;
  }
  value = reunit(value, unitDigits(from), 3);
  std::string name = std::string(from.getKind() == SqlKind::TimestampLtz ? "levada_cast_ltz3_"
                                                                         : "levada_cast_ts3_") +
                     libraryName(to);
  value = library(name, {l.ctx, value}, Rep::I32).value;
  if (to.getKind() == SqlKind::Time && to.getPrecision() < 3)
    return e.call("levada_cast_time_digits", {value, e.i32(to.getPrecision())});
  return value;
}

Scalar Cast::convert(Value value) {
  if (isText(to))
    return toText(value);
  if (isText(from))
    return fromText(value);
  if (to.isInteger())
    return toInteger(value);
  if (to.isApproximate())
    return toFloat(value);
  if (to.getKind() == SqlKind::Decimal)
    return toDecimalType(value);
  if (to.getKind() == SqlKind::Boolean) {
    if (from.isApproximate())
      return {e.op<LLVM::FCmpOp>(LLVM::FCmpPredicate::une, value, e.zero(repOf(from))), {}};
    if (from.getKind() != SqlKind::Boolean)
      return {e.ne(value, e.zero(repOf(from))), {}};
    return {value, {}};
  }
  if (to.isTimestamp())
    return {toTimestamp(value), {}};
  if (to.isInterval())
    return {e.resize(value, ssaType(e.context(), repOf(to))), {}};
  return {toDateOrTime(value), {}};
}

Scalar Cast::lower() {
  Scalar a = l.get(op.getOperand());
  if (from.getKind() == SqlKind::Null)
    return l.nullOf(repOf(to));
  // What only widens or wraps may run on the leftovers of a NULL.
  bool total = !isText(from) && !isText(to) && (to.isInteger() || to.isApproximate()) &&
               from.getKind() != SqlKind::Decimal;
  if (total) {
    Scalar s = convert(a.value);
    return {s.value, e.orNull(a.isNull, s.isNull)};
  }
  return l.strict(a, repOf(to), [&] { return convert(a.value); });
}

} // namespace

Scalar lowerCast(Lowering &l, flow::CastOp op) {
  if (op.getOperand().getType().isNested() || op.getResult().getType().isNested())
    return lowerNestedCast(l, op);
  return Cast(l, op).lower();
}

} // namespace levada::codegen
