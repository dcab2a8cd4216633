//===- Query.cpp - where, select, distinct, order: one stream's clauses ---===//
//
// Builds, in this order: filter, window or aggregate, projection, distinct,
// sort. An item of `select` that is wrong is left out of the result and its
// name remembered.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/Support/Casting.h"

namespace levada::lower {

using namespace flow;
using llvm::dyn_cast;

bool Lowering::isWindowColumn(const sql::Expr &expr) {
  auto *column = dyn_cast<sql::ColumnExpr>(&expr);
  if (!column || column->parts.size() > 2)
    return false;
  const std::string &name = column->parts.back().text;
  return name == "window_start" || name == "window_end" || name == "window_time";
}

/// Says of names that exist elsewhere why they are not here.
static void explainNames(sema::Scope &names, const Query &query, const std::string &clause,
                         bool inSelect) {
  if (!query.window)
    for (const char *name : {"window_start", "window_end", "window_time"})
      names.explain(name, "window columns come with `window`, such as window = { tumble = \"1h\" }");
  else if (!inSelect)
    for (const char *name : {"window_start", "window_end", "window_time"})
      names.explain(name, "the window comes after " + clause);
  if (!inSelect)
    for (const sql::SelectItem *item : query.items)
      if (item->alias)
        names.explain(item->alias->text,
                      "it is made by " + query.word("select", "SELECT") + ", after " + clause +
                          ": write its expression");
}

void Lowering::filter(Relation &relation, const sql::Expr &condition, const Query &query,
                      sema::Scope &names, const sema::Binder::Substitute &substitute,
                      const std::string &clause, bool policy) {
  mlir::Location location = locate(condition.range);
  OnError onError = policy ? query.onError : OnError::fail;
  auto op = builder.create<FilterOp>(
      location, relation.value.getType(),
      onError == OnError::dead_letter ? mlir::Type(deadLetterType()) : mlir::Type(),
      relation.value, query.name, onError);
  mlir::Block *block = rowBlock(op.getBody(), relation.type(), location);
  enter(names, block);
  mlir::Value value;
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    sema::Binder binder(engine, builder, names, clause);
    binder.substitute = substitute;
    value = binder.bindCondition(condition, clause);
    if (value)
      builder.create<YieldOp>(location, value);
  }
  if (!value) {
    op.erase();
    return;
  }
  relation.value = op.getOutput();
  feed(query.deadLetter, op.getDead());
}

//===----------------------------------------------------------------------===//
// select
//===----------------------------------------------------------------------===//

namespace {
struct Output {
  std::string name;
  mlir::Value value;
  SourceRange range;
  const sql::Expr *expr; ///< null for a column of `*`
};
} // namespace

