//===- Runs.cpp - which operators of a plan have a running form -----------===//
#include "passes/physical/Runs.h"

#include "ir/flow/FlowOps.h"
#include "ir/flow/Text.h"

#include "llvm/ADT/TypeSwitch.h"

#include <set>

using namespace mlir;

namespace levada {

using namespace flow;

static bool runs(Operation *op, bool batch) {
  auto updates = [](Value rows) {
    return cast<StreamType>(rows.getType()).getChangelog() != Changelog::append;
  };
  for (Value input : op->getOperands())
    if (updates(input) && !isa<SinkOp>(op))
      return false;
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<JoinOp, OverOp, TopNOp, DedupOp, MatchOp, SetOp, TableFunctionOp>([](auto) { return false; })
      .Case([](WindowOp window) { return window.getWindow().getKind() != WindowKind::session; })
      .Case([&](AggregateOp aggregate) {
        // Groups with keys alone give each row once.
        return batch || aggregate.getWindow() ||
               (aggregate.getAggs().empty() && !aggregate.getKeys().empty());
      })
      .Case([&](SortOp) { return batch; })
      .Default([](Operation *) { return true; });
}

std::vector<Missing> missingOperators(ModuleOp module) {
  auto mode = module->getAttrOfType<StringAttr>("flow.mode");
  bool batch = mode && mode.getValue() == "batch";
  std::vector<Missing> missing;
  std::set<std::string> said;
  for (Operation &op : *module.getBody()) {
    if (!isa<Operator>(op) || runs(&op, batch))
      continue;
    // What only hands on changes is not what lacks.
    if (isa<ProjectOp, FilterOp, UnionOp, UnnestOp>(op))
      continue;
    std::string what = operatorText(&op);
    if (said.insert(what).second)
      missing.push_back({&op, what, !batch && runs(&op, true) && isa<AggregateOp, SortOp>(op)});
  }
  return missing;
}

} // namespace levada
