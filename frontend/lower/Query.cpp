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

bool Lowering::isProctime(const sql::Expr &expr) {
  auto *call = dyn_cast<sql::CallExpr>(&expr);
  return call && call->args.empty() && llvm::StringRef(call->name.text).equals_insensitive("PROCTIME");
}

/// Says of names that exist elsewhere why they are not here.
static void explainNames(sema::Scope &names, const Query &query, const std::string &clause,
                         bool inSelect) {
  if (!query.window)
    for (const char *name : {"window_start", "window_end", "window_time"})
      names.explain(name, query.windowHint());
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

//===----------------------------------------------------------------------===//
// What expressions see
//===----------------------------------------------------------------------===//

void Lowering::enterStage(Stage &stage, Relation relation, const Query &query) {
  stage.relation = std::move(relation);
  stage.names = scopeOf(stage.relation, nullptr);
  stage.names.setEnclosing(query.enclosing);
  stage.names.number = scopes++;
}

std::optional<mlir::Value> Lowering::standIn(Stage &stage, const Query &query,
                                             const sql::Expr &expr) {
  if (stage.failed.count(&expr))
    return mlir::Value();
  if (auto at = stage.made.find(&expr); at != stage.made.end()) {
    mlir::Value value = stage.names.all()[stage.relation.type().indexOf(at->second)].value;
    if (stage.negated.count(&expr))
      value = builder.create<NotOp>(locate(expr.range), value.getType(), value);
    return value;
  }
  if (stage.grouping)
    return known(expr, stage, query);
  return std::nullopt;
}

void Lowering::useStage(sema::Binder &binder, Stage &stage, const Query &query) {
  if (stage.grouping || !stage.made.empty() || !stage.failed.empty())
    binder.substitute = [this, &stage, &query](const sql::Expr &e) {
      return standIn(stage, query, e);
    };
}

void Lowering::where(Stage &stage, const sql::Expr &condition, const Query &query,
                     const std::string &clause) {
  if (!answerQueries(stage, {&condition}, query, clause, /*filters=*/true))
    return;
  Relation &relation = stage.relation;
  mlir::Location location = locate(condition.range);
  OnError onError = stage.policy ? query.onError : OnError::fail;
  auto op = builder.create<FilterOp>(
      location, relation.value.getType(),
      onError == OnError::dead_letter ? mlir::Type(deadLetterType()) : mlir::Type(),
      relation.value, query.name, onError);
  mlir::Block *block = rowBlock(op.getBody(), relation.type(), location);
  enter(stage.names, block);
  mlir::Value value;
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    sema::Binder binder(engine, builder, stage.names, clause);
    useStage(binder, stage, query);
    if (clause == "QUALIFY") // knows the names that SELECT gives
      binder.substitute = [&](const sql::Expr &e) -> std::optional<mlir::Value> {
        auto *column = dyn_cast<sql::ColumnExpr>(&e);
        size_t used = 0;
        const sema::Column *other = nullptr;
        if (column && column->parts.size() == 1 && !stage.names.find(column->parts, used, other) && !other)
          for (const sql::SelectItem *item : query.items)
            if (item->alias && item->alias->text == column->parts[0].text)
              return binder.bind(*item->expr);
        return standIn(stage, query, e);
      };
    value = binder.bindCondition(condition, clause);
    if (value)
      builder.create<YieldOp>(location, value);
  }
  if (!value) {
    op.erase();
    return;
  }
  feed(query.deadLetter, op.getDead());
  relation.value = query.isSql ? filterFirst(op) : op.getOutput();
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
  bool plain = false;    ///< a column, as it is
};
} // namespace

std::vector<std::string> Lowering::uniqueNames(std::vector<std::string> names) {
  std::set<std::string> taken;
  for (std::string &name : names) {
    std::string free = name;
    for (int i = 0; !taken.insert(free).second; ++i)
      free = name + std::to_string(i);
    name = free;
  }
  return names;
}

/// Which columns of `*` and `t.*` are meant.
static bool inStar(const sema::Column &column, const std::string &table) {
  if (table.empty())
    return column.access == sema::Column::Free;
  return column.access != sema::Column::Hidden && column.table == table;
}

