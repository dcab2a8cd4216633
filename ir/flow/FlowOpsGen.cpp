// Generated operation definitions, compiled alone: they are the slowest file.
#include "ir/flow/FlowOps.h"

using namespace mlir;

#include "ir/flow/FlowInterfaces.cpp.inc"
#define GET_OP_CLASSES
#include "ir/flow/FlowOps.cpp.inc"
