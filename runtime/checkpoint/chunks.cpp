//===- chunks.cpp - buffers between who copies and who writes --------------===//
#include "runtime/checkpoint/chunks.h"

namespace levada::rt {

/// A chunk is handed on once it has `size` bytes, and may have some more.
static constexpr uint64_t room = Chunks::size + (32 << 10);
/// Larger ones go back to the system.
static constexpr uint64_t most_kept = 2 * room;
/// For every chunk: as much as it has.
static constexpr uint64_t blocks_kept = Chunks::size / Chunks::block;

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

Chunks::~Chunks() {
  for (void *one : blocks_)
    must_free(one);
}

void *Chunks::take_block() {
  Lock lock(mutex);
  if (blocks_.empty())
    return must_alloc(block);
  void *one = blocks_.back();
  blocks_.pop_back();
  return one;
}

void Chunks::give_block(void *one) {
  {
    Lock lock(mutex);
    if (blocks_.size() < limit_ * blocks_kept) {
      blocks_.push_back(one);
      return;
    }
  }
  must_free(one);
}

} // namespace levada::rt
