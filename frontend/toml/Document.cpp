//===- Document.cpp - a pipeline file as typed structs ----------------------===//
//
// The top of the file: which tables there are, and [sink.NAME]. A table that is
// read gives a struct even if parts of it are wrong.
//
//===----------------------------------------------------------------------===//
#include "frontend/document/Document.h"

#include "frontend/toml/Options.h"
#include "frontend/toml/Syntax.h"
#include "frontend/toml/Tables.h"
#include "ir/diag/codes/Document.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace levada::doc {

//===----------------------------------------------------------------------===//
// [sink.NAME]
//===----------------------------------------------------------------------===//

void readSink(const Member &table, Reader &reader, Sink &sink) {
  const Words keys = {"from", "select", "primary_key", "time-format"};
  sink.name = table.key;
  sink.range = table.value.range;
  readEndpoint(table, false, keys, reader, sink.endpoint);
  for (const Member &m : table.value.members) {
    if (m.key.text == "from") {
      sink.fromWritten = true;
      if (m.value.isArray())
        reader.wrongType(m.key, m.value, "a string")
            .hint("make a stream with union = […] and name it here");
      else
        sink.from = reader.name(m);
    } else if (m.key.text == "select") {
      sink.selectRange = m.key.range;
      reader.texts(m, sink.select);
    } else if (m.key.text == "primary_key") {
      reader.names(m, sink.primaryKey, true);
    }
  }
}

namespace {

class DocumentReader {
public:
  DocumentReader(uint32_t file, diag::Engine &engine)
      : file(file), engine(engine), reader(engine),
        document(std::make_unique<Document>()) {
    document->file = file;
  }
  std::unique_ptr<Document> run();

private:
  void top(const Member &m);
  void unknownTable(const Member &m);
  void defaultName();
  void checkEnough();
  template <typename T>
  void each(const Member &m, std::vector<T> &out,
            void (*read)(const Member &, Reader &, T &));

  uint32_t file;
  diag::Engine &engine;
  Reader reader;
  std::unique_ptr<Document> document;
  LostNames lost;
};

/// [source.X] …: every member of `m` is a table with a name.
template <typename T>
void DocumentReader::each(const Member &m, std::vector<T> &out,
                          void (*read)(const Member &, Reader &, T &)) {
  std::string kind = m.key.text;
  if (!m.value.isTable()) {
    reader.wrongType(m.key, m.value, "a table")
        .hint(fmt::format("write [{}.NAME]", kind));
    return;
  }
  bool values = std::any_of(
      m.value.members.begin(), m.value.members.end(),
      [](const Member &inner) { return !inner.value.isTable(); });
  bool nameless = false;
  if (values || m.value.members.empty())
    lost.any = true;
  for (const Member &inner : m.value.members) {
    if (inner.value.isArray() && !inner.value.items.empty() &&
        inner.value.items[0].isTable()) {
      lost.names.push_back(inner.key.text);
      reader.wrongType(fmt::format("{} `{}`", kind, inner.key.text),
                       inner.value, "a table")
          .hint(fmt::format("single brackets: [{}.{}]", kind,
                            inner.key.text));
      continue;
    }
    bool keyword = inner.key.text == "connector" || inner.key.text == "from" ||
                   inner.key.text == "columns" || inner.key.text == "format" ||
                   inner.key.text == "select" || inner.key.text == "sql";
    if (values && (keyword || !inner.value.isTable())) {
      if (!nameless)
        engine
            .emit(m.value.range, diag::MissingKey,
                  fmt::format("[{}]", kind), "a name")
            .hint(fmt::format("write [{}.NAME]", kind));
      nameless = true;
      continue;
    }
    if (nameless)
      continue;
    reader.checkName(inner.key);
    read(inner, reader, out.emplace_back());
  }
  if (m.value.members.empty())
    engine
        .emit(m.value.range, diag::MissingKey, fmt::format("[{}]", kind),
              "a name")
        .hint(fmt::format("write [{}.NAME]", kind));
}

void DocumentReader::unknownTable(const Member &m) {
  const Words known = {"pipeline", "source", "stream", "sink", "test"};
  for (const Member &inner : m.value.members)
    lost.names.push_back(inner.key.text);
  auto said = engine.emit(m.key.range, diag::UnknownTable, m.key.text);
  static constexpr std::pair<std::string_view, std::string_view> likely[] = {
      {"sources", "source"}, {"streams", "stream"},   {"sinks", "sink"},
      {"input", "source"},   {"inputs", "source"},    {"output", "sink"},
      {"outputs", "sink"},   {"transform", "stream"}, {"transforms", "stream"},
      {"query", "stream"},   {"view", "stream"},      {"tests", "test"}};
  std::string near = diag::nearest(m.key.text, known);
  for (auto [word, meant] : likely)
    if (m.key.text == word)
      near = meant;
  if (!m.value.isTable() && !m.value.isArray() && near.empty())
    said.hint("keys stand below a header, such as [pipeline]");
  else if (near == "test")
    said.hint("did you mean [[test]]?");
  else if (!near.empty())
    said.hint(near == "pipeline"
                  ? "did you mean [pipeline]?"
                  : fmt::format("did you mean [{}.NAME]?", near));
  said.note("tables: [pipeline], [source.NAME], [stream.NAME], [sink.NAME], "
            "[[test]]");
}

void DocumentReader::top(const Member &m) {
  std::string_view key = m.key.text;
  if (key == "pipeline") {
    if (reader.table(m, "[pipeline]"))
      readPipeline(m, reader, document->pipeline);
  } else if (key == "source") {
    each<Source>(m, document->sources, readSource);
  } else if (key == "stream") {
    each<Stream>(m, document->streams, readStream);
  } else if (key == "sink") {
    each<Sink>(m, document->sinks, readSink);
  } else if (key == "test") {
    if (m.value.isArray())
      for (const Node &item : m.value.items)
        readTest(item, reader, *document);
    else
      reader.wrongType(m.key, m.value, "a list of tables")
          .hint("double brackets: [[test]]");
  } else {
    unknownTable(m);
  }
}

/// `name` is what the state directory is called: by default, as the file.
void DocumentReader::defaultName() {
  if (document->pipeline.name.text.empty())
    document->pipeline.name.text = nameOfFile(engine.sourceMap().path(file));
}

void DocumentReader::checkEnough() {
  if (engine.hasErrors())
    return; // what is there has faults to be seen to first
  SourceRange end{file, 0, 0};
  end.begin = end.end =
      uint32_t(markLength(engine.sourceMap().text(file)));
  bool source = !document->sources.empty(), sink = !document->sinks.empty();
  if (source && sink)
    return;
  if (!source && !sink && document->streams.empty() &&
      document->tests.empty() && !document->pipeline.range.valid())
    engine.emit(end, diag::EmptyPipeline, "the file describes no pipeline")
        .hint("it needs at least a [source.NAME] and a [sink.NAME]");
  else if (!source)
    engine.emit(end, diag::EmptyPipeline, "the pipeline reads nothing")
        .hint("it needs a [source.NAME]");
  else
    engine.emit(end, diag::EmptyPipeline, "the pipeline writes nothing")
        .hint("it needs a [sink.NAME]");
}

std::unique_ptr<Document> DocumentReader::run() {
  std::optional<Node> tree = parseTree(file, engine);
  if (!tree)
    return nullptr;
  for (const Member &m : tree->members)
    top(m);
  defaultName();
  checkReferences(*document, lost, reader);
  checkTests(*document, reader);
  checkEnough();
  return std::move(document);
}

} // namespace

