//===- Words.h - a light lexer of TOML for diagnostics ----------------------===//
//
// Private to frontend/toml. Knows strings, comments, words and punctuation,
// and never fails: what explains a broken file cannot ask it to be right.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_TOML_WORDS_H
#define LEVADA_FRONTEND_TOML_WORDS_H

#include "frontend/toml/Strings.h"

namespace levada::doc {

enum class TokenKind { Line, Comment, String, Word, Punct, End };

struct Token {
  TokenKind kind = TokenKind::End;
  size_t begin = 0, end = 0;
  Literal literal; ///< String
};

bool isPunct(char c);
/// The token at or after byte `at`; blanks are skipped.
Token lex(std::string_view text, size_t at);

} // namespace levada::doc

#endif
