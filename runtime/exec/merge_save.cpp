//===- merge_save.cpp - rows that wait, in a checkpoint -------------------===//
//
// A row that waits for those of another input is part of a checkpoint, with its
// watermark and all that decides its order. At another number of workers each
// takes the rows of its key groups from what all have saved.
//
//===----------------------------------------------------------------------===//
#include "runtime/exec/merge.h"

#include <algorithm>
#include <string.h>

namespace levada::rt {
namespace {

struct Head {
  int64_t watermark;
  uint64_t seq;
  int64_t first;
  uint64_t row;
};

levada_str *text_at(char *row, uint32_t offset) {
  return reinterpret_cast<levada_str *>(row + offset);
}

} // namespace

void Merge::save(uint32_t input, const levada_channel_desc &channel, Writer &to) const {
  uint64_t count = 0;
  for (const Piece &piece : inputs_[input])
    count += piece.end - piece.begin;
  to.value(count);
  for (const Piece &piece : inputs_[input])
    for (uint32_t r = piece.begin; r < piece.end; ++r) {
      char *row = piece.batch->row(r);
      int64_t watermark;
      memcpy(&watermark, row, sizeof watermark);
      to.value(Head{std::max(watermark, piece.base), piece.batch->seq, piece.place.first,
                    piece.place.row + (r - piece.begin)});
      to.bytes(row, piece.batch->row_size);
      for (uint32_t t = 0; t < channel.text_count; ++t) {
        levada_str text;
        memcpy(&text, row + channel.texts[t], sizeof text);
        if (text.len > 12)
          to.bytes(text.ptr, text.len);
      }
    }
}

bool Merge::restore(uint32_t input, const levada_channel_desc &channel, HashRange range,
                    Reader &from, BatchPool &pool) {
  uint64_t count;
  if (!from.value(count))
    return false;
  for (; count; --count) {
    Head head;
    const char *bytes;
    if (!from.value(head) || !(bytes = from.skip(channel.row_size)))
      return false;
    uint64_t hash = 0, long_texts = 0;
    memcpy(&hash, bytes + channel.hash_offset, sizeof hash);
    for (uint32_t t = 0; t < channel.text_count; ++t) {
      levada_str text;
      memcpy(&text, bytes + channel.texts[t], sizeof text);
      long_texts += text.len > 12 ? text.len : 0;
    }
    const char *texts = from.skip(long_texts);
    if (!texts)
      return false;
    if (channel.hash_offset && key_group(hash) - range.first >= range.count)
      continue;
    Batch *batch = pool.take(channel.row_size, 1);
    batch->seq = head.seq;
    batch->count = 1;
    batch->pieces = 1;
    memcpy(batch->rows, bytes, channel.row_size);
    memcpy(batch->rows, &head.watermark, sizeof head.watermark);
    if (long_texts) {
      batch->frame = frame_new();
      char *copy = arena_grow(&batch->frame->arena, long_texts);
      batch->frame->arena.cur = batch->frame->arena.end;
      memcpy(copy, texts, long_texts);
      for (uint32_t t = 0; t < channel.text_count; ++t) {
        levada_str *text = text_at(batch->rows, channel.texts[t]);
        if (text->len > 12) {
          text->ptr = copy;
          copy += text->len;
        }
      }
    }
    inputs_[input].push_back(
        {batch, 0, 1, LEVADA_MIN_WATERMARK, Order{head.first, 0, LEVADA_MIN_WATERMARK, head.row}});
  }
  return true;
}

void Merge::restored(uint32_t input, const Channel &channel) {
  uint32_t offset = channel.desc->place_offset;
  bool from_source = channel.from_source;
  auto place = [&](const Piece &piece) {
    int64_t second = 0;
    if (offset)
      memcpy(&second, piece.batch->row(piece.begin) + offset, sizeof second);
    return second;
  };
  auto watermark = [](const Piece &piece) {
    int64_t own;
    memcpy(&own, piece.batch->row(piece.begin), sizeof own);
    return own;
  };
  // Those of each worker are in order already; rows of a number that do not say
  // where they stand in it have rising watermarks at least.
  std::vector<std::pair<Piece, size_t>> pieces;
  for (Piece &piece : inputs_[input])
    pieces.push_back({piece, pieces.size()});
  std::sort(pieces.begin(), pieces.end(), [&](const auto &a, const auto &b) {
    const Piece &x = a.first, &y = b.first;
    if (x.batch->seq != y.batch->seq)
      return x.batch->seq < y.batch->seq;
    if (x.place.first != y.place.first)
      return x.place.first < y.place.first;
    int64_t p = from_source ? place(x) : int64_t(x.place.row);
    int64_t q = from_source ? place(y) : int64_t(y.place.row);
    if (p != q)
      return p < q;
    int64_t v = watermark(x), w = watermark(y);
    return v != w ? v < w : a.second < b.second;
  });
  for (size_t i = 0; i < pieces.size(); ++i)
    inputs_[input][i] = pieces[i].first;
}

} // namespace levada::rt
