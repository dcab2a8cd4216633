//===- Pipelines.cpp - the order of passes --------------------------------===//
//
// What comes before flow-plan-state runs at every level: what state holds and
// how it is called must not depend on -O.
//
//===----------------------------------------------------------------------===//
#include "passes/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace levada {

void buildFlowPipeline(OpPassManager &pm, const PipelineOptions &options) {
  auto remarks = [&](StringRef pass) { return llvm::is_contained(options.remarks, pass); };

  // State holds only what is read.
  pm.addPass(createFlowPruneColumns({remarks("flow-prune-columns")}));
  // Ids and layouts are fixed here.
  pm.addPass(createFlowPlanState({remarks("flow-plan-state")}));
  if (options.level > 0) {
    // Constant conditions say which filters are worth moving.
    pm.addPass(createFlowFoldConstants(options.evaluator, remarks("flow-fold-constants")));
    // One filter at a time moves farther than a merged one.
    pm.addPass(createFlowPushFilters({remarks("flow-push-filters")}));
    // Moved filters may have been a column's only readers.
    pm.addPass(createFlowPruneColumns());
    pm.addPass(createFlowFuseOperators({remarks("flow-fuse-operators")}));
    // Fusion brings constants side by side and leaves columns unread.
    pm.addPass(createFlowFoldConstants(options.evaluator, false));
    pm.addPass(createFlowPruneColumns());
  }
  // Last: it looks at which columns reach state unchanged.
  pm.addPass(createFlowChoosePartitioning({remarks("flow-choose-partitioning")}));
}

void buildExecPipeline(OpPassManager &pm, const PipelineOptions &options) {
  pm.addPass(createFlowToExec());
  if (options.level == 0)
    return;
  // Branches of a stage compute the same expressions.
  pm.addPass(createCSEPass());
  // After sharing: a shared expression has several readers.
  pm.addPass(createExecSinkScalars());
}

namespace {
struct LevelOptions : mlir::PassPipelineOptions<LevelOptions> {
  Option<unsigned> level{*this, "level", llvm::cl::desc("as -O0 … -O3"), llvm::cl::init(2)};
};
} // namespace

void registerPipelines() {
  PassPipelineRegistration<LevelOptions>(
      "flow-pipeline", "The passes over the flow module",
      [](OpPassManager &pm, const LevelOptions &o) { buildFlowPipeline(pm, {.level = o.level}); });
  PassPipelineRegistration<LevelOptions>(
      "exec-pipeline", "From optimized flow to exec",
      [](OpPassManager &pm, const LevelOptions &o) { buildExecPipeline(pm, {.level = o.level}); });
}

} // namespace levada
