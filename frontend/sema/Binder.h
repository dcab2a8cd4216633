//===- Binder.h - SQL expressions to typed flow operations ----------------===//
//
// Binds one expression after another into the block the builder stands in. A
// null value means that a diagnostic was given; nothing is said twice about
// the same mistake. What may fail or must not run twice is made lazily:
// AND, OR and CASE keep their parts in regions.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SEMA_BINDER_H
#define LEVADA_FRONTEND_SEMA_BINDER_H

#include "frontend/sema/Functions.h"
#include "frontend/sema/Scope.h"
#include "ir/flow/FlowOps.h"

#include "mlir/IR/Builders.h"

#include <functional>
#include <optional>
#include <string>

namespace levada::sema {

inline SqlType typeOf(mlir::Value value) { return llvm::cast<SqlType>(value.getType()); }

class Binder {
public:
  /// What an expression stands for beyond its text: a group key, the result
  /// of an aggregate. An engaged null: reported already.
  using Substitute = std::function<std::optional<mlir::Value>(const sql::Expr &)>;

  /// `clause` says where the expression stands: "`where`".
  Binder(diag::Engine &engine, mlir::OpBuilder &builder, const Scope &scope, std::string clause)
      : engine(engine), builder(builder), scope(scope), clause(std::move(clause)) {}

  Substitute substitute;
  /// The aggregate whose argument is being bound, for messages; or null.
  const sql::CallExpr *insideAggregate = nullptr;
  /// `clause` may be named otherwise for aggregates: "the watermark".
  void setClause(std::string text) { clause = std::move(text); }

  mlir::Value bind(const sql::Expr &expr);
  /// As bind, and the result is BOOLEAN; `what` is "`where`", "the condition".
  mlir::Value bindCondition(const sql::Expr &expr, const std::string &what);
  /// `left = right` with the conversions of a comparison.
  mlir::Value bindEquals(mlir::Value left, SourceRange leftRange, mlir::Value right,
                         SourceRange rightRange, SourceRange whole,
                         flow::Predicate predicate = flow::Predicate::eq, llvm::StringRef op = "=") {
    return compare(predicate, {left, leftRange}, {right, rightRange}, whole, whole, op);
  }
  /// A call of a function of the catalogue that what `whole` says stands for.
  mlir::Value bindFunction(llvm::StringRef name, llvm::ArrayRef<mlir::Value> values, SourceRange whole) {
    return callFunction(name, whole, whole, values, llvm::SmallVector<SourceRange>(values.size(), whole));
  }
  /// A value of JSON_ARRAYAGG or JSON_OBJECTAGG as JSON; `nulls`: NULL is null.
  mlir::Value bindJsonItem(const sql::Expr &expr, bool nulls);
  /// The value as `type`: a constant of that type, a cast, or itself.
  mlir::Value castTo(mlir::Value value, SqlType type, mlir::Location location);
  /// The field `name` of a ROW that `rowRange` says.
  mlir::Value bindField(mlir::Value row, SourceRange rowRange, const sql::Name &name,
                        SourceRange whole);
  mlir::Location locate(SourceRange range) const;

private:
  using Range = SourceRange;
  mlir::Value bindLiteral(const sql::LiteralExpr &e);
  mlir::Value bindTimeLiteral(const sql::LiteralExpr &e);
  mlir::Value bindInterval(const sql::IntervalExpr &e);
  mlir::Value bindColumn(const sql::ColumnExpr &e);
  mlir::Value ambiguous(const sql::ColumnExpr &e, const Scope &where);
  mlir::Value bindUnary(const sql::UnaryExpr &e);
  mlir::Value bindSpine(const sql::BinaryExpr &e);
  mlir::Value bindBinary(const sql::BinaryExpr &e, mlir::Value left);
  /// Links of a chain, all AND or all OR, of which the first has `left` on its left.
  mlir::Value bindLogic(llvm::ArrayRef<const sql::BinaryExpr *> links, mlir::Value left);
  mlir::Value bindArithmetic(const sql::BinaryExpr &e, mlir::Value left, mlir::Value right);
  mlir::Value bindTimeArithmetic(const sql::BinaryExpr &e, mlir::Value left, mlir::Value right);
  mlir::Value bindBetween(const sql::BetweenExpr &e);
  mlir::Value bindIn(const sql::InExpr &e);
  mlir::Value bindLike(const sql::LikeExpr &e);
  mlir::Value bindIs(const sql::IsExpr &e);
  mlir::Value bindFieldAccess(const sql::FieldExpr &e);
  mlir::Value bindIndex(const sql::IndexExpr &e);
  /// ROW(…), ARRAY[…], MAP[…]
  mlir::Value bindList(const sql::ListExpr &e);
  bool bindItems(llvm::ArrayRef<sql::ExprPtr> items, llvm::SmallVector<mlir::Value> &values);
  /// The common type of every `step`th item from `first`, or null after a diagnostic.
  SqlType commonOf(llvm::ArrayRef<mlir::Value> values, llvm::ArrayRef<sql::ExprPtr> items,
                   size_t first, size_t step, const std::string &what);
  mlir::Value makeRow(llvm::ArrayRef<mlir::Value> values, SourceRange whole);
  /// The value as an element of `type`, nullable as it is.
  mlir::Value fitElement(mlir::Value value, SqlType type, SourceRange range);
  /// Whether a constant is exactly one of `type`.
  bool convertConstantTo(mlir::Value value, SqlType type) const;
  mlir::Value bindCase(const sql::CaseExpr &e);
  mlir::Value bindCast(const sql::CastExpr &e);
  mlir::Value bindCall(const sql::CallExpr &e);
  /// JSON_VALUE, JSON_EXISTS, JSON_QUERY with clauses.
  mlir::Value bindJson(const sql::CallExpr &e, llvm::StringRef name);
  /// JSON_OBJECT, JSON_ARRAY.
  mlir::Value bindJsonMake(const sql::CallExpr &e, llvm::StringRef name);
  /// A value of those, as JSON.
  mlir::Value bindJsonPart(const sql::Expr &e);
  /// (a, b) OVERLAPS (c, d)
  mlir::Value bindOverlaps(const sql::BinaryExpr &e);
  mlir::Value bindCoalesce(const sql::CallExpr &e);
  mlir::Value bindNullIf(const sql::CallExpr &e);
  mlir::Value bindIf(const sql::CallExpr &e);
  /// (a - b) DAY TO SECOND
  mlir::Value bindDifference(const sql::CallExpr &e);
  /// CURRENT_WATERMARK(rowtime)
  mlir::Value bindCurrentWatermark(const sql::CallExpr &e);
  mlir::Value callFunction(llvm::StringRef name, SourceRange nameRange, Range whole,
                           llvm::ArrayRef<mlir::Value> values,
                           llvm::ArrayRef<SourceRange> ranges);
  /// What constants and types of the arguments change before an implementation
  /// is looked for; `result` may be known already. False after a diagnostic.
  bool prepareCall(std::string &name, const sql::CallExpr &e,
                   llvm::SmallVectorImpl<mlir::Value> &values,
                   llvm::SmallVectorImpl<SourceRange> &ranges, mlir::Value &result);
  bool checkAggregate(const sql::CallExpr &e);
  bool wantArguments(const sql::CallExpr &e, size_t least, size_t most);
  mlir::Value notYet(SourceRange range, const std::string &what);

