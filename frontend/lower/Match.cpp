//===- Match.cpp - MATCH_RECOGNIZE ----------------------------------------===//
//
// Definitions and measures are regions without arguments: the rows of a match
// are reached through flow.pattern_column, aggregates over them through
// flow.pattern_agg. A column without a variable is of the row at hand in a
// definition, of the last row in measures.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"
#include "ir/flow/Location.h"

#include "llvm/Support/Casting.h"

namespace levada::lower {

using namespace flow;
using llvm::dyn_cast;

static void variablesOf(const sql::Pattern &pattern, std::vector<std::string> &names) {
  if (pattern.kind == sql::Pattern::Variable && !llvm::is_contained(names, pattern.variable.text))
    names.push_back(pattern.variable.text);
  for (const sql::Pattern &part : pattern.parts)
    variablesOf(part, names);
}

static std::string patternText(const sql::Pattern &pattern, bool outermost = true) {
  std::string text;
  auto list = [&](const char *between) {
    for (const sql::Pattern &part : pattern.parts)
      text += (text.empty() ? "" : between) + patternText(part, false);
  };
  switch (pattern.kind) {
  case sql::Pattern::Variable:
    text = pattern.variable.text;
    break;
  case sql::Pattern::Sequence:
    list(" ");
    if (!outermost || pattern.quantified)
      text = "(" + text + ")";
    break;
  case sql::Pattern::Choice:
    list(" | ");
    text = "(" + text + ")";
    break;
  case sql::Pattern::Permute:
    list(", ");
    text = "PERMUTE(" + text + ")";
    break;
  case sql::Pattern::Exclude:
    list(" ");
    text = "{- " + text + " -}";
    break;
  case sql::Pattern::Start:
    text = "^";
    break;
  case sql::Pattern::End:
    text = "$";
    break;
  case sql::Pattern::Empty:
    text = "()";
    break;
  }
  if (!pattern.quantified)
    return text;
  if (pattern.least == 0 && !pattern.most)
    text += "*";
  else if (pattern.least == 1 && !pattern.most)
    text += "+";
  else if (pattern.least == 0 && pattern.most == 1)
    text += "?";
  else
    text += "{" + (pattern.least ? std::to_string(*pattern.least) : "") +
            (pattern.least && pattern.least == pattern.most ? ""
                                                            : "," + (pattern.most ? std::to_string(*pattern.most) : "")) +
            "}";
  return pattern.reluctant ? text + "?" : text;
}

namespace {
/// Binds expressions over the rows of a match.
struct MatchBinder {
  diag::Engine &engine;
  mlir::OpBuilder &builder;
  const Relation &input;
  const std::vector<Field> &fields;
  const std::vector<std::string> &variables;
  StreamType type;
  std::string table;    ///< what the input is called
  std::string current;  ///< the variable that is being defined; "" in measures
  std::string clause;
  const sema::Scope *enclosing;
  bool rowtime = false; ///< the last expression was MATCH_ROWTIME()

  /// Columns of all variables, as `make` gives them.
  sema::Scope scope(llvm::function_ref<mlir::Value(const std::string &, size_t)> make) {
    sema::Scope names(table);
    for (size_t i = 0; i < fields.size(); ++i)
      if (fields[i].access == sema::Column::Free)
        names.add({table, fields[i].name, type.columnType(i).withNullable(true), make(current, i)});
    for (const std::string &variable : variables)
      for (size_t i = 0; i < fields.size(); ++i)
        if (fields[i].access == sema::Column::Free)
          names.add({variable, fields[i].name, type.columnType(i).withNullable(true), make(variable, i),
                     sema::Column::Qualified});
    for (const std::string &name : input.broken)
      names.addBroken(name);
    names.setEnclosing(enclosing);
    return names;
  }

  sema::Scope at(bool first, int64_t offset, int64_t physical, mlir::Location location) {
    return scope([&](const std::string &variable, size_t i) -> mlir::Value {
      return builder.create<PatternColumnOp>(
          location, type.columnType(i).withNullable(true), builder.getStringAttr(variable),
          type.getNames()[i], first ? builder.getUnitAttr() : mlir::UnitAttr(),
          builder.getI64IntegerAttr(offset), builder.getI64IntegerAttr(physical));
    });
  }

  /// Operations that nothing reads: columns made in advance.
  static void sweep(mlir::Block *block) {
    for (mlir::Operation &op : llvm::make_early_inc_range(llvm::reverse(*block)))
      if (llvm::isa<PatternColumnOp>(op) && op.use_empty())
        op.erase();
  }

