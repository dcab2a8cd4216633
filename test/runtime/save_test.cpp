//===- save_test.cpp - slots to bytes and back ----------------------------===//
//
// Random rows through slots that are saved now and then (everything, or what
// changed), destroyed and loaded again, by as many workers or others: what
// fires must be what slots fire that were left alone.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/tables.h"
#include "runtime/state/part.h"
#include "runtime/state/spill.h"
#include "test/runtime/zone_data.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <time.h>

using namespace levada;
using namespace levada::rt;
using namespace levada::test;

namespace {

struct Row {
  int64_t watermark, time;
  std::string key;
  int64_t value;
};

struct Setup {
  int kind; // LEVADA_WINDOW_*, 3: session, 4: group
  int64_t size, slide, offset;
  Slot::KeyKind key;
  std::string zone;
  bool own_codec; // accumulators with save and load
  bool mergeable = true;
};

void acc_save(levada_ctx *, void *to, const char *acc) {
  levada_rt_save(to, acc, 8);
  ((Writer *)to)->text(std::to_string(((const Acc *)acc)->sum));
}
void acc_load(levada_ctx *ctx, void *from, char *acc) {
  EXPECT_NE(ctx->state_arena, nullptr);
  levada_rt_load_into(from, acc, 8);
  std::string_view sum;
  if (((Reader *)from)->text(sum))
    ((Acc *)acc)->sum = atoll(std::string(sum).c_str());
}
void acc_zero(levada_ctx *, char *acc) { memset(acc, 0, sizeof(Acc)); }

void start(Slot &slot, const Setup &setup) {
  slot.desc.init = acc_zero;
  slot.desc.mergeable = setup.mergeable;
  if (setup.own_codec) {
    slot.desc.save = acc_save;
    slot.desc.load = acc_load;
  }
  if (!setup.zone.empty())
    slot.zone(setup.zone);
  switch (setup.kind) {
  case LEVADA_WINDOW_TUMBLE: return slot.tumble(setup.size, setup.offset);
  case LEVADA_WINDOW_HOP: return slot.hop(setup.size, setup.slide, setup.offset);
  case LEVADA_WINDOW_CUMULATE: return slot.cumulate(setup.size, setup.slide, setup.offset);
  case 3: return slot.session(setup.size);
  default: return slot.group();
  }
}

std::vector<Row> random_rows(std::mt19937_64 &random, const Setup &setup, int64_t origin, int n) {
  std::vector<Row> rows;
  int64_t now = origin, watermark = INT64_MIN;
  int64_t pace = 1 + (int64_t)(random() % 4), spread = 1 + (int64_t)(random() % 60);
  uint64_t keys = random() % 2 ? 12 : 200;
  for (int i = 0; i < n; ++i) {
    now += (int64_t)(random() % (uint64_t)(2 * pace));
    if (random() % 50 == 0)
      now += 50;
    int64_t time = now - (int64_t)(random() % (uint64_t)spread);
    std::string key = std::to_string(random() % keys);
    if (setup.key == Slot::Text && random() % 2)
      key += " and quite a long rest";
    rows.push_back({watermark, time, key, (int64_t)(random() % 100)});
    watermark = std::max(watermark, time - (int64_t)(random() % 30));
  }
  return rows;
}

std::vector<Setup> setups(std::mt19937_64 &random, int n) {
  std::string local = tzif({{-5, 30}, {-3, 7}, {-1, 25}}, "XXX-0:00:12");
  std::vector<Setup> all;
  for (int i = 0; i < n; ++i) {
    int64_t slide = 1 + (int64_t)(random() % 12);
    all.push_back({i % 5, slide * (1 + (int64_t)(random() % 5)), slide,
                   (int64_t)(random() % 100) - 50, random() % 2 ? Slot::Int : Slot::Text,
                   i % 3 == 0 ? local : "", random() % 2 == 0, random() % 2 == 0});
  }
  return all;
}

/// Slots of some workers, as one.
struct Crew {
  Setup setup;
  std::vector<std::unique_ptr<Slot>> slots;
  std::vector<Fired> result;

