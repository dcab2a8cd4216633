//===- Script.h - diagnostics: E150 to E179 ---------------------------------===//
#ifndef LEVADA_IR_DIAG_CODES_SCRIPT_H
#define LEVADA_IR_DIAG_CODES_SCRIPT_H

#include "ir/diag/Diag.h"

namespace levada::diag {
#define LEVADA_DIAG(...) LEVADA_DECLARE_DIAG(__VA_ARGS__)
#include "ir/diag/codes/Script.def"
#undef LEVADA_DIAG
} // namespace levada::diag

#endif
