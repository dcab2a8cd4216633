//===- Fmt.cpp - levada fmt ------------------------------------------------===//
//
// Lays out SQL scripts and pipeline files, in place like gofmt and rustfmt; `-`
// reads stdin and writes stdout. A file with a syntax error stays as it is.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/CommandLine.h"
#include "tools/levada/Diff.h"
#include "tools/levada/Output.h"

#include "frontend/document/Document.h"
#include "frontend/fmt/Format.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace levada;
using namespace levada::tool;
using llvm::StringRef;

namespace {

enum class Language { Sql, Toml };
constexpr size_t maxSize = 4 << 20;

/// What stdin holds: a pipeline file if it can be read as one.
Language guess(const std::string &text) {
  SourceMap sources;
  diag::Engine engine(sources);
  return fmts::formatToml(sources.addFile("stdin", text), engine) ? Language::Toml
                                                                 : Language::Sql;
}

struct Job {
  bool check, diff;
  diag::RenderStyle style;
  int exit = Exit::Done;

  void fail(int code) { exit = std::max(exit, code); }
  void file(const std::string &path);
  void standardInput();
  std::optional<std::string> format(uint32_t buffer, Language language, diag::Engine &engine);
  bool tell(const std::string &path, StringRef before, const std::string &after);
};

std::optional<std::string> Job::format(uint32_t buffer, Language language, diag::Engine &engine) {
  auto result = language == Language::Toml ? fmts::formatToml(buffer, engine)
                                           : fmts::formatSql(buffer, engine);
  if (!result) {
    llvm::errs() << engine.render(style);
    fail(Exit::Diagnosed);
  }
  return result;
}

/// --check and --diff: says what would change; true when nothing is written.
bool Job::tell(const std::string &path, StringRef before, const std::string &after) {
  if (before == after)
    return true;
  if (diff)
    llvm::outs() << unifiedDiff(path, before.str(), after);
  if (check) {
    llvm::errs() << "levada: `" << path << "` is not formatted\n";
    fail(Exit::Diagnosed);
  }
  return check || diff;
}

void Job::file(const std::string &path) {
  SourceMap sources;
  diag::Engine engine(sources);
  uint32_t buffer = doc::loadFile(path, engine);
  if (!buffer) {
    llvm::errs() << engine.render(style);
    return fail(Exit::Diagnosed);
  }
  std::string before(sources.text(buffer));
  if (before.size() > maxSize) { // no more than that was read
    llvm::errs() << "levada: `" << path << "` has more than 4 MB\n";
    return fail(Exit::Diagnosed);
  }
  Language language = StringRef(path).ends_with_insensitive(".sql") ? Language::Sql
                                                                    : Language::Toml;
  auto after = format(buffer, language, engine);
  if (!after || tell(path, before, *after))
    return;
  // The file itself, not the link to it; and who may read it stays.
  llvm::SmallString<256> real;
  if (llvm::sys::fs::real_path(path, real))
    real = path;
  auto permissions = llvm::sys::fs::getPermissions(real);
  fail(writeOutput(real.str().str(), *after, false));
  if (permissions)
    llvm::sys::fs::setPermissions(real, *permissions);
}

void Job::standardInput() {
  auto input = llvm::MemoryBuffer::getSTDIN();
  if (!input) {
    llvm::errs() << "levada: cannot read stdin: " << input.getError().message() << '\n';
    return fail(Exit::Diagnosed);
  }
  std::string before = (*input)->getBuffer().str();
  SourceMap sources;
  diag::Engine engine(sources);
  auto after = format(sources.addFile("<stdin>", before), guess(before), engine);
  if (after && !tell("<stdin>", before, *after) && !check && !diff)
    llvm::outs() << *after;
  else if (after && before == *after && !check && !diff)
    llvm::outs() << *after;
}

} // namespace

int tool::runFmt(Arguments &arguments) {
  if (arguments.inputs.empty())
    return usageError(arguments, "which files? `levada fmt FILE...`, `levada fmt -` for stdin");
  std::optional<diag::RenderStyle> style = renderStyle(arguments);
  if (!style)
    return Exit::Usage;
  for (const std::string &path : arguments.inputs)
    if (StringRef p = path; p != "-" && !p.ends_with_insensitive(".sql") &&
                            !p.ends_with_insensitive(".toml"))
      return usageError(arguments, "`" + path + "` is neither a .sql nor a .toml file");
  Job job{arguments.options.hasArg(OPT_check), arguments.options.hasArg(OPT_diff), *style};
  for (const std::string &path : arguments.inputs)
    path == "-" ? job.standardInput() : job.file(path);
  return job.exit;
}
