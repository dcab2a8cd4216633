//===- Aggregate.cpp - groups: keys, aggregates, what may stand beside them ===//
//
// project (input columns, computed keys, arguments and filters) → aggregate →
// filter (having) → project (select). All columns of the input stay in front
// for rows that are late; PruneColumns drops what nobody reads.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Grouping.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Casting.h"

namespace levada::lower {

using namespace flow;
using llvm::cast;
using llvm::dyn_cast;

void forEachCall(const Query &query, llvm::function_ref<bool(const sql::CallExpr &)> wanted,
                 llvm::function_ref<void(const sql::CallExpr &)> visit) {
  auto look = [&](const sql::Expr &root) {
    sema::walk(root, [&](const sql::Expr &e) {
      auto *call = dyn_cast<sql::CallExpr>(&e);
      if (!call || !wanted(*call))
        return true;
      visit(*call);
      return false;
    });
  };
  for (const sql::SelectItem *item : query.items)
    look(*item->expr);
  if (query.having)
    look(*query.having);
  if (query.qualify)
    look(*query.qualify);
  for (const sql::OrderItem *item : query.orderBy)
    look(*item->expr);
}

static void forEachAggregate(const Query &query,
                             llvm::function_ref<void(const sql::CallExpr &)> visit) {
  forEachCall(query, sema::isAggregate, visit);
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
  for (const sql::Expr *expr : grouping.exprs) {
    Key key{expr, "", "", {}};
    mlir::Value value = binder.bind(*expr);
    auto *column = dyn_cast<sql::ColumnExpr>(expr);
    if (column) {
      size_t used = 0;
      const sema::Column *other = nullptr;
      if (const sema::Column *found = grouping.input.find(column->parts, used, other))
        key.field = {found->table, found->name, found->access};
      if (used < column->parts.size())
        column = nullptr; // a field of it
    }
    if (!column) {
      key.print = sema::fingerprint(*expr, grouping.input);
      key.field.access = sema::Column::Hidden;
    }
    if (value && sema::typeOf(value).getKind() == SqlKind::Null) {
      engine.emit(expr->range, diag::UntypedNull);
      value = {};
    }
    if (value)
      key.column = columnFor(value, sql::print(*expr), sema::fingerprint(*expr, grouping.input),
                             grouping.inputType, grouping.extras, grouping.taken);
    size_t same = grouping.keys.size();
    for (size_t i = 0; i < grouping.keys.size() && !key.column.empty(); ++i)
      if (grouping.keys[i].column == key.column)
        same = i;
    grouping.keyOf.push_back(same);
    if (same == grouping.keys.size())
      grouping.keys.push_back(std::move(key));
  }
}

void Lowering::bindAggregates(Grouping &grouping, sema::Binder &binder) {
  for (Call &call : grouping.calls) {
    const sql::CallExpr &e = *call.expr;
    call.broken = true;
    // FIRST_VALUE and LAST_VALUE leave NULLs out anyway.
    auto [upper, distinct] = sema::aggregateOf(e);
    bool lists = upper == "ARRAY_AGG", edge = upper == "FIRST_VALUE" || upper == "LAST_VALUE";
    bool nulls = e.ignoreNulls && !lists && !(edge && *e.ignoreNulls);
    bool json = upper == "JSON_ARRAYAGG" || upper == "JSON_OBJECTAGG";
    bool clause = e.json && (!json || e.json->returning || e.json->wrapper || e.json->onEmpty || e.json->onError);
    if (!e.withinGroup.empty() || nulls || clause) {
      engine.emit(e.range, diag::ExpressionNotYet, "a clause inside " + e.name.text + "(…)");
      continue;
    }
    if (distinct && e.args.size() > 1) {
      engine.emit(e.range, diag::ExpressionNotYet, e.name.text + "(DISTINCT …) of several arguments");
      continue;
    }
    binder.insideAggregate = &e;
    std::vector<sema::Argument> arguments;
    std::vector<mlir::Value> values;
    bool failed = false;
    bool nullText = e.json && e.json->onNull ? *e.json->onNull == sql::JsonBehavior::Null
                                             : upper == "JSON_OBJECTAGG";
    // The last argument of a JSON aggregate arrives as JSON.
    auto isJson = [&](const sql::ExprPtr &arg) { return json && &arg == &e.args.back(); };
    for (const sql::ExprPtr &arg : e.args) {
      mlir::Value value = isJson(arg) ? binder.bindJsonItem(*arg, nullText) : binder.bind(*arg);
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
    if (lists)
      upper += e.ignoreNulls && *e.ignoreNulls ? " IGNORE NULLS" : distinct ? " DISTINCT" : "";
    bool star = e.star && upper == "COUNT" && !distinct;
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
      std::string same = sema::fingerprint(*e.args[i], grouping.input);
      if (isJson(e.args[i]))
        same = (nullText ? "json null " : "json ") + same;
      call.args.push_back(columnFor(value, sql::print(*e.args[i]), same,
                                    grouping.inputType, grouping.extras, grouping.taken));
    }
    call.declaration = resolved.declaration;
    call.type = resolved.result;
    call.broken = false;
  }
}

std::optional<mlir::Value> Lowering::known(const sql::Expr &expr, Stage &stage,
                                           const Query &query) {
  Grouping &grouping = *stage.grouping;
  const sema::Scope &names = stage.names;
  auto valueOf = [&](const std::string &column) {
    int64_t index = stage.relation.type().indexOf(column);
    return index < 0 ? mlir::Value() : names.all()[index].value;
  };
  if (auto *call = dyn_cast<sql::CallExpr>(&expr)) {
    auto at = grouping.callOf.find(call);
    if (at != grouping.callOf.end()) {
      const Call &made = grouping.calls[at->second];
      return made.broken ? mlir::Value() : valueOf(made.result);
    }
    for (const SetCall &made : grouping.setCalls)
      if (made.expr == call)
        return made.column.empty() ? mlir::Value() : valueOf(made.column);
    // TUMBLE_START(ts, …) and its kin in a query with GROUP BY TUMBLE(ts, …).
    llvm::StringRef name = call->name.text;
    if (query.isSql && query.window &&
        (name.starts_with("TUMBLE_") || name.starts_with("HOP_") || name.starts_with("SESSION_"))) {
      if (!name.starts_with(stringifyWindowKind(query.window->kind).upper())) {
        engine.emit(call->name.range, diag::WindowFunction,
                    fmt::format("`{}` has no `{}` beside it", call->name.text,
                                name.substr(0, name.find('_')).str()))
            .label(query.window->range, "the window");
        return mlir::Value();
      }
      return valueOf(name.ends_with("_START") ? grouping.window.start
                     : name.ends_with("_END") ? grouping.window.end
                                              : grouping.window.time);
    }
  }
  if (auto *column = dyn_cast<sql::ColumnExpr>(&expr)) {
    size_t used = 0;
    const sema::Column *other = nullptr;
    if (names.find(column->parts, used, other) || other || names.isBroken(column->parts))
      return std::nullopt;
    const sema::Column *input = grouping.input.find(column->parts, used, other);
    if (!input) {
      if (grouping.input.isBroken(column->parts))
        return mlir::Value();
      for (const sema::Scope *around = names.enclosing(); around; around = around->enclosing())
        if (around->find(column->parts, used, other))
          return std::nullopt;
      grouping.input.reportUnknown(*column, engine);
      return mlir::Value();
    }
    // A key that is wrong may have been meant to be this one; and a field of
    // it may be a key.
    bool brokenKey = llvm::any_of(grouping.keys, [](const Key &key) { return key.column.empty(); });
    if (used == column->parts.size()) {
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
    return key.column.empty() ? mlir::Value() : valueOf(key.column);
  }
  return std::nullopt;
}

/// The column among `keys` that `window`'s bound is, by name.
static bool isBound(const sql::Expr &expr, const sema::Scope &names, StreamType type,
                    const std::string &bound) {
  auto *column = dyn_cast<sql::ColumnExpr>(&expr);
  size_t used = 0;
  const sema::Column *other = nullptr;
  const sema::Column *found = column ? names.find(column->parts, used, other) : nullptr;
  if (!found || used != column->parts.size() || bound.empty())
    return false;
  size_t index = found - names.all().data();
  return type.getNames()[index].getValue() == bound;
}

/// Takes the bounds of windows out of the keys, where all sets have them.
/// False where they are not grouped by: then groups are over all time.
static bool takeWindow(Grouping &grouping, const Windowed &window) {
  StreamType type = grouping.inputType;
  std::vector<int> part(grouping.exprs.size(), -1);
  for (size_t i = 0; i < part.size(); ++i)
    for (int k = 0; k < 3; ++k)
      if (isBound(*grouping.exprs[i], grouping.input, type,
                  k == 0 ? window.start : k == 1 ? window.end : window.time))
        part[i] = k;
  auto complete = [&](const std::vector<size_t> &set) {
    bool start = false, end = false;
    for (size_t i : set) {
      start |= part[i] == 0;
      end |= part[i] == 1;
    }
    return start && end;
  };
  std::vector<size_t> all;
  for (size_t i = 0; i < part.size(); ++i)
    all.push_back(i);
  if (grouping.sets.empty() ? !complete(all) : !llvm::all_of(grouping.sets, complete))
    return false;
  // A session belongs to its keys: groups of others share it, and never end.
  if (window.window.getKind() == WindowKind::session && window.ofFunction) {
    std::set<std::string> keys(window.keys.begin(), window.keys.end()), groups;
    for (size_t i = 0; i < part.size(); ++i) {
      if (part[i] >= 0)
        continue;
      std::string column;
      for (mlir::StringAttr name : type.getNames())
        if (isBound(*grouping.exprs[i], grouping.input, type, name.str()))
          column = name.str();
      groups.insert(column);
    }
    if (!grouping.sets.empty() || keys != groups)
      return false;
  }
  std::vector<size_t> renumbered(part.size());
  std::vector<const sql::Expr *> kept;
  for (size_t i = 0; i < part.size(); ++i) {
    renumbered[i] = kept.size();
    if (part[i] < 0)
      kept.push_back(grouping.exprs[i]);
  }
  for (std::vector<size_t> &set : grouping.sets) {
    llvm::erase_if(set, [&](size_t i) { return part[i] >= 0; });
    for (size_t &i : set)
      i = renumbered[i];
  }
  grouping.exprs = std::move(kept);
  return true;
}

/// Whether `expr` reads a bound of the window.
static bool readsWindow(const sql::Expr &expr, const Grouping &grouping, const Windowed &window) {
  bool any = false;
  sema::walk(expr, [&](const sql::Expr &e) {
    for (const std::string &bound : {window.start, window.end, window.time})
      any |= isBound(e, grouping.input, grouping.inputType, bound);
    return !any;
  });
  return any;
}

WindowAttr Lowering::windowOfGroups(Stage &stage, Grouping &grouping, const Query &query,
                                    std::vector<std::string> &extraKeys) {
  Relation &relation = stage.relation;
  Windowed window = *relation.window;
  bool reads = false;
  for (const sql::Expr *key : grouping.exprs)
    reads |= readsWindow(*key, grouping, window);
  forEachAggregate(query, [&](const sql::CallExpr &call) { reads |= readsWindow(call, grouping, window); });
  if (!reads)
    if (std::optional<LiftedWindow> lifted = liftWindow(relation, query.name)) {
      std::set<std::string> broken = relation.broken;
      int64_t number = grouping.input.number;
      relation = lifted->relation;
      relation.broken = broken;
      grouping.input = scopeOf(relation, nullptr);
      grouping.input.setEnclosing(query.enclosing);
      grouping.input.number = number;
      grouping.inputType = relation.type();
      return lifted->window;
    }
  if (window.time.empty()) {
    engine.emit(query.groupRange.valid() ? query.groupRange : query.range, diag::WindowFunction,
                "the rows grouped by window have left `window_time` behind")
        .hint("select `window_time` where the window is made");
    return {};
  }
  // One window for each end: rows of windows that end together meet, and the
  // key window_start tells them apart.
  WindowAttr own = window.window;
  int64_t size = own.getKind() == WindowKind::session ? 1
                 : own.getSlide()                     ? own.getSlide()
                                                      : own.getSize();
  int64_t offset = own.getKind() == WindowKind::session ? 0 : own.getOffset();
  if (!own.getSlide() && own.getKind() != WindowKind::session)
    extraKeys = {};
  else
    extraKeys = {window.start};
  return WindowAttr::get(&context, WindowKind::tumble, builder.getStringAttr(window.time), size, 0,
                         offset);
}

void Lowering::aggregate(Stage &stage, Query &query) {
  Relation &relation = stage.relation;
  // Queries inside keys and arguments.
  std::vector<const sql::Expr *> inside = query.groupBy;
  forEachAggregate(query, [&](const sql::CallExpr &call) {
    for (const sql::ExprPtr &arg : call.args)
      inside.push_back(arg.get());
    if (call.filter)
      inside.push_back(call.filter.get());
  });
  answerQueries(stage, inside, query, "an aggregate", /*filters=*/false);
  auto held = std::make_shared<Grouping>(stage.names);
  Grouping &grouping = *held;
  grouping.inputType = relation.type();
  if (!readGroupingSets(query, grouping)) {
    relation.value = {};
    return;
  }
  WindowAttr window;
  std::vector<std::string> extraKeys;
  std::optional<Windowed> rowsOf = relation.window;
  Field startField{"", "window_start"}, endField{"", "window_end"}, timeField{"", "window_time"};
  startField.table = endField.table = timeField.table = relation.name;
  bool &windowFailed = grouping.windowFailed;
  if (query.window) {
    window = windowOf(query, relation);
    grouping.inputType = relation.type();
    windowFailed = !window;
    grouping.windowed = true;
  } else if (rowsOf && takeWindow(grouping, *rowsOf)) {
    std::vector<Field> fields = fieldsOf(relation);
    StreamType type = relation.type();
    startField = fields[type.indexOf(rowsOf->start)];
    endField = fields[type.indexOf(rowsOf->end)];
    if (!rowsOf->time.empty())
      timeField = fields[type.indexOf(rowsOf->time)];
    else
      timeField.access = sema::Column::Hidden;
    window = windowOfGroups(stage, grouping, query, extraKeys);
    windowFailed = !window;
    grouping.windowed = true;
  }

  // The input of the aggregate: all columns, then what is computed.
  StreamType input = relation.type();
  for (mlir::StringAttr name : input.getNames())
    grouping.taken.insert(name.str());
  for (const sql::SelectItem *item : query.items)
    if (item->alias)
      grouping.input.explain(item->alias->text, "it is made by " + query.word("select", "SELECT") +
                                                    ", after the groups: write its expression");
  if (!grouping.windowed)
    for (const char *name : {"window_start", "window_end", "window_time"})
      grouping.input.explain(name, query.windowHint());
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
    if (!stage.made.empty() || !stage.failed.empty())
      binder.substitute = [&](const sql::Expr &e) -> std::optional<mlir::Value> {
        if (stage.failed.count(&e))
          return mlir::Value();
        auto at = stage.made.find(&e);
        if (at == stage.made.end())
          return std::nullopt;
        mlir::Value value = block->getArgument(input.indexOf(at->second));
        return stage.negated.count(&e)
                   ? builder.create<NotOp>(locate(e.range), value.getType(), value).getResult()
                   : value;
      };
    bindKeys(query, grouping, binder);
    binder.setClause("an aggregate");
    bindAggregates(grouping, binder);
    llvm::SmallVector<mlir::Value> values(block->getArguments().begin(),
                                          block->getArguments().end());
    for (const Extra &extra : grouping.extras)
      values.push_back(extra.value);
    builder.create<YieldOp>(location, values);
  }
  mlir::Value made = relation.value;
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
    made = project.getOutput();
    feed(query.deadLetter, project.getDead());
  }
  bindGroupingCalls(query, grouping);
  made = expandSets(made, grouping, query);

