//===- Tree.cpp - TOML 1.0 to a tree with byte ranges -----------------------===//
//
// One pass over checked bytes (Syntax.h). The first error ends it: it is
// explained where it was made, by Syntax.cpp, or here if a name is defined
// twice. Members are found through one hash table, so that a file of a million
// keys is read in linear time.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Tree.h"

#include "frontend/toml/Scalar.h"
#include "frontend/toml/Strings.h"
#include "frontend/toml/Syntax.h"
#include "ir/diag/codes/Document.h"

#include <algorithm>
#include <unordered_map>

namespace levada::doc {
namespace {

class TreeParser {
public:
  TreeParser(uint32_t file, diag::Engine &engine)
      : file(file), text(engine.sourceMap().text(file)), engine(engine),
        at(markLength(text)) {}

  bool run(Node &root);

private:
  bool header(Node &root);
  bool keyValue(Node &table, const std::string &path);
  bool key(std::vector<Name> &parts);
  bool value(Node &node);
  bool string(Node &node);
  bool checkEscapes(const Literal &literal);
  bool array(Node &node);
  bool inlineTable(Node &node);
  bool scalar(Node &node);
  bool endOfLine();

  Node *find(Node &table, const std::string &key);
  Node::Member &add(Node &table, const Name &key);
  void makeTable(Node &node, Node::Origin origin, SourceRange range);
  bool twice(SourceRange range, const std::string &path, SourceRange first,
             bool header);

  char peek() const { return at < text.size() ? text[at] : '\0'; }
  void blanks() {
    while (peek() == ' ' || peek() == '\t')
      ++at;
  }
  void blanksAndLines();
  bool newline();
  SourceRange range(size_t begin) const {
    return {file, uint32_t(begin), uint32_t(at)};
  }
  bool fail(Fault fault, size_t place) {
    explainSyntax(file, place, fault, engine);
    return false;
  }
  bool fail(Fault fault) { return fail(fault, at); }

