//===- Rows.cpp - rows of tests: written, read, compared -------------------===//
#include "tools/levada/test/Rows.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/JSON.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

using namespace levada;
using namespace levada::doc;

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

namespace {

/// Keeps the order of members and the digits of numbers.
class JsonReader {
public:
  explicit JsonReader(std::string_view text) : text(text) {}
  bool whole(Node &out) {
    bool null = false;
    return value(out, null) && !null && (blanks(), at == text.size());
  }

private:
  void blanks() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r'))
      ++at;
  }
  bool take(char c) {
    blanks();
    if (at == text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }
  bool word(std::string_view w) {
    if (text.substr(at, w.size()) != w)
      return false;
    at += w.size();
    return true;
  }
  bool string(std::string &out) {
    size_t begin = at;
    if (!take('"'))
      return false;
    while (at < text.size() && text[at] != '"')
      at += text[at] == '\\' ? 2 : 1;
    if (at >= text.size())
      return false;
    ++at;
    llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(text.substr(begin, at - begin));
    if (!parsed) {
      llvm::consumeError(parsed.takeError());
      return false;
    }
    out = parsed->getAsString().value_or("").str();
    return true;
  }
  bool value(Node &out, bool &null);

  std::string_view text;
  size_t at = 0;
};

bool JsonReader::value(Node &out, bool &null) {
  blanks();
  char c = at < text.size() ? text[at] : 0;
  if (c == '"') {
    out.kind = NodeKind::String;
    return string(out.text);
  }
  if (c == '{') {
    ++at;
    out.kind = NodeKind::Table;
    if (take('}'))
      return true;
    do {
      Node::Member m;
      bool none = false;
      blanks();
      if (!string(m.key.text) || !take(':') || !value(m.value, none))
        return false;
      if (!none)
        out.members.push_back(std::move(m));
    } while (take(','));
    return take('}');
  }
  if (c == '[') {
    ++at;
    out.kind = NodeKind::Array;
    if (take(']'))
      return true;
    do {
      Node item;
      bool none = false;
      if (!value(item, none))
        return false;
      if (none) { // no value of TOML
        item.kind = NodeKind::Table;
        item.text = "null";
      }
      out.items.push_back(std::move(item));
    } while (take(','));
    return take(']');
  }
  if (word("null"))
    return null = true;
  if (word("true") || word("false")) {
    out.kind = NodeKind::Bool;
    out.integer = text[at - 2] == 'u';
    out.text = out.integer ? "true" : "false";
    return true;
  }
  size_t begin = at;
  while (at < text.size() && (llvm::isDigit(text[at]) || llvm::StringRef("+-.eE").contains(text[at])))
    ++at;
  out.text = text.substr(begin, at - begin);
  bool whole = out.text.find_first_of(".eE") == std::string::npos;
  out.kind = whole ? NodeKind::Integer : NodeKind::Float;
  out.integer = std::strtoll(out.text.c_str(), nullptr, 10);
  out.number = std::strtod(out.text.c_str(), nullptr);
  return at > begin;
}

} // namespace

std::optional<Node> tool::parseJson(std::string_view text) {
  Node node;
  if (!JsonReader(text).whole(node))
    return std::nullopt;
  return node;
}

static std::string quoted(const std::string &text) {
  return llvm::formatv("{0}", llvm::json::Value(llvm::json::fixUTF8(text))).str();
}

std::string tool::toJson(const Node &node) {
  std::string out;
  switch (node.kind) {
  case NodeKind::String:
  case NodeKind::Time:
    return quoted(node.text);
  case NodeKind::Integer:
    return std::to_string(node.integer);
  case NodeKind::Bool:
    return node.integer ? "true" : "false";
  case NodeKind::Float:
    if (node.text.find("inf") != std::string::npos)
      return node.text[0] == '-' ? "\"-Infinity\"" : "\"Infinity\"";
    if (node.text.find("nan") != std::string::npos)
      return "\"NaN\"";
    for (char c : node.text)
      if (c != '_' && !(c == '+' && out.empty()))
        out += c;
    return out;
  case NodeKind::Array:
    for (const Node &item : node.items)
      out += (out.empty() ? "" : ",") + toJson(item);
    return "[" + out + "]";
  case NodeKind::Table:
    for (const Node::Member &m : node.members)
      out += (out.empty() ? "" : ",") + quoted(m.key.text) + ":" + toJson(m.value);
    return "{" + out + "}";
  }
  return out;
}

