//===- Body.h - the scalar code of an operator, in part -------------------===//
//
// Operators compute in blocks whose arguments are the input's columns. Passes
// ask what some of the results need, and copy just that elsewhere.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_PASSES_FLOW_BODY_H
#define LEVADA_PASSES_FLOW_BODY_H

#include "ir/flow/FlowOps.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/BitVector.h"

namespace levada {

/// What computes some values of a block.
struct Slice {
  llvm::SmallVector<mlir::Operation *> ops; ///< in block order
  llvm::BitVector args;                     ///< block arguments that are read
  bool mayFail = false;
};

/// The slice of `roots`, values of `block`. Code in nested regions belongs to
/// the operation of the block that holds it.
Slice sliceOf(mlir::Block &block, mlir::ValueRange roots);

/// Whether `op` or anything in its regions can raise an error.
bool mayFail(mlir::Operation *op);
bool mayFail(mlir::Block &block);

/// Whether what computes `roots` reads the watermark.
bool readsWatermark(mlir::Block &block, mlir::ValueRange roots);

/// Copies the slice of `roots` to the builder's place, with `args` for the
/// block's arguments (null where not read), and returns the copies of `roots`.
llvm::SmallVector<mlir::Value> copySlice(mlir::OpBuilder &builder, mlir::Block &block,
                                         mlir::ValueRange roots,
                                         llvm::ArrayRef<mlir::Value> args);

/// The operands of the block's flow.yield.
mlir::ValueRange yielded(mlir::Block &block);

} // namespace levada

#endif
