//===- FlowOps.h - operation classes of the flow dialect ------------------===//
#ifndef LEVADA_IR_FLOW_FLOWOPS_H
#define LEVADA_IR_FLOW_FLOWOPS_H

#include "ir/flow/Flow.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <optional>
#include <string>

#include "ir/flow/FlowInterfaces.h.inc"
#define GET_OP_CLASSES
#include "ir/flow/FlowOps.h.inc"

namespace levada::flow {

/// Rows that failed: source, file, byte_offset, line, raw, code, reason; in
/// memory, struct levada_dead_letter of the ABI, where nothing is NULL.
StreamType deadLetterType(mlir::MLIRContext *context);
/// The same columns, whatever a plan says of NULL in them.
bool isDeadLetterType(StreamType type);

/// The columns that flow.unnest adds for a collection, with the names they have
/// by default: those of a ROW's fields; `f0` of an element; `key`, `value` of a
/// MAP; `ORDINALITY`. The caller makes the names unique.
struct UnnestColumn {
  std::string name;
  SqlType type;
};
llvm::SmallVector<UnnestColumn> unnestColumns(SqlType collection, bool outer, bool ordinality);

/// The same type with everything in it nullable: two values of types that agree
/// in this are held alike.
SqlType allNullable(SqlType type);

/// "90 min", "1 d": the largest unit that leaves a whole number.
std::string durationText(int64_t millis);
/// "hop 12 h by 6 h".
std::string windowText(WindowAttr window);

} // namespace levada::flow

#endif
