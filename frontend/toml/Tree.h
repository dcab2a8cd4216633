//===- Tree.h - a TOML file as a tree with byte ranges ---------------------===//
//
// TOML 1.0 as plain structs: members in file order, and for every key and
// value the bytes it stands in. Nothing here knows what a pipeline is.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_TOML_TREE_H
#define LEVADA_FRONTEND_TOML_TREE_H

#include "ir/diag/Diag.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace levada::doc {

/// A name or word of the document and the bytes of it, without quotes.
struct Name {
  std::string text;
  SourceRange range;
};

/// A string value. `buffer` holds `value` as an embedded text of the
/// SourceMap: give it to the SQL parser, and its carets stand in the file.
struct Text {
  std::string value;
  SourceRange range;   ///< in the file, quotes included
  uint32_t buffer = 0; ///< 0: there is no such string
  explicit operator bool() const { return buffer != 0; }
  /// All of it, as a range of the embedded buffer.
  SourceRange inside() const {
    return {buffer, 0, uint32_t(value.size())};
  }
};

enum class NodeKind { String, Integer, Float, Bool, Time, Array, Table };

/// Any value of the file.
struct Node {
  NodeKind kind = NodeKind::Table;
  SourceRange range;        ///< of a string: with its quotes
  std::string text;         ///< String: decoded; Integer … Time: as written
  int64_t integer = 0;      ///< Integer; Bool: 0 or 1
  double number = 0;        ///< Integer, Float
  std::vector<Node> items;  ///< Array
  /// Table: in file order. A key is one part: `a.b = 1` is a table in a table.
  struct Member;
  std::vector<Member> members;
  /// Table: how it came about. Implicit: by the header of a table inside it.
  enum Origin : uint8_t { Inline, Implicit, Header, Dotted } origin = Inline;
  bool ofTables = false;    ///< Array: made by [[headers]]
  uint32_t id = 0;          ///< Table: a number of its own
  /// A literal of an SQL script, where `''` is one quote and every value is
  /// written as a string: also numbers and booleans.
  bool sql = false;

  const Member *find(std::string_view key) const;
  bool isString() const { return kind == NodeKind::String; }
  bool isTable() const { return kind == NodeKind::Table; }
  bool isArray() const { return kind == NodeKind::Array; }
};

struct Node::Member {
  Name key; ///< range: where the key first stands, quotes included
  Node value;
};

/// Parses the file `buffer`. On a syntax error: one diagnostic, no tree.
std::optional<Node> parseTree(uint32_t buffer, diag::Engine &engine);

/// "a string", "an integer" …: for "expects …, found …".
std::string_view describe(NodeKind kind);

/// The string node's text registered as an embedded buffer.
Text embed(const Node &node, SourceMap &sources);
/// The string node's text with the range between its quotes.
Name word(const Node &node, const SourceMap &sources);

} // namespace levada::doc

#endif
