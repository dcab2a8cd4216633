//===- diag_test.cpp - how diagnostics are drawn --------------------------===//
#include "ir/diag/Diag.h"
#include "ir/diag/codes/Document.h"

#include <gtest/gtest.h>

using namespace levada;
using namespace levada::diag;

namespace {

struct Draw {
  SourceMap sources;
  Engine engine{sources};
  std::string text;
  uint32_t file;

  explicit Draw(std::string t) : text(t), file(sources.addFile("p.toml", t)) {}
  SourceRange at(std::string_view part) const {
    size_t begin = text.find(part);
    return {file, uint32_t(begin), uint32_t(begin + part.size())};
  }
  std::string pretty() { return engine.render(RenderStyle::Pretty); }
};

TEST(Render, AsTheStyleGuideShows) {
  Draw d("[source.s]\n\n\n\n\n\nheder = true\n");
  d.engine.emit(d.at("heder"), UnknownOption, "csv", "heder")
      .hint("did you mean `header`?")
      .note("`csv` options: path, header, delimiter");
  EXPECT_EQ(d.pretty(),
            "error[E104 unknown-option]: `csv` has no option `heder`\n"
            "  --> p.toml:7:1\n"
            "   |\n"
            " 7 | heder = true\n"
            "   | ^^^^^ did you mean `header`?\n"
            "   | note: `csv` options: path, header, delimiter\n");
  EXPECT_EQ(d.engine.render(RenderStyle::Plain),
            "p.toml:7:1: error: `csv` has no option `heder` [E104 "
            "unknown-option]; did you mean `header`?\n"
            "p.toml:7:1: note: `csv` options: path, header, delimiter\n");
  EXPECT_EQ(d.engine.render(RenderStyle::Json),
            "{\"code\":\"E104\",\"name\":\"unknown-option\",\"severity\":"
            "\"error\",\"message\":\"`csv` has no option `heder`\",\"file\":"
            "\"p.toml\",\"line\":7,\"column\":1,\"end_line\":7,\"end_column\":"
            "6,\"begin\":16,\"end\":21,\"hint\":\"did you mean `header`?\","
            "\"notes\":[\"`csv` options: path, header, delimiter\"]}\n");
}

TEST(Render, ColumnsAreThoseOfTheScreen) {
  Draw d("\tx = \"日本 e\xCC\x81 😀\" bad\n");
  d.engine.emit(d.at("bad"), TomlSyntax, "bad");
  EXPECT_EQ(d.pretty(), "error[E102 toml-syntax]: bad\n"
                        "  --> p.toml:1:16\n"
                        "   |\n"
                        " 1 |     x = \"日本 e\xCC\x81 😀\" bad\n"
                        "   |                     ^^^\n");
}

TEST(Render, BytesThatAreNoText) {
  Draw d("a\x1b[31m\xff bad\n");
  d.engine.emit(d.at("bad"), TomlSyntax, "an \x1b[31m escape\n");
  std::string out = d.pretty();
  EXPECT_EQ(out.find('\x1b'), std::string::npos);
  EXPECT_NE(out.find("an \\x1b[31m escape\\n"), std::string::npos);
  EXPECT_NE(out.find("   |         ^^^\n"), std::string::npos);
}

TEST(Render, RangesOfSeveralLines) {
  Draw d("q = '''\n  one\n\n  two\n  three'''\nz\n");
  d.engine.emit(join(d.at("'''"), d.at("three'''")), TomlSyntax, "all")
      .hint("here");
  EXPECT_EQ(d.pretty(), "error[E102 toml-syntax]: all\n"
                        "  --> p.toml:1:5\n"
                        "   |\n"
                        " 1 | q = '''\n"
                        "   |     ^^^\n"
                        " 2 |   one\n"
                        "   |   ^^^\n"
                        "...\n"
                        " 5 |   three'''\n"
                        "   |   ^^^^^^^^ here\n");
}

TEST(Render, LongLinesAreCutAroundTheCaret) {
  Draw d("x = " + std::string(500, 'a') + " bad " + std::string(500, 'b'));
  d.engine.emit(d.at("bad"), TomlSyntax, "bad");
  std::string out = d.pretty();
  EXPECT_NE(out.find("…aaa"), std::string::npos);
  EXPECT_NE(out.find("a bad b"), std::string::npos);
  EXPECT_NE(out.find("bbb…"), std::string::npos);
  size_t line = out.find(" 1 | "), end = out.find('\n', line);
  EXPECT_LT(end - line, 120u);
  size_t caret = out.find("^^^") - out.rfind('\n', out.find("^^^"));
  size_t word = out.find(" bad ") + 1 - out.rfind('\n', out.find(" bad "));
  EXPECT_EQ(caret + 2, word); // "…" takes three bytes and one column
}

TEST(Render, LabelsOnTheirLines) {
  Draw d("a = 1\nb = 2\nc = 3\nd = 4\nd2 = 4\na = 5\n");
  SourceRange second = d.at("a = 5");
  second.end = second.begin + 1;
  SourceRange first = d.at("a = 1");
  first.end = first.begin + 1;
  d.engine.emit(second, DuplicateKey, "a").label(first, "first here");
  EXPECT_EQ(d.pretty(), "error[E110 duplicate-key]: `a` is defined twice\n"
                        "  --> p.toml:6:1\n"
                        "   |\n"
                        " 1 | a = 1\n"
                        "   | - first here\n"
                        "...\n"
                        " 6 | a = 5\n"
                        "   | ^\n");
}

TEST(Render, SortedOnceAndLimited) {
  Draw d(std::string(100, 'x'));
  for (uint32_t i = 30; i-- > 0;)
    d.engine.emit(SourceRange{d.file, i, i + 1}, TomlSyntax,
                  std::to_string(i));
  d.engine.emit(SourceRange{d.file, 3, 4}, TomlSyntax, "3");
  std::string out = d.engine.render(RenderStyle::Plain);
  EXPECT_LT(out.find("error: 0 "), out.find("error: 1 "));
  EXPECT_NE(out.find("error: 19 "), std::string::npos);
  EXPECT_EQ(out.find("error: 20 "), std::string::npos);
  EXPECT_NE(out.find("\n10 more errors not shown\n"), std::string::npos);
}

TEST(Render, WithoutAPlace) {
  SourceMap sources;
  Engine engine(sources);
  engine.emit(SourceRange(), UnreadableFile, "x", "it is gone").note("try y");
  EXPECT_EQ(engine.render(RenderStyle::Pretty),
            "error[E101 unreadable-file]: cannot read `x`: it is gone\n"
            "  note: try y\n");
  EXPECT_EQ(engine.render(RenderStyle::Plain),
            "levada: error: cannot read `x`: it is gone [E101 "
            "unreadable-file]\nlevada: note: try y\n");
}

TEST(Render, PlacesAtTheEdges) {
  for (const char *text : {"", "\n", "a", "a\n", "\xEF\xBB\xBF", "\r\n"}) {
    Draw d(text);
    uint32_t size = uint32_t(d.text.size());
    for (uint32_t begin = 0; begin <= size + 1; ++begin)
      d.engine.emit(SourceRange{d.file, begin, size + 5}, TomlSyntax, "edge");
    EXPECT_FALSE(d.pretty().empty());
    EXPECT_FALSE(d.engine.render(RenderStyle::Json).empty());
  }
}

TEST(Kinds, AreFoundAndExplained) {
  EXPECT_EQ(findKind("E104"), &UnknownOption);
  EXPECT_EQ(findKind("e104"), &UnknownOption);
  EXPECT_EQ(findKind("unknown-option"), &UnknownOption);
  EXPECT_EQ(findKind("E000"), nullptr);
  EXPECT_FALSE(explanation("E104").empty());
  EXPECT_TRUE(explanation("E000").empty());
}

TEST(Nearest, KnowsSlipsOfTheFinger) {
  std::vector<std::string> words = {"path", "format", "csv.header",
                                    "null-literal", "tumble", "ts"};
  EXPECT_EQ(nearest("fromat", words), "format");
  EXPECT_EQ(nearest("Path", words), "path");
  EXPECT_EQ(nearest("csv_header", words), "csv.header");
  EXPECT_EQ(nearest("nulliteral", words), "null-literal");
  EXPECT_EQ(nearest("tumbel", words), "tumble");
  EXPECT_EQ(nearest("tx", words), "ts");
  EXPECT_EQ(nearest("xy", words), "");
  EXPECT_EQ(nearest("", words), "");
  EXPECT_EQ(nearest(std::string(100000, 'a'), words), "");
}

} // namespace
