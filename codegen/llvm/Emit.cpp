//===- Emit.cpp - machine code ---------------------------------------------===//
//
// Registers are allocated well where that ends in reasonable time.
//
//===----------------------------------------------------------------------===//
#include "codegen/llvm/Stages.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Support/raw_ostream.h"

namespace levada::codegen {

bool emitMachineCode(llvm::Module &module, llvm::TargetMachine &target, bool assembly,
                     std::string &out) {
  // Registers of a function of a thousand columns take minutes to allocate well.
  constexpr size_t huge = 20000;
  for (const llvm::Function &function : module)
    if (function.getInstructionCount() > huge)
      target.setOptLevel(llvm::CodeGenOptLevel::None);
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
