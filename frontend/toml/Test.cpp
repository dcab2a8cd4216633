//===- Test.cpp - [[test]]: what comes in, what must come out ---------------===//
//
// A list of rows for each source and sink by name. A row is a table of its
// columns; what is left out is NULL. A record that is to be bad is written as
// a text, as it would stand in the input.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Tables.h"
#include "ir/diag/codes/Document.h"

#include <algorithm>
#include <unordered_map>

namespace levada::doc {
namespace {

const Words testKeys = {"name", "input", "expect", "expect_late", "expect_bad"};

bool readRows(const Member &m, bool texts, Reader &reader, TestRows &out) {
  out.table = m.key;
  out.range = m.value.range;
  if (!m.value.isArray()) {
    reader.wrongType(m.key, m.value, "a list of rows")
        .hint("such as [{ column = 1 }]");
    return false;
  }
  for (const Node &row : m.value.items)
    if (row.isTable() || (texts && row.isString()))
      out.rows.push_back(row);
    else
      reader.wrongType("each row of " + quoted(m.key.text), row, texts ? "a table or a text" : "a table")
          .hint(texts ? "such as { column = 1 }, or a record as it stands in the input"
                      : "such as { column = 1 }");
  return true;
}

void readLoss(const Member &m, bool rows, Reader &reader, TestLoss &out) {
  out.where = m.key;
  out.range = m.value.range;
  if (rows && m.value.isArray()) {
    out.rows.emplace();
    readRows(m, false, reader, *out.rows);
    out.count = int64_t(out.rows->rows.size());
  } else if (m.value.kind == NodeKind::Integer) {
    out.count = reader.integer(m, 0, INT64_MAX).value_or(0);
  } else {
    reader.wrongType(m.key, m.value, rows ? "a number, or a list of rows" : "a number");
  }
}

/// Whether `name` is one of `known`; says so if not.
void checkName(const Name &name, const diag::Kind &kind, std::string_view what, const Words &known,
               Reader &reader) {
  if (std::find(known.begin(), known.end(), name.text) != known.end())
    return;
  auto said = reader.engine.emit(name.range, kind, name.text);
  if (std::string near = diag::nearest(name.text, known); !near.empty())
    said.hint(fmt::format("did you mean `{}`?", near));
  said.note(std::string(what) + ": " + listed(known));
}

} // namespace

void readTest(const Node &table, Reader &reader, Document &document) {
  if (!table.isTable()) {
    reader.wrongType("`test`", table, "a table").hint("write [[test]]");
    return;
  }
  Test &test = document.tests.emplace_back();
  test.range = table.range;
  test.name.text = fmt::format("test {}", document.tests.size());
  test.name.range = table.range;
  for (const Member &m : table.members) {
    std::string_view key = m.key.text;
    if (key == "name") {
      if (std::optional<Name> name = reader.name(m))
        test.name = *name;
    } else if (key == "input" || key == "expect") {
      bool input = key == "input";
      if (reader.table(m, input ? "input.SOURCE = [{ … }]" : "expect.SINK = [{ … }]"))
        for (const Member &list : m.value.members)
          readRows(list, input, reader, (input ? test.input : test.expect).emplace_back());
    } else if (key == "expect_late" || key == "expect_bad") {
      bool late = key == "expect_late";
      if (reader.table(m, late ? "expect_late.STREAM = 1" : "expect_bad.SOURCE = 1"))
        for (const Member &one : m.value.members)
          readLoss(one, late, reader, (late ? test.late : test.bad).emplace_back());
    } else {
      reader.unknownKey("`test`", m.key, testKeys);
    }
  }
}

/// Whether late rows of the stream can be sent somewhere: the groups of its window leave them.
static bool tellsLateRows(const Document &document, std::string_view name) {
  const Stream *stream = document.findStream(std::string(name));
  if (!stream)
    return !document.findSink(std::string(name));
  return stream->window && !stream->sql && !document.isScript;
}

void checkTests(const Document &document, Reader &reader) {
  Words sources, streams, sinks, both;
  for (const Source &s : document.sources)
    sources.push_back(s.name.text);
  for (const Stream &s : document.streams)
    streams.push_back(s.name.text);
  for (const Sink &s : document.sinks)
    sinks.push_back(s.name.text);
  if (document.isScript) // a query straight under INSERT has the name of its table
    streams.insert(streams.end(), sinks.begin(), sinks.end());
  both = sources;
  both.insert(both.end(), streams.begin(), streams.end());
  std::unordered_map<std::string_view, const Test *> names;
  for (const Test &test : document.tests) {
    if (auto [first, added] = names.try_emplace(test.name.text, &test); !added)
      reader.engine.emit(test.name.range, diag::DuplicateKey, test.name.text)
          .label(first->second->name.range, "first here")
          .hint("results are told by the names of tests");
    for (const TestRows &rows : test.input)
      checkName(rows.table, diag::UnknownInput, "sources", sources, reader);
    for (const TestRows &rows : test.expect)
      checkName(rows.table, diag::UnknownSink, "sinks", sinks, reader);
    for (const TestLoss &loss : test.late) {
      checkName(loss.where, diag::UnknownInput, document.isScript ? "views and tables written" : "streams",
                streams, reader);
      if (loss.rows && !tellsLateRows(document, loss.where.text))
        reader.engine
            .emit(loss.range, diag::WrongValueType, quoted(loss.where.text), "a number", describe(NodeKind::Array))
            .hint("late rows can be told of a [stream.NAME] with `window` and groups");
    }
    for (const TestLoss &loss : test.bad)
      checkName(loss.where, diag::UnknownInput, document.isScript ? "tables and views" : "sources and streams",
                both, reader);
  }
}

} // namespace levada::doc
