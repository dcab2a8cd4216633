//===- state_test.cpp - tables, windows, sessions, groups, sorting --------===//
//
// One behaviour per test, each "does" beside its "does not". Randomized
// comparisons with a plain model are in state_model_test.cpp.
//
//===----------------------------------------------------------------------===//
#include "test/runtime/state_fixture.h"

#include <algorithm>
#include <random>

using namespace levada;
using namespace levada::test;

using Rows = std::vector<Fired>;

static Fired row(int64_t start, int64_t end, std::string key, int64_t count, int64_t sum = -1) {
  return {start, end, end - 1, key, count, sum == -1 ? count : sum};
}

//--- hash --------------------------------------------------------------------

TEST(StateHash, SpreadsKeyGroupsAndHighBits) {
  // Small numbers, numbers that differ in high bits only, short and long texts.
  for (int kind = 0; kind < 4; ++kind) {
    std::vector<int> groups(128), tops(1024);
    for (int64_t i = 0; i < 128 * 1000; ++i) {
      uint64_t h = kind == 0   ? Slot::hash(Slot::Int, std::to_string(i))
                   : kind == 1 ? Slot::hash(Slot::Int, std::to_string(i << 40))
                   : kind == 2 ? Slot::hash(Slot::Text, "k" + std::to_string(i))
                               : Slot::hash(Slot::Text, "a text of many bytes " + std::to_string(i));
      ++groups[h >> 57];
      ++tops[h >> 54];
    }
    EXPECT_GT(*std::min_element(groups.begin(), groups.end()), 850) << kind;
    EXPECT_LT(*std::max_element(groups.begin(), groups.end()), 1150) << kind;
    EXPECT_GT(*std::min_element(tops.begin(), tops.end()), 60) << kind;
  }
}

TEST(StateHash, IsFixed) { // state and order of results depend on it
  EXPECT_EQ(Slot::hash(Slot::Int, "42"), 5059393769710916661u);
  EXPECT_EQ(Slot::hash(Slot::Text, "short"), 14024650068393836630u);
  EXPECT_EQ(Slot::hash(Slot::Text, "longer than twelve"), 15097724285249595687u);
}

TEST(StateHash, SeesEveryByteOfALongText) {
  for (size_t n : {13, 15, 16, 17, 31, 32, 33, 100}) {
    std::string s(n, 'x');
    uint64_t h = Slot::hash(Slot::Text, s);
    for (size_t i = 0; i < n; ++i) {
      std::string t = s;
      t[i] = 'y';
      EXPECT_NE(Slot::hash(Slot::Text, t), h) << n << " " << i;
    }
    EXPECT_NE(Slot::hash(Slot::Text, s + "x"), h);
  }
}

//--- order -------------------------------------------------------------------

TEST(StateOrder, IsThatOfHashesHoweverRowsCame) {
  std::vector<int64_t> keys;
  for (int64_t i = 0; i < 5000; ++i)
    keys.push_back(i * 31);
  auto run = [&](unsigned seed) {
    std::shuffle(keys.begin(), keys.end(), std::mt19937(seed));
    Slot slot;
    slot.tumble(1000);
    for (int64_t key : keys)
      EXPECT_TRUE(slot.add(0, 5, key));
    slot.finish();
    EXPECT_EQ(slot.counts, (std::vector<uint32_t>{4096, 904}));
    return slot.take();
  };
  Rows first = run(1);
  ASSERT_EQ(first.size(), 5000u);
  for (size_t i = 1; i < first.size(); ++i)
    EXPECT_LT(Slot::hash(Slot::Int, first[i - 1].key), Slot::hash(Slot::Int, first[i].key));
  EXPECT_EQ(run(2), first);
  EXPECT_EQ(run(3), first);
}

