//===- ToFlow.h - a pipeline file as a flow module ------------------------===//
//
// Binds and types every expression of a document and builds the operators its
// clauses mean. The flow dialect must be loaded in (or registered with) the
// context.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_LOWER_TOFLOW_H
#define LEVADA_FRONTEND_LOWER_TOFLOW_H

#include "frontend/document/Document.h"
#include "ir/diag/Diag.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace levada {

/// Null when the engine has errors, also those of before.
mlir::OwningOpRef<mlir::ModuleOp> lowerToFlow(const doc::Document &document,
                                              diag::Engine &engine,
                                              mlir::MLIRContext &context);

/// Whether the rows of the document's tests have the columns of their sources and
/// sinks in the module that lowerToFlow made, and values of their types.
void checkTestRows(const doc::Document &document, mlir::ModuleOp module, diag::Engine &engine);

} // namespace levada

#endif
