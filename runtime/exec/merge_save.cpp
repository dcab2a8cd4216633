//===- merge_save.cpp - rows that wait, in a checkpoint -------------------===//
//
// Rows that wait for those of another input are part of a checkpoint, with their
// watermarks and all that decides their order. At another number of workers each
// takes the rows of its key groups from what all have saved.
//
//===----------------------------------------------------------------------===//
#include "runtime/exec/merge.h"

#include <string.h>

namespace levada::rt {

void Merge::save(uint32_t input, Writer &to) const {
  const Input &from = inputs_[input];
  const levada_channel_desc &channel = *from.channel->desc;
  uint64_t at = to.size(), pieces = 0;
  to.value(pieces);
  auto pack = [&](const Batch &batch, uint32_t begin) {
    for (Packer packer(batch, channel, begin); packer.next(); ++pieces)
      packer.write(to.extend(packer.size()));
  };
  if (from.batch)
    pack(*from.batch, from.at);
  for (const Waiting::Entry &entry : from.waiting.entries())
    if (entry.packed) {
      to.bytes(entry.packed, entry.size);
      ++pieces;
    } else {
      pack(*entry.batch, 0);
    }
  to.put(at, pieces);
}

/// Keeps those rows of a batch whose hashes are in the range.
static void keep_range(Batch &batch, uint32_t hash_offset, HashRange range) {
  Segments::Cursor cursor(batch.segments);
  Segment segment;
  Segments places;
  uint64_t until = 0;
  uint32_t kept = 0;
  bool some = !batch.segments.empty();
  for (uint32_t i = 0; i < batch.count; ++i) {
    while (some && i >= until)
      some = cursor.next(segment, until, batch.count);
    uint64_t hash;
    memcpy(&hash, batch.row(i) + hash_offset, sizeof hash);
    if (key_group(hash) - range.first >= range.count)
      continue;
    if (some)
      places.note(segment.order, kept);
    if (kept != i)
      memcpy(batch.row(kept), batch.row(i), batch.row_size);
    ++kept;
  }
  batch.count = kept;
  std::swap(batch.segments, places);
}

bool Merge::restore(uint32_t input, HashRange range, Reader &from) {
  Input &to = inputs_[input];
  const levada_channel_desc &channel = *to.channel->desc;
  uint64_t pieces;
  if (!from.value(pieces))
    return false;
  to.saved.emplace_back();
  for (; pieces; --pieces) {
    Batch *batch = unpack(from, channel, pool_);
    if (!batch)
      return false;
    if (channel.hash_offset)
      keep_range(*batch, channel.hash_offset, range);
    if (batch->count)
      to.saved.back().push(batch, channel, pool_, limit_);
    else
      pool_.give(batch);
  }
  return true;
}

namespace {
/// What one worker has saved, row by row.
struct Saved {
  Waiting from;
  const levada_channel_desc &channel;
  BatchPool &pool;
  Batch *batch = nullptr;
  uint32_t at = 0;
  Segments::Cursor cursor;
  Segment segment{};
  uint64_t until = 0;

  Saved(Waiting &&from, const levada_channel_desc &channel, BatchPool &pool, const Segments &none)
      : from(std::move(from)), channel(channel), pool(pool), cursor(none) {}
  /// A row is at hand.
  bool open() {
    if (batch && at < batch->count) {
      if (at == until)
        find();
      return true;
    }
    if (batch)
      pool.give(batch);
    batch = nullptr;
    if (from.empty())
      return false;
    Waiting::Entry first = from.pop();
    batch = take_rows(first, channel, pool);
    at = 0;
    cursor = Segments::Cursor(batch->segments);
    find();
    return true;
  }
  void find() {
    until = batch->count;
    segment = Segment();
    segment.order.second = LEVADA_MIN_WATERMARK;
    cursor.next(segment, until, batch->count);
  }
  int64_t watermark() const {
    int64_t own;
    memcpy(&own, batch->row(at), sizeof own);
    return own;
  }
  Order place() const {
    Order place = segment.order;
    if (place.second == LEVADA_MIN_WATERMARK && channel.place_offset)
      memcpy(&place.second, batch->row(at) + channel.place_offset, sizeof place.second);
    return place;
  }
  bool before(const Saved &other) const {
    if (batch->seq != other.batch->seq)
      return batch->seq < other.batch->seq;
    Order a = place(), b = other.place();
    return a != b ? a < b : watermark() < other.watermark();
  }
};
} // namespace

void Merge::restored() {
  const Segments none;
  for (Input &input : inputs_) {
    const levada_channel_desc &channel = *input.channel->desc;
    if (input.saved.size() == 1)
      input.waiting = std::move(input.saved[0]);
    std::vector<Saved> left;
    for (size_t i = 0; input.saved.size() > 1 && i < input.saved.size(); ++i)
      left.emplace_back(std::move(input.saved[i]), channel, pool_, none);
    input.saved.clear();
    constexpr uint32_t room = 256;
    Batch *made = nullptr;
    auto push = [&] {
      if (made)
        input.waiting.push(made, channel, pool_, limit_);
      made = nullptr;
    };
    for (;;) {
      // Those of each worker are in order already.
      Saved *first = nullptr;
      for (Saved &one : left)
        if (one.open() && (!first || one.before(*first)))
          first = &one;
      if (!first)
        break;
      if (made && (made->count == room || made->seq != first->batch->seq))
        push();
      if (!made) {
        made = pool_.take(channel.row_size, room);
        made->seq = first->batch->seq;
        made->frame = frame_new();
      }
      if (Frame *frame = first->batch->frame;
          frame && !(made->frame->kept_count &&
                     made->frame->kept[made->frame->kept_count - 1].object == frame)) {
        frame_retain(frame);
        frame_keep(made->frame, frame, [](void *p) { frame_release(static_cast<Frame *>(p)); });
      }
      if (first->segment.order.second != LEVADA_MIN_WATERMARK)
        made->segments.note(first->segment.order, made->count);
      memcpy(made->row(made->count++), first->batch->row(first->at), channel.row_size);
      ++first->at;
    }
    push();
  }
}

} // namespace levada::rt
