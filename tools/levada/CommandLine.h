//===- CommandLine.h - options and commands of levada ----------------------===//
#ifndef LEVADA_TOOLS_LEVADA_COMMANDLINE_H
#define LEVADA_TOOLS_LEVADA_COMMANDLINE_H

#include "ir/diag/Diag.h"

#include "llvm/Option/ArgList.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace levada::tool {

/// Exit codes of every command.
enum Exit { Done = 0, Diagnosed = 1, Usage = 2, Bug = 70 };

enum OptionId {
  OPT_INVALID = 0,
#define OPTION(PREFIX, NAME, ID, ...) OPT_##ID,
#include "tools/levada/Options.inc"
#undef OPTION
};

/// What follows `levada COMMAND`.
struct Arguments {
  std::string command;
  llvm::opt::InputArgList options;
  std::vector<std::string> inputs;      ///< words that are no options
  std::vector<std::string> passthrough; ///< after `--`
  /// The last value of an option such as `-o`, or `otherwise`.
  std::string value(OptionId id, std::string otherwise = {}) const {
    return options.getLastArgValue(llvm::opt::OptSpecifier(static_cast<unsigned>(id)), otherwise).str();
  }
};

/// A command: its name, one line about it, its usage, and its code.
struct Command {
  const char *name, *summary, *usage;
  unsigned visibility;
  int (*run)(Arguments &);
};

int runBuild(Arguments &);
int runRun(Arguments &);
int runCheck(Arguments &);
int runDiff(Arguments &);
int runExplain(Arguments &);
int runFunctions(Arguments &);
int runConnectors(Arguments &);
int runNew(Arguments &);
int runSql(Arguments &);
int runFmt(Arguments &);
int runTest(Arguments &);

/// Prints `levada: TEXT` and where help is; returns Exit::Usage.
int usageError(const Arguments &, const std::string &text);
/// The style that --diagnostics or the terminal asks for; nullopt after a
/// usage error was printed.
std::optional<diag::RenderStyle> renderStyle(const Arguments &);

} // namespace levada::tool

#endif
