//===- Comparison.cpp - comparisons and three-valued logic ----------------===//
//
// Both sides of a comparison get one type; text beside another type is read as
// that. BETWEEN and IN are made of comparisons, their later parts lazily.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Binder.h"
#include "frontend/sema/Constants.h"
#include "ir/diag/codes/Names.h"

#include "llvm/Support/Casting.h"
#include "llvm/Support/SaveAndRestore.h"

namespace levada::sema {

using namespace flow;
using llvm::cast;

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

mlir::Value Binder::coerce(Side side, SqlType type, bool lenient) {
  SqlType from = typeOf(side.value);
  type = type.withNullable(from.getNullable());
  bool time = type.isTimestamp() || type.getKind() == SqlKind::Date ||
              type.getKind() == SqlKind::Time;
  if (from.isCharacter() && time) {
    if (auto text = llvm::dyn_cast_or_null<mlir::StringAttr>(constantOf(side.value))) {
      mlir::Attribute value = readTimeText(text.getValue(), type);
      if (!value) {
        engine.emit(side.range, diag::BadTimeLiteral, text.getValue().str(),
                    type.isTimestamp() ? "a timestamp" : type.getKind() == SqlKind::Date ? "a date" : "a time of day")
            .hint(type.isTimestamp() ? "such as '2020-12-31 23:59:59'"
                  : type.getKind() == SqlKind::Date ? "such as '2020-12-31'" : "such as '23:59:59'");
        return {};
      }
      // A TIMESTAMP_LTZ is read in the session's time zone: by a cast.
      if (type.getKind() != SqlKind::TimestampLtz) {
        mlir::Location location = side.value.getLoc();
        side.value.getDefiningOp()->erase();
        return constant(value, type, location);
      }
    }
  }
  if (sameButLength(from, type) && (from.isCharacter() || from.isBinary()))
    return side.value;
  // Decimals of one scale are compared as they are held.
  if (from.getKind() == SqlKind::Decimal && type.getKind() == SqlKind::Decimal &&
      from.getScale() == type.getScale() &&
      (from.getPrecision() > 18) == (type.getPrecision() > 18))
    return side.value;
  // `text = date`: what is no date is not equal to one, nor different.
  if (lenient && from.isCharacter() && !type.isCharacter())
    return builder.create<CastOp>(locate(side.range), type.withNullable(true), side.value,
                                  /*try_cast=*/true);
  return castTo(side.value, type, locate(side.range));
}

mlir::Value Binder::equalRows(RowOp left, RowOp right, SourceRange whole, SourceRange opRange,
                              llvm::StringRef op) {
  mlir::Value result;
  for (auto [a, b] : llvm::zip(left.getArgs(), right.getArgs())) {
    auto test = [&, a = a, b = b]() {
      // Text constants are read as times anew on each use.
      auto side = [&](mlir::Value v) {
        return Side{constantOf(v) ? builder.clone(*v.getDefiningOp())->getResult(0) : v, whole};
      };
      llvm::SaveAndRestore<bool> inside(insideRows, true);
      return compare(Predicate::eq, side(a), side(b), whole, opRange, op);
    };
    result = result ? logic(true, result, test, locate(whole)) : test();
    if (!result)
      return {};
  }
  return result;
}

mlir::Value Binder::compare(Predicate predicate, Side left, Side right, SourceRange whole,
                            SourceRange opRange, llvm::StringRef op) {
  mlir::MLIRContext *context = builder.getContext();
  if (predicate == Predicate::eq)
    // Flink takes apart what is written as rows, for `=` alone; else NULLs are equal.
    if (auto a = left.value.getDefiningOp<RowOp>(), b = right.value.getDefiningOp<RowOp>();
        a && b && !insideRows && !a.getArgs().empty() && a.getArgs().size() == b.getArgs().size())
      return equalRows(a, b, whole, opRange, op);
  SqlType types[] = {typeOf(left.value), typeOf(right.value)};
  Side sides[] = {left, right};
  bool equality = predicate == Predicate::eq || predicate == Predicate::ne ||
                  predicate == Predicate::distinct || predicate == Predicate::not_distinct;
  for (int i : {0, 1}) {
    // A whole number counts with the digits it has: no cast of the column.
    auto integer = llvm::dyn_cast_or_null<mlir::IntegerAttr>(constantOf(sides[i].value));
    if (integer && types[i].isInteger() && types[1 - i].getKind() == SqlKind::Decimal)
      types[i] = makeDecimal(context, countDigits(integer.getValue().sext(128)), 0, false);
    // Flink reads text as a number to order it, not to ask whether it is equal.
    auto text = llvm::dyn_cast_or_null<mlir::StringAttr>(constantOf(sides[i].value));
    if (types[i].isCharacter() && types[1 - i].isNumeric() &&
        ((equality && op != "IN") || (text && !looksNumeric(text.getValue()))))
      return binaryMismatch(opRange, op, left, right);
    // `text IN (1, 2)`: the numbers are texts.
    if (op == "IN" && !text && types[i].isCharacter() && types[1 - i].isNumeric())
      types[1 - i] = makeString(context, types[1 - i].getNullable());
  }
  SqlType type = comparisonType(types[0], types[1]);
  if (!type)
    return binaryMismatch(opRange, op, left, right);
  if (type.getKind() == SqlKind::Null)
    type = makeString(context);
  // Nested values have no order.
  if (type.isNested() && !equality)
    return binaryMismatch(opRange, op, left, right);
  mlir::Value a = coerce(left, type, equality), b = coerce(right, type, equality);
  if (!a || !b)
    return {};
  bool nullable = typeOf(a).getNullable() || typeOf(b).getNullable();
  bool total = predicate == Predicate::distinct || predicate == Predicate::not_distinct;
  return builder.create<CmpOp>(locate(whole),
                               makeType(context, SqlKind::Boolean, nullable && !total), predicate,
                               a, b);
}

//===----------------------------------------------------------------------===//
// Logic
//===----------------------------------------------------------------------===//

mlir::Value Binder::logic(bool isAnd, mlir::Value left, llvm::function_ref<mlir::Value()> right,
                          mlir::Location location) {
  mlir::OpBuilder::InsertionGuard guard(builder);
  mlir::Operation *op = isAnd ? builder.create<AndOp>(location, left.getType(), left).getOperation()
                              : builder.create<OrOp>(location, left.getType(), left).getOperation();
  builder.createBlock(&op->getRegion(0));
  mlir::Value value = right();
  if (!value)
    return {};
  builder.create<YieldOp>(value.getLoc(), value);
  bool nullable = typeOf(left).getNullable() || typeOf(value).getNullable();
  op->getResult(0).setType(makeType(builder.getContext(), SqlKind::Boolean, nullable));
  return op->getResult(0);
}

/// Chains up to here lean to the left, as they are written.
static constexpr size_t kFlatLogic = 16;

static std::string besides(const sql::BinaryExpr &e, const char *side) {
  return std::string("the ") + side + " side of " + (e.op == sql::BinaryOp::And ? "AND" : "OR");
}

mlir::Value Binder::bindLogic(llvm::ArrayRef<const sql::BinaryExpr *> links, mlir::Value left) {
  if (links.size() > kFlatLogic) {
    // In halves: what is nested as deep as a chain is long, LLVM does not take. What runs, and in
    // which order, is the same.
    const sql::BinaryExpr &middle = *links[links.size() / 2];
    llvm::ArrayRef<const sql::BinaryExpr *> rest = links.drop_front(links.size() / 2 + 1);
    mlir::Value first = bindLogic(links.take_front(links.size() / 2), left);
    auto last = [&] {
      mlir::Value value = bindCondition(*middle.right, besides(middle, "right"));
      return value && !rest.empty() ? bindLogic(rest, value) : value;
    };
    if (first)
      return logic(middle.op == sql::BinaryOp::And, first, last, locate(links.back()->range));
    last(); // says what is wrong there too
    return {};
  }
  mlir::MLIRContext *context = builder.getContext();
  SqlType type = typeOf(left);
  const sql::BinaryExpr &whole = *links.front();
  if (type.getKind() == SqlKind::Null)
    left = castTo(left, makeType(context, SqlKind::Boolean), locate(whole.left->range));
  bool failed = typeOf(left).getKind() != SqlKind::Boolean;
  if (failed)
    engine.emit(whole.left->range, diag::NotBoolean, besides(whole, "left"), display(type))
        .hint(type.isNumeric() ? "write a comparison, such as `… <> 0`" : "write a comparison");
  for (const sql::BinaryExpr *link : links) {
    auto right = [&] { return bindCondition(*link->right, besides(*link, "right")); };
    if (failed)
      right();
    else
      left = logic(link->op == sql::BinaryOp::And, left, right, locate(link->range));
    failed |= !left;
  }
  return failed ? mlir::Value() : left;
}

mlir::Value Binder::bindBetween(const sql::BetweenExpr &e) {
  mlir::Value value = bind(*e.operand), low = bind(*e.low), high = bind(*e.high);
  if (!value || !low || !high)
    return {};
  mlir::Location location = locate(e.range);
  Side side{value, e.operand->range};
  // Text constants are read as times anew on each use.
  auto copy = [&](mlir::Value v) {
    mlir::Operation *op = v.getDefiningOp();
    return constantOf(v) ? builder.clone(*op)->getResult(0) : v;
  };
  auto within = [&](Side from, Side to) -> mlir::Value {
    mlir::Value above = compare(Predicate::ge, {copy(side.value), side.range},
                                {copy(from.value), from.range}, e.range, e.range, "BETWEEN");
    if (!above)
      return {};
    return logic(
        true, above,
        [&] {
          return compare(Predicate::le, {copy(side.value), side.range}, {copy(to.value), to.range},
                         e.range, e.range, "BETWEEN");
        },
        location);
  };
  Side lowSide{low, e.low->range}, highSide{high, e.high->range};
  mlir::Value result = within(lowSide, highSide);
  if (result && e.symmetric)
    result = logic(false, result, [&] { return within(highSide, lowSide); }, location);
  if (result && e.negated)
    result = negate(result, location);
  for (mlir::Value v : {value, low, high})
    if (constantOf(v) && v.use_empty())
      v.getDefiningOp()->erase();
  return result;
}

mlir::Value Binder::anyEqual(Side operand, llvm::ArrayRef<sql::ExprPtr> list, SourceRange whole,
                             llvm::StringRef op) {
  if (list.size() == 1) {
    mlir::Value other = bind(*list.front());
    if (!other)
      return {};
    mlir::Value self = operand.value;
    if (constantOf(self))
      self = builder.clone(*self.getDefiningOp())->getResult(0);
    return compare(Predicate::eq, {self, operand.range}, {other, list.front()->range}, whole,
                   list.front()->range, op);
  }
  // In halves: what is nested as deep as a list is long, LLVM does not take.
  size_t half = list.size() / 2;
  auto last = [&] { return anyEqual(operand, list.drop_front(half), whole, op); };
  if (mlir::Value first = anyEqual(operand, list.take_front(half), whole, op))
    return logic(false, first, last, locate(whole));
  last(); // says what is wrong there too
  return {};
}

bool isConstantList(const sql::InExpr &e) {
  if (!e.query || e.query->kind != sql::QueryKind::Values || !e.query->with.empty() ||
      e.query->limit || e.query->offset)
    return false;
  for (const sql::ExprPtr &row : e.query->rows) {
    bool plain = row->kind != sql::ExprKind::RowValue;
    walk(*row, [&](const sql::Expr &part) {
      plain &= part.kind != sql::ExprKind::Column && part.kind != sql::ExprKind::Subquery;
      return plain;
    });
    if (!plain)
      return false;
  }
  return true;
}

mlir::Value Binder::bindIn(const sql::InExpr &e) {
  bool values = isConstantList(e); // x IN (VALUES 1, 2)
  if (e.query && !values)
    return notYet(e.range, "IN with a query");
  const std::vector<sql::ExprPtr> &list = values ? e.query->rows : e.list;
  mlir::Value value = bind(*e.operand);
  if (!value) {
    for (const sql::ExprPtr &item : list)
      bind(*item);
    return {};
  }
  mlir::Value result = anyEqual({value, e.operand->range}, list, e.range, "IN");
  if (!result)
    return {};
  if (constantOf(value) && value.use_empty())
    value.getDefiningOp()->erase();
  return e.negated ? negate(result, locate(e.range)) : result;
}

mlir::Value Binder::bindIs(const sql::IsExpr &e) {
  mlir::Value value = bind(*e.operand);
  if (!value)
    return {};
  mlir::Location location = locate(e.range);
  SqlType type = typeOf(value);
  if (type.getKind() == SqlKind::Null) {
    type = makeType(builder.getContext(), SqlKind::Boolean);
    value = castTo(value, type, location);
  }
  if (e.what == sql::IsWhat::Null)
    return isTest(e.negated ? Truth::is_not_null : Truth::is_null, value, location);
  if (e.what >= sql::IsWhat::Json) {
    llvm::StringRef names[] = {"IS JSON", "IS JSON VALUE", "IS JSON OBJECT", "IS JSON ARRAY",
                               "IS JSON SCALAR"};
    mlir::Value result =
        callFunction(names[static_cast<int>(e.what) - static_cast<int>(sql::IsWhat::Json)],
                     e.range, e.range, {value}, {e.operand->range});
    return result && e.negated ? negate(result, location) : result;
  }
  if (type.getKind() != SqlKind::Boolean) {
    std::string name = std::string("IS ") + (e.negated ? "NOT " : "") +
                       (e.what == sql::IsWhat::True    ? "TRUE"
                        : e.what == sql::IsWhat::False ? "FALSE"
                                                       : "UNKNOWN");
    engine.emit(e.range, diag::OperandType, name, display(type))
        .label(e.operand->range, "this is " + display(type));
    return {};
  }
  switch (e.what) {
  case sql::IsWhat::True:
    return isTest(e.negated ? Truth::is_not_true : Truth::is_true, value, location);
  case sql::IsWhat::False:
    return isTest(e.negated ? Truth::is_not_false : Truth::is_false, value, location);
  default:
    return isTest(e.negated ? Truth::is_not_null : Truth::is_null, value, location);
  }
}

} // namespace levada::sema
