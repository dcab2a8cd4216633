//===- table.h - rows for an aligned table --------------------------------===//
//
// Format "table", of the stdout sink: the encoder hands cells, the sink aligns
// them at the end (or after 1000 rows, whose widths then hold).
//
// A row is its cells with '\t' between them and '\n' behind. In a cell '\\',
// '\t', '\n' and '\r' are written "\\\\", "\\t", "\\n", "\\r"; NULL is "\\N",
// which no text gives. levada_sink_desc::columns are the titles;
// levada_sink_desc::header holds one letter a column: 'r' aligned to the right
// (numbers), 'l' to the left; NULL: all to the left.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_FORMATS_TABLE_H
#define LEVADA_RUNTIME_FORMATS_TABLE_H

namespace levada::rt {

constexpr char TABLE_CELL_END = '\t', TABLE_ROW_END = '\n', TABLE_ESCAPE = '\\';
constexpr char TABLE_NULL[] = "\\N";

} // namespace levada::rt

#endif
