//===- Cases.cpp - a pipeline that reads and writes what its tests say -----===//
#include "tools/levada/test/Cases.h"

#include "ir/diag/codes/Document.h"
#include "tools/levada/test/Rows.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

using namespace levada;
using namespace levada::tool;

/// Reads or writes a file whose path the command line gives.
static void toFile(doc::Endpoint &endpoint, const char *format) {
  const catalog::Connector *files = catalog::findConnector("filesystem");
  bool kept = endpoint.format && endpoint.format->text == format;
  std::vector<doc::OptionValue> options;
  if (kept)
    for (doc::OptionValue &option : endpoint.options)
      for (const catalog::Option &known : endpoint.formatSchema->options)
        if (known.key == option.key.text)
          options.push_back(std::move(option));
  doc::OptionValue path;
  path.key.text = "path";
  for (const catalog::Option &option : files->options)
    if (option.key == "path")
      path.schema = &option;
  path.text = "test.jsonl";
  options.push_back(std::move(path));
  endpoint.options = std::move(options);
  endpoint.connector.text = "filesystem";
  endpoint.schema = files;
  if (kept)
    return;
  endpoint.format.emplace();
  endpoint.format->text = format;
  endpoint.formatSchema = catalog::findFormat(format);
  endpoint.timeFormats.clear();
}

/// The promise of the sinks: these have their rows in sequence order.
static bool inOrder(const doc::Endpoint &endpoint) {
  if (endpoint.connector.text == "stdout" || endpoint.connector.text == "print")
    return true;
  const doc::OptionValue *path = endpoint.find("path");
  if (!path)
    return false;
  llvm::StringRef last = llvm::StringRef(path->text).rsplit('/').second;
  last = last.empty() ? llvm::StringRef(path->text) : last;
  size_t dot = last.rfind('.');
  return !llvm::StringRef(path->text).ends_with("/") && dot != llvm::StringRef::npos && dot > 0;
}

bool Cases::substitute(doc::Document &document, const std::set<std::string> &updating,
                       diag::Engine &engine) {
  for (doc::Source &source : document.sources) {
    bool texts = false;
    const doc::Node *table = nullptr;
    for (const doc::Test &test : document.tests)
      for (const doc::TestRows &rows : test.input)
        if (rows.table.text == source.name.text)
          for (const doc::Node &row : rows.rows)
            (row.isString() ? texts = true : bool(table = &row));
    std::string format = source.endpoint.format ? source.endpoint.format->text : "";
    bool json = format == "json" || format == "changelog-json";
    if (texts && table && !json)
      engine.emit(table->range, diag::WrongValueType, "each row of `" + source.name.text + "`", "a text", "a table")
          .hint("another row is a record as text: with the format `" + format + "` all are, or none");
    if (format == "changelog-json")
      changes_.insert(source.name.text);
    toFile(source.endpoint, texts || json ? format.c_str() : "json");
  }
  for (doc::Sink &sink : document.sinks) {
    TestSink &known = sinks_[sink.name.text];
    known.ordered = inOrder(sink.endpoint);
    known.changes = updating.count(sink.name.text) ||
                    (sink.endpoint.format && sink.endpoint.format->text == "changelog-json");
    toFile(sink.endpoint, known.changes ? "changelog-json" : "json");
  }
  // Late rows that a test spells out and that go nowhere else.
  for (doc::Stream &stream : document.streams) {
    if (stream.late)
      late_[stream.name.text] = stream.late->text;
    for (const doc::Test &test : document.tests)
      for (const doc::TestLoss &loss : test.late) {
        if (loss.where.text != stream.name.text || !loss.rows || stream.late)
          continue;
        doc::Sink sink;
        sink.name.text = "late_rows_of_" + stream.name.text;
        sink.name.range = sink.range = loss.where.range;
        toFile(sink.endpoint, "json");
        stream.late = sink.name;
        late_[stream.name.text] = sink.name.text;
        sinks_[sink.name.text] = {};
        document.sinks.push_back(std::move(sink));
      }
  }
  return !engine.hasErrors();
}

std::string Cases::input(const doc::Source &source, const doc::Test &test) const {
  std::string text;
  for (const doc::TestRows &rows : test.input)
    if (rows.table.text == source.name.text)
      for (const doc::Node &row : rows.rows)
        text += (row.isString() ? row.text : toJson(row)) + "\n";
  return text;
}

std::string Cases::lateSink(const std::string &stream) const {
  auto found = late_.find(stream);
  return found == late_.end() ? "" : found->second;
}
