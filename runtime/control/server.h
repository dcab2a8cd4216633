//===- server.h - the control socket of a running instance -------------------===//
//
// One thread, which answers one client after the other. It also wakes a run that
// waits for input when it is time for a checkpoint.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONTROL_SERVER_H
#define LEVADA_RUNTIME_CONTROL_SERVER_H

#include "runtime/core/sync.h"
#include "runtime/core/text.h"

#include <vector>

namespace levada::rt {

struct Error;
class Run;

class Control {
public:
  explicit Control(Run &run) : run_(run) {}
  ~Control();
  /// Listens in the state directory of the run, which is locked: a socket that is
  /// there is that of a process that has died. A run without one goes on.
  void start();
  /// The run has ended: what those hear who asked it to stop. `why_not`: what they
  /// wished for could not be.
  void ended(const Text &how, const Error &why_not);

private:
  bool listen(Text &why);
  void serve();
  void answer(int client);
  void stop(int client, bool drain, const Text &target);
  static void *thread_main(void *arg);

  Run &run_;
  int64_t started_at_ = 0; // ms since 1970
  int folder_ = -1, socket_ = -1, wake_ = -1;
  bool running_ = false;
  pthread_t thread_{};
  Mutex mutex_; // stoppers_
  std::vector<int> stoppers_;
};

} // namespace levada::rt

#endif
