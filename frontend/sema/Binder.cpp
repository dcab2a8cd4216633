//===- Binder.cpp - dispatch, columns, conditions, chains of flow.if ------===//
#include "frontend/sema/Binder.h"
#include "frontend/sema/Constants.h"
#include "ir/diag/codes/Names.h"
#include "ir/flow/Location.h"

#include "llvm/Support/Casting.h"

namespace levada::sema {

using namespace flow;
using llvm::cast;
using llvm::dyn_cast;

mlir::Location Binder::locate(SourceRange range) const {
  return locationOf(builder.getContext(), engine.sourceMap(), range);
}

mlir::Value Binder::notYet(SourceRange range, const std::string &what) {
  engine.emit(range, diag::ExpressionNotYet, what);
  return {};
}

mlir::Value Binder::constant(mlir::Attribute value, SqlType type, mlir::Location location) {
  return builder.create<ConstantOp>(location, type, value);
}

mlir::Attribute Binder::constantOf(mlir::Value value) const {
  auto op = value.getDefiningOp<ConstantOp>();
  return op ? op.getValue() : mlir::Attribute();
}

mlir::Value Binder::castTo(mlir::Value value, SqlType type, mlir::Location location) {
  if (typeOf(value) == type)
    return value;
  if (mlir::Attribute attr = constantOf(value))
    if (mlir::Attribute converted = convertConstant(attr, typeOf(value), type)) {
      mlir::Operation *old = value.getDefiningOp();
      mlir::Value result = constant(converted, type, old->getLoc());
      if (old->use_empty())
        old->erase();
      return result;
    }
  return builder.create<CastOp>(location, type, value, /*try_cast=*/false);
}

mlir::Value Binder::negate(mlir::Value value, mlir::Location location) {
  return builder.create<NotOp>(location, value.getType(), value);
}

mlir::Value Binder::isTest(Truth test, mlir::Value value, mlir::Location location) {
  return builder.create<IsOp>(location,
                              makeType(builder.getContext(), SqlKind::Boolean, /*nullable=*/false),
                              test, value);
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

mlir::Value Binder::bind(const sql::Expr &e) {
  // A chain of operators asks for each of its links, the outermost first.
  if (e.kind != sql::ExprKind::Binary && substitute)
    if (std::optional<mlir::Value> known = substitute(e))
      return *known;
  switch (e.kind) {
  case sql::ExprKind::Literal:
    return bindLiteral(cast<sql::LiteralExpr>(e));
  case sql::ExprKind::Interval:
    return bindInterval(cast<sql::IntervalExpr>(e));
  case sql::ExprKind::Column:
    return bindColumn(cast<sql::ColumnExpr>(e));
  case sql::ExprKind::Star:
    engine.emit(e.range, diag::MisplacedStar, clause)
        .hint("name the columns that are meant");
    return {};
  case sql::ExprKind::Unary:
    return bindUnary(cast<sql::UnaryExpr>(e));
  case sql::ExprKind::Binary:
    return bindSpine(cast<sql::BinaryExpr>(e));
  case sql::ExprKind::Between:
    return bindBetween(cast<sql::BetweenExpr>(e));
  case sql::ExprKind::InList:
    return bindIn(cast<sql::InExpr>(e));
  case sql::ExprKind::Like:
    return bindLike(cast<sql::LikeExpr>(e));
  case sql::ExprKind::Is:
    return bindIs(cast<sql::IsExpr>(e));
  case sql::ExprKind::Case:
    return bindCase(cast<sql::CaseExpr>(e));
  case sql::ExprKind::Cast:
    return bindCast(cast<sql::CastExpr>(e));
  case sql::ExprKind::Call:
    return bindCall(cast<sql::CallExpr>(e));
  case sql::ExprKind::Field:
    return bindFieldAccess(cast<sql::FieldExpr>(e));
  case sql::ExprKind::Index:
    return bindIndex(cast<sql::IndexExpr>(e));
  case sql::ExprKind::RowValue:
  case sql::ExprKind::ArrayValue:
  case sql::ExprKind::MapValue:
    return bindList(cast<sql::ListExpr>(e));
  case sql::ExprKind::Subquery:
    return notYet(e.range, "a query inside an expression");
  }
  return {};
}

mlir::Value Binder::bindCondition(const sql::Expr &e, const std::string &what) {
  mlir::Value value = bind(e);
  if (!value)
    return {};
  SqlType type = typeOf(value);
  mlir::MLIRContext *context = builder.getContext();
  if (type.getKind() == SqlKind::Null)
    return castTo(value, makeType(context, SqlKind::Boolean), locate(e.range));
  if (type.getKind() == SqlKind::Boolean)
    return value;
  auto flight = engine.emit(e.range, diag::NotBoolean, what, display(type));
  if (type.isNumeric())
    flight.hint("write a comparison, such as `… <> 0`");
  else
    flight.hint("write a comparison, or `… IS NOT NULL`");
  return {};
}

mlir::Value Binder::ambiguous(const sql::ColumnExpr &e, const Scope &where) {
  std::vector<std::string> tables;
  const std::string &name = e.parts.back().text;
  for (const Column &c : where.all())
    if (c.access == Column::Free && c.name == name)
      tables.push_back(c.table);
  if (tables.size() < 2 || tables[0] == tables[1]) {
    std::string of = tables.empty() ? e.parts.front().text : tables[0];
    engine.emit(e.range, diag::AmbiguousColumn, name, of, of)
        .hint("two inputs have that name: give one another with AS");
    return {};
  }
  engine.emit(e.range, diag::AmbiguousColumn, name, tables[0], tables[1])
      .hint("write `" + tables[0] + "." + name + "` or `" + tables[1] + "." + name + "`");
  return {};
}

mlir::Value Binder::bindColumn(const sql::ColumnExpr &e) {
  size_t used = 0;
  const Column *other = nullptr;
  const Column *column = scope.find(e.parts, used, other);
  if (other)
    return ambiguous(e, scope);
  mlir::Value value = column ? column->value : mlir::Value();
  // A column of the row for which this query runs.
  for (const Scope *around = scope.enclosing(); !column && around && !scope.isBroken(e.parts);
       around = around->enclosing()) {
    column = around->find(e.parts, used, other);
    if (other)
      return ambiguous(e, *around);
    if (column)
      value = builder.create<OuterOp>(locate(e.range), column->type, around->number,
                                      column - around->all().data());
    else if (around->isBroken(e.parts))
      return {};
  }
  if (!column) {
    if (!scope.isBroken(e.parts))
      scope.reportUnknown(e, engine);
    return {};
  }
  for (; value && used < e.parts.size(); ++used) {
    SourceRange before = e.range;
    before.end = e.parts[used - 1].range.end;
    value = bindField(value, before, e.parts[used], e.range);
  }
  return value;
}

mlir::Value Binder::bindCast(const sql::CastExpr &e) {
  SqlType type = resolveType(e.type, engine, builder.getContext());
  mlir::Value value = bind(*e.operand);
  if (!type || !value)
    return {};
  SqlType from = typeOf(value);
  if (!castable(from, type)) {
    auto flight = engine.emit(e.range, diag::ImpossibleCast, display(from), display(type));
    flight.label(e.operand->range, "this is " + display(from));
    if (type.isTimestamp() && from.isNumeric())
      flight.hint("TO_TIMESTAMP_LTZ(n, 3) reads milliseconds, TO_TIMESTAMP_LTZ(n, 0) seconds");
    else if (type.getKind() == SqlKind::Date && from.isNumeric())
      flight.hint("CAST(TO_TIMESTAMP_LTZ(n, 0) AS DATE) reads seconds since 1970");
    return {};
  }
  // A decimal that does not fit is NULL.
  bool fits = type.getKind() != SqlKind::Decimal || !from.isNumeric() ||
              (!from.isApproximate() && digitsOf(from).precision - digitsOf(from).scale <=
                                            type.getPrecision() - type.getScale());
  bool nullable = from.getNullable() || e.tryCast || !fits;
  if (from.getKind() == SqlKind::Null)
    return castTo(value, type.withNullable(true), locate(e.range));
  SqlType to = type.withNullable(nullable);
  if (!e.tryCast)
    return castTo(value, to, locate(e.range));
  return builder.create<CastOp>(locate(e.range), to, value, /*try_cast=*/true);
}

//===----------------------------------------------------------------------===//
// Chains of flow.if
//===----------------------------------------------------------------------===//

bool Binder::chainIf(Chain &chain, mlir::Value condition, llvm::function_ref<mlir::Value()> then,
                     SourceRange thenRange, mlir::Location location) {
  SqlType unknown = makeType(builder.getContext(), SqlKind::Null);
  auto op = builder.create<IfOp>(location, unknown, condition);
  chain.ops.push_back(op);
  mlir::Block *thenBlock = builder.createBlock(&op.getThen());
  mlir::Value value = then();
  if (!value)
    return false;
  chain.branches.push_back({thenBlock, value, thenRange});
  builder.createBlock(&op.getOtherwise());
  return true;
}

bool Binder::chainElse(Chain &chain, mlir::Value value, SourceRange range) {
  if (!value)
    return false;
  chain.branches.push_back({builder.getInsertionBlock(), value, range});
  return true;
}

mlir::Value Binder::chainEnd(Chain &chain, SqlType type) {
  for (Chain::Branch &branch : chain.branches) {
    builder.setInsertionPointToEnd(branch.block);
    mlir::Location location = locate(branch.range);
    mlir::Value value = castTo(branch.value, type, location);
    builder.create<YieldOp>(location, value);
  }
  for (size_t i = 0; i < chain.ops.size(); ++i) {
    IfOp op = chain.ops[i];
    op.getResult().setType(type);
    if (i == 0)
      continue;
    builder.setInsertionPointToEnd(op->getBlock());
    builder.create<YieldOp>(op.getLoc(), op.getResult());
  }
  return chain.ops.front().getResult();
}

} // namespace levada::sema
