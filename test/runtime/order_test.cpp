// The same bytes at any parallelism and batch size: results, late rows, dead
// letters, messages, and what was written before a failure.
#include "programs/harness.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

using namespace test;

namespace {

const std::vector<std::vector<std::string>> ways = {
    {"--parallelism", "1"},
    {"--parallelism", "2"},
    {"--parallelism", "4"},
    {"--parallelism", "1", "--batch-rows", "1"},
    {"--parallelism", "4", "--batch-rows", "3"}, // rings of 16 such batches are always full
    {"--parallelism", "3", "--batch-rows", "100"},
};

struct Result {
  int code;
  std::string bytes, messages;
};

Result windows(const std::string &program, const std::vector<std::string> &way,
               const std::string &input) {
  Folder out;
  Outcome o = run(program, way, {{"IN", input}, {"OUT", out.path()}});
  std::string bytes = o.out;
  for (const char *name : {"negative.csv", "late/part-0-0.csv", "totals.jsonl", "dead.txt"})
    bytes += std::string("== ") + name + "\n" +
             (exists(out.path(name)) ? read_file(out.path(name)) : "none\n");
  return {o.code, bytes, o.messages()};
}

Result same_in_all_ways(const std::string &program, const std::string &input) {
  Result one = windows(program, ways[0], input);
  for (const auto &way : ways) {
    Result other = windows(program, way, input);
    std::string shown;
    for (const std::string &word : way)
      shown += word + " ";
    EXPECT_EQ(one.code, other.code) << shown << other.messages;
    EXPECT_TRUE(one.bytes == other.bytes)
        << shown << one.bytes.size() << " and " << other.bytes.size() << " bytes";
    EXPECT_EQ(one.messages, other.messages) << shown;
  }
  return one;
}

std::string with_line(const std::string &text, size_t number, const std::string &line) {
  size_t at = 0;
  for (size_t i = 1; i < number; ++i)
    at = text.find('\n', at) + 1;
  return text.substr(0, at) + line + "\n" + text.substr(text.find('\n', at) + 1);
}

const std::string &plain() {
  static const std::string text = lines(220000, 1); // three chunks and a bit
  return text;
}

} // namespace

TEST(Order, Results) {
  Folder in;
  write_file(in.path("a.csv"), plain());
  Result result = same_in_all_ways("rt_windows", in.path("a.csv"));
  EXPECT_EQ(result.code, 0);
  EXPECT_NE(result.bytes.find("\"count\""), std::string::npos);
  EXPECT_NE(result.messages.find("came late"), std::string::npos);
  EXPECT_NE(result.messages.find("a longer `delay`"), std::string::npos);
}

TEST(Order, SeveralFilesAndNoLastNewline) {
  Folder in;
  size_t third = plain().find('\n', plain().size() / 3) + 1,
         half = plain().find('\n', plain().size() / 2) + 1;
  write_file(in.path("1.csv"), plain().substr(0, third));
  write_file(in.path("2.csv"), "");
  write_file(in.path("3.csv"), plain().substr(third, half - third - 1));
  write_file(in.path("4.csv"), plain().substr(half));
  write_file(in.path("_5.csv"), "not read");
  Folder whole;
  write_file(whole.path("a.csv"), plain());
  Result parts = same_in_all_ways("rt_windows", in.path());
  EXPECT_TRUE(parts.bytes == windows("rt_windows", ways[0], whole.path("a.csv")).bytes);
}

TEST(Order, SkippedRecords) {
  Folder in;
  std::string text = plain();
  for (size_t line : {1, 70000, 150000})
    text = with_line(text, line, "bad line " + std::to_string(line));
  write_file(in.path("a.csv"), text);
  Result result = same_in_all_ways("rt_windows_skip", in.path("a.csv"));
  EXPECT_EQ(result.code, 0);
  EXPECT_NE(result.messages.find("a.csv:1 (byte 0)\n   | bad line 1\n   = note: 3 bad records left "
                                 "out of `rows`; this is the first"),
            std::string::npos)
      << result.messages;
}

TEST(Order, DeadLetters) {
  Folder in;
  std::string text = plain();
  for (size_t line : {3, 70000, 150000})
    text = with_line(text, line, "bad line " + std::to_string(line));
  write_file(in.path("a.csv"), text);
  Result result = same_in_all_ways("rt_windows_dead", in.path("a.csv"));
  EXPECT_EQ(result.code, 0);
  EXPECT_NE(result.bytes.find("|70000|bad line 70000|R601|three integers"), std::string::npos);
}

