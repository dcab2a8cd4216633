//===- ParserQuery.cpp - WITH, set operators, VALUES, queries in brackets -===//
//
// A chain of set operators is built in a loop, INTERSECT before the others.
// ORDER BY, LIMIT and OFFSET behind the last operand belong to the whole chain:
// an operand hands them up as its Tail.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserSelect.h"

#include "ir/diag/codes/Sql.h"

namespace levada::sql {

bool Parser::atSetOperator() const {
  return at({"UNION", "EXCEPT", "INTERSECT", "MINUS"});
}

/// Does a query begin at the token `n` ahead? A bracket may be one around a
/// query or around a part of an expression or a join: what stands behind the
/// brackets inside tells.
bool Parser::startsQuery(size_t n) const {
  auto queryWord = [&](size_t i) {
    const Token &t = tokens[i];
    return isWord(t, "SELECT") || isWord(t, "WITH") || isWord(t, "VALUES") ||
           (isWord(t, "TABLE") && tokens[i + 1].kind != Tok::LParen);
  };
  size_t first = std::min(next + n, tokens.size() - 1), inner = first;
  while (tokens[inner].kind == Tok::LParen)
    ++inner;
  if (!queryWord(inner))
    return false;
  while (inner-- > first) {
    if (!closing[inner])
      return true; // unclosed: it will be said
    const Token &behind = tokens[std::min<size_t>(closing[inner] + 1, tokens.size() - 1)];
    bool goesOn = behind.kind == Tok::RParen || behind.kind == Tok::End ||
                  behind.kind == Tok::Semicolon;
    for (const char *word : {"UNION", "EXCEPT", "INTERSECT", "MINUS", "ORDER", "LIMIT",
                             "OFFSET", "FETCH", "ON"})
      goesOn |= isWord(behind, word);
    if (!goesOn)
      return false;
  }
  return true;
}

std::unique_ptr<Query> Parser::finish(std::unique_ptr<Query> q, SourceRange begin,
                                      uint32_t below) {
  q->range = since(begin);
  q->depth = below + 1;
  if (q->depth <= maxDepth)
    return q;
  tooDeep(q->range);
  return nullptr;
}

/// WITH a AS (…), b (x, y) AS (…)
/// `ok` is cleared after a mistake that lies between brackets.
bool Parser::commonTables(Query &q, uint32_t &below, bool &ok) {
  advance();
  q.recursive = accept("RECURSIVE");
  do {
    inStatement = true; // a query of its own
    CommonTable t;
    if (at("SELECT") && last().end <= current().range.begin && !q.with.empty())
      return expected("a name for the query", "is the comma before it one too many?");
    auto n = name("a name for the query");
    if (!n)
      return false;
    t.name = std::move(*n);
    if (at(Tok::LParen) && !nameList(t.columns, "a column's name"))
      return false;
    if (!accept("AS"))
      return expected(t.columns.empty() ? "`AS` or a list of columns" : "`AS`",
                      spellingHint({"AS"}));
    SourceRange open = current().range;
    inStatement = true;
    if (!expect(Tok::LParen, "`(` and a query"))
      return false;
    if (!(t.query = query())) {
      skipTo(Tok::RParen);
      if (tokens[next - 1].kind != Tok::RParen)
        return false;
      ok = false;
      continue;
    }
    if (!close(Tok::RParen, open, ""))
      return false;
    below = std::max(below, t.query->depth);
    q.with.push_back(std::move(t));
  } while (accept(Tok::Comma));
  return true;
}

std::unique_ptr<Query> Parser::query() {
  Level level(*this);
  if (!level.ok)
    return nullptr;
  Span span(*this, 0);
  span.span.statement = inStatement;
  inStatement = false;
  SourceRange begin = current().range;
  auto outer = std::make_unique<Query>();
  uint32_t below = 0;
  bool ok = true;
  if (at("WITH")) {
    if (!commonTables(*outer, below, ok))
      return nullptr;
    mayBreak(0);
  }
  inStatement = false;
  Operand body = setOperation(0);
  if (!body.query || !ok)
    return nullptr;
  Tail &tail = body.tail;
  bool hasTail = !tail.orderBy.empty() || tail.limit || tail.offset;
  bool wrap = body.brackets && (hasTail || !outer->with.empty());
  std::unique_ptr<Query> q = std::move(body.query);
  if (wrap) {
    auto nested = std::make_unique<Query>();
    nested->kind = QueryKind::Nested;
    below = std::max(below, q->depth);
    nested->left = std::move(q);
    q = std::move(nested);
  } else {
    below = std::max(below, q->depth - 1);
  }
  if (!wrap && !hasTail && outer->with.empty())
    return q;
  q->with = std::move(outer->with);
  q->recursive = outer->recursive;
  q->orderBy = std::move(tail.orderBy);
  q->limit = std::move(tail.limit);
  q->offset = std::move(tail.offset);
  below = std::max({below, depth(q->orderBy), depth(q->limit), depth(q->offset)});
  return finish(std::move(q), begin, below);
}

/// Operands between set operators that bind at least as strongly as `minimum`:
/// 1 for UNION and EXCEPT, 2 for INTERSECT.
Parser::Operand Parser::setOperation(int minimum) {
  Operand left = queryOperand();
  while (left.query && atSetOperator()) {
    SetOpKind op = at("UNION")       ? SetOpKind::Union
                   : at("INTERSECT") ? SetOpKind::Intersect
                                     : SetOpKind::Except;
    int strength = op == SetOpKind::Intersect ? 2 : 1;
    if (strength < minimum)
      return left;
    if (left.tail.any()) {
      if (mayReport())
        engine.emit(left.tail.range, diag::ClauseOrder, left.tail.first, current().text)
            .hint("in brackets it belongs to the query before it, at the end to the whole")
            .label(current().range, fmt::format("this `{}`", current().text));
      left.query = nullptr;
      left.failed = true;
    }
    if (at("MINUS"))
      left.failed |= !unsupported(current().range, "`MINUS`", "write `EXCEPT`");
    mayBreak(0);
    SourceRange opRange = advance();
    bool all = accept("ALL");
    if (!all)
      accept("DISTINCT");
    opRange = since(opRange);
    mayBreak(0);
    Operand right = setOperation(strength + 1);
    bool failed = left.failed || right.failed || !right.query;
    Operand both;
    both.tail = std::move(right.tail);
    if (left.query && !failed)
      both.query = combine(std::move(left), op, opRange, all, std::move(right));
    both.failed = !both.query;
    left = std::move(both);
  }
  if (left.failed)
    left.query = nullptr;
  return left;
}

std::unique_ptr<Query> Parser::combine(Operand left, SetOpKind op, SourceRange opRange,
                                       bool all, Operand right) {
  const Query &l = *left.query;
  bool chained = l.kind == QueryKind::SetOp && l.with.empty() && l.orderBy.empty() &&
                 !l.limit && !l.offset;
  auto q = std::make_unique<Query>();
  q->kind = QueryKind::SetOp;
  q->setOp = op;
  q->opRange = opRange;
  q->all = all;
  q->chain = chained ? l.chain + 1 : 1;
  // A chain is one level however long: see Ast.h.
  uint32_t below = std::max(chained ? l.depth - 1 : l.depth, right.query->depth);
  SourceRange begin = l.range;
  if (q->chain > maxChain) {
    if (mayReport())
      engine.emit(opRange, diag::ChainTooLong, maxChain);
    giveUp();
    return nullptr;
  }
  q->left = std::move(left.query);
  q->right = std::move(right.query);
  return finish(std::move(q), begin, below);
}

/// SELECT …, VALUES …, TABLE t, (query)
Parser::Operand Parser::queryOperand() {
  Operand result;
  SourceRange begin = current().range;
  auto q = std::make_unique<Query>();
  uint32_t below = 0;
  bool ok = true;
  Select *select = nullptr;
  if (at(Tok::LParen)) {
    Level level(*this);
    if (!level.ok)
      return result;
    SourceRange open = advance();
    if (!(q = query()))
      skipTo(Tok::RParen);
    ok = q && close(Tok::RParen, open, "");
    result.brackets = true;
  } else if (at("SELECT")) {
    std::optional<Span> list(std::in_place, *this, 2);
    advance();
    q->select = std::make_unique<Select>();
    select = q->select.get();
    select->range = begin;
    ok = hints(select->hints);
    ok &= selectList(*select, below);
    list.reset();
    select->range = since(begin);
  } else if (at("VALUES")) {
    Span list(*this, 2);
    advance();
    mayBreak(2);
    q->kind = QueryKind::Values;
    ok = expressions(q->rows);
    below = depth(q->rows);
  } else if (accept("TABLE")) {
    q->kind = QueryKind::Table;
    q->table = std::make_unique<TableRef>();
    SourceRange first = current().range;
    ok = dottedName(q->table->name, "a table's name");
    q->table->range = since(first);
    below = 1;
  } else {
    expected("`SELECT`, `VALUES` or `WITH`", spellingHint({"SELECT", "VALUES", "WITH"}));
    return result;
  }
  uint32_t inside = 0; // the brackets' own query has its depth
  if (!result.brackets && ok && q)
    q->range = since(begin);
  ok = clauses(select, result.tail, select ? below : inside, ok);
  if (!ok || !q)
    return result;
  if (result.brackets) {
    result.query = std::move(q);
    return result;
  }
  q->depth = below + 1;
  q->range = select ? select->range : q->range;
  if (q->depth > maxDepth)
    tooDeep(q->range);
  else
    result.query = std::move(q);
  return result;
}

} // namespace levada::sql
