//===- server.cpp - the control socket of a running instance -----------------===//
#include "runtime/control/server.h"

#include "runtime/checkpoint/schema.h"
#include "runtime/control/protocol.h"
#include "runtime/control/status.h"
#include "runtime/core/settings.h"
#include "runtime/core/signals.h"
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"

#include <algorithm>
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

static Text error_line(const Error &error) {
  Text line = textf("error\t%u\t", error.code);
  append_field(line, error.what);
  append_field(line.append('\t'), error.help);
  line.append('\n');
  return line;
}

static int64_t now_ms() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
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
    send_text(client, why_not ? error_line(why_not) : Text("ok\n").append(how));
    close(client);
  }
}

void *Control::thread_main(void *arg) {
  static_cast<Control *>(arg)->serve();
  return nullptr;
}

//===--- clients ------------------------------------------------------------===//

/// More than these wait until one has gone.
static constexpr size_t most_clients = 64;
/// Ms in which a client has to say what it wants, and to hear what it is told.
static constexpr int64_t patience = 5000;

void Control::serve() {
  Checkpoints &checkpoints = *run_.checkpoints;
  int tick = checkpoints.interval() ? int(std::min<uint64_t>(
                                          1000, std::max<uint64_t>(20, checkpoints.interval() / 2)))
                                    : -1;
  std::vector<pollfd> fds;
  for (;;) {
    fds.clear();
    fds.push_back({wake_, POLLIN, 0});
    fds.push_back({clients_.size() < most_clients ? socket_ : -1, POLLIN, 0});
    for (const Client &client : clients_)
      fds.push_back({client.fd, short(client.reply.empty() ? POLLIN : POLLOUT), 0});
    for (const Wish &wish : wishes_) // to learn when they go
      fds.push_back({wish.client, 0, 0});
    bool waiting = checkpoints.waiting() || !wishes_.empty();
    if (waiting)
      run_.poke();
    int wait = waiting ? 20 : tick;
    if (!clients_.empty() && (wait < 0 || wait > 500))
      wait = 500;
    poll(fds.data(), fds.size(), wait);
    if (fds[0].revents)
      break;
    const size_t asking = clients_.size();
    for (size_t i = 0; i < wishes_.size(); ++i)
      if (fds[2 + asking + i].revents) {
        close(wishes_[i].client);
        wishes_[i].client = -1;
      }
    const int64_t now = now_ms();
    for (size_t i = 0; i < asking; ++i) {
      if (fds[2 + i].revents) // may add others
        clients_[i].reply.empty() ? read_from(clients_[i]) : write_to(clients_[i]);
      if (Client &client = clients_[i]; client.fd >= 0 && now > client.until) {
        close(client.fd);
        client.fd = -1;
      }
    }
    clients_.erase(std::remove_if(clients_.begin(), clients_.end(),
                                  [](const Client &client) { return client.fd < 0; }),
                   clients_.end());
    look_at_wish();
    if (fds[1].revents & POLLIN)
      accept_one();
  }
  Error ended;
  ended.set(NO_SAVEPOINT, "the run ended before the savepoint was made",
            "its last checkpoint can be copied: `savepoint DIR` again");
  look_at_wish();
  for (const Wish &wish : wishes_)
    refuse(wish.client, ended);
  for (Client &client : clients_)
    close(client.fd);
}

void Control::accept_one() {
  int fd = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd >= 0)
    clients_.push_back({fd, Text(), Text(), now_ms() + patience});
}

