//===- SinkScalars.cpp - scalars where they are needed --------------------===//
//
// A computed column stands before the filter that may drop its row. Code that
// only one region reads moves into it, so that rows that do not get there do not
// pay for it. What can fail stays: its row has to fail. So does what would run
// once per window.
//
//===----------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/flow/Body.h"

using namespace mlir;

namespace levada {
#define GEN_PASS_DEF_EXECSINKSCALARS
#include "passes/Passes.h.inc"

namespace {

/// The region beside `op` that alone reads its results, entered at most once
/// for each time that `op` runs; null if there is none.
Block *onlyReader(Operation *op) {
  Operation *holder = nullptr;
  for (Operation *user : op->getUsers()) {
    Operation *at = op->getBlock()->findAncestorOpInBlock(*user);
    if (at == user || (holder && at != holder))
      return nullptr;
    holder = at;
  }
  if (!isa_and_nonnull<exec::WhenOp, exec::GuardOp, exec::UpdateOp, flow::AndOp, flow::OrOp>(holder))
    return nullptr;
  return &holder->getRegion(0).front();
}

struct ExecSinkScalars : impl::ExecSinkScalarsBase<ExecSinkScalars> {
  void runOnOperation() override {
    for (exec::StageOp stage : getOperation().getOps<exec::StageOp>())
      sink(stage.getBody().front());
  }

  void sink(Block &block) {
    // Readers first: what they read may follow them.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
      if (!isMemoryEffectFree(&op) || op.hasTrait<OpTrait::IsTerminator>() || mayFail(&op))
        continue;
      if (Block *reader = onlyReader(&op))
        op.moveBefore(reader, reader->begin());
    }
    for (Operation &op : block)
      for (Region &region : op.getRegions())
        for (Block &inner : region)
          sink(inner);
  }
};

} // namespace
} // namespace levada
