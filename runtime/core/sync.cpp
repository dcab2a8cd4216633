//===- sync.cpp - events --------------------------------------------------===//
#include "runtime/core/sync.h"

namespace levada::rt {

void Event::notify() {
  count_.fetch_add(1, std::memory_order_seq_cst);
  if (sleepers_.load(std::memory_order_seq_cst) == 0)
    return;
  Lock lock(mutex_);
  pthread_cond_broadcast(&changed_);
}

void Event::wait(uint32_t before) {
  // Batches come every few microseconds: a short spin avoids most sleeps.
  for (int i = 0; i < 200; ++i)
    if (now() != before)
      return;
  Lock lock(mutex_);
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  while (now() == before)
    pthread_cond_wait(&changed_, mutex_.native());
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
}

} // namespace levada::rt
