//===- sort_test.cpp - rows to sort: a limit of memory, parts, crashes -----===//
//
// Rows leave memory, are saved in steps while more come, and come back after
// crashes: what fires is what a stable sort of all rows makes, cut at OFFSET and
// LIMIT, and no more lies in memory than may.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/tables.h"
#include "runtime/state/part.h"
#include "runtime/state/sorter.h"
#include "runtime/state/walk.h"
#include "test/runtime/state_fixture.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>
#include <time.h>

using namespace levada;
using namespace levada::rt;
using namespace levada::test;

namespace {

/// Keys (number, text) followed by what the fixture reads: arrival, value.
struct TextRow {
  int64_t number;
  levada_str text;
  Acc acc;
};
struct PlainRow {
  int64_t number;
  Acc acc;
};

int32_t by_value(const char *a, const char *b) {
  int64_t x = ((const TextRow *)a)->acc.sum, y = ((const TextRow *)b)->acc.sum;
  return x < y ? -1 : x > y;
}
int32_t plain_by_value(const char *a, const char *b) {
  int64_t x = ((const PlainRow *)a)->acc.sum, y = ((const PlainRow *)b)->acc.sum;
  return x < y ? -1 : x > y;
}
int32_t all_equal(const char *, const char *) { return 0; }

struct Shape {
  int64_t limit, skip;
  bool texts, first_rows; // by arrival alone
};

std::string name_of(int64_t value) { return "a row of the value " + std::to_string(value); }

struct Sort {
  Slot slot;
  std::unique_ptr<Limited> limited;

  Sort(const Shape &shape, uint64_t bytes, uint32_t worker = 0, uint32_t workers = 1)
      : slot(shape.texts ? Slot::Text : Slot::Int) {
    static const uint32_t offsets[] = {8};
    slot.worker(worker, workers);
    slot.channel.mode = LEVADA_CHANNEL_SINGLE;
    slot.desc.kind = LEVADA_SLOT_SORT;
    slot.desc.key = shape.texts ? levada_layout{40, 1, offsets} : levada_layout{24, 0, nullptr};
    slot.desc.acc_offset = shape.texts ? 24 : 8;
    slot.desc.entry_size = slot.desc.key.size;
    slot.desc.compare = shape.first_rows ? all_equal : shape.texts ? by_value : plain_by_value;
    slot.desc.limit = shape.limit;
    slot.desc.skip = shape.skip;
    slot.desc.first_rows = shape.first_rows;
    slot.create();
    slot_keep_marks(slot.slot);
    if (bytes) {
      limited = std::make_unique<Limited>(slot, bytes);
      limited->spill.named = true;
      static uint32_t made = 0;
      limited->spill.worker = ++made; // names of their own
    }
  }
  void add(int64_t number, int64_t value) {
    if (slot.desc.key.str_count) {
      std::string name = name_of(value);
      TextRow row{7, text(name), {number, value}};
      levada_rt_sort(&slot.ctx, 0, &slot.desc, (char *)&row);
    } else {
      PlainRow row{value, {number, value}};
      levada_rt_sort(&slot.ctx, 0, &slot.desc, (char *)&row);
    }
  }
};

/// Checkpoints on disk: each part, and its folder.
struct Chain {
  struct Part {
    std::string bytes, folder;
    uint64_t written; // beside files that are linked
  };
  std::string folder = testing::TempDir() + "sorts-" + std::to_string(getpid());
  std::vector<Part> parts;
  std::unique_ptr<Parts> making;
  int made = 0;
  uint64_t least_table = 2000;

  Chain() { std::filesystem::create_directories(folder); }
  ~Chain() { std::filesystem::remove_all(folder); }

