//===- Main.cpp - levada_abigen: annotated C++ in, tables and docs out -----===//
//
//   levada_abigen OUTDIR ROOT SOURCES… -- CLANG-FLAGS…
//
// A file of the output is only touched when its text changes, so that what
// includes it is not rebuilt.
//
//===----------------------------------------------------------------------===//
#include "codegen/abi/gen/Model.h"

#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Tooling/CompilationDatabase.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace levada::abigen;

namespace {

struct Consumer : clang::ASTConsumer {
  Consumer(const std::string &root, Model &model) : root(root), model(model) {}
  void HandleTranslationUnit(clang::ASTContext &context) override {
    if (!context.getDiagnostics().hasErrorOccurred())
      read(context, root, model);
  }
  const std::string &root;
  Model &model;
};

struct Action : clang::ASTFrontendAction {
  Action(const std::string &root, Model &model) : root(root), model(model) {}
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance &ci,
                                                        llvm::StringRef) override {
    ci.getFrontendOpts().SkipFunctionBodies = true;
    return std::make_unique<Consumer>(root, model);
  }
  const std::string &root;
  Model &model;
};

struct Factory : clang::tooling::FrontendActionFactory {
  Factory(const std::string &root, Model &model) : root(root), model(model) {}
  std::unique_ptr<clang::FrontendAction> create() override {
    return std::make_unique<Action>(root, model);
  }
  std::string root;
  Model &model;
};

bool write(const std::string &path, const std::string &text) {
  if (auto old = llvm::MemoryBuffer::getFile(path); old && (*old)->getBuffer() == text)
    return true;
  llvm::sys::fs::create_directories(llvm::sys::path::parent_path(path));
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  os << text;
  os.close();
  if (error || os.has_error())
    llvm::errs() << "levada_abigen: cannot write " << path << "\n";
  return !error;
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 4) {
    llvm::errs() << "usage: levada_abigen OUTDIR ROOT SOURCES... -- FLAGS...\n";
    return 2;
  }
  std::string out = argv[1], root = argv[2];
  std::vector<std::string> sources, flags;
  bool afterDashes = false;
  for (int i = 3; i < argc; ++i) {
    if (llvm::StringRef(argv[i]) == "--")
      afterDashes = true;
    else
      (afterDashes ? flags : sources).push_back(argv[i]);
  }
  Model model;
  clang::tooling::FixedCompilationDatabase database(root, flags);
  Factory factory(root, model);
  bool parsed = true;
  for (const std::string &source : sources) // one by one: a tool with many reports progress
    parsed &= clang::tooling::ClangTool(database, source).run(&factory) == 0;
  if (!parsed || model.errors)
    return 1;

  bool good = write(out + "/Functions.inc", functionsInc(model)) &&
              write(out + "/Aggregates.inc", aggregatesInc(model)) &&
              write(out + "/Connectors.inc", connectorsInc(model)) &&
              write(out + "/Abi.inc", abiInc(model)) &&
              write(out + "/AbiCalls.inc", callsInc(model)) &&
              write(out + "/docs/FUNCTIONS.md", functionsMd(model)) &&
              write(out + "/docs/CONNECTORS.md", connectorsMd(model));
  for (const std::string &source : sources) {
    llvm::StringRef file = source;
    if (file.consume_front(root) && file.consume_front("/stdlib/agg"))
      good &= write(out + "/thunks_" + llvm::sys::path::stem(source).str() + ".inc",
                    thunksInc(model, source.substr(root.size() + 1)));
  }
  return good ? 0 : 1;
}
