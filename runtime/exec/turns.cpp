//===- turns.cpp - rows of several senders, in the order of their places ---===//
#include "runtime/exec/turns.h"

#include "runtime/state/heap.h"

#include <algorithm>

namespace levada::rt {

static const Segments none;

Turns::~Turns() {
  for (Stream &stream : streams_) {
    if (stream.batch)
      pool_.give(stream.batch);
    for (; stream.next < stream.entries.size(); ++stream.next)
      drop_rows(stream.entries[stream.next], pool_);
  }
  heap_.free();
}

void Turns::add(uint32_t sender, Waiting &from, uint64_t number, int64_t &watermark) {
  bool some = false;
  while (!from.empty() && from.front().seq == number) {
    Waiting::Entry entry = from.pop();
    if (entry.last)
      watermark = std::max(watermark, entry.watermark);
    if (!entry.batch && !entry.packed)
      continue;
    if (!some || entry.begins)
      streams_.push_back({{}, 0, sender, nullptr, Segments::Cursor(none), {}, 0});
    some = true;
    streams_.back().entries.push_back(entry);
  }
}

bool Turns::advance(Stream &stream, std::vector<Batch *> &done) {
  for (;;) {
    while (stream.batch && stream.cursor.next(stream.segment, stream.until, stream.batch->count))
      if (stream.segment.begin != stream.until) // an order that no row followed
        return true;
    if (stream.batch)
      done.push_back(stream.batch);
    stream.batch = nullptr;
    if (stream.next == stream.entries.size())
      return false;
    stream.batch = take_rows(stream.entries[stream.next++], channel_, pool_);
    if (stream.batch->segments.empty()) // all of it stands at one place
      stream.batch->segments.note(Order(), 0);
    stream.cursor = Segments::Cursor(stream.batch->segments);
  }
}

Batch *Turns::next_batch() {
  for (Stream &stream : streams_)
    if (stream.next != stream.entries.size())
      return take_rows(stream.entries[stream.next++], channel_, pool_);
  return nullptr;
}

bool Turns::next(Piece &piece, std::vector<Batch *> &done) {
  if (!begun_) {
    begun_ = true;
    for (uint32_t i = 0; i < streams_.size(); ++i)
      if (advance(streams_[i], done))
        heap_.push(i);
    heap_make(heap_, order());
  } else if (heap_.count) {
    if (advance(streams_[heap_[0]], done))
      heap_sift(heap_, 0, order());
    else
      heap_pop(heap_, order());
  }
  if (!heap_.count)
    return false;
  const Stream &first = streams_[heap_[0]];
  piece = {first.segment.order, first.batch, first.sender, uint32_t(first.segment.begin),
           uint32_t(first.until)};
  return true;
}

} // namespace levada::rt
