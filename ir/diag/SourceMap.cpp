//===- SourceMap.cpp - buffers and the places in them ---------------------===//
//
// Lines are indexed once per file. An embedded buffer keeps, for each of its
// bytes, the byte of its origin; ranges are translated outwards until they
// stand in a file. An escape or a trimmed line break in the origin is longer
// than the byte it gave, so the end of a range follows its last byte.
//
//===----------------------------------------------------------------------===//
#include "ir/diag/SourceMap.h"

#include <algorithm>
#include <cassert>

namespace levada {

SourceRange join(SourceRange a, SourceRange b) {
  if (!a.valid())
    return b;
  if (!b.valid())
    return a;
  assert(a.buffer == b.buffer && "ranges of two buffers cannot be joined");
  return {a.buffer, std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

uint32_t SourceMap::addFile(std::string path, std::string text) {
  Buffer &buffer = buffers.emplace_back();
  buffer.path = std::move(path);
  buffer.text = std::move(text);
  bool mark = std::string_view(buffer.text).substr(0, 3) == "\xEF\xBB\xBF";
  buffer.lineStarts.push_back(mark ? 3 : 0); // no column for the mark
  for (size_t at = 0; (at = buffer.text.find('\n', at)) != std::string::npos;)
    buffer.lineStarts.push_back(uint32_t(++at));
  return uint32_t(buffers.size());
}

uint32_t SourceMap::addEmbedded(SourceRange origin, std::string text,
                                std::vector<uint32_t> offsets) {
  assert(origin.valid() && origin.buffer <= buffers.size());
  assert(offsets.size() == text.size() + 1);
  Buffer &buffer = buffers.emplace_back();
  buffer.text = std::move(text);
  buffer.origin = origin;
  buffer.offsets = std::move(offsets);
  return uint32_t(buffers.size());
}

std::string_view SourceMap::text(uint32_t buffer) const {
  if (buffer == 0 || buffer > buffers.size())
    return {};
  return buffers[buffer - 1].text;
}

/// Bytes of the escape sequence that begins `text`, a backslash.
static uint32_t escapeLength(std::string_view text) {
  if (text.size() < 2)
    return uint32_t(text.size());
  switch (text[1]) {
  case 'u':
    return 6;
  case 'U':
    return 10;
  case 'x':
    return 4;
  default:
    return 2;
  }
}

SourceRange SourceMap::toFile(SourceRange range) const {
  while (range.valid() && range.buffer <= buffers.size()) {
    const Buffer &buffer = buffers[range.buffer - 1];
    uint32_t size = uint32_t(buffer.text.size());
    range.begin = std::min(range.begin, size);
    range.end = std::clamp(range.end, range.begin, size);
    if (!buffer.origin.valid())
      return range;

    SourceRange outer{buffer.origin.buffer, buffer.offsets[range.begin], 0};
    if (range.end == range.begin) {
      outer.end = outer.begin;
    } else {
      uint32_t last = buffer.offsets[range.end - 1];
      uint32_t gap = buffer.offsets[range.end] - last;
      std::string_view rest = text(outer.buffer);
      rest.remove_prefix(std::min<size_t>(last, rest.size()));
      bool escape = gap > 1 && !rest.empty() && rest.front() == '\\';
      outer.end = last + std::min(gap, escape ? escapeLength(rest) : 1u);
      outer.end = std::max(outer.end, outer.begin);
    }
    range = outer;
  }
  return {};
}

std::string_view SourceMap::path(uint32_t buffer) const {
  while (buffer != 0 && buffer <= buffers.size()) {
    const Buffer &b = buffers[buffer - 1];
    if (!b.origin.valid())
      return b.path;
    buffer = b.origin.buffer;
  }
  return {};
}

LineColumn SourceMap::position(SourceRange range) const {
  range = toFile(range);
  if (!range.valid())
    return {};
  const Buffer &buffer = buffers[range.buffer - 1];
  range.begin = std::max(range.begin, buffer.lineStarts.front());
  auto after = std::upper_bound(buffer.lineStarts.begin(),
                                buffer.lineStarts.end(), range.begin);
  LineColumn result;
  result.line = uint32_t(after - buffer.lineStarts.begin());
  result.column = 1;
  for (uint32_t at = *(after - 1); at < range.begin; ++at)
    if ((uint8_t(buffer.text[at]) & 0xC0) != 0x80)
      ++result.column;
  return result;
}

std::string_view SourceMap::line(uint32_t file, uint32_t number) const {
  if (file == 0 || file > buffers.size())
    return {};
  const Buffer &buffer = buffers[file - 1];
  if (number == 0 || number > buffer.lineStarts.size())
    return {};
  size_t begin = buffer.lineStarts[number - 1];
  size_t end = number < buffer.lineStarts.size()
                   ? buffer.lineStarts[number] - 1
                   : buffer.text.size();
  if (end > begin && buffer.text[end - 1] == '\r')
    --end;
  return std::string_view(buffer.text).substr(begin, end - begin);
}

uint32_t SourceMap::lineStart(uint32_t file, uint32_t number) const {
  if (file == 0 || file > buffers.size())
    return 0;
  const Buffer &buffer = buffers[file - 1];
  if (number == 0 || number > buffer.lineStarts.size())
    return uint32_t(buffer.text.size());
  return buffer.lineStarts[number - 1];
}

} // namespace levada
