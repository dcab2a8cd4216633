//===- stdin.cpp - standard input as a source -----------------------------===//
//
// A live stream: what has come is processed at once when no more is there, so
// that a row goes out as soon as it is known. A pipe cannot be read again: what
// a later run gets is taken for what follows. A file (`< FILE`) can.
//
//===----------------------------------------------------------------------===//
#include "runtime/connectors/connector.h"
#include "runtime/core/signals.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/// Standard input, until its end or a signal. With checkpoints a file (`< FILE`)
/// is read on from where the last run was; of a pipe, what came since the last
/// checkpoint is lost in a crash, and the next run takes what comes as what follows.
struct LEVADA_CONNECTOR("stdin", source | bounded, "line|byte_offset") stdin_options {};

namespace levada::rt {
namespace {

struct Stdin {
  const char *name;
  bool live; // not a file
  uint64_t base = 0; // where the file is when the run begins
  bool begun = false;
};

void *open_stdin(const Options &options, Error &error) {
  struct stat info;
  if (fstat(0, &info) != 0) {
    error.set(UNREADABLE_INPUT, textf("%s: standard input is closed", options.name()));
    return nullptr;
  }
  off_t at = lseek(0, 0, SEEK_CUR);
  return new Stdin{options.name(), !S_ISREG(info.st_mode), at > 0 ? uint64_t(at) : 0};
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
      if (stop_requested() || take_interrupt())
        return STOPPED;
      if (ready < 0 || !fds[0].revents)
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

const Stdin &stdin_of(void *source) { return *static_cast<Stdin *>(source); }

Ending ending(void *source) { return stdin_of(source).live ? Ending::STREAMS : Ending::BYTES; }

void mark(void *source, Stream &stream) {
  off_t at = stdin_of(source).live ? 0 : lseek(0, 0, SEEK_CUR);
  stream.size = at > 0 ? at - stdin_of(source).base : 0;
}

uint64_t stored(void *source) {
  const Stdin &in = stdin_of(source);
  struct stat info;
  return !in.live && fstat(0, &info) == 0 && uint64_t(info.st_size) > in.base
             ? info.st_size - in.base
             : 0;
}

bool unchanged(void *source, const Stream &stream) {
  return !stdin_of(source).live && stored(source) == stream.size;
}

int resume(void *source, const std::vector<Stream> &, bool, Error &error) {
  auto *in = static_cast<Stdin *>(source);
  in->begun = true;
  if (!in->live)
    return 1;
  error.set(INPUT_CHANGED,
            textf("%s: standard input was a file at the checkpoint, and is none now", in->name),
            "give that file again, with <; --restore none begins anew");
  return -1;
}

bool same(void *source, const std::vector<Stream> &read, bool) { return unchanged(source, read.back()); }

int seek(void *source, uint64_t offset, Error &error) {
  if (offset > stored(source))
    return 0;
  if (lseek(0, stdin_of(source).base + offset, SEEK_SET) >= 0)
    return 1;
  error.set(UNREADABLE_INPUT, textf("%s: cannot go to byte %llu of standard input: %s",
                                    stdin_of(source).name,
                                    (unsigned long long)offset, strerror(errno)));
  return -1;
}

void close_stdin(void *source) { delete static_cast<Stdin *>(source); }

constexpr SourceTable source_table = {open_stdin,  next_stdin, read_stdin, stdin_ready,
                                      stdin_waits, nullptr,    close_stdin, ending,
                                      nullptr,     mark,       unchanged,   resume,
                                      same,        seek};

} // namespace
} // namespace levada::rt

extern "C" const levada_connector levada_connector_stdin = {"stdin", &levada::rt::source_table,
                                                            nullptr};
