//===- Sample.h - the first lines of a data file ---------------------------===//
#ifndef LEVADA_TOOLS_LEVADA_INFER_SAMPLE_H
#define LEVADA_TOOLS_LEVADA_INFER_SAMPLE_H

#include <cstddef>
#include <optional>
#include <string>

namespace levada::infer {

/// Up to `limit` decoded bytes from the start of the file at `path`, cut after
/// the last whole line where the file goes on. gzip, xz and zstd are told by
/// content. On failure returns nullopt and says why in `error`.
std::optional<std::string> readSample(const std::string &path, size_t limit,
                                      std::string &error);

} // namespace levada::infer

#endif
