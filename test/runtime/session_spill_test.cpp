//===- session_spill_test.cpp - sessions under a memory limit -------------===//
//
// A slot whose sessions leave memory must take and refuse the same rows and fire
// the same sessions, in the same order, as one that keeps them: whatever lies in
// memory, in one file or in several, joins as if it had never left.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/session.h"
#include "runtime/state/spill.h"
#include "test/runtime/state_fixture.h"

#include <random>

using namespace levada;
using namespace levada::rt;
using namespace levada::test;

namespace {

/// The same rows for a slot that obeys a limit and for one that has none.
struct Pair {
  Slot one, other;
  Limited limited;
  explicit Pair(int64_t gap, Slot::KeyKind keys = Slot::Int, uint64_t limit = 64 << 20)
      : one(keys), other(keys), limited((one.session(gap), other.session(gap), one), limit) {}
  bool leave() { return sessions_spill(&one.ctx, one.slot); }
  bool add(int64_t watermark, int64_t time, const std::string &key, int64_t value = 1) {
    bool taken = one.add(watermark, time, key, value);
    EXPECT_EQ(taken, other.add(watermark, time, key, value)) << key << " at " << time;
    return taken;
  }
  bool add(int64_t watermark, int64_t time, int64_t key, int64_t value = 1) {
    return add(watermark, time, std::to_string(key), value);
  }
  void advance(int64_t watermark) {
    one.advance(watermark);
    other.advance(watermark);
  }
  void same() {
    ASSERT_EQ(one.ctx.failed, 0);
    ASSERT_EQ(one.fired.size(), other.fired.size());
    ASSERT_EQ(one.orders, other.orders);
    for (size_t i = 0; i < one.fired.size(); ++i)
      ASSERT_EQ(one.fired[i], other.fired[i]) << i;
  }
  void finish() {
    one.finish();
    other.finish();
    same();
  }
};

struct Shape {
  uint64_t keys;
  int64_t gap, pace, lateness;
  int jumps; // one row in so many brings the watermark far ahead; 0: none
};

void random_rows(Shape shape, Slot::KeyKind kind, uint64_t limit, int rows, uint64_t seed) {
  std::mt19937_64 random(seed);
  Pair pair(shape.gap, kind, limit);
  int64_t now = 0, watermark = INT64_MIN;
  for (int i = 0; i < rows; ++i) {
    if (random() % 100 < (uint64_t)shape.pace)
      ++now;
    if (shape.jumps && random() % (uint64_t)shape.jumps == 0)
      now += shape.gap * 3;
    uint64_t k = random() % 3 == 0 ? random() % 20 : random() % shape.keys;
    std::string key = std::to_string(k);
    if (kind == Slot::Text && k % 3)
      key += " that is no short text";
    int64_t time = now - (int64_t)(random() % (uint64_t)(shape.lateness * 2));
    pair.add(watermark, time, key, (int64_t)(random() % 1000));
    watermark = std::max(watermark, now - shape.lateness);
    if (i % 2000 == 0) {
      pair.advance(watermark);
      ASSERT_EQ(slot_settle(&pair.one.ctx, pair.one.slot), 0);
      EXPECT_LE(spill_used(&pair.limited.spill), limit * 3 / 2); // files keep their indexes
    }
    if (testing::Test::HasFailure())
      return;
  }
  pair.finish();
  EXPECT_GT(pair.limited.spill.bytes, limit);
}

} // namespace

TEST(SessionSpill, FiresWhatMemoryWouldHaveFired) {
  uint64_t seed = 0;
  for (Shape shape : {Shape{40000, 50, 2, 30, 0},       // most stay open
                      Shape{3000, 200, 20, 100, 0},     // each key comes again and again
                      Shape{100000, 300, 30, 100, 0},   // each key but once
                      Shape{20000, 400, 5, 300, 20000}, // all are due at once now and then
                      Shape{50, 3, 100, 3000, 0}})      // many of one key
    for (Slot::KeyKind keys : {Slot::Int, Slot::Text}) {
      random_rows(shape, keys, 110 << 10, 100000, ++seed);
      if (HasFailure())
        FAIL() << shape.keys << " keys, gap " << shape.gap << ", kind " << keys;
    }
}

