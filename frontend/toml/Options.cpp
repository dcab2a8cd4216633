//===- Options.cpp - options checked against the catalogue ------------------===//
//
// Options may be written `csv.header = true`, `csv = { header = true }` or
// under [source.X.csv]: the tree is flattened to whole keys first. While the
// connector or format itself is unknown, its options are not judged.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Options.h"

#include "ir/diag/codes/Document.h"

#include <algorithm>

namespace levada::doc {
namespace {

using catalog::Option;

Words namesOf(std::span<const catalog::Connector> all, bool isSource) {
  Words words;
  for (const catalog::Connector &c : all)
    if (isSource ? c.isSource : c.isSink)
      words.emplace_back(c.name);
  return words;
}

Words keysOf(const catalog::Connector *schema) {
  Words words;
  if (schema)
    for (const Option &option : schema->options)
      words.emplace_back(option.key);
  return words;
}

const Option *findOption(const catalog::Connector *schema,
                         std::string_view key) {
  if (schema)
    for (const Option &option : schema->options)
      if (option.key == key)
        return &option;
  return nullptr;
}

/// Is `prefix` the front of a dotted key of the schema?
bool hasBelow(const catalog::Connector *schema, std::string_view prefix) {
  std::string front = std::string(prefix) + ".";
  if (schema)
    for (const Option &option : schema->options)
      if (option.key.substr(0, front.size()) == front)
        return true;
  return false;
}

/// Connectors that carry bytes need a format; these make rows, or print or
/// drop them, by themselves.
bool needsFormat(std::string_view connector) {
  return connector != "print" && connector != "blackhole" &&
         connector != "datagen" && connector != "nexmark";
}

class EndpointReader {
public:
  EndpointReader(const Member &table, bool isSource, const Words &own,
                 Reader &reader, Endpoint &endpoint)
      : table(table), isSource(isSource), own(own), reader(reader),
        engine(reader.engine), endpoint(endpoint) {}

  void run() {
    readConnector();
    readFormat();
    for (const Member &m : table.value.members) {
      if (m.key.text == "connector" || m.key.text == "format" ||
          std::find(reported.begin(), reported.end(), m.key.text) !=
              reported.end())
        continue;
      constexpr std::string_view ofColumn = "time-format.";
      if (m.key.text == "time-format")
        readTimeFormats(m);
      else if (m.key.text.starts_with(ofColumn)) // 'time-format.COLUMN' of a script
        readTimeFormat({m.key.text.substr(ofColumn.size()), m.key.range}, m);
      else if (std::find(own.begin(), own.end(), m.key.text) == own.end())
        flatten(m.key, m.value);
    }
    checkRequired(endpoint.schema, endpoint.connector.range);
    if (endpoint.format)
      checkRequired(endpoint.formatSchema, endpoint.format->range);
  }

private:
  std::string where() const {
    return fmt::format("{} `{}`", reader.kindOf(isSource), table.key.text);
  }

  bool misspelt(const char *wanted);
  void readConnector();
  void readFormat();
  void readTimeFormats(const Member &m);
  void readTimeFormat(const Name &column, const Member &m);
  void flatten(const Name &key, const Node &value);
  void option(const Name &key, const Node &value);
  void unknown(const Name &key);
  void checkRequired(const catalog::Connector *schema, SourceRange range);

