//===- table_test.cpp - tables that grow where they are ---------------------===//
//
// Small ones and ones with pages of their own, of all key groups and of some, with
// hashes spread, crowded at the end and of others' groups: all entries are there, in
// order, as near to home as those before them let them, and what was marked still is.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/table.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <vector>

using namespace levada::rt;

namespace {

constexpr uint32_t stride = 48;

void check(const Table &table, const std::vector<uint64_t> &tags) {
  ASSERT_EQ(table.count, tags.size());
  uint64_t next = 0, before = UINT64_MAX, found = 0;
  for (uint64_t place = 0; place < table.end + 2; ++place) {
    const char *slot = table.slots + place * stride;
    const uint64_t tag = load64(slot);
    if (!tag) {
      for (uint32_t at = 8; at < stride; at += 8)
        ASSERT_EQ(load64(slot + at), 0u) << "left behind at " << place;
      continue;
    }
    ASSERT_LT(place, table.end);
    ASSERT_LT(tag, before);
    ASSERT_EQ(place, std::max(next, table_home(&table, ~tag)));
    for (uint32_t at = 8; at < stride; at += 8)
      ASSERT_EQ(load64(slot + at), tag + at);
    before = tag;
    next = place + 1;
    ++found;
  }
  ASSERT_EQ(found, tags.size());
  auto belongs = [&](uint64_t tag) {
    uint64_t place = table_home(&table, ~tag);
    while (load64(table.slots + place * stride) > tag)
      ++place;
    return place;
  };
  for (uint64_t tag : tags) {
    const uint64_t place = table_place(&table, stride, tag);
    ASSERT_EQ(place, belongs(tag));
    ASSERT_EQ(load64(table.slots + place * stride), tag);
    for (uint64_t near : {tag - 2, tag + 2, tag ^ (uint64_t)1 << 40})
      ASSERT_EQ(table_place(&table, stride, near), belongs(near));
  }
}

void add(Table *table, HashRange range, uint64_t tag) {
  table_reserve(table, stride, range);
  uint64_t place = table_home(table, ~tag);
  while (load64(table->slots + place * stride) > tag)
    ++place;
  char *slot = table_open(table, stride, place, tag);
  for (uint32_t at = 8; at < stride; at += 8) {
    const uint64_t value = tag + at;
    memcpy(slot + at, &value, 8);
  }
}

enum Spread { ALL, CROWDED, OTHERS };

/// Grows a table until `count` entries are in it; what is added last is marked.
void grow(HashRange range, uint64_t count, Spread spread, uint64_t seed) {
  SCOPED_TRACE(testing::Message() << "groups " << range.first << " + " << range.count << ", "
                                  << count << " entries, spread " << spread);
  std::mt19937_64 random(seed);
  const uint64_t low = (uint64_t)range.first << key_group_shift;
  const uint64_t high = low + ((uint64_t)(range.count - 1) << key_group_shift) +
                        (((uint64_t)1 << key_group_shift) - 1);
  std::vector<uint64_t> tags;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t hash = low + random() % (high - low + 1 ? high - low + 1 : UINT64_MAX);
    if (spread == CROWDED && i % 64 == 0) // one home place at the end, and at the front
      hash = i % 128 ? high - random() % (1 << 20) : low + random() % (1 << 20);
    if (spread == OTHERS && i % 1024 == 0)
      hash = random();
    tags.push_back(tag_of(hash));
  }
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  std::shuffle(tags.begin(), tags.end(), random);
  Table table;
  table_init(&table, stride, range, 0);
  const size_t marked = tags.size() / 2;
  for (size_t i = 0; i < tags.size(); ++i) {
    if (i == marked)
      table_clear_marks(&table);
    table_mark(&table, ~tags[i]);
    add(&table, range, tags[i]);
  }
  check(table, tags);
  for (size_t i = marked; i < tags.size(); ++i) {
    const uint64_t home = table_home(&table, ~tags[i]);
    ASSERT_TRUE(table.marks[home / 64] >> (home & 63) & 1);
  }
  uint64_t marks = 0;
  for (uint64_t word = 0; word < mark_words(&table); ++word)
    marks += (uint64_t)__builtin_popcountll(table.marks[word]);
  if (spread == ALL) { // not all that there are
    EXPECT_LT(marks, table.last);
  }
  table_free(&table);
}

} // namespace

TEST(TableGrowth, KeepsEntriesInPlace) {
  for (Spread spread : {ALL, CROWDED, OTHERS})
    for (HashRange range : {HashRange{0, 128}, HashRange{43, 43}, HashRange{127, 1}, HashRange{0, 3}})
      for (uint64_t count : {10u, 1000u, 20000u})
        grow(range, count, spread, count + range.first);
}

TEST(TableGrowth, KeepsEntriesInPagesOfTheirOwn) {
  for (Spread spread : {ALL, CROWDED, OTHERS})
    for (HashRange range : {HashRange{0, 128}, HashRange{43, 43}})
      grow(range, 400000, spread, 5 + range.first);
}

// As those of a run come: the front of a table that grows is crowded by them.
TEST(TableGrowth, TakesEntriesInTheOrderOfHashes) {
  std::mt19937_64 random(9);
  std::vector<uint64_t> tags;
  for (int i = 0; i < 300000; ++i)
    tags.push_back(tag_of(random()));
  std::sort(tags.rbegin(), tags.rend());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  Table table;
  table_init(&table, stride, {}, 0);
  for (size_t i = 0; i < tags.size(); ++i) {
    table_reserve(&table, stride, {});
    char *slot = table_open(&table, stride, table_place(&table, stride, tags[i]), tags[i]);
    for (uint32_t at = 8; at < stride; at += 8) {
      const uint64_t value = tags[i] + at;
      memcpy(slot + at, &value, 8);
    }
    if (i == 3000)
      check(table, {tags.begin(), tags.begin() + 3001});
  }
  check(table, tags);
  table_free(&table);
}

TEST(TableGrowth, MakesRoomForAllThatIsExpected) {
  std::mt19937_64 random(10);
  Table table;
  table_init(&table, stride, {}, 0);
  std::vector<uint64_t> hashes;
  auto add_some = [&](int count) {
    for (int i = 0; i < count; ++i)
      add(&table, {}, hashes.emplace_back(random()));
    check(table, hashes);
  };
  table_expect(&table, stride, {}, 100);
  add_some(100);
  table_expect(&table, stride, {}, 3000000);
  const uint64_t size = table.pages.size;
  EXPECT_GT(size, 64u << 20);
  check(table, hashes);
  add_some(100000);
  table_expect(&table, stride, {}, 1000);
  EXPECT_EQ(table.pages.size, size);
  add_some(100000);
  table_expect(&table, stride, {}, 6000000);
  EXPECT_GT(table.pages.size, size);
  add_some(1000);
  table_free(&table);
}

TEST(TableGrowth, GivesPagesBack) {
  Table table;
  table_init(&table, stride, {}, 300000);
  EXPECT_GT(table.pages.size, 0u);
  table_free(&table);
  EXPECT_EQ(table.slots, nullptr);
  EXPECT_EQ(table.pages.size, 0u);
  table_init(&table, stride, {}, 0);
  EXPECT_EQ(table.pages.size, 0u);
  add(&table, {}, 7);
  check(table, {7});
  table_free(&table);
}
