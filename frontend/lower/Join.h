//===- Join.h - what is known of a join before it is one ------------------===//
#ifndef LEVADA_FRONTEND_LOWER_JOIN_H
#define LEVADA_FRONTEND_LOWER_JOIN_H

#include "frontend/lower/Lowering.h"

#include <functional>

namespace levada::lower {

struct JoinPlan {
  flow::JoinKind kind = flow::JoinKind::inner;
  Relation left, right;
  std::vector<const sql::Expr *> conjuncts; ///< of ON, all must be TRUE
  /// More conditions: values of the block, whose arguments are the left columns
  /// and the right ones. False after a diagnostic.
  std::function<bool(JoinPlan &, mlir::Block *, llvm::SmallVectorImpl<mlir::Value> &)> more;
  SourceRange range;
  std::string stream, clause = "ON";
  const sema::Scope *enclosing = nullptr;
  mlir::DictionaryAttr hints;
  flow::JoinForm form = flow::JoinForm::regular; ///< temporal, lookup, snapshot
  std::string timeLeft;                          ///< of temporal
  /// What IN compares, made by `more`: with `nullAware` it stays a condition,
  /// whose NULL counts.
  llvm::SmallVector<mlir::Value> *answers = nullptr;
  bool nullAware = false, single = false;
  std::string mark;                              ///< name of the column of a mark join
};

/// Arguments of `block` that a value is computed from, and whether it reads the
/// row of a query around.
struct Inputs {
  std::set<unsigned> arguments;
  bool outer = false, mayFail = false, varies = false;
};
Inputs inputsOf(mlir::Value value);

/// Whether a row of the query `scope` is read in what makes `rows`.
bool isCorrelated(mlir::Value rows, int64_t scope);

} // namespace levada::lower

#endif
