//===- Grouping.h - what GROUP BY makes of a query ------------------------===//
#ifndef LEVADA_FRONTEND_LOWER_GROUPING_H
#define LEVADA_FRONTEND_LOWER_GROUPING_H

#include "frontend/lower/Lowering.h"

namespace levada::lower {

struct Key {
  const sql::Expr *expr;
  std::string print;  ///< fingerprint; "" for a plain column
  std::string column; ///< of the aggregate's input; "" when wrong
  Field field;        ///< of a plain column: how it is called
};

struct Call {
  const sql::CallExpr *expr;
  std::string print;
  bool broken = false;
  const catalog::Aggregate *declaration = nullptr;
  std::vector<std::string> args;
  std::string filter, result;
  SqlType type;
};

/// A column computed for the aggregate, after those of the input.
struct Extra {
  std::string name, print;
  mlir::Value value;
};

/// GROUPING(a, b), GROUPING_ID(…), GROUP_ID(): a column that is the same for
/// all rows of a grouping set.
struct SetCall {
  const sql::CallExpr *expr;
  std::vector<size_t> keys;
  std::string column;
};

struct Grouping {
  explicit Grouping(sema::Scope input) : input(std::move(input)) {}
  sema::Scope input; ///< names of the aggregate's input
  StreamType inputType;
  std::vector<const sql::Expr *> exprs; ///< keys as written, each once
  std::vector<std::vector<size_t>> sets; ///< of `exprs`; none: one set of all
  std::vector<Key> keys;
  std::vector<size_t> keyOf; ///< of each of `exprs`, its index in `keys`
  std::vector<Call> calls;
  std::map<const sql::Expr *, size_t> callOf;
  std::vector<SetCall> setCalls;
  std::vector<Extra> extras;
  std::set<std::string> taken;    ///< names of columns
  std::set<std::string> reported; ///< columns said to be neither grouped nor …
  Windowed window;                ///< of the results, where there are windows
  bool windowed = false, windowFailed = false;
};

/// Calls `visit` for the outermost calls of the query's results that are `wanted`.
void forEachCall(const Query &query, llvm::function_ref<bool(const sql::CallExpr &)> wanted,
                 llvm::function_ref<void(const sql::CallExpr &)> visit);

} // namespace levada::lower

#endif
