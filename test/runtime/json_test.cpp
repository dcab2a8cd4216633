//===- json_test.cpp - JSON records, keys and values ----------------------===//
//
// Generated code's part is played by `read`: it goes through the keys and reads
// each column as its type says. JSONTestSuite where the conformance data is
// beside the sources: each text as the value of a key, skipped and as text.
//
//===----------------------------------------------------------------------===//
#include "test/runtime/format_fixture.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>

using namespace levada;
using namespace levada::test;

namespace {

using Parse = std::function<levada_status(levada_json *, levada_json_cursor *, std::string &)>;

template <typename T> Parse as(levada_status (*parse)(levada_json *, levada_json_cursor *, T *)) {
  return [parse](levada_json *json, levada_json_cursor *cursor, std::string &out) {
    T value{};
    levada_status status = parse(json, cursor, &value);
    if (status == LEVADA_VALUE) {
      if constexpr (std::is_same_v<T, levada_str>)
        out = text_of(value);
      else
        out = std::to_string(value);
    }
    return status;
  };
}
Parse dec(int precision, int scale) {
  return [=](levada_json *json, levada_json_cursor *cursor, std::string &out) {
    int64_t value;
    levada_status status = levada_json_dec64(json, cursor, precision, scale, &value);
    if (status == LEVADA_VALUE)
      out = std::to_string(value);
    return status;
  };
}

/// Columns a, b, c … read by `types`; "NULL" for NULL, "-" without a key.
std::vector<Record> read(const std::string &data, const std::vector<Parse> &types,
                         std::vector<std::string> names = {}) {
  for (size_t i = names.size(); i < types.size(); ++i)
    names.push_back(std::string(1, (char)('a' + i)));
  std::vector<levada_json_name> table;
  for (size_t i = 0; i < types.size(); ++i)
    table.push_back({names[i].data(), (uint32_t)names[i].size(), (int32_t)i});
  Chunk chunk(data);
  levada_json json;
  levada_json_cursor cursor;
  levada_json_open(&json, &chunk.ctx, &chunk.chunk, table.data(), (uint32_t)table.size());
  std::vector<Record> all;
  while (int32_t found = levada_json_next(&json, &cursor)) {
    Record record;
    record.raw.assign(json.record, json.size);
    record.fields.assign(types.size(), "-");
    bool bad = found == LEVADA_RECORD_BAD;
    while (!bad) {
      int32_t key = levada_json_key(&json, &cursor);
      if (key == LEVADA_JSON_CLOSED)
        break;
      if (key == LEVADA_JSON_BROKEN) {
        bad = true;
      } else if (key == LEVADA_JSON_OTHER) {
        bad = levada_json_skip(&json, &cursor) == LEVADA_ERROR;
      } else {
        std::string &field = record.fields[(size_t)key];
        levada_status status = types[(size_t)key](&json, &cursor, field);
        if (status == LEVADA_NULL)
          field = "NULL";
        bad = status == LEVADA_ERROR;
      }
    }
    if (bad) {
      EXPECT_EQ(json.code, 601u);
      record.fields.clear();
      record.bad = text_of(json.reason);
      EXPECT_NE(record.bad, "");
    }
    all.push_back(record);
  }
  return all;
}

Record good(std::vector<std::string> fields) { return {fields, "", ""}; }
Record bad(std::string reason) { return {{}, reason, ""}; }
using Records = std::vector<Record>;

const Parse i8 = as<int8_t>(levada_json_i8), i16 = as<int16_t>(levada_json_i16),
            i32 = as<int32_t>(levada_json_i32), i64 = as<int64_t>(levada_json_i64),
            f32 = as<float>(levada_json_f32), f64 = as<double>(levada_json_f64),
            boolean = as<bool>(levada_json_bool), str = as<levada_str>(levada_json_str),
            bytes = as<levada_str>(levada_json_bytes), date = as<int32_t>(levada_json_date),
            time_of_day = as<int32_t>(levada_json_time), ts3 = as<int64_t>(levada_json_ts3),
            ts6 = as<int64_t>(levada_json_ts6), ltz3 = as<int64_t>(levada_json_ltz3);

/// One value as a column's: its text, NULL, or "bad".
std::string one(const std::string &value, const Parse &type) {
  Records records = read("{\"a\":" + value + "}\n", {type});
  EXPECT_EQ(records.size(), 1u);
  // With spaces around, and not last, it is the same value.
  Records spaced = read("{ \"a\" : " + value + " , \"z\" : 1 }\n", {type});
  EXPECT_EQ(spaced.size(), 1u);
  EXPECT_EQ(records[0].bad.empty(), spaced[0].bad.empty()) << value;
  if (records[0].bad.empty())
    EXPECT_EQ(records[0].fields, spaced[0].fields) << value;
  return records[0].bad.empty() ? records[0].fields[0] : "bad";
}

} // namespace

