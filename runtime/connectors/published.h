//===- published.h - what a pipeline has published ------------------------===//
//
// The marker of a sink: a text file with the pipeline's and the sink's name and
// one line for each file it published: size, time of change, name. With
// checkpoints also: which run wrote it, whether that has come to its end, files
// of an earlier run that are going
// (their lines begin with -), and from which size a file is growing.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONNECTORS_PUBLISHED_H
#define LEVADA_RUNTIME_CONNECTORS_PUBLISHED_H

#include "runtime/core/text.h"

#include <sys/stat.h>
#include <vector>

namespace levada::rt {

struct Published {
  struct Entry {
    uint64_t size;
    int64_t changed; // ns since the epoch
    Text name;       // in the directory
    bool is(const struct stat &info) const;
  };
  Text owner; // "PIPELINE, sink NAME"
  std::vector<Entry> entries, going;
  uint64_t run = 0;                // 0: without checkpoints
  bool open = false;               // by a run that has not come to its end
  uint64_t grows_from = UINT64_MAX; // the last entry may be that short

  /// What `owner` published; nothing when there is no marker, or one of another
  /// owner, whose name goes to `other`.
  void load(const char *path, Text &other);
  /// Replaces the marker in one step; false with errno. `durable`: its bytes are
  /// on the disk; the caller forces the directory.
  bool save(const char *path, bool durable = false) const;
  /// Adds lines to the marker, durably; false with errno.
  static bool add_lines(const char *path, const std::vector<Entry> &entries);
  /// What a run with checkpoints added to it, once it is known what it says.
  void forget_run() {
    going.clear();
    open = false;
    run = 0;
    grows_from = UINT64_MAX;
  }
  void add(std::string_view name, const struct stat &info);
  /// The file is as it was published.
  bool holds(std::string_view name, const struct stat &info) const;
};

/// When the file was changed, in ns since the epoch.
int64_t changed_at(const struct stat &info);

} // namespace levada::rt

#endif
