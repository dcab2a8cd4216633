//===- file_sink.cpp - files that appear complete or not at all -----------===//
#include "runtime/connectors/file_sink.h"

#include "runtime/connectors/paths.h"
#include "runtime/connectors/published.h"

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

namespace {

struct Part {
  Text hidden, name; // in the directory
};

struct FileSink {
  const char *name; // of the sink
  const char *header;
  Text path;      // as the user wrote it
  Text directory; // where files appear
  Text marker;
  Text extension;      // of part files: ".jsonl"
  bool direct = false; // a device or pipe: written at once
  bool one_file = false;
  bool append = false;
  bool done = false;
  uint64_t rolling = 0, size = 0;
  uint32_t next_part = 0;
  int fd = -1, lock = -1;
  std::vector<Text> made;  // directories that were not there before
  std::vector<Part> parts; // the last one is open while fd >= 0
  Published published;     // before, then now
  Text other;              // who published there, if not this sink
};

bool failed(const FileSink &sink, const char *doing, const char *path, Error &error) {
  return error.set(UNWRITABLE_OUTPUT,
                   textf("%s: cannot %s `%s`: %s", sink.name, doing, path, strerror(errno)));
}

Text in(const FileSink &sink, std::string_view name) {
  return Text(sink.directory).append('/').append(name);
}

bool make_directories(FileSink &sink, const Text &path, Error &error) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode))
      return true;
    errno = ENOTDIR;
    return failed(sink, "use", path.c_str(), error);
  }
  if (!make_directories(sink, directory_of(path.view()), error))
    return false;
  if (mkdir(path.c_str(), 0777) == 0) {
    sink.made.push_back(path);
    return true;
  }
  return errno == EEXIST || failed(sink, "make directory", path.c_str(), error);
}

