//===- ParserExpr.cpp - operators and predicates --------------------------===//
//
// Precedence climbing: expression(m) reads an operand, then all operators that
// bind at least as strongly as m. Chains grow in that loop, so that only
// nesting costs stack.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

#include "ir/diag/codes/Sql.h"

namespace levada::sql {

int precedence(BinaryOp op) {
  switch (op) {
  case BinaryOp::Or:
    return prec::Or;
  case BinaryOp::And:
    return prec::And;
  case BinaryOp::Add:
  case BinaryOp::Sub:
    return prec::Add;
  case BinaryOp::Mul:
  case BinaryOp::Div:
  case BinaryOp::Rem:
  case BinaryOp::Concat:
    return prec::Multiply;
  case BinaryOp::Eq:
  case BinaryOp::Ne:
  case BinaryOp::Lt:
  case BinaryOp::Le:
  case BinaryOp::Gt:
  case BinaryOp::Ge:
  case BinaryOp::IsDistinct:
  case BinaryOp::IsNotDistinct:
  case BinaryOp::Overlaps:
    return prec::Compare;
  }
  return 0;
}

/// The binary operator that a single token spells.
static std::optional<BinaryOp> binaryOp(const Token &t) {
  switch (t.kind) {
  case Tok::Plus:
    return BinaryOp::Add;
  case Tok::Minus:
    return BinaryOp::Sub;
  case Tok::Star:
    return BinaryOp::Mul;
  case Tok::Slash:
    return BinaryOp::Div;
  case Tok::Percent:
    return BinaryOp::Rem;
  case Tok::Concat:
    return BinaryOp::Concat;
  case Tok::Eq:
    return BinaryOp::Eq;
  case Tok::Ne:
    return BinaryOp::Ne;
  case Tok::Lt:
    return BinaryOp::Lt;
  case Tok::Le:
    return BinaryOp::Le;
  case Tok::Gt:
    return BinaryOp::Gt;
  case Tok::Ge:
    return BinaryOp::Ge;
  case Tok::Word:
    if (t.text == "AND")
      return BinaryOp::And;
    if (t.text == "OR")
      return BinaryOp::Or;
    if (t.text == "OVERLAPS")
      return BinaryOp::Overlaps;
    return std::nullopt;
  default:
    return std::nullopt;
  }
}

ExprPtr Parser::expression(int minimum) {
  size_t begin = next;
  ExprPtr left = operand();
  bool again = true;
  std::vector<std::pair<size_t, int>> operators; // for a formatter
  while (left && again) {
    if (auto op = binaryOp(current()); op && layout)
      operators.emplace_back(next, precedence(*op));
    left = infix(std::move(left), minimum, again);
  }
  if (!again && !operators.empty() && operators.back().first == next)
    operators.pop_back(); // the last one binds too weakly
  if (!operators.empty())
    noteChain(begin, operators);
  return left;
}

/// Operators at these tokens, each with its strength, follow the operand at
/// `begin`: the weakest make a construct, those between them others inside.
void Parser::noteChain(size_t begin, const std::vector<std::pair<size_t, int>> &operators) {
  struct Part {
    size_t begin, end, first, last;
  };
  std::vector<Part> parts{{begin, next, 0, operators.size()}};
  while (!parts.empty()) {
    Part p = parts.back();
    parts.pop_back();
    if (p.first == p.last)
      continue;
    int weakest = prec::Postfix;
    for (size_t i = p.first; i < p.last; ++i)
      weakest = std::min(weakest, operators[i].second);
    layout->spans.push_back({static_cast<uint32_t>(p.begin), static_cast<uint32_t>(p.end)});
    Part inner{p.begin, 0, p.first, 0};
    for (size_t i = p.first; i <= p.last; ++i) {
      if (i < p.last && operators[i].second != weakest)
        continue;
      inner.end = i < p.last ? operators[i].first : p.end;
      inner.last = i;
      parts.push_back(inner);
      if (i == p.last)
        break;
      layout->breaks.push_back({static_cast<uint32_t>(operators[i].first), 2});
      inner = {operators[i].first + 1, 0, i + 1, 0};
    }
  }
}

/// One operator behind `left`; clears `again` when none follows that binds
/// strongly enough.
ExprPtr Parser::infix(ExprPtr left, int minimum, bool &again) {
  if (auto op = binaryOp(current())) {
    if (precedence(*op) >= minimum) {
      SourceRange opRange = advance();
      return binary(std::move(left), *op, opRange);
    }
  } else if (at("IS")) {
    bool distinct = wordAhead(1, "DISTINCT") ||
                    (wordAhead(1, "NOT") && wordAhead(2, "DISTINCT"));
    if ((distinct ? prec::Compare : prec::Is) >= minimum)
      return isTest(std::move(left));
  } else if (minimum <= prec::Like) {
    if (accept("BETWEEN"))
      return between(std::move(left), false);
    if (accept("IN"))
      return inTest(std::move(left), false);
    if (at({"LIKE", "SIMILAR"}))
      return like(std::move(left), false);
    if (at("NOT"))
      return notTest(std::move(left));
  }
  again = false;
  return left;
}

ExprPtr Parser::binary(ExprPtr left, BinaryOp op, SourceRange opRange) {
  if (at({"ANY", "SOME", "ALL"}) && ahead(1).kind == Tok::LParen &&
      precedence(op) == prec::Compare) {
    return quantified(std::move(left), op, opRange);
  }
  ExprPtr right = expression(precedence(op) + 1);
  if (!right)
    return nullptr;
  SourceRange begin = left->range;
  bool chained = BinaryExpr::classof(left.get());
  uint32_t chain = 1 + (chained ? static_cast<BinaryExpr &>(*left).chain : 0);
  // A chain is one level however long: see Ast.h.
  uint32_t below = std::max(chained ? left->depth - 1 : left->depth, right->depth);
  if (chain > maxChain) {
    if (mayReport())
      engine.emit(opRange, diag::ChainTooLong, maxChain)
          .hint("parentheses or IN make it shorter");
    giveUp();
    return nullptr;
  }
  auto e = std::make_unique<BinaryExpr>(op, opRange, std::move(left), std::move(right),
                                        SourceRange{});
  e->chain = chain;
  return finish(std::move(e), begin, below);
}

/// IS [NOT] NULL | TRUE | … | DISTINCT FROM b
ExprPtr Parser::isTest(ExprPtr left) {
  SourceRange is = advance(), begin = left->range;
  bool negated = accept("NOT");
  if (accept("DISTINCT")) {
    if (!expect("FROM"))
      return nullptr;
    return binary(std::move(left),
                  negated ? BinaryOp::IsNotDistinct : BinaryOp::IsDistinct, since(is));
  }
  auto e = std::make_unique<IsExpr>(begin);
  e->negated = negated;
  uint32_t below = depth(left);
  e->operand = std::move(left);
  if (accept("NULL"))
    e->what = IsWhat::Null;
  else if (accept("TRUE"))
    e->what = IsWhat::True;
  else if (accept("FALSE"))
    e->what = IsWhat::False;
  else if (accept("UNKNOWN"))
    e->what = IsWhat::Unknown;
  else if (accept("JSON"))
    e->what = accept("VALUE")    ? IsWhat::JsonValue
              : accept("OBJECT") ? IsWhat::JsonObject
              : accept("ARRAY")  ? IsWhat::JsonArray
              : accept("SCALAR") ? IsWhat::JsonScalar
                                 : IsWhat::Json;
  else {
    std::string hint = spellingHint(
        {"NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT", "JSON", "NOT"});
    expected(negated ? "`NULL`, `TRUE`, `FALSE`, `UNKNOWN`, `DISTINCT FROM` or `JSON`"
                     : "`NULL`, `TRUE`, `FALSE`, `UNKNOWN`, `DISTINCT FROM`, `JSON` or `NOT`",
             hint.empty() ? "values are compared with `=`" : hint);
    return nullptr;
  }
  return finish(std::move(e), begin, below);
}

ExprPtr Parser::notTest(ExprPtr left) {
  if (wordAhead(1, "BETWEEN")) {
    advance(), advance();
    return between(std::move(left), true);
  }
  if (wordAhead(1, "IN")) {
    advance(), advance();
    return inTest(std::move(left), true);
  }
  if (wordAhead(1, "LIKE") || wordAhead(1, "SIMILAR")) {
    advance();
    return like(std::move(left), true);
  }
  advance();
  std::string hint = at("NULL") ? "write `IS NOT NULL`"
                                : spellingHint({"BETWEEN", "IN", "LIKE", "SIMILAR"});
  expected("`IN`, `LIKE`, `BETWEEN` or `SIMILAR TO` after `NOT`", std::move(hint));
  return nullptr;
}

ExprPtr Parser::between(ExprPtr left, bool negated) {
  Level level(*this);
  if (!level.ok)
    return nullptr;
  SourceRange begin = left->range;
  auto e = std::make_unique<BetweenExpr>(begin);
  e->negated = negated;
  e->operand = std::move(left);
  e->symmetric = accept("SYMMETRIC");
  if (!e->symmetric)
    accept("ASYMMETRIC");
  if (!(e->low = expression(prec::And + 1)))
    return nullptr;
  if (!at("AND")) {
    std::string hint = spellingHint({"AND"});
    expected("`AND` and the upper bound of `BETWEEN`", std::move(hint));
    return nullptr;
  }
  advance();
  if (!(e->high = expression(prec::Like + 1)))
    return nullptr;
  uint32_t below = std::max({depth(e->operand), depth(e->low), depth(e->high)});
  return finish(std::move(e), begin, below);
}

/// a > ALL (SELECT …), a = ANY (1, 2): see SubqueryExpr.
ExprPtr Parser::quantified(ExprPtr left, BinaryOp op, SourceRange opRange) {
  Level level(*this);
  if (!level.ok)
    return nullptr;
  SourceRange begin = left->range, word = current().range;
  bool all = at("ALL");
  bool member = (op == BinaryOp::Eq && !all) || (op == BinaryOp::Ne && all);
  if (member) {
    advance();
    return inTest(std::move(left), all);
  }
  auto sub = std::make_unique<SubqueryExpr>(word);
  sub->quantifier = all ? Quantifier::All : Quantifier::Any;
  advance();
  SourceRange open = advance();
  if (startsQuery(0)) {
    sub->query = query();
  } else {
    SourceRange first = current().range;
    auto values = std::make_unique<Query>();
    values->kind = QueryKind::Values;
    if (expressions(values->rows)) {
      uint32_t below = depth(values->rows);
      sub->query = finish(std::move(values), first, below);
    }
  }
  if (!sub->query) {
    skipTo(Tok::RParen);
    return nullptr;
  }
  if (!close(Tok::RParen, open, ""))
    return nullptr;
  uint32_t inside = sub->query->depth;
  ExprPtr right = finish(std::move(sub), word, inside);
  if (!right)
    return nullptr;
  uint32_t below = std::max(left->depth, right->depth);
  auto e = std::make_unique<BinaryExpr>(op, opRange, std::move(left), std::move(right),
                                        SourceRange{});
  bool chained = BinaryExpr::classof(e->left.get());
  e->chain = 1 + (chained ? static_cast<BinaryExpr &>(*e->left).chain : 0);
  return finish(std::move(e), begin, below);
}

ExprPtr Parser::inTest(ExprPtr left, bool negated) {
  Level level(*this);
  if (!level.ok)
    return nullptr;
  SourceRange begin = left->range, open = current().range;
  auto e = std::make_unique<InExpr>(begin);
  e->negated = negated;
  e->operand = std::move(left);
  if (!accept(Tok::LParen)) {
    expected("`(` and a list of values", "the values stand in parentheses: IN (1, 2)");
    return nullptr;
  }
  uint32_t below = depth(e->operand);
  bool ok;
  if (startsQuery(0)) {
    e->query = query();
    ok = e->query != nullptr;
    below = std::max(below, ok ? e->query->depth : 0);
  } else {
    ok = expressions(e->list);
    below = std::max(below, depth(e->list));
  }
  if (!ok) {
    skipTo(Tok::RParen);
    return nullptr;
  }
  if (!close(Tok::RParen, open, e->query ? "" : "`,`"))
    return nullptr;
  return finish(std::move(e), begin, below);
}

ExprPtr Parser::like(ExprPtr left, bool negated) {
  SourceRange begin = left->range;
  auto e = std::make_unique<LikeExpr>(begin);
  e->negated = negated;
  e->operand = std::move(left);
  if (accept("SIMILAR")) {
    e->similar = true;
    if (!expect("TO"))
      return nullptr;
  } else {
    advance();
  }
  if (!(e->pattern = expression(prec::Like + 1)))
    return nullptr;
  if (accept("ESCAPE") && !(e->escape = expression(prec::Like + 1)))
    return nullptr;
  uint32_t below = std::max({depth(e->operand), depth(e->pattern), depth(e->escape)});
  return finish(std::move(e), begin, below);
}

} // namespace levada::sql
