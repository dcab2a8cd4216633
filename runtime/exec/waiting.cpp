//===- waiting.cpp - rows that wait for their turn -------------------------===//
#include "runtime/exec/waiting.h"

#include "runtime/core/paged.h"

#include <algorithm>
#include <assert.h>
#include <string.h>

namespace levada::rt {
namespace {

/// What stands before packed rows: then come their places, rows and texts.
struct Head {
  uint64_t seq;
  uint32_t count, reserved;
  uint64_t places, texts; // bytes
};

template <typename Each>
void each_text(const char *row, const levada_channel_desc &channel, Each &&each) {
  for (uint32_t t = 0; t < channel.text_count; ++t) {
    levada_str text;
    memcpy(&text, row + channel.texts[t], sizeof text);
    if (text.len > 12)
      each(text, t);
  }
}

uint64_t texts_of(const char *row, const levada_channel_desc &channel) {
  uint64_t bytes = 0;
  each_text(row, channel, [&](const levada_str &text, uint32_t) { bytes += text.len; });
  return bytes;
}

/// The batch with its rows in the order of their places.
Batch *in_order(Batch *batch, BatchPool &pool) {
  struct Piece {
    Order order;
    uint64_t begin, end;
  };
  std::vector<Piece> pieces;
  Segments::Cursor cursor(batch->segments);
  Segment segment;
  for (uint64_t end; cursor.next(segment, end, batch->count);)
    pieces.push_back({segment.order, segment.begin, end});
  std::sort(pieces.begin(), pieces.end(), [](const Piece &a, const Piece &b) {
    return a.order != b.order ? a.order < b.order : a.begin < b.begin;
  });
  Batch *sorted = pool.take(batch->row_size, batch->count);
  for (const Piece &piece : pieces) {
    uint64_t count = piece.end - piece.begin;
    if (!count)
      continue;
    sorted->segments.note(piece.order, sorted->count);
    memcpy(sorted->row(sorted->count), batch->row(piece.begin), count * batch->row_size);
    sorted->count += uint32_t(count);
  }
  sorted->channel = batch->channel;
  sorted->sender = batch->sender;
  sorted->seq = batch->seq;
  sorted->last = batch->last;
  sorted->watermark = batch->watermark;
  std::swap(sorted->frame, batch->frame);
  pool.give(batch);
  return sorted;
}

} // namespace

/// Bytes of the batch's texts that are not in its rows.
static uint64_t text_bytes(const Batch &batch, const levada_channel_desc &channel) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; channel.text_count && i < batch.count; ++i)
    bytes += texts_of(batch.row(i), channel);
  return bytes;
}

void count_waiting(Batch &batch, const levada_channel_desc &channel, Counter *counter) {
  if (!counter)
    return;
  uint64_t more = batch.segments.bytes() + text_bytes(batch, channel);
  batch.counted += more;
  counter->fetch_add(more, std::memory_order_relaxed);
}

//--- packed rows -------------------------------------------------------------

Packer::Packer(const Batch &batch, const levada_channel_desc &channel, uint32_t begin)
    : batch_(batch), channel_(channel), cursor_(batch.segments), begin_(begin), end_(begin) {
  more_ = cursor_.next(segment_, until_, batch.count);
}

uint32_t Packer::next() {
  begin_ = end_;
  texts_ = 0;
  for (uint64_t bytes = 0; end_ < batch_.count && bytes < piece_bytes; ++end_) {
    uint64_t texts = texts_of(batch_.row(end_), channel_);
    texts_ += texts;
    bytes += batch_.row_size + texts;
  }
  places_.clear();
  while (more_ && segment_.begin < end_) {
    if (until_ > begin_)
      places_.note(segment_.order, std::max<uint64_t>(segment_.begin, begin_) - begin_);
    if (until_ > end_)
      break;
    more_ = cursor_.next(segment_, until_, batch_.count);
  }
  return end_ - begin_;
}

uint64_t Packer::size() const {
  return sizeof(Head) + places_.saved_bytes() + uint64_t(end_ - begin_) * batch_.row_size + texts_;
}

