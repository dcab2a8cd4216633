//===- kept_test.cpp - arguments that may be taken back ---------------------===//
//
// Random arguments come and go, counted or in the order they came, and are saved
// and loaded now and then: what is left is what a plain list has. Memory of rows
// and texts is used again.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/bytes.h"
#include "runtime/state/memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace levada::rt;

namespace {

/// A number and a text.
const uint32_t texts[] = {8};
const levada_layout layout = {24, 1, texts};

struct Bytes {
  char data[24] = {};
  Bytes(int64_t number, const std::string &text) {
    memcpy(data, &number, 8);
    uint32_t len = (uint32_t)text.size();
    memcpy(data + 8, &len, 4);
    memcpy(data + 12, text.data(), len > 12 ? 4 : len);
    const char *at = text.data();
    if (len > 12)
      memcpy(data + 16, &at, 8);
  }
};

using Row = std::pair<int64_t, std::string>;

Row row_of(const char *at) {
  int64_t number;
  uint32_t len;
  const char *text;
  memcpy(&number, at, 8);
  memcpy(&len, at + 8, 4);
  memcpy(&text, at + 16, 8);
  return {number, std::string(len > 12 ? text : at + 12, len)};
}

struct State {
  levada_ctx ctx = {};
  Memory *memory = memory_new();
  char *kept = nullptr;
  State() { ctx.state_arena = &memory->arena; }
  ~State() { memory_release(memory); }

  std::vector<Row> rows() const {
    std::vector<Row> all;
    uint64_t index = 0;
    while (const char *at = levada_rt_kept_next((const char *)&kept, &layout, &index))
      all.push_back(row_of(at));
    return all;
  }
  bool add(const Row &row, bool counted) {
    return levada_rt_kept_add(&ctx, (char *)&kept, &layout, Bytes(row.first, row.second).data, counted);
  }
  int32_t remove(const Row &row, bool counted) {
    return levada_rt_kept_remove(&ctx, (char *)&kept, &layout, Bytes(row.first, row.second).data, counted);
  }
};

/// What is kept, by a list of those alive in order, and how often each counts.
struct Model {
  bool counted;
  std::vector<Row> order;
  std::map<Row, int64_t> times;

  bool add(const Row &row) {
    int64_t now = ++times[row];
    if (now <= 0 || (counted && now > 1))
      return false;
    order.push_back(row);
    return true;
  }
  int32_t remove(const Row &row) {
    int64_t now = --times[row];
    if (now < 0)
      return LEVADA_KEPT_NONE;
    if (counted && now > 0)
      return LEVADA_KEPT_SOME;
    order.erase(std::find(order.begin(), order.end(), row));
    return LEVADA_KEPT_LAST;
  }
};

void run(uint64_t seed, bool counted, int different) {
  std::mt19937_64 random(seed);
  auto state = std::make_unique<State>();
  Model model{counted, {}, {}};
  for (int i = 0; i < 3000; ++i) {
    int64_t number = (int64_t)(random() % (uint64_t)different);
    Row row{number, number % 2 ? std::to_string(number) : std::string(13 + number % 70, 'a')};
    if (random() % 100 < (i / 500 % 2 ? 40 : 60)) {
      ASSERT_EQ(state->add(row, counted), model.add(row)) << i;
    } else {
      ASSERT_EQ(state->remove(row, counted), model.remove(row)) << i;
    }
    if (i % 37 == 0) {
      ASSERT_EQ(state->rows(), model.order) << i;
    }
    if (i % 500 == 499) {
      Writer to;
      levada_rt_kept_save(&to, (const char *)&state->kept, &layout);
      auto loaded = std::make_unique<State>();
      Reader from(to.view());
      levada_rt_kept_load(&loaded->ctx, &from, (char *)&loaded->kept, &layout, counted);
      ASSERT_TRUE(from.ok && from.left() == 0);
      state = std::move(loaded);
    }
  }
}

} // namespace

TEST(Kept, ListsAreWhatIsLeft) {
  for (uint64_t seed = 0; seed < 6; ++seed)
    run(seed, /*counted=*/false, seed % 2 ? 5 : 60);
}

TEST(Kept, CountsAreWhatIsLeft) {
  for (uint64_t seed = 0; seed < 6; ++seed)
    run(seed, /*counted=*/true, seed % 2 ? 5 : 400);
}

TEST(Kept, TakenBackBeforeItCameItDoesNotCount) {
  for (bool counted : {false, true}) {
    State state;
    EXPECT_EQ(state.remove({1, "a"}, counted), LEVADA_KEPT_NONE);
    EXPECT_TRUE(state.add({2, "b"}, counted));
    EXPECT_FALSE(state.add({1, "a"}, counted));
    EXPECT_EQ(state.rows(), (std::vector<Row>{{2, "b"}}));
    EXPECT_TRUE(state.add({1, "a"}, counted));
  }
}

TEST(Kept, MemoryIsUsedAgain) {
  for (bool counted : {false, true}) {
    State state;
    auto round = [&](int64_t i) {
      for (int64_t n = 0; n < 20; ++n)
        state.add({i + n, std::string(20 + size_t(n), 'x')}, counted);
      for (int64_t n = 0; n < 20; ++n)
        state.remove({i + n, std::string(20 + size_t(n), 'x')}, counted);
    };
    for (int64_t i = 0; i < 100; ++i)
      round(i * 100);
    uint64_t bytes = arena_bytes(&state.memory->arena);
    for (int64_t i = 100; i < 2000; ++i)
      round(i * 100);
    EXPECT_EQ(arena_bytes(&state.memory->arena), bytes);
    levada_rt_kept_clear((char *)&state.kept, &layout);
    EXPECT_TRUE(state.rows().empty());
    EXPECT_TRUE(state.add({1, "a text that is long"}, counted));
    EXPECT_EQ(state.rows().size(), 1u);
  }
}

TEST(Kept, BrokenBytesFail) {
  State state;
  state.add({1, "a text that is long"}, true);
  Writer to;
  levada_rt_kept_save(&to, (const char *)&state.kept, &layout);
  for (uint64_t size = 0; size < to.size(); ++size) {
    State loaded;
    Reader from(to.data(), size);
    levada_rt_kept_load(&loaded.ctx, &from, (char *)&loaded.kept, &layout, true);
    EXPECT_FALSE(from.ok) << size;
  }
}

TEST(Arena, ReleaseGivesBackWhatWasTaken) {
  levada_arena arena = {};
  char mark[32];
  char *kept = arena_take(&arena, 100);
  memset(kept, 'k', 100);
  uint64_t most = 0;
  for (int i = 0; i < 1000; ++i) {
    arena_mark(&arena, mark);
    for (uint64_t size : {16u, 300u, 5000u, 70000u})
      memset(arena_take(&arena, size * uint64_t(1 + i % 3)), 'x', size);
    arena_release(&arena, mark);
    if (i < 20)
      most = std::max(most, arena_bytes(&arena));
    ASSERT_LE(arena_bytes(&arena), most);
    ASSERT_EQ(std::string(kept, 100), std::string(100, 'k'));
  }
  arena_mark(&arena, mark);
  arena_release(&arena, mark);
  arena_free(&arena);
}
