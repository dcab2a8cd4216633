// Rows of several inputs in the order (watermark, input, place).
#include "runtime/exec/merge.h"

#include <gtest/gtest.h>
#include <string.h>

using namespace levada::rt;

namespace {

struct Row {
  int64_t watermark, value;
};

const levada_channel_desc rows_desc = {.name = "rows", .row_size = sizeof(Row)};

class MergeTest : public testing::Test {
protected:
  MergeTest() {
    merge_.add_input(channel_);
    merge_.add_input(channel_);
  }
  ~MergeTest() override {
    for (Batch *batch : done_)
      pool_.give(batch);
  }
  void add(uint32_t input, std::vector<Row> rows, int64_t base = LEVADA_MIN_WATERMARK) {
    Batch *batch = pool_.take(sizeof(Row), rows.size());
    memcpy(batch->rows, rows.data(), rows.size() * sizeof(Row));
    batch->count = rows.size();
    merge_.add(input, batch, base);
  }
  std::vector<int64_t> next(std::vector<int64_t> watermarks) {
    std::vector<int64_t> values;
    Row rows[3];
    while (uint32_t count =
               merge_.next(watermarks.data(), reinterpret_cast<char *>(rows), 3, done_))
      for (uint32_t i = 0; i < count; ++i)
        values.push_back(rows[i].value);
    return values;
  }

  Channel channel_{&rows_desc, 0, 0, true, 0, 0};
  BatchPool pool_;
  Merge merge_{pool_};
  std::vector<Batch *> done_;
};

} // namespace

TEST_F(MergeTest, HoldsWhatAnotherInputMayPrecede) {
  add(0, {{0, 1}, {5, 2}, {9, 3}});
  EXPECT_EQ(next({10, LEVADA_MIN_WATERMARK}), (std::vector<int64_t>{}));
  EXPECT_EQ(next({10, 5}), (std::vector<int64_t>{1, 2})); // at 5, input 0 comes first
  add(1, {{5, 4}, {7, 5}});
  EXPECT_EQ(next({10, 8}), (std::vector<int64_t>{4, 5}));
  EXPECT_EQ(done_.size(), 1u);
  EXPECT_EQ(next({10, LEVADA_MAX_WATERMARK}), (std::vector<int64_t>{3}));
  EXPECT_EQ(done_.size(), 2u);
  EXPECT_TRUE(merge_.empty());
}

TEST_F(MergeTest, TheSecondInputWaitsAtEqualWatermarks) {
  add(1, {{5, 1}});
  EXPECT_EQ(next({5, 9}), (std::vector<int64_t>{}));
  EXPECT_EQ(next({6, 9}), (std::vector<int64_t>{1}));
}

TEST_F(MergeTest, TheBaseCountsForRowsBelowIt) {
  add(0, {{LEVADA_MIN_WATERMARK, 1}}, 50);
  add(1, {{20, 2}}, 10);
  EXPECT_EQ(next({60, 60}), (std::vector<int64_t>{2, 1}));
}
