//===- ParserOperand.cpp - operands: names, brackets, CASE ----------------===//
//
// What stands between operators. operand() is where nesting is counted: all
// recursion of expressions goes through it (or through a predicate with
// operands of its own, which counts too).
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

#include "ir/diag/codes/Sql.h"

namespace levada::sql {

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
  if (*op != UnaryOp::Not)
    glue();
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
  if (inMatch && at({"FINAL", "RUNNING"}) && second.kind == Tok::Word &&
      (ahead(2).kind == Tok::LParen || ahead(2).kind == Tok::Dot))
    return measureMode();
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

/// (a - b) DAY TO SECOND: the call `-` of the unit, b and a.
ExprPtr Parser::difference(ExprPtr minus, SourceRange open) {
  SourceRange unit = current().range;
  auto q = qualifier();
  if (!q)
    return nullptr;
  if (q->precision || q->fraction) {
    unsupported(since(unit), "a number of digits of a difference");
    return nullptr;
  }
  auto &both = static_cast<BinaryExpr &>(*minus);
  auto e = std::make_unique<CallExpr>(open);
  e->name = {"-", both.opRange, false};
  std::string words = spelling(q->from);
  if (q->to)
    words += fmt::format(" TO {}", spelling(*q->to));
  e->args.push_back(std::make_unique<LiteralExpr>(LiteralKind::String, std::move(words), since(unit)));
  e->args.push_back(std::move(both.right));
  e->args.push_back(std::move(both.left));
  e->symbols = {true, false, false};
  uint32_t below = depth(e->args);
  return finish(std::move(e), open, below);
}

/// (a), (a, b, …), (SELECT …)
ExprPtr Parser::parenthesized() {
  SourceRange open = advance();
  if (startsQuery(0)) {
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
    if (list[0]->kind == ExprKind::Binary && at({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"}) &&
        static_cast<const BinaryExpr &>(*list[0]).op == BinaryOp::Sub)
      return difference(std::move(list[0]), open);
    return std::move(list[0]);
  }
  auto e = std::make_unique<ListExpr>(ExprKind::RowValue, open);
  e->items = std::move(list);
  uint32_t below = depth(e->items);
  return finish(std::move(e), open, below);
}

/// ROW(…), ARRAY[…], MAP[…]
ExprPtr Parser::listValue(ExprKind kind, Tok closing) {
  SourceRange begin = advance();
  glue();
  SourceRange open = advance();
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

/// To behind the bracket that closes what is open here, if it is there.
bool Parser::skipInside(Tok closing) {
  size_t open = 0;
  for (size_t i = next; tokens[i].kind != Tok::End && tokens[i].kind != Tok::Semicolon; ++i) {
    Tok kind = tokens[i].kind;
    if (kind == Tok::LParen || kind == Tok::LBracket) {
      ++open;
    } else if ((kind == Tok::RParen || kind == Tok::RBracket) && open-- == 0) {
      if (kind != closing)
        break;
      next = i + 1;
      return true;
    }
  }
  return false;
}

/// After a mistake between brackets: to behind the closing one, or, when it is
/// not there, to where something else may begin.
void Parser::skipTo(Tok closing) {
  if (skipInside(closing))
    return;
  for (recover(); at(Tok::Comma); recover())
    advance();
  accept(closing);
}

ExprPtr Parser::postfix(ExprPtr e) {
  for (;;) {
    SourceRange begin = e->range;
    if (at(Tok::LBracket)) {
      glue();
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
  Span span(*this);
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
  while (at("WHEN")) {
    mayBreak(2);
    advance();
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
  if (at("ELSE")) {
    mayBreak(2);
    advance();
    if (!(e->otherwise = expression()))
      return nullptr;
  }
  mayBreak(0);
  if (!accept("END"))
    return missing(e->otherwise ? "an operator or `END`" : "`WHEN`, `ELSE` or `END`",
                   {"WHEN", "ELSE", "END"});
  uint32_t below = std::max(depth(e->operand), depth(e->otherwise));
  for (auto &[condition, value] : e->branches)
    below = std::max({below, depth(condition), depth(value)});
  return finish(std::move(e), begin, below);
}

} // namespace levada::sql