void Packer::write(char *to) const {
  Head head{batch_.seq, end_ - begin_, 0, places_.saved_bytes(), texts_};
  memcpy(to, &head, sizeof head);
  to += sizeof head;
  places_.save(to);
  to += head.places;
  memcpy(to, batch_.row(begin_), uint64_t(head.count) * batch_.row_size);
  to += uint64_t(head.count) * batch_.row_size;
  for (uint32_t i = begin_; i < end_; ++i)
    each_text(batch_.row(i), channel_, [&](const levada_str &text, uint32_t) {
      memcpy(to, text.ptr, text.len);
      to += text.len;
    });
}

Batch *unpack(Reader &from, const levada_channel_desc &channel, BatchPool &pool) {
  Head head;
  const char *places, *rows, *texts;
  if (!from.value(head) || !(places = from.skip(head.places)) ||
      !(rows = from.skip(uint64_t(head.count) * channel.row_size)) ||
      !(texts = from.skip(head.texts)))
    return nullptr;
  Batch *batch = pool.take(channel.row_size, head.count);
  batch->seq = head.seq;
  batch->count = head.count;
  memcpy(batch->rows, rows, uint64_t(head.count) * channel.row_size);
  bool good = batch->segments.load(places, head.places, head.count);
  if (head.texts) {
    batch->frame = frame_new();
    char *copy = arena_grow(&batch->frame->arena, head.texts);
    batch->frame->arena.cur = batch->frame->arena.end;
    memcpy(copy, texts, head.texts);
    for (uint32_t i = 0; good && i < head.count; ++i) {
      char *row = batch->row(i);
      each_text(row, channel, [&](levada_str text, uint32_t t) {
        if (text.len > head.texts)
          good = false;
        if (!good)
          return;
        head.texts -= text.len;
        text.ptr = copy;
        copy += text.len;
        memcpy(row + channel.texts[t], &text, sizeof text);
      });
    }
  }
  if (good && !head.texts)
    return batch;
  pool.give(batch);
  return nullptr;
}

//--- what waits --------------------------------------------------------------

void Waiting::push(Batch *batch, const levada_channel_desc &channel, BatchPool &pool,
                   const WaitLimit *limit) {
  push({nullptr, nullptr, 0, batch->seq, batch->watermark, batch->last, false}, batch, channel,
       pool, limit);
}

void Waiting::push_in_order(Batch *batch, const levada_channel_desc &channel, BatchPool &pool,
                            const WaitLimit *limit) {
  bool begins = false;
  if (batch->count && !batch->segments.empty()) {
    if (!batch->segments.ascending())
      batch = in_order(batch, pool);
    begins = batch->seq == seq_ && batch->segments.first() < last_;
    seq_ = batch->seq;
    last_ = batch->segments.last();
  }
  push({nullptr, nullptr, 0, batch->seq, batch->watermark, batch->last, begins}, batch, channel,
       pool, limit);
}

void Waiting::push(Entry entry, Batch *batch, const levada_channel_desc &channel, BatchPool &pool,
                   const WaitLimit *limit) {
  if (batch->count && (!limit || !limit->reached())) {
    entry.batch = batch;
    entries_.push_back(entry);
    return;
  }
  Packer packer(*batch, channel);
  for (uint32_t left = batch->count; left;) {
    left -= packer.next();
    entry.size = packer.size();
    entry.packed = paged_alloc(entry.size);
    packer.write(entry.packed);
    paged_rest(entry.packed, entry.size);
    entry.last = batch->last && !left;
    entries_.push_back(entry);
    entry.begins = false;
  }
  if (!batch->count)
    entries_.push_back(entry);
  pool.give(batch);
}

Waiting::Entry Waiting::pop() {
  Entry entry = entries_.front();
  entries_.pop_front();
  return entry;
}

void Waiting::drop(BatchPool &pool) {
  for (Entry &entry : entries_)
    drop_rows(entry, pool);
  entries_.clear();
}

Batch *take_rows(Waiting::Entry &entry, const levada_channel_desc &channel, BatchPool &pool) {
  Batch *batch = entry.batch;
  if (entry.packed) {
    Reader from(entry.packed, entry.size);
    batch = unpack(from, channel, pool);
    assert(batch && "rows were packed here");
  }
  entry.batch = nullptr;
  drop_rows(entry, pool);
  return batch;
}

void drop_rows(Waiting::Entry &entry, BatchPool &pool) {
  if (entry.batch)
    pool.give(entry.batch);
  if (entry.packed)
    paged_rest(entry.packed, entry.size);
  must_free(entry.packed);
  entry.batch = nullptr;
  entry.packed = nullptr;
}

} // namespace levada::rt
