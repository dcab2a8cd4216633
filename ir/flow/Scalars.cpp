//===- Scalars.cpp - verifiers of scalar operations, and what can fail ----===//
//
// The binder chooses types; these check that what passes and codegen rely on
// holds: operands of one kind, NULL possible where an operand may be NULL.
//
//===----------------------------------------------------------------------===//
#include "ir/flow/FlowOps.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace levada::flow;

static bool isBoolean(SqlType type) { return type.getKind() == SqlKind::Boolean; }

/// A strict operation: NULL in, NULL out.
static LogicalResult verifyStrict(Operation *op) {
  auto result = cast<SqlType>(op->getResult(0).getType());
  for (Value operand : op->getOperands())
    if (cast<SqlType>(operand.getType()).getNullable() && !result.getNullable())
      return op->emitOpError("result must be nullable, as an operand is");
  return success();
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// Width in bits of the integer that holds a value; 0 for other types.
static unsigned integerWidth(SqlType type) {
  switch (type.getKind()) {
  case SqlKind::Boolean:
    return 1;
  case SqlKind::TinyInt:
    return 8;
  case SqlKind::SmallInt:
    return 16;
  case SqlKind::Int:
  case SqlKind::Date:
  case SqlKind::Time:
  case SqlKind::IntervalYearMonth:
    return 32;
  case SqlKind::BigInt:
  case SqlKind::IntervalDayTime:
    return 64;
  case SqlKind::Timestamp:
  case SqlKind::TimestampLtz:
    return type.getPrecision() <= 6 ? 64 : 128;
  case SqlKind::Decimal:
    return 128;
  default:
    return 0;
  }
}

LogicalResult ConstantOp::verify() {
  SqlType type = getResult().getType();
  Attribute value = getValue();
  if (isa<UnitAttr>(value)) {
    if (!type.getNullable())
      return emitOpError("is NULL of a NOT NULL type");
    return success();
  }
  bool fits = false;
  if (unsigned width = integerWidth(type)) {
    auto integer = dyn_cast<IntegerAttr>(value);
    fits = integer && integer.getType().isSignlessInteger(width);
    if (integer && !fits)
      return emitOpError("of ") << type << " needs an i" << width << ", found " << integer.getType();
  } else if (type.isApproximate()) {
    auto number = dyn_cast<FloatAttr>(value);
    fits = number && (type.getKind() == SqlKind::Float ? number.getType().isF32()
                                                       : number.getType().isF64());
  } else if (type.isCharacter() || type.isBinary() || type.isNested()) {
    fits = isa<StringAttr>(value);
  }
  if (!fits)
    return emitOpError("of ") << type << " cannot be " << value;
  return success();
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

static bool isTemporal(SqlType type) {
  return type.isTimestamp() || type.isInterval() || type.getKind() == SqlKind::Date ||
         type.getKind() == SqlKind::Time;
}

static LogicalResult verifyArith(Operation *op) {
  auto l = cast<SqlType>(op->getOperand(0).getType());
  auto r = cast<SqlType>(op->getOperand(1).getType());
  auto result = cast<SqlType>(op->getResult(0).getType());
  if (isTemporal(l) || isTemporal(r)) {
    if (!isTemporal(result) && !result.isInteger())
      return op->emitOpError("of dates and intervals cannot be ") << result;
    return verifyStrict(op);
  }
  for (SqlType type : {l, r, result})
    if (!type.isNumeric())
      return op->emitOpError("needs numbers, found ") << type;
  if (l.getKind() != result.getKind() || r.getKind() != result.getKind())
    return op->emitOpError("needs operands of the result's kind ")
           << result << ", found " << l << " and " << r;
  return verifyStrict(op);
}

LogicalResult AddOp::verify() { return verifyArith(*this); }
LogicalResult SubOp::verify() { return verifyArith(*this); }
LogicalResult MulOp::verify() { return verifyArith(*this); }
LogicalResult DivOp::verify() { return verifyArith(*this); }
LogicalResult RemOp::verify() { return verifyArith(*this); }

LogicalResult NegOp::verify() {
  SqlType operand = getOperand().getType(), result = getResult().getType();
  if (!operand.isNumeric() && !operand.isInterval())
    return emitOpError("needs a number or an interval, found ") << operand;
  if (operand.getKind() != result.getKind())
    return emitOpError("of ") << operand << " cannot be " << result;
  return verifyStrict(*this);
}

//===----------------------------------------------------------------------===//
// Comparison and logic
//===----------------------------------------------------------------------===//

LogicalResult CmpOp::verify() {
  SqlType l = getLhs().getType(), r = getRhs().getType(), result = getResult().getType();
  auto text = [](SqlType t) { return t.isCharacter(); };
  auto bytes = [](SqlType t) { return t.isBinary(); };
  bool alike = l.getKind() == r.getKind() || (text(l) && text(r)) || (bytes(l) && bytes(r));
  if (!alike)
    return emitOpError("compares ") << l << " with " << r;
  if (l.getKind() == SqlKind::Decimal && l.getScale() != r.getScale())
    return emitOpError("compares DECIMALs of different scale, ") << l << " and " << r;
  if (l.isTimestamp() && l.getPrecision() != r.getPrecision())
    return emitOpError("compares timestamps of different precision, ") << l << " and " << r;
  if (!isBoolean(result))
    return emitOpError("is a BOOLEAN, not ") << result;
  if (getPredicate() == Predicate::distinct || getPredicate() == Predicate::not_distinct) {
    if (result.getNullable())
      return emitOpError("of IS DISTINCT FROM is never NULL");
    return success();
  }
  return verifyStrict(*this);
}

LogicalResult IsOp::verify() {
  bool aboutNull = getTest() == Truth::is_null || getTest() == Truth::is_not_null;
  if (!aboutNull && !isBoolean(getOperand().getType()))
    return emitOpError("needs a BOOLEAN, found ") << getOperand().getType();
  SqlType result = getResult().getType();
  if (!isBoolean(result) || result.getNullable())
    return emitOpError("is a BOOLEAN NOT NULL, not ") << result;
  return success();
}

LogicalResult CurrentWatermarkOp::verify() {
  SqlType result = getResult().getType();
  if (!result.isTimestamp() || result.getPrecision() != 3 || !result.getNullable())
    return emitOpError("is a timestamp of 3 digits that can be NULL, not ") << result;
  return success();
}

LogicalResult NotOp::verify() {
  if (!isBoolean(getOperand().getType()) || !isBoolean(getResult().getType()))
    return emitOpError("needs BOOLEANs");
  return verifyStrict(*this);
}

/// The one value that a region without arguments yields.
static FailureOr<SqlType> yieldedType(Operation *op, Region &region, StringRef name) {
  if (!region.hasOneBlock() || region.getNumArguments() != 0)
    return op->emitOpError("region `") << name << "` must be one block without arguments";
  auto yield = region.front().empty() ? YieldOp() : dyn_cast<YieldOp>(region.front().back());
  if (!yield || yield.getNumOperands() != 1)
    return op->emitOpError("region `") << name << "` must yield one value";
  auto type = dyn_cast<SqlType>(yield.getOperand(0).getType());
  if (!type)
    return op->emitOpError("region `") << name << "` must yield an SQL value";
  return type;
}

static LogicalResult verifyLogic(Operation *op, SqlType lhs, Region &region, SqlType result) {
  FailureOr<SqlType> rhs = yieldedType(op, region, "rhs");
  if (failed(rhs))
    return failure();
  for (SqlType type : {lhs, *rhs, result})
    if (!isBoolean(type))
      return op->emitOpError("needs BOOLEANs, found ") << type;
  if ((lhs.getNullable() || rhs->getNullable()) && !result.getNullable())
    return op->emitOpError("result must be nullable, as a side is");
  return success();
}

LogicalResult AndOp::verify() {
  return verifyLogic(*this, getLhs().getType(), getRhs(), getResult().getType());
}
LogicalResult OrOp::verify() {
  return verifyLogic(*this, getLhs().getType(), getRhs(), getResult().getType());
}

LogicalResult IfOp::verify() {
  if (!isBoolean(getCondition().getType()))
    return emitOpError("condition must be a BOOLEAN, found ") << getCondition().getType();
  for (auto [region, name] : {std::pair<Region *, StringRef>{&getThen(), "then"},
                              {&getOtherwise(), "else"}}) {
    FailureOr<SqlType> type = yieldedType(*this, *region, name);
    if (failed(type))
      return failure();
    if (*type != getResult().getType())
      return emitOpError("region `") << name << "` yields " << *type << " for a result of "
                                     << getResult().getType();
  }
  return success();
}

LogicalResult CastOp::verify() {
  SqlType result = getResult().getType();
  if (getTryCast() && !result.getNullable())
    return emitOpError("result of TRY_CAST must be nullable");
  return verifyStrict(*this);
}

//===----------------------------------------------------------------------===//
// What can fail
//===----------------------------------------------------------------------===//

bool AddOp::mayFail() { return false; }
bool SubOp::mayFail() { return false; }
bool MulOp::mayFail() { return false; }

/// Integer and DECIMAL division by zero fails; float division does not. A
/// divisor that is known decides.
static bool divisionFails(SqlType type, Value divisor) {
  if (type.isApproximate())
    return false;
  auto constant = divisor.getDefiningOp<ConstantOp>();
  auto value = constant ? dyn_cast<IntegerAttr>(constant.getValue()) : IntegerAttr();
  return !value || value.getValue().isZero();
}
bool DivOp::mayFail() { return divisionFails(getResult().getType(), getRhs()); }
bool RemOp::mayFail() { return divisionFails(getResult().getType(), getRhs()); }

bool CastOp::mayFail() {
  if (getTryCast())
    return false;
  SqlType from = getOperand().getType(), to = getResult().getType();
  if (from.isNested() && to.isNested())
    return allNullable(from) != allNullable(to);
  // Only text has values that a type cannot read.
  return from.isCharacter() && !to.isCharacter() && !to.isBinary();
}

bool CallOp::mayFail() { return !getTotal(); }

void CallOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  // Keeps two of them two.
  if (getVarying())
    effects.emplace_back(MemoryEffects::Write::get());
}
