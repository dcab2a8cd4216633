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
#include "runtime/exec/batch.h"
#include "runtime/exec/topology.h"
#include "runtime/state/table.h"

#include <deque>

namespace levada::rt {

class Merge {
public:
  void resize(uint32_t inputs) { inputs_.resize(inputs); }
  /// Rows of `input` from `begin` to `end`; `base` is the input's watermark
  /// before their number. The batch stays until it comes out of next or drop.
  /// `place`: of the first row, where rows bring no place of their own.
  void add(uint32_t input, Batch *batch, uint32_t begin, uint32_t end, int64_t base,
           const Order &place = {});
  /// Copies rows that may go into `to` (room for `room` rows), each with its
  /// merged watermark; `watermarks` are the inputs' after the current number.
  /// Batches that are used up go to `done`. Returns the number of rows.
  /// `places`: to be filled, or NULL; `offset` as levada_channel_desc has it.
  uint32_t next(const int64_t *watermarks, char *to, uint32_t room, std::vector<Batch *> &done,
                std::vector<Order> *places = nullptr, uint32_t offset = 0);
  bool empty() const;
  /// The rows of `input` that wait, with their places and texts.
  void save(uint32_t input, const levada_channel_desc &channel, Writer &to) const;
  /// Such rows of one worker; those in `range` of hashes (where the channel has
  /// them) are added. False: malformed.
  bool restore(uint32_t input, const levada_channel_desc &channel, HashRange range, Reader &from,
               BatchPool &pool);
  /// All are there: puts those of several workers in order.
  void restored(uint32_t input, const Channel &channel);
  /// Everything that waits, for a run that ends early.
  void drop(std::vector<Batch *> &done);

private:
  struct Piece {
    Batch *batch;
    uint32_t begin, end;
    int64_t base;
    Order place;
  };
  std::vector<std::deque<Piece>> inputs_;
};

} // namespace levada::rt

#endif
