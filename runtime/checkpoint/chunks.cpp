//===- chunks.cpp - buffers between who copies and who writes --------------===//
#include "runtime/checkpoint/chunks.h"

namespace levada::rt {

/// A chunk is handed on once it has `size` bytes, and may have some more.
static constexpr uint64_t room = Chunks::size + (32 << 10);
/// Larger ones go back to the system.
static constexpr uint64_t most_kept = 2 * room, most_early = 4 << 20;

bool Chunks::take(Writer &to, bool wait) {
  Lock lock(mutex);
  while (out_ >= limit_) {
    starved_ = true;
    if (!wait)
      return false;
    pthread_cond_wait(&freed_, mutex.native());
  }
  ++out_;
  if (free_.empty()) {
    to.reserve(room);
  } else {
    to.swap(free_.back());
    free_.pop_back();
  }
  return true;
}

void Chunks::give(Writer &&given) {
  Writer chunk(std::move(given));
  chunk.clear();
  if (chunk.capacity() > most_kept)
    Writer().swap(chunk);
  chunk.reserve(room);
  bool starved;
  {
    Lock lock(mutex);
    --out_;
    free_.push_back(std::move(chunk));
    starved = starved_;
    starved_ = false;
    if (starved)
      pthread_cond_broadcast(&freed_);
  }
  if (starved && event_)
    event_->notify();
}

void Chunks::await() {
  Lock lock(mutex);
  while (out_ >= limit_) {
    starved_ = true;
    pthread_cond_wait(&freed_, mutex.native());
  }
}

void Chunks::take_early(Writer &to) {
  Lock lock(mutex);
  if (early_.empty())
    return;
  to.swap(early_.back());
  early_.pop_back();
}

void Chunks::give_early(Writer &from) {
  from.clear();
  if (from.capacity() > most_early) {
    Writer().swap(from);
    return;
  }
  Writer kept;
  kept.swap(from);
  Lock lock(mutex);
  if (early_.size() < limit_ / 8 + 1)
    early_.push_back(std::move(kept));
}

} // namespace levada::rt
