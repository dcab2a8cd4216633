//===- Codegen.h - diagnostics: E5xx, I9xx ------------------------------------===//
#ifndef LEVADA_IR_DIAG_CODES_CODEGEN_H
#define LEVADA_IR_DIAG_CODES_CODEGEN_H

#include "ir/diag/Diag.h"

namespace levada::diag {
#define LEVADA_DIAG(...) LEVADA_DECLARE_DIAG(__VA_ARGS__)
#include "ir/diag/codes/Codegen.def"
#include "ir/diag/codes/Bugs.def"
#undef LEVADA_DIAG
} // namespace levada::diag

#endif
