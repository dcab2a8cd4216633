// What the parser says about text that is not SQL: code, place, message and
// hint. Each line of a case is `code begin..end: message [hint]`.
#include "frontend/sql/Parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

using namespace levada;
using namespace levada::sql;

namespace {

template <typename Parse> std::string errors(const std::string &text, Parse parse) {
  SourceMap sources;
  diag::Engine engine(sources);
  auto result = parse(sources.addFile("test.sql", text), engine);
  EXPECT_EQ(static_cast<bool>(result), !engine.hasErrors()) << text;
  std::string out;
  for (const diag::Diagnostic &d : engine.all()) {
    out += fmt::format("{}{} {}..{}: {}", out.empty() ? "" : "\n", d.kind->code, d.range.begin,
                       d.range.end, d.text);
    if (!d.label.empty())
      out += fmt::format(" [{}]", d.label);
  }
  return out;
}
std::string expr(const std::string &text) { return errors(text, parseExpression); }
std::string query(const std::string &text) { return errors(text, parseQuery); }
std::string type(const std::string &text) { return errors(text, parseType); }

std::string repeat(const std::string &s, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i)
    out += s;
  return out;
}

} // namespace

TEST(Errors, E201UnexpectedCharacter) {
  EXPECT_EQ(expr("a # b"), "E201 2..3: `#` has no meaning in SQL [a comment begins with `--`]");
  EXPECT_EQ(expr("a @"), "E201 2..3: `@` has no meaning in SQL");
  EXPECT_EQ(expr("a + \x01"), "E201 4..5: the control character 0x01 has no meaning in SQL");
  EXPECT_EQ(expr("'a\xFF'"),
            "E201 2..3: the byte 0xff has no meaning in SQL [the text is not UTF-8 from here on]");
}

TEST(Errors, E202UnclosedText) {
  EXPECT_EQ(expr("f(a, 'it"), "E202 5..6: this string is not closed [no closing quote follows]");
  EXPECT_EQ(expr("`a + 1"), "E202 0..1: this name is not closed [no closing backquote follows]");
  EXPECT_EQ(expr("a /* b"), "E202 2..4: this comment is not closed [`*/` is missing]");
}

TEST(Errors, E203Expected) {
  EXPECT_EQ(expr(""), "E203 0..0: expected an expression, found nothing");
  EXPECT_EQ(expr("a +  "), "E203 3..3: expected an expression, found the end of the text");
  EXPECT_EQ(expr("f(a,, b)"), "E203 4..5: expected an expression, found `,` "
                              "[is the comma before it one too many?]");
  EXPECT_EQ(expr("f(a b)"), "E203 4..5: expected `,` or `)`, found `b` "
                            "[is a comma or an operator missing before it?]");
  EXPECT_EQ(expr("a BETWEN 1 AND 2"), "E203 2..8: expected an operator or the end of the "
                                      "expression, found `BETWEN` [did you mean `BETWEEN`?]");
  EXPECT_EQ(expr("CASE WHEN a THEN b"),
            "E203 18..18: expected `WHEN`, `ELSE` or `END`, found the end of the text");
  EXPECT_EQ(expr("CASE WHEN a THEM b END"),
            "E203 12..16: expected an operator or `THEN`, found `THEM` [did you mean `THEN`?]");
  EXPECT_EQ(expr("a NOT NULL"), "E203 6..10: expected `IN`, `LIKE`, `BETWEEN` or `SIMILAR TO` "
                                "after `NOT`, found the keyword `NULL` [write `IS NOT NULL`]");
  EXPECT_EQ(expr("a IN 1, 2"), "E203 5..6: expected `(` and a list of values, found `1` "
                               "[the values stand in parentheses: IN (1, 2)]");
  EXPECT_EQ(expr("a > = b"), "E203 4..5: expected an expression, found `=` "
                             "[an operator is written without blanks in it]");
  EXPECT_EQ(expr("INTERVAL 5 MINUTE"), "E203 9..10: expected a string, found `5` "
                                       "[the number stands in quotes: INTERVAL '5']");
  EXPECT_EQ(expr("CAST(a, INT)"),
            "E203 6..7: expected an operator or `AS`, found `,` [the form is CAST(value AS type)]");
  EXPECT_EQ(expr("f(a)) + 1"), "E203 4..5: expected an operator or the end of the expression, "
                               "found `)` [no bracket is open that `)` could close]");
  EXPECT_EQ(expr("SELECT a FROM t"), "E203 0..6: expected an expression, found the keyword "
                                     "`SELECT` [a query inside an expression stands in "
                                     "parentheses]");
  EXPECT_EQ(errors("a AS 'x'", parseSelectItem),
            "E203 5..8: expected a name after `AS`, found the string 'x' "
            "[names stand in backquotes, not in single quotes]");
  EXPECT_EQ(type("MAP<INT>"), "E203 7..8: expected `,`, found `>`");
  EXPECT_EQ(query("SELCT a FROM t"),
            "E203 0..5: expected `SELECT`, `VALUES` or `WITH`, found `SELCT` "
            "[did you mean `SELECT`?]");
  EXPECT_EQ(query("SELECT a FORM t"), "E203 9..13: expected a clause or the end of the query, "
                                      "found `FORM` [did you mean `FROM`?]");
  EXPECT_EQ(query("SELECT a, FROM t"), "E203 10..14: expected an expression, found the keyword "
                                       "`FROM` [is the comma before it one too many?]");
  EXPECT_EQ(query("SELECT a FROM t JOIN u WHERE b"),
            "E203 23..28: expected `ON` or `USING`, found the keyword `WHERE`");
}