TEST(StateOrder, EqualHashesGoByKeyAndStayApart) {
  std::vector<int64_t> keys;
  for (int64_t i = 0; i < 300; ++i)
    keys.push_back(i);
  Rows first;
  // At the front, the middle, and the very end of the table, where runs may not wrap.
  for (uint64_t hash : {uint64_t(0), uint64_t(1) << 63, ~uint64_t(0), ~uint64_t(0) - 1})
    for (unsigned seed = 0; seed < 5; ++seed) {
      std::shuffle(keys.begin(), keys.end(), std::mt19937(seed));
      Slot slot;
      slot.tumble(1000);
      for (int round = 0; round < 2; ++round)
        for (int64_t key : keys)
          ++((Acc *)levada_rt_window(&slot.ctx, 0, &slot.desc, 0, 5, hash, (char *)&key))->count;
      slot.finish();
      Rows rows = slot.take();
      ASSERT_EQ(rows.size(), keys.size());
      for (auto &r : rows)
        EXPECT_EQ(r.count, 2);
      if (first.empty())
        first = rows;
      EXPECT_EQ(rows, first);
    }
}

TEST(StateOrder, RunsAtTheEndDoNotWrap) {
  // Neighbouring hashes at the top of the range, in falling order, among others.
  Slot slot;
  slot.tumble(1000);
  std::vector<std::pair<uint64_t, int64_t>> keys;
  for (int64_t i = 0; i < 200; ++i) {
    keys.push_back({~uint64_t(0) - 2 * (uint64_t)i, i});
    keys.push_back({Slot::hash(Slot::Int, std::to_string(i + 1000)), i + 1000});
  }
  for (auto [hash, key] : keys)
    levada_rt_window(&slot.ctx, 0, &slot.desc, 0, 5, hash, (char *)&key);
  slot.finish();
  std::sort(keys.begin(), keys.end());
  Rows rows = slot.take();
  ASSERT_EQ(rows.size(), keys.size());
  for (size_t i = 0; i < keys.size(); ++i)
    EXPECT_EQ(rows[i].key, std::to_string(keys[i].second));
}

TEST(StateTable, RemovesWithoutLosingOthers) {
  rt::Table table;
  table_init(&table, 16, {}, 0);
  std::mt19937_64 random(7);
  std::vector<uint64_t> tags;
  auto place_of = [&](uint64_t tag) {
    uint64_t place = table_home(&table, ~tag);
    while (rt::load64(table.slots + place * 16) > tag)
      ++place;
    return place;
  };
  for (int i = 0; i < 20000; ++i) {
    if (tags.empty() || random() % 5 < 3) {
      uint64_t tag = rt::tag_of(random() << (random() % 2 * 40)); // many low hashes
      if (std::find(tags.begin(), tags.end(), tag) != tags.end())
        continue;
      table_reserve(&table, 16, {});
      table_open(&table, 16, place_of(tag), tag);
      tags.push_back(tag);
    } else {
      size_t at = random() % tags.size();
      uint64_t place = place_of(tags[at]);
      ASSERT_EQ(rt::load64(table.slots + place * 16), tags[at]);
      table_close(&table, 16, place);
      tags.erase(tags.begin() + (long)at);
    }
    ASSERT_EQ(table.count, tags.size());
    if (i % 500 == 0)
      for (uint64_t tag : tags)
        ASSERT_EQ(rt::load64(table.slots + place_of(tag) * 16), tag);
  }
  table_free(&table);
}

TEST(StateTable, HoldsLongTexts) {
  Slot slot(Slot::Text);
  slot.tumble(1000);
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 200; ++i) {
      std::string key = (i % 2 ? "" : "a rather long text ") + std::to_string(i / 2);
      slot.add(0, 5, key); // the text is gone after this
    }
  slot.finish();
  Rows rows = slot.take();
  ASSERT_EQ(rows.size(), 200u);
  for (auto &r : rows)
    EXPECT_EQ(r.count, 3) << r.key;
}

//--- tumble ------------------------------------------------------------------

TEST(StateTumble, FiresAtEndMinusOne) {
  Slot slot;
  slot.tumble(1000);
  EXPECT_TRUE(slot.add(0, 0, 1));
  EXPECT_TRUE(slot.add(0, 999, 1));
  EXPECT_TRUE(slot.add(0, 1000, 1)); // the next window
  slot.advance(998);
  EXPECT_EQ(slot.take(), Rows{});
  slot.advance(999);
  EXPECT_EQ(slot.take(), (Rows{row(0, 1000, "1", 2)}));
  EXPECT_EQ(slot.orders.back(), 1000);
  slot.finish();
  EXPECT_EQ(slot.take(), (Rows{row(1000, 2000, "1", 1)}));
}

