// The first line of a CSV file.
#include "runtime/exec/header.h"

#include <gtest/gtest.h>
#include <string>

using namespace levada::rt;

namespace {

const char *const columns[] = {"date", "delay", "origin"};
const levada_source_desc source = {.name = "flights",
                                   .connector = nullptr,
                                   .options = nullptr,
                                   .option_count = 0,
                                   .format = "csv",
                                   .columns = columns,
                                   .column_count = 3,
                                   .cut = LEVADA_CUT_CSV,
                                   .quote = '"',
                                   .delimiter = ',',
                                   .header = 1,
                                   .on_error = 0,
                                   .has_watermark = false,
                                   .dead_letter = -1,
                                   .stage = 0,
                                   .op = 0,
                                   .format_data = nullptr,
                                   .escape = 0,
                                   .lines = false};

struct Mapped {
  bool ok;
  std::vector<uint32_t> map;
  std::string message;
};

Mapped map(const std::string &line) {
  Mapped out;
  uint32_t count;
  Error error;
  out.ok = map_columns(source, "f.csv", line.data(), line.size(), out.map, count, error);
  out.message = render(error, "error", false).c_str();
  return out;
}

} // namespace

TEST(Header, AnyOrder) {
  EXPECT_TRUE(map("date,delay,origin\n").map.empty());
  EXPECT_EQ(map("origin,date,delay\r\n").map, (std::vector<uint32_t>{1, 2, 0}));
  EXPECT_EQ(map("\"origin\",\"date\",delay").map, (std::vector<uint32_t>{1, 2, 0}));
}

TEST(Header, ShowsBothLists) {
  EXPECT_EQ(map("date,dely,origin\n").message,
            "error[R623 wrong-header]: flights: the header lacks `delay`, has `dely` that the "
            "source does not declare\n"
            "  --> f.csv:1\n"
            "   = note: in the file: `date`, `dely`, `origin`\n"
            "   = note: declared:    `date`, `delay`, `origin`\n"
            "   = help: declare every column of the file, or read columns by position with "
            "`csv.header = \"skip\"`\n");
}

TEST(Header, Twice) {
  Mapped mapped = map("date,delay,origin,date\n");
  EXPECT_FALSE(mapped.ok);
  EXPECT_NE(mapped.message.find("has `date` more than once"), std::string::npos) << mapped.message;
}

TEST(Header, SplitsLikeARecord) {
  auto split = [](const std::string &line) {
    std::string joined;
    for (const Text &field : split_record(source, line.data(), line.size()))
      joined += std::string(field.c_str()) + "|";
    return joined;
  };
  EXPECT_EQ(split("a,b\n"), "a|b|");
  EXPECT_EQ(split("\"a,\"\"b\"\"\",,c\"d\n"), "a,\"b\"||c\"d|");
  EXPECT_EQ(split("\n"), "|");
}
