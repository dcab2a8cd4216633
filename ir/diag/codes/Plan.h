//===- Plan.h - diagnostics: E4xx ------------------------------------------===//
#ifndef LEVADA_IR_DIAG_CODES_PLAN_H
#define LEVADA_IR_DIAG_CODES_PLAN_H

#include "ir/diag/Diag.h"

namespace levada::diag {
#define LEVADA_DIAG(...) LEVADA_DECLARE_DIAG(__VA_ARGS__)
#include "ir/diag/codes/Plan.def"
#undef LEVADA_DIAG
} // namespace levada::diag

#endif