TEST(Errors, SeveralInOneText) {
  EXPECT_EQ(query("SELECT a + , b FROM t WHERE c = AND d GROUP BY e ORDER BY"),
            "E203 11..12: expected an expression, found `,`\n"
            "E203 32..35: expected an expression, found the keyword `AND`\n"
            "E203 57..57: expected an expression, found the end of the text");
  EXPECT_EQ(expr("f(1 + , g(2 *), \"x\")"),
            "E205 16..19: double quotes have no meaning in Flink SQL "
            "[for a string write 'x', for a name `x`]\n"
            "E203 6..7: expected an expression, found `,`\n"
            "E203 13..14: expected an expression, found `)`");
}

TEST(Errors, E204ReservedWord) {
  EXPECT_EQ(expr("order > 5"), "E204 0..5: `order` is a reserved word; as a name it stands in "
                               "backquotes [write `order` with its backquotes]");
  EXPECT_EQ(query("SELECT a FROM group"),
            "E204 14..19: `group` is a reserved word; as a name it stands in backquotes "
            "[write `group` with its backquotes]");
}

TEST(Errors, E205DoubleQuotes) {
  EXPECT_EQ(expr("a = \"it's\""), "E205 4..10: double quotes have no meaning in Flink SQL "
                                  "[for a string write 'it''s', for a name `it's`]");
  EXPECT_EQ(expr("a = ‘x’"), "E205 4..11: double quotes have no meaning in Flink SQL "
                             "[for a string write 'x', for a name `x`]");
}

TEST(Errors, E206NumberSyntax) {
  EXPECT_EQ(expr("1_000"),
            "E206 0..5: `1_000` is not a number [digits stand without separators]");
  EXPECT_EQ(expr("0xff"), "E206 0..4: `0xff` is not a number [bytes are written x'ff']");
  EXPECT_EQ(expr("12abc"), "E206 0..5: `12abc` is not a number [a name that begins with a digit "
                           "stands in backquotes]");
}

TEST(Errors, E207OperatorSpelling) {
  EXPECT_EQ(expr("a == 1 && !b"), "E207 2..4: `==` is not an operator of SQL [write `=`]\n"
                                  "E207 7..9: `&&` is not an operator of SQL [write `AND`]\n"
                                  "E207 10..11: `!` is not an operator of SQL [write `NOT`]");
  EXPECT_EQ(expr("a::INT"),
            "E207 1..3: `::` is not an operator of SQL [write `CAST(value AS type)`]");
}

TEST(Errors, E208LiteralSyntax) {
  EXPECT_EQ(expr("x'0g'"), "E208 3..4: a binary string holds pairs of hexadecimal digits");
  EXPECT_EQ(expr("x'012'"), "E208 0..6: a binary string holds pairs of hexadecimal digits "
                            "[one digit is missing]");
  EXPECT_EQ(expr("U&'\\12'"), "E208 2..7: a U& string holds escapes of four hexadecimal digits, "
                              "`\\00E9`, or six, `\\+01F600`");
  EXPECT_EQ(expr("U&'\\D83D'"), "E208 2..9: a U& string holds escapes of four hexadecimal "
                                "digits, `\\00E9`, or six, `\\+01F600`");
}

TEST(Errors, E209TimeUnit) {
  EXPECT_EQ(expr("INTERVAL '5' MINUT"),
            "E209 13..18: `MINUT` is not a unit of time here [did you mean `MINUTE`?]");
  EXPECT_EQ(expr("INTERVAL '5' MILLISECOND"), "E209 13..24: `MILLISECOND` is not a unit of time "
                                              "here [five milliseconds are INTERVAL '0.005' "
                                              "SECOND]");
  EXPECT_EQ(expr("EXTRACT(DAZ FROM a)"),
            "E209 8..11: `DAZ` is not a unit of time here [did you mean `DAY`?]");
}

