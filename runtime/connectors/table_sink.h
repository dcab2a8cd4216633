//===- table_sink.h - an aligned table on a terminal ----------------------===//
#ifndef LEVADA_RUNTIME_CONNECTORS_TABLE_SINK_H
#define LEVADA_RUNTIME_CONNECTORS_TABLE_SINK_H

#include "runtime/core/text.h"

#include <vector>

namespace levada::rt {

/// Takes rows as runtime/formats/table.h says and makes aligned lines of them.
class Table {
public:
  /// `alignment`: a letter a column, or NULL.
  Table(const char *const *columns, uint32_t count, const char *alignment);
  void add(std::string_view rows, Text &lines);
  /// The lines that are still held.
  void finish(Text &lines);

private:
  void add_cell(std::string_view cell);
  void end_row(Text &lines);
  void head(Text &lines);
  void line(Text &lines, const Text *cells) const;

  uint32_t columns_;
  std::vector<Text> titles_;
  std::vector<bool> right_;
  std::vector<uint32_t> widths_;
  std::vector<Text> cells_; // of held rows, then of the row at hand
  bool streaming_ = false;
};

/// Columns that `text` takes on a terminal.
uint32_t display_width(std::string_view text);

} // namespace levada::rt

#endif
