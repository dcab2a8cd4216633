// What the parser makes of scripts: the trees of statements.txt, what is said
// of the scripts in script_mistakes.txt. LEVADA_UPDATE=1 writes both anew: read
// the difference. Every script that parses is printed and parsed again.
#include "frontend/ast_dump.h"
#include "frontend/sql/Parser.h"
#include "mistakes.h"

using namespace levada;
using namespace levada::sql;

namespace {

std::string printed(const Script &script) {
  std::string out;
  for (const StatementPtr &s : script.statements)
    out += print(*s) + ";\n";
  return out;
}

std::vector<std::string> lines(const std::string &text) {
  std::istringstream in(text);
  std::vector<std::string> result;
  for (std::string line; std::getline(in, line);)
    result.push_back(line);
  return result;
}

std::vector<std::string> trees(const std::string &text) {
  SourceMap sources;
  diag::Engine engine(sources);
  Script first = parseScript(sources.addFile("s.sql", text), engine);
  EXPECT_FALSE(first.failed) << text << engine.render(diag::RenderStyle::Plain);
  diag::Engine quiet(sources);
  Script second = parseScript(sources.addFile("printed", printed(first)), quiet);
  EXPECT_FALSE(second.failed) << printed(first) << quiet.render(diag::RenderStyle::Plain);
  EXPECT_EQ(dump(first), dump(second)) << printed(first);
  EXPECT_EQ(printed(first), printed(second));
  return lines(dump(first));
}

std::vector<std::string> said(const std::string &text) {
  SourceMap sources;
  diag::Engine engine(sources);
  Script script = parseScript(sources.addFile("s.sql", text), engine);
  EXPECT_EQ(script.failed, engine.hasErrors());
  std::vector<std::string> result = test::withoutNotes(engine.render(diag::RenderStyle::Plain));
  result.push_back(std::to_string(script.statements.size()) + " statements");
  return result;
}

} // namespace

TEST(Scripts, Trees) {
  test::expectMistakes(std::string(LEVADA_TEST_DIR) + "/statements.txt", 80, trees);
}

TEST(Scripts, Mistakes) {
  test::expectMistakes(std::string(LEVADA_TEST_DIR) + "/script_mistakes.txt", 40, said);
}

TEST(Scripts, RangesLeaveOutTheSemicolon) {
  SourceMap sources;
  diag::Engine engine(sources);
  std::string text = " SET 'a' = 'b' ; /* c */ INSERT INTO t SELECT a FROM s -- end";
  Script s = parseScript(sources.addFile("s.sql", text), engine);
  ASSERT_EQ(s.statements.size(), 2u);
  auto part = [&](SourceRange r) { return text.substr(r.begin, r.end - r.begin); };
  EXPECT_EQ(part(s.statements[0]->range), "SET 'a' = 'b'");
  EXPECT_EQ(part(static_cast<SetStatement &>(*s.statements[0]).option->value.range), "b");
  EXPECT_EQ(part(s.statements[1]->range), "INSERT INTO t SELECT a FROM s");
}

TEST(Scripts, DeepNestingEndsWithOneMessage) {
  auto repeat = [](const std::string &s, size_t n) {
    std::string out;
    for (size_t i = 0; i < n; ++i)
      out += s;
    return out;
  };
  for (const std::string &text :
       {repeat("EXPLAIN ", 50000), repeat("(", 50000) + "SELECT 1", repeat("(SELECT 1 UNION ", 50000),
        repeat("WITH a AS (", 50000), "INSERT INTO t " + repeat("(SELECT * FROM ", 50000),
        "CREATE TABLE t (a " + repeat("ROW<a ", 50000),
        "SELECT * FROM t MATCH_RECOGNIZE (PATTERN (" + repeat("(", 50000),
        repeat("SELECT 1 UNION ", 50000) + "SELECT 1",
        "SELECT * FROM " + repeat("(a JOIN ", 50000), "SELECT 1 > ALL (" + repeat("(", 50000)}) {
    std::vector<std::string> found = said(text + "; SELECT 1");
    ASSERT_EQ(found.size(), 2u) << text.substr(0, 40) << "\n" << test::text(found);
    EXPECT_NE(found[0].find(text[7] == '1' && text[9] == 'U' ? "E212" : "E211"),
              std::string::npos) << found[0];
    EXPECT_EQ(found[1], "1 statements") << text.substr(0, 40);
  }
}

TEST(Scripts, LongChainsAreNoDepth) {
  std::string text = "SELECT 1";
  for (int i = 0; i < 5000; ++i)
    text += " UNION ALL SELECT 1";
  trees(text);
}
