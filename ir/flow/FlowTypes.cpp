//===- FlowTypes.cpp - types and attributes of the flow dialect -----------===//
//
// SQL types print and parse as SQL text, so that a dump reads like a schema.
// STRING and BYTES are the unbounded VARCHAR and VARBINARY by another name.
//
//===----------------------------------------------------------------------===//
#include "ir/flow/FlowOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace levada::flow;

#include "ir/flow/FlowEnums.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "ir/flow/FlowTypes.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/flow/FlowAttrs.cpp.inc"
#include "ir/flow/FlowDialect.cpp.inc"

void FlowDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "ir/flow/FlowTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ir/flow/FlowAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "ir/flow/FlowOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// SqlType
//===----------------------------------------------------------------------===//

namespace {
/// What may stand in parentheses after a type's name.
enum class Params { None, Length, Precision, PrecisionScale };
struct KindInfo {
  SqlKind kind;
  llvm::StringLiteral name;
  Params params;
};
constexpr KindInfo kinds[] = {
    {SqlKind::Null, "NULL", Params::None},
    {SqlKind::Boolean, "BOOLEAN", Params::None},
    {SqlKind::TinyInt, "TINYINT", Params::None},
    {SqlKind::SmallInt, "SMALLINT", Params::None},
    {SqlKind::Int, "INT", Params::None},
    {SqlKind::BigInt, "BIGINT", Params::None},
    {SqlKind::Float, "FLOAT", Params::None},
    {SqlKind::Double, "DOUBLE", Params::None},
    {SqlKind::Decimal, "DECIMAL", Params::PrecisionScale},
    {SqlKind::Char, "CHAR", Params::Length},
    {SqlKind::VarChar, "VARCHAR", Params::Length},
    {SqlKind::Binary, "BINARY", Params::Length},
    {SqlKind::VarBinary, "VARBINARY", Params::Length},
    {SqlKind::Date, "DATE", Params::None},
    {SqlKind::Time, "TIME", Params::Precision},
    {SqlKind::Timestamp, "TIMESTAMP", Params::Precision},
    {SqlKind::TimestampLtz, "TIMESTAMP_LTZ", Params::Precision},
    {SqlKind::IntervalYearMonth, "INTERVAL_MONTH", Params::None},
    {SqlKind::IntervalDayTime, "INTERVAL_SECOND", Params::None},
    {SqlKind::Array, "ARRAY", Params::None},
    {SqlKind::Map, "MAP", Params::None},
    {SqlKind::Multiset, "MULTISET", Params::None},
    {SqlKind::Row, "ROW", Params::None},
};
const KindInfo &info(SqlKind kind) { return kinds[static_cast<size_t>(kind)]; }
} // namespace

SqlType SqlType::withNullable(bool nullable) const {
  if (nullable == getNullable())
    return *this;
  return SqlType::get(getContext(), getKind(), getPrecision(), getScale(),
                      nullable, getChildren(), getNames());
}

bool SqlType::isInteger() const {
  return getKind() >= SqlKind::TinyInt && getKind() <= SqlKind::BigInt;
}
bool SqlType::isApproximate() const {
  return getKind() == SqlKind::Float || getKind() == SqlKind::Double;
}
bool SqlType::isNumeric() const {
  return isInteger() || isApproximate() || getKind() == SqlKind::Decimal;
}
bool SqlType::isCharacter() const {
  return getKind() == SqlKind::Char || getKind() == SqlKind::VarChar;
}
bool SqlType::isBinary() const {
  return getKind() == SqlKind::Binary || getKind() == SqlKind::VarBinary;
}
bool SqlType::isTimestamp() const {
  return getKind() == SqlKind::Timestamp || getKind() == SqlKind::TimestampLtz;
}
bool SqlType::isInterval() const {
  return getKind() == SqlKind::IntervalYearMonth ||
         getKind() == SqlKind::IntervalDayTime;
}
bool SqlType::isNested() const { return getKind() >= SqlKind::Array; }
bool SqlType::isString() const {
  return getKind() == SqlKind::VarChar && getPrecision() == kMaxLength;
}

/// A bare word, or "quoted" with \" and \\ escaped.
static void printName(llvm::raw_ostream &os, llvm::StringRef name) {
  bool bare = !name.empty() && !llvm::isDigit(name.front());
  for (char c : name)
    bare &= llvm::isAlnum(c) || c == '_';
  if (bare) {
    os << name;
    return;
  }
  os << '"';
  llvm::printEscapedString(name, os);
  os << '"';
}

static void printSql(llvm::raw_ostream &os, SqlType type, bool bare) {
  const KindInfo &kind = info(type.getKind());
  if (type.isString())
    os << "STRING";
  else if (type.getKind() == SqlKind::VarBinary &&
           type.getPrecision() == kMaxLength)
    os << "BYTES";
  else {
    os << kind.name;
    if (kind.params == Params::Length || kind.params == Params::Precision)
      os << '(' << type.getPrecision() << ')';
    else if (kind.params == Params::PrecisionScale)
      os << '(' << type.getPrecision() << ", " << type.getScale() << ')';
  }
  if (type.isNested()) {
    os << '<';
    llvm::ListSeparator comma;
    for (auto [i, child] : llvm::enumerate(type.getChildren())) {
      os << comma;
      if (type.getKind() == SqlKind::Row) {
        printName(os, type.getNames()[i].getValue());
        os << ' ';
      }
      printSql(os, llvm::cast<SqlType>(child), false);
    }
    os << '>';
  }
  if (!bare && !type.getNullable())
    os << " NOT NULL";
}

