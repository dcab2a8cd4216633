//===- TimeTest.cpp - dates, times and zones -------------------------------===//
#include "stdlib/cast.h"
#include "stdlib/zone.h"
#include "test/stdlib/Context.h"

#include "gtest/gtest.h"

#include <fstream>
#include <iterator>

extern "C" {
levada_status levada_fn_to_timestamp(levada_ctx *, const levada_str &, int64_t *);
levada_status levada_fn_to_timestamp_pattern(levada_ctx *, const levada_str &, const levada_str &,
                                             int64_t *);
levada_status levada_fn_date_format_ts3(levada_ctx *, int64_t, const levada_str &, levada_str *);
levada_status levada_fn_to_date_pattern(levada_ctx *, const levada_str &, const levada_str &,
                                        int32_t *);
int64_t levada_fn_extract_ts3(const levada_str &, int64_t);
int64_t levada_fn_floor_to_ts3(int64_t, const levada_str &);
int64_t levada_fn_ceil_to_ts3(int64_t, const levada_str &);
int64_t levada_fn_timestampadd_ts3(const levada_str &, int64_t, int64_t);
int32_t levada_fn_timestampdiff_ts3(const levada_str &, int64_t, int64_t);
int64_t levada_fn_unix_timestamp(levada_ctx *, const levada_str &);
}

namespace {

/// Milliseconds of yyyy-MM-dd HH:mm:ss[.f].
int64_t at(std::string_view text) {
  int64_t ms = 0;
  EXPECT_TRUE(levada_parse_ts3(text.data(), text.size(), LEVADA_TIME_SPACE | LEVADA_TIME_LENIENT, &ms))
      << text;
  return ms;
}
std::string shown(int64_t ms) {
  char text[LEVADA_PUT_TS];
  return {text, levada_put_ts3(text, ms, -1, ' ')};
}
std::string parsed(std::string_view text, int32_t flags) {
  __int128 ns = 0;
  if (!levada_parse_ts9(text.data(), text.size(), flags, &ns))
    return "no";
  char out[LEVADA_PUT_TS];
  return {out, levada_put_ts9(out, &ns, -1, ' ')};
}
std::string byPattern(std::string_view text, std::string_view pattern) {
  Context context;
  int64_t ms = 0;
  return levada_fn_to_timestamp_pattern(context, str(text), str(pattern), &ms) == LEVADA_VALUE
             ? shown(ms)
             : "NULL";
}
std::string formatted(std::string_view time, std::string_view pattern) {
  Context context;
  levada_str out = {};
  return levada_fn_date_format_ts3(context, at(time), str(pattern), &out) == LEVADA_VALUE
             ? text(out)
             : "ERROR";
}

} // namespace

TEST(Time, ParsesSqlTimestamps) {
  constexpr int32_t sql = LEVADA_TIME_SPACE;
  EXPECT_EQ(parsed("2001-01-14 09:05:00", sql), "2001-01-14 09:05:00");
  EXPECT_EQ(parsed("2001-01-14 09:05:00.123456789", sql), "2001-01-14 09:05:00.123456789");
  EXPECT_EQ(parsed("2021-02-30 00:00:00", sql), "2021-02-28 00:00:00");
  EXPECT_EQ(parsed("2021-02-28 24:00:00", sql), "2021-03-01 00:00:00");
  EXPECT_EQ(parsed("1969-12-31 23:59:59.5", sql), "1969-12-31 23:59:59.5");
  EXPECT_EQ(parsed("-0044-03-15 12:00:00", sql), "-0044-03-15 12:00:00");
  for (const char *bad : {"", "2001-01-14", "2001-01-14T09:05:00", "2001-1-14 09:05:00",
                          "2001-01-14 09:05", "2001-13-14 09:05:00", "2001-01-14 25:05:00",
                          "2001-01-14 09:05:00Z", "2001-01-14 09:05:60", "20010-01-14 09:05:00",
                          "2001-01-14 09:05:00.1234567890"})
    EXPECT_EQ(parsed(bad, sql), "no") << bad;
  EXPECT_EQ(parsed("2001-01-14 09:05:00Z", sql | LEVADA_TIME_Z), "2001-01-14 09:05:00");
  EXPECT_EQ(parsed("2001-01-14 09:05:00", sql | LEVADA_TIME_Z), "no");
}

