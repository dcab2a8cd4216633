//===- NumberTest.cpp - numbers out of text and into it --------------------===//
#include "stdlib/cast.h"
#include "test/stdlib/Context.h"

#include "gtest/gtest.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <random>

static std::string put(double value) {
  char text[LEVADA_PUT_F64];
  return {text, levada_put_f64(text, value)};
}
static std::string put(float value) {
  char text[LEVADA_PUT_F64];
  return {text, levada_put_f32(text, value)};
}

TEST(Number, PrintsDoublesAsJavaDoes) {
  EXPECT_EQ(put(0.0), "0.0");
  EXPECT_EQ(put(-0.0), "-0.0");
  EXPECT_EQ(put(1.0), "1.0");
  EXPECT_EQ(put(-123.456789), "-123.456789");
  EXPECT_EQ(put(0.001), "0.001");
  EXPECT_EQ(put(0.0001), "1.0E-4");
  EXPECT_EQ(put(9999999.0), "9999999.0");
  EXPECT_EQ(put(1e7), "1.0E7");
  EXPECT_EQ(put(2e23), "2.0E23");
  EXPECT_EQ(put(4.9e-324), "4.9E-324");
  EXPECT_EQ(put(9.8813129168249309e-324), "9.9E-324");
  EXPECT_EQ(put(1.7976931348623157e308), "1.7976931348623157E308");
  EXPECT_EQ(put(2.2250738585072014e-308), "2.2250738585072014E-308");
  EXPECT_EQ(put(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(put(NAN), "NaN");
  EXPECT_EQ(put(-INFINITY), "-Infinity");
  EXPECT_EQ(put(1.1f), "1.1");
  EXPECT_EQ(put(16777216.0f), "1.6777216E7");
  EXPECT_EQ(put(1.4e-45f), "1.4E-45");
  EXPECT_EQ(put(3.4028235e38f), "3.4028235E38");
  EXPECT_EQ(put(1.17549435e-38f), "1.1754944E-38");
}

TEST(Number, DoublesReadBack) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 300000; ++i) {
    uint64_t bits = random();
    double value, back = 0;
    memcpy(&value, &bits, 8);
    if (value != value || std::isinf(value))
      continue;
    std::string s = put(value);
    ASSERT_TRUE(levada_parse_f64(s.data(), s.size(), &back)) << s;
    ASSERT_EQ(memcmp(&value, &back, 8), 0) << s;
    char shortest[64];
    auto end = std::to_chars(shortest, shortest + 64, value, std::chars_format::scientific).ptr;
    // No more digits than the shortest, but for Java's two at least.
    auto count = [](std::string_view t) {
      int digits = 0;
      for (char c : t.substr(0, t.find_first_of("eE")))
        digits += c >= '0' && c <= '9';
      return digits;
    };
    std::string java = s.find('E') != s.npos ? s : "";
    if (!java.empty()) {
      ASSERT_LE(count(java), std::max(2, count({shortest, size_t(end - shortest)}))) << s;
    }
  }
  for (int i = 0; i < 300000; ++i) {
    uint32_t bits = uint32_t(random());
    float value, back = 0;
    memcpy(&value, &bits, 4);
    if (value != value || std::isinf(value))
      continue;
    std::string s = put(value);
    ASSERT_TRUE(levada_parse_f32(s.data(), s.size(), &back)) << s;
    ASSERT_EQ(memcmp(&value, &back, 4), 0) << s;
  }
}

TEST(Number, ParsesDoublesExactly) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 300000; ++i) {
    std::string s;
    int digits = int(random() % 24) + 1, point = int(random() % 25);
    for (int k = 0; k < digits; ++k) {
      if (k == point)
        s += '.';
      s += char('0' + random() % 10);
    }
    if (random() % 2)
      s += "e" + std::to_string(int(random() % 660) - 340);
    double ours = -1, theirs = strtod(s.c_str(), nullptr);
    ASSERT_TRUE(levada_parse_f64(s.data(), s.size(), &ours)) << s;
    ASSERT_EQ(memcmp(&ours, &theirs, 8), 0) << s << " " << ours << " " << theirs;
    float ourFloat = -1, theirFloat = strtof(s.c_str(), nullptr);
    ASSERT_TRUE(levada_parse_f32(s.data(), s.size(), &ourFloat)) << s;
    ASSERT_EQ(memcmp(&ourFloat, &theirFloat, 4), 0) << s;
  }
}