  // The aggregate.
  std::vector<std::string> names;
  std::vector<mlir::Type> types;
  std::vector<Field> fields;
  llvm::SmallVector<mlir::Attribute> keys, aggs;
  std::set<std::string> outputs;
  StreamType madeType = llvm::cast<StreamType>(made.getType());
  auto addKey = [&](const std::string &column, Field field) {
    keys.push_back(builder.getStringAttr(column));
    names.push_back(column);
    types.push_back(madeType.columnType(madeType.indexOf(column)));
    fields.push_back(std::move(field));
    outputs.insert(column);
  };
  for (const Key &key : grouping.keys)
    if (!key.column.empty())
      addKey(key.column, key.field);
  size_t visibleKeys = keys.size();
  Field hidden{"", "", sema::Column::Hidden};
  for (const std::string &column : extraKeys)
    addKey(column, hidden);
  if (grouping.sets.size() > 1)
    addKey("$set", hidden);
  for (const SetCall &call : grouping.setCalls)
    if (!call.column.empty())
      addKey(call.column, hidden);
  if (window) {
    std::string bounds[3] = {"window_start", "window_end", "window_time"};
    for (std::string &bound : bounds) {
      bound = unique(bound, outputs);
      outputs.insert(bound);
    }
    size_t first = names.size();
    Relation timed;
    timed.value = made;
    appendWindowColumns(timed, names, types);
    for (int i = 0; i < 3; ++i)
      names[first + i] = bounds[i];
    // Hidden keys that are the true start stand for it.
    bool own = extraKeys.empty();
    fields.push_back(own ? startField : hidden);
    fields.push_back(endField);
    fields.push_back(timeField);
    grouping.window = {rowsOf && !query.window ? rowsOf->window : window, bounds[0], bounds[1], bounds[2], {}, false};
    if (!own) {
      grouping.window.start = extraKeys.front();
      fields[visibleKeys] = startField;
    }
  } else {
    for (const char *name : {"window_start", "window_end", "window_time"})
      outputs.insert(name);
  }
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
                                args, builder.getStringAttr(call.filter), sema::aggregateOf(*call.expr).distinct,
                                builder.getStringAttr(call.result), call.type));
    names.push_back(call.result);
    types.push_back(call.type);
    fields.push_back(hidden);
  }
  auto op = builder.create<AggregateOp>(
      location, streamType(names, types, window ? grouping.window.time : ""),
      query.late && window ? made.getType() : mlir::Type(), made, query.name,
      builder.getArrayAttr(keys), window, builder.getArrayAttr(aggs));
  if (query.hints)
    op->setAttr("hints", query.hints);
  if (op.getLate())
    feed(query.late, recast(op.getLate(), input, query.name, location));

  // What stands after the groups.
  Relation result;
  result.name = relation.name;
  result.value = op.getOutput();
  result.fields = std::move(fields);
  result.broken = relation.broken;
  result.source = window ? nullptr : relation.source;
  if (window)
    result.window = grouping.window;
  enterStage(stage, std::move(result), query);
  stage.policy = false;
  stage.grouping = held;
  if (windowFailed) {
    for (const std::string &name : {startField.name, endField.name, timeField.name})
      stage.names.addBroken(name);
    stage.relation.brokenTime = true;
  }
  for (const Key &key : grouping.keys)
    if (key.column.empty())
      if (auto *column = dyn_cast<sql::ColumnExpr>(key.expr))
        stage.names.addBroken(column->parts.back().text);
  if (query.having)
    where(stage, *query.having, query, query.word("having", "HAVING"));
}