  Crew(const Setup &setup, uint32_t workers) : setup(setup) {
    for (uint32_t w = 0; w < workers; ++w) {
      slots.push_back(std::make_unique<Slot>(setup.key));
      slots.back()->worker(w, workers);
      start(*slots.back(), setup);
    }
  }
  bool add(const Row &row) {
    auto w = group_worker(key_group(Slot::hash(setup.key, row.key)), (uint32_t)slots.size());
    return slots[w]->add(row.watermark, row.time, row.key, row.value);
  }
  /// What a number's rows made, by (order, worker).
  void collect() {
    std::vector<std::tuple<int64_t, uint32_t, Fired>> made;
    for (uint32_t w = 0; w < slots.size(); ++w) {
      for (size_t i = 0; i < slots[w]->fired.size(); ++i)
        made.push_back({slots[w]->orders[i], w, slots[w]->fired[i]});
      slots[w]->fired.clear();
      slots[w]->orders.clear();
    }
    std::stable_sort(made.begin(), made.end(), [](auto &a, auto &b) {
      return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
    });
    for (auto &m : made)
      result.push_back(std::get<2>(m));
  }
  void advance(int64_t watermark) {
    for (auto &slot : slots)
      slot->advance(watermark);
    collect();
  }
  void finish() {
    for (auto &slot : slots)
      slot->finish();
    collect();
  }
};

struct Part { // of each worker
  std::vector<std::string> bytes;
  std::string folder; // with its files of tables
};

/// Where the tables of parts stand, and what slots read of them.
enum class Tables { INSIDE, READ, LAZY, LIMITED };

struct Chain {
  Tables tables;
  std::vector<Part> parts;
  std::vector<Parts> making; // begun, of each worker
  std::string folder;
  std::vector<std::unique_ptr<Spill>> spills;
  int made = 0;