TEST(Json, ReadsColumnsInAnyOrder) {
  EXPECT_EQ(read("{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"a\":2}\n{\"a\":3}\n{}\n{\"a\":4,\"b\":\"z\"}",
                 {i32, str}),
            (Records{good({"1", "x"}), good({"2", "y"}), good({"3", "-"}), good({"-", "-"}),
                     good({"4", "z"})}));
}

TEST(Json, SkipsWhatNobodyReads) {
  EXPECT_EQ(read("{\"x\":[1,{\"a\":7}],\"a\":1,\"y\":{\"a\":8},\"z\":\"\\u00e9\\\"\",\"w\":-1.5e3}\n"
                 "{\"q\":null,\"a\":2,\"r\":true,\"s\":false,\"t\":123456789,\"u\":[]}\n",
                 {i32}),
            (Records{good({"1"}), good({"2"})}));
}

TEST(Json, KnowsKeysByTheirPlaceAndWithout) {
  // The same keys, some missing, some new, other spaces, more than 64.
  std::string data;
  Records expected;
  for (int i = 0; i < 300; ++i) {
    data += "{";
    std::string a = "-", b = "-";
    if (i % 3)
      data += "\"first\":" + std::to_string(i) + ",";
    if (i % 5) {
      data += i % 7 ? "\"a\":" : " \"a\" :  ";
      data += std::to_string(i) + ",";
      a = std::to_string(i);
    }
    for (int k = 0; k < (i % 11 == 0 ? 80 : 3); ++k)
      data += "\"a rather long name, longer than any vector " + std::to_string(k) + "\":0,";
    if (i % 2) {
      data += "\"b\":\"" + std::to_string(i) + "\",";
      b = std::to_string(i);
    }
    data += "\"last\":[]}\n";
    expected.push_back(good({a, b}));
  }
  EXPECT_EQ(read(data, {i32, str}), expected);
}

TEST(Json, TheLastOfEqualKeysWins) {
  EXPECT_EQ(read("{\"a\":1,\"a\":2}\n{\"a\":1,\"a\":null}\n", {i32}),
            (Records{good({"2"}), good({"NULL"})}));
}

TEST(Json, KeysMayHaveEscapes) {
  EXPECT_EQ(read("{\"\\u0061\":1}\n{\"a\\u0000\":1}\n", {i32}), (Records{good({"1"}), good({"-"})}));
  EXPECT_EQ(read("{\"\xc3\xa9\\n\":1}\n", {i32}, {"\xc3\xa9\n"}), (Records{good({"1"})}));
  EXPECT_EQ(read("{\"\":1,\"a\":2}\n", {i32}), (Records{good({"2"})}));
}

TEST(Json, TakesLineEndsAndBlankLines) {
  EXPECT_EQ(read("{\"a\":1}\r\n\r\n  \n\n {\"a\":2} \t\r\n{\"a\":3}", {i32}),
            (Records{good({"1"}), good({"2"}), good({"3"})}));
  EXPECT_EQ(read("{\"a\":1}\r\n", {i32})[0].raw, "{\"a\":1}");
  EXPECT_EQ(read("", {i32}), Records{});
}