bool Lowering::windowFailed(const Stage &stage) { return stage.grouping->windowFailed; }

/// Without a select list: keys and the window's columns; aggregates have no
/// name to go by.
Relation Lowering::selectKeys(Stage &stage, Query &query) {
  Relation result = stage.relation;
  StreamType type = result.type();
  size_t count = 0;
  for (const Key &key : stage.grouping->keys)
    count += !key.column.empty();
  bool windowed = result.window.has_value();
  count += windowed ? 3 : 0;
  std::vector<std::string> names;
  for (mlir::StringAttr name : type.getNames().take_front(count))
    names.push_back(name.str());
  query.visible = count;
  SourceRange range = query.groupRange.valid() ? query.groupRange : query.range;
  result.value = recast(result.value,
                        streamType(names, type.getTypes().take_front(count),
                                   windowed ? "window_time" : ""),
                        query.name, locate(range));
  result.fields.clear();
  if (stage.grouping->windowFailed)
    result.value = {};
  for (const sql::OrderItem *item : query.orderBy) {
    auto *column = dyn_cast<sql::ColumnExpr>(item->expr.get());
    bool there = column && llvm::is_contained(names, column->parts.back().text);
    if (!there)
      engine.emit(item->expr->range, diag::UnknownColumn, sql::print(*item->expr))
          .hint("without `select`, rows are sorted by the columns of `group_by`");
    query.sortColumns.push_back(there ? column->parts.back().text : "");
  }
  return result;
}

} // namespace levada::lower
