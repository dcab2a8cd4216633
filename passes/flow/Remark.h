//===- Remark.h - what a pass did, at the user's line ---------------------===//
#ifndef LEVADA_PASSES_FLOW_REMARK_H
#define LEVADA_PASSES_FLOW_REMARK_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"

namespace levada {

/// Emits "did this" where `enabled`; the text is only made then.
template <typename... Parts>
void remark(bool enabled, mlir::Operation *op, Parts &&...parts) {
  if (!enabled)
    return;
  mlir::InFlightDiagnostic diag = mlir::emitRemark(op->getLoc());
  (diag << ... << std::forward<Parts>(parts));
}

} // namespace levada

#endif
