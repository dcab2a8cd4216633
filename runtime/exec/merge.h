//===- merge.h - several inputs of one stage, by watermark ----------------===//
//
// Rows of several inputs are put in the order (watermark before the row, input
// number, place in the input): a total order that follows from each row alone,
// so that every worker puts its share in the same order. A row may go when no
// other input can still bring one that stands before it. Since rows go in order
// of their own watermarks, a row's own watermark is the merged one too.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_MERGE_H
#define LEVADA_RUNTIME_EXEC_MERGE_H

#include "runtime/checkpoint/bytes.h"
#include "runtime/exec/topology.h"
#include "runtime/exec/waiting.h"
#include "runtime/state/table.h"

namespace levada::rt {

class Merge {
public:
  /// `limit` may be NULL.
  explicit Merge(BatchPool &pool, const WaitLimit *limit = nullptr) : pool_(pool), limit_(limit) {}
  ~Merge();
  void add_input(const Channel &channel);
  /// Rows of `input`, in order; `base` is the input's watermark before their number.
  /// Where rows are to have places (next), a segment of the batch says where its rows
  /// stand in their number, if they do not say it themselves: as place_in_merge does.
  void add(uint32_t input, Batch *batch, int64_t base);
  /// Copies rows that may go into `to` (room for `room` rows), each with its
  /// merged watermark; `watermarks` are the inputs' after the current number.
  /// Batches that are used up go to `done`, for what the rows view, and are the
  /// caller's. Returns the number of rows.
  /// `places`: to be filled, or NULL; `offset` as levada_channel_desc has it.
  uint32_t next(const int64_t *watermarks, char *to, uint32_t room, std::vector<Batch *> &done,
                std::vector<Order> *places = nullptr, uint32_t offset = 0);
  bool empty() const;
  /// Batches of which some rows may have gone, and some not.
  template <typename Each> void each_at_hand(Each &&each) const {
    for (const Input &input : inputs_)
      if (input.batch)
        each(*input.batch);
  }
  /// The rows of `input` that wait, with their places and texts.
  void save(uint32_t input, Writer &to) const;
  /// Such rows of one worker; those in `range` of hashes (where the channel has
  /// them) are added. False: malformed.
  bool restore(uint32_t input, HashRange range, Reader &from);
  /// All are there: puts those of several workers in order.
  void restored();

private:
  struct Input {
    const Channel *channel;
    Waiting waiting;
    Batch *batch = nullptr; // the first of them
    uint32_t at = 0;        // its first row that waits
    Segments::Cursor cursor;
    Segment segment{}; // of that row
    uint64_t until = 0;
    std::vector<Waiting> saved = {}; // by workers
  };
  /// False: nothing waits.
  bool open(Input &input);
  /// Behind the row at hand.
  void pass(Input &input, std::vector<Batch *> &done);

  BatchPool &pool_;
  const WaitLimit *limit_;
  std::vector<Input> inputs_;
};

/// Where a row of `sender` that stood at `order` within its number, and was the
/// `at`th that the sender emitted, stands in the same among the rows of its input.
Order place_in_merge(const Order &order, uint32_t sender, int64_t at);

} // namespace levada::rt

#endif
