//===- server.cpp - the control socket of a running instance -----------------===//
#include "runtime/control/server.h"

#include "runtime/checkpoint/schema.h"
#include "runtime/control/protocol.h"
#include "runtime/control/status.h"
#include "runtime/core/settings.h"
#include "runtime/core/signals.h"
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace levada::rt {

sockaddr_un control_address(int folder) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, CONTROL_NAME);
  return address;
}

bool send_text(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent <= 0)
      return false;
    text.remove_prefix(sent);
  }
  return true;
}

static void send_error(int client, const Error &error) {
  Text line = textf("error\t%u\t", error.code);
  append_field(line, error.what);
  append_field(line.append('\t'), error.help);
  send_text(client, line.append('\n'));
}

bool Control::listen(Text &why) {
  const char *path = run_.checkpoints->directory().c_str();
  auto failed = [&](const char *what) {
    why = textf("%s: %s", what, strerror(errno));
    return false;
  };
  folder_ = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (folder_ < 0 || wake_ < 0 || socket_ < 0)
    return failed("cannot make a socket");
  struct stat info;
  if (fstatat(folder_, CONTROL_NAME, &info, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!S_ISSOCK(info.st_mode)) {
      why = textf("`%s/%s` is no socket", path, CONTROL_NAME);
      return false;
    }
    unlinkat(folder_, CONTROL_NAME, 0);
  }
  sockaddr_un address = control_address(folder_);
  mode_t before = umask(0177);
  bool bound = bind(socket_, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0;
  umask(before);
  if (!bound)
    return failed("cannot make a socket in the state directory");
  return ::listen(socket_, 8) == 0 || failed("cannot listen at the socket");
}

void Control::start() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  started_at_ = int64_t(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
  Error warning;
  Text why;
  if (listen(why) && pthread_create(&thread_, nullptr, thread_main, this) == 0) {
    running_ = true;
    return;
  }
  warning.code = NO_ANSWER;
  warning.what = textf("there will be no answer to `status`, `savepoint` and `stop`: %s",
                       why.empty() ? "no thread" : why.c_str());
  warning.help = Text("SIGTERM stops the run");
  Text text = render(warning, "warning", run_.settings.json);
  (void)!write(2, text.c_str(), text.size());
}

Control::~Control() {
  Error failed;
  failed.set(NO_ANSWER, "the run failed while it was stopped", "its own messages say why");
  ended(Text(), failed);
  if (running_) {
    uint64_t one = 1;
    (void)!write(wake_, &one, sizeof one);
    pthread_join(thread_, nullptr);
    unlinkat(folder_, CONTROL_NAME, 0);
  }
  for (int fd : {folder_, socket_, wake_})
    if (fd >= 0)
      close(fd);
}

void Control::ended(const Text &how, const Error &why_not) {
  std::vector<int> waiting;
  {
    Lock lock(mutex_);
    waiting.swap(stoppers_);
  }
  for (int client : waiting) {
    if (why_not)
      send_error(client, why_not);
    else
      send_text(client, Text("ok\n").append(how));
    close(client);
  }
}

void *Control::thread_main(void *arg) {
  static_cast<Control *>(arg)->serve();
  return nullptr;
}

void Control::serve() {
  Checkpoints &checkpoints = *run_.checkpoints;
  int tick = checkpoints.interval() ? int(std::min<uint64_t>(
                                          1000, std::max<uint64_t>(20, checkpoints.interval() / 2)))
                                    : -1;
  for (;;) {
    pollfd fds[2] = {{socket_, POLLIN, 0}, {wake_, POLLIN, 0}};
    bool waiting = checkpoints.waiting();
    if (waiting)
      run_.poke();
    poll(fds, 2, waiting ? 20 : tick);
    if (fds[1].revents)
      return;
    if (!(fds[0].revents & POLLIN))
      continue;
    int client = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0)
      answer(client);
  }
}

/// The request's line; false: nothing that is one came in time.
static bool receive_line(int client, Text &line) {
  timeval patience = {2, 0};
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char buffer[1024];
  while (line.size() < (64 << 10)) {
    ssize_t got = recv(client, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return false;
    line.append(std::string_view(buffer, got));
    if (line.view().back() == '\n') {
      line.truncate(line.size() - 1);
      return true;
    }
  }
  return false;
}

void Control::stop(int client, bool drain, const Text &target) {
  Error error;
  Checkpoints &checkpoints = *run_.checkpoints;
  if (!target.empty() && !checkpoints.target_fits(target.c_str(), error))
    error.help = Text("a savepoint is made in a new folder of its own; the run goes on");
  // A savepoint of a run that is drained is the state before its windows fire.
  else if (!target.empty() && drain)
    checkpoints.savepoint(target.c_str(), error);
  else if (!target.empty())
    checkpoints.savepoint_at_stop(target.c_str());
  if (error) {
    send_error(client, error);
    close(client);
    return;
  }
  {
    Lock lock(mutex_);
    stoppers_.push_back(client);
  }
  if (drain)
    run_.drain();
  else
    request_stop();
}

void Control::answer(int client) {
  Text line, reply;
  Error error;
  if (!receive_line(client, line)) {
    close(client);
    return;
  }
  std::string_view rest = line;
  Text protocol = take_field(rest), program = take_field(rest), command = take_field(rest),
       first = take_field(rest), second = take_field(rest);
  if (protocol.view() != CONTROL_PROTOCOL)
    error.set(NO_ANSWER, "the running instance speaks another protocol",
              "ask with the executable that runs");
  else if (program.view() != run_.program->name)
    error.set(BAD_STATE,
              textf("the running instance is pipeline `%s`, this is `%s`", run_.program->name,
                    program.c_str()),
              "--state names the directory of another pipeline");
  else if (command.view() == "status")
    reply = running_status(run_, started_at_, first.view() == "json");
  else if (command.view() == "savepoint")
    run_.checkpoints->savepoint(first.c_str(), error);
  else if (command.view() == "stop")
    return stop(client, first.view() == "drain", second);
  else
    error.set(NO_ANSWER, textf("the running instance knows no `%s`", command.c_str()));
  if (error)
    send_error(client, error);
  else
    send_text(client, Text("ok\n").append(reply));
  close(client);
}

} // namespace levada::rt
