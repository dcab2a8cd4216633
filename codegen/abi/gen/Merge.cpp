//===- Merge.cpp - levada_bitcode: one bitcode file of the library ---------===//
//
//   levada_bitcode OUT.bc IN.bc…
//
// Links the inputs and takes out what would keep a function from being inlined
// into generated code: target-cpu and target-features (those of the pipeline's
// target count), stack protectors, and the annotations. Functions annotated
// LEVADA_RT(inline) become alwaysinline.
//
//===----------------------------------------------------------------------===//
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

namespace {

/// Calls `body` with each annotated function and the annotation's text.
template <typename Body> void forEachAnnotation(llvm::Module &module, Body body) {
  auto *table = module.getNamedGlobal("llvm.global.annotations");
  if (!table)
    return;
  for (llvm::Value *entry : llvm::cast<llvm::ConstantArray>(table->getInitializer())->operands()) {
    auto *fields = llvm::cast<llvm::ConstantStruct>(entry);
    auto *function = llvm::dyn_cast<llvm::Function>(fields->getOperand(0)->stripPointerCasts());
    auto *text = llvm::dyn_cast<llvm::GlobalVariable>(fields->getOperand(1)->stripPointerCasts());
    if (function && text)
      body(*function,
           llvm::cast<llvm::ConstantDataSequential>(text->getInitializer())->getAsCString());
  }
  table->eraseFromParent();
}

} // namespace

int main(int argc, char **argv) {
  llvm::LLVMContext context;
  llvm::Module merged("stdlib", context);
  llvm::Linker linker(merged);
  for (int i = 2; i < argc; ++i) {
    llvm::SMDiagnostic error;
    std::unique_ptr<llvm::Module> module = llvm::parseIRFile(argv[i], error, context);
    if (!module) {
      error.print(argv[0], llvm::errs());
      return 1;
    }
    forEachAnnotation(*module, [](llvm::Function &function, llvm::StringRef text) {
      if (text.starts_with("levada.rt ") && text.contains("inline") && !function.isDeclaration()) {
        function.removeFnAttr(llvm::Attribute::NoInline);
        function.addFnAttr(llvm::Attribute::AlwaysInline);
      }
    });
    if (linker.linkInModule(std::move(module)))
      return 1;
  }
  for (llvm::Function &function : merged) {
    for (const char *name : {"target-cpu", "target-features", "tune-cpu", "frame-pointer",
                             "min-legal-vector-width", "stack-protector-buffer-size",
                             "no-trapping-math", "probe-stack"})
      function.removeFnAttr(name);
    function.removeFnAttr(llvm::Attribute::StackProtectStrong);
    function.removeFnAttr(llvm::Attribute::UWTable);
  }
  // Module flags of the host's compiler (PIC level, frame pointers) bind nobody.
  if (llvm::NamedMDNode *flags = merged.getModuleFlagsMetadata())
    flags->eraseFromParent();
  if (llvm::NamedMDNode *ident = merged.getNamedMetadata("llvm.ident"))
    ident->eraseFromParent();
  std::error_code error;
  llvm::raw_fd_ostream os(argv[1], error);
  if (error) {
    llvm::errs() << argv[0] << ": " << argv[1] << ": " << error.message() << "\n";
    return 1;
  }
  llvm::WriteBitcodeToFile(merged, os);
  return 0;
}
