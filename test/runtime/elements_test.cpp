//===- elements_test.cpp - elements of what is kept of a key ----------------===//
//
// Values of keys as entries of their own: random ones come and are taken back, of
// few keys and of one, in memory and under a limit, saved and loaded by as many
// workers or others. How often each is there is what a map says.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/save.h"
#include "runtime/state/spill.h"
#include "test/runtime/state_fixture.h"

#include <map>
#include <memory>
#include <optional>
#include <random>

using namespace levada;
using namespace levada::rt;
using namespace levada::test;

namespace {

const levada_layout owner = {8, 0, nullptr};

struct Element {
  int64_t key, value;
  bool operator<(const Element &o) const { return std::tie(key, value) < std::tie(o.key, o.value); }
  uint64_t hash() const {
    levada_layout whole = {16, 0, nullptr};
    return levada_rt_element_hash(levada_rt_hash((const char *)this, &whole),
                                  levada_rt_hash((const char *)&key, &owner));
  }
  uint32_t worker(uint32_t workers) const {
    return group_worker(key_group(levada_rt_hash((const char *)&key, &owner)), workers);
  }
};

struct Times {
  int64_t times, life;
};

struct Worker {
  Slot slot;
  std::optional<Limited> limited;

  Worker(uint32_t index, uint32_t of, uint64_t limit, int64_t window) {
    slot.desc.owner = &owner;
    slot.desc.key = {16, 0, nullptr};
    slot.desc.acc_offset = 16;
    slot.desc.entry_size = 16 + sizeof(Times);
    slot.desc.init = nullptr;
    slot.desc.merge = nullptr;
    slot.desc.fire = nullptr;
    slot.worker(index, of);
    window ? slot.tumble(window) : slot.group();
    if (limit)
      limited.emplace(slot, limit);
  }
  Times *at(const Element &e, int64_t time = 0) {
    const char *key = (const char *)&e;
    if (slot.desc.kind == LEVADA_SLOT_GROUP)
      return (Times *)levada_rt_group(&slot.ctx, 0, &slot.desc, e.hash(), key);
    return (Times *)levada_rt_window(&slot.ctx, 0, &slot.desc, time, time, e.hash(), key);
  }
  uint64_t held() const { return slot_size(slot.slot).entries; }
};

using Crew = std::vector<std::unique_ptr<Worker>>;

Crew crew(uint32_t workers, uint64_t limit = 0) {
  Crew all;
  for (uint32_t w = 0; w < workers; ++w)
    all.push_back(std::make_unique<Worker>(w, workers, limit, 0));
  return all;
}

Element random_element(std::mt19937_64 &random, int64_t keys, int64_t values) {
  return {(int64_t)(random() % (uint64_t)keys), (int64_t)(random() % (uint64_t)values)};
}

} // namespace

TEST(Elements, OfOneKeyDoNotCrowd) {
  Worker one(0, 1, 0, 0);
  for (int64_t value = 0; value < 200000; ++value)
    one.at({7, value})->times = 1;
  // Had they a common start of their hashes, each would go through all others.
  const Table &table = one.slot.slot->slice->table;
  EXPECT_LE(table.end, (table.last + 1) + 1024);
}

TEST(Elements, AreWhereTheirKeyIs) {
  for (uint32_t workers : {1u, 2u, 3u, 7u}) {
    Crew all = crew(workers);
    for (int64_t i = 0; i < 1000; ++i) {
      Element e{i % 40, i};
      const levada_slot *slot = all[e.worker(workers)]->slot.slot;
      EXPECT_LT(group_of(slot->desc, tag_of(e.hash())) - slot->owned.first, slot->owned.count);
      EXPECT_EQ(hash_of(slot->desc, (const char *)&e), e.hash());
    }
  }
}

