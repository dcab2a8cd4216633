//===- main.cpp - levada-opt: single passes over textual IR ---------------===//
//
// Reads a module of our dialects, or of those codegen lowers to, runs the
// passes named on the command line and prints the result. For tests and for
// the curious; `levada build --emit=…` is the user's way.
//
//===----------------------------------------------------------------------===//
#include "codegen/Codegen.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<levada::flow::FlowDialect, levada::exec::ExecDialect, mlir::arith::ArithDialect,
                  mlir::cf::ControlFlowDialect, mlir::func::FuncDialect,
                  mlir::LLVM::LLVMDialect, mlir::scf::SCFDialect>();
  levada::registerLevadaPasses();
  levada::codegen::registerPasses();
  levada::registerPipelines();
  mlir::registerCSEPass();
  mlir::registerCanonicalizerPass();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Levada's optimizer driver\n", registry));
}
