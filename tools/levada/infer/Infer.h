//===- Infer.h - what format and types a sample of data has ----------------===//
#ifndef LEVADA_TOOLS_LEVADA_INFER_INFER_H
#define LEVADA_TOOLS_LEVADA_INFER_INFER_H

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace levada::infer {

struct Column {
  std::string name;
  std::string type;        ///< SQL: "BIGINT", "TIMESTAMP(3)", "STRING" …
  std::string timeFormat;  ///< pattern for time-format.NAME, or ""
  int64_t disorder = 0;    ///< of times: how many seconds they go back at most
};

/// A source that reads the sample: format, its options as written in TOML
/// ("csv.header", "true"), and the columns in file order.
struct Schema {
  std::string format;
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<Column> columns;
  std::vector<std::string> remarks; ///< for a comment above the source
  /// The first column that can be event time, or nullptr.
  const Column *timeColumn() const;
};

/// Tells JSON lines, delimited text and known logs from the sample; lines that
/// fit nothing become `raw`. Types hold for every line of the sample.
Schema inferSchema(std::string_view sample);

} // namespace levada::infer

#endif
