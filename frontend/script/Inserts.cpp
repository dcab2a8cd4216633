//===- Inserts.cpp - INSERT, CREATE TABLE AS, SELECT -------------------------===//
//
// The statements that make a program. A SELECT alone prints its rows: as they
// come (`print`), or in batch mode as a table.
//
//===----------------------------------------------------------------------===//
#include "frontend/script/Session.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Script.h"

namespace levada::script {

void Session::insert(sql::InsertStatement &s) {
  settingsFor(s.range);
  resolve(*s.query, nullptr);
  Relation *relation = lookup(s.table, "table");
  if (!relation)
    return;
  const sql::Name &name = s.table.back();
  if (relation->isView) {
    engine.emit(name.range, diag::OtherRelation, name.text, "view")
        .label(relation->name.range, "created here")
        .hint("INSERT writes tables");
    return;
  }
  if (s.overwrite)
    unsupported(s.range, "INSERT OVERWRITE", "a finished run's files are replaced by the next run");
  if (!s.partition.empty())
    unsupported(s.partition.front().first.range, "PARTITION in INSERT",
                "write its values into the query: SELECT …, " + s.partition.front().first.text + " …");
  for (const sql::Hint &hint : s.hints)
    if (hint.name.text == "OPTIONS")
      unsupported(hint.range, "OPTIONS for an INSERT", "put them into WITH of the table");
  doc::Sink &sink = sinkOf(*relation, name);
  doc::Insert &written = sink.inserts.emplace_back();
  written.range = name.range;
  written.query = doc::Sql<sql::Query>(s.query.get());
  std::map<std::string_view, SourceRange> seen;
  doc::Words names;
  for (const sql::ColumnDef *column : relation->table.columns)
    if (column->kind == sql::ColumnDef::Physical)
      names.push_back(column->name.text);
  for (const sql::Name &column : s.columns) {
    const sql::ColumnDef *def = relation->table.find(column.text);
    if (auto [at, added] = seen.emplace(column.text, column.range); !added) {
      engine.emit(column.range, diag::RepeatedColumn, column.text)
          .label(at->second, "the first one");
    } else if (!def) {
      auto said = engine.emit(column.range, diag::UnknownColumn, column.text);
      if (std::string near = diag::nearest(column.text, names); !near.empty())
        said.hint(fmt::format("did you mean `{}`?", near));
      said.note(fmt::format("columns of `{}`: {}", name.text, doc::listed(names)));
    } else if (def->kind != sql::ColumnDef::Physical) {
      engine.emit(column.range, diag::TableDefinition,
                  fmt::format("`{}` is {}, and INSERT writes columns that are stored", column.text,
                              def->kind == sql::ColumnDef::Computed ? "computed" : "metadata"))
          .label(def->range, "declared here");
    } else {
      written.columns.push_back(nameOf(column));
      continue;
    }
    sink.inserts.pop_back();
    return;
  }
}

/// CREATE TABLE t WITH (…) AS SELECT: the query's columns are the table's.
void Session::createAs(sql::CreateTableStatement &s, Relation &relation) {
  settingsFor(s.range);
  resolve(*s.asQuery, nullptr);
  if (!relation.table.columns.empty())
    unsupported(relation.table.columns.front()->range, "CREATE TABLE AS with columns of its own",
                "leave them out, or write CREATE TABLE and INSERT INTO");
  doc::Sink &sink = sinkOf(relation, relation.name);
  sink.columns.clear();
  doc::Insert &written = sink.inserts.emplace_back();
  written.range = relation.name.range;
  written.query = doc::Sql<sql::Query>(s.asQuery.get());
}

void Session::select(sql::QueryStatement &s) {
  settingsFor(s.range);
  resolve(*s.query, nullptr);
  auto mode = firstSettings.find("execution.runtime-mode");
  bool batch = mode != firstSettings.end() && mode->second.value.text == "BATCH";
  doc::Sink &sink = document->sinks.emplace_back();
  std::string name = "select";
  for (int i = 2; document->findSink(name) != &sink && document->findSink(name); ++i)
    name = fmt::format("select_{}", i);
  sink.name = {name, s.query->range};
  sink.range = s.query->range;
  sink.endpoint.connector = {batch ? "stdout" : "print", s.query->range};
  sink.endpoint.schema = catalog::findConnector(sink.endpoint.connector.text);
  if (batch) {
    sink.endpoint.format = doc::Name{"table", s.query->range};
    sink.endpoint.formatSchema = catalog::findFormat("table");
  }
  doc::Insert &written = sink.inserts.emplace_back();
  written.range = s.query->range;
  written.query = doc::Sql<sql::Query>(s.query.get());
}

} // namespace levada::script
