//===- Builtins.cpp - calls whose arguments need more than overloads ------===//
//
// What the types or constants of a call change before its implementation is
// looked for: the precision of TO_TIMESTAMP_LTZ, the units of EXTRACT, the
// common type of GREATEST, the tags of PRINTF's arguments. CURRENT_WATERMARK asks
// no function, but the row.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Binder.h"
#include "frontend/sema/Constants.h"
#include "frontend/sema/Patterns.h"
#include "frontend/sql/Printer.h"
#include "ir/diag/codes/Names.h"

#include "llvm/ADT/StringSet.h"

namespace levada::sema {

using namespace flow;

mlir::Value Binder::bindCurrentWatermark(const sql::CallExpr &e) {
  if (!wantArguments(e, 1, 1))
    return {};
  const sql::Expr &arg = *e.args[0];
  if (substitute)
    if (std::optional<mlir::Value> known = substitute(arg); known && !*known)
      return {};
  size_t used = 0;
  const Column *other = nullptr;
  auto *name = llvm::dyn_cast<sql::ColumnExpr>(&arg);
  const Column *column = name ? scope.find(name->parts, used, other) : nullptr;
  if (!column || other || used != name->parts.size() || !column->rowtime) {
    mlir::Value value = bind(arg);
    if (value)
      engine.emit(arg.range, diag::RowtimeNeeded, "CURRENT_WATERMARK", sql::print(arg))
          .hint("it is the column that the watermark is declared for, handed on as it is");
    return {};
  }
  SqlType type = makeTimestamp(builder.getContext(), column->type.getKind(), 3);
  return builder.create<CurrentWatermarkOp>(locate(e.range), type);
}

/// What TYPEOF says: Flink's summary, or its serializable form.
static std::string typeText(SqlType type, bool serializable) {
  const char *null = type.getNullable() ? "" : " NOT NULL";
  if (type.getKind() == SqlKind::IntervalYearMonth)
    return std::string("INTERVAL MONTH") + null;
  if (type.getKind() == SqlKind::IntervalDayTime)
    return std::string("INTERVAL SECOND(3)") + null;
  if (type.isNested()) {
    std::string text = type.getKind() == SqlKind::Row     ? "ROW<"
                       : type.getKind() == SqlKind::Array ? "ARRAY<"
                       : type.getKind() == SqlKind::Map   ? "MAP<"
                                                          : "MULTISET<";
    for (size_t i = 0; i < type.getChildren().size(); ++i) {
      text += i ? ", " : "";
      if (type.getKind() == SqlKind::Row) {
        text += '`';
        for (char c : type.getNames()[i].getValue())
          text += std::string(c == '`' ? 2 : 1, c);
        text += "` ";
      }
      text += typeText(llvm::cast<SqlType>(type.getChildren()[i]), serializable);
    }
    return text + ">" + null;
  }
  std::string text = type.str();
  if (!serializable)
    return text;
  auto replace = [&](llvm::StringRef from, llvm::StringRef to) {
    for (size_t at = 0; (at = text.find(from.str(), at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to.str());
  };
  replace("STRING", "VARCHAR(2147483647)");
  replace("BYTES", "VARBINARY(2147483647)");
  // TIMESTAMP_LTZ(p) is spelled out.
  for (size_t at = 0; (at = text.find("TIMESTAMP_LTZ(", at)) != std::string::npos;) {
    size_t close = text.find(')', at);
    std::string digits = text.substr(at + 14, close - at - 14);
    std::string full = "TIMESTAMP(" + digits + ") WITH LOCAL TIME ZONE";
    text.replace(at, close + 1 - at, full);
    at += full.size();
  }
  return text;
}

/// How PRINTF shall take a value that it gets as text.
static const char *printTag(SqlType type) {
  switch (type.getKind()) {
  case SqlKind::TinyInt:
    return "i1";
  case SqlKind::SmallInt:
    return "i2";
  case SqlKind::Int:
    return "i4";
  case SqlKind::BigInt:
    return "i8";
  case SqlKind::Float:
    return "f4";
  case SqlKind::Double:
    return "f8";
  case SqlKind::Decimal:
    return "d";
  case SqlKind::Boolean:
    return "b";
  case SqlKind::Date:
    return "D";
  case SqlKind::Time:
    return "t";
  case SqlKind::Timestamp:
    return "T";
  case SqlKind::TimestampLtz:
    return "Z";
  default:
    return "s";
  }
}

bool Binder::prepareCall(std::string &name, const sql::CallExpr &e,
                         llvm::SmallVectorImpl<mlir::Value> &values,
                         llvm::SmallVectorImpl<SourceRange> &ranges, mlir::Value &result) {
  mlir::MLIRContext *context = builder.getContext();
  auto wordOf = [&](size_t i) {
    auto text = llvm::dyn_cast_or_null<mlir::StringAttr>(constantOf(values[i]));
    llvm::StringRef word = text ? text.getValue() : "";
    word.consume_front("SQL_TSI_");
    return word.upper();
  };
  auto refuse = [&](const std::string &hint) {
    std::vector<Argument> types;
    for (mlir::Value value : values)
      types.push_back({typeOf(value), constantOf(value)});
    engine.emit(e.name.range, diag::NoMatchingSignature, name, listTypes(types)).hint(hint);
    return false;
  };
  auto asTimestamp = [&](size_t i) {
    values[i] = castTo(values[i], makeTimestamp(context, SqlKind::Timestamp, 6, typeOf(values[i]).getNullable()),
                       locate(ranges[i]));
  };

  if (name == "TYPEOF" && (values.size() == 1 || values.size() == 2)) {
    bool serializable = false;
    if (values.size() == 2) {
      auto flag = llvm::dyn_cast_or_null<mlir::BoolAttr>(constantOf(values[1]));
      if (!flag)
        return refuse("the second argument is TRUE or FALSE");
      serializable = flag.getValue();
    }
    result = constant(builder.getStringAttr(typeText(typeOf(values[0]), serializable)),
                      makeString(context, false), locate(e.range));
    return true;
  }
  if ((name == "GREATEST" || name == "LEAST") && !values.empty()) {
    llvm::SmallVector<SqlType> types;
    for (mlir::Value value : values)
      types.push_back(typeOf(value));
    SqlType type = coalesceType(types);
    if (type && type.isNumeric())
      for (auto [value, range] : llvm::zip(values, ranges))
        value = castTo(value, type.withNullable(typeOf(value).getNullable()), locate(range));
    return true;
  }
  auto textOf = [&](size_t i) {
    return i < values.size() ? llvm::dyn_cast_or_null<mlir::StringAttr>(constantOf(values[i]))
                             : mlir::StringAttr();
  };
  if (llvm::StringRef(name).starts_with("REGEXP") && textOf(1)) {
    std::string pattern = textOf(1).getValue().str();
    RegexCheck check = checkRegex(pattern);
    if (!check.backtracking.empty() && !check.broken) {
      engine.emit(ranges[1], diag::BacktrackingPattern, pattern, check.backtracking)
          .hint("regular expressions are matched in linear time, by RE2");
      return false;
    }
    // The others are NULL for a pattern that is none.
    if (check.broken && name == "REGEXP") {
      engine.emit(ranges[1], diag::PatternSyntax, pattern, "a regular expression");
      return false;
    }
    return true;
  }
  if (name == "TO_TIMESTAMP_LTZ" && textOf(1)) {
    if (std::string bad = badTimePattern(textOf(1).getValue()); !bad.empty()) {
      engine.emit(ranges[1], diag::PatternSyntax, textOf(1).getValue().str(), "a pattern of dates and times")
          .hint(bad + " says nothing there; text stands in single quotes");
      return false;
    }
    if (textOf(2) && !isZoneName(textOf(2).getValue())) {
      engine.emit(ranges[2], diag::PatternSyntax, textOf(2).getValue().str(), "a time zone")
          .hint("such as Europe/Lisbon or UTC");
      return false;
    }
    return true;
  }
  if (name == "TO_TIMESTAMP_LTZ" && values.size() == 2 && typeOf(values[0]).isInteger()) {
    auto digits = llvm::dyn_cast_or_null<mlir::IntegerAttr>(constantOf(values[1]));
    if (!digits)
      return true;
    int64_t precision = digits.getValue().getSExtValue();
    if (precision < 0 || precision > 9)
      return refuse("the precision is 0 to 9");
    if (precision > 3)
      name = precision <= 6 ? "TO_TIMESTAMP_LTZ(6)" : "TO_TIMESTAMP_LTZ(9)";
    return true;
  }
  // Hours and less make a timestamp of a date.
  if (name == "TIMESTAMPADD" && values.size() == 3 && typeOf(values[2]).getKind() == SqlKind::Date) {
    static const llvm::StringSet<> clock = {"HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"};
    if (clock.contains(wordOf(0)))
      asTimestamp(2);
    return true;
  }
  // A time of day among dates is one of 1970-01-01.
  if (name == "TIMESTAMPDIFF" && values.size() == 3) {
    SqlKind a = typeOf(values[1]).getKind(), b = typeOf(values[2]).getKind();
    bool mixed = a != b && (a == SqlKind::Time || b == SqlKind::Time);
    for (size_t i : {1, 2})
      if (mixed && (typeOf(values[i]).getKind() == SqlKind::Time || typeOf(values[i]).getKind() == SqlKind::Date))
        asTimestamp(i);
    return true;
  }
  if (name == "MOD" && values.size() == 2) {
    result = bindNumbers(sql::BinaryOp::Rem, {values[0], ranges[0]}, {values[1], ranges[1]}, e.range,
                         e.name.range, name);
    return bool(result);
  }
  if (values.empty())
    return true;
  bool extract = name == "EXTRACT" && values.size() == 2;
  static const llvm::StringSet<> ofDates = {"YEAR", "QUARTER", "MONTH", "WEEK", "DAYOFYEAR", "DAYOFMONTH", "DAYOFWEEK"};
  if (typeOf(values.back()).getKind() == SqlKind::Time && (extract || ofDates.contains(name))) {
    static const llvm::StringSet<> clock = {"HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND"};
    if (!extract || !clock.contains(wordOf(0)))
      return refuse("a TIME has hours, minutes and seconds alone");
    return true;
  }
  if (name == "PRINTF") {
    llvm::SmallVector<mlir::Value> tagged = {values[0]};
    llvm::SmallVector<SourceRange> places = {ranges[0]};
    for (size_t i = 1; i < values.size(); ++i) {
      SqlType type = typeOf(values[i]);
      if (type.isNested())
        return refuse("PRINTF does not take nested values");
      tagged.push_back(constant(builder.getStringAttr(printTag(type)), makeString(context, false),
                                locate(ranges[i])));
      tagged.push_back(castTo(values[i], makeString(context, type.getNullable()), locate(ranges[i])));
      places.append(2, ranges[i]);
    }
    values.assign(tagged.begin(), tagged.end());
    ranges.assign(places.begin(), places.end());
  }
  return true;
}

} // namespace levada::sema
