//===- Rows.h - rows of tests: written, read, compared ---------------------===//
//
// A row that is expected is a TOML table, one that came out a JSON object; both
// are doc::Node here. NULL is a column that is not there.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_TOOLS_LEVADA_TEST_ROWS_H
#define LEVADA_TOOLS_LEVADA_TEST_ROWS_H

#include "frontend/toml/Tree.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace levada::tool {

/// A JSON text as a node; nullopt when it is none.
std::optional<doc::Node> parseJson(std::string_view text);
/// A row as a JSON object.
std::string toJson(const doc::Node &node);
/// A row as one would write it in a test: { k = "a", n = 1 }.
std::string toToml(const doc::Node &node);

/// Whether a value that came out is the one that is expected: numbers by value,
/// times in any of their forms.
bool sameValue(const doc::Node &expected, const doc::Node &found);

/// One line of a comparison: '-' is missing, '+' came unexpected, ' ' is both.
struct RowDiff {
  char sign;
  size_t index; ///< of the expected row, of the found one for '+'
};
/// Empty when they are alike. `ordered`: else rows may come in any order.
std::vector<RowDiff> compareRows(const std::vector<doc::Node> &expected,
                                 const std::vector<doc::Node> &found, bool ordered);

} // namespace levada::tool

#endif
