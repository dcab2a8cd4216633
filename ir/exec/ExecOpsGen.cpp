// Generated operation definitions, compiled alone.
#include "ir/exec/Exec.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "ir/exec/ExecOps.cpp.inc"
