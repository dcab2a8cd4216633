//===- Passes.h - what this room offers -----------------------------------===//
//
// Passes as Passes.td declares them, and the two pipelines of the compiler:
// flow to better flow, which `levada explain` shows, then flow to exec.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_PASSES_PASSES_H
#define LEVADA_PASSES_PASSES_H

#include "ir/exec/Exec.h"
#include "passes/flow/Evaluator.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>
#include <string>
#include <vector>

namespace levada {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

struct PipelineOptions {
  unsigned level = 2;                 ///< -O0 … -O3
  Evaluator *evaluator = nullptr;     ///< for constants; may be null
  std::vector<std::string> remarks = {}; ///< names of passes that say what they did
};

/// The order of passes over the flow module.
void buildFlowPipeline(mlir::OpPassManager &manager, const PipelineOptions &options);
/// From optimized flow to exec.
void buildExecPipeline(mlir::OpPassManager &manager, const PipelineOptions &options);

/// Constant folding with an evaluator, which must outlive the pass.
std::unique_ptr<mlir::Pass> createFlowFoldConstants(Evaluator *evaluator, bool remarks);

/// `levada-opt --flow-pipeline=level=2`, `--exec-pipeline`.
void registerPipelines();

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace levada

#endif
