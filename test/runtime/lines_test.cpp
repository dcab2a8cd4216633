//===- lines_test.cpp - raw lines, lines by a pattern ---------------------===//
#include "test/runtime/format_fixture.h"

#include <list>
#include <thread>

using namespace levada;
using namespace levada::test;

static std::vector<std::string> read(const std::string &data, bool text, bool blank) {
  Chunk chunk(data);
  levada_lines lines;
  levada_lines_open(&lines, &chunk.chunk, text, blank);
  std::vector<std::string> all;
  while (int32_t found = levada_lines_next(&lines))
    all.push_back(found == LEVADA_RECORD_GOOD ? std::string(lines.record, lines.size)
                                              : "bad: " + text_of(lines.reason));
  return all;
}
using Lines = std::vector<std::string>;

TEST(Lines, AreRecords) {
  EXPECT_EQ(read("a\nbc\r\n\nd", true, true), (Lines{"a", "bc", "", "d"}));
  EXPECT_EQ(read("a\n\r\n\nd\n", true, false), (Lines{"a", "d"}));
  EXPECT_EQ(read("", true, true), Lines{});
  std::string longer(1000, 'x');
  EXPECT_EQ(read(longer + "\n" + longer + "y\n", true, true), (Lines{longer, longer + "y"}));
}

TEST(Lines, AreTextOrNot) {
  EXPECT_EQ(read("a\xff\nb\xc3\xa9\n", true, true), (Lines{"bad: the line is not UTF-8", "bé"}));
  EXPECT_EQ(read("a\xff\n", false, true), (Lines{"a\xff"}));
}

namespace {
/// Spans of one match as texts; "NULL" for a group that took no part.
std::vector<std::string> match(const char *pattern, std::vector<const char *> names,
                               const std::string &line) {
  static auto &handles = *new std::list<void *>; // programs are kept, as in a run
  void *&handle = handles.emplace_back();
  Chunk chunk(line);
  std::vector<const char *> spans(names.size() * 2 + 2);
  std::vector<std::string> out;
  if (!levada_regex_match(&chunk.ctx, &handle, pattern, names.data(), (uint32_t)names.size(),
                          chunk.chunk.data, line.size(), spans.data()))
    return {chunk.ctx.failed ? "failed" : "no match"};
  for (size_t i = 0; i < names.size(); ++i)
    out.push_back(spans[2 * i] ? std::string(spans[2 * i], spans[2 * i + 1]) : "NULL");
  return out;
}
} // namespace

TEST(Regex, FillsColumnsByName) {
  EXPECT_EQ(match("^(?<client>\\S+) (\\d+) (?<status>\\d{3})", {"status", "client"}, "host 12 404 rest"),
            (Lines{"404", "host"}));
  EXPECT_EQ(match("(?P<a>x)(?<b>y)?", {"a", "b"}, "..x.."), (Lines{"x", "NULL"}));
  EXPECT_EQ(match("(?<a>x*)", {"a"}, "..."), (Lines{""}));
  EXPECT_EQ(match("\\(?<(?<a>[(?<>]+)", {"a"}, "<(?<>"), (Lines{"(?<>"})); // none of it a group but one
  EXPECT_EQ(match("x", {}, "x"), Lines{});
}

TEST(Regex, LinesThatDoNotMatch) {
  EXPECT_EQ(match("^a(?<b>b)$", {"b"}, "abc"), (Lines{"no match"}));
  EXPECT_EQ(match("(?<a>", {"a"}, "abc"), (Lines{"failed"}));
}

TEST(Regex, OneProgramForAllWorkers) {
  static void *handle = nullptr;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      Chunk chunk("key=value");
      const char *names[] = {"v"}, *spans[2];
      for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(levada_regex_match(&chunk.ctx, &handle, "=(?<v>.*)", names, 1,
                                       chunk.chunk.data, 9, spans));
        ASSERT_EQ(std::string(spans[0], spans[1]), "value");
      }
    });
  for (auto &thread : threads)
    thread.join();
}

TEST(Lines, AreCounted) {
  std::string s;
  for (int i = 0; i < 300; ++i) {
    s += i % 3 ? 'x' : '\n';
    EXPECT_EQ(levada_newlines(s.data(), s.data() + s.size()), (uint64_t)i / 3 + 1);
  }
}
