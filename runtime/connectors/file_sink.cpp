//===- file_sink.cpp - files that appear complete or not at all -----------===//
#include "runtime/connectors/file_sink.h"

#include "runtime/checkpoint/failpoint.h"
#include "runtime/connectors/committed.h"
#include "runtime/connectors/paths.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

namespace levada::rt {

bool write_all(int fd, const char *bytes, uint64_t size, const char *sink, const char *path,
               Error &error) {
  while (size) {
    ssize_t done = write(fd, bytes, size);
    if (done < 0) {
      if (errno == EINTR)
        continue;
      if (errno == EPIPE) {
        error.quiet = true;
        return false;
      }
      return error.set(
          UNWRITABLE_OUTPUT, textf("%s: cannot write `%s`: %s", sink, path, strerror(errno)),
          errno == ENOSPC ? "nothing was published; free some space and run again" : "");
    }
    bytes += done;
    size -= done;
  }
  return true;
}

bool FileSink::failed(const char *doing, const char *path, Error &error) const {
  return error.set(UNWRITABLE_OUTPUT,
                   textf("%s: cannot %s `%s`: %s", name, doing, path, strerror(errno)));
}

bool FileSink::refuse(const char *what, const Text &path, Error &error) const {
  error.set(OUTPUT_EXISTS, textf("%s: %s `%s`", name, what, path.c_str()),
            "--overwrite replaces it, --append adds to it");
  if (!other.empty())
    error.note(textf("there is a result of another pipeline: %s", other.c_str()));
  return false;
}

namespace {

bool make_directories(FileSink &sink, const Text &path, Error &error) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode))
      return true;
    errno = ENOTDIR;
    return sink.failed("use", path.c_str(), error);
  }
  if (!make_directories(sink, directory_of(path.view()), error))
    return false;
  if (step_mkdir(Step::OUTPUT_MAKE, path.c_str(), 0777) == 0) {
    sink.made.push_back(path);
    return true;
  }
  return errno == EEXIST || sink.failed("make directory", path.c_str(), error);
}

/// Opens a hidden file and locks it for this run.
int open_locked(const FileSink &sink, const Text &path, Error &error) {
  for (;;) {
    int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) {
      sink.failed("write", path.c_str(), error);
      return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      close(fd);
      error.set(OUTPUT_IN_USE,
                textf("%s: another run writes to `%s` right now", sink.name, sink.path.c_str()),
                "wait for it to end, or give the sinks paths of their own");
      return -1;
    }
    // Whoever held it may have renamed it in between.
    struct stat ours, there;
    if (fstat(fd, &ours) == 0 && stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino)
      return fd;
    close(fd);
  }
}

bool copy_file(const FileSink &sink, const char *from, Error &error) {
  int old = open(from, O_RDONLY | O_CLOEXEC);
  if (old < 0)
    return sink.failed("read", from, error);
  Buffer buffer;
  char *bytes = buffer.get(256 << 10);
  bool ok = true;
  ssize_t got = 0;
  while (ok && ((got = read(old, bytes, 256 << 10)) > 0 || (got < 0 && errno == EINTR)))
    ok = got < 0 || write_all(sink.fd, bytes, got, sink.name, sink.path.c_str(), error);
  if (ok && got < 0) // without its rows it would be replaced
    ok = sink.failed("read", from, error);
  close(old);
  return ok;
}

Text hidden_name(std::string_view name) {
  return textf(".%.*s.inprogress", int(name.size()), name.data());
}

bool open_one_file(FileSink &sink, bool exists, const struct stat &info, Error &error) {
  if (!take_file(sink, exists, info, error))
    return false;
  std::string_view name = last_part(sink.path.view());
  Part part{hidden_name(name), Text(name)};
  sink.fd = sink.lock;
  sink.lock = -1;
  if (ftruncate(sink.fd, 0) != 0)
    return sink.failed("write", sink.path.c_str(), error);
  sink.parts.push_back(std::move(part));
  if (exists && info.st_size && sink.append)
    return copy_file(sink, sink.path.c_str(), error);
  return !sink.header ||
         write_all(sink.fd, sink.header, strlen(sink.header), sink.name, sink.path.c_str(), error);
}

bool is_part(const Text &name) { return name.view().substr(0, 5) == "part-"; }

bool is_leftover(std::string_view name) {
  return name.substr(0, 6) == ".part-" && name.size() > INPROGRESS.size() &&
         name.substr(name.size() - INPROGRESS.size()) == INPROGRESS;
}

} // namespace

constexpr char UNFINISHED[] = "a run of this pipeline that is not at its end wrote";

bool take_file(FileSink &sink, bool exists, const struct stat &info, Error &error) {
  std::string_view name = last_part(sink.path.view());
  sink.published.load(sink.marker.c_str(), sink.other);
  bool known = exists && sink.published.holds(name, info);
  if (exists && (!known || sink.published.open) && !sink.overwrite && !sink.append)
    return sink.refuse(known                            ? UNFINISHED
                       : sink.published.entries.empty() ? "this pipeline did not write what is at"
                                                        : "changed since this pipeline published it:",
                       sink.path, error);
  sink.published.forget_run();
  *sink.replaces = !sink.append && !sink.published.entries.empty();
  return true;
}