TEST(StateTumble, FiresBeforeTheRowThatRaisedTheWatermark) {
  Slot slot;
  slot.tumble(1000);
  slot.add(-1, 500, 1);
  EXPECT_TRUE(slot.add(999, 1700, 2));
  EXPECT_EQ(slot.take(), (Rows{row(0, 1000, "1", 1)}));
}

TEST(StateTumble, RefusesRowsOfFiredWindowsOnly) {
  Slot slot;
  slot.tumble(1000);
  slot.add(0, 10, 1);
  EXPECT_TRUE(slot.add(998, 999, 1));  // not fired yet
  EXPECT_FALSE(slot.add(999, 999, 1)); // fired just before
  EXPECT_TRUE(slot.add(999, 1000, 1));
  EXPECT_FALSE(slot.add(999, 0, 2));  // late even where that window held no such key
  EXPECT_FALSE(slot.add(999, -1, 2)); // and where it held nothing at all
  EXPECT_FALSE(slot.add(500, 20, 1)); // a lower watermark changes nothing
  slot.finish();
  EXPECT_EQ(slot.take(), (Rows{row(0, 1000, "1", 2), row(1000, 2000, "1", 1)}));
  EXPECT_FALSE(slot.add(0, 5000, 1)); // after the end of input all is late
}

TEST(StateTumble, FloorsNegativeTimes) {
  Slot slot;
  slot.tumble(1000);
  for (int64_t t : {-1, -1000, -1001, 0})
    EXPECT_TRUE(slot.add(INT64_MIN, t, 1));
  slot.finish();
  EXPECT_EQ(slot.take(), (Rows{row(-2000, -1000, "1", 1), row(-1000, 0, "1", 2),
                               row(0, 1000, "1", 1)}));
}

TEST(StateTumble, TakesOffsetsOfAnySign) {
  for (int64_t offset : {300, -700, 1300, -1700}) {
    Slot slot;
    slot.tumble(1000, offset);
    for (int64_t t : {299, 300, -701, -700})
      slot.add(INT64_MIN, t, 1);
    slot.finish();
    EXPECT_EQ(slot.take(), (Rows{row(-1700, -700, "1", 1), row(-700, 300, "1", 2),
                                 row(300, 1300, "1", 1)}));
  }
}

TEST(StateTumble, FiresSeveralWindowsInOrder) {
  Slot slot;
  slot.tumble(10);
  for (int64_t t : {35, 5, 25, 15})
    slot.add(0, t, 7);
  slot.advance(38);
  EXPECT_EQ(slot.take(), (Rows{row(0, 10, "7", 1), row(10, 20, "7", 1), row(20, 30, "7", 1)}));
  EXPECT_EQ(slot.orders, (std::vector<int64_t>{10, 20, 30}));
}

TEST(StateTumble, PropagatesFailure) {
  Slot slot;
  slot.tumble(10);
  slot.add(0, 5, 1);
  slot.fail_after = 0;
  EXPECT_FALSE(slot.add(20, 25, 1));
  EXPECT_NE(levada_rt_failed(&slot.ctx), 0);
}

TEST(StateTumble, FailsOnTimesBeyondReason) {
  Slot slot;
  slot.tumble(10);
  EXPECT_FALSE(slot.add(INT64_MIN, INT64_MAX - 3, 1));
  EXPECT_NE(levada_rt_failed(&slot.ctx), 0);
  EXPECT_EQ(slot.ctx.error_code, 604u);
  Slot fine;
  fine.tumble(10);
  EXPECT_TRUE(fine.add(INT64_MIN, 253402300799999, 1)); // the end of year 9999
  EXPECT_EQ(levada_rt_failed(&fine.ctx), 0);
}

TEST(StateTumble, WithoutKeysHasOneEntry) {
  Slot slot(Slot::None);
  slot.tumble(10);
  slot.add(0, 1, "");
  slot.add(0, 2, "");
  slot.finish();
  EXPECT_EQ(slot.take(), (Rows{row(0, 10, "", 2)}));
}

//--- hop and cumulate --------------------------------------------------------

TEST(StateHop, MergesSlices) {
  Slot slot;
  slot.hop(30, 10);
  slot.add(0, 5, 1);
  slot.add(0, 15, 1);
  slot.finish();
  EXPECT_EQ(slot.take(), (Rows{row(-20, 10, "1", 1), row(-10, 20, "1", 2), row(0, 30, "1", 2),
                               row(10, 40, "1", 1)}));
  EXPECT_EQ(slot.orders, (std::vector<int64_t>{10, 20, 30, 40}));
}

