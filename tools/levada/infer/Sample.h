//===- Sample.h - the first bytes of data, decoded -------------------------===//
#ifndef LEVADA_TOOLS_LEVADA_INFER_SAMPLE_H
#define LEVADA_TOOLS_LEVADA_INFER_SAMPLE_H

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace levada::infer {

/// Reads a file from its start; gzip, xz and zstd are told by content.
class SampleReader {
public:
  /// Bytes as they are: how many were read, 0 at the end, -1 on error (errno).
  using Bytes = std::function<long(char *to, size_t size)>;

  /// On failure returns null and says why in `error`.
  static std::unique_ptr<SampleReader> open(const std::string &path, std::string &error);
  explicit SampleReader(Bytes bytes);
  ~SampleReader();

  /// Appends decoded bytes until `out` has `size` of them or the data ends.
  bool read(size_t size, std::string &out, std::string &error);
  /// What comes next, as soon as something has come; nothing at the end.
  bool next(std::string &out, std::string &error);
  bool ended() const { return atEnd; }
  bool compressed() const { return codec != nullptr; }

  struct Codec;

private:
  bool step(size_t room, std::string &out, std::string &error);
  bool fill(std::string &error);

  Bytes bytes;
  std::unique_ptr<Codec> codec;
  std::string raw;      ///< read and not decoded yet, from `at`
  size_t at = 0;
  bool begun = false, rawEnded = false, atEnd = false;
};

/// Up to `limit` decoded bytes from the start of the file at `path`, cut after
/// the last whole line where the file goes on. On failure returns nullopt and
/// says why in `error`.
std::optional<std::string> readSample(const std::string &path, size_t limit, std::string &error);

} // namespace levada::infer

#endif
