// Messages: what a record holds never reaches a terminal raw.
#include "runtime/connectors/table_sink.h"
#include "runtime/core/error.h"

#include <gtest/gtest.h>
#include <string>

using namespace levada::rt;

static std::string shown(std::string_view s, size_t limit = 100) {
  return printable(s, limit).c_str();
}

TEST(Text, Printable) {
  EXPECT_EQ(shown("a\tb\x1b[31m"), "a\\tb\\x1B[31m");
  EXPECT_EQ(shown("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(shown("\xFF\xC3"), "\\xFF\\xC3");
  EXPECT_EQ(shown("\xC2\x9Bm"), "\\xC2\\x9Bm"); // a control character of 8-bit terminals
  EXPECT_EQ(shown("\xED\xA0\x80"), "\\xED\\xA0\\x80");
  EXPECT_EQ(shown("abcdef", 3), "abc…");
}

TEST(Text, Grouped) {
  EXPECT_STREQ(grouped(0).c_str(), "0");
  EXPECT_STREQ(grouped(999).c_str(), "999");
  EXPECT_STREQ(grouped(1234567).c_str(), "1,234,567");
}

TEST(Text, SpellingDistance) {
  EXPECT_EQ(spelling_distance("--paralelism", "--parallelism", 4), 1u);
  EXPECT_EQ(spelling_distance("abc", "xyz", 3), 3u);
}

TEST(Text, ErrorsAsJson) {
  Error error;
  error.set(601, "a \"b\"\n");
  error.place = Text("f:1");
  EXPECT_STREQ(render(error, "error", true).c_str(),
               "{\"level\":\"error\",\"code\":\"R601\",\"name\":\"bad-record\",\"message\":\"a "
               "\\\"b\\\"\\n\",\"place\":\"f:1\"}\n");
}

TEST(Table, Aligns) {
  const char *const columns[] = {"city", "flights"};
  Table table(columns, 2, "lr");
  Text lines;
  table.add("Z\xC3\xBCrich\t12\nBasel\t\\N\na\\tb\t1234567890\n", lines);
  EXPECT_TRUE(lines.empty());
  table.finish(lines);
  EXPECT_STREQ(lines.c_str(), "city       flights\n"
                              "──────  ──────────\n"
                              "Z\xC3\xBCrich          12\n"
                              "Basel         NULL\n"
                              "a\\tb    1234567890\n");
}

TEST(Table, LongOnesStream) {
  const char *const columns[] = {"n"};
  Table table(columns, 1, nullptr);
  Text lines;
  for (int i = 0; i < 1500; ++i)
    table.add("x\n", lines);
  EXPECT_FALSE(lines.empty());
  table.finish(lines);
  size_t count = 0;
  for (char c : lines.view())
    count += c == '\n';
  EXPECT_EQ(count, 1502u);
}

TEST(Table, WideCharacters) {
  EXPECT_EQ(display_width("日本"), 4u);
  EXPECT_EQ(display_width("e\xCC\x81"), 1u);
}
