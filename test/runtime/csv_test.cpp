//===- csv_test.cpp - CSV records and fields of text ----------------------===//
//
// The index and the byte-by-byte path must find the same; csv-spectrum where
// the conformance data is beside the sources.
//
//===----------------------------------------------------------------------===//
#include "test/runtime/format_fixture.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

using namespace levada;
using namespace levada::test;

namespace {

using Fields = std::vector<std::string>;

std::vector<Record> read(const std::string &data, uint32_t fields, char delimiter = ',',
                         char quote = '"', char escape = 0) {
  Chunk chunk(data);
  levada_csv csv;
  levada_csv_open(&csv, &chunk.ctx, &chunk.chunk, fields, delimiter, quote, escape);
  std::vector<Record> all;
  while (int32_t found = levada_csv_next(&csv)) {
    Record record;
    record.raw.assign(csv.record, csv.size);
    if (found == LEVADA_RECORD_BAD) {
      EXPECT_EQ(csv.code, 601u);
      record.bad = text_of(csv.reason);
    }
    for (uint32_t i = 0; i < fields && found == LEVADA_RECORD_GOOD; ++i) {
      uint32_t begin = csv.ends[(int)i - 1] + 1;
      record.fields.push_back({csv.base + begin, csv.base + csv.ends[i]});
    }
    all.push_back(record);
  }
  EXPECT_EQ(levada_csv_next(&csv), LEVADA_RECORD_END);
  return all;
}

Record good(Fields fields) { return {fields, "", ""}; }
Record bad(std::string reason) { return {{}, reason, ""}; }
using Records = std::vector<Record>;

/// A reader of the plainest kind.
Records plain_reader(const std::string &data, uint32_t fields) {
  Records all;
  size_t at = 0;
  while (at < data.size()) {
    Record record;
    size_t begin = at;
    bool last = false, broken = false;
    while (!last) {
      std::string field;
      if (at < data.size() && data[at] == '"') {
        for (++at;; ++at) {
          if (data[at] == '"' && at + 1 < data.size() && data[at + 1] == '"')
            field += data[at++];
          else if (data[at] == '"')
            break;
          else
            field += data[at];
        }
        ++at;
        while (data[at] == ' ' || data[at] == '\t')
          ++at;
        if (data[at] == '\r' && data[at + 1] == '\n')
          ++at;
        if (data[at] != ',' && data[at] != '\n')
          broken = true;
        while (data[at] != ',' && data[at] != '\n')
          ++at;
      } else {
        while (data[at] != ',' && data[at] != '\n')
          field += data[at++];
        if (data[at] == '\n' && !field.empty() && field.back() == '\r')
          field.pop_back();
      }
      record.fields.push_back(field);
      last = data[at++] == '\n';
    }
    std::string raw = data.substr(begin, at - 1 - begin);
    if (raw.empty() || raw == "\r")
      continue;
    if (broken)
      record = bad("there is text behind a closing quote");
    else if (record.fields.size() != fields)
      record = bad(std::to_string(record.fields.size()) +
                   (record.fields.size() == 1 ? " field, not " : " fields, not ") +
                   std::to_string(fields));
    all.push_back(record);
  }
  return all;
}

} // namespace

TEST(Csv, SplitsAtDelimiters) {
  EXPECT_EQ(read("a,b\nc,d\n", 2), (Records{good({"a", "b"}), good({"c", "d"})}));
  EXPECT_EQ(read("a;b,c\n", 2, ';'), (Records{good({"a", "b,c"})}));
  EXPECT_EQ(read(",\n", 2), (Records{good({"", ""})}));
  EXPECT_EQ(read(" a , b \n", 2), (Records{good({" a ", " b "})}));
  EXPECT_EQ(read("x\n", 1), (Records{good({"x"})}));
  EXPECT_EQ(read("", 1), Records{});
}

TEST(Csv, TakesEveryLineEnd) {
  EXPECT_EQ(read("a,b\r\nc,d\r\n", 2), (Records{good({"a", "b"}), good({"c", "d"})}));
  EXPECT_EQ(read("\n\r\na,b\n\n\r\n", 2), (Records{good({"a", "b"})})); // blank lines
  EXPECT_EQ(read("a,b\rc\n", 2), (Records{good({"a", "b\rc"})}));
  EXPECT_EQ(read("\"a\",\"b\"\r\n", 2), (Records{good({"a", "b"})}));
  EXPECT_EQ(read("a,\r\n", 2), (Records{good({"a", ""})}));
}

