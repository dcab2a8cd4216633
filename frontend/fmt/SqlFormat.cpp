//===- SqlFormat.cpp - scripts, laid out ----------------------------------===//
//
// Constructs (Layout.h, and every pair of brackets) make a tree over the
// tokens. A construct stands on one line when it fits, or else breaks at all of
// its places; those inside it decide for themselves. It also breaks when a
// comment forces a line break inside it, when something inside it must break,
// or when its author began a line at its first place: as the result has a line
// break there, formatting again changes nothing.
//
//===----------------------------------------------------------------------===//
#include "frontend/fmt/Comments.h"
#include "frontend/fmt/Format.h"
#include "frontend/sql/Parser.h"

#include <algorithm>
#include <tuple>

namespace levada::fmts {
namespace {

using sql::Layout;
using sql::Tok;
using sql::Token;

struct Node {
  Layout::Span span;
  std::vector<Layout::Break> breaks; ///< sorted
  std::vector<size_t> inside;        ///< nodes, in order
  bool must = false;                 ///< breaks in any case
  bool fill = false;                 ///< a list of short values: as many a line as fit
};

class Formatter {
public:
  Formatter(std::string_view text, Layout layout)
      : layout(std::move(layout)), tokens(this->layout.tokens),
        all(pieces(text, this->layout)), text(text) {}

  std::string run();

private:
  void build(uint32_t begin, uint32_t end);
  void bracketSpans(uint32_t begin, uint32_t end, std::vector<Layout::Span> &into) const;
  size_t innermost(uint32_t token) const;
  void decide(size_t node);
  void keepTogether(const Layout::Written &statement);
  void align(const Layout::Written &statement);
  size_t sourceColumn(uint32_t token) const;
  bool blank(size_t token) const;
  size_t flat(uint32_t begin, uint32_t end) const;
  size_t tail(const Node &n, uint32_t limit) const;
  void print(size_t node, uint32_t limit, bool flat);
  void emit(uint32_t token);
  void comments(uint32_t token, size_t indent);
  void newLine(size_t indent, bool blankLine = false);
  void indentAs(size_t indent);
  void verbatim(const Layout::Written &s);
  void statement(const Layout::Written &s);

