//===- ParserWindow.cpp - what stands behind a call; windows; order -------===//
//
// FILTER, WITHIN GROUP, IGNORE NULLS and OVER behind a call, the windows of
// OVER and of the WINDOW clause, the items of ORDER BY.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

namespace levada::sql {

bool Parser::callSuffix(CallExpr &e) {
  for (;;) {
    if (acceptWords({"IGNORE", "NULLS"})) {
      e.ignoreNulls = true;
    } else if (acceptWords({"RESPECT", "NULLS"})) {
      e.ignoreNulls = false;
    } else if (acceptWords({"WITHIN", "GROUP"})) {
      SourceRange open = current().range;
      if (!expect(Tok::LParen, "`(`"))
        return false;
      if (!atWords({"ORDER", "BY"}))
        return expected("`ORDER BY`", spellingHint({"ORDER"}));
      e.withinGroup.clear();
      if (!orderList(e.withinGroup) || !close(Tok::RParen, open, "`,`"))
        return false;
    } else if (at("FILTER") && ahead(1).kind == Tok::LParen) {
      advance();
      SourceRange open = advance();
      if (!expect("WHERE"))
        return false;
      if (!(e.filter = expression())) {
        skipTo(Tok::RParen);
        return false;
      }
      if (!close(Tok::RParen, open, "an operator"))
        return false;
    } else if (at("OVER")) {
      if (!(e.over = over()))
        return false;
    } else {
      return true;
    }
  }
}

std::unique_ptr<WindowSpec> Parser::over() {
  SourceRange begin = advance();
  if (!at(Tok::LParen)) {
    auto spec = std::make_unique<WindowSpec>();
    spec->reference = name("a window: its name, or `(PARTITION BY … ORDER BY …)`");
    if (!spec->reference)
      return nullptr;
    spec->range = since(begin);
    return spec;
  }
  SourceRange open = advance();
  auto spec = windowSpec();
  if (!spec) {
    skipTo(Tok::RParen);
    return nullptr;
  }
  if (!close(Tok::RParen, open, spec->orderBy.empty() && spec->partitionBy.empty()
                                    ? "`PARTITION BY`, `ORDER BY`"
                                    : "`,`"))
    return nullptr;
  spec->range = since(begin);
  return spec;
}

std::unique_ptr<WindowSpec> Parser::windowSpec() {
  SourceRange begin = current().range;
  auto spec = std::make_unique<WindowSpec>();
  bool bare = ahead(1).kind == Tok::RParen || ahead(1).kind == Tok::End;
  if (atName() && !atWords({"PARTITION", "BY"}) && (bare || !at({"ROWS", "RANGE"})) &&
      (bare || at(Tok::QuotedName) || ahead(1).kind == Tok::Word))
    spec->reference = takeName();
  if (spec->reference && at("BY")) { // OVER (PARTITON BY …
    --next;
    expected("`PARTITION BY` or `ORDER BY`", spellingHint({"PARTITION", "ORDER"}));
    return nullptr;
  }
  if (atWords({"PARTITION", "BY"}) && !partitionList(spec->partitionBy))
    return nullptr;
  if (atWords({"ORDER", "BY"}) && !orderList(spec->orderBy))
    return nullptr;
  if (at({"ROWS", "RANGE"})) {
    mayBreak(2);
    if (!frame(*spec))
      return nullptr;
  }
  spec->range = since(begin);
  spec->depth = 1 + std::max({depth(spec->partitionBy), depth(spec->orderBy),
                              depth(spec->low.offset), depth(spec->high.offset)});
  return spec;
}

/// PARTITION BY a, b
bool Parser::partitionList(std::vector<ExprPtr> &list) {
  mayBreak(2);
  Span span(*this, 2);
  advance(), advance();
  return expressions(list);
}

bool Parser::frame(WindowSpec &spec) {
  spec.rows = at("ROWS");
  spec.hasFrame = true;
  advance();
  if (!accept("BETWEEN"))
    return frameBound(spec.low);
  return frameBound(spec.low) && expect("AND") && frameBound(spec.high);
}

bool Parser::frameBound(FrameBound &bound) {
  if (acceptWords({"CURRENT", "ROW"})) {
    bound.kind = FrameBound::CurrentRow;
    return true;
  }
  bool unbounded = at("UNBOUNDED") && (wordAhead(1, "PRECEDING") || wordAhead(1, "FOLLOWING"));
  if (unbounded)
    advance();
  else if (!(bound.offset = expression(prec::And + 1)))
    return false;
  if (accept("PRECEDING"))
    bound.kind = unbounded ? FrameBound::UnboundedPreceding : FrameBound::Preceding;
  else if (accept("FOLLOWING"))
    bound.kind = unbounded ? FrameBound::UnboundedFollowing : FrameBound::Following;
  else
    return expected("`PRECEDING` or `FOLLOWING`", spellingHint({"PRECEDING", "FOLLOWING"}));
  return true;
}

bool Parser::orderItem(OrderItem &item) {
  if (!(item.expr = expression()))
    return false;
  if (accept("DESC"))
    item.descending = true;
  else
    accept("ASC");
  if (accept("NULLS")) {
    if (accept("FIRST"))
      item.nullsFirst = true;
    else if (accept("LAST"))
      item.nullsFirst = false;
    else
      return expected("`FIRST` or `LAST`", spellingHint({"FIRST", "LAST"}));
  }
  return true;
}

/// ORDER BY a, b DESC
bool Parser::orderList(std::vector<OrderItem> &list) {
  if (next == 0 || tokens[next - 1].kind != Tok::LParen)
    mayBreak(2);
  Span span(*this, 2);
  advance();
  advance();
  bool ok = true;
  do {
    OrderItem item;
    if (orderItem(item)) {
      list.push_back(std::move(item));
    } else {
      ok = false;
      recover();
    }
  } while (accept(Tok::Comma));
  return ok;
}

} // namespace levada::sql
