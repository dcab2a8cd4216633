//===- batch.cpp - pools of batches ---------------------------------------===//
#include "runtime/exec/batch.h"

#include "runtime/core/arena.h"
#include "runtime/core/paged.h"

#include <stdlib.h>
#include <string.h>

namespace levada::rt {

/// What a pool keeps under --memory.
static constexpr uint64_t keep_bytes = 1 << 20;

BatchPool::~BatchPool() {
  for (Batch *batch : free_) {
    must_free(batch->rows);
    delete batch;
  }
}

Batch *BatchPool::take(uint32_t row_size, uint32_t rows) {
  uint64_t need = uint64_t(row_size) * rows;
  // The newest that is large enough; closing batches need no room at all.
  size_t found = free_.size();
  for (size_t i = free_.size(); i-- > 0 && found == free_.size();)
    if (need ? free_[i]->capacity >= need : free_[i]->capacity == 0)
      found = i;
  Batch *batch;
  if (found < free_.size()) {
    batch = free_[found];
    free_[found] = free_.back();
    free_.pop_back();
    kept_ -= batch->capacity + batch->segments.bytes();
  } else {
    batch = new Batch;
    if (need)
      batch->rows = static_cast<char *>(must_alloc(need));
    batch->capacity = need;
  }
  batch->row_size = row_size;
  if (counter_) {
    batch->counted = batch->capacity;
    counter_->fetch_add(batch->counted, std::memory_order_relaxed);
  }
  return batch;
}

void BatchPool::give(Batch *batch) {
  if (batch->frame)
    frame_release(batch->frame);
  batch->frame = nullptr;
  batch->count = 0;
  batch->last = false;
  batch->watermark = LEVADA_MIN_WATERMARK;
  batch->segments.clear();
  if (counter_)
    counter_->fetch_sub(batch->counted, std::memory_order_relaxed);
  batch->counted = 0;
  uint64_t size = batch->capacity + batch->segments.bytes();
  if (free_.size() >= 64 || (counter_ && kept_ + size > keep_bytes)) {
    must_free(batch->rows);
    delete batch;
    return;
  }
  kept_ += size;
  free_.push_back(batch);
}

//===--- segments -------------------------------------------------------------===//

/// Bytes that are kept before they become a block.
static constexpr uint64_t most_kept = 64 << 10;

namespace {
/// The words of a segment.
struct Words {
  uint64_t of[8];
};
static_assert(sizeof(Words) == sizeof(Segment));
} // namespace

/// A byte that says which words are others than before, then by how much each.
void Segments::keep() {
  Words before, now;
  memcpy(&before, &before_, sizeof before);
  memcpy(&now, &last_, sizeof now);
  unsigned char bytes[1 + 8 * 10], *at = bytes + 1;
  bytes[0] = 0;
  for (uint32_t i = 0; i < 8; ++i) {
    uint64_t by = now.of[i] - before.of[i];
    if (!by)
      continue;
    bytes[0] |= 1 << i;
    for (by = by << 1 ^ (0 - (by >> 63)); by >= 128; by >>= 7)
      *at++ = by | 128;
    *at++ = by;
  }
  kept_.insert(kept_.end(), bytes, at);
  if (kept_.size() >= most_kept) {
    blocks_.push_back({{paged_alloc(kept_.size()), {}}, kept_.size()});
    char *block = blocks_.back().bytes.get();
    memcpy(block, kept_.data(), kept_.size());
    paged_rest(block, kept_.size());
    plain_ += is_paged(block) ? 0 : kept_.size();
    kept_.clear();
  }
  ascending_ = ascending();
  before_ = last_;
}

void Segments::Block::Free::operator()(char *bytes) const { must_free(bytes); }

void Segments::clear() {
  blocks_.clear();
  plain_ = 0;
  kept_.clear();
  before_ = last_ = Segment();
  some_ = whole_ = false;
  ascending_ = true;
}

Order Segments::first() const {
  Cursor cursor(*this);
  Segment segment;
  uint64_t until;
  cursor.next(segment, until, 0);
  return segment.order;
}

uint64_t Segments::saved_bytes() const {
  uint64_t bytes = sizeof(Saved) + kept_.size();
  for (const Block &block : blocks_)
    bytes += block.size;
  return bytes;
}

void Segments::save(char *to) const {
  Saved saved{last_, some_ + 2u * whole_};
  memcpy(to, &saved, sizeof saved);
  to += sizeof saved;
  for (const Block &block : blocks_) {
    memcpy(to, block.bytes.get(), block.size);
    to += block.size;
  }
  if (!kept_.empty())
    memcpy(to, kept_.data(), kept_.size());
}

/// Whether a cursor finds whole differences, and rows of which there are `count`.
bool Segments::sound(uint64_t count) const {
  uint64_t begin = 0;
  for (size_t at = 0; at < kept_.size();) {
    for (uint32_t which = kept_[at++], i = 0; which; which >>= 1, ++i) {
      if (!(which & 1))
        continue;
      uint64_t by = 0;
      for (uint32_t shift = 0;; shift += 7) {
        if (at == kept_.size() || shift > 63)
          return false;
        by |= uint64_t(kept_[at] & 127) << shift;
        if (kept_[at++] < 128)
          break;
      }
      if (i == 7 && (by & 1 || (begin += by >> 1) > count))
        return false;
    }
  }
  return !some_ || (begin <= last_.begin && last_.begin <= count);
}

bool Segments::load(const char *from, uint64_t size, uint64_t count) {
  Saved saved;
  clear();
  if (size < sizeof saved)
    return false;
  memcpy(&saved, from, sizeof saved);
  kept_.assign(from + sizeof saved, from + size);
  last_ = before_ = saved.last;
  some_ = saved.some & 1;
  whole_ = saved.some & 2;
  if (sound(count))
    return true;
  clear();
  return false;
}

/// Comes to the next block of bytes; false: there is none.
bool Segments::Cursor::open() {
  if (block_ && block_ <= of_->blocks_.size()) {
    const Block &behind = of_->blocks_[block_ - 1];
    paged_rest(behind.bytes.get(), behind.size);
  }
  if (block_ > of_->blocks_.size())
    return false;
  if (block_ < of_->blocks_.size()) {
    at_ = reinterpret_cast<const unsigned char *>(of_->blocks_[block_].bytes.get());
    end_ = at_ + of_->blocks_[block_].size;
  } else {
    at_ = of_->kept_.data();
    end_ = at_ + of_->kept_.size();
  }
  ++block_;
  return at_ != end_;
}

/// Takes ahead_ to the segment behind it; false: there is none.
bool Segments::Cursor::step() {
  if (at_ == end_ && !open()) {
    if (ended_ || !of_->some_ || of_->whole_)
      return false;
    ended_ = true;
    ahead_ = of_->last_;
    return true;
  }
  Words words;
  memcpy(&words, &ahead_, sizeof words);
  for (uint32_t which = *at_++, i = 0; which; which >>= 1, ++i) {
    if (!(which & 1))
      continue;
    uint64_t by = 0;
    for (uint32_t shift = 0;; shift += 7) {
      unsigned char byte = *at_++;
      by |= uint64_t(byte & 127) << shift;
      if (byte < 128)
        break;
    }
    words.of[i] += by >> 1 ^ (0 - (by & 1));
  }
  memcpy(&ahead_, &words, sizeof words);
  return true;
}

bool Segments::Cursor::next(Segment &segment, uint64_t &until, uint64_t end) {
  if (!begun_) {
    begun_ = true;
    more_ = step();
  }
  if (!more_)
    return false;
  segment = ahead_;
  more_ = step();
  until = more_ ? ahead_.begin : end;
  return true;
}

} // namespace levada::rt
