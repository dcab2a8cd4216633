//===- file_source.cpp - files as a source --------------------------------===//
//
// Files that are there at the start are read in name order, and that is all; or, with
// an interval, those that come are read as they are found, and the one read last is
// looked at again until another has come and it has not changed for that long. What
// was read to its end must stay as it was, or go: told by its size, and where it was
// written to since (or copied) by a checksum of its first and last bytes.
//
//===----------------------------------------------------------------------===//
#include "runtime/connectors/file_source.h"

#include "runtime/checkpoint/crc32c.h"
#include "runtime/connectors/decompress.h"
#include "runtime/connectors/paths.h"
#include "runtime/connectors/published.h"
#include "runtime/core/signals.h"
#include "runtime/core/sync.h"
#include "runtime/exec/cutter.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace levada::rt {
namespace {

constexpr uint64_t SAMPLE = 64 << 10; // bytes at either end
constexpr uint64_t UNREAD = UINT64_MAX;

struct Files {
  const char *name;
  Text path;
  int64_t interval = 0; // ms; 0: none comes
  bool watches = false; // it has one, and the run does not stop at the end
  std::vector<Text> paths; // in the order in which they are read
  size_t next = 0;
  bool opened = false;     // the next one
  bool compressed = false; // the first one
  FileReader reader;

  // With an interval.
  std::vector<Stream> known; // by name; UNREAD: its size
  bool rests = false;        // the current one has not changed for an interval
  std::atomic<bool> waits{false};
  Mutex mutex; // the fields below
  Text ended;  // this one ended
  uint64_t end = 0; // at that decoded byte
};

Files &files_of(void *source) { return *static_cast<Files *>(source); }
FileReader &reader_of(void *source) { return files_of(source).reader; }

bool changed(const Files &files, const Text &path, const char *how, Error &error) {
  return error.set(INPUT_CHANGED, textf("%s: `%s` %s", files.name, path.c_str(), how),
                   "put it back as it was; --restore none begins anew");
}

//===--- what a file was ----------------------------------------------------===//

/// Of the first and the last of `size` bytes; 0 where they cannot be read.
uint32_t sample(int fd, uint64_t size) {
  Buffer buffer;
  char *bytes = buffer.get(SAMPLE);
  uint32_t crc = 0;
  uint64_t head = std::min(size, SAMPLE), tail = std::min(size - head, SAMPLE);
  if (pread(fd, bytes, head, 0) != ssize_t(head))
    return 0;
  crc = crc32c(0, bytes, head);
  if (pread(fd, bytes, tail, size - tail) != ssize_t(tail))
    return 0;
  return crc32c(crc, bytes, tail);
}

void mark(void *source, Stream &stream) {
  FileReader &reader = reader_of(source);
  struct stat info;
  stream.size = reader.taken();
  if (fstat(reader.fd(), &info) != 0 || !S_ISREG(info.st_mode))
    return;
  stream.changed = changed_at(info);
  stream.crc = sample(reader.fd(), stream.size);
}

bool is_as(int fd, const struct stat &info, const Stream &stream) {
  return uint64_t(info.st_size) == stream.size &&
         (changed_at(info) == stream.changed || sample(fd, stream.size) == stream.crc);
}

bool unchanged(void *source, const Stream &stream) {
  int fd = reader_of(source).fd();
  struct stat info;
  return fstat(fd, &info) == 0 && is_as(fd, info, stream);
}

/// The same of a file that is not open.
bool is_as(const Text &path, const Stream &stream) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || uint64_t(info.st_size) != stream.size)
    return false;
  if (changed_at(info) == stream.changed)
    return true;
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  bool same = fd >= 0 && is_as(fd, info, stream);
  if (fd >= 0)
    close(fd);
  return same;
}

//===--- looking for more ---------------------------------------------------===//

auto by_name = [](const Stream &a, const Stream &b) { return a.name < b.name; };

Stream *find(std::vector<Stream> &known, const Text &name) {
  auto at = std::lower_bound(known.begin(), known.end(), Stream{name}, by_name);
  return at != known.end() && at->name == name ? &*at : nullptr;
}

/// All that are there now; a pattern may match none.
bool list(const Files &files, std::vector<Text> &paths, Error &error) {
  if (find_files(files.name, files.path, paths, error))
    return true;
  if (error.code != NO_INPUT || !files.watches ||
      files.path.view().find_first_of("*?[") == std::string_view::npos)
    return false;
  error = {};
  return true;
}

/// Files that have come go behind the others.
bool look(Files &files, Error &error) {
  std::vector<Text> now;
  if (!list(files, now, error))
    return false;
  for (Text &path : now) {
    Stream *known = find(files.known, path);
    struct stat info;
    if (!known) {
      Stream stream{path, UNREAD};
      auto at = std::lower_bound(files.known.begin(), files.known.end(), stream, by_name);
      files.known.insert(at, std::move(stream));
      files.paths.push_back(std::move(path));
    } else if (known->size != UNREAD && stat(path.c_str(), &info) == 0 &&
               uint64_t(info.st_size) != known->size) {
      return changed(files, path, "was read to its end, and was changed since", error);
    }
  }
  return true;
}

