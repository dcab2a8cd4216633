//===- Calls.cpp - functions, CASE and its kin ----------------------------===//
//
// COALESCE, NULLIF, IF and IFNULL are made of flow.if; everything else is a
// function of the catalogue. Keyword arguments (units, flags) arrive there as
// text constants.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Binder.h"
#include "frontend/sema/Constants.h"
#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Casting.h"

namespace levada::sema {

using namespace flow;
using llvm::cast;

/// Branches that a CASE or COALESCE may have; each is a nested region.
static constexpr size_t kMaxBranches = 500;

AggregateName aggregateOf(const sql::CallExpr &e) {
  std::string name = llvm::StringRef(e.name.text).upper();
  if (name == "APPROX_COUNT_DISTINCT")
    return {"COUNT", true};
  return {name, e.distinct};
}

bool isAggregate(const sql::CallExpr &e) {
  return !e.over && !catalog::findAggregates(aggregateOf(e).name).empty();
}

//===----------------------------------------------------------------------===//
// CASE, COALESCE, NULLIF, IF
//===----------------------------------------------------------------------===//

namespace {
/// Reports the first branch that has no type in common with those before it.
void reportNoCommonType(diag::Engine &engine, const std::string &what,
                        llvm::ArrayRef<std::pair<SqlType, SourceRange>> branches,
                        SqlType (*merge)(llvm::ArrayRef<SqlType>)) {
  llvm::SmallVector<SqlType> types;
  for (auto [type, range] : branches) {
    types.push_back(type);
    if (merge(types))
      continue;
    for (auto [other, otherRange] : branches)
      if (!merge({other, type})) {
        engine.emit(range, diag::NoCommonType, what, display(other), display(type))
            .label(otherRange, "this is " + display(other))
            .label(range, "this is " + display(type))
            .hint("CAST one of them");
        return;
      }
    engine.emit(range, diag::NoCommonType, what, display(types.front()), display(type));
    return;
  }
}
} // namespace

mlir::Value Binder::chainCase(Chain &chain, const std::string &what, const std::string &allNull,
                              SourceRange range) {
  llvm::SmallVector<SqlType> types;
  llvm::SmallVector<std::pair<SqlType, SourceRange>> branches;
  for (const Chain::Branch &branch : chain.branches) {
    types.push_back(typeOf(branch.value));
    branches.push_back({types.back(), branch.range});
  }
  SqlType type = caseType(types);
  if (!type) {
    reportNoCommonType(engine, what, branches, caseType);
    return {};
  }
  if (type.getKind() == SqlKind::Null) {
    engine.emit(range, diag::UntypedNull).hint(allNull);
    return {};
  }
  return chainEnd(chain, type);
}

mlir::Value Binder::bindCase(const sql::CaseExpr &e) {
  if (e.branches.size() > kMaxBranches) {
    size_t count = e.branches.size();
    engine.emit(e.range, diag::TooManyBranches, "this CASE", count, kMaxBranches);
    return {};
  }
  mlir::Location location = locate(e.range);
  mlir::Value operand;
  bool failed = false;
  if (e.operand) {
    operand = bind(*e.operand);
    failed = !operand;
  }
  mlir::OpBuilder::InsertionGuard guard(builder);
  Chain chain;
  for (const auto &[when, then] : e.branches) {
    mlir::Value condition;
    // CASE x WHEN a, b: a list without an operand of its own.
    auto *either = llvm::dyn_cast<sql::InExpr>(when.get());
    llvm::ArrayRef<sql::ExprPtr> values = when;
    if (e.operand && either && !either->operand)
      values = either->list;
    if (operand) {
      condition = anyEqual({operand, e.operand->range}, values, when->range, "=");
    } else if (e.operand) {
      for (const sql::ExprPtr &value : values)
        bind(*value);
    } else {
      condition = bindCondition(*when, "the condition after WHEN");
    }
    if (!condition || failed) {
      failed = true;
      bind(*then);
      continue;
    }
    failed |= !chainIf(chain, condition, [&] { return bind(*then); }, then->range, location);
  }
  mlir::Value otherwise;
  SourceRange otherwiseRange = e.otherwise ? e.otherwise->range : e.range;
  if (e.otherwise)
    otherwise = bind(*e.otherwise);
  else
    otherwise = constant(builder.getUnitAttr(),
                         makeType(builder.getContext(), SqlKind::Null), location);
  if (failed || !chainElse(chain, otherwise, otherwiseRange))
    return {};
  return chainCase(chain, "the branches of CASE", "every branch is NULL", e.range);
}

bool Binder::wantArguments(const sql::CallExpr &e, size_t least, size_t most) {
  if (e.args.size() >= least && e.args.size() <= most)
    return true;
  std::vector<Argument> types;
  bool failed = false;
  for (const sql::ExprPtr &arg : e.args) {
    mlir::Value value = bind(*arg);
    failed |= !value;
    if (value)
      types.push_back({typeOf(value), {}});
  }
  if (!failed)
    engine.emit(e.name.range, diag::NoMatchingSignature, e.name.text, listTypes(types))
        .hint(least == most ? fmt::format("it takes {} argument{}", least, least == 1 ? "" : "s")
                            : fmt::format("it takes {} or more arguments", least));
  return false;
}

mlir::Value Binder::bindCoalesce(const sql::CallExpr &e) {
  bool two = !llvm::StringRef(e.name.text).equals_insensitive("COALESCE");
  if (!two && e.args.size() > kMaxBranches) {
    engine.emit(e.range, diag::TooManyBranches, "this " + e.name.text, e.args.size(), kMaxBranches);
    return {};
  }
  if (!wantArguments(e, two ? 2 : 1, two ? 2 : kMaxBranches))
    return {};
  mlir::Location location = locate(e.range);
  mlir::OpBuilder::InsertionGuard guard(builder);
  Chain chain;
  bool failed = false;
  llvm::SmallVector<SqlType> types;
  llvm::SmallVector<std::pair<SqlType, SourceRange>> branches;
  for (size_t i = 0; i < e.args.size(); ++i) {
    const sql::Expr &arg = *e.args[i];
    mlir::Value value = bind(arg);
    if (!value) {
      failed = true;
      continue;
    }
    types.push_back(typeOf(value));
    branches.push_back({types.back(), arg.range});
    if (failed)
      continue;
    if (i + 1 == e.args.size()) {
      failed |= !chainElse(chain, value, arg.range);
    } else {
      mlir::Value present = isTest(Truth::is_not_null, value, location);
      failed |= !chainIf(chain, present, [&] { return value; }, arg.range, location);
    }
  }
  if (failed)
    return {};
  SqlType type = coalesceType(types);
  if (!type) {
    reportNoCommonType(engine, "the arguments of " + e.name.text, branches, coalesceType);
    return {};
  }
  if (chain.ops.empty()) // COALESCE(x)
    return chain.branches.front().value;
  if (type.getKind() == SqlKind::Null) {
    engine.emit(e.range, diag::UntypedNull).hint("every argument is NULL");
    return {};
  }
  return chainEnd(chain, type);
}

mlir::Value Binder::bindNullIf(const sql::CallExpr &e) {
  if (!wantArguments(e, 2, 2))
    return {};
  mlir::Value value = bind(*e.args[0]), other = bind(*e.args[1]);
  if (!value || !other)
    return {};
  mlir::Location location = locate(e.range);
  mlir::Value kept = value;
  if (constantOf(value)) // the comparison may give its constant another type
    kept = builder.clone(*value.getDefiningOp())->getResult(0);
  mlir::Value equal = compare(Predicate::eq, {value, e.args[0]->range}, {other, e.args[1]->range},
                              e.range, e.range, "=");
  if (!equal)
    return {};
  SqlType type = typeOf(kept);
  if (type.getKind() == SqlKind::Null)
    type = makeString(builder.getContext());
  type = type.withNullable(true);
  mlir::OpBuilder::InsertionGuard guard(builder);
  Chain chain;
  chainIf(chain, equal,
          [&] { return constant(builder.getUnitAttr(), type, location); }, e.range, location);
  chainElse(chain, kept, e.args[0]->range);
  return chainEnd(chain, type);
}

mlir::Value Binder::bindIf(const sql::CallExpr &e) {
  if (!wantArguments(e, 3, 3))
    return {};
  mlir::Value condition = bindCondition(*e.args[0], "the condition of IF");
  mlir::Location location = locate(e.range);
  mlir::OpBuilder::InsertionGuard guard(builder);
  if (!condition) {
    bind(*e.args[1]);
    bind(*e.args[2]);
    return {};
  }
  Chain chain;
  bool ok = chainIf(chain, condition, [&] { return bind(*e.args[1]); }, e.args[1]->range, location);
  mlir::Value otherwise = bind(*e.args[2]);
  if (!ok || !chainElse(chain, otherwise, e.args[2]->range))
    return {};
  return chainCase(chain, "the results of IF", "both results are NULL", e.range);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

bool Binder::checkAggregate(const sql::CallExpr &e) {
  if (!isAggregate(e))
    return true;
  if (insideAggregate)
    engine.emit(e.range, diag::NestedAggregate, e.name.text, insideAggregate->name.text)
        .label(insideAggregate->name.range, "the outer aggregate");
  else if (clause == "`where`")
    engine.emit(e.range, diag::MisplacedAggregate, e.name.text, clause)
        .hint("conditions on groups stand in `having`");
  else
    engine.emit(e.range, diag::MisplacedAggregate, e.name.text, clause);
  return false;
}

mlir::Value Binder::bindCall(const sql::CallExpr &e) {
  // Names of functions are not case sensitive, quoted or not.
  const std::string name = llvm::StringRef(e.name.text).upper();
  if (e.over) {
    engine.emit(e.range, diag::MisplacedAggregate, name + " OVER", clause)
        .hint("filter outside: SELECT … FROM (SELECT …, " + name + "(…) OVER (…) AS r FROM …) WHERE r …, or QUALIFY");
    return {};
  }
  if (!checkAggregate(e))
    return {};
  if (e.json && (e.json->returning || e.json->wrapper || e.json->onEmpty || e.json->onError ||
                 e.json->onNull)) {
    if (name == "JSON_VALUE" || name == "JSON_EXISTS" || name == "JSON_QUERY")
      return bindJson(e, name);
    if (name != "JSON_OBJECT" && name != "JSON_ARRAY")
      return notYet(e.range, "a clause inside " + name + "(…)");
  }
  if (!e.argNames.empty())
    return notYet(e.range, "calling a function with named arguments");
  if (!e.qualifier.empty()) {
    engine.emit(e.range, diag::UnknownFunction, e.qualifier.front().text + "." + name)
        .hint("functions of a catalog are called by their own name");
    return {};
  }
  if (name == "COALESCE" || name == "IFNULL" || name == "NVL")
    return bindCoalesce(e);
  if (name == "NULLIF")
    return bindNullIf(e);
  if (name == "IF")
    return bindIf(e);
  if (name == "JSON_OBJECT" || name == "JSON_ARRAY")
    return bindJsonMake(e, name);
  // JSON already: it is not quoted once more.
  if (name == "JSON_STRING" && e.args.size() == 1)
    if (auto *inner = llvm::dyn_cast<sql::CallExpr>(e.args[0].get()); inner && inner->qualifier.empty()) {
      std::string made = llvm::StringRef(inner->name.text).upper();
      if (made == "JSON_OBJECT" || made == "JSON_ARRAY")
        return bind(*inner);
    }
  if (name == "JSON") {
    engine.emit(e.range, diag::NoMatchingSignature, name, "here")
        .hint("JSON(text) stands as a value of JSON_OBJECT or JSON_ARRAY");
    return {};
  }
  if (name == "-" && !e.name.quoted)
    return bindDifference(e);
  if (name == "CURRENT_WATERMARK")
    return bindCurrentWatermark(e);
  static const llvm::StringSet<> windowParts = {
      "TUMBLE",       "HOP",       "SESSION",       "CUMULATE",       "TUMBLE_START",
      "TUMBLE_END",   "HOP_START", "HOP_END",       "SESSION_START",  "SESSION_END",
      "TUMBLE_ROWTIME", "HOP_ROWTIME", "SESSION_ROWTIME"};
  if (windowParts.contains(name)) {
    engine.emit(e.name.range, diag::WindowFunction,
                "`" + name + "` does not stand in an expression of " + clause)
        .hint("`window_start` and `window_end` are columns of a stream with a window");
    return {};
  }
  llvm::SmallVector<mlir::Value> values;
  llvm::SmallVector<SourceRange> ranges;
  bool failed = false;
  for (const sql::ExprPtr &arg : e.args) {
    mlir::Value value = bind(*arg);
    failed |= !value;
    values.push_back(value);
    ranges.push_back(arg->range);
  }
  if (e.star || e.distinct || e.filter || !e.withinGroup.empty()) {
    if (catalog::findFunctions(name).empty())
      return callFunction(name, e.name.range, e.range, {}, {});
    engine.emit(e.range, diag::NoMatchingSignature, name,
                e.star       ? "*"
                : e.distinct ? "DISTINCT …"
                : e.filter   ? "…) FILTER (…"
                             : "…) WITHIN GROUP (…")
        .hint("`" + name + "` is not an aggregate");
    return {};
  }
  if (failed)
    return {};
  std::string implementation = name;
  mlir::Value known;
  if (!prepareCall(implementation, e, values, ranges, known))
    return {};
  if (known)
    return known;
  return callFunction(implementation, e.name.range, e.range, values, ranges);
}

mlir::Value Binder::callFunction(llvm::StringRef functionName, SourceRange nameRange, Range whole,
                                 llvm::ArrayRef<mlir::Value> values,
                                 llvm::ArrayRef<SourceRange> ranges) {
  std::string name = functionName.str();
  if (catalog::findFunctions(name).empty()) {
    auto flight = engine.emit(nameRange, diag::UnknownFunction, name);
    if (std::string near = diag::nearest(name, functionNames()); !near.empty())
      flight.hint("did you mean `" + near + "`?");
    flight.note("`levada functions` lists them");
    return {};
  }
  std::vector<Argument> arguments;
  for (mlir::Value value : values)
    arguments.push_back({typeOf(value), constantOf(value)});
  auto resolved = resolveFunction(name, arguments, builder.getContext());
  if (!resolved.declaration) {
    auto flight = engine.emit(nameRange, diag::NoMatchingSignature, name, listTypes(arguments));
    for (auto [argument, range] : llvm::zip(arguments, ranges))
      flight.label(range, "this is " + display(argument.type));
    std::vector<std::string> all = signatures(name);
    for (size_t i = 0; i < all.size() && i < 8; ++i)
      flight.note(all[i]);
    return {};
  }
  const catalog::Function &function = *resolved.declaration;
  mlir::Location location = locate(whole);
  llvm::SmallVector<mlir::Value> converted;
  for (size_t i = 0; i < values.size(); ++i)
    converted.push_back(castTo(values[i], resolved.params[i], locate(ranges[i])));
  auto text = [&](std::string_view view) {
    return builder.getStringAttr(llvm::StringRef(view.data(), view.size()));
  };
  auto flag = [&](bool set) { return set ? builder.getUnitAttr() : mlir::UnitAttr(); };
  auto call = builder.create<CallOp>(location, resolved.result, text(function.symbol),
                                     text(function.sqlName), converted, flag(!function.mayFail),
                                     flag(!function.deterministic));
  return call.getResult();
}

mlir::Value Binder::bindLike(const sql::LikeExpr &e) {
  llvm::SmallVector<mlir::Value> values = {bind(*e.operand), bind(*e.pattern)};
  llvm::SmallVector<SourceRange> ranges = {e.operand->range, e.pattern->range};
  if (e.escape) {
    values.push_back(bind(*e.escape));
    ranges.push_back(e.escape->range);
  }
  if (llvm::is_contained(values, mlir::Value()))
    return {};
  mlir::Value result =
      callFunction(e.similar ? "SIMILAR" : "LIKE", e.range, e.range, values, ranges);
  return result && e.negated ? negate(result, locate(e.range)) : result;
}

} // namespace levada::sema
