// libFuzzer target: whatever bytes come, the SQL parser ends, says something
// exactly when it gives no tree, points into the text, and what it accepts
// survives printing. The first byte chooses what is parsed: an expression, a
// type, a window, a query, a script.
#include "frontend/ast_dump.h"
#include "frontend/sql/Parser.h"

#include <cstdio>
#include <cstdlib>

using namespace levada;
using namespace levada::sql;

namespace {

[[noreturn]] void fail(const char *what, const std::string &text, const std::string &more) {
  std::fprintf(stderr, "%s\n--- text\n%s\n--- then\n%s\n", what, text.c_str(), more.c_str());
  std::abort();
}

template <typename Parse> auto parsed(const std::string &text, Parse parse, std::string &errors) {
  SourceMap sources;
  diag::Engine engine(sources);
  auto result = parse(sources.addFile("fuzz", text), engine);
  for (const diag::Diagnostic &d : engine.all())
    if (d.range.begin > d.range.end || d.range.end > text.size())
      fail("a diagnostic outside of the text", text, d.text);
  if (static_cast<bool>(result) == engine.hasErrors())
    fail("a tree and errors, or neither", text, "");
  errors = engine.render(diag::RenderStyle::Plain);
  return result;
}

template <typename Parse> void check(const std::string &text, Parse parse) {
  std::string errors;
  auto first = parsed(text, parse, errors);
  if (!first)
    return;
  std::string printed = print(*first);
  auto second = parsed(printed, parse, errors);
  if (!second)
    fail("print() gave text that does not parse", text, printed + "\n" + errors);
  if (dump(*first) != dump(*second))
    fail("print() gave another tree", text, printed + "\n" + dump(*first) + "\n" + dump(*second));
}

std::string printAll(const Script &script) {
  std::string out;
  for (const StatementPtr &s : script.statements)
    out += print(*s) + ";\n";
  return out;
}

/// Statements that could be read survive printing, whatever stood beside them.
void checkScript(const std::string &text) {
  SourceMap sources;
  diag::Engine engine(sources);
  Script first = parseScript(sources.addFile("fuzz", text), engine);
  if (first.failed != engine.hasErrors())
    fail("a failure without an error, or the other way round", text, "");
  for (const diag::Diagnostic &d : engine.all()) {
    if (d.range.begin > d.range.end || d.range.end > text.size())
      fail("a diagnostic outside of the text", text, d.text);
    if (d.text.starts_with("the byte 0x")) // names with such bytes are read no second time
      return;
  }
  std::string printed = printAll(first);
  diag::Engine again(sources);
  Script second = parseScript(sources.addFile("printed", printed), again);
  if (second.failed)
    fail("print() gave text that does not parse", text,
         printed + "\n" + again.render(diag::RenderStyle::Plain));
  if (dump(first) != dump(second))
    fail("print() gave another tree", text, printed + "\n" + dump(first) + "\n" + dump(second));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  std::string text(reinterpret_cast<const char *>(data) + 1, size - 1);
  switch (data[0] % 16) {
  case 0:
    check(text, parseType);
    break;
  case 1:
    check(text, parseWindowSpec);
    break;
  case 2:
  case 3:
  case 4:
    check(text, parseQuery);
    break;
  case 5:
  case 6:
  case 7:
    check(text, parseExpression);
    break;
  default:
    checkScript(text);
  }
  return 0;
}
