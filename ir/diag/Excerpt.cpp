//===- Excerpt.cpp - source lines with carets under them ------------------===//
//
// A line is decoded into cells (bytes, what is printed, its width). Marks are
// cut to lines first; each then becomes one row of carets under its line. A
// line wider than the page is shown as a window around its first mark.
//
//===----------------------------------------------------------------------===//
#include "ir/diag/Excerpt.h"

#include <algorithm>
#include <map>

namespace levada::diag {
namespace {

constexpr size_t pageWidth = 100; ///< columns of source shown at most
constexpr size_t tabWidth = 4;
constexpr uint32_t badByte = 0xFFFFFFFF;

/// Decodes one code point at the front of `text`; `length` gets its bytes.
uint32_t decode(std::string_view text, size_t &length) {
  uint8_t lead = uint8_t(text[0]);
  length = 1;
  if (lead < 0x80)
    return lead;
  size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < need)
    return badByte;
  uint32_t value = lead & (0xFF >> (need + 1));
  for (size_t i = 1; i < need; ++i) {
    uint8_t next = uint8_t(text[i]);
    if ((next & 0xC0) != 0x80)
      return badByte;
    value = value << 6 | (next & 0x3F);
  }
  if ((need == 3 && value < 0x800) || (need == 4 && value < 0x10000) ||
      (value >= 0xD800 && value < 0xE000) || value > 0x10FFFF)
    return badByte;
  length = need;
  return value;
}

struct Span {
  uint32_t first, last;
};
template <size_t N> bool within(const Span (&table)[N], uint32_t c) {
  auto after = std::upper_bound(
      std::begin(table), std::end(table), c,
      [](uint32_t value, const Span &s) { return value < s.first; });
  return after != std::begin(table) && c <= (after - 1)->last;
}

/// Combining marks and joiners, by block: no column of their own.
constexpr Span zeroWidth[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},
    {0x64B, 0x65F},   {0x6D6, 0x6DC},   {0x730, 0x74A},   {0x900, 0x902},
    {0x93C, 0x93C},   {0x941, 0x948},   {0x94D, 0x94D},   {0xE31, 0xE31},
    {0xE34, 0xE3A},   {0xE47, 0xE4E},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0x3099, 0x309A}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0x1F3FB, 0x1F3FF}, {0xE0100, 0xE01EF}};
/// East Asian wide characters and emoji: two columns.
constexpr Span doubleWidth[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},
    {0x23E9, 0x23EC},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},
    {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274C},   {0x2753, 0x2755},   {0x2795, 0x2797},
    {0x2B1B, 0x2B1C},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F300, 0x1F3FA},
    {0x1F400, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF},
    {0x20000, 0x3FFFD}};
/// Characters that reorder or hide text are never sent to a terminal.
constexpr Span hidden[] = {{0x80, 0x9F},     {0x200E, 0x200F},
                           {0x2028, 0x202E}, {0x2066, 0x2069},
                           {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}};

bool printableCodePoint(uint32_t c) {
  return c != badByte && c >= 0x20 && c != 0x7F && !within(hidden, c);
}

/// One character of a line as drawn.
struct Cell {
  uint32_t byte;     ///< where it begins in the line
  std::string shown;
  size_t column;     ///< display column, from 0
};
struct Drawn {
  std::vector<Cell> cells; ///< the last one is the end of what is laid out
  bool moreLeft = false, moreRight = false;
  size_t columnOf(uint32_t byte) const {
    auto after = std::upper_bound(
        cells.begin(), cells.end(), byte,
        [](uint32_t value, const Cell &c) { return value < c.byte; });
    return after == cells.begin() ? 0 : (after - 1)->column;
  }
  size_t width() const { return cells.back().column; }
};

