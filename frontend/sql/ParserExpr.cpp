//===- ParserExpr.cpp - operators, operands, names, brackets --------------===//
//
// Precedence climbing: expression(m) reads an operand, then all operators that
// bind at least as strongly as m. Chains grow in that loop, so that only
// nesting costs stack.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

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
  ExprPtr left = operand();
  bool again = true;
  while (left && again)
    left = infix(std::move(left), minimum, again);
  return left;
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
      return notTest(std::move(left), minimum, again);
  }
  again = false;
  return left;
}

ExprPtr Parser::binary(ExprPtr left, BinaryOp op, SourceRange opRange) {
  if (at({"ANY", "SOME", "ALL"}) && ahead(1).kind == Tok::LParen &&
      precedence(op) == prec::Compare) {
    unsupported(current().range, fmt::format("a comparison with `{}`", current().text),
                "`IN` tests for one of several values");
    return nullptr;
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
    next = reportedAt = tokens.size() - 1;
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

ExprPtr Parser::notTest(ExprPtr left, int minimum, bool &again) {
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

bool Parser::startsQuery() const { return at({"SELECT", "WITH", "VALUES"}); }

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
  if (startsQuery()) {
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

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

ExprPtr Parser::operand() {
  Level level(*this);
  if (!level.ok)
    return nullptr;
  SourceRange begin = current().range;
  std::optional<UnaryOp> op;
  if (at("NOT"))
    op = UnaryOp::Not;
  else if (at(Tok::Minus))
    op = UnaryOp::Minus;
  else if (at(Tok::Plus))
    op = UnaryOp::Plus;
  if (!op) {
    ExprPtr e = primary();
    return e ? postfix(std::move(e)) : nullptr;
  }
  advance();
  ExprPtr e = expression(*op == UnaryOp::Not ? prec::Not : prec::Sign);
  if (!e)
    return nullptr;
  uint32_t below = e->depth;
  return finish(std::make_unique<UnaryExpr>(*op, std::move(e), begin), begin, below);
}

ExprPtr Parser::primary() {
  switch (current().kind) {
  case Tok::Integer:
  case Tok::Decimal:
  case Tok::Approximate:
  case Tok::String:
  case Tok::Binary:
    return literal();
  case Tok::LParen:
    return parenthesized();
  case Tok::QuotedName:
    return column();
  case Tok::Question:
    unsupported(current().range, "a parameter `?`");
    return nullptr;
  case Tok::Word:
    break;
  default:
    return missingOperand();
  }
  const Token &second = ahead(1);
  if (at({"NULL", "TRUE", "FALSE", "UNKNOWN"}))
    return literal();
  if (at("CASE"))
    return caseExpr();
  if (at({"CAST", "TRY_CAST"}))
    return cast();
  if (at({"DATE", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ"}) &&
      (second.kind == Tok::String ||
       ((isWord(second, "WITH") || isWord(second, "WITHOUT")) && !at("DATE") &&
        (wordAhead(2, "LOCAL") || wordAhead(2, "TIME")))))
    return typedLiteral();
  if (at("INTERVAL")) {
    bool sign = second.kind == Tok::Minus || second.kind == Tok::Plus;
    Tok kind = ahead(sign ? 2 : 1).kind;
    if (kind == Tok::String || (!sign && (kind == Tok::Integer || kind == Tok::Decimal)))
      return interval();
  }
  if (at("EXISTS")) {
    SourceRange begin = advance(), open = current().range;
    if (!expect(Tok::LParen, "`(` and a query"))
      return nullptr;
    auto e = std::make_unique<SubqueryExpr>(begin);
    e->exists = true;
    if (!(e->query = query())) {
      skipTo(Tok::RParen);
      return nullptr;
    }
    uint32_t below = e->query->depth;
    if (!close(Tok::RParen, open, ""))
      return nullptr;
    return finish(std::move(e), begin, below);
  }
  if (at("ROW") && second.kind == Tok::LParen)
    return listValue(ExprKind::RowValue, Tok::RParen);
  if (at("ARRAY") && second.kind == Tok::LBracket)
    return listValue(ExprKind::ArrayValue, Tok::RBracket);
  if (at("MAP") && second.kind == Tok::LBracket)
    return listValue(ExprKind::MapValue, Tok::RBracket);
  if (isNiladic(current().text) && second.kind != Tok::Dot)
    return niladic();
  if (at({"LEFT", "RIGHT"}) && second.kind == Tok::LParen)
    return call({takeName()});
  if (isReserved(current().text))
    return missingOperand();
  return column();
}

/// Nothing that could be an operand stands here: says what does.
ExprPtr Parser::missingOperand() {
  const Token &t = current();
  bool afterComma = next && tokens[next - 1].kind == Tok::Comma;
  if (t.kind == Tok::Word && !(at("FROM") && afterComma) && looksLikeName()) {
    name("an expression");
    return nullptr;
  }
  std::string hint;
  if (t.kind == Tok::Eq && next && tokens[next - 1].range.end == t.range.begin - 1)
    hint = "an operator is written without blanks in it";
  else if (at({"SELECT", "WITH", "VALUES"}))
    hint = "a query inside an expression stands in parentheses";
  else if (afterComma)
    hint = "is the comma before it one too many?";
  else if (t.kind == Tok::Star)
    hint = "`*` stands alone in a select list, or in COUNT(*)";
  expected("an expression", std::move(hint));
  return nullptr;
}

/// (a), (a, b, …), (SELECT …)
ExprPtr Parser::parenthesized() {
  SourceRange open = advance();
  if (startsQuery()) {
    auto e = std::make_unique<SubqueryExpr>(open);
    if (!(e->query = query())) {
      skipTo(Tok::RParen);
      return nullptr;
    }
    uint32_t below = e->query->depth;
    if (!close(Tok::RParen, open, ""))
      return nullptr;
    return finish(std::move(e), open, below);
  }
  std::vector<ExprPtr> list;
  if (!expressions(list)) {
    skipTo(Tok::RParen);
    return nullptr;
  }
  if (!close(Tok::RParen, open, "an operator"))
    return nullptr;
  if (list.size() == 1) {
    list[0]->range = since(open);
    return std::move(list[0]);
  }
  auto e = std::make_unique<ListExpr>(ExprKind::RowValue, open);
  e->items = std::move(list);
  uint32_t below = depth(e->items);
  return finish(std::move(e), open, below);
}

/// ROW(…), ARRAY[…], MAP[…]
ExprPtr Parser::listValue(ExprKind kind, Tok closing) {
  SourceRange begin = advance(), open = advance();
  auto e = std::make_unique<ListExpr>(kind, begin);
  if (!at(closing) && !expressions(e->items)) {
    skipTo(closing);
    return nullptr;
  }
  if (!close(closing, open, "`,`"))
    return nullptr;
  uint32_t below = depth(e->items);
  return finish(std::move(e), begin, below);
}

/// Expressions between commas; after a mistake goes on behind the next comma.
bool Parser::expressions(std::vector<ExprPtr> &list) {
  bool ok = true;
  do {
    if (ExprPtr e = expression()) {
      list.push_back(std::move(e));
    } else {
      ok = false;
      recover();
    }
  } while (accept(Tok::Comma));
  return ok;
}

/// After a mistake between brackets: to behind the closing one, if it is there.
void Parser::skipTo(Tok closing) {
  for (recover(); at(Tok::Comma); recover())
    advance();
  accept(closing);
}

ExprPtr Parser::postfix(ExprPtr e) {
  for (;;) {
    SourceRange begin = e->range;
    if (at(Tok::LBracket)) {
      SourceRange open = advance();
      auto index = std::make_unique<IndexExpr>(begin);
      if (!(index->index = expression())) {
        skipTo(Tok::RBracket);
        return nullptr;
      }
      if (!close(Tok::RBracket, open, "an operator"))
        return nullptr;
      uint32_t below = std::max(e->depth, index->index->depth);
      index->operand = std::move(e);
      e = finish(std::move(index), begin, below);
    } else if (at(Tok::Dot)) {
      advance();
      auto field = std::make_unique<FieldExpr>(begin);
      auto n = name("a field name after `.`");
      if (!n)
        return nullptr;
      field->field = std::move(*n);
      uint32_t below = e->depth;
      field->operand = std::move(e);
      e = finish(std::move(field), begin, below);
    } else {
      return e;
    }
    if (!e)
      return nullptr;
  }
}

/// a.b.c, or a call when `(` follows.
ExprPtr Parser::column() {
  SourceRange begin = current().range;
  std::vector<Name> path;
  path.push_back(takeName());
  while (at(Tok::Dot)) {
    advance();
    if (at(Tok::Star)) {
      expected("a name after `.`", "`t.*` is an item of a select list");
      return nullptr;
    }
    auto part = name("a name after `.`");
    if (!part)
      return nullptr;
    path.push_back(std::move(*part));
  }
  if (at(Tok::LParen))
    return call(std::move(path));
  auto e = std::make_unique<ColumnExpr>(begin);
  e->parts = std::move(path);
  return finish(std::move(e), begin, 0);
}

/// CASE x WHEN 1, 2 THEN …: the values as an InExpr without operand.
ExprPtr Parser::alternatives(ExprPtr first) {
  SourceRange begin = first->range;
  auto e = std::make_unique<InExpr>(begin);
  e->list.push_back(std::move(first));
  while (accept(Tok::Comma)) {
    ExprPtr value = expression();
    if (!value)
      return nullptr;
    e->list.push_back(std::move(value));
  }
  uint32_t below = depth(e->list);
  return finish(std::move(e), begin, below);
}

/// CASE [operand] WHEN … THEN … [ELSE …] END
ExprPtr Parser::caseExpr() {
  SourceRange begin = advance();
  auto e = std::make_unique<CaseExpr>(begin);
  if (!at("WHEN") && !(e->operand = expression()))
    return nullptr;
  auto missing = [&](const char *what, std::vector<std::string> words) {
    std::string hint = spellingHint(words);
    if (mayReport()) {
      auto d = engine.emit(current().range, diag::ExpectedSql, what, found(current()));
      d.label(begin, "this CASE");
      if (!hint.empty())
        d.hint(hint);
    }
    return nullptr;
  };
  if (!at("WHEN"))
    return missing(e->operand ? "an operator or `WHEN`" : "`WHEN`", {"WHEN"});
  while (accept("WHEN")) {
    ExprPtr condition = expression();
    if (!condition)
      return nullptr;
    if (e->operand && at(Tok::Comma) && !(condition = alternatives(std::move(condition))))
      return nullptr;
    if (!accept("THEN"))
      return missing("an operator or `THEN`", {"THEN", "AND", "OR"});
    ExprPtr value = expression();
    if (!value)
      return nullptr;
    e->branches.emplace_back(std::move(condition), std::move(value));
  }
  if (accept("ELSE") && !(e->otherwise = expression()))
    return nullptr;
  if (!accept("END"))
    return missing(e->otherwise ? "an operator or `END`" : "`WHEN`, `ELSE` or `END`",
                   {"WHEN", "ELSE", "END"});
  uint32_t below = std::max(depth(e->operand), depth(e->otherwise));
  for (auto &[condition, value] : e->branches)
    below = std::max({below, depth(condition), depth(value)});
  return finish(std::move(e), begin, below);
}

} // namespace levada::sql
