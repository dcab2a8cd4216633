//===- chunks.h - buffers between who copies and who writes ----------------===//
//
// Workers fill buffers with entries of tables; the thread that writes checkpoints
// takes them to files while the workers go on. There are few of them, used again
// and again: memory that is touched for the first time is what a checkpoint would
// cost most. A worker that finds none copies on later.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_CHUNKS_H
#define LEVADA_RUNTIME_CHECKPOINT_CHUNKS_H

#include "runtime/checkpoint/bytes.h"
#include "runtime/core/sync.h"

#include <vector>

namespace levada::rt {

class Chunks {
public:
  static constexpr uint64_t size = 256 << 10, block = 4096;
  ~Chunks();
  /// More than one for each worker.
  void limit(uint32_t chunks) { limit_ = chunks; }
  /// `event` is told when there are some again, after a worker found none.
  void tell(Event *event) { event_ = event; }

  /// An empty one; false: all are in use. `wait`: until one is there.
  bool take(Writer &to, bool wait);
  void give(Writer &&chunk);
  /// Memory of `block` bytes for what is held back.
  void *take_block();
  void give_block(void *one);

  Mutex mutex;            // also of what is brought
  void brought() { pthread_cond_signal(&brought_); } // with `mutex`
  void wait() { pthread_cond_wait(&brought_, mutex.native()); }
  // With `mutex`: all has come, or no more does.
  bool complete = false, given_up = false;
  /// Until one can be taken.
  void await();

private:
  std::vector<Writer> free_;
  std::vector<void *> blocks_;
  uint32_t limit_ = 16, out_ = 0;
  bool starved_ = false;
  Event *event_ = nullptr;
  pthread_cond_t brought_ = PTHREAD_COND_INITIALIZER, freed_ = PTHREAD_COND_INITIALIZER;
};

} // namespace levada::rt

#endif
