//===- Node.cpp - what is asked of a node of the tree -----------------------===//
//
// Strings keep only their value; where its bytes came from is read from the
// file again when somebody asks.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Strings.h"
#include "frontend/toml/Tree.h"

#include <cassert>

namespace levada::doc {

const Node::Member *Node::find(std::string_view key) const {
  for (const Member &member : members)
    if (member.key.text == key)
      return &member;
  return nullptr;
}

std::string_view describe(NodeKind kind) {
  switch (kind) {
  case NodeKind::String:
    return "a string";
  case NodeKind::Integer:
    return "an integer";
  case NodeKind::Float:
    return "a number with a fraction";
  case NodeKind::Bool:
    return "a boolean";
  case NodeKind::Time:
    return "a date or time";
  case NodeKind::Array:
    return "a list";
  case NodeKind::Table:
    return "a table";
  }
  return "a value";
}

Text embed(const Node &node, SourceMap &sources) {
  assert(node.isString() && "only strings hold text");
  std::string_view file = sources.text(node.range.buffer);
  Text text;
  if (node.sql) {
    std::vector<uint32_t> offsets;
    uint32_t at = node.range.begin + 1;
    for (size_t i = 0; i < node.text.size(); ++i) {
      offsets.push_back(at);
      at += file.substr(at, 2) == "''" ? 2 : 1;
    }
    offsets.push_back(at);
    text.value = node.text;
    text.range = node.range;
    text.buffer = sources.addEmbedded(node.range, node.text, std::move(offsets));
    return text;
  }
  Decoded decoded = decodeString(file, scanString(file, node.range.begin));
  text.value = decoded.value;
  text.range = node.range;
  text.buffer = sources.addEmbedded(node.range, std::move(decoded.value),
                                    std::move(decoded.offsets));
  return text;
}

Name word(const Node &node, const SourceMap &sources) {
  if (node.sql)
    return {node.text, {node.range.buffer, node.range.begin + 1, node.range.end - 1}};
  Literal literal =
      scanString(sources.text(node.range.buffer), node.range.begin);
  return {node.text,
          {node.range.buffer, uint32_t(literal.contentBegin()),
           uint32_t(literal.contentEnd())}};
}

} // namespace levada::doc
