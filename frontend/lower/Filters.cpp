//===- Filters.cpp - WHERE before columns that may fail -------------------===//
//
// SELECT … FROM (SELECT CAST(s AS INT) AS n, kind …) WHERE kind = 'number'
// means that `n` is computed for the rows that pass, as where both are one
// SELECT: a filter over projections is asked below them, with what it reads
// computed there, where one of their other columns may fail; parts of an AND
// one by one. Whatever -O says, the same rows fail then. Filters that only get faster so are moved by
// passes/flow/PushFilters.cpp.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Join.h"
#include "frontend/lower/Lowering.h"

#include "mlir/IR/IRMapping.h"

namespace levada::lower {

using namespace flow;

namespace {
/// Operations of the block that compute some of its values.
using Makers = llvm::DenseSet<mlir::Operation *>;

void addMakers(mlir::Value value, Makers &makers) {
  llvm::SmallVector<mlir::Value> open{value};
  mlir::Block *block = value.getParentBlock();
  while (!open.empty()) {
    mlir::Operation *op = open.pop_back_val().getDefiningOp();
    if (op && (op = block->findAncestorOpInBlock(*op)) && makers.insert(op).second)
      op->walk([&](mlir::Operation *inner) { open.append(inner->operand_begin(), inner->operand_end()); });
  }
}

bool fails(mlir::Operation *op) {
  return op->walk([](MayFail inner) {
             return inner.mayFail() ? mlir::WalkResult::interrupt() : mlir::WalkResult::advance();
           })
      .wasInterrupted();
}

template <typename Op> bool endsJob(Op op) {
  return op.getOnError() == OnError::fail && !op.getDead();
}

mlir::ValueRange yields(mlir::Operation *op) {
  return op->getRegion(0).front().back().getOperands();
}

/// Columns of a projection that its upper neighbour reads, and what computes them.
struct Read {
  std::set<unsigned> columns; ///< of the projection's input
  Makers makers;
  bool varies = false;
};
Read readBelow(ProjectOp project, const std::set<unsigned> &above) {
  Read read;
  for (unsigned column : above) {
    mlir::Value value = yields(project)[column];
    Inputs inputs = inputsOf(value);
    read.columns.insert(inputs.arguments.begin(), inputs.arguments.end());
    read.varies |= inputs.varies;
    addMakers(value, read.makers);
  }
  return read;
}

/// Copies the code of a block to the builder's place; what it yields.
llvm::SmallVector<mlir::Value> copyCode(mlir::OpBuilder &builder, mlir::Block &block,
                                        mlir::ValueRange args) {
  mlir::IRMapping mapping;
  mapping.map(block.getArguments(), args);
  for (mlir::Operation &op : block.without_terminator())
    builder.clone(op, mapping);
  return llvm::map_to_vector(block.back().getOperands(),
                             [&](mlir::Value value) { return mapping.lookup(value); });
}
} // namespace

bool Lowering::failsBelow(mlir::Value rows) {
  for (; auto project = rows.getDefiningOp<ProjectOp>(); rows = project.getInput())
    if (!endsJob(project))
      return false;
    else if (llvm::any_of(project.getBody().front(), [](mlir::Operation &op) { return fails(&op); }))
      return true;
  return false;
}

mlir::Value Lowering::filterFirst(FilterOp filter) {
  if (!endsJob(filter))
    return filter.getOutput();
  // Down to the lowest projection with a column that may fail and is not asked for.
  llvm::SmallVector<ProjectOp> passed;
  size_t last = 0;
  std::set<unsigned> columns = inputsOf(yields(filter)[0]).arguments;
  for (mlir::Value rows = filter.getInput();;) {
    auto project = rows.getDefiningOp<ProjectOp>();
    if (!project || !endsJob(project))
      break;
    Read read = readBelow(project, columns);
    if (read.varies)
      break; // computed once
    passed.push_back(project);
    for (mlir::Operation &op : project.getBody().front().without_terminator())
      if (!read.makers.contains(&op) && fails(&op))
        last = passed.size();
    columns = std::move(read.columns);
    rows = project.getInput();
  }
  passed.resize(last);
  if (passed.empty())
    return filter.getOutput();
  mlir::Value rows = passed.back().getInput();
  auto type = llvm::cast<StreamType>(rows.getType());
  auto below = builder.create<FilterOp>(filter.getLoc(), type, mlir::Type(), rows, filter.getStream(),
                                        filter.getOnError());
  mlir::Block *block = rowBlock(below.getBody(), type, filter.getLoc());
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    llvm::SmallVector<mlir::Value> values(block->args_begin(), block->args_end());
    for (ProjectOp project : llvm::reverse(passed))
      values = copyCode(builder, project.getBody().front(), values);
    values = copyCode(builder, filter.getBody().front(), values);
    builder.create<YieldOp>(filter.getLoc(), values);
    for (mlir::Operation &op : llvm::make_early_inc_range(llvm::reverse(*block)))
      if (op.use_empty() && &op != &block->back())
        op.erase();
  }
  rows = below.getOutput();
  for (ProjectOp project : llvm::reverse(passed)) {
    auto copy = llvm::cast<ProjectOp>(builder.clone(*project));
    copy.getInputMutable().set(rows);
    rows = copy.getOutput();
  }
  filter.erase();
  return rows;
}

} // namespace levada::lower
