//===- Aggregate.cpp - groups: keys, aggregates, what may stand beside them ===//
//
// project (input columns, computed keys, arguments and filters) → aggregate →
// filter (having) → project (select). All columns of the input stay in front
// for rows that are late; PruneColumns drops what nobody reads.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Casting.h"

namespace levada::lower {

using namespace flow;
using llvm::cast;
using llvm::dyn_cast;

namespace {
struct Key {
  const sql::Expr *expr;
  std::string print;  ///< fingerprint; "" for a plain column
  std::string column; ///< of the aggregate's input; "" when wrong
};
struct Call {
  const sql::CallExpr *expr;
  std::string print;
  bool broken = false;
  const catalog::Aggregate *declaration = nullptr;
  std::vector<std::string> args;
  std::string filter, result;
  SqlType type;
};
/// A column computed for the aggregate, after those of the input.
struct Extra {
  std::string name, print;
  mlir::Value value;
};
} // namespace

struct Lowering::Grouping {
  explicit Grouping(sema::Scope input) : input(std::move(input)) {}
  sema::Scope input; ///< names of the aggregate's input
  StreamType inputType;
  std::vector<Key> keys;
  std::vector<Call> calls;
  std::map<const sql::Expr *, size_t> callOf;
  std::vector<Extra> extras;
  std::set<std::string> taken;    ///< names of columns
  std::set<std::string> reported; ///< columns said to be neither grouped nor …
};

/// Calls `visit` for the outermost aggregate calls of the query's results.
static void forEachAggregate(const Query &query,
                             llvm::function_ref<void(const sql::CallExpr &)> visit) {
  auto look = [&](const sql::Expr &root) {
    sema::walk(root, [&](const sql::Expr &e) {
      auto *call = dyn_cast<sql::CallExpr>(&e);
      if (!call || !sema::isAggregate(*call))
        return true;
      visit(*call);
      return false;
    });
  };
  for (const sql::SelectItem *item : query.items)
    look(*item->expr);
  if (query.having)
    look(*query.having);
  for (const sql::OrderItem *item : query.orderBy)
    look(*item->expr);
}

bool Lowering::needsGroups(const Query &query) {
  bool any = query.grouped;
  forEachAggregate(query, [&](const sql::CallExpr &) { any = true; });
  return any;
}

void Lowering::collect(const Query &query, Grouping &grouping) {
  forEachAggregate(query, [&](const sql::CallExpr &call) {
    std::string print = sema::fingerprint(call, grouping.input);
    for (size_t i = 0; i < grouping.calls.size(); ++i)
      if (grouping.calls[i].print == print) {
        grouping.callOf[&call] = i;
        return;
      }
    grouping.callOf[&call] = grouping.calls.size();
    Call made;
    made.expr = &call;
    made.print = print;
    grouping.calls.push_back(std::move(made));
  });
}

/// The column of the aggregate's input that holds `value`: one of the input,
/// or one computed for it.
static std::string columnFor(mlir::Value value, const std::string &name,
                             const std::string &print, StreamType input,
                             std::vector<Extra> &extras, std::set<std::string> &taken) {
  if (auto argument = llvm::dyn_cast<mlir::BlockArgument>(value))
    if (argument.getArgNumber() < input.size() &&
        llvm::isa<ProjectOp>(argument.getOwner()->getParentOp()))
      return input.getNames()[argument.getArgNumber()].str();
  for (const Extra &extra : extras)
    if (extra.print == print && extra.value.getType() == value.getType())
      return extra.name;
  std::string free = name;
  while (!taken.insert(free).second)
    free += "'";
  extras.push_back({free, print, value});
  return free;
}

void Lowering::bindKeys(const Query &query, Grouping &grouping, sema::Binder &binder) {
  for (const sql::Expr *expr : query.groupBy) {
    if (query.window && isWindowColumn(*expr))
      continue;
    Key key{expr, "", ""};
    mlir::Value value = binder.bind(*expr);
    if (!dyn_cast<sql::ColumnExpr>(expr))
      key.print = sema::fingerprint(*expr, grouping.input);
    if (value && sema::typeOf(value).getKind() == SqlKind::Null) {
      engine.emit(expr->range, diag::UntypedNull);
      value = {};
    }
    if (value)
      key.column = columnFor(value, sql::print(*expr), sema::fingerprint(*expr, grouping.input),
                             grouping.inputType, grouping.extras, grouping.taken);
    bool repeated = false;
    for (const Key &other : grouping.keys)
      repeated |= !key.column.empty() && other.column == key.column;
    if (!repeated)
      grouping.keys.push_back(std::move(key));
  }
}

void Lowering::bindAggregates(Grouping &grouping, sema::Binder &binder) {
  for (Call &call : grouping.calls) {
    const sql::CallExpr &e = *call.expr;
    call.broken = true;
    if (!e.withinGroup.empty() || e.ignoreNulls || e.json) {
      engine.emit(e.range, diag::ExpressionNotYet, "a clause inside " + e.name.text + "(…)");
      continue;
    }
    if (e.distinct && e.args.size() > 1) {
      engine.emit(e.range, diag::ExpressionNotYet, e.name.text + "(DISTINCT …) of several arguments");
      continue;
    }
    binder.insideAggregate = &e;
    std::vector<sema::Argument> arguments;
    std::vector<mlir::Value> values;
    bool failed = false;
    for (const sql::ExprPtr &arg : e.args) {
      mlir::Value value = binder.bind(*arg);
      failed |= !value;
      values.push_back(value);
      if (value)
        arguments.push_back({sema::typeOf(value), {}});
    }
    if (e.filter) {
      binder.setClause("the condition of FILTER");
      mlir::Value condition = binder.bindCondition(*e.filter, "the condition of FILTER");
      failed |= !condition;
      if (condition)
        call.filter = columnFor(condition, sql::print(*e.filter),
                                sema::fingerprint(*e.filter, grouping.input), grouping.inputType,
                                grouping.extras, grouping.taken);
      binder.setClause("an aggregate");
    }
    binder.insideAggregate = nullptr;
    if (failed)
      continue;
    std::string upper = llvm::StringRef(e.name.text).upper();
    bool star = e.star && upper == "COUNT" && !e.distinct;
    sema::Resolved<catalog::Aggregate> resolved;
    if (star || (!e.star && !arguments.empty()))
      resolved = sema::resolveAggregate(upper, arguments, &context);
    if (!resolved.declaration) {
      auto flight = engine.emit(e.name.range, diag::NoMatchingSignature, e.name.text,
                                e.star ? std::string("*") : sema::listTypes(arguments));
      for (size_t i = 0; i < arguments.size(); ++i)
        flight.label(e.args[i]->range, "this is " + sema::display(arguments[i].type));
      std::vector<std::string> all = sema::signatures(upper);
      for (size_t i = 0; i < all.size() && i < 10; ++i)
        flight.note(all[i]);
      continue;
    }
    for (size_t i = 0; i < values.size(); ++i) {
      mlir::Value value =
          binder.castTo(values[i], resolved.params[i], binder.locate(e.args[i]->range));
      call.args.push_back(columnFor(value, sql::print(*e.args[i]),
                                    sema::fingerprint(*e.args[i], grouping.input),
                                    grouping.inputType, grouping.extras, grouping.taken));
    }
    call.declaration = resolved.declaration;
    call.type = resolved.result;
    call.broken = false;
  }
}

std::optional<mlir::Value> Lowering::known(const sql::Expr &expr, Grouping &grouping,
                                           const sema::Scope &names, const Query &query) {
  if (auto *call = dyn_cast<sql::CallExpr>(&expr)) {
    auto at = grouping.callOf.find(call);
    if (at != grouping.callOf.end()) {
      const Call &made = grouping.calls[at->second];
      if (made.broken)
        return mlir::Value();
      const sema::Column *column = names.find(made.result);
      return column ? column->value : mlir::Value();
    }
    // TUMBLE_START(ts, …) and its kin in a query with GROUP BY TUMBLE(ts, …).
    llvm::StringRef name = call->name.text;
    if (query.isSql && query.window &&
        (name.starts_with("TUMBLE_") || name.starts_with("HOP_") || name.starts_with("SESSION_"))) {
      const char *part = name.ends_with("_START") ? "window_start"
                         : name.ends_with("_END") ? "window_end"
                                                  : "window_time";
      const sema::Column *column = names.find(part);
      return column ? column->value : mlir::Value();
    }
  }
  if (auto *column = dyn_cast<sql::ColumnExpr>(&expr)) {
    size_t used = 0;
    const sema::Column *other = nullptr;
    if (names.find(column->parts, used, other) || names.isBroken(column->parts))
      return std::nullopt;
    const sema::Column *input = grouping.input.find(column->parts, used, other);
    if (!input) {
      if (grouping.input.isBroken(column->parts))
        return mlir::Value();
      grouping.input.reportUnknown(*column, engine);
      return mlir::Value();
    }
    // A key that is wrong may have been meant to be this one.
    bool brokenKey = llvm::any_of(grouping.keys, [](const Key &key) { return key.column.empty(); });
    if (!brokenKey && grouping.reported.insert(input->name).second) {
      auto flight = engine.emit(column->range, diag::NotGrouped, input->name);
      flight.hint(query.grouped
                      ? "add it to " + query.word("group_by", "GROUP BY") + ", or aggregate it: MAX(" +
                            sql::print(expr) + ")"
                      : "aggregate it: MAX(" + sql::print(expr) + "), or add " +
                            query.word("group_by", "GROUP BY"));
      if (query.grouped && query.groupRange.valid())
        flight.label(query.groupRange, "grouped by these");
    }
    return mlir::Value();
  }
  std::string print;
  for (const Key &key : grouping.keys) {
    if (key.print.empty() || key.expr->kind != expr.kind)
      continue;
    if (auto *binary = dyn_cast<sql::BinaryExpr>(&expr)) {
      auto *other = cast<sql::BinaryExpr>(key.expr);
      if (other->op != binary->op || other->chain != binary->chain)
        continue;
    }
    if (print.empty())
      print = sema::fingerprint(expr, grouping.input);
    if (print != key.print)
      continue;
    const sema::Column *column = key.column.empty() ? nullptr : names.find(key.column);
    return column ? column->value : mlir::Value();
  }
  return std::nullopt;
}

Relation Lowering::aggregate(Relation relation, Query &query) {
  if (!query.window && !batch) {
    std::string what = query.word("group_by", "GROUP BY");
    SourceRange range = query.groupRange;
    if (!query.grouped)
      forEachAggregate(query, [&](const sql::CallExpr &call) {
        if (range.valid())
          return;
        what = "the aggregate " + call.name.text;
        range = call.range;
      });
    engine.emit(range.valid() ? range : query.range, diag::UpdatingResult, what)
        .hint(std::string("add a window, ") +
              (query.isSql ? "FROM TABLE(TUMBLE(TABLE …, DESCRIPTOR(…), INTERVAL '1' HOUR)),"
                           : "such as window = { tumble = \"1h\" },") +
              " or mode = \"batch\" to [pipeline]");
    relation.value = {};
    return relation;
  }
  WindowAttr window;
  bool windowFailed = false;
  if (query.window) {
    window = windowOf(query, relation);
    windowFailed = !window;
  }

  // The input of the aggregate: all columns, then what is computed.
  StreamType input = relation.type();
  Grouping grouping(scopeOf(relation, nullptr));
  grouping.inputType = input;
  for (mlir::StringAttr name : input.getNames())
    grouping.taken.insert(name.str());
  for (const sql::SelectItem *item : query.items)
    if (item->alias)
      grouping.input.explain(item->alias->text, "it is made by " + query.word("select", "SELECT") +
                                                    ", after the groups: write its expression");
  if (!query.window)
    for (const char *name : {"window_start", "window_end", "window_time"})
      grouping.input.explain(name, "window columns come with `window`, such as window = { tumble = \"1h\" }");
  collect(query, grouping);
  SourceRange range = query.groupRange.valid() ? query.groupRange
                      : query.window           ? query.window->range
                                               : query.range;
  mlir::Location location = locate(range);
  auto project = builder.create<ProjectOp>(
      location, input,
      query.onError == OnError::dead_letter ? mlir::Type(deadLetterType()) : mlir::Type(),
      relation.value, query.name, query.onError);
  mlir::Block *block = rowBlock(project.getBody(), input, location);
  enter(grouping.input, block);
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    sema::Binder binder(engine, builder, grouping.input, query.word("group_by", "GROUP BY"));
    bindKeys(query, grouping, binder);
    binder.setClause("an aggregate");
    bindAggregates(grouping, binder);
    llvm::SmallVector<mlir::Value> values(block->getArguments().begin(),
                                          block->getArguments().end());
    for (const Extra &extra : grouping.extras)
      values.push_back(extra.value);
    builder.create<YieldOp>(location, values);
  }
  Relation made = relation;
  if (grouping.extras.empty()) {
    project.erase();
  } else {
    std::vector<std::string> names;
    std::vector<mlir::Type> types(input.getTypes().begin(), input.getTypes().end());
    for (mlir::StringAttr name : input.getNames())
      names.push_back(name.str());
    for (const Extra &extra : grouping.extras) {
      names.push_back(extra.name);
      types.push_back(extra.value.getType());
    }
    project.getOutput().setType(
        streamType(names, types, input.getTime() ? input.getTime().getValue() : ""));
    made.value = project.getOutput();
    feed(query.deadLetter, project.getDead());
  }

