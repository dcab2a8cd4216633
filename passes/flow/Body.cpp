//===- Body.cpp - the scalar code of an operator, in part -----------------===//
#include "passes/flow/Body.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace levada {

bool mayFail(Operation *op) {
  return op->walk([](flow::MayFail inner) {
             return inner.mayFail() ? WalkResult::interrupt() : WalkResult::advance();
           })
      .wasInterrupted();
}

bool mayFail(Block &block) {
  return llvm::any_of(block, [](Operation &op) { return mayFail(&op); });
}

Slice sliceOf(Block &block, ValueRange roots) {
  Slice slice;
  slice.args.resize(block.getNumArguments());
  llvm::DenseSet<Operation *> needed;
  SmallVector<Value> open(roots.begin(), roots.end());
  while (!open.empty()) {
    Value value = open.pop_back_val();
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (argument.getOwner() == &block)
        slice.args.set(argument.getArgNumber());
      continue;
    }
    Operation *op = block.findAncestorOpInBlock(*value.getDefiningOp());
    if (!op || !needed.insert(op).second)
      continue;
    op->walk([&](Operation *inner) { llvm::append_range(open, inner->getOperands()); });
  }
  for (Operation &op : block)
    if (needed.contains(&op)) {
      slice.ops.push_back(&op);
      slice.mayFail |= mayFail(&op);
    }
  return slice;
}

bool readsWatermark(Block &block, ValueRange roots) {
  return llvm::any_of(sliceOf(block, roots).ops, [](Operation *op) {
    return op->walk([](flow::CurrentWatermarkOp) { return WalkResult::interrupt(); }).wasInterrupted();
  });
}

SmallVector<Value> copySlice(OpBuilder &builder, Block &block, ValueRange roots,
                             ArrayRef<Value> args) {
  IRMapping mapping;
  Slice slice = sliceOf(block, roots);
  for (BlockArgument argument : block.getArguments())
    if (slice.args.test(argument.getArgNumber()))
      mapping.map(argument, args[argument.getArgNumber()]);
  for (Operation *op : slice.ops)
    builder.clone(*op, mapping);
  return llvm::map_to_vector(roots, [&](Value v) { return mapping.lookup(v); });
}

ValueRange yielded(Block &block) { return block.back().getOperands(); }

} // namespace levada
