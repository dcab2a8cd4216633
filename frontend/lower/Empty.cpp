//===- Empty.cpp - WHERE FALSE: no rows, whatever they would be made of ----===//
//
// A filter that no row passes reads nothing: what stands above it (a join that
// cannot run yet, say) goes. Only constants are looked at; everything else is
// for passes/flow/FoldConstants.cpp.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"
#include "frontend/sema/Constants.h"


namespace levada::lower {

using namespace flow;

namespace {
/// The constant that `value` is; null where it is none.
mlir::Attribute constantOf(mlir::Value value) {
  mlir::Operation *op = value.getDefiningOp();
  if (!op)
    return {};
  if (auto constant = llvm::dyn_cast<ConstantOp>(op))
    return constant.getValue();
  auto isFalse = [](mlir::Attribute attr) {
    auto flag = llvm::dyn_cast_or_null<mlir::BoolAttr>(attr);
    return flag && !flag.getValue();
  };
  if (auto both = llvm::dyn_cast<AndOp>(op)) {
    mlir::Attribute left = constantOf(both.getLhs());
    mlir::Attribute right = constantOf(both.getRhs().front().back().getOperand(0));
    return isFalse(left) ? left : isFalse(right) ? right : mlir::Attribute();
  }
  if (op->getNumRegions() != 0 || op->getNumResults() != 1)
    return {};
  llvm::SmallVector<mlir::Attribute> operands;
  for (mlir::Value operand : op->getOperands()) {
    operands.push_back(constantOf(operand));
    if (!operands.back())
      return {};
  }
  llvm::SmallVector<mlir::OpFoldResult> results;
  if (mlir::failed(op->fold(operands, results)) || results.size() != 1)
    return {};
  return llvm::dyn_cast_if_present<mlir::Attribute>(results[0]);
}

/// Some value of a type: no row ever has it.
mlir::Attribute anyValue(SqlType type, mlir::Builder &builder) {
  if (type.getNullable())
    return builder.getUnitAttr();
  if (type.isNested())
    return {};
  if (type.isCharacter() || type.isBinary())
    return builder.getStringAttr("");
  if (type.getKind() == SqlKind::Boolean)
    return builder.getBoolAttr(false);
  if (type.getKind() == SqlKind::Float)
    return builder.getF32FloatAttr(0);
  if (type.getKind() == SqlKind::Double)
    return builder.getF64FloatAttr(0);
  return sema::integerAttr(type, int64_t(0));
}
} // namespace

void Lowering::dropEmpty(mlir::ModuleOp module) {
  mlir::OpBuilder::InsertionGuard guard(builder);
  llvm::SmallVector<FilterOp> filters(module.getOps<FilterOp>());
  for (FilterOp filter : filters) {
    if (filter.getDead())
      continue;
    mlir::Attribute value = constantOf(filter.getBody().front().back().getOperand(0));
    auto flag = llvm::dyn_cast_or_null<mlir::BoolAttr>(value);
    if (!value || (flag && flag.getValue()) || (!flag && !llvm::isa<mlir::UnitAttr>(value)))
      continue;
    StreamType type = filter.getOutput().getType();
    mlir::Location location = filter.getLoc();
    builder.setInsertionPoint(filter);
    llvm::SmallVector<mlir::Attribute> columns;
    for (size_t i = 0; i < type.size(); ++i)
      columns.push_back(anyValue(type.columnType(i), builder));
    if (llvm::is_contained(columns, mlir::Attribute()))
      continue;
    auto one = builder.create<ValuesOp>(location, streamType({}, {}), filter.getStream());
    auto none = builder.create<FilterOp>(location, one.getType(), mlir::Type(), one.getRows(),
                                         filter.getStream(), OnError::fail);
    mlir::Block *block = rowBlock(none.getBody(), one.getType(), location);
    {
      mlir::OpBuilder::InsertionGuard inside(builder);
      builder.setInsertionPointToEnd(block);
      SqlType boolean = sema::makeType(&context, SqlKind::Boolean, false);
      builder.create<YieldOp>(
          location, builder.create<ConstantOp>(location, boolean, builder.getBoolAttr(false)).getResult());
    }
    auto rows = builder.create<ProjectOp>(location, type, mlir::Type(), none.getOutput(),
                                          filter.getStream(), OnError::fail);
    block = rowBlock(rows.getBody(), one.getType(), location);
    {
      mlir::OpBuilder::InsertionGuard inside(builder);
      builder.setInsertionPointToEnd(block);
      llvm::SmallVector<mlir::Value> values;
      for (size_t i = 0; i < type.size(); ++i)
        values.push_back(builder.create<ConstantOp>(location, type.columnType(i), columns[i]));
      builder.create<YieldOp>(location, values);
    }
    filter.getOutput().replaceAllUsesWith(rows.getOutput());
    filter.erase();
  }
}

} // namespace levada::lower
