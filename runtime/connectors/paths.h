//===- paths.h - which files a path means ---------------------------------===//
//
// A file, a directory (its files in name order, also those of directories in
// it) or a pattern with * ? [ ]. Names that begin with . or _ are left out of
// directories and patterns, as in Flink.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONNECTORS_PATHS_H
#define LEVADA_RUNTIME_CONNECTORS_PATHS_H

#include "runtime/core/error.h"

#include <vector>

namespace levada::rt {

/// `file:///tmp/x` and `file:/tmp/x` are `/tmp/x`, as in Flink.
void strip_scheme(Text &path);

bool find_files(const char *source, const Text &path, std::vector<Text> &files, Error &error);

/// Names in a directory, sorted, without . and ..; false with errno.
bool list_directory(const char *path, std::vector<Text> &names);

/// The last part of a path; the part before it, "." when there is none.
std::string_view last_part(std::string_view path);
Text directory_of(std::string_view path);

} // namespace levada::rt

#endif
