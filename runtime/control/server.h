//===- server.h - the control socket of a running instance -------------------===//
//
// One thread, which waits for none of its clients, nor for a savepoint that one of
// them asked for. It also wakes a run that waits for input when it is time for a
// checkpoint.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONTROL_SERVER_H
#define LEVADA_RUNTIME_CONTROL_SERVER_H

#include "runtime/core/sync.h"
#include "runtime/core/text.h"

#include <deque>
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
  /// One who asks.
  struct Client {
    int fd;
    Text line;        // of its request, until all of it is there
    Text reply;       // what it has not yet been told
    int64_t until;    // ms of the monotonic clock: then it has gone for us
  };
  /// A savepoint; the one in front is being made.
  struct Wish {
    int client; // -1: who asked has gone
    Text target;
    bool drain; // then
  };
  bool listen(Text &why);
  void serve();
  void accept_one();
  void read_from(Client &client);
  void write_to(Client &client);
  void reply_to(int fd, Text reply);
  void refuse(int fd, const Error &error);
  void answer(Client &client);
  void stop(int client, bool drain, const Text &target);
  void hand_over(int client, bool drain);
  void wish(int client, const Text &target, bool drain);
  void begin_wish();
  void look_at_wish();
  static void *thread_main(void *arg);

  Run &run_;
  int64_t started_at_ = 0; // ms since 1970
  int folder_ = -1, socket_ = -1, wake_ = -1;
  bool running_ = false;
  pthread_t thread_{};
  std::vector<Client> clients_; // that ask, or are being told
  std::deque<Wish> wishes_;     // of clients that wait
  Mutex mutex_;                 // stoppers_
  std::vector<int> stoppers_;
};

} // namespace levada::rt

#endif
