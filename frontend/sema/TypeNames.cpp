//===- TypeNames.cpp - types as users and the catalogue spell them --------===//
//
// Defaults are Flink's: DECIMAL(10, 0), TIMESTAMP(6), TIME(0), CHAR(1), and
// VARCHAR as STRING (its planner, not its manual). A parameter out of range is
// reported where the type stands.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Types.h"
#include "frontend/sql/Parser.h"
#include "ir/diag/codes/Names.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSwitch.h"

#include <optional>

namespace levada::sema {
namespace {

enum class Shape { Plain, Length, Precision, Digits };

struct Named {
  SqlKind kind;
  Shape shape;
  int32_t byDefault;
};

std::optional<Named> find(llvm::StringRef name) {
  constexpr int32_t longest = flow::kMaxLength;
  return llvm::StringSwitch<std::optional<Named>>(name)
      .Case("NULL", Named{SqlKind::Null, Shape::Plain, 0})
      .Case("BOOLEAN", Named{SqlKind::Boolean, Shape::Plain, 0})
      .Case("TINYINT", Named{SqlKind::TinyInt, Shape::Plain, 0})
      .Case("SMALLINT", Named{SqlKind::SmallInt, Shape::Plain, 0})
      .Cases("INT", "INTEGER", Named{SqlKind::Int, Shape::Plain, 0})
      .Case("BIGINT", Named{SqlKind::BigInt, Shape::Plain, 0})
      .Case("FLOAT", Named{SqlKind::Float, Shape::Plain, 0})
      .Case("DOUBLE", Named{SqlKind::Double, Shape::Plain, 0})
      .Case("DECIMAL", Named{SqlKind::Decimal, Shape::Digits, 10})
      .Case("CHAR", Named{SqlKind::Char, Shape::Length, 1})
      .Case("VARCHAR", Named{SqlKind::VarChar, Shape::Length, longest})
      .Case("STRING", Named{SqlKind::VarChar, Shape::Plain, longest})
      .Case("BINARY", Named{SqlKind::Binary, Shape::Length, 1})
      .Case("VARBINARY", Named{SqlKind::VarBinary, Shape::Length, longest})
      .Case("BYTES", Named{SqlKind::VarBinary, Shape::Plain, longest})
      .Case("DATE", Named{SqlKind::Date, Shape::Plain, 0})
      .Case("TIME", Named{SqlKind::Time, Shape::Precision, 0})
      .Case("TIMESTAMP", Named{SqlKind::Timestamp, Shape::Precision, 6})
      .Case("TIMESTAMP_LTZ", Named{SqlKind::TimestampLtz, Shape::Precision, 6})
      .Case("ARRAY", Named{SqlKind::Array, Shape::Plain, 0})
      .Case("MAP", Named{SqlKind::Map, Shape::Plain, 0})
      .Case("MULTISET", Named{SqlKind::Multiset, Shape::Plain, 0})
      .Case("ROW", Named{SqlKind::Row, Shape::Plain, 0})
      .Default(std::nullopt);
}

std::optional<SqlKind> findInterval(llvm::StringRef name) {
  if (!name.consume_front("INTERVAL"))
    return std::nullopt;
  bool months = name.contains("YEAR") || name.contains("MONTH") || name.contains("QUARTER");
  return months ? SqlKind::IntervalYearMonth : SqlKind::IntervalDayTime;
}

const std::vector<std::string> kTypeNames = {
    "BOOLEAN", "TINYINT", "SMALLINT", "INT",       "BIGINT", "FLOAT", "DOUBLE",    "DECIMAL",
    "CHAR",    "VARCHAR", "STRING",   "BINARY",    "BYTES",  "DATE",  "VARBINARY", "TIME",
    "TIMESTAMP", "TIMESTAMP_LTZ", "ARRAY", "MAP", "MULTISET", "ROW", "INTEGER", "NUMERIC", "CHARACTER"};

/// Names of other systems, and what to write instead.
llvm::StringRef flinkName(llvm::StringRef name) {
  return llvm::StringSwitch<llvm::StringRef>(name)
      .Cases("TEXT", "STR", "CLOB", "NVARCHAR", "VARCHAR2", "STRING")
      .Cases("LONG", "INT64", "UBIGINT", "INT8", "BIGINT")
      .Cases("INT32", "INT4", "MEDIUMINT", "INT")
      .Cases("SHORT", "INT16", "INT2", "SMALLINT")
      .Case("BYTE", "TINYINT")
      .Cases("BOOL", "BIT", "BOOLEAN")
      .Cases("REAL", "FLOAT32", "FLOAT4", "FLOAT")
      .Cases("FLOAT64", "FLOAT8", "DOUBLE")
      .Case("DATETIME", "TIMESTAMP(3)")
      .Cases("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_LTZ(3)")
      .Cases("BLOB", "BYTEA", "BYTES")
      .Default("");
}

} // namespace

SqlType resolveType(const sql::TypeName &type, diag::Engine &engine,
                    mlir::MLIRContext *context) {
  llvm::StringRef name = type.name;
  if (std::optional<SqlKind> interval = findInterval(name))
    return makeType(context, *interval, type.nullable);
  std::optional<Named> named = find(name);
  if (!named) {
    if (name == "RAW" || name == "STRUCTURED" || name == "VARIANT") {
      engine.emit(type.range, diag::TypeNotYet, type.name);
      return {};
    }
    auto flight = engine.emit(type.range, diag::UnknownType, type.name);
    if (llvm::StringRef other = flinkName(name); !other.empty())
      flight.hint("write `" + other.str() + "`");
    else if (std::string near = diag::nearest(type.name, kTypeNames); !near.empty())
      flight.hint("did you mean `" + near + "`?");
    return {};
  }
  auto bad = [&](std::string text) {
    engine.emit(type.range, diag::TypeParameter, text);
    return SqlType();
  };
  size_t most = named->shape == Shape::Plain ? 0 : named->shape == Shape::Digits ? 2 : 1;
  if (type.params.size() > most)
    return bad(most == 0 ? fmt::format("{} takes no numbers in parentheses", type.name)
                         : fmt::format("{} takes at most {} number{} in parentheses", type.name,
                                       most, most == 1 ? "" : "s"));
  int64_t first = type.params.empty() ? named->byDefault : type.params[0];
  int64_t second = type.params.size() < 2 ? 0 : type.params[1];
  switch (named->shape) {
  case Shape::Plain:
    break;
  case Shape::Length:
    if (first < 0 || first > flow::kMaxLength)
      return bad(fmt::format("the length of {} is 0 to {}, found {}", type.name,
                             flow::kMaxLength, first));
    break;
  case Shape::Precision:
    if (first < 0 || first > 9)
      return bad(fmt::format("{} has 0 to 9 digits of a second, found {}", type.name, first));
    break;
  case Shape::Digits:
    if (first < 1 || first > kMaxDigits)
      return bad(fmt::format("DECIMAL has 1 to {} digits, found {}", kMaxDigits, first));
    if (second < 0 || second > first)
      return bad(fmt::format("of the {} digits of this DECIMAL, 0 to {} are fraction, found {}",
                             first, first, second));
    break;
  }
  llvm::SmallVector<mlir::Type> children;
  llvm::SmallVector<mlir::StringAttr> names;
  bool failed = false;
  for (const sql::TypeName &child : type.children) {
    SqlType resolved = resolveType(child, engine, context);
    failed |= !resolved;
    children.push_back(resolved);
  }
  for (const sql::Name &field : type.fieldNames)
    names.push_back(mlir::StringAttr::get(context, field.text));
  if (failed)
    return {};
  return SqlType::get(context, named->kind, static_cast<int32_t>(first),
                      static_cast<int32_t>(second), type.nullable, children, names);
}

SqlType parseCatalogType(llvm::StringRef text, mlir::MLIRContext *context) {
  text = text.trim();
  bool nullable = !text.consume_back("NOT NULL");
  text = text.trim();
  if (std::optional<SqlKind> interval = findInterval(text))
    return makeType(context, *interval, nullable);
  auto [name, rest] = text.split('(');
  std::optional<Named> named = find(name.trim());
  if (!named || named->kind >= SqlKind::Array)
    return {};
  int32_t numbers[2] = {named->byDefault, 0};
  if (!rest.empty()) {
    llvm::SmallVector<llvm::StringRef> parts;
    rest.rtrim(") ").split(parts, ',');
    for (size_t i = 0; i < parts.size() && i < 2; ++i)
      if (parts[i].trim().getAsInteger(10, numbers[i]))
        return {};
  }
  return SqlType::get(context, named->kind, numbers[0], numbers[1], nullable);
}

} // namespace levada::sema