Relation Lowering::select(const Relation &relation, Query &query, sema::Scope &names,
                          const sema::Binder::Substitute &substitute, bool policy) {
  StreamType input = relation.type();
  std::string clause = query.word("select", "SELECT");
  SourceRange range = query.selects && query.selectRange.valid() ? query.selectRange : query.range;
  mlir::Location location = locate(range);
  OnError onError = policy ? query.onError : OnError::fail;
  auto op = builder.create<ProjectOp>(
      location, input, onError == OnError::dead_letter ? mlir::Type(deadLetterType()) : mlir::Type(),
      relation.value, query.name, onError);
  mlir::Block *block = rowBlock(op.getBody(), input, location);
  enter(names, block);
  Relation result = relation;
  result.broken = relation.broken;
  std::vector<Output> outputs;
  bool identity = true;
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    sema::Binder binder(engine, builder, names, clause);
    binder.substitute = substitute;
    if (query.selects)
      result.broken.clear();
    auto all = [&](SourceRange where, const std::string &table) {
      for (const sema::Column &column : names.all())
        if (table.empty() || column.table == table)
          outputs.push_back({column.name, column.value, where, nullptr});
    };
    if (!query.selects)
      all(range, "");
    for (size_t i = 0; i < query.items.size(); ++i) {
      const sql::SelectItem &item = *query.items[i];
      if (auto *star = dyn_cast<sql::StarExpr>(item.expr.get())) {
        if (substitute) {
          engine.emit(star->range, diag::MisplacedStar, clause + " with groups")
              .hint("name the grouping columns and aggregates");
          continue;
        }
        std::string table = star->qualifier.empty() ? "" : star->qualifier.back().text;
        if (!table.empty() && table != relation.name) {
          engine.emit(star->range, diag::NoSuchInput, table)
              .hint("the input is `" + relation.name + "`");
          continue;
        }
        all(star->range, table);
        result.broken.insert(relation.broken.begin(), relation.broken.end());
        continue;
      }
      std::string name = "EXPR$" + std::to_string(i);
      SourceRange nameRange = item.expr->range;
      if (item.alias) {
        name = item.alias->text;
        nameRange = item.alias->range;
      } else if (auto *column = dyn_cast<sql::ColumnExpr>(item.expr.get())) {
        name = column->parts.back().text;
      }
      mlir::Value value = binder.bind(*item.expr);
      if (value && sema::typeOf(value).getKind() == SqlKind::Null) {
        engine.emit(item.expr->range, diag::UntypedNull)
            .hint("write CAST(NULL AS STRING), or another type");
        value = {};
      }
      if (!value) {
        result.broken.insert(name);
        continue;
      }
      outputs.push_back({name, value, nameRange, item.expr.get()});
    }
    // Two columns of one name: keep the first.
    std::map<std::string, SourceRange> seen;
    for (size_t i = 0; i < outputs.size();) {
      auto [at, isNew] = seen.emplace(outputs[i].name, outputs[i].range);
      if (isNew) {
        ++i;
        continue;
      }
      engine.emit(outputs[i].range, diag::RepeatedColumn, outputs[i].name)
          .label(at->second, "the first one")
          .hint("give it another name: `… AS name`");
      outputs.erase(outputs.begin() + i);
    }
    query.visible = outputs.size();

    // ORDER BY: a position, an output column, an output's expression, or
    // an expression of its own, which becomes a column for sorting alone.
    std::set<std::string> taken;
    for (const Output &output : outputs)
      taken.insert(output.name);
    query.sortColumns.clear();
    std::string order = query.word("order_by", "ORDER BY");
    binder.setClause(order);
    for (const sql::OrderItem *item : query.orderBy) {
      const Output *found = nullptr;
      if (auto *literal = dyn_cast<sql::LiteralExpr>(item->expr.get());
          literal && literal->literal == sql::LiteralKind::Integer) {
        size_t position = 0;
        if (!llvm::StringRef(literal->text).getAsInteger(10, position) && position >= 1 &&
            position <= query.visible)
          found = &outputs[position - 1];
      } else if (auto *column = dyn_cast<sql::ColumnExpr>(item->expr.get());
                 column && column->parts.size() == 1) {
        for (size_t i = 0; i < query.visible && !found; ++i)
          if (outputs[i].name == column->parts[0].text)
            found = &outputs[i];
        if (!found && result.broken.count(column->parts[0].text)) {
          query.sortColumns.push_back("");
          continue;
        }
      }
      if (!found) {
        std::string wanted = sema::fingerprint(*item->expr, names);
        for (size_t i = 0; i < query.visible && !found; ++i)
          if (outputs[i].expr && sema::fingerprint(*outputs[i].expr, names) == wanted)
            found = &outputs[i];
      }
      if (found) {
        query.sortColumns.push_back(found->name);
        continue;
      }
      mlir::Value value = query.distinct ? mlir::Value() : binder.bind(*item->expr);
      if (query.distinct)
        engine.emit(item->expr->range, diag::UnknownColumn, sql::print(*item->expr))
            .hint("with " + query.word("distinct", "DISTINCT") + ", rows are sorted by columns of " + clause);
      std::string name = value ? unique(sql::print(*item->expr), taken) : "";
      query.sortColumns.push_back(name);
      if (!value)
        continue;
      taken.insert(name);
      outputs.push_back({name, value, item->expr->range, item->expr.get()});
    }
    llvm::SmallVector<mlir::Value> values;
    for (const Output &output : outputs)
      values.push_back(output.value);
    builder.create<YieldOp>(location, values);
  }
  std::vector<std::string> outputNames;
  std::vector<mlir::Type> types;
  std::string time;
  identity = outputs.size() == input.size();
  for (size_t i = 0; i < outputs.size(); ++i) {
    outputNames.push_back(outputs[i].name);
    types.push_back(outputs[i].value.getType());
    auto argument = llvm::dyn_cast<mlir::BlockArgument>(outputs[i].value);
    bool plain = argument && argument.getOwner() == block;
    identity &= plain && argument.getArgNumber() == i && input.getNames()[i].getValue() == outputs[i].name;
    if (plain && time.empty() && i < query.visible && input.getTime() &&
        input.getNames()[argument.getArgNumber()] == input.getTime())
      time = outputs[i].name;
  }
  if (identity) {
    op.erase();
    result.value = relation.value;
    return result;
  }
  if (input.getTime() && time.empty())
    result.lostTime = input.getTime().str();
  if (input.getTime() && result.broken.count(input.getTime().str()))
    result.brokenTime = true;
  op.getOutput().setType(streamType(outputNames, types, time));
  result.value = op.getOutput();
  feed(query.deadLetter, op.getDead());
  return result;
}