TEST(StateHop, KeepsLateRowsForWindowsToCome) {
  Slot slot;
  slot.hop(30, 10);
  slot.add(0, 5, 1);
  slot.advance(9);
  EXPECT_EQ(slot.take(), (Rows{row(-20, 10, "1", 1)}));
  EXPECT_TRUE(slot.add(9, 6, 1));   // [-10,20) and [0,30) are still to come
  EXPECT_TRUE(slot.add(9, 4, 2));   // also for a new key
  slot.advance(19);
  Rows rows = slot.take();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].count + rows[1].count, 3);
}

TEST(StateHop, DropsWhatOnlyFiredWindowsHold) {
  Slot slot;
  slot.hop(30, 10);
  slot.add(0, 5, 1);
  slot.advance(9);
  slot.take();
  EXPECT_TRUE(slot.add(9, -9, 2));   // [-10,20) is to come
  EXPECT_FALSE(slot.add(9, -11, 2)); // [-20,10) was its last
  slot.advance(29);
  slot.take();
  EXPECT_FALSE(slot.add(29, 9, 1));
  EXPECT_TRUE(slot.add(29, 10, 1));
  slot.finish();
  EXPECT_EQ(slot.take(), (Rows{row(10, 40, "1", 1)}));
}

TEST(StateHop, MakesNoEmptyWindows) {
  Slot slot;
  slot.hop(30, 10);
  slot.add(0, 5, 1);
  slot.add(0, 1005, 1);
  slot.finish();
  EXPECT_EQ(slot.take().size(), 6u);
}

TEST(StateHop, KeepsTextsOfMergedWindows) {
  Slot slot(Slot::Text);
  slot.hop(30, 10);
  for (int i = 0; i < 30; ++i)
    slot.add(0, i, "a text beyond twelve bytes " + std::to_string(i % 3), i);
  slot.finish();
  Rows rows = slot.take();
  ASSERT_EQ(rows.size(), 15u);
  EXPECT_EQ(rows[6].count, 10); // [0, 30)
}

TEST(StateCumulate, GrowsByStepsAndBeginsAnew) {
  Slot slot;
  slot.cumulate(30, 10);
  for (int64_t t : {1, 11, 21, 31})
    slot.add(0, t, 1);
  slot.finish();
  EXPECT_EQ(slot.take(),
            (Rows{row(0, 10, "1", 1), row(0, 20, "1", 2), row(0, 30, "1", 3), row(30, 40, "1", 1),
                  row(30, 50, "1", 1), row(30, 60, "1", 1)}));
}

TEST(StateCumulate, KeepsLateRowsUntilThePeriodEnds) {
  Slot slot;
  slot.cumulate(30, 10);
  slot.add(0, 1, 1);
  slot.advance(9);
  EXPECT_EQ(slot.take(), (Rows{row(0, 10, "1", 1)}));
  EXPECT_TRUE(slot.add(9, 2, 1));
  EXPECT_TRUE(slot.add(9, 3, 2));
  slot.advance(19);
  Rows rows = slot.take();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].count + rows[1].count, 3);
  EXPECT_TRUE(slot.add(28, 4, 1));
  EXPECT_FALSE(slot.add(29, 4, 1));
  rows = slot.take();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].count + rows[1].count, 4);
}

TEST(StateCumulate, LateRowMayOpenAPeriod) {
  Slot slot;
  slot.cumulate(30, 10);
  slot.advance(19);
  EXPECT_TRUE(slot.add(19, 5, 1));
  EXPECT_TRUE(slot.add(19, 15, 1));
  EXPECT_FALSE(slot.add(19, -1, 1));
  slot.finish();
  EXPECT_EQ(slot.take(), (Rows{row(0, 30, "1", 2)}));
}

TEST(StateCumulate, TakesOffsets) {
  Slot slot;
  slot.cumulate(30, 10, -25); // the same as 5
  slot.add(INT64_MIN, 4, 1);
  slot.add(INT64_MIN, 5, 1);
  slot.finish();
  EXPECT_EQ(slot.take(), (Rows{row(-25, 5, "1", 1), row(5, 15, "1", 1), row(5, 25, "1", 1),
                               row(5, 35, "1", 1)}));
}