  void begin(Sort &sort, bool all) {
    making = std::make_unique<Parts>();
    making->least_table = least_table;
    slot_save_begin(&sort.slot.ctx, sort.slot.slot, all, *making);
    if (!making->delta)
      parts.clear();
  }
  bool step(Sort &sort, uint64_t budget) { return slot_save_some(sort.slot.slot, &budget); }
  void finish(Sort &sort) {
    if (!making)
      return;
    ASSERT_TRUE(step(sort, UINT64_MAX));
    Part part{"", folder + "/" + std::to_string(++made), 0};
    std::filesystem::create_directories(part.folder);
    TablesFile file(*making);
    if (file.needed()) {
      FileStream to;
      to.open((part.folder + "/" + tables_name(0).text).c_str(),
              {Step::PART_WRITE, Step::PART_SYNC}, false);
      file.write(&to);
      ASSERT_TRUE(to.finish());
      file.settle(to);
      part.written = to.size();
    }
    for (const StoredFile *linked : making->files())
      std::filesystem::create_hard_link(linked->path, part.folder + "/" + spill_link(linked).text);
    for (std::string_view piece : making->views())
      part.bytes += piece;
    part.written += part.bytes.size();
    parts.push_back(part);
    making.reset();
  }
  void load(Sort &sort) {
    for (Part &part : parts) {
      Reader from(part.bytes);
      slot_load_from(sort.slot.slot, part.folder.c_str());
      ASSERT_TRUE(slot_load(&sort.slot.ctx, sort.slot.slot, from));
      ASSERT_EQ(from.left(), 0u);
    }
    ASSERT_TRUE(slot_loaded(&sort.slot.ctx, sort.slot.slot));
    spill_adopted(sort.slot.slot->spill);
  }
};

std::vector<int64_t> random_values(std::mt19937_64 &random, size_t n) {
  std::vector<int64_t> values(n);
  const int how = (int)(random() % 4);
  for (size_t i = 0; i < n; ++i)
    values[i] = how == 0   ? (int64_t)(random() % 50)
                : how == 1 ? (int64_t)(n - i)
                : how == 2 ? (int64_t)i
                           : (int64_t)(random() % 1000000);
  return values;
}

/// Arrivals in the order of the result.
std::vector<int64_t> expected(const Shape &shape, const std::vector<int64_t> &values) {
  std::vector<int64_t> order(values.size());
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = (int64_t)i;
  if (!shape.first_rows)
    std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      return std::pair(values[(size_t)a], a) < std::pair(values[(size_t)b], b);
    });
  const size_t from = std::min(order.size(), (size_t)std::max<int64_t>(shape.skip, 0));
  const size_t count = shape.limit < 0 ? order.size() - from
                                       : std::min(order.size() - from, (size_t)shape.limit);
  return {order.begin() + (long)from, order.begin() + (long)(from + count)};
}

void same(Sort &sort, const Shape &shape, const std::vector<int64_t> &values) {
  sort.slot.finish();
  ASSERT_EQ(sort.slot.ctx.failed, 0);
  const std::vector<int64_t> order = expected(shape, values);
  std::vector<Fired> rows = sort.slot.take();
  ASSERT_EQ(rows.size(), order.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].count, order[i]) << "row " << i;
    ASSERT_EQ(rows[i].sum, values[(size_t)order[i]]);
    if (shape.texts)
      ASSERT_EQ(rows[i].key, name_of(rows[i].sum));
  }
}

const Shape shapes[] = {{-1, -1, true, false},   {-1, 700, false, false}, {10, 0, true, false},
                        {3000, 500, true, false}, {9000, 0, false, false}, {9000, 0, true, true},
                        {40000, 0, true, false},  {0, 0, true, false}};

} // namespace

TEST(Sort, UnderALimitIsAsInMemory) {
  std::mt19937_64 random(3);
  const uint64_t limit = 128 << 10;
  for (const Shape &shape : shapes)
    for (int round = 0; round < 4; ++round) {
      const std::vector<int64_t> values = random_values(random, 30000);
      Sort sort(shape, limit);
      for (size_t i = 0; i < values.size(); ++i) {
        sort.add((int64_t)i, values[i]);
        if (i % 1024 == 1023)
          ASSERT_LE(spill_used(&sort.limited->spill), limit + (100 << 10));
      }
      const Sorter *sorter = sort.slot.slot->sorter;
      if (sorter->bound != UINT64_MAX && sorter->files.count)
        EXPECT_LT(sorter->outside, 2 * sorter->bound);
      EXPECT_EQ(slot_full(sort.slot.slot), shape.first_rows);
      same(sort, shape, values);
      if (HasFatalFailure())
        FAIL() << shape.limit << " " << shape.skip << " " << shape.texts << " round " << round;
      if (shape.limit < 0 || shape.first_rows)
        EXPECT_GT(sort.limited->spill.bytes, limit);
    }
}

TEST(Sort, FewRowsOfLongTextsAreMuch) {
  for (int64_t limit : {-1, 300}) {
    Sort sort({limit, 0, true, false}, 6 << 20);
    const std::string end(30000, 'x');
    for (int64_t i = 0; i < 800; ++i) {
      const std::string name = std::to_string(i) + end;
      TextRow row{7, text(name), {i, 800 - i}};
      levada_rt_sort(&sort.slot.ctx, 0, &sort.slot.desc, (char *)&row);
      ASSERT_LE(spill_used(&sort.limited->spill), (6 << 20) + (1300 << 10)); // a block of memory
    }
    sort.slot.finish();
    std::vector<Fired> rows = sort.slot.take();
    ASSERT_EQ(rows.size(), limit < 0 ? 800u : 300u);
    for (size_t i = 0; i < rows.size(); ++i)
      ASSERT_EQ(rows[i].key, std::to_string(799 - i) + end);
  }
}