  uint32_t file;
  std::string_view text;
  diag::Engine &engine;
  size_t at;
  uint32_t tables = 0;
  std::unordered_map<std::string, std::pair<uint32_t, SourceRange>> index;
};

//===----------------------------------------------------------------------===//
// Tables and their members
//===----------------------------------------------------------------------===//

std::string indexKey(const Node &table, const std::string &key) {
  return fmt::format("{}.{}", table.id, key);
}

Node *TreeParser::find(Node &table, const std::string &key) {
  auto found = index.find(indexKey(table, key));
  return found == index.end() ? nullptr
                              : &table.members[found->second.first].value;
}

Node::Member &TreeParser::add(Node &table, const Name &key) {
  index[indexKey(table, key.text)] = {uint32_t(table.members.size()),
                                      key.range};
  Node::Member &member = table.members.emplace_back();
  member.key = key;
  return member;
}

void TreeParser::makeTable(Node &node, Node::Origin origin, SourceRange range) {
  node.kind = NodeKind::Table;
  node.origin = origin;
  node.range = range;
  node.id = ++tables;
}

bool TreeParser::twice(SourceRange range, const std::string &path,
                       SourceRange first, bool header) {
  auto said = engine.emit(range, diag::DuplicateKey, path);
  said.label(first, "first here");
  if (header)
    said.hint("join the two tables, or rename one");
  return false;
}

/// [a.b.c] or [[a.b.c]], and the lines below it.
bool TreeParser::header(Node &root) {
  size_t begin = at;
  ++at;
  bool list = peek() == '[';
  at += list;
  std::vector<Name> parts;
  blanks();
  if (peek() == ']')
    return fail(Fault::EmptyHeader);
  if (!key(parts))
    return false;
  blanks();
  if (peek() != ']' || (list && text.substr(at, 2) != "]]"))
    return fail(Fault::HeaderEnd);
  at += list ? 2 : 1;
  SourceRange whole = range(begin);
  if (!endOfLine())
    return false;

  Node *table = &root;
  std::string path;
  for (size_t i = 0; i < parts.size(); ++i) {
    bool last = i + 1 == parts.size();
    path += (path.empty() ? "" : ".") + parts[i].text;
    Node *next = find(*table, parts[i].text);
    SourceRange marked = join(parts[0].range, parts[i].range);
    SourceRange first =
        next ? index[indexKey(*table, parts[i].text)].second : SourceRange();
    if (!next) {
      Node &made = add(*table, parts[i]).value;
      makeTable(made, last ? Node::Header : Node::Implicit, whole);
      if (last && list) {
        made.kind = NodeKind::Array;
        made.ofTables = true;
        makeTable(made.items.emplace_back(), Node::Header, whole);
        table = &made.items.back();
      } else {
        table = &made;
      }
    } else if (next->isArray() && next->ofTables && (!last || list)) {
      if (last)
        makeTable(next->items.emplace_back(), Node::Header, whole);
      table = &next->items.back();
    } else if (next->isTable() && !last && next->origin != Node::Inline) {
      table = next;
    } else if (next->isTable() && last && !list &&
               next->origin == Node::Implicit) {
      next->origin = Node::Header;
      next->range = whole;
      table = next;
    } else {
      return twice(marked, path, first, true);
    }
  }
  for (;;) {
    blanksAndLines();
    if (at >= text.size() || peek() == '[')
      return true;
    if (!keyValue(*table, path) || !endOfLine())
      return false;
  }
}

/// key = value, into `table`, which is called `path`.
bool TreeParser::keyValue(Node &table, const std::string &path) {
  std::vector<Name> parts;
  if (!key(parts))
    return false;
  blanks();
  if (peek() != '=')
    return fail(Fault::Equals);
  ++at;
  blanks();
  Node *into = &table;
  std::string whole = path;
  for (size_t i = 0; i < parts.size(); ++i) {
    bool last = i + 1 == parts.size();
    whole += (whole.empty() ? "" : ".") + parts[i].text;
    Node *next = find(*into, parts[i].text);
    if (next && (last || !next->isTable() || next->origin != Node::Dotted))
      return twice(join(parts[0].range, parts[i].range), whole,
                   index[indexKey(*into, parts[i].text)].second, false);
    if (!next) {
      next = &add(*into, parts[i]).value;
      if (!last)
        makeTable(*next, Node::Dotted, parts[i].range);
    }
    into = next;
  }
  return value(*into);
}

//===----------------------------------------------------------------------===//
// Keys, values
//===----------------------------------------------------------------------===//

bool isBareKey(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool TreeParser::key(std::vector<Name> &parts) {
  for (;;) {
    blanks();
    size_t begin = at;
    Name part;
    if (peek() == '"' || peek() == '\'') {
      Node node;
      if (!string(node))
        return false;
      if (text.substr(begin, 3) == "\"\"\"" || text.substr(begin, 3) == "'''")
        return fail(Fault::LongKey, begin);
      part.text = node.text;
    } else {
      while (isBareKey(peek()))
        ++at;
      part.text = text.substr(begin, at - begin);
      if (at == begin)
        return fail(Fault::Key);
    }
    part.range = range(begin);
    parts.push_back(std::move(part));
    size_t end = at;
    blanks();
    if (peek() != '.') {
      at = end;
      return true;
    }
    ++at;
  }
}

bool TreeParser::value(Node &node) {
  switch (peek()) {
  case '"':
  case '\'':
    return string(node);
  case '[':
    return array(node);
  case '{':
    return inlineTable(node);
  default:
    return scalar(node);
  }
}

bool TreeParser::string(Node &node) {
  Literal literal = scanString(text, at);
  if (!literal.closed)
    return fail(Fault::Value);
  for (size_t i = literal.contentBegin(); i < literal.contentEnd(); ++i) {
    uint8_t c = uint8_t(text[i]);
    bool line = literal.quotes == 3 &&
                (c == '\n' || (c == '\r' && text[i + 1] == '\n'));
    if ((c < 0x20 && c != '\t' && !line) || c == 0x7F)
      return fail(Fault::Control, i);
  }
  if (literal.quote == '"' && !checkEscapes(literal))
    return false;
  node.kind = NodeKind::String;
  node.text = decodeString(text, literal).value;
  node.range = {file, uint32_t(literal.begin), uint32_t(literal.end)};
  at = literal.end;
  return true;
}

bool TreeParser::checkEscapes(const Literal &literal) {
  size_t end = literal.contentEnd();
  for (size_t i = literal.contentBegin(); i < end; ++i) {
    if (text[i] != '\\')
      continue;
    size_t slash = i++;
    char c = i < end ? text[i] : '\0';
    if (c == 'u' || c == 'U') {
      size_t digits = c == 'u' ? 4 : 8, seen = 0;
      uint32_t code = 0;
      for (; seen < digits && i + 1 < end && isHexDigit(text[i + 1]); ++seen)
        code = code * 16 + hexDigit(text[++i]);
      if (seen < digits || code > 0x10FFFF ||
          (code >= 0xD800 && code < 0xE000))
        return fail(Fault::CodePoint, slash);
    } else if (std::string_view("btnfr\"\\").find(c) ==
               std::string_view::npos) {
      size_t next = i;
      while (next < end && (text[next] == ' ' || text[next] == '\t'))
        ++next;
      if (next < end && text[next] == '\r')
        ++next;
      if (literal.quotes != 3 || next >= end || text[next] != '\n')
        return fail(Fault::Escape, slash);
    }
  }
  return true;
}

bool TreeParser::array(Node &node) {
  node.kind = NodeKind::Array;
  size_t begin = at++;
  for (;;) {
    blanksAndLines();
    if (peek() == ']' && at < text.size())
      break;
    if (peek() == ',')
      return fail(Fault::Comma);
    if (!value(node.items.emplace_back()))
      return false;
    blanksAndLines();
    if (peek() == ',') {
      ++at;
      continue;
    }
    if (peek() != ']')
      return fail(Fault::ListEnd);
  }
  ++at;
  node.range = range(begin);
  return true;
}

bool TreeParser::inlineTable(Node &node) {
  size_t begin = at++;
  makeTable(node, Node::Inline, {});
  blanks();
  if (peek() != '}') {
    for (;;) {
      blanks();
      if (!isBareKey(peek()) && peek() != '"' && peek() != '\'')
        return fail(Fault::InlineKey);
      if (!keyValue(node, ""))
        return false;
      blanks();
      if (peek() == '}')
        break;
      if (peek() != ',')
        return fail(Fault::InlineEnd);
      ++at;
    }
  }
  ++at;
  node.range = range(begin);
  return true;
}

bool TreeParser::scalar(Node &node) {
  size_t begin = at;
  std::string_view word = scalarWord(text.substr(at));
  if (word.empty())
    return fail(Fault::Value);
  Fault fault = readScalar(word, node);
  if (fault != Fault::None)
    return fail(fault, begin);
  at += word.size();
  node.text = word;
  node.range = range(begin);
  return true;
}

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

bool TreeParser::newline() {
  if (peek() == '\r' && at + 1 < text.size() && text[at + 1] == '\n')
    ++at;
  if (peek() != '\n')
    return false;
  ++at;
  return true;
}

void TreeParser::blanksAndLines() {
  for (;;) {
    blanks();
    if (peek() == '#')
      at = std::min(text.find('\n', at), text.size());
    if (!newline())
      return;
  }
}

bool TreeParser::endOfLine() {
  blanks();
  if (peek() == '#')
    at = std::min(text.find('\n', at), text.size());
  if (at >= text.size() || newline())
    return true;
  return fail(Fault::LineEnd);
}

bool TreeParser::run(Node &root) {
  makeTable(root, Node::Header, {file, uint32_t(at), uint32_t(at)});
  for (;;) {
    blanksAndLines();
    if (at >= text.size())
      return true;
    if (peek() == '[' ? !header(root)
                      : !keyValue(root, "") || !endOfLine())
      return false;
  }
}

} // namespace

std::optional<Node> parseTree(uint32_t buffer, diag::Engine &engine) {
  Node root;
  if (!checkBytes(buffer, engine) || !TreeParser(buffer, engine).run(root))
    return std::nullopt;
  return root;
}

} // namespace levada::doc
