//===- FoldConstants.cpp - what is the same for every row -----------------===//
//
// Drives the folders of the scalar operations (ir/flow/Fold.cpp), and asks the
// evaluator for calls, casts and arithmetic on constants that they leave.
// Invariant: an expression that fails, or gives another value each time, stays.
//
//===----------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/flow/Remark.h"

#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace levada {
#define GEN_PASS_DEF_FLOWFOLDCONSTANTS
#include "passes/Passes.h.inc"

using namespace flow;

namespace {

/// What is the evaluator's to run, when its operands are constants.
bool isEvaluated(Operation *op) {
  if (auto call = dyn_cast<CallOp>(op))
    return !call.getVarying();
  return isa<CastOp, CmpOp, AddOp, SubOp, MulOp, DivOp, RemOp, NegOp, RowOp, ArrayOp, MapOp, FieldOp,
             ElementOp>(op);
}

/// Anything strict on constants, by running it.
struct Evaluate : RewritePattern {
  Evaluate(MLIRContext *context, Evaluator &evaluator, bool remarks)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context), evaluator(evaluator), remarks(remarks) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isEvaluated(op))
      return failure();
    SmallVector<Attribute> operands(op->getNumOperands());
    for (auto [operand, value] : llvm::zip(op->getOperands(), operands))
      if (!matchPattern(operand, m_Constant(&value)))
        return failure();
    Attribute result = evaluator.evaluate(op, operands);
    auto type = cast<SqlType>(op->getResult(0).getType());
    if (!result || (isa<UnitAttr>(result) && !type.getNullable()))
      return failure();
    remark(remarks, op, "is ", result, " for every row");
    rewriter.replaceOpWithNewOp<ConstantOp>(op, type, result);
    return success();
  }

  Evaluator &evaluator;
  bool remarks;
};

struct FlowFoldConstants : impl::FlowFoldConstantsBase<FlowFoldConstants> {
  using FlowFoldConstantsBase::FlowFoldConstantsBase;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    AndOp::getCanonicalizationPatterns(set, context);
    OrOp::getCanonicalizationPatterns(set, context);
    IfOp::getCanonicalizationPatterns(set, context);
    FilterOp::getCanonicalizationPatterns(set, context);
    if (evaluator)
      set.add<Evaluate>(context, *evaluator, remarks);
    patterns = std::move(set);
    return success();
  }

  /// Lets the evaluator do many at once: all whose operands are known, then all
  /// whose operands are known by that.
  void prepare() {
    llvm::DenseMap<Value, Attribute> known;
    llvm::DenseSet<Operation *> done;
    for (SmallVector<Evaluator::Pending> ready;; ready.clear()) {
      getOperation()->walk([&](Operation *op) {
        if (!isEvaluated(op) || done.contains(op))
          return;
        SmallVector<Attribute> operands(op->getNumOperands());
        for (auto [operand, value] : llvm::zip(op->getOperands(), operands))
          if (!matchPattern(operand, m_Constant(&value)) && !(value = known.lookup(operand)))
            return;
        ready.push_back({op, std::move(operands)});
      });
      if (ready.empty())
        return;
      evaluator->prepare(ready);
      for (auto &[op, operands] : ready) {
        done.insert(op);
        if (Attribute result = evaluator->evaluate(op, operands))
          known[op->getResult(0)] = result;
      }
    }
  }

  void runOnOperation() override {
    if (evaluator)
      prepare();
    if (failed(applyPatternsAndFoldGreedily(getOperation(), patterns)))
      signalPassFailure();
  }

  Evaluator *evaluator = nullptr;
  FrozenRewritePatternSet patterns;
};

} // namespace

std::unique_ptr<Pass> createFlowFoldConstants(Evaluator *evaluator, bool remarks) {
  FlowFoldConstantsOptions options;
  options.remarks = remarks;
  auto pass = std::make_unique<FlowFoldConstants>(options);
  pass->evaluator = evaluator;
  return pass;
}

} // namespace levada
