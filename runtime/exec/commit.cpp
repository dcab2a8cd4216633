//===- commit.cpp - how numbers end ---------------------------------------===//
//
// A number whose stages have all run is committed in its turn: its bytes go to
// the sinks, ordered by stage, order and worker. Of failures the one with the
// lowest number counts.
//
//===----------------------------------------------------------------------===//
#include "runtime/exec/run.h"

#include "runtime/exec/checkpoints.h"
#include "runtime/exec/sink.h"

#include <algorithm>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace levada::rt {

void Run::fail(uint64_t seq, uint32_t depth, const Order &order, uint32_t worker, Error &&error) {
  Lock lock(fail_mutex_);
  if (seq > enough_)
    return;
  // Of one number, what lies deepest in the program was reached first.
  if (failure_) {
    const Failure &f = *failure_;
    bool earlier = seq != f.seq       ? seq < f.seq
                   : depth != f.depth ? depth > f.depth
                   : order != f.order ? order < f.order
                                      : worker < f.worker;
    if (!earlier)
      return;
  }
  failure_.reset(new Failure{seq, depth, order, worker, std::move(error)});
  limit_.store(seq, std::memory_order_release);
}

void Run::forgive_after(uint64_t seq) {
  Lock lock(fail_mutex_);
  enough_ = seq;
  if (failure_ && failure_->seq > seq) {
    failure_.reset();
    limit_.store(~uint64_t(0), std::memory_order_release);
  }
}

void Run::sample(uint32_t source, uint64_t seq, uint64_t offset, Error &&error) {
  Lock lock(fail_mutex_);
  Sample &sample = samples_[source];
  if (seq < sample.seq || (seq == sample.seq && offset < sample.offset))
    sample = {seq, offset, std::move(error)};
}

bool Run::wants_sample(uint32_t source, uint64_t seq, uint64_t offset) {
  Lock lock(fail_mutex_);
  const Sample &sample = samples_[source];
  return seq < sample.seq || (seq == sample.seq && offset < sample.offset);
}

void Run::submit(uint64_t seq, SinkPart &&part) {
  Entry &entry = entries_[seq % window_];
  if (settings.memory)
    waiting_.fetch_add(part.capacity + part.segments.bytes(), std::memory_order_relaxed);
  Lock lock(entry.mutex);
  entry.parts.push_back(std::move(part));
}

void Run::executed(uint64_t seq) {
  Entry &entry = entries_[seq % window_];
  if (entry.remaining.fetch_sub(1, std::memory_order_acq_rel) == 1)
    commit();
}

/// Writes numbers that are done, in order. Whoever finds the flag taken leaves
/// it to its holder, who looks again after giving it back.
void Run::commit() {
  for (;;) {
    uint64_t low = low_.load(std::memory_order_seq_cst);
    auto done = [&](uint64_t seq) {
      return seq < handed_.load(std::memory_order_seq_cst) &&
             entries_[seq % window_].remaining.load(std::memory_order_seq_cst) == 0;
    };
    if (!done(low))
      return;
    if (committing_.exchange(true, std::memory_order_seq_cst))
      return;
    for (low = low_.load(std::memory_order_seq_cst); done(low); ++low) {
      commit_number(entries_[low % window_], low);
      if (checkpoints && checkpoints->barrier() == low)
        checkpoints->committed(limit_.load(std::memory_order_acquire) <= low);
      low_.store(low + 1, std::memory_order_seq_cst);
      event_.notify();
    }
    committing_.store(false, std::memory_order_seq_cst);
  }
}

void Run::commit_number(Entry &entry, uint64_t seq) {
  std::vector<SinkPart> parts;
  {
    Lock lock(entry.mutex);
    parts.swap(entry.parts);
  }
  uint64_t counted = 0, failed;
  for (const SinkPart &part : parts)
    counted += part.capacity + part.segments.bytes();
  uint32_t depth = 0;
  {
    Lock lock(fail_mutex_);
    failed = failure_ ? failure_->seq : ~uint64_t(0);
    depth = failure_ ? failure_->depth : 0;
  }
  // The rows before a record that a source cannot decode were right, and are
  // written as far as the source's stage wrote them: how far windows got by
  // then depends on who else had keys there. A number in which a later stage
  // failed leaves nothing.
  bool up_to_record = seq == failed && depth == 0;
  if (up_to_record)
    for (SinkPart &part : parts)
      if (part.depth != 0) {
        part.rows = part.size = 0;
        part.segments.clear();
      }
  if (seq < failed || up_to_record)
    write_parts(parts, seq);
  for (SinkPart &part : parts) {
    give_buffer(part.bytes, part.capacity);
    if (part.file >= 0)
      close(part.file);
  }
  if (settings.memory)
    waiting_.fetch_sub(counted, std::memory_order_relaxed);
}

