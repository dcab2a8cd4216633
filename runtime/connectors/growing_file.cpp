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

constexpr uint64_t PIECE = 1 << 20; // that is appended at once

class GrowingFile final : public Committed {
public:
  explicit GrowingFile(FileSink &sink)
      : Committed(sink), name_(last_part(sink.path.view())),
        hidden_(textf(".%s.pending-", name_.c_str())) {}
  bool commit(Error &error) override;

private:
  bool take(Error &error) override;
  void remove_leftovers() override;
  bool open_next(Error &error) override;
  bool fill(Error &error) override;
  void save(Writer &to) override;
  bool load(Reader &from) override;
  bool resume(Error &error) override;
  bool announce(Error &error) override;

  bool changed(const char *how, Error &error) const;
  bool create(Error &error);
  bool renamed(const Text &from) const;
  bool append(int fd, const Segment &segment, uint64_t begin, Error &error);
  bool torn(uint64_t size, uint64_t &known) const;
  bool complete(const struct stat &info, Error &error);
  bool cut_back(const struct stat &info, Error &error);
  bool holds_committed() const;
  uint64_t target() const;

  Text name_, hidden_;
  uint64_t next_ = 0; // number of the next segment
  uint32_t crc_ = 0;  // of all bytes before the next segment
  // The committer's side.
  bool created_ = false;  // the file is this run's, or being appended to
  bool appears_ = false;  // its name is not yet forced to the disk
  uint64_t length_ = 0;   // committed
  int64_t changed_ = 0;   // time of change of that
  int64_t planned_ = 0;   // of the next commit
  uint32_t target_crc_ = 0; // after it
  bool torn_ = false;     // a commit failed on the way
  uint64_t at_ = 0;       // then: so far the file is as it is to be
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

bool GrowingFile::take(Error &error) {
  struct stat info = {};
  bool exists = stat(sink_.path.c_str(), &info) == 0;
  if (!take_file(sink_, exists, info, error))
    return false;
  if (exists && info.st_size && sink_.append) {
    created_ = true;
    length_ = info.st_size;
    changed_ = changed_at(info);
    header_due_ = false;
    Mapped bytes;
    if (!bytes.open(sink_.path.c_str()))
      return sink_.failed("read", sink_.path.c_str(), error);
    crc_ = target_crc_ = bytes.crc(bytes.view().size());
  }
  return true;
}

bool GrowingFile::open_next(Error &error) {
  return open_segment(textf("%s%llu", hidden_.c_str(), (unsigned long long)next_++), {}, crc_,
                      error);
}

/// A file is there after the first checkpoint, rows or not.
bool GrowingFile::fill(Error &error) {
  if (!created_ && sealed_.empty() && open_.fd < 0 && !write("", 0, error))
    return false;
  if (open_.fd >= 0)
    crc_ = open_.crc;
  return true;
}

void GrowingFile::save(Writer &to) {
  target_crc_ = crc_;
  planned_ = sealed_.empty() ? changed_ : time_to_give(sealed_.back().fd);
  to.value(created_);
  to.value(length_);
  to.value(changed_);
  to.value(planned_);
  to.value(next_);
  to.value(target_crc_);
}

bool GrowingFile::load(Reader &from) {
  return from.value(created_) && from.value(length_) && from.value(changed_) &&
         from.value(planned_) && from.value(next_) && from.value(target_crc_);
}

/// The marker knows what the file may be until the commit is done.
bool GrowingFile::announce(Error &error) {
  if (!created_)
    return true; // create() does it
  sink_.published.forget_run();
  sink_.published.open = true;
  sink_.published.grows_from = length_;
  sink_.published.entries = {{target(), planned_, name_}};
  return sink_.published.save(sink_.marker.c_str(), true) ||
         sink_.failed("write", sink_.marker.c_str(), error);
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
  sink_.published.grows_from = sealed_[0].size;
  sink_.published.entries.push_back({target(), planned_, name_});
  ok = ok && sink_.published.save(sink_.marker.c_str(), true) &&
       sync_directory(Step::OUTPUT_APPEAR, sink_.directory.c_str()) &&
       (step_rename(Step::OUTPUT_RENAME, from.c_str(), sink_.path.c_str()) == 0 || renamed(from));
  if (!ok)
    return sink_.failed("publish", sink_.path.c_str(), error);
  created_ = appears_ = true;
  length_ = sealed_[0].size;
  changed_ = planned_;
  sealed_.erase(sealed_.begin());
  return true;
}

/// Whether the first segment has become the file, though the call failed.
bool GrowingFile::renamed(const Text &from) const {
  int reason = errno;
  struct stat info;
  bool done = access(from.c_str(), F_OK) != 0 && errno == ENOENT &&
              stat(sink_.path.c_str(), &info) == 0 && uint64_t(info.st_size) == sealed_[0].size &&
              changed_at(info) == planned_;
  errno = reason;
  return done;
}

/// Adds what the file has not got of a segment that begins at its byte `begin`, whole
/// rows at a time: who looks while a crash is looked at sees no part of one.
bool GrowingFile::append(int fd, const Segment &segment, uint64_t begin, Error &error) {
  Text path = sink_.in(segment.hidden);
  Mapped bytes;
  if (!bytes.open(path.c_str()) || bytes.view().size() < segment.size) {
    errno = errno ? errno : EIO; // it has fewer bytes than were written to it
    return sink_.failed("read", path.c_str(), error);
  }
  while (at_ < begin + segment.size) {
    std::string_view piece = bytes.view().substr(at_ - begin, segment.size - (at_ - begin));
    if (piece.size() > PIECE) {
      size_t rows = piece.rfind('\n', PIECE - 1) + 1; // none: 0
      piece = piece.substr(0, rows ? rows : PIECE);
    }
    for (size_t put = 0; put < piece.size();) {
      ssize_t done =
          step_pwrite(Step::OUTPUT_APPEND, fd, piece.data() + put, piece.size() - put, at_ + put);
      put += done > 0 ? done : 0;
      if (done >= 0 || errno == EINTR)
        continue;
      int reason = errno;
      (void)step_ftruncate(Step::OUTPUT_CUT, fd, at_); // else the next try does it
      errno = reason;
      return sink_.failed("publish", sink_.path.c_str(), error);
    }
    at_ += piece.size();
    bytes.passed(at_ - begin);
  }
  return true;
}

bool GrowingFile::commit(Error &error) {
  if (sealed_.empty() && !appears_)
    return true;
  if (!created_ && !create(error))
    return false;
  if (appears_ && !sync_directory(Step::OUTPUT_APPEAR, sink_.directory.c_str()))
    return sink_.failed("publish", sink_.path.c_str(), error);
  appears_ = false;
  if (sealed_.empty())
    return true;
  int fd = open(sink_.path.c_str(), O_WRONLY | O_CLOEXEC);
  struct stat info;
  if (fd < 0)
    return errno == ENOENT ? changed("is gone", error)
                           : sink_.failed("write", sink_.path.c_str(), error);
  bool ok = fstat(fd, &info) == 0;
  if (ok && torn_) {
    ok = uint64_t(info.st_size) == at_ || step_ftruncate(Step::OUTPUT_CUT, fd, at_) == 0;
  } else if (ok && (uint64_t(info.st_size) != length_ || changed_at(info) != changed_)) {
    close(fd);
    return changed("was changed while the run goes on", error);
  }
  if (!ok)
    sink_.failed("publish", sink_.path.c_str(), error);
  if (!torn_)
    at_ = length_;
  torn_ = true;
  uint64_t begin = length_, end = target();
  for (const Segment &segment : sealed_) {
    ok = ok && append(fd, segment, begin, error);
    begin += segment.size;
  }
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

/// Whether a crash in the middle of the commit leaves such a file of `size` bytes: its
/// bytes are those of the segments; after a power cut some may be zeros, or missing at
/// the end. `known`: so far they are right.
bool GrowingFile::torn(uint64_t size, uint64_t &known) const {
  Mapped file;
  if (!file.open(sink_.path.c_str()) || file.view().size() < size)
    return false;
  const char *at = file.view().data();
  uint64_t begin = known = length_;
  for (const Segment &segment : sealed_) {
    Mapped bytes;
    if (!bytes.open(sink_.in(segment.hidden).c_str()) || bytes.view().size() < segment.size)
      return false;
    for (uint64_t i = 0; i < segment.size && begin + i < size; ++i) {
      bool right = at[begin + i] == bytes.view()[i];
      if (!right && at[begin + i] != 0)
        return false;
      known += right && known == begin + i;
      if (i % PIECE == 0) {
        bytes.passed(i);
        file.passed(begin + i);
      }
    }
    begin += segment.size;
  }
  return true;
}

/// A crash was in the middle of the commit, or before it: it goes on, after a look at
/// what the file has got already.
bool GrowingFile::complete(const struct stat &info, Error &error) {
  uint64_t end = info.st_size;
  if (end < length_ || end > target() || !torn(end, at_))
    return changed("was changed since the checkpoint", error);
  torn_ = true;
  // The first commit may have failed before it said so.
  return announce(error) && commit(error);
}

/// The file begins with all that is committed.
bool GrowingFile::holds_committed() const {
  Mapped bytes;
  uint64_t end = target();
  return bytes.open(sink_.path.c_str()) && bytes.view().size() >= end &&
         bytes.crc(end) == target_crc_;
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
  return (ok && sink_.published.save(sink_.marker.c_str(), true) &&
          sync_directory(Step::OUTPUT_APPEAR, sink_.directory.c_str())) ||
         sink_.failed("cut back", sink_.path.c_str(), error);
}

bool GrowingFile::resume(Error &error) {
  if (!created_ && sealed_.empty()) {
    target_crc_ = 0;
    return begin(error);
  }
  header_due_ = false;
  crc_ = target_crc_;
  sink_.published.load(sink_.marker.c_str(), sink_.other);
  struct stat info = {};
  bool exists = stat(sink_.path.c_str(), &info) == 0, ok, all = true; // segments are there
  auto waits = [&](const Segment &segment) {
    struct stat hidden;
    return stat(sink_.in(segment.hidden).c_str(), &hidden) == 0 &&
           uint64_t(hidden.st_size) == segment.size;
  };
  for (const Segment &segment : sealed_)
    all &= waits(segment);
  if (!created_ && all && !sealed_.empty()) {
    ok = !info.st_size || sink_.published.holds(name_, info) || sink_.overwrite
             ? commit(error)
             : sink_.refuse("this pipeline did not write what is at", sink_.path, error);
  } else {
    if (!created_ && !sealed_.empty()) { // it was renamed, the others were appended
      created_ = appears_ = true;
      length_ = sealed_[0].size;
      changed_ = planned_;
      sealed_.erase(sealed_.begin());
      all = true;
      for (const Segment &segment : sealed_)
        all &= waits(segment);
    }
    uint64_t end = target(), size = info.st_size;
    if (!exists) {
      ok = changed("is gone", error);
    } else if (!sealed_.empty() && all && size <= end) { // forces it to the disk, if nothing else
      ok = complete(info, error);
    } else if (size == end && changed_at(info) == planned_) {
      length_ = end;
      changed_ = planned_;
      sealed_.clear();
      ok = commit(error);
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
