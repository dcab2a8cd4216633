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
        input.senders[s].waiting.push_in_order(batch, *input.channel->desc, worker.pool,
                                               worker.run.wait_limit());
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
  const bool streams = inputs_.size() == 1 && inputs_[0].channel->from_source;
  // One that waits for room, and has begun others meanwhile, goes on when these
  // have: who sends to it must not wait for that. Their rows are of later numbers.
  if (busy)
    return !streams && absorb();
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
  if (streams)
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

static void forget_watermarks(char *rows, uint32_t count, uint32_t row_size) {
  for (uint32_t i = 0; i < count; ++i, rows += row_size)
    memset(rows, 0, 7), rows[7] = char(0x80);
}

/// Writes into each row the number of its entry in places_, for levada_rt_order.
static void place_rows(char *rows, uint32_t count, uint32_t row_size, uint32_t offset) {
  for (uint32_t i = 0; i < count; ++i) {
    int64_t place = FIRST_PLACE + i;
    memcpy(rows + uint64_t(i) * row_size + offset, &place, sizeof place);
  }
}

static int64_t place_of(const char *row, uint32_t offset) {
  int64_t place;
  memcpy(&place, row + offset, sizeof place);
  return place;
}

/// Batches whose rows have been processed or copied go with what rows view.
void Execution::give_done() {
  for (Batch *batch : done_)
    hold(batch);
  done_.clear();
}

/// Rows of batches that are done, or that each_at_hand calls its argument with. Under
/// --memory what they make has a frame of its own, so that what they view need not
/// stay until the number ends.
template <typename Open>
void Execution::process(const levada_batch &rows, const Open &each_at_hand) {
  if (!worker.run.settings.memory || stage.outputs.empty()) {
    process(rows);
    return give_done();
  }
  void *outside = worker.block_begin();
  auto keep = [&](const Batch &batch) {
    if (!batch.frame)
      return;
    frame_retain(batch.frame);
    frame_keep(worker.frame, batch.frame, [](void *p) { frame_release(static_cast<Frame *>(p)); });
  };
  each_at_hand(keep);
  for (const Batch *batch : done_)
    keep(*batch);
  process(rows);
  worker.block_end(outside);
  for (Batch *batch : done_)
    worker.pool.give(batch);
  done_.clear();
}

void Execution::process_batch(Batch *batch, int64_t base) {
  done_.push_back(batch);
  process({batch->rows, batch->count, base, batch->seq}, [](auto &&) {});
}

/// Rows of one input, those that stand apart from their neighbours copied together.
void Execution::process_turns(uint32_t index, Turns &turns, int64_t base, uint64_t number) {
  const Input &input = inputs_[index];
  const levada_channel_desc &desc = *input.channel->desc;
  const uint32_t size = desc.row_size, room = worker.run.rows_of_batch(size);
  const uint32_t offset = worker.run.topology.workers > 1 ? desc.place_offset : 0;
  const bool several = inputs_.size() > 1; // of which one has no watermark: so have all
  constexpr uint32_t many = 256;
  uint32_t gathered = 0;
  places_.clear();
  auto go = [&](char *rows, uint32_t count) {
    if (offset)
      place_rows(rows, count, size, offset);
    process({rows, count, several ? LEVADA_MIN_WATERMARK : base, number},
            [&](auto &&each) { turns.each_at_hand(each); });
    places_.clear();
    gathered = 0;
  };
  Turns::Piece piece;
  while (turns.next(piece, done_))
    while (piece.begin != piece.end) {
      uint32_t count = piece.end - piece.begin;
      char *rows = piece.batch->row(piece.begin);
      const bool copied = count < many;
      if (!copied && gathered)
        go(merge_buffer_.get(0), gathered);
      if (copied) {
        count = std::min(count, room - gathered);
        char *to = merge_buffer_.get(uint64_t(room) * size) + uint64_t(gathered) * size;
        memcpy(to, rows, uint64_t(count) * size);
        rows = to;
      }
      if (several)
        forget_watermarks(rows, count, size);
      for (uint32_t i = 0; offset && i < count; ++i) {
        Order place = piece.order;
        if (several) {
          place.second = place.first;
          place.first = index;
        }
        int64_t at = place_of(rows + uint64_t(i) * size, offset);
        if (input.channel->from_source)
          place.second = at;
        else
          place.exchanged(piece.sender, at);
        places_.push_back(place);
      }
      piece.begin += count;
      if (!copied)
        go(rows, count);
      else if ((gathered += count) == room)
        go(merge_buffer_.get(0), gathered);
    }
  if (gathered)
    go(merge_buffer_.get(0), gathered);
  give_done();
}