  Layout layout;
  const std::vector<Token> &tokens;
  std::vector<Piece> all;
  std::string_view text;
  std::vector<Node> nodes;
  std::vector<size_t> pads;   ///< blanks more before a token
  std::vector<size_t> widths; ///< prefix sums: a token and the blank before it
  size_t nextSpan = 0, nextLine = 0; ///< notes before them are of statements before
  std::string out;
  size_t column = 0, lineIndent = 0;
  bool lineEnds = false; ///< a `--` comment was written: nothing may follow
};

//===----------------------------------------------------------------------===//
// The tree of constructs
//===----------------------------------------------------------------------===//

/// Is there a blank before the token, when it follows on the same line?
bool Formatter::blank(size_t i) const {
  if (i == 0)
    return false;
  const Token &t = tokens[i], &before = tokens[i - 1];
  uint8_t role = layout.roles[i];
  // Two signs would begin a comment.
  if (t.kind == Tok::Minus && before.kind == Tok::Minus)
    return true;
  if (role & Layout::AsWritten)
    return all[i].gap;
  if (role & Layout::Glued)
    return false;
  switch (t.kind) {
  case Tok::Comma:
  case Tok::Semicolon:
  case Tok::RParen:
  case Tok::RBracket:
  case Tok::RBrace:
  case Tok::Dot:
  case Tok::End:
    return false;
  default:
    break;
  }
  switch (before.kind) {
  case Tok::LParen:
  case Tok::LBracket:
  case Tok::Dot:
    return false;
  default:
    return true;
  }
}

void Formatter::bracketSpans(uint32_t begin, uint32_t end, std::vector<Layout::Span> &into) const {
  std::vector<uint32_t> open;
  for (uint32_t i = begin; i < end; ++i) {
    Tok k = tokens[i].kind;
    if (k == Tok::LParen || k == Tok::LBracket) {
      open.push_back(i);
    } else if ((k == Tok::RParen || k == Tok::RBracket) && !open.empty()) {
      if (open.back() + 1 < i) {
        Layout::Span s{open.back(), i + 1};
        s.commas = 2;
        s.bracket = true;
        into.push_back(s);
      }
      open.pop_back();
    }
  }
}

/// The innermost construct that has `token` inside, not as its first.
size_t Formatter::innermost(uint32_t token) const {
  size_t at = 0;
  for (;;) {
    const Node &n = nodes[at];
    auto next = std::upper_bound(n.inside.begin(), n.inside.end(), token,
                                 [&](uint32_t t, size_t i) { return t <= nodes[i].span.begin; });
    if (next == n.inside.begin())
      return at;
    size_t candidate = *(next - 1);
    if (nodes[candidate].span.end <= token)
      return at;
    at = candidate;
  }
}

/// Makes `nodes` of the constructs in [begin, end); the first is the whole.
void Formatter::build(uint32_t begin, uint32_t end) {
  std::vector<Layout::Span> spans;
  for (; nextSpan < layout.spans.size() && layout.spans[nextSpan].end <= end; ++nextSpan)
    if (const Layout::Span &s = layout.spans[nextSpan]; s.begin >= begin && s.end > s.begin + 1)
      spans.push_back(s);
  bracketSpans(begin, end, spans);
  // Of two over the same tokens, the one noted last is the outer one, but a
  // bracket is always outside of what it holds.
  std::reverse(spans.begin(), spans.end());
  std::vector<size_t> order(spans.size());
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t x, size_t y) {
    const Layout::Span &a = spans[x], &b = spans[y];
    return std::tuple(a.begin, ~a.end, x) < std::tuple(b.begin, ~b.end, y);
  });
  nodes.clear();
  nodes.push_back({Layout::Span{begin, end}, {}, {}});
  std::vector<size_t> path{0};
  for (size_t i : order) {
    const Layout::Span &s = spans[i];
    while (nodes[path.back()].span.end < s.end || nodes[path.back()].span.end <= s.begin)
      path.pop_back();
    nodes[path.back()].inside.push_back(nodes.size());
    path.push_back(nodes.size());
    nodes.push_back({s, {}, {}});
  }
  auto add = [&](uint32_t token, uint8_t indent) {
    Node &n = nodes[innermost(token)];
    n.breaks.push_back({token, indent});
  };
  for (; nextLine < layout.breaks.size() && layout.breaks[nextLine].token <= end; ++nextLine)
    if (uint32_t t = layout.breaks[nextLine].token; t > begin && t < end)
      add(layout.breaks[nextLine].token, layout.breaks[nextLine].indent);
  for (uint32_t i = begin + 1; i < end; ++i)
    if (tokens[i - 1].kind == Tok::Comma) {
      size_t at = innermost(i);
      if (nodes[at].span.commas >= 0)
        nodes[at].breaks.push_back({i, static_cast<uint8_t>(nodes[at].span.commas)});
    }
  for (Node &n : nodes) {
    if (n.span.bracket) {
      n.breaks.push_back({n.span.begin + 1, 2});
      n.breaks.push_back({n.span.end - 1, 0});
    }
    std::sort(n.breaks.begin(), n.breaks.end(), [](const auto &a, const auto &b) {
      return std::pair(a.token, a.indent) < std::pair(b.token, b.indent);
    });
    n.breaks.erase(std::unique(n.breaks.begin(), n.breaks.end(),
                               [](const auto &a, const auto &b) { return a.token == b.token; }),
                   n.breaks.end());
  }
}

/// Which constructs break in any case.
void Formatter::decide(size_t at) {
  Node &n = nodes[at];
  n.must = n.span.force || (n.span.statement && n.breaks.size() > 1) ||
           (!n.breaks.empty() && all[n.breaks[0].token].newLine);
  for (uint32_t i = n.span.begin + 1; i < n.span.end && !n.must; ++i)
    n.must = all[i].forced;
  bool plain = n.span.bracket && n.breaks.size() > 10 && n.inside.empty();
  for (uint32_t i = n.span.begin + 1; i + 1 < n.span.end && plain; ++i)
    plain = tokens[i].kind == Tok::Comma || tokens[i + 1].kind == Tok::Comma ||
            i + 2 == n.span.end;
  n.fill = plain;
  for (size_t child : n.inside) {
    decide(child);
    nodes[at].must |= nodes[child].must;
  }
}

