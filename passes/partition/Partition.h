//===- Partition.h - how rows reach a stateful operator -------------------===//
//
// Attribute `flow.partition` of aggregates and sorts, from
// FlowChoosePartitioning; without it: by the hash of the keys, or to a single
// worker where there are none.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_PASSES_PARTITION_PARTITION_H
#define LEVADA_PASSES_PARTITION_PARTITION_H

#include "ir/flow/FlowOps.h"

namespace levada {

inline constexpr llvm::StringLiteral kPartitionAttr = "flow.partition";

enum class Partitioning {
  Hash,    ///< exchange: the hash of the keys picks the worker
  Single,  ///< exchange: one worker takes all rows
  Forward, ///< no exchange: rows are already where they belong
};

Partitioning partitioning(mlir::Operation *op);
llvm::StringRef partitioningName(Partitioning p);

} // namespace levada

#endif
