//===- Nested.h - types as constant data, nested values as texts -----------===//
#ifndef LEVADA_CODEGEN_LOWER_NESTED_H
#define LEVADA_CODEGEN_LOWER_NESTED_H

#include "codegen/lower/Lower.h"

namespace levada::codegen {

/// Bytes of a value's slot inside a nested one (stdlib/nested.h).
unsigned slotSize(flow::SqlType type);
/// Where the slots of a ROW's fields are; one more: where they end.
llvm::SmallVector<unsigned> slotOffsets(flow::SqlType row);
/// The bytes of a value of one type are those of the other's.
bool heldAlike(flow::SqlType from, flow::SqlType to);

/// Address of the levada_type that describes `type`, a constant of the module.
mlir::Value typeDescriptor(Lowering &l, flow::SqlType type);
/// Address of a levada_any in stack memory with the value, NULL or not.
mlir::Value box(Lowering &l, Scalar scalar, flow::SqlType type);
/// Puts the value into the levada_any at `address`.
void boxInto(Lowering &l, mlir::Value address, Scalar scalar, flow::SqlType type);
/// A levada_any of stack memory for a result of `type`, and the value in it.
mlir::Value emptyBox(Lowering &l, flow::SqlType type);
mlir::Value unbox(Lowering &l, mlir::Value address, flow::SqlType type);

Scalar lowerConstructor(Lowering &l, mlir::Operation *op); ///< flow.row, array, map
Scalar lowerField(Lowering &l, flow::FieldOp op);
Scalar lowerElement(Lowering &l, flow::ElementOp op);
/// flow.cast from or to a nested type.
Scalar lowerNestedCast(Lowering &l, flow::CastOp op);
void lowerUnnest(Lowering &l, exec::UnnestOp op);

} // namespace levada::codegen

#endif
