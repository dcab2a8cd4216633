//===- filesystem.cpp - files as source and sink --------------------------===//
#include "runtime/connectors/connector.h"
#include "runtime/connectors/decompress.h"
#include "runtime/connectors/file_sink.h"
#include "runtime/connectors/paths.h"
#include "runtime/exec/cutter.h"

/// Files on a local disk: one, all of a directory, or those that match a
/// pattern, in name order; gzip, zstd and xz are recognized by content. As a
/// sink, a path whose last part has an extension is one file, any other a
/// directory of part files; files appear complete or not at all.
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

void close_files(void *source) { delete static_cast<Files *>(source); }

constexpr SourceTable source_table = {open_files,     next_file,   read_file,  nullptr,
                                      worth_a_thread, count_lines, close_files};

} // namespace
} // namespace levada::rt

extern "C" const levada_connector levada_connector_filesystem = {
    "filesystem", &levada::rt::source_table, &levada::rt::file_sink_table};