  // The aggregate.
  std::vector<std::string> names;
  std::vector<mlir::Type> types;
  llvm::SmallVector<mlir::Attribute> keys, aggs;
  std::set<std::string> outputs;
  StreamType madeType = made.type();
  for (const Key &key : grouping.keys) {
    if (key.column.empty())
      continue;
    keys.push_back(builder.getStringAttr(key.column));
    names.push_back(key.column);
    types.push_back(madeType.columnType(madeType.indexOf(key.column)));
    outputs.insert(key.column);
  }
  if (window)
    appendWindowColumns(relation, names, types);
  for (const char *name : {"window_start", "window_end", "window_time"})
    outputs.insert(name);
  for (Call &call : grouping.calls) {
    if (call.broken)
      continue;
    call.result = unique(sql::print(*call.expr), outputs);
    outputs.insert(call.result);
    llvm::SmallVector<mlir::StringAttr> args;
    for (const std::string &arg : call.args)
      args.push_back(builder.getStringAttr(arg));
    auto text = [&](std::string_view view) {
      return builder.getStringAttr(llvm::StringRef(view.data(), view.size()));
    };
    aggs.push_back(AggAttr::get(&context, text(call.declaration->sqlName), text(call.declaration->symbol),
                                args, builder.getStringAttr(call.filter), call.expr->distinct,
                                builder.getStringAttr(call.result), call.type));
    names.push_back(call.result);
    types.push_back(call.type);
  }
  auto op = builder.create<AggregateOp>(location, streamType(names, types, window ? "window_time" : ""),
                                        query.late && window ? made.value.getType() : mlir::Type(),
                                        made.value, query.name, builder.getArrayAttr(keys), window,
                                        builder.getArrayAttr(aggs));
  if (op.getLate())
    feed(query.late, recast(op.getLate(), input, query.name, location));

