//===- merge.cpp - several inputs of one stage, by watermark --------------===//
#include "runtime/exec/merge.h"

#include <algorithm>
#include <string.h>

namespace levada::rt {

Order place_in_merge(const Order &order, uint32_t sender, int64_t at) {
  Order place;
  place.first = 0;
  if (!order.origin) {
    place.second = order.first == LEVADA_MIN_WATERMARK ? order.second : order.first;
    place.row = order.row;
    std::copy(order.then, std::end(order.then), place.then);
    place.exchanged(sender, at);
    return place;
  }
  // They were merged before.
  Order last;
  last.exchanged(sender, at);
  place.second = order.first;
  place.row = order.origin;
  place.then[0] = uint64_t(order.second) ^ uint64_t(1) << 63;
  place.then[1] = order.row;
  place.then[2] = last.row;
  return place;
}

Merge::~Merge() {
  for (Input &input : inputs_) {
    if (input.batch)
      pool_.give(input.batch);
    input.waiting.drop(pool_);
    for (Waiting &saved : input.saved)
      saved.drop(pool_);
  }
}

static const Segments none;

void Merge::add_input(const Channel &channel) {
  inputs_.push_back({&channel, {}, nullptr, 0, Segments::Cursor(none)});
}

void Merge::add(uint32_t input, Batch *batch, int64_t base) {
  for (uint32_t i = 0; i < batch->count; ++i) {
    int64_t own;
    memcpy(&own, batch->row(i), sizeof own);
    if (own < base)
      memcpy(batch->row(i), &base, sizeof base);
  }
  Input &to = inputs_[input];
  if (to.channel->from_source)
    batch->segments.clear();
  batch->last = false;
  if (batch->count)
    to.waiting.push(batch, *to.channel->desc, pool_, limit_);
  else
    pool_.give(batch);
}

bool Merge::open(Input &input) {
  if (input.batch)
    return true;
  if (input.waiting.empty())
    return false;
  Waiting::Entry first = input.waiting.pop();
  input.batch = take_rows(first, *input.channel->desc, pool_);
  input.at = 0;
  input.cursor = Segments::Cursor(input.batch->segments);
  input.segment = Segment();
  input.segment.order.second = LEVADA_MIN_WATERMARK; // rows say it themselves
  input.until = input.batch->count;
  input.cursor.next(input.segment, input.until, input.batch->count);
  return true;
}

void Merge::pass(Input &input, std::vector<Batch *> &done) {
  if (++input.at == input.batch->count) {
    done.push_back(input.batch);
    input.batch = nullptr;
  } else if (input.at == input.until) {
    input.cursor.next(input.segment, input.until, input.batch->count);
  }
}

static int64_t row_watermark(const char *row) {
  int64_t watermark;
  memcpy(&watermark, row, sizeof watermark);
  return watermark;
}

uint32_t Merge::next(const int64_t *watermarks, char *to, uint32_t room,
                     std::vector<Batch *> &done, std::vector<Order> *places, uint32_t offset) {
  uint32_t made = 0;
  while (made < room) {
    // The first row in order (watermark, input).
    size_t best = inputs_.size();
    int64_t best_watermark = 0;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      if (!open(inputs_[i]))
        continue;
      int64_t watermark = row_watermark(inputs_[i].batch->row(inputs_[i].at));
      if (best == inputs_.size() || watermark < best_watermark) {
        best = i;
        best_watermark = watermark;
      }
    }
    if (best == inputs_.size())
      break;
    bool may_go = true;
    for (size_t j = 0; j < inputs_.size() && may_go; ++j)
      if (j != best && !inputs_[j].batch)
        may_go = best_watermark < watermarks[j] || (best_watermark == watermarks[j] && best < j);
    if (!may_go)
      break;
    Input &input = inputs_[best];
    uint32_t size = input.batch->row_size;
    char *row = to + uint64_t(made++) * size;
    memcpy(row, input.batch->row(input.at), size);
    if (places) {
      Order place = input.segment.order;
      place.first = best_watermark;
      place.origin = uint64_t(best) << 56 | (input.batch->seq + 1);
      if (place.second == LEVADA_MIN_WATERMARK)
        memcpy(&place.second, row + offset, sizeof place.second);
      places->push_back(place);
    }
    pass(input, done);
  }
  return made;
}

bool Merge::empty() const {
  for (const Input &input : inputs_)
    if (input.batch || !input.waiting.empty())
      return false;
  return true;
}

} // namespace levada::rt