std::string SqlType::str(bool bare) const {
  std::string text;
  llvm::raw_string_ostream os(text);
  printSql(os, *this, bare);
  return text;
}

static FailureOr<std::string> parseName(AsmParser &parser) {
  std::string name;
  if (succeeded(parser.parseOptionalString(&name)))
    return name;
  StringRef word;
  if (failed(parser.parseKeyword(&word)))
    return failure();
  return word.str();
}

static SqlType parseSql(AsmParser &parser) {
  StringRef word;
  SMLoc loc = parser.getCurrentLocation();
  if (failed(parser.parseKeyword(&word)))
    return {};
  SqlKind kind;
  int32_t precision = 0, scale = 0;
  SmallVector<Type> children;
  SmallVector<StringAttr> names;
  if (word == "STRING" || word == "BYTES") {
    kind = word == "STRING" ? SqlKind::VarChar : SqlKind::VarBinary;
    precision = kMaxLength;
  } else {
    const KindInfo *found = llvm::find_if(
        kinds, [&](const KindInfo &k) { return k.name == word; });
    if (found == std::end(kinds)) {
      parser.emitError(loc, "expected an SQL type, found `") << word << "`";
      return {};
    }
    kind = found->kind;
    if (found->params != Params::None) {
      if (parser.parseLParen() || parser.parseInteger(precision))
        return {};
      if (found->params == Params::PrecisionScale &&
          (parser.parseComma() || parser.parseInteger(scale)))
        return {};
      if (parser.parseRParen())
        return {};
    }
    if (kind >= SqlKind::Array) {
      auto parseChild = [&]() -> ParseResult {
        if (kind == SqlKind::Row) {
          FailureOr<std::string> name = parseName(parser);
          if (failed(name))
            return failure();
          names.push_back(parser.getBuilder().getStringAttr(*name));
        }
        SqlType child = parseSql(parser);
        children.push_back(child);
        return success(static_cast<bool>(child));
      };
      if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater,
                                         parseChild))
        return {};
    }
  }
  bool nullable = true;
  if (succeeded(parser.parseOptionalKeyword("NOT"))) {
    if (parser.parseKeyword("NULL"))
      return {};
    nullable = false;
  }
  return SqlType::get(parser.getContext(), kind, precision, scale, nullable,
                      children, names);
}

Type SqlType::parse(AsmParser &parser) {
  if (parser.parseLess())
    return {};
  SqlType type = parseSql(parser);
  if (!type || parser.parseGreater())
    return {};
  return type;
}

void SqlType::print(AsmPrinter &printer) const {
  printer << '<' << str() << '>';
}

//===----------------------------------------------------------------------===//
// StreamType
//===----------------------------------------------------------------------===//

int64_t StreamType::indexOf(llvm::StringRef name) const {
  // Attributes are unique: equal names are one object.
  llvm::ArrayRef<mlir::StringAttr> names = getNames();
  const auto *at = llvm::find(names, mlir::StringAttr::get(getContext(), name));
  return at == names.end() ? -1 : at - names.begin();
}

SqlType StreamType::columnType(size_t index) const {
  return llvm::cast<SqlType>(getTypes()[index]);
}

Type StreamType::parse(AsmParser &parser) {
  SmallVector<StringAttr> names;
  SmallVector<Type> types;
  auto parseColumn = [&]() -> ParseResult {
    FailureOr<std::string> name = parseName(parser);
    if (failed(name) || parser.parseColon())
      return failure();
    SqlType type = parseSql(parser);
    names.push_back(parser.getBuilder().getStringAttr(*name));
    types.push_back(type);
    return success(static_cast<bool>(type));
  };
  StringRef word;
  if (parser.parseLess() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseColumn) ||
      parser.parseComma())
    return {};
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&word))
    return {};
  std::optional<Changelog> changelog = symbolizeChangelog(word);
  if (!changelog) {
    parser.emitError(loc, "expected append, upsert or retract");
    return {};
  }
  StringAttr time;
  if (succeeded(parser.parseOptionalComma())) {
    std::string column;
    if (parser.parseKeyword("time") || parser.parseEqual() ||
        parser.parseString(&column))
      return {};
    time = parser.getBuilder().getStringAttr(column);
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<StreamType>(loc, parser.getContext(), names, types, *changelog, time);
}

LogicalResult StreamType::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<StringAttr> names, ArrayRef<Type> types, Changelog,
                                 StringAttr time) {
  llvm::StringMap<size_t> indices;
  for (auto [i, name] : llvm::enumerate(names))
    if (!indices.try_emplace(name.getValue(), i).second)
      return emitError() << "column `" << name.getValue() << "` twice";
  if (!time)
    return success();
  auto found = indices.find(time.getValue());
  if (found == indices.end())
    return emitError() << "no column `" << time.getValue() << "` for the event time";
  auto type = llvm::cast<SqlType>(types[found->second]);
  if (!type.isTimestamp() || type.getPrecision() > 3)
    return emitError() << "event time `" << time.getValue() << "` must be a TIMESTAMP or "
                       << "TIMESTAMP_LTZ of at most 3 digits, found " << type.str();
  return success();
}

void StreamType::print(AsmPrinter &printer) const {
  printer << "<[";
  llvm::ListSeparator comma;
  for (auto [name, type] : llvm::zip(getNames(), getTypes())) {
    printer << StringRef(comma);
    std::string text;
    llvm::raw_string_ostream os(text);
    printName(os, name.getValue());
    os << ": ";
    printSql(os, llvm::cast<SqlType>(type), false);
    printer << text;
  }
  printer << "], " << stringifyChangelog(getChangelog());
  if (getTime())
    printer << ", time = \"" << getTime().getValue() << '"';
  printer << '>';
}
