//===- Test.cpp - levada test ----------------------------------------------===//
//
// Compiles a pipeline once, with its sources and sinks replaced by files, and
// runs each of its tests. With --crash each is run again and again, killed at
// every step of the commit protocol, resumed, and must come out the same.
//
//===----------------------------------------------------------------------===//
#include "frontend/script/Script.h"
#include "ir/flow/FlowOps.h"
#include "tools/levada/Build.h"
#include "tools/levada/test/Cases.h"
#include "tools/levada/test/Program.h"
#include "tools/levada/test/Rows.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace levada;
using namespace levada::tool;

namespace {

/// Rows of a test that a checkpoint stands between, with --crash: so that none
/// has more than this many checkpoints.
constexpr size_t mostCheckpoints = 12;

class Tester {
public:
  Tester(const std::string &file, const Arguments &arguments, diag::RenderStyle style,
         codegen::BuildOptions options)
      : file(file), arguments(arguments), style(style), options(std::move(options)),
        compilation(file, this->options.optLevel) {}

  int run();
  size_t passed = 0, failed = 0;

private:
  bool build();
  void test(const doc::Test &test);
  std::vector<std::string> place(const doc::Test &test, bool crash);
  std::vector<doc::Node> rows(const std::string &sink, std::string &problem) const;
  void compare(const doc::Test &test, bool ordered, std::string &report) const;
  void compareRows(const std::string &what, SourceRange range, const std::string &sink,
                   const std::vector<doc::Node> &expected, bool ordered, std::string &report) const;
  void compareLosses(const doc::Test &test, const Ran &ran, std::string &report) const;
  bool crash(const doc::Test &test, size_t &kills, std::string &report);
  std::map<std::string, std::vector<std::string>> outputs() const;
  std::string where(SourceRange range) const;

