//===- stdin.cpp - standard input as a source -----------------------------===//
//
// A live stream: what has come is processed at once when no more is there, so
// that a row goes out as soon as it is known.
//
//===----------------------------------------------------------------------===//
#include "runtime/connectors/connector.h"
#include "runtime/core/signals.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/// Standard input, until its end or a signal.
struct LEVADA_CONNECTOR("stdin", source | bounded, "line|byte_offset") stdin_options {};

namespace levada::rt {
namespace {

struct Stdin {
  const char *name;
  bool live; // not a file
  bool begun = false;
};

void *open_stdin(const Options &options, Error &error) {
  struct stat info;
  if (fstat(0, &info) != 0) {
    error.set(UNREADABLE_INPUT, textf("%s: standard input is closed", options.name()));
    return nullptr;
  }
  return new Stdin{options.name(), !S_ISREG(info.st_mode)};
}

int next_stdin(void *source, Text &name, Error &) {
  auto *in = static_cast<Stdin *>(source);
  if (in->begun)
    return 0;
  in->begun = true;
  name = Text("stdin");
  return 1;
}

int64_t read_stdin(void *source, char *to, uint64_t size, Error &error) {
  auto *in = static_cast<Stdin *>(source);
  for (;;) {
    if (in->live) {
      pollfd fds[2] = {{0, POLLIN, 0}, {stop_fd(), POLLIN, 0}};
      int ready = poll(fds, 2, -1);
      if (stop_requested())
        return STOPPED;
      if (ready < 0)
        continue;
    }
    ssize_t got = read(0, to, size);
    if (got >= 0)
      return got;
    if (errno == EINTR || errno == EAGAIN)
      continue;
    error.set(UNREADABLE_INPUT,
              textf("%s: cannot read standard input: %s", in->name, strerror(errno)));
    return -1;
  }
}

bool stdin_ready(void *source) {
  pollfd fd = {0, POLLIN, 0};
  return !static_cast<Stdin *>(source)->live || poll(&fd, 1, 0) != 0;
}

bool stdin_waits(void *source) { return static_cast<Stdin *>(source)->live; }

void close_stdin(void *source) { delete static_cast<Stdin *>(source); }

constexpr SourceTable source_table = {open_stdin,  next_stdin, read_stdin, stdin_ready,
                                      stdin_waits, nullptr,    close_stdin};

} // namespace
} // namespace levada::rt

extern "C" const levada_connector levada_connector_stdin = {"stdin", &levada::rt::source_table,
                                                            nullptr};