TEST(Json, ReportsRecordsThatAreBad) {
  EXPECT_EQ(read("{\"a\":1\n{\"a\":2}\n[1]\n{\"a\":3} x\n{\"a\":4}}\n{a:5}\n7\n{\"a\":6,}\n{\"a\":8}\n",
                 {i32}),
            (Records{bad("`,` or `}` expected at byte 7"), good({"2"}),
                     bad("the record is not a JSON object"), bad("the end of the line expected at byte 9"),
                     bad("the end of the line expected at byte 8"), bad("a key in quotes expected at byte 2"),
                     bad("the record is not a JSON object"), bad("a key in quotes expected at byte 8"),
                     good({"8"})}));
}

TEST(Json, ChecksWhatNobodyReads) {
  for (auto *s : {"{\"x\":01,\"a\":1}", "{\"x\":nul,\"a\":1}", "{\"x\":\"\\q\",\"a\":1}",
                  "{\"x\":\"\x01\",\"a\":1}", "{\"x\":\"\xff\",\"a\":1}", "{\"x\":[1,],\"a\":1}",
                  "{\"x\":{\"y\":},\"a\":1}", "{\"x\":1.,\"a\":1}", "{\"x\":+1,\"a\":1}",
                  "{\"x\":\"\\u12g4\",\"a\":1}", "{\"x\":- 1,\"a\":1}", "{\"x\":1 2,\"a\":1}",
                  "{\"a\":1,\"x\":\"", "{\"a\":1,\"x\":[[[]]}", "{\"a\":1,\"x\":\"\\", "{\"a\":1,",
                  "{\"a\"", "{", "{\"a\":1,\"x\":tru}", "{\"a\":1 \"x\":2}", "{\"x\":NaN}",
                  "{\"x\":[1 2]}", "{\"x\":[}", "{\"x\":{]}", "{\"x\":\"\t\"}"})
    EXPECT_NE(read(std::string(s) + "\n{\"a\":5}\n", {i32})[0].bad, "") << s;
}

TEST(Json, NestingHasALimit) {
  std::string deep(999, '['), close(999, ']'), deeper(1001, '['), closer(1001, ']');
  EXPECT_EQ(read("{\"x\":" + deep + close + ",\"a\":1}\n", {i32}), (Records{good({"1"})}));
  EXPECT_NE(read("{\"x\":" + deeper + closer + ",\"a\":1}\n", {i32})[0].bad, "");
  EXPECT_NE(read("{\"x\":" + std::string(500000, '[') + "\n", {i32})[0].bad, "");
}

TEST(Json, Integers) {
  EXPECT_EQ(one("0", i32), "0");
  EXPECT_EQ(one("-0", i32), "0");
  EXPECT_EQ(one("-2147483648", i32), "-2147483648");
  EXPECT_EQ(one("\"42\"", i32), "42");
  EXPECT_EQ(one("\" -42 \"", i32), "-42");
  EXPECT_EQ(one("1.9", i32), "1"); // cut, as Jackson does
  EXPECT_EQ(one("-1.9e0", i32), "-1");
  EXPECT_EQ(one("1e3", i64), "1000");
  EXPECT_EQ(one("9223372036854775807", i64), "9223372036854775807");
  EXPECT_EQ(one("-9223372036854775808", i64), "-9223372036854775808");
  EXPECT_EQ(one("123456789012345678", i64), "123456789012345678");
  EXPECT_EQ(one("null", i32), "NULL");
  EXPECT_EQ(one("127", i8), "127");
  EXPECT_EQ(one("\"-5\"", i16), "-5");
  for (auto *s : {"2147483648", "1e10", "\"\"", "\"x\"", "\"1.5\"", "true", "[1]", "{}", "01", "-", "1x"})
    EXPECT_EQ(one(s, i32), "bad") << s;
  EXPECT_EQ(one("128", i8), "bad");
  EXPECT_EQ(one("1.0", i8), "bad");
  EXPECT_EQ(one("1.0", i16), "bad");
  EXPECT_EQ(one("9223372036854775808", i64), "bad");
  EXPECT_EQ(read("{\"a\":\"x\"}\n", {i32})[0].bad, "`x` is not an INT");
}

