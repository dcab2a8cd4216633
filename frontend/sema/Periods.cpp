//===- Periods.cpp - OVERLAPS, (a - b) DAY ---------------------------------===//
//
// A period is a start and an end or a length, in any order: (a, b) OVERLAPS
// (c, d) is `b >= c AND d >= a` once a <= b and c <= d. Periods that only touch
// overlap. What lies between two times is an interval of milliseconds or of whole
// months, whatever the unit.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Binder.h"
#include "ir/diag/codes/Names.h"

#include "llvm/Support/Casting.h"

namespace levada::sema {

using namespace flow;

mlir::Value Binder::bindDifference(const sql::CallExpr &e) {
  mlir::Value from = bind(*e.args[1]), to = bind(*e.args[2]);
  if (!from || !to)
    return {};
  Side left{to, e.args[2]->range}, right{from, e.args[1]->range};
  auto kindOf = [](mlir::Value value) {
    SqlKind kind = typeOf(value).getKind();
    bool time = typeOf(value).isTimestamp() || kind == SqlKind::Date || kind == SqlKind::Time;
    return time ? kind : SqlKind::Null;
  };
  const std::string &unit = llvm::cast<sql::LiteralExpr>(*e.args[0]).text;
  bool months = llvm::StringRef(unit).starts_with("YEAR") || unit == "MONTH" || unit == "QUARTER";
  if (kindOf(from) == SqlKind::Null || kindOf(from) != kindOf(to) ||
      (months && kindOf(from) == SqlKind::Time))
    return binaryMismatch(e.name.range, "-", left, right);
  return callFunction(months ? "YEAR TO MONTH BETWEEN" : "DAY TO SECOND BETWEEN", e.name.range, e.range,
                      {from, to}, {right.range, left.range});
}

mlir::Value Binder::bindOverlaps(const sql::BinaryExpr &e) {
  mlir::Location location = locate(e.range);
  Side sides[4];
  bool failed = false;
  const sql::Expr *periods[] = {e.left.get(), e.right.get()};
  for (int i : {0, 1}) {
    auto *list = llvm::dyn_cast<sql::ListExpr>(periods[i]);
    if (!list || list->kind != sql::ExprKind::RowValue || list->items.size() != 2) {
      engine.emit(periods[i]->range, diag::OperandType, "OVERLAPS", "this")
          .hint("a period is written (start, end) or (start, length)");
      failed = true;
      continue;
    }
    mlir::Value from = bind(*list->items[0]), to = bind(*list->items[1]);
    if (!from || !to) {
      failed = true;
      continue;
    }
    SqlType type = typeOf(from), end = typeOf(to);
    bool time = type.isTimestamp() || type.getKind() == SqlKind::Date || type.getKind() == SqlKind::Time;
    if (!time || (end.getKind() == SqlKind::IntervalYearMonth && type.getKind() == SqlKind::Time)) {
      failed = true;
      binaryMismatch(e.opRange, "OVERLAPS", {from, list->items[0]->range}, {to, list->items[1]->range});
      continue;
    }
    if (end.isInterval())
      to = builder.create<AddOp>(locate(list->items[1]->range),
                                 type.withNullable(type.getNullable() || end.getNullable()), from, to);
    sides[2 * i] = {from, list->items[0]->range};
    sides[2 * i + 1] = {to, list->items[1]->range};
  }
  if (failed)
    return {};
  // A comparison may give a constant another type: each takes one of its own.
  auto copy = [&](const Side &side) {
    return constantOf(side.value) ? Side{builder.clone(*side.value.getDefiningOp())->getResult(0), side.range}
                                  : side;
  };
  // The earlier and the later of the two; of a NULL the second is the earlier.
  for (int i : {0, 2}) {
    Side from = sides[i], to = sides[i + 1];
    for (bool earlier : {true, false}) {
      mlir::Value inOrder = compare(Predicate::le, copy(from), copy(to), e.range, e.opRange, "OVERLAPS");
      if (!inOrder)
        return {};
      mlir::OpBuilder::InsertionGuard guard(builder);
      Chain chain;
      const Side &yes = earlier ? from : to, &no = earlier ? to : from;
      SqlType type = caseType({typeOf(from.value), typeOf(to.value)});
      if (!type)
        return binaryMismatch(e.opRange, "OVERLAPS", from, to);
      chainIf(chain, inOrder, [&] { return copy(yes).value; }, yes.range, location);
      chainElse(chain, copy(no).value, no.range);
      sides[i + !earlier].value = chainEnd(chain, type);
    }
  }
  mlir::Value first = compare(Predicate::ge, sides[1], sides[2], e.range, e.opRange, "OVERLAPS");
  if (!first)
    return {};
  return logic(
      true, first,
      [&] { return compare(Predicate::ge, sides[3], sides[0], e.range, e.opRange, "OVERLAPS"); },
      location);
}

} // namespace levada::sema
