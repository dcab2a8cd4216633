//===- Operators.cpp - chains of operators, arithmetic --------------------===//
//
// Operands get the types that flow's operations ask for: integers and floats
// that of the result, decimals keep their own digits.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Binder.h"
#include "frontend/sema/Constants.h"
#include "ir/diag/codes/Names.h"

#include "llvm/Support/Casting.h"

namespace levada::sema {

using namespace flow;
using llvm::cast;

static llvm::StringRef spell(sql::BinaryOp op) {
  switch (op) {
  case sql::BinaryOp::Add:
    return "+";
  case sql::BinaryOp::Sub:
    return "-";
  case sql::BinaryOp::Mul:
    return "*";
  case sql::BinaryOp::Div:
    return "/";
  case sql::BinaryOp::Rem:
    return "%";
  case sql::BinaryOp::Concat:
    return "||";
  case sql::BinaryOp::Eq:
    return "=";
  case sql::BinaryOp::Ne:
    return "<>";
  case sql::BinaryOp::Lt:
    return "<";
  case sql::BinaryOp::Le:
    return "<=";
  case sql::BinaryOp::Gt:
    return ">";
  case sql::BinaryOp::Ge:
    return ">=";
  case sql::BinaryOp::IsDistinct:
    return "IS DISTINCT FROM";
  case sql::BinaryOp::IsNotDistinct:
    return "IS NOT DISTINCT FROM";
  case sql::BinaryOp::And:
    return "AND";
  case sql::BinaryOp::Or:
    return "OR";
  case sql::BinaryOp::Overlaps:
    return "OVERLAPS";
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Unary operators and chains
//===----------------------------------------------------------------------===//

mlir::Value Binder::bindUnary(const sql::UnaryExpr &e) {
  mlir::Value value = bind(*e.operand);
  if (!value)
    return {};
  SqlType type = typeOf(value);
  mlir::Location location = locate(e.range);
  if (e.op == sql::UnaryOp::Not) {
    if (type.getKind() == SqlKind::Null)
      return castTo(value, makeType(builder.getContext(), SqlKind::Boolean), location);
    if (type.getKind() == SqlKind::Boolean)
      return negate(value, location);
    engine.emit(e.range, diag::OperandType, "NOT", display(type))
        .label(e.operand->range, "this is " + display(type))
        .hint("NOT takes a condition");
    return {};
  }
  if (!type.isNumeric() && !type.isInterval() && type.getKind() != SqlKind::Null) {
    engine.emit(e.range, diag::OperandType, e.op == sql::UnaryOp::Minus ? "-" : "+", display(type))
        .label(e.operand->range, "this is " + display(type));
    return {};
  }
  if (e.op == sql::UnaryOp::Plus || type.getKind() == SqlKind::Null)
    return value;
  if (mlir::Attribute attr = constantOf(value)) {
    mlir::Attribute negated;
    if (auto integer = llvm::dyn_cast<mlir::IntegerAttr>(attr)) {
      llvm::APInt number = -integer.getValue().sext(128);
      // The least INT and BIGINT: without the sign they would be of the next type.
      auto *literal = llvm::dyn_cast<sql::LiteralExpr>(e.operand.get());
      if (literal && literal->literal == sql::LiteralKind::Integer && number.getSignificantBits() <= 64)
        type = makeType(builder.getContext(),
                        number.getSignificantBits() <= 32 ? SqlKind::Int : SqlKind::BigInt, false);
      negated = integerAttr(type, number);
    }
    else if (auto real = llvm::dyn_cast<mlir::FloatAttr>(attr))
      negated = mlir::FloatAttr::get(real.getType(), -real.getValue());
    if (negated) {
      value.getDefiningOp()->erase();
      return constant(negated, type, location);
    }
  }
  return builder.create<NegOp>(location, type, value);
}

mlir::Value Binder::bindSpine(const sql::BinaryExpr &e) {
  std::vector<const sql::BinaryExpr *> spine = sql::leftSpine(e);
  size_t first = 0;
  mlir::Value value;
  // The largest part that is known already, such as a group key.
  if (substitute)
    for (size_t i = spine.size(); i-- > 0 && !value;)
      if (std::optional<mlir::Value> known = substitute(*spine[i])) {
        if (!*known)
          return {};
        value = *known;
        first = i + 1;
      }
  bool failed = false;
  if (!value) {
    // The sides of OVERLAPS are periods, not values.
    bool periods = spine[0]->op == sql::BinaryOp::Overlaps;
    value = periods ? bindOverlaps(*spine[0]) : bind(*spine[0]->left);
    failed = !value;
    first = periods;
  }
  for (size_t i = first; i < spine.size(); ++i) {
    const sql::BinaryExpr &link = *spine[i];
    if (failed) {
      // Say what is wrong with the other operands, too.
      bind(*link.right);
      continue;
    }
    if (link.op == sql::BinaryOp::Concat) {
      llvm::SmallVector<mlir::Value> parts = {value};
      llvm::SmallVector<SourceRange> ranges = {link.left->range};
      const sql::BinaryExpr *last = &link;
      for (;; ++i) {
        last = spine[i];
        mlir::Value part = bind(*last->right);
        failed |= !part;
        parts.push_back(part);
        ranges.push_back(last->right->range);
        if (i + 1 == spine.size() || spine[i + 1]->op != sql::BinaryOp::Concat)
          break;
      }
      if (!failed)
        value = callFunction("CONCAT", link.opRange, last->range, parts, ranges);
      failed |= !value;
      continue;
    }
    if (link.op == sql::BinaryOp::And || link.op == sql::BinaryOp::Or) {
      size_t end = i + 1;
      while (end < spine.size() && spine[end]->op == link.op)
        ++end;
      value = bindLogic(llvm::ArrayRef(spine).slice(i, end - i), value);
      i = end - 1;
    } else {
      value = bindBinary(link, value);
    }
    failed = !value;
  }
  return failed ? mlir::Value() : value;
}

mlir::Value Binder::bindBinary(const sql::BinaryExpr &e, mlir::Value left) {
  using sql::BinaryOp;
  if (e.op == BinaryOp::Overlaps)
    return binaryMismatch(e.opRange, "OVERLAPS", {left, e.left->range}, {left, e.left->range});
  mlir::Value right = bind(*e.right);
  if (!right)
    return {};
  switch (e.op) {
  case BinaryOp::Add:
  case BinaryOp::Sub:
  case BinaryOp::Mul:
  case BinaryOp::Div:
  case BinaryOp::Rem:
    return bindArithmetic(e, left, right);
  default:
    break;
  }
  Predicate predicate = e.op == BinaryOp::Eq           ? Predicate::eq
                        : e.op == BinaryOp::Ne         ? Predicate::ne
                        : e.op == BinaryOp::Lt         ? Predicate::lt
                        : e.op == BinaryOp::Le         ? Predicate::le
                        : e.op == BinaryOp::Gt         ? Predicate::gt
                        : e.op == BinaryOp::Ge         ? Predicate::ge
                        : e.op == BinaryOp::IsDistinct ? Predicate::distinct
                                                       : Predicate::not_distinct;
  return compare(predicate, {left, e.left->range}, {right, e.right->range}, e.range, e.opRange,
                 spell(e.op));
}

mlir::Value Binder::binaryMismatch(SourceRange opRange, llvm::StringRef op, Side left,
                                   Side right) {
  SqlType a = typeOf(left.value), b = typeOf(right.value);
  auto flight = engine.emit(opRange, diag::OperandTypes, op.str(), display(a), display(b));
  flight.label(left.range, "this is " + display(a));
  flight.label(right.range, "this is " + display(b));
  bool booleans = a.getKind() == SqlKind::Boolean || b.getKind() == SqlKind::Boolean;
  if (booleans && (a.isNumeric() || b.isNumeric()) && (op == "=" || op == "<>"))
    flight.hint("a BOOLEAN is a condition itself: `x`, or `NOT x`");
  else if (op == "+" && a.isCharacter() && b.isCharacter())
    flight.hint("`||` joins texts");
  else if ((a.isCharacter() && b.isNumeric()) || (b.isCharacter() && a.isNumeric()))
    flight.hint("text is not read as a number here: CAST one side");
  else if (op == "%" && a.isNumeric() && b.isNumeric())
    flight.hint("`%` takes whole numbers and decimals");
  else if ((a.isTimestamp() && b.getKind() == SqlKind::Date) || (b.isTimestamp() && a.getKind() == SqlKind::Date))
    flight.hint("CAST the date to a timestamp, or the timestamp to a date");
  else if (op == "-" && (a.isTimestamp() || a.getKind() == SqlKind::Date) &&
           (b.isTimestamp() || b.getKind() == SqlKind::Date))
    flight.hint("TIMESTAMPDIFF(SECOND, b, a) gives the seconds between two times");
  else if ((op == "+" || op == "-") && (a.isTimestamp() || a.getKind() == SqlKind::Date) &&
           b.isNumeric())
    flight.hint("add an interval: INTERVAL '1' DAY");
  return {};
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

mlir::Value Binder::bindArithmetic(const sql::BinaryExpr &e, mlir::Value left,
                                   mlir::Value right) {
  auto isTime = [](SqlType type) {
    return type.isInterval() || type.isTimestamp() || type.getKind() == SqlKind::Date ||
           type.getKind() == SqlKind::Time;
  };
  if (isTime(typeOf(left)) || isTime(typeOf(right)))
    return bindTimeArithmetic(e, left, right);
  return bindNumbers(e.op, {left, e.left->range}, {right, e.right->range}, e.range, e.opRange,
                     spell(e.op));
}

mlir::Value Binder::bindNumbers(sql::BinaryOp operation, Side left, Side right, SourceRange whole,
                                SourceRange opRange, llvm::StringRef name) {
  mlir::Location location = locate(whole);
  Side sides[] = {left, right};
  SqlType types[] = {typeOf(left.value), typeOf(right.value)};
  // NULL takes the other side's type.
  for (int i : {0, 1}) {
    SqlType type = types[i], other = types[1 - i];
    if (!other.isNumeric() || type.getKind() != SqlKind::Null)
      continue;
    types[i] = other.withNullable(true);
    sides[i].value = castTo(sides[i].value, types[i], location);
  }
  if (types[0].getKind() == SqlKind::Null && types[1].getKind() == SqlKind::Null)
    return castTo(left.value, makeType(builder.getContext(), SqlKind::Int), location);
  bool exact = !types[0].isApproximate() && !types[1].isApproximate();
  if (!types[0].isNumeric() || !types[1].isNumeric() || (operation == sql::BinaryOp::Rem && !exact))
    return binaryMismatch(opRange, name, sides[0], sides[1]);

  Arithmetic op = operation == sql::BinaryOp::Add   ? Arithmetic::Add
                  : operation == sql::BinaryOp::Sub ? Arithmetic::Sub
                  : operation == sql::BinaryOp::Mul ? Arithmetic::Mul
                  : operation == sql::BinaryOp::Div ? Arithmetic::Div
                                               : Arithmetic::Rem;
  SqlType result = arithmeticType(op, types[0], types[1]);
  for (int i : {0, 1}) {
    SqlType wanted = result;
    if (result.getKind() == SqlKind::Decimal) {
      Digits digits = digitsOf(types[i]);
      wanted = makeDecimal(builder.getContext(), digits.precision, digits.scale);
    }
    sides[i].value = castTo(sides[i].value, wanted.withNullable(types[i].getNullable()), location);
  }
  mlir::Value a = sides[0].value, b = sides[1].value;
  switch (op) {
  case Arithmetic::Add:
    return builder.create<AddOp>(location, result, a, b);
  case Arithmetic::Sub:
    return builder.create<SubOp>(location, result, a, b);
  case Arithmetic::Mul:
    return builder.create<MulOp>(location, result, a, b);
  case Arithmetic::Div:
    return builder.create<DivOp>(location, result, a, b);
  case Arithmetic::Rem:
    break;
  }
  mlir::Value value = builder.create<RemOp>(location, result, a, b);
  // The remainder of whole numbers is of the divisor's type: it always fits.
  if (digitsOf(types[0]).scale == 0 && digitsOf(types[1]).scale == 0)
    return castTo(value, types[1].withNullable(result.getNullable()), location);
  return value;
}

mlir::Value Binder::bindTimeArithmetic(const sql::BinaryExpr &e, mlir::Value left,
                                       mlir::Value right) {
  mlir::Location location = locate(e.range);
  Side a{left, e.left->range}, b{right, e.right->range};
  bool add = e.op == sql::BinaryOp::Add, sub = e.op == sql::BinaryOp::Sub;
  SqlType at = typeOf(left), bt = typeOf(right);
  // NULL beside a time is an interval; beside an interval, one of its kind.
  auto adopt = [&](Side &side, SqlType &type, SqlType other) {
    if (type.getKind() != SqlKind::Null)
      return;
    type = other.isInterval() ? other.withNullable(true)
                              : makeType(builder.getContext(), SqlKind::IntervalDayTime);
    side.value = castTo(side.value, type, location);
  };
  adopt(a, at, bt);
  adopt(b, bt, at);
  bool nullable = at.getNullable() || bt.getNullable();
  if (add && at.isInterval() && !bt.isInterval()) {
    std::swap(a, b);
    std::swap(at, bt);
  }
  if (e.op == sql::BinaryOp::Mul && bt.isInterval() && at.isInteger()) {
    std::swap(a, b);
    std::swap(at, bt);
  }
  if ((add || sub) && bt.isInterval()) {
    bool same = at.isInterval() && at.getKind() == bt.getKind();
    // Months say nothing of a time of day.
    if (at.getKind() == SqlKind::Time && bt.getKind() == SqlKind::IntervalYearMonth)
      return castTo(a.value, at.withNullable(nullable), location);
    bool time = at.isTimestamp() || at.getKind() == SqlKind::Date ||
                (at.getKind() == SqlKind::Time && bt.getKind() == SqlKind::IntervalDayTime);
    if (same || time) {
      SqlType result = at.withNullable(nullable);
      if (add)
        return builder.create<AddOp>(location, result, a.value, b.value);
      return builder.create<SubOp>(location, result, a.value, b.value);
    }
  }
  if (e.op == sql::BinaryOp::Mul && at.isInterval() && bt.isInteger()) {
    SqlKind count = at.getKind() == SqlKind::IntervalYearMonth ? SqlKind::Int : SqlKind::BigInt;
    mlir::Value factor =
        castTo(b.value, makeType(builder.getContext(), count, bt.getNullable()), location);
    return builder.create<MulOp>(location, at.withNullable(nullable), a.value, factor);
  }
  return binaryMismatch(e.opRange, spell(e.op), {left, e.left->range}, {right, e.right->range});
}

} // namespace levada::sema
