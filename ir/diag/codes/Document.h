//===- Document.h - diagnostics: E1xx --------------------------------------===//
#ifndef LEVADA_IR_DIAG_CODES_DOCUMENT_H
#define LEVADA_IR_DIAG_CODES_DOCUMENT_H

#include "ir/diag/Diag.h"

namespace levada::diag {
#define LEVADA_DIAG(...) LEVADA_DECLARE_DIAG(__VA_ARGS__)
#include "ir/diag/codes/Document.def"
#undef LEVADA_DIAG
} // namespace levada::diag

#endif
