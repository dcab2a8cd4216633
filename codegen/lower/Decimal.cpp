//===- Decimal.cpp - arithmetic of DECIMAL --------------------------------===//
//
// Inline in 64 or 128 bits wherever the digits of operands and result prove
// that nothing is lost on the way; else a call with 256-bit intermediates.
// Results are rounded HALF_UP to their type; what does not fit is NULL.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Lower.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using levada::flow::SqlType;

namespace levada::codegen {
namespace {

llvm::APInt powerOfTen(int exponent, unsigned bits) {
  llvm::APInt power(bits, 1), ten(bits, 10);
  for (int i = 0; i < exponent; ++i)
    power *= ten;
  return power;
}

Value timesTen(Emitter &e, Value value, int exponent) {
  if (exponent == 0)
    return value;
  unsigned bits = value.getType().getIntOrFloatBitWidth();
  return e.mul(value, e.constant(value.getType(), powerOfTen(exponent, bits)));
}

/// value / 10^exponent, HALF_UP (away from zero).
Value roundDown(Emitter &e, Value value, int exponent) {
  Type type = value.getType();
  llvm::APInt power = powerOfTen(exponent, type.getIntOrFloatBitWidth());
  Value half = e.constant(type, power.lshr(1));
  Value negative = e.slt(value, e.constant(type, 0));
  Value moved = e.select(negative, e.sub(value, half), e.add(value, half));
  return e.op<LLVM::SDivOp>(moved, e.constant(type, power));
}

/// Whether |value| < 10^precision, by one unsigned comparison.
Value fits(Emitter &e, Value value, int precision) {
  Type type = value.getType();
  unsigned bits = type.getIntOrFloatBitWidth();
  llvm::APInt limit = powerOfTen(precision, bits) - 1;
  return e.icmp(LLVM::ICmpPredicate::ule, e.add(value, e.constant(type, limit)),
                e.constant(type, limit + limit));
}

struct Operand {
  Scalar scalar;
  int precision, scale;
};

Operand operandOf(Lowering &l, Value value) {
  auto type = cast<SqlType>(value.getType());
  return {l.get(value), type.getPrecision(), type.getScale()};
}

/// The exact result of + - * % as an integer of `bits` bits at `scale`.
Value exact(Lowering &l, Operation *op, const Operand &a, const Operand &b, int scale,
            unsigned bits) {
  Emitter &e = l.e;
  Type type = e.intType(bits);
  Value x = e.resize(a.scalar.value, type), y = e.resize(b.scalar.value, type);
  if (isa<flow::MulOp>(op))
    return e.mul(x, y);
  x = timesTen(e, x, scale - a.scale);
  y = timesTen(e, y, scale - b.scale);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](flow::AddOp) { return e.add(x, y); })
      .Case([&](flow::SubOp) { return e.sub(x, y); })
      .Case([&](flow::RemOp) { return e.op<LLVM::SRemOp>(x, y); });
}

/// a / b HALF_UP at the result's scale: a is scaled up by `shift` digits.
Value quotient(Emitter &e, Value a, Value b, int shift, unsigned bits) {
  Type type = e.intType(bits);
  Value n = timesTen(e, e.resize(a, type), shift), d = e.resize(b, type);
  Value q = e.op<LLVM::SDivOp>(n, d), r = e.op<LLVM::SRemOp>(n, d);
  Value zero = e.constant(type, 0);
  auto magnitude = [&](Value v) { return e.smax(v, e.sub(zero, v)); };
  Value twice = e.op<LLVM::ShlOp>(magnitude(r), e.constant(type, 1));
  Value away = e.icmp(LLVM::ICmpPredicate::sge, twice, magnitude(d));
  Value negative = e.slt(e.bitXor(n, d), zero);
  Value step = e.select(negative, e.constant(type, -1), e.constant(type, 1));
  return e.add(q, e.select(away, step, zero));
}