TEST(Json, FloatingPointAndDecimals) {
  EXPECT_EQ(one("0.1", f64), std::to_string(0.1));
  EXPECT_EQ(one("-1.5E+2", f64), std::to_string(-150.0));
  EXPECT_EQ(one("7", f64), std::to_string(7.0));
  EXPECT_EQ(one("\"2.5\"", f64), std::to_string(2.5));
  EXPECT_EQ(one("\"NaN\"", f64), "nan");
  EXPECT_EQ(one("1e999", f64), "inf");
  EXPECT_EQ(one("0.3", f32), std::to_string(0.3f));
  EXPECT_EQ(one("123456789012345678901234567890", f64), std::to_string(123456789012345678901234567890.0));
  for (auto *s : {"\"x\"", "true", "[]", ".5", "5.", "1e", "00.5", "NaN", "-.5"})
    EXPECT_EQ(one(s, f64), "bad") << s;
  EXPECT_EQ(one("12.345", dec(10, 2)), "1235");
  EXPECT_EQ(one("\"12.3\"", dec(10, 2)), "1230");
  EXPECT_EQ(one("1e2", dec(10, 2)), "10000");
  EXPECT_EQ(one("123456789.5", dec(10, 2)), "NULL"); // does not fit
  EXPECT_EQ(one("null", dec(10, 2)), "NULL");
  EXPECT_EQ(one("true", dec(10, 2)), "bad");
}

TEST(Json, Booleans) {
  EXPECT_EQ(one("true", boolean), "1");
  EXPECT_EQ(one("false", boolean), "0");
  EXPECT_EQ(one("\"TRUE\"", boolean), "1");
  EXPECT_EQ(one("null", boolean), "NULL");
  EXPECT_EQ(one("1", boolean), "bad");
  EXPECT_EQ(one("truer", boolean), "bad");
}

