//===- Codegen.cpp - the steps from exec to an executable ------------------===//
#include "codegen/Codegen.h"

#include "codegen/format/Format.h"
#include "codegen/link/Link.h"
#include "codegen/llvm/Stages.h"
#include "codegen/lower/Lower.h"
#include "codegen/lower/Schema.h"
#include "ir/diag/codes/Codegen.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassRegistry.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <climits>
#include <unistd.h>

using namespace mlir;

namespace levada::codegen {

/// Where this program was started from, also when a newer one has its place by now.
static std::string programPath() {
  std::string self = llvm::sys::fs::getMainExecutable(nullptr, nullptr);
  if (!self.empty())
    return self;
  char path[PATH_MAX];
  ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  llvm::StringRef name(path, size > 0 ? size : 0);
  name.consume_back(" (deleted)");
  return name.str();
}

std::string targetFolder() {
  std::string self = programPath();
  llvm::SmallString<256> path(llvm::sys::path::parent_path(llvm::sys::path::parent_path(self)));
  llvm::sys::path::append(path, "target", "x86_64-linux-gnu");
  return path.str().str();
}

std::string bitcodePath() {
  return targetFolder() + "/" + std::string(abi::stdlibBitcodeName());
}

void registerDialects(DialectRegistry &registry) {
  registry.insert<flow::FlowDialect, exec::ExecDialect, LLVM::LLVMDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

bool compile(ModuleOp exec, const BuildOptions &options, std::string &result,
             diag::Engine &diagnostics) {
  auto step = [&](const char *what) {
    if (options.step)
      options.step(what);
  };
  auto bug = [&](const char *what) {
    diagnostics.emit({}, diag::CodegenBug, what);
    return false;
  };
  DialectRegistry registry;
  registerDialects(registry);
  exec->getContext()->appendDialectRegistry(registry);
  exec->getContext()->loadDialect<LLVM::LLVMDialect>();

  Plan plan(exec);
  for (SinkPlan &sink : plan.sinks)
    sink.header = format::headerOf(sink.op);
  OwningOpRef<ModuleOp> lowered = lowerToLLVMDialect(plan);
  if (failed(verify(*lowered)))
    return bug("the LLVM dialect it made does not verify");
  step("lower");
  if (options.emit == EmitKind::LlvmMlir) {
    llvm::raw_string_ostream(result) << *lowered;
    return true;
  }

  std::string error;
  std::unique_ptr<llvm::TargetMachine> target = createTarget(options, error);
  if (!target) {
    diagnostics.emit({}, diag::UnknownCpu, options.cpu);
    return false;
  }
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module = translate(*lowered, context, *target);
  if (!module)
    return bug("the LLVM dialect it made does not translate");
  addProgram(*module, plan, options);
  step("translate");
  std::string bitcode = options.bitcode.empty() ? bitcodePath() : options.bitcode;
  if (!linkLibrary(*module, bitcode, error)) {
    diagnostics.emit({}, diag::BrokenInstallation, bitcode, error);
    return false;
  }
  step("library");
  optimize(*module, *target, options.optLevel);
  step("optimize");
  if (options.emit == EmitKind::Llvm) {
    llvm::raw_string_ostream(result) << *module;
    return true;
  }
  std::string code;
  if (!emitMachineCode(*module, *target, options.emit == EmitKind::Asm, code))
    return bug("the target writes no object files");
  step("machine code");
  if (options.emit != EmitKind::Executable) {
    result = std::move(code);
    return true;
  }
  std::string folder = options.targetFolder.empty() ? targetFolder() : options.targetFolder;
  if (!linkExecutable(code, folder, options.output, error)) {
    diagnostics.emit({}, diag::LinkFailed, options.output)
        .note(llvm::StringRef(error).rtrim().str());
    return false;
  }
  step("link");
  return true;
}

std::string stateOf(ModuleOp exec) { return programState(Plan(exec)); }

namespace {
/// `levada-opt --exec-to-llvm`: the lowering alone, for tests.
struct ExecToLlvm : PassWrapper<ExecToLlvm, OperationPass<ModuleOp>> {
  llvm::StringRef getArgument() const override { return "exec-to-llvm"; }
  llvm::StringRef getDescription() const override { return "Lower exec to the LLVM dialect"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<LLVM::LLVMDialect>();
  }
  void runOnOperation() override {
    Plan plan(getOperation());
    OwningOpRef<ModuleOp> lowered = lowerToLLVMDialect(plan);
    getOperation().getBodyRegion().takeBody(lowered->getBodyRegion());
    getOperation()->setAttrs(DictionaryAttr::get(&getContext()));
  }
};
} // namespace

void registerPasses() { PassRegistration<ExecToLlvm>(); }

} // namespace levada::codegen
