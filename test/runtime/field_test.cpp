//===- field_test.cpp - fields of text to values --------------------------===//
//
// Each with what it takes, what is NULL and what it refuses; the quick forms
// against the general ones.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/field.h"
#include "test/runtime/format_fixture.h"

#include <random>

using namespace levada;
using namespace levada::test;

namespace {

/// "NULL", "ERROR" or what `show` makes of the value.
template <typename T, typename Parse> std::string got(const std::string &text, Parse parse) {
  Chunk chunk(text + "9,7"); // what stands behind a field is no part of it
  T value{};
  levada_status status = parse(&chunk.ctx, chunk.chunk.data, text.size(), &value);
  if (status != LEVADA_VALUE)
    return status == LEVADA_NULL ? "NULL" : "ERROR";
  if constexpr (std::is_same_v<T, levada_str>)
    return text_of(value);
  else if constexpr (std::is_same_v<T, levada_i128>)
    return std::to_string((int64_t)(value / 1000000000)) + "+" +
           std::to_string((int64_t)(value % 1000000000));
  else
    return std::to_string(value);
}

#define LEVADA_PLAIN(NAME, TYPE)                                                                   \
  std::string NAME(const std::string &s) {                                                         \
    return got<TYPE>(s, [](levada_ctx *, const char *p, uint64_t n, TYPE *out) {                   \
      return levada_field_##NAME(p, n, out);                                                       \
    });                                                                                            \
  }
#define LEVADA_TIMED(NAME, TYPE)                                                                   \
  std::string NAME(const std::string &s) { return got<TYPE>(s, levada_field_##NAME); }
std::string boolean(const std::string &s) {
  return got<bool>(s, [](levada_ctx *, const char *p, uint64_t n, bool *out) {
    return levada_field_bool(p, n, out);
  });
}
LEVADA_PLAIN(i8, int8_t)
LEVADA_PLAIN(i16, int16_t)
LEVADA_PLAIN(i32, int32_t)
LEVADA_PLAIN(i64, int64_t)
LEVADA_PLAIN(f32, float)
LEVADA_PLAIN(f64, double)
LEVADA_PLAIN(date, int32_t)
LEVADA_PLAIN(time, int32_t)
LEVADA_TIMED(ts3, int64_t)
LEVADA_TIMED(ts6, int64_t)
LEVADA_TIMED(ts9, levada_i128)
LEVADA_TIMED(ltz3, int64_t)
LEVADA_TIMED(ltz6, int64_t)
LEVADA_TIMED(bytes, levada_str)

std::string dec64(const std::string &s, int precision, int scale) {
  return got<int64_t>(s, [&](levada_ctx *, const char *p, uint64_t n, int64_t *out) {
    return levada_field_dec64(p, n, precision, scale, out);
  });
}

} // namespace

TEST(Field, Integers) {
  EXPECT_EQ(i32("0"), "0");
  EXPECT_EQ(i32("-0"), "0");
  EXPECT_EQ(i32("007"), "7");
  EXPECT_EQ(i32("+5"), "5");
  EXPECT_EQ(i32(" 12 "), "12");
  EXPECT_EQ(i32("2147483647"), "2147483647");
  EXPECT_EQ(i32("-2147483648"), "-2147483648");
  EXPECT_EQ(i64("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(i64("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(i64("123456789012345678"), "123456789012345678");
  EXPECT_EQ(i64("0000000000000000000000012"), "12");
  EXPECT_EQ(i8("127"), "127");
  EXPECT_EQ(i16("-32768"), "-32768");
  for (auto *s : {"2147483648", "-2147483649", "1.0", "1e3", "x", "1x", "-", "+", "--1", "1 2", "0x10"})
    EXPECT_EQ(i32(s), "ERROR") << s;
  EXPECT_EQ(i8("128"), "ERROR");
  EXPECT_EQ(i16("32768"), "ERROR");
  EXPECT_EQ(i64("9223372036854775808"), "ERROR");
  EXPECT_EQ(i64("99999999999999999999"), "ERROR");
  EXPECT_EQ(i32(""), "NULL");
  EXPECT_EQ(i32("  "), "NULL");
}

TEST(Field, IntegersOfAllLengths) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    int64_t v = (int64_t)(random() >> (random() % 64)) * (random() % 2 ? 1 : -1);
    EXPECT_EQ(i64(std::to_string(v)), std::to_string(v));
  }
}

TEST(Field, Booleans) {
  for (auto *s : {"true", "TRUE", " True "})
    EXPECT_EQ(boolean(s), "1") << s;
  for (auto *s : {"false", "False"})
    EXPECT_EQ(boolean(s), "0") << s;
  for (auto *s : {"1", "yes", "truer", "fals"})
    EXPECT_EQ(boolean(s), "ERROR") << s;
  EXPECT_EQ(boolean(""), "NULL");
}

TEST(Field, FloatingPoint) {
  EXPECT_EQ(f64("0.1"), std::to_string(0.1));
  EXPECT_EQ(f64("-12.5"), std::to_string(-12.5));
  EXPECT_EQ(f64("1e3"), std::to_string(1000.0));
  EXPECT_EQ(f64(" 3 "), std::to_string(3.0));
  EXPECT_EQ(f64(".5"), std::to_string(0.5));
  EXPECT_EQ(f64("5."), std::to_string(5.0));
  EXPECT_EQ(f64("NaN"), "nan");
  EXPECT_EQ(f64("-Infinity"), "-inf");
  EXPECT_EQ(f64(""), "NULL");
  for (auto *s : {"1,5", "x", "1e", "-", "1.2.3", "1 2"})
    EXPECT_EQ(f64(s), "ERROR") << s;
  EXPECT_EQ(f32("16777217"), std::to_string(16777216.0f));
  EXPECT_EQ(f32("0.3"), std::to_string(0.3f));
}

TEST(Field, FloatingPointIsExact) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20000; ++i) {
    std::string s = random() % 2 ? "-" : "";
    for (int k = 1 + random() % 12; k > 0; --k)
      s += (char)('0' + random() % 10);
    if (random() % 3) {
      s += '.';
      for (int k = 1 + random() % 9; k > 0; --k)
        s += (char)('0' + random() % 10);
    }
    Chunk chunk(s + ",");
    double d = 0;
    float f = 0;
    ASSERT_EQ(levada_field_f64(chunk.chunk.data, s.size(), &d), LEVADA_VALUE) << s;
    ASSERT_EQ(d, strtod(s.c_str(), nullptr)) << s;
    ASSERT_EQ(levada_field_f32(chunk.chunk.data, s.size(), &f), LEVADA_VALUE) << s;
    ASSERT_EQ(f, strtof(s.c_str(), nullptr)) << s;
  }
}