//===----------------------------------------------------------------------===//
// distinct, order, limit
//===----------------------------------------------------------------------===//

Relation Lowering::distinct(Relation relation, const Query &query) {
  StreamType type = relation.type();
  llvm::SmallVector<mlir::Attribute> keys(type.getNames().begin(), type.getNames().end());
  std::vector<std::string> names;
  for (mlir::StringAttr name : type.getNames())
    names.push_back(name.str());
  auto op = builder.create<AggregateOp>(locate(query.distinctRange.valid() ? query.distinctRange : query.range),
                                        streamType(names, type.getTypes()), mlir::Type(),
                                        relation.value, query.name, builder.getArrayAttr(keys),
                                        WindowAttr(), builder.getArrayAttr({}));
  relation.value = op.getOutput();
  return relation;
}

bool Lowering::checkBatch(const Query &query) {
  if (batch)
    return true;
  if (!query.orderBy.empty())
    engine.emit(query.orderRange, diag::BatchOnly, query.word("order_by", "ORDER BY"))
        .hint("add mode = \"batch\" to [pipeline]");
  else
    engine.emit(query.limitRange, diag::BatchOnly, query.word("limit", "LIMIT"))
        .hint("add mode = \"batch\" to [pipeline]");
  return false;
}

Relation Lowering::sort(Relation relation, const Query &query) {
  if (!checkBatch(query)) {
    relation.value = {};
    return relation;
  }
  llvm::SmallVector<mlir::Attribute> keys;
  for (size_t i = 0; i < query.orderBy.size(); ++i) {
    const sql::OrderItem &item = *query.orderBy[i];
    if (i >= query.sortColumns.size() || query.sortColumns[i].empty())
      continue;
    // NULLs are lowest unless the item says otherwise.
    keys.push_back(SortKeyAttr::get(&context, builder.getStringAttr(query.sortColumns[i]),
                                    item.descending, item.nullsFirst.value_or(!item.descending)));
  }
  SourceRange range = query.orderRange.valid() ? query.orderRange : query.limitRange;
  mlir::Location location = locate(range.valid() ? range : query.range);
  relation.value = builder.create<SortOp>(location, relation.value.getType(), relation.value,
                                          query.name, builder.getArrayAttr(keys),
                                          static_cast<uint64_t>(query.limit),
                                          static_cast<uint64_t>(query.skip));
  StreamType type = relation.type();
  if (query.visible < type.size()) {
    std::vector<std::string> names;
    for (mlir::StringAttr name : type.getNames().take_front(query.visible))
      names.push_back(name.str());
    relation.value = recast(relation.value,
                            streamType(names, type.getTypes().take_front(query.visible),
                                       type.getTime() ? type.getTime().getValue() : ""),
                            query.name, location);
  }
  return relation;
}

Relation Lowering::lowerQuery(Query &query) {
  Relation relation = query.input;
  if (!relation.value)
    return relation;
  if (query.where) {
    sema::Scope names = scopeOf(relation, nullptr);
    std::string clause = query.word("where", "WHERE");
    explainNames(names, query, clause, /*inSelect=*/false);
    filter(relation, *query.where, query, names, {}, clause, /*policy=*/true);
  }
  if (query.windowFailed) { // what follows would miss the window
    relation.value = {};
    return relation;
  }
  if (needsGroups(query)) {
    relation = aggregate(relation, query);
  } else {
    if (query.having)
      engine.emit(query.having->range, diag::NoGroups,
                  query.word("having", "HAVING") + " has no groups to filter")
          .hint("use " + query.word("where", "WHERE") + " to filter rows");
    if (query.late && query.window)
      engine.emit(query.window->range, diag::NoGroups,
                  "`late` takes rows that a window's groups no longer can, and there are no groups")
          .hint("add aggregates to `select`, or `group_by`");
    if (query.window)
      relation = addWindow(relation, query);
    if (!relation.value)
      return relation;
    sema::Scope names = scopeOf(relation, nullptr);
    explainNames(names, query, "", /*inSelect=*/true);
    relation = select(relation, query, names, {}, /*policy=*/true);
  }
  if (!relation.value)
    return relation;
  if (query.distinct)
    relation = distinct(relation, query);
  if (!query.orderBy.empty() || query.limit >= 0 || query.skip >= 0)
    relation = sort(relation, query);
  return relation;
}

} // namespace levada::lower
