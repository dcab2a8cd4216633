//===- PrintStatement.cpp - statements as SQL text ------------------------===//
//
// One line each, the clauses in Flink's order.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/Printer.h"

namespace levada::sql {

template <typename T> static const T &as(const Statement &s) {
  return static_cast<const T &>(s);
}

void Printer::comment(const std::optional<Name> &comment) {
  if (comment)
    out += " COMMENT " + quote(comment->text, '\'');
}

void Printer::with(const std::vector<OptionDef> &list) {
  if (list.empty())
    return;
  out += " WITH (";
  options(list);
  out += ')';
}

void Printer::column(const ColumnDef &c) {
  name(c.name);
  if (c.kind == ColumnDef::Computed) {
    out += " AS ";
    expr(*c.expr);
  } else if (!c.type.name.empty()) {
    out += ' ';
    type(c.type);
  }
  if (c.kind == ColumnDef::Metadata) {
    out += " METADATA";
    if (c.metadataKey)
      out += " FROM " + quote(c.metadataKey->text, '\'');
    out += c.isVirtual ? " VIRTUAL" : "";
  }
  if (c.constraint) {
    out += " CONSTRAINT ";
    name(*c.constraint);
  }
  if (c.primaryKey)
    out += c.keyEnforced ? " PRIMARY KEY" : " PRIMARY KEY NOT ENFORCED";
  comment(c.comment);
}

void Printer::createTable(const CreateTableStatement &s) {
  out += s.orReplace ? "CREATE OR REPLACE " : "CREATE ";
  out += s.temporary ? "TEMPORARY TABLE " : "TABLE ";
  out += s.ifNotExists ? "IF NOT EXISTS " : "";
  path(s.name);
  bool any = false;
  auto gap = [&] {
    out += any ? ", " : " (";
    any = true;
  };
  for (const ColumnDef &c : s.columns) {
    gap();
    column(c);
  }
  for (const WatermarkDef &w : s.watermarks) {
    gap();
    out += "WATERMARK FOR ";
    path(w.column);
    out += " AS ";
    expr(*w.expr);
  }
  for (const PrimaryKeyDef &key : s.primaryKeys) {
    gap();
    if (key.constraint) {
      out += "CONSTRAINT ";
      name(*key.constraint);
      out += ' ';
    }
    out += "PRIMARY KEY ";
    names(key.columns);
    out += key.enforced ? "" : " NOT ENFORCED";
  }
  out += any ? ")" : "";
  tableClauses(s);
}

void Printer::tableClauses(const CreateTableStatement &s) {
  comment(s.comment);
  if (s.distribution) {
    static constexpr const char *words[] = {"", "HASH", "RANGE"};
    out += " DISTRIBUTED";
    if (!s.distribution->columns.empty()) {
      out += fmt::format(" BY {}", words[s.distribution->kind]);
      names(s.distribution->columns);
    }
    if (s.distribution->buckets)
      out += fmt::format(" INTO {} BUCKETS", *s.distribution->buckets);
  }
  if (!s.partitionedBy.empty()) {
    out += " PARTITIONED BY ";
    names(s.partitionedBy);
  }
  with(s.options);
  if (s.like) {
    static constexpr const char *words[] = {"INCLUDING ", "EXCLUDING ", "OVERWRITING "};
    out += " LIKE ";
    path(s.like->source);
    for (size_t i = 0; i < s.like->rules.size(); ++i) {
      out += i ? " " : " (";
      out += words[s.like->rules[i].merge] + s.like->rules[i].feature.text;
    }
    out += s.like->rules.empty() ? "" : ")";
  }
  if (s.asQuery) {
    out += " AS ";
    query(*s.asQuery);
  }
}

void Printer::createView(const CreateViewStatement &s) {
  out += s.orReplace ? "CREATE OR REPLACE " : "CREATE ";
  out += s.temporary ? "TEMPORARY VIEW " : "VIEW ";
  out += s.ifNotExists ? "IF NOT EXISTS " : "";
  path(s.name);
  if (!s.columns.empty()) {
    out += ' ';
    names(s.columns);
  }
  comment(s.comment);
  out += " AS ";
  query(*s.query);
}

void Printer::createFunction(const CreateFunctionStatement &s) {
  out += s.temporary ? "CREATE TEMPORARY " : "CREATE ";
  out += s.system ? "SYSTEM FUNCTION " : "FUNCTION ";
  out += s.ifNotExists ? "IF NOT EXISTS " : "";
  path(s.name);
  out += " AS " + quote(s.className.text, '\'');
  if (s.language) {
    out += " LANGUAGE ";
    name(*s.language);
  }
  for (size_t i = 0; i < s.jars.size(); ++i)
    out += (i ? ", JAR " : " USING JAR ") + quote(s.jars[i].text, '\'');
  with(s.options);
}

void Printer::drop(const DropStatement &s) {
  static constexpr const char *words[] = {"TABLE ", "VIEW ", "FUNCTION ", "CATALOG ",
                                          "DATABASE "};
  out += s.temporary ? "DROP TEMPORARY " : "DROP ";
  out += s.system ? "SYSTEM " : "";
  out += words[s.what];
  out += s.ifExists ? "IF EXISTS " : "";
  path(s.name);
  out += s.cascade ? " CASCADE" : s.restrictWritten ? " RESTRICT" : "";
}

void Printer::insert(const InsertStatement &s) {
  out += s.overwrite ? "INSERT OVERWRITE " : "INSERT INTO ";
  path(s.table);
  if (!s.hints.empty()) {
    out += ' ';
    hints(s.hints);
  }
  for (size_t i = 0; i < s.partition.size(); ++i) {
    out += i ? ", " : " PARTITION (";
    name(s.partition[i].first);
    if (s.partition[i].second) {
      out += " = ";
      expr(*s.partition[i].second);
    }
  }
  out += s.partition.empty() ? " " : ") ";
  if (!s.columns.empty()) {
    names(s.columns);
    out += ' ';
  }
  query(*s.query);
  static constexpr const char *conflict[] = {"", "ERROR", "NOTHING", "DEDUPLICATE"};
  if (s.onConflict != InsertStatement::NotWritten)
    out += fmt::format(" ON CONFLICT DO {}", conflict[s.onConflict]);
}

void Printer::statementSet(const StatementSetStatement &s) {
  out += s.oldForm ? "BEGIN STATEMENT SET; " : "EXECUTE STATEMENT SET BEGIN ";
  for (const StatementPtr &one : s.statements) {
    statement(*one);
    out += "; ";
  }
  out += "END";
}

void Printer::statement(const Statement &s) {
  switch (s.kind) {
  case StatementKind::CreateTable:
    return createTable(as<CreateTableStatement>(s));
  case StatementKind::CreateView:
    return createView(as<CreateViewStatement>(s));
  case StatementKind::CreateFunction:
    return createFunction(as<CreateFunctionStatement>(s));
  case StatementKind::CreateCatalog:
  case StatementKind::CreateDatabase: {
    const auto &c = as<CreateSpaceStatement>(s);
    out += s.kind == StatementKind::CreateCatalog ? "CREATE CATALOG " : "CREATE DATABASE ";
    out += c.ifNotExists ? "IF NOT EXISTS " : "";
    path(c.name);
    comment(c.comment);
    return with(c.options);
  }
  case StatementKind::Drop:
    return drop(as<DropStatement>(s));
  case StatementKind::Set:
    out += "SET";
    if (const auto &option = as<SetStatement>(s).option) {
      out += ' ';
      out += quote(option->key.text, '\'') + " = " + quote(option->value.text, '\'');
    }
    return;
  case StatementKind::Reset:
    out += "RESET";
    if (const auto &key = as<ResetStatement>(s).key)
      out += " " + quote(key->text, '\'');
    return;
  case StatementKind::Use: {
    const auto &u = as<UseStatement>(s);
    out += u.what == UseStatement::Database  ? "USE "
           : u.what == UseStatement::Catalog ? "USE CATALOG "
                                             : "USE MODULES ";
    if (u.what != UseStatement::Modules)
      return path(u.name);
    for (size_t i = 0; i < u.name.size(); ++i) {
      out += i ? ", " : "";
      name(u.name[i]);
    }
    return;
  }
  case StatementKind::Insert:
    return insert(as<InsertStatement>(s));
  case StatementKind::StatementSet:
    return statementSet(as<StatementSetStatement>(s));
  case StatementKind::Explain: {
    const auto &e = as<ExplainStatement>(s);
    out += e.planFor ? "EXPLAIN PLAN FOR " : "EXPLAIN ";
    for (size_t i = 0; i < e.details.size(); ++i)
      out += e.details[i].text + (i + 1 < e.details.size() ? ", " : " ");
    if (e.statement->kind != StatementKind::StatementSet ||
        as<StatementSetStatement>(*e.statement).oldForm)
      return statement(*e.statement);
    size_t begin = out.size();
    statement(*e.statement);
    out.erase(begin, std::string_view("EXECUTE ").size());
    return;
  }
  case StatementKind::Analyze:
    out += as<AnalyzeStatement>(s).text;
    return;
  case StatementKind::Query:
    return query(*as<QueryStatement>(s).query);
  case StatementKind::Other:
    out += as<OtherStatement>(s).text;
    return;
  }
}

} // namespace levada::sql
