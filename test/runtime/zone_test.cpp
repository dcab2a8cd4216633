//===- zone_test.cpp - TZif, and windows in local time --------------------===//
//
// Berlin by its rule alone, and a zone made of transitions; on the days when
// clocks change a window of a day has 23 or 25 hours.
//
//===----------------------------------------------------------------------===//
#include "test/runtime/zone_data.h"

using namespace levada;
using namespace levada::rt;
using namespace levada::test;

static constexpr int64_t hour = 3600000;
static const int64_t spring = 1711846800000; // 2024-03-31T01:00Z: 02:00 becomes 03:00
static const int64_t autumn = 1729990800000; // 2024-10-27T01:00Z: 03:00 becomes 02:00

struct ZoneTest : testing::Test {
  std::string bytes = tzif({}, "CET-1CEST,M3.5.0,M10.5.0/3");
  Zone *zone = zone_open(bytes.data(), (uint32_t)bytes.size());
  ~ZoneTest() override { zone_close(zone); }
};

TEST_F(ZoneTest, FollowsTheRule) {
  ASSERT_NE(zone, nullptr);
  EXPECT_EQ(zone_period(zone, spring - 1).offset, hour);
  EXPECT_EQ(zone_period(zone, spring).offset, 2 * hour);
  EXPECT_EQ(zone_period(zone, spring).from, spring);
  EXPECT_EQ(zone_period(zone, spring).until, autumn);
  EXPECT_EQ(zone_period(zone, autumn).offset, hour);
  EXPECT_EQ(zone_period(zone, -1).offset, hour);
  EXPECT_EQ(zone_period(zone, 4102444800000 + 180 * 24 * hour).offset, 2 * hour); // mid 2100
}

TEST_F(ZoneTest, TurnsLocalTimeIntoInstants) {
  EXPECT_EQ(zone_instant(zone, spring + hour - 1), spring - 1);          // 01:59:59.999
  EXPECT_EQ(zone_instant(zone, spring + hour), spring);                  // 02:00 moves to 03:00
  EXPECT_EQ(zone_instant(zone, spring + hour + 5), spring + 5);          // 02:00:00.005
  EXPECT_EQ(zone_instant(zone, spring + 2 * hour), spring);              // 03:00
  EXPECT_EQ(zone_instant(zone, autumn + hour + 1), autumn - hour + 1);   // 02:00:00.001: the first
  EXPECT_EQ(zone_last_instant(zone, autumn + hour + 1), autumn + 1);     // and the second
  EXPECT_EQ(zone_last_instant(zone, spring + hour + 5), spring - 1);     // in the gap
  EXPECT_EQ(zone_last_instant(zone, spring + 2 * hour), spring);
}

TEST_F(ZoneTest, KnowsTheLowestTimeToCome) {
  EXPECT_EQ(zone_horizon(zone, spring - 1), spring + hour - 1);
  EXPECT_EQ(zone_horizon(zone, spring), spring + 2 * hour);
  EXPECT_EQ(zone_horizon(zone, autumn - 2 * hour), autumn);        // 01:00
  EXPECT_EQ(zone_horizon(zone, autumn - 1), autumn + hour);        // 02:59:59.999: 02:00 comes again
  EXPECT_EQ(zone_horizon(zone, autumn + 1), autumn + hour + 1);
}

TEST(Zone, ReadsTransitionsBeforeTheRule) {
  std::string bytes = tzif({{1000, 7200}, {2000, -3600}}, "XXX5");
  Zone *zone = zone_open(bytes.data(), (uint32_t)bytes.size());
  ASSERT_NE(zone, nullptr);
  EXPECT_EQ(zone_period(zone, 999999).offset, 0); // the first type
  EXPECT_EQ(zone_period(zone, 1000000).offset, 2 * hour);
  EXPECT_EQ(zone_period(zone, 1999999).until, 2000000);
  EXPECT_EQ(zone_period(zone, 2000000).offset, -5 * hour); // the rule's
  zone_close(zone);
}

TEST(Zone, RefusesWhatIsNotTZif) {
  std::string bytes = tzif({{1000, 7200}}, "XXX5");
  for (uint32_t size = 0; size < 100; ++size)
    EXPECT_EQ(zone_open(bytes.data(), size), nullptr);
  bytes[1] = 'x';
  EXPECT_EQ(zone_open(bytes.data(), (uint32_t)bytes.size()), nullptr);
}

TEST(Zone, WithoutDataIsUtc) {
  Zone *zone = zone_open(nullptr, 0);
  EXPECT_EQ(zone_instant(zone, 12345), 12345);
  EXPECT_EQ(zone_last_instant(zone, -5), -5);
  EXPECT_EQ(zone_horizon(zone, 77), 77);
  zone_close(zone);
}

TEST_F(ZoneTest, DaysHaveTheirHours) {
  Slot slot;
  slot.zone(bytes);
  slot.tumble(24 * hour);
  int64_t midnight = spring - 2 * hour; // 2024-03-31T00:00+01:00
  int64_t local = midnight + hour;      // the same as a local time
  slot.add(midnight - 2, midnight - 1, 1);
  for (int i = 0; i < 24; ++i)
    EXPECT_TRUE(slot.add(midnight - 1, midnight + i * hour, 2)); // 23 of them
  slot.advance(midnight + 23 * hour - 2);
  std::vector<Fired> rows = slot.take();
  ASSERT_EQ(rows.size(), 1u); // the day before
  slot.advance(midnight + 23 * hour - 1);
  rows = slot.take();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0], (Fired{local, local + 24 * hour, midnight + 23 * hour - 1, "2", 23, 23}));
}

TEST_F(ZoneTest, AnHourThatComesTwiceIsOneWindow) {
  Slot slot;
  slot.zone(bytes);
  slot.tumble(hour);
  EXPECT_TRUE(slot.add(0, autumn - 30, 1));
  EXPECT_TRUE(slot.add(autumn - 1, autumn + 30, 1)); // 02:00 again
  EXPECT_EQ(slot.take(), std::vector<Fired>{});
  slot.advance(autumn + hour - 2);
  EXPECT_EQ(slot.take(), std::vector<Fired>{});
  slot.advance(autumn + hour - 1);
  EXPECT_EQ(slot.take(), (std::vector<Fired>{{autumn + hour, autumn + 2 * hour, autumn - 1, "1", 2, 2}}));
}

TEST_F(ZoneTest, WindowsThatEndInTheGapFireAtIt) {
  Slot slot;
  slot.zone(bytes);
  slot.hop(2 * hour, hour / 2);
  slot.add(0, spring - 1, 1); // 01:59:59.999: windows end at 02:00, 02:30, 03:00, 03:30
  slot.advance(spring - 2);
  EXPECT_EQ(slot.take().size(), 0u);
  slot.advance(spring - 1);
  EXPECT_EQ(slot.take().size(), 3u);
  slot.advance(spring + hour / 2 - 1);
  EXPECT_EQ(slot.take().size(), 1u);
}