  // What stands after the groups.
  Relation result;
  result.name = relation.name;
  result.value = op.getOutput();
  result.broken = relation.broken;
  result.source = window ? nullptr : relation.source;
  sema::Scope scope = scopeOf(result, nullptr);
  if (windowFailed)
    for (const char *name : {"window_start", "window_end", "window_time"})
      scope.addBroken(name);
  for (const Key &key : grouping.keys)
    if (key.column.empty())
      if (auto *column = dyn_cast<sql::ColumnExpr>(key.expr))
        scope.addBroken(column->parts.back().text);
  sema::Binder::Substitute substitute = [&](const sql::Expr &e) {
    return known(e, grouping, scope, query);
  };
  if (query.having)
    filter(result, *query.having, query, scope, substitute, query.word("having", "HAVING"),
           /*policy=*/false);
  if (!query.selects) {
    // Keys and the window's columns; aggregates have no name to go by.
    size_t count = keys.size() + (window ? 3 : 0);
    names.resize(count);
    types.resize(count);
    query.visible = count;
    result.value = recast(result.value, streamType(names, types, window ? "window_time" : ""),
                          query.name, location);
    for (const sql::OrderItem *item : query.orderBy) {
      auto *column = dyn_cast<sql::ColumnExpr>(item->expr.get());
      bool there = column && llvm::is_contained(names, column->parts.back().text);
      if (!there)
        engine.emit(item->expr->range, diag::UnknownColumn, sql::print(*item->expr))
            .hint("without `select`, rows are sorted by the columns of `group_by`");
      query.sortColumns.push_back(there ? column->parts.back().text : "");
    }
  } else {
    result = select(result, query, scope, substitute, /*policy=*/false);
  }
  if (windowFailed) {
    result.value = {};
    result.brokenTime = true;
  }
  return result;
}

} // namespace levada::lower
