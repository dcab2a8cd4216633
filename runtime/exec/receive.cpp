//===- receive.cpp - what an execution takes from its inputs ---------------===//
//
// One input filled by a source stage is taken batch by batch, since one worker
// has all of a number. Else a number is taken when every sender has closed it:
// input by input in the order of senders, or merged by watermark.
//
//===----------------------------------------------------------------------===//
#include "runtime/core/settings.h"
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"

#include <algorithm>
#include <string.h>

namespace levada::rt {

uint32_t Execution::sender_count(const Input &input) const {
  const Topology &topology = worker.run.topology;
  return topology.instances(topology.stages[input.channel->producer]);
}

/// What several senders made under a number is put in order when all of it is
/// there: until then it waits here, and their rings have room.
bool Execution::absorb() {
  bool some = false;
  for (Input &input : inputs_)
    for (uint32_t s = 0; s < input.senders.size(); ++s) {
      Ring &ring = worker.run.ring(input.channel->index, s, worker.index);
      while (Batch *batch = ring.pop()) {
        some = true;
        if (batch->last)
          input.senders[s].closed = batch->seq + 1;
        input.senders[s].waiting.push_back(batch);
      }
    }
  if (some)
    worker.run.event().notify(); // senders have room
  return some;
}

/// One sender for the number: its batches are taken from the ring as they come;
/// those of later numbers stay in their rings, and hold their senders back.
bool Execution::receive_stream(uint64_t number, uint32_t sender) {
  Ring &ring = worker.run.ring(inputs_[0].channel->index, sender, worker.index);
  bool some = false;
  while (Batch *batch = ring.pop()) {
    worker.run.event().notify(); // the sender has room
    bool last = batch->last;
    take(batch);
    some = true;
    if (last) {
      finish(number);
      break;
    }
  }
  return some;
}

bool Execution::receive() {
  Run &run = worker.run;
  if (busy)
    return false;
  Run::Number number;
  for (;; ++next_) {
    if (uint64_t barrier = run.checkpoints ? run.checkpoints->barrier() : ~uint64_t(0);
        next_ > barrier && saved <= barrier)
      run.checkpoints->save(*this);
    if (next_ >= run.handed())
      return false;
    if (run.number(next_, number) && run.topology.active(stage, number.source))
      break;
  }
  uint64_t now = next_;
  if (inputs_.size() == 1 && inputs_[0].channel->from_source)
    return receive_stream(now, number.worker);
  bool some = absorb();
  for (const Input &input : inputs_) {
    const Stage &producer = run.topology.stages[input.channel->producer];
    if (!run.topology.active(producer, number.source))
      continue;
    for (uint32_t s = 0, n = sender_count(input); s < n; ++s)
      if ((!input.channel->from_source || s == number.worker) && input.senders[s].closed <= now)
        return some;
  }
  finish(now);
  return true;
}

static void forget_watermarks(Batch &batch, uint32_t begin, uint32_t end) {
  for (uint32_t i = begin; i < end; ++i)
    memset(batch.row(i), 0, 7), batch.row(i)[7] = char(0x80);
}

/// Writes into each row the number of its entry in places_, for levada_rt_order.
void Execution::place_rows(char *rows, uint32_t count, uint32_t row_size, uint32_t offset) {
  for (uint32_t i = 0; i < count; ++i) {
    int64_t place = FIRST_PLACE + i;
    memcpy(rows + uint64_t(i) * row_size + offset, &place, sizeof place);
  }
}

/// The batches of `number` that wait at an input, as pieces in order.
void Execution::take_all(uint64_t number) {
  struct Piece {
    Order order;
    Batch *batch;
    uint32_t begin, end;
    size_t place; // as it came
  };
  std::vector<Piece> pieces;
  std::vector<Batch *> empty;
  for (uint32_t i = 0; i < inputs_.size(); ++i) {
    Input &input = inputs_[i];
    int64_t base = input.watermark, after = base;
    pieces.clear();
    for (Input::Sender &sender : input.senders)
      while (!sender.waiting.empty() && sender.waiting.front()->seq == number) {
        Batch *batch = sender.waiting.front();
        sender.waiting.pop_front();
        if (batch->last)
          after = std::max(after, batch->watermark);
        if (!batch->count) {
          empty.push_back(batch);
          continue;
        }
        if (batch->segments.empty())
          pieces.push_back({{}, batch, 0, batch->count, pieces.size()});
        Segments::Cursor segments(batch->segments);
        Segment segment;
        for (uint64_t end; segments.next(segment, end, batch->count);)
          pieces.push_back(
              {segment.order, batch, uint32_t(segment.begin), uint32_t(end), pieces.size()});
      }
    // Pieces came sender by sender.
    std::sort(pieces.begin(), pieces.end(), [](const Piece &a, const Piece &b) {
      return a.order != b.order ? a.order < b.order : a.place < b.place;
    });
    // An order that no row followed makes an empty piece.
    for (const Piece &piece : pieces) {
      if (piece.begin == piece.end)
        continue;
      // Of equal orders, senders have ranges of hashes, lower ones first.
      Order place = piece.order;
      place.row = uint64_t(piece.batch->sender) << 40 | piece.begin;
      if (stage.merges)
        merge_.add(i, piece.batch, piece.begin, piece.end, base,
                   input.channel->from_source ? Order() : place);
      else
        ++piece.batch->pieces;
    }
    if (!stage.merges)
      for (const Piece &piece : pieces) {
        if (piece.begin == piece.end)
          continue;
        // Inputs of which one has no watermark have none together.
        if (inputs_.size() > 1)
          forget_watermarks(*piece.batch, piece.begin, piece.end);
        char *rows = piece.batch->row(piece.begin);
        uint32_t count = piece.end - piece.begin, offset = input.channel->desc->place_offset;
        if (offset && worker.run.topology.workers > 1) {
          places_.clear();
          for (uint32_t r = 0; r < count; ++r) {
            Order place = piece.order;
            if (inputs_.size() > 1) {
              place.second = place.first;
              place.first = i;
            }
            int64_t at;
            memcpy(&at, rows + uint64_t(r) * piece.batch->row_size + offset, 8);
            if (input.channel->from_source)
              place.second = at;
            else
              place.exchanged(piece.batch->sender, at);
            places_.push_back(place);
          }
          place_rows(rows, count, piece.batch->row_size, offset);
        }
        process({rows, count, inputs_.size() > 1 ? LEVADA_MIN_WATERMARK : base, number});
        if (--piece.batch->pieces == 0)
          hold(piece.batch);
      }
    input.watermark = after;
  }
  for (Batch *batch : empty)
    worker.pool.give(batch);
}

/// Rows that no input can overtake any more.
void Execution::process_merged(uint64_t number) {
  std::vector<int64_t> reached;
  for (const Input &input : inputs_)
    reached.push_back(input.watermark);
  uint32_t size = inputs_[0].channel->desc->row_size, room = worker.run.settings.batch_rows;
  std::vector<Batch *> done;
  while (!merge_.empty()) {
    char *rows = merge_buffer_.get(uint64_t(room) * size);
    places_.clear();
    uint32_t offset = worker.run.topology.workers > 1 ? inputs_[0].channel->desc->place_offset : 0;
    uint32_t count =
        merge_.next(reached.data(), rows, room, done, offset ? &places_ : nullptr, offset);
    if (!count)
      break;
    if (offset)
      place_rows(rows, count, size, offset);
    process({rows, count, LEVADA_MIN_WATERMARK, number});
    for (Batch *batch : done)
      hold(batch);
    done.clear();
  }
}

} // namespace levada::rt
