//===- CommandLine.cpp - which command, which options ----------------------===//
//
// The table of commands and the entry of the program. Options are those of
// Options.td; an unknown one names the nearest that the command takes.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/CommandLine.h"

#include "llvm/Option/OptTable.h"
#include "llvm/Option/Option.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

#include <unistd.h>

using namespace llvm::opt;
using namespace levada;
using namespace levada::tool;

namespace {

enum Visible : unsigned {
  BuildVis = 1 << 1, RunVis = 1 << 2, CheckVis = 1 << 3,
  ExplainVis = 1 << 4, ListVis = 1 << 5, NewVis = 1 << 6, SqlVis = 1 << 7,
  FmtVis = 1 << 8, DiffVis = 1 << 9, TestVis = 1 << 10,
};

#define PREFIX(NAME, VALUE)                                                    \
  constexpr llvm::StringLiteral NAME##_init[] = VALUE;                         \
  constexpr llvm::ArrayRef<llvm::StringLiteral> NAME(                          \
      NAME##_init, std::size(NAME##_init) - 1);
#include "tools/levada/Options.inc"
#undef PREFIX

constexpr OptTable::Info optionInfos[] = {
#define OPTION(...) LLVM_CONSTRUCT_OPT_INFO(__VA_ARGS__),
#include "tools/levada/Options.inc"
#undef OPTION
};

struct Table : GenericOptTable {
  Table() : GenericOptTable(optionInfos) {}
};

const Command commands[] = {
    {"build", "compile a pipeline to an executable", "levada build FILE [-o OUT] [options]", BuildVis, runBuild},
    {"run", "compile (cached) and run a pipeline", "levada run FILE [options] [-- ARGS of the program]", RunVis, runRun},
    {"sql", "run one query over files", "levada sql \"SELECT ... FROM 'FILE' ...\" [options]", SqlVis, runSql},
    {"check", "report what is wrong with pipelines", "levada check FILE... [options]", CheckVis, runCheck},
    {"test", "run the tests that pipelines declare", "levada test FILE... [--crash] [options]", TestVis, runTest},
    {"fmt", "lay out SQL scripts and pipeline files", "levada fmt [--check] [--diff] FILE...|-", FmtVis, runFmt},
    {"explain", "show the plan of a pipeline, or explain a diagnostic", "levada explain FILE|CODE [options]", ExplainVis, runExplain},
    {"diff", "say whether the state of one program is usable by another", "levada diff OLD NEW [options]", DiffVis, runDiff},
    {"functions", "list the built-in functions", "levada functions [NAME...]", ListVis, runFunctions},
    {"connectors", "list connectors and formats with their options", "levada connectors [NAME...]", ListVis, runConnectors},
    {"new", "write a pipeline that reads a data file", "levada new --from FILE [-o PIPELINE.toml]", NewVis, runNew},
};

void printHelp(llvm::raw_ostream &os) {
  os << "levada compiles a streaming pipeline into one small static executable\n\n"
        "usage: levada COMMAND ...\n\n";
  for (const Command &command : commands)
    os << "  " << llvm::left_justify(command.name, 12) << command.summary << '\n';
  os << "\n`levada COMMAND --help` lists the options of a command.\n"
        "Exit codes: 0 done, 1 errors in the pipeline, 2 usage, 70 a bug in levada.\n";
}

int unknownCommand(const std::string &word) {
  std::vector<std::string> names;
  for (const Command &command : commands)
    names.push_back(command.name);
  llvm::errs() << "levada: no command `" << word << "`";
  if (std::string near = diag::nearest(word, names); !near.empty())
    llvm::errs() << "; did you mean `" << near << "`?";
  llvm::errs() << "\nlevada: `levada --help` lists the commands\n";
  return Exit::Usage;
}

int dispatch(const Command &command, llvm::ArrayRef<const char *> words) {
  // What follows `--` belongs to the program.
  const auto *dashes = std::find_if(words.begin(), words.end(), [](const char *w) {
    return llvm::StringRef(w) == "--";
  });
  Arguments arguments{command.name, InputArgList(), {}, {}};
  if (dashes != words.end())
    arguments.passthrough.assign(dashes + 1, words.end());
  words = words.take_front(dashes - words.begin());

  Table table;
  unsigned missingIndex = 0, missingCount = 0;
  arguments.options = table.ParseArgs(words, missingIndex, missingCount,
                                      Visibility(command.visibility));
  if (missingCount)
    return usageError(arguments, std::string("`") + words[missingIndex] + "` needs a value");
  for (const Arg *unknown : arguments.options.filtered(OPT_UNKNOWN)) {
    std::string text = unknown->getAsString(arguments.options), near;
    std::string message = "unknown option `" + text + "`";
    if (table.findNearest(text, near, Visibility(command.visibility)) <= 2)
      message += "; did you mean `" + near + "`?";
    else if (arguments.command == "run")
      message += "; options of the program stand after `--`";
    return usageError(arguments, message);
  }
  if (arguments.options.hasArg(OPT_help)) {
    table.printHelp(llvm::outs(), command.usage, command.summary, false, false,
                    Visibility(command.visibility));
    return Exit::Done;
  }
  arguments.inputs = arguments.options.getAllArgValues(OPT_INPUT);
  if (!arguments.passthrough.empty() && std::string_view(command.name) != "run")
    return usageError(arguments, "only `levada run` takes arguments after `--`");
  return command.run(arguments);
}

} // namespace

int tool::usageError(const Arguments &arguments, const std::string &text) {
  llvm::errs() << "levada " << arguments.command << ": " << text << "\nlevada: `levada "
               << arguments.command << " --help` lists the options\n";
  return Exit::Usage;
}

std::optional<diag::RenderStyle> tool::renderStyle(const Arguments &arguments) {
  std::string style = arguments.value(OPT_diagnostics_EQ);
  if (style == "pretty")
    return diag::RenderStyle::Pretty;
  if (style == "plain")
    return diag::RenderStyle::Plain;
  if (style == "json")
    return diag::RenderStyle::Json;
  if (!style.empty()) {
    usageError(arguments, "`--diagnostics=` takes pretty, plain or json, found `" + style + "`");
    return std::nullopt;
  }
  if (!isatty(STDERR_FILENO))
    return diag::RenderStyle::Plain;
  return getenv("NO_COLOR") ? diag::RenderStyle::Pretty : diag::RenderStyle::PrettyColour;
}

int main(int argc, char **argv) {
  llvm::setBugReportMsg("levada: this is a bug in levada; please report it with the pipeline file\n");
  llvm::InitLLVM init(argc, argv);
  llvm::ArrayRef<const char *> words(argv + 1, argc - 1);
  if (words.empty()) {
    printHelp(llvm::errs());
    return Exit::Usage;
  }
  llvm::StringRef first = words.front();
  if (first == "--help" || first == "-h" || first == "-help" || first == "help") {
    printHelp(llvm::outs());
    return Exit::Done;
  }
  if (first == "--version") {
    llvm::outs() << "levada " << LEVADA_VERSION << " (LLVM " << LLVM_VERSION_STRING << ")\n";
    return Exit::Done;
  }
  for (const Command &command : commands)
    if (first == command.name)
      return dispatch(command, words.drop_front());
  return unknownCommand(first.str());
}
