//===- savepoint.cpp - checkpoints that somebody asks for --------------------===//
//
// A savepoint is a whole checkpoint in a folder of its own. Who asks looks again
// until it is published; a run that waits for input is woken meanwhile, and takes
// a number without rows to carry the barrier.
//
//===----------------------------------------------------------------------===//
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"

#include <time.h>

namespace levada::rt {

bool Checkpoints::settle(Error &error) {
  const Text &wish = run_.settings.restore;
  return wish.empty() || wish.view() == "latest" || store_.adopt(chain_, error);
}

void Checkpoints::savepoint_at_stop(const char *target) {
  Lock lock(mutex_);
  stop_target_ = Text(target);
}

bool Checkpoints::waiting() const {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return busy_.load(std::memory_order_relaxed) || requested_.load(std::memory_order_relaxed) ||
         (int64_t(now.tv_sec) * 1000 + now.tv_nsec / 1000000 >=
              next_at_.load(std::memory_order_relaxed) &&
          run_.handed() != last().number);
}

bool Checkpoints::due_idle(uint64_t number) {
  return due(number) && (requested_.load(std::memory_order_relaxed) || number != last().number);
}

void Checkpoints::answer(bool made, const Error &error) {
  Lock lock(mutex_);
  wish_ = made ? MADE : NOT_MADE;
  wish_error_ = error;
}

bool Checkpoints::ask_savepoint(const char *target, Error &error) {
  Lock lock(mutex_);
  if (ended_)
    return error.set(NO_SAVEPOINT, "the run is ending: it makes no more savepoints",
                     "its last checkpoint can be copied once it has ended: `savepoint DIR` again");
  wish_ = WISHED;
  wish_error_ = {};
  target_ = Text(target);
  requested_.store(true, std::memory_order_release);
  return true;
}

bool Checkpoints::savepoint_done(Error &error) {
  Lock lock(mutex_);
  if (wish_ == WISHED && !ended_)
    return false;
  if (wish_ == MADE)
    return true;
  if (wish_ == NOT_MADE && wish_error_)
    error = std::move(wish_error_);
  else
    error.set(NO_SAVEPOINT, "the run ended before the savepoint was made",
              "its last checkpoint can be copied: `savepoint DIR` again");
  return true;
}

} // namespace levada::rt
