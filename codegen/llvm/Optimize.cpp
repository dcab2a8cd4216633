//===- Optimize.cpp - the library's bitcode and the -O pipeline ------------===//
//
// Only functions that are called come in, read lazily; everything but the
// program itself becomes private, so that what is inlined disappears; how much
// is inlined is bounded. The bitcode carries no target: its functions take the
// pipeline's CPU.
//
//===----------------------------------------------------------------------===//
#include "codegen/llvm/Stages.h"

#include "llvm/ADT/Any.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/PassInstrumentation.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Transforms/IPO/Internalize.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace levada::codegen {

bool linkLibrary(llvm::Module &module, const std::string &bitcode, std::string &error) {
  llvm::SMDiagnostic diagnostic;
  std::unique_ptr<llvm::Module> library =
      llvm::getLazyIRFileModule(bitcode, diagnostic, module.getContext());
  if (!library) {
    error = diagnostic.getMessage().str();
    return false;
  }
  library->setTargetTriple(module.getTargetTriple());
  library->setDataLayout(module.getDataLayout());
  if (llvm::Linker::linkModules(module, std::move(library), llvm::Linker::LinkOnlyNeeded)) {
    error = "the library's bitcode does not fit";
    return false;
  }
  llvm::internalizeModule(module, [&](const llvm::GlobalValue &value) {
    return value.getName() == "levada_program_main";
  });
  return true;
}

namespace {
/// Estimates how large a module becomes by inlining.
class InlinedSize {
public:
  /// Instructions of the function with all that is inlined into it.
  size_t of(llvm::Function &function) {
    auto [at, fresh] = sizes.try_emplace(&function, 0); // recursion counts once
    if (!fresh)
      return at->second;
    size_t size = function.getInstructionCount();
    for (llvm::BasicBlock &block : function)
      for (llvm::Instruction &instruction : block)
        if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction))
          if (llvm::Function *callee = call->getCalledFunction(); callee && isInlined(*callee))
            size += of(*callee);
    return sizes[&function] = size;
  }
  bool isInlined(llvm::Function &function) {
    if (function.isDeclaration() || function.hasFnAttribute(llvm::Attribute::NoInline))
      return false;
    return function.hasFnAttribute(llvm::Attribute::AlwaysInline) ||
           (function.hasLocalLinkage() && function.getInstructionCount() < 100);
  }

private:
  llvm::DenseMap<llvm::Function *, size_t> sizes;
};

size_t callSites(const llvm::Function &function) {
  size_t count = 0;
  for (const llvm::User *user : function.users())
    if (auto *call = llvm::dyn_cast<llvm::CallBase>(user))
      count += call->getCalledFunction() == &function;
  return count;
}
} // namespace

/// What passes do takes more than linear time, and a pipeline of hundreds of
/// columns calls the same few functions for each: beyond some size those that
/// would take the most room are called and not inlined.
static void boundInlining(llvm::Module &module) {
  constexpr size_t budget = 20000, fewSites = 8, ofCall = 6;
  InlinedSize inlined;
  size_t total = 0;
  for (llvm::Function &function : module)
    if (!function.isDeclaration() && !inlined.isInlined(function))
      total += inlined.of(function);
  if (total <= budget)
    return;
  std::vector<std::tuple<size_t, llvm::StringRef, llvm::Function *>> costs;
  for (llvm::Function &function : module)
    if (size_t sites = callSites(function); sites >= fewSites && inlined.isInlined(function))
      if (size_t size = inlined.of(function); size > ofCall)
        costs.push_back({(size - ofCall) * sites, function.getName(), &function});
  llvm::sort(costs, [](const auto &a, const auto &b) { return a > b; });
  for (auto [cost, name, function] : costs) {
    if (total <= budget)
      return;
    function->removeFnAttr(llvm::Attribute::AlwaysInline);
    function->addFnAttr(llvm::Attribute::NoInline);
    total -= std::min(total, cost);
  }
}

void optimize(llvm::Module &module, llvm::TargetMachine &target, unsigned level) {
  boundInlining(module);
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", target.getTargetCPU());
    if (!target.getTargetFeatureString().empty())
      function.addFnAttr("target-features", target.getTargetFeatureString());
  }
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = level >= 2;
  tuning.SLPVectorization = level >= 3;
  // Threading jumps takes square time, and gains little where each block is a
  // column's.
  constexpr size_t manyBlocks = 300;
  llvm::PassInstrumentationCallbacks callbacks;
  callbacks.registerShouldRunOptionalPassCallback([](llvm::StringRef pass, llvm::Any unit) {
    const auto *function = llvm::any_cast<const llvm::Function *>(&unit);
    return !function || pass != "JumpThreadingPass" || (*function)->size() < manyBlocks;
  });
  llvm::PassBuilder builder(&target, tuning, std::nullopt, &callbacks);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  llvm::OptimizationLevel levels[] = {llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1,
                                      llvm::OptimizationLevel::O2, llvm::OptimizationLevel::O3};
  llvm::ModulePassManager passes =
      level == 0 ? builder.buildO0DefaultPipeline(levels[0])
                 : builder.buildPerModuleDefaultPipeline(levels[std::min(level, 3u)]);
  passes.run(module, modules);
}

} // namespace levada::codegen
