//===- document_test.cpp - pipeline files as typed documents --------------===//
#include "frontend/document/Document.h"
#include "frontend/toml/Strings.h"
#include "frontend/toml/Values.h"

#include <gtest/gtest.h>

using namespace levada;
using namespace levada::doc;

namespace {

/// A document with the map and engine it lives in.
struct Read {
  SourceMap sources;
  diag::Engine engine{sources};
  std::unique_ptr<Document> document;
  std::string file;

  explicit Read(std::string text) : file(text) {
    document = readDocument(sources.addFile("p.toml", std::move(text)), engine);
  }
  std::string plain() const {
    return engine.render(diag::RenderStyle::Plain);
  }
  std::string pretty() const {
    return engine.render(diag::RenderStyle::Pretty);
  }
  std::string at(SourceRange range) {
    range = sources.toFile(range);
    return file.substr(range.begin, range.end - range.begin);
  }
};

const char *const flights = R"toml([pipeline]
name = "flights"
mode = "batch"
parallelism = 3
table.local-time-zone = "Europe/Berlin"
[pipeline.checkpoint]
interval = "10s"

[source.flights]
connector = "filesystem"
path = "${DATA}/f/${YEAR}.csv"
format = "csv"
csv.header = true
csv.field-delimiter = "\t"
rolling.size = "64 MB"
poll.interval = "1m 30s"
on_error = "dead_letter"
dead_letter = "bad"
columns = { z = "TIMESTAMP(3)", "PM2.5" = "DOUBLE", a = "INT NOT NULL" }
computed.y = "a + 1"
computed.b = "`PM2.5` * 2"
metadata.at = "line"
primary_key = ["a"]
time-format.z = "dd/MM/yyyy"
watermark = { on = "z", delay = "5s" }

[stream.per_day]
from = "flights"
where = '''a > 0
  AND a < 9'''
window = { hop = "1d", slide = "6h", offset = "-30m" }
group_by = ["z", "a"]
having = "COUNT(*) > 1"
select = ["a", "COUNT(*) AS n"]
late = "lost"

[stream.best]
from = "both"
top = { n = 3, by = ["n DESC"] }

[stream.both]
union = ["per_day", "per_day"]

[stream.last]
sql = "SELECT * FROM best"

[sink.out]
from = "last"
connector = "print"
select = ["n"]

[sink.lost]
connector = "print"

[sink.bad]
connector = "print"

[[test]]
name = "t"
input.flights = [{ a = 1 }]
)toml";

