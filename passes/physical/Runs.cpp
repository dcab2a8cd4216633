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
    if (updates(input) && !isa<SinkOp, ProjectOp, FilterOp, UnionOp, UnnestOp, WatermarkOp>(op)) {
      auto aggregate = dyn_cast<AggregateOp>(op);
      if (!aggregate || aggregate.getWindow())
        return false;
    }
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<JoinOp, OverOp, TopNOp, DedupOp, MatchOp, SetOp, TableFunctionOp>([](auto) { return false; })
      .Case([](WindowOp window) { return window.getWindow().getKind() != WindowKind::session; })
      .Case([&](SortOp) { return batch; })
      .Default([](Operation *) { return true; });
}

/// Whether rows of `stream` may be results of state.
static bool followsState(Value stream) {
  Operation *op = stream.getDefiningOp();
  if (!isa<ProjectOp, FilterOp, WatermarkOp, WindowOp, UnnestOp, UnionOp>(op))
    return !isa<SourceOp, ValuesOp>(op);
  return llvm::any_of(op->getOperands(), followsState);
}

/// What reads the watermark as results of state see it, which none do.
static Operation *watermarkOfResults(Operation *op) {
  if (!isa<ProjectOp, FilterOp>(op) || !followsState(op->getOperand(0)))
    return nullptr;
  Operation *found = nullptr;
  op->walk([&](CurrentWatermarkOp read) { found = read; });
  return found;
}

std::vector<Missing> missingOperators(ModuleOp module) {
  auto mode = module->getAttrOfType<StringAttr>("flow.mode");
  bool batch = mode && mode.getValue() == "batch";
  std::vector<Missing> missing;
  std::set<std::string> said;
  for (Operation &op : *module.getBody()) {
    if (!isa<Operator>(op))
      continue;
    if (Operation *read = watermarkOfResults(&op); read && said.insert("CURRENT_WATERMARK").second)
      missing.push_back({read, "CURRENT_WATERMARK over the results of a window, a group or a join", false});
    if (runs(&op, batch))
      continue;
    std::string what = operatorText(&op);
    if (said.insert(what).second)
      missing.push_back({&op, what, !batch && isa<AggregateOp, SortOp>(op)});
  }
  return missing;
}

} // namespace levada