//--- sessions ----------------------------------------------------------------

TEST(StateSession, TouchingSessionsAreOne) {
  Slot slot;
  slot.session(2);
  slot.add(0, 9, 1);
  slot.add(0, 11, 1); // 08:09 and 08:11 with a gap of 2 min
  slot.add(0, 14, 1); // does not touch [9, 13)
  slot.finish();
  EXPECT_EQ(slot.take(), (Rows{row(9, 13, "1", 2), row(14, 16, "1", 1)}));
}

TEST(StateSession, ARowBetweenJoinsThree) {
  Slot slot;
  slot.session(10);
  slot.add(0, 100, 1, 1);
  slot.add(0, 120, 1, 2);
  slot.add(0, 300, 1, 4);
  slot.add(0, 110, 1, 8);
  slot.finish();
  EXPECT_EQ(slot.take(), (Rows{row(100, 130, "1", 3, 11), row(300, 310, "1", 1, 4)}));
}

TEST(StateSession, FiresByEndThenHash) {
  Slot slot;
  slot.session(10);
  for (int64_t key = 0; key < 50; ++key) {
    slot.add(0, 100, key);
    slot.add(0, 50 + key % 3, key);
  }
  slot.finish();
  Rows rows = slot.take();
  ASSERT_EQ(rows.size(), 100u);
  for (size_t i = 1; i < rows.size(); ++i) {
    auto order = [&](const Fired &f) { return std::pair(f.end, Slot::hash(Slot::Int, f.key)); };
    EXPECT_LT(order(rows[i - 1]), order(rows[i]));
    EXPECT_EQ(slot.orders[i], rows[i].end);
  }
}

TEST(StateSession, LateRowsJoinLiveSessionsOnly) {
  Slot slot;
  slot.session(10);
  slot.add(0, 100, 1);
  EXPECT_TRUE(slot.add(105, 92, 1));   // [92, 102) touches [100, 110)
  EXPECT_FALSE(slot.add(105, 80, 1));  // [80, 90) touches nothing
  EXPECT_FALSE(slot.add(105, 92, 2));  // of another key
  EXPECT_TRUE(slot.add(105, 97, 2));   // ends at 107: to come
  EXPECT_FALSE(slot.add(109, 100, 1)); // [92, 110) has fired
  EXPECT_TRUE(slot.add(109, 101, 1));
  slot.finish();
  EXPECT_EQ(slot.take(), (Rows{row(97, 107, "2", 1), row(92, 110, "1", 2), row(101, 111, "1", 1)}));
}

TEST(StateSession, HoldsLongTexts) {
  Slot slot(Slot::Text);
  slot.session(10);
  for (int i = 0; i < 1000; ++i)
    slot.add(i - 30, i, "some long text number " + std::to_string(i % 40 < 20 ? i % 10 : 99));
  slot.finish();
  int64_t count = 0;
  for (auto &r : slot.take())
    count += r.count;
  EXPECT_EQ(count, 1000);
}

//--- groups ------------------------------------------------------------------

TEST(StateGroup, FiresOnceAtTheEnd) {
  Slot slot;
  slot.group();
  for (int64_t i = 0; i < 10; ++i)
    EXPECT_TRUE(slot.add(0, 0, i % 2));
  slot.advance(1 << 30);
  EXPECT_EQ(slot.take(), Rows{});
  slot.finish();
  Rows rows = slot.take();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].count, 5);
}

TEST(StateGroup, OverNothingIsARowOnOneWorker) {
  for (bool single : {false, true})
    for (uint32_t workers : {1u, 3u}) {
      size_t rows = 0;
      for (uint32_t worker = 0; worker < workers; ++worker) {
        Slot slot(Slot::None);
        slot.worker(worker, workers);
        slot.channel.mode = single ? LEVADA_CHANNEL_SINGLE : LEVADA_CHANNEL_HASH;
        slot.desc.always_one = true;
        slot.group();
        slot.finish();
        for (auto &r : slot.take()) {
          ++rows;
          EXPECT_EQ(r.count, 0);
        }
      }
      EXPECT_EQ(rows, 1u);
    }
  Slot keyed;
  keyed.group();
  keyed.finish();
  EXPECT_EQ(keyed.take(), Rows{});
}

