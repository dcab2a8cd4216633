//===- Temporal.cpp - arithmetic of dates, times and intervals ------------===//
//
// Timestamps plus intervals of days are integer additions in the timestamp's
// unit; months need the calendar and call the library.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Lower.h"

using namespace mlir;
using levada::flow::SqlKind;
using levada::flow::SqlType;

namespace levada::codegen {
namespace {

constexpr int64_t kDay = 86400000;

/// What one millisecond is in the unit of a timestamp.
int64_t perMilli(SqlType type) {
  return type.getPrecision() <= 3 ? 1 : type.getPrecision() <= 6 ? 1000 : 1000000;
}

Value floorDivide(Emitter &e, Value value, int64_t divisor) {
  Type type = value.getType();
  Value d = e.constant(type, divisor), zero = e.constant(type, 0);
  Value q = e.op<LLVM::SDivOp>(value, d), r = e.op<LLVM::SRemOp>(value, d);
  return e.select(e.slt(r, zero), e.sub(q, e.constant(type, 1)), q);
}

Value addMonths(Emitter &e, Value time, SqlType type, Value months) {
  if (type.getKind() == SqlKind::Date)
    return e.call("levada_date_add_months", {time, months});
  if (type.getPrecision() <= 3)
    return e.call("levada_ts3_add_months", {time, months});
  if (type.getPrecision() <= 6)
    return e.call("levada_ts6_add_months", {time, months});
  Type wide = time.getType();
  Value ms = floorDivide(e, time, 1000000);
  Value rest = e.sub(time, e.mul(ms, e.constant(wide, 1000000)));
  Value moved = e.call("levada_ts3_add_months", {e.resize(ms, e.intType(64)), months});
  return e.add(e.mul(e.resize(moved, wide), e.constant(wide, 1000000)), rest);
}

/// time + sign * interval.
Value shift(Emitter &e, Value time, SqlType type, Value interval, SqlType intervalType,
            bool minus) {
  auto signedOf = [&](Value v) { return minus ? e.sub(e.constant(v.getType(), 0), v) : v; };
  if (intervalType.getKind() == SqlKind::IntervalYearMonth)
    return addMonths(e, time, type, signedOf(interval));
  Type i64 = e.intType(64), i32 = e.intType(32);
  if (type.getKind() == SqlKind::Date) {
    // Whole days of the interval count.
    Value days = e.op<LLVM::SDivOp>(signedOf(interval), e.i64(kDay));
    return e.add(time, e.resize(days, i32));
  }
  if (type.getKind() == SqlKind::Time) {
    Value ms = e.add(e.add(e.resize(time, i64), e.i64(kDay)),
                     signedOf(e.op<LLVM::SRemOp>(interval, e.i64(kDay))));
    return e.resize(e.op<LLVM::SRemOp>(ms, e.i64(kDay)), i32);
  }
  Value amount = e.resize(interval, time.getType());
  amount = e.mul(amount, e.constant(time.getType(), perMilli(type)));
  return minus ? e.sub(time, amount) : e.add(time, amount);
}

/// Milliseconds since the epoch.
Value millis(Emitter &e, Value time, SqlType type) {
  Type i64 = e.intType(64);
  if (type.getKind() == SqlKind::Date)
    return e.mul(e.resize(time, i64), e.i64(kDay));
  if (type.isTimestamp() && perMilli(type) > 1)
    return e.resize(floorDivide(e, time, perMilli(type)), i64);
  return e.resize(time, i64);
}

/// interval * number, interval / number.
Scalar scaleInterval(Lowering &l, Operation *op, Scalar interval, Scalar number, SqlType type) {
  Emitter &e = l.e;
  Type width = ssaType(e.context(), repOf(type));
  bool divides = isa<flow::DivOp>(op);
  if (isa<FloatType>(number.value.getType())) {
    Type f64 = e.builder().getF64Type();
    Value n = number.value;
    if (n.getType() != f64)
      n = e.op<LLVM::FPExtOp>(f64, n);
    Value a = e.op<LLVM::SIToFPOp>(f64, interval.value);
    Value r = divides ? Value(e.op<LLVM::FDivOp>(a, n)) : Value(e.op<LLVM::FMulOp>(a, n));
    llvm::StringRef name =
        repOf(type) == Rep::I32 ? "llvm.fptosi.sat.i32.f64" : "llvm.fptosi.sat.i64.f64";
    return {e.intrinsic(name, width, r), e.orNull(interval.isNull, number.isNull)};
  }
  Value n = e.resize(number.value, width);
  if (!divides)
    return {e.mul(interval.value, n), e.orNull(interval.isNull, number.isNull)};
  return l.strict({interval, number}, repOf(type), [&]() -> Scalar {
    l.failIf(e.eq(n, e.constant(width, 0)), RowError::DivisionByZero, op->getLoc());
    return {e.op<LLVM::SDivOp>(interval.value, n), {}};
  });
}

} // namespace

Scalar lowerTemporal(Lowering &l, Operation *op) {
  Emitter &e = l.e;
  auto type = cast<SqlType>(op->getResult(0).getType());
  auto typeA = cast<SqlType>(op->getOperand(0).getType());
  auto typeB = cast<SqlType>(op->getOperand(1).getType());
  Scalar a = l.get(op->getOperand(0)), b = l.get(op->getOperand(1));
  Value isNull = e.orNull(a.isNull, b.isNull);
  bool minus = isa<flow::SubOp>(op);
  if (isa<flow::MulOp, flow::DivOp>(op)) {
    bool intervalFirst = typeA.isInterval();
    return scaleInterval(l, op, intervalFirst ? a : b, intervalFirst ? b : a, type);
  }
  if (typeA.isInterval() && typeB.isInterval())
    return {minus ? e.sub(a.value, b.value) : e.add(a.value, b.value), isNull};
  if (typeB.isInterval())
    return {shift(e, a.value, typeA, b.value, typeB, minus), isNull};
  if (typeA.isInterval())
    return {shift(e, b.value, typeB, a.value, typeA, false), isNull};
  // Time minus time: the milliseconds between them.
  return {e.sub(millis(e, a.value, typeA), millis(e, b.value, typeB)), isNull};
}

} // namespace levada::codegen
