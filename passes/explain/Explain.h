//===- Explain.h - the plan for people ------------------------------------===//
//
// What `levada explain` shows of a flow module after the passes: operators and
// how rows reach them, columns read, what is kept and what bounds it.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_PASSES_EXPLAIN_EXPLAIN_H
#define LEVADA_PASSES_EXPLAIN_EXPLAIN_H

#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace levada {

/// A tree under each sink; what several sinks share is written once.
std::string explainText(mlir::ModuleOp flow);
/// A graph for Graphviz.
std::string explainDot(mlir::ModuleOp flow);
/// The graph drawn: a whole SVG document.
std::string explainSvg(mlir::ModuleOp flow);

} // namespace levada

#endif
