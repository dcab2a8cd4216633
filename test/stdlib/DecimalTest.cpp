//===- DecimalTest.cpp - arithmetic on DECIMAL -----------------------------===//
#include "stdlib/cast.h"
#include "test/stdlib/Context.h"

#include "gtest/gtest.h"

namespace {

struct Decimal {
  __int128 value = 0;
  int scale = 0;
};

Decimal decimal(std::string_view s) {
  Decimal d;
  size_t point = s.find('.');
  d.scale = point == s.npos ? 0 : int(s.size() - point - 1);
  EXPECT_EQ(levada_parse_decimal(s.data(), s.size(), 38, d.scale, &d.value), LEVADA_VALUE) << s;
  return d;
}

std::string shown(levada_status status, __int128 value, int scale) {
  if (status != LEVADA_VALUE)
    return status == LEVADA_NULL ? "null" : "error";
  char text[LEVADA_PUT_DECIMAL + 2];
  return {text, levada_put_decimal(text, &value, scale)};
}

using Operation = levada_status (*)(levada_ctx *, const levada_i128 *, int32_t,
                                    const levada_i128 *, int32_t, int32_t, int32_t, levada_i128 *);

std::string apply(Operation op, std::string_view a, std::string_view b, int precision, int scale) {
  Context context;
  Decimal x = decimal(a), y = decimal(b);
  __int128 out = 0;
  levada_status status = op(context, &x.value, x.scale, &y.value, y.scale, precision, scale, &out);
  return shown(status, out, scale);
}

} // namespace

TEST(Decimal, Adds) {
  EXPECT_EQ(apply(levada_dec_add, "1.5", "2.25", 10, 2), "3.75");
  EXPECT_EQ(apply(levada_dec_sub, "1.5", "2.25", 10, 2), "-0.75");
  EXPECT_EQ(apply(levada_dec_add, "99.99", "0.01", 4, 2), "null");
  EXPECT_EQ(apply(levada_dec_add, "99999999999999999999999999999999999999", "0.5", 38, 0), "null");
  EXPECT_EQ(apply(levada_dec_add, "99999999999999999999999999999999999999",
                  "-0.00000000000000000000000000000000000001", 38, 0),
            "99999999999999999999999999999999999999");
  EXPECT_EQ(apply(levada_dec_add, "12345678901234567890123456789012345678",
                  "-0.4999999999999999999999999999999999999", 38, 0),
            "12345678901234567890123456789012345678");
}

TEST(Decimal, Multiplies) {
  EXPECT_EQ(apply(levada_dec_mul, "1.5", "-2.25", 10, 3), "-3.375");
  EXPECT_EQ(apply(levada_dec_mul, "12345678901234567890.123456789", "98765432109876543210", 38, 0),
            "null");
  EXPECT_EQ(apply(levada_dec_mul, "1234567890123456789.123456789", "1234567890123456789", 38, 0),
            "1524157875323883675171467786267337310");
  EXPECT_EQ(apply(levada_dec_mul, "0.00000000000000000000000000000000000005", "0.5", 38, 38),
            "0.00000000000000000000000000000000000003");
}

TEST(Decimal, Divides) {
  EXPECT_EQ(apply(levada_dec_div, "1514356320000", "6", 30, 11), "252392720000.00000000000");
  EXPECT_EQ(apply(levada_dec_div, "1", "3", 38, 37), "0.3333333333333333333333333333333333333");
  EXPECT_EQ(apply(levada_dec_div, "2", "3", 38, 6), "0.666667");
  EXPECT_EQ(apply(levada_dec_div, "-2", "3", 38, 6), "-0.666667");
  // Leading digits above 2^128 = 3.4e38.
  EXPECT_EQ(apply(levada_dec_div, "99.00", "27", 38, 6), "3.666667");
  EXPECT_EQ(apply(levada_dec_div, "-9", "2", 38, 6), "-4.500000");
  EXPECT_EQ(apply(levada_dec_div, "9", "10000000000000000000000000000000000000", 38, 38),
            "0.00000000000000000000000000000000000090");
  EXPECT_EQ(apply(levada_dec_div, "99999999999999999999999999999999999999",
                  "99999999999999999999999999999999999998", 38, 37),
            "1.0000000000000000000000000000000000000");
  EXPECT_EQ(apply(levada_dec_div, "1", "0.00000000000000000000000000000000000001", 38, 0), "null");
  EXPECT_EQ(apply(levada_dec_div, "0", "7", 10, 2), "0.00");
  EXPECT_EQ(apply(levada_dec_div, "1", "0", 10, 2), "error");
}

TEST(Decimal, TakesRemainders) {
  EXPECT_EQ(apply(levada_dec_mod, "7.5", "2", 10, 1), "1.5");
  EXPECT_EQ(apply(levada_dec_mod, "-7.5", "2", 10, 1), "-1.5");
  EXPECT_EQ(apply(levada_dec_mod, "5", "0.00000000000000000000000000000000000003", 38, 38),
            "0.00000000000000000000000000000000000002");
  EXPECT_EQ(apply(levada_dec_mod, "1", "0.0", 10, 2), "error");
}

TEST(Decimal, Compares) {
  auto compare = [](std::string_view a, std::string_view b) {
    Decimal x = decimal(a), y = decimal(b);
    return levada_dec_compare(&x.value, x.scale, &y.value, y.scale);
  };
  EXPECT_EQ(compare("1.50", "1.5"), 0);
  EXPECT_EQ(compare("-1.51", "-1.5"), -1);
  EXPECT_EQ(compare("99999999999999999999999999999999999999", "0.1"), 1);
  EXPECT_EQ(compare("-1", "1"), -1);
}

TEST(Decimal, CastsBetweenPrecisions) {
  auto cast = [](std::string_view a, int precision, int scale) {
    Decimal x = decimal(a);
    __int128 out = 0;
    levada_status status = levada_cast_dec_dec(nullptr, &x.value, x.scale, precision, scale, &out);
    if (x.value == int64_t(x.value) && x.scale <= 18 && precision <= 18) {
      int64_t narrow = 0;
      EXPECT_EQ(status, levada_cast_dec64_dec64(nullptr, int64_t(x.value), x.scale, precision,
                                                scale, &narrow))
          << a;
      if (status == LEVADA_VALUE)
        EXPECT_EQ(__int128(narrow), out);
    }
    return shown(status, out, scale);
  };
  EXPECT_EQ(cast("12.34561234", 8, 4), "12.3456");
  EXPECT_EQ(cast("12.345", 8, 2), "12.35");
  EXPECT_EQ(cast("-12.345", 8, 2), "-12.35");
  EXPECT_EQ(cast("12.344", 8, 2), "12.34");
  EXPECT_EQ(cast("12345", 8, 4), "null");
  EXPECT_EQ(cast("1234", 8, 4), "1234.0000");
  EXPECT_EQ(cast("999999999999999999", 18, 0), "999999999999999999");
  EXPECT_EQ(cast("999999999999999999", 18, 1), "null");
}
