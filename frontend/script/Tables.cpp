//===- Tables.cpp - CREATE TABLE, with LIKE ----------------------------------===//
//
// What LIKE takes over stands before what the statement itself declares, as in
// Flink. Types and expressions are judged when the table is read or written.
//
//===----------------------------------------------------------------------===//
#include "frontend/script/Session.h"

#include "ir/diag/codes/Document.h"
#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Script.h"

#include <algorithm>

namespace levada::script {

const sql::ColumnDef *Table::find(std::string_view name) const {
  for (const sql::ColumnDef *column : columns)
    if (column->name.text == name)
      return column;
  return nullptr;
}

const sql::OptionDef *Table::option(std::string_view key) const {
  for (const sql::OptionDef &option : options)
    if (option.key.text == key)
      return &option;
  return nullptr;
}

namespace {

using Merge = sql::LikeClause::Merge;

/// Flink's default: INCLUDING ALL OVERWRITING OPTIONS.
Merge mergeOf(const sql::LikeClause &clause, std::string_view feature) {
  Merge all = sql::LikeClause::Including;
  std::optional<Merge> own;
  for (const sql::LikeClause::Rule &rule : clause.rules) {
    if (rule.feature.text == "ALL")
      all = rule.merge;
    else if (rule.feature.text == feature)
      own = rule.merge;
  }
  bool written = std::any_of(clause.rules.begin(), clause.rules.end(),
                             [](const auto &rule) { return rule.feature.text == "ALL"; });
  if (own)
    return *own;
  if (feature == "OPTIONS" && !written)
    return sql::LikeClause::Overwriting;
  return all;
}

} // namespace

/// Puts the other table's parts before those of `table`, by the rules.
void Session::like(const sql::LikeClause &clause, Table &table) {
  Relation *other = lookup(clause.source, "table");
  if (!other)
    return;
  const sql::Name &source = clause.source.back();
  if (other->isView) {
    engine.emit(source.range, diag::OtherRelation, source.text, "view")
        .label(other->name.range, "created here")
        .hint("LIKE takes a table");
    return;
  }
  for (const sql::LikeClause::Rule &rule : clause.rules) {
    bool keepsOnly = rule.feature.text == "ALL" || rule.feature.text == "CONSTRAINTS" ||
                     rule.feature.text == "PARTITIONS" || rule.feature.text == "DISTRIBUTION";
    if (rule.merge == sql::LikeClause::Overwriting && keepsOnly)
      engine.emit(rule.feature.range, diag::TableDefinition,
                  fmt::format("{} cannot be overwritten", rule.feature.text))
          .hint("INCLUDING or EXCLUDING");
  }
  auto conflict = [&](SourceRange at, SourceRange there, const std::string &what,
                      const std::string &feature) {
    auto said = engine.emit(at, diag::LikeConflict, what, source.text);
    said.label(there, "declared here");
    if (!feature.empty())
      said.hint(fmt::format("EXCLUDING {0}{1}", feature,
                            feature == "CONSTRAINTS" || feature == "PARTITIONS"
                                ? ""
                                : fmt::format(" or OVERWRITING {}", feature)));
  };
  const Table &base = other->table;
  std::vector<const sql::ColumnDef *> columns;
  std::vector<const sql::ColumnDef *> own = table.columns;
  for (const sql::ColumnDef *column : base.columns) {
    const char *feature = column->kind == sql::ColumnDef::Computed   ? "GENERATED"
                          : column->kind == sql::ColumnDef::Metadata ? "METADATA"
                                                                     : "";
    Merge merge = *feature ? mergeOf(clause, feature) : sql::LikeClause::Including;
    if (merge == sql::LikeClause::Excluding)
      continue;
    auto again = std::find_if(own.begin(), own.end(), [&](const sql::ColumnDef *c) {
      return c->name.text == column->name.text;
    });
    if (again == own.end()) {
      columns.push_back(column);
      continue;
    }
    bool overwrites = merge == sql::LikeClause::Overwriting && (*again)->kind == column->kind;
    if (!overwrites)
      conflict((*again)->name.range, column->name.range,
               fmt::format("the column `{}`", column->name.text), feature);
    columns.push_back(overwrites ? *again : column);
    own.erase(again);
  }
  columns.insert(columns.end(), own.begin(), own.end());
  table.columns = std::move(columns);

  Merge watermarks = mergeOf(clause, "WATERMARKS");
  if (base.watermark && watermarks != sql::LikeClause::Excluding) {
    if (!table.watermark)
      table.watermark = base.watermark;
    else if (watermarks == sql::LikeClause::Including)
      conflict(table.watermark->range, base.watermark->range, "a watermark", "WATERMARKS");
  }
  if (!base.primaryKey.empty() && mergeOf(clause, "CONSTRAINTS") != sql::LikeClause::Excluding) {
    if (table.primaryKey.empty()) {
      table.primaryKey = base.primaryKey;
      table.keyRange = base.keyRange;
    } else {
      conflict(table.keyRange, base.keyRange, "a primary key", "CONSTRAINTS");
    }
  }
  if (!base.partitionedBy.empty() && mergeOf(clause, "PARTITIONS") != sql::LikeClause::Excluding) {
    if (table.partitionedBy.empty())
      table.partitionedBy = base.partitionedBy;
    else
      conflict(table.partitionedBy.front().range, base.partitionedBy.front().range,
               "PARTITIONED BY", "PARTITIONS");
  }
  Merge options = mergeOf(clause, "OPTIONS");
  if (options == sql::LikeClause::Excluding)
    return;
  std::vector<sql::OptionDef> merged;
  for (const sql::OptionDef &option : base.options) {
    const sql::OptionDef *again = table.option(option.key.text);
    if (!again)
      merged.push_back(option);
    else if (options == sql::LikeClause::Including)
      conflict(again->key.range, option.key.range, fmt::format("the option `{}`", option.key.text),
               "OPTIONS");
  }
  merged.insert(merged.end(), table.options.begin(), table.options.end());
  table.options = std::move(merged);
}

/// What can be said of a table whatever its types are.
void Session::checkTable(Table &table, const sql::Name &name) {
  std::map<std::string_view, SourceRange> seen;
  doc::Words names;
  // Of two columns of one name the first stays.
  std::erase_if(table.columns, [&](const sql::ColumnDef *column) {
    auto [at, added] = seen.emplace(column->name.text, column->name.range);
    if (added)
      names.push_back(column->name.text);
    else
      engine.emit(column->name.range, diag::DuplicateColumn, column->name.text)
          .label(at->second, "first here");
    return !added;
  });
  auto unknown = [&](const sql::Name &column) {
    auto said = engine.emit(column.range, diag::UnknownColumn, column.text);
    if (std::string near = diag::nearest(column.text, names); !near.empty())
      said.hint(fmt::format("did you mean `{}`?", near));
    said.note(fmt::format("columns of `{}`: {}", name.text, doc::listed(names)));
  };
  for (size_t i = 0; i < table.primaryKey.size(); ++i) {
    const sql::Name &key = table.primaryKey[i];
    const sql::ColumnDef *column = table.find(key.text);
    if (!column)
      unknown(key);
    else if (column->kind == sql::ColumnDef::Computed)
      engine.emit(key.range, diag::TableDefinition,
                  fmt::format("`{}` is computed, and a primary key is made of columns that are stored",
                              key.text))
          .label(column->range, "computed here");
    for (size_t j = 0; j < i; ++j)
      if (table.primaryKey[j].text == key.text)
        engine.emit(key.range, diag::TableDefinition,
                    fmt::format("`{}` is in the primary key twice", key.text));
  }
  for (const sql::Name &part : table.partitionedBy) {
    const sql::ColumnDef *column = table.find(part.text);
    if (!column)
      unknown(part);
    else if (column->kind == sql::ColumnDef::Computed)
      engine.emit(part.range, diag::TableDefinition,
                  fmt::format("`{}` is computed, and partitions are made of columns that are stored",
                              part.text));
  }
  if (table.watermark) {
    const sql::QualifiedName &column = table.watermark->column;
    if (column.size() > 1)
      engine.emit(column.back().range, diag::TableDefinition,
                  fmt::format("the event time of a table is one of its columns, and `{}` is a part of one",
                              column.back().text))
          .hint(fmt::format("add a column `{0} AS {1}.{0}` and name that", column.back().text,
                            column[column.size() - 2].text));
    else if (!table.find(column[0].text))
      unknown(column[0]);
  }
}

void Session::createTable(sql::CreateTableStatement &s) {
  Table table;
  table.statement = &s;
  for (const sql::ColumnDef &column : s.columns) {
    table.columns.push_back(&column);
    if (!column.primaryKey)
      continue;
    if (!table.primaryKey.empty())
      engine.emit(column.range, diag::TableDefinition, "a table has one primary key")
          .label(table.keyRange, "the first")
          .hint("PRIMARY KEY (a, b) NOT ENFORCED, as an item of its own");
    table.primaryKey.push_back(column.name);
    table.keyRange = column.range;
  }
  if (!s.watermarks.empty())
    table.watermark = &s.watermarks.front();
  for (size_t i = 1; i < s.watermarks.size(); ++i)
    engine.emit(s.watermarks[i].range, diag::TableDefinition, "a table has one watermark")
        .label(s.watermarks[0].range, "the first");
  for (const sql::PrimaryKeyDef &key : s.primaryKeys) {
    if (!table.primaryKey.empty()) {
      engine.emit(key.range, diag::TableDefinition, "a table has one primary key")
          .label(table.keyRange, "the first");
      continue;
    }
    table.primaryKey = key.columns;
    table.keyRange = key.range;
    if (key.enforced)
      engine.emit(key.range, diag::TableDefinition, "a primary key cannot be enforced here")
          .hint("PRIMARY KEY (…) NOT ENFORCED: the rows are somebody else's");
  }
  table.partitionedBy = s.partitionedBy;
  for (const sql::OptionDef &option : s.options) {
    if (const sql::OptionDef *before = table.option(option.key.text)) {
      engine.emit(option.key.range, diag::DuplicateKey, option.key.text)
          .label(before->key.range, "first here");
      continue;
    }
    if (option.value.text.find('\0') != std::string::npos)
      engine.emit(option.value.range, diag::BadEncoding, "the value of an option holds a NUL byte");
    table.options.push_back(option);
  }
  if (s.like)
    like(*s.like, table);
  if (!s.asQuery && table.columns.empty() && !s.like)
    engine.emit(s.name.back().range, diag::TableDefinition, "a table needs columns");
  if (s.distribution)
    unsupported(s.distribution->range, "DISTRIBUTED",
                "rows of one program need no buckets: leave it out");
  checkTable(table, s.name.back());
  Relation *relation = create(s.name, s.temporary, s.ifNotExists, s.orReplace, /*isView=*/false);
  if (!relation)
    return;
  relation->table = std::move(table);
  if (s.asQuery)
    createAs(s, *relation);
}

} // namespace levada::script
