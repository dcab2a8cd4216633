//===- Tree.cpp - a TOML file as a tree with byte ranges --------------------===//
//
// The library says where things stand in lines and characters, and sorts
// tables by key. Places become bytes, and members go back to file order.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Tree.h"

#include "frontend/toml/Strings.h"
#include "frontend/toml/Syntax.h"

#include <algorithm>
#include <cassert>
#include <unordered_map>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_UNRELEASED_FEATURES 0
#define TOML_MAX_NESTED_VALUES 100
#include <toml++/toml.h>

namespace levada::doc {
namespace {

/// Lines and characters of the library to bytes of the file.
class Places {
public:
  Places(uint32_t file, std::string_view text, size_t begin)
      : file(file), text(text) {
    lines.push_back(begin);
    for (size_t at = begin; (at = text.find('\n', at)) != text.npos;)
      lines.push_back(++at);
  }

  uint32_t byte(const ::toml::source_position &position) {
    if (position.line == 0 || position.line > lines.size())
      return uint32_t(text.size());
    size_t at = lines[position.line - 1];
    uint32_t column = 1;
    size_t end = position.line < lines.size() ? lines[position.line] : text.size();
    if (end - at > 4 * stride) {
      const std::vector<uint32_t> &index = indexOf(position.line, end);
      size_t i = std::min<size_t>((position.column - 1) / stride,
                                  index.size() - 1);
      at = index[i];
      column += uint32_t(i * stride);
    }
    for (; column < position.column && at < text.size(); ++column)
      at = next(at);
    return uint32_t(at);
  }

  SourceRange range(const ::toml::source_region &region) {
    uint32_t begin = byte(region.begin);
    return {file, begin, std::max(begin, byte(region.end))};
  }

private:
  static constexpr size_t stride = 64;

  size_t next(size_t at) const {
    ++at;
    while (at < text.size() && (uint8_t(text[at]) & 0xC0) == 0x80)
      ++at;
    return at;
  }

  /// Where every 64th character of a long line begins.
  const std::vector<uint32_t> &indexOf(uint32_t line, size_t end) {
    std::vector<uint32_t> &index = indexes[line];
    if (index.empty()) {
      size_t count = 0;
      for (size_t at = lines[line - 1]; at < end; at = next(at))
        if (count++ % stride == 0)
          index.push_back(uint32_t(at));
    }
    return index;
  }

  uint32_t file;
  std::string_view text;
  std::vector<size_t> lines;
  std::unordered_map<uint32_t, std::vector<uint32_t>> indexes;
};

class Builder {
public:
  Builder(uint32_t file, std::string_view text, size_t begin)
      : text(text), places(file, text, begin) {}

  Node build(const ::toml::node &from) {
    Node node;
    node.range = places.range(from.source());
    switch (from.type()) {
    case ::toml::node_type::table:
      node.kind = NodeKind::Table;
      buildTable(*from.as_table(), node);
      break;
    case ::toml::node_type::array:
      node.kind = NodeKind::Array;
      for (const ::toml::node &item : *from.as_array())
        node.items.push_back(build(item));
      break;
    case ::toml::node_type::string:
      buildString(node);
      break;
    case ::toml::node_type::integer:
      node.kind = NodeKind::Integer;
      node.integer = from.as_integer()->get();
      node.number = double(node.integer);
      break;
    case ::toml::node_type::floating_point:
      node.kind = NodeKind::Float;
      node.number = from.as_floating_point()->get();
      break;
    case ::toml::node_type::boolean:
      node.kind = NodeKind::Bool;
      node.integer = from.as_boolean()->get();
      break;
    case ::toml::node_type::date:
    case ::toml::node_type::time:
    case ::toml::node_type::date_time:
    case ::toml::node_type::none:
      node.kind = NodeKind::Time;
      break;
    }
    if (node.kind != NodeKind::String && node.kind != NodeKind::Table &&
        node.kind != NodeKind::Array) {
      std::string_view written =
          text.substr(node.range.begin, node.range.end - node.range.begin);
      // The library's range may take in what follows the value.
      written = written.substr(0, written.find_first_of("\r\n#,]}"));
      while (!written.empty() &&
             (written.back() == ' ' || written.back() == '\t'))
        written.remove_suffix(1);
      node.text = written;
      node.range.end = node.range.begin + uint32_t(written.size());
    }
    return node;
  }

private:
  void buildTable(const ::toml::table &from, Node &node) {
    node.open = !from.is_inline();
    for (const auto &[key, value] : from) {
      Node::Member &member = node.members.emplace_back();
      member.key = {std::string(key.str()), places.range(key.source())};
      member.value = build(value);
    }
    std::sort(node.members.begin(), node.members.end(), fileOrder);
  }

  static bool fileOrder(const Node::Member &a, const Node::Member &b) {
    return a.key.range.begin < b.key.range.begin;
  }

  void buildString(Node &node) {
    node.kind = NodeKind::String;
    Literal literal = scanString(text, node.range.begin);
    node.range.end = uint32_t(literal.end);
    node.text = decodeString(text, literal).value;
  }

  std::string_view text;
  Places places;
};

} // namespace

std::optional<Node> parseTree(uint32_t buffer, diag::Engine &engine) {
  if (!checkBytes(buffer, engine))
    return std::nullopt;
  std::string_view text = engine.sourceMap().text(buffer);
  size_t begin = markLength(text);
  ::toml::parse_result result =
      ::toml::parse(text.substr(begin), std::string_view());
  if (!result) {
    const ::toml::parse_error &error = result.error();
    Places places(buffer, text, begin);
    explainSyntax(buffer, places.byte(error.source().begin),
                  error.description(), engine);
    return std::nullopt;
  }
  return Builder(buffer, text, begin).build(result.table());
}

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
  Literal literal =
      scanString(sources.text(node.range.buffer), node.range.begin);
  Decoded decoded = decodeString(sources.text(node.range.buffer), literal);
  Text text;
  text.value = decoded.value;
  text.range = node.range;
  text.buffer = sources.addEmbedded(node.range, std::move(decoded.value),
                                    std::move(decoded.offsets));
  return text;
}

Name word(const Node &node, const SourceMap &sources) {
  Literal literal =
      scanString(sources.text(node.range.buffer), node.range.begin);
  return {node.text,
          {node.range.buffer, uint32_t(literal.contentBegin()),
           uint32_t(literal.contentEnd())}};
}

} // namespace levada::doc
