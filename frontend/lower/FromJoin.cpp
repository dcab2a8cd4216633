//===- FromJoin.cpp - JOIN as written: USING, NATURAL, LATERAL, AS OF -----===//
//
// What the two sides are, which conjuncts of WHERE are about them, and the
// columns that USING makes one. Join.cpp makes the operator.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Join.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/Support/Casting.h"

namespace levada::lower {

using namespace flow;
using llvm::dyn_cast;

/// Whether all columns of `expr` are of `names`, each of one.
static bool resolves(const sql::Expr &expr, const sema::Scope &names) {
  bool ok = true;
  sema::walk(expr, [&](const sql::Expr &e) {
    if (e.kind == sql::ExprKind::Subquery)
      ok = false;
    if (auto *in = dyn_cast<sql::InExpr>(&e); in && in->query)
      ok = false;
    if (auto *call = dyn_cast<sql::CallExpr>(&e); call && (call->over || sema::isAggregate(*call)))
      ok = false;
    if (auto *column = dyn_cast<sql::ColumnExpr>(&e)) {
      size_t used = 0;
      const sema::Column *other = nullptr;
      ok &= names.find(column->parts, used, other) != nullptr;
    }
    return ok;
  });
  return ok;
}

/// LATERAL TABLE(SNAPSHOT(input => TABLE t, …)): the table to look up in.
Relation Lowering::lowerSnapshot(const sql::TableRef &from, Environment &around,
                                 mlir::DictionaryAttr &options) {
  static const std::vector<std::string> names = {"input", "load_completed_condition",
                                                 "load_completed_time", "load_completed_idle_timeout",
                                                 "state_ttl", "on_time", "uid"};
  Relation input;
  std::vector<mlir::NamedAttribute> entries;
  const sql::CallExpr &call = *from.call;
  for (size_t i = 0; i < call.args.size(); ++i) {
    std::string name = i < names.size() ? names[i] : "";
    if (i < call.argNames.size() && call.argNames[i])
      name = llvm::StringRef(call.argNames[i]->text).lower();
    if (!llvm::is_contained(names, name)) {
      engine.emit(call.args[i]->range, diag::WindowFunction,
                  "`SNAPSHOT` has no argument `" + name + "`")
          .note("its arguments: " + sema::listNames(names));
      return {};
    }
    if (name == "input") {
      input = tableArgument(*call.args[i], around);
      if (!input.value)
        return {};
    } else {
      entries.push_back(builder.getNamedAttr(name, builder.getStringAttr(sql::print(*call.args[i]))));
    }
  }
  if (!input.value) {
    engine.emit(call.range, diag::WindowFunction, "`SNAPSHOT` takes a table")
        .hint("SNAPSHOT(input => TABLE t)");
    return {};
  }
  options = builder.getDictionaryAttr(
      {builder.getNamedAttr("SNAPSHOT", builder.getDictionaryAttr(entries))});
  setAlias(input, from);
  return input;
}

Relation Lowering::lowerJoin(const sql::TableRef &from, Environment &around,
                             const sema::Scope *lateral,
                             std::vector<const sql::Expr *> &conjuncts) {
  const sql::TableRef &rightRef = *from.right;
  bool inner = from.join == sql::JoinKind::Inner || from.join == sql::JoinKind::Cross;
  std::vector<const sql::Expr *> none;
  bool down = inner || from.join == sql::JoinKind::Left;
  Relation left = lowerFrom(*from.left, around, lateral, down ? conjuncts : none);
  JoinPlan plan;
  plan.kind = from.join == sql::JoinKind::Left    ? JoinKind::left
              : from.join == sql::JoinKind::Right ? JoinKind::right
              : from.join == sql::JoinKind::Full  ? JoinKind::full
                                                  : JoinKind::inner;
  plan.range = from.range;
  plan.stream = around.name;
  plan.enclosing = lateral ? lateral : around.enclosing;
  plan.hints = around.hints;
  bool isUnnest = rightRef.kind == sql::TableKind::Function && rightRef.call &&
                  llvm::StringRef(rightRef.call->name.text).equals_insensitive("UNNEST");
  if (isUnnest) {
    if (!left.value)
      return {};
    bool outer = from.join == sql::JoinKind::Left;
    auto *truth = from.on ? dyn_cast<sql::LiteralExpr>(from.on.get()) : nullptr;
    bool onTrue = !from.on || (truth && truth->literal == sql::LiteralKind::True);
    if (from.join == sql::JoinKind::Right || from.join == sql::JoinKind::Full ||
        (outer && !onTrue)) {
      engine.emit(from.range, diag::JoinRule,
                  outer ? "LEFT JOIN UNNEST takes ON TRUE alone" : "UNNEST is joined by CROSS, INNER or LEFT JOIN");
      return {};
    }
    Relation result = lowerUnnest(std::move(left), rightRef, outer, around);
    if (result.value && !onTrue) {
      Query query;
      query.isSql = true;
      query.name = around.name;
      query.range = from.range;
      query.enclosing = plan.enclosing;
      Stage stage;
      enterStage(stage, result, query);
      where(stage, *from.on, query, "ON");
      result = stage.relation;
    }
    return result;
  }

  // The right side; LATERAL sees the left one.
  Relation right;
  sema::Scope leftNames;
  bool isLateral = rightRef.lateral;
  if (isLateral && left.value) {
    leftNames = scopeOf(left, nullptr);
    leftNames.setEnclosing(plan.enclosing);
    leftNames.number = scopes++;
  }
  bool isSnapshot = rightRef.kind == sql::TableKind::Function && rightRef.call &&
                    llvm::StringRef(rightRef.call->name.text).equals_insensitive("SNAPSHOT");
  if (isSnapshot) {
    mlir::DictionaryAttr options;
    right = lowerSnapshot(rightRef, around, options);
    plan.form = JoinForm::snapshot;
    plan.hints = options;
  } else if (rightRef.kind == sql::TableKind::Named && rightRef.asOf) {
    right = lowerTable(rightRef.name, around);
    setAlias(right, rightRef);
    if (left.value && right.value && !readAsOf(*rightRef.asOf, left, right, plan))
      return {};
  } else {
    right = lowerFrom(rightRef, around, isLateral && left.value ? &leftNames : lateral, none);
  }
  if (!left.value || !right.value)
    return {};
  // The same name twice cannot be told apart.
  if (!left.name.empty() || !right.name.empty()) {
    std::set<std::string> tables;
    for (const Field &field : fieldsOf(left))
      if (!field.table.empty())
        tables.insert(field.table);
    for (const Field &field : fieldsOf(right))
      if (!field.table.empty() && tables.count(field.table)) {
        engine.emit(rightRef.range, diag::JoinRule,
                    "two tables are called `" + field.table + "` here")
            .hint("give one another name: " + field.table + " AS b");
        return {};
      }
  }
  plan.left = left;
  plan.right = right;

  // USING and NATURAL.
  std::vector<std::string> shared;
  std::vector<Field> leftFields = fieldsOf(left), rightFields = fieldsOf(right);
  auto indexOf = [](const std::vector<Field> &fields, const std::string &name, bool &twice) {
    int at = -1;
    for (size_t i = 0; i < fields.size(); ++i)
      if (fields[i].access == sema::Column::Free && fields[i].name == name) {
        twice |= at >= 0;
        at = i;
      }
    return at;
  };
  if (from.natural)
    for (const Field &field : leftFields) {
      bool twice = false;
      if (field.access == sema::Column::Free && indexOf(rightFields, field.name, twice) >= 0)
        shared.push_back(field.name);
    }
  for (const sql::Name &name : from.usingColumns) {
    for (const auto *side : {&left, &right}) {
      bool twice = false;
      if (indexOf(side == &left ? leftFields : rightFields, name.text, twice) < 0) {
        sql::ColumnExpr missing(name.range);
        missing.parts.push_back(name);
        sema::Scope names = scopeOf(*side, nullptr);
        if (!names.isBroken(missing.parts))
          names.reportUnknown(missing, engine);
        return {};
      }
      if (twice) {
        engine.emit(name.range, diag::AmbiguousColumn, name.text, side->name, side->name);
        return {};
      }
    }
    shared.push_back(name.text);
  }
  size_t leftSize = left.type().size();
  if (!shared.empty())
    plan.more = [&, this](JoinPlan &, mlir::Block *block, llvm::SmallVectorImpl<mlir::Value> &parts) {
      sema::Scope empty;
      sema::Binder binder(engine, builder, empty, "USING");
      bool twice = false;
      for (const std::string &name : shared) {
        SourceRange range = from.range;
        for (const sql::Name &written : from.usingColumns)
          if (written.text == name)
            range = written.range;
        mlir::Value equal = binder.bindEquals(
            block->getArgument(indexOf(leftFields, name, twice)), range,
            block->getArgument(leftSize + indexOf(rightFields, name, twice)), range, range);
        if (!equal)
          return false;
        parts.push_back(equal);
      }
      return true;
    };
  if (from.on)
    plan.conjuncts = conjunctsOf(*from.on);
  // Conjuncts of WHERE that are about these two.
  if (inner) {
    sema::Scope names;
    for (const auto *side : {&leftFields, &rightFields})
      for (const Field &field : *side)
        names.add({field.table, field.name, SqlType(), mlir::Value(), field.access});
    llvm::erase_if(conjuncts, [&](const sql::Expr *conjunct) {
      if (!resolves(*conjunct, names))
        return false;
      plan.conjuncts.push_back(conjunct);
      return true;
    });
  }
  if (isLateral && isCorrelated(right.value, leftNames.number)) {
    Relation result = joinLateral(std::move(plan), leftNames.number);
    return result;
  }
  Relation result = makeJoin(std::move(plan));
  if (!result.value || shared.empty())
    return result;

  // One column for each shared name, in front.
  StreamType type = result.type();
  size_t leftNow = leftSize; // behind keys that were computed
  while (leftNow < type.size() && type.getNames()[leftNow].getValue().starts_with("$key"))
    ++leftNow;
  std::vector<std::string> names;
  std::vector<Field> fields;
  for (const std::string &name : shared) {
    names.push_back(name);
    fields.push_back({"", name});
  }
  bool twice = false;
  for (size_t i = 0; i < type.size(); ++i) {
    names.push_back(type.getNames()[i].str());
    Field field = result.fields[i];
    if (field.access == sema::Column::Free && llvm::is_contained(shared, field.name))
      field.access = sema::Column::Qualified;
    fields.push_back(field);
  }
  names = uniqueNames(std::move(names));
  mlir::Location location = locate(from.range);
  std::string time;
  if (type.getTime())
    time = names[shared.size() + type.indexOf(type.getTime().getValue())];
  std::vector<std::string> added(names.begin() + shared.size(), names.end());
  result.value = project(result.value, around.name, location, names, time, [&](mlir::Block *block) {
    llvm::SmallVector<mlir::Value> values;
    for (const std::string &name : shared) {
      mlir::Value a = block->getArgument(indexOf(leftFields, name, twice));
      mlir::Value b = block->getArgument(leftNow + indexOf(rightFields, name, twice));
      if (from.join == sql::JoinKind::Right) {
        values.push_back(b);
      } else if (from.join == sql::JoinKind::Full) {
        SqlType common = sema::commonType({sema::typeOf(a), sema::typeOf(b)});
        if (!common)
          common = sema::typeOf(a);
        SqlType flag = sema::makeType(&context, SqlKind::Boolean, false);
        sema::Scope empty;
        sema::Binder binder(engine, builder, empty, "USING");
        auto present = builder.create<IsOp>(location, flag, Truth::is_not_null, a);
        auto choice = builder.create<IfOp>(location, common, present);
        mlir::OpBuilder::InsertionGuard guard(builder);
        builder.createBlock(&choice.getThen());
        builder.create<YieldOp>(location, binder.castTo(a, common, location));
        builder.createBlock(&choice.getOtherwise());
        builder.create<YieldOp>(location, binder.castTo(b, common, location));
        values.push_back(choice.getResult());
      } else {
        values.push_back(a);
      }
    }
    values.append(block->args_begin(), block->args_end());
    return values;
  });
  auto renamed = [&](std::set<std::string> &columns) {
    std::set<std::string> now;
    for (const std::string &column : columns)
      now.insert(names[shared.size() + type.indexOf(column)]);
    columns = std::move(now);
  };
  renamed(result.rowtimes);
  renamed(result.proctimes);
  if (result.window) {
    auto move = [&](std::string &column) {
      if (!column.empty())
        column = names[shared.size() + type.indexOf(column)];
    };
    move(result.window->start);
    move(result.window->end);
    move(result.window->time);
  }
  result.fields = std::move(fields);
  return result;
}

/// FOR SYSTEM_TIME AS OF l.time: by event time the version valid then, by
/// processing time the table as it is.
bool Lowering::readAsOf(const sql::Expr &time, const Relation &left, const Relation &right,
                        JoinPlan &plan) {
  if (plan.kind != JoinKind::inner && plan.kind != JoinKind::left) {
    engine.emit(plan.range, diag::JoinRule, "a join FOR SYSTEM_TIME AS OF is INNER or LEFT");
    return false;
  }
  auto *column = dyn_cast<sql::ColumnExpr>(&time);
  if (!column) {
    auto *call = dyn_cast<sql::CallExpr>(&time);
    if (call && llvm::StringRef(call->name.text).equals_insensitive("PROCTIME")) {
      plan.form = JoinForm::lookup;
      return true;
    }
    engine.emit(time.range, diag::JoinRule, "FOR SYSTEM_TIME AS OF takes a time column of the left side")
        .hint("FOR SYSTEM_TIME AS OF o.proc_time");
    return false;
  }
  sema::Scope names = scopeOf(left, nullptr);
  size_t used = 0;
  const sema::Column *other = nullptr;
  const sema::Column *found = names.find(column->parts, used, other);
  if (!found) {
    if (!names.isBroken(column->parts))
      names.reportUnknown(*column, engine);
    return false;
  }
  std::string name = left.type().getNames()[found - names.all().data()].str();
  if (left.proctimes.count(name)) {
    plan.form = JoinForm::lookup;
    return true;
  }
  mlir::StringAttr leftTime = left.type().getTime();
  if (!(leftTime && leftTime.getValue() == name) && !left.rowtimes.count(name)) {
    if (!left.brokenTime)
      engine.emit(time.range, diag::NotEventTime, found->name, left.name.empty() ? found->table : left.name)
          .hint("it is the event time, or PROCTIME(), of the left side");
    return false;
  }
  if (!right.type().getTime()) {
    if (!right.brokenTime)
      engine.emit(plan.range, diag::JoinRule,
                  "`" + right.name + "` has no event time to tell its versions by")
          .hint("declare a WATERMARK for it");
    return false;
  }
  plan.form = JoinForm::temporal;
  plan.timeLeft = name;
  return true;
}

} // namespace levada::lower
