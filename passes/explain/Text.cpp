//===- Text.cpp - the plan as a tree --------------------------------------===//
#include "passes/explain/Explain.h"
#include "passes/Passes.h"
#include "passes/explain/Graph.h"

#include "llvm/ADT/DenseMap.h"

namespace levada {
#define GEN_PASS_DEF_FLOWEXPLAIN
#include "passes/Passes.h.inc"

using namespace explain;

namespace {

class Writer {
public:
  explicit Writer(const Graph &graph) : graph(graph) {}

  std::string write() {
    out = graph.title + "\n";
    for (size_t sink : graph.sinks) {
      out += "\n";
      tree(sink, "", "", "");
    }
    return out;
  }

private:
  /// `first` stands before the title, `rest` before all that follows.
  void tree(size_t index, const std::string &kind, const std::string &first,
            const std::string &rest) {
    const Node &node = graph.nodes[index];
    out += first + (kind.empty() ? "" : kind + " of ") + node.title;
    if (node.readers > 1) {
      auto [number, isNew] = shared.try_emplace(index, shared.size() + 1);
      if (!isNew) {
        out += ", see (" + std::to_string(number->second) + ")\n";
        return;
      }
      out += " (" + std::to_string(number->second) + ")";
    }
    out += "\n";
    for (const std::string &detail : node.details)
      out += rest + (node.inputs.empty() ? "    " : "│   ") + detail + "\n";
    for (size_t i = 0; i != node.inputs.size(); ++i) {
      bool last = i + 1 == node.inputs.size();
      tree(node.inputs[i].node, node.inputs[i].kind, rest + (last ? "└─ " : "├─ "),
           rest + (last ? "   " : "│  "));
    }
  }

  const Graph &graph;
  std::string out;
  llvm::DenseMap<size_t, size_t> shared;
};

} // namespace

std::string explainText(mlir::ModuleOp flow) {
  Graph graph = graphOf(flow);
  return Writer(graph).write();
}

namespace {
struct FlowExplain : impl::FlowExplainBase<FlowExplain> {
  using FlowExplainBase::FlowExplainBase;
  void runOnOperation() override {
    mlir::ModuleOp flow = getOperation();
    llvm::outs() << (format == "svg"   ? explainSvg(flow)
                     : format == "dot" ? explainDot(flow)
                                       : explainText(flow));
  }
};
} // namespace

} // namespace levada
