//===- Strings.h - TOML's four kinds of string, byte by byte ----------------===//
//
// SQL stands in strings, so that each byte of a string's value is traced to
// the byte of the file it came from.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_TOML_STRINGS_H
#define LEVADA_FRONTEND_TOML_STRINGS_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace levada::doc {

/// The string literal at text[begin], a quote.
struct Literal {
  size_t begin = 0, end = 0; ///< with the quotes, as far as it goes
  size_t quotes = 1;         ///< at each side: 1 or 3
  char quote = '"';
  bool closed = false;

  size_t contentBegin() const { return begin + quotes; }
  size_t contentEnd() const { return closed ? end - quotes : end; }
};
Literal scanString(std::string_view text, size_t begin);

struct Decoded {
  std::string value;
  std::vector<uint32_t> offsets; ///< of each byte of value, and of its end
};
/// The value of a closed literal whose escapes are known to be right.
Decoded decodeString(std::string_view text, const Literal &literal);

} // namespace levada::doc

#endif
