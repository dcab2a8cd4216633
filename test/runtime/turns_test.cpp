// Rows that wait: packed and unpacked, and senders' rows in the order of their
// places.
#include "runtime/exec/turns.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <string.h>
#include <string>

using namespace levada::rt;

namespace {

struct Row {
  int64_t watermark, sender, number;
  levada_str text;
};
const uint32_t texts[] = {24};
const levada_channel_desc rows_desc = {
    .name = "rows", .row_size = sizeof(Row), .texts = texts, .text_count = 1};

std::string text_of(int64_t sender, int64_t number) {
  return std::string(size_t(number % 40), char('a' + sender)) + std::to_string(number);
}

struct Made {
  Order order;
  int64_t sender, number;
};

class TurnsTest : public testing::Test {
protected:
  /// What `sender` makes under number 7, in batches of a few rows.
  void make(uint32_t sender, const std::vector<Order> &orders, const WaitLimit *limit) {
    if (waiting_.size() <= sender)
      waiting_.resize(sender + 1);
    Batch *batch = nullptr;
    auto push = [&](bool last) {
      if (!batch)
        batch = pool_.take(sizeof(Row), 0);
      batch->seq = 7;
      batch->last = last;
      batch->watermark = last ? 100 + sender : LEVADA_MIN_WATERMARK;
      batch->segments.end(batch->count);
      waiting_[sender].push_in_order(batch, rows_desc, pool_, limit);
      batch = nullptr;
    };
    for (const Order &order : orders) {
      if (!batch) {
        batch = pool_.take(sizeof(Row), 50);
        batch->frame = frame_new();
      }
      int64_t number = int64_t(made_.size());
      std::string text = text_of(sender, number);
      Row row{5, sender, number, {}};
      row.text.len = uint32_t(text.size());
      if (text.size() <= 12) {
        memcpy(row.text.inl, text.data(), text.size());
      } else {
        char *copy = arena_grow(&batch->frame->arena, text.size());
        memcpy(copy, text.data(), text.size());
        memcpy(row.text.prefix, text.data(), 4);
        row.text.ptr = copy;
      }
      batch->segments.note(order, batch->count);
      memcpy(batch->row(batch->count++), &row, sizeof row);
      made_.push_back({order, sender, number});
      if (batch->count == 50)
        push(false);
    }
    if (batch)
      batch->segments.note(Order{-1}, batch->count); // that nothing follows
    push(true);
  }

  /// The rows' numbers as they come out, each with its own text.
  std::vector<int64_t> merged(int64_t *watermark) {
    std::vector<int64_t> numbers;
    std::vector<Batch *> done;
    Turns turns(rows_desc, pool_);
    for (uint32_t s = 0; s < waiting_.size(); ++s)
      turns.add(s, waiting_[s], 7, *watermark);
    Turns::Piece piece;
    while (turns.next(piece, done))
      for (; piece.begin != piece.end; ++piece.begin) {
        Row row;
        memcpy(&row, piece.batch->row(piece.begin), sizeof row);
        EXPECT_EQ(piece.sender, row.sender);
        std::string_view text(row.text.len > 12 ? row.text.ptr : row.text.inl, row.text.len);
        EXPECT_EQ(text, text_of(row.sender, row.number));
        EXPECT_TRUE(piece.order == made_[row.number].order);
        numbers.push_back(row.number);
      }
    for (Batch *batch : done)
      pool_.give(batch);
    return numbers;
  }
  std::vector<int64_t> expected() {
    std::vector<Made> all = made_;
    std::sort(all.begin(), all.end(), [](const Made &a, const Made &b) {
      return a.order != b.order     ? a.order < b.order
             : a.sender != b.sender ? a.sender < b.sender
                                    : a.number < b.number;
    });
    std::vector<int64_t> numbers;
    for (const Made &row : all)
      numbers.push_back(row.number);
    return numbers;
  }

  BatchPool pool_;
  std::vector<Waiting> waiting_;
  std::vector<Made> made_;
  Counter counter_{0};
  const WaitLimit always_{&counter_, 0};
};

std::vector<Order> orders_of(std::mt19937_64 &random, size_t count, bool ascending) {
  std::vector<Order> orders;
  for (size_t i = 0; i < count; ++i) {
    Order order{int64_t(random() % 5)};
    if (random() % 2)
      order.exchanged(random() % 3, int64_t(random() % 20));
    orders.push_back(order);
  }
  if (ascending)
    std::sort(orders.begin(), orders.end());
  return orders;
}

} // namespace

TEST_F(TurnsTest, ComeInTheOrderOfTheirPlaces) {
  std::mt19937_64 random(3);
  counter_ = 1;
  for (int way = 0; way < 8; ++way) {
    made_.clear();
    for (uint32_t sender = 0; sender < 3; ++sender)
      make(sender, orders_of(random, 400 * sender, way & 1), way & 2 ? &always_ : nullptr);
    int64_t watermark = LEVADA_MIN_WATERMARK;
    EXPECT_EQ(merged(&watermark), expected());
    EXPECT_EQ(watermark, 102);
    for (const Waiting &left : waiting_)
      EXPECT_TRUE(left.empty());
  }
}

TEST_F(TurnsTest, FewerThanTheLimitStayAsTheyAre) {
  counter_ = 10;
  const WaitLimit never{&counter_, 10};
  make(0, {Order{1}, Order{2}}, &never);
  EXPECT_NE(waiting_[0].front().batch, nullptr);
  counter_ = 11;
  make(1, {Order{1}, Order{2}}, &never);
  EXPECT_EQ(waiting_[1].front().batch, nullptr);
  EXPECT_NE(waiting_[1].front().packed, nullptr);
  for (Waiting &waiting : waiting_)
    waiting.drop(pool_);
}

TEST_F(TurnsTest, PackedRowsHaveBoundedPieces) {
  Batch *batch = pool_.take(sizeof(Row), 20000);
  batch->count = 20000;
  memset(batch->rows, 0, 20000 * sizeof(Row));
  for (uint32_t i = 0; i < batch->count; i += 7)
    batch->segments.note(Order{int64_t(i)}, i);
  uint32_t begin = 3, pieces = 0;
  for (Packer packer(*batch, rows_desc, begin); uint32_t count = packer.next(); ++pieces) {
    std::string bytes(packer.size(), 0);
    packer.write(bytes.data());
    EXPECT_LT(bytes.size(), 2 * Packer::piece_bytes);
    Reader from(bytes);
    Batch *back = unpack(from, rows_desc, pool_);
    ASSERT_NE(back, nullptr);
    EXPECT_EQ(back->count, count);
    Segments::Cursor cursor(back->segments);
    Segment segment;
    uint64_t at = 0;
    for (uint64_t until; cursor.next(segment, until, back->count); at = until)
      for (uint64_t i = at; i < until; ++i)
        ASSERT_EQ(segment.order.first, int64_t((begin + i) / 7 * 7));
    EXPECT_EQ(at, back->count);
    begin += count;
    pool_.give(back);
    // Cut short it is nothing.
    for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 50) {
      Reader part(bytes.data(), size);
      EXPECT_EQ(unpack(part, rows_desc, pool_), nullptr);
    }
  }
  EXPECT_EQ(begin, 20000u);
  EXPECT_GT(pieces, 3u);
  pool_.give(batch);
}