/// Lays out a line; of a huge one only what is near `focus`.
Drawn layOut(std::string_view line, size_t focus) {
  constexpr size_t reach = 2000;
  Drawn drawn;
  size_t column = 0, at = 0;
  if (focus > reach) {
    at = focus - reach;
    while (at < focus && (uint8_t(line[at]) & 0xC0) == 0x80)
      ++at;
    drawn.moreLeft = true;
  }
  if (line.size() - at > 2 * reach) {
    line = line.substr(0, at + 2 * reach);
    drawn.moreRight = true;
  }
  while (at < line.size()) {
    size_t length, width = 1;
    uint32_t c = decode(line.substr(at), length);
    Cell cell{uint32_t(at), {}, column};
    if (c == '\t') {
      width = tabWidth - column % tabWidth;
      cell.shown.assign(width, ' ');
    } else if (!printableCodePoint(c)) {
      cell.shown = "\xEF\xBF\xBD"; // U+FFFD
    } else {
      cell.shown = line.substr(at, length);
      width = within(zeroWidth, c) ? 0 : within(doubleWidth, c) ? 2 : 1;
    }
    drawn.cells.push_back(std::move(cell));
    column += width;
    at += length;
  }
  drawn.cells.push_back({uint32_t(line.size()), {}, column});
  return drawn;
}

/// The columns [begin, end) of a line that are shown.
struct Window {
  size_t begin, end;
  bool cutLeft, cutRight;
};

Window chooseWindow(const Drawn &line, size_t caretBegin, size_t caretEnd) {
  size_t width = line.width();
  if (std::max(width, caretEnd) <= pageWidth)
    return {0, std::max(width, caretEnd), line.moreLeft, line.moreRight};
  size_t span = std::min(caretEnd - caretBegin, pageWidth * 2 / 3);
  size_t before = (pageWidth - span) / 2;
  size_t begin = caretBegin > before ? caretBegin - before : 0;
  begin = std::min(begin, std::max(width, caretEnd) - pageWidth);
  size_t end = begin + pageWidth;
  return {begin, end, begin > 0 || line.moreLeft,
          end < width || line.moreRight};
}

/// A mark's part on one line: bytes [begin, end) of the line.
struct Piece {
  uint32_t begin, end;
  const Mark *mark;
  bool last; ///< carries the text
};

/// Lines of a file, each with the pieces drawn under it.
using Lines = std::map<uint32_t, std::vector<Piece>>;

void addPieces(const Mark &mark, const SourceMap &sources, Lines &lines) {
  uint32_t file = mark.range.buffer;
  uint32_t first = sources.position(mark.range).line;
  SourceRange tail = mark.range;
  if (tail.end > tail.begin)
    tail.begin = tail.end - 1;
  uint32_t last = sources.position(tail).line;
  auto bounds = [&](uint32_t number) {
    std::string_view line = sources.line(file, number);
    uint32_t start = sources.lineStart(file, number);
    uint32_t size = uint32_t(line.size());
    uint32_t indent = 0;
    while (indent < size && (line[indent] == ' ' || line[indent] == '\t'))
      ++indent;
    auto inLine = [&](uint32_t byte) {
      return std::min(byte > start ? byte - start : 0, size);
    };
    uint32_t begin = number == first ? inLine(mark.range.begin) : indent;
    uint32_t end = number == last ? inLine(mark.range.end) : size;
    return std::pair(begin, std::max(begin, end));
  };
  for (uint32_t number = first; number <= last; ++number) {
    // Of a long range the first two lines and the last are drawn.
    if (last - first > 3 && number == first + 2)
      number = last;
    auto [begin, end] = bounds(number);
    if (begin == end && number != first && number != last)
      continue;
    lines[number].push_back({begin, end, &mark, number == last});
  }
}

class Drawer {
public:
  Drawer(const SourceMap &sources, const Paint &paint, size_t gutter,
         std::string &out)
      : sources(sources), paint(paint), gutter(gutter), out(out) {}

  std::string margin() const { return std::string(gutter + 2, ' '); }

