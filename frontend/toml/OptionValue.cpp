//===- OptionValue.cpp - one value of an option, of its type ----------------===//
//
// The type comes from the field that the connector declares; the message says
// what it is in the words of the file. Where ${NAME} may stand, the value is
// judged when the executable starts.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Options.h"

#include "frontend/toml/Values.h"
#include "ir/diag/codes/Document.h"

#include <algorithm>

namespace levada::doc {
namespace {

using catalog::Option;
using catalog::OptionType;

Words split(std::string_view text) {
  Words words;
  while (!text.empty()) {
    size_t bar = std::min(text.find('|'), text.size());
    words.emplace_back(text.substr(0, bar));
    text.remove_prefix(std::min(bar + 1, text.size()));
  }
  return words;
}

class OptionReader {
public:
  explicit OptionReader(Reader &reader) : reader(reader), engine(reader.engine) {}
  bool value(const Option &schema, const Node &node, OptionValue &out);

private:
  bool typed(const Option &schema, const Node &node, OptionValue &out);
  bool environment(const Option &schema, OptionValue &out);
  bool fault(const diag::Kind &kind, const OptionValue &out,
             const ValueFault &f);

  Reader &reader;
  diag::Engine &engine;
};

bool OptionReader::fault(const diag::Kind &kind, const OptionValue &out,
                           const ValueFault &f) {
  SourceRange range = out.range;
  if (f.end > f.begin)
    range = {out.source.buffer, uint32_t(f.begin), uint32_t(f.end)};
  auto said = engine.emit(range, kind, f.text);
  if (!f.hint.empty())
    said.hint(f.hint);
  return false;
}

/// True if the value is left to the environment and cannot be judged here.
bool OptionReader::environment(const Option &schema, OptionValue &out) {
  std::vector<EnvironmentSpan> spans;
  ValueFault f;
  if (!findEnvironment(out.text, spans, f)) {
    fault(diag::BadEnvironmentReference, out, f);
    return true;
  }
  for (const EnvironmentSpan &span : spans)
    out.env.push_back({span.name,
                       {out.source.buffer, uint32_t(span.begin),
                        uint32_t(span.end)}});
  return !out.env.empty();
}

bool OptionReader::value(const Option &schema, const Node &node,
                           OptionValue &out) {
  if (node.isString() && schema.type != OptionType::Pattern &&
      node.text.find("${") != std::string::npos) {
    if (!schema.runtime)
      return reader.fixed(quoted(out.key.text), node);
    size_t errors = engine.errors();
    if (environment(schema, out))
      return engine.errors() == errors;
  }
  return typed(schema, node, out);
}

bool OptionReader::typed(const Option &schema, const Node &node,
                           OptionValue &out) {
  auto wrong = [&](std::string_view expected) {
    reader.wrongType(out.key, node, expected);
    return false;
  };
  ValueFault f;
  switch (schema.type) {
  case OptionType::String:
    return node.isString() || wrong("a string");
  case OptionType::Pattern:
    if (!node.isString())
      return wrong("a regular expression in a string");
    if (node.text.empty()) {
      engine.emit(node.range, diag::OutOfRange, quoted(out.key.text),
                  "a regular expression", "an empty string");
      return false;
    }
    return true;
  case OptionType::Bool:
    if (std::optional<bool> value = node.sql ? booleanOf(node.text) : std::nullopt) {
      out.number = *value;
      out.text = *value ? "true" : "false";
      return true;
    }
    if (node.kind != NodeKind::Bool)
      return wrong("true or false");
    out.number = node.integer;
    return true;
  case OptionType::Int:
    if (std::optional<int64_t> value = node.sql ? integerOf(node.text) : std::nullopt) {
      out.number = *value;
      return true;
    }
    if (node.kind != NodeKind::Integer)
      return wrong("an integer");
    out.number = node.integer;
    return true;
  case OptionType::Size:
    if (node.kind == NodeKind::Integer && node.integer >= 0) {
      out.number = node.integer;
      return true;
    }
    if (!node.isString())
      return wrong("a size such as \"64 MB\"");
    if (std::optional<int64_t> bytes = parseSize(node.text, f)) {
      out.number = *bytes;
      return true;
    }
    return fault(diag::BadSize, out, f);
  case OptionType::Duration:
    if (!node.isString())
      return wrong("a duration in a string");
    if (std::optional<int64_t> millis = parseDuration(node.text, f)) {
      out.number = *millis;
      out.text = std::to_string(*millis) + "ms";
      if (*millis >= 0)
        return true;
      engine.emit(node.range, diag::OutOfRange, quoted(out.key.text),
                  "zero or more", printDuration(*millis));
      return false;
    }
    return fault(diag::BadDuration, out, f);
  case OptionType::Enum: {
    Words words = split(schema.values);
    if (node.isTable() || node.isArray() || node.kind == NodeKind::Time)
      return wrong("one word");
    auto at = std::find(words.begin(), words.end(), node.text);
    out.number = at - words.begin();
    if (at != words.end())
      return true;
    auto said = engine.emit(node.range, diag::UnknownChoice,
                            quoted(out.key.text), node.text);
    std::string near = diag::nearest(node.text, words);
    if (!node.sql && (near == "true" || near == "false"))
      said.hint(fmt::format("did you mean {}?", near));
    else if (!near.empty())
      said.hint(fmt::format("did you mean {}?", reader.quotedValue(near)));
    said.note(fmt::format("{} is one of {}", quoted(out.key.text),
                          listed(words)));
    return false;
  }
  case OptionType::Char: {
    if (!node.isString())
      return wrong("one character in a string");
    if (node.text.size() == 1 && uint8_t(node.text[0]) < 0x80) {
      out.number = uint8_t(node.text[0]);
      return true;
    }
    // Flink undoes Java's escapes in delimiters.
    static constexpr std::pair<std::string_view, char> escapes[] = {
        {"\\t", '\t'}, {"\\u0001", 1}, {"\\\\", '\\'}, {"\\u0009", '\t'}};
    for (auto [escape, character] : escapes)
      if (node.sql && node.text == escape) {
        out.number = character;
        out.text = std::string(1, character);
        return true;
      }
    auto said = engine.emit(node.range, diag::OutOfRange, quoted(out.key.text),
                            "one ASCII character",
                            node.text.empty() ? "an empty string"
                                              : quoted(node.text));
    if (!node.sql && node.text == "\\t")
      said.hint("a tab is \"\\t\", between double quotes");
    return false;
  }
  }
  return false;
}

} // namespace

bool readOptionValue(const Option &schema, const Node &node, Reader &reader,
                     OptionValue &out) {
  out.schema = &schema;
  out.range = node.range;
  out.text = node.text;
  if (node.isString())
    out.source = embed(node, reader.sources);
  return OptionReader(reader).value(schema, node, out);
}

} // namespace levada::doc