  mlir::Value bind(const sql::Expr &expr, bool first = false, int64_t offset = 0,
                   int64_t physical = 0, bool inner = false) {
    mlir::Location location = flow::locationOf(builder.getContext(), engine.sourceMap(), expr.range);
    sema::Scope names = at(first, offset, physical, location);
    sema::Binder binder(engine, builder, names, clause);
    binder.substitute = [&](const sql::Expr &e) -> std::optional<mlir::Value> {
      auto *call = dyn_cast<sql::CallExpr>(&e);
      if (!call || call->over)
        return std::nullopt;
      std::string name = llvm::StringRef(call->name.text).upper();
      if ((name == "FINAL" || name == "RUNNING") && call->args.size() == 1)
        return bind(*call->args[0], first, offset, physical, inner);
      if (name == "MATCH_ROWTIME" && call->args.empty()) {
        if (!type.getTime()) {
          engine.emit(call->range, diag::MatchRule, "MATCH_ROWTIME() needs event time, and the input has none");
          return mlir::Value();
        }
        rowtime = &e == &expr;
        size_t i = type.indexOf(type.getTime().getValue());
        return builder
            .create<PatternColumnOp>(location, type.columnType(i).withNullable(false),
                                     builder.getStringAttr(""), type.getTime(), mlir::UnitAttr(),
                                     builder.getI64IntegerAttr(0), builder.getI64IntegerAttr(0))
            .getResult();
      }
      if (name == "CLASSIFIER" || name == "MATCH_NUMBER") {
        engine.emit(call->range, diag::ClauseNotYet, name + "()");
        return mlir::Value();
      }
      bool logical = name == "FIRST" || name == "LAST", physicalMove = name == "PREV" || name == "NEXT";
      if ((logical || physicalMove) && !call->args.empty()) {
        if (inner) {
          engine.emit(call->range, diag::MatchRule, "`" + name + "` does not stand inside another of its kind");
          return mlir::Value();
        }
        int64_t by = physicalMove ? 1 : 0;
        if (call->args.size() == 2) {
          auto *literal = dyn_cast<sql::LiteralExpr>(call->args[1].get());
          if (!literal || literal->literal != sql::LiteralKind::Integer ||
              llvm::StringRef(literal->text).getAsInteger(10, by)) {
            engine.emit(call->args[1]->range, diag::ConstantNeeded, "the offset of `" + name + "`");
            return mlir::Value();
          }
        } else if (call->args.size() > 2) {
          engine.emit(call->name.range, diag::NoMatchingSignature, name, "…");
          return mlir::Value();
        }
        if (logical)
          return bind(*call->args[0], name == "FIRST", by, 0, true);
        return bind(*call->args[0], false, 0, name == "PREV" ? -by : by, true);
      }
      if (sema::isAggregate(*call) && name != "FIRST" && name != "LAST")
        return aggregate(*call, name, location);
      return std::nullopt;
    };
    mlir::Value value = binder.bind(expr);
    return value;
  }

