//===- Codegen.h - from an exec module to an executable -------------------===//
//
// The one entry of this room for tools: lower, translate, optimize, emit,
// link. Everything happens in this process; the same module and options give
// the same bytes.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_CODEGEN_CODEGEN_H
#define LEVADA_CODEGEN_CODEGEN_H

#include "ir/diag/Diag.h"

#include "mlir/IR/BuiltinOps.h"

#include <functional>
#include <memory>
#include <string>

namespace levada::codegen {

enum class EmitKind { LlvmMlir, Llvm, Asm, Object, Executable };

struct BuildOptions {
  unsigned optLevel = 2;         ///< -O0 … -O3
  std::string cpu = "x86-64-v2"; ///< or "native"
  EmitKind emit = EmitKind::Executable;
  std::string output;            ///< path of the executable
  std::string targetFolder;      ///< crt files and archives; see targetFolder()
  std::string bitcode;           ///< of the library; see bitcodePath()
  std::string compiler;          ///< version of levada, for inspect
  std::string plan;              ///< text of `explain`, for inspect
  /// Called after each step with its name, for --timing.
  std::function<void(const char *)> step;
};

/// The target folder beside the running compiler: <bin>/../target/TRIPLE.
std::string targetFolder();
/// The library's bitcode in it.
std::string bitcodePath();

/// What the program of `exec` keeps, in the text that its executable embeds.
std::string stateOf(mlir::ModuleOp exec);

/// Compiles `exec`. Text and object bytes go to `result`, an executable to
/// options.output. False after a diagnostic was emitted.
bool compile(mlir::ModuleOp exec, const BuildOptions &options, std::string &result,
             diag::Engine &diagnostics);

/// Dialects and translations that compile() needs in the module's context.
void registerDialects(mlir::DialectRegistry &registry);

/// `levada-opt --exec-to-llvm`.
void registerPasses();

} // namespace levada::codegen

#endif
