//===- Graph.h - what all forms of explain say ----------------------------===//
#ifndef LEVADA_PASSES_EXPLAIN_GRAPH_H
#define LEVADA_PASSES_EXPLAIN_GRAPH_H

#include "ir/flow/FlowOps.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace levada::explain {

/// Rows of another operator.
struct Input {
  size_t node;
  std::string kind; ///< "late rows", "bad rows", or "" for the usual ones
};

struct Node {
  std::string title;                ///< "aggregate per_hour"
  std::vector<std::string> details; ///< a fact a line
  std::vector<Input> inputs;
  size_t readers = 0;               ///< nodes that take its rows
};

struct Graph {
  std::string title;       ///< "pipeline flights, streaming"
  std::vector<Node> nodes; ///< inputs before their readers
  std::vector<size_t> sinks;
};

Graph graphOf(mlir::ModuleOp flow);

} // namespace levada::explain

#endif