std::unique_ptr<Document> readDocument(uint32_t buffer, diag::Engine &engine) {
  return DocumentReader(buffer, engine).run();
}

bool readTests(uint32_t buffer, Document &document, diag::Engine &engine) {
  std::optional<Node> tree = parseTree(buffer, engine);
  if (!tree)
    return false;
  Reader reader(engine);
  for (const Member &m : tree->members)
    if (m.key.text == "test" && m.value.isArray())
      for (const Node &item : m.value.items)
        readTest(item, reader, document);
    else
      engine.emit(m.key.range, diag::UnknownTable, m.key.text)
          .hint("a file beside a script has [[test]] tables alone");
  checkTests(document, reader);
  return true;
}

std::string testsFileOf(std::string_view script) {
  return std::string(script.substr(0, script.rfind('.'))) + ".test.toml";
}

std::string nameOfFile(std::string_view path) {
  path.remove_prefix(std::min(path.rfind('/') + 1, path.size()));
  path = path.substr(0, path.rfind('.'));
  std::string name;
  for (char c : path)
    name += std::isalnum(uint8_t(c)) || c == '-' ? c : '_';
  if (name.empty() || !(std::isalpha(uint8_t(name[0])) || name[0] == '_'))
    name = "_" + name;
  return name.substr(0, 64);
}

uint32_t loadFile(const std::string &path, diag::Engine &engine) {
  std::string text;
  int error = 0;
  if (std::FILE *file = std::fopen(path.c_str(), "rb")) {
    char block[16384];
    // One byte more than is ever accepted: checkBytes refuses the rest.
    constexpr size_t most = (size_t(4) << 20) + 1;
    while (size_t n = std::fread(block, 1, sizeof block, file)) {
      text.append(block, n);
      if (text.size() > most)
        break;
    }
    if (std::ferror(file))
      error = errno;
    std::fclose(file);
  } else {
    error = errno;
  }
  if (error != 0) {
    std::string why = std::strerror(error);
    why[0] = char(std::tolower(uint8_t(why[0])));
    engine.emit(SourceRange(), diag::UnreadableFile, path, why);
    return 0;
  }
  return engine.sourceMap().addFile(path, std::move(text));
}

std::unique_ptr<Document> loadDocument(const std::string &path,
                                       diag::Engine &engine) {
  uint32_t buffer = loadFile(path, engine);
  return buffer ? readDocument(buffer, engine) : nullptr;
}

//===----------------------------------------------------------------------===//
// Look-up
//===----------------------------------------------------------------------===//

std::string_view Pipeline::setting(std::string_view key) const {
  for (const Setting &s : settings)
    if (s.key.text == key)
      return s.value.text;
  return {};
}

template <typename T>
static const T *named(const std::vector<T> &all, std::string_view name) {
  for (const T &one : all)
    if (one.name.text == name)
      return &one;
  return nullptr;
}

size_t Source::count(Column::Kind kind) const {
  return size_t(std::count_if(columns.begin(), columns.end(), [&](const Column &c) {
    return c.kind == kind;
  }));
}

const Clause *Stream::clause(std::string_view key) const {
  for (const Clause &c : clauses)
    if (c.key.text == key)
      return &c;
  return nullptr;
}

const Source *Document::findSource(std::string_view name) const {
  return named(sources, name);
}
const Stream *Document::findStream(std::string_view name) const {
  return named(streams, name);
}
const Sink *Document::findSink(std::string_view name) const {
  return named(sinks, name);
}

} // namespace levada::doc