std::string tool::toToml(const Node &node) {
  std::string out;
  switch (node.kind) {
  case NodeKind::String:
    return quoted(node.text);
  case NodeKind::Array:
    for (const Node &item : node.items)
      out += (out.empty() ? "" : ", ") + toToml(item);
    return "[" + out + "]";
  case NodeKind::Table:
    if (!node.text.empty())
      return node.text; // null in a list
    for (const Node::Member &m : node.members) {
      bool bare = !m.key.text.empty() && llvm::all_of(m.key.text, [](char c) {
        return llvm::isAlnum(c) || c == '_' || c == '-';
      });
      out += (out.empty() ? " " : ", ") + (bare ? m.key.text : quoted(m.key.text)) + " = " + toToml(m.value);
    }
    return out.empty() ? "{}" : "{" + out + " }";
  default:
    return node.text;
  }
}

//===----------------------------------------------------------------------===//
// Comparing
//===----------------------------------------------------------------------===//

/// A number without what does not change its value: "-12.5", "3"; "" with an exponent.
static std::string plainNumber(std::string_view text) {
  std::string digits;
  bool minus = false, point = false;
  for (char c : text) {
    if (c == '_' || c == '+')
      continue;
    if (c == '-' && digits.empty())
      minus = true;
    else if (c == '.' || llvm::isDigit(c))
      digits += c, point |= c == '.';
    else
      return {};
  }
  if (point)
    digits.erase(digits.find_last_not_of('0') + 1);
  if (!digits.empty() && digits.back() == '.')
    digits.pop_back();
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty() || digits[0] == '.')
    digits.insert(0, "0");
  return minus && digits != "0" ? "-" + digits : digits;
}

static bool sameNumber(const Node &a, const Node &b) {
  if (a.kind == NodeKind::Integer && b.kind == NodeKind::Integer)
    return a.integer == b.integer && plainNumber(b.text) == std::to_string(b.integer);
  std::string x = plainNumber(a.text), y = plainNumber(b.text);
  if (!x.empty() && !y.empty())
    return x == y;
  char *end = nullptr;
  double p = std::strtod(a.text.c_str(), &end), q = std::strtod(b.text.c_str(), nullptr);
  return end != a.text.c_str() && p == q;
}