TEST(Csv, Unquotes) {
  EXPECT_EQ(read("\"a,b\",c\n", 2), (Records{good({"a,b", "c"})}));
  EXPECT_EQ(read("\"a\"\"b\",\"\"\n", 2), (Records{good({"a\"b", ""})}));
  EXPECT_EQ(read("\"a\nb\",\"\r\n\"\nc,d\n", 2),
            (Records{good({"a\nb", "\r\n"}), good({"c", "d"})}));
  EXPECT_EQ(read("\"a\" ,\"b\"\t\n", 2), (Records{good({"a", "b"})}));
  EXPECT_EQ(read("\"a\"\t\"b\"\n", 2, '\t'), (Records{good({"a", "b"})}));
  EXPECT_EQ(read("'a,b',\"\n", 2, ',', '\''), (Records{good({"a,b", "\""})}));
}

TEST(Csv, AQuoteInTheMiddleIsPlain) {
  EXPECT_EQ(read("5\" pipe,x\na,b\n", 2), (Records{good({"5\" pipe", "x"}), good({"a", "b"})}));
  EXPECT_EQ(read("a\"b\"c, \"d\"\n", 2), (Records{good({"a\"b\"c", " \"d\""})}));
  EXPECT_EQ(read("a,\"\n", 2, ',', 0), (Records{good({"a", "\""})})); // no quotes at all
}

TEST(Csv, TakesEscapes) {
  EXPECT_EQ(read("a\\,b,c\\\\\n", 2, ',', '"', '\\'), (Records{good({"a,b", "c\\"})}));
  EXPECT_EQ(read("\"a\\\"b\",\\n\n", 2, ',', '"', '\\'), (Records{good({"a\"b", "\n"})}));
  EXPECT_EQ(read("a\\\nb,c\n", 2, ',', '"', '\\'), (Records{good({"a\nb", "c"})}));
  EXPECT_EQ(read("a\\,b\n", 2), (Records{good({"a\\", "b"})})); // without one
}

TEST(Csv, ReportsRecordsThatAreBad) {
  EXPECT_EQ(read("a\nb,c\nd,e,f\ng,h\n", 2),
            (Records{bad("1 field, not 2"), good({"b", "c"}), bad("3 fields, not 2"),
                     good({"g", "h"})}));
  EXPECT_EQ(read("\"a\"b,c\nd,e\n", 2),
            (Records{bad("there is text behind a closing quote"), good({"d", "e"})}));
  EXPECT_EQ(read("a,b\n\"c,d\ne,f\n", 2), (Records{good({"a", "b"}), bad("a quote is not closed")}));
  EXPECT_EQ(read("a,\xff\nb,\xc3\xa9\n", 2),
            (Records{bad("the record is not UTF-8"), good({"b", "\xc3\xa9"})}));
  EXPECT_EQ(read("\"a\xff\",b\nc,d\n", 2), (Records{bad("the record is not UTF-8"), good({"c", "d"})}));
  EXPECT_EQ(read("x\n\"y\",1\n", 2)[0].raw, "x");
  EXPECT_EQ(read("\"y\",1,2\r\n", 2)[0].raw, "\"y\",1,2");
}

TEST(Csv, LongRecordsAndManyBlocks) {
  std::string longest(20000, 'x'), data;
  Records expected;
  for (int i = 0; i < 3000; ++i) {
    std::string a = std::to_string(i), b = i % 700 == 0 ? longest : std::string(i % 50, 'y');
    data += a + "," + b + "\n";
    expected.push_back(good({a, b}));
  }
  EXPECT_EQ(read(data, 2), expected);
}