TEST(Sort, FilesAreMergedWhenThereAreMany) {
  std::mt19937_64 random(4);
  for (Shape shape : {Shape{-1, -1, false, false}, Shape{50000, 10, false, false}}) {
    const std::vector<int64_t> values = random_values(random, 60000);
    Sort sort(shape, 64 << 20);
    for (size_t i = 0; i < values.size(); ++i) {
      sort.add((int64_t)i, values[i]);
      if (i % 300 == 299)
        ASSERT_TRUE(sorter_spill(&sort.slot.ctx, sort.slot.slot));
      ASSERT_LE(sort.slot.slot->sorter->files.count, 64u);
    }
    same(sort, shape, values);
  }
}

TEST(Sort, WhatIsLoadedGoesOnAsIfNothingHadBeen) {
  std::mt19937_64 random(5);
  for (const Shape &shape : shapes)
    for (int round = 0; round < 6; ++round) {
      const std::vector<int64_t> values = random_values(random, 12000);
      const uint64_t limit = round % 3 == 0 ? 128 << 10 : no_limit;
      Chain chain;
      auto sort = std::make_unique<Sort>(shape, limit);
      for (size_t i = 0; i < values.size(); ++i) {
        sort->add((int64_t)i, values[i]);
        if (chain.making && random() % 4 == 0)
          chain.step(*sort, 1 + random() % 300);
        if (random() % 400 == 0) {
          chain.finish(*sort);
          chain.begin(*sort, random() % 8 == 0);
        }
        if (chain.parts.empty() || random() % 1500)
          continue;
        chain.finish(*sort); // a crash: what was since the last part is read again
        chain.begin(*sort, false);
        chain.finish(*sort);
        auto next = std::make_unique<Sort>(shape, random() % 2 ? limit : no_limit);
        chain.load(*next);
        if (HasFatalFailure())
          return;
        sort = std::move(next);
        if (random() % 2)
          chain.parts.clear(); // the next part stands alone
      }
      chain.finish(*sort);
      same(*sort, shape, values);
      if (HasFatalFailure())
        FAIL() << shape.limit << " " << shape.skip << " " << shape.texts << " round " << round;
    }
}

TEST(Sort, APartIsThatOfItsBeginning) {
  for (const Shape &shape : {Shape{-1, -1, true, false}, Shape{300, 20, true, false}}) {
    Chain chain;
    Sort sort(shape, no_limit);
    std::vector<int64_t> values, all;
    std::mt19937_64 random(6);
    for (int64_t i = 0; i < 3000; ++i) {
      all.push_back(3000 - i);
      sort.add(i, all.back());
      if (i == 1200) {
        values = all;
        chain.begin(sort, true);
      }
      if (chain.making && i < 1700) // rows let go of others meanwhile
        chain.step(sort, 1);
    }
    chain.finish(sort);
    same(sort, shape, all);
    Sort loaded(shape, no_limit);
    chain.load(loaded);
    same(loaded, shape, values);
  }
}

TEST(Sort, PartsHaveWhatCameSince) {
  for (bool limited : {false, true}) {
    Chain chain;
    chain.least_table = 64 << 10;
    Sort sort({-1, -1, true, false}, limited ? 2 << 20 : no_limit);
    int64_t number = 0;
    auto rows = [&](int n) {
      for (int i = 0; i < n; ++i, ++number)
        sort.add(number, number * 7 % 1000);
    };
    auto written = [&] {
      chain.begin(sort, false);
      chain.finish(sort);
      return chain.parts.back().written;
    };
    rows(100000);
    const uint64_t first = written();
    EXPECT_EQ(sort.slot.slot->sorter->files.count > 0, limited);
    EXPECT_LT(written(), 3000u); // nothing new
    rows(500);
    const uint64_t some = written();
    EXPECT_GT(some, 500u * 40);
    EXPECT_LT(some, 500u * 120);
    if (!limited) {
      EXPECT_GT(first, 100000u * 40);
    } else {
      EXPECT_LT(first, 3u << 20); // the rest is linked
    }
    // At the start nothing of it is read.
    Sort loaded({-1, -1, true, false}, no_limit);
    chain.load(loaded);
    EXPECT_LT(slot_size(loaded.slot.slot).entries, 1000u);
    Footprint all = slot_footprint(loaded.slot.slot);
    EXPECT_EQ(all.entries + all.file_entries, 100500u);
    // And is linked again.
    Chain second;
    second.begin(loaded, true);
    second.finish(loaded);
    EXPECT_LT(second.parts.back().written, 100u << 10);
  }
}

