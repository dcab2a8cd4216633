//===- Runs.h - which operators of a plan have a running form -------------===//
#ifndef LEVADA_PASSES_PHYSICAL_RUNS_H
#define LEVADA_PASSES_PHYSICAL_RUNS_H

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace levada {

/// An operator that a plan needs and nobody can run yet.
struct Missing {
  mlir::Operation *op;
  std::string what; ///< "a LEFT JOIN", "MATCH_RECOGNIZE"
  bool inBatch;     ///< it runs in batch mode
};

/// Those on the way to a sink, the first of each kind.
std::vector<Missing> missingOperators(mlir::ModuleOp module);

} // namespace levada

#endif