void Control::read_from(Client &client) {
  char buffer[1024];
  ssize_t got = recv(client.fd, buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  if (got > 0)
    client.line.append(std::string_view(buffer, size_t(got)));
  if (got > 0 && client.line.view().back() == '\n') {
    client.line.truncate(client.line.size() - 1);
    answer(client);
  } else if (got <= 0 || client.line.size() >= (64 << 10)) {
    close(client.fd);
    client.fd = -1;
  }
}

void Control::write_to(Client &client) {
  ssize_t sent = send(client.fd, client.reply.c_str(), client.reply.size(), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  if (sent > 0 && size_t(sent) < client.reply.size()) {
    client.reply = Text(client.reply.view().substr(size_t(sent)));
    client.until = now_ms() + patience;
    return;
  }
  close(client.fd);
  client.fd = -1;
}

void Control::reply_to(int fd, Text reply) {
  if (fd >= 0)
    clients_.push_back({fd, Text(), std::move(reply), now_ms() + patience});
}

void Control::refuse(int fd, const Error &error) {
  if (fd < 0)
    return;
  Client client{fd, Text(), error_line(error), 0};
  write_to(client);
  if (client.fd >= 0) // it did not read what it asked for
    close(client.fd);
}

//===--- requests -----------------------------------------------------------===//

void Control::answer(Client &client) {
  const int fd = client.fd;
  client.fd = -1; // it goes where its request takes it
  std::string_view rest = client.line;
  Text protocol = take_field(rest), program = take_field(rest), command = take_field(rest),
       first = take_field(rest), second = take_field(rest), reply("ok\n");
  Error error;
  if (protocol.view() != CONTROL_PROTOCOL)
    error.set(NO_ANSWER, "the running instance speaks another protocol",
              "ask with the executable that runs");
  else if (program.view() != run_.program->name)
    error.set(BAD_STATE,
              textf("the running instance is pipeline `%s`, this is `%s`", run_.program->name,
                    program.c_str()),
              "--state names the directory of another pipeline");
  else if (command.view() == "status")
    reply.append(running_status(run_, started_at_, first.view() == "json"));
  else if (command.view() == "savepoint")
    return wish(fd, first, false);
  else if (command.view() == "stop")
    return stop(fd, first.view() == "drain", second);
  else
    error.set(NO_ANSWER, textf("the running instance knows no `%s`", command.c_str()));
  client.reply = error ? error_line(error) : std::move(reply);
  client.fd = fd;
  client.until = now_ms() + patience;
}

void Control::stop(int client, bool drain, const Text &target) {
  Error error;
  Checkpoints &checkpoints = *run_.checkpoints;
  if (!target.empty() && !checkpoints.target_fits(target.c_str(), error)) {
    error.help = Text("a savepoint is made in a new folder of its own; the run goes on");
    return reply_to(client, error_line(error));
  }
  // A savepoint of a run that is drained is the state before its windows fire.
  if (!target.empty() && drain)
    return wish(client, target, true);
  if (!target.empty())
    checkpoints.savepoint_at_stop(target.c_str());
  hand_over(client, drain);
}

/// Who asked is told when the run has ended.
void Control::hand_over(int client, bool drain) {
  if (client >= 0) {
    fcntl(client, F_SETFL, 0); // what is left to say fits, or is waited for
    Lock lock(mutex_);
    stoppers_.push_back(client);
  }
  if (drain)
    run_.drain();
  else
    request_stop();
}

void Control::wish(int client, const Text &target, bool drain) {
  wishes_.push_back({client, target, drain});
  if (wishes_.size() == 1)
    begin_wish();
}

/// The one in front; those who have gone before theirs was begun want it no more.
void Control::begin_wish() {
  for (; !wishes_.empty(); wishes_.pop_front()) {
    const Wish &wish = wishes_.front();
    Error error;
    if (wish.client >= 0 && run_.checkpoints->ask_savepoint(wish.target.c_str(), error))
      return;
    if (error)
      reply_to(wish.client, error_line(error));
  }
}

void Control::look_at_wish() {
  Error error;
  if (wishes_.empty() || !run_.checkpoints->savepoint_done(error))
    return;
  const Wish wish = std::move(wishes_.front());
  wishes_.pop_front();
  if (error)
    reply_to(wish.client, error_line(error));
  else if (wish.drain)
    hand_over(wish.client, true);
  else
    reply_to(wish.client, Text("ok\n"));
  begin_wish();
}

} // namespace levada::rt
