//===- Syntax.h - what is wrong with a file that is not TOML ----------------===//
//
// Private to frontend/toml. Before the library parses: bytes and nesting that
// it should not see. After it failed: its one sentence said in the user's
// terms, at the place where the mistake was made rather than noticed.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_TOML_SYNTAX_H
#define LEVADA_FRONTEND_TOML_SYNTAX_H

#include "ir/diag/Diag.h"

namespace levada::doc {

/// Bytes of a byte order mark at the front.
size_t markLength(std::string_view text);

/// UTF-8, no NUL, size and nesting within limits; false after a diagnostic.
bool checkBytes(uint32_t file, diag::Engine &engine);

/// Reports why the library stopped at byte `at`, saying `reason`.
void explainSyntax(uint32_t file, size_t at, std::string_view reason,
                   diag::Engine &engine);

} // namespace levada::doc

#endif
