//===- Lexer.cpp - Flink SQL text to tokens -------------------------------===//
//
// One pass over the bytes. What other languages write and SQL does not (`==`,
// `&&`, double or typographic quotes) is recognized here, named, and read as
// the token that was meant.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/Lexer.h"

#include "ir/diag/codes/Sql.h"

#include <algorithm>
#include <optional>

namespace levada::sql {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) ||
         c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}
int hexValue(char c) {
  if (isDigit(c))
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

void appendUtf8(std::string &out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

class Lexer {
public:
  Lexer(uint32_t buffer, diag::Engine &engine)
      : buffer(buffer), engine(engine), text(engine.sourceMap().text(buffer)) {}

  void checkUtf8();
  TokenList run();
  /// The tokens of a part of the buffer.
  TokenList run(SourceRange part);

private:
  char peek(size_t ahead = 0) const {
    return pos + ahead < text.size() ? text[pos + ahead] : '\0';
  }
  bool starts(std::string_view s) const { return text.substr(pos, s.size()) == s; }
  SourceRange range(size_t begin, size_t end) const {
    return {buffer, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  }
  Token &push(Tok kind, size_t begin, std::string value = {}) {
    tokens.push_back({kind, range(begin, pos), std::move(value), newLine, false});
    newLine = false;
    return tokens.back();
  }
  /// The next `length` bytes as a token that was meant as `kind`.
  void pushFaulty(Tok kind, size_t length, std::string value = {}) {
    size_t begin = pos;
    pos += length;
    push(kind, begin, std::move(value)).faulty = true;
  }

  void skipBlanks();
  void word();
  void number();
  std::optional<std::string> quoted(char mark, std::string_view what);
  void string(size_t begin);
  void unicodeString(size_t begin);
  void escapedString(size_t begin);
  void binary(size_t begin);
  void backquotes();
  void doubleQuotes(std::string_view open, std::string_view close);
  bool patternSymbol() const;
  bool foreignSymbol();
  void symbol();
  void unknown();

  uint32_t buffer;
  diag::Engine &engine;
  std::string_view text;
  size_t pos = 0;
  bool newLine = false;
  bool matching = false;    ///< MATCH_RECOGNIZE was read
  size_t pattern = 0;       ///< brackets open in PATTERN (…): `|`, `{` and `$` stand there
  std::vector<Token> tokens;
  std::vector<HintComment> hints;
};

/// Length of the UTF-8 sequence at text[i], 0 if there is none.
size_t sequenceLength(std::string_view text, size_t i) {
  auto byte = [&](size_t k) {
    return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u;
  };
  unsigned char c = byte(i);
  size_t n = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
  for (size_t k = 1; k < n; ++k)
    if ((byte(i + k) & 0xC0) != 0x80)
      return 0;
  if ((c == 0xE0 && byte(i + 1) < 0xA0) || (c == 0xED && byte(i + 1) > 0x9F) ||
      (c == 0xF0 && byte(i + 1) < 0x90) || (c == 0xF4 && byte(i + 1) > 0x8F))
    return 0;
  return n;
}

void Lexer::checkUtf8() {
  for (size_t i = 0; i < text.size();) {
    size_t n = sequenceLength(text, i);
    if (n == 0) {
      unsigned byte = static_cast<unsigned char>(text[i]);
      engine.emit(range(i, i + 1), diag::UnexpectedCharacter,
                  fmt::format("the byte 0x{:02x}", byte))
          .hint("the text is not UTF-8 from here on");
      return;
    }
    i += n;
  }
}

void Lexer::skipBlanks() {
  while (pos < text.size()) {
    if (starts("\xEF\xBB\xBF")) { // byte order mark
      pos += 3;
    } else if (starts("\xC2\xA0")) { // no-break space
      pos += 2;
    } else if (std::string_view(" \t\r\n\f\v").find(peek()) != std::string_view::npos) {
      newLine |= peek() == '\n';
      ++pos;
    } else if (starts("--") || starts("//")) {
      while (pos < text.size() && peek() != '\n')
        ++pos;
    } else if (starts("/*")) {
      size_t end = text.find("*/", pos + 2);
      if (end == text.npos) {
        engine.emit(range(pos, pos + 2), diag::UnclosedText, "this comment")
            .hint("`*/` is missing");
        pos = text.size();
        push(Tok::Error, pos).faulty = true;
        return;
      }
      if (peek(2) == '+')
        hints.push_back({range(pos, end + 2), tokens.size()});
      newLine |= text.substr(pos, end - pos).find('\n') != std::string_view::npos;
      pos = end + 2;
    } else {
      return;
    }
  }
}

/// Reads 'x''y' from the quote at `pos`; nothing if it is not closed.
std::optional<std::string> Lexer::quoted(char mark, std::string_view what) {
  size_t open = pos++;
  std::string value;
  for (; pos < text.size(); ++pos) {
    if (text[pos] != mark) {
      value += text[pos];
    } else if (peek(1) == mark) {
      value += mark;
      ++pos;
    } else {
      ++pos;
      return value;
    }
  }
  engine.emit(range(open, open + 1), diag::UnclosedText, what)
      .hint(fmt::format("no closing {} follows", mark == '\'' ? "quote" : "backquote"));
  push(Tok::Error, open).faulty = true;
  return std::nullopt;
}

void Lexer::string(size_t begin) {
  if (auto value = quoted('\'', "this string"))
    push(Tok::String, begin, std::move(*value));
}

void Lexer::binary(size_t begin) {
  size_t open = pos;
  auto value = quoted('\'', "this string");
  if (!value)
    return;
  const char *rule = "pairs of hexadecimal digits";
  bool faulty = false;
  for (size_t i = 0; i < value->size() && !faulty; ++i)
    if (hexValue((*value)[i]) < 0) {
      size_t n = std::max<size_t>(1, sequenceLength(text, open + 1 + i));
      engine.emit(range(open + 1 + i, open + 1 + i + n), diag::LiteralSyntax,
                  "a binary string", rule);
      faulty = true;
    }
  if (!faulty && value->size() % 2) {
    engine.emit(range(begin, pos), diag::LiteralSyntax, "a binary string", rule)
        .hint("one digit is missing");
    faulty = true;
  }
  push(Tok::Binary, begin, std::move(*value)).faulty = faulty;
}

/// U&'\263A \+01F600', with `\` or the character after UESCAPE.
void Lexer::unicodeString(size_t begin) {
  size_t open = pos;
  auto value = quoted('\'', "this string");
  if (!value)
    return;
  size_t end = pos, blanks = pos;
  char escape = '\\';
  while (blanks < text.size() && isspace(static_cast<unsigned char>(text[blanks])))
    ++blanks;
  if (upperCase(text.substr(blanks, 7)) == "UESCAPE") {
    size_t quote = text.find_first_not_of(" \t\r\n", blanks + 7);
    if (quote != text.npos && quote + 2 < text.size() && text[quote] == '\'' &&
        text[quote + 2] == '\'') {
      escape = text[quote + 1];
      end = quote + 3;
    }
  }
  std::string decoded;
  bool faulty = false;
  uint32_t high = 0; // first half of a surrogate pair
  for (size_t i = 0; i < value->size();) {
    if ((*value)[i] != escape) {
      faulty |= high != 0;
      decoded += (*value)[i++];
      continue;
    }
    if (i + 1 < value->size() && (*value)[i + 1] == escape) {
      faulty |= high != 0;
      decoded += escape;
      i += 2;
      continue;
    }
    bool six = i + 1 < value->size() && (*value)[i + 1] == '+';
    size_t first = i + (six ? 2 : 1), count = six ? 6 : 4;
    uint32_t code = 0;
    for (size_t k = first; k < first + count; ++k) {
      int digit = k < value->size() ? hexValue((*value)[k]) : -1;
      code = digit < 0 ? 0x110000 : code < 0x110000 ? code * 16 + digit : code;
      if (digit < 0)
        break;
    }
    i = std::min(first + count, value->size());
    if (high && code >= 0xDC00 && code < 0xE000) {
      appendUtf8(decoded, 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00));
      high = 0;
    } else if (!high && code >= 0xD800 && code < 0xDC00) {
      high = code;
    } else if (high || code > 0x10FFFF || (code >= 0xDC00 && code < 0xE000)) {
      faulty = true;
      break;
    } else {
      appendUtf8(decoded, code);
    }
  }
  faulty |= high != 0;
  if (faulty)
    engine.emit(range(open, pos), diag::LiteralSyntax, "a U& string",
                fmt::format("escapes of four hexadecimal digits, `{0}00E9`, or six, "
                            "`{0}+01F600`", escape));
  pos = end;
  push(Tok::String, begin, std::move(decoded)).faulty = faulty;
}

/// E'tab\t', as in C: \b \f \n \r \t, \123 octal, \x41, \u00E9, \U0001F600.
void Lexer::escapedString(size_t begin) {
  size_t open = pos++;
  std::string value;
  bool faulty = false;
  for (;; ++pos) {
    if (pos >= text.size()) {
      pos = open; // said by the reading of an ordinary string
      return string(begin);
    }
    if (text[pos] == '\'' && peek(1) != '\'')
      break;
    if (text[pos] == '\'') {
      value += text[pos++];
      continue;
    }
    if (text[pos] != '\\' || pos + 1 >= text.size()) {
      value += text[pos];
      continue;
    }
    char c = text[++pos];
    size_t simple = std::string_view("bfnrt").find(c);
    if (simple != std::string_view::npos) {
      value += "\b\f\n\r\t"[simple];
      continue;
    }
    size_t most = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    bool octal = c >= '0' && c <= '7';
    if (!most && !octal) { // \\, \' and anything else: the character itself
      value += c;
      continue;
    }
    uint32_t code = 0;
    size_t digits = 0, base = octal ? 8 : 16, at = pos + (octal ? 0 : 1);
    for (size_t limit = octal ? 3 : most; digits < limit && at < text.size(); ++at, ++digits) {
      int digit = hexValue(text[at]);
      if (digit < 0 || digit >= static_cast<int>(base) || code > 0x10FFFF)
        break;
      code = code * base + digit;
    }
    if (digits == 0 || (most > 2 && digits != most) || code > 0x10FFFF ||
        (code >= 0xD800 && code < 0xE000))
      faulty = true;
    else
      appendUtf8(value, code);
    pos = at - 1;
  }
  ++pos;
  if (faulty)
    engine.emit(range(open, pos), diag::LiteralSyntax, "an E string",
                "escapes such as `\\n`, `\\x41`, `\\u00E9`, `\\U0001F600`");
  push(Tok::String, begin, std::move(value)).faulty = faulty;
}

void Lexer::backquotes() {
  size_t begin = pos;
  auto value = quoted('`', "this name");
  if (!value)
    return;
  bool empty = value->empty();
  if (empty)
    engine.emit(range(begin, pos), diag::ExpectedSql, "a name between the backquotes",
                "nothing");
  push(Tok::QuotedName, begin, std::move(*value)).faulty = empty;
}

void Lexer::doubleQuotes(std::string_view open, std::string_view close) {
  size_t begin = pos, end = text.find(close, pos + open.size());
  if (end == text.npos) {
    engine.emit(range(begin, begin + open.size()), diag::DoubleQuotes)
        .hint("a string stands between single quotes");
    pos = text.size();
    push(Tok::Error, begin).faulty = true;
    return;
  }
  std::string value(text.substr(begin + open.size(), end - begin - open.size()));
  pos = end + close.size();
  engine.emit(range(begin, pos), diag::DoubleQuotes)
      .hint(fmt::format("for a string write {}, for a name `{}`", quote(value, '\''), value));
  push(Tok::QuotedName, begin, std::move(value)).faulty = true;
}

void Lexer::word() {
  size_t begin = pos;
  while (pos < text.size() && isWordByte(text[pos]) && !(pattern && peek() == '$')) {
    // Typographic characters and no-break spaces end a word.
    if (starts("\xE2\x80") || starts("\xC2\xA0") || starts("\xE2\x89") ||
        starts("\xE2\x88\x92"))
      break;
    ++pos;
  }
  std::string upper = upperCase(text.substr(begin, pos - begin));
  if (peek() == '\'') {
    if (upper == "X")
      return binary(begin);
    if (upper == "N" || upper[0] == '_')
      return string(begin);
    if (upper == "E")
      return escapedString(begin);
  }
  if (upper == "U" && peek() == '&' && peek(1) == '\'') {
    ++pos;
    return unicodeString(begin);
  }
  if (upper[0] == '_' && peek() == '-') { // _UTF-8'…', _UTF-16LE'…'
    size_t quote = pos + 1;
    while (quote < text.size() && (isWordByte(text[quote]) || text[quote] == '-'))
      ++quote;
    if (quote < text.size() && text[quote] == '\'') {
      pos = quote;
      return string(begin);
    }
  }
  matching |= upper == "MATCH_RECOGNIZE";
  push(Tok::Word, begin, std::move(upper));
}

void Lexer::number() {
  size_t begin = pos;
  Tok kind = Tok::Integer;
  auto digits = [&] {
    size_t from = pos;
    while (isDigit(peek()))
      ++pos;
    return pos != from;
  };
  digits();
  if (peek() == '.') {
    kind = Tok::Decimal;
    ++pos;
    digits();
  }
  size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
  if ((peek() == 'e' || peek() == 'E') && isDigit(peek(1 + sign))) {
    kind = Tok::Approximate;
    pos += 1 + sign;
    digits();
  }
  size_t end = pos;
  while (pos < text.size() && isWordByte(peek()) && !starts("\xC2\xA0") &&
         !starts("\xE2\x80"))
    ++pos;
  bool wrong = pos != end;
  if (wrong && isReserved(upperCase(text.substr(end, pos - end)))) { // 1THEN
    pos = end;
    wrong = false;
  }
  std::string value(text.substr(begin, pos - begin));
  if (wrong) {
    auto d = engine.emit(range(begin, pos), diag::NumberSyntax, value);
    if (value.size() > 2 && value[0] == '0' && (value[1] == 'x' || value[1] == 'X'))
      d.hint(fmt::format("bytes are written x'{}'", value.substr(2)));
    else if (value.find('_') != value.npos)
      d.hint("digits stand without separators");
    else
      d.hint("a name that begins with a digit stands in backquotes");
  }
  push(kind, begin, std::move(value)).faulty = wrong;
}

/// A sign that has a meaning in PATTERN (…) only.
bool Lexer::patternSymbol() const {
  return pattern && std::string_view("|{}^$").find(peek()) != std::string_view::npos;
}

/// Operators and quotes of other languages; false if there is none here.
bool Lexer::foreignSymbol() {
  struct Foreign {
    std::string_view symbol, hint;
    Tok meant;
    std::string_view word;
  };
  static constexpr Foreign table[] = {
      {"<=>", "write `IS NOT DISTINCT FROM`", Tok::Eq, ""},
      {"==", "write `=`", Tok::Eq, ""},
      {"&&", "write `AND`", Tok::Word, "AND"},
      {"::", "write `CAST(value AS type)`", Tok::Error, ""},
      {"^", "a power is `POWER(a, b)`", Tok::Error, ""},
      {"&", "there are no operators on bits", Tok::Error, ""},
      {"|", "strings are joined by `||`; there are no operators on bits", Tok::Error, ""},
      {"~", "patterns are tested by `LIKE`, `SIMILAR TO` and `REGEXP(text, pattern)`",
       Tok::Error, ""},
      {"!", "write `NOT`", Tok::Word, "NOT"},
      {"\xE2\x89\xA0", "write `<>`", Tok::Ne, ""},
      {"\xE2\x89\xA4", "write `<=`", Tok::Le, ""},
      {"\xE2\x89\xA5", "write `>=`", Tok::Ge, ""},
      {"\xE2\x88\x92", "this is a typographic minus: write `-`", Tok::Minus, ""},
      {"\xE2\x80\x93", "this is a dash: write `-`", Tok::Minus, ""},
  };
  if (starts("!="))
    return false;
  if (starts("||"))
    return false;
  for (const Foreign &f : table)
    if (starts(f.symbol)) {
      engine.emit(range(pos, pos + f.symbol.size()), diag::OperatorSpelling, f.symbol)
          .hint(std::string(f.hint));
      pushFaulty(f.meant, f.symbol.size(), std::string(f.word));
      return true;
    }
  if (peek() == '"')
    doubleQuotes("\"", "\"");
  else if (starts("\xE2\x80\x9C"))
    doubleQuotes("\xE2\x80\x9C", "\xE2\x80\x9D");
  else if (starts("\xE2\x80\x98"))
    doubleQuotes("\xE2\x80\x98", "\xE2\x80\x99");
  else
    return false;
  return true;
}

void Lexer::unknown() {
  size_t n = std::max<size_t>(1, sequenceLength(text, pos));
  std::string shown(text.substr(pos, n));
  unsigned byte = static_cast<unsigned char>(shown[0]);
  if (byte < 0x20 || byte == 0x7F)
    shown = fmt::format("the control character 0x{:02x}", byte);
  else
    shown = fmt::format("`{}`", shown);
  auto d = engine.emit(range(pos, pos + n), diag::UnexpectedCharacter, shown);
  if (peek() == '#')
    d.hint("a comment begins with `--`");
  else if (peek() == '\\')
    d.hint("a quote inside a string is doubled: 'it''s'");
  else if (peek() == '{')
    d.hint("JDBC escapes are not read: write the function or literal itself");
  pushFaulty(Tok::Error, n);
}

void Lexer::symbol() {
  struct Symbol {
    std::string_view text;
    Tok kind;
  };
  static constexpr Symbol table[] = {
      {"|", Tok::Bar},     {"{", Tok::LBrace},   {"}", Tok::RBrace},
      {"^", Tok::Caret},   {"$", Tok::Dollar}, // these five in patterns only
      {"<>", Tok::Ne},     {"!=", Tok::Ne},      {"<=", Tok::Le},
      {">=", Tok::Ge},     {"=>", Tok::Arrow},   {"||", Tok::Concat},
      {"=", Tok::Eq},      {"<", Tok::Lt},       {">", Tok::Gt},
      {"(", Tok::LParen},  {")", Tok::RParen},   {"[", Tok::LBracket},
      {"]", Tok::RBracket}, {",", Tok::Comma},   {".", Tok::Dot},
      {";", Tok::Semicolon}, {"?", Tok::Question}, {"+", Tok::Plus},
      {"-", Tok::Minus},   {"*", Tok::Star},     {"/", Tok::Slash},
      {"%", Tok::Percent},
  };
  for (const Symbol &s : table)
    if (starts(s.text) && (pattern || s.kind < Tok::Bar)) {
      size_t begin = pos;
      if (s.kind == Tok::LParen) {
        bool opens = matching && !tokens.empty() && tokens.back().kind == Tok::Word &&
                     tokens.back().text == "PATTERN";
        pattern += pattern || opens;
      } else if (s.kind == Tok::RParen && pattern && --pattern == 0) {
        matching = false;
      } else if (s.kind == Tok::Semicolon) {
        matching = false;
        pattern = 0;
      }
      pos += s.text.size();
      push(s.kind, begin, std::string(s.text));
      return;
    }
  unknown();
}

TokenList Lexer::run(SourceRange part) {
  text = text.substr(0, part.end);
  pos = part.begin;
  return run();
}

TokenList Lexer::run() {
  size_t begin = pos;
  for (;;) {
    skipBlanks();
    if (pos >= text.size())
      break;
    char c = peek();
    bool typographic = starts("\xE2\x80") || starts("\xE2\x88\x92") || starts("\xE2\x89");
    if (isDigit(c) || (c == '.' && isDigit(peek(1))))
      number();
    else if (c == '\'')
      string(pos);
    else if (c == '`')
      backquotes();
    else if (isWordByte(c) && !typographic && !(pattern && c == '$'))
      word();
    else if (patternSymbol() || !foreignSymbol())
      symbol();
  }
  size_t end = tokens.empty() ? begin : tokens.back().range.end;
  tokens.push_back({Tok::End, range(end, end), {}, newLine, false});
  return {std::move(tokens), std::move(hints)};
}

} // namespace

TokenList lex(uint32_t buffer, diag::Engine &engine) {
  Lexer lexer(buffer, engine);
  lexer.checkUtf8();
  return lexer.run();
}
TokenList lexPart(SourceRange part, diag::Engine &engine) {
  return Lexer(part.buffer, engine).run(part);
}

} // namespace levada::sql
