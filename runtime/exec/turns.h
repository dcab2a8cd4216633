//===- turns.h - rows of several senders, in the order of their places -----===//
//
// What senders made under a number is merged: by place, and of equal places the
// first sender's first, then as it came. What one sender made is in that order as a
// rule; where it is not, each stretch that is counts as a sender of its own, so that
// there is never more than a batch of each at hand.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_TURNS_H
#define LEVADA_RUNTIME_EXEC_TURNS_H

#include "runtime/exec/waiting.h"
#include "runtime/state/memory.h"

namespace levada::rt {

class Turns {
public:
  /// Rows of a batch that stand at one place.
  struct Piece {
    Order order;
    Batch *batch;
    uint32_t sender, begin, end;
  };

  Turns(const levada_channel_desc &channel, BatchPool &pool) : channel_(channel), pool_(pool) {}
  Turns(const Turns &) = delete;
  /// Gives back what was not taken.
  ~Turns();
  /// What of the sender waits under `number`. Its watermark after it, if it is
  /// higher, goes to `watermark`. All senders before next().
  void add(uint32_t sender, Waiting &from, uint64_t number, int64_t &watermark);
  /// The next rows; false at the end. Batches that are used up, of pieces before it,
  /// go to `done` and are the caller's.
  bool next(Piece &piece, std::vector<Batch *> &done);
  /// Where there is one sender: its next batch, the caller's; NULL at the end. Not
  /// after next().
  Batch *next_batch();
  /// Batches of which some rows may have been handed out, and some not.
  template <typename Each> void each_at_hand(Each &&each) const {
    for (const Stream &stream : streams_)
      if (stream.batch)
        each(*stream.batch);
  }

private:
  struct Stream {
    std::vector<Waiting::Entry> entries;
    size_t next;
    uint32_t sender;
    Batch *batch;
    Segments::Cursor cursor;
    Segment segment;
    uint64_t until;
  };
  bool advance(Stream &stream, std::vector<Batch *> &done);
  auto order() const {
    return [this](uint32_t a, uint32_t b) {
      auto by = streams_[a].segment.order <=> streams_[b].segment.order;
      return by != 0 ? by < 0 : a < b;
    };
  }

  const levada_channel_desc &channel_;
  BatchPool &pool_;
  std::vector<Stream> streams_;
  List<uint32_t> heap_{};
  bool begun_ = false;
};

} // namespace levada::rt

#endif