/// When a table does not fit on a line, its columns and its options break both,
/// unless its author broke one of them.
void Formatter::keepTogether(const Layout::Written &s) {
  std::vector<size_t> which;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].span.bracket && std::find(s.together.begin(), s.together.end(),
                                           nodes[i].span.begin) != s.together.end()) {
      if (nodes[i].must)
        return;
      which.push_back(i);
    }
  if (which.size() > 1 && flat(s.begin, s.end) > lineWidth)
    for (size_t i : which)
      nodes[i].must = nodes[0].must = true;
}

/// Keeps types and values in one column where the author had put them there.
void Formatter::align(const Layout::Written &s) {
  for (const Node &n : nodes) {
    if (!n.must || !n.span.bracket ||
        std::find(s.together.begin(), s.together.end(), n.span.begin) == s.together.end())
      continue;
    std::vector<uint32_t> second; // `INT` of `a INT`, `=` of 'key' = 'value'
    for (const Layout::Break &b : n.breaks) {
      uint32_t t = b.token;
      bool name = layout.roles[t] & Layout::IsName || tokens[t].kind == Tok::QuotedName;
      bool option = tokens[t].kind == Tok::String && tokens[t + 1].kind == Tok::Eq;
      if (t + 1 < n.span.end && (option || (name && tokens[t + 1].kind == Tok::Word)))
        second.push_back(t + 1);
    }
    size_t most = 0, least = SIZE_MAX;
    bool same = second.size() > 1;
    for (uint32_t t : second) {
      same &= sourceColumn(t) == sourceColumn(second[0]) && all[t - 1].newLine &&
              !all[t].newLine && all[t - 1].behind.empty();
      most = std::max(most, width(all[t - 1].text));
      least = std::min(least, width(all[t - 1].text));
    }
    for (uint32_t t : second)
      if (same && most > least)
        pads[t] = most - width(all[t - 1].text);
  }
}