void remove_leftovers(const FileSink &sink, const std::vector<Text> &hidden) {
  std::vector<Text> names;
  list_directory(sink.directory.c_str(), names);
  for (const Text &name : names)
    if (is_leftover(name) && std::find(hidden.begin(), hidden.end(), name) == hidden.end())
      step_unlink(Step::ROWS_REMOVE, sink.in(name).c_str());
}

bool take_directory(FileSink &sink, Error &error) {
  sink.published.load(sink.marker.c_str(), sink.other);
  std::vector<Text> names;
  if (!list_directory(sink.directory.c_str(), names))
    return sink.failed("read directory", sink.directory.c_str(), error);
  Published kept;
  for (const Text &name : names) {
    Text path = sink.in(name);
    std::string_view view = name;
    struct stat info;
    if (view[0] == '.' || view[0] == '_' || stat(path.c_str(), &info) != 0)
      continue;
    if (sink.append) {
      if (sink.published.holds(view, info))
        kept.add(view, info);
      if (view.substr(0, 7) == "part-0-")
        if (uint32_t number = strtoul(name.c_str() + 7, nullptr, 10); number >= sink.next_part)
          sink.next_part = number + 1;
      continue;
    }
    bool known = sink.published.holds(view, info);
    if (known && sink.published.open && !sink.overwrite)
      return sink.refuse(UNFINISHED, path, error);
    if (known || (sink.overwrite && is_part(name) && S_ISREG(info.st_mode)))
      kept.add(view, info); // to be replaced
    else if (sink.overwrite)
      return error.set(
          OUTPUT_EXISTS, textf("%s: `%s` is not a part file", sink.name, path.c_str()),
          "--overwrite replaces part files only: move it away, or name another directory");
    else
      return sink.refuse("this pipeline did not write", path, error);
  }
  sink.published.entries.swap(kept.entries);
  sink.published.forget_run();
  *sink.replaces = !sink.append && !sink.published.entries.empty();
  return true;
}

