//===- Logic.cpp - AND, OR, NOT, IS, IF -----------------------------------===//
//
// Three-valued logic. The right side of AND and OR and the branches of IF run
// only when they decide: they may fail.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Lower.h"

using namespace mlir;

namespace levada::codegen {

/// Lowers a region's block; gives the scalar it yields.
static Scalar lowerYielding(Lowering &l, Region &region) {
  Block &block = region.front();
  l.lowerBlock(block);
  return l.get(cast<flow::YieldOp>(block.back()).getValues()[0]);
}

Scalar lowerLogic(Lowering &l, Operation *op, bool isAnd) {
  Emitter &e = l.e;
  Scalar a = l.get(op->getOperand(0));
  // The value that decides alone: FALSE for AND, TRUE for OR.
  Value decides = isAnd ? e.inverse(a.value) : a.value;
  if (a.isNull)
    decides = e.bitAnd(decides, e.inverse(a.isNull));
  return l.choose(
      decides, Rep::I1, [&]() -> Scalar { return {e.i1(!isAnd), {}}; },
      [&]() -> Scalar {
        Scalar b = lowerYielding(l, op->getRegion(0));
        if (!a.isNull)
          return b;
        // a is NULL or neutral: b alone unless a is NULL and b does not decide.
        Value bDecides = isAnd ? e.inverse(b.value) : b.value;
        if (b.isNull)
          bDecides = e.bitAnd(bDecides, e.inverse(b.isNull));
        Value isNull = e.bitAnd(e.bitOr(a.isNull, l.nullFlag(b)), e.inverse(bDecides));
        return {b.value, isNull};
      });
}

Scalar lowerIf(Lowering &l, flow::IfOp op) {
  Value flag = l.isTrue(l.get(op.getCondition()));
  return l.choose(
      flag, repOf(op.getResult().getType()), [&] { return lowerYielding(l, op.getThen()); },
      [&] { return lowerYielding(l, op.getOtherwise()); });
}

Scalar lowerNot(Lowering &l, flow::NotOp op) {
  Scalar a = l.get(op.getOperand());
  return {l.e.inverse(a.value), a.isNull};
}

Scalar lowerIs(Lowering &l, flow::IsOp op) {
  Emitter &e = l.e;
  Scalar a = l.get(op.getOperand());
  Value isNull = l.nullFlag(a);
  auto known = [&](Value flag) { return a.isNull ? e.bitAnd(flag, e.inverse(a.isNull)) : flag; };
  switch (op.getTest()) {
  case flow::Truth::is_null:
    return {isNull, {}};
  case flow::Truth::is_not_null:
    return {e.inverse(isNull), {}};
  case flow::Truth::is_true:
    return {known(a.value), {}};
  case flow::Truth::is_not_true:
    return {e.inverse(known(a.value)), {}};
  case flow::Truth::is_false:
    return {known(e.inverse(a.value)), {}};
  case flow::Truth::is_not_false:
    return {e.inverse(known(e.inverse(a.value))), {}};
  }
  llvm_unreachable("covered");
}

} // namespace levada::codegen