/// A date, a time, or both with an offset or none: parts that can be compared.
/// "" for any other text.
static std::string timeKey(std::string_view text) {
  std::string digits;
  for (char c : text)
    digits += llvm::isDigit(c) ? '0' : c;
  llvm::StringRef shape(digits);
  int64_t days = 0, seconds = 0;
  bool date = shape.consume_front("0000-00-00"), clock = false;
  if (date) {
    int64_t y = std::atoi(std::string(text.substr(0, 4)).c_str()), m = std::atoi(std::string(text.substr(5, 2)).c_str()),
            d = std::atoi(std::string(text.substr(8, 2)).c_str());
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400, of = y - era * 400;
    days = era * 146097 + of * 365 + of / 4 - of / 100 + (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    if (!shape.empty() && !shape.consume_front("T") && !shape.consume_front("t") && !shape.consume_front(" "))
      return {};
  }
  size_t at = text.size() - shape.size();
  std::string fraction, zone;
  if (shape.consume_front("00:00:00")) {
    clock = true;
    auto two = [&](size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
    seconds = two(at) * 3600 + two(at + 3) * 60 + two(at + 6);
    at += 8;
    if (shape.consume_front(".")) {
      ++at;
      while (shape.consume_front("0"))
        fraction += text[at++];
      fraction.erase(fraction.find_last_not_of('0') + 1);
    }
    if (shape == "Z" || shape == "z")
      zone = "Z", shape = {};
    else if (shape == "+00:00" || shape == "-00:00") {
      seconds -= (shape[0] == '-' ? -1 : 1) * (two(at + 1) * 3600 + two(at + 4) * 60);
      zone = "Z", shape = {};
    }
  }
  if (!shape.empty() || (!date && !clock))
    return {};
  return fmt::format("{}{} {}.{}{}", date, clock, days * 86400 + seconds, fraction, zone);
}

bool tool::sameValue(const Node &expected, const Node &found) {
  if (found.kind == NodeKind::Table && !found.text.empty())
    return false; // NULL in a list
  switch (found.kind) {
  case NodeKind::String:
  case NodeKind::Time: {
    if (expected.kind == NodeKind::Float || expected.kind == NodeKind::Integer)
      return llvm::StringRef(toJson(expected)) == "\"" + found.text + "\"" || sameNumber(expected, found);
    if (expected.kind != NodeKind::String && expected.kind != NodeKind::Time)
      return false;
    if (expected.text == found.text)
      return true;
    std::string key = timeKey(expected.text);
    return !key.empty() && key == timeKey(found.text);
  }
  case NodeKind::Integer:
  case NodeKind::Float:
    return (expected.kind == NodeKind::Integer || expected.kind == NodeKind::Float || expected.isString()) &&
           sameNumber(expected, found);
  case NodeKind::Bool:
    return expected.kind == NodeKind::Bool && expected.integer == found.integer;
  case NodeKind::Array:
    return expected.isArray() && expected.items.size() == found.items.size() &&
           std::equal(expected.items.begin(), expected.items.end(), found.items.begin(), sameValue);
  case NodeKind::Table:
    if (!expected.isTable() || expected.members.size() != found.members.size())
      return false;
    for (const Node::Member &m : expected.members) {
      const Node::Member *other = found.find(m.key.text);
      if (!other || !sameValue(m.value, other->value))
        return false;
    }
    return true;
  }
  return false;
}

/// Rows in any order: each found one is that of the first expected one left.
static std::vector<tool::RowDiff> compareSets(const std::vector<Node> &expected, const std::vector<Node> &found) {
  std::vector<tool::RowDiff> diff;
  std::vector<bool> used(found.size());
  bool alike = expected.size() == found.size();
  for (size_t i = 0; i < expected.size(); ++i) {
    size_t j = 0;
    while (j < found.size() && (used[j] || !tool::sameValue(expected[i], found[j])))
      ++j;
    if (j < found.size())
      used[j] = true;
    alike &= j < found.size();
    diff.push_back({j < found.size() ? ' ' : '-', i});
  }
  for (size_t j = 0; j < found.size(); ++j)
    if (!used[j])
      diff.push_back({'+', j});
  return alike ? std::vector<tool::RowDiff>() : diff;
}

std::vector<tool::RowDiff> tool::compareRows(const std::vector<Node> &expected,
                                             const std::vector<Node> &found, bool ordered) {
  if (!ordered)
    return compareSets(expected, found);
  size_t n = expected.size(), m = found.size(), begin = 0;
  while (begin < n && begin < m && sameValue(expected[begin], found[begin]))
    ++begin;
  if (begin == n && begin == m)
    return {};
  std::vector<RowDiff> diff;
  for (size_t i = 0; i < begin; ++i)
    diff.push_back({' ', i});
  // The longest common subsequence of the rest; of very many rows, none.
  size_t rows = n - begin, columns = m - begin;
  bool small = rows * columns <= 4000000;
  std::vector<uint32_t> longest((small ? rows + 1 : 1) * (small ? columns + 1 : 1));
  auto at = [&](size_t i, size_t j) -> uint32_t & { return longest[i * (columns + 1) + j]; };
  for (size_t i = rows; small && i-- > 0;)
    for (size_t j = columns; j-- > 0;)
      at(i, j) = sameValue(expected[begin + i], found[begin + j]) ? at(i + 1, j + 1) + 1
                                                                   : std::max(at(i + 1, j), at(i, j + 1));
  size_t i = 0, j = 0;
  while (i < rows || j < columns) {
    bool both = small && i < rows && j < columns && sameValue(expected[begin + i], found[begin + j]);
    if (both) {
      diff.push_back({' ', begin + i});
      ++i, ++j;
    } else if (i < rows && (j == columns || !small || at(i + 1, j) >= at(i, j + 1)))
      diff.push_back({'-', begin + i++});
    else
      diff.push_back({'+', begin + j++});
  }
  return diff;
}
