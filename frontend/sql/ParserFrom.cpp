//===- ParserFrom.cpp - tables, joins, table functions --------------------===//
//
// A comma binds weaker than JOIN and becomes a cross join. Window table
// functions are read with and without the TABLE( … ) around them.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

namespace levada::sql {

std::unique_ptr<TableRef> Parser::from() {
  auto left = joinedTable();
  while (left && accept(Tok::Comma)) {
    auto right = joinedTable();
    left = right ? join(std::move(left), std::move(right), JoinKind::Cross) : nullptr;
  }
  return left;
}

std::unique_ptr<TableRef> Parser::joinedTable() {
  auto left = table();
  while (left) {
    bool failed = false;
    auto kind = joinKind(failed);
    if (failed)
      return nullptr;
    if (!kind)
      return left;
    auto right = table();
    if (!right)
      return nullptr;
    left = join(std::move(left), std::move(right), *kind);
    if (left && *kind != JoinKind::Cross && !joinCondition(*left))
      return nullptr;
  }
  return left;
}

/// The words of a join up to and with JOIN.
std::optional<JoinKind> Parser::joinKind(bool &failed) {
  failed = true;
  if (at("NATURAL")) {
    unsupported(current().range, "`NATURAL JOIN`", "name the columns: USING (a, b)");
    return std::nullopt;
  }
  JoinKind kind = JoinKind::Inner;
  bool words = true;
  if (accept("LEFT"))
    kind = JoinKind::Left;
  else if (accept("RIGHT"))
    kind = JoinKind::Right;
  else if (accept("FULL"))
    kind = JoinKind::Full;
  else if (accept("CROSS"))
    kind = JoinKind::Cross;
  else
    words = accept("INNER");
  if (kind != JoinKind::Cross && kind != JoinKind::Inner)
    accept("OUTER");
  if (!words && !at("JOIN")) {
    failed = false;
    return std::nullopt;
  }
  if (!expect("JOIN"))
    return std::nullopt;
  failed = false;
  return kind;
}

std::unique_ptr<TableRef> Parser::join(std::unique_ptr<TableRef> left,
                                       std::unique_ptr<TableRef> right, JoinKind kind) {
  auto t = std::make_unique<TableRef>();
  t->kind = TableKind::Join;
  t->join = kind;
  t->range = since(left->range);
  t->depth = 1 + std::max(left->depth, right->depth);
  t->left = std::move(left);
  t->right = std::move(right);
  if (t->depth <= maxDepth)
    return t;
  tooDeep(t->range);
  return nullptr;
}

/// ON condition, USING (a, b)
bool Parser::joinCondition(TableRef &t) {
  if (accept("ON")) {
    if (!(t.on = expression()))
      return false;
    t.depth = std::max(t.depth, t.on->depth + 1);
    if (t.depth > maxDepth)
      return tooDeep(t.on->range);
  } else if (accept("USING")) {
    if (!nameList(t.usingColumns, "a column's name"))
      return false;
  } else {
    return expected("`ON` or `USING`", spellingHint({"ON", "USING"}));
  }
  t.range = since(t.range);
  return true;
}

std::unique_ptr<TableRef> Parser::table() {
  Level level(*this);
  if (!level.ok)
    return nullptr;
  SourceRange begin = current().range;
  if (at(Tok::LParen) && !isWord(ahead(1), "SELECT") && !isWord(ahead(1), "WITH") &&
      !isWord(ahead(1), "VALUES")) {
    SourceRange open = advance();
    auto inner = joinedTable();
    if (!inner) {
      skipTo(Tok::RParen);
      return nullptr;
    }
    if (!close(Tok::RParen, open, "a join"))
      return nullptr;
    inner->range = since(begin);
    if (inner->kind == TableKind::Join && (at("AS") || at(Tok::QuotedName))) {
      expected("a join or the end of FROM", "joins in parentheses have no name");
      return nullptr;
    }
    return inner;
  }
  auto t = std::make_unique<TableRef>();
  if (!tableSource(*t) || !tableAlias(*t))
    return nullptr;
  t->range = since(begin);
  if (t->depth > maxDepth) {
    tooDeep(t->range);
    return nullptr;
  }
  return t;
}

bool Parser::tableSource(TableRef &t) {
  t.lateral = accept("LATERAL");
  if (at(Tok::LParen)) {
    SourceRange open = advance();
    t.kind = TableKind::Subquery;
    if (!(t.query = query())) {
      skipTo(Tok::RParen);
      return false;
    }
    t.depth = t.query->depth + 1;
    return close(Tok::RParen, open, "");
  }
  bool wrapped = at("TABLE") && ahead(1).kind == Tok::LParen;
  SourceRange open = ahead(1).range;
  if (wrapped) {
    advance();
    advance();
  }
  if (!dottedName(t.name, wrapped ? "a table function" : "a table"))
    return false;
  if (wrapped || t.lateral || at(Tok::LParen)) {
    if (!at(Tok::LParen))
      return expected("`(` and the arguments of the table function");
    ExprPtr e = call(std::move(t.name));
    t.name.clear();
    if (!e) {
      if (wrapped)
        skipTo(Tok::RParen);
      return false;
    }
    t.kind = TableKind::Function;
    t.depth = e->depth + 1;
    t.call.reset(static_cast<CallExpr *>(e.release()));
    if (wrapped && !close(Tok::RParen, open, ""))
      return false;
    return acceptOrdinality();
  }
  if (accept("FOR")) {
    if (!expect("SYSTEM_TIME") || !expect("AS") || !expect("OF"))
      return false;
    if (!(t.asOf = expression()))
      return false;
    t.depth = t.asOf->depth + 1;
  }
  return true;
}

/// UNNEST(…) WITH ORDINALITY is read as far as to say that it is not there.
bool Parser::acceptOrdinality() {
  if (!atWords({"WITH", "ORDINALITY"}))
    return true;
  return unsupported(current().range, "`WITH ORDINALITY`");
}

/// [AS] t [(a, b)]
bool Parser::tableAlias(TableRef &t) {
  if (at("MATCH_RECOGNIZE") && ahead(1).kind == Tok::LParen)
    return unsupported(current().range, "`MATCH_RECOGNIZE` here",
                       "a stream matches patterns with its `match` table");
  if (accept("AS")) {
    if (!(t.alias = name("a name after `AS`")))
      return false;
  } else if (at(Tok::QuotedName) || (at(Tok::Word) && !isClauseWord(current().text))) {
    t.alias = takeName();
  }
  if (t.alias && at(Tok::LParen))
    return nameList(t.columnAliases, "a column's name");
  return true;
}

} // namespace levada::sql
