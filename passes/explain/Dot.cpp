//===- Dot.cpp - the plan for Graphviz ------------------------------------===//
#include "passes/explain/Explain.h"
#include "passes/explain/Graph.h"

namespace levada {

using namespace explain;

static std::string escaped(llvm::StringRef text) {
  std::string out;
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out;
}

std::string explainDot(mlir::ModuleOp flow) {
  Graph graph = graphOf(flow);
  std::string out = "digraph \"" + escaped(graph.title) + "\" {\n";
  out += "  node [shape=box, fontname=\"monospace\", fontsize=10];\n";
  out += "  edge [fontname=\"monospace\", fontsize=9];\n";
  for (auto [i, node] : llvm::enumerate(graph.nodes)) {
    out += "  n" + std::to_string(i) + " [label=\"" + escaped(node.title) + "\\n";
    for (const std::string &detail : node.details)
      out += escaped(detail) + "\\l";
    out += "\"];\n";
  }
  for (auto [i, node] : llvm::enumerate(graph.nodes))
    for (const Input &input : node.inputs) {
      out += "  n" + std::to_string(input.node) + " -> n" + std::to_string(i);
      if (!input.kind.empty())
        out += " [label=\"" + input.kind + "\", style=dashed]";
      out += ";\n";
    }
  return out + "}\n";
}

} // namespace levada