TEST(Csv, FindsWhatAPlainReaderFinds) {
  std::mt19937 random(5);
  const std::vector<std::string> parts = {",", ",", ",", "\n", "\n", "\r\n", "\"", "\"\"", "a",
                                          "bcd", " ", "\xc3\xa9", "12345", "\t", "x\"y"};
  for (int round = 0; round < 3000; ++round) {
    std::string data;
    int n = random() % (round % 10 == 0 ? 4000 : 60);
    for (int i = 0; i < n; ++i)
      if (random() % 4 == 0) { // a whole quoted field
        data += data.empty() || data.back() == '\n' || data.back() == ',' ? "\"" : ",\"";
        for (int k = random() % 5; k > 0; --k) {
          const std::string &part = parts[random() % parts.size()];
          data += part == "\"" || part == "x\"y" ? "\"\"" : part;
        }
        data += "\"";
        data += random() % 3 ? "," : random() % 2 ? "\n" : " \r\n";
      } else {
        const std::string &part = parts[random() % parts.size()];
        bool field = data.empty() || data.back() == '\n' || data.back() == ',';
        data += part[0] == '"' && field ? "z" : part;
      }
    data += "\n";
    if (data.find("\xc3\"") != std::string::npos)
      continue;
    uint32_t fields = 1 + random() % 3;
    Records expected = plain_reader(data, fields);
    ASSERT_EQ(read(data, fields), expected) << data;
  }
}

//--- csv-spectrum ------------------------------------------------------------

static std::string file_text(const std::filesystem::path &path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// [{"name":"value",…},…] of texts alone, which is all that csv-spectrum has.
static std::vector<std::vector<std::pair<std::string, std::string>>>
objects(const std::string &json) {
  std::vector<std::vector<std::pair<std::string, std::string>>> all;
  std::string line;
  for (char c : json)
    line += c == '\n' || c == '\r' ? ' ' : c;
  line = "{\"rows\":" + line + "}";
  // Take the array apart by its objects: no text in it holds a brace but one file's.
  bool in_text = false;
  int depth = 0;
  std::string object;
  for (size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (in_text && c == '\\') {
      object += c;
      object += line[++i];
      continue;
    }
    in_text ^= c == '"';
    if (!in_text && c == '{' && ++depth == 2)
      object.clear();
    if (depth >= 2)
      object += c;
    if (!in_text && c == '}' && depth-- == 2) {
      Chunk chunk(object);
      static const levada_json_name none[1] = {};
      levada_json reader;
      levada_json_cursor cursor;
      levada_json_open(&reader, &chunk.ctx, &chunk.chunk, none, 0);
      EXPECT_EQ(levada_json_next(&reader, &cursor), LEVADA_RECORD_GOOD);
      all.push_back({});
      while (levada_json_key(&reader, &cursor) == LEVADA_JSON_OTHER) {
        const char *end = cursor.at - 1; // ':' or a space behind the key
        while (*end != '"')
          --end;
        const char *begin = end - 1;
        while (*begin != '"')
          --begin;
        levada_str value;
        EXPECT_EQ(levada_json_str(&reader, &cursor, &value), LEVADA_VALUE);
        all.back().push_back({{begin + 1, end}, text_of(value)});
      }
    }
  }
  return all;
}

TEST(Csv, ReadsCsvSpectrum) {
  std::filesystem::path folder = LEVADA_CONFORMANCE "/csv";
  if (!std::filesystem::exists(folder))
    GTEST_SKIP() << "no " << folder;
  int files = 0;
  for (auto &entry : std::filesystem::directory_iterator(folder / "csvs")) {
    std::string csv = file_text(entry.path());
    auto rows = objects(file_text(folder / "json" / (entry.path().stem().string() + ".json")));
    ASSERT_FALSE(rows.empty()) << entry.path();
    uint32_t fields = (uint32_t)rows[0].size();
    Records records = read(csv, fields);
    ASSERT_EQ(records.size(), rows.size() + 1) << entry.path();
    // Where the collection's own files differ: line ends that were converted,
    // and a telephone number that is another in the JSON.
    bool converted = csv.find('\r') == std::string::npos;
    for (size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(records[i + 1].bad, "") << entry.path();
      for (uint32_t k = 0; k < fields; ++k) {
        EXPECT_EQ(records[0].fields[k], rows[i][k].first) << entry.path();
        std::string expected = rows[i][k].second;
        if (converted)
          std::erase(expected, '\r');
        if (expected != "1234567890")
          EXPECT_EQ(records[i + 1].fields[k], expected) << entry.path();
      }
    }
    ++files;
  }
  EXPECT_EQ(files, 12);
}
