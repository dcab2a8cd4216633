//===- Syntax.cpp - what is wrong with a file that is not TOML --------------===//
//
// A light lexer (strings, words, punctuation, brackets) walks the file up to
// the byte where the parser stopped. What it saw on the way, an open quote or
// bracket, a word that is no value, tells more than the last byte read.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Syntax.h"

#include "frontend/toml/Words.h"
#include "ir/diag/codes/Document.h"

#include <algorithm>
#include <cctype>

namespace levada::doc {
namespace {

class Explainer {
public:
  Explainer(uint32_t file, size_t at, Fault fault, diag::Engine &engine)
      : file(file), text(engine.sourceMap().text(file)), at(at), fault(fault),
        engine(engine) {}
  void run();

private:
  /// What the lexer knows at the place of the error.
  struct State {
    std::vector<Token> open;  ///< brackets of values, innermost last
    std::vector<Token> line;  ///< tokens of the statement before the error
    Token token;              ///< at the error
    bool header = false;      ///< the statement is a [header]
  };
  State walk() const;

  bool brokenString();
  bool badEscape();
  bool openBracket(const State &state);
  bool badStatement(const State &state);
  bool badKey(const State &state);
  bool controlCharacter(const State &state);
  bool badHeader(const State &state);
  bool afterValue(const State &state);
  bool badValue(const State &state);

  diag::InFlight say(size_t begin, size_t end, std::string what) {
    return engine.emit(range(begin, end), diag::TomlSyntax, what);
  }
  SourceRange range(size_t begin, size_t end) const {
    return {file, uint32_t(begin), uint32_t(end)};
  }
  SourceRange range(const Token &t) const { return range(t.begin, t.end); }
  std::string_view str(const Token &t) const {
    return text.substr(t.begin, t.end - t.begin);
  }
  bool startsLine(size_t byte) const {
    while (byte > 0 && (text[byte - 1] == ' ' || text[byte - 1] == '\t'))
      --byte;
    return byte == 0 || text[byte - 1] == '\n';
  }
  /// The character at the error for a message.
  std::string here() const {
    if (at >= text.size())
      return "the end of the file";
    if (text[at] == '\n' || text[at] == '\r')
      return "the end of the line";
    size_t end = at + 1;
    while (end < text.size() && (uint8_t(text[end]) & 0xC0) == 0x80)
      ++end;
    return fmt::format("`{}`", text.substr(at, end - at));
  }