  const Member &table;
  bool isSource;
  const Words &own;
  Reader &reader;
  diag::Engine &engine;
  Endpoint &endpoint;
  Words reported;  ///< keys reported before options are read
  Words attempted; ///< options that are written, rightly or not
  Words meant;     ///< options that a misspelt key was probably meant to be
};

//===----------------------------------------------------------------------===//
// Which connector, which format
//===----------------------------------------------------------------------===//

/// Reports a key that is nearly `wanted`, a key that is missing.
bool EndpointReader::misspelt(const char *wanted) {
  for (const Member &m : table.value.members) {
    if (std::find(own.begin(), own.end(), m.key.text) != own.end() ||
        findOption(endpoint.schema, m.key.text) ||
        diag::nearest(m.key.text, {wanted}).empty())
      continue;
    engine.emit(m.key.range, diag::UnknownKey, where(), m.key.text)
        .hint(fmt::format("did you mean `{}`?", wanted));
    reported.push_back(m.key.text);
    return true;
  }
  return false;
}

void EndpointReader::readConnector() {
  Words fitting = namesOf(catalog::connectors(), isSource);
  std::string note = fmt::format("connectors that {}: {}",
                                 isSource ? "read" : "write", listed(fitting));
  const Member *m = table.value.find("connector");
  if (!m && misspelt("connector"))
    return;
  if (!m) {
    engine
        .emit(table.value.range, diag::MissingKey, where(), "`connector`")
        .hint("such as " + reader.assignment("connector", "filesystem"))
        .note(note);
    return;
  }
  std::optional<Name> name = reader.name(*m);
  if (!name)
    return;
  endpoint.connector = *name;
  const catalog::Connector *schema = catalog::findConnector(name->text);
  if (!schema) {
    auto said = engine.emit(name->range, diag::UnknownConnector, name->text);
    std::string near = diag::nearest(name->text, fitting);
    if (!near.empty())
      said.hint(fmt::format("did you mean {}?", reader.quotedValue(near)));
    else if (name->text == "file" || name->text == "files")
      said.hint("files are read and written by " + reader.quotedValue("filesystem"));
    else if (catalog::findFormat(name->text))
      said.hint("that is a format: " + reader.assignment("format", name->text));
    said.note(note);
  } else if (isSource ? !schema->isSource : !schema->isSink) {
    engine
        .emit(name->range, diag::WrongDirection, name->text,
              isSource ? "read" : "written")
        .hint(reader.script ? (isSource ? "it is for tables that INSERT writes" : "it is for tables that are read")
                            : (isSource ? "it is for sinks" : "it is for sources"))
        .note(note);
  } else {
    endpoint.schema = schema;
  }
}

void EndpointReader::readFormat() {
  const Member *m = table.value.find("format");
  Words fitting = namesOf(catalog::formats(), isSource);
  std::string note = reader.script
                         ? fmt::format("formats that {}: {}", isSource ? "read" : "write",
                                       listed(fitting))
                         : fmt::format("formats for {}: {}", isSource ? "sources" : "sinks",
                                       listed(fitting));
  if (!m) {
    if (!endpoint.schema || !needsFormat(endpoint.connector.text) ||
        misspelt("format"))
      return;
    std::string guess = "json"; // or what the options are of
    for (const Member &key : table.value.members)
      if (catalog::findFormat(key.key.text))
        guess = key.key.text;
    engine
        .emit(table.value.range, diag::MissingKey, where(), "`format`")
        .hint("add " + reader.assignment("format", guess))
        .note(note);
    return;
  }
  std::optional<Name> name = reader.name(*m);
  if (!name)
    return;
  endpoint.format = *name;
  const catalog::Connector *schema = catalog::findFormat(name->text);
  if (!schema) {
    auto said = engine.emit(name->range, diag::UnknownFormat, name->text);
    std::string near = diag::nearest(name->text, fitting);
    if (near.empty() && (name->text == "jsonl" || name->text == "ndjson"))
      near = "json";
    if (!near.empty())
      said.hint(fmt::format("did you mean {}?", reader.quotedValue(near)));
    said.note(note);
  } else if (isSource ? !schema->isSource : !schema->isSink) {
    engine
        .emit(name->range, diag::WrongDirection, name->text,
              isSource ? "read" : "written")
        .note(note);
  } else {
    endpoint.formatSchema = schema;
  }
}

void EndpointReader::readTimeFormats(const Member &m) {
  if (!reader.table(m, "time-format.COLUMN = \"yyyy-MM-dd HH:mm:ss\""))
    return;
  for (const Member &column : m.value.members)
    readTimeFormat(column.key, column);
}

void EndpointReader::readTimeFormat(const Name &column, const Member &m) {
  if (Text pattern = reader.text(m))
    endpoint.timeFormats.push_back({column, std::move(pattern)});
}

//===----------------------------------------------------------------------===//
// Which option
//===----------------------------------------------------------------------===//

void EndpointReader::flatten(const Name &key, const Node &value) {
  bool known = findOption(endpoint.schema, key.text) ||
               findOption(endpoint.formatSchema, key.text);
  if (known || !value.isTable()) {
    option(key, value);
    return;
  }
  bool front = hasBelow(endpoint.schema, key.text) ||
               hasBelow(endpoint.formatSchema, key.text) ||
               catalog::findFormat(key.text) ||
               catalog::findConnector(key.text);
  std::string_view text = reader.sources.text(key.range.buffer);
  for (const Member &m : value.members) {
    Name whole{key.text + "." + m.key.text, m.key.range};
    // `csv.header` on one line is marked whole; the first part is known by
    // the first place it stands at only.
    std::string before = key.text + ".";
    uint32_t begin = m.key.range.begin;
    if (begin >= before.size() &&
        text.substr(begin - before.size(), before.size()) == before)
      whole.range.begin -= uint32_t(before.size());
    else if (!front && value.origin == Node::Inline)
      whole.range = key.range;
    flatten(whole, m.value);
  }
  if (value.members.empty() && !front)
    unknown(key);
}

void EndpointReader::option(const Name &key, const Node &node) {
  const Option *schema = findOption(endpoint.schema, key.text);
  if (!schema)
    schema = findOption(endpoint.formatSchema, key.text);
  if (!schema) {
    unknown(key);
    return;
  }
  attempted.push_back(key.text);
  OptionValue out;
  out.key = key;
  if (readOptionValue(*schema, node, reader, out))
    endpoint.options.push_back(std::move(out));
}

void EndpointReader::unknown(const Name &key) {
  size_t dot = key.text.find('.');
  std::string front = key.text.substr(0, std::min(dot, key.text.size()));
  const catalog::Connector *format = endpoint.formatSchema;
  if (dot != std::string::npos && format && front == format->name) {
    std::string rest = key.text.substr(dot + 1);
    Words keys = keysOf(format);
    auto said = engine.emit(key.range, diag::UnknownOption, front, rest);
    if (std::string near = diag::nearest(key.text, keys); !near.empty()) {
      said.hint(fmt::format("did you mean `{}`?", near));
      meant.push_back(near);
    }
    said.note(keys.empty()
                  ? fmt::format("`{}` has no options", front)
                  : fmt::format("`{}` options: {}", front, listed(keys)));
    return;
  }
  if (dot != std::string::npos && catalog::findFormat(front)) {
    if (!format && (table.value.find("format") ||
                    needsFormat(endpoint.connector.text)))
      return; // the format was the mistake
    auto said = engine.emit(key.range, diag::UnknownOption,
                            endpoint.connector.text.empty()
                                ? where()
                                : endpoint.connector.text,
                            key.text);
    if (endpoint.format)
      said.hint(fmt::format("it is of the format {}, but `format` is {}",
                            reader.quotedValue(front), reader.quotedValue(endpoint.format->text)));
    else
      said.hint("it needs " + reader.assignment("format", front));
    return;
  }
  if (!endpoint.schema)
    return; // the connector was the mistake
  Words keys = keysOf(endpoint.schema), candidates = keys;
  for (const std::string &k : keysOf(format))
    candidates.push_back(k);
  for (const std::string &k : own)
    candidates.push_back(k);
  candidates.insert(candidates.end(), {"connector", "format"});
  auto said = engine.emit(key.range, diag::UnknownOption,
                          endpoint.connector.text, key.text);
  std::string near = diag::nearest(key.text, candidates);
  if (near.empty() && format) {
    std::string prefixed = std::string(format->name) + "." + key.text;
    near = diag::nearest(prefixed, keysOf(format));
  }
  if (!near.empty())
    said.hint(fmt::format("did you mean `{}`?", near));
  meant.push_back(near);
  if (keys.empty())
    said.note(fmt::format("`{}` has no options", endpoint.connector.text));
  else
    said.note(fmt::format("`{}` options: {}", endpoint.connector.text,
                          listed(keys)));
  if (Words more = keysOf(format); !more.empty())
    said.note(fmt::format("`{}` options: {}", format->name, listed(more)));
  if (!reader.script)
    said.note(fmt::format("keys of a {}: connector, format, {}",
                          isSource ? "source" : "sink", listed(own)));
}

void EndpointReader::checkRequired(const catalog::Connector *schema,
                                   SourceRange range) {
  if (!schema)
    return;
  for (const Option &option : schema->options) {
    if (!option.required)
      continue;
    if (std::find(meant.begin(), meant.end(), option.key) != meant.end())
      continue;
    if (std::find(attempted.begin(), attempted.end(), option.key) !=
        attempted.end())
      continue;
    auto said = engine.emit(range, diag::MissingOption, schema->name,
                            option.key);
    if (!option.doc.empty())
      said.note(fmt::format("`{}`: {}", option.key, option.doc));
  }
}

} // namespace

void readEndpoint(const Member &table, bool isSource, const Words &own,
                  Reader &reader, Endpoint &endpoint) {
  EndpointReader(table, isSource, own, reader, endpoint).run();
}

const OptionValue *Endpoint::find(std::string_view key) const {
  for (const OptionValue &option : options)
    if (option.key.text == key)
      return &option;
  return nullptr;
}

} // namespace levada::doc
