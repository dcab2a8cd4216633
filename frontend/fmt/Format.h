//===- Format.h - one way to lay out SQL and TOML -------------------------===//
//
// Formatting changes blanks, line breaks, and the case of SQL's keywords;
// every other byte of every token and comment stays, in its order. What comes
// out is checked against that, so a mistake here can leave a text unformatted
// but never change what it means. Formatting twice is formatting once.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_FMT_FORMAT_H
#define LEVADA_FRONTEND_FMT_FORMAT_H

#include "ir/diag/Diag.h"

#include <optional>
#include <string>

namespace levada::fmts {

inline constexpr size_t lineWidth = 100;

/// The script or TOML file `buffer`, laid out; nothing after diagnostics.
std::optional<std::string> formatSql(uint32_t buffer, diag::Engine &engine);
std::optional<std::string> formatToml(uint32_t buffer, diag::Engine &engine);
/// A single query, without a line break at its end.
std::optional<std::string> formatQuery(uint32_t buffer, diag::Engine &engine);

} // namespace levada::fmts

#endif