  mlir::Value aggregate(const sql::CallExpr &call, const std::string &name, mlir::Location location) {
    // All arguments are of one variable.
    std::optional<std::string> variable;
    bool mixed = false;
    for (const sql::ExprPtr &arg : call.args)
      sema::walk(*arg, [&](const sql::Expr &e) {
        const std::vector<sql::Name> *parts = nullptr;
        if (auto *column = dyn_cast<sql::ColumnExpr>(&e))
          parts = &column->parts;
        else if (auto *star = dyn_cast<sql::StarExpr>(&e))
          parts = &star->qualifier;
        if (parts && !parts->empty()) {
          bool known = llvm::is_contained(variables, parts->front().text);
          std::string of = known && (parts->size() > 1 || e.kind == sql::ExprKind::Star) ? parts->front().text : "";
          mixed |= variable && *variable != of;
          variable = of;
        }
        return true;
      });
    if (mixed) {
      engine.emit(call.range, diag::MatchRule, "an aggregate is over the rows of one variable");
      return {};
    }
    auto op = builder.create<PatternAggOp>(location, sema::makeType(builder.getContext(), SqlKind::BigInt),
                                           variable.value_or(""), name, "", call.distinct);
    mlir::Block *block = &op.getBody().emplaceBlock();
    for (mlir::Type each : type.getTypes())
      block->addArgument(each, location);
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    bool star = call.star;
    for (const sql::ExprPtr &arg : call.args)
      star |= arg->kind == sql::ExprKind::Star; // COUNT(A.*)
    llvm::SmallVector<mlir::Value> values;
    std::vector<sema::Argument> arguments;
    bool ok = true;
    sema::Scope names(table);
    for (size_t i = 0; i < fields.size(); ++i)
      if (fields[i].access == sema::Column::Free) {
        names.add({table, fields[i].name, type.columnType(i), block->getArgument(i)});
        for (const std::string &each : variables)
          names.add({each, fields[i].name, type.columnType(i), block->getArgument(i), sema::Column::Qualified});
      }
    sema::Binder binder(engine, builder, names, clause);
    binder.insideAggregate = &call;
    if (!star)
      for (const sql::ExprPtr &arg : call.args) {
        mlir::Value value = binder.bind(*arg);
        ok &= value != nullptr;
        values.push_back(value);
        if (value)
          arguments.push_back({sema::typeOf(value), {}});
      }
    sema::Resolved<catalog::Aggregate> resolved;
    if (ok)
      resolved = sema::resolveAggregate(name, arguments, builder.getContext());
    if (!resolved.declaration) {
      if (ok) {
        auto flight = engine.emit(call.name.range, diag::NoMatchingSignature, name, sema::listTypes(arguments));
        for (const std::string &signature : sema::signatures(name))
          flight.note(signature);
      }
      builder.setInsertionPoint(op);
      op.erase();
      return {};
    }
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = binder.castTo(values[i], resolved.params[i], location);
    builder.create<YieldOp>(location, values);
    std::string_view symbol = resolved.declaration->symbol;
    op.setSymbol(llvm::StringRef(symbol.data(), symbol.size()));
    op.getResult().setType(resolved.result);
    return op.getResult();
  }
};
} // namespace

Relation Lowering::lowerMatch(const sql::TableRef &from, Environment &around) {
  const sql::MatchRecognize &match = *from.match;
  std::vector<const sql::Expr *> none;
  Relation input = lowerFrom(*from.left, around, nullptr, none);
  if (!input.value)
    return {};
  StreamType type = input.type();
  std::vector<Field> fields = fieldsOf(input);
  std::vector<std::string> variables;
  variablesOf(match.pattern, variables);
  size_t plain = variables.size();
  std::vector<mlir::NamedAttribute> subsets;
  bool ok = true;
  auto unknownVariable = [&](const sql::Name &name) {
    auto flight = engine.emit(name.range, diag::MatchRule, "`" + name.text + "` is not a variable of the pattern");
    if (std::string near = diag::nearest(name.text, variables); !near.empty())
      flight.hint("did you mean `" + near + "`?");
    flight.note("variables: " + sema::listNames(variables));
    ok = false;
  };
  for (const auto &[name, parts] : match.subsets) {
    llvm::SmallVector<llvm::StringRef> of;
    for (const sql::Name &part : parts) {
      if (!llvm::is_contained(variables, part.text))
        unknownVariable(part);
      of.push_back(part.text);
    }
    subsets.push_back(builder.getNamedAttr(name.text, builder.getStrArrayAttr(of)));
    variables.push_back(name.text);
  }
  sema::Scope names = scopeOf(input, nullptr);
  auto columnIndex = [&](const sql::Expr &expr, const char *what) -> int64_t {
    auto *column = dyn_cast<sql::ColumnExpr>(&expr);
    if (!column) {
      engine.emit(expr.range, diag::MatchRule, std::string(what) + " of MATCH_RECOGNIZE takes columns");
      ok = false;
      return -1;
    }
    size_t used = 0;
    const sema::Column *other = nullptr;
    const sema::Column *found = names.find(column->parts, used, other);
    if (!found) {
      if (!names.isBroken(column->parts))
        names.reportUnknown(*column, engine);
      ok = false;
      return -1;
    }
    return found - names.all().data();
  };
  std::vector<size_t> partition;
  for (const sql::ExprPtr &expr : match.partitionBy)
    if (int64_t index = columnIndex(*expr, "PARTITION BY"); index >= 0)
      partition.push_back(index);
  llvm::SmallVector<mlir::Attribute> order;
  if (match.orderBy.empty()) {
    engine.emit(match.range, diag::MatchRule, "MATCH_RECOGNIZE needs ORDER BY a time")
        .hint("ORDER BY ts");
    ok = false;
  }
  for (const sql::OrderItem &item : match.orderBy) {
    int64_t index = columnIndex(*item.expr, "ORDER BY");
    if (index < 0)
      continue;
    std::string column = type.getNames()[index].str();
    if (order.empty() && !batch) {
      bool timed = (type.getTime() && type.getTime() == column) || input.rowtimes.count(column) ||
                   input.proctimes.count(column);
      if (!timed && !input.brokenTime) {
        engine.emit(item.expr->range, diag::NotEventTime, fields[index].name, input.name)
            .hint("the first column of ORDER BY is the event time, or PROCTIME()");
        ok = false;
      } else if (item.descending) {
        engine.emit(item.expr->range, diag::MatchRule, "time goes forward: ORDER BY it ascending");
        ok = false;
      }
    }
    order.push_back(SortKeyAttr::get(&context, builder.getStringAttr(column), item.descending,
                                     item.nullsFirst.value_or(!item.descending)));
  }
  std::string after = "past_last_row";
  switch (match.after) {
  case sql::MatchRecognize::NextRow:
    after = "next_row";
    break;
  case sql::MatchRecognize::PastLastRow:
    break;
  case sql::MatchRecognize::ToFirst:
  case sql::MatchRecognize::ToLast:
    after = match.after == sql::MatchRecognize::ToFirst ? "to_first" : "to_last";
    if (match.afterVariable) {
      if (!llvm::is_contained(variables, match.afterVariable->text))
        unknownVariable(*match.afterVariable);
      after += " " + match.afterVariable->text;
    }
    break;
  }
  int64_t within = 0;
  if (match.within) {
    std::optional<int64_t> millis = constantMillis(*match.within);
    ok &= millis.has_value();
    within = millis.value_or(0);
  }
  llvm::SmallVector<llvm::StringRef> defined;
  for (const auto &[name, condition] : match.define) {
    if (!llvm::is_contained(llvm::ArrayRef<std::string>(variables).take_front(plain), name.text))
      unknownVariable(name);
    if (llvm::is_contained(defined, name.text)) {
      engine.emit(name.range, diag::MatchRule, "`" + name.text + "` is defined twice");
      ok = false;
    }
    defined.push_back(name.text);
  }
  llvm::SmallVector<llvm::StringRef> partitionNames;
  std::vector<std::string> outputNames;
  std::vector<mlir::Type> types;
  for (size_t index : partition)
    partitionNames.push_back(type.getNames()[index].getValue());
  if (match.allRows)
    for (size_t i = 0; i < type.size(); ++i) {
      outputNames.push_back(fields[i].name);
      types.push_back(type.getTypes()[i]);
    }
  else
    for (size_t index : partition) {
      outputNames.push_back(fields[index].name);
      types.push_back(type.getTypes()[index]);
    }
  mlir::Location location = locate(match.range);
  auto op = builder.create<MatchOp>(
      location, input.value.getType(), input.value, builder.getStringAttr(around.name),
      builder.getStrArrayAttr(partitionNames), builder.getArrayAttr(order),
      builder.getStringAttr(patternText(match.pattern)), builder.getStrArrayAttr(defined),
      builder.getStringAttr(after), builder.getI64IntegerAttr(within),
      match.allRows ? builder.getUnitAttr() : mlir::UnitAttr(), builder.getDictionaryAttr(subsets),
      unsigned(match.define.size()));
  MatchBinder binder{engine, builder, input, fields, variables, type,
                     input.name, "", "MEASURES", around.enclosing};
  std::string time;
  std::set<std::string> broken;
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    for (size_t i = 0; i < match.define.size(); ++i) {
      const auto &[name, condition] = match.define[i];
      mlir::Block *block = builder.createBlock(&op.getDefines()[i]);
      binder.current = name.text;
      binder.clause = "DEFINE";
      mlir::Value value = binder.bind(*condition);
      if (value && sema::typeOf(value).getKind() == SqlKind::Null)
        value = builder.create<ConstantOp>(location, sema::makeType(&context, SqlKind::Boolean), builder.getUnitAttr());
      if (value && sema::typeOf(value).getKind() != SqlKind::Boolean) {
        engine.emit(condition->range, diag::NotBoolean, "the definition of `" + name.text + "`",
                    sema::display(sema::typeOf(value)));
        value = {};
      }
      ok &= value != nullptr;
      if (value)
        builder.create<YieldOp>(location, value);
      MatchBinder::sweep(block);
    }
    mlir::Block *block = builder.createBlock(&op.getMeasures());
    binder.current.clear();
    binder.clause = "MEASURES";
    llvm::SmallVector<mlir::Value> values;
    for (const sql::SelectItem &item : match.measures) {
      std::string name = item.alias ? item.alias->text : sql::print(*item.expr);
      binder.rowtime = false;
      mlir::Value value = binder.bind(*item.expr);
      if (value && sema::typeOf(value).getKind() == SqlKind::Null) {
        engine.emit(item.expr->range, diag::UntypedNull);
        value = {};
      }
      if (!value) {
        broken.insert(name);
        continue;
      }
      if (binder.rowtime && time.empty())
        time = name;
      outputNames.push_back(name);
      types.push_back(value.getType());
      values.push_back(value);
    }
    builder.create<YieldOp>(location, values);
    MatchBinder::sweep(block);
  }
  if (!ok) {
    op.erase();
    return {};
  }
  Relation result;
  outputNames = uniqueNames(std::move(outputNames));
  op.getOutput().setType(streamType(outputNames, types, time));
  result.value = op.getOutput();
  result.broken = std::move(broken);
  return result;
}

} // namespace levada::lower