  /// One side of a comparison, and where it stands.
  struct Side {
    mlir::Value value;
    SourceRange range;
  };
  /// + - * / % of numbers; `name` is what messages call it.
  mlir::Value bindNumbers(sql::BinaryOp operation, Side left, Side right, SourceRange whole,
                          SourceRange opRange, llvm::StringRef name);
  mlir::Value compare(flow::Predicate predicate, Side left, Side right, SourceRange whole,
                      SourceRange opRange, llvm::StringRef op);
  /// ROW(…) = ROW(…) field by field, so that a NULL in one is unknown.
  mlir::Value equalRows(flow::RowOp left, flow::RowOp right, SourceRange whole, SourceRange opRange,
                        llvm::StringRef op);
  /// `operand = a OR operand = b …` for the items of a list.
  mlir::Value anyEqual(Side operand, llvm::ArrayRef<sql::ExprPtr> list, SourceRange whole,
                       llvm::StringRef op);
  /// For a comparison: constants of text are read as times here and now. `lenient`: text of a
  /// column that cannot be read is NULL instead of an error.
  mlir::Value coerce(Side side, SqlType type, bool lenient);
  mlir::Value binaryMismatch(SourceRange opRange, llvm::StringRef op, Side left, Side right);
  /// AND or OR of `left` with what `right` makes in the region.
  mlir::Value logic(bool isAnd, mlir::Value left, llvm::function_ref<mlir::Value()> right,
                    mlir::Location location);
  mlir::Value negate(mlir::Value value, mlir::Location location);
  mlir::Value isTest(flow::Truth test, mlir::Value value, mlir::Location location);
  mlir::Value constant(mlir::Attribute value, SqlType type, mlir::Location location);
  mlir::Attribute constantOf(mlir::Value value) const;

  /// A chain of flow.if under construction: its values get one type at the end.
  struct Chain {
    struct Branch {
      mlir::Block *block;
      mlir::Value value;
      SourceRange range;
    };
    std::vector<flow::IfOp> ops;
    std::vector<Branch> branches;
  };
  /// Adds `if condition then <branch>`; the builder then stands in the else.
  bool chainIf(Chain &chain, mlir::Value condition, llvm::function_ref<mlir::Value()> then,
               SourceRange thenRange, mlir::Location location);
  bool chainElse(Chain &chain, mlir::Value value, SourceRange range);
  mlir::Value chainEnd(Chain &chain, SqlType type);
  /// The same with the type that CASE gives its branches; errors say `what` they are.
  mlir::Value chainCase(Chain &chain, const std::string &what, const std::string &allNull,
                        SourceRange range);

  diag::Engine &engine;
  mlir::OpBuilder &builder;
  const Scope &scope;
  std::string clause;
  bool insideRows = false; ///< comparing the fields of two rows
};

/// `e` as text in which names are resolved: equal texts mean equal values.
std::string fingerprint(const sql::Expr &e, const Scope &scope);
/// Calls `visit` for `e` and everything in it that is of the same query;
/// false from `visit` keeps out of an expression's parts.
void walk(const sql::Expr &e, llvm::function_ref<bool(const sql::Expr &)> visit);
/// Whether the query of `x IN (VALUES …)` is a list of constants.
bool isConstantList(const sql::InExpr &e);
/// The aggregate of the catalogue that a call is of, in upper case, and whether it is of
/// distinct values: APPROX_COUNT_DISTINCT counts them exactly.
struct AggregateName {
  std::string name;
  bool distinct;
};
AggregateName aggregateOf(const sql::CallExpr &e);
/// Whether the call is of an aggregate of the catalogue (and not OVER).
bool isAggregate(const sql::CallExpr &e);

} // namespace levada::sema

#endif
