//===- part_files.cpp - a directory that gets part files by checkpoints ---===//
//
// A segment is a hidden part file, begun with the first row after a checkpoint;
// a commit gives those of its checkpoint their names. The marker knows every
// part that was committed, before it is seen: one that a restart finds and the
// checkpoint does not know is of a later checkpoint, and goes. The first commit
// of a run takes away what an earlier run published.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/files.h"
#include "runtime/connectors/committed.h"
#include "runtime/connectors/paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

namespace levada::rt {
namespace {

class PartFiles final : public Committed {
public:
  explicit PartFiles(FileSink &sink) : Committed(sink) {}
  bool commit(Error &error) override;

private:
  bool take(Error &error) override;
  void remove_leftovers() override { rt::remove_leftovers(sink_, {}); }
  bool open_next(Error &error) override;
  bool full() const override { return open_.size >= sink_.rolling; }
  void save(Writer &to) override;
  bool load(Reader &from) override;
  bool resume(Error &error) override;

  bool resume_begun(Error &error);
  bool show(const std::vector<Segment> &segments, Error &error);
  bool mark(Error &error);
  bool remove(const std::vector<Published::Entry> &entries, Error &error);
  bool look(const Published::Entry &entry, uint32_t &gone, Error &error);
  bool forget(Error &error);
  void warn(uint32_t gone) const;
  bool waits(const Segment &segment) const;
  bool lost(Error &error) const;

