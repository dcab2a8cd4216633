//===- Emit.cpp - machine code ---------------------------------------------===//
#include "codegen/llvm/Stages.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Support/raw_ostream.h"

namespace levada::codegen {

bool emitMachineCode(llvm::Module &module, llvm::TargetMachine &target, bool assembly,
                     std::string &out) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream os(bytes);
  llvm::legacy::PassManager passes;
  auto kind = assembly ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile;
  if (target.addPassesToEmitFile(passes, os, nullptr, kind))
    return false;
  passes.run(module);
  out.assign(bytes.data(), bytes.size());
  return true;
}

} // namespace levada::codegen
