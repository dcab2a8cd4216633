//===- put_test.cpp - texts written by encoders ---------------------------===//
#include "runtime/formats/field.h"
#include "test/runtime/format_fixture.h"

#include <random>

using namespace levada;
using namespace levada::test;

/// What a put function writes; it may not write beyond `room`.
template <typename Put> static std::string put(const std::string &text, uint64_t room, Put function) {
  std::unique_ptr<char[]> source(new char[text.size()]); // ASan sees reads beyond
  memcpy(source.get(), text.data(), text.size());
  levada_str s{};
  s.len = (uint32_t)text.size();
  if (text.size() <= 12)
    memcpy(s.inl, text.data(), text.size());
  else
    s.ptr = source.get();
  std::unique_ptr<char[]> out(new char[room]);
  char *end = function(out.get(), &s);
  EXPECT_LE((uint64_t)(end - out.get()), room);
  return {out.get(), end};
}

static std::string json(const std::string &s) {
  return put(s, 6 * s.size() + 2, levada_put_json_str);
}
static std::string csv(const std::string &s, char delimiter = ',', char quote = '"', char escape = 0) {
  return put(s, 2 * s.size() + 2, [=](char *at, const levada_str *text) {
    return levada_put_csv_str(at, text, delimiter, quote, escape);
  });
}

TEST(Put, JsonTexts) {
  EXPECT_EQ(json(""), "\"\"");
  EXPECT_EQ(json("plain"), "\"plain\"");
  EXPECT_EQ(json("a \"quoted\" \\ text of more than sixteen bytes"),
            "\"a \\\"quoted\\\" \\\\ text of more than sixteen bytes\"");
  EXPECT_EQ(json("\b\f\n\r\t\x01\x1f\x7f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001F\x7f\"");
  EXPECT_EQ(json("é😀/"), "\"é😀/\"");
  EXPECT_EQ(json(std::string(40, '\x01')).size(), 242u);
}

TEST(Put, JsonTextsReadBack) {
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string s;
    for (int n = random() % 60; n > 0; --n)
      s += random() % 8 ? (char)('a' + random() % 26) : (char)(random() % 128);
    Chunk chunk("{\"a\":" + json(s) + "}\n");
    levada_json_name name{"a", 1, 0};
    levada_json reader;
    levada_json_cursor cursor;
    levada_json_open(&reader, &chunk.ctx, &chunk.chunk, &name, 1);
    ASSERT_EQ(levada_json_next(&reader, &cursor), LEVADA_RECORD_GOOD);
    ASSERT_EQ(levada_json_key(&reader, &cursor), 0);
    levada_str back;
    ASSERT_EQ(levada_json_str(&reader, &cursor, &back), LEVADA_VALUE);
    ASSERT_EQ(text_of(back), s);
    ASSERT_EQ(levada_json_key(&reader, &cursor), LEVADA_JSON_CLOSED);
  }
}

TEST(Put, CsvTexts) {
  EXPECT_EQ(csv("plain text"), "plain text");
  EXPECT_EQ(csv(""), "");
  EXPECT_EQ(csv("a,b"), "\"a,b\"");
  EXPECT_EQ(csv("a,b", ';'), "a,b");
  EXPECT_EQ(csv("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv("cr\r"), "\"cr\r\"");
  EXPECT_EQ(csv("a\"b\\", ',', '"', '\\'), "\"a\\\"b\\\\\"");
  EXPECT_EQ(csv("a,\"b", ',', 0), "a,\"b"); // quotes are off
}

TEST(Put, CsvTextsReadBack) {
  std::mt19937 random(4);
  for (int i = 0; i < 3000; ++i) {
    std::string s;
    for (int n = random() % 40; n > 0; --n)
      s += "ab,\"\n\r\t "[random() % 8];
    Chunk chunk("x," + csv(s) + "\n");
    levada_csv reader;
    levada_csv_open(&reader, &chunk.ctx, &chunk.chunk, 2, ',', '"', 0);
    ASSERT_EQ(levada_csv_next(&reader), LEVADA_RECORD_GOOD) << s;
    ASSERT_EQ(std::string(reader.base + reader.ends[0] + 1, reader.base + reader.ends[1]), s);
    ASSERT_EQ(levada_csv_next(&reader), LEVADA_RECORD_END);
  }
}

TEST(Put, Bytes) {
  EXPECT_EQ(put("hello", 12, levada_put_json_bytes), "\"aGVsbG8=\"");
  EXPECT_EQ(put("hell", 12, levada_put_csv_bytes), "aGVsbA==");
  EXPECT_EQ(put("", 4, levada_put_json_bytes), "\"\"");
  EXPECT_EQ(put(std::string("\x0a\xff\0", 3), 9, levada_put_hex), "x'0aff00'");
}

TEST(Put, TableCells) {
  EXPECT_EQ(put("a\tb\nc\rd\\e", 18, levada_put_table_str), "a\\tb\\nc\\rd\\\\e");
  EXPECT_EQ(put("a text of more than twelve", 52, levada_put_str), "a text of more than twelve");
  EXPECT_EQ(put("a text of more than twelve", 52, levada_put_table_str), "a text of more than twelve");
}
