//===- Streams.cpp - [stream.X]: clauses of TOML as a query ---------------===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

namespace levada::lower {

using namespace flow;

static OnError policyOf(const doc::ErrorPolicy &policy) {
  if (policy.action == doc::OnError::Skip)
    return OnError::skip;
  if (policy.action == doc::OnError::DeadLetter)
    return policy.deadLetter ? OnError::dead_letter : OnError::skip;
  return OnError::fail;
}

Relation Lowering::relation(const std::string &name) {
  auto at = relations.find(name);
  return at == relations.end() ? Relation() : at->second;
}

bool Lowering::clausesNotYet(const doc::Stream &stream) {
  for (const doc::Clause &clause : stream.clauses)
    engine.emit(clause.key.range, diag::ClauseNotYet, "`" + clause.key.text + "`");
  return !stream.clauses.empty();
}

Relation Lowering::lowerUnion(const doc::Stream &stream) {
  std::vector<Operand> inputs;
  for (const doc::Name &name : stream.unionOf)
    inputs.push_back({relation(name.text), name.range, "`" + name.text + "`"});
  for (Operand &input : inputs)
    input.relation = trimmed(input.relation, stream.name.text);
  return unite(std::move(inputs), stream.name.text, stream.range, "the union");
}

std::optional<Query> Lowering::readClauses(const doc::Stream &stream) {
  Query query;
  query.name = stream.name.text;
  query.range = stream.range;
  query.onError = policyOf(stream.onError);
  if (stream.onError.deadLetter)
    query.deadLetter = stream.onError.deadLetter->text;
  if (stream.late)
    query.late = stream.late->text;
  auto expression = [&](const doc::Text &text) -> const sql::Expr * {
    sql::ExprPtr expr = sql::parseExpression(text.buffer, engine);
    if (!expr)
      return nullptr;
    query.ownedExprs.push_back(std::move(expr));
    return query.ownedExprs.back().get();
  };
  if (stream.where)
    if (const sql::Expr *condition = expression(stream.where))
      query.where.push_back(condition);
  if (stream.having) {
    query.having = expression(stream.having);
    query.broken |= !query.having;
  }
  query.windowFailed = stream.windowFailed;
  if (stream.window) {
    const doc::Window &window = *stream.window;
    WindowClause clause;
    clause.kind = window.kind == doc::WindowKind::Tumble  ? WindowKind::tumble
                  : window.kind == doc::WindowKind::Hop   ? WindowKind::hop
                  : window.kind == doc::WindowKind::Cumulate ? WindowKind::cumulate
                                                             : WindowKind::session;
    clause.size = window.size.millis;
    clause.slide = window.step ? window.step->millis : 0;
    clause.offset = window.offset ? window.offset->millis : 0;
    clause.range = window.range;
    if (window.on)
      clause.on = sql::Name{window.on->text, window.on->range, false};
    query.window = clause;
  }
  query.grouped = stream.grouped;
  query.groupRange = stream.groupByRange;
  for (const doc::Text &text : stream.groupBy) {
    const sql::Expr *expr = text ? expression(text) : nullptr;
    query.broken |= !expr;
    if (expr)
      query.groupBy.push_back(expr);
  }
  query.selects = !stream.select.empty();
  query.selectRange = stream.selectRange;
  for (const doc::Text &text : stream.select) {
    std::optional<sql::SelectItem> item =
        text ? sql::parseSelectItem(text.buffer, engine) : std::nullopt;
    query.broken |= !item;
    if (!item)
      continue;
    query.ownedItems.push_back(std::make_unique<sql::SelectItem>(std::move(*item)));
    query.items.push_back(query.ownedItems.back().get());
  }
  query.distinct = stream.distinct;
  query.distinctRange = stream.distinctRange;
  query.orderRange = stream.orderByRange;
  for (const doc::Text &text : stream.orderBy) {
    std::optional<sql::OrderItem> item =
        text ? sql::parseOrderItem(text.buffer, engine) : std::nullopt;
    query.broken |= !item;
    if (!item)
      continue;
    query.ownedOrder.push_back(std::make_unique<sql::OrderItem>(std::move(*item)));
    query.orderBy.push_back(query.ownedOrder.back().get());
  }
  query.limitRange = stream.limitRange;
  if (stream.limit)
    query.limit = *stream.limit;
  return query;
}

Relation Lowering::lowerStream(const doc::Stream &stream) {
  Relation failed;
  if (clausesNotYet(stream))
    return failed;
  if (stream.sql) {
    const sql::Query *written = queryTree(stream.sql);
    if (!written)
      return failed;
    return lowerSql(*written, stream.name.text, policyOf(stream.onError),
                    stream.onError.deadLetter ? std::optional(stream.onError.deadLetter->text)
                                              : std::nullopt);
  }
  std::optional<Query> query = readClauses(stream);
  if (!query)
    return failed;
  if (stream.from)
    query->input = relation(stream.from->text);
  else if (!stream.unionOf.empty())
    query->input = lowerUnion(stream);
  else
    return failed;
  if (query->input.name.empty())
    query->input.name = stream.name.text;
  Relation result = lowerClauses(*query);
  if (query->broken) // which names it would have had is not known
    result.value = {};
  return result;
}

} // namespace levada::lower
