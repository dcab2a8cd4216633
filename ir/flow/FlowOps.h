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

#endif
