//===- Source.cpp - [source.NAME] -------------------------------------------===//
//
// Columns keep file order. Their types and expressions stay text; what is
// checked here is their names, and the metadata keys against the connector.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Options.h"
#include "frontend/toml/Tables.h"
#include "ir/diag/codes/Document.h"

#include <algorithm>
#include <unordered_map>

namespace levada::doc {
namespace {

const Words sourceKeys = {"columns",   "computed",    "metadata",
                          "watermark", "primary_key", "on_error",
                          "dead_letter", "partitions", "time-format"};

class SourceReader {
public:
  SourceReader(const Member &table, Reader &reader, Source &source)
      : table(table), reader(reader), source(source) {}

  void run() {
    source.name = table.key;
    source.range = table.value.range;
    readEndpoint(table, true, sourceKeys, reader, source.endpoint);
    for (const Member &m : table.value.members)
      key(m);
    std::vector<Column> ordered;
    for (Column::Kind kind : {Column::Physical, Column::Metadata, Column::Computed})
      for (Column &column : source.columns)
        if (column.kind == kind)
          ordered.push_back(std::move(column));
    source.columns = std::move(ordered);
    readErrorPolicy(table, fmt::format("source `{}`", table.key.text), reader,
                    source.onError);
  }

private:
  void key(const Member &m) {
    std::string_view key = m.key.text;
    if (key == "columns")
      columns(m);
    else if (key == "computed")
      computed(m);
    else if (key == "metadata")
      metadata(m);
    else if (key == "watermark")
      watermark(m);
    else if (key == "primary_key")
      reader.names(m, source.primaryKey, true);
    else if (key == "partitions") {
      source.partitions = reader.integer(m, 1, 1024);
      if (source.partitions)
        reader.engine.emit(m.key.range, diag::NoEffect, "`partitions`")
            .hint("--parallelism spreads the work");
    }
  }

  void columns(const Member &m);
  void computed(const Member &m);
  void metadata(const Member &m);
  void watermark(const Member &m);
  bool newColumn(const Name &name);
  Column &add(Column::Kind kind, const Name &name) {
    Column &added = source.columns.emplace_back();
    added.kind = kind;
    added.name = name;
    return added;
  }

  const Member &table;
  Reader &reader;
  Source &source;
  std::unordered_map<std::string, SourceRange> seen;
};

/// A name that was not declared before; else a message.
bool SourceReader::newColumn(const Name &name) {
  auto [at, added] = seen.emplace(name.text, name.range);
  if (!added)
    reader.engine.emit(name.range, diag::DuplicateColumn, name.text)
        .label(at->second, "first here");
  return added;
}

void SourceReader::columns(const Member &m) {
  source.columnsRange = m.key.range;
  if (!reader.table(m, "columns = { NAME = \"TYPE\" }"))
    return;
  if (m.value.members.empty())
    reader.engine.emit(m.value.range, diag::EmptyList, "`columns`");
  for (const Member &column : m.value.members) {
    if (column.value.isTable() && column.value.members.size() == 1 &&
        column.value.origin == Node::Dotted) {
      // { PM2.5 = "DOUBLE" }: the dot made a table.
      const Member &inner = column.value.members[0];
      reader.wrongType(column.key, column.value, "a type in a string")
          .hint(fmt::format("a name with a dot stands in quotes: \"{}.{}\"",
                            column.key.text, inner.key.text));
      continue;
    }
    if (!column.value.isString()) {
      reader.wrongType(column.key, column.value, "a type in a string")
          .hint(fmt::format("such as {} = \"STRING\"", column.key.text));
      continue;
    }
    Text type = reader.text(column);
    if (newColumn(column.key))
      add(Column::Physical, column.key).type = std::move(type);
  }
}

void SourceReader::computed(const Member &m) {
  if (!reader.table(m, "computed.NAME = \"EXPRESSION\""))
    return;
  for (const Member &column : m.value.members)
    if (Text expr = reader.text(column))
      if (newColumn(column.key))
        add(Column::Computed, column.key).expr = std::move(expr);
}

void SourceReader::metadata(const Member &m) {
  if (!reader.table(m, "metadata.NAME = \"KEY\""))
    return;
  const catalog::Connector *schema = source.endpoint.schema;
  for (const Member &column : m.value.members) {
    std::optional<Name> key = reader.name(column);
    if (!key || !newColumn(column.key))
      continue;
    add(Column::Metadata, column.key).key = *key;
    if (!schema || std::find(schema->metadata.begin(), schema->metadata.end(),
                             key->text) != schema->metadata.end())
      continue;
    Words known(schema->metadata.begin(), schema->metadata.end());
    auto said = reader.engine.emit(key->range, diag::UnknownMetadata,
                                   schema->name, key->text);
    if (std::string near = diag::nearest(key->text, known); !near.empty())
      said.hint(fmt::format("did you mean \"{}\"?", near));
    said.note(known.empty()
                  ? fmt::format("`{}` has no metadata", schema->name)
                  : fmt::format("`{}` metadata: {}", schema->name,
                                listed(known)));
  }
}

void SourceReader::watermark(const Member &m) {
  if (!reader.table(m, "watermark = { on = \"COLUMN\", delay = \"5s\" }"))
    return;
  Watermark result;
  result.range = m.value.range;
  bool hasOn = false, ok = true;
  for (const Member &part : m.value.members) {
    if (part.key.text == "on") {
      hasOn = true;
      std::optional<Name> on = reader.name(part);
      ok &= on.has_value();
      if (on)
        result.on = *on;
    } else if (part.key.text == "delay") {
      result.delay = reader.duration(part, Sign::NotNegative);
    } else {
      reader.unknownKey("`watermark`", part.key, {"on", "delay"});
    }
  }
  if (!hasOn)
    reader.engine.emit(m.value.range, diag::MissingKey, "`watermark`", "`on`")
        .hint("the column that holds the event time");
  if (hasOn && ok)
    source.watermark = result;
}

} // namespace

void readSource(const Member &table, Reader &reader, Source &source) {
  SourceReader(table, reader, source).run();
}

void readErrorPolicy(const Member &table, const std::string &where,
                     Reader &reader, ErrorPolicy &policy) {
  const Member *action = table.value.find("on_error");
  const Member *sink = table.value.find("dead_letter");
  if (sink)
    policy.deadLetter = reader.name(*sink);
  if (!action) {
    if (sink)
      policy.action = OnError::DeadLetter;
    return;
  }
  policy.range = action->value.range;
  std::optional<size_t> index =
      reader.choice(*action, {"fail", "skip", "dead_letter"});
  if (!index)
    return;
  policy.action = OnError(*index);
  if (policy.action == OnError::DeadLetter && !sink)
    reader.engine
        .emit(action->value.range, diag::MissingKey, where, "`dead_letter`")
        .hint("add dead_letter = \"SINK\", the sink for bad rows");
  if (policy.action != OnError::DeadLetter && sink)
    reader.engine
        .emit(action->value.range, diag::ExclusiveKeys, where,
              fmt::format("on_error = \"{}\"", action->value.text),
              "dead_letter")
        .label(sink->key.range, "no row would come here")
        .hint("write \"dead_letter\"");
}

} // namespace levada::doc