/// Waits for as long as the interval. False: the run is to end, or looks about.
bool rest(Files &files) {
  files.waits.store(true, std::memory_order_relaxed);
  pollfd fd = {stop_fd(), POLLIN, 0};
  if (!stop_requested())
    poll(&fd, 1, int(std::min<int64_t>(files.interval, 1 << 30)));
  return !stop_requested() && !take_interrupt();
}

/// The current file is where it was, if it is there.
bool stays(const Files &files, Error &error) {
  const Text &path = files.paths[files.next - 1];
  struct stat ours, there;
  if (fstat(files.reader.fd(), &ours) != 0)
    return true;
  if (stat(path.c_str(), &there) == 0 && (ours.st_ino != there.st_ino || ours.st_dev != there.st_dev)) {
    changed(files, path, "was replaced by another file while it was being read", error);
    error.help = Text("a log that goes on under its name is read from names that stay, as of a day each");
    return false;
  }
  return uint64_t(ours.st_size) >= files.reader.taken() ||
         changed(files, path, "is shorter than what was read of it", error);
}

bool is_old(const Files &files) {
  struct stat info;
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return fstat(files.reader.fd(), &info) == 0 &&
         int64_t(now.tv_sec) * 1000000000 + now.tv_nsec - changed_at(info) >= files.interval * 1000000;
}

/// From the beginning, with what has come: it may be another kind of file now.
bool open_again(Files &files, Error &error) {
  const Text &path = files.paths[files.next - 1];
  uint64_t at = files.reader.decoded();
  files.reader.close();
  if (!files.reader.open(files.name, path.c_str(), error))
    return false;
  int there = files.reader.seek(at, error);
  return there > 0 || (there == 0 && changed(files, path, "is shorter than what was read of it", error));
}

//===--- reading ------------------------------------------------------------===//

void *open_files(const Options &options, Error &error) {
  auto *files = new Files;
  files->name = options.name();
  bool ok = options.get("path", files->path, "", error) &&
            options.get_duration("source.monitor-interval", files->interval, -1, error);
  if (ok && files->interval == 0)
    ok = error.set(BAD_OPTION, textf("%s: `source.monitor-interval` is 0", files->name),
                   "a time as in \"1s\", or none for a source that ends");
  files->interval = std::max<int64_t>(files->interval, 0);
  strip_scheme(files->path);
  files->watches = files->interval > 0 && !options.once();
  ok = ok && list(*files, files->paths, error);
  for (size_t i = 0; ok && files->interval && i < files->paths.size(); ++i)
    files->known.push_back({files->paths[i], UNREAD});
  std::sort(files->known.begin(), files->known.end(), by_name);
  if (ok && !files->paths.empty()) {
    files->opened = ok = files->reader.open(files->name, files->paths[0].c_str(), error);
    files->compressed = files->reader.compressed();
  }
  if (ok)
    return files;
  delete files;
  return nullptr;
}

int next_file(void *source, Text &name, Error &error) {
  Files &files = files_of(source);
  if (files.interval && files.next && files.reader.fd() >= 0)
    if (Stream *known = find(files.known, files.paths[files.next - 1]))
      mark(source, *known);
  for (;;) {
    while (files.watches && files.next == files.paths.size()) {
      if (!look(files, error))
        return -1;
      if (files.next == files.paths.size() && !rest(files))
        return STOPPED;
    }
    if (files.next == files.paths.size())
      return 0;
    name = files.paths[files.next++];
    files.rests = false;
    if (files.opened) {
      files.opened = false;
      return 1;
    }
    files.reader.close();
    if (files.watches && access(name.c_str(), F_OK) != 0 && errno == ENOENT)
      continue; // it went before its turn
    return files.reader.open(files.name, name.c_str(), error) ? 1 : -1;
  }
}

int64_t read_file(void *source, char *to, uint64_t size, Error &error) {
  Files &files = files_of(source);
  for (;;) {
    int64_t got = files.reader.read(to, size, error);
    bool part = got < 0 && files.watches && files.reader.cut_off();
    if (got > 0)
      files.rests = false;
    if (got == 0 || (got > 0 && files.watches && files.reader.at_end())) {
      Lock lock(files.mutex);
      files.ended = files.paths[files.next - 1];
      files.end = files.reader.decoded();
    }
    if (got > 0 || (!part && (got < 0 || !files.watches || !files.reader.regular()))) {
      files.waits.store(false, std::memory_order_relaxed);
      return got;
    }
    Error fault = std::move(error);
    error = {};
    if (!stays(files, error) || (files.next == files.paths.size() && !look(files, error)))
      return -1;
    if (files.next < files.paths.size() && (files.rests || is_old(files))) {
      files.waits.store(false, std::memory_order_relaxed);
      if (part)
        error = std::move(fault);
      return part ? -1 : 0;
    }
    if (!rest(files))
      return STOPPED;
    files.rests = files.reader.stored() == files.reader.taken();
    // Another member may stand behind the first of a compressed file.
    if (!files.rests && (part || !files.reader.decoded() || files.reader.compressed()) &&
        !open_again(files, error))
      return -1;
  }
}

