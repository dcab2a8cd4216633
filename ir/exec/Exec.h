//===- Exec.h - the exec dialect ------------------------------------------===//
#ifndef LEVADA_IR_EXEC_EXEC_H
#define LEVADA_IR_EXEC_EXEC_H

#include "ir/flow/FlowOps.h"

#include "ir/exec/ExecDialect.h.inc"
#define GET_OP_CLASSES
#include "ir/exec/ExecOps.h.inc"

#endif