  std::string file;
  const Arguments &arguments;
  diag::RenderStyle style;
  codegen::BuildOptions options;
  Compilation compilation;
  std::unique_ptr<doc::Document> document; // with the endpoints of the tests
  Cases cases;
  TemporaryFolder folder;
};

std::string Tester::where(SourceRange range) const {
  SourceMap &sources = const_cast<Compilation &>(compilation).diagnostics().sourceMap();
  LineColumn at = sources.position(range);
  return fmt::format("{}:{}:{}", sources.path(range.buffer), at.line, at.column);
}

/// Compiles the pipeline as it is for its diagnostics, then as the tests need it.
bool Tester::build() {
  Compilation checked(file, options.optLevel);
  bool ok = checked.toFlow() && checked.optimize() && checked.canRun();
  int exit = checked.report(style);
  if (!ok || exit)
    return false;
  std::set<std::string> updating;
  checked.module().walk([&](flow::SinkOp sink) {
    if (llvm::cast<flow::StreamType>(sink.getInput().getType()).getChangelog() != flow::Changelog::append)
      updating.insert(sink.getStream().str());
  });
  document = compilation.read();
  if (!document || !cases.substitute(*document, updating, compilation.diagnostics()))
    return false;
  std::string result;
  options.output = folder.path() + "/program";
  return compilation.toFlow(*document) && buildPipeline(compilation, options, result);
}

int Tester::run() {
  if (folder.path().empty()) {
    llvm::errs() << "levada: no place for the executable: TMPDIR can name a folder\n";
    return Exit::Diagnosed;
  }
  if (!build()) {
    int exit = compilation.report(style);
    return exit ? exit : int(Exit::Diagnosed);
  }
  if (document->tests.empty()) {
    llvm::errs() << "levada: `" << file << "` has no tests: they are [[test]] tables"
                 << (document->isScript ? " in a file beside it, " + doc::testsFileOf(file) : "") << '\n';
    return Exit::Diagnosed;
  }
  for (const doc::Test &one : document->tests)
    test(one);
  return failed ? Exit::Diagnosed : Exit::Done;
}

//===----------------------------------------------------------------------===//
// One test
//===----------------------------------------------------------------------===//

/// Writes its inputs; the arguments of the program.
std::vector<std::string> Tester::place(const doc::Test &test, bool crash) {
  std::vector<std::string> words = {"--state", folder.path() + "/state"};
  size_t count = 0;
  for (const doc::Source &source : document->sources) {
    std::string path = folder.path() + "/in-" + source.name.text, text = cases.input(source, test);
    writeFile(path, text);
    count += size_t(std::count(text.begin(), text.end(), '\n'));
    words.insert(words.end(), {"--set", "source." + source.name.text + ".path=" + path});
  }
  for (const auto &[name, sink] : cases.sinks())
    words.insert(words.end(), {"--set", "sink." + name + ".path=" + folder.path() + "/out/" + name + ".jsonl"});
  // A chunk is a record: so a checkpoint can stand between any two.
  words.insert(words.end(), {"--checkpoint-interval", "0"});
  if (crash)
    words.insert(words.end(), {"--chunk-bytes", "16", "--checkpoint-every",
                               std::to_string(count / mostCheckpoints + 1)});
  llvm::sys::fs::remove_directories(folder.path() + "/out");
  llvm::sys::fs::remove_directories(folder.path() + "/state");
  llvm::sys::fs::create_directory(folder.path() + "/out");
  return words;
}

std::map<std::string, std::vector<std::string>> Tester::outputs() const {
  std::map<std::string, std::vector<std::string>> all;
  for (const auto &[name, sink] : cases.sinks())
    all[name] = readLines(folder.path() + "/out/" + name + ".jsonl");
  return all;
}

std::vector<doc::Node> Tester::rows(const std::string &sink, std::string &problem) const {
  std::vector<doc::Node> rows;
  for (const std::string &line : readLines(folder.path() + "/out/" + sink + ".jsonl"))
    if (std::optional<doc::Node> row = parseJson(line))
      rows.push_back(std::move(*row));
    else
      problem = "  `" + sink + "` wrote what is no row: " + line + "\n";
  return rows;
}

void Tester::compareRows(const std::string &what, SourceRange range, const std::string &sink,
                         const std::vector<doc::Node> &expected, bool ordered, std::string &report) const {
  std::vector<doc::Node> found = rows(sink, report);
  std::vector<RowDiff> diff = tool::compareRows(expected, found, ordered);
  if (diff.empty())
    return;
  auto rowCount = [](size_t n) { return std::to_string(n) + (n == 1 ? " row" : " rows"); };
  report += "  " + where(range) + ": " + what + ": " + rowCount(expected.size()) + " expected, " +
            rowCount(found.size()) + " came" + (ordered ? "" : " (in any order)") + "\n";
  if (ordered && tool::compareRows(expected, found, false).empty())
    report += "    these are the rows, in another order: `" + sink + "` has its rows in the order in which they are made\n";
  // Far from any difference rows are left out.
  constexpr size_t near = 3;
  std::vector<bool> shown(diff.size());
  for (size_t i = 0; i < diff.size(); ++i)
    if (diff[i].sign != ' ')
      for (size_t j = i > near ? i - near : 0; j < std::min(diff.size(), i + near + 1); ++j)
        shown[j] = true;
  for (size_t i = 0; i < diff.size(); ++i) {
    if (!shown[i]) {
      if (i == 0 || shown[i - 1])
        report += "      …\n";
      continue;
    }
    const doc::Node &row = (diff[i].sign == '+' ? found : expected)[diff[i].index];
    report += std::string("    ") + diff[i].sign + " " + toToml(row);
    if (diff[i].sign == '-')
      report += "   # line " +
                std::to_string(const_cast<Compilation &>(compilation).diagnostics().sourceMap().position(row.range).line);
    report += "\n";
  }
}

void Tester::compare(const doc::Test &test, bool ordered, std::string &report) const {
  for (const doc::TestRows &expected : test.expect)
    compareRows("expect." + expected.table.text, expected.range, expected.table.text, expected.rows,
                ordered && cases.sinks().at(expected.table.text).ordered, report);
  for (const doc::TestLoss &loss : test.late)
    if (loss.rows)
      compareRows("expect_late." + loss.where.text, loss.range, cases.lateSink(loss.where.text), loss.rows->rows,
                  ordered, report);
}

/// Rows are late or bad only where the test says so: by a number, by the rows,
/// or by those that come to the sink that takes them.
void Tester::compareLosses(const doc::Test &test, const Ran &ran, std::string &report) const {
  auto expects = [&](const std::string &sink) {
    return llvm::any_of(test.expect, [&](const doc::TestRows &rows) { return rows.table.text == sink; });
  };
  auto policySink = [&](const std::string &name) -> std::string {
    const doc::Source *source = document->findSource(name);
    const doc::Stream *stream = document->findStream(name);
    const doc::ErrorPolicy *policy = source ? &source->onError : stream ? &stream->onError : nullptr;
    return policy && policy->deadLetter ? policy->deadLetter->text : "";
  };
  auto check = [&](const std::map<std::string, int64_t> &counts, const std::vector<doc::TestLoss> &losses, bool late) {
    std::map<std::string, int64_t> all = counts;
    for (const doc::TestLoss &loss : losses)
      all.try_emplace(loss.where.text, 0);
    for (const auto &[name, count] : all) {
      const auto loss = llvm::find_if(losses, [&](const doc::TestLoss &l) { return l.where.text == name; });
      int64_t expected = loss == losses.end() ? 0 : loss->count;
      std::string sink = late ? cases.lateSink(name) : policySink(name);
      if (count == expected || (loss == losses.end() && !sink.empty() && expects(sink)))
        continue;
      report += "  " + where(loss == losses.end() ? test.range : loss->range) + ": `" + name + "`: " +
                std::to_string(count) + (count == 1 ? " row" : " rows") + (late ? " came late, " : " bad, ") +
                std::to_string(expected) + " expected\n";
      if (loss == losses.end())
        report += std::string("    expect_") + (late ? "late." : "bad.") + name + " = " + std::to_string(count) +
                  " would say so\n";
    }
  };
  check(ran.late, test.late, true);
  check(ran.bad, test.bad, false);
}

void Tester::test(const doc::Test &test) {
  std::string report;
  size_t kills = 0;
  Ran ran = runProgram(options.output, place(test, false), "", folder.path());
  if (ran.code) {
    report = "  " + where(test.range) + ": the pipeline fails: " + ran.failure + "\n";
  } else {
    compare(test, true, report);
    compareLosses(test, ran, report);
  }
  bool batch = document->pipeline.mode == doc::Mode::Batch;
  if (report.empty() && arguments.options.hasArg(OPT_crash) && !batch)
    crash(test, kills, report);
  report.empty() ? ++passed : ++failed;
  llvm::outs() << (report.empty() ? "ok    " : "FAIL  ") << test.name.text;
  if (kills)
    llvm::outs() << " (" << kills << (kills == 1 ? " kill)" : " kills)");
  else if (arguments.options.hasArg(OPT_crash) && batch)
    llvm::outs() << " (batch mode keeps no checkpoints)";
  llvm::outs() << '\n' << report;
  llvm::outs().flush();
}

/// Kills it at each place that it passes, each time it does, and lets it go on.
bool Tester::crash(const doc::Test &test, size_t &kills, std::string &report) {
  Ran whole = runProgram(options.output, place(test, true), "trace", folder.path());
  if (whole.code) {
    report = "  " + where(test.range) + ": with checkpoints the pipeline fails: " + whole.failure + "\n";
    return false;
  }
  compare(test, false, report);
  auto expected = outputs();
  if (!report.empty())
    return false;
  std::map<std::string, size_t> passes;
  for (const std::string &name : whole.places) {
    std::string at = name + ":" + std::to_string(++passes[name]);
    std::vector<std::string> words = place(test, true);
    Ran first = runProgram(options.output, words, at + "=kill", folder.path());
    kills += first.code == -2;
    Ran second = runProgram(options.output, words, "", folder.path());
    if (second.code)
      report = "  " + where(test.range) + ": after a kill at " + at + " it does not go on: " + second.failure + "\n";
    else if (outputs() != expected) {
      report = "  " + where(test.range) + ": after a kill at " + at + " the result is another one\n";
      compare(test, false, report);
    } else
      compareLosses(test, second, report);
    if (!report.empty())
      return false;
  }
  return true;
}

} // namespace

int tool::runTest(Arguments &arguments) {
  if (arguments.inputs.empty())
    return usageError(arguments, "which pipeline? `levada test FILE...`");
  std::optional<diag::RenderStyle> style = renderStyle(arguments);
  std::optional<codegen::BuildOptions> options = buildOptions(arguments);
  if (!style || !options)
    return Exit::Usage;
  int exit = Exit::Done;
  size_t passed = 0, failed = 0;
  for (const std::string &file : arguments.inputs) {
    if (arguments.inputs.size() > 1)
      llvm::outs() << file << '\n';
    Tester tester(file, arguments, *style, *options);
    exit = std::max(exit, tester.run());
    passed += tester.passed;
    failed += tester.failed;
  }
  if (passed + failed)
    llvm::outs() << passed << " passed, " << failed << " failed\n";
  return exit;
}
