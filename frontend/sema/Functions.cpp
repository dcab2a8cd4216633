//===- Functions.cpp - overload resolution --------------------------------===//
//
// Every argument has a cost for every parameter; the implementation with the
// smallest sum is meant, the first declared among equals. Rules of result
// types (`rule:NAME` in stdlib) are one table at the end.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Functions.h"
#include "frontend/sema/Constants.h"
#include "frontend/sema/Nested.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

#include <algorithm>

namespace levada::sema {
namespace {

/// Costs: what is preferred when several implementations would do.
enum Cost {
  Exact = 0,
  Widened = 1,       // and once more for each step of INT to BIGINT …
  Narrowed = 2,      // a constant that fits
  ToDecimal = 5,
  ToDouble = 6,
  ToFloat = 8,
  OtherTime = 9,     // DATE to TIMESTAMP, TIMESTAMP to TIMESTAMP_LTZ …
  CutTime = 12,      // digits or the time of day are lost
  Anything = 20,
  ToText = 100,
};

struct Fit {
  int cost;
  SqlType type; ///< what the argument is cast to
};

std::optional<Fit> fitTime(const Argument &argument, SqlType param) {
  SqlType type = argument.type;
  SqlKind from = type.getKind(), to = param.getKind();
  bool fromTime = type.isTimestamp() || from == SqlKind::Date;
  bool toTime = param.isTimestamp() || to == SqlKind::Date;
  if (from == SqlKind::Time && to == SqlKind::Time)
    return Fit{Exact, type};
  if (!fromTime || !toTime)
    return std::nullopt;
  int cost = from == to ? Exact : OtherTime;
  if (to == SqlKind::Date)
    cost = from == to ? Exact : CutTime;
  else if (type.getPrecision() > param.getPrecision())
    cost += CutTime;
  else if (param.getPrecision() > 3 && type.getPrecision() <= 3)
    cost += Widened;
  return Fit{cost, param};
}

std::optional<Fit> fitNumber(const Argument &argument, SqlType param) {
  SqlType type = argument.type;
  SqlKind from = type.getKind(), to = param.getKind();
  if (!type.isNumeric() || !param.isNumeric())
    return std::nullopt;
  if (from == to)
    return Fit{Exact, param};
  if (type.isInteger() && param.isInteger()) {
    int steps = static_cast<int>(to) - static_cast<int>(from);
    if (steps > 0)
      return Fit{Widened + steps - 1, param};
    if (argument.constant && convertConstant(argument.constant, type, param))
      return Fit{Narrowed, param};
    return std::nullopt;
  }
  if (to == SqlKind::Double)
    return Fit{from == SqlKind::Float ? Widened : ToDouble, param};
  if (to == SqlKind::Float)
    return from == SqlKind::Double ? std::nullopt : std::optional(Fit{ToFloat, param});
  return std::nullopt;
}

/// Whether a function takes numbers as text; the others take text alone.
bool becomesText(std::string_view name) {
  return name == "IS_ALPHA" || name == "IS_DECIMAL" || name == "IS_DIGIT";
}

/// How `argument` fits a parameter spelled `text` in the catalogue.
std::optional<Fit> fit(const Argument &argument, llvm::StringRef text, bool intoText,
                       mlir::MLIRContext *context) {
  SqlType type = argument.type;
  bool null = type.getKind() == SqlKind::Null;
  if (text == "ANY")
    return Fit{Anything, null ? makeString(context) : type};
  if (text.starts_with("DECIMAL(p")) {
    if (null)
      return Fit{Widened, makeDecimal(context, kMaxDigits, 18)};
    if (type.getKind() == SqlKind::Decimal)
      return Fit{Exact, type};
    Digits digits = digitsOf(type);
    if (type.isInteger())
      return Fit{ToDecimal, makeDecimal(context, digits.precision, 0)};
    return std::nullopt;
  }
  SqlType param = parseCatalogType(text, context);
  if (!param)
    return std::nullopt;
  if (null)
    return Fit{Widened, param};
  if (sameButLength(type, param) || (type.isCharacter() && param.isCharacter()) ||
      (type.isBinary() && param.isBinary()))
    return Fit{Exact, param};
  if (std::optional<Fit> number = fitNumber(argument, param))
    return number;
  if (std::optional<Fit> time = fitTime(argument, param))
    return time;
  if (intoText && param.isString() && type.isNumeric())
    return Fit{ToText, param};
  return std::nullopt;
}

SqlType resultType(std::string_view spelled, std::string_view rule,
                   const std::vector<Argument> &arguments, const std::vector<SqlType> &params,
                   mlir::MLIRContext *context);

template <typename Declaration>
Resolved<Declaration> resolve(std::span<const Declaration> candidates, bool (*isVariadic)(const Declaration &),
                              const std::vector<Argument> &arguments,
                              mlir::MLIRContext *context) {
  Resolved<Declaration> best;
  int bestCost = 0;
  for (const Declaration &candidate : candidates) {
    size_t count = candidate.params.size();
    bool variadic = isVariadic(candidate) && count > 0;
    if (variadic ? arguments.size() + 1 < count : arguments.size() != count)
      continue;
    int cost = 0;
    std::vector<SqlType> params;
    SqlType bound; // of a signature with variables
    auto textOf = [](std::string_view view) { return llvm::StringRef(view.data(), view.size()); };
    if (llvm::any_of(candidate.params, [&](const catalog::Param &p) { return isPattern(textOf(p.sqlType)); })) {
      llvm::SmallVector<llvm::StringRef> texts;
      for (const catalog::Param &param : candidate.params)
        texts.push_back(textOf(param.sqlType));
      auto scalar = [&](const Argument &argument,
                        llvm::StringRef text) -> std::optional<std::pair<int, SqlType>> {
        std::optional<Fit> one = fit(argument, text, becomesText(candidate.sqlName), context);
        return one ? std::optional(std::pair(one->cost, one->type)) : std::nullopt;
      };
      std::optional<PatternFit> all = fitPatterns(
          texts, textOf(candidate.result.sqlType), arguments, context, scalar);
      if (!all)
        continue;
      cost = all->cost;
      bound = all->result;
      for (auto [type, argument] : llvm::zip(all->params, arguments))
        params.push_back(type.withNullable(argument.type.getNullable()));
    }
    for (size_t i = params.size(); i < arguments.size(); ++i) {
      const catalog::Param &param = candidate.params[std::min(i, count - 1)];
      std::optional<Fit> one =
          fit(arguments[i], llvm::StringRef(param.sqlType.data(), param.sqlType.size()),
              becomesText(candidate.sqlName), context);
      if (!one)
        break;
      cost += one->cost;
      params.push_back(one->type.withNullable(arguments[i].type.getNullable()));
    }
    if (params.size() != arguments.size() || (best.declaration && cost >= bestCost))
      continue;
    best.declaration = &candidate;
    best.params = std::move(params);
    best.result = bound;
    bestCost = cost;
  }
  if (best.declaration && !best.result)
    best.result = resultType(best.declaration->result.sqlType, best.declaration->rule, arguments,
                             best.params, context);
  return best;
}

//===----------------------------------------------------------------------===//
// Result types
//===----------------------------------------------------------------------===//

using Rule = SqlType (*)(const std::vector<Argument> &arguments,
                         const std::vector<SqlType> &params);

/// A timestamp keeps its digits where they are held in the parameter's unit.
SqlType sameDigits(SqlType type, SqlType param) {
  auto unit = [](SqlType t) { return t.getPrecision() <= 3 ? 3 : t.getPrecision() <= 6 ? 6 : 9; };
  if (param.isTimestamp() && type.getKind() == param.getKind() && unit(type) == unit(param))
    return type;
  return param;
}
SqlType firstArgument(const std::vector<Argument> &arguments, const std::vector<SqlType> &params) {
  return sameDigits(arguments.front().type, params.front());
}
SqlType lastArgument(const std::vector<Argument> &arguments, const std::vector<SqlType> &params) {
  return sameDigits(arguments.back().type, params.back());
}
SqlType common(const std::vector<Argument> &, const std::vector<SqlType> &params) {
  return commonType(params);
}
/// ROUND(x, d), TRUNCATE(x, d): digits are known when d is constant.
SqlType rounded(const std::vector<Argument> &arguments, const std::vector<SqlType> &params) {
  SqlType type = params.front();
  if (type.getKind() != SqlKind::Decimal)
    return type;
  if (arguments.size() < 2)
    return roundType(type, 0);
  auto digits = llvm::dyn_cast_or_null<mlir::IntegerAttr>(arguments[1].constant);
  return digits ? roundType(type, digits.getValue().getSExtValue()) : type;
}
/// FLOOR, CEIL of DECIMAL(p, s): DECIMAL(p, 0).
SqlType withoutScale(const std::vector<Argument> &, const std::vector<SqlType> &params) {
  SqlType type = params.front();
  return type.getKind() == SqlKind::Decimal
             ? makeDecimal(type.getContext(), type.getPrecision(), 0)
             : type;
}
SqlType sum(const std::vector<Argument> &, const std::vector<SqlType> &params) {
  SqlType type = params.front();
  return type.getKind() == SqlKind::Decimal
             ? makeDecimal(type.getContext(), kMaxDigits, type.getScale())
             : type;
}
SqlType average(const std::vector<Argument> &, const std::vector<SqlType> &params) {
  SqlType type = params.front();
  return type.getKind() == SqlKind::Decimal
             ? makeDecimal(type.getContext(), kMaxDigits, std::max(6, type.getScale()))
             : type;
}
SqlType remainder(const std::vector<Argument> &, const std::vector<SqlType> &params) {
  return arithmeticType(Arithmetic::Rem, params.front(), params.back());
}

/// The text itself: CHAR(n) and VARCHAR(n) keep their length.
SqlType sameText(const std::vector<Argument> &arguments, const std::vector<SqlType> &params) {
  SqlType type = arguments.front().type;
  return type.isCharacter() ? type : params.front();
}
/// Parts of a text: no longer than that.
SqlType partOf(SqlType text) {
  if (!text.isCharacter())
    return makeString(text.getContext());
  return SqlType::get(text.getContext(), SqlKind::VarChar, text.getPrecision(), 0);
}
SqlType partOfFirst(const std::vector<Argument> &arguments, const std::vector<SqlType> &) {
  return partOf(arguments.front().type);
}
SqlType partOfSecond(const std::vector<Argument> &arguments, const std::vector<SqlType> &) {
  return partOf(arguments[1].type);
}
/// Two texts after one another.
SqlType joined(const std::vector<Argument> &arguments, const std::vector<SqlType> &params) {
  SqlType a = arguments[0].type, b = arguments[1].type;
  if (!a.isCharacter() || !b.isCharacter())
    return params.front();
  int64_t length = int64_t(a.getPrecision()) + b.getPrecision();
  return SqlType::get(a.getContext(), SqlKind::VarChar,
                      static_cast<int32_t>(std::min<int64_t>(length, flow::kMaxLength)), 0);
}
/// ELT(index, value, …): what the values have in common.
SqlType chosen(const std::vector<Argument> &arguments, const std::vector<SqlType> &params) {
  llvm::SmallVector<SqlType> types;
  for (const Argument &argument : llvm::ArrayRef(arguments).drop_front())
    types.push_back(argument.type);
  SqlType type = types.empty() ? SqlType() : commonType(types);
  return type && (type.isCharacter() || type.isBinary()) ? type : params.back();
}

Rule findRule(llvm::StringRef name) {
  return llvm::StringSwitch<Rule>(name)
      .Case("arg0", firstArgument)
      .Case("arg_last", lastArgument)
      .Case("avg", average)
      .Case("elt", chosen)
      .Case("joined", joined)
      .Case("common", common)
      .Case("mod", remainder)
      .Case("no_scale", withoutScale)
      .Cases("round", "truncate", rounded)
      .Case("same", sameText)
      .Case("sum", sum)
      .Case("varying", partOfFirst)
      .Case("varying1", partOfSecond)
      .Default(nullptr);
}

SqlType resultType(std::string_view spelled, std::string_view rule,
                   const std::vector<Argument> &arguments, const std::vector<SqlType> &params,
                   mlir::MLIRContext *context) {
  Rule found = findRule(llvm::StringRef(rule.data(), rule.size()));
  if (found && !params.empty())
    return found(arguments, params).withNullable(true);
  if (SqlType type = catalogType(llvm::StringRef(spelled.data(), spelled.size()), context))
    return type.withNullable(true);
  // `DECIMAL(p, s)`, `ANY`: that of the parameter spelled so, the first one.
  return params.empty() ? makeString(context) : params.front().withNullable(true);
}

std::string spell(std::string_view name, std::span<const catalog::Param> params, bool variadic,
                  std::string_view result) {
  std::string text(name);
  text += '(';
  for (size_t i = 0; i < params.size(); ++i)
    text += (i ? ", " : "") + std::string(params[i].sqlType);
  text += variadic ? "…)" : ")";
  if (!result.starts_with("rule:"))
    text += " -> " + std::string(result);
  return text;
}

} // namespace

Resolved<catalog::Function> resolveFunction(std::string_view upperName,
                                            const std::vector<Argument> &arguments,
                                            mlir::MLIRContext *context) {
  auto resolved = resolve<catalog::Function>(
      catalog::findFunctions(upperName), [](const catalog::Function &f) { return f.variadic; },
      arguments, context);
  if (!resolved.declaration)
    return resolved;
  // NULL in, NULL out, unless the parameter says that it may be NULL.
  const catalog::Function &function = *resolved.declaration;
  bool nullable = function.result.nullable;
  for (size_t i = 0; i < arguments.size(); ++i)
    if (!function.params[std::min(i, function.params.size() - 1)].nullable)
      nullable |= arguments[i].type.getNullable();
  resolved.result = resolved.result.withNullable(nullable);
  return resolved;
}

Resolved<catalog::Aggregate> resolveAggregate(std::string_view upperName,
                                              const std::vector<Argument> &arguments,
                                              mlir::MLIRContext *context) {
  auto resolved = resolve<catalog::Aggregate>(
      catalog::findAggregates(upperName), [](const catalog::Aggregate &) { return false; },
      arguments, context);
  if (resolved.declaration)
    resolved.result = resolved.result.withNullable(resolved.declaration->result.nullable);
  return resolved;
}

bool isResultRule(std::string_view name) {
  return findRule(llvm::StringRef(name.data(), name.size())) != nullptr;
}

std::vector<std::string> signatures(std::string_view upperName) {
  std::vector<std::string> all;
  for (const catalog::Function &f : catalog::findFunctions(upperName))
    all.push_back(spell(f.sqlName, f.params, f.variadic, f.result.sqlType));
  for (const catalog::Aggregate &a : catalog::findAggregates(upperName))
    all.push_back(a.params.empty() ? std::string(a.sqlName) + "(*)"
                                   : spell(a.sqlName, a.params, false, a.result.sqlType));
  return all;
}

std::string listTypes(const std::vector<Argument> &arguments) {
  constexpr size_t most = 20;
  std::string text;
  for (size_t i = 0; i < std::min(arguments.size(), most); ++i)
    text += (i ? ", " : "") + display(arguments[i].type);
  if (arguments.size() > most)
    text += fmt::format(" and {} more", arguments.size() - most);
  return text;
}

std::vector<std::string> functionNames() {
  std::vector<std::string> names = {"COALESCE", "NULLIF", "IF", "IFNULL", "CAST", "TRY_CAST", "TYPEOF"};
  for (const catalog::Function &f : catalog::functions())
    if (names.back() != f.sqlName)
      names.emplace_back(f.sqlName);
  for (const catalog::Aggregate &a : catalog::aggregates())
    if (names.back() != a.sqlName)
      names.emplace_back(a.sqlName);
  return names;
}

} // namespace levada::sema
