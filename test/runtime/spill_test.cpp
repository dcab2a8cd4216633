//===- spill_test.cpp - slots under a memory limit ------------------------===//
//
// Slots whose state leaves memory must fire what slots fire that keep it, in the
// same order. Accumulators that are not mergeable have no merge function here
// where none may be called.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/spill.h"
#include "test/runtime/state_fixture.h"

#include <fcntl.h>
#include <random>

using namespace levada;
using namespace levada::rt;
using namespace levada::test;

namespace {

void start(Slot &slot, int kind, bool mergeable) {
  slot.desc.mergeable = mergeable;
  if (!mergeable && kind != LEVADA_WINDOW_HOP && kind != LEVADA_WINDOW_CUMULATE)
    slot.desc.merge = nullptr;
  switch (kind) {
  case LEVADA_WINDOW_TUMBLE: return slot.tumble(1000);
  case LEVADA_WINDOW_HOP: return slot.hop(1000, 250);
  case LEVADA_WINDOW_CUMULATE: return slot.cumulate(1000, 250);
  default: return slot.group();
  }
}

/// Two slots, the first of which is limited, get the same rows.
void compare(int kind, bool mergeable, Slot::KeyKind keys, uint64_t limit, uint64_t seed) {
  std::mt19937_64 random(seed);
  Slot one(keys), other(keys);
  start(one, kind, mergeable);
  start(other, kind, mergeable);
  {
    Limited limited(one, limit);
    int64_t now = 0;
    uint64_t range = 200 + random() % 60000;
    for (int i = 0; i < 120000; ++i) {
      now += random() % 40 == 0;
      // Half of the rows go to few keys.
      uint64_t k = random() % 2 ? random() % 50 : random() % range;
      std::string key = std::to_string(k);
      if (keys == Slot::Text && k % 3)
        key += " that is no short text";
      int64_t time = now - (int64_t)(random() % 300), watermark = now - 300;
      int64_t value = (int64_t)(random() % 1000);
      ASSERT_EQ(one.add(watermark, time, key, value), other.add(watermark, time, key, value));
      if (i % 5000 == 0) {
        ASSERT_EQ(slot_settle(&one.ctx, one.slot), 0);
        EXPECT_LE(spill_used(&limited.spill), limit);
      }
    }
    one.finish();
    other.finish();
    EXPECT_GT(limited.spill.bytes, limit) << kind;
  }
  ASSERT_EQ(one.fired.size(), other.fired.size());
  ASSERT_EQ(one.orders, other.orders);
  for (size_t i = 0; i < one.fired.size(); ++i)
    ASSERT_EQ(one.fired[i], other.fired[i]) << i;
}

} // namespace

TEST(Spill, FiresWhatMemoryWouldHaveFired) {
  uint64_t seed = 0;
  for (int kind : {(int)LEVADA_WINDOW_TUMBLE, (int)LEVADA_WINDOW_HOP, (int)LEVADA_WINDOW_CUMULATE, 4})
    for (bool mergeable : {true, false})
      for (Slot::KeyKind keys : {Slot::Int, Slot::Text}) {
        compare(kind, mergeable, keys, kind == LEVADA_WINDOW_HOP ? 800 << 10 : 400 << 10, ++seed);
        if (HasFatalFailure())
          FAIL() << "kind " << kind << " mergeable " << mergeable << " keys " << keys;
      }
}

TEST(Spill, WhatFitsStays) {
  Slot slot;
  start(slot, LEVADA_WINDOW_TUMBLE, true);
  Limited limited(slot, 64 << 20);
  for (int64_t key = 0; key < 100000; ++key)
    slot.add(0, 5, key);
  slot.finish();
  EXPECT_EQ(limited.spill.bytes, 0u);
  EXPECT_EQ(slot.fired.size(), 100000u);
}

TEST(Spill, SaysWhereItCannotWrite) {
  Slot slot;
  start(slot, LEVADA_WINDOW_TUMBLE, true);
  Limited limited(slot, 200 << 10);
  limited.spill.folder = "/nowhere";
  for (int64_t key = 0; key < 20000; ++key)
    slot.add(0, 5, key);
  EXPECT_NE(slot.ctx.failed, 0);
  EXPECT_EQ(slot.ctx.error_code, 692u);
}

TEST(Spill, AMergedFileOfTheSameKeysCanBeOpenedAgain) {
  Slot slot;
  slot.desc.mergeable = false;
  slot.group();
  {
    Limited limited(slot, 64 << 20);
    limited.spill.slots = slot.slots;
    for (int round = 0; round < 18; ++round) { // more often than files are kept apart
      for (int64_t key = 0; key < 20000; ++key)
        slot.add(0, 0, key);
      ASSERT_TRUE(spill_slice(&slot.ctx, slot.slot, slot.slot->slice));
    }
    // Its filter was made for what it could have had.
    const SortedFile *file = slot.slot->slice->files[0];
    EXPECT_GT(file->filter_words, file->count);
    stored_retain(file->stored);
    SortedFile *again = sorted_open(file->stored, *file, file->entry_size);
    ASSERT_NE(again, nullptr);
    sorted_release(again);
    slot_destroy(slot.slot);
    slot.slot = nullptr;
  }
}

TEST(SortedFile, FindsWhatItHas) {
  std::string folder = testing::TempDir();
  for (uint32_t entry_size : {24u, 0u}) {
    SortedWriter to(stored_make(folder.c_str(), "sorted", false), entry_size,
                    entry_size ? 5000 : 0);
    std::vector<uint64_t> tags;
    for (uint64_t i = 0; i < 5000; ++i)
      tags.push_back(~(i / 3 * 9007199254740993) | 1); // three of each, spread like hashes
    for (uint64_t tag : tags) {
      Writer &entry = to.entry(tag);
      entry.value(tag);
      if (!entry_size)
        entry.value(uint64_t(16));
      entry.value(tag * 3);
      entry.value(tag * 5);
    }
    SortedFile *file = to.finish();
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(file->count, tags.size());
    SortedReader reader;
    reader.start(file, ~uint64_t(0), 64 << 10);
    for (uint64_t tag : tags) {
      ASSERT_TRUE(reader.next());
      ASSERT_EQ(reader.tag(), tag);
      ASSERT_EQ(reader.bytes().size(), 16u);
    }
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.failed, 0);
    for (uint64_t i = 0; i < tags.size(); i += 7) {
      reader.start(file, tags[i], 8192);
      int found = 0, passed = 0;
      while (reader.next() && reader.tag() >= tags[i]) {
        found += reader.tag() == tags[i];
        ++passed;
      }
      EXPECT_EQ(found, i >= 4998 ? 2 : 3) << i;
      EXPECT_LT(passed, 500);
      EXPECT_TRUE(file->may_have(tags[i]));
      ASSERT_TRUE(reader.find(file, tags[i]));
      ASSERT_EQ(reader.tag(), tags[i]);
      for (found = 1; reader.next() && reader.tag() == tags[i];)
        ++found;
      EXPECT_EQ(found, i >= 4998 ? 2 : 3) << i;
      EXPECT_FALSE(reader.find(file, tags[i] - 2));
      EXPECT_EQ(reader.failed, 0);
    }
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < 10000; ++i)
      wrong += file->may_have(~(i * 7777777) | 1);
    EXPECT_EQ(wrong < 1000, entry_size != 0); // without a filter all may be there
    sorted_release(file);
  }
}
