//===- Nested.h - rules of ROW, ARRAY, MAP and MULTISET --------------------===//
//
// Casts and assignments between nested types, and the catalogue's types with
// variables (stdlib/fn.h): how arguments bind T, K, V, O in ARRAY<T>,
// MAP<K, V> …, and what the result then is.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SEMA_NESTED_H
#define LEVADA_FRONTEND_SEMA_NESTED_H

#include "frontend/sema/Functions.h"

namespace levada::sema {

/// Whether CAST between two types exists, one of which is nested.
bool nestedCastable(SqlType from, SqlType to);
/// Whether a value of `from` stands for one of `to` without a CAST, whatever may
/// be NULL in it.
bool assignable(SqlType from, SqlType to);
/// One kind of value and the same bytes: types agree but for NOT NULL inside.
bool sameBytes(SqlType left, SqlType right);

SqlType makeArray(SqlType element, bool nullable = true);
SqlType makeMap(SqlType key, SqlType value, bool nullable = true);

/// Whether the catalogue's spelling of a type has a variable or is nested.
bool isPattern(llvm::StringRef text);

/// As parseCatalogType, nested types without variables too.
SqlType catalogType(llvm::StringRef text, mlir::MLIRContext *context);

struct PatternFit {
  int cost = 0;
  std::vector<SqlType> params; ///< one for each argument
  SqlType result;              ///< nullability is the caller's
};
/// Binds the variables of a signature of which one part at least isPattern.
/// `scalar` fits an argument to a parameter without one: its cost and type.
std::optional<PatternFit>
fitPatterns(llvm::ArrayRef<llvm::StringRef> params, llvm::StringRef result,
            const std::vector<Argument> &arguments, mlir::MLIRContext *context,
            llvm::function_ref<std::optional<std::pair<int, SqlType>>(const Argument &,
                                                                      llvm::StringRef)>
                scalar);

} // namespace levada::sema

#endif
