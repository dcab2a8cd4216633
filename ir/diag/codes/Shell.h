//===- Shell.h - diagnostics: E8xx -----------------------------------------===//
#ifndef LEVADA_IR_DIAG_CODES_SHELL_H
#define LEVADA_IR_DIAG_CODES_SHELL_H

#include "ir/diag/Diag.h"

namespace levada::diag {
#define LEVADA_DIAG(...) LEVADA_DECLARE_DIAG(__VA_ARGS__)
#include "ir/diag/codes/Shell.def"
#undef LEVADA_DIAG
} // namespace levada::diag

#endif
