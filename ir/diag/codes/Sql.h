//===- Sql.h - diagnostics: E2xx -------------------------------------------===//
#ifndef LEVADA_IR_DIAG_CODES_SQL_H
#define LEVADA_IR_DIAG_CODES_SQL_H

#include "ir/diag/Diag.h"

namespace levada::diag {
#define LEVADA_DIAG(...) LEVADA_DECLARE_DIAG(__VA_ARGS__)
#include "ir/diag/codes/Sql.def"
#undef LEVADA_DIAG
} // namespace levada::diag

#endif
