//===- Decorrelate.h - queries that read the row around them, as joins ----===//
#ifndef LEVADA_FRONTEND_LOWER_DECORRELATE_H
#define LEVADA_FRONTEND_LOWER_DECORRELATE_H

#include "frontend/lower/Join.h"

namespace levada::lower {

/// Projections and filters above what does not read the row around.
struct Peeled {
  mlir::Value base;
  llvm::SmallVector<mlir::Operation *> chain; ///< from the top
};
/// Nothing where another operator depends on the row.
std::optional<Peeled> peel(mlir::Value rows, int64_t scope);

/// Copies a block's code to the builder's place: `args` for its arguments,
/// `outer` for the columns of the row of query `scope`. Returns what it yields.
llvm::SmallVector<mlir::Value> copyBody(mlir::OpBuilder &builder, mlir::Block &block,
                                        llvm::ArrayRef<mlir::Value> args, int64_t scope,
                                        llvm::function_ref<mlir::Value(int64_t)> outer);

/// What `rows` gives for each row around: the rows of `rows`, computed for all
/// distinct values at once, with the columns they depend on behind.
struct Attached {
  mlir::Value value;               ///< null after a diagnostic
  std::vector<int64_t> outer;      ///< columns of the row around
  std::vector<std::string> columns; ///< where each of them is now
};

} // namespace levada::lower

#endif
