// Where records end: the fast path, the exact path and a plain model agree.
#include "runtime/exec/cutter.h"

#include <gtest/gtest.h>
#include <random>
#include <string>

using namespace levada::rt;

namespace {

/// One character after the other; the ends of all records.
std::vector<uint64_t> model(const Cut &cut, const std::string &text) {
  std::vector<uint64_t> ends;
  bool quoted = false, start = true;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted) {
      if (c == cut.quote && i + 1 < text.size() && text[i + 1] == cut.quote)
        ++i;
      else if (c == cut.quote)
        quoted = false;
      continue;
    }
    if (cut.csv && start && c == cut.quote) {
      quoted = true;
      start = false;
    } else if (c == '\n') {
      ends.push_back(i + 1);
      start = true;
    } else {
      start = c == cut.delimiter;
    }
  }
  return ends;
}

const Cut csv{true, '"', ',', 0}, lines{};

uint64_t last(const Cut &cut, const std::string &s) {
  return last_record_end(cut, s.data(), s.size());
}
uint64_t first(const Cut &cut, const std::string &s) {
  return first_record_end(cut, s.data(), s.size());
}

} // namespace

TEST(Cutter, Lines) {
  EXPECT_EQ(last(lines, ""), 0u);
  EXPECT_EQ(last(lines, "abc"), 0u);
  EXPECT_EQ(last(lines, "a\nb\nc"), 4u);
  EXPECT_EQ(first(lines, "a\nb\nc"), 2u);
  EXPECT_EQ(last(lines, "\"a\nb"), 3u);
}

TEST(Cutter, QuotedNewlinesStayWhole) {
  EXPECT_EQ(last(csv, "a,\"b\nc\"\nd"), 9u - 1);
  EXPECT_EQ(first(csv, "a,\"b\nc\"\nd"), 8u);
  EXPECT_EQ(last(csv, "a,\"b\nc"), 0u);
  EXPECT_EQ(last(csv, "a,\"b \"\" \n\"\n"), 11u);
}

TEST(Cutter, AQuoteInsideAFieldIsText) {
  EXPECT_EQ(last(csv, "5\" pipe,3\n7,8\n9"), 14u);
  EXPECT_EQ(last(csv, "a,b\"\nc,\"d\n\"\n"), 12u);
}

TEST(Cutter, EscapedQuotes) {
  Cut escaped{true, '"', ',', '\\'};
  EXPECT_EQ(last(escaped, "\"a\\\"\nb\"\nc"), 8u);
  EXPECT_EQ(first(escaped, "a\\\nb\nc\n"), 5u);
}

TEST(Cutter, AgreesWithTheModel) {
  std::mt19937 random(7);
  const std::string letters = "ab,\"\n,\"\"\n x";
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    size_t size = random() % 300;
    for (size_t i = 0; i < size; ++i)
      text += random() % 4 ? "abcdefgh"[random() % 8] : letters[random() % letters.size()];
    std::vector<uint64_t> ends = model(csv, text);
    ASSERT_EQ(last(csv, text), ends.empty() ? 0 : ends.back()) << text;
    ASSERT_EQ(first(csv, text), ends.empty() ? 0 : ends.front()) << text;
  }
}

TEST(Cutter, CountsNewlines) {
  std::string text;
  uint64_t count = 0;
  for (int i = 0; i < 20000; ++i) {
    text += i % 7 ? 'x' : '\n';
    count += i % 7 == 0;
  }
  EXPECT_EQ(count_newlines(text.data(), text.size()), count);
}