/// Rows of one input, to be merged with those of others.
void Execution::merge_turns(uint32_t index, Turns &turns, int64_t base) {
  const levada_channel_desc &desc = *inputs_[index].channel->desc;
  const uint32_t size = desc.row_size, room = worker.run.rows_of_batch(size);
  Batch *made = nullptr;
  auto push = [&] {
    if (made) {
      count_waiting(*made, desc, worker.run.waiting());
      merge_.add(index, made, base);
    }
    made = nullptr;
    for (Batch *batch : done_)
      worker.pool.give(batch);
    done_.clear();
  };
  Turns::Piece piece;
  Frame *newest = nullptr; // that `made` keeps
  while (turns.next(piece, done_))
    while (piece.begin != piece.end) {
      if (!made) {
        made = worker.pool.take(size, room);
        made->seq = piece.batch->seq;
        made->frame = frame_new();
        newest = nullptr;
      }
      if (piece.batch->frame && piece.batch->frame != newest) {
        newest = piece.batch->frame;
        frame_retain(newest);
        frame_keep(made->frame, newest, [](void *p) { frame_release(static_cast<Frame *>(p)); });
      }
      uint32_t count = std::min(piece.end - piece.begin, room - made->count);
      char *to = made->row(made->count);
      memcpy(to, piece.batch->row(piece.begin), uint64_t(count) * size);
      for (uint32_t i = 0; desc.place_offset && i < count; ++i) {
        int64_t at = place_of(to + uint64_t(i) * size, desc.place_offset);
        made->segments.note(place_in_merge(piece.order, piece.sender, at), made->count + i);
      }
      made->count += count;
      piece.begin += count;
      if (made->count == room)
        push();
    }
  push();
}

/// What waits under `number` at the inputs, in order.
void Execution::take_all(uint64_t number) {
  for (uint32_t i = 0; i < inputs_.size(); ++i) {
    Input &input = inputs_[i];
    int64_t base = input.watermark, after = base;
    Turns turns(*input.channel->desc, worker.pool);
    for (uint32_t s = 0; s < input.senders.size(); ++s)
      turns.add(s, input.senders[s].waiting, number, after);
    if (!stage.merges) {
      process_turns(i, turns, base, number);
    } else if (!input.channel->from_source) {
      merge_turns(i, turns, base);
    } else {
      while (Batch *batch = turns.next_batch())
        merge_.add(i, batch, base);
    }
    input.watermark = after;
  }
}

/// Rows that no input can overtake any more.
void Execution::process_merged(uint64_t number) {
  std::vector<int64_t> reached;
  for (const Input &input : inputs_)
    reached.push_back(input.watermark);
  const levada_channel_desc &desc = *inputs_[0].channel->desc;
  const uint32_t size = desc.row_size, room = worker.run.rows_of_batch(size);
  const uint32_t offset = worker.run.topology.workers > 1 ? desc.place_offset : 0;
  while (!merge_.empty()) {
    char *rows = merge_buffer_.get(uint64_t(room) * size);
    places_.clear();
    uint32_t count =
        merge_.next(reached.data(), rows, room, done_, offset ? &places_ : nullptr, offset);
    if (!count)
      break;
    if (offset)
      place_rows(rows, count, size, offset);
    process({rows, count, LEVADA_MIN_WATERMARK, number},
            [&](auto &&each) { merge_.each_at_hand(each); });
  }
}

} // namespace levada::rt
