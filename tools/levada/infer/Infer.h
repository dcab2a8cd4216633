//===- Infer.h - what format and types a sample of data has ----------------===//
#ifndef LEVADA_TOOLS_LEVADA_INFER_INFER_H
#define LEVADA_TOOLS_LEVADA_INFER_INFER_H

#include "tools/levada/infer/Guess.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace levada::infer {

struct Column {
  std::string name;
  std::string type;        ///< SQL: "BIGINT", "TIMESTAMP(3)", "STRING" …
  std::string timeFormat;  ///< pattern for time-format.NAME, or ""
  Guess guess;             ///< of values; empty where a pattern says the type
  int64_t disorder() const { return guess.disorder(); }
};

/// A source that reads the sample: format, its options ("csv.header", "true"),
/// and the columns in file order.
struct Schema {
  std::string format;
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<Column> columns;
  std::vector<std::string> remarks; ///< for a comment above the source
  size_t bad = 0, lines = 0;        ///< lines of the sample that do not fit, of all
  /// The first column that can be event time, or nullptr.
  const Column *timeColumn() const;
  const Column *find(std::string_view name) const;
  void set(const std::string &option, std::string value);
  std::string_view option(std::string_view key) const;
};

/// What is known before the data is looked at.
struct Hints {
  std::string format;          ///< csv, json, regex or raw; "": to be found
  std::string extension;       ///< of the file: "csv", "tsv", "jsonl" …
  std::optional<char> delimiter;
  std::optional<bool> header;
  std::string pattern;         ///< of format regex
};

/// What the name of a file says: "a/b.csv.gz" has the extension "csv".
Hints hintsOf(std::string_view path);

/// Tells JSON lines, delimited text and known logs from the sample; lines that
/// fit nothing become `raw`. Types hold for every line of the sample that has
/// the format at all.
Schema inferSchema(std::string_view sample, const Hints &hints = {});

/// Widens `schema` by what another file of the same kind has. False: they are
/// of different kinds, and `why` says how.
bool unify(Schema &schema, const Schema &other, std::string &why);

/// What the data is that levada reads only after a conversion ("a zip archive"),
/// or "".
std::string foreignData(std::string_view sample);

} // namespace levada::infer

#endif
