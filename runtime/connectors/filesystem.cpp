//===- filesystem.cpp - files as source and sink --------------------------===//
#include "runtime/connectors/connector.h"
#include "runtime/connectors/decompress.h"
#include "runtime/connectors/file_sink.h"
#include "runtime/connectors/paths.h"
#include "runtime/exec/cutter.h"

#include <algorithm>
#include <sys/stat.h>

/// Files on a local disk: one, all of a directory, or those that match a
/// pattern, in name order; gzip, zstd and xz are recognized by content. A run that
/// resumes goes on where it was: files may have grown at their end, later ones
/// may have come, those read to their end may be gone. As a sink, a path whose
/// last part has an extension is one file, any other a directory of part files;
/// files appear complete or not at all, with checkpoints they grow by each.
struct LEVADA_CONNECTOR("filesystem", source | sink | bounded,
                        "file|line|byte_offset") filesystem_options {
  /// File, directory, or pattern with `*`, `?` and `[…]`.
  LEVADA_OPTION("path", required | runtime, "") levada_opt_string path;
  /// Size at which a directory sink begins the next part file.
  LEVADA_OPTION("sink.rolling-policy.file-size", none, "128 MB") levada_opt_size rolling;
};

namespace levada::rt {
namespace {

struct Files {
  const char *name;
  std::vector<Text> paths;
  size_t next = 0;
  bool compressed = false; // the first one
  FileReader reader;
};

void *open_files(const Options &options, Error &error) {
  Text path;
  if (!options.get("path", path, "", error))
    return nullptr;
  strip_scheme(path);
  auto *files = new Files;
  files->name = options.name();
  if (!find_files(files->name, path, files->paths, error) ||
      (!files->paths.empty() && !files->reader.open(files->name, files->paths[0].c_str(), error))) {
    delete files;
    return nullptr;
  }
  files->compressed = !files->paths.empty() && files->reader.compressed();
  return files;
}

int next_file(void *source, Text &name, Error &error) {
  auto *files = static_cast<Files *>(source);
  if (files->next == files->paths.size())
    return 0;
  name = files->paths[files->next];
  if (files->next++ == 0)
    return 1; // opened already
  files->reader.close();
  return files->reader.open(files->name, name.c_str(), error) ? 1 : -1;
}

int64_t read_file(void *source, char *to, uint64_t size, Error &error) {
  return static_cast<Files *>(source)->reader.read(to, size, error);
}

bool worth_a_thread(void *source) { return static_cast<Files *>(source)->compressed; }

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

FileReader &reader_of(void *source) { return static_cast<Files *>(source)->reader; }

Ending ending(void *source) {
  bool none = static_cast<Files *>(source)->paths.empty();
  return none || reader_of(source).regular() ? Ending::BYTES : Ending::STREAMS;
}

bool more(void *source) {
  auto *files = static_cast<Files *>(source);
  return files->next < files->paths.size();
}

uint64_t taken(void *source) { return reader_of(source).taken(); }
uint64_t stored(void *source) { return reader_of(source).stored(); }
int seek(void *source, uint64_t offset, Error &error) {
  return reader_of(source).seek(offset, error);
}

bool changed(const Files &files, const Text &path, const char *how, Error &error) {
  return error.set(INPUT_CHANGED, textf("%s: `%s` %s", files.name, path.c_str(), how),
                   "put it back as it was; --restore none begins anew");
}

/// Files that were read to their end may be gone. What came since must sort
/// behind the last one, which is the `at`th of those there are.
bool fits(const Files &files, const std::vector<Stream> &read, size_t &at, Error &error) {
  const std::vector<Text> &paths = files.paths;
  const Text &last = read.back().name;
  at = std::find(paths.begin(), paths.end(), last) - paths.begin();
  if (at == paths.size())
    return changed(files, last, "was being read at the checkpoint, and is gone", error);
  std::vector<const Stream *> known;
  for (const Stream &stream : read)
    known.push_back(&stream);
  auto before = [](const Stream *a, const Stream *b) { return a->name < b->name; };
  std::sort(known.begin(), known.end(), before);
  for (size_t i = 0; i < at; ++i) {
    Stream wanted{paths[i], 0};
    auto found = std::lower_bound(known.begin(), known.end(), &wanted, before);
    if (found == known.end() || !((*found)->name == paths[i]))
      return changed(files, paths[i],
                     textf("has come since the checkpoint, and would be read before `%s`, which "
                           "was read already",
                           last.c_str())
                         .c_str(),
                     error);
    struct stat info;
    if (stat(paths[i].c_str(), &info) != 0 || uint64_t(info.st_size) != (*found)->size)
      return changed(files, paths[i], "was read to its end, and was changed since", error);
  }
  return true;
}

bool resume(void *source, const std::vector<Stream> &read, Error &error) {
  auto *files = static_cast<Files *>(source);
  size_t at;
  if (!fits(*files, read, at, error))
    return false;
  files->next = at + 1;
  files->reader.close();
  if (!files->reader.open(files->name, read.back().name.c_str(), error))
    return false;
  files->compressed = files->reader.compressed();
  return true;
}

bool same(void *source, const std::vector<Stream> &read, uint64_t size) {
  const Files &files = *static_cast<Files *>(source);
  size_t at;
  Error error;
  struct stat info;
  return fits(files, read, at, error) && at + 1 == files.paths.size() &&
         stat(files.paths[at].c_str(), &info) == 0 && uint64_t(info.st_size) == size;
}

void close_files(void *source) { delete static_cast<Files *>(source); }

constexpr SourceTable source_table = {open_files,  next_file,   read_file, nullptr, worth_a_thread,
                                      count_lines, close_files, ending,    more,    taken,
                                      stored,      resume,      same,      seek};

} // namespace
} // namespace levada::rt

extern "C" const levada_connector levada_connector_filesystem = {
    "filesystem", &levada::rt::source_table, &levada::rt::file_sink_table};