/// Opens a hidden file and locks it for this run.
int open_locked(const FileSink &sink, const Text &path, Error &error) {
  for (;;) {
    int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) {
      failed(sink, "write", path.c_str(), error);
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

bool refuse(const FileSink &sink, const char *what, const Text &path, Error &error) {
  error.set(OUTPUT_EXISTS, textf("%s: %s `%s`", sink.name, what, path.c_str()),
            "--overwrite replaces it, --append adds to it");
  if (!sink.other.empty())
    error.note(textf("there is a result of another pipeline: %s", sink.other.c_str()));
  return false;
}

bool copy_file(const FileSink &sink, const char *from, Error &error) {
  int old = open(from, O_RDONLY | O_CLOEXEC);
  if (old < 0)
    return failed(sink, "read", from, error);
  Buffer buffer;
  char *bytes = buffer.get(256 << 10);
  bool ok = true;
  for (ssize_t got; ok && (got = read(old, bytes, 256 << 10)) > 0;)
    ok = write_all(sink.fd, bytes, got, sink.name, sink.path.c_str(), error);
  close(old);
  return ok;
}

bool open_one_file(FileSink &sink, const Settings &settings, bool exists, const struct stat &info,
                   Error &error) {
  std::string_view name = last_part(sink.path.view());
  sink.marker = in(sink, textf(".%.*s.levada", int(name.size()), name.data()));
  sink.published.load(sink.marker.c_str(), sink.other);
  bool known = exists && sink.published.holds(name, info);
  if (exists && !known && !settings.overwrite && !settings.append)
    return refuse(sink,
                  sink.published.entries.empty() ? "this pipeline did not write what is at"
                                                 : "changed since this pipeline published it:",
                  sink.path, error);
  Part part{Text(textf(".%.*s.inprogress", int(name.size()), name.data())), Text(name)};
  sink.fd = open_locked(sink, in(sink, part.hidden), error);
  if (sink.fd < 0)
    return false;
  if (ftruncate(sink.fd, 0) != 0)
    return failed(sink, "write", sink.path.c_str(), error);
  sink.parts.push_back(std::move(part));
  if (exists && info.st_size && settings.append)
    return copy_file(sink, sink.path.c_str(), error);
  return !sink.header ||
         write_all(sink.fd, sink.header, strlen(sink.header), sink.name, sink.path.c_str(), error);
}

bool is_part(const Text &name) { return name.view().substr(0, 5) == "part-"; }

bool open_directory(FileSink &sink, const Settings &settings, Error &error) {
  sink.marker = in(sink, ".levada");
  sink.lock = open_locked(sink, in(sink, ".levada.lock"), error);
  if (sink.lock < 0)
    return false;
  sink.published.load(sink.marker.c_str(), sink.other);
  std::vector<Text> names;
  if (!list_directory(sink.directory.c_str(), names))
    return failed(sink, "read directory", sink.directory.c_str(), error);
  Published kept;
  for (const Text &name : names) {
    Text path = in(sink, name);
    std::string_view view = name;
    if (view.substr(0, 6) == ".part-" && view.size() > 11 &&
        view.substr(view.size() - 11) == ".inprogress") {
      unlink(path.c_str()); // of a run that crashed
      continue;
    }
    struct stat info;
    if (view[0] == '.' || view[0] == '_' || stat(path.c_str(), &info) != 0)
      continue;
    if (settings.append) {
      if (sink.published.holds(view, info))
        kept.add(view, info);
      if (view.substr(0, 7) == "part-0-")
        if (uint32_t number = strtoul(name.c_str() + 7, nullptr, 10); number >= sink.next_part)
          sink.next_part = number + 1;
      continue;
    }
    bool known = sink.published.holds(view, info);
    if (known || (settings.overwrite && is_part(name) && S_ISREG(info.st_mode)))
      kept.add(view, info); // to be replaced
    else if (settings.overwrite)
      return error.set(
          OUTPUT_EXISTS, textf("%s: `%s` is not a part file", sink.name, path.c_str()),
          "--overwrite replaces part files only: move it away, or name another directory");
    else
      return refuse(sink, "this pipeline did not write", path, error);
  }
  sink.published.entries.swap(kept.entries);
  return true;
}

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
  sink->append = context.settings.append;
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
    ok = sink->fd >= 0 || failed(*sink, "write", sink->path.c_str(), error);
    if (ok && sink->header)
      ok = write_all(sink->fd, sink->header, strlen(sink->header), sink->name, sink->path.c_str(),
                     error);
  } else {
    sink->one_file = !(exists && S_ISDIR(info.st_mode)) && sink->path.view().back() != '/' &&
                     last.rfind('.') != last.npos && last.rfind('.') > 0;
    sink->directory = sink->one_file ? directory_of(sink->path.view()) : sink->path;
    sink->published.owner = textf("%s, sink %s", context.program->name, sink->name);
    sink->extension = Text(extension_of(context.desc->format));
    ok = make_directories(*sink, sink->directory, error) &&
         (sink->one_file ? open_one_file(*sink, context.settings, exists, info, error)
                         : open_directory(*sink, context.settings, error));
    context.replaces = !sink->append && !sink->published.entries.empty();
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
  sink.fd = open(in(sink, part.hidden).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (sink.fd < 0)
    return failed(sink, "write", in(sink, part.name).c_str(), error);
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
  return ok || failed(sink, "write", in(sink, sink.parts.back().name).c_str(), error);
}

bool write_sink(void *state, const char *bytes, uint64_t size, Error &error) {
  auto &sink = *static_cast<FileSink *>(state);
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
  if (sink.fd >= 0 && !end_part(sink, error))
    return false;
  std::vector<Published::Entry> &entries = sink.published.entries;
  if (!sink.published.save(sink.marker.c_str()))
    return failed(sink, "write", sink.marker.c_str(), error);
  for (const Part &part : sink.parts)
    if (rename(in(sink, part.hidden).c_str(), in(sink, part.name).c_str()) != 0)
      return failed(sink, "publish", in(sink, part.name).c_str(), error);
  sink.done = true;
  if (sink.one_file || !sink.append) {
    // Old parts of which there is no new one go; entries of old ones too.
    size_t old = entries.size() - sink.parts.size();
    for (size_t i = 0; i < old; ++i) {
      bool again = false;
      for (const Part &part : sink.parts)
        again |= part.name == entries[i].name;
      if (!again)
        unlink(in(sink, entries[i].name).c_str());
    }
    std::vector<Published::Entry> now;
    for (size_t i = old; i < entries.size(); ++i)
      now.push_back(std::move(entries[i]));
    entries.swap(now);
  }
  if (!sink.published.save(sink.marker.c_str()))
    return failed(sink, "write", sink.marker.c_str(), error);
  return true;
}

void close_sink(void *state) {
  auto *sink = static_cast<FileSink *>(state);
  if (!sink->done)
    for (const Part &part : sink->parts)
      unlink(in(*sink, part.hidden).c_str());
  if (!sink->one_file && sink->lock >= 0)
    unlink(in(*sink, ".levada.lock").c_str());
  for (size_t i = sink->made.size(); i-- > 0 && !sink->done;)
    rmdir(sink->made[i].c_str()); // unless something is in it by now
  if (sink->fd >= 0)
    close(sink->fd);
  if (sink->lock >= 0)
    close(sink->lock);
  delete sink;
}

} // namespace

const SinkTable file_sink_table = {open_sink, write_sink, nullptr, finish_sink, close_sink};

} // namespace levada::rt