TEST(Field, Decimals) {
  EXPECT_EQ(dec64("12.34", 10, 2), "1234");
  EXPECT_EQ(dec64("-12.3", 10, 2), "-1230");
  EXPECT_EQ(dec64("12", 10, 2), "1200");
  EXPECT_EQ(dec64("12.345", 10, 2), "1235"); // half up
  EXPECT_EQ(dec64("-12.345", 10, 2), "-1235");
  EXPECT_EQ(dec64("1e2", 10, 2), "10000");
  EXPECT_EQ(dec64(" 1 ", 10, 2), "100");
  EXPECT_EQ(dec64("99999999.99", 10, 2), "9999999999");
  EXPECT_EQ(dec64("100000000", 10, 2), "NULL"); // does not fit
  EXPECT_EQ(dec64("999999999999999999", 18, 0), "999999999999999999");
  EXPECT_EQ(dec64("", 10, 2), "NULL");
  EXPECT_EQ(dec64("x", 10, 2), "ERROR");
}

TEST(Field, Dates) {
  EXPECT_EQ(date("1970-01-01"), "0");
  EXPECT_EQ(date("1969-12-31"), "-1");
  EXPECT_EQ(date("2000-02-29"), "11016");
  EXPECT_EQ(date("2024-03-01"), "19783");
  EXPECT_EQ(date("2015-9-1"), date("2015-09-01"));
  EXPECT_EQ(date(""), "NULL");
  for (auto *s : {"2024-13-01", "2024-00-10", "2024-01-00", "2024-01-32", "24-01-01", "2024/01/01",
                  "2024-01", "20240101", "2024-01-01x"})
    EXPECT_EQ(date(s), "ERROR") << s;
  // All days of 400 years, against counting.
  int32_t day = -719162; // 0001-01-01
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int y = 1; y <= 2400; ++y)
    for (int m = 0; m < 12; ++m) {
      bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
      int length = lengths[m] + (m == 1 && leap);
      for (int d = 1; d <= length; ++d, ++day) {
        if (y % 97 && d % 9)
          continue;
        char text[24];
        snprintf(text, sizeof text, "%04d-%02d-%02d", y, m + 1, d);
        ASSERT_EQ(date(text), std::to_string(day)) << text;
      }
    }
}

TEST(Field, Times) {
  EXPECT_EQ(time("00:00:01"), "1000");
  EXPECT_EQ(time("23:59:59.999"), "86399999");
  EXPECT_EQ(time("x"), "ERROR");
  EXPECT_EQ(time(""), "NULL");
}

