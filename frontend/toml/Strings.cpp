//===- Strings.cpp - TOML's four kinds of string, byte by byte --------------===//
//
// "basic" and """multi-line""" have escapes, 'literal' and '''…''' have none;
// a line break right after an opening triple quote is not part of the value; a
// backslash at a line's end swallows blanks up to the next visible character.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Strings.h"

namespace levada::doc {

Literal scanString(std::string_view text, size_t begin) {
  Literal literal;
  literal.begin = begin;
  literal.quote = text[begin];
  char quote = literal.quote;
  auto isQuote = [&](size_t i) { return i < text.size() && text[i] == quote; };
  bool triple = isQuote(begin + 1) && isQuote(begin + 2);
  literal.quotes = triple ? 3 : 1;
  size_t at = begin + literal.quotes;
  for (; at < text.size(); ++at) {
    char c = text[at];
    if (c == '\\' && quote == '"' && at + 1 < text.size()) {
      if (triple || text[at + 1] != '\n')
        ++at;
    } else if (c == '\n' && !triple) {
      literal.end = at > begin && text[at - 1] == '\r' ? at - 1 : at;
      return literal;
    } else if (c == quote && !triple) {
      literal.closed = true;
      literal.end = at + 1;
      return literal;
    } else if (c == quote && isQuote(at + 1) && isQuote(at + 2)) {
      at += 3;
      // Up to two quotes may stand right before the closing ones.
      for (int extra = 0; extra < 2 && isQuote(at); ++extra)
        ++at;
      literal.closed = true;
      literal.end = at;
      return literal;
    }
  }
  literal.end = text.size();
  return literal;
}

static void appendUtf8(std::string &out, uint32_t c) {
  if (c < 0x80) {
    out += char(c);
  } else if (c < 0x800) {
    out += char(0xC0 | c >> 6);
    out += char(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += char(0xE0 | c >> 12);
    out += char(0x80 | (c >> 6 & 0x3F));
    out += char(0x80 | (c & 0x3F));
  } else {
    out += char(0xF0 | c >> 18);
    out += char(0x80 | (c >> 12 & 0x3F));
    out += char(0x80 | (c >> 6 & 0x3F));
    out += char(0x80 | (c & 0x3F));
  }
}

static uint32_t hexValue(std::string_view digits) {
  uint32_t value = 0;
  for (char c : digits)
    value = value * 16 + uint32_t(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  return value;
}

static bool isBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Where a backslash at the end of a line leads to, or `at` if it is none.
static size_t afterLineEnd(std::string_view text, size_t at, size_t end) {
  size_t next = at + 1;
  while (next < end && (text[next] == ' ' || text[next] == '\t'))
    ++next;
  if (next < end && text[next] == '\r')
    ++next;
  if (next >= end || text[next] != '\n')
    return at;
  while (next < end && isBlank(text[next]))
    ++next;
  return next;
}

Decoded decodeString(std::string_view text, const Literal &literal) {
  Decoded result;
  size_t at = literal.contentBegin(), end = literal.contentEnd();
  if (literal.quotes == 3) {
    if (at < end && text[at] == '\r' && at + 1 < end && text[at + 1] == '\n')
      ++at;
    if (at < end && text[at] == '\n')
      ++at;
  }
  while (at < end) {
    size_t next = at + 1;
    char c = text[at];
    std::string piece(1, c);
    if (c == '\r' && next < end && text[next] == '\n') {
      piece = "\n";
      ++next;
    } else if (c == '\\' && literal.quote == '"' && next < end) {
      if (size_t skipped = afterLineEnd(text, at, end);
          literal.quotes == 3 && skipped != at) {
        at = skipped;
        continue;
      }
      char e = text[next++];
      static constexpr std::string_view names = "btnfre\"\\";
      static constexpr std::string_view values = "\b\t\n\f\r\x1b\"\\";
      size_t digits = e == 'u' ? 4 : e == 'U' ? 8 : e == 'x' ? 2 : 0;
      if (digits != 0) {
        piece.clear();
        digits = digits < end - next ? digits : end - next;
        appendUtf8(piece, hexValue(text.substr(next, digits)));
        next += digits;
      } else if (size_t i = names.find(e); i != names.npos) {
        piece = values[i];
      }
    }
    for (char b : piece) {
      result.value += b;
      result.offsets.push_back(uint32_t(at));
    }
    at = next;
  }
  result.offsets.push_back(uint32_t(end));
  return result;
}

} // namespace levada::doc
