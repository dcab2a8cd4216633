//===- JavaTest.cpp - what follows Java to the last digit ------------------===//
#include "stdlib/java_float.h"
#include "stdlib/java_regex.h"
#include "stdlib/utf8.h"
#include "test/stdlib/Context.h"

#include "gtest/gtest.h"

using levada::javaregex::Reading;

static std::string f64(double value) {
  char text[32];
  return {text, levada_put_java_f64(text, value)};
}
static std::string f32(float value) {
  char text[32];
  return {text, levada_put_java_f32(text, value)};
}

TEST(JavaFloat, DigitsOfJava17) {
  EXPECT_EQ(f64(0.1), "0.1");
  EXPECT_EQ(f64(1e7), "1.0E7");
  EXPECT_EQ(f64(9999999), "9999999.0");
  EXPECT_EQ(f64(1e-3), "0.001");
  EXPECT_EQ(f64(9.5e-4), "9.5E-4");
  EXPECT_EQ(f64(2.0 / 9223372036854775807.0), "2.1684043449710089E-19");
  EXPECT_EQ(f64(4.9e-324), "4.9E-324");
  EXPECT_EQ(f64(1.7976931348623157e308), "1.7976931348623157E308");
  EXPECT_EQ(f64(-0.0), "-0.0");
  EXPECT_EQ(f32(2147483648.0f), "2.14748365E9");
  EXPECT_EQ(f32(16777216.0f), "1.6777216E7");
  EXPECT_EQ(f32(3.4e38f), "3.4E38");
  EXPECT_EQ(f32(1e11f), "9.9999998E10");
}

static std::string regex(const char *pattern, Reading expected = Reading::Good) {
  std::string out;
  EXPECT_EQ(levada::javaregex::translate(pattern, strlen(pattern), out), expected) << pattern;
  return out;
}

TEST(JavaRegex, IsWrittenForRE2) {
  EXPECT_EQ(regex("(?<y>\\d+)"), "(?P<y>\\d+)");
  EXPECT_EQ(regex("\\p{Upper}x"), "[A-Z]x");
  EXPECT_EQ(regex("[\\p{Digit}_]"), "[0-9_]");
  EXPECT_EQ(regex("\\Qa.b\\E"), "a\\.b");
  EXPECT_EQ(regex("[a-c&&[^b]]"), "[\\x{61}\\x{63}]");
  EXPECT_EQ(regex("[a[bc]]"), "[abc]");
  EXPECT_EQ(regex("\\u0041"), "\\x{41}");
}

TEST(JavaRegex, WhatBacktracksIsNamed) {
  regex("(a)\\1", Reading::Backtracks);
  regex("a(?=b)", Reading::Backtracks);
  regex("(?<!a)b", Reading::Backtracks);
  regex("a++", Reading::Backtracks);
  regex("a{", Reading::Broken);
  regex("a)", Reading::Broken);
  regex("(a", Reading::Broken);
  regex("\\y", Reading::Broken);
}

TEST(Utf8, MalformedBytesAreReplacedAsJavaDoes) {
  Context ctx;
  auto repaired = [&](std::string_view bytes) { return text(levada::text::repaired(ctx, str(bytes))); };
  EXPECT_EQ(repaired("a\xC3\xA9"), "a\xC3\xA9");
  EXPECT_EQ(repaired("\xFF"), "\xEF\xBF\xBD");
  EXPECT_EQ(repaired("\xE2\x82"), "\xEF\xBF\xBD");
  EXPECT_EQ(repaired("\xE2\x28"), "\xEF\xBF\xBD\x28");
  EXPECT_EQ(repaired("\xED\xA0\x80"), "\xEF\xBF\xBD");
  EXPECT_EQ(repaired("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}
