//===- Build.cpp - levada build --------------------------------------------===//
//
// A pipeline file to an executable, or to any stage on the way (--emit).
//
//===----------------------------------------------------------------------===//
#include "tools/levada/Build.h"

#include "passes/explain/Explain.h"
#include "tools/levada/Output.h"

#include "llvm/Support/raw_ostream.h"

using namespace levada;
using namespace levada::tool;

bool tool::buildPipeline(Compilation &compilation, codegen::BuildOptions options, std::string &result) {
  if (!compilation.toFlow() || !compilation.optimize())
    return false;
  options.compiler = LEVADA_VERSION;
  options.plan = explainText(compilation.module());
  if (!compilation.toExec())
    return false;
  options.step = [&](const char *what) { compilation.step(what); };
  return codegen::compile(compilation.module(), options, result, compilation.diagnostics());
}

std::optional<codegen::BuildOptions> tool::buildOptions(const Arguments &arguments) {
  codegen::BuildOptions options;
  std::optional<unsigned> level = optLevel(arguments);
  if (!level)
    return std::nullopt;
  options.optLevel = *level;
  options.cpu = arguments.value(OPT_cpu_EQ, options.cpu);
  return options;
}

/// The module as text, with the user's places when asked by the option.
static std::string printModule(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os);
  return text + "\n";
}

int tool::runBuild(Arguments &arguments) {
  if (arguments.inputs.size() != 1)
    return usageError(arguments, "takes one pipeline file");
  std::optional<diag::RenderStyle> style = renderStyle(arguments);
  std::optional<codegen::BuildOptions> options = buildOptions(arguments);
  if (!style || !options)
    return Exit::Usage;

  std::string emit = arguments.value(OPT_emit_EQ, "exe");
  std::vector<std::string> stages = {"flow", "exec", "llvm-mlir", "llvm", "asm", "obj", "exe"};
  if (llvm::find(stages, emit) == stages.end()) {
    std::string near = diag::nearest(emit, stages);
    return usageError(arguments, "`--emit=" + emit + "` is none of flow, exec, llvm-mlir, llvm, asm, obj, exe" +
                                     (near.empty() ? "" : "; did you mean `" + near + "`?"));
  }

  Compilation compilation(arguments.inputs[0], options->optLevel);
  std::string result, output = arguments.value(OPT_o);
  bool ok;
  if (emit == "flow" || emit == "exec") {
    ok = compilation.toFlow() && compilation.optimize() && (emit == "flow" || compilation.toExec());
    if (ok)
      result = printModule(compilation.module());
  } else {
    options->emit = emit == "llvm-mlir" ? codegen::EmitKind::LlvmMlir
                    : emit == "llvm"    ? codegen::EmitKind::Llvm
                    : emit == "asm"     ? codegen::EmitKind::Asm
                    : emit == "obj"     ? codegen::EmitKind::Object
                                        : codegen::EmitKind::Executable;
    if (emit == "exe" || emit == "obj")
      if (output.empty() && compilation.toFlow())
        output = compilation.name() + (emit == "obj" ? ".o" : "");
    options->output = output;
    ok = buildPipeline(compilation, *options, result);
  }
  int exit = compilation.report(*style);
  if (arguments.options.hasArg(OPT_timing))
    compilation.printTiming();
  if (!ok)
    return exit ? exit : Exit::Bug;
  return emit == "exe" ? exit : writeOutput(output.empty() ? "-" : output, result, false);
}