bool ready(void *source) {
  Files &files = files_of(source);
  const FileReader &reader = files.reader;
  return !files.watches || reader.taken() < reader.stored() || reader.holds();
}

bool worth_a_thread(void *source) { return files_of(source).compressed || files_of(source).watches; }

bool count_lines(const char *name, uint64_t offset, uint64_t &lines) {
  FileReader reader;
  Error error;
  if (!reader.open("", name, error))
    return false;
  Buffer buffer;
  char *bytes = buffer.get(64 << 10);
  for (lines = 0; offset;) {
    int64_t got = reader.read(bytes, offset < (64 << 10) ? offset : 64 << 10, error);
    if (got <= 0)
      return false;
    lines += count_newlines(bytes, got);
    offset -= got;
  }
  return true;
}

void close_files(void *source) { delete static_cast<Files *>(source); }

Ending ending(void *source) {
  bool none = files_of(source).paths.empty();
  return none || reader_of(source).regular() ? Ending::BYTES : Ending::STREAMS;
}

bool more(void *source) { return files_of(source).next < files_of(source).paths.size(); }

int seek(void *source, uint64_t offset, Error &error) {
  return reader_of(source).seek(offset, error);
}

bool waits(void *source) { return files_of(source).waits.load(std::memory_order_relaxed); }

int at_end(void *source, const Text &name, uint64_t offset) {
  Files &files = files_of(source);
  Lock lock(files.mutex);
  return files.ended == name ? files.end == offset : -1;
}

//===--- going on -----------------------------------------------------------===//

/// Puts into `left` what is to be read behind the last of `read`. Others that were read
/// are as they were, or gone. What has come sorts behind the last one, unless such
/// files are read whenever they come. 1, 0: the last one is gone, -1: the error says.
int fits(const Files &files, const std::vector<Stream> &read, bool whole, std::vector<Text> &left,
         Error &error) {
  const std::vector<Text> &paths = files.paths;
  const Text &last = read.back().name;
  size_t at = std::find(paths.begin(), paths.end(), last) - paths.begin();
  bool gone = at == paths.size();
  if (gone && !whole) {
    changed(files, last, "was being read at the checkpoint, and is gone", error);
    return -1;
  }
  std::vector<Stream> known = read;
  std::sort(known.begin(), known.end(), by_name);
  std::vector<const Stream *> found;
  for (const Text &path : paths)
    found.push_back(find(known, path));
  while (gone && at && !found[at - 1])
    --at;
  for (size_t i = 0; i < paths.size(); ++i) {
    if (!found[i] && (i > at || gone * (i == at) || files.interval)) {
      left.push_back(paths[i]);
    } else if (!found[i]) {
      changed(files, paths[i],
              textf("has come since the checkpoint, and would be read before `%s`, which was read "
                    "already",
                    last.c_str())
                  .c_str(),
              error);
      return -1;
    } else if (!(paths[i] == last) && !is_as(paths[i], *found[i])) {
      changed(files, paths[i], "was read to its end, and was changed since", error);
      return -1;
    }
  }
  return !gone;
}

int resume(void *source, const std::vector<Stream> &read, bool whole, Error &error) {
  Files &files = files_of(source);
  std::vector<Text> left;
  int there = fits(files, read, whole, left, error);
  if (there < 0)
    return -1;
  files.reader.close();
  files.opened = false;
  files.paths.swap(left);
  files.next = 0;
  if (files.interval) {
    for (const Stream &stream : read)
      if (Stream *known = find(files.known, stream.name))
        *known = stream;
      else
        files.known.insert(std::lower_bound(files.known.begin(), files.known.end(), stream, by_name),
                           stream);
    find(files.known, read.back().name)->size = there ? UNREAD : read.back().size;
  }
  if (!there)
    return 0;
  files.paths.insert(files.paths.begin(), read.back().name);
  files.next = 1;
  if (!files.reader.open(files.name, read.back().name.c_str(), error))
    return -1;
  files.compressed = files.reader.compressed();
  return 1;
}

bool same(void *source, const std::vector<Stream> &read, bool whole) {
  std::vector<Text> left;
  Error error;
  int there = fits(files_of(source), read, whole, left, error);
  return there >= 0 && left.empty() && (!there || is_as(read.back().name, read.back()));
}

bool endless(void *source) { return files_of(source).watches; }

} // namespace

const SourceTable files_source_table = {open_files, next_file, read_file, ready,  worth_a_thread,
                                        count_lines, close_files, ending, more, mark,
                                        unchanged, resume, same, seek, endless, waits, at_end};

} // namespace levada::rt
