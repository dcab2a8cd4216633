//===- Layout.h - what the parser tells a formatter -----------------------===//
//
// A formatter keeps every token and every comment and chooses only blanks, line
// breaks and the case of keywords. What it cannot see from the tokens alone,
// the parser notes here on its way: which words are names, which brackets stand
// close to the word before, where constructs begin and end, and where a line
// may break inside them. Notes of a text that does not parse mean nothing.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SQL_LAYOUT_H
#define LEVADA_FRONTEND_SQL_LAYOUT_H

#include "frontend/sql/Lexer.h"

namespace levada::sql {

struct Layout {
  enum Role : uint8_t {
    IsName = 1,    ///< a word in the user's case, no keyword
    Glued = 2,     ///< no blank before it
    AsWritten = 4, ///< a blank before it where there was one
  };
  /// A line may break before this token, with so many columns more than the
  /// line on which the construct around it begins.
  struct Break {
    uint32_t token;
    uint8_t indent;
  };
  /// A construct: tokens [begin, end). On several lines, it breaks everywhere
  /// where it may.
  struct Span {
    uint32_t begin, end;
    int8_t commas = -1;      ///< a break behind each comma, with this indent
    bool statement = false;  ///< a query of a statement: a clause a line
    bool bracket = false;    ///< from an opening bracket to behind its closing one
    bool force = false;      ///< always on several lines
  };
  struct Written {
    uint32_t begin, end;     ///< without the `;`
    bool verbatim;           ///< Levada knows no more than its first words
    std::vector<uint32_t> together; ///< brackets that break when one of them does
  };
  std::vector<Token> tokens;
  std::vector<uint8_t> roles;  ///< one per token
  std::vector<Span> spans;
  std::vector<Break> breaks;
  std::vector<Written> statements;
};

} // namespace levada::sql

#endif