TEST(Errors, E210IntervalSpan) {
  EXPECT_EQ(expr("INTERVAL '5' YEAR TO DAY"), "E210 18..24: no interval runs from YEAR to DAY");
}

TEST(Errors, E211SqlTooDeep) {
  const char *message = "this is nested more than 400 levels deep";
  for (const char *nest : {"(", "f(", "NOT ", "- ", "CASE WHEN ", "a[", "ARRAY[", "CAST(",
                           "(SELECT ", "(1, ", "EXISTS (SELECT ", "a IN (",
                           "a BETWEEN ", "SUM(a) OVER (ORDER BY ",
                           "COUNT(*) FILTER (WHERE ", "JSON_VALUE(a, b DEFAULT "}) {
    std::string found = expr(repeat(nest, 50000));
    EXPECT_NE(found.find(message), found.npos) << nest << ": " << found;
    EXPECT_EQ(found.find('\n'), found.npos) << nest << ": " << found;
  }
  EXPECT_NE(expr("a" + repeat("[1]", 50000)).find(message), std::string::npos);
  EXPECT_NE(expr("a[1]" + repeat(".b", 50000)).find(message), std::string::npos);
  EXPECT_NE(expr("a" + repeat(" IS NULL", 50000)).find(message), std::string::npos);
  EXPECT_NE(expr("a" + repeat(" LIKE b", 50000)).find(message), std::string::npos);
  EXPECT_NE(type("INT" + repeat(" ARRAY", 50000)).find(message), std::string::npos);
  EXPECT_NE(type(repeat("ROW<a ", 50000)).find(message), std::string::npos);
  EXPECT_NE(query("SELECT * FROM a" + repeat(", a", 50000)).find(message), std::string::npos);
  EXPECT_NE(query("SELECT * FROM " + repeat("(", 50000)).find(message), std::string::npos);
  EXPECT_NE(query(repeat("SELECT * FROM (", 50000)).find(message), std::string::npos);
  EXPECT_NE(query("SELECT 1 GROUP BY " + repeat("GROUPING SETS (", 50000)).find(message),
            std::string::npos);
}

TEST(Errors, E211CountsLevelsNotOnlyBrackets) {
  // 300 levels of parentheses around chains of 300 fields: 90000 levels.
  std::string text = "a";
  for (int i = 0; i < 300; ++i)
    text = "(" + text + ")" + repeat("[1]", 300);
  EXPECT_EQ(expr(text).find("E211"), 0u);
}

TEST(Errors, E212ChainTooLong) {
  EXPECT_EQ(expr("a" + repeat(" OR a", 100000)),
            "E212 50002..50004: this chain has more than 10000 operators "
            "[parentheses or IN make it shorter]");
}

TEST(Errors, E213ClauseOrder) {
  EXPECT_EQ(query("SELECT a FROM t GROUP BY a WHERE b"),
            "E213 27..32: `WHERE` belongs before `GROUP BY`");
}

TEST(Errors, E214ClauseTwice) {
  EXPECT_EQ(query("SELECT a FROM t WHERE a WHERE b"), "E214 24..29: `WHERE` is there twice");
}

TEST(Errors, E215UnsupportedSql) {
  EXPECT_EQ(query("SELECT a FROM t MINUS SELECT b FROM u"),
            "E215 16..21: `MINUS` is not supported [write `EXCEPT`]");
  EXPECT_EQ(expr("a = ?"), "E215 4..5: a parameter `?` is not supported");
}

TEST(Errors, E216HintIgnoredIsAWarning) {
  SourceMap sources;
  diag::Engine engine(sources);
  EXPECT_TRUE(parseQuery(sources.addFile("t", "SELECT 1 /*+ A */"), engine));
  ASSERT_EQ(engine.all().size(), 1u);
  EXPECT_EQ(engine.all()[0].text, "the hint `/*+ A */` has no effect");
}

TEST(Errors, E217NumberTooLarge) {
  EXPECT_EQ(type("VARCHAR(99999999999)"),
            "E217 8..19: `99999999999` is too large here [the largest is 2147483647]");
}

TEST(Errors, InAnEmbeddedTextPointIntoTheFile) {
  SourceMap sources;
  uint32_t file = sources.addFile("p.toml", "where = \"a \\\"b\\\"\"");
  uint32_t sql = sources.addEmbedded({file, 8, 17}, "a \"b\"", {9, 10, 11, 13, 14, 16});
  diag::Engine engine(sources);
  EXPECT_FALSE(parseExpression(sql, engine));
  ASSERT_EQ(engine.all().size(), 1u);
  SourceRange place = sources.toFile(engine.all()[0].range);
  EXPECT_EQ(place.begin, 11u);
  EXPECT_EQ(place.end, 16u);
}
