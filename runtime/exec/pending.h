//===- pending.h - a checkpoint that is being made -------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_PENDING_H
#define LEVADA_RUNTIME_EXEC_PENDING_H

#include "runtime/checkpoint/parts.h"
#include "runtime/exec/checkpoints.h"

#include <time.h>

namespace levada::rt {

struct Checkpoints::Pending {
  uint64_t barrier, epoch;
  int64_t created;
  bool full; // all is wanted; in the end: it needs no checkpoint before it
  std::vector<Parts> workers; // each written by its worker
  Writer sources, choice, sinks;
  std::vector<uint64_t> counters; // at the end of input: all there are
  std::atomic<uint32_t> remaining{0};
  std::atomic<uint64_t> rows_in{0};
  uint64_t rows_out = 0;
  Text target; // of a savepoint, else empty
  bool last = false, begun = false, made = false;
  bool failed = false; // the run ends before it, or a sink could not prepare
  Error error;
};

inline int64_t clock_ns(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return int64_t(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}
inline int64_t clock_ms(clockid_t clock) { return clock_ns(clock) / 1'000'000; }

} // namespace levada::rt

#endif