TEST(Elements, ComeBackAtAnyParallelism) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 12; ++round) {
    const uint32_t before = 1 + random() % 4, after = round % 3 ? 1 + random() % 4 : before;
    std::map<Element, int64_t> model;
    Crew all = crew(before);
    for (auto &w : all)
      slot_keep_marks(w->slot.slot);
    std::vector<std::vector<Writer>> parts(before);
    for (int part = 0; part < 4; ++part) {
      for (int i = 0; i < 3000; ++i) {
        Element e = random_element(random, round % 2 ? 1 : 30, 4000);
        int64_t by = random() % 3 ? 1 : -1;
        all[e.worker(before)]->at(e)->times += by;
        model[e] += by;
      }
      for (uint32_t w = 0; w < before; ++w) {
        parts[w].emplace_back();
        slot_save(&all[w]->slot.ctx, all[w]->slot.slot, part == 0, parts[w].back());
      }
    }
    Crew next = crew(after);
    for (auto &w : next) {
      for (int part = 0; part < 4; ++part)
        for (uint32_t from = 0; from < before; ++from) {
          Reader reader(parts[from][part].view());
          ASSERT_TRUE(slot_load(&w->slot.ctx, w->slot.slot, reader));
        }
      ASSERT_TRUE(slot_loaded(&w->slot.ctx, w->slot.slot));
    }
    uint64_t held = 0;
    for (auto &w : next)
      held += w->held();
    EXPECT_GE(held, model.size() / 2);
    for (auto &[e, times] : model)
      ASSERT_EQ(next[e.worker(after)]->at(e)->times, times) << e.key << " " << e.value;
  }
}

TEST(Elements, LeaveMemoryAndAreFound) {
  for (int64_t window : {0, 1000}) {
    Worker one(0, 1, 256 << 10, window);
    std::mt19937_64 random(5);
    std::map<Element, int64_t> model;
    for (int i = 0; i < 150000; ++i) {
      Element e = random_element(random, 2, 60000);
      int64_t by = random() % 4 ? 1 : -1;
      int64_t &times = model[e];
      Times *there = one.at(e);
      ASSERT_EQ(there->times, times);
      there->times = times += by;
    }
    EXPECT_GT(one.limited->spill.bytes, 1u << 20);
    EXPECT_LT(spill_used(&one.limited->spill), 600u << 10);
    if (window) { // nothing fires, and what is over is gone
      one.slot.advance(5000);
      EXPECT_EQ(one.held(), 0u);
      EXPECT_EQ(one.at({1, 1}, 5), nullptr);
    } else {
      one.slot.finish();
    }
    EXPECT_TRUE(one.slot.fired.empty());
  }
}

TEST(Elements, ThatWereTakenBackMakeRoom) {
  Worker one(0, 1, 0, 0);
  for (int64_t value = 0; value < 500000; ++value) {
    one.at({7, value})->times = 1;
    if (value >= 100)
      one.at({7, value - 100})->times = 0;
  }
  EXPECT_LT(one.held(), 5000u);
  for (int64_t value = 499901; value < 500000; ++value)
    EXPECT_EQ(one.at({7, value})->times, 1);
}

TEST(Elements, StayUntilACheckpointKnowsThatTheyWereTakenBack) {
  Worker one(0, 1, 0, 0);
  slot_keep_marks(one.slot.slot);
  auto come_and_go = [&](int64_t from, int64_t to) {
    for (int64_t value = from; value < to; ++value)
      one.at({7, value})->times = 1;
  };
  std::vector<Writer> parts(3);
  come_and_go(0, 3000);
  slot_save(&one.slot.ctx, one.slot.slot, true, parts[0]);
  for (int64_t value = 0; value < 3000; ++value)
    one.at({7, value})->times = 0;
  come_and_go(3000, 9000); // grows: what the first part has must not come back
  slot_save(&one.slot.ctx, one.slot.slot, false, parts[1]);
  come_and_go(9000, 30000);
  EXPECT_LT(one.held(), 30000u);
  slot_save(&one.slot.ctx, one.slot.slot, false, parts[2]);
  Worker other(0, 1, 0, 0);
  for (Writer &part : parts) {
    Reader reader(part.view());
    ASSERT_TRUE(slot_load(&other.slot.ctx, other.slot.slot, reader));
  }
  ASSERT_TRUE(slot_loaded(&other.slot.ctx, other.slot.slot));
  for (int64_t value = 0; value < 30000; ++value)
    ASSERT_EQ(other.at({7, value})->times, value >= 3000) << value;
}

TEST(Elements, OfLargeSetsAreSavedWhereTheyChanged) {
  Worker one(0, 1, 0, 0);
  slot_keep_marks(one.slot.slot);
  for (int64_t value = 0; value < 100000; ++value)
    one.at({7, value})->times = 1;
  Writer all, few;
  slot_save(&one.slot.ctx, one.slot.slot, true, all);
  for (int64_t value = 100000; value < 100010; ++value)
    one.at({7, value})->times = 1;
  slot_save(&one.slot.ctx, one.slot.slot, false, few);
  EXPECT_GT(all.size(), 100000u * 16);
  EXPECT_LT(few.size(), 4000u);
}