/// Some bytes of a part, in memory or in its file, of which its buffer has some.
bool Run::write_piece(SinkPart &part, uint64_t begin, uint64_t end, Error &error) {
  Sink &sink = *sinks_[part.sink];
  if (part.file < 0)
    return sink.write(part.bytes + begin, end - begin, error);
  while (begin != end) {
    if (begin < part.read_from || begin >= part.read_from + part.read) {
      ssize_t got = pread(part.file, part.bytes, part.capacity, begin);
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return error.set(NO_SPILL, textf("what waited for sink `%s`: %s",
                                         program->sinks[part.sink].name,
                                         got ? strerror(errno) : "cut off"));
      part.read_from = begin;
      part.read = got;
    }
    uint64_t size = std::min(end, part.read_from + part.read) - begin;
    if (!sink.write(part.bytes + (begin - part.read_from), size, error))
      return false;
    begin += size;
  }
  return true;
}

namespace {
/// Bytes of a part at one order.
struct Piece {
  SinkPart *part;
  Order order;
  uint64_t begin, end;
};

/// The pieces of a part, one by one.
struct Pieces {
  Piece now;
  Segments::Cursor cursor;

  explicit Pieces(SinkPart &part)
      : now{&part, Order(), 0, part.segments.empty() ? part.size : 0}, cursor(part.segments) {}
  bool next() {
    Segment segment;
    if (!cursor.next(segment, now.end, now.part->size))
      return false;
    now.order = segment.order;
    now.begin = segment.begin;
    return true;
  }
};

bool before(const Piece &a, const Piece &b) {
  return a.part->depth != b.part->depth     ? a.part->depth < b.part->depth
         : a.order != b.order               ? a.order < b.order
         : a.part->worker != b.part->worker ? a.part->worker < b.part->worker
                                            : a.begin < b.begin;
}
} // namespace

/// Calls write(part, begin, end) in order, until it is false.
template <typename Write> static bool each_piece(std::vector<SinkPart> &parts, Write &&write) {
  Piece held{nullptr, Order(), 0, 0}; // what follows a piece is written with it
  auto add = [&](const Piece &piece) {
    if (piece.part == held.part && piece.begin == held.end) {
      held.end = piece.end;
      return true;
    }
    bool good = held.begin == held.end || write(*held.part, held.begin, held.end);
    held = piece;
    return good;
  };
  bool ascending = true;
  std::vector<Pieces> left;
  for (SinkPart &part : parts) {
    ascending &= part.segments.ascending();
    left.emplace_back(part);
    if (!part.segments.empty())
      left.back().next();
  }
  if (!ascending) {
    std::vector<Piece> all;
    for (Pieces &pieces : left)
      do
        all.push_back(pieces.now);
      while (pieces.next());
    std::sort(all.begin(), all.end(), before);
    for (const Piece &piece : all)
      if (!add(piece))
        return false;
    left.clear();
  }
  while (!left.empty()) {
    size_t first = 0;
    for (size_t i = 1; i < left.size(); ++i)
      if (before(left[i].now, left[first].now))
        first = i;
    if (!add(left[first].now))
      return false;
    if (!left[first].next())
      left.erase(left.begin() + first);
  }
  return held.begin == held.end || write(*held.part, held.begin, held.end);
}

void Run::write_parts(std::vector<SinkPart> &parts, uint64_t seq) {
  std::vector<bool> touched(sinks_.size());
  for (const SinkPart &part : parts) {
    touched[part.sink] = true;
    sinks_[part.sink]->rows += part.rows;
    progress_.rows_out.fetch_add(part.rows, std::memory_order_relaxed);
  }
  Error error;
  Lock lock(sink_mutex_);
  if (!each_piece(parts, [&](SinkPart &part, uint64_t begin, uint64_t end) {
        return write_piece(part, begin, end, error);
      })) {
    sink_failed(seq, std::move(error));
    return;
  }
  for (uint32_t i = 0; i < sinks_.size(); ++i)
    if (touched[i] && !sinks_[i]->flush(error)) {
      sink_failed(seq, std::move(error));
      return;
    }
}

void Run::sink_failed(uint64_t seq, Error &&error) {
  fail(seq, ~0u, Order(), 0, std::move(error));
}

void Run::write(uint32_t sink, const char *bytes, uint64_t size) {
  Error error;
  Lock lock(sink_mutex_);
  if (limit_.load(std::memory_order_relaxed) == ~uint64_t(0) &&
      !sinks_[sink]->write(bytes, size, error))
    sink_failed(handed() - 1, std::move(error));
}

char *Run::take_buffer(uint64_t &size) {
  Lock lock(buffer_mutex_);
  if (!buffers_.empty()) {
    auto [buffer, capacity] = buffers_.back();
    buffers_.pop_back();
    size = capacity;
    return buffer;
  }
  size = 64 << 10;
  return static_cast<char *>(must_alloc(size));
}

void Run::give_buffer(char *buffer, uint64_t size) {
  if (!buffer)
    return;
  Lock lock(buffer_mutex_);
  if (size <= 4 << 20 && buffers_.size() < (settings.memory ? 2 : 64))
    buffers_.push_back({buffer, size});
  else
    must_free(buffer);
}

} // namespace levada::rt
