//===- Compare.cpp - flow.cmp and the order of values ---------------------===//
//
// Texts are compared as bytes; equality looks at length and first bytes in
// one word, then at the other word, and calls memcmp for long ones only.
// Floats compare as in Java: NaN equals nothing.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Nested.h"

using namespace mlir;
using levada::flow::Predicate;
using levada::flow::SqlType;

namespace levada::codegen {

static LLVM::ICmpPredicate intPredicate(Predicate predicate, bool isSigned) {
  switch (predicate) {
  case Predicate::eq:
  case Predicate::not_distinct:
    return LLVM::ICmpPredicate::eq;
  case Predicate::ne:
  case Predicate::distinct:
    return LLVM::ICmpPredicate::ne;
  case Predicate::lt:
    return isSigned ? LLVM::ICmpPredicate::slt : LLVM::ICmpPredicate::ult;
  case Predicate::le:
    return isSigned ? LLVM::ICmpPredicate::sle : LLVM::ICmpPredicate::ule;
  case Predicate::gt:
    return isSigned ? LLVM::ICmpPredicate::sgt : LLVM::ICmpPredicate::ugt;
  case Predicate::ge:
    return isSigned ? LLVM::ICmpPredicate::sge : LLVM::ICmpPredicate::uge;
  }
  llvm_unreachable("covered");
}

static LLVM::FCmpPredicate floatPredicate(Predicate predicate) {
  switch (predicate) {
  case Predicate::eq:
  case Predicate::not_distinct:
    return LLVM::FCmpPredicate::oeq;
  case Predicate::ne:
  case Predicate::distinct:
    return LLVM::FCmpPredicate::une;
  case Predicate::lt:
    return LLVM::FCmpPredicate::olt;
  case Predicate::le:
    return LLVM::FCmpPredicate::ole;
  case Predicate::gt:
    return LLVM::FCmpPredicate::ogt;
  case Predicate::ge:
    return LLVM::FCmpPredicate::oge;
  }
  llvm_unreachable("covered");
}

static Value memcmpCall(Emitter &e, Value a, Value b, Value size) {
  return e.external("memcmp", e.intType(32), {a, b, size});
}

/// Where the bytes of the text at `slot` are.
static Value textData(Emitter &e, Value slot, Value size) {
  Value isLong = e.icmp(LLVM::ICmpPredicate::ugt, size, e.i32(12));
  // The word is read as an integer: of a short text it holds characters.
  Value word = e.load(e.intType(64), e.offset(slot, 8), 4);
  Value pointer = e.op<LLVM::IntToPtrOp>(e.ptr(), word);
  return e.select(isLong, pointer, e.offset(slot, 4));
}

static Value textEqual(Emitter &e, Value a, Value b) {
  Type word = e.intType(64);
  Value headA = e.load(word, a, 4), headB = e.load(word, b, 4);
  return e.choose(
      e.eq(headA, headB), e.intType(1),
      [&] {
        Value tailA = e.load(word, e.offset(a, 8), 4), tailB = e.load(word, e.offset(b, 8), 4);
        Value same = e.eq(tailA, tailB);
        Value size = e.op<LLVM::TruncOp>(e.intType(32), headA);
        Value mayEqual = e.bitAnd(e.inverse(same),
                                  e.icmp(LLVM::ICmpPredicate::ugt, size, e.i32(12)));
        return e.choose(
            mayEqual, e.intType(1),
            [&] {
              Value order = memcmpCall(e, e.op<LLVM::IntToPtrOp>(e.ptr(), tailA),
                                       e.op<LLVM::IntToPtrOp>(e.ptr(), tailB),
                                       e.zext(size, word));
              return e.eq(order, e.i32(0));
            },
            [&] { return same; });
      },
      [&] { return e.i1(false); });
}

/// Below, at or above zero as `a` stands before, at or after `b`.
static Value textOrder(Emitter &e, Value a, Value b) {
  Value sizeA = e.load(e.intType(32), a, 4), sizeB = e.load(e.intType(32), b, 4);
  Value least = e.op<LLVM::UMinOp>(sizeA, sizeB);
  Value order = memcmpCall(e, textData(e, a, sizeA), textData(e, b, sizeB),
                           e.zext(least, e.intType(64)));
  Value bySize = e.op<LLVM::TruncOp>(
      e.intType(32), e.op<LLVM::AShrOp>(e.sub(e.zext(sizeA, e.intType(64)), e.zext(sizeB, e.intType(64))), e.i64(1)));
  // Sizes differ by one at least when they differ: keep the sign, not the bit.
  Value differs = e.select(e.eq(sizeA, sizeB), e.i32(0), e.bitOr(bySize, e.i32(1)));
  return e.select(e.eq(order, e.i32(0)), differs, order);
}

Value Lowering::compare(Predicate predicate, Value a, Value b, SqlType type) {
  if (type.isNested()) {
    Value equal = e.call("levada_nested_equal", {typeDescriptor(*this, type), a, b});
    return predicate == Predicate::ne || predicate == Predicate::distinct ? e.inverse(equal) : equal;
  }
  switch (repOf(type)) {
  case Rep::F32:
  case Rep::F64:
    return e.op<LLVM::FCmpOp>(floatPredicate(predicate), a, b);
  case Rep::I1:
    return e.icmp(intPredicate(predicate, false), a, b);
  case Rep::Str:
    if (predicate == Predicate::eq || predicate == Predicate::not_distinct)
      return textEqual(e, a, b);
    if (predicate == Predicate::ne || predicate == Predicate::distinct)
      return e.inverse(textEqual(e, a, b));
    return e.icmp(intPredicate(predicate, true), textOrder(e, a, b), e.i32(0));
  case Rep::I8:
  case Rep::I16:
  case Rep::I32:
  case Rep::I64:
  case Rep::I128:
    return e.icmp(intPredicate(predicate, true), a, b);
  }
  llvm_unreachable("covered");
}

/// Brings both to one machine form: timestamps to the finer unit, DECIMALs of
/// one scale to the wider integer.
static SqlType align(Emitter &e, Value &a, SqlType typeA, Value &b, SqlType typeB) {
  auto scaleUp = [&](Value value, int digits) {
    return e.mul(value, e.constant(value.getType(), digits == 3 ? 1000 : 1000000));
  };
  if (typeA.isTimestamp() && typeB.isTimestamp()) {
    int unitA = unitDigits(typeA), unitB = unitDigits(typeB);
    SqlType finer = unitA >= unitB ? typeA : typeB;
    Type wide = ssaType(e.context(), repOf(finer));
    a = e.resize(a, wide);
    b = e.resize(b, wide);
    if (unitA < unitB)
      a = scaleUp(a, unitB - unitA);
    if (unitB < unitA)
      b = scaleUp(b, unitA - unitB);
    return finer;
  }
  if (typeA.getKind() == flow::SqlKind::Decimal && repOf(typeA) != repOf(typeB)) {
    a = e.resize(a, e.intType(128));
    b = e.resize(b, e.intType(128));
    return repOf(typeA) == Rep::I128 ? typeA : typeB;
  }
  return typeA;
}

Scalar lowerCmp(Lowering &l, flow::CmpOp op) {
  Emitter &e = l.e;
  Scalar a = l.get(op.getLhs()), b = l.get(op.getRhs());
  auto typeA = cast<SqlType>(op.getLhs().getType()), typeB = cast<SqlType>(op.getRhs().getType());
  Predicate predicate = op.getPredicate();
  SqlType type = align(e, a.value, typeA, b.value, typeB);
  if (predicate == Predicate::distinct || predicate == Predicate::not_distinct) {
    if (!a.isNull && !b.isNull)
      return {l.compare(predicate, a.value, b.value, type), {}};
    bool whenEqual = predicate == Predicate::not_distinct;
    Value nullA = l.nullFlag(a), nullB = l.nullFlag(b);
    Value either = e.bitOr(nullA, nullB);
    Value sameNull = e.eq(nullA, nullB);
    return l.choose(
        either, Rep::I1,
        [&]() -> Scalar { return {whenEqual ? sameNull : e.inverse(sameNull), {}}; },
        [&]() -> Scalar { return {l.compare(predicate, a.value, b.value, type), {}}; });
  }
  if (repOf(type) != Rep::Str)
    return {l.compare(predicate, a.value, b.value, type), e.orNull(a.isNull, b.isNull)};
  return l.strict({a, b}, Rep::I1, [&]() -> Scalar {
    return {l.compare(predicate, a.value, b.value, type), {}};
  });
}

} // namespace levada::codegen