TEST(Time, ParsesIsoTimestamps) {
  constexpr int32_t iso = LEVADA_TIME_T;
  EXPECT_EQ(parsed("2001-01-14T09:05", iso), "2001-01-14 09:05:00");
  EXPECT_EQ(parsed("2001-01-14T09:05:06.7", iso), "2001-01-14 09:05:06.7");
  EXPECT_EQ(parsed("2001-01-14T09:05:06.", iso), "no");
  EXPECT_EQ(parsed("2001-01-14T09:05:06+02:00", iso), "no");
  EXPECT_EQ(parsed("2001-01-14T09:05:06+02:00", iso | LEVADA_TIME_Z), "2001-01-14 07:05:06");
}

TEST(Time, CastsText) {
  auto cast = [](std::string_view s, int digits) -> std::string {
    levada_str value = str(s);
    int64_t ms = 0;
    return levada_cast_str_ts3(nullptr, &value, digits, &ms) == LEVADA_VALUE ? shown(ms) : "ERROR";
  };
  EXPECT_EQ(cast("2021-09-27", 3), "2021-09-27 00:00:00");
  EXPECT_EQ(cast("2021-9-7 1:2:3.456789", 3), "2021-09-07 01:02:03.456");
  EXPECT_EQ(cast("2021-09-27 12:34:56.789", 0), "2021-09-27 12:34:56");
  EXPECT_EQ(cast("12:34", 3), "ERROR");
  auto date = [](std::string_view s) -> std::string {
    levada_str value = str(s);
    int32_t days = 0;
    if (levada_cast_str_date(nullptr, &value, &days) != LEVADA_VALUE)
      return "ERROR";
    char out[LEVADA_PUT_DATE];
    return {out, levada_put_date(out, days)};
  };
  EXPECT_EQ(date("12"), "0012-01-01");
  EXPECT_EQ(date("2021-09-27 11:00:00"), "2021-09-27");
  EXPECT_EQ(date(" 2021 - 9 - 7"), "2021-09-07");
  EXPECT_EQ(date("2021-02-29"), "ERROR");
}

TEST(Time, ReadsJavaPatterns) {
  EXPECT_EQ(byPattern("29/Jan/2018:10:37:55", "dd/MMM/yyyy:HH:mm:ss"), "2018-01-29 10:37:55");
  EXPECT_EQ(byPattern("20170915103059123", "yyyyMMddHHmmssSSS"), "2017-09-15 10:30:59.123");
  EXPECT_EQ(byPattern("2017-09-15", "yyyy-MM-dd"), "2017-09-15 00:00:00");
  EXPECT_EQ(byPattern("9/5/17 3:07 PM", "M/d/yy h:mm a"), "2017-09-05 15:07:00");
  EXPECT_EQ(byPattern("2023-01-01T00:00:00Z", "yyyy-MM-dd'T'HH:mm:ss[.SSS]X"),
            "2023-01-01 00:00:00");
  EXPECT_EQ(byPattern("Monday, 5 March 2018", "EEEE, d MMMM yyyy"), "2018-03-05 00:00:00");
  EXPECT_EQ(byPattern("2018-064", "yyyy-DDD"), "2018-03-05 00:00:00");
  // What the pattern does not fit is read as java.sql does.
  EXPECT_EQ(byPattern("1999-9-10 05:20:10", "yyyy-MM-dd HH:mm:ss"), "1999-09-10 05:20:10");
  EXPECT_EQ(byPattern("29/Foo/2018", "dd/MMM/yyyy"), "NULL");
  EXPECT_EQ(byPattern("2018-01-29x", "yyyy-MM-dd"), "NULL");
  Context context;
  int32_t days = 0;
  EXPECT_EQ(levada_fn_to_date_pattern(context, str("2018/2/31 rest"), str("yyyy/MM/dd"), &days),
            LEVADA_VALUE);
  EXPECT_EQ(days, at("2018-03-03") / 86400000);
}

TEST(Time, WritesJavaPatterns) {
  EXPECT_EQ(formatted("2018-03-05 15:02:03.456", "yyyy/MM/dd HH:mm:ss.SSS"),
            "2018/03/05 15:02:03.456");
  EXPECT_EQ(formatted("2018-03-05 15:02:03", "EEE d MMM yy h:mm a 'o''clock'"),
            "Mon 5 Mar 18 3:02 PM o'clock");
  EXPECT_EQ(formatted("2018-03-05 15:02:03", "'{hour}' k"), "{hour} 15");
  EXPECT_EQ(formatted("2018-03-05 15:02:03", "yyyy-b"), "ERROR");
}

