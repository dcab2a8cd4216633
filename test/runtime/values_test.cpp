// Values of SQL types as `inspect` shows them: what lit tests of whole pipelines cannot make.
#include "runtime/control/values.h"
#include "runtime/abi/abi.h"

#include <gtest/gtest.h>
#include <string.h>

using namespace levada::rt;

namespace {

std::string shown(const char *type, const void *bytes, size_t size) {
  ValueType parsed;
  EXPECT_TRUE(parsed.parse(type)) << type;
  char value[16] = {};
  memcpy(value, bytes, size);
  Text text;
  append_value(text, parsed, value);
  return std::string(text.view());
}

template <typename T> std::string shown(const char *type, T value) {
  return shown(type, &value, sizeof value);
}

std::string nested(const char *type, const std::string &bytes) {
  levada_str value{};
  value.len = uint32_t(bytes.size());
  if (bytes.size() <= 12) {
    memcpy(value.inl, bytes.data(), bytes.size());
  } else {
    memcpy(value.prefix, bytes.data(), 4);
    value.ptr = bytes.data();
  }
  return shown(type, value);
}

TEST(Values, Types) {
  ValueType type;
  EXPECT_TRUE(type.parse("ROW<a INT NOT NULL, \"b c\\22\" MAP<STRING, ARRAY<DECIMAL(20, 3)>>> NOT NULL"));
  ASSERT_EQ(type.names.size(), 2u);
  EXPECT_EQ(type.names[1].view(), "b c\"");
  EXPECT_EQ(type.children[1].children[1].children[0].scale, 3);
  for (const char *bad : {"", "INTEGER", "DECIMAL(10", "ARRAY", "ARRAY<INT, INT>", "MAP<INT>", "ROW<INT>",
                          "ROW<a INT", "INT x", "ROW<\"a INT>"})
    EXPECT_FALSE(type.parse(bad)) << bad;
}

TEST(Values, Scalars) {
  EXPECT_EQ(shown("DECIMAL(10, 2)", int64_t(-5)), "-0.05");
  EXPECT_EQ(shown("DECIMAL(38, 0)", (levada_i128)1 << 100), "1267650600228229401496703205376");
  EXPECT_EQ(shown("TINYINT", int8_t(-128)), "-128");
  EXPECT_EQ(shown("DATE", int32_t(-1)), "\"1969-12-31\"");
  EXPECT_EQ(shown("TIME(0)", int32_t(3600000)), "\"01:00:00\"");
  EXPECT_EQ(shown("TIMESTAMP(3)", int64_t(-1)), "\"1969-12-31 23:59:59.999\"");
  EXPECT_EQ(shown("TIMESTAMP(6)", int64_t(-1)), "\"1969-12-31 23:59:59.999999\"");
  EXPECT_EQ(shown("TIMESTAMP(9)", (levada_i128)-1), "\"1969-12-31 23:59:59.999999999\"");
  EXPECT_EQ(shown("TIMESTAMP_LTZ(3)", int64_t(0)), "\"1970-01-01 00:00:00Z\"");
  EXPECT_EQ(shown("INTERVAL_MONTH", int32_t(-14)), "\"-1-02\"");
  EXPECT_EQ(shown("INTERVAL_SECOND", int64_t(-90061001)), "\"-1 01:01:01.001\"");
  EXPECT_EQ(shown("FLOAT", 0.1f), "0.1");
  EXPECT_EQ(shown("DOUBLE", 1e300), "1e+300");
  EXPECT_EQ(shown("DOUBLE", __builtin_nan("")), "\"NaN\"");
  EXPECT_EQ(shown("DOUBLE", -__builtin_inf()), "\"-inf\"");
  EXPECT_EQ(shown("BOOLEAN", true), "true");
}

TEST(Values, NestedOnesStayWithinTheirBytes) {
  EXPECT_EQ(nested("ROW<a INT, b STRING>", ""), "{\"a\":null,\"b\":null}");
  EXPECT_EQ(nested("ARRAY<INT>", ""), "[]");
  EXPECT_EQ(nested("MAP<STRING, INT>", ""), "{}");
  EXPECT_EQ(nested("ARRAY<INT>", std::string("\2\0\0\0\2\7\0\0\0\0\0\0\0", 13)), "[7,null]");
  EXPECT_EQ(nested("ARRAY<BIGINT>", std::string("\xff\xff\xff\xff", 4)), "[]");
  // A text that would begin behind the end.
  EXPECT_EQ(nested("ROW<s STRING>", std::string("\0\xff\xff\0\0\3\0\0\0", 9)), "{\"s\":\"\"}");
  EXPECT_EQ(nested("ROW<s STRING>", std::string("\0\x09\0\0\0\2\0\0\0hi", 11)), "{\"s\":\"hi\"}");
}

} // namespace
