//===- Arith.cpp - arithmetic of integers and floats ----------------------===//
//
// Integers wrap, a division by zero is an error of the row, the least integer
// divided by -1 wraps too. Floats follow IEEE. DECIMAL and time types have
// files of their own.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Lower.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using levada::flow::SqlKind;
using levada::flow::SqlType;

namespace levada::codegen {

static Value floatArith(Emitter &e, Operation *op, Value a, Value b) {
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](flow::AddOp) { return e.op<LLVM::FAddOp>(a, b); })
      .Case([&](flow::SubOp) { return e.op<LLVM::FSubOp>(a, b); })
      .Case([&](flow::MulOp) { return e.op<LLVM::FMulOp>(a, b); })
      .Case([&](flow::DivOp) { return e.op<LLVM::FDivOp>(a, b); })
      .Case([&](flow::RemOp) { return e.op<LLVM::FRemOp>(a, b); });
}

/// a / b or a % b for b that is not zero: -1 would trap on the least integer.
static Value divide(Emitter &e, Value a, Value b, bool remainder) {
  Type type = a.getType();
  Value minusOne = e.eq(b, e.constant(type, -1));
  Value divisor = e.select(minusOne, e.constant(type, 1), b);
  if (remainder)
    return e.op<LLVM::SRemOp>(a, divisor);
  Value quotient = e.op<LLVM::SDivOp>(a, divisor);
  return e.select(minusOne, e.sub(e.constant(type, 0), a), quotient);
}

Scalar lowerArith(Lowering &l, Operation *op) {
  auto resultType = cast<SqlType>(op->getResult(0).getType());
  auto lhsType = cast<SqlType>(op->getOperand(0).getType());
  auto rhsType = cast<SqlType>(op->getOperand(1).getType());
  auto temporal = [](SqlType type) {
    return type.isTimestamp() || type.isInterval() || type.getKind() == SqlKind::Date ||
           type.getKind() == SqlKind::Time;
  };
  if (temporal(lhsType) || temporal(rhsType))
    return lowerTemporal(l, op);
  if (resultType.getKind() == SqlKind::Decimal)
    return lowerDecimal(l, op);

  Emitter &e = l.e;
  Scalar a = l.get(op->getOperand(0)), b = l.get(op->getOperand(1));
  Value isNull = e.orNull(a.isNull, b.isNull);
  if (resultType.isApproximate())
    return {floatArith(e, op, a.value, b.value), isNull};
  if (isa<flow::AddOp>(op))
    return {e.add(a.value, b.value), isNull};
  if (isa<flow::SubOp>(op))
    return {e.sub(a.value, b.value), isNull};
  if (isa<flow::MulOp>(op))
    return {e.mul(a.value, b.value), isNull};
  // A NULL's leftover may be 0: divide only what is there.
  return l.strict({a, b}, repOf(resultType), [&]() -> Scalar {
    l.failIf(e.eq(b.value, e.constant(b.value.getType(), 0)), RowError::DivisionByZero,
             op->getLoc());
    return {divide(e, a.value, b.value, isa<flow::RemOp>(op)), {}};
  });
}

Scalar lowerNeg(Lowering &l, flow::NegOp op) {
  Scalar a = l.get(op.getOperand());
  Type type = a.value.getType();
  if (isa<FloatType>(type))
    return {l.e.op<LLVM::FNegOp>(a.value), a.isNull};
  return {l.e.sub(l.e.constant(type, 0), a.value), a.isNull};
}

} // namespace levada::codegen
