//===- Encoding.cpp - the bytes of a file before it is parsed ---------------===//
//
// UTF-8, no NUL, size and nesting within limits: what the parser and all who
// walk a tree rely on. Also the light lexer, which the limits are found with.
//
//===----------------------------------------------------------------------===//
#include "frontend/document/Document.h"
#include "frontend/toml/Syntax.h"
#include "frontend/toml/Words.h"
#include "ir/diag/codes/Document.h"

#include <algorithm>

namespace levada::doc {

bool isPunct(char c) {
  return c == '=' || c == ',' || c == '.' || c == '[' || c == ']' ||
         c == '{' || c == '}';
}

Token lex(std::string_view text, size_t at) {
  while (at < text.size() &&
         (text[at] == ' ' || text[at] == '\t' || text[at] == '\r'))
    ++at;
  Token token;
  token.begin = token.end = at;
  if (at >= text.size())
    return token;
  char c = text[at];
  token.end = at + 1;
  if (c == '\n') {
    token.kind = TokenKind::Line;
  } else if (c == '#') {
    token.kind = TokenKind::Comment;
    token.end = std::min(text.find('\n', at), text.size());
  } else if (c == '"' || c == '\'') {
    token.kind = TokenKind::String;
    token.literal = scanString(text, at);
    token.end = token.literal.end;
  } else if (isPunct(c)) {
    token.kind = TokenKind::Punct;
  } else {
    token.kind = TokenKind::Word;
    while (token.end < text.size() && !isPunct(text[token.end]) &&
           std::string_view(" \t\r\n#\"'").find(text[token.end]) ==
               std::string_view::npos)
      ++token.end;
  }
  return token;
}

size_t markLength(std::string_view text) {
  return text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
}

/// Bytes of the character at `at`, or 0 where the text is not UTF-8.
static size_t characterLength(std::string_view text, size_t at) {
  uint8_t lead = uint8_t(text[at]);
  if (lead < 0x80)
    return 1;
  size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - at < need)
    return 0;
  for (size_t i = 1; i < need; ++i)
    if ((uint8_t(text[at + i]) & 0xC0) != 0x80)
      return 0;
  uint8_t second = uint8_t(text[at + 1]);
  bool overlong = (lead == 0xE0 && second < 0xA0) ||
                  (lead == 0xF0 && second < 0x90);
  bool beyond = (lead == 0xED && second >= 0xA0) ||
                (lead == 0xF4 && second >= 0x90);
  return overlong || beyond ? 0 : need;
}

bool isPlainText(uint32_t file, diag::Engine &engine, bool nul) {
  std::string_view text = engine.sourceMap().text(file);
  auto at = [&](size_t begin, size_t end) {
    return SourceRange{file, uint32_t(begin),
                       uint32_t(std::min(end, text.size()))};
  };
  auto two = text.substr(0, 2);
  if (two == "\xFF\xFE" || two == "\xFE\xFF") {
    engine.emit(at(0, 2), diag::BadEncoding, "the file is UTF-16")
        .hint("save it as UTF-8");
    return false;
  }
  if (two == "\x1F\x8B" || text.substr(0, 4) == "\x28\xB5\x2F\xFD") {
    engine.emit(at(0, 2), diag::BadEncoding, "the file is compressed")
        .hint("a pipeline file is plain text");
    return false;
  }
  for (size_t i = 0; i < text.size();) {
    size_t length = characterLength(text, i);
    if (length == 0) {
      engine
          .emit(at(i, i + 1), diag::BadEncoding,
                fmt::format("the byte {:#04x} is not UTF-8", uint8_t(text[i])))
          .hint("save the file as UTF-8");
      return false;
    }
    if (text[i] == 0 && !nul) {
      engine.emit(at(i, i + 1), diag::BadEncoding, "the file holds a NUL byte")
          .hint("a pipeline file is plain text");
      return false;
    }
    i += length;
  }
  return true;
}

/// Long dotted keys nest tables without any bracket, and all who walk a tree
/// recurse. Comments may not hold control characters.
static bool checkNesting(uint32_t file, std::string_view text,
                         diag::Engine &engine) {
  constexpr size_t deepest = 30;
  size_t parts = 0, depth = 0;
  for (size_t pos = markLength(text);;) {
    Token token = lex(text, pos);
    if (token.kind == TokenKind::End)
      return true;
    pos = token.end;
    char c = token.kind == TokenKind::Punct ? text[token.begin] : 0;
    if (token.kind == TokenKind::Comment)
      for (size_t i = token.begin; i < token.end; ++i)
        if (uint8_t c = uint8_t(text[i]);
            (c < 0x20 && c != '\t' && (c != '\r' || i + 1 < token.end)) ||
            c == 0x7F) {
          explainSyntax(file, i, Fault::Control, engine);
          return false;
        }
    if (c == '.')
      ++parts;
    else if (token.kind != TokenKind::Word && token.kind != TokenKind::String)
      parts = 0;
    if (c == '[' || c == '{')
      ++depth;
    else if ((c == ']' || c == '}') && depth > 0)
      --depth;
    if (parts >= deepest || depth >= deepest) {
      engine.emit({file, uint32_t(token.begin), uint32_t(token.end)},
                  diag::TooDeep, deepest);
      return false;
    }
  }
}

bool checkBytes(uint32_t file, diag::Engine &engine) {
  constexpr size_t largest = 4 << 20;
  std::string_view text = engine.sourceMap().text(file);
  if (text.size() > largest) {
    engine.emit({file, 0, 0}, diag::FileTooLarge, largest >> 20);
    return false;
  }
  return isPlainText(file, engine) && checkNesting(file, text, engine);
}

} // namespace levada::doc