  uint32_t file;
  std::string_view text;
  size_t at;
  Fault fault;
  diag::Engine &engine;
};

Explainer::State Explainer::walk() const {
  State state;
  for (size_t pos = markLength(text);;) {
    Token token = lex(text, pos);
    bool reached = token.kind == TokenKind::End || token.end > at ||
                   (token.kind == TokenKind::Line && token.begin >= at);
    if (reached) {
      state.token = token;
      return state;
    }
    pos = token.end;
    if (token.kind == TokenKind::Comment)
      continue;
    if (token.kind == TokenKind::Line) {
      if (state.open.empty()) {
        state.line.clear();
        state.header = false;
      }
      continue;
    }
    char c = token.kind == TokenKind::Punct ? text[token.begin] : 0;
    if (state.line.empty() && c == '[')
      state.header = true;
    if (!state.header && (c == '[' || c == '{'))
      state.open.push_back(token);
    if (!state.header && (c == ']' || c == '}') && !state.open.empty())
      state.open.pop_back();
    state.line.push_back(token);
  }
}

/// The first quote before the error that nothing closes.
bool Explainer::brokenString() {
  for (size_t pos = markLength(text); pos <= at;) {
    Token token = lex(text, pos);
    if (token.kind == TokenKind::End || token.begin > at)
      return false;
    pos = token.end;
    if (token.kind != TokenKind::String || token.literal.closed)
      continue;
    std::string quotes(token.literal.quotes, token.literal.quote);
    auto said = say(token.begin, token.begin + quotes.size(),
                    fmt::format("the string begun here has no closing `{}`",
                                quotes));
    if (quotes.size() == 1)
      said.hint(fmt::format("close it on this line; `{0}{0}{0}` on both sides "
                            "lets it span lines",
                            token.literal.quote));
    else
      said.hint(fmt::format("add `{}` where it ends", quotes));
    return true;
  }
  return false;
}

bool Explainer::badEscape() {
  size_t slash = at;
  if (fault == Fault::CodePoint) {
    size_t end = slash + 2;
    while (end < text.size() && end - slash < 10 && std::isxdigit(uint8_t(text[end])))
      ++end;
    say(slash, end,
        "this names no character: `\\u` takes 4 hexadecimal digits, `\\U` 8");
    return true;
  }
  if (fault != Fault::Escape)
    return false;
  size_t end = slash + 2;
  while (end < text.size() && (uint8_t(text[end]) & 0xC0) == 0x80)
    ++end;
  std::string_view escape = text.substr(slash, end - slash);
  size_t lineEnd = std::min(text.find('\n', slash), text.size());
  bool apostrophe = text.substr(slash, lineEnd - slash).find('\'') !=
                    std::string_view::npos;
  say(slash, end, fmt::format("TOML has no escape `{}`", escape))
      .hint(fmt::format("write `\\{}`, or put {} around the text: there a "
                        "backslash is itself",
                        escape, apostrophe ? "'''…'''" : "'…'"));
  return true;
}

/// A value whose bracket is still open where a new statement begins.
bool Explainer::openBracket(const State &state) {
  if (state.open.empty())
    return false;
  const Token &open = state.open.back();
  const Token &token = state.token;
  bool inList = text[open.begin] == '[';
  bool otherLine =
      text.substr(open.begin, std::min(at, text.size()) - open.begin)
          .find('\n') != std::string_view::npos;
  if (!inList) {
    bool comma = !state.line.empty() && str(state.line.back()) == ",";
    if (at >= text.size() || token.kind == TokenKind::End ||
        token.kind == TokenKind::Line || token.kind == TokenKind::Comment ||
        otherLine) {
      say(open.begin, open.end,
          "the inline table begun here has no `}` on its line")
          .hint("it stands on one line; a table of more lines has a header of "
                "its own, such as [source.NAME.columns]");
      return true;
    }
    if (text[token.begin] == '}' && comma) {
      const Token &last = state.line.back();
      say(last.begin, last.end, "`,` before `}`").hint("leave it out");
      return true;
    }
    return false;
  }
  // A header or `key =` inside a list: the list was meant to have ended.
  Token next = lex(text, token.end);
  bool keyed = token.kind == TokenKind::Word && next.kind == TokenKind::Punct &&
               text[next.begin] == '=';
  bool header = token.kind == TokenKind::Punct && text[token.begin] == '[' &&
                next.kind == TokenKind::Word;
  if (state.open.size() > 1 && token.kind == TokenKind::Word &&
      open.end == token.begin && startsLine(open.begin)) {
    // [header], read as a list in the list.
    const Token &outer = state.open[state.open.size() - 2];
    if (text[outer.begin] == '[') {
      say(outer.begin, outer.end, "the list begun here has no closing `]`")
          .label(range(open.begin, token.end),
                 "this still counts as part of it");
      return true;
    }
  }
  if (token.kind == TokenKind::End || (otherLine && (keyed || header))) {
    auto said = say(open.begin, open.end,
                    "the list begun here has no closing `]`");
    if (token.kind != TokenKind::End)
      said.label(range(token), "this still counts as part of it");
    return true;
  }
  if (fault == Fault::Comma || (token.kind == TokenKind::Punct &&
                            text[token.begin] == ',' && !state.line.empty() &&
                            (str(state.line.back()) == "," ||
                             &state.line.back() == &open))) {
    say(token.begin, token.end, "a value is missing before this `,`");
    return true;
  }
  return false;
}

bool Explainer::badHeader(const State &state) {
  if (!state.header)
    return false;
  const Token &first = state.line.front();
  size_t end = first.begin;
  while (end < text.size() && text[end] != '\n' && text[end] != '\r' &&
         text[end] != '#')
    ++end;
  while (end > first.end && (text[end - 1] == ' ' || text[end - 1] == '\t'))
    --end;
  if (fault == Fault::EmptyHeader) {
    say(first.begin, end, "this header names no table")
        .hint("write [source.NAME], [stream.NAME] or [sink.NAME]");
    return true;
  }
  bool twoOpen = state.line.size() > 1 && str(state.line[1]) == "[" &&
                 state.line[1].begin == first.end;
  if (fault == Fault::LineEnd && state.token.kind == TokenKind::Punct &&
      text[state.token.begin] == ']')
    say(state.token.begin, state.token.end, "one `]` too many");
  else if (fault == Fault::LineEnd)
    say(state.token.begin, state.token.end,
        "something stands after the header")
        .hint("begin a new line here");
  else
    say(first.begin, end,
        fmt::format("the header has no closing `{}`", twoOpen ? "]]" : "]"));
  return true;
}

bool Explainer::badStatement(const State &state) {
  const Token &token = state.token;
  if (fault == Fault::Equals) {
    std::string key;
    for (const Token &t : state.line)
      if (std::string_view s = str(t); s == "{" || s == "," || s == "=")
        key.clear();
      else
        key += s;
    if (key.substr(0, 2) == "--") {
      say(state.line[0].begin, state.line[0].begin + 2,
          "this begins neither a key nor a table")
          .hint("comments begin with `#`");
      return true;
    }
    if (key == "SELECT" || key == "CREATE" || key == "INSERT" ||
        key == "WITH" || key == "SET") {
      say(state.line[0].begin, state.line[0].end,
          "SQL is not a part of the file by itself")
          .hint("a query stands in a string: sql = \"SELECT …\"");
      return true;
    }
    if (at < text.size() && text[at] == ':') {
      // `key: value`; the lexer took the colon for a part of the word.
      say(at, at + 1, "a key and its value are joined by `=`, not `:`");
      return true;
    }
    auto said = say(at, std::min(std::max(token.end, at + 1), text.size()),
                    fmt::format("expected `=` after the key `{}`, found {}",
                                key, here()));
    size_t lineEnd = std::min(text.find('\n', at), text.size());
    if (token.kind == TokenKind::Word &&
        text.substr(at, lineEnd - at).find('=') != std::string_view::npos)
      said.hint("a key with blanks in it stands in quotes");
    return true;
  }
  if (fault == Fault::Value && state.line.size() > 1 &&
      str(state.line.back()) == "=") {
    const Token &key = state.line[state.line.size() - 2];
    say(key.begin, state.line.back().end,
        fmt::format("`{}` has no value", str(key)))
        .hint(R"(after `=` comes "text", a number, true, false, [list] or {table})");
    return true;
  }
  if (!state.line.empty())
    return false;
  if (at >= text.size())
    return false;
  std::string_view rest = text.substr(at);
  auto starts = [&](std::string_view s) { return rest.substr(0, s.size()) == s; };
  if (starts("//") || starts("--") || starts("/*") || starts(";")) {
    say(at, at + (starts(";") ? 1 : 2), "this begins neither a key nor a table")
        .hint("comments begin with `#`");
    return true;
  }
  if (rest[0] == '=') {
    say(at, at + 1, "a key is missing before `=`");
    return true;
  }
  if (isPunct(rest[0])) {
    auto said = say(
        at, at + 1, fmt::format("{} begins neither a key nor a table", here()));
    if (rest[0] == '{')
      said.hint("this looks like JSON; a pipeline file is TOML");
    return true;
  }
  return false;
}

/// A word where a key stands that holds more than a key may.
bool Explainer::badKey(const State &state) {
  const Token &token = state.token;
  bool key = fault == Fault::Key || fault == Fault::InlineKey;
  bool within = (fault == Fault::Equals || fault == Fault::HeaderEnd) &&
                token.begin < at && text[at] != ':';
  std::string_view word = str(token);
  if ((!key && !within) || token.kind != TokenKind::Word ||
      word.substr(0, 2) == "//" || word.substr(0, 2) == "/*" || word[0] == ';')
    return false;
  say(token.begin, token.end,
      fmt::format("`{}` cannot stand as a key without quotes", word))
      .hint("letters a-z, digits, `_` and `-` need none");
  return true;
}

/// Something follows a complete value.
bool Explainer::afterValue(const State &state) {
  bool list = !state.open.empty();
  if ((fault != Fault::LineEnd && fault != Fault::ListEnd &&
       fault != Fault::InlineEnd) ||
      state.line.empty())
    return false;
  const Token &last = state.line.back();
  const Token &token = state.token;
  if (at < text.size() && text[at] == '\r') {
    say(at, at + 1, "a carriage return alone does not end a line")
        .hint("save the file with LF or CRLF at the ends of lines");
    return true;
  }
  if (!list && token.kind == TokenKind::Word && text[token.begin] == ';') {
    say(token.begin, token.begin + 1, "`;` after the value")
        .hint("a line ends without it");
    return true;
  }
  if (last.kind == TokenKind::String && last.end == token.begin &&
      here() != "`;`") {
    char quote = last.literal.quote;
    say(last.end - 1, last.end, "the string ends at this quote")
        .hint(fmt::format("for quotes inside, put {} around the whole",
                          quote == '"' ? "'''…''' or '…'"
                                       : "\"…\" or '''…'''"));
    return true;
  }
  if (list && text[state.open.back().begin] == '[') {
    say(token.begin, token.end,
        fmt::format("expected `,` or `]` after the list's value, found {}",
                    here()));
    return true;
  }
  if (list) {
    say(token.begin, token.end,
        fmt::format("expected `,` or `}}` after the value, found {}", here()));
    return true;
  }
  say(token.begin, std::max(token.end, token.begin + 1),
      fmt::format("expected the end of the line after the value, found {}",
                  here()))
      .hint("each `key = value` has a line of its own");
  return true;
}

bool Explainer::badValue(const State &state) {
  size_t begin = at, end = text.find_first_of(" \t\r\n#,=[]{}\"'", at);
  end = std::min(end, text.size());
  if (begin == end)
    return false;
  std::string word(text.substr(begin, end - begin));
  std::string lower;
  for (char c : word)
    lower += char(std::tolower(uint8_t(c)));
  auto complain = [&] {
    return say(begin, end, fmt::format("`{}` is not a value", word));
  };
  bool number = std::isdigit(uint8_t(word[0])) ||
                ((word[0] == '-' || word[0] == '+') && word.size() > 1);
  size_t digits = lower.find_first_not_of("0123456789+-_.");
  if (lower == "true" || lower == "false") {
    complain().hint(fmt::format("write `{}`", lower));
  } else if (lower == "null" || lower == "nil" || lower == "none") {
    complain().hint("TOML has no null: leave the key out");
  } else if (lower == "yes" || lower == "no" || lower == "on" ||
             lower == "off") {
    complain().hint("write `true` or `false`");
  } else if (word.compare(0, 3, "“") == 0 || word.compare(0, 3, "‘") == 0 ||
             word.compare(0, 3, "”") == 0) {
    complain().hint("use the plain quotes \" or '");
  } else if (fault == Fault::Overflow) {
    say(begin, end, fmt::format("`{}` is out of the range of 64 bits", word));
  } else if (fault == Fault::LeadingZero) {
    complain().hint("a number has no leading zeros; text stands in quotes");
  } else if (number && digits != lower.npos && lower.find(':') == lower.npos &&
             std::isalpha(uint8_t(lower[digits])) && fault == Fault::Word) {
    complain().hint(fmt::format("durations, sizes and text stand in quotes: "
                                "\"{}\"",
                                word));
  } else if (fault == Fault::Fraction) {
    complain().hint("digits must follow the point");
  } else if (fault == Fault::Moment) {
    complain().hint("no such date or time: 2026-12-31, 23:59:59, "
                    "2026-12-31T23:59:59Z");
  } else if (word[0] == '.' && word.size() > 1 && std::isdigit(uint8_t(word[1]))) {
    complain().hint(fmt::format("write 0{}", word));
  } else if (number) {
    complain().hint("a number is made of digits; single `_` may part them");
  } else {
    complain().hint(fmt::format("text stands in quotes: \"{}\"", word));
  }
  return true;
}

/// In a string, or in a word.
bool Explainer::controlCharacter(const State &state) {
  size_t byte = at;
  if (fault != Fault::Control) {
    byte = state.token.kind == TokenKind::Word ? state.token.begin
                                               : state.token.end;
    while (byte < state.token.end && uint8_t(text[byte]) >= 0x20 &&
           text[byte] != 0x7F)
      ++byte;
    if (byte >= state.token.end)
      return false;
  }
  unsigned value = uint8_t(text[byte]);
  auto said = say(byte, byte + 1,
                  fmt::format("the file holds the control character {:#04x}",
                              value));
  if (state.token.kind == TokenKind::String)
    said.hint(fmt::format("between \" and \" write `\\u{:04x}`", value));
  return true;
}

void Explainer::run() {
  if (brokenString() || badEscape())
    return;
  State state = walk();
  if (controlCharacter(state) || badKey(state) || openBracket(state) ||
      badHeader(state) || badStatement(state) || afterValue(state) || badValue(state))
    return;
  size_t end = std::min(at + 1, text.size());
  if (fault == Fault::LongKey)
    say(at, std::min(at + 3, text.size()),
        "a key cannot be a string of several lines")
        .hint("use single quotes: 'key' or \"key\"");
  else if (fault == Fault::Key || fault == Fault::InlineKey)
    say(at, end, fmt::format("expected a key, found {}", here()));
  else
    say(at, end, fmt::format("expected a value, found {}", here()));
}

} // namespace

void explainSyntax(uint32_t file, size_t at, Fault fault,
                   diag::Engine &engine) {
  Explainer(file, at, fault, engine).run();
}

} // namespace levada::doc
