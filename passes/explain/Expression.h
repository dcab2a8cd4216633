//===- Expression.h - scalar code as SQL text -----------------------------===//
//
// For people: what explain shows of projections, filters and watermarks. Casts
// that only change nullability are left out; the rest reads as SQL does.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_PASSES_EXPLAIN_EXPRESSION_H
#define LEVADA_PASSES_EXPLAIN_EXPRESSION_H

#include "ir/flow/FlowOps.h"

#include <string>

namespace levada {

/// `value`, of a block whose arguments are the columns of `input`.
std::string expressionText(mlir::Value value, flow::StreamType input);

/// "1.50", "'it''s'", "DATE '2024-02-29'", "NULL".
std::string constantText(mlir::Attribute value, flow::SqlType type);

/// A column's name, in backticks where SQL needs them.
std::string columnText(llvm::StringRef name);

} // namespace levada

#endif
