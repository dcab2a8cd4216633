//===- Evaluator.h - the value of a scalar operation on constants ---------===//
//
// What codegen lends to constant folding: it has the functions' code.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_PASSES_FLOW_EVALUATOR_H
#define LEVADA_PASSES_FLOW_EVALUATOR_H

#include "ir/flow/FlowOps.h"

namespace levada {

class Evaluator {
public:
  /// An operation with the values of its operands.
  using Pending = std::pair<mlir::Operation *, llvm::SmallVector<mlir::Attribute>>;
  /// Told of many before evaluate() asks for them one by one.
  virtual void prepare(llvm::ArrayRef<Pending> all) {}
  virtual ~Evaluator() = default;

  /// The result of `op` (a call, a cast, arithmetic), whose operands have the
  /// given values, as flow.constant holds values: UnitAttr for NULL. A null
  /// attribute when the operation fails on them, gives another value each
  /// time, or cannot be run here.
  virtual mlir::Attribute evaluate(mlir::Operation *op,
                                   llvm::ArrayRef<mlir::Attribute> operands) = 0;
};

} // namespace levada

#endif
