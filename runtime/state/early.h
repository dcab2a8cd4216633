//===- early.h - what goes to a table's part before its turn ----------------===//
//
// Copies of home places that rows were about to change wait here until the copy in
// order comes to them. They lie by ranges of places, so that those of a range are
// read one behind the other, and its memory is used again once it had its turn.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_EARLY_H
#define LEVADA_RUNTIME_STATE_EARLY_H

#include "runtime/checkpoint/chunks.h"

namespace levada::rt {

class Early {
public:
  /// `chunks`: whose blocks are used, or NULL.
  Early(uint64_t places, Chunks *chunks);
  Early(const Early &) = delete;
  ~Early();
  /// Adds what `home` has: `count` entries.
  void add(uint64_t home, std::string_view bytes, uint64_t count);
  /// The copy in order comes to a word of 64 places, later than at all words before:
  /// which of them are here.
  uint64_t turn(uint64_t word);
  /// Of one of them.
  struct Place {
    std::string_view bytes;
    uint64_t count;
  };
  Place at(uint64_t home) const;
  /// Bytes of memory.
  uint64_t memory() const { return memory_; }

private:
  struct Block {
    Block *next;
    uint64_t used, room; // of what is behind
    char *bytes() { return reinterpret_cast<char *>(this + 1); }
  };
  struct Head {
    uint32_t within, count; // its place in the range
    uint64_t size;
  };
  struct Range {
    Block *first, *last;
  };
  Block *block(uint64_t room);
  void release(Range &range);
  uint64_t within(uint64_t home) const { return home & (((uint64_t)1 << shift_) - 1); }
  void note(const Head *head);

  Chunks *chunks_;
  uint32_t shift_ = 12; // of a home: its range
  uint64_t count_, memory_ = 0;
  uint64_t current_ = UINT64_MAX; // the range whose turn it is
  Range *ranges_;
  uint64_t *here_ = nullptr;    // of its places: a bit
  const Head **heads_ = nullptr; // and where it is
};

} // namespace levada::rt

#endif
