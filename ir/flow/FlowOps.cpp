//===- FlowOps.cpp - verifiers, folders, interface methods ----------------===//
//
// Operators check that regions and attributes agree with the columns of
// their streams; scalars answer whether they can fail.
//
//===----------------------------------------------------------------------===//
#include "ir/flow/FlowOps.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace levada::flow;

//===----------------------------------------------------------------------===//
// Operator interface
//===----------------------------------------------------------------------===//

StringRef SourceOp::label() { return "source"; }
StringRef ProjectOp::label() { return "project"; }
StringRef FilterOp::label() { return "filter"; }
StringRef WatermarkOp::label() { return "watermark"; }
StringRef WindowOp::label() { return "window"; }
StringRef AggregateOp::label() { return "aggregate"; }
StringRef UnionOp::label() { return "union"; }
StringRef SortOp::label() { return "sort"; }
StringRef SinkOp::label() { return "sink"; }

//===----------------------------------------------------------------------===//
// Operators' verifiers
//===----------------------------------------------------------------------===//

/// The region's arguments are the columns of `input`.
static LogicalResult verifyRowBlock(Operation *op, Region &body, StreamType input) {
  Block &block = body.front();
  if (block.getNumArguments() != input.size())
    return op->emitOpError("has a block of ")
           << block.getNumArguments() << " arguments for " << input.size() << " columns";
  for (auto [argument, type] : llvm::zip(block.getArgumentTypes(), input.getTypes()))
    if (argument != type)
      return op->emitOpError("block argument of type ") << argument << " for a column of " << type;
  if (!block.mightHaveTerminator() || !isa<YieldOp>(block.back()))
    return op->emitOpError("block must end in flow.yield");
  return success();
}

LogicalResult SourceOp::verify() {
  StreamType rows = getRows().getType();
  for (StringAttr name : rows.getNames()) {
    bool physical = llvm::any_of(getColumns(), [&](Attribute a) { return a == name; });
    if (!physical && !getMetadata().contains(name))
      return emitOpError("column `") << name.getValue() << "` is neither in columns nor in metadata";
  }
  if ((getOnError() == OnError::dead_letter) != static_cast<bool>(getDead()))
    return emitOpError("has a second result exactly when on_error is dead_letter");
  return success();
}

LogicalResult ProjectOp::verify() {
  if (failed(verifyRowBlock(*this, getBody(), getInput().getType())))
    return failure();
  auto yield = cast<YieldOp>(getBody().front().back());
  StreamType output = getOutput().getType();
  if (yield.getNumOperands() != output.size())
    return emitOpError("yields ") << yield.getNumOperands() << " values for " << output.size() << " columns";
  for (auto [value, type] : llvm::zip(yield.getOperandTypes(), output.getTypes()))
    if (value != type)
      return emitOpError("yields ") << value << " for a column of " << type;
  return success();
}

LogicalResult FilterOp::verify() {
  if (failed(verifyRowBlock(*this, getBody(), getInput().getType())))
    return failure();
  auto yield = cast<YieldOp>(getBody().front().back());
  if (yield.getNumOperands() != 1)
    return emitOpError("must yield one BOOLEAN");
  auto type = dyn_cast<SqlType>(yield.getOperand(0).getType());
  if (!type || type.getKind() != SqlKind::Boolean)
    return emitOpError("must yield one BOOLEAN, found ") << yield.getOperand(0).getType();
  if (getInput().getType() != getOutput().getType())
    return emitOpError("changes the columns");
  return success();
}

LogicalResult WatermarkOp::verify() {
  if (failed(verifyRowBlock(*this, getBody(), getInput().getType())))
    return failure();
  StreamType input = getInput().getType();
  int64_t index = input.indexOf(getColumn());
  if (index < 0)
    return emitOpError("has no column `") << getColumn() << "`";
  SqlType type = input.columnType(index);
  if (!type.isTimestamp() || type.getPrecision() > 3)
    return emitOpError("needs a TIMESTAMP or TIMESTAMP_LTZ of at most 3 digits, found ") << type;
  return success();
}

LogicalResult WindowOp::verify() {
  if (getWindow().getKind() == WindowKind::session)
    return emitOpError("cannot add a session to single rows");
  return success();
}

LogicalResult AggregateOp::verify() {
  StreamType input = getInput().getType();
  for (Attribute key : getKeys())
    if (input.indexOf(cast<StringAttr>(key).getValue()) < 0)
      return emitOpError("has no key column ") << key;
  size_t columns = getKeys().size() + (getWindow() ? 3 : 0) + getAggs().size();
  if (getOutput().getType().size() != columns)
    return emitOpError("has ") << getOutput().getType().size() << " columns, not " << columns;
  for (Attribute attr : getAggs()) {
    auto agg = cast<AggAttr>(attr);
    for (StringAttr arg : agg.getArgs())
      if (input.indexOf(arg.getValue()) < 0)
        return emitOpError("has no argument column ") << arg;
    if (!agg.getFilter().empty() && input.indexOf(agg.getFilter().getValue()) < 0)
      return emitOpError("has no filter column ") << agg.getFilter();
  }
  return success();
}

LogicalResult UnionOp::verify() {
  for (Value input : getInputs())
    if (cast<StreamType>(input.getType()).getTypes() != getOutput().getType().getTypes())
      return emitOpError("joins streams of different columns: ") << input.getType();
  return success();
}

LogicalResult SortOp::verify() {
  for (Attribute attr : getKeys())
    if (getInput().getType().indexOf(cast<SortKeyAttr>(attr).getColumn().getValue()) < 0)
      return emitOpError("has no column ") << cast<SortKeyAttr>(attr).getColumn();
  return success();
}

LogicalResult SinkOp::verify() { return success(); }

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

LogicalResult ConstantOp::verify() {
  bool null = isa<UnitAttr>(getValue());
  if (null && !getResult().getType().getNullable())
    return emitOpError("is NULL of a NOT NULL type");
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

OpFoldResult CastOp::fold(FoldAdaptor) {
  return getOperand().getType() == getResult().getType() ? getOperand() : Value();
}

bool AddOp::mayFail() { return false; }
bool SubOp::mayFail() { return false; }
bool MulOp::mayFail() { return false; }

/// Integer and DECIMAL division by zero fails; float division does not.
static bool divisionFails(SqlType type) { return !type.isApproximate(); }
bool DivOp::mayFail() { return divisionFails(getResult().getType()); }
bool RemOp::mayFail() { return divisionFails(getResult().getType()); }

bool CastOp::mayFail() {
  if (getTryCast())
    return false;
  SqlType from = getOperand().getType(), to = getResult().getType();
  // Only text has values that a type cannot read.
  return from.isCharacter() && !to.isCharacter() && !to.isBinary();
}

/// Set on construction from the catalogue: a call keeps what it was told.
bool CallOp::mayFail() { return !(*this)->hasAttr("total"); }
