//===- Stages.h - the steps after lowering --------------------------------===//
//
// Each takes the LLVM module one step on; Codegen.cpp calls them in order.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_CODEGEN_LLVM_STAGES_H
#define LEVADA_CODEGEN_LLVM_STAGES_H

#include "codegen/Codegen.h"
#include "codegen/lower/Plan.h"

#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>

namespace levada::codegen {

/// The machine that code is made for; null when the CPU is unknown.
std::unique_ptr<llvm::TargetMachine> createTarget(const BuildOptions &options,
                                                  std::string &error);

/// LLVM dialect to LLVM IR.
std::unique_ptr<llvm::Module> translate(mlir::ModuleOp module, llvm::LLVMContext &context,
                                        llvm::TargetMachine &target);

/// Defines levada_program_main and every table it refers to.
void addProgram(llvm::Module &module, const Plan &plan, const BuildOptions &options);

/// Links what is called of the library's bitcode, and makes all but the program
/// private. False with `error` set when the bitcode cannot be read.
bool linkLibrary(llvm::Module &module, const std::string &bitcode, std::string &error);

/// The -O pipeline.
void optimize(llvm::Module &module, llvm::TargetMachine &target, unsigned level);

/// Object or assembly text.
bool emitMachineCode(llvm::Module &module, llvm::TargetMachine &target, bool assembly,
                     std::string &out);

} // namespace levada::codegen

#endif
