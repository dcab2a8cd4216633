//===- Compile.h - a pipeline file through the rooms of the compiler -------===//
#ifndef LEVADA_TOOLS_LEVADA_COMPILE_H
#define LEVADA_TOOLS_LEVADA_COMPILE_H

#include "ir/diag/Diag.h"
#include "tools/levada/CommandLine.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace levada::doc {
struct Document;
}

namespace levada::tool {

/// One compilation: a file, its diagnostics, and the module it becomes. Each
/// step returns false after it emitted diagnostics.
class Compilation {
public:
  Compilation(std::string path, unsigned optLevel);

  /// The file as text to a typed flow module; once.
  bool toFlow();
  /// Its first part: the file as a document, with the tests beside a script. Null
  /// after diagnostics.
  std::unique_ptr<doc::Document> read();
  /// A document that was read, or made in memory, to the same.
  bool toFlow(const doc::Document &document);
  /// The flow passes of the -O level.
  bool optimize();
  /// Whether every operator of the plan has a running form.
  bool canRun();
  /// flow to exec.
  bool toExec();

  const std::string &path() const { return file; }
  /// The pipeline's name, for the executable and its state.
  std::string name() const;
  unsigned optLevel() const { return level; }
  void setOptLevel(unsigned other) { level = other; }
  mlir::ModuleOp module() { return *ir; }
  mlir::MLIRContext &mlirContext() { return context; }
  diag::Engine &diagnostics() { return engine; }

  /// Prints all diagnostics to stderr; the exit code they mean.
  int report(diag::RenderStyle style);
  /// Notes that a step took until now, for --timing.
  void step(const char *what);
  void printTiming() const;

private:
  SourceMap sources;
  diag::Engine engine{sources};
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> ir;
  std::string file;
  unsigned level;
  std::chrono::steady_clock::time_point last = std::chrono::steady_clock::now();
  std::vector<std::pair<const char *, double>> times;
};

/// -O0 … -O3 (default 2); nullopt after a usage error was printed.
std::optional<unsigned> optLevel(const Arguments &);

} // namespace levada::tool

#endif