TEST(Json, Texts) {
  EXPECT_EQ(one("\"\"", str), "");
  EXPECT_EQ(one("\"a text of more than twelve bytes\"", str), "a text of more than twelve bytes");
  EXPECT_EQ(one("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", str), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(one("\"\\u00e9\\u20AC\"", str), "é€");
  EXPECT_EQ(one("\"\\ud83d\\ude00\"", str), "😀");
  EXPECT_EQ(one("\"\\ud83d\"", str), "?"); // half a pair
  EXPECT_EQ(one("\"\\ud83d\\u0041\"", str), "?A");
  EXPECT_EQ(one("\"\\ude00\\ud83d\"", str), "??");
  EXPECT_EQ(one("\"\\u0000\"", str), std::string(1, '\0'));
  EXPECT_EQ(one("\"é 😀\"", str), "é 😀");
  EXPECT_EQ(one("null", str), "NULL");
  EXPECT_EQ(one("12", str), "12");
  EXPECT_EQ(one("1.50", str), "1.50"); // as written
  EXPECT_EQ(one("true", str), "true");
  EXPECT_EQ(one("\"a", str), "bad");
}

TEST(Json, ContainersAsText) {
  EXPECT_EQ(one("{ \"x\" : [ 1 , 2.50 , \"a b\" ] }", str), "{\"x\":[1,2.5,\"a b\"]}");
  EXPECT_EQ(one("[]", str), "[]");
  EXPECT_EQ(one("[1e9,-0,\"\\u00e9\\n\\/\",null,true]", str), "[1.0E9,0,\"é\\n/\",null,true]");
  EXPECT_EQ(one("{\"a\\\"b\":{}}", str), "{\"a\\\"b\":{}}");
}

TEST(Json, TimesAndBytes) {
  EXPECT_EQ(one("\"1970-01-02\"", date), "1");
  EXPECT_EQ(one("\"00:00:01\"", time_of_day), "1000");
  EXPECT_EQ(one("\"1970-01-01 00:00:00.123\"", ts3), "123");
  EXPECT_EQ(one("\"1970-01-01T00:00:01\"", ts3), "1000");
  EXPECT_EQ(one("\"1970-01-01 00:00:00.123456\"", ts6), "123456");
  EXPECT_EQ(one("\"1970-01-01 00:00:01Z\"", ltz3), "1000");
  EXPECT_EQ(one("\"1970-01-01T02:00:01+02:00\"", ltz3), "1000");
  EXPECT_EQ(one("\"1970-01-01\\u002000:00:01\"", ts3), "1000");
  EXPECT_EQ(one("\"aGVsbG8=\"", bytes), "hello");
  EXPECT_EQ(one("null", ts3), "NULL");
  for (auto *s : {"\"\"", "\"x\"", "12", "true", "{}"})
    EXPECT_EQ(one(s, ts3), "bad") << s;
  EXPECT_EQ(one("12", bytes), "bad");
}

TEST(Json, WhatIsBadDependsOnTheRecordAlone) {
  // Mutated records, alone and behind others, with columns read and not.
  std::mt19937 random(6);
  const std::string seed = "{\"a\":12,\"b\":\"x\\u00e9y\",\"c\":[1,{\"d\":-0.5e1}],\"e\":true,"
                           "\"f\":null,\"g\":\"2024-01-01 00:00:00\"}";
  const std::string bytes = "{}[]\",:\\0123456789-+.eEtrufalsn \t\xc3\xa9\x01\r";
  for (int round = 0; round < 20000; ++round) {
    std::string s = seed;
    for (int n = random() % 4; n >= 0; --n) {
      size_t at = random() % s.size();
      char c = bytes[random() % bytes.size()];
      switch (random() % 3) {
      case 0:
        s[at] = c;
        break;
      case 1:
        s.insert(at, 1, c);
        break;
      default:
        s.erase(at, 1 + random() % 3);
      }
      s += s.empty() ? " " : "";
    }
    auto verdict = [](const Records &records) {
      return records.empty() ? "blank" : records.back().bad.empty() ? "good" : "bad";
    };
    std::string alone = verdict(read(s + "\n", {}));
    ASSERT_EQ(verdict(read(seed + "\n" + s + "\n", {})), alone) << s;
    ASSERT_EQ(verdict(read(s + "\n", {str, str, str, str, str, str, str})), alone) << s;
    ASSERT_EQ(read(seed + "\n" + seed + "\n" + s + "\n", {str, str, str}).back(),
              read(seed + "\n" + s + "\n", {str, str, str}).back())
        << s;
    if (alone == "bad")
      ASSERT_EQ(verdict(read(s + "\n", {i32, str, f64, i64, boolean, ts3})), "bad") << s;
  }
}

//--- JSONTestSuite -----------------------------------------------------------

TEST(Json, JsonTestSuite) {
  std::filesystem::path folder = LEVADA_CONFORMANCE "/json/test_parsing";
  if (!std::filesystem::exists(folder))
    GTEST_SKIP() << "no " << folder;
  int accepted = 0, rejected = 0;
  for (auto &entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream stream;
    stream << in.rdbuf();
    std::string text = stream.str(), name = entry.path().filename().string();
    for (char &c : text) // a record is a line; where a break is no space it is an error anyhow
      if (c == '\n' && name[0] == 'y')
        c = ' ';
    bool broken = text.find('\n') != std::string::npos;
    // As a value nobody reads, as text, and objects as records.
    std::vector<Records> ways = {read("{\"x\":" + text + "}\n", {i32}),
                                 read("{\"a\":" + text + "}\n", {str})};
    size_t first = text.find_first_not_of(" \t\r");
    if (name[0] == 'y' && first != std::string::npos && text[first] == '{')
      ways.push_back(read(text, {i32}, {"no such key"}));
    for (auto &records : ways) {
      bool all_good = !records.empty();
      for (auto &record : records)
        all_good &= record.bad.empty();
      if (name[0] == 'y')
        EXPECT_TRUE(all_good && records.size() == 1) << name << ": " << (records.empty() ? "" : records[0].bad);
      if (name[0] == 'n' && !broken)
        EXPECT_FALSE(all_good) << name;
    }
    accepted += name[0] == 'y';
    rejected += name[0] == 'n';
  }
  EXPECT_GT(accepted, 90);
  EXPECT_GT(rejected, 180);
}
