// Reads files (a script each) or, with --expressions, lines of standard input
// (an expression each; --types, --queries), and says where parsing fails and
// where printing and parsing again gives another tree.
//   levada_sql_round_trip [--quiet] [--broken] [--trees] FILE… | --expressions | --types |
//     --queries | --statements
// With --broken a text need not parse; it must only end with a diagnostic.
// --trees shows what was read.
#include "frontend/ast_dump.h"
#include "frontend/sql/Parser.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace levada;
using namespace levada::sql;

namespace {

bool quiet = false, broken = false, trees = false;
int failures = 0, texts = 0;

void fail(const std::string &where, const std::string &what) {
  ++failures;
  std::fprintf(stderr, "%s: %s\n", where.c_str(), what.c_str());
}

std::string printAll(const Script &script) {
  std::string out;
  for (const StatementPtr &s : script.statements)
    out += print(*s) + ";\n";
  return out;
}

void checkScript(const std::string &where, const std::string &text) {
  ++texts;
  SourceMap sources;
  diag::Engine engine(sources);
  Script first = parseScript(sources.addFile(where, text), engine);
  if (first.failed != engine.hasErrors())
    return fail(where, "a failure without a diagnostic, or the other way round");
  for (const diag::Diagnostic &d : engine.all())
    if (d.range.begin > d.range.end || d.range.end > text.size())
      return fail(where, "a diagnostic outside of the text: " + d.text);
  if (first.failed && !broken)
    return fail(where, "does not parse\n" + engine.render(diag::RenderStyle::Plain));
  for (const diag::Diagnostic &d : engine.all())
    if (d.text.starts_with("the byte 0x")) // names with such bytes are read no second time
      return;
  std::string printed = printAll(first);
  if (trees)
    std::printf("%s\n%s", text.c_str(), dump(first).c_str());
  diag::Engine again(sources);
  Script second = parseScript(sources.addFile("printed", printed), again);
  if (second.failed)
    return fail(where, "what was printed does not parse\n" + printed +
                           again.render(diag::RenderStyle::Plain));
  if (dump(first) != dump(second))
    return fail(where, "another tree\n" + printed + "\n" + dump(first) + "\n" + dump(second));
  if (printAll(second) != printed)
    fail(where, "printed differently the second time\n" + printed + printAll(second));
}

template <typename Parse> void checkLine(const std::string &text, Parse parse) {
  ++texts;
  SourceMap sources;
  diag::Engine engine(sources);
  auto first = parse(sources.addFile("line", text), engine);
  if (!first)
    return broken ? void() : fail(text, engine.render(diag::RenderStyle::Plain));
  std::string printed = print(*first);
  auto second = parse(sources.addFile("printed", printed), engine);
  if (!second)
    return fail(text, printed + "\n" + engine.render(diag::RenderStyle::Plain));
  if (dump(*first) != dump(*second))
    fail(text, "another tree\n" + printed + "\n" + dump(*first) + "\n" + dump(*second));
}

} // namespace

int main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    std::string arg = argv[i];
    std::string line;
    if (arg == "--quiet") {
      quiet = true;
    } else if (arg == "--broken") {
      broken = true;
    } else if (arg == "--trees") {
      trees = true;
    } else if (arg == "--statements") {
      while (std::getline(std::cin, line))
        checkScript(line, line);
    } else if (arg == "--expressions") {
      while (std::getline(std::cin, line))
        checkLine(line, parseExpression);
    } else if (arg == "--types") {
      while (std::getline(std::cin, line))
        checkLine(line, parseType);
    } else if (arg == "--queries") {
      while (std::getline(std::cin, line))
        checkLine(line, parseQuery);
    } else {
      std::ifstream file(arg);
      std::stringstream text;
      text << file.rdbuf();
      checkScript(arg, text.str());
    }
  }
  if (!quiet || failures)
    std::printf("%d texts, %d failures\n", texts, failures);
  return failures != 0;
}
