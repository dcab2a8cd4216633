//===- Names.h - diagnostics: E3xx -----------------------------------------===//
#ifndef LEVADA_IR_DIAG_CODES_NAMES_H
#define LEVADA_IR_DIAG_CODES_NAMES_H

#include "ir/diag/Diag.h"

namespace levada::diag {
#define LEVADA_DIAG(...) LEVADA_DECLARE_DIAG(__VA_ARGS__)
#include "ir/diag/codes/Names.def"
#undef LEVADA_DIAG
} // namespace levada::diag

#endif
