//===- Compile.cpp - a pipeline file through the rooms of the compiler -----===//
//
// The order of things, and nothing else: read, bind and lower, optimize, plan.
// A verifier's or pass's own complaint about our IR is a bug of the compiler
// (I901), told with the pass and the user's line where it has one.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/Compile.h"

#include "codegen/Codegen.h"
#include "codegen/llvm/Evaluate.h"
#include "frontend/lower/ToFlow.h"
#include "frontend/script/Script.h"
#include "frontend/document/Document.h"
#include "ir/diag/codes/Codegen.h"
#include "ir/exec/Exec.h"
#include "ir/diag/codes/Plan.h"
#include "ir/flow/Location.h"
#include "passes/Passes.h"
#include "passes/physical/Runs.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>

using namespace levada;
using namespace levada::tool;

static mlir::DialectRegistry dialects() {
  mlir::DialectRegistry registry;
  registry.insert<flow::FlowDialect, exec::ExecDialect>();
  codegen::registerDialects(registry);
  return registry;
}

namespace {
/// What codegen lends to constant folding.
struct Folding : Evaluator {
  explicit Folding(mlir::MLIRContext &context) : host(context) {}
  mlir::Attribute evaluate(mlir::Operation *op,
                           llvm::ArrayRef<mlir::Attribute> operands) override {
    return host.evaluate(op, operands);
  }
  void prepare(llvm::ArrayRef<Pending> all) override { host.prepare(all); }
  codegen::ConstantEvaluator host;
};
} // namespace

Compilation::Compilation(std::string path, unsigned optLevel)
    : context(dialects(), mlir::MLIRContext::Threading::DISABLED), file(std::move(path)),
      level(optLevel) {
  context.getDiagEngine().registerHandler([this](mlir::Diagnostic &d) {
    if (d.getSeverity() == mlir::DiagnosticSeverity::Error)
      engine.emit({}, diag::CodegenBug, d.str());
    return mlir::success();
  });
}

bool Compilation::toFlow() {
  if (ir || engine.hasErrors())
    return ir && !engine.hasErrors();
  std::unique_ptr<doc::Document> document = read();
  return document && toFlow(*document);
}

std::unique_ptr<doc::Document> Compilation::read() {
  uint32_t buffer = doc::loadFile(file, engine);
  if (!buffer)
    return nullptr;
  bool script = llvm::StringRef(file).ends_with_insensitive(".sql");
  std::unique_ptr<doc::Document> document =
      script ? doc::readScript(buffer, engine) : doc::readDocument(buffer, engine);
  if (std::string tests = doc::testsFileOf(file); script && document && llvm::sys::fs::exists(tests))
    if (uint32_t beside = doc::loadFile(tests, engine))
      doc::readTests(beside, *document, engine);
  step("read");
  return document;
}

bool Compilation::toFlow(const doc::Document &document) {
  ir = lowerToFlow(document, engine, context);
  if (ir)
    checkTestRows(document, *ir, engine);
  step("bind");
  if (!ir || engine.hasErrors())
    return false;
  return mlir::succeeded(mlir::verify(*ir));
}

bool Compilation::optimize() {
  mlir::PassManager manager(&context);
  PipelineOptions options;
  options.level = level;
  Folding folding(context);
  options.evaluator = &folding;
  buildFlowPipeline(manager, options);
  bool ok = mlir::succeeded(manager.run(*ir)) && !engine.hasErrors();
  step("optimize");
  return ok;
}

/// The user's text that a location stands for.
static SourceRange rangeOf(mlir::Location location, SourceMap &sources) {
  std::optional<flow::Place> place = flow::placeOf(location);
  if (!place || !place->line)
    return {};
  std::string_view line = sources.line(1, place->line);
  uint32_t begin = 0;
  for (unsigned column = 1; column < place->column && begin < line.size(); ++column)
    do
      ++begin;
    while (begin < line.size() && (line[begin] & 0xC0) == 0x80);
  begin += sources.lineStart(1, place->line);
  return {1, begin, begin + std::max(place->length, 1u)};
}

bool Compilation::canRun() {
  for (const Missing &missing : missingOperators(*ir)) {
    auto flight = engine.emit(rangeOf(missing.op->getLoc(), sources), diag::OperatorNotYet, missing.what);
    if (missing.inBatch)
      flight.hint("it runs in batch mode");
  }
  return !engine.hasErrors();
}

bool Compilation::toExec() {
  if (!canRun())
    return false;
  mlir::PassManager manager(&context);
  PipelineOptions options;
  options.level = level;
  buildExecPipeline(manager, options);
  bool ok = mlir::succeeded(manager.run(*ir)) && !engine.hasErrors();
  step("plan");
  return ok;
}

std::string Compilation::name() const {
  if (ir)
    if (auto name = (*ir)->getAttrOfType<mlir::StringAttr>("flow.name"))
      return name.str();
  return llvm::sys::path::stem(file).str();
}

int Compilation::report(diag::RenderStyle style) {
  llvm::errs() << engine.render(style);
  if (!engine.hasErrors())
    return Exit::Done;
  for (const diag::Diagnostic &d : engine.all())
    if (d.kind->code.starts_with("I9"))
      return Exit::Bug;
  return Exit::Diagnosed;
}

void Compilation::step(const char *what) {
  auto now = std::chrono::steady_clock::now();
  times.push_back({what, std::chrono::duration<double, std::milli>(now - last).count()});
  last = now;
}

void Compilation::printTiming() const {
  double sum = 0;
  for (const auto &[what, ms] : times) {
    llvm::errs() << fmt::format("{:>8.1f} ms  {}\n", ms, what);
    sum += ms;
  }
  llvm::errs() << fmt::format("{:>8.1f} ms  in all\n", sum);
}

std::optional<unsigned> tool::optLevel(const Arguments &arguments) {
  std::string level = arguments.value(OPT_O, "2");
  if (level.size() == 1 && level[0] >= '0' && level[0] <= '3')
    return level[0] - '0';
  usageError(arguments, "`-O" + level + "`: levels are -O0 to -O3");
  return std::nullopt;
}
