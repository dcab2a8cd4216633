//===- TomlFormat.cpp - pipeline files, laid out --------------------------===//
//
// Line by line: blanks around `=` and in brackets, line ends, empty lines, the
// indentation of lists. The lines of a list stay as their author broke them,
// longer ones are wrapped. A query in a string of several lines is laid out as
// SQL when that cannot change the string's meaning. The result is read again:
// where its values are not those of the file, the file stays as it is.
//
//===----------------------------------------------------------------------===//
#include "frontend/fmt/Comments.h"
#include "frontend/fmt/Format.h"
#include "frontend/sql/Parser.h"
#include "frontend/toml/Syntax.h"
#include "frontend/toml/Tree.h"
#include "frontend/toml/Words.h"

namespace levada::fmts {
namespace {

using doc::Token;
using doc::TokenKind;

/// A line of the file; a value may go over several.
struct Line {
  enum Kind { Blank, Comment, Header, Pair } kind = Blank;
  std::vector<Token> tokens; ///< without the Line at its end
  std::string key;           ///< Pair: as it is written out
  size_t equals = 0;         ///< Pair: index of `=`
  size_t pad = 0;            ///< Pair: blanks more before `=`
};

class Formatter {
public:
  Formatter(std::string_view text, diag::Engine &engine) : text(text), engine(engine) {}
  std::string run();

private:
  std::string_view of(const Token &t) const { return text.substr(t.begin, t.end - t.begin); }
  bool is(const Token &t, char c) const {
    return t.kind == TokenKind::Punct && text[t.begin] == c;
  }
  size_t columnOf(size_t at) const;
  Line readLine(size_t &pos) const;
  void align(std::vector<Line> &lines) const;
  void write(std::string_view s);
  void newLine(size_t indent);
  std::string_view words(const Token &comment) const;
  void trailing(const Token &comment);
  void header(const Line &line);
  void pair(const Line &line);
  bool value(const Line &line, bool asBroken);
  size_t itemWidth(const Line &line, size_t from) const;
  bool blank(const Token &before, const Token &t) const;
  std::string query(const Line &line, const Token &t) const;