  explicit Chain(Tables tables) : tables(tables) {
    folder = testing::TempDir() + "save-" + std::to_string(getpid());
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~Chain() { std::filesystem::remove_all(folder); }

  void save(Crew &crew, bool all) {
    finish(crew);
    making.resize(crew.slots.size());
    for (size_t w = 0; w < making.size(); ++w) {
      making[w].least_table = tables == Tables::INSIDE ? UINT64_MAX : 200;
      slot_save_begin(&crew.slots[w]->ctx, crew.slots[w]->slot, all, making[w]);
    }
  }
  /// Rows come between the steps.
  void step(Crew &crew, uint64_t places) {
    for (size_t w = 0; w < making.size(); ++w) {
      uint64_t budget = places;
      slot_save_some(crew.slots[w]->slot, &budget);
    }
  }
  void finish(Crew &crew) {
    step(crew, UINT64_MAX);
    Part part{{}, folder + "/" + std::to_string(++made)};
    std::filesystem::create_directories(part.folder);
    for (size_t w = 0; w < making.size(); ++w) {
      TablesFile file(making[w]);
      if (file.needed()) {
        FileStream to;
        to.open((part.folder + "/" + tables_name((uint32_t)w).text).c_str(),
                {Step::PART_WRITE, Step::PART_SYNC}, made % 2);
        file.write(&to);
        EXPECT_TRUE(to.finish());
        file.settle(to);
      }
      for (const StoredFile *linked : making[w].files())
        std::filesystem::create_hard_link(linked->path,
                                          part.folder + "/" + spill_link(linked).text);
      part.bytes.emplace_back();
      for (std::string_view piece : making[w].views())
        part.bytes.back() += piece;
    }
    if (!making.empty())
      parts.push_back(part);
    making.clear();
  }
  /// Between two numbers.
  void settle(Crew &crew) {
    for (auto &slot : crew.slots)
      if (slot->slot->spill)
        ASSERT_EQ(slot_settle(&slot->ctx, slot->slot), 0);
  }
  void load(Crew &crew, std::mt19937_64 &random) {
    if (tables == Tables::LAZY || tables == Tables::LIMITED)
      for (auto &slot : crew.slots) {
        auto &spill = spills.emplace_back(std::make_unique<Spill>());
        spill->limit = tables == Tables::LAZY ? (uint64_t)1 << 60 : no_limit - 1;
        spill->folder = folder.c_str();
        spill->named = true;
        spill->worker = (uint32_t)spills.size(); // names of their own
        spill->slots = slot->slots;
        spill->slot_count = 1;
        slot_limit(slot->slot, spill.get());
      }
    for (Part part : parts) {
      std::shuffle(part.bytes.begin(), part.bytes.end(), random);
      for (auto &slot : crew.slots)
        for (auto &bytes : part.bytes) {
          Reader from(bytes);
          slot_load_from(slot->slot, part.folder.c_str());
          ASSERT_TRUE(slot_load(&slot->ctx, slot->slot, from));
          ASSERT_EQ(from.left(), 0u);
        }
    }
    for (auto &slot : crew.slots) {
      ASSERT_TRUE(slot_loaded(&slot->ctx, slot->slot));
      if (slot->slot->spill)
        spill_adopted(slot->slot->spill);
    }
  }
};

void run(const Setup &setup, std::mt19937_64 &random, bool marks, Tables tables) {
  int64_t origin = setup.zone.empty() ? -400 : -6000;
  std::vector<Row> rows = random_rows(random, setup, origin, 1200);
  Crew whole(setup, 1);
  Chain chain(tables); // outlives the slots
  auto crew = std::make_unique<Crew>(setup, 1 + random() % 3);
  auto keep_marks = [&] {
    if (marks)
      for (auto &slot : crew->slots)
        slot_keep_marks(slot->slot);
  };
  keep_marks();
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(crew->add(rows[i]), whole.add(rows[i])) << "row " << i << " kind " << setup.kind;
    if (random() % 4 == 0)
      chain.step(*crew, 1 + random() % 20);
    if ((i + 1) % 20 && i + 1 != rows.size())
      continue;
    int64_t reached = i + 1 < rows.size() ? rows[i + 1].watermark : rows[i].watermark;
    crew->advance(reached);
    whole.advance(reached);
    if (random() % 2)
      chain.settle(*crew);
    if (crew->result != whole.result) {
      auto [a, b] = std::mismatch(crew->result.begin(), crew->result.end(), whole.result.begin(),
                                  whole.result.end());
      FAIL() << "of " << crew->result.size() << " and " << whole.result.size() << " at "
             << a - crew->result.begin() << " row " << i << ": "
             << testing::PrintToString(std::vector<Fired>(a, crew->result.end())) << " not "
             << testing::PrintToString(std::vector<Fired>(b, whole.result.end()));
    }
    if (random() % 3 == 0)
      chain.save(*crew, random() % 8 == 0);
    if (chain.parts.empty() || random() % 6)
      continue;
    // A crash: what was since the last part is read again.
    chain.save(*crew, false);
    chain.finish(*crew);
    std::vector<Fired> result = crew->result;
    crew = std::make_unique<Crew>(setup, random() % 2 ? (uint32_t)crew->slots.size()
                                                      : 1 + (uint32_t)(random() % 5));
    if (random() % 2)
      keep_marks();
    chain.load(*crew, random);
    keep_marks();
    crew->result = result;
    if (random() % 2)
      chain.parts.clear(); // the next part stands alone
  }
  crew->finish();
  whole.finish();
  ASSERT_EQ(crew->result, whole.result);
}

} // namespace

TEST(StateSave, WhatIsLoadedGoesOnAsIfNothingHadBeen) {
  std::mt19937_64 random(21);
  for (auto &setup : setups(random, 60))
    for (bool marks : {true, false})
      for (Tables tables : {Tables::INSIDE, (Tables)(1 + random() % 3)}) {
        run(setup, random, marks, tables);
        if (HasFatalFailure())
          FAIL() << setup.kind << " " << setup.size << " " << setup.slide << " " << marks << " "
                 << (int)tables;
      }
}

