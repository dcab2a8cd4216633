// Segments as they are kept, and batches that count while they are on their way.
#include "runtime/exec/batch.h"

#include <gtest/gtest.h>
#include <random>

using namespace levada::rt;

namespace {

struct Expected {
  Segment segment;
  uint64_t until;
};

std::vector<Expected> all(const Segments &segments, uint64_t end) {
  std::vector<Expected> found;
  Segments::Cursor cursor(segments);
  for (Expected one; cursor.next(one.segment, one.until, end);)
    found.push_back(one);
  return found;
}

} // namespace

TEST(Segments, NoneAreNone) {
  Segments segments;
  EXPECT_TRUE(segments.empty());
  EXPECT_TRUE(segments.ascending());
  EXPECT_TRUE(all(segments, 9).empty());
}

TEST(Segments, ComeBackAsTheyWere) {
  std::mt19937_64 random(7);
  Segments segments;
  for (int round = 0; round < 2; ++round) {
    std::vector<Segment> noted;
    uint64_t begin = 0;
    for (int i = 0; i < 1000; ++i) {
      Order order;
      // Of all sizes, the outermost too.
      auto any = [&] { return random() >> random() % 64; };
      order.first = i % 7 ? int64_t(any()) : i % 2 ? INT64_MIN : INT64_MAX;
      order.origin = any();
      order.second = int64_t(random());
      order.exchanged(random() % 4, int64_t(any()));
      segments.note(order, begin);
      noted.push_back({order, begin});
      begin += 1 + any() % (1 << 20);
    }
    std::vector<Expected> found = all(segments, begin);
    ASSERT_EQ(found.size(), noted.size());
    for (size_t i = 0; i < noted.size(); ++i) {
      EXPECT_TRUE(found[i].segment.order == noted[i].order);
      EXPECT_EQ(found[i].segment.begin, noted[i].begin);
      EXPECT_EQ(found[i].until, i + 1 < noted.size() ? noted[i + 1].begin : begin);
    }
    EXPECT_FALSE(segments.ascending());
    segments.clear();
    EXPECT_TRUE(segments.empty());
    EXPECT_TRUE(segments.ascending());
  }
}

TEST(Segments, WhatNothingFollowedIsReplaced) {
  Segments segments;
  segments.note(Order{1}, 0);
  segments.note(Order{2}, 0);
  segments.note(Order{3}, 5);
  segments.note(Order{4}, 5);
  std::vector<Expected> found = all(segments, 6);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_TRUE(found[0].segment.order == Order{2});
  EXPECT_EQ(found[0].until, 5u);
  EXPECT_TRUE(found[1].segment.order == Order{4});
  EXPECT_EQ(found[1].until, 6u);
}

TEST(Segments, KnowWhetherTheyAscend) {
  Segments segments;
  for (int64_t first : {-5, 3, 3, 8}) {
    segments.note(Order{first}, uint64_t(first + 5));
    EXPECT_TRUE(segments.ascending());
  }
  segments.note(Order{7}, 100);
  EXPECT_FALSE(segments.ascending());
  segments.note(Order{9}, 101);
  EXPECT_FALSE(segments.ascending());
}

TEST(Segments, WhatNothingFollowsGoesAtTheEnd) {
  Segments segments;
  segments.note(Order{5}, 0);
  segments.end(0);
  EXPECT_TRUE(segments.empty());
  segments.note(Order{5}, 0);
  segments.note(Order{6}, 3);
  segments.note(Order{1}, 9);
  EXPECT_FALSE(segments.ascending());
  segments.end(8);
  EXPECT_FALSE(segments.ascending());
  segments.end(9);
  EXPECT_TRUE(segments.ascending());
  EXPECT_TRUE(segments.last() == Order{6});
  EXPECT_EQ(all(segments, 9).size(), 2u);
  segments.note(Order{7}, 12);
  std::vector<Expected> found = all(segments, 20);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[1].until, 12u);
  EXPECT_TRUE(found[2].segment.order == Order{7});
}

TEST(Segments, ComeBackFromBytes) {
  for (uint64_t count : {0, 1, 2, 100, 40000}) { // the last in blocks
    Segments segments, back;
    for (uint64_t i = 0; i < count; ++i)
      segments.note(Order{int64_t(i * i)}, i);
    std::string bytes(segments.saved_bytes(), 0);
    segments.save(bytes.data());
    ASSERT_TRUE(back.load(bytes.data(), bytes.size(), count));
    std::vector<Expected> found = all(segments, count), again = all(back, count);
    ASSERT_EQ(found.size(), count);
    ASSERT_EQ(again.size(), count);
    for (uint64_t i = 0; i < count; ++i) {
      EXPECT_TRUE(again[i].segment.order == found[i].segment.order);
      EXPECT_EQ(again[i].until, found[i].until);
    }
    if (count > 1) {
      EXPECT_FALSE(back.load(bytes.data(), bytes.size() - 1, count)); // a difference is cut
      EXPECT_FALSE(back.load(bytes.data(), bytes.size(), count - 2)); // rows that are none
    }
  }
}

TEST(Segments, RowsTakeFewBytesEach) {
  Segments segments;
  for (int64_t i = 0; i < 10000; ++i) {
    Order order{i * 3};
    order.exchanged(i % 2, i);
    segments.note(order, uint64_t(i) * 60);
  }
  EXPECT_LT(segments.bytes(), 10000 * sizeof(Segment) / 2);
}

TEST(BatchPool, CountsWhatIsOnItsWay) {
  Counter counter{0};
  BatchPool sender, receiver;
  sender.count_in(&counter);
  receiver.count_in(&counter);
  Batch *one = sender.take(8, 100), *two = sender.take(8, 0);
  EXPECT_EQ(counter, 800u);
  receiver.give(one);
  receiver.give(two);
  EXPECT_EQ(counter, 0u);
  // Used again.
  one = receiver.take(8, 50);
  EXPECT_EQ(counter, one->capacity);
  receiver.give(one);
  EXPECT_EQ(counter, 0u);
}