namespace {

const char *extension_of(const char *format) {
  if (strcmp(format, "json") == 0 || strcmp(format, "changelog-json") == 0)
    return ".jsonl";
  if (strcmp(format, "csv") == 0)
    return ".csv";
  return strcmp(format, "raw") == 0 ? ".txt" : "";
}

void close_sink(void *state);

void *open_sink(const SinkContext &context, Error &error) {
  auto *sink = new FileSink;
  sink->name = context.desc->name;
  sink->header = context.desc->header;
  sink->append = context.append;
  sink->overwrite = context.overwrite;
  sink->replaces = &context.replaces;
  bool ok = context.options.get("path", sink->path, "", error) &&
            context.options.get("sink.rolling-policy.file-size", sink->rolling, 128 << 20, error);
  strip_scheme(sink->path);
  if (ok && sink->path.empty())
    ok = error.set(BAD_OPTION, textf("%s: `path` is empty", sink->name));
  struct stat info = {};
  bool exists = ok && stat(sink->path.c_str(), &info) == 0;
  std::string_view last = last_part(sink->path.view());
  if (!ok) {
  } else if (exists && !S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) {
    sink->direct = true;
    sink->fd = open(sink->path.c_str(), O_WRONLY | O_CLOEXEC);
    ok = sink->fd >= 0 || sink->failed("write", sink->path.c_str(), error);
    if (ok && sink->header)
      ok = write_all(sink->fd, sink->header, strlen(sink->header), sink->name, sink->path.c_str(),
                     error);
  } else {
    sink->one_file = !(exists && S_ISDIR(info.st_mode)) && sink->path.view().back() != '/' &&
                     last.rfind('.') != last.npos && last.rfind('.') > 0;
    sink->directory = sink->one_file ? directory_of(sink->path.view()) : sink->path;
    sink->published.owner = textf("%s, sink %s", context.program->name, sink->name);
    sink->extension = Text(extension_of(context.desc->format));
    sink->marker =
        sink->in(sink->one_file ? textf(".%.*s.levada", int(last.size()), last.data()).view()
                                : std::string_view(".levada"));
    // The hidden file of the one file is also what locks it.
    Text lock = sink->in(sink->one_file ? hidden_name(last).view()
                                        : std::string_view(".levada.lock"));
    ok = make_directories(*sink, sink->directory, error) &&
         (sink->lock = open_locked(*sink, lock, error)) >= 0;
    context.commits = context.checkpoints;
    if (ok && context.checkpoints)
      sink->committed = sink->one_file ? make_growing_file(*sink) : make_part_files(*sink);
    else if (ok)
      ok = sink->one_file ? open_one_file(*sink, exists, info, error)
                          : take_directory(*sink, error);
    if (ok && !sink->committed && !sink->one_file)
      remove_leftovers(*sink, {});
  }
  if (!ok) {
    close_sink(sink);
    return nullptr;
  }
  return sink;
}

bool begin_part(FileSink &sink, Error &error) {
  Part part;
  part.name = textf("part-0-%u%s", sink.next_part++, sink.extension.c_str());
  part.hidden = textf(".%s.inprogress", part.name.c_str());
  sink.fd = open(sink.in(part.hidden).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (sink.fd < 0)
    return sink.failed("write", sink.in(part.name).c_str(), error);
  sink.parts.push_back(std::move(part));
  sink.size = 0;
  return !sink.header ||
         write_all(sink.fd, sink.header, strlen(sink.header), sink.name, sink.path.c_str(), error);
}

/// The bytes of the open part reach the disk.
bool end_part(FileSink &sink, Error &error) {
  int fd = sink.fd;
  sink.fd = -1;
  bool ok = fdatasync(fd) == 0; // before the rename: complete even after a power cut
  struct stat info;
  ok = ok && fstat(fd, &info) == 0;
  if (ok)
    sink.published.add(sink.parts.back().name, info);
  // Its lock goes with it: a one-file sink has renamed by then.
  if (sink.one_file)
    sink.lock = fd;
  else
    ok &= close(fd) == 0;
  return ok || sink.failed("write", sink.in(sink.parts.back().name).c_str(), error);
}

bool write_sink(void *state, const char *bytes, uint64_t size, Error &error) {
  auto &sink = *static_cast<FileSink *>(state);
  if (sink.committed)
    return sink.committed->write(bytes, size, error);
  if (sink.fd < 0 && !begin_part(sink, error))
    return false;
  if (!write_all(sink.fd, bytes, size, sink.name, sink.path.c_str(), error))
    return false;
  sink.size += size;
  return sink.direct || sink.one_file || sink.size < sink.rolling || end_part(sink, error);
}

/// The marker names old and new files while they change places, so that a run
/// that is killed in between leaves nothing that the next one would refuse.
bool finish_sink(void *state, Error &error) {
  auto &sink = *static_cast<FileSink *>(state);
  if (sink.direct)
    return true;
  if (sink.committed) { // with the last checkpoint
    sink.done = true;
    return sink.committed->finish(error);
  }
  if (sink.fd >= 0 && !end_part(sink, error))
    return false;
  std::vector<Published::Entry> &entries = sink.published.entries;
  if (!sink.published.save(sink.marker.c_str()))
    return sink.failed("write", sink.marker.c_str(), error);
  // Old parts are gone before the first new one is seen.
  size_t old = entries.size() - sink.parts.size();
  for (size_t i = 0; i < old && !sink.one_file && !sink.append; ++i)
    if (unlink(sink.in(entries[i].name).c_str()) != 0 && errno != ENOENT)
      return sink.failed("replace", sink.in(entries[i].name).c_str(), error);
  for (const Part &part : sink.parts)
    if (rename(sink.in(part.hidden).c_str(), sink.in(part.name).c_str()) != 0)
      return sink.failed("publish", sink.in(part.name).c_str(), error);
  sink.done = true;
  if (sink.one_file || !sink.append) {
    std::vector<Published::Entry> now;
    for (size_t i = old; i < entries.size(); ++i)
      now.push_back(std::move(entries[i]));
    entries.swap(now);
  }
  if (!sink.published.save(sink.marker.c_str()))
    return sink.failed("write", sink.marker.c_str(), error);
  return true;
}

void close_sink(void *state) {
  auto *sink = static_cast<FileSink *>(state);
  bool locks = sink->one_file && (sink->committed || !sink->done) && sink->lock >= 0;
  sink->committed.reset();
  if (locks)
    unlink(sink->in(hidden_name(last_part(sink->path.view()))).c_str());
  if (!sink->done)
    for (const Part &part : sink->parts)
      unlink(sink->in(part.hidden).c_str());
  if (!sink->one_file && sink->lock >= 0)
    unlink(sink->in(".levada.lock").c_str());
  for (size_t i = sink->made.size(); i-- > 0 && !sink->done;)
    rmdir(sink->made[i].c_str()); // unless something is in it by now
  if (sink->fd >= 0)
    close(sink->fd);
  if (sink->lock >= 0)
    close(sink->lock);
  delete sink;
}

Committed &committed(void *state) { return *static_cast<FileSink *>(state)->committed; }
bool begin(void *state, Error &error) { return committed(state).begin(error); }
bool restore(void *state, Reader &from, Error &error) {
  return committed(state).restore(from, error);
}
bool prepare(void *state, Writer &to, Error &error) { return committed(state).prepare(to, error); }
bool persist(void *state, Error &error) { return committed(state).persist(error); }
bool commit(void *state, Error &error) { return committed(state).commit(error); }

} // namespace

const SinkTable file_sink_table = {open_sink, write_sink, nullptr, finish_sink, close_sink,
                                   begin,     restore,    prepare, persist,     commit};

} // namespace levada::rt
