//===- ExecOps.cpp - the exec dialect: registration and verifiers ---------===//
#include "ir/exec/Exec.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace levada;
using namespace levada::exec;

#include "ir/exec/ExecDialect.cpp.inc"

void ExecDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "ir/exec/ExecOps.cpp.inc"
      >();
}

LogicalResult SourceOp::verify() { return success(); }
LogicalResult SlotOp::verify() { return success(); }
LogicalResult StageOp::verify() { return success(); }
LogicalResult EmitOp::verify() { return success(); }
LogicalResult WriteOp::verify() { return success(); }
LogicalResult UpdateOp::verify() { return success(); }
