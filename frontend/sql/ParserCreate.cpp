//===- ParserCreate.cpp - CREATE and DROP ---------------------------------===//
//
// Tables with their columns and clauses, views, functions, catalogs and
// databases. After a mistake in one column the next one is read. Whether a
// table makes sense (one watermark, keys that exist) is not judged here.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

#include "ir/diag/codes/Sql.h"

namespace levada::sql {

StatementPtr Parser::create() {
  size_t first = next;
  SourceRange begin = advance();
  bool orReplace = false, orAlter = false;
  if (at("OR")) {
    orAlter = wordAhead(1, "ALTER");
    advance();
    if (!orAlter && !at("REPLACE")) {
      expected("`REPLACE`", spellingHint({"REPLACE"}));
      return nullptr;
    }
    orReplace = true;
    advance();
  }
  bool temporary = accept("TEMPORARY"), system = accept("SYSTEM");
  if (!system && accept("TABLE")) {
    if (!orAlter)
      return createTable(begin, temporary, orReplace);
    next = first;
    return otherStatement("CREATE OR ALTER TABLE");
  }
  if (!system && accept("VIEW"))
    return createView(begin, temporary, orReplace);
  if (accept("FUNCTION"))
    return createFunction(begin, temporary, system);
  if (accept("CATALOG"))
    return createSpace(begin, StatementKind::CreateCatalog);
  if (accept("DATABASE"))
    return createSpace(begin, StatementKind::CreateDatabase);
  for (const char *what : {"MODEL", "CONNECTION", "MATERIALIZED"})
    if (at(what)) {
      std::string shown = fmt::format("CREATE {}", what);
      if (at("MATERIALIZED"))
        shown += " TABLE";
      next = first;
      return otherStatement(std::move(shown));
    }
  std::string hint = spellingHint({"TABLE", "VIEW", "FUNCTION", "CATALOG", "DATABASE",
                                   "TEMPORARY", "MODEL", "MATERIALIZED", "SYSTEM", "OR"});
  expected("`TABLE`, `VIEW`, `FUNCTION`, `CATALOG` or `DATABASE`", std::move(hint));
  return nullptr;
}

/// IF EXISTS, IF NOT EXISTS
bool Parser::ifExists(bool &flag, bool negated) {
  if (!at("IF") || (ahead(1).kind != Tok::Word))
    return true;
  advance();
  flag = true;
  return (!negated || expect("NOT")) && expect("EXISTS");
}

bool Parser::comment(std::optional<Name> &comment) {
  if (!accept("COMMENT"))
    return true;
  if (!at(Tok::String))
    return expected("the comment in single quotes");
  comment = takeString();
  return true;
}

/// ('key' = 'value', …) behind WITH
bool Parser::options(std::vector<OptionDef> &list) {
  SourceRange open = current().range;
  if (!expect(Tok::LParen, "`(` and options"))
    return false;
  if (accept(Tok::RParen))
    return true;
  bool ok = true;
  do {
    OptionDef option;
    if (!at(Tok::String)) {
      if (at(Tok::RParen) && !list.empty())
        expected("an option", "is the comma before it one too many?");
      else
        expected("an option: a key in single quotes", "as in 'connector' = 'filesystem'");
      ok = false;
      recover();
      continue;
    }
    option.key = takeString();
    if (!expect(Tok::Eq, "`=` and a value")) {
      ok = false;
      recover();
      continue;
    }
    if (!at(Tok::String)) {
      bool plain = at(Tok::Word) || at(Tok::Integer) || at(Tok::Decimal);
      expected("a value in single quotes",
               plain ? fmt::format("write '{}'", source(current().range)) : "");
      ok = false;
      recover();
      continue;
    }
    option.value = takeString();
    if (at(Tok::String)) {
      bool pair = ahead(1).kind == Tok::Eq;
      ok = expected("`,` or `)`", pair ? "a comma is missing before it"
                                       : "a quote inside a string is doubled: 'it''s'");
      if (!pair)
        recover();
    }
    list.push_back(std::move(option));
  } while (accept(Tok::Comma) || (!ok && at(Tok::String) && ahead(1).kind == Tok::Eq));
  if (!ok) {
    skipTo(Tok::RParen);
    return false;
  }
  return close(Tok::RParen, open, "`,`");
}

//===----------------------------------------------------------------------===//
// CREATE TABLE
//===----------------------------------------------------------------------===//

StatementPtr Parser::createTable(SourceRange begin, bool temporary, bool orReplace) {
  auto s = std::make_unique<CreateTableStatement>(begin);
  s->temporary = temporary;
  s->orReplace = orReplace;
  if (!ifExists(s->ifNotExists, true))
    return nullptr;
  if (at(Tok::Word) && isReserved(current().text) && ahead(1).kind == Tok::LParen) {
    reservedName("a name for the table");
    return nullptr;
  }
  if (!dottedName(s->name, "a name for the table"))
    return nullptr;
  bool ok = !at(Tok::LParen) || tableElements(*s);
  if (!comment(s->comment))
    return nullptr;
  if (at("DISTRIBUTED") && !distribution(*s))
    return nullptr;
  if (at("PARTITIONED")) {
    advance();
    if (!expect("BY") || !nameList(s->partitionedBy, "a column's name"))
      return nullptr;
  }
  if (at("DISTRIBUTED") && !s->distribution && !distribution(*s))
    return nullptr;
  if (at("WITH")) {
    SourceRange with = advance();
    together(next);
    ok &= options(s->options);
    s->withRange = since(with);
  }
  if (at("LIKE"))
    ok &= likeClause(*s);
  if (accept("AS")) {
    mayBreak(0);
    inStatement = true;
    ok &= (s->asQuery = query()) != nullptr;
  }
  if (!ok)
    return nullptr;
  if (!at(Tok::Semicolon) && !at(Tok::End) && !startsStatement()) {
    std::string hint = spellingHint({"WITH", "COMMENT", "PARTITIONED", "DISTRIBUTED", "LIKE", "AS"});
    if (hint.empty() && at({"COMMENT", "PARTITIONED", "DISTRIBUTED", "WITH", "LIKE"}))
      hint = "the order is COMMENT, DISTRIBUTED BY, PARTITIONED BY, WITH, LIKE or AS";
    else if (at(Tok::RParen))
      hint = "no bracket is open that `)` could close";
    expected(s->withRange.valid() || s->like || s->asQuery
                 ? "`;` or the end of the statement"
                 : "`WITH`, another clause of the table, or `;`",
             std::move(hint));
    return nullptr;
  }
  return s;
}

/// The columns and what stands among them.
bool Parser::tableElements(CreateTableStatement &s) {
  together(next);
  SourceRange open = advance();
  bool ok = true;
  do {
    size_t first = next;
    if (at(Tok::RParen) && !s.columns.empty()) {
      ok = expected("a column", "is the comma before it one too many?");
    } else if (!tableElement(s, open)) {
      ok = false;
      skipElement(first);
    }
  } while (accept(Tok::Comma));
  if (!ok) {
    skipTo(Tok::RParen);
    return false;
  }
  return close(Tok::RParen, open, "`,`");
}

/// After a mistake in the column that began at `first`: to the comma behind it,
/// not to one between the brackets of its type.
void Parser::skipElement(size_t first) {
  size_t round = 0, angle = 0;
  bool computed = isWord(tokens[std::min(first + 1, tokens.size() - 1)], "AS");
  // Does a type go on behind the comma at `i`?
  auto insideType = [&](size_t i) {
    size_t open = 0;
    for (++i; !tokens[i].newLine && tokens[i].kind != Tok::End; ++i) {
      open += tokens[i].kind == Tok::Lt;
      if (tokens[i].kind == Tok::Gt && open-- == 0)
        return !computed;
    }
    return false;
  };
  for (size_t i = first; tokens[i].kind != Tok::End && tokens[i].kind != Tok::Semicolon; ++i) {
    Tok kind = tokens[i].kind;
    bool lineEnds = kind == Tok::Comma && tokens[i + 1].newLine;
    bool ends = kind == Tok::Comma && ((round == 0 && angle == 0) || lineEnds) &&
                (i < next || !insideType(i));
    ends |= kind == Tok::RParen && round == 0;
    if (ends && i >= next) {
      next = i;
      return;
    }
    round += kind == Tok::LParen;
    round -= kind == Tok::RParen && round > 0;
    angle += kind == Tok::Lt && !computed;
    angle -= kind == Tok::Gt && angle > 0;
  }
  recover();
}

bool Parser::tableElement(CreateTableStatement &s, SourceRange open) {
  bool forgotten = at("WATERMARK") && wordAhead(2, "AS") && !wordAhead(1, "FOR");
  if (forgotten) {
    advance();
    return expected("`FOR`", "the form is WATERMARK FOR column AS expression");
  }
  if (atWords({"WATERMARK", "FOR"}))
    return watermark(s);
  if (atWords({"PRIMARY", "KEY"}) ||
      (at("CONSTRAINT") && (wordAhead(2, "PRIMARY") || wordAhead(2, "UNIQUE"))) ||
      (at("UNIQUE") && ahead(1).kind == Tok::LParen))
    return primaryKey(s);
  return columnDef(s, open);
}

/// name TYPE [METADATA [FROM 'key'] [VIRTUAL]] [PRIMARY KEY NOT ENFORCED] [COMMENT '…'],
/// name AS expression [COMMENT '…']
bool Parser::columnDef(CreateTableStatement &s, SourceRange open) {
  SourceRange begin = current().range;
  ColumnDef c;
  if (at(Tok::Word) && isReserved(current().text) && ahead(1).kind == Tok::Word &&
      !isReserved(ahead(1).text))
    return reservedName("a column");
  auto n = name("a column");
  if (!n)
    return false;
  c.name = std::move(*n);
  if (accept("AS")) {
    c.kind = ColumnDef::Computed;
    if (!(c.expr = expression()))
      return false;
  } else if (!at(Tok::Comma) && !at(Tok::RParen)) {
    if (at("METADATA") && !wordAhead(1, "METADATA"))
      return expected(fmt::format("the type of the column `{}`", c.name.text),
                      "as in `ts TIMESTAMP(3) METADATA`");
    auto t = type();
    if (!t)
      return false;
    c.type = std::move(*t);
    if (accept("METADATA")) {
      c.kind = ColumnDef::Metadata;
      if (accept("FROM")) {
        if (!at(Tok::String))
          return expected("the metadata's key in single quotes");
        c.metadataKey = takeString();
      }
      c.isVirtual = accept("VIRTUAL");
    }
    if (at({"CONSTRAINT", "PRIMARY", "UNIQUE"}) && !columnConstraint(c))
      return false;
  }
  if (!comment(c.comment))
    return false;
  c.range = since(begin);
  if (!at(Tok::Comma) && !at(Tok::RParen)) {
    std::string hint = spellingHint({"METADATA", "COMMENT", "PRIMARY", "NOT", "VIRTUAL", "AS"});
    if (hint.empty() && atName() && current().newLine)
      hint = "is a comma missing before it?";
    else if (hint.empty() && at("DEFAULT"))
      hint = "columns have no default values";
    if (hint.empty())
      return unclosed(Tok::RParen, open, c.expr ? "an operator, `,`" : "`,`");
    return expected(c.expr ? "an operator, `,` or `)`" : "`,` or `)`", std::move(hint));
  }
  s.columns.push_back(std::move(c));
  return true;
}

bool Parser::enforcement(bool &enforced) {
  if (acceptWords({"NOT", "ENFORCED"}))
    enforced = false;
  else if (at("NOT"))
    return advance(), expected("`ENFORCED`", spellingHint({"ENFORCED"}));
  else
    accept("ENFORCED");
  return true;
}

/// [CONSTRAINT c] PRIMARY KEY [NOT ENFORCED] behind a column
bool Parser::columnConstraint(ColumnDef &c) {
  if (accept("CONSTRAINT") && !(c.constraint = name("a name for the constraint")))
    return false;
  if (at("UNIQUE"))
    return unsupported(current().range, "`UNIQUE`", "Flink has PRIMARY KEY only");
  if (!expect("PRIMARY") || !expect("KEY"))
    return false;
  c.primaryKey = true;
  return enforcement(c.keyEnforced);
}

/// [CONSTRAINT c] PRIMARY KEY (a, b) [NOT ENFORCED]
bool Parser::primaryKey(CreateTableStatement &s) {
  PrimaryKeyDef key;
  SourceRange begin = current().range;
  if (accept("CONSTRAINT") && !(key.constraint = name("a name for the constraint")))
    return false;
  if (at("UNIQUE"))
    return unsupported(current().range, "`UNIQUE`", "Flink has PRIMARY KEY only");
  advance();
  if (!expect("KEY") || !nameList(key.columns, "a column's name") || !enforcement(key.enforced))
    return false;
  key.range = since(begin);
  s.primaryKeys.push_back(std::move(key));
  return true;
}

/// WATERMARK FOR ts AS expression
bool Parser::watermark(CreateTableStatement &s) {
  WatermarkDef w;
  SourceRange begin = advance();
  advance();
  if (!dottedName(w.column, "the column of the event time"))
    return false;
  if (!accept("AS"))
    return expected("`AS` and the watermark", spellingHint({"AS"}));
  if (!(w.expr = expression()))
    return false;
  w.range = since(begin);
  s.watermarks.push_back(std::move(w));
  return true;
}

/// DISTRIBUTED [BY [HASH | RANGE] (a, b)] [INTO 4 BUCKETS]
bool Parser::distribution(CreateTableStatement &s) {
  DistributionDef d;
  SourceRange begin = advance();
  if (accept("BY")) {
    if (at({"HASH", "RANGE"}) && ahead(1).kind == Tok::LParen) {
      d.kind = at("HASH") ? DistributionDef::Hash : DistributionDef::Range;
      advance();
    }
    if (!nameList(d.columns, "a column's name"))
      return false;
  } else if (!at("INTO")) {
    return expected("`BY` or `INTO`", spellingHint({"BY", "INTO"}));
  }
  if (accept("INTO")) {
    if (!(d.buckets = number("a number of buckets")) || !expect("BUCKETS"))
      return false;
  }
  d.range = since(begin);
  s.distribution = std::move(d);
  return true;
}

/// LIKE t [(INCLUDING ALL EXCLUDING OPTIONS …)]
bool Parser::likeClause(CreateTableStatement &s) {
  LikeClause like;
  SourceRange begin = advance();
  if (!dottedName(like.source, "a table's name"))
    return false;
  SourceRange open = current().range;
  if (accept(Tok::LParen)) {
    do {
      LikeClause::Rule rule{};
      if (accept("INCLUDING"))
        rule.merge = LikeClause::Including;
      else if (accept("EXCLUDING"))
        rule.merge = LikeClause::Excluding;
      else if (accept("OVERWRITING"))
        rule.merge = LikeClause::Overwriting;
      else
        return expected("`INCLUDING`, `EXCLUDING` or `OVERWRITING`",
                        spellingHint({"INCLUDING", "EXCLUDING", "OVERWRITING"}));
      static const std::vector<std::string> features = {
          "ALL",      "CONSTRAINTS", "DISTRIBUTION", "GENERATED",
          "METADATA", "OPTIONS",     "PARTITIONS",   "WATERMARKS"};
      if (!at(Tok::Word) ||
          std::find(features.begin(), features.end(), current().text) == features.end())
        return expected("what to take over",
                        [&] {
                          std::string hint = spellingHint(features);
                          return hint.empty() ? "ALL, CONSTRAINTS, DISTRIBUTION, GENERATED, "
                                                "METADATA, OPTIONS, PARTITIONS or WATERMARKS"
                                              : hint;
                        }());
      rule.feature = Name{current().text, current().range, false};
      advance();
      like.rules.push_back(std::move(rule));
      accept(Tok::Comma);
    } while (!at(Tok::RParen) && !at(Tok::End) && !at(Tok::Semicolon));
    if (!close(Tok::RParen, open, ""))
      return false;
  }
  like.range = since(begin);
  s.like = std::move(like);
  return true;
}

//===----------------------------------------------------------------------===//
// Views, functions, catalogs, databases
//===----------------------------------------------------------------------===//

StatementPtr Parser::createView(SourceRange begin, bool temporary, bool orReplace) {
  auto s = std::make_unique<CreateViewStatement>(begin);
  s->temporary = temporary;
  s->orReplace = orReplace;
  if (!ifExists(s->ifNotExists, true) || !dottedName(s->name, "a name for the view"))
    return nullptr;
  if (at(Tok::LParen) && ahead(2).kind == Tok::Word && closing[next] > next + 2) {
    advance(), advance();
    expected("`,` or `)`", "the columns of a view are names only");
    return nullptr;
  }
  if (at(Tok::LParen) && !nameList(s->columns, "a column's name"))
    return nullptr;
  if (!comment(s->comment))
    return nullptr;
  if (!accept("AS")) {
    expected(s->columns.empty() ? "`AS` and a query, or a list of columns" : "`AS` and a query",
             spellingHint({"AS", "COMMENT"}));
    return nullptr;
  }
  mayBreak(0);
  inStatement = true;
  if (!(s->query = query()))
    return nullptr;
  return s;
}

StatementPtr Parser::createFunction(SourceRange begin, bool temporary, bool system) {
  auto s = std::make_unique<CreateFunctionStatement>(begin);
  s->temporary = temporary;
  s->system = system;
  if (!ifExists(s->ifNotExists, true) || !dottedName(s->name, "a name for the function"))
    return nullptr;
  if (!expect("AS"))
    return nullptr;
  if (!at(Tok::String)) {
    expected("what implements the function, in single quotes");
    return nullptr;
  }
  s->className = takeString();
  if (accept("LANGUAGE")) {
    auto n = name("a language");
    if (!n)
      return nullptr;
    n->text = upperCase(n->text);
    s->language = std::move(n);
  }
  if (accept("USING"))
    do {
      accept("JAR");
      if (!at(Tok::String)) {
        expected("a path in single quotes");
        return nullptr;
      }
      s->jars.push_back(takeString());
    } while (accept(Tok::Comma));
  if (accept("WITH") && !options(s->options))
    return nullptr;
  return s;
}

StatementPtr Parser::createSpace(SourceRange begin, StatementKind kind) {
  auto s = std::make_unique<CreateSpaceStatement>(kind, begin);
  bool catalog = kind == StatementKind::CreateCatalog;
  if (!ifExists(s->ifNotExists, true) ||
      !dottedName(s->name, catalog ? "a name for the catalog" : "a name for the database") ||
      !comment(s->comment))
    return nullptr;
  if (accept("WITH") && !options(s->options))
    return nullptr;
  return s;
}

StatementPtr Parser::drop() {
  size_t first = next;
  auto s = std::make_unique<DropStatement>(advance());
  s->temporary = accept("TEMPORARY");
  s->system = accept("SYSTEM");
  if (accept("TABLE"))
    s->what = DropStatement::Table;
  else if (accept("VIEW"))
    s->what = DropStatement::View;
  else if (accept("FUNCTION"))
    s->what = DropStatement::Function;
  else if (accept("CATALOG"))
    s->what = DropStatement::Catalog;
  else if (accept("DATABASE"))
    s->what = DropStatement::Database;
  else {
    for (const char *what : {"MODEL", "CONNECTION", "MATERIALIZED"})
      if (at(what)) {
        std::string shown = fmt::format("DROP {}", what);
        if (at("MATERIALIZED"))
          shown += " TABLE";
        next = first;
        return otherStatement(std::move(shown));
      }
    expected("`TABLE`, `VIEW`, `FUNCTION`, `CATALOG` or `DATABASE`",
             spellingHint({"TABLE", "VIEW", "FUNCTION", "CATALOG", "DATABASE", "TEMPORARY"}));
    return nullptr;
  }
  if (!ifExists(s->ifExists, false) || !dottedName(s->name, "the name of what is dropped"))
    return nullptr;
  s->cascade = accept("CASCADE");
  s->restrictWritten = !s->cascade && accept("RESTRICT");
  return s;
}

} // namespace levada::sql