//--- sort --------------------------------------------------------------------

static int32_t compare_sum(const char *a, const char *b) {
  int64_t x = ((const Acc *)(a + 24))->sum, y = ((const Acc *)(b + 24))->sum;
  return x < y ? -1 : x > y;
}

/// Rows are keys (number, text) followed by Acc{arrival, value}.
static Rows sorted(int64_t limit, int64_t skip, const std::vector<int64_t> &values) {
  static const uint32_t offsets[] = {8};
  Slot slot(Slot::Text);
  slot.desc.kind = LEVADA_SLOT_SORT;
  slot.desc.key = {40, 1, offsets};
  slot.desc.acc_offset = 24;
  slot.desc.compare = compare_sum;
  slot.desc.limit = limit;
  slot.desc.skip = skip;
  slot.create();
  for (size_t i = 0; i < values.size(); ++i) {
    std::string name = "a row of value " + std::to_string(values[i]);
    struct {
      int64_t number;
      levada_str text;
      Acc acc;
    } row{7, text(name), {(int64_t)i, values[i]}};
    levada_rt_sort(&slot.ctx, 0, &slot.desc, (char *)&row);
  }
  slot.finish();
  return slot.take();
}

TEST(StateSort, IsStableAndCutsAtSkipAndLimit) {
  std::mt19937 random(3);
  for (size_t n : {0, 1, 2, 3, 100, 5000}) {
    std::vector<int64_t> values(n);
    for (auto &v : values)
      v = random() % 50;
    std::vector<size_t> order(n);
    for (size_t i = 0; i < n; ++i)
      order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return values[a] < values[b]; });
    for (auto [limit, skip] : {std::pair<int64_t, int64_t>{-1, -1}, {10, 0}, {10, 5}, {0, 0},
                               {-1, 7}, {100000, 0}, {INT64_MAX, 3}}) {
      Rows rows = sorted(limit, skip, values);
      size_t from = std::min<size_t>(n, skip > 0 ? (size_t)skip : 0);
      size_t count = limit < 0 ? n - from : std::min<size_t>(n - from, (size_t)limit);
      ASSERT_EQ(rows.size(), count);
      for (size_t i = 0; i < count; ++i) {
        EXPECT_EQ(rows[i].count, (int64_t)order[from + i]); // its arrival
        EXPECT_EQ(rows[i].key, "a row of value " + std::to_string(rows[i].sum));
      }
    }
  }
}

//--- distinct ----------------------------------------------------------------

TEST(StateDistinct, KeepsEachOnceInOrderOfArrival) {
  for (bool is_str : {false, true}) {
    levada_ctx ctx{};
    levada_arena arena{};
    ctx.state_arena = &arena;
    char *set = nullptr;
    std::vector<int64_t> order;
    std::mt19937 random(1);
    std::vector<bool> seen(1000);
    for (int i = 0; i < 5000; ++i) {
      int64_t v = random() % (i < 20 ? 5 : 1000);
      std::string s = (v % 2 ? "a long text that is kept " : "") + std::to_string(v);
      int64_t bytes[2] = {v, 0};
      levada_str str = text(s);
      bool added = levada_rt_distinct_add(&ctx, (char *)&set,
                                          is_str ? (char *)&str : (char *)bytes, is_str);
      EXPECT_EQ(added, !seen[(size_t)v]);
      if (added)
        order.push_back(v);
      seen[(size_t)v] = true;
    }
    uint64_t index = 0;
    for (int64_t v : order) {
      const char *p = levada_rt_distinct_next((char *)&set, &index);
      ASSERT_NE(p, nullptr);
      if (is_str)
        EXPECT_EQ(text(*(const levada_str *)p),
                  (v % 2 ? "a long text that is kept " : "") + std::to_string(v));
      else
        EXPECT_EQ(*(const int64_t *)p, v);
    }
    EXPECT_EQ(levada_rt_distinct_next((char *)&set, &index), nullptr);
    rt::arena_free(&arena);
  }
}

TEST(StateDistinct, EmptyHasNothing) {
  char *set = nullptr;
  uint64_t index = 0;
  EXPECT_EQ(levada_rt_distinct_next((char *)&set, &index), nullptr);
}
