//===- ChoosePartitioning.cpp - exchanges, and where none is needed -------===//
//
// Rows that a slot fires are at the worker of its keys' hash. An aggregate with
// the same keys of the same types hashes them alike, so its rows stay. Keys
// that merely contain them would meet too, but belong to other key groups:
// their state could not move to another parallelism.
//
//===----------------------------------------------------------------------===//
#include "passes/partition/Partition.h"

#include "passes/Passes.h"
#include "passes/flow/Body.h"
#include "passes/flow/Remark.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace levada {
#define GEN_PASS_DEF_FLOWCHOOSEPARTITIONING
#include "passes/Passes.h.inc"

using namespace flow;

Partitioning partitioning(Operation *op) {
  if (auto chosen = op->getAttrOfType<StringAttr>(kPartitionAttr))
    return llvm::StringSwitch<Partitioning>(chosen.getValue())
        .Case("forward", Partitioning::Forward)
        .Case("single", Partitioning::Single)
        .Default(Partitioning::Hash);
  auto aggregate = dyn_cast<AggregateOp>(op);
  return aggregate && !aggregate.getKeys().empty() ? Partitioning::Hash : Partitioning::Single;
}

StringRef partitioningName(Partitioning p) {
  switch (p) {
  case Partitioning::Hash:
    return "hash";
  case Partitioning::Single:
    return "single";
  case Partitioning::Forward:
    return "forward";
  }
  llvm_unreachable("all cases return");
}

namespace {

/// Where columns of a stream come from: an operator's output, by index.
struct Origin {
  Operation *op = nullptr;
  SmallVector<int64_t> columns; ///< −1: computed on the way
};

/// Follows columns upwards through what leaves rows at their worker, to the
/// state that fired them.
Origin originOf(Value stream, SmallVector<int64_t> columns) {
  while (Operation *op = stream.getDefiningOp()) {
    if (isa<AggregateOp, SortOp>(op))
      return {stream == op->getResult(0) ? op : nullptr, columns};
    if (auto project = dyn_cast<ProjectOp>(op)) {
      Block &body = project.getBody().front();
      for (int64_t &column : columns) {
        auto argument = column < 0 ? BlockArgument()
                                   : dyn_cast<BlockArgument>(yielded(body)[column]);
        column = argument ? int64_t(argument.getArgNumber()) : -1;
      }
    } else if (auto window = dyn_cast<WindowOp>(op)) {
      int64_t added = window.getInput().getType().size();
      for (int64_t &column : columns)
        column = column < added ? column : -1;
    } else if (auto unnest = dyn_cast<UnnestOp>(op)) {
      int64_t added = unnest.getInput().getType().size();
      for (int64_t &column : columns)
        column = column < added ? column : -1;
    } else if (!isa<FilterOp>(op)) {
      return {};
    }
    stream = op->getOperand(0);
  }
  return {};
}

Partitioning choose(Operation *op) {
  auto aggregate = dyn_cast<AggregateOp>(op);
  SmallVector<int64_t> keys;
  if (aggregate)
    for (StringAttr key : aggregate.getKeys().getAsRange<StringAttr>())
      keys.push_back(aggregate.getInput().getType().indexOf(key.getValue()));
  Origin origin = originOf(op->getOperand(0), keys);
  Partitioning alone = keys.empty() ? Partitioning::Single : Partitioning::Hash;
  if (!origin.op)
    return alone;
  auto above = dyn_cast<AggregateOp>(origin.op);
  size_t aboveKeys = above ? above.getKeys().size() : 0;
  if (keys.size() != aboveKeys)
    return alone;
  for (size_t i = 0; i != keys.size(); ++i)
    if (origin.columns[i] != static_cast<int64_t>(i))
      return alone;
  return Partitioning::Forward;
}

struct FlowChoosePartitioning : impl::FlowChoosePartitioningBase<FlowChoosePartitioning> {
  using FlowChoosePartitioningBase::FlowChoosePartitioningBase;
  void runOnOperation() override {
    for (Operation &op : *getOperation().getBody()) {
      if (!isa<AggregateOp, SortOp>(op))
        continue;
      StringRef name = partitioningName(choose(&op));
      op.setAttr(kPartitionAttr, StringAttr::get(&getContext(), name));
      remark(remarks, &op, "partitioning of `",
             op.getAttrOfType<StringAttr>("stream").getValue(), "`: ", name);
    }
  }
};

} // namespace
} // namespace levada
