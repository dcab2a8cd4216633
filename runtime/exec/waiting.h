//===- waiting.h - rows that wait for their turn ---------------------------===//
//
// Batches of one sender, or of one input of a merge, in the order in which they
// came. Under --memory, when much waits, the rows of those that come are packed:
// they stand with their places and texts in blocks that are not the process's
// memory (paged.h), let go of the frames they viewed, and are unpacked a piece at
// a time when it is their turn. Checkpoints have packed rows, too.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_WAITING_H
#define LEVADA_RUNTIME_EXEC_WAITING_H

#include "runtime/checkpoint/bytes.h"
#include "runtime/exec/batch.h"

#include <deque>

namespace levada::rt {

/// Under --memory: from when on rows that come are packed.
struct WaitLimit {
  const Counter *waiting;
  uint64_t most; // bytes
  bool reached() const { return waiting->load(std::memory_order_relaxed) > most; }
};

/// Counts what a batch has beside its rows until it is given back; `counter` may be
/// NULL.
void count_waiting(Batch &batch, const levada_channel_desc &channel, Counter *counter);

/// Rows of a batch as bytes, some 128 KB at a time.
class Packer {
public:
  static constexpr uint64_t piece_bytes = 128 << 10;
  /// From row `begin` on.
  Packer(const Batch &batch, const levada_channel_desc &channel, uint32_t begin = 0);
  /// Takes the next rows; their number, 0 at the end. Then size() bytes are to be had.
  uint32_t next();
  uint64_t size() const;
  void write(char *to) const;

private:
  const Batch &batch_;
  const levada_channel_desc &channel_;
  Segments::Cursor cursor_;
  Segment segment_{};
  uint64_t until_ = 0; // of segment_
  bool more_ = false;
  uint32_t begin_ = 0, end_ = 0;
  uint64_t texts_ = 0; // bytes
  Segments places_;
};

/// A batch of packed rows. NULL: malformed.
Batch *unpack(Reader &from, const levada_channel_desc &channel, BatchPool &pool);

class Waiting {
public:
  struct Entry {
    Batch *batch = nullptr; // NULL: there are no rows, or `packed` has them
    char *packed = nullptr;
    uint64_t size = 0; // of packed
    uint64_t seq = 0;
    int64_t watermark = LEVADA_MIN_WATERMARK; // with last
    bool last = false;
    bool begins = false; // its first row does not stand behind those of its number before it
  };

  Waiting() = default;
  Waiting(Waiting &&) = default;
  Waiting &operator=(Waiting &&) = default;
  Waiting(const Waiting &) = delete;

  /// Takes the batch; `limit` may be NULL.
  void push(Batch *batch, const levada_channel_desc &channel, BatchPool &pool,
            const WaitLimit *limit);
  /// The same, and its rows are in the order of their places from then on.
  void push_in_order(Batch *batch, const levada_channel_desc &channel, BatchPool &pool,
                     const WaitLimit *limit);
  bool empty() const { return entries_.empty(); }
  const Entry &front() const { return entries_.front(); }
  /// Takes out the first one; it is the caller's.
  Entry pop();
  const std::deque<Entry> &entries() const { return entries_; }
  void drop(BatchPool &pool);

private:
  void push(Entry entry, Batch *batch, const levada_channel_desc &channel, BatchPool &pool,
            const WaitLimit *limit);
  std::deque<Entry> entries_;
  uint64_t seq_ = ~uint64_t(0); // of the newest
  Order last_;                  // of its last row
};

/// The rows of an entry that has some, and it has none any more.
Batch *take_rows(Waiting::Entry &entry, const levada_channel_desc &channel, BatchPool &pool);
/// What an entry holds is not wanted.
void drop_rows(Waiting::Entry &entry, BatchPool &pool);

} // namespace levada::rt

#endif
