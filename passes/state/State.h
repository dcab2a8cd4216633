//===- State.h - what FlowPlanState writes on stateful operators ----------===//
//
// Attribute `flow.state` of aggregates and sorts, a dictionary:
//   id       stable name of the slot: "per_hour/aggregate[status]"
//   fields   what is kept, by normalized expression: ["status", "COUNT(*)"]
//   columns  of a sort: the columns its rows keep
//   bound    what bounds it, for a reader
// Planned from the module as written, so that it never depends on -O.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_PASSES_STATE_STATE_H
#define LEVADA_PASSES_STATE_STATE_H

#include "ir/flow/Call.h"
#include "ir/flow/FlowOps.h"

#include "mlir/IR/BuiltinOps.h"

namespace levada {

inline constexpr llvm::StringLiteral kStateAttr = "flow.state";

/// Writes flow.state on every stateful operator that lacks it.
void planState(mlir::ModuleOp module);

/// The slot's id; only after planState.
llvm::StringRef stateId(mlir::Operation *op);
llvm::StringRef stateBound(mlir::Operation *op);
/// Columns that a sort's rows keep, in the input's order; empty before planState.
llvm::SmallVector<mlir::StringAttr> plannedColumns(levada::flow::SortOp op);

} // namespace levada

#endif