  uint32_t next_ = 0; // number of the next part
  // The committer's side.
  uint64_t run_ = 0;       // tells this run's marker from others'
  bool begun_ = false;     // the marker is this run's
  uint64_t committed_ = 0; // parts
  std::vector<Published::Entry> old_; // of an earlier run, until the first commit
};

/// The number of part-0-N and whatever follows; ~0 for other names.
uint32_t number_of(std::string_view name) {
  if (name.substr(0, 7) != "part-0-" || name.size() == 7 || name[7] < '0' || name[7] > '9')
    return ~0u;
  return strtoul(Text(name.substr(7)).c_str(), nullptr, 10);
}

bool PartFiles::take(Error &error) {
  if (!take_directory(sink_, error))
    return false;
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  run_ = (uint64_t(now.tv_sec) * 1000000000 + now.tv_nsec) ^ uint64_t(getpid()) << 40;
  next_ = sink_.next_part;
  if (!sink_.append)
    old_.swap(sink_.published.entries);
  return true;
}

bool PartFiles::open_next(Error &error) {
  Text name = textf("part-0-%u%s", next_++, sink_.extension.c_str());
  Text hidden = textf(".%s.inprogress", name.c_str());
  return open_segment(std::move(hidden), std::move(name), 0, error);
}

void PartFiles::save(Writer &to) {
  to.value(run_);
  to.value(next_);
  to.value(committed_);
}

bool PartFiles::load(Reader &from) {
  return from.value(run_) && from.value(next_) && from.value(committed_);
}

/// The marker says what is about to be seen, and what is about to go.
bool PartFiles::mark(Error &error) {
  std::vector<Published::Entry> parts;
  for (const Segment &segment : sealed_)
    parts.push_back({segment.size, segment.changed, segment.name});
  bool ok;
  if (begun_) {
    ok = Published::add_lines(sink_.marker.c_str(), parts);
  } else {
    Published now;
    now.owner = sink_.published.owner;
    now.run = run_;
    now.open = true;
    now.entries = sink_.published.entries; // with --append
    for (Published::Entry &entry : parts)
      now.entries.push_back(entry);
    now.going = old_;
    ok = now.save(sink_.marker.c_str(), true) &&
         sync_directory(Step::OUTPUT_APPEAR, sink_.directory.c_str());
    begun_ = ok;
  }
  return ok || sink_.failed("write", sink_.marker.c_str(), error);
}

/// Those that no part of this run has replaced; one that stays would be seen with the rest.
bool PartFiles::remove(const std::vector<Published::Entry> &entries, Error &error) {
  for (const Published::Entry &entry : entries) {
    Text path = sink_.in(entry.name);
    struct stat info;
    if (stat(path.c_str(), &info) == 0 && entry.is(info) &&
        step_unlink(Step::OUTPUT_REMOVE, path.c_str()) != 0 && errno != ENOENT)
      return sink_.failed("remove", path.c_str(), error);
  }
  return true;
}

/// Old parts are gone before the first new one is seen.
bool PartFiles::commit(Error &error) {
  if (sealed_.empty() && old_.empty())
    return true;
  if (!mark(error))
    return false;
  if (!remove(old_, error))
    return false;
  if (!old_.empty() && !sync_directory(Step::OUTPUT_APPEAR, sink_.directory.c_str()))
    return sink_.failed("publish", sink_.directory.c_str(), error);
  if (!show(sealed_, error))
    return false;
  committed_ += sealed_.size();
  sealed_.clear();
  if (old_.empty())
    return true;
  old_.clear();
  return forget(error);
}

/// The segments get their names, for good.
bool PartFiles::show(const std::vector<Segment> &segments, Error &error) {
  for (const Segment &segment : segments) {
    Text hidden = sink_.in(segment.hidden), name = sink_.in(segment.name);
    struct stat info;
    if (step_rename(Step::OUTPUT_RENAME, hidden.c_str(), name.c_str()) == 0)
      continue;
    int reason = errno;
    // Unless an earlier try did it.
    if (access(hidden.c_str(), F_OK) != 0 && stat(name.c_str(), &info) == 0 &&
        uint64_t(info.st_size) == segment.size)
      continue;
    errno = reason;
    return sink_.failed("publish", name.c_str(), error);
  }
  return sync_directory(Step::OUTPUT_APPEAR, sink_.directory.c_str()) ||
         sink_.failed("publish", sink_.directory.c_str(), error);
}

/// Reads the marker again and leaves out what is gone for good.
bool PartFiles::forget(Error &error) {
  Published now;
  Text other;
  now.owner = sink_.published.owner;
  now.load(sink_.marker.c_str(), other);
  now.going.clear();
  bool ok = now.save(sink_.marker.c_str(), true) &&
            sync_directory(Step::OUTPUT_APPEAR, sink_.directory.c_str());
  return ok || sink_.failed("write", sink_.marker.c_str(), error);
}

/// A part that was committed: it has its size, or was taken away by its reader.
bool PartFiles::look(const Published::Entry &entry, uint32_t &gone, Error &error) {
  Text path = sink_.in(entry.name);
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    ++gone;
    return true;
  }
  return entry.size == uint64_t(info.st_size) || sink_.overwrite ||
         error.set(OUTPUT_CHANGED,
                   textf("%s: `%s` was changed since it was committed", sink_.name, path.c_str()),
                   "put it back as it was, or take it away; --overwrite leaves it as it is");
}

bool PartFiles::waits(const Segment &segment) const {
  struct stat info;
  return stat(sink_.in(segment.hidden).c_str(), &info) == 0 &&
         uint64_t(info.st_size) == segment.size;
}

bool PartFiles::lost(Error &error) const {
  return error.set(OUTPUT_CHANGED,
                   textf("%s: `%s` does not hold the parts that were committed there", sink_.name,
                         sink_.path.c_str()),
                   "put it back as it was; --restore none begins anew");
}

void PartFiles::warn(uint32_t gone) const {
  Text text = textf("note: %s: %u part file%s in `%s` %s gone since\n", sink_.name, gone,
                    gone == 1 ? " that was committed" : "s that were committed",
                    sink_.path.c_str(), gone == 1 ? "is" : "are");
  (void)!::write(2, text.c_str(), text.size());
}

bool PartFiles::resume(Error &error) {
  Published &marker = sink_.published;
  marker.load(sink_.marker.c_str(), sink_.other);
  if (marker.run == run_)
    return resume_begun(error);
  std::vector<Text> hidden;
  bool all = committed_ == 0;
  for (const Segment &segment : sealed_) {
    all &= waits(segment);
    hidden.push_back(segment.hidden);
  }
  if (!all)
    return lost(error);
  // Killed before the first commit.
  if (!take_directory(sink_, error))
    return false;
  rt::remove_leftovers(sink_, hidden);
  if (!sink_.append)
    old_.swap(marker.entries);
  return commit(error);
}

bool PartFiles::resume_begun(Error &error) {
  Published &marker = sink_.published;
  begun_ = true;
  if (!remove(marker.going, error))
    return false;
  std::vector<Published::Entry> stay, later;
  uint32_t gone = 0;
  std::vector<bool> known(sealed_.size());
  for (Published::Entry &entry : marker.entries) {
    uint32_t number = number_of(entry.name);
    bool prepared = false;
    for (size_t i = 0; i < sealed_.size(); ++i)
      if (sealed_[i].name == entry.name)
        known[i] = prepared = true;
    if (number != ~0u && number >= next_) {
      later.push_back(std::move(entry));
    } else if (!prepared) {
      uint32_t before = gone;
      if (!look(entry, gone, error))
        return false;
      if (gone == before)
        stay.push_back(std::move(entry));
    }
  }
  if (!remove(later, error))
    return false;
  std::vector<Text> hidden;
  std::vector<Segment> waiting;
  for (Segment &segment : sealed_) {
    Published::Entry entry{segment.size, segment.changed, segment.name};
    bool here = waits(segment);
    // One that the marker does not know was not renamed yet.
    if (!here && !(known[&segment - sealed_.data()] ? look(entry, gone, error) : lost(error)))
      return false;
    stay.push_back(std::move(entry));
    if (here) {
      hidden.push_back(segment.hidden);
      waiting.push_back(std::move(segment));
    }
  }
  rt::remove_leftovers(sink_, hidden);
  bool changes = gone || !later.empty() || !sealed_.empty() || !marker.going.empty();
  marker.entries.swap(stay);
  marker.going.clear();
  if (gone)
    warn(gone);
  if (!changes)
    return true;
  if (!marker.save(sink_.marker.c_str(), true) ||
      !sync_directory(Step::OUTPUT_APPEAR, sink_.directory.c_str()))
    return sink_.failed("publish", sink_.path.c_str(), error);
  committed_ += sealed_.size();
  sealed_.clear();
  return show(waiting, error);
}

} // namespace

std::unique_ptr<Committed> make_part_files(FileSink &sink) {
  return std::make_unique<PartFiles>(sink);
}

} // namespace levada::rt