/// The library's arithmetic, for what does not fit 128 bits on the way.
Scalar callLibrary(Lowering &l, Operation *op, const Operand &a, const Operand &b, SqlType type) {
  llvm::StringRef name = llvm::TypeSwitch<Operation *, llvm::StringRef>(op)
                             .Case([](flow::AddOp) { return "levada_dec_add"; })
                             .Case([](flow::SubOp) { return "levada_dec_sub"; })
                             .Case([](flow::MulOp) { return "levada_dec_mul"; })
                             .Case([](flow::DivOp) { return "levada_dec_div"; })
                             .Case([](flow::RemOp) { return "levada_dec_mod"; });
  Emitter &e = l.e;
  Type wide = e.intType(128);
  return l.strict({a.scalar, b.scalar}, repOf(type), [&] {
    Scalar s = l.statusCall(name,
                            {l.ctx, l.spill(e.resize(a.scalar.value, wide)), e.i32(a.scale),
                             l.spill(e.resize(b.scalar.value, wide)), e.i32(b.scale),
                             e.i32(type.getPrecision()), e.i32(type.getScale())},
                            Rep::I128, /*mayBeNull=*/true, /*failNull=*/false, op->getLoc());
    s.value = e.resize(s.value, ssaType(e.context(), repOf(type)));
    return s;
  });
}

} // namespace

Scalar toDecimal(Lowering &l, Scalar s, int digits, int from, SqlType type) {
  Emitter &e = l.e;
  int scale = type.getScale();
  if (scale < from) {
    s.value = roundDown(e, s.value, from - scale);
    digits = std::max(digits - (from - scale), 0) + 1; // 9.99 to 10.0
  } else {
    s.value = timesTen(e, s.value, scale - from);
    digits += scale - from;
  }
  if (digits > type.getPrecision())
    s.isNull = e.orNull(s.isNull, e.inverse(fits(e, s.value, type.getPrecision())));
  s.value = e.resize(s.value, ssaType(e.context(), repOf(type)));
  return s;
}

Scalar lowerDecimal(Lowering &l, Operation *op) {
  Emitter &e = l.e;
  auto type = cast<SqlType>(op->getResult(0).getType());
  Operand a = operandOf(l, op->getOperand(0)), b = operandOf(l, op->getOperand(1));
  bool divides = isa<flow::DivOp, flow::RemOp>(op);
  int scale = std::max(a.scale, b.scale);
  int digits = std::max(a.precision - a.scale, b.precision - b.scale) + scale + 1;
  if (isa<flow::MulOp>(op)) {
    scale = a.scale + b.scale;
    digits = a.precision + b.precision;
  }
  int shift = type.getScale() - a.scale + b.scale; // of the dividend
  if (isa<flow::DivOp>(op)) {
    scale = type.getScale();
    digits = a.precision + shift + 1;
    if (shift < 0 || a.precision > 18 || b.precision > 18 || scale > 18)
      return callLibrary(l, op, a, b, type);
  }
  // Room for the exact result, for the result's scale, and for rounding.
  int room = std::max({digits, digits + type.getScale() - scale, type.getPrecision() + 1,
                       a.precision, b.precision});
  if (room > 38)
    return callLibrary(l, op, a, b, type);
  unsigned bits = room <= 18 ? 64 : 128;
  Value isNull = e.orNull(a.scalar.isNull, b.scalar.isNull);
  if (!divides)
    return toDecimal(l, {exact(l, op, a, b, scale, bits), isNull}, digits, scale, type);
  return l.strict({a.scalar, b.scalar}, repOf(type), [&] {
    l.failIf(e.eq(b.scalar.value, e.constant(b.scalar.value.getType(), 0)),
             RowError::DivisionByZero, op->getLoc());
    Value value = isa<flow::DivOp>(op) ? quotient(e, a.scalar.value, b.scalar.value, shift, bits)
                                       : exact(l, op, a, b, scale, bits);
    return toDecimal(l, {value, {}}, digits, scale, type);
  });
}

} // namespace levada::codegen
