//===- Passes.h - what this room offers -----------------------------------===//
#ifndef LEVADA_PASSES_PASSES_H
#define LEVADA_PASSES_PASSES_H

#include "ir/exec/Exec.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <memory>

namespace levada {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace levada

#endif