TEST(Sort, RestartAfterRestartLeavesFewRuns) {
  Shape shape{-1, -1, false, false};
  Chain chain;
  std::vector<int64_t> values;
  auto sort = std::make_unique<Sort>(shape, no_limit);
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 200; ++i) {
      values.push_back((int64_t)(values.size() * 31 % 997));
      sort->add((int64_t)values.size() - 1, values.back());
    }
    chain.begin(*sort, true);
    chain.finish(*sort);
    auto next = std::make_unique<Sort>(shape, no_limit);
    chain.load(*next);
    sort = std::move(next);
    ASSERT_LE(sort->slot.slot->sorter->loose.count, 32u);
  }
  uint64_t rows = 0;
  slot_walk(&sort->slot.ctx, sort->slot.slot, &rows,
            [](void *to, const Entry &) { ++*(uint64_t *)to; });
  EXPECT_EQ(rows, values.size());
  same(*sort, shape, values);
}

TEST(Sort, OtherWorkersHaveNothing) {
  Shape shape{-1, -1, true, false};
  Chain chain;
  Sort sort(shape, no_limit);
  std::vector<int64_t> values;
  for (int64_t i = 0; i < 500; ++i)
    sort.add(i, values.emplace_back(i % 10));
  chain.begin(sort, true);
  chain.finish(sort);
  Sort first(shape, no_limit, 0, 2), second(shape, no_limit, 1, 2);
  chain.load(first);
  chain.load(second);
  second.slot.finish();
  EXPECT_TRUE(second.slot.take().empty());
  same(first, shape, values);
}

// Not timed; printed for whoever wants to know.
TEST(Sort, PartsOfAMillionRows) {
  auto now = [] {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return double(t.tv_sec) * 1e3 + double(t.tv_nsec) / 1e6;
  };
  Chain chain;
  chain.least_table = 64 << 10;
  Sort sort({-1, -1, true, false}, no_limit);
  for (int64_t i = 0; i < 1'000'000; ++i)
    sort.add(i, i * 7 % 1'000'003);
  for (int part = 0; part < 2; ++part) {
    double begun = now();
    chain.begin(sort, false);
    const double begin = now() - begun;
    double longest = 0, all = 0;
    for (bool whole = false; !whole;) {
      begun = now();
      whole = chain.step(sort, 8192);
      const double took = now() - begun;
      longest = std::max(longest, took);
      all += took;
    }
    chain.finish(sort);
    printf("part %d: begun in %.2f ms, longest of its steps of 8,192 rows %.2f ms, all %.2f ms, %lu bytes\n",
           part + 1, begin, longest, all, (unsigned long)chain.parts.back().written);
    for (int64_t i = 0; i < 10'000; ++i)
      sort.add(1'000'000 + i, i);
  }
  Sort loaded({-1, -1, true, false}, no_limit);
  const double begun = now();
  chain.load(loaded);
  printf("loaded in %.2f ms\n", now() - begun);
  EXPECT_EQ(slot_footprint(loaded.slot.slot).file_entries, 1'010'000u);
}

TEST(Sort, SaysWhatItCannotDo) {
  { // nowhere to write
    Sort sort({20000, 0, true, false}, 128 << 10);
    sort.limited->spill.folder = "/nowhere";
    for (int64_t i = 0; i < 20000 && !sort.slot.ctx.failed; ++i)
      sort.add(i, i);
    EXPECT_EQ(sort.slot.ctx.error_code, 692u);
  }
  { // bytes that are others
    Chain chain;
    Sort sort({-1, -1, true, false}, no_limit);
    for (int64_t i = 0; i < 2000; ++i)
      sort.add(i, i);
    chain.begin(sort, true);
    chain.finish(sort);
    const std::string path = chain.parts[0].folder + "/" + tables_name(0).text;
    FILE *file = fopen(path.c_str(), "r+");
    fseek(file, 30000, SEEK_SET);
    fputc('x', file);
    fclose(file);
    Sort loaded({-1, -1, true, false}, no_limit);
    chain.load(loaded);
    loaded.slot.finish();
    EXPECT_EQ(loaded.slot.ctx.error_code, 692u);
  }
  { // cut and flipped
    std::mt19937_64 random(7);
    Chain chain;
    chain.least_table = UINT64_MAX;
    Sort sort({-1, -1, true, false}, no_limit);
    for (int64_t i = 0; i < 50; ++i)
      sort.add(i, i);
    chain.begin(sort, true);
    chain.finish(sort);
    for (int round = 0; round < 500; ++round) {
      std::string bytes = chain.parts[0].bytes;
      if (round % 2)
        bytes.resize(random() % bytes.size());
      else
        bytes[random() % bytes.size()] ^= (char)(1 << random() % 8);
      Sort loaded({-1, -1, true, false}, no_limit);
      Reader from(bytes);
      slot_load_from(loaded.slot.slot, chain.folder.c_str());
      if (slot_load(&loaded.slot.ctx, loaded.slot.slot, from))
        slot_loaded(&loaded.slot.ctx, loaded.slot.slot);
    }
  }
}
