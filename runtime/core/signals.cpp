//===- signals.cpp - the wish to stop -------------------------------------===//
#include "runtime/core/signals.h"

#include <atomic>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace levada::rt {

static std::atomic<bool> requested{false};
static int wake_fd = -1;

void request_stop() {
  requested.store(true, std::memory_order_relaxed);
  int saved = errno;
  uint64_t one = 1;
  (void)!write(wake_fd, &one, sizeof one);
  errno = saved;
}

static std::atomic<bool> interrupted{false};

void interrupt_reads() {
  interrupted.store(true, std::memory_order_seq_cst);
  uint64_t one = 1;
  (void)!write(wake_fd, &one, sizeof one);
}

bool take_interrupt() {
  if (!interrupted.exchange(false, std::memory_order_seq_cst))
    return false;
  uint64_t count;
  (void)!read(wake_fd, &count, sizeof count);
  if (stop_requested()) // its wish was read with it
    request_stop();
  return true;
}

static void on_stop(int) { request_stop(); }

void install_signals() {
  wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  struct sigaction action = {};
  action.sa_handler = on_stop;
  action.sa_flags = SA_RESETHAND; // the second one kills
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

void default_signals() {
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  signal(SIGPIPE, SIG_DFL);
  if (stop_requested())
    raise(SIGTERM);
}

bool stop_requested() { return requested.load(std::memory_order_relaxed); }

int stop_fd() { return wake_fd; }

} // namespace levada::rt
