//===- growing_file.cpp - one file that grows by committed rows -----------===//
//
// The rows since the last checkpoint are in a hidden segment beside the file.
// The first commit renames its segment to the file's name, so that what an
// earlier run published is replaced in one step; later ones append theirs. A
// checkpoint knows the length and the time of change before its commit, its
// segments, and length, checksum and time after it. A file that is neither as
// before, nor as after, nor in between with the segments there, was changed by
// someone else; where only the time is another one, its bytes decide.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/crc32c.h"
#include "runtime/checkpoint/files.h"
#include "runtime/connectors/committed.h"
#include "runtime/connectors/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

namespace levada::rt {
namespace {

class GrowingFile final : public Committed {
public:
  explicit GrowingFile(FileSink &sink)
      : Committed(sink), name_(last_part(sink.path.view())),
        hidden_(textf(".%s.pending-", name_.c_str())) {}
  bool begin(Error &error) override;
  bool restore(Reader &from, Error &error) override;
  bool prepare(Writer &to, Error &error) override;
  bool commit(Error &error) override;
  bool write(const char *bytes, uint64_t size, Error &error) override;

private:
  bool changed(const char *how, Error &error) const;
  bool create(Error &error);
  bool append(int fd, uint64_t &at, const Segment &segment, Error &error);
  bool same(const Segment &segment, int fd, uint64_t at, uint64_t end) const;
  bool complete(const struct stat &info, Error &error);
  bool cut_back(const struct stat &info, Error &error);
  bool holds_committed() const;
  void remove_leftovers();
  uint64_t target() const;

