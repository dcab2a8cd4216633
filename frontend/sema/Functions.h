//===- Functions.h - which implementation a call means --------------------===//
//
// Overload resolution over the generated catalogue: exact types first, then
// widening; hardly anything becomes text by itself. The result's type follows from the declaration or from a `rule:NAME`.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SEMA_FUNCTIONS_H
#define LEVADA_FRONTEND_SEMA_FUNCTIONS_H

#include "frontend/catalog/Catalog.h"
#include "frontend/sema/Types.h"

#include "mlir/IR/Attributes.h"

#include <optional>
#include <string>
#include <vector>

namespace levada::sema {

/// What is known of an argument before the call.
struct Argument {
  SqlType type;
  mlir::Attribute constant; ///< of a literal; else null
};

template <typename Declaration> struct Resolved {
  const Declaration *declaration = nullptr;
  std::vector<SqlType> params; ///< one for each argument: cast to it first
  SqlType result;
};

/// The cheapest implementation that takes the arguments; no declaration when
/// there is none.
Resolved<catalog::Function> resolveFunction(std::string_view upperName,
                                            const std::vector<Argument> &arguments,
                                            mlir::MLIRContext *context);
Resolved<catalog::Aggregate> resolveAggregate(std::string_view upperName,
                                              const std::vector<Argument> &arguments,
                                              mlir::MLIRContext *context);

/// Whether `rule:NAME` is known here.
bool isResultRule(std::string_view name);
/// "LPAD(STRING, INT, STRING)", one per implementation, for notes.
std::vector<std::string> signatures(std::string_view upperName);
/// "INT, STRING".
std::string listTypes(const std::vector<Argument> &arguments);
/// Names of functions, aggregates and the forms the binder knows by itself.
std::vector<std::string> functionNames();

} // namespace levada::sema

#endif
