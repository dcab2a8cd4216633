//===- ChoosePartitioning.cpp - exchanges, and where none is needed -------===//
#include "passes/partition/Partition.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace levada {

Partitioning partitioning(Operation *op) {
  if (auto chosen = op->getAttrOfType<StringAttr>(kPartitionAttr))
    return llvm::StringSwitch<Partitioning>(chosen.getValue())
        .Case("forward", Partitioning::Forward)
        .Case("single", Partitioning::Single)
        .Default(Partitioning::Hash);
  auto aggregate = dyn_cast<flow::AggregateOp>(op);
  return aggregate && !aggregate.getKeys().empty() ? Partitioning::Hash : Partitioning::Single;
}

StringRef partitioningName(Partitioning p) {
  switch (p) {
  case Partitioning::Hash: return "hash";
  case Partitioning::Single: return "single";
  case Partitioning::Forward: return "forward";
  }
  llvm_unreachable("all cases return");
}

} // namespace levada