TEST(SessionSpill, JoinsWhatLiesInFiles) {
  for (int between = 0; between < 8; ++between) { // where what is in memory leaves it
    Pair pair(10);
    auto maybe = [&](int at) {
      if (between >> at & 1)
        ASSERT_TRUE(pair.leave());
    };
    pair.add(0, 100, "1");
    maybe(0);
    pair.add(0, 118, "1");
    pair.add(0, 50, "1");
    maybe(1);
    pair.add(0, 136, "1");
    maybe(2);
    EXPECT_TRUE(pair.add(0, 109, "1")); // closes one gap
    maybe(0);
    EXPECT_TRUE(pair.add(0, 127, "1")); // and another
    maybe(1);
    EXPECT_TRUE(pair.add(0, 136, "2"));
    pair.advance(70);
    pair.same();
    ASSERT_EQ(pair.one.fired.size(), 1u);
    maybe(2);
    EXPECT_FALSE(pair.add(120, 55, "1")); // its session has fired: nothing to join
    EXPECT_TRUE(pair.add(120, 95, "1"));  // late by itself, but what it touches is open
    pair.finish();
    ASSERT_EQ(pair.one.fired.size(), 3u);
    EXPECT_EQ(pair.one.fired[2].count + pair.one.fired[1].count, 7);
  }
}

TEST(SessionSpill, OldVersionsInFilesCountNoMore) {
  Pair pair(10);
  for (int64_t t = 0; t < 40; t += 5) { // one session that grows from file to file
    pair.add(INT64_MIN, t, "1");
    pair.add(INT64_MIN, t, 100 + t);
    ASSERT_TRUE(pair.leave());
  }
  pair.advance(43); // all but the last ones
  EXPECT_EQ(pair.one.fired.size(), 7u);
  pair.advance(44);
  EXPECT_EQ(pair.one.fired.size(), 9u);
  EXPECT_EQ(pair.one.slot->sessions->files.count, 0u); // nothing waits there
  EXPECT_TRUE(pair.add(45, 46, "1"));
  pair.finish();
}

TEST(SessionSpill, FilesAreMergedWhileSessionsWait) {
  Pair pair(1000);
  for (int64_t i = 0; i < 100; ++i) {
    for (int64_t key = 0; key < 30; ++key)
      pair.add(INT64_MIN, i * 7 % 500, (key * 37 + i) % 200);
    ASSERT_TRUE(pair.leave());
    EXPECT_LE(pair.one.slot->sessions->files.count, 16u);
    EXPECT_LE(pair.one.slot->sessions->runs.count, 16u);
  }
  pair.advance(1200);
  pair.same();
  pair.finish();
}

TEST(SessionSpill, FilesGoWithTheirSessions) {
  Pair pair(10);
  for (int64_t t = 0; t < 100; ++t) {
    for (int64_t key = 0; key < 20; ++key)
      pair.add(t * 20 - 15, t * 20, t * 100 + key);
    ASSERT_TRUE(pair.leave());
    EXPECT_LE(pair.one.slot->sessions->files.count, 2u);
  }
  pair.finish();
}

TEST(SessionSpill, SaysWhatItCannotDo) {
  { // nowhere to write
    Slot slot;
    slot.session(1000);
    Limited limited(slot, 200 << 10);
    limited.spill.folder = "/nowhere";
    bool failed = false;
    for (int64_t key = 0; key < 20000 && !failed; ++key)
      failed = !levada_rt_session(&slot.ctx, 0, &slot.desc, 0, 5,
                                  Slot::hash(Slot::Int, std::to_string(key)), (const char *)&key);
    EXPECT_TRUE(failed);
    EXPECT_EQ(slot.ctx.error_code, 692u);
  }
  { // no limit, nothing leaves
    Slot slot;
    slot.session(1000);
    Limited limited(slot, 64 << 20);
    for (int64_t key = 0; key < 50000; ++key)
      slot.add(0, 5, key);
    slot.finish();
    EXPECT_EQ(limited.spill.bytes, 0u);
    EXPECT_EQ(slot.fired.size(), 50000u);
  }
}