TEST(Order, AFailingRecord) {
  Folder in;
  write_file(in.path("a.csv"), with_line(with_line(plain(), 150000, "1,2,x\x1b"), 180000, "oops"));
  Result result = same_in_all_ways("rt_windows", in.path("a.csv"));
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.messages.find("error[R601 bad-record]: rows: three integers"), std::string::npos)
      << result.messages;
  EXPECT_NE(result.messages.find("a.csv:150000 (byte "), std::string::npos) << result.messages;
  EXPECT_NE(result.messages.find("| 1,2,x\\x1B\n"), std::string::npos) << result.messages;
  EXPECT_NE(result.bytes.find("== totals.jsonl\nnone"), std::string::npos);
}

TEST(Order, AFailingExpression) {
  Folder in;
  write_file(in.path("a.csv"),
             with_line(with_line(plain(), 150000, "7,150000,666"), 200000, "oops"));
  Result result = same_in_all_ways("rt_windows", in.path("a.csv"));
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.messages.find("error[R612 bad-cast]: per_key: 666 is not a number of this "
                                 "pipeline, in `CAST(value AS GOOD)`\n"
                                 "  --> windows.toml:15:3"),
            std::string::npos)
      << result.messages;
  Folder other;
  write_file(other.path("a.csv"), with_line(plain(), 150000, "7,150000,667"));
  result = same_in_all_ways("rt_windows", other.path("a.csv"));
  EXPECT_NE(result.messages.find("note: the row comes from "), std::string::npos)
      << result.messages;
}

namespace {

struct Line {
  int64_t watermark;
  int source;
  size_t place;
  std::string text;
};

/// The merged rows, as semantics say.
std::string merged(const std::string &a, const std::string &b) {
  std::vector<Line> all;
  const std::string *texts[] = {&a, &b};
  for (int s = 0; s < 2; ++s) {
    std::istringstream in(*texts[s]);
    int64_t watermark = INT64_MIN;
    size_t place = 0;
    for (std::string line; std::getline(in, line); ++place) {
      all.push_back({watermark, s, place, std::to_string(s) + "," + line + "\n"});
      watermark = std::max<int64_t>(watermark, std::stoll(line.substr(line.find(',') + 1)) - 100);
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Line &x, const Line &y) {
    return x.watermark != y.watermark ? x.watermark < y.watermark
           : x.source != y.source     ? x.source < y.source
                                      : x.place < y.place;
  });
  std::string text;
  for (const Line &line : all)
    text += line.text;
  return text;
}

} // namespace

/// The lines of `all` that are among those of `some`, in the order of `all`.
static std::string in_order_of(const std::string &all, const std::string &some) {
  std::multiset<std::string> wanted;
  std::istringstream lines(some), in(all);
  for (std::string line; std::getline(lines, line);)
    wanted.insert(line);
  std::string text;
  for (std::string line; std::getline(in, line);)
    if (auto found = wanted.find(line); found != wanted.end()) {
      wanted.erase(found);
      text += line + "\n";
    }
  return text;
}

TEST(Order, InputsMergeByWatermark) {
  Folder in;
  // One source is four times as dense: it must be read ahead of the other.
  std::string a = lines(40000, 3), b = lines(160000, 4);
  write_file(in.path("a.csv"), a);
  write_file(in.path("b.csv"), b);
  std::string want = merged(a, b), counts;
  for (const auto &way : ways) {
    Folder out;
    Outcome o = run("rt_union", way,
                    {{"A", in.path("a.csv")}, {"B", in.path("b.csv")}, {"OUT", out.path()}});
    EXPECT_EQ(o.code, 0) << o.err;
    EXPECT_TRUE(o.out == want) << way[1];
    std::string these = read_file(out.path("counts.csv"));
    EXPECT_FALSE(these.empty());
    EXPECT_TRUE(counts.empty() || counts == these) << way[1];
    counts = these;
    // Rows that pass a stage keep the order of the merge, also behind an exchange.
    std::string late = read_file(out.path("late.csv"));
    EXPECT_GT(late.size(), 10000u);
    EXPECT_TRUE(late == in_order_of(want, late)) << way[1];
    EXPECT_TRUE(late == read_file(out.path("passed.csv"))) << way[1];
  }
}

TEST(Order, WithoutWatermarksSourcesTakeTurns) {
  Folder in;
  write_file(in.path("a.csv"), lines(120000, 3));
  write_file(in.path("b.csv"), lines(250000, 4));
  std::string rows, counts;
  for (const auto &way : ways) {
    Folder out;
    Outcome o = run("rt_union_turns", way,
                    {{"A", in.path("a.csv")}, {"B", in.path("b.csv")}, {"OUT", out.path()}});
    EXPECT_EQ(o.code, 0) << o.err;
    std::string these = read_file(out.path("counts.csv"));
    EXPECT_TRUE(rows.empty() || (rows == o.out && counts == these)) << way[1];
    rows = o.out;
    counts = these;
  }
}