  Text name_, hidden_;
  uint64_t next_ = 0; // number of the next segment
  uint32_t crc_ = 0;  // of all bytes before the next segment
  // The committer's side.
  bool created_ = false;  // the file is this run's, or being appended to
  uint64_t length_ = 0;   // committed
  int64_t changed_ = 0;   // time of change of that
  int64_t planned_ = 0;   // of the next commit
  uint32_t target_crc_ = 0; // after it
  bool torn_ = false;     // a commit failed on the way
};

bool give_time(int fd, int64_t changed) {
  timespec times[2] = {{0, UTIME_OMIT}, {changed / 1000000000, changed % 1000000000}};
  return futimens(fd, times) == 0;
}

/// Gives an open file its time of change, and forces it to the disk.
bool settle(int fd, int64_t changed) {
  return give_time(fd, changed) && step_fsync(Step::OUTPUT_SYNC, fd) == 0;
}

/// The time now, as exactly as this file system keeps it.
int64_t time_to_give(int fd) {
  timespec now, times[2];
  clock_gettime(CLOCK_REALTIME, &now);
  times[0] = {0, UTIME_OMIT};
  times[1] = now;
  struct stat info;
  if (fd >= 0 && futimens(fd, times) == 0 && fstat(fd, &info) == 0)
    return changed_at(info);
  return int64_t(now.tv_sec) * 1000000000 + now.tv_nsec;
}

uint64_t GrowingFile::target() const {
  uint64_t size = created_ ? length_ : 0;
  for (const Segment &segment : sealed_)
    size += segment.size;
  return size;
}

bool GrowingFile::changed(const char *how, Error &error) const {
  return error.set(OUTPUT_CHANGED,
                   textf("%s: `%s` %s: %llu bytes of it are committed", sink_.name,
                         sink_.path.c_str(), how, (unsigned long long)length_),
                   "put it back as it was; --restore none begins anew");
}

/// Segments that no checkpoint needs any more.
void GrowingFile::remove_leftovers() {
  std::vector<Text> names;
  list_directory(sink_.directory.c_str(), names);
  for (const Text &name : names) {
    std::string_view rest = name;
    if (rest.size() <= hidden_.size() || rest.substr(0, hidden_.size()) != hidden_.view())
      continue;
    rest.remove_prefix(hidden_.size());
    if (rest.find_first_not_of("0123456789") == rest.npos)
      step_unlink(Step::ROWS_REMOVE, sink_.in(name).c_str());
  }
}

bool GrowingFile::begin(Error &error) {
  struct stat info = {};
  bool exists = stat(sink_.path.c_str(), &info) == 0;
  if (!take_file(sink_, exists, info, error))
    return false;
  leftovers_ = true;
  if (exists && info.st_size && sink_.append) {
    created_ = true;
    length_ = info.st_size;
    changed_ = changed_at(info);
    header_due_ = false;
    Mapped bytes;
    if (!bytes.open(sink_.path.c_str()))
      return sink_.failed("read", sink_.path.c_str(), error);
    crc_ = target_crc_ = crc32c(0, bytes.view().data(), bytes.view().size());
  }
  return true;
}

bool GrowingFile::write(const char *bytes, uint64_t size, Error &error) {
  if (leftovers_)
    remove_leftovers();
  leftovers_ = false;
  if (open_.fd < 0 &&
      !open_segment(textf("%s%llu", hidden_.c_str(), (unsigned long long)next_++), {}, crc_, error))
    return false;
  header_due_ = false;
  return put(bytes, size, error);
}

/// A file is there after the first checkpoint, rows or not.
bool GrowingFile::prepare(Writer &to, Error &error) {
  if (!created_ && sealed_.empty() && open_.fd < 0 && !write("", 0, error))
    return false;
  if (open_.fd >= 0) {
    crc_ = open_.crc;
    if (!close_segment(error))
      return false;
  }
  seal();
  target_crc_ = crc_;
  planned_ = sealed_.empty() ? changed_ : time_to_give(sealed_.back().fd);
  put_place(to);
  to.value(created_);
  to.value(length_);
  to.value(changed_);
  to.value(planned_);
  to.value(next_);
  to.value(target_crc_);
  to.value(uint32_t(sealed_.size()));
  for (const Segment &segment : sealed_) {
    to.text(segment.hidden.view());
    to.value(segment.size);
  }
  return true;
}

/// The first segment becomes the file.
bool GrowingFile::create(Error &error) {
  Text from = sink_.in(sealed_[0].hidden);
  int fd = open(from.c_str(), O_WRONLY | O_CLOEXEC);
  bool ok = fd >= 0 && settle(fd, planned_);
  if (fd >= 0)
    close(fd);
  // Old and new may both be found while they change places.
  sink_.published.forget_run();
  sink_.published.open = true;
  sink_.published.entries.push_back({sealed_[0].size, planned_, name_});
  ok = ok && sink_.published.save(sink_.marker.c_str()) &&
       step_rename(Step::OUTPUT_RENAME, from.c_str(), sink_.path.c_str()) == 0;
  if (ok) {
    created_ = true;
    length_ = sealed_[0].size;
    changed_ = planned_;
    sealed_.erase(sealed_.begin());
    ok = sync_directory(Step::OUTPUT_APPEAR, sink_.directory.c_str());
  }
  return ok || sink_.failed("publish", sink_.path.c_str(), error);
}

bool GrowingFile::append(int fd, uint64_t &at, const Segment &segment, Error &error) {
  Text path = sink_.in(segment.hidden);
  int from = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (from < 0)
    return sink_.failed("read", path.c_str(), error);
  Buffer buffer;
  char *bytes = buffer.get(256 << 10);
  uint64_t left = segment.size;
  bool ok = true;
  while (ok && left) {
    ssize_t got = read(from, bytes, left < (256 << 10) ? left : 256 << 10);
    if (got <= 0) {
      ok = got < 0 && errno == EINTR;
      errno = got == 0 ? EIO : errno; // it has fewer bytes than were written to it
      continue;
    }
    left -= got;
    for (ssize_t put = 0, done; ok && put < got; put += done > 0 ? done : 0) {
      done = step_pwrite(Step::OUTPUT_APPEND, fd, bytes + put, got - put, at);
      ok = done >= 0 || errno == EINTR;
      at += done > 0 ? done : 0;
    }
  }
  close(from);
  return ok || sink_.failed("publish", sink_.path.c_str(), error);
}

bool GrowingFile::commit(Error &error) {
  if (sealed_.empty())
    return true;
  if (!created_ && !create(error))
    return false;
  if (sealed_.empty())
    return true;
  int fd = open(sink_.path.c_str(), O_WRONLY | O_CLOEXEC);
  struct stat info;
  if (fd < 0)
    return errno == ENOENT ? changed("is gone", error)
                           : sink_.failed("write", sink_.path.c_str(), error);
  bool ok = fstat(fd, &info) == 0;
  if (ok && torn_) {
    ok = step_ftruncate(Step::OUTPUT_CUT, fd, length_) == 0;
  } else if (ok && (uint64_t(info.st_size) != length_ || changed_at(info) != changed_)) {
    close(fd);
    return changed("was changed while the run goes on", error);
  }
  uint64_t at = length_, end = target();
  sink_.published.entries = {{end, planned_, name_}};
  sink_.published.open = true;
  sink_.published.grows_from = length_;
  ok = ok && sink_.published.save(sink_.marker.c_str());
  if (!ok)
    sink_.failed("publish", sink_.path.c_str(), error);
  torn_ = true;
  for (const Segment &segment : sealed_)
    ok = ok && append(fd, at, segment, error);
  if (ok && (!settle(fd, planned_) || fstat(fd, &info) != 0))
    ok = sink_.failed("publish", sink_.path.c_str(), error);
  close(fd);
  if (!ok)
    return false;
  torn_ = false;
  length_ = end;
  changed_ = changed_at(info);
  remove_segments(sealed_);
  return true;
}

/// Bytes [at, end) of the file are those of the segment.
bool GrowingFile::same(const Segment &segment, int fd, uint64_t at, uint64_t end) const {
  Mapped bytes;
  if (!bytes.open(sink_.in(segment.hidden).c_str()) || bytes.view().size() < end - at)
    return false;
  Buffer buffer;
  char *here = buffer.get(256 << 10);
  for (uint64_t i = 0; i < end - at;) {
    uint64_t size = end - at - i < (256 << 10) ? end - at - i : 256 << 10;
    ssize_t got = pread(fd, here, size, at + i);
    if (got <= 0 || memcmp(here, bytes.view().data() + i, got) != 0)
      return false;
    i += got;
  }
  return true;
}

/// A crash was in the middle of the commit, or before it: once more from where
/// the file was before, after a look at what it has got already.
bool GrowingFile::complete(const struct stat &info, Error &error) {
  uint64_t end = info.st_size, at = length_;
  int fd = open(sink_.path.c_str(), O_RDONLY | O_CLOEXEC);
  bool ok = fd >= 0 && end >= length_ && end <= target();
  for (const Segment &segment : sealed_) {
    uint64_t to = at + segment.size < end ? at + segment.size : end;
    ok = ok && same(segment, fd, at < to ? at : to, to);
    at += segment.size;
  }
  if (fd >= 0)
    close(fd);
  if (!ok)
    return changed("was changed since the checkpoint", error);
  torn_ = true;
  return commit(error);
}

/// The file begins with all that is committed.
bool GrowingFile::holds_committed() const {
  Mapped bytes;
  uint64_t end = target();
  return bytes.open(sink_.path.c_str()) && bytes.view().size() >= end &&
         crc32c(0, bytes.view().data(), end) == target_crc_;
}

/// A later checkpoint made it longer, which is not resumed from.
bool GrowingFile::cut_back(const struct stat &info, Error &error) {
  bool longer = uint64_t(info.st_size) > target();
  if ((!longer && !holds_committed()) ||
      (longer && !sink_.published.holds(name_, info) && !(sink_.overwrite && holds_committed())))
    return changed("was changed since the checkpoint", error);
  length_ = target();
  int fd = open(sink_.path.c_str(), O_WRONLY | O_CLOEXEC);
  // Who may not give it its time is told before anything is cut off.
  bool ok = fd >= 0 && give_time(fd, changed_at(info)) &&
            step_ftruncate(Step::OUTPUT_CUT, fd, length_) == 0 && settle(fd, planned_);
  int reason = errno;
  if (fd >= 0)
    close(fd);
  errno = reason;
  changed_ = planned_;
  sealed_.clear();
  sink_.published.forget_run();
  sink_.published.open = true;
  sink_.published.entries = {{length_, changed_, name_}};
  return (ok && sink_.published.save(sink_.marker.c_str())) ||
         sink_.failed("cut back", sink_.path.c_str(), error);
}

bool GrowingFile::restore(Reader &from, Error &error) {
  uint32_t count;
  bool same = false;
  if (!take_place(from, same, error))
    return false;
  if (!same)
    return begin(error);
  if (!from.value(created_) || !from.value(length_) ||
      !from.value(changed_) || !from.value(planned_) || !from.value(next_) ||
      !from.value(target_crc_) || !from.value(count))
    return error.set(NO_CHECKPOINT, textf("%s: its part of the checkpoint makes no sense",
                                          sink_.name));
  bool all = true; // segments are there
  for (; count; --count) {
    std::string_view hidden;
    Segment segment;
    if (!from.text(hidden) || !from.value(segment.size))
      return error.set(NO_CHECKPOINT, textf("%s: its part of the checkpoint makes no sense",
                                            sink_.name));
    segment.hidden = Text(hidden);
    struct stat info;
    all &= stat(sink_.in(hidden).c_str(), &info) == 0 && uint64_t(info.st_size) == segment.size;
    sealed_.push_back(std::move(segment));
  }
  if (!created_ && sealed_.empty()) {
    target_crc_ = 0;
    return begin(error);
  }
  header_due_ = false;
  crc_ = target_crc_;
  sink_.published.load(sink_.marker.c_str(), sink_.other);
  struct stat info = {};
  bool exists = stat(sink_.path.c_str(), &info) == 0, ok;
  if (!created_ && all && !sealed_.empty()) {
    ok = !info.st_size || sink_.published.holds(name_, info) || sink_.overwrite
             ? commit(error)
             : sink_.refuse("this pipeline did not write what is at", sink_.path, error);
  } else {
    if (!created_ && !sealed_.empty()) { // it was renamed, the others were appended
      created_ = true;
      length_ = sealed_[0].size;
      changed_ = planned_;
      sealed_.erase(sealed_.begin());
      all = true;
      for (const Segment &segment : sealed_)
        all &= access(sink_.in(segment.hidden).c_str(), R_OK) == 0;
    }
    uint64_t end = target(), size = info.st_size;
    if (!exists) {
      ok = changed("is gone", error);
    } else if (size == end && changed_at(info) == planned_) {
      length_ = end;
      changed_ = planned_;
      sealed_.clear();
      ok = true;
    } else if (!sealed_.empty() && all && size <= end) {
      ok = complete(info, error);
    } else if (size >= end) {
      ok = cut_back(info, error);
    } else {
      ok = changed("is shorter than at the checkpoint", error);
    }
  }
  if (ok)
    remove_leftovers();
  return ok;
}

} // namespace

std::unique_ptr<Committed> make_growing_file(FileSink &sink) {
  return std::make_unique<GrowingFile>(sink);
}

} // namespace levada::rt