TEST(StateSave, SessionsThatDoNotFitAreLoadedBelowTheLimit) {
  for (Slot::KeyKind kind : {Slot::Int, Slot::Text}) {
    const struct Setup setup{3, 1000, 0, 0, kind, "", kind == Slot::Text};
    const uint64_t limit = 256 << 10;
    std::mt19937_64 random(5);
    Chain chain(Tables::READ);
    Crew whole(setup, 1), saved(setup, 3);
    for (auto &slot : saved.slots)
      slot_keep_marks(slot->slot);
    auto add = [&](Crew &crew, int64_t time, int64_t key) {
      std::string name = std::to_string(key);
      if (kind == Slot::Text && key % 2)
        name += " and quite a long rest";
      ASSERT_EQ(crew.add({0, time, name, key}), whole.add({0, time, name, key}));
    };
    for (int64_t key = 0; key < 20000; ++key)
      add(saved, key % 700, key);
    chain.save(saved, true);
    for (int64_t key = 0; key < 20000; key += 9) // a delta, of sessions that grow
      add(saved, 800 + key % 700, key);
    chain.save(saved, false);
    chain.finish(saved);
    Crew one(setup, 1);
    Limited limited(*one.slots[0], limit);
    chain.load(one, random);
    EXPECT_LE(spill_used(&limited.spill), limit);
    EXPECT_GT(limited.spill.bytes, limit);
    for (int64_t key = 0; key < 25000; key += 7) {
      add(one, 1600 + key % 300, key);
      EXPECT_LE(spill_used(&limited.spill), limit * 3 / 2); // files keep their indexes
    }
    one.finish();
    whole.finish();
    ASSERT_EQ(one.slots[0]->ctx.failed, 0);
    ASSERT_EQ(one.result, whole.result);
  }
}

TEST(StateSave, DeltasHoldWhatChangedAlone) {
  for (int kind : {(int)LEVADA_WINDOW_TUMBLE, 3, 4}) {
    Crew crew({kind, 1000, 0, 0, Slot::Int, "", false}, 1);
    Slot &slot = *crew.slots[0];
    slot_keep_marks(slot.slot);
    for (int64_t key = 0; key < 20000; ++key)
      slot.add(0, 5, key);
    Writer all, none, some;
    slot_save(&slot.ctx, slot.slot, false, all);
    slot_save(&slot.ctx, slot.slot, false, none);
    for (int64_t key = 0; key < 200; ++key)
      slot.add(0, 6, key * 100);
    slot_save(&slot.ctx, slot.slot, false, some);
    EXPECT_GT(all.size(), 20000u * 32) << kind;
    EXPECT_LT(none.size(), 200u) << kind;
    EXPECT_GT(some.size(), 200u * 32) << kind;
    EXPECT_LT(some.size(), 200u * 140) << kind;
  }
}

TEST(StateSave, WithoutMarksEveryPartIsFull) {
  Slot slot;
  slot.tumble(1000);
  for (int64_t key = 0; key < 1000; ++key)
    slot.add(0, 5, key);
  Writer first, second;
  slot_save(&slot.ctx, slot.slot, false, first);
  slot_save(&slot.ctx, slot.slot, false, second);
  EXPECT_EQ(first.size(), second.size());
}

TEST(StateSave, ADeltaNeedsThePartBefore) {
  Slot slot;
  slot.tumble(1000);
  slot_keep_marks(slot.slot);
  Writer parts[3];
  for (int key = 10; key < 20; ++key)
    slot.add(0, 5, key);
  for (Writer &part : parts) {
    slot.add(0, 5, 1);
    slot_save(&slot.ctx, slot.slot, false, part);
  }
  auto load = [&](std::vector<int> order) {
    Slot fresh;
    fresh.tumble(1000);
    for (int i : order) {
      Reader from(parts[i].view());
      if (!slot_load(&fresh.ctx, fresh.slot, from))
        return false;
    }
    return slot_loaded(&fresh.ctx, fresh.slot);
  };
  EXPECT_TRUE(load({0, 1, 2}));
  EXPECT_FALSE(load({1}));
  EXPECT_FALSE(load({0, 2}));
  EXPECT_FALSE(load({0, 1, 1}));
}

TEST(StateSave, APartOfMostEntriesNeedsNoneBefore) {
  Slot slot;
  slot.tumble(1000);
  slot_keep_marks(slot.slot);
  Writer first, second;
  for (int round = 0; round < 2; ++round) {
    for (int key = 0; key < 10 - 3 * round; ++key) // 10, then 7 of 10
      slot.add(0, 5, key);
    slot_save(&slot.ctx, slot.slot, false, round ? second : first);
  }
  Slot fresh;
  fresh.tumble(1000);
  Reader from(second.view());
  EXPECT_TRUE(slot_load(&fresh.ctx, fresh.slot, from));
  EXPECT_TRUE(slot_loaded(&fresh.ctx, fresh.slot));
  EXPECT_EQ(slot_size(fresh.slot).entries, 10u);
}

