//===- ParserSelect.cpp - SELECT and its clauses --------------------------===//
//
// Clauses are read in whatever order they stand, and the order is judged on
// the way: a WHERE behind GROUP BY is told as that, not as an unknown word.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserSelect.h"

#include "ir/diag/codes/Sql.h"

namespace levada::sql {

/// `*`, `t.*`, or `expr [[AS] alias]`
bool Parser::selectItem(SelectItem &item) {
  SourceRange begin = current().range;
  if (at(Tok::Star)) {
    advance();
    item.expr = std::make_unique<StarExpr>(begin);
    item.range = begin;
    return true;
  }
  size_t n = 0;
  while ((ahead(n).kind == Tok::Word || ahead(n).kind == Tok::QuotedName) &&
         ahead(n + 1).kind == Tok::Dot)
    n += 2;
  if (n && ahead(n).kind == Tok::Star) {
    auto star = std::make_unique<StarExpr>(begin);
    while (!at(Tok::Star)) {
      auto part = name("a table's name");
      if (!part)
        return false;
      star->qualifier.push_back(std::move(*part));
      advance(); // the dot
    }
    advance();
    item.expr = finish(std::move(star), begin, 0);
    item.range = item.expr->range;
    return true;
  }
  if (!(item.expr = expression()))
    return false;
  if (!acceptAlias(item.alias))
    return false;
  item.range = since(begin);
  return true;
}

/// A name that may stand without AS.
bool Parser::atAlias() const {
  return at(Tok::QuotedName) ||
         (at(Tok::Word) && !isClauseWord(current().text) && !startsStatement());
}

/// [[AS] name]
bool Parser::acceptAlias(std::optional<Name> &alias) {
  if (accept("AS"))
    return (alias = name("a name after `AS`")).has_value();
  if (atAlias())
    alias = takeName();
  return true;
}

/// What stands between SELECT and FROM.
bool Parser::selectList(Select &s, uint32_t &below) {
  s.distinct = accept("DISTINCT");
  if (!s.distinct)
    accept("ALL");
  bool ok = true;
  mayBreak(2);
  if (at("FROM"))
    return expected("a column, an expression or `*`");
  do {
    SelectItem item;
    if (selectItem(item)) {
      below = std::max(below, item.expr->depth);
      s.items.push_back(std::move(item));
    } else {
      ok = false;
      recover();
    }
  } while (accept(Tok::Comma));
  return ok;
}

namespace {
struct Clause {
  std::string_view first, second; ///< its words
  const char *shown;
};
} // namespace

// In the order in which they stand.
static constexpr Clause clauseTable[] = {
    {"FROM", "", "FROM"},         {"WHERE", "", "WHERE"},
    {"GROUP", "BY", "GROUP BY"},  {"HAVING", "", "HAVING"},
    {"WINDOW", "", "WINDOW"},     {"QUALIFY", "", "QUALIFY"},
    {"ORDER", "BY", "ORDER BY"},  {"LIMIT", "", "LIMIT"},
    {"OFFSET", "", "OFFSET"},     {"FETCH", "", "FETCH"},
};
enum : int { From, Where, GroupBy, Having, Window, Qualify, OrderBy, Limit, Offset, Fetch };

/// Which clause begins here, -1 for none.
static int clauseAt(const Token &t) {
  if (t.kind == Tok::Word)
    for (int i = 0; i <= Fetch; ++i)
      if (clauseTable[i].first == t.text)
        return i;
  return -1;
}

/// The clauses behind the select list (`ok`: it was read), or, without a
/// `select`, those that may stand behind any query. Goes on behind a clause with
/// a mistake.
bool Parser::clauses(Select *select, Tail &tail, uint32_t &below, bool ok) {
  int latest = -1;
  uint32_t seen = 0;
  for (int clause; (clause = clauseAt(current())) >= 0;) {
    const Clause &c = clauseTable[clause];
    SourceRange word = current().range;
    if (!select && clause <= Qualify)
      return expected("`ORDER BY`, a set operator or the end of the query");
    if (seen & 1u << clause) {
      if (mayReport())
        engine.emit(word, diag::ClauseTwice, c.shown);
      ok = false;
    } else if (clause < latest) {
      if (mayReport())
        engine.emit(word, diag::ClauseOrder, c.shown, clauseTable[latest].shown);
      ok = false;
    }
    seen |= 1u << clause;
    latest = std::max(latest, clause);
    mayBreak(0);
    size_t keyword = next;
    advance();
    bool good = c.second.empty() || expect(c.second);
    if (clause >= OrderBy && !tail.any()) {
      tail.first = c.shown;
      tail.range = since(word);
    }
    if (good) {
      bool list = clause == GroupBy || clause == Window || clause == From;
      Span span(*this, 2);
      span.span.begin = static_cast<uint32_t>(keyword);
      span.on = list;
      if (clause == GroupBy)
        mayBreak(2);
      good = clauseBody(clause, select, tail, below);
    }
    if (!good) {
      ok = false;
      skipToClause();
    }
    if (clause <= Qualify)
      select->range = since(select->range);
  }
  if (ok && !at(Tok::End) && !at(Tok::RParen) && !at(Tok::Semicolon) && !atSetOperator() &&
      !atWords({"ON", "CONFLICT"}) && !startsStatement())
    ok = afterClauses(select, latest);
  return ok;
}

/// Something stands behind the query that is no clause.
bool Parser::afterClauses(const Select *s, int latest) {
  static const std::vector<std::string> words = {
      "FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "QUALIFY", "ORDER", "LIMIT", "OFFSET",
      "FETCH", "JOIN", "AND", "OR", "ON", "BY", "LEFT", "INNER", "UNION", "DESC", "ASC",
      "INTERSECT", "EXCEPT"};
  if (!s) {
    std::string hint = spellingHint({"ORDER", "LIMIT", "OFFSET", "FETCH", "UNION", "EXCEPT",
                                     "INTERSECT"});
    return expected("an operator, a clause or the end of the query", std::move(hint));
  }
  // `SELECT a FORM t`: the misspelt word was taken for an alias.
  const std::optional<Name> *alias = nullptr;
  if (latest < 0)
    alias = &s->items.back().alias;
  else if (latest == From && s->from)
    alias = s->from->kind == TableKind::Join ? &s->from->right->alias : &s->from->alias;
  if (alias && *alias && !(*alias)->quoted && (*alias)->range == last()) {
    std::string near = diag::nearest(upperCase((*alias)->text), words);
    if (!near.empty() && mayReport()) {
      engine.emit((*alias)->range, diag::ExpectedSql, "a clause or the end of the query",
                  fmt::format("`{}`", (*alias)->text))
          .hint(fmt::format("did you mean `{}`?", near));
      return false;
    }
  }
  std::string hint = spellingHint(words);
  if (latest < 0 && at(Tok::Integer) && s->items.size() == 1 &&
      upperCase(source(s->items[0].range)) == "TOP")
    hint = fmt::format("rows are limited by `LIMIT {}` at the end", source(current().range));
  if (hint.empty() && latest < 0 && atName())
    hint = "is a comma or `FROM` missing before it?";
  return expected(latest < 0 ? "`,`, `FROM` or the end of the query"
                             : "an operator, a clause or the end of the query",
                  std::move(hint));
}

/// After a mistake: to the next clause of this query, or its end.
void Parser::skipToClause() {
  size_t open = 0;
  for (;; advance()) {
    if (at(Tok::End) || at(Tok::Semicolon))
      return;
    if (at(Tok::LParen))
      ++open;
    else if (at(Tok::RParen) && open-- == 0)
      return;
    else if (open == 0 && clauseAt(current()) >= 0 && !at({"FROM", "WINDOW", "OFFSET"}))
      return;
  }
}

bool Parser::clauseBody(int clause, Select *select, Tail &tail, uint32_t &below) {
  auto one = [&](ExprPtr &e) {
    e = expression();
    below = std::max(below, depth(e));
    return e != nullptr;
  };
  switch (clause) {
  case From:
    select->from = from();
    below = std::max(below, select->from ? select->from->depth : 0);
    return select->from != nullptr;
  case Where:
    return one(select->where);
  case GroupBy: {
    bool ok = groupBy(*select);
    below = std::max(below, depth(select->groupBy));
    return ok;
  }
  case Having:
    return one(select->having);
  case Window:
    return windows(*select, below);
  case Qualify:
    return one(select->qualify);
  case OrderBy: {
    next -= 2; // orderList reads the two words itself
    bool ok = orderList(tail.orderBy);
    below = std::max(below, depth(tail.orderBy));
    return ok;
  }
  case Limit: {
    SourceRange count = current().range;
    if (accept("ALL"))
      return true;
    if (!one(tail.limit))
      return false;
    if (at(Tok::Comma) && ahead(1).kind == Tok::Integer)
      return expected("a clause or the end of the query",
                      fmt::format("write LIMIT {} OFFSET {}", source(ahead(1).range),
                                  source(since(count))));
    return true;
  }
  case Offset:
    if (!one(tail.offset))
      return false;
    if (!accept("ROWS"))
      accept("ROW");
    return true;
  case Fetch:
    if (!accept("FIRST") && !accept("NEXT"))
      return expected("`FIRST` or `NEXT`", spellingHint({"FIRST", "NEXT"}));
    if (at({"ROW", "ROWS"}))
      tail.limit = std::make_unique<LiteralExpr>(LiteralKind::Integer, "1", current().range);
    else if (!one(tail.limit))
      return false;
    if (!accept("ROWS") && !accept("ROW"))
      return expected("`ROWS ONLY`", spellingHint({"ROWS", "ROW"}));
    return expect("ONLY");
  }
  return false;
}

/// GROUP BY a, (), GROUPING SETS ((a, b), a, ())
bool Parser::groupBy(Select &s) {
  s.grouped = true;
  bool ok = true;
  do {
    if (ExprPtr e = groupingItem()) {
      s.groupBy.push_back(std::move(e));
    } else {
      ok = false;
      recover();
    }
  } while (accept(Tok::Comma));
  return ok;
}

ExprPtr Parser::groupingItem() {
  SourceRange begin = current().range;
  if (at(Tok::LParen) && ahead(1).kind == Tok::RParen) {
    advance();
    advance();
    return finish(std::make_unique<ListExpr>(ExprKind::RowValue, begin), begin, 0);
  }
  if (!acceptWords({"GROUPING", "SETS"}))
    return expression();
  Level level(*this);
  if (!level.ok)
    return nullptr;
  auto e = std::make_unique<CallExpr>(begin);
  e->name = {"GROUPING SETS", since(begin), false};
  SourceRange open = current().range;
  if (!expect(Tok::LParen, "`(`"))
    return nullptr;
  do {
    if (!add(*e, groupingItem())) {
      skipTo(Tok::RParen);
      return nullptr;
    }
  } while (accept(Tok::Comma));
  if (!close(Tok::RParen, open, "`,`"))
    return nullptr;
  uint32_t below = callDepth(*e);
  return finish(std::move(e), begin, below);
}

/// WINDOW w AS (PARTITION BY …), …
bool Parser::windows(Select &s, uint32_t &below) {
  do {
    auto n = name("a window's name");
    if (!n || !expect("AS"))
      return false;
    SourceRange open = current().range;
    if (!expect(Tok::LParen, "`(`"))
      return false;
    auto spec = windowSpec();
    if (!spec || !close(Tok::RParen, open, "`,`"))
      return false;
    below = std::max(below, spec->depth);
    s.windows.emplace_back(std::move(*n), std::move(spec));
  } while (accept(Tok::Comma));
  return true;
}

} // namespace levada::sql