  std::string_view text;
  diag::Engine &engine;
  std::string out;
  size_t column = 0;
};

/// Characters before byte `at` on its line.
size_t Formatter::columnOf(size_t at) const {
  size_t line = text.rfind('\n', at ? at - 1 : 0);
  size_t begin = line == text.npos || line >= at ? 0 : line + 1;
  return width(text.substr(begin, at - begin));
}

Line Formatter::readLine(size_t &pos) const {
  Line line;
  size_t open = 0;
  for (;;) {
    Token t = doc::lex(text, pos);
    if (t.kind == TokenKind::End) {
      pos = text.size();
      break;
    }
    pos = t.end;
    if (t.kind == TokenKind::Line && open == 0)
      break;
    bool value = line.kind == Line::Pair;
    if (line.tokens.empty())
      line.kind = t.kind == TokenKind::Comment ? Line::Comment
                  : is(t, '[')                 ? Line::Header
                                               : Line::Pair;
    if (value && (is(t, '[') || is(t, '{')))
      ++open;
    else if (value && open && (is(t, ']') || is(t, '}')))
      --open;
    line.tokens.push_back(t);
  }
  if (line.kind == Line::Pair)
    for (const Token &t : line.tokens) {
      if (is(t, '='))
        break;
      line.key += of(t);
      ++line.equals;
    }
  return line;
}

/// Keeps `=` in one column on lines where the author had put it there.
void Formatter::align(std::vector<Line> &lines) const {
  auto equals = [&](const Line &line) {
    bool pair = line.kind == Line::Pair && line.equals < line.tokens.size();
    return pair ? columnOf(line.tokens[line.equals].begin) : 0;
  };
  for (size_t i = 0, end; i < lines.size(); i = end) {
    size_t column = equals(lines[i]), most = 0;
    for (end = i; end < lines.size() && equals(lines[end]) == column; ++end)
      most = std::max(most, width(lines[end].key));
    for (size_t k = i; k < end && column && end - i > 1; ++k)
      lines[k].pad = most - width(lines[k].key);
  }
}

void Formatter::write(std::string_view s) {
  out += s;
  size_t line = s.rfind('\n');
  column = line == s.npos ? column + width(s) : width(s.substr(line + 1));
}

void Formatter::newLine(size_t indent) {
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  out += '\n';
  out.append(indent, ' ');
  column = indent;
}

/// A comment behind something: in the column where it stood, if that is free;
/// when its line was indented otherwise, as far behind as it was.
void Formatter::trailing(const Token &comment) {
  size_t wanted = columnOf(comment.begin);
  size_t before = comment.begin;
  while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\t'))
    --before;
  auto indent = [](std::string_view all, size_t at) {
    size_t line = at ? all.rfind('\n', at - 1) : all.npos;
    size_t begin = line == all.npos ? 0 : line + 1;
    return all.find_first_not_of(" \t", begin) - begin;
  };
  if (indent(text, comment.begin) != indent(out, out.size()))
    wanted = column + (comment.begin - before);
  out.append(wanted > column ? wanted - column : 1, ' ');
  column = std::max(wanted, column + 1);
  write(words(comment));
}

/// A comment without the blanks at its end.
std::string_view Formatter::words(const Token &comment) const {
  std::string_view words = of(comment);
  while (!words.empty() && (words.back() == ' ' || words.back() == '\t' || words.back() == '\r'))
    words.remove_suffix(1);
  return words;
}

/// Is there a blank before `t` on a line of a value?
bool Formatter::blank(const Token &before, const Token &t) const {
  if (is(t, ',') || is(t, '.') || is(before, '.') || is(t, ']') || is(before, '['))
    return false;
  if (is(before, '{') && is(t, '}'))
    return false;
  return true;
}

/// Columns of the item that begins at token `from`, with what ends it.
size_t Formatter::itemWidth(const Line &line, size_t from) const {
  size_t sum = 0, open = 0;
  for (size_t i = from; i < line.tokens.size(); ++i) {
    const Token &t = line.tokens[i];
    if (t.kind == TokenKind::Line || t.kind == TokenKind::Comment)
      break;
    std::string_view words = of(t);
    if (words.find('\n') != words.npos)
      return sum;
    if (i > from && blank(line.tokens[i - 1], t))
      ++sum;
    sum += width(words);
    if (is(t, '[') || is(t, '{'))
      ++open;
    else if ((is(t, ']') || is(t, '}')) && open-- == 0)
      break;
    else if (is(t, ',') && open == 0)
      break;
  }
  return sum;
}

/// The string of `sql`, laid out if it has lines of its own; else as it is.
std::string Formatter::query(const Line &line, const Token &t) const {
  std::string as(of(t));
  const doc::Literal &l = t.literal;
  const Token &key = line.tokens[line.equals - 1];
  if (of(key) != "sql" || l.quotes != 3 || !l.closed)
    return as;
  std::string content(text.substr(l.contentBegin(), l.contentEnd() - l.contentBegin()));
  bool plain = l.quote == '\'' || content.find('\\') == content.npos;
  if (!plain || !(content.starts_with("\n") || content.starts_with("\r\n")))
    return as;
  SourceMap &sources = engine.sourceMap();
  diag::Engine quiet(sources);
  uint32_t buffer = sources.addFile("sql", content);
  auto before = sql::parseQuery(buffer, quiet);
  auto formatted = before ? formatQuery(buffer, quiet) : std::nullopt;
  if (!formatted)
    return as;
  std::string marks(3, l.quote);
  auto after = sql::parseQuery(sources.addFile("sql", *formatted), quiet);
  bool safe = after && sql::print(*after) == sql::print(*before) &&
              formatted->find(marks) == formatted->npos &&
              (l.quote == '\'' || formatted->find('\\') == formatted->npos);
  return safe ? marks + "\n" + *formatted + marks : as;
}

/// Writes a value; `asBroken`: lists keep the lines of their author. False if a
/// line was longer than it may be and lists can be filled anew.
bool Formatter::value(const Line &line, bool asBroken) {
  bool fits = true, commented = false;
  struct Open {
    bool list;
    size_t indent; ///< of the lines of a list
    size_t outer;  ///< of its closing bracket on a line of its own
  };
  std::vector<Open> open;
  size_t breaks = 0; // line breaks since the last token
  const Token *before = &line.tokens[line.equals];
  size_t base = 0;
  for (size_t i = line.equals + 1; i < line.tokens.size(); ++i) {
    const Token &t = line.tokens[i];
    if (t.kind == TokenKind::Line) {
      ++breaks;
      continue;
    }
    bool closes = is(t, ']') || is(t, '}');
    commented |= t.kind == TokenKind::Comment && !open.empty();
    if (!asBroken && breaks && before && !is(*before, '[') && !closes)
      breaks = 0;
    if (t.kind == TokenKind::Comment && breaks == 0) {
      trailing(t);
      continue;
    }
    if (breaks && !open.empty()) {
      if (before && is(*before, '[')) // items on lines of their own
        open.back().indent = open.back().outer + 2;
      if (breaks > 1 && !closes && !(before && is(*before, '['))) {
        newLine(0);
      }
      newLine(closes ? open.back().outer : open.back().indent);
    } else if (before && is(*before, ',') && !open.empty() && open.back().list &&
               column + 1 + itemWidth(line, i) > lineWidth) {
      newLine(open.back().indent);
      fits = false;
    } else if (before && blank(*before, t)) {
      write(" ");
    }
    breaks = 0;
    if (t.kind == TokenKind::Comment) {
      write(words(t));
      before = nullptr;
      continue;
    }
    if (closes && !open.empty())
      open.pop_back();
    base = open.empty() ? 0 : open.back().indent;
    write(t.kind == TokenKind::String && open.empty() ? query(line, t) : std::string(of(t)));
    if (is(t, '[') || is(t, '{'))
      open.push_back({is(t, '['), column, base});
    before = &t;
  }
  return fits || commented;
}

void Formatter::header(const Line &line) {
  // A header stands apart from what is above it and its comments.
  size_t at = out.size();
  while (at > 0) {
    size_t begin = out.rfind('\n', at - 2);
    begin = at < 2 || begin == out.npos ? 0 : begin + 1;
    if (out[begin] != '#')
      break;
    at = begin;
  }
  if (at > 1 && !(out[at - 1] == '\n' && out[at - 2] == '\n'))
    out.insert(at, "\n");
  for (const Token &t : line.tokens)
    t.kind == TokenKind::Comment ? trailing(t) : write(of(t));
}

void Formatter::pair(const Line &line) {
  write(line.key);
  out.append(line.pad, ' ');
  column += line.pad;
  write(" =");
  size_t begin = out.size(), from = column;
  if (value(line, true))
    return;
  // A line was too long: the list's lines are filled anew.
  out.resize(begin);
  column = from;
  value(line, false);
}

std::string Formatter::run() {
  std::vector<Line> lines;
  for (size_t pos = doc::markLength(text); pos < text.size();)
    lines.push_back(readLine(pos));
  align(lines);
  bool blankLine = false;
  for (const Line &line : lines) {
    if (line.kind == Line::Blank) {
      blankLine = !out.empty();
      continue;
    }
    if (blankLine)
      out += '\n';
    blankLine = false;
    column = 0;
    switch (line.kind) {
    case Line::Header:
      header(line);
      break;
    case Line::Pair:
      pair(line);
      break;
    default:
      write(words(line.tokens[0]));
      break;
    }
    while (!out.empty() && (out.back() == ' ' || out.back() == '\t'))
      out.pop_back();
    out += '\n';
  }
  return std::move(out);
}

/// Are the values of two files the same, queries compared as trees?
bool same(const doc::Node &a, const doc::Node &b, std::string_view key, diag::Engine &quiet) {
  if (a.kind != b.kind || a.items.size() != b.items.size() ||
      a.members.size() != b.members.size() || a.origin != b.origin)
    return false;
  for (size_t i = 0; i < a.items.size(); ++i)
    if (!same(a.items[i], b.items[i], "", quiet))
      return false;
  for (size_t i = 0; i < a.members.size(); ++i)
    if (a.members[i].key.text != b.members[i].key.text ||
        !same(a.members[i].value, b.members[i].value, a.members[i].key.text, quiet))
      return false;
  if (a.text == b.text)
    return true;
  if (key != "sql" || !a.isString())
    return false;
  SourceMap &sources = quiet.sourceMap();
  auto before = sql::parseQuery(sources.addFile("sql", a.text), quiet);
  auto after = sql::parseQuery(sources.addFile("sql", b.text), quiet);
  return before && after && sql::print(*before) == sql::print(*after);
}

} // namespace

std::optional<std::string> formatToml(uint32_t buffer, diag::Engine &engine) {
  std::string text(engine.sourceMap().text(buffer));
  std::optional<doc::Node> before = doc::parseTree(buffer, engine);
  if (!before)
    return std::nullopt;
  std::string result = Formatter(text, engine).run();
  diag::Engine quiet(engine.sourceMap());
  std::optional<doc::Node> after =
      doc::parseTree(engine.sourceMap().addFile("formatted", result), quiet);
  if (!after || !same(*before, *after, "", quiet))
    return text;
  return result;
}

} // namespace levada::fmts