TEST(StateSave, RefusesAPartOfAnotherSlot) {
  Slot windows, texts(Slot::Text), sessions;
  windows.tumble(1000);
  texts.tumble(1000);
  sessions.session(1000);
  Writer to;
  windows.add(0, 5, 1);
  slot_save(&windows.ctx, windows.slot, true, to);
  for (Slot *slot : {&texts, &sessions}) {
    Reader from(to.view());
    EXPECT_FALSE(slot_load(&slot->ctx, slot->slot, from));
  }
}

TEST(StateSave, CutAndFlippedBytesDoNoHarm) {
  std::mt19937_64 random(22);
  for (auto &setup : setups(random, 40)) {
    Crew crew(setup, 1);
    for (auto &slot : crew.slots)
      slot_keep_marks(slot->slot);
    Chain chain(Tables::INSIDE);
    int64_t time = 0;
    for (int part = 0; part < 3; ++part) {
      for (int i = 0; i < 40; ++i)
        crew.add({time - 20, time += (int64_t)(random() % 4), std::to_string(random() % 20), 1});
      chain.save(crew, false);
      chain.finish(crew);
    }
    for (int round = 0; round < 150; ++round) {
      std::vector<std::string> bytes;
      for (auto &part : chain.parts)
        bytes.push_back(part.bytes[0]);
      std::string &victim = bytes[random() % 3];
      if (round % 2)
        victim.resize(random() % victim.size());
      for (size_t flips = round % 2 ? 0 : 1 + random() % 3; flips; --flips)
        victim[random() % 4 ? random() % victim.size() : random() % std::min<size_t>(victim.size(), 120)] ^=
            (char)(1 << random() % 8);
      Slot fresh(setup.key);
      start(fresh, setup);
      bool good = true;
      for (size_t i = 0; i < 3 && good; ++i) {
        // On the heap without a byte to spare, so that a sanitizer sees what is beyond.
        auto *data = (char *)malloc(bytes[i].size() + !bytes[i].size());
        memcpy(data, bytes[i].data(), bytes[i].size());
        Reader from(data, bytes[i].size());
        good = slot_load(&fresh.ctx, fresh.slot, from);
        free(data);
      }
      if (round % 2)
        EXPECT_FALSE(good);
      if (good && slot_loaded(&fresh.ctx, fresh.slot)) {
        fresh.advance(time);
        fresh.finish();
      }
    }
  }
}

TEST(StateSave, HundredThousandOfAMillionTakeMilliseconds) {
  Slot slot;
  slot.desc.init = acc_zero;
  slot.tumble(1'000'000);
  slot_keep_marks(slot.slot);
  for (int64_t key = 0; key < 1'000'000; ++key)
    slot.add(0, 5, key);
  Writer to;
  auto now = [] { // of this thread: other processes do not count
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
  };
  auto time = [&](const char *what, auto body) {
    double begin = now();
    body();
    double ms = now() - begin;
    RecordProperty(what, std::to_string(ms));
    printf("%s: %.2f ms, %lu bytes\n", what, ms, (unsigned long)to.size());
    to.clear();
  };
  time("all", [&] { slot_save(&slot.ctx, slot.slot, true, to); });
  for (int round = 0; round < 2; ++round) {
    for (int64_t key = 0; key < 1'000'000; key += 10)
      slot.add(0, 5, key);
    time("changed", [&] { slot_save(&slot.ctx, slot.slot, false, to); });
  }
  slot_save(&slot.ctx, slot.slot, true, to);
  time("loaded", [&] {
    Slot fresh;
    fresh.desc.init = acc_zero;
    fresh.tumble(1'000'000);
    Reader from(to.view());
    EXPECT_TRUE(slot_load(&fresh.ctx, fresh.slot, from));
    EXPECT_TRUE(slot_loaded(&fresh.ctx, fresh.slot));
    EXPECT_EQ(slot_size(fresh.slot).entries, 1'000'000u);
  });
}

