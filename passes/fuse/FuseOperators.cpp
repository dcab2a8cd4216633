//===- FuseOperators.cpp - one operator of a chain ------------------------===//
//
// The upper operator disappears into the lower one. Invariant: each expression
// still runs for the same rows, so the same rows fail, under the same policy.
//
//===----------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/flow/Body.h"
#include "passes/flow/Remark.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace levada {
#define GEN_PASS_DEF_FLOWFUSEOPERATORS
#include "passes/Passes.h.inc"

using namespace flow;

namespace {

/// Whether errors of both end alike, none of them in another stream.
template <typename Op> bool sameErrors(Op upper, Op lower) {
  auto diverts = [](Op op) { return op.getDead() && !op.getDead().use_empty(); };
  return upper.getOnError() == lower.getOnError() && !diverts(upper) && !diverts(lower);
}

/// Copies what `block` computes to the builder's place, arguments replaced.
SmallVector<Value> inlined(OpBuilder &b, Block &block, ValueRange args) {
  IRMapping mapping;
  mapping.map(block.getArguments(), args);
  for (Operation &op : block.without_terminator())
    b.clone(op, mapping);
  return llvm::map_to_vector(yielded(block), [&](Value v) { return mapping.lookup(v); });
}

struct FlowFuseOperators : impl::FlowFuseOperatorsBase<FlowFuseOperators> {
  using FlowFuseOperatorsBase::FlowFuseOperatorsBase;

  void runOnOperation() override {
    for (Operation &op : llvm::make_early_inc_range(*getOperation().getBody())) {
      if (auto project = dyn_cast<ProjectOp>(op)) {
        if (!drop(project))
          fuse(project);
      } else if (auto filter = dyn_cast<FilterOp>(op)) {
        fuse(filter);
      }
    }
  }

  /// A projection that hands on every column as it is.
  bool drop(ProjectOp op) {
    StreamType input = op.getInput().getType(), output = op.getOutput().getType();
    Block &body = op.getBody().front();
    if (input.getNames() != output.getNames() || input.getTypes() != output.getTypes() ||
        !llvm::equal(yielded(body), body.getArguments()) || (op.getDead() && !op.getDead().use_empty()))
      return false;
    remark(remarks, op, "projection changes nothing");
    op.getOutput().replaceAllUsesWith(op.getInput());
    op.erase();
    return true;
  }

  /// project(project(x)): the lower reads what the upper yields.
  void fuse(ProjectOp lower) {
    auto upper = lower.getInput().getDefiningOp<ProjectOp>();
    if (!upper || lower.getInput() != upper.getOutput() || !upper.getOutput().hasOneUse())
      return;
    bool upperFails = mayFail(upper.getBody().front());
    bool lowerFails = mayFail(lower.getBody().front());
    // The ledger counts bad rows by operator.
    if (upperFails && (lowerFails && upper.getStream() != lower.getStream()))
      return;
    if ((upperFails || lowerFails) && !sameErrors(upper, lower))
      return;
    if (upperFails)
      lower.setStreamAttr(upper.getStreamAttr());
    remark(remarks, lower, "fused 2 projections");
    Block &from = upper.getBody().front(), &to = lower.getBody().front();
    OpBuilder b = OpBuilder::atBlockBegin(&to);
    unsigned old = to.getNumArguments();
    SmallVector<Location> locs;
    for (BlockArgument argument : from.getArguments())
      locs.push_back(argument.getLoc());
    to.addArguments(from.getArgumentTypes(), locs);
    SmallVector<Value> values = inlined(b, from, to.getArguments().drop_front(old));
    for (auto [argument, value] : llvm::zip(to.getArguments().take_front(old), values))
      argument.replaceAllUsesWith(value);
    to.eraseArguments(0, old);
    finish(upper, lower);
  }

  /// filter(filter(x)): the lower's condition for rows that passed the upper.
  void fuse(FilterOp lower) {
    auto upper = lower.getInput().getDefiningOp<FilterOp>();
    if (!upper || lower.getInput() != upper.getOutput() || !upper.getOutput().hasOneUse())
      return;
    // The ledger counts filtered rows by stream.
    if (upper.getStream() != lower.getStream())
      return;
    bool lowerFails = mayFail(lower.getBody().front());
    if ((lowerFails || mayFail(upper.getBody().front())) && !sameErrors(upper, lower))
      return;
    remark(remarks, lower, "fused 2 filters");
    Block &from = upper.getBody().front(), &to = lower.getBody().front();
    // The lower's code moves into a region behind the upper's condition.
    OpBuilder b = OpBuilder::atBlockBegin(&to);
    Operation *own = &to.front();
    Value first = inlined(b, from, to.getArguments()).front();
    Value second = yielded(to).front();
    auto firstType = cast<SqlType>(first.getType()), secondType = cast<SqlType>(second.getType());
    Location loc = b.getFusedLoc({upper.getLoc(), lower.getLoc()});
    Operation *yield = &to.back();
    b.setInsertionPoint(yield);
    SqlType type = secondType;
    Operation *both;
    Block *inner;
    if (lowerFails) {
      auto choice = b.create<IfOp>(loc, type, first);
      inner = &choice.getThen().emplaceBlock();
      OpBuilder other = OpBuilder::atBlockEnd(&choice.getOtherwise().emplaceBlock());
      auto no = other.create<ConstantOp>(loc, type, other.getBoolAttr(false));
      other.create<YieldOp>(loc, no.getResult());
      both = choice;
    } else {
      type = type.withNullable(type.getNullable() || firstType.getNullable());
      auto conjunction = b.create<AndOp>(loc, type, first);
      inner = &conjunction.getRhs().emplaceBlock();
      both = conjunction;
    }
    OpBuilder end = OpBuilder::atBlockEnd(inner);
    end.create<YieldOp>(loc, second);
    if (own != yield)
      inner->getOperations().splice(inner->begin(), to.getOperations(), own->getIterator(),
                                    both->getIterator());
    yield->setOperands(both->getResults());
    finish(upper, lower);
  }

private:
  template <typename Op> void finish(Op upper, Op lower) {
    lower->setLoc(FusedLoc::get(&getContext(), {upper.getLoc(), lower.getLoc()}));
    lower.getInputMutable().set(upper.getInput());
    upper.erase();
  }
};

} // namespace
} // namespace levada
