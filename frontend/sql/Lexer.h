//===- Lexer.h - Flink SQL text to tokens ---------------------------------===//
//
// The whole buffer becomes tokens at once, so that the parser can look ahead
// freely. A mistake inside a token (an unclosed string, `==`, double quotes) is
// reported here, and the token that was meant is returned, so that parsing goes
// on without a second message. Only Error stands for nothing.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SQL_LEXER_H
#define LEVADA_FRONTEND_SQL_LEXER_H

#include "ir/diag/Diag.h"

#include <string>
#include <string_view>
#include <vector>

namespace levada::sql {

enum class Tok {
  End, Error,
  Word,       ///< keyword or unquoted name; `text` in upper case
  QuotedName, ///< `name`; `text` without backquotes
  Integer, Decimal, Approximate,
  String,     ///< 'text', U&'text', N'text'; `text` as it is meant
  Binary,     ///< x'0aff'; `text` the digits
  LParen, RParen, LBracket, RBracket, Comma, Dot, Semicolon, Question,
  Plus, Minus, Star, Slash, Percent, Concat,
  Eq, Ne, Lt, Le, Gt, Ge, Arrow, ///< Arrow is =>
  Bar, LBrace, RBrace, Caret, Dollar, ///< in the PATTERN of MATCH_RECOGNIZE
};

struct Token {
  Tok kind = Tok::End;
  SourceRange range;
  std::string text;
  bool newLine = false; ///< a line break stands before it
  bool faulty = false;  ///< its mistake has been reported
};

/// A comment /*+ … */ and which token stands behind it.
struct HintComment {
  SourceRange range;
  size_t before;
};

/// The tokens of a buffer, an End last. End has an empty range just behind the
/// last token.
struct TokenList {
  std::vector<Token> tokens;
  std::vector<HintComment> hints;
};
TokenList lex(uint32_t buffer, diag::Engine &engine);
TokenList lexPart(SourceRange part, diag::Engine &engine);

/// The word in upper case; only ASCII letters change.
std::string upperCase(std::string_view word);
/// A word that begins or continues a construct where an operand could stand:
/// it is a name only in backquotes.
bool isReserved(std::string_view upper);
/// A word that cannot be an alias without AS, since a clause may begin there.
bool isClauseWord(std::string_view upper);
/// A word that Flink knows as the name of a type.
bool isTypeWord(std::string_view upper);
/// Is `text` one word that is not reserved?
bool isBareName(std::string_view text);
/// `text` between two `mark`s, those inside doubled.
std::string quote(std::string_view text, char mark);

} // namespace levada::sql

#endif
