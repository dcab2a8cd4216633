//===- ReadColumns.h - which columns of each stream someone reads ---------===//
//
// Backwards from the sinks. What a stateful operator keeps is read by it,
// whoever reads its results: state does not depend on optimization.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_PASSES_FLOW_READCOLUMNS_H
#define LEVADA_PASSES_FLOW_READCOLUMNS_H

#include "ir/flow/FlowOps.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"

namespace levada {

class ReadColumns {
public:
  explicit ReadColumns(mlir::ModuleOp module);

  /// One bit per column of the stream.
  const llvm::BitVector &of(mlir::Value stream) const { return columns.find(stream)->second; }
  bool isRead(mlir::Value stream, size_t column) const { return of(stream).test(column); }

  /// The yielded values of `block` whose columns in `output` are read.
  llvm::SmallVector<mlir::Value> readYields(mlir::Block &block, mlir::Value output) const;

private:
  void visit(mlir::Operation *op);
  llvm::DenseMap<mlir::Value, llvm::BitVector> columns;
};

/// Columns of the input that the operator itself keeps in state or orders by:
/// keys, event time, arguments, filters; sort keys.
llvm::BitVector ownColumns(levada::flow::AggregateOp op);
llvm::BitVector ownColumns(levada::flow::AggregateOp op,
                           llvm::ArrayRef<levada::flow::AggAttr> calls);
llvm::BitVector ownColumns(levada::flow::SortOp op);

/// Erases operators that lead to no sink.
void eraseUnread(mlir::ModuleOp module);

} // namespace levada

#endif
