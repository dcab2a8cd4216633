//===- Expression.cpp - scalar code as SQL text ---------------------------===//
#include "passes/explain/Expression.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace levada {

using namespace flow;

std::string columnText(StringRef name) {
  bool plain = !name.empty() && !llvm::isDigit(name.front());
  for (char c : name)
    plain &= llvm::isAlnum(c) || c == '_';
  // A computed column is called by its expression.
  bool expression = name.contains('(');
  return plain || expression ? name.str() : "`" + name.str() + "`";
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

static std::string quoted(StringRef text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'')
      out += "''";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += llvm::formatv("\\{0:X-2}", static_cast<unsigned>(c)).str();
    else
      out += c;
  }
  return out + "'";
}

/// Year, month, day of days since 1970 (H. Hinnant's civil_from_days).
static std::string dateText(int64_t days) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t dayOfEra = days - era * 146097;
  int64_t yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  int64_t shifted = (5 * dayOfYear + 2) / 153;
  int64_t day = dayOfYear - (153 * shifted + 2) / 5 + 1;
  int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  int64_t year = yearOfEra + era * 400 + (month <= 2);
  return llvm::formatv("{0,0+4}-{1,0+2}-{2,0+2}", year, month, day).str();
}

static std::string clockText(int64_t seconds) {
  return llvm::formatv("{0,0+2}:{1,0+2}:{2,0+2}", seconds / 3600, seconds / 60 % 60, seconds % 60)
      .str();
}

/// ".250" of 250 with 3 digits; nothing for 0.
static std::string fractionText(uint64_t value, unsigned digits) {
  if (value == 0)
    return "";
  std::string text = llvm::utostr(value);
  text.insert(0, digits - std::min<size_t>(digits, text.size()), '0');
  return "." + text;
}

static std::string timestampText(const APInt &value, int32_t precision) {
  unsigned digits = precision <= 3 ? 3 : precision <= 6 ? 6 : 9;
  APInt wide = value.sextOrTrunc(128);
  APInt perSecond(128, digits == 3 ? 1000 : digits == 6 ? 1000000 : 1000000000);
  APInt rest = wide.srem(perSecond), seconds = wide.sdiv(perSecond);
  if (rest.isNegative()) {
    rest += perSecond;
    seconds -= 1;
  }
  int64_t all = seconds.getSExtValue(), days = all / 86400;
  if (all % 86400 < 0)
    --days;
  return dateText(days) + " " + clockText(all - days * 86400) +
         fractionText(rest.getZExtValue(), digits);
}

static std::string decimalText(const APInt &unscaled, int32_t scale) {
  SmallString<48> digits;
  unscaled.abs().toStringUnsigned(digits);
  std::string text = digits.str().str();
  if (scale > 0) {
    if (text.size() <= static_cast<size_t>(scale))
      text.insert(0, scale + 1 - text.size(), '0');
    text.insert(text.size() - scale, ".");
  }
  return unscaled.isNegative() ? "-" + text : text;
}

static std::string intervalText(int64_t value, SqlKind kind) {
  if (kind == SqlKind::IntervalYearMonth)
    return value % 12 == 0 ? llvm::formatv("INTERVAL '{0}' YEAR", value / 12).str()
                           : llvm::formatv("INTERVAL '{0}' MONTH", value).str();
  constexpr std::pair<int64_t, const char *> units[] = {
      {86400000, "DAY"}, {3600000, "HOUR"}, {60000, "MINUTE"}, {1000, "SECOND"}};
  for (auto [size, name] : units)
    if (value % size == 0)
      return llvm::formatv("INTERVAL '{0}' {1}", value / size, name).str();
  std::string sign = value < 0 ? "-" : "";
  uint64_t magnitude = value < 0 ? -static_cast<uint64_t>(value) : value;
  return "INTERVAL '" + sign + llvm::utostr(magnitude / 1000) +
         fractionText(magnitude % 1000, 3) + "' SECOND";
}

