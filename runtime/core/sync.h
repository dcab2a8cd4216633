//===- sync.h - mutex, event and threads without exceptions ---------------===//
//
// std::mutex refers to std::system_error; these are the same calls without it.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CORE_SYNC_H
#define LEVADA_RUNTIME_CORE_SYNC_H

#include <atomic>
#include <pthread.h>

namespace levada::rt {

class Mutex {
public:
  Mutex() = default;
  Mutex(const Mutex &) = delete;
  void lock() { pthread_mutex_lock(&mutex_); }
  bool try_lock() { return pthread_mutex_trylock(&mutex_) == 0; }
  void unlock() { pthread_mutex_unlock(&mutex_); }
  pthread_mutex_t *native() { return &mutex_; }

private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

class Lock {
public:
  explicit Lock(Mutex &mutex) : mutex_(mutex) { mutex_.lock(); }
  Lock(const Lock &) = delete;
  ~Lock() { mutex_.unlock(); }

private:
  Mutex &mutex_;
};

/// Something has happened: whoever saw nothing to do sleeps until it has.
///   uint32_t before = event.now();
///   if (!anything_to_do()) event.wait(before);
class Event {
public:
  uint32_t now() const { return count_.load(std::memory_order_seq_cst); }
  void notify();
  /// Returns when notify() was called after `before` was read.
  void wait(uint32_t before);

private:
  std::atomic<uint32_t> count_{0};
  std::atomic<uint32_t> sleepers_{0};
  Mutex mutex_;
  pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
};

} // namespace levada::rt

#endif