TEST(Field, Timestamps) {
  EXPECT_EQ(ts3("1970-01-01 00:00:00"), "0");
  EXPECT_EQ(ts3("1970-01-01T00:00:00"), "0");
  EXPECT_EQ(ts3("1970-01-01 00:00:00.123"), "123");
  EXPECT_EQ(ts3("1970-01-01 00:00:00.123456"), "123"); // finer is cut
  EXPECT_EQ(ts3("1970-01-01 00:00:00.5"), "500");
  EXPECT_EQ(ts3("1969-12-31 23:59:59.999"), "-1");
  EXPECT_EQ(ts3("2024-02-29 12:30:00"), "1709209800000");
  EXPECT_EQ(ts3("2024-02-29 12:30"), "1709209800000");
  EXPECT_EQ(ts3("2024-02-29T12:30:00Z"), "1709209800000");
  EXPECT_EQ(ts3("2024-02-29T12:30:00+02:00"), "1709209800000"); // a local time
  EXPECT_EQ(ts3(" 2024-02-29 12:30:00 "), "1709209800000");
  EXPECT_EQ(ts6("1970-01-01 00:00:00.123456"), "123456");
  EXPECT_EQ(ts6("1969-12-31 23:59:59.999999"), "-1");
  EXPECT_EQ(ts6("1970-01-01 00:00:01"), "1000000");
  EXPECT_EQ(ts9("1970-01-01 00:00:01.123456789"), "1+123456789");
  EXPECT_EQ(ltz3("1970-01-01 00:00:00Z"), "0");
  EXPECT_EQ(ltz3("1970-01-01T00:00:00.001Z"), "1");
  EXPECT_EQ(ltz3("1970-01-01T02:00:00+02:00"), "0");
  EXPECT_EQ(ltz3("1970-01-01T02:00:00+0200"), "0");
  EXPECT_EQ(ltz3("1969-12-31 23:00:00-01"), "0");
  EXPECT_EQ(ltz3("1970-01-01 00:00:00"), "0"); // the session's zone: UTC
  EXPECT_EQ(ltz6("1970-01-01T00:00:00.000001Z"), "1");
  EXPECT_EQ(ts3(""), "NULL");
  for (auto *s : {"2024-02-29", "2024-02-29 25:00:00", "2024-02-29 12:60:00", "2024-02-29 12:00:60",
                  "2024-02-32 12:00:00", "12:00:00", "2024-02-29_12:00:00", "2024-02-29 12:00:00 x",
                  "2024-02-29 12:00:00+1", "2024-02-29 12:00:00+01:0", "1709209800"})
    EXPECT_EQ(ts3(s), "ERROR") << s;
}

TEST(Field, TimestampsByPattern) {
  auto by = [](const std::string &s, const char *pattern, int unit, bool local) {
    return got<int64_t>(s, [&](levada_ctx *ctx, const char *p, uint64_t n, int64_t *out) {
      return levada_field_pattern(ctx, p, n, pattern, unit, local, out);
    });
  };
  EXPECT_EQ(by("29/Feb/2024:12:30:00 +0000", "dd/MMM/yyyy:HH:mm:ss Z", 3, true), "1709209800000");
  EXPECT_EQ(by("29/Feb/2024:14:30:00 +0200", "dd/MMM/yyyy:HH:mm:ss Z", 3, true), "1709209800000");
  EXPECT_EQ(by("29/Feb/2024:12:30:00", "dd/MMM/yyyy:HH:mm:ss", 6, false), "1709209800000000");
  EXPECT_EQ(by("", "dd", 3, false), "NULL");
  EXPECT_EQ(by("x", "dd/MM/yyyy", 3, false), "ERROR");
}

TEST(Field, Base64) {
  EXPECT_EQ(bytes("aGVsbG8="), "hello");
  EXPECT_EQ(bytes("aGVsbG8"), "hello");
  EXPECT_EQ(bytes("YQ=="), "a");
  EXPECT_EQ(bytes("bW9yZSB0aGFuIHR3ZWx2ZSBieXRlcw=="), "more than twelve bytes");
  EXPECT_EQ(bytes(""), "NULL");
  EXPECT_EQ(bytes("a"), "ERROR");
  EXPECT_EQ(bytes("a*bc"), "ERROR");
}

TEST(Field, ViewsOfAllLengths) {
  std::string all = "abcdefghijklmnopqrstuvwxyz";
  Chunk chunk(all);
  for (uint64_t n = 0; n <= all.size(); ++n) {
    levada_str s;
    levada_field_str(chunk.chunk.data, n, &s);
    EXPECT_EQ(text_of(s), all.substr(0, n));
    for (uint64_t i = n; n <= 12 && i < 12; ++i)
      EXPECT_EQ(s.inl[i], 0);
    if (n > 12)
      EXPECT_EQ(std::string(s.prefix, 4), "abcd");
  }
}

TEST(Field, Reasons) {
  Chunk chunk("");
  auto reason = [&](const std::string &s, const char *type) {
    levada_str out;
    levada_field_reason(&chunk.ctx, s.data(), s.size(), type, &out);
    return text_of(out);
  };
  EXPECT_EQ(reason("abc", "INT"), "`abc` is not an INT");
  EXPECT_EQ(reason("", "DOUBLE"), "`` is not a DOUBLE");
  EXPECT_EQ(reason(std::string(100, 'x'), "DATE"), "`" + std::string(40, 'x') + "…` is not a DATE");
}

TEST(Field, Utf8) {
  using formats::valid_utf8;
  auto valid = [](std::string s) { return valid_utf8(s.data(), s.size()); };
  for (auto *s : {"", "plain ascii text", "é", "€ ", "😀", "\x7f", "ends with é", "\xed\x9f\xbf",
                  "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(valid(s)) << s;
  for (auto *s : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe2\x82", "\xe0\x9f\xbf", "\xed\xa0\x80",
                  "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "12345678\xc3",
                  "\xc3\xa9\xa9"})
    EXPECT_FALSE(valid(s)) << s;
}