//--- sort, sets --------------------------------------------------------------

static int32_t compare_sum(const char *a, const char *b) {
  int64_t x = ((const Acc *)(a + 24))->sum, y = ((const Acc *)(b + 24))->sum;
  return x < y ? -1 : x > y;
}

TEST(StateSave, RowsToSortKeepTheirOrderOfArrival) {
  static const uint32_t offsets[] = {8};
  std::mt19937 random(4);
  auto fresh = [&](int64_t limit) {
    auto slot = std::make_unique<Slot>(Slot::Text);
    slot->desc.kind = LEVADA_SLOT_SORT;
    slot->desc.key = {40, 1, offsets};
    slot->desc.acc_offset = 24;
    slot->desc.compare = compare_sum;
    slot->desc.limit = limit;
    slot->desc.skip = 0;
    slot->create();
    slot_keep_marks(slot->slot);
    return slot;
  };
  for (int64_t limit : {-1, 30, 0}) {
    auto whole = fresh(limit), slot = fresh(limit);
    std::vector<std::string> parts;
    for (int64_t i = 0; i < 600; ++i) {
      int64_t value = random() % 40;
      std::string name = "a row of value " + std::to_string(value);
      struct {
        int64_t number;
        levada_str text;
        Acc acc;
      } row{7, text(name), {i, value}};
      for (Slot *to : {whole.get(), slot.get()})
        levada_rt_sort(&to->ctx, 0, &to->desc, (char *)&row);
      if (i % 50 != 49)
        continue;
      Writer to;
      slot_save(&slot->ctx, slot->slot, false, to);
      parts.push_back(std::string(to.view()));
      if (i % 150 != 149)
        continue;
      slot = fresh(limit);
      for (auto &part : parts) {
        Reader from(part);
        ASSERT_TRUE(slot_load(&slot->ctx, slot->slot, from));
        ASSERT_EQ(from.left(), 0u);
      }
      ASSERT_TRUE(slot_loaded(&slot->ctx, slot->slot));
      parts.clear();
    }
    whole->finish();
    slot->finish();
    EXPECT_EQ(slot->take(), whole->take()) << limit;
  }
}

TEST(StateSave, SetsComeBackInOrder) {
  for (bool is_str : {false, true}) {
    levada_ctx ctx{};
    levada_arena arenas[2]{};
    char *sets[2] = {};
    Writer to;
    auto add = [&](int set, int64_t v) {
      std::string s = (v % 2 ? "a long text that is kept " : "") + std::to_string(v);
      int64_t bytes[2] = {v, 0};
      levada_str str = text(s);
      ctx.state_arena = &arenas[set];
      return levada_rt_distinct_add(&ctx, (char *)&sets[set],
                                    is_str ? (char *)&str : (char *)bytes, is_str);
    };
    levada_rt_distinct_save(&to, (char *)&sets[0], is_str);
    for (int64_t v = 0; v < 300; ++v)
      add(0, v * 7 % 307);
    levada_rt_distinct_save(&to, (char *)&sets[0], is_str);
    for (uint64_t size : {to.size(), to.size() - 1}) {
      Reader from(to.data(), size);
      ctx.state_arena = &arenas[1];
      levada_rt_distinct_load(&ctx, &from, (char *)&sets[1], is_str);
      EXPECT_EQ(sets[1], nullptr);
      levada_rt_distinct_load(&ctx, &from, (char *)&sets[1], is_str);
      ASSERT_EQ(from.ok, size == to.size());
      uint64_t a = 0, b = 0;
      while (const char *value = levada_rt_distinct_next((char *)&sets[1], &b)) {
        const char *old = levada_rt_distinct_next((char *)&sets[0], &a);
        if (is_str)
          EXPECT_EQ(text(*(const levada_str *)old), text(*(const levada_str *)value));
        else
          EXPECT_EQ(*(const int64_t *)old, *(const int64_t *)value);
      }
      EXPECT_EQ(b, size == to.size() ? 300u : 299u);
    }
    EXPECT_FALSE(add(1, 7));
    EXPECT_TRUE(add(1, 5000));
    arena_free(&arenas[0]);
    arena_free(&arenas[1]);
  }
}
