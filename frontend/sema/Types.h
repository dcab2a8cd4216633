//===- Types.h - SQL types: defaults, coercion, common types --------------===//
//
// The rules of Flink's type system as functions on flow::SqlType: what a
// written type means, which types meet in which, what CAST can do. A null
// SqlType is "there is none"; messages are the caller's, except for types as
// written, whose parameters are checked here.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SEMA_TYPES_H
#define LEVADA_FRONTEND_SEMA_TYPES_H

#include "frontend/sql/Ast.h"
#include "ir/diag/Diag.h"
#include "ir/flow/Flow.h"

namespace levada::sema {

using flow::SqlKind;
using flow::SqlType;

inline constexpr int32_t kMaxDigits = 38; ///< of a DECIMAL

/// The type a TypeName means, or null after a diagnostic.
SqlType resolveType(const sql::TypeName &type, diag::Engine &engine,
                    mlir::MLIRContext *context);
/// A type spelled by the catalogue ("TIMESTAMP(3)", "INTERVAL DAY TO SECOND");
/// null where it names a pattern such as "ANY" or "DECIMAL(p, s)".
SqlType parseCatalogType(llvm::StringRef text, mlir::MLIRContext *context);

SqlType makeType(mlir::MLIRContext *context, SqlKind kind, bool nullable = true);
SqlType makeDecimal(mlir::MLIRContext *context, int32_t precision, int32_t scale,
                    bool nullable = true);
SqlType makeString(mlir::MLIRContext *context, bool nullable = true);
SqlType makeTimestamp(mlir::MLIRContext *context, SqlKind kind, int32_t precision,
                      bool nullable = true);

/// For messages: no nullability, intervals in SQL's words.
std::string display(SqlType type);

/// Digits of an exact numeric: those of DECIMAL, or what an integer may have.
struct Digits {
  int32_t precision = 0, scale = 0;
};
Digits digitsOf(SqlType type);

enum class Arithmetic { Add, Sub, Mul, Div, Rem };
/// Result of an operation on two numeric types, nullable if either is.
SqlType arithmeticType(Arithmetic op, SqlType left, SqlType right);
/// Type of ROUND(DECIMAL(p, s), digits), also of TRUNCATE.
SqlType roundType(SqlType decimal, int64_t digits);

/// The type all can be cast to without loss, nullable if any is; null if none.
SqlType commonType(llvm::ArrayRef<SqlType> types);
/// The type of CASE and IF over branches of these types.
SqlType caseType(llvm::ArrayRef<SqlType> types);
/// The type of COALESCE, GREATEST and LEAST over these types.
SqlType coalesceType(llvm::ArrayRef<SqlType> types);
/// The type in which two values are compared (not NULL's type).
SqlType comparisonType(SqlType left, SqlType right);
/// Whether assigning `from` to `to` loses nothing; nullability aside.
bool widens(SqlType from, SqlType to);
/// Whether CAST(from AS to) exists; nullability aside.
bool castable(SqlType from, SqlType to);
/// Same value, same representation: only nullability or a length differs.
bool sameButLength(SqlType left, SqlType right);

} // namespace levada::sema

#endif
