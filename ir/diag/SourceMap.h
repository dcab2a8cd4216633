//===- SourceMap.h - buffers and the places in them -----------------------===//
//
// A buffer is a file or a text inside a file (an SQL expression in a TOML
// string). Places in an embedded buffer are translated to bytes of its file,
// so that a caret in an expression stands under the user's own text.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_IR_DIAG_SOURCEMAP_H
#define LEVADA_IR_DIAG_SOURCEMAP_H

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace levada {

/// Bytes [begin, end) of a buffer. Buffer 0 is "no place".
struct SourceRange {
  uint32_t buffer = 0;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool valid() const { return buffer != 0; }
  bool operator==(const SourceRange &) const = default;
};

/// The smallest range that covers both; they must be of one buffer.
SourceRange join(SourceRange a, SourceRange b);

struct LineColumn {
  uint32_t line = 0;   ///< from 1
  uint32_t column = 0; ///< from 1, in characters (code points)
};

class SourceMap {
public:
  /// Adds a file's text; returns its buffer id (never 0).
  uint32_t addFile(std::string path, std::string text);

  /// Adds `text`, decoded from the bytes `origin` of another buffer.
  /// `offsets[i]` is the byte in origin.buffer that text[i] came from;
  /// offsets.size() == text.size() + 1.
  uint32_t addEmbedded(SourceRange origin, std::string text,
                       std::vector<uint32_t> offsets);

  std::string_view text(uint32_t buffer) const;
  /// The range in the file that an embedded range stands for.
  SourceRange toFile(SourceRange range) const;
  /// Path of the file (of the outermost buffer).
  std::string_view path(uint32_t buffer) const;
  LineColumn position(SourceRange range) const; ///< of its begin, in the file

  /// Line `number` (from 1) of a file, without its line break.
  std::string_view line(uint32_t file, uint32_t number) const;
  /// The byte at which that line begins.
  uint32_t lineStart(uint32_t file, uint32_t number) const;

private:
  struct Buffer {
    std::string path, text;
    SourceRange origin;
    std::vector<uint32_t> offsets;    ///< embedded only
    std::vector<uint32_t> lineStarts; ///< files only
  };
  std::deque<Buffer> buffers;
};

} // namespace levada

#endif
