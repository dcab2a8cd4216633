//===- JitLibrary.h - the library's functions in this process --------------===//
#ifndef LEVADA_CODEGEN_LLVM_JITLIBRARY_H
#define LEVADA_CODEGEN_LLVM_JITLIBRARY_H

#include "llvm/ADT/DenseSet.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ThreadSafeModule.h"
#include "llvm/IR/Module.h"

#include <memory>
#include <string>

namespace levada::codegen {

/// The bitcode of the library, read once for all constants of a compilation. A
/// function is read and compiled when the first one that calls it comes.
class JitLibrary {
public:
  /// Null when the bitcode cannot be read.
  static std::unique_ptr<JitLibrary> open(const std::string &bitcode, llvm::orc::LLJIT &jit);

  llvm::LLVMContext &context() { return *shared.getContext(); }
  /// Adds `code`, which is of context(), and what it calls; but functions that
  /// may call what only executables have are left out. False: it does not compile.
  bool add(std::unique_ptr<llvm::Module> code);

private:
  JitLibrary(llvm::orc::LLJIT &jit)
      : jit(jit), shared(std::make_unique<llvm::LLVMContext>()) {}
  using Values = llvm::DenseSet<const llvm::GlobalValue *>;
  bool reach(llvm::Function &function, const Values &before, Values &reached);
  bool resolves(llvm::StringRef name);

  llvm::orc::LLJIT &jit;
  llvm::orc::ThreadSafeContext shared;
  std::unique_ptr<llvm::Module> library;
  llvm::DenseSet<const llvm::GlobalValue *> compiled;
};

} // namespace levada::codegen

#endif