TEST(Time, TakesPartsBefore1970) {
  int64_t t = at("1969-12-31 23:30:15.250");
  EXPECT_EQ(levada_fn_extract_ts3(str("YEAR"), t), 1969);
  EXPECT_EQ(levada_fn_extract_ts3(str("DAY"), t), 31);
  EXPECT_EQ(levada_fn_extract_ts3(str("HOUR"), t), 23);
  EXPECT_EQ(levada_fn_extract_ts3(str("MILLISECOND"), t), 250);
  EXPECT_EQ(levada_fn_extract_ts3(str("DOW"), t), 4);
  EXPECT_EQ(levada_fn_extract_ts3(str("WEEK"), at("2016-01-01")), 53);
  EXPECT_EQ(levada_fn_extract_ts3(str("MILLENNIUM"), at("2000-12-31")), 2);
  EXPECT_EQ(shown(levada_fn_floor_to_ts3(t, str("HOUR"))), "1969-12-31 23:00:00");
  EXPECT_EQ(shown(levada_fn_floor_to_ts3(t, str("DAY"))), "1969-12-31 00:00:00");
  EXPECT_EQ(shown(levada_fn_ceil_to_ts3(t, str("MINUTE"))), "1969-12-31 23:31:00");
  EXPECT_EQ(shown(levada_fn_floor_to_ts3(at("2020-02-29 01:56:59"), str("WEEK"))),
            "2020-02-23 00:00:00");
}

TEST(Time, AddsAndSubtractsUnits) {
  EXPECT_EQ(shown(levada_fn_timestampadd_ts3(str("MONTH"), -1, at("2016-03-31"))),
            "2016-02-29 00:00:00");
  EXPECT_EQ(shown(levada_fn_timestampadd_ts3(str("SQL_TSI_SECOND"), 5, at("2016-03-31"))),
            "2016-03-31 00:00:05");
  EXPECT_EQ(levada_fn_timestampdiff_ts3(str("SECOND"), at("2016-03-31"), at("2016-03-31 00:01:00.9")),
            60);
  EXPECT_EQ(levada_fn_timestampdiff_ts3(str("MONTH"), at("2016-01-31 10:00:00"),
                                        at("2016-02-29 09:00:00")),
            0);
  EXPECT_EQ(levada_fn_timestampdiff_ts3(str("DAY"), at("2016-03-02"), at("2016-03-01 12:00:00")), 0);
}

TEST(Time, KnowsZones) {
  std::ifstream file("/usr/share/zoneinfo/Europe/Berlin", std::ios::binary);
  if (!file)
    GTEST_SKIP() << "no time zones here";
  std::string data{std::istreambuf_iterator<char>(file), {}};
  Context context;
  context.program.time_zone = "Europe/Berlin";
  context.program.zone_data = data.data();
  context.program.zone_size = uint32_t(data.size());
  auto local = [&](std::string_view utc) {
    return shown(levada_zone_to_local_ms(context, at(utc)));
  };
  auto utc = [&](std::string_view local) {
    return shown(levada_zone_to_utc_ms(context, at(local)));
  };
  EXPECT_EQ(local("2021-07-01 12:00:00"), "2021-07-01 14:00:00");
  EXPECT_EQ(local("2021-12-01 12:00:00"), "2021-12-01 13:00:00");
  EXPECT_EQ(local("2090-07-01 12:00:00"), "2090-07-01 14:00:00"); // by the rule
  EXPECT_EQ(local("2090-12-01 12:00:00"), "2090-12-01 13:00:00");
  EXPECT_EQ(utc("2021-03-28 02:30:00"), "2021-03-28 01:30:00"); // in the gap: 03:30
  EXPECT_EQ(utc("2021-10-31 02:30:00"), "2021-10-31 00:30:00"); // twice: the earlier
  EXPECT_EQ(utc("2021-10-31 03:30:00"), "2021-10-31 02:30:00");
  EXPECT_EQ(levada_fn_unix_timestamp(context, str("1970-01-01 01:00:00")), 0);
  levada::zone::Zone zone;
  EXPECT_TRUE(levada::zone::parseFixed("GMT+08:30", 9, &zone));
  EXPECT_EQ(zone.fixed, 30600);
  EXPECT_FALSE(levada::zone::parseFixed("Europe/Berlin", 13, &zone));
}
