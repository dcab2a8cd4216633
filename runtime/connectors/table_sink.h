//===- table_sink.h - an aligned table on a terminal ----------------------===//
#ifndef LEVADA_RUNTIME_CONNECTORS_TABLE_SINK_H
#define LEVADA_RUNTIME_CONNECTORS_TABLE_SINK_H

#include "runtime/core/text.h"

#include <vector>

namespace levada::rt {

/// Takes rows as runtime/formats/table.h says and makes aligned lines of them.
/// Text is cut where lines would be longer than the room there is, numbers are
/// not; where that does not help either, each column of a row has its line.
class Table {
public:
  /// `alignment`: a letter a column, or NULL. `room`: columns of the terminal;
  /// 0: any. `count_rows`: the last line says how many rows there were.
  Table(const char *const *columns, uint32_t count, const char *alignment, uint32_t room = 0,
        bool count_rows = false);
  void add(std::string_view rows, Text &lines);
  /// The lines that are still held.
  void finish(Text &lines);

private:
  void add_cell(std::string_view cell);
  void end_row(Text &lines);
  /// Widths are known: writes what is held, holds nothing any more.
  void settle(Text &lines);
  void fit();
  void head(Text &lines);
  void line(Text &lines, const Text *cells) const;
  void record(Text &lines, const Text *cells);
  void put(Text &lines, const Text *cells);

  uint32_t columns_;
  std::vector<Text> titles_;
  std::vector<bool> right_;
  std::vector<uint32_t> widths_;
  std::vector<Text> cells_; // of held rows, then of the row at hand
  uint32_t room_;
  bool count_rows_;
  bool streaming_ = false, upright_ = false;
  uint64_t rows_ = 0;
};

/// Columns that `text` takes on a terminal.
uint32_t display_width(std::string_view text);
/// As much of `text` as `width` columns hold, with … where something is left out.
Text cut_to_width(std::string_view text, uint32_t width);

} // namespace levada::rt

#endif
