//===- early.cpp - what goes to a table's part before its turn --------------===//
#include "runtime/state/early.h"
#include "runtime/state/memory.h"

#include <new>

namespace levada::rt {

static constexpr uint64_t most_ranges = 512;

Early::Early(uint64_t places, Chunks *chunks) : chunks_(chunks) {
  while (places >> shift_ >= most_ranges)
    ++shift_;
  count_ = (places >> shift_) + 1;
  ranges_ = (Range *)must_zero(count_ * sizeof(Range));
}

Early::~Early() {
  for (uint64_t i = 0; i < count_; ++i)
    release(ranges_[i]);
  must_free(ranges_);
  must_free(here_);
  must_free(heads_);
}

Early::Block *Early::block(uint64_t room) {
  constexpr uint64_t usual = Chunks::block - sizeof(Block);
  room = room < usual ? usual : room;
  memory_ += room + sizeof(Block);
  void *at = room == usual && chunks_ ? chunks_->take_block() : must_alloc(room + sizeof(Block));
  return new (at) Block{nullptr, 0, room};
}

void Early::release(Range &range) {
  for (Block *block = range.first; block;) {
    Block *next = block->next;
    memory_ -= block->room + sizeof(Block);
    if (chunks_ && block->room == Chunks::block - sizeof(Block))
      chunks_->give_block(block);
    else
      must_free(block);
    block = next;
  }
  range = {};
}

void Early::note(const Head *head) {
  here_[head->within / 64] |= (uint64_t)1 << (head->within & 63);
  heads_[head->within] = head;
}

void Early::add(uint64_t home, std::string_view bytes, uint64_t count) {
  Range &range = ranges_[home >> shift_];
  const uint64_t need = sizeof(Head) + ((bytes.size() + 7) & ~(uint64_t)7);
  if (!range.last || range.last->room - range.last->used < need) {
    Block *more = block(need);
    (range.last ? range.last->next : range.first) = more;
    range.last = more;
  }
  auto *head = new (range.last->bytes() + range.last->used) Head{(uint32_t)within(home), (uint32_t)count, bytes.size()};
  memcpy((char *)(head + 1), bytes.data(), bytes.size());
  range.last->used += need;
  if (home >> shift_ == current_)
    note(head);
}

uint64_t Early::turn(uint64_t word) {
  const uint64_t words = ((uint64_t)1 << shift_) / 64;
  if (word / words != current_) {
    if (current_ < count_)
      release(ranges_[current_]);
    current_ = word / words;
    if (!here_) {
      here_ = (uint64_t *)must_alloc(words * 8);
      heads_ = (const Head **)must_alloc(words * 64 * sizeof(Head *));
    }
    memset(here_, 0, words * 8);
    for (Block *block = ranges_[current_].first; block; block = block->next)
      for (uint64_t at = 0; at < block->used;) {
        auto *head = (const Head *)(block->bytes() + at);
        note(head);
        at += sizeof(Head) + ((head->size + 7) & ~(uint64_t)7);
      }
  }
  return here_[word & (words - 1)];
}

Early::Place Early::at(uint64_t home) const {
  const Head *head = heads_[within(home)];
  return {{(const char *)(head + 1), head->size}, head->count};
}

} // namespace levada::rt