std::string constantText(Attribute value, SqlType type) {
  if (isa<UnitAttr>(value))
    return "NULL";
  if (auto text = dyn_cast<StringAttr>(value))
    return type.isNested()   ? "a " + type.str(/*bare=*/true)
           : type.isBinary() ? "X'" + llvm::toHex(text.getValue()) + "'"
                             : quoted(text);
  if (auto number = dyn_cast<FloatAttr>(value)) {
    SmallString<32> text;
    number.getValue().toString(text);
    return text.str().str();
  }
  auto integer = dyn_cast<IntegerAttr>(value);
  if (!integer)
    return "?";
  const APInt &bits = integer.getValue();
  switch (type.getKind()) {
  case SqlKind::Boolean:
    return bits.isZero() ? "FALSE" : "TRUE";
  case SqlKind::Decimal:
    return decimalText(bits, type.getScale());
  case SqlKind::Date:
    return "DATE '" + dateText(bits.getSExtValue()) + "'";
  case SqlKind::Time:
    return "TIME '" + clockText(bits.getSExtValue() / 1000) +
           fractionText(bits.getSExtValue() % 1000, 3) + "'";
  case SqlKind::Timestamp:
    return "TIMESTAMP '" + timestampText(bits, type.getPrecision()) + "'";
  case SqlKind::TimestampLtz:
    return "TIMESTAMP_LTZ '" + timestampText(bits, type.getPrecision()) + "Z'";
  case SqlKind::IntervalYearMonth:
  case SqlKind::IntervalDayTime:
    return intervalText(bits.getSExtValue(), type.getKind());
  default:
    return llvm::itostr(bits.getSExtValue());
  }
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

namespace {

/// How strongly an expression binds, loosest first.
enum Precedence { Or, And, Not, Compare, Sum, Product, Sign, Atom };

struct Text {
  std::string text;
  Precedence precedence = Atom;
};

class Writer {
public:
  explicit Writer(StreamType input) : input(input) {}

  Text write(Value value);

private:
  /// In parentheses where it binds looser than `least`.
  std::string at(Value value, Precedence least) {
    Text inner = write(value);
    return inner.precedence < least ? "(" + inner.text + ")" : inner.text;
  }
  Text binary(Operation *op, StringRef sign, Precedence precedence) {
    // a - (b - c) keeps its parentheses.
    return {at(op->getOperand(0), precedence) + " " + sign.str() + " " +
                at(op->getOperand(1), static_cast<Precedence>(precedence + 1)),
            precedence};
  }
  Text logic(Value lhs, Region &rhs, StringRef word, Precedence precedence) {
    return {at(lhs, precedence) + " " + word.str() + " " + at(yieldOf(rhs), precedence),
            precedence};
  }
  Text compare(CmpOp op);
  Text is(IsOp op);
  Text choice(IfOp op);
  Text cast(CastOp op);
  Text call(CallOp op);
  std::string list(ValueRange values) {
    std::string text;
    for (Value value : values)
      text += (text.empty() ? "" : ", ") + write(value).text;
    return text;
  }

  static Value yieldOf(Region &region) { return region.front().back().getOperand(0); }

  /// A value used twice is written twice: what is left of the text is cut.
  unsigned left = 500;

  StreamType input;
};

} // namespace

Text Writer::compare(CmpOp op) {
  switch (op.getPredicate()) {
  case Predicate::eq:
    return binary(op, "=", Compare);
  case Predicate::ne:
    return binary(op, "<>", Compare);
  case Predicate::lt:
    return binary(op, "<", Compare);
  case Predicate::le:
    return binary(op, "<=", Compare);
  case Predicate::gt:
    return binary(op, ">", Compare);
  case Predicate::ge:
    return binary(op, ">=", Compare);
  case Predicate::distinct:
    return binary(op, "IS DISTINCT FROM", Compare);
  case Predicate::not_distinct:
    return binary(op, "IS NOT DISTINCT FROM", Compare);
  }
  llvm_unreachable("all predicates return");
}

Text Writer::is(IsOp op) {
  constexpr StringRef words[] = {" IS NULL",     " IS NOT NULL", " IS TRUE",
                                 " IS NOT TRUE", " IS FALSE",    " IS NOT FALSE"};
  return {at(op.getOperand(), Sum) + words[static_cast<size_t>(op.getTest())].str(), Compare};
}

/// ELSE CASE … is one CASE with another WHEN.
Text Writer::choice(IfOp op) {
  std::string text = "CASE";
  for (;;) {
    text += " WHEN " + write(op.getCondition()).text + " THEN " + write(yieldOf(op.getThen())).text;
    Value otherwise = yieldOf(op.getOtherwise());
    auto next = otherwise.getDefiningOp<IfOp>();
    if (next && next->getParentRegion() == &op.getOtherwise()) {
      op = next;
      continue;
    }
    return {text + " ELSE " + write(otherwise).text + " END", Atom};
  }
}

Text Writer::cast(CastOp op) {
  SqlType from = op.getOperand().getType(), to = op.getResult().getType();
  if (from.withNullable(true) == to.withNullable(true))
    return write(op.getOperand());
  return {std::string(op.getTryCast() ? "TRY_CAST(" : "CAST(") + write(op.getOperand()).text +
              " AS " + to.str(/*bare=*/true) + ")",
          Atom};
}

Text Writer::call(CallOp op) {
  if (op.getSqlName() == "LIKE" && op.getArgs().size() == 2)
    return {at(op.getArgs()[0], Sum) + " LIKE " + at(op.getArgs()[1], Sum), Compare};
  std::string text = op.getSqlName().str() + "(";
  llvm::ListSeparator comma;
  for (Value argument : op.getArgs())
    text += std::string(StringRef(comma)) + write(argument).text;
  return {text + ")", Atom};
}

Text Writer::write(Value value) {
  if (left == 0)
    return {"…", Atom};
  --left;
  if (auto argument = dyn_cast<BlockArgument>(value))
    return {argument.getArgNumber() < input.size()
                ? columnText(input.getNames()[argument.getArgNumber()].getValue())
                : "?",
            Atom};
  return llvm::TypeSwitch<Operation *, Text>(value.getDefiningOp())
      .Case([&](ConstantOp op) {
        std::string text = constantText(op.getValue(), op.getResult().getType());
        return Text{text, text.front() == '-' ? Sign : Atom};
      })
      .Case([&](AddOp op) { return binary(op, "+", Sum); })
      .Case([&](SubOp op) { return binary(op, "-", Sum); })
      .Case([&](MulOp op) { return binary(op, "*", Product); })
      .Case([&](DivOp op) { return binary(op, "/", Product); })
      .Case([&](RemOp op) { return binary(op, "%", Product); })
      .Case([&](NegOp op) { return Text{"-" + at(op.getOperand(), Atom), Sign}; })
      .Case([&](CmpOp op) { return compare(op); })
      .Case([&](IsOp op) { return is(op); })
      .Case([&](NotOp op) { return Text{"NOT " + at(op.getOperand(), Compare), Not}; })
      .Case([&](AndOp op) { return logic(op.getLhs(), op.getRhs(), "AND", And); })
      .Case([&](OrOp op) { return logic(op.getLhs(), op.getRhs(), "OR", Or); })
      .Case([&](IfOp op) { return choice(op); })
      .Case([&](CastOp op) { return cast(op); })
      .Case([&](CallOp op) { return call(op); })
      .Case([](CurrentWatermarkOp) { return Text{"CURRENT_WATERMARK", Atom}; })
      .Case([&](RowOp op) { return Text{"ROW(" + list(op.getArgs()) + ")", Atom}; })
      .Case([&](ArrayOp op) { return Text{"ARRAY[" + list(op.getArgs()) + "]", Atom}; })
      .Case([&](MapOp op) { return Text{"MAP[" + list(op.getArgs()) + "]", Atom}; })
      .Case([&](FieldOp op) {
        StringRef name = op.getRow().getType().getNames()[op.getIndex()].getValue();
        return Text{at(op.getRow(), Atom) + "." + columnText(name), Atom};
      })
      .Case([&](ElementOp op) {
        return Text{at(op.getCollection(), Atom) + "[" + write(op.getKey()).text + "]", Atom};
      })
      .Default([](Operation *) { return Text{"?", Atom}; });
}

std::string expressionText(Value value, StreamType input) { return Writer(input).write(value).text; }

} // namespace levada