TEST(Document, ReadsEveryTable) {
  Read r(flights);
  ASSERT_EQ(r.plain(), "");
  const Document &d = *r.document;
  EXPECT_EQ(d.pipeline.name.text, "flights");
  EXPECT_EQ(d.pipeline.mode, Mode::Batch);
  EXPECT_EQ(d.pipeline.parallelism, 3);
  EXPECT_EQ(d.pipeline.checkpointInterval->millis, 10'000);
  EXPECT_EQ(d.pipeline.setting("table.local-time-zone"), "Europe/Berlin");

  ASSERT_EQ(d.sources.size(), 1u);
  const Source &s = d.sources[0];
  EXPECT_EQ(r.at(s.range), "[source.flights]");
  EXPECT_EQ(r.at(s.name.range), "flights");
  ASSERT_EQ(s.columns.size(), 6u); // in file order, not in the alphabet's
  EXPECT_EQ(s.columns[0].name.text, "z");
  EXPECT_EQ(s.columns[1].name.text, "PM2.5");
  EXPECT_EQ(r.at(s.columns[1].name.range), "\"PM2.5\"");
  EXPECT_EQ(s.columns[2].type.value, "INT NOT NULL");
  EXPECT_EQ(s.columns[3].kind, Column::Metadata);
  EXPECT_EQ(s.columns[3].key.text, "line");
  EXPECT_EQ(s.count(Column::Computed), 2u);
  EXPECT_EQ(s.columns[4].name.text, "y");
  EXPECT_EQ(s.primaryKey[0].text, "a");
  EXPECT_EQ(s.watermark->on.text, "z");
  EXPECT_EQ(s.watermark->delay->millis, 5'000);
  EXPECT_EQ(s.onError.action, OnError::DeadLetter);
  EXPECT_EQ(s.onError.deadLetter->text, "bad");
  EXPECT_EQ(s.endpoint.timeFormats[0].column.text, "z");

  ASSERT_EQ(d.streams.size(), 4u);
  const Stream &per = d.streams[0];
  EXPECT_EQ(per.window->kind, WindowKind::Hop);
  EXPECT_EQ(per.window->size.millis, 86'400'000);
  EXPECT_EQ(per.window->step->millis, 21'600'000);
  EXPECT_EQ(per.window->offset->millis, -1'800'000);
  EXPECT_TRUE(per.grouped);
  EXPECT_EQ(per.groupBy.size(), 2u);
  EXPECT_EQ(per.late->text, "lost");
  EXPECT_EQ(r.at(d.findStream("best")->clause("top")->value.range),
            "{ n = 3, by = [\"n DESC\"] }");
  EXPECT_TRUE(d.findSink("lost") && !d.findSink("lost")->from);
  ASSERT_EQ(d.tests.size(), 1u);
  EXPECT_EQ(d.tests[0].name.text, "t");
  ASSERT_EQ(d.tests[0].input.size(), 1u);
  EXPECT_EQ(d.tests[0].input[0].table.text, "flights");
  EXPECT_EQ(r.at(d.tests[0].input[0].rows[0].range), "{ a = 1 }");
}

TEST(Document, OrdersStreamsByInput) {
  Read r(flights);
  std::string order;
  for (size_t i : r.document->order)
    order += r.document->streams[i].name.text + " ";
  EXPECT_EQ(order, "per_day both best last ");
}

TEST(Document, TypesOptions) {
  Read r(flights);
  const Endpoint &e = r.document->sources[0].endpoint;
  EXPECT_EQ(e.find("csv.header")->text, "true");
  EXPECT_EQ(e.find("csv.header")->number, 0); // of true|false|skip
  EXPECT_EQ(e.find("csv.field-delimiter")->number, '\t');
  EXPECT_EQ(e.find("rolling.size")->number, 64 << 20);
  EXPECT_EQ(e.find("poll.interval")->number, 90'000);
  EXPECT_EQ(e.find("compression"), nullptr);
  const OptionValue &path = *e.find("path");
  ASSERT_EQ(path.env.size(), 2u);
  EXPECT_EQ(path.env[1].name, "YEAR");
  EXPECT_EQ(r.at(path.env[1].range), "${YEAR}");
  EXPECT_EQ(r.at(e.find("csv.header")->key.range), "csv.header");
}

TEST(Document, OptionsInAnyTomlForm) {
  for (const char *form :
       {"csv.header = true\n", "csv = { header = true }\n",
        "[source.s.csv]\nheader = true\n", "\"csv.header\" = true\n"}) {
    Read r(std::string("[source.s]\nconnector = \"filesystem\"\npath = \"p\"\n"
                       "format = \"csv\"\n") +
           form + "[sink.o]\nconnector = \"print\"\nfrom = \"s\"\n");
    EXPECT_EQ(r.plain(), "") << form;
    EXPECT_TRUE(r.document->sources[0].endpoint.find("csv.header")) << form;
  }
}

TEST(Document, NameDefaultsToTheFile) {
  SourceMap sources;
  diag::Engine engine(sources);
  uint32_t file = sources.addFile(
      "dir/9 lives.v2.toml", "[source.s]\nconnector = \"stdin\"\nformat = "
                             "\"raw\"\n[sink.o]\nconnector = \"print\"\nfrom = "
                             "\"s\"\n");
  std::unique_ptr<Document> d = readDocument(file, engine);
  EXPECT_FALSE(engine.hasErrors());
  EXPECT_EQ(d->pipeline.name.text, "_9_lives_v2");
}

TEST(Document, SinkMayBeCalledLikeItsStream) {
  Read r("[source.s]\nconnector = \"stdin\"\nformat = \"raw\"\n"
         "[sink.s]\nconnector = \"print\"\nfrom = \"s\"\n");
  EXPECT_EQ(r.plain(), "");
}

TEST(Document, ByteOrderMarkAndCrLf) {
  std::string text = flights, crlf = "\xEF\xBB\xBF";
  for (char c : text)
    crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  Read r(crlf);
  ASSERT_EQ(r.plain(), "");
  EXPECT_EQ(r.document->streams[0].where.value, "a > 0\n  AND a < 9");
  LineColumn first = r.sources.position(r.document->pipeline.range);
  EXPECT_EQ(first.line, 1u);
  EXPECT_EQ(first.column, 1u);
}

//===----------------------------------------------------------------------===//
// Places inside strings
//===----------------------------------------------------------------------===//

TEST(Text, PlacesAreBytesOfTheFile) {
  Read r(flights);
  const Text &where = r.document->streams[0].where;
  size_t at = where.value.find("a < 9");
  SourceRange inside{where.buffer, uint32_t(at), uint32_t(at + 5)};
  EXPECT_EQ(r.at(inside), "a < 9");
  EXPECT_EQ(r.sources.position(inside).line, 30u);
  EXPECT_EQ(r.sources.position(inside).column, 7u);
}

TEST(Text, EscapesAreMapped) {
  std::string file = R"("é\t\u00e9 \"q\" x")";
  Literal literal = scanString(file, 0);
  Decoded decoded = decodeString(file, literal);
  EXPECT_EQ(decoded.value, "é\té \"q\" x");
  ASSERT_EQ(decoded.offsets.size(), decoded.value.size() + 1);
  SourceMap sources;
  uint32_t buffer = sources.addFile("f", file);
  uint32_t inner = sources.addEmbedded(
      {buffer, 0, uint32_t(file.size())}, decoded.value, decoded.offsets);
  auto place = [&](std::string_view part) {
    size_t at = decoded.value.find(part);
    SourceRange range = sources.toFile(
        {inner, uint32_t(at), uint32_t(at + part.size())});
    return file.substr(range.begin, range.end - range.begin);
  };
  EXPECT_EQ(place("x"), "x");
  EXPECT_EQ(place("\t"), "\\t");
  EXPECT_EQ(place("\té"), "\\t\\u00e9");
  EXPECT_EQ(place("\"q\""), "\\\"q\\\"");
}

TEST(Text, TrimmedLineEndsAreNotPartOfARange) {
  std::string file = "\"\"\"\nab \\\n   cd\"\"\"";
  Decoded decoded = decodeString(file, scanString(file, 0));
  EXPECT_EQ(decoded.value, "ab cd");
  SourceMap sources;
  uint32_t buffer = sources.addFile("f", file);
  uint32_t inner = sources.addEmbedded(
      {buffer, 0, uint32_t(file.size())}, decoded.value, decoded.offsets);
  SourceRange ab = sources.toFile({inner, 0, 3});
  EXPECT_EQ(file.substr(ab.begin, ab.end - ab.begin), "ab ");
  SourceRange end = sources.toFile({inner, 5, 5});
  EXPECT_EQ(end.begin, file.size() - 3); // before the closing quotes
}

//===----------------------------------------------------------------------===//
// Durations, sizes, the environment
//===----------------------------------------------------------------------===//

TEST(Values, Durations) {
  ValueFault fault;
  auto parse = [&](std::string_view text) {
    return parseDuration(text, fault).value_or(-1);
  };
  EXPECT_EQ(parse("5s"), 5'000);
  EXPECT_EQ(parse("500ms"), 500);
  EXPECT_EQ(parse(" 1h 30m "), 5'400'000);
  EXPECT_EQ(parse("1h30m"), 5'400'000);
  EXPECT_EQ(parse("2 days 3 Hours"), 183'600'000);
  EXPECT_EQ(parse("10 min"), 600'000);
  EXPECT_EQ(parse("0s"), 0);
  EXPECT_EQ(parseDuration("-1m", fault), -60'000);
  for (const char *bad :
       {"", "-", "5", "s", "5x", "1.5s", "1s 1s", "1m 1h", "5s,", "1M", "5 µs",
        "9223372036854775807d", "99999999999999999999s", "1h - 5m"}) {
    fault = {};
    EXPECT_FALSE(parseDuration(bad, fault)) << bad;
    EXPECT_FALSE(fault.text.empty()) << bad;
    EXPECT_LE(fault.end, std::string_view(bad).size()) << bad;
  }
  for (int64_t millis : {0, 1, 999, 60'000, 90'061'001, -5'400'000})
    EXPECT_EQ(parseDuration(printDuration(millis), fault), millis);
}

TEST(Values, Sizes) {
  ValueFault fault;
  EXPECT_EQ(parseSize("4096", fault), 4096);
  EXPECT_EQ(parseSize("64 MB", fault), 64 << 20);
  EXPECT_EQ(parseSize("1g", fault), 1 << 30);
  EXPECT_EQ(parseSize("2KiB", fault), 2048);
  for (const char *bad : {"", "MB", "1.5 MB", "1 MB 2", "5 XB", "-1",
                          "9223372036854775807 TB", "99999999999999999999"})
    EXPECT_FALSE(parseSize(bad, fault)) << bad;
}

TEST(Values, Environment) {
  std::vector<EnvironmentSpan> spans;
  ValueFault fault;
  EXPECT_TRUE(findEnvironment("a$b/$ {x}", spans, fault));
  EXPECT_TRUE(spans.empty());
  EXPECT_TRUE(findEnvironment("${A}${_b1}", spans, fault));
  EXPECT_EQ(spans.size(), 2u);
  for (const char *bad : {"${", "${}", "${1A}", "${A", "${A B}", "${A${B}}"})
    EXPECT_FALSE(findEnvironment(bad, spans, fault)) << bad;
}

//===----------------------------------------------------------------------===//
// Files that are hardly documents
//===----------------------------------------------------------------------===//

TEST(Hostile, BytesThatAreNoText) {
  EXPECT_NE(Read(std::string("a = 1\n\0", 7)).plain().find("NUL"),
            std::string::npos);
  EXPECT_NE(Read("\xFF\xFE[\0").plain().find("UTF-16"), std::string::npos);
  EXPECT_NE(Read("\x1F\x8B\x08").plain().find("compressed"),
            std::string::npos);
  EXPECT_NE(Read("a = \"\xE9\"").plain().find("0xe9"), std::string::npos);
  EXPECT_NE(Read("a = \x01").plain().find("0x01"), std::string::npos);
  EXPECT_NE(Read("# \x7f").plain().find("0x7f"), std::string::npos);
}

TEST(Hostile, DeepAndHuge) {
  std::string deep(100'000, '['), dots = "a", braces;
  for (int i = 0; i < 100'000; ++i) {
    dots += ".a";
    braces += "a={";
  }
  for (const std::string &text :
       {"x = " + deep, deep, dots + " = 1", "[" + dots + "]", braces})
    EXPECT_NE(Read(text).plain().find("E131"), std::string::npos);
  EXPECT_NE(Read(std::string(5 << 20, '#')).plain().find("E132"),
            std::string::npos);
}

TEST(Hostile, ManyKeysAndErrors) {
  std::string text = "[source.s]\nconnector = \"stdin\"\nformat = \"raw\"\n"
                     "[sink.o]\nconnector = \"print\"\nfrom = \"s\"\n";
  for (int i = 0; i < 20'000; ++i)
    text += fmt::format("[stream.x{0}]\nfrom = \"y{0}\"\n", i);
  Read r(text);
  EXPECT_EQ(r.engine.errors(), 20'000u);
  EXPECT_NE(r.plain().find("19980 more errors not shown"), std::string::npos);
}

TEST(Hostile, LongCycleAndChain) {
  std::string head = "[source.s]\nconnector = \"stdin\"\nformat = \"raw\"\n"
                     "[sink.o]\nconnector = \"print\"\nfrom = \"x0\"\n";
  std::string chain = head;
  for (int i = 0; i < 20'000; ++i)
    chain += fmt::format("[stream.x{}]\nfrom = \"x{}\"\n", i, i + 1);
  Read closed(chain + "[stream.x20000]\nfrom = \"x0\"\n");
  EXPECT_NE(closed.plain().find("E121"), std::string::npos);
  Read open(chain + "[stream.x20000]\nfrom = \"s\"\n");
  EXPECT_EQ(open.plain(), "");
  EXPECT_EQ(open.document->order.front(), 20'000u);
}

} // namespace
