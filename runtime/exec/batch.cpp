//===- batch.cpp - pools of batches ---------------------------------------===//
#include "runtime/exec/batch.h"

#include "runtime/core/arena.h"

#include <stdlib.h>

namespace levada::rt {

BatchPool::~BatchPool() {
  for (Batch *batch : free_) {
    free(batch->rows);
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
  } else {
    batch = new Batch;
    if (need)
      batch->rows = static_cast<char *>(must_alloc(need));
    batch->capacity = need;
  }
  batch->row_size = row_size;
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
  if (free_.size() >= 64) {
    free(batch->rows);
    delete batch;
    return;
  }
  free_.push_back(batch);
}

void note_order(std::vector<Segment> &segments, const Order &order, uint64_t end) {
  if (!segments.empty() && segments.back().begin == end)
    segments.back().order = order;
  else
    segments.push_back({order, end});
}

} // namespace levada::rt
