//===- table_sink.cpp - an aligned table on a terminal --------------------===//
#include "runtime/connectors/table_sink.h"

#include "runtime/formats/table.h"

namespace levada::rt {

/// Rows that are looked at before widths are settled.
constexpr uint32_t HELD_ROWS = 1000;

/// The character at `text[i]`, `i` set behind it: columns that it takes.
static uint32_t next_width(std::string_view text, size_t &i) {
  unsigned char c = text[i];
  uint32_t size = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4, code = c & (0xFF >> (size + 1));
  if (size == 1)
    code = c;
  for (uint32_t k = 1; k < size && i + k < text.size(); ++k)
    code = code << 6 | (text[i + k] & 0x3F);
  i += size;
  bool none = (code >= 0x300 && code <= 0x36F) || code == 0x200D ||
              (code >= 0x200B && code <= 0x200F) || (code >= 0xFE00 && code <= 0xFE0F) ||
              (code >= 0x20D0 && code <= 0x20FF);
  bool wide = (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
              (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
              (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
              (code >= 0xFFE0 && code <= 0xFFE6) || (code >= 0x1F300 && code <= 0x1FAFF) ||
              (code >= 0x20000 && code <= 0x3FFFD);
  return none ? 0 : wide ? 2 : 1;
}

uint32_t display_width(std::string_view text) {
  uint32_t width = 0;
  for (size_t i = 0; i < text.size();)
    width += next_width(text, i);
  return width;
}

Text cut_to_width(std::string_view text, uint32_t width) {
  uint32_t used = 0;
  size_t fits = 0; // bytes beside which … has room
  for (size_t i = 0; i < text.size();) {
    used += next_width(text, i);
    if (used > width)
      return Text(text.substr(0, fits)).append(width ? "…" : "");
    if (used < width)
      fits = i < text.size() ? i : text.size();
  }
  return Text(text);
}

Table::Table(const char *const *columns, uint32_t count, const char *alignment, uint32_t room,
             bool count_rows)
    : columns_(count), right_(count), room_(room), count_rows_(count_rows) {
  for (uint32_t i = 0; i < count; ++i) {
    titles_.push_back(printable(columns[i], 1000));
    widths_.push_back(display_width(titles_[i]));
    right_[i] = alignment && strlen(alignment) == count && alignment[i] == 'r';
  }
}

void Table::add(std::string_view rows, Text &lines) {
  size_t begin = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] != TABLE_CELL_END && rows[i] != TABLE_ROW_END)
      continue;
    add_cell(rows.substr(begin, i - begin));
    begin = i + 1;
    if (rows[i] == TABLE_ROW_END)
      end_row(lines);
  }
}

void Table::add_cell(std::string_view cell) {
  // Escapes stay as they are where they stand for control characters.
  Text shown;
  if (cell == TABLE_NULL) {
    shown.append("NULL");
  } else {
    for (size_t i = 0; i < cell.size(); ++i) {
      if (cell[i] == TABLE_ESCAPE && i + 1 < cell.size() && cell[i + 1] == TABLE_ESCAPE)
        ++i;
      shown.append(cell[i]);
    }
    shown = printable(shown, ~size_t(0));
  }
  uint32_t column = cells_.size() % (columns_ ? columns_ : 1), width = display_width(shown);
  if (!streaming_ && column < columns_ && width > widths_[column])
    widths_[column] = width;
  cells_.push_back(std::move(shown));
}

/// Cuts the widest columns of text until lines have room; numbers stay whole.
void Table::fit() {
  constexpr uint32_t LEAST = 8; // a text cut shorter says nothing
  uint64_t numbers = columns_ ? 2 * (columns_ - 1) : 0;
  for (uint32_t i = 0; i < columns_; ++i)
    numbers += right_[i] ? widths_[i] : 0;
  auto needed = [&](uint32_t most) {
    uint64_t sum = numbers;
    for (uint32_t i = 0; i < columns_; ++i)
      sum += right_[i] ? 0 : widths_[i] < most ? widths_[i] : most;
    return sum;
  };
  if (!room_ || needed(~uint32_t(0)) <= room_)
    return;
  uint32_t most = room_;
  while (most > LEAST && needed(most) > room_)
    --most;
  upright_ = needed(most) > room_;
  for (uint32_t i = 0; i < columns_; ++i)
    if (!right_[i] && widths_[i] > most)
      widths_[i] = most;
}

/// A row as lines of names and values.
void Table::record(Text &lines, const Text *cells) {
  uint32_t widest = 0;
  for (const Text &title : titles_) {
    uint32_t width = display_width(title);
    widest = width > widest ? width : widest;
  }
  Text head = textf("── %llu ", (unsigned long long)rows_ + 1);
  lines.append(head.view());
  for (uint32_t k = display_width(head); k < widest + 2; ++k)
    lines.append("─");
  lines.append('\n');
  for (uint32_t i = 0; i < columns_; ++i) {
    lines.append(titles_[i].view());
    for (uint32_t k = display_width(titles_[i]); k < widest + 2; ++k)
      lines.append(' ');
    lines.append(cells[i].view()).append('\n');
  }
}

void Table::put(Text &lines, const Text *cells) {
  if (upright_)
    record(lines, cells);
  else
    line(lines, cells);
  ++rows_;
}

void Table::line(Text &lines, const Text *cells) const {
  for (uint32_t i = 0; i < columns_; ++i) {
    uint32_t width = display_width(cells[i]), pad = width < widths_[i] ? widths_[i] - width : 0;
    if (room_ && !right_[i] && width > widths_[i]) {
      Text cut = cut_to_width(cells[i], widths_[i]);
      width = display_width(cut);
      lines.append(i ? "  " : "").append(cut.view());
      for (uint32_t k = width; k < widths_[i] && i + 1 < columns_; ++k)
        lines.append(' ');
      continue;
    }
    if (i)
      lines.append("  ");
    if (right_[i])
      for (uint32_t k = 0; k < pad; ++k)
        lines.append(' ');
    lines.append(cells[i].view());
    if (!right_[i] && i + 1 < columns_)
      for (uint32_t k = 0; k < pad; ++k)
        lines.append(' ');
  }
  lines.append('\n');
}

void Table::head(Text &lines) {
  line(lines, titles_.data());
  for (uint32_t i = 0; i < columns_; ++i) {
    if (i)
      lines.append("  ");
    for (uint32_t k = 0; k < widths_[i]; ++k)
      lines.append("─");
  }
  lines.append('\n');
}

void Table::end_row(Text &lines) {
  if (streaming_) {
    put(lines, cells_.data());
    cells_.clear();
  } else if (cells_.size() >= uint64_t(HELD_ROWS) * columns_) {
    settle(lines);
  }
}

void Table::settle(Text &lines) {
  if (streaming_)
    return;
  streaming_ = true;
  fit();
  if (!upright_)
    head(lines);
  for (size_t i = 0; i + columns_ <= cells_.size() && columns_; i += columns_)
    put(lines, &cells_[i]);
  cells_.clear();
}

void Table::finish(Text &lines) {
  settle(lines);
  if (count_rows_)
    lines.format("(%s row%s)\n", grouped(rows_).c_str(), rows_ == 1 ? "" : "s");
}

} // namespace levada::rt
