//===- batch.h - rows on their way between stages -------------------------===//
//
// A batch holds rows of one channel made by one worker under one number. The
// last batch of a number towards a receiver closes the number and tells the
// producer's watermark after it. Owned by one thread at a time: filled by the
// sender, passed through a ring, freed by the receiver.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_BATCH_H
#define LEVADA_RUNTIME_EXEC_BATCH_H

#include "runtime/exec/frame.h"

#include <atomic>
#include <compare>
#include <memory>
#include <vector>

namespace levada::rt {

/// Where something stands within its number, compared field by field. A fire
/// or a row of a source has only `first`; rows that were merged, or came from
/// several workers, carry where they came from (Execution::place_rows): at which
/// place of which worker each exchange found them.
struct Order {
  int64_t first = LEVADA_MIN_WATERMARK;
  uint64_t origin = 0;
  int64_t second = 0;
  uint64_t row = 0;
  uint64_t then[3] = {}; // exchanges behind the first; what comes after is not told apart
  auto operator<=>(const Order &) const = default;

  void exchanged(uint32_t sender, int64_t place) {
    uint64_t step = uint64_t(sender) << 48 | ((uint64_t(place) & 0xffffffffffff) + 1);
    uint64_t *const steps[] = {&row, &then[0], &then[1], &then[2]};
    for (uint64_t *at : steps)
      if (!*at) {
        *at = step;
        break;
      }
  }
};

/// Rows (or bytes) from `begin` on stand at `order` within their number.
struct Segment {
  Order order;
  uint64_t begin;
};

/// The segments of a batch or a buffer. With several workers there may be one for
/// each row, so that they are kept as differences, a few bytes each; many are not in
/// memory under --memory (paged.h).
class Segments {
public:
  bool empty() const { return !some_; }
  void clear();
  /// What follows `begin` stands at `order`; what nothing followed is replaced.
  void note(const Order &order, uint64_t begin) {
    if (some_ && !whole_ && last_.begin == begin) {
      last_.order = order;
      return;
    }
    if (some_ && !whole_)
      keep();
    last_ = {order, begin};
    some_ = true;
    whole_ = false;
  }
  /// Nothing comes at `end` or behind it: what stood there goes.
  void end(uint64_t end) {
    if (!some_ || whole_ || last_.begin != end)
      return;
    last_ = before_;
    whole_ = !kept_.empty() || !blocks_.empty();
    some_ = whole_;
  }
  /// Bytes of memory that they take.
  uint64_t bytes() const { return kept_.capacity() + plain_; }

  /// Goes through them in order.
  class Cursor {
  public:
    explicit Cursor(const Segments &of) : of_(&of) {}
    /// The next one, and where the one behind it begins; of the last one: `end`.
    bool next(Segment &segment, uint64_t &until, uint64_t end);

  private:
    bool step();
    bool open();
    const Segments *of_;
    const unsigned char *at_ = nullptr, *end_ = nullptr;
    size_t block_ = 0; // the one behind what is read
    Segment ahead_{};
    bool begun_ = false, ended_ = false, more_ = false;
  };
  /// Whether no order is below the one before it.
  bool ascending() const { return ascending_ && before_.order <= last_.order; }
  /// Of those that there are.
  Order first() const;
  const Order &last() const { return last_.order; }

  /// As saved_bytes() bytes, and back: false where they are none of a batch of
  /// `count` rows.
  uint64_t saved_bytes() const;
  void save(char *to) const;
  bool load(const char *from, uint64_t size, uint64_t count);

private:
  struct Saved {
    Segment last;
    uint64_t some;
  };
  /// Of all but the last, the first ones.
  struct Block {
    struct Free {
      void operator()(char *bytes) const;
    };
    std::unique_ptr<char, Free> bytes;
    uint64_t size;
  };
  void keep();
  bool sound(uint64_t count) const;
  std::vector<Block> blocks_;
  std::vector<unsigned char> kept_; // all behind them but the last
  uint64_t plain_ = 0;              // bytes of blocks that are in memory
  Segment before_{}, last_{};       // before_: the last of those
  bool some_ = false, ascending_ = true;
  bool whole_ = false; // the last is among those, too
};

struct Batch {
  uint32_t channel = 0, sender = 0;
  uint64_t seq = 0;
  bool last = false;
  int64_t watermark = LEVADA_MIN_WATERMARK; // with last
  uint32_t count = 0, row_size = 0;
  Frame *frame = nullptr; // what the rows point into; retained
  Segments segments;
  char *rows = nullptr;
  uint64_t capacity = 0; // bytes of rows
  uint64_t counted = 0;  // bytes on their way, in Counter

  char *row(uint64_t i) const { return rows + i * row_size; }
};

/// Bytes on their way between stages and to sinks, under --memory.
using Counter = std::atomic<uint64_t>;

/// Batches of one worker that are not in use.
class BatchPool {
public:
  /// Counts batches from take() to give(), and keeps few of them.
  void count_in(Counter *counter) { counter_ = counter; }
  ~BatchPool();
  /// An empty batch with room for `rows` rows of `row_size` bytes, or none.
  Batch *take(uint32_t row_size, uint32_t rows);
  /// Releases the batch's frame and keeps it for the next take().
  void give(Batch *batch);

private:
  std::vector<Batch *> free_;
  Counter *counter_ = nullptr;
  uint64_t kept_ = 0; // bytes in free_
};

/// A bounded queue of batches between one sender and one receiver.
class Ring {
public:
  static constexpr uint32_t capacity = 16;

  bool push(Batch *batch) {
    uint32_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == capacity)
      return false;
    slots_[tail % capacity] = batch;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }
  /// As the sender sees it.
  bool empty() const {
    return tail_.load(std::memory_order_relaxed) == head_.load(std::memory_order_acquire);
  }
  /// NULL when empty.
  Batch *pop() {
    uint32_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire))
      return nullptr;
    Batch *batch = slots_[head % capacity];
    head_.store(head + 1, std::memory_order_release);
    return batch;
  }

private:
  alignas(64) std::atomic<uint32_t> head_{0};
  alignas(64) std::atomic<uint32_t> tail_{0};
  alignas(64) Batch *slots_[capacity];
};

} // namespace levada::rt

#endif
