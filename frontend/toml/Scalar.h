//===- Scalar.h - TOML's words: booleans, numbers, times --------------------===//
//
// Private to frontend/toml.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_TOML_SCALAR_H
#define LEVADA_FRONTEND_TOML_SCALAR_H

#include "frontend/toml/Syntax.h"
#include "frontend/toml/Tree.h"

namespace levada::doc {

/// What a value without quotes or brackets takes up at the front of `text`.
std::string_view scalarWord(std::string_view text);

/// Sets kind and value of `node`, or says what is wrong with the word.
Fault readScalar(std::string_view word, Node &node);

inline bool isHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
         (c >= 'A' && c <= 'F');
}
inline uint32_t hexDigit(char c) {
  return uint32_t(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

} // namespace levada::doc

#endif
