//===- committed.cpp - hidden segments of a sink --------------------------===//
#include "runtime/connectors/committed.h"

#include "runtime/checkpoint/crc32c.h"
#include "runtime/checkpoint/files.h"
#include "runtime/connectors/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace levada::rt {

/// What no checkpoint knows of goes; the next run makes those rows again.
Committed::~Committed() {
  if (open_.fd >= 0)
    closed_.push_back(std::move(open_));
  remove_segments(closed_);
  for (Segment &segment : sealed_)
    if (segment.fd >= 0)
      close(segment.fd);
}

void Committed::remove_segments(std::vector<Segment> &segments) {
  for (Segment &segment : segments) {
    if (segment.fd >= 0)
      close(segment.fd);
    step_unlink(Step::ROWS_REMOVE, sink_.in(segment.hidden).c_str());
  }
  segments.clear();
}

bool Committed::open_segment(Text hidden, Text name, uint32_t crc, Error &error) {
  Text path = sink_.in(hidden);
  int fd = open_made(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC);
  if (fd < 0)
    return sink_.failed("write", path.c_str(), error);
  open_ = {std::move(hidden), std::move(name), 0, 0, crc, fd};
  if (!sink_.header || !header_due_)
    return true;
  return put(sink_.header, strlen(sink_.header), error);
}

bool Committed::put(const char *bytes, uint64_t size, Error &error) {
  while (size) {
    ssize_t done = step_write(Step::ROWS_WRITE, open_.fd, bytes, size);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return error.set(
          UNWRITABLE_OUTPUT,
          textf("%s: cannot write `%s`: %s", sink_.name, sink_.path.c_str(), strerror(errno)),
          errno == ENOSPC ? "free some space and start again: the run goes on from its checkpoint"
                          : "");
    open_.crc = crc32c(open_.crc, bytes, done);
    bytes += done;
    size -= done;
    open_.size += done;
  }
  return true;
}

bool Committed::close_segment(Error &error) {
  struct stat info;
  if (fstat(open_.fd, &info) != 0)
    return sink_.failed("write", sink_.in(open_.hidden).c_str(), error);
  open_.changed = changed_at(info);
  closed_.push_back(std::move(open_));
  open_ = {};
  return true;
}

bool Committed::senseless(Error &error) const {
  return error.set(NO_CHECKPOINT,
                   textf("%s: its part of the checkpoint makes no sense", sink_.name));
}

void Committed::put_place(Writer &to) const {
  to.text(sink_.path.view());
  to.value(uint32_t(sink_.one_file));
  to.value(uint32_t(sealed_.size()));
  for (const Segment &segment : sealed_) {
    to.text(segment.hidden.view());
    to.text(segment.name.view());
    to.value(segment.size);
    to.value(segment.changed);
  }
}

/// What was written elsewhere stays there, but for rows that a crash kept from being
/// seen: only who writes there can show them.
bool Committed::take_place(Reader &from, bool &same, Error &error) {
  std::string_view path, hidden, name;
  uint32_t one_file, count;
  if (!from.text(path) || !from.value(one_file) || !from.value(count))
    return senseless(error);
  same = path == sink_.path.view();
  if (same && sink_.one_file != bool(one_file))
    return error.set(OUTPUT_CHANGED,
                     textf("%s: `%s` was %s at the checkpoint, and is %s now", sink_.name,
                           sink_.path.c_str(), one_file ? "one file" : "a directory of part files",
                           one_file ? "a directory" : "a file"),
                     "put it back as it was; --restore none begins anew");
  Text folder = one_file ? directory_of(path) : Text(path);
  for (; count; --count) {
    Segment segment;
    if (!from.text(hidden) || !from.text(name) || !from.value(segment.size) ||
        !from.value(segment.changed))
      return senseless(error);
    if (!same && access(Text(folder).append('/').append(hidden).c_str(), F_OK) == 0)
      return error.set(OUTPUT_CHANGED,
                       textf("%s: rows of the checkpoint are not yet seen in `%s`, and this "
                             "pipeline writes to `%s`",
                             sink_.name, Text(path).c_str(), sink_.path.c_str()),
                       "let the executable before go on from it once; --restore none begins anew; "
                       "nothing was changed");
    segment.hidden = Text(hidden);
    segment.name = Text(name);
    if (same)
      sealed_.push_back(std::move(segment));
  }
  return true;
}

/// Folders that were made for the output are there after a power cut, too.
bool Committed::keep_folders(Error &error) const {
  for (const Text &path : sink_.made)
    if (!sync_directory(Step::OUTPUT_APPEAR, directory_of(path.view()).c_str()))
      return sink_.failed("make directory", path.c_str(), error);
  return true;
}

bool Committed::begin(Error &error) {
  leftovers_ = true;
  return take(error) && keep_folders(error);
}

bool Committed::restore(Reader &from, Error &error) {
  bool same = false;
  if (!take_place(from, same, error))
    return false;
  if (!same)
    return begin(error);
  if (!load(from))
    return senseless(error);
  return resume(error);
}

bool Committed::write(const char *bytes, uint64_t size, Error &error) {
  if (leftovers_)
    remove_leftovers();
  leftovers_ = false;
  if (open_.fd < 0 && !open_next(error))
    return false;
  header_due_ = !sink_.one_file;
  if (!put(bytes, size, error))
    return false;
  return !full() || close_segment(error);
}

bool Committed::prepare(Writer &to, Error &error) {
  if (leftovers_)
    remove_leftovers();
  leftovers_ = false;
  if (!fill(error) || (open_.fd >= 0 && !close_segment(error)))
    return false;
  for (Segment &segment : closed_)
    sealed_.push_back(std::move(segment));
  closed_.clear();
  put_place(to);
  save(to);
  return true;
}

bool Committed::finish(Error &error) {
  Published now;
  Text other;
  now.owner = sink_.published.owner;
  now.load(sink_.marker.c_str(), other);
  if (!now.open)
    return true;
  now.open = false;
  now.grows_from = UINT64_MAX;
  return (now.save(sink_.marker.c_str(), true) &&
          sync_directory(Step::OUTPUT_APPEAR, sink_.directory.c_str())) ||
         sink_.failed("write", sink_.marker.c_str(), error);
}

bool Committed::persist(Error &error) {
  for (Segment &segment : sealed_) {
    if (segment.fd < 0)
      continue;
    if (lost_ || step_fsync(Step::ROWS_SYNC, segment.fd) != 0) {
      errno = lost_ ? EIO : errno;
      lost_ = true;
      return sink_.failed("write", sink_.in(segment.hidden).c_str(), error);
    }
    close(segment.fd);
    segment.fd = -1;
  }
  if (!sealed_.empty() && !announce(error))
    return false;
  return sealed_.empty() || sync_directory(Step::ROWS_APPEAR, sink_.directory.c_str()) ||
         sink_.failed("write", sink_.directory.c_str(), error);
}

} // namespace levada::rt