TEST(Number, TakesJavasFormsOfDoublesAndNoOthers) {
  auto parse = [](std::string_view s) {
    double value = -7;
    return levada_parse_f64(s.data(), s.size(), &value) ? value : -99;
  };
  EXPECT_EQ(parse("1.5"), 1.5);
  EXPECT_EQ(parse(" 1.5d "), 1.5);
  EXPECT_EQ(parse("+.5e1"), 5);
  EXPECT_EQ(parse("5."), 5);
  EXPECT_EQ(parse("0x1.8p1"), 3);
  EXPECT_EQ(parse("-Infinity"), -INFINITY);
  EXPECT_EQ(parse("1e400"), INFINITY);
  for (const char *bad : {"", " ", ".", "e5", "1e", "1.5x", "inf", "nan", "0x1", "1 5", "--1", "1,5"})
    EXPECT_EQ(parse(bad), -99) << bad;
}

TEST(Number, ParsesIntegersWithinTheirType) {
  int8_t i8 = 0;
  int64_t i64 = 0;
  EXPECT_TRUE(levada_parse_i8("-128", 4, &i8) && i8 == -128);
  EXPECT_FALSE(levada_parse_i8("128", 3, &i8));
  EXPECT_TRUE(levada_parse_i8("+0000000000000000000000127", 26, &i8) && i8 == 127);
  EXPECT_TRUE(levada_parse_i64("-9223372036854775808", 20, &i64) && i64 == INT64_MIN);
  EXPECT_TRUE(levada_parse_i64("9223372036854775807", 19, &i64) && i64 == INT64_MAX);
  EXPECT_FALSE(levada_parse_i64("9223372036854775808", 19, &i64));
  EXPECT_FALSE(levada_parse_i64("99999999999999999999", 20, &i64));
  EXPECT_FALSE(levada_parse_i64("", 0, &i64));
  EXPECT_FALSE(levada_parse_i64("-", 1, &i64));
  EXPECT_FALSE(levada_parse_i64("1_0", 3, &i64));
}

TEST(Number, ParsesDecimalsHalfUp) {
  auto parse = [](std::string_view s, int precision, int scale) -> std::string {
    __int128 wide = 0;
    levada_status status = levada_parse_decimal(s.data(), s.size(), precision, scale, &wide);
    if (precision <= 18) {
      int64_t narrow = 0;
      EXPECT_EQ(status, levada_parse_decimal64(s.data(), s.size(), precision, scale, &narrow)) << s;
      if (status == LEVADA_VALUE)
        EXPECT_EQ(__int128(narrow), wide) << s;
    }
    return status == LEVADA_NULL ? "null" : status == LEVADA_ERROR ? "error" : text(wide);
  };
  EXPECT_EQ(parse("12.345", 5, 3), "12345");
  EXPECT_EQ(parse("12.3455", 5, 3), "12346");
  EXPECT_EQ(parse("-12.3455", 5, 3), "-12346");
  EXPECT_EQ(parse("12.34549999", 5, 3), "12345");
  EXPECT_EQ(parse("+1", 5, 3), "1000");
  EXPECT_EQ(parse("1e2", 5, 2), "10000");
  EXPECT_EQ(parse("123.45E-2", 5, 3), "1235");
  EXPECT_EQ(parse("100", 5, 3), "null");
  EXPECT_EQ(parse("99.9995", 5, 3), "null");
  EXPECT_EQ(parse("0.00000000000000000000000000000000000000000001", 5, 3), "0");
  EXPECT_EQ(parse("99999999999999999999999999999999999999", 38, 0),
            "99999999999999999999999999999999999999");
  EXPECT_EQ(parse("99999999999999999999999999999999999999.4", 38, 0),
            "99999999999999999999999999999999999999");
  EXPECT_EQ(parse("99999999999999999999999999999999999999.5", 38, 0), "null");
  EXPECT_EQ(parse("1e38", 38, 0), "null");
  EXPECT_EQ(parse("1e-50", 38, 10), "0");
  for (const char *bad : {"", "-", ".", "1.2.3", "abc", "1e", "1 ", " 1", "0x1", "NaN"})
    EXPECT_EQ(parse(bad, 10, 2), "error") << bad;
}

TEST(Number, PrintsDecimalsPlainly) {
  auto print = [](__int128 value, int scale) {
    char text[LEVADA_PUT_DECIMAL + 2];
    return std::string(text, levada_put_decimal(text, &value, scale));
  };
  EXPECT_EQ(print(12345, 3), "12.345");
  EXPECT_EQ(print(-5, 3), "-0.005");
  EXPECT_EQ(print(0, 2), "0.00");
  EXPECT_EQ(print(42, 0), "42");
  __int128 big = 1;
  for (int i = 0; i < 38; ++i)
    big *= 10;
  EXPECT_EQ(print(big - 1, 0), "99999999999999999999999999999999999999");
  EXPECT_EQ(print(1 - big, 38), "-0.99999999999999999999999999999999999999");
  EXPECT_EQ(print(big - 1, 19), "9999999999999999999.9999999999999999999");
}
