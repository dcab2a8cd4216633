//===- merge.cpp - several inputs of one stage, by watermark --------------===//
#include "runtime/exec/merge.h"

#include <string.h>

namespace levada::rt {

void Merge::add(uint32_t input, Batch *batch, uint32_t begin, uint32_t end, int64_t base,
                const Order &place) {
  if (begin == end)
    return;
  inputs_[input].push_back({batch, begin, end, base, place});
  ++batch->pieces;
}

static int64_t row_watermark(const Batch *batch, uint32_t row, int64_t base) {
  int64_t own;
  memcpy(&own, batch->row(row), sizeof own);
  return own > base ? own : base;
}

uint32_t Merge::next(const int64_t *watermarks, char *to, uint32_t room,
                     std::vector<Batch *> &done, std::vector<Order> *places, uint32_t offset) {
  uint32_t made = 0;
  while (made < room) {
    // The first row in order (watermark, input).
    size_t best = inputs_.size();
    int64_t best_watermark = 0;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].empty())
        continue;
      const Piece &piece = inputs_[i].front();
      int64_t watermark = row_watermark(piece.batch, piece.begin, piece.base);
      if (best == inputs_.size() || watermark < best_watermark) {
        best = i;
        best_watermark = watermark;
      }
    }
    if (best == inputs_.size())
      break;
    bool may_go = true;
    for (size_t j = 0; j < inputs_.size() && may_go; ++j)
      if (j != best && inputs_[j].empty())
        may_go = best_watermark < watermarks[j] || (best_watermark == watermarks[j] && best < j);
    if (!may_go)
      break;
    Piece &piece = inputs_[best].front();
    uint32_t size = piece.batch->row_size;
    char *row = to + uint64_t(made++) * size;
    memcpy(row, piece.batch->row(piece.begin), size);
    memcpy(row, &best_watermark, sizeof best_watermark);
    if (places) {
      // A row of a source says itself where it stands in its chunk.
      Order place{best_watermark, uint64_t(best) << 56 | piece.batch->seq, piece.place.first,
                  piece.place.row};
      if (place.second == LEVADA_MIN_WATERMARK)
        memcpy(&place.second, row + offset, sizeof place.second);
      places->push_back(place);
      ++piece.place.row;
    }
    if (++piece.begin == piece.end) {
      Batch *batch = piece.batch;
      inputs_[best].pop_front();
      if (--batch->pieces == 0)
        done.push_back(batch);
    }
  }
  return made;
}

bool Merge::empty() const {
  for (auto &queue : inputs_)
    if (!queue.empty())
      return false;
  return true;
}

void Merge::drop(std::vector<Batch *> &done) {
  for (auto &queue : inputs_) {
    for (Piece &piece : queue)
      if (--piece.batch->pieces == 0)
        done.push_back(piece.batch);
    queue.clear();
  }
}

} // namespace levada::rt
