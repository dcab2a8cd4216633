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
  Relation result;
  std::vector<const doc::Name *> names;
  std::vector<Relation> inputs;
  bool failed = false;
  for (const doc::Name &name : stream.unionOf) {
    Relation input = relation(name.text);
    failed |= !input.value;
    for (const std::string &column : input.broken)
      result.broken.insert(column);
    result.brokenTime |= input.brokenTime;
    names.push_back(&name);
    inputs.push_back(std::move(input));
  }
  // With columns left out, positions mean nothing.
  if (failed || inputs.empty() || !result.broken.empty())
    return result;
  StreamType first = inputs[0].type();
  for (size_t i = 1; i < inputs.size(); ++i)
    if (inputs[i].type().size() != first.size()) {
      size_t here = inputs[i].type().size(), there = first.size();
      engine.emit(names[i]->range, diag::UnionColumns, names[i]->text, here, names[0]->text, there)
          .label(names[0]->range, fmt::format("{} column{}", there, there == 1 ? "" : "s"))
          .label(names[i]->range, fmt::format("{} column{}", here, here == 1 ? "" : "s"));
      failed = true;
    }
  if (failed)
    return result;
  std::vector<std::string> columns;
  std::vector<mlir::Type> types;
  std::string time;
  for (size_t column = 0; column < first.size(); ++column) {
    llvm::SmallVector<SqlType> all;
    bool isTime = true;
    for (const Relation &input : inputs) {
      StreamType type = input.type();
      all.push_back(type.columnType(column));
      isTime &= type.getTime() && type.getTime() == type.getNames()[column];
    }
    SqlType common = sema::commonType(all);
    if (!common) {
      for (size_t i = 1; i < inputs.size(); ++i)
        if (!sema::commonType({all[0], all[i]})) {
          engine.emit(names[i]->range, diag::NoCommonType,
                      fmt::format("column {} of the union, `{}`", column + 1, first.getNames()[column].str()),
                      sema::display(all[0]), sema::display(all[i]))
              .label(names[0]->range, "here it is " + sema::display(all[0]))
              .label(names[i]->range, "here it is " + sema::display(all[i]))
              .hint("CAST one of them");
          break;
        }
      failed = true;
      continue;
    }
    if (isTime && common.getKind() == all[0].getKind())
      time = first.getNames()[column].str();
    columns.push_back(first.getNames()[column].str());
    types.push_back(common);
  }
  if (failed)
    return result;
  StreamType type = streamType(columns, types, time);
  mlir::Location location = locate(stream.range);
  llvm::SmallVector<mlir::Value> values;
  for (const Relation &input : inputs)
    values.push_back(recast(input.value, type, stream.name.text, location));
  result.value = builder.create<UnionOp>(location, type, values, stream.name.text);
  if (time.empty() && first.getTime())
    result.lostTime = first.getTime().str();
  return result;
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
    query.where = expression(stream.where);
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
    std::optional<Query> query =
        written ? readSql(*written, stream.name.text) : std::nullopt;
    if (!query)
      return failed;
    query->onError = policyOf(stream.onError);
    if (stream.onError.deadLetter)
      query->deadLetter = stream.onError.deadLetter->text;
    return lowerQuery(*query);
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
  Relation result = lowerQuery(*query);
  if (query->broken) // which names it would have had is not known
    result.value = {};
  return result;
}

} // namespace levada::lower
