//===- Evaluate.h - scalar operations on constants, at compile time --------===//
//
// The same lowering and the same library as the pipeline's, run in this
// process: a folded constant cannot differ from what the executable computes.
// Nothing is set up before the first operation is asked for.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_CODEGEN_LLVM_EVALUATE_H
#define LEVADA_CODEGEN_LLVM_EVALUATE_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Operation.h"

#include <memory>
#include <string>

namespace levada::codegen {

class ConstantEvaluator {
public:
  /// Loads the dialects that it needs into `context`, which the operations are
  /// of. `bitcode`: of the library, "" for the one beside the compiler.
  explicit ConstantEvaluator(mlir::MLIRContext &context, std::string bitcode = "");
  ~ConstantEvaluator();

  /// The result of a scalar operation of flow whose operands have the given
  /// values (UnitAttr: NULL); null when it fails, is not deterministic, or
  /// calls what only executables have.
  mlir::Attribute evaluate(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands);

  /// Operations with the values of their operands, compiled together, which is
  /// much sooner done than one by one; evaluate() knows their results then.
  void prepare(llvm::ArrayRef<std::pair<mlir::Operation *, llvm::SmallVector<mlir::Attribute>>> all);

private:
  llvm::DenseMap<mlir::Attribute, mlir::Attribute> known; ///< results; null: there is none
  struct Host;
  std::unique_ptr<Host> host;
  std::string bitcode;
};

} // namespace levada::codegen

#endif
