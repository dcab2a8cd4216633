//===- JitLibrary.cpp - the library's functions in this process ------------===//
//
// One module stays as it was read; what a constant reaches in it and nothing
// before reached is copied into a module of its own for the JIT. Nothing is
// added before all that it may call is known to be there: a symbol that is
// missing would fail others that never get to it.
//
//===----------------------------------------------------------------------===//
#include "codegen/llvm/JitLibrary.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Transforms/Utils/Cloning.h"

namespace levada::codegen {

std::unique_ptr<JitLibrary> JitLibrary::open(const std::string &bitcode, llvm::orc::LLJIT &jit) {
  std::unique_ptr<JitLibrary> made(new JitLibrary(jit));
  llvm::SMDiagnostic diagnostic;
  made->library = llvm::getLazyIRFileModule(bitcode, diagnostic, made->context());
  if (!made->library)
    return nullptr;
  // Modules see each other's symbols: those of one file get names of their own.
  unsigned number = 0;
  for (llvm::GlobalValue &value : made->library->global_values()) {
    if (value.isDeclarationForLinker() || value.hasAppendingLinkage())
      continue;
    if (value.hasLocalLinkage())
      value.setName("levada_local." + std::to_string(number++) + "." + value.getName());
    value.setLinkage(llvm::GlobalValue::ExternalLinkage);
    value.setVisibility(llvm::GlobalValue::DefaultVisibility);
    if (auto *object = llvm::dyn_cast<llvm::GlobalObject>(&value))
      object->setComdat(nullptr);
  }
  return made;
}

/// In this process, or defined for the JIT.
bool JitLibrary::resolves(llvm::StringRef name) {
  if (name.starts_with("llvm.") || name == "levada_rt_alloc_slow" || name == "levada_rt_copy" ||
      name == "levada_rt_passed")
    return true;
  return llvm::sys::DynamicLibrary::SearchForAddressOfSymbol(name.str()) != nullptr;
}

/// What of the library `root` may call or read, without what is compiled and
/// what is in `before`.
bool JitLibrary::reach(llvm::Function &root, const Values &before, Values &reached) {
  llvm::SmallVector<llvm::GlobalValue *> work{&root};
  llvm::DenseSet<const llvm::Value *> seen;
  auto visit = [&](llvm::Value *operand) {
    llvm::SmallVector<llvm::Value *> parts{operand};
    while (!parts.empty()) {
      auto *constant = llvm::dyn_cast<llvm::Constant>(parts.pop_back_val());
      if (!constant || !seen.insert(constant).second)
        continue;
      if (auto *value = llvm::dyn_cast<llvm::GlobalValue>(constant))
        work.push_back(value);
      else
        parts.append(constant->op_begin(), constant->op_end());
    }
  };
  while (!work.empty()) {
    llvm::GlobalValue *value = work.pop_back_val();
    if (value->getParent() != library.get() && value->isDeclarationForLinker())
      if (llvm::GlobalValue *there = library->getNamedValue(value->getName()))
        value = there;
    if (value->isDeclarationForLinker()) {
      if (!resolves(value->getName()))
        return false;
      continue;
    }
    if (value->getParent() == library.get()) {
      if (compiled.count(value) || before.count(value) || !reached.insert(value).second)
        continue;
      if (llvm::Error bad = value->materialize()) {
        llvm::consumeError(std::move(bad));
        return false;
      }
    }
    if (auto *function = llvm::dyn_cast<llvm::Function>(value)) {
      for (llvm::BasicBlock &block : *function)
        for (llvm::Instruction &instruction : block)
          for (llvm::Value *operand : instruction.operands())
            visit(operand);
    } else if (auto *variable = llvm::dyn_cast<llvm::GlobalVariable>(value)) {
      if (variable->hasInitializer())
        visit(variable->getInitializer());
    } else if (auto *alias = llvm::dyn_cast<llvm::GlobalAlias>(value)) {
      visit(alias->getAliasee());
    }
  }
  return true;
}

bool JitLibrary::add(std::unique_ptr<llvm::Module> code) {
  Values reached;
  for (llvm::Function &function : llvm::make_early_inc_range(*code)) {
    if (function.isDeclaration())
      continue;
    Values own;
    if (reach(function, reached, own))
      reached.insert(own.begin(), own.end());
    else
      function.eraseFromParent();
  }
  auto give = [&](std::unique_ptr<llvm::Module> module) {
    module->setDataLayout(jit.getDataLayout());
    module->setTargetTriple(jit.getTargetTriple().str());
    llvm::Error bad = jit.addIRModule(llvm::orc::ThreadSafeModule(std::move(module), shared));
    bool ok = !bad;
    llvm::consumeError(std::move(bad));
    return ok;
  };
  if (!reached.empty()) {
    llvm::ValueToValueMapTy values;
    std::unique_ptr<llvm::Module> part = llvm::CloneModule(
        *library, values, [&](const llvm::GlobalValue *value) { return reached.contains(value); });
    for (llvm::Function &function : llvm::make_early_inc_range(*part))
      if (function.isDeclaration() && function.use_empty())
        function.eraseFromParent();
    for (llvm::GlobalVariable &variable : llvm::make_early_inc_range(part->globals()))
      if (variable.isDeclaration() && variable.use_empty())
        variable.eraseFromParent();
    if (!give(std::move(part)))
      return false;
    compiled.insert(reached.begin(), reached.end());
  }
  return give(std::move(code));
}

} // namespace levada::codegen
