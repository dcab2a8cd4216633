//===- published.h - what a pipeline has published ------------------------===//
//
// The marker of a sink: a text file with the pipeline's and the sink's name and
// one line for each file it published: size, time of change, name.
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
  };
  Text owner; // "PIPELINE, sink NAME"
  std::vector<Entry> entries;

  /// What `owner` published; nothing when there is no marker, or one of another
  /// owner, whose name goes to `other`.
  void load(const char *path, Text &other);
  /// Replaces the marker in one step; false with errno.
  bool save(const char *path) const;
  void add(std::string_view name, const struct stat &info);
  /// The file is as it was published.
  bool holds(std::string_view name, const struct stat &info) const;
};

} // namespace levada::rt

#endif
