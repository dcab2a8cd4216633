//===- Exec.h - the exec dialect ------------------------------------------===//
#ifndef LEVADA_IR_EXEC_EXEC_H
#define LEVADA_IR_EXEC_EXEC_H

#include "ir/flow/FlowOps.h"

namespace levada::exec {

/// What a row of a stream that updates does: it is new (+I), goes because another
/// one follows (-U), follows it (+U), goes (-D).
enum class ChangeKind : int8_t { Insert, UpdateBefore, UpdateAfter, Delete };

/// TINYINT NOT NULL, the type of change kinds.
flow::SqlType changeKindType(mlir::MLIRContext *context);

} // namespace levada::exec

#include "ir/exec/ExecDialect.h.inc"
#define GET_OP_CLASSES
#include "ir/exec/ExecOps.h.inc"

#endif