size_t Formatter::sourceColumn(uint32_t token) const {
  size_t at = tokens[token].range.begin, line = at ? text.rfind('\n', at - 1) : text.npos;
  size_t begin = line == text.npos ? 0 : line + 1;
  return width(text.substr(begin, at - begin));
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

/// Columns of the tokens on one line, without a blank before the first.
size_t Formatter::flat(uint32_t begin, uint32_t end) const {
  return begin < end ? widths[end] - widths[begin] - (blank(begin) ? 1 : 0) : 0;
}

/// Columns behind a construct that cannot stand on another line.
size_t Formatter::tail(const Node &n, uint32_t limit) const {
  uint32_t end = n.span.end;
  while (end < limit && end - n.span.end < 60) {
    Tok k = tokens[end].kind;
    ++end;
    if (k == Tok::LParen || k == Tok::LBracket)
      break;
  }
  return widths[end] - widths[n.span.end];
}

void Formatter::newLine(size_t indent, bool blankLine) {
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  if (!out.empty())
    out += blankLine ? "\n\n" : "\n";
  out.append(indent, ' ');
  column = lineIndent = indent;
  lineEnds = false;
}

/// The line that has just begun begins at another column.
void Formatter::indentAs(size_t indent) {
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  out.append(indent, ' ');
  column = lineIndent = indent;
}

/// The comments above a token, each on its line. Ends at the beginning of a line.
void Formatter::comments(uint32_t token, size_t indent) {
  bool first = true;
  for (const Comment &c : all[token].above) {
    if (!first && c.blankBefore && column == lineIndent) {
      indentAs(0);
      out += '\n';
      indentAs(indent);
    }
    first = false;
    out += c.text;
    column += width(c.text);
    if (c.sameLine) {
      out += ' ';
      ++column;
    } else {
      newLine(indent, all[token].apart && &c == &all[token].above.back());
    }
  }
}

void Formatter::emit(uint32_t i) {
  const Piece &p = all[i];
  bool start = out.empty() || column == lineIndent;
  bool above = !p.above.empty() && !p.above.front().sameLine;
  bool ownLine = false;
  for (const Comment &c : p.above)
    ownLine |= !c.sameLine;
  if (!start && (lineEnds || ownLine || above || p.forced)) {
    newLine(tokens[i].kind == Tok::Semicolon ? 0 : lineIndent + 2);
    start = true;
  }
  if (!p.above.empty()) {
    if (!start) {
      out += ' ';
      ++column;
    }
    comments(i, lineIndent);
    start = true;
  }
  if (!start && blank(i) && out.back() != ' ') {
    out.append(1 + pads[i], ' ');
    column += 1 + pads[i];
  }
  out += p.text;
  column += width(p.text);
  for (const Comment &c : p.behind) {
    out += " " + c.text;
    column += 1 + width(c.text);
    lineEnds = c.toLineEnd;
  }
}

/// Writes a construct; `limit` is the token before which a line breaks at the
/// latest.
void Formatter::print(size_t at, uint32_t limit, bool isFlat) {
  const Node &n = nodes[at];
  size_t base = lineIndent;
  if (!isFlat && !n.must) {
    size_t needed = flat(n.span.begin, n.span.end) + tail(n, limit);
    bool start = column == lineIndent;
    isFlat = column + needed + (!start && blank(n.span.begin) ? 1 : 0) <= lineWidth;
  }
  size_t child = 0, nextBreak = 0;
  for (uint32_t i = n.span.begin; i < n.span.end;) {
    while (nextBreak < n.breaks.size() && n.breaks[nextBreak].token < i)
      ++nextBreak;
    if (!isFlat && nextBreak < n.breaks.size() && n.breaks[nextBreak].token == i) {
      uint32_t upTo = nextBreak + 1 < n.breaks.size() ? n.breaks[nextBreak + 1].token : i;
      bool inner = nextBreak > 0 && nextBreak + 1 < n.breaks.size();
      bool same = n.fill && inner && !all[i].forced && !lineEnds &&
                  column + 1 + flat(i, upTo) <= lineWidth;
      bool closes = n.span.bracket && i + 1 == n.span.end;
      size_t indent = base + n.breaks[nextBreak].indent;
      bool opened = n.span.bracket && nextBreak == 0;
      if (closes && !all[i].above.empty()) { // comments at the end of a list
        newLine(base + 2, all[i].blankBefore);
        comments(i, base + 2);
        all[i].above.clear();
        if (column == lineIndent)
          indentAs(base);
        else
          newLine(base);
      } else if (!same) {
        newLine(indent, all[i].blankBefore && !opened && !closes);
      }
      ++nextBreak;
    }
    if (child < n.inside.size() && nodes[n.inside[child]].span.begin == i) {
      const Node &c = nodes[n.inside[child]];
      uint32_t stop = limit;
      if (!isFlat)
        for (size_t k = nextBreak; k < n.breaks.size(); ++k)
          if (n.breaks[k].token >= c.span.end) {
            stop = n.breaks[k].token;
            break;
          }
      i = c.span.end;
      print(n.inside[child++], stop, isFlat);
      continue;
    }
    emit(i++);
  }
  if (!isFlat)
    lineIndent = base;
}

/// A statement that is kept as it is written. (The comments above it are out.)
void Formatter::verbatim(const Layout::Written &s) {
  std::string_view body = text.substr(tokens[s.begin].range.begin,
                                      tokens[s.end - 1].range.end - tokens[s.begin].range.begin);
  out += body;
  size_t line = out.rfind('\n');
  column = width(std::string_view(out).substr(line == out.npos ? 0 : line + 1));
  for (const Comment &c : all[s.end - 1].behind) {
    out += " " + c.text;
    lineEnds = c.toLineEnd;
  }
}

void Formatter::statement(const Layout::Written &s) {
  if (s.verbatim)
    return verbatim(s);
  build(s.begin, s.end);
  decide(0);
  keepTogether(s);
  align(s);
  print(0, s.end, false);
}

std::string Formatter::run() {
  widths.assign(tokens.size() + 1, 0);
  pads.assign(tokens.size(), 0);
  for (uint32_t i = 0; i < tokens.size(); ++i) {
    size_t w = width(all[i].text) + (blank(i) ? 1 : 0);
    for (const Comment &c : all[i].behind)
      w += 1 + width(c.text);
    for (const Comment &c : all[i].above)
      w += 1 + width(c.text);
    widths[i + 1] = widths[i] + w;
  }
  uint32_t next = 0;
  bool first = true, severalLines = false;
  for (const Layout::Written &s : layout.statements) {
    for (; next < s.begin; ++next) { // `;`
      if (column == lineIndent && !out.empty() && all[next].above.empty())
        newLine(0);
      emit(next);
    }
    size_t begin = out.size();
    bool blankLine = all[s.begin].blankBefore;
    if (!first)
      newLine(0, blankLine);
    comments(s.begin, 0);
    all[s.begin].above.clear();
    size_t body = out.size();
    statement(s);
    bool several = out.find('\n', body) != out.npos;
    if (!first && !blankLine && (several || severalLines))
      out.insert(begin, "\n");
    severalLines = several;
    first = false;
    next = s.end;
  }
  for (; next + 1 < tokens.size(); ++next)
    emit(next);
  // Comments at the end of the file.
  const Piece &end = all.back();
  if (!end.above.empty()) {
    if (!out.empty())
      newLine(0, end.blankBefore);
    comments(tokens.size() - 1, 0);
  }
  while (!out.empty() && (out.back() == '\n' || out.back() == ' '))
    out.pop_back();
  if (!out.empty())
    out += '\n';
  return std::move(out);
}

/// Do two texts have the same tokens and comments?
bool same(const Layout &a, std::string_view textA, const Layout &b, std::string_view textB) {
  if (a.tokens.size() != b.tokens.size() || a.statements.size() != b.statements.size())
    return false;
  std::vector<Piece> left = pieces(textA, a), right = pieces(textB, b);
  std::vector<const Comment *> commentsA, commentsB;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i].text != right[i].text || a.tokens[i].kind != b.tokens[i].kind)
      return false;
    for (const Comment &c : left[i].above)
      commentsA.push_back(&c);
    for (const Comment &c : right[i].above)
      commentsB.push_back(&c);
    for (const Comment &c : left[i].behind)
      commentsA.push_back(&c);
    for (const Comment &c : right[i].behind)
      commentsB.push_back(&c);
  }
  return std::equal(commentsA.begin(), commentsA.end(), commentsB.begin(), commentsB.end(),
                    [](const Comment *x, const Comment *y) { return x->text == y->text; });
}

/// Lays out what `lay` reads; nothing after errors. What comes out has the same
/// tokens and comments, or the text stays as it is.
template <typename Lay>
std::optional<std::string> formatted(uint32_t buffer, diag::Engine &engine, Lay lay) {
  std::string text(engine.sourceMap().text(buffer));
  Layout layout;
  if (!lay(buffer, engine, layout))
    return std::nullopt;
  std::string result = Formatter(text, layout).run();
  diag::Engine quiet(engine.sourceMap());
  uint32_t again = engine.sourceMap().addFile("formatted", result);
  Layout check;
  if (!lay(again, quiet, check) || !same(layout, text, check, result))
    return text;
  return result;
}

} // namespace

std::optional<std::string> formatSql(uint32_t buffer, diag::Engine &engine) {
  return formatted(buffer, engine, [](uint32_t from, diag::Engine &to, Layout &layout) {
    return !sql::layScript(from, to, layout).failed;
  });
}

std::optional<std::string> formatQuery(uint32_t buffer, diag::Engine &engine) {
  return formatted(buffer, engine, [](uint32_t from, diag::Engine &to, Layout &layout) {
    return sql::layQuery(from, to, layout) != nullptr;
  });
}

} // namespace levada::fmts