Relation Lowering::select(Stage &stage, Query &query) {
  std::string clause = query.word("select", "SELECT"), order = query.word("order_by", "ORDER BY");
  std::vector<const sql::Expr *> all;
  for (const sql::SelectItem *item : query.items)
    all.push_back(item->expr.get());
  for (const sql::OrderItem *item : query.orderBy)
    all.push_back(item->expr.get());
  if (!answerQueries(stage, all, query, clause, /*filters=*/false))
    return {};
  const Relation &relation = stage.relation;
  sema::Scope &names = stage.names;
  StreamType input = relation.type();
  SourceRange range = query.selects && query.selectRange.valid() ? query.selectRange : query.range;
  mlir::Location location = locate(range);
  OnError onError = stage.policy ? query.onError : OnError::fail;
  auto op = builder.create<ProjectOp>(
      location, input, onError == OnError::dead_letter ? mlir::Type(deadLetterType()) : mlir::Type(),
      relation.value, query.name, onError);
  mlir::Block *block = rowBlock(op.getBody(), input, location);
  enter(names, block);
  Relation result;
  result.source = relation.source;
  result.lostTime = relation.lostTime;
  result.brokenTime = relation.brokenTime;
  result.name = relation.name;
  result.broken = relation.broken;
  std::vector<Output> outputs;
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    sema::Binder binder(engine, builder, names, clause);
    useStage(binder, stage, query);
    if (query.selects)
      result.broken.clear();
    auto star = [&](SourceRange where, const std::string &table) {
      size_t before = outputs.size();
      for (const sema::Column &column : names.all())
        if (inStar(column, table))
          outputs.push_back({column.name, column.value, where, nullptr, true});
      return outputs.size() > before;
    };
    if (!query.selects)
      star(range, "");
    for (const sql::SelectItem *written : query.items) {
      const sql::SelectItem &item = *written;
      if (auto *all = dyn_cast<sql::StarExpr>(item.expr.get())) {
        if (stage.grouping) {
          engine.emit(all->range, diag::MisplacedStar, clause + " with groups")
              .hint("name the grouping columns and aggregates");
          continue;
        }
        std::string table = all->qualifier.empty() ? "" : all->qualifier.back().text;
        if (!star(all->range, table) && !table.empty() && relation.broken.empty()) {
          std::vector<std::string> tables;
          for (const sema::Column &column : names.all())
            if (!column.table.empty() && !llvm::is_contained(tables, column.table))
              tables.push_back(column.table);
          auto flight = engine.emit(all->qualifier.back().range, diag::NoSuchInput, table);
          if (tables.size() == 1)
            flight.hint("the input is `" + tables.front() + "`");
          else
            flight.note("inputs here: " + sema::listNames(tables));
          continue;
        }
        result.broken.insert(relation.broken.begin(), relation.broken.end());
        continue;
      }
      std::string name = "EXPR$" + std::to_string(outputs.size() + result.broken.size());
      SourceRange nameRange = item.expr->range;
      auto *column = dyn_cast<sql::ColumnExpr>(item.expr.get());
      if (item.alias) {
        name = item.alias->text;
        nameRange = item.alias->range;
      } else if (column) {
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
      auto *call = dyn_cast<sql::CallExpr>(item.expr.get());
      bool rowtime = call && llvm::StringRef(call->name.text).ends_with("_ROWTIME");
      outputs.push_back({name, value, nameRange, item.expr.get(), column || rowtime});
    }
    if (query.isSql) {
      // As Flink: the second `a` is a0.
      std::vector<std::string> unique;
      for (const Output &output : outputs)
        unique.push_back(output.name);
      unique = uniqueNames(std::move(unique));
      for (auto [output, name] : llvm::zip(outputs, unique))
        output.name = name;
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
    binder.setClause(order);
    for (const sql::OrderItem *item : query.orderBy) {
      const Output *found = nullptr;
      if (auto *literal = dyn_cast<sql::LiteralExpr>(item->expr.get());
          literal && literal->literal == sql::LiteralKind::Integer) {
        size_t position = 0;
        if (!llvm::StringRef(literal->text).getAsInteger(10, position) && position >= 1 &&
            position <= query.visible) {
          found = &outputs[position - 1];
        } else if (query.isSql) {
          if (result.broken.empty())
            engine.emit(item->expr->range, diag::OrderPosition, literal->text, query.visible);
          query.sortColumns.push_back("");
          continue;
        }
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
      outputs.push_back({name, value, item->expr->range, item->expr.get(),
                         dyn_cast<sql::ColumnExpr>(item->expr.get()) != nullptr});
    }
    // The time of windows goes with their bounds, seen or not.
    if (const std::optional<Windowed> &window = relation.window; window && !window->time.empty()) {
      auto has = [&](const std::string &column) {
        mlir::Value value = block->getArgument(input.indexOf(column));
        return llvm::any_of(outputs, [&](const Output &o) { return o.plain && o.value == value; });
      };
      if (query.isSql && !query.distinct && query.orderBy.empty() && query.limit < 0 &&
          has(window->start) && has(window->end) && !has(window->time)) {
        std::string name = unique("$window_time", taken);
        taken.insert(name);
        outputs.push_back({name, block->getArgument(input.indexOf(window->time)), range, nullptr, true});
      }
    }
    llvm::SmallVector<mlir::Value> values;
    for (const Output &output : outputs)
      values.push_back(output.value);
    builder.create<YieldOp>(location, values);
  }
  std::vector<std::string> outputNames;
  std::vector<mlir::Type> types;
  std::string time;
  bool identity = outputs.size() == input.size();
  std::map<std::string, std::string> renamed; ///< of columns handed on
  for (size_t i = 0; i < outputs.size(); ++i) {
    outputNames.push_back(outputs[i].name);
    types.push_back(outputs[i].value.getType());
    auto argument = llvm::dyn_cast<mlir::BlockArgument>(outputs[i].value);
    bool plain = argument && argument.getOwner() == block;
    identity &= plain && argument.getArgNumber() == i && input.getNames()[i].getValue() == outputs[i].name;
    if (outputs[i].expr && isProctime(*outputs[i].expr) && i < query.visible)
      result.proctimes.insert(outputs[i].name);
    if (!plain || !outputs[i].plain)
      continue;
    std::string from = input.getNames()[argument.getArgNumber()].str();
    if (i < query.visible || llvm::StringRef(outputs[i].name).starts_with("$"))
      renamed.emplace(from, outputs[i].name);
    if (relation.proctimes.count(from))
      result.proctimes.insert(outputs[i].name);
    bool isTime = input.getTime() && input.getTime() == from;
    if (isTime && time.empty())
      time = outputs[i].name;
    else if (isTime || relation.rowtimes.count(from))
      result.rowtimes.insert(outputs[i].name);
  }
  if (time.empty() && !result.rowtimes.empty()) {
    time = *result.rowtimes.begin();
    result.rowtimes.erase(time);
  }
  if (const std::optional<Windowed> &window = relation.window;
      window && renamed.count(window->start) && renamed.count(window->end)) {
    Windowed kept{window->window, renamed[window->start], renamed[window->end],
                  renamed.count(window->time) ? renamed[window->time] : "", {}, window->ofFunction};
    for (const std::string &key : window->keys)
      kept.keys.push_back(renamed.count(key) ? renamed[key] : "");
    result.window = std::move(kept);
  }
  if (identity && !query.isSql) {
    op.erase();
    result = relation;
    return result;
  }
  if (input.getTime() && time.empty())
    result.lostTime = input.getTime().str();
  if (input.getTime() && result.broken.count(input.getTime().str()))
    result.brokenTime = true;
  for (size_t i = query.visible; i < outputs.size(); ++i)
    if (llvm::StringRef(outputs[i].name).starts_with("$window_time")) {
      for (const std::string &name : outputNames)
        result.fields.push_back({result.name, name});
      result.fields[i].access = sema::Column::Hidden;
    }
  if (identity) {
    op.erase();
    result.value = relation.value;
    return result;
  }
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
  Relation result;
  result.name = relation.name;
  result.broken = relation.broken;
  result.source = relation.source;
  result.value = op.getOutput();
  return result;
}

/// On streams of SQL: the first rows, in an order or as they come; or all of
/// them in the order of time.
bool Lowering::checkBatch(const Relation &relation, const Query &query) {
  if (batch)
    return true;
  bool limited = query.limit >= 0;
  mlir::StringAttr time = relation.type().getTime();
  const std::string first = query.sortColumns.empty() ? "" : query.sortColumns.front();
  bool timed = !first.empty() && !query.orderBy.front()->descending &&
               ((time && time.getValue() == first) || relation.rowtimes.count(first) ||
                relation.proctimes.count(first));
  if (query.isSql && (limited || timed || (query.orderBy.empty() && query.skip >= 0)))
    return true;
  if (query.isSql && first.empty() && !query.orderBy.empty())
    return false; // reported
  bool orders = !query.orderBy.empty();
  auto flight = engine.emit(orders ? query.orderRange : query.limitRange, diag::BatchOnly,
                            orders ? query.word("order_by", "ORDER BY") : query.word("limit", "LIMIT"));
  if (document.isScript)
    flight.hint("SET 'execution.runtime-mode' = 'batch'");
  else
    flight.hint("add mode = \"batch\" to [pipeline]");
  if (query.isSql)
    flight.note("on a stream, rows can be sorted by their event time, or with LIMIT");
  return false;
}

Relation Lowering::sort(Relation relation, const Query &query) {
  if (!checkBatch(relation, query)) {
    relation.value = {};
    return relation;
  }
  llvm::SmallVector<mlir::Attribute> keys;
  for (size_t i = 0; i < query.orderBy.size(); ++i) {
    const sql::OrderItem &item = *query.orderBy[i];
    if (i >= query.sortColumns.size() || query.sortColumns[i].empty())
      continue;
    int64_t column = relation.value ? relation.type().indexOf(query.sortColumns[i]) : -1;
    if (column >= 0 && relation.type().columnType(column).isNested()) {
      engine.emit(item.expr->range, diag::OperandType, query.isSql ? "ORDER BY" : "order_by",
                  sema::display(relation.type().columnType(column)))
          .hint("rows, arrays and maps have no order: sort by a part of them");
      relation.broken.insert(query.sortColumns[i]);
      continue;
    }
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
  bool ordered = query.orderBy.empty() || batch;
  if (!ordered && query.limit >= 0) {
    relation.rowtimes.clear();
    relation.proctimes.clear();
  }
  if (query.visible < type.size()) {
    std::vector<std::string> names;
    for (mlir::StringAttr name : type.getNames().take_front(query.visible))
      names.push_back(name.str());
    relation.value = recast(relation.value,
                            streamType(names, type.getTypes().take_front(query.visible),
                                       type.getTime() && llvm::is_contained(names, type.getTime().str())
                                           ? type.getTime().getValue()
                                           : ""),
                            query.name, location);
  }
  return relation;
}

Relation Lowering::lowerClauses(Query &query) {
  Stage stage;
  if (!query.input.value)
    return query.input;
  enterStage(stage, query.input, query);
  if (!query.where.empty()) {
    std::string clause = query.word("where", "WHERE");
    explainNames(stage.names, query, clause, /*inSelect=*/false);
    for (const sql::Expr *condition : query.where)
      where(stage, *condition, query, clause);
    enterStage(stage, stage.relation, query);
  }
  if (query.windowFailed || !stage.relation.value) { // what follows would miss the window
    stage.relation.value = {};
    return stage.relation;
  }
  if (needsGroups(query)) {
    aggregate(stage, query);
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
      enterStage(stage, addWindow(stage.relation, query), query);
    if (stage.relation.value)
      explainNames(stage.names, query, "", /*inSelect=*/true);
  }
  if (!stage.relation.value)
    return stage.relation;
  over(stage, query);
  if (!stage.relation.value)
    return stage.relation;
  if (query.qualify)
    where(stage, *query.qualify, query, "QUALIFY");
  Relation relation;
  if (!query.selects && stage.grouping)
    relation = selectKeys(stage, query);
  else
    relation = select(stage, query);
  if (stage.grouping && windowFailed(stage)) {
    relation.value = {};
    relation.brokenTime = true;
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
