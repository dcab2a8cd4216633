//===- Session.cpp - a script's statements, one after another ----------------===//
//
// Plain INSERTs are jobs of their own in Flink; here all of a script are one
// program, as if a statement set were around them.
//
//===----------------------------------------------------------------------===//
#include "frontend/script/Session.h"

#include "frontend/sql/Parser.h"
#include "ir/diag/codes/Document.h"
#include "ir/diag/codes/Script.h"

#include <algorithm>

namespace levada {

std::unique_ptr<doc::Document> doc::readScript(uint32_t buffer, diag::Engine &engine) {
  if (!isPlainText(buffer, engine, /*nul=*/true))
    return nullptr;
  return readScript(sql::parseScript(buffer, engine), engine, nullptr);
}

std::unique_ptr<doc::Document> doc::readScript(sql::Script script, diag::Engine &engine,
                                               FileTables files) {
  return script::Session(std::move(script), engine, std::move(files)).run();
}

namespace script {

Session::Session(sql::Script script, diag::Engine &engine, doc::FileTables files)
    : engine(engine), files(std::move(files)), reader(engine, /*script=*/true),
      document(std::make_unique<doc::Document>()) {
  document->file = script.buffer;
  document->isScript = true;
  document->script = std::move(script);
}

std::unique_ptr<doc::Document> Session::run() {
  for (const sql::StatementPtr &s : document->script.statements)
    statement(*s, /*inSet=*/false);
  finish();
  for (sql::StatementPtr &made : fileTables) // their trees belong to the document
    document->script.statements.push_back(std::move(made));
  return std::move(document);
}

void Session::unsupported(SourceRange range, const std::string &what, const std::string &hint) {
  auto said = engine.emit(range, diag::UnsupportedStatement, what);
  if (!hint.empty())
    said.hint(hint);
}

void Session::statement(sql::Statement &s, bool inSet) {
  using sql::StatementKind;
  switch (s.kind) {
  case StatementKind::CreateTable:
    return createTable(static_cast<sql::CreateTableStatement &>(s));
  case StatementKind::CreateView:
    return createView(static_cast<sql::CreateViewStatement &>(s));
  case StatementKind::CreateFunction: {
    auto &f = static_cast<sql::CreateFunctionStatement &>(s);
    return unsupported(s.range, "CREATE FUNCTION",
                       fmt::format("`{}` is a Java or Python class, and there is no place for it in "
                                   "the program",
                                   f.className.text));
  }
  case StatementKind::CreateCatalog:
  case StatementKind::CreateDatabase: {
    auto &space = static_cast<sql::CreateSpaceStatement &>(s);
    bool database = s.kind == StatementKind::CreateDatabase;
    if (database && space.ifNotExists && !space.name.empty() && space.name.back().text == databaseName)
      return;
    return unsupported(s.range, database ? "CREATE DATABASE" : "CREATE CATALOG",
                       fmt::format("the only {} is `{}`", database ? "database" : "catalog",
                                   database ? databaseName : catalogName));
  }
  case StatementKind::Drop:
    return drop(static_cast<sql::DropStatement &>(s));
  case StatementKind::Set:
    return set(static_cast<sql::SetStatement &>(s));
  case StatementKind::Reset:
    return reset(static_cast<sql::ResetStatement &>(s));
  case StatementKind::Use:
    return use(static_cast<sql::UseStatement &>(s));
  case StatementKind::Insert:
    return insert(static_cast<sql::InsertStatement &>(s));
  case StatementKind::StatementSet:
    for (const sql::StatementPtr &one : static_cast<sql::StatementSetStatement &>(s).statements)
      statement(*one, /*inSet=*/true);
    return;
  case StatementKind::Query:
    return select(static_cast<sql::QueryStatement &>(s));
  case StatementKind::Explain:
    engine.emit(s.range, diag::StatementWithoutEffect, "EXPLAIN")
        .hint("`levada explain FILE` shows the plan of the script");
    return;
  case StatementKind::Analyze:
    engine.emit(s.range, diag::StatementWithoutEffect, "ANALYZE")
        .hint("plans are made without statistics");
    return;
  case StatementKind::Other: {
    const std::string &what = static_cast<sql::OtherStatement &>(s).what;
    if (what.starts_with("SHOW") || what.starts_with("DESC") || what.starts_with("HELP") ||
        what.starts_with("QUIT") || what.starts_with("EXIT") || what.starts_with("CLEAR")) {
      engine.emit(s.range, diag::StatementWithoutEffect, what)
          .hint("it is for a person at Flink's client");
      return;
    }
    return unsupported(s.range, what);
  }
  }
}

void Session::use(const sql::UseStatement &s) {
  if (s.what == sql::UseStatement::Modules) {
    for (const sql::Name &name : s.name)
      if (name.text != "core")
        engine.emit(name.range, diag::OtherSpace, "module", name.text)
            .hint("built-in functions are of the module `core`");
    return;
  }
  // USE db, USE catalog.db, USE CATALOG catalog: the spaces that there are.
  sql::QualifiedName name = s.name;
  if (s.what == sql::UseStatement::Catalog)
    name.push_back({databaseName, {}, false});
  name.push_back({"table", {}, false});
  local(name);
}

void Session::drop(const sql::DropStatement &s) {
  if (s.what == sql::DropStatement::Function || s.what == sql::DropStatement::Catalog ||
      s.what == sql::DropStatement::Database) {
    const char *what = s.what == sql::DropStatement::Function  ? "function"
                       : s.what == sql::DropStatement::Catalog ? "catalog"
                                                               : "database";
    if (!s.ifExists && !s.name.empty())
      engine.emit(s.name.back().range, diag::NoSuchRelation, what, s.name.back().text);
    return;
  }
  const sql::Name *name = local(s.name);
  if (!name)
    return;
  bool isView = s.what == sql::DropStatement::View;
  const char *what = isView ? "view" : "table";
  auto *space = &permanent;
  if (s.temporary || temporary.count(name->text))
    space = &temporary;
  auto at = space->find(name->text);
  if (at == space->end()) {
    if (!s.ifExists)
      lookup({*name}, what);
    return;
  }
  Relation &relation = *at->second;
  if (relation.isView != isView) {
    engine.emit(name->range, diag::OtherRelation, name->text, relation.isView ? "view" : "table")
        .label(relation.name.range, "created here")
        .hint(isView ? "write DROP TABLE" : "write DROP VIEW");
    return;
  }
  if (relation.temporary && !s.temporary) {
    engine.emit(name->range, diag::OtherRelation, name->text, fmt::format("temporary {}", what))
        .label(relation.name.range, "created here")
        .hint(fmt::format("write DROP TEMPORARY {}", isView ? "VIEW" : "TABLE"));
    return;
  }
  relation.gone = "was dropped";
  gone[name->text] = relation.gone;
  space->erase(at);
}

void Session::createView(sql::CreateViewStatement &s) {
  std::vector<Relation *> reads;
  resolve(*s.query, &reads);
  reading = nullptr;
  Relation *view = create(s.name, s.temporary, s.ifNotExists, s.orReplace, /*isView=*/true);
  if (!view)
    return;
  view->view = &s;
  view->reads = std::move(reads);
  view->streamName = uniqueName(view->name.text);
  doc::Stream &stream = document->streams.emplace_back();
  document->order.push_back(document->streams.size() - 1);
  stream.name = {view->streamName, view->name.range};
  stream.range = view->name.range;
  stream.sql = doc::Sql<sql::Query>(s.query.get());
  for (const sql::Name &column : s.columns)
    stream.columnNames.push_back(nameOf(column));
}

void Session::finish() {
  for (const auto &relation : relations)
    if (relation->readAt.valid() && relation->writtenAt.valid())
      engine.emit(relation->readAt, diag::OtherRelation, relation->name.text,
                  "table that this program writes")
          .label(relation->writtenAt, "written here")
          .hint("all INSERTs run at once: read the query behind it, as a view, or split the script");
  if (!started && !engine.hasErrors()) {
    uint32_t end = document->script.statements.empty() ? 0
                                                       : document->script.statements.back()->range.end;
    engine.emit({document->file, end, end}, diag::EmptyPipeline, "the script writes nothing")
        .hint("it needs an INSERT INTO or a SELECT");
  }
  doc::Pipeline &pipeline = document->pipeline;
  for (const auto &[key, option] : started ? firstSettings : settings) {
    doc::Member m = memberOf(option);
    if (key == "execution.runtime-mode")
      pipeline.mode = reader.choice(m, {"streaming", "batch"}).value_or(0) ? doc::Mode::Batch
                                                                         : doc::Mode::Streaming;
    else if (key == "parallelism.default" && option.value.text != "-1")
      pipeline.parallelism = reader.integer(m, 1, 128);
    else if (key == "execution.checkpointing.interval")
      pipeline.checkpointInterval = reader.duration(m, doc::Sign::NotNegative);
    else if (key == "execution.checkpointing.min-pause")
      pipeline.checkpointMinPause = reader.duration(m, doc::Sign::NotNegative);
    else if (key == "execution.checkpointing.num-retained" ||
             key == "state.checkpoints.num-retained") // Flink's name, and that of before 1.20
      pipeline.checkpointKeep = reader.integer(m, 1, 1000);
    else if (key == "pipeline.name")
      pipeline.name = {doc::nameOfFile(option.value.text + ".sql"), option.value.range};
    else
      pipeline.settings.push_back({nameOf(option.key), nameOf(option.value)});
  }
  if (pipeline.name.text.empty())
    pipeline.name.text = doc::nameOfFile(engine.sourceMap().path(document->file));
}

} // namespace script
} // namespace levada