  void file(uint32_t buffer, const Lines &lines) {
    out += paint.faint(margin() + "|") + '\n';
    uint32_t previous = 0;
    for (const auto &[number, pieces] : lines) {
      if (previous != 0 && number == previous + 2)
        source(buffer, previous + 1, {});
      else if (previous != 0 && number > previous + 2)
        out += paint.faint("...") + '\n';
      source(buffer, number, pieces);
      previous = number;
    }
  }

private:
  /// One line and the rows under it; the primary mark's piece comes first.
  void source(uint32_t buffer, uint32_t number,
              const std::vector<Piece> &pieces) {
    Drawn line = layOut(sources.line(buffer, number),
                        pieces.empty() ? 0 : pieces.front().begin);
    auto columns = [&](const Piece &p) {
      size_t begin = line.columnOf(p.begin);
      return std::pair(begin, std::max(line.columnOf(p.end), begin + 1));
    };
    std::pair<size_t, size_t> focus(0, 1);
    if (!pieces.empty())
      focus = columns(pieces.front());
    Window window = chooseWindow(line, focus.first, focus.second);

    out += paint.faint(fmt::format(" {:>{}} |", number, gutter));
    std::string shown;
    for (size_t i = 0; i + 1 < line.cells.size(); ++i) {
      size_t end = line.cells[i + 1].column;
      if (line.cells[i].column >= window.begin && end <= window.end)
        shown += line.cells[i].shown;
    }
    while (!shown.empty() && shown.back() == ' ')
      shown.pop_back();
    if (!shown.empty() || window.cutLeft)
      out += ' ';
    if (window.cutLeft)
      out += "…";
    out += shown;
    if (window.cutRight)
      out += "…";
    out += '\n';

    for (const Piece &piece : pieces) {
      auto [begin, end] = columns(piece);
      begin = std::clamp(begin, window.begin, window.end);
      end = std::clamp(end, begin, window.end);
      if (begin == end && (piece.mark->text.empty() || !piece.last))
        continue;
      std::string row(begin - window.begin + window.cutLeft, ' ');
      std::string carets(end - begin, piece.mark->primary ? '^' : '-');
      if (piece.last && !piece.mark->text.empty())
        carets += ' ' + printable(piece.mark->text);
      out += paint.faint(margin() + "|") + ' ' + row +
             (piece.mark->primary ? paint.severity(carets)
                                  : paint.faint(carets)) +
             '\n';
    }
  }

  const SourceMap &sources;
  const Paint &paint;
  size_t gutter;
  std::string &out;
};

} // namespace

std::string drawMarks(const std::vector<Mark> &marks, const SourceMap &sources,
                      const Paint &paint, std::string &out) {
  // The primary file first, then the others in the order they came.
  std::vector<std::pair<uint32_t, Lines>> files;
  uint32_t highest = 0;
  for (const Mark &mark : marks) {
    auto at = std::find_if(files.begin(), files.end(), [&](const auto &f) {
      return f.first == mark.range.buffer;
    });
    if (at == files.end())
      at = files.insert(files.end(), {mark.range.buffer, {}});
    addPieces(mark, sources, at->second);
    highest = std::max(highest, at->second.rbegin()->first);
  }
  Drawer drawer(sources, paint, std::to_string(highest).size(), out);
  std::string margin = drawer.margin();
  for (size_t i = 0; i < files.size(); ++i) {
    auto first = std::find_if(marks.begin(), marks.end(), [&](const Mark &m) {
      return m.range.buffer == files[i].first;
    });
    LineColumn at = sources.position(first->range);
    out += paint.faint(margin.substr(1) + (i == 0 ? "-->" : ":::")) +
           fmt::format(" {}:{}:{}\n",
                       printable(sources.path(first->range.buffer)), at.line,
                       at.column);
    drawer.file(files[i].first, files[i].second);
  }
  return margin;
}

std::string printable(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t length;
    uint32_t c = decode(text.substr(at), length);
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == badByte || c < 0x20 || c == 0x7F)
      out += fmt::format("\\x{:02x}", uint8_t(text[at]));
    else if (!printableCodePoint(c))
      out += fmt::format("\\u{:04x}", c);
    else
      out += text.substr(at, length);
    at += length;
  }
  return out;
}

std::string validUtf8(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t length;
    if (decode(text.substr(at), length) == badByte)
      out += "\xEF\xBF\xBD";
    else
      out += text.substr(at, length);
    at += length;
  }
  return out;
}

std::string Paint::severity(std::string_view text) const {
  switch (kind) {
  case Severity::Note:
    return wrap("1;36", text);
  case Severity::Warning:
    return wrap("1;33", text);
  case Severity::Error:
    return wrap("1;31", text);
  }
  return std::string(text);
}

std::string Paint::wrap(std::string_view code, std::string_view text) const {
  if (!on)
    return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

} // namespace levada::diag
