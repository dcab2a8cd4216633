//===- Syntax.h - what is wrong with a file that is not TOML ----------------===//
//
// Private to frontend/toml. Before parsing: bytes and nesting that the parser
// should not see. After it failed: what went wrong in the user's terms, at the
// place where the mistake was made rather than noticed.
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

/// What the parser wanted at a place.
enum class Fault {
  None,
  Key,         ///< a key
  LongKey,     ///< a key, not a string of several lines
  Equals,      ///< `=` after a key
  Value,       ///< a value
  Comma,       ///< a value before a comma
  ListEnd,     ///< `,` or `]`
  InlineKey,   ///< a key in an inline table
  InlineEnd,   ///< `,` or `}`
  LineEnd,     ///< the end of the line
  EmptyHeader, ///< a name in a header
  HeaderEnd,   ///< `]` or `]]`
  Control,     ///< no control character
  Escape,      ///< a known escape; the place is its backslash
  CodePoint,   ///< \u with four digits, \U with eight
  Word,        ///< a value: this word is none
  LeadingZero, ///< a number without zeros in front
  Fraction,    ///< digits after the point
  Overflow,    ///< a number of 64 bits
  Moment,      ///< a date or time that exists
};

/// Reports that the parser stopped at byte `at` because of `fault`.
void explainSyntax(uint32_t file, size_t at, Fault fault, diag::Engine &engine);

} // namespace levada::doc

#endif
