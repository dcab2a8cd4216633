//===- Endpoints.cpp - tables as sources and sinks ---------------------------===//
//
// A table becomes a source where it is read first and a sink where it is first
// written; options are checked then, as Flink does. Another OPTIONS hint is
// another source.
//
//===----------------------------------------------------------------------===//
#include "frontend/script/Session.h"
#include "frontend/toml/Options.h"

#include "ir/diag/codes/Document.h"
#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Script.h"

#include <algorithm>

namespace levada::script {
namespace {

/// Options of Flink's that say how a cluster does the work, by connector or
/// format; a `.` at the end stands for all that begin so.
constexpr std::pair<std::string_view, std::string_view> withoutEffect[] = {
    {"filesystem", "auto-compaction"},
    {"filesystem", "compaction."},
    {"filesystem", "partition.default-name"},
    {"filesystem", "partition.time-extractor."},
    {"filesystem", "sink.parallelism"},
    {"filesystem", "sink.partition-commit."},
    {"filesystem", "sink.rolling-policy.check-interval"},
    {"filesystem", "sink.rolling-policy.inactivity-interval"},
    {"filesystem", "sink.rolling-policy.rollover-interval"},
    {"filesystem", "sink.shuffle-by-partition.enable"},
    {"filesystem", "source.report-statistics"},
    {"print", "sink.parallelism"},
    {"", "scan.parallelism"},
    {"", "scan.watermark."},
    {"", "csv.write-bigdecimal-in-scientific-notation"},
    {"", "json.decode.json-parser.enabled"},
    {"", "raw.endianness"},
};

bool isWithoutEffect(std::string_view connector, std::string_view key) {
  return std::any_of(std::begin(withoutEffect), std::end(withoutEffect), [&](const auto &known) {
    auto [of, name] = known;
    return (of.empty() || of == connector) &&
           (name.ends_with('.') ? key.starts_with(name) : key == name);
  });
}

} // namespace

void Session::readOptions(const Table &table, const sql::Name &name, bool isSource,
                          const std::vector<sql::OptionDef> &hints, doc::Endpoint &endpoint) {
  doc::Member tree;
  tree.key = nameOf(name);
  const sql::CreateTableStatement &s = *table.statement;
  tree.value.range = s.withRange.valid() ? s.withRange : name.range;
  std::vector<sql::OptionDef> options = table.options;
  for (const sql::OptionDef &hint : hints) {
    auto at = std::find_if(options.begin(), options.end(), [&](const sql::OptionDef &option) {
      return option.key.text == hint.key.text;
    });
    if (at == options.end())
      options.push_back(hint);
    else
      *at = hint;
  }
  std::string connector;
  for (const sql::OptionDef &option : options)
    if (option.key.text == "connector")
      connector = option.value.text;
  for (const sql::OptionDef &option : options) {
    if (isWithoutEffect(connector, option.key.text)) {
      engine.emit(option.key.range, diag::OptionWithoutEffect, option.key.text);
      continue;
    }
    tree.value.members.push_back(memberOf(option));
  }
  doc::readEndpoint(tree, isSource, {}, reader, endpoint);
}

std::vector<doc::Column> Session::columnsOf(const Table &table, const doc::Endpoint &endpoint,
                                            bool isSource) {
  std::vector<doc::Column> columns;
  for (const sql::ColumnDef *def : table.columns) {
    doc::Column &column = columns.emplace_back();
    column.name = nameOf(def->name);
    column.isVirtual = def->isVirtual;
    switch (def->kind) {
    case sql::ColumnDef::Physical:
      column.type = doc::Sql<sql::TypeName>(&def->type);
      break;
    case sql::ColumnDef::Computed:
      column.kind = doc::Column::Computed;
      column.expr = doc::Sql<sql::Expr>(def->expr.get());
      break;
    case sql::ColumnDef::Metadata: {
      column.kind = doc::Column::Metadata;
      column.type = doc::Sql<sql::TypeName>(&def->type);
      column.key = def->metadataKey ? nameOf(*def->metadataKey) : column.name;
      if (column.key.text == "file.path") // Flink's name
        column.key.text = "file";
      if (!endpoint.schema || (!isSource && def->isVirtual))
        break;
      auto keys = endpoint.schema->metadata;
      if (isSource && std::find(keys.begin(), keys.end(), column.key.text) != keys.end())
        break;
      if (!isSource) {
        engine.emit(def->range, diag::UnknownMetadata, endpoint.schema->name, column.key.text)
            .hint("it can be read, not written: add VIRTUAL");
        break;
      }
      doc::Words known(keys.begin(), keys.end());
      auto said = engine.emit(column.key.range, diag::UnknownMetadata, endpoint.schema->name,
                              column.key.text);
      if (std::string near = diag::nearest(column.key.text, known); !near.empty())
        said.hint(fmt::format("did you mean '{}'?", near));
      said.note(known.empty() ? fmt::format("`{}` has no metadata", endpoint.schema->name)
                              : fmt::format("`{}` metadata: {}", endpoint.schema->name,
                                            doc::listed(known)));
      break;
    }
    }
  }
  return columns;
}

std::string Session::addSource(Relation &relation, const std::vector<sql::OptionDef> &hints) {
  std::string key;
  for (const sql::OptionDef &hint : hints)
    key += fmt::format("{}:{}={}:{};", hint.key.text.size(), hint.key.text, hint.value.text.size(),
                       hint.value.text);
  auto [at, added] = relation.sourceNames.emplace(key, "");
  if (!added)
    return at->second;
  const Table &table = relation.table;
  at->second = uniqueName(relation.name.text);
  doc::Source &source = document->sources.emplace_back();
  source.name = {at->second, relation.name.range};
  source.range = relation.name.range;
  readOptions(table, relation.name, /*isSource=*/true, hints, source.endpoint);
  source.columns = columnsOf(table, source.endpoint, /*isSource=*/true);
  source.columnsRange = relation.name.range;
  for (const sql::Name &part : table.primaryKey)
    source.primaryKey.push_back(nameOf(part));
  if (table.watermark && table.watermark->column.size() == 1 &&
      table.find(table.watermark->column[0].text)) {
    doc::Watermark watermark;
    watermark.range = table.watermark->range;
    watermark.on = nameOf(table.watermark->column.back());
    watermark.expr = doc::Sql<sql::Expr>(table.watermark->expr.get());
    source.watermark = watermark;
  }
  // Only files lie in directories of their partitions.
  if (!table.partitionedBy.empty() && source.endpoint.connector.text == "filesystem")
    unsupported(table.partitionedBy.front().range, "PARTITIONED BY",
                "files of partition directories are not read; name the folder of one in 'path'");
  return source.name.text;
}

doc::Sink &Session::sinkOf(Relation &relation, const sql::Name &at) {
  if (!relation.writtenAt.valid())
    relation.writtenAt = at.range;
  if (relation.sink != SIZE_MAX)
    return document->sinks[relation.sink];
  const Table &table = relation.table;
  relation.sink = document->sinks.size();
  doc::Sink &sink = document->sinks.emplace_back();
  std::string name = relation.name.text;
  for (int i = 2; document->findSink(name); ++i)
    name = fmt::format("{}_{}", relation.name.text, i);
  sink.name = {name, relation.name.range};
  sink.range = relation.name.range;
  readOptions(table, relation.name, /*isSource=*/false, {}, sink.endpoint);
  sink.columns = columnsOf(table, sink.endpoint, /*isSource=*/false);
  for (const sql::Name &part : table.primaryKey)
    sink.primaryKey.push_back(nameOf(part));
  if (!table.partitionedBy.empty() && sink.endpoint.connector.text == "filesystem")
    unsupported(table.partitionedBy.front().range, "PARTITIONED BY",
                "rows of all partitions go to one folder here, without it");
  return sink;
}

} // namespace levada::script
