//===- client.cpp - commands about a state directory -------------------------===//
#include "runtime/control/client.h"

#include "runtime/checkpoint/commands.h"
#include "runtime/checkpoint/store.h"
#include "runtime/control/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace levada::rt {
namespace {

Text state_of(const levada_program *program, const Settings &settings) {
  return settings.state.empty() ? textf("%s.state", program->name) : settings.state;
}

/// From the root, so that the instance finds it from where it runs.
bool absolute(Text path, Text &out, Error &error) {
  while (path.size() > 1 && path.view().back() == '/')
    path.truncate(path.size() - 1);
  if (path.view()[0] == '/') {
    out = path;
    return true;
  }
  char *here = getcwd(nullptr, 0);
  if (!here)
    return error.set(NO_SAVEPOINT, textf("cannot tell where `%s` is: %s", path.c_str(),
                                         strerror(errno)));
  out = textf("%s/%s", here, path.c_str());
  free(here);
  return true;
}

Text request(const levada_program *program, const char *command, std::string_view first,
             std::string_view second = {}) {
  Text line(CONTROL_PROTOCOL);
  for (std::string_view field :
       {std::string_view(program->name), std::string_view(command), first, second})
    append_field(line.append('\t'), field);
  return line.append('\n');
}

/// Sends a request to the instance, and what it says to `reply`. Not `patient`:
/// waits for some seconds only.
bool ask(const Text &state, uint32_t pid, const Text &line, bool patient, Text &reply,
         Error &error) {
  int folder = open(state.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  timeval patience = {5, 0};
  if (!patient && fd >= 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_un address = control_address(folder);
  bool sent = folder >= 0 && fd >= 0 &&
              connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 &&
              send_text(fd, line);
  int reason = errno;
  char buffer[4096];
  ssize_t got = 0;
  while (sent && ((got = recv(fd, buffer, sizeof buffer, 0)) > 0 || (got < 0 && errno == EINTR)))
    if (got > 0)
      reply.append(std::string_view(buffer, got));
  bool late = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  if (fd >= 0)
    close(fd);
  if (folder >= 0)
    close(folder);
  if (!sent)
    return error.set(NO_ANSWER,
                     textf("process %u runs with `%s` and does not answer: %s", pid, state.c_str(),
                           strerror(reason)),
                     reason == EACCES || reason == EPERM
                         ? "only the user that it runs as may ask it"
                         : "it may be starting or ending, or be a version without a control socket; "
                           "SIGTERM stops it");
  if (late)
    return error.set(NO_ANSWER,
                     textf("process %u runs with `%s` and does not answer", pid, state.c_str()),
                     "it may be making a savepoint, or have been stopped by a signal");
  std::string_view rest = reply;
  size_t end = rest.find('\n');
  if (end == rest.npos)
    return error.set(NO_ANSWER, textf("process %u ended before it answered", pid),
                     "`status` says what it left");
  std::string_view first = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  Text word = take_field(first);
  if (word.view() == "ok") {
    Text body(rest);
    reply.swap(body);
    return true;
  }
  uint32_t code = uint32_t(strtoul(take_field(first).c_str(), nullptr, 10));
  Text what = take_field(first);
  return error.set(code ? code : uint32_t(NO_ANSWER), std::move(what), take_field(first));
}

void print(const Text &text) { (void)!write(1, text.c_str(), text.size()); }

} // namespace

bool command_status(const levada_program *program, const Settings &settings, Error &error) {
  Text state = state_of(program, settings), reply;
  Store store;
  if (!store.look(state.c_str(), program->name, error))
    return false;
  uint32_t pid = store.locked_by();
  if (!pid)
    return print_status(program->name, state.c_str(), settings.json, error);
  if (!ask(state, pid, request(program, "status", settings.json ? "json" : "text"), false, reply,
           error))
    return false;
  print(reply);
  return true;
}

bool command_savepoint(const levada_program *program, const Settings &settings, Error &error) {
  Text state = state_of(program, settings), target, reply;
  Store store;
  if (!store.look(state.c_str(), program->name, error) ||
      !absolute(settings.target, target, error))
    return false;
  uint32_t pid = store.locked_by();
  if (pid ? !ask(state, pid, request(program, "savepoint", target), true, reply, error)
          : !store.copy_newest(target.c_str(), error))
    return false;
  print(textf("savepoint `%s`%s\n", settings.target.c_str(),
              pid ? "" : ": the newest checkpoint, copied"));
  return true;
}

bool command_stop(const levada_program *program, const Settings &settings, Error &error) {
  Text state = state_of(program, settings), target, reply;
  Store store;
  if (!store.look(state.c_str(), program->name, error) ||
      (!settings.savepoint.empty() && !absolute(settings.savepoint, target, error)))
    return false;
  uint32_t pid = store.locked_by();
  if (!pid)
    return error.set(NOT_RUNNING, textf("no process runs with `%s`", state.c_str()),
                     settings.savepoint.empty() ? "there is nothing to stop"
                                                : "`savepoint DIR` copies its newest checkpoint");
  if (!ask(state, pid, request(program, "stop", settings.drain ? "drain" : "keep", target), true,
           reply, error))
    return false;
  // The answer comes before the process is gone, and with it the lock.
  for (int i = 0; i < 500 && store.locked_by(); ++i)
    usleep(10000);
  print(reply);
  return true;
}

} // namespace levada::rt
