//===- Reader.cpp - values of the tree as the types a key expects -----------===//
//
// What a person most likely meant by a value of the wrong type is a small
// table: a number without quotes, a word where a list stands, `"true"`.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Reader.h"

#include "frontend/toml/Values.h"
#include "ir/diag/codes/Document.h"

#include <algorithm>
#include <cctype>

namespace levada::doc {

std::string listed(const Words &words) {
  constexpr size_t most = 24;
  std::string out;
  for (size_t i = 0; i < words.size() && i < most; ++i)
    out += (out.empty() ? "" : ", ") + words[i];
  if (words.size() > most)
    out += fmt::format(" and {} more", words.size() - most);
  return out;
}

std::string quoted(std::string_view key) { return fmt::format("`{}`", key); }

/// What to write instead of `value` where `expected` is wanted, or "".
static std::string typeHint(const Node &value, std::string_view expected) {
  auto wants = [&](std::string_view word) {
    return expected.find(word) != std::string_view::npos;
  };
  bool shortText = value.text.size() <= 40;
  switch (value.kind) {
  case NodeKind::Integer:
    if (wants("duration"))
      return fmt::format("write \"{0}s\" for seconds, \"{0}ms\" for "
                         "milliseconds",
                         value.text);
    [[fallthrough]];
  case NodeKind::Float:
  case NodeKind::Bool:
  case NodeKind::Time:
    if (wants("list of strings"))
      return fmt::format("write [\"{}\"]", value.text);
    if (wants("string"))
      return fmt::format("put it in quotes: \"{}\"", value.text);
    if (wants("true or false") && value.text == "1")
      return "write true";
    return {};
  case NodeKind::String:
    if (wants("list of strings"))
      return shortText ? fmt::format("write [\"{}\"]", value.text)
                       : "put it between [ and ]";
    if ((wants("true or false") &&
         (value.text == "true" || value.text == "false")) ||
        (wants("integer") && !value.text.empty() &&
         value.text.find_first_not_of("0123456789") == std::string::npos))
      return fmt::format("leave out the quotes: {}", value.text);
    if (wants("true or false") && (value.text == "yes" || value.text == "on" ||
                                   value.text == "1" || value.text == "True"))
      return "write true";
    if (wants("true or false") && (value.text == "no" || value.text == "off" ||
                                   value.text == "0" || value.text == "False"))
      return "write false";
    return {};
  case NodeKind::Array:
    if (wants("table") && !value.items.empty() && value.items[0].isTable())
      return "single brackets make a table: [NAME]";
    if (wants("string") && value.items.size() == 1 &&
        value.items[0].isString() && value.items[0].text.size() <= 40)
      return fmt::format("write \"{}\"", value.items[0].text);
    return {};
  case NodeKind::Table:
    return {};
  }
  return {};
}

std::string Reader::assignment(std::string_view key, std::string_view value) const {
  return script ? fmt::format("'{}' = '{}'", key, value) : fmt::format("{} = \"{}\"", key, value);
}

std::string Reader::quotedValue(std::string_view value) const {
  return script ? fmt::format("'{}'", value) : fmt::format("\"{}\"", value);
}

std::optional<int64_t> integerOf(std::string_view text) {
  int64_t value = 0;
  bool minus = text.starts_with('-');
  std::string_view digits = text.substr(minus);
  if (digits.empty() || digits.size() > 18)
    return std::nullopt;
  for (char c : digits) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return minus ? -value : value;
}

std::optional<bool> booleanOf(std::string_view text) {
  std::string lower;
  for (char c : text)
    lower += char(std::tolower(uint8_t(c)));
  if (lower == "true" || lower == "false")
    return lower == "true";
  return std::nullopt;
}

diag::InFlight Reader::wrongType(const std::string &label, const Node &value,
                                 std::string_view expected) {
  if (value.sql)
    return engine.emit(value.range, diag::OutOfRange, label, expected, quotedValue(value.text));
  auto said = engine.emit(value.range, diag::WrongValueType, label, expected,
                          describe(value.kind));
  if (std::string hint = typeHint(value, expected); !hint.empty())
    said.hint(hint);
  return said;
}

diag::InFlight Reader::wrongType(const Name &key, const Node &value,
                                 std::string_view expected) {
  return wrongType(quoted(key.text), value, expected);
}

bool Reader::fixed(const std::string &label, const Node &value) {
  size_t begin = value.text.find("${");
  if (begin == std::string::npos)
    return true;
  size_t end = std::min(value.text.find('}', begin), value.text.size() - 1) + 1;
  Text text = embed(value, sources);
  engine
      .emit({text.buffer, uint32_t(begin), uint32_t(end)},
            diag::EnvironmentHere, label,
            value.text.substr(begin, end - begin));
  return false;
}

std::optional<Name> Reader::name(const Member &m) {
  if (!m.value.isString()) {
    wrongType(m.key, m.value, "a string");
    return std::nullopt;
  }
  if (!fixed(quoted(m.key.text), m.value))
    return std::nullopt;
  return word(m.value, sources);
}

Text Reader::text(const Member &m) {
  if (m.value.isString())
    return embed(m.value, sources);
  wrongType(m.key, m.value, "a string");
  return {};
}

std::optional<bool> Reader::boolean(const Member &m) {
  if (m.value.kind == NodeKind::Bool)
    return m.value.integer != 0;
  if (m.value.sql)
    if (std::optional<bool> value = booleanOf(m.value.text))
      return value;
  wrongType(m.key, m.value, "true or false");
  return std::nullopt;
}

std::optional<int64_t> Reader::integer(const Member &m, int64_t low,
                                       int64_t high) {
  std::optional<int64_t> number;
  if (m.value.kind == NodeKind::Integer)
    number = m.value.integer;
  else if (m.value.sql)
    number = integerOf(m.value.text);
  if (!number) {
    wrongType(m.key, m.value, "an integer");
    return std::nullopt;
  }
  if (*number >= low && *number <= high)
    return number;
  engine.emit(m.value.range, diag::OutOfRange, quoted(m.key.text),
              high == INT64_MAX ? fmt::format("at least {}", low)
                                : fmt::format("from {} to {}", low, high),
              m.value.text);
  return std::nullopt;
}

std::optional<Duration> Reader::duration(const Member &m, Sign sign) {
  if (!m.value.isString()) {
    wrongType(m.key, m.value, "a duration in a string");
    return std::nullopt;
  }
  if (!fixed(quoted(m.key.text), m.value))
    return std::nullopt;
  ValueFault fault;
  std::optional<int64_t> millis = parseDuration(m.value.text, fault);
  if (!millis && m.value.sql) // Flink reads a number as milliseconds
    millis = integerOf(m.value.text);
  if (!millis) {
    SourceRange range = m.value.range;
    if (fault.end > fault.begin) {
      Text text = embed(m.value, sources);
      range = {text.buffer, uint32_t(fault.begin), uint32_t(fault.end)};
    }
    auto said = engine.emit(range, diag::BadDuration, fault.text);
    if (!fault.hint.empty())
      said.hint(fault.hint);
    return std::nullopt;
  }
  if (*millis < 0 ? sign != Sign::Any : *millis == 0 && sign == Sign::Positive) {
    engine.emit(m.value.range, diag::OutOfRange, quoted(m.key.text),
                *millis < 0 && sign == Sign::NotNegative
                    ? "zero or more"
                    : "more than zero",
                printDuration(*millis));
    return std::nullopt;
  }
  return Duration{*millis, m.value.range};
}

std::optional<size_t> Reader::choice(const Member &m, const Words &words) {
  std::string expected = "a string";
  if (!m.value.isString()) {
    wrongType(m.key, m.value, expected).note("one of " + listed(words));
    return std::nullopt;
  }
  if (!fixed(quoted(m.key.text), m.value))
    return std::nullopt;
  auto same = [&](const std::string &word) {
    return word == m.value.text ||
           (m.value.sql && std::equal(word.begin(), word.end(), m.value.text.begin(),
                                      m.value.text.end(), [](char a, char b) {
                                        return std::toupper(uint8_t(a)) == std::toupper(uint8_t(b));
                                      }));
  };
  auto at = std::find_if(words.begin(), words.end(), same);
  if (at != words.end())
    return size_t(at - words.begin());
  auto said = engine.emit(m.value.range, diag::UnknownChoice,
                          quoted(m.key.text), m.value.text);
  if (std::string near = diag::nearest(m.value.text, words); !near.empty())
    said.hint(fmt::format("did you mean {}?", quotedValue(near)));
  said.note(fmt::format("{} is one of {}", quoted(m.key.text), listed(words)));
  return std::nullopt;
}

bool Reader::names(const Member &m, std::vector<Name> &out, bool one) {
  if (one && m.value.isString()) {
    if (!fixed(quoted(m.key.text), m.value))
      return false;
    out.push_back(word(m.value, sources));
    return true;
  }
  if (!m.value.isArray()) {
    wrongType(m.key, m.value, "a list of strings");
    return false;
  }
  if (m.value.items.empty()) {
    engine.emit(m.value.range, diag::EmptyList, quoted(m.key.text));
    return false;
  }
  bool ok = true;
  for (const Node &item : m.value.items) {
    if (!item.isString()) {
      wrongType("each item of " + quoted(m.key.text), item, "a string");
      ok = false;
    } else if (fixed(quoted(m.key.text), item)) {
      out.push_back(word(item, sources));
    } else {
      ok = false;
    }
  }
  return ok;
}

bool Reader::texts(const Member &m, std::vector<Text> &out, bool mayBeEmpty) {
  if (!m.value.isArray()) {
    wrongType(m.key, m.value, "a list of strings");
    return false;
  }
  if (m.value.items.empty() && !mayBeEmpty) {
    engine.emit(m.value.range, diag::EmptyList, quoted(m.key.text));
    return false;
  }
  bool ok = true;
  for (const Node &item : m.value.items) {
    if (item.isString()) {
      out.push_back(embed(item, sources));
    } else {
      wrongType("each item of " + quoted(m.key.text), item, "a string");
      ok = false;
    }
  }
  return ok;
}

bool Reader::table(const Member &m, std::string_view example) {
  if (m.value.isTable())
    return true;
  wrongType(m.key, m.value, "a table").hint(fmt::format("write {}", example));
  return false;
}

void Reader::unknownKey(const std::string &where, const Name &key,
                        const Words &known) {
  auto said = engine.emit(key.range, diag::UnknownKey, where, key.text);
  std::string near = diag::nearest(key.text, known);
  // The end of a longer key, `-` or `_`; or the same word with another ending.
  std::string tail = key.text;
  std::replace(tail.begin(), tail.end(), '_', '-');
  for (const std::string &word : known) {
    if (!near.empty())
      break;
    size_t front = word.size() - std::min(word.size(), tail.size());
    if (front > 1 && (word[front - 1] == '.' || word[front - 1] == '-') &&
        word.compare(front, tail.size(), tail) == 0)
      near = word;
    size_t same = 0;
    while (same < word.size() && same < key.text.size() && word[same] == key.text[same])
      ++same;
    if (same >= 4 && same * 2 >= key.text.size() && same + 2 >= word.size())
      near = word;
  }
  if (near.empty()) { // a table's name, where its keys are listed
    Words tables;
    for (const std::string &word : known)
      if (size_t dot = word.find('.'); dot != std::string::npos)
        tables.push_back(word.substr(0, dot));
    near = diag::nearest(key.text, tables);
  }
  if (!near.empty())
    said.hint(fmt::format("did you mean `{}`?", near));
  said.note("keys: " + listed(known));
}

bool Reader::checkName(const Name &name) {
  std::string fault;
  auto good = [](char c) {
    return std::isalnum(uint8_t(c)) || c == '_' || c == '-';
  };
  auto bad = std::find_if_not(name.text.begin(), name.text.end(), good);
  if (name.text.empty())
    fault = "it is empty";
  else if (bad != name.text.end())
    fault = "it is made of letters, digits, `_` and `-`";
  else if (!std::isalpha(uint8_t(name.text[0])) && name.text[0] != '_')
    fault = "it begins with a letter or `_`";
  else if (name.text.size() > 64)
    fault = "it is longer than 64 characters";
  if (fault.empty())
    return true;
  engine.emit(name.range, diag::BadName, name.text, fault);
  return false;
}

} // namespace levada::doc
