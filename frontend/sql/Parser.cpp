//===- Parser.cpp - the parser's entries, tokens, names and errors --------===//
//
// What all of the grammar uses: looking at tokens, reading names, the limit on
// nesting, and the wording of "expected …, found …".
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

#include "ir/diag/codes/Sql.h"

namespace levada::sql {

Parser::Parser(uint32_t buffer, diag::Engine &engine, Layout *layout)
    : engine(engine), errorsBefore(engine.errors()), layout(layout) {
  TokenList list = lex(buffer, engine);
  tokens = std::move(list.tokens);
  if (layout) {
    layout->tokens = tokens;
    layout->roles.resize(tokens.size());
  }
  hintComments = std::move(list.hints);
  closing.resize(tokens.size());
  std::vector<uint32_t> open;
  for (uint32_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind == Tok::LParen) {
      open.push_back(i);
    } else if (tokens[i].kind == Tok::RParen && !open.empty()) {
      closing[open.back()] = i;
      open.pop_back();
    } else if (tokens[i].kind == Tok::Semicolon) {
      open.clear();
    }
  }
}

/// Hints that stand where none is read.
Parser::~Parser() {
  for (const HintComment &h : hintComments)
    if (h.range.begin != h.range.end)
      engine.emit(h.range, diag::HintIgnored, source(h.range));
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

bool Parser::at(std::initializer_list<std::string_view> words) const {
  for (std::string_view word : words)
    if (at(word))
      return true;
  return false;
}

bool Parser::atWords(std::initializer_list<std::string_view> words) const {
  size_t n = 0;
  for (std::string_view word : words)
    if (!wordAhead(n++, word))
      return false;
  return true;
}

SourceRange Parser::advance() {
  SourceRange range = current().range;
  if (next + 1 < tokens.size())
    ++next;
  return range;
}

bool Parser::accept(Tok kind) {
  if (!at(kind))
    return false;
  advance();
  return true;
}

bool Parser::accept(std::string_view word) {
  if (!at(word))
    return false;
  advance();
  return true;
}

bool Parser::acceptWords(std::initializer_list<std::string_view> words) {
  if (!atWords(words))
    return false;
  for (size_t i = 0; i < words.size(); ++i)
    advance();
  return true;
}

SourceRange Parser::since(SourceRange begin) const {
  SourceRange end = last();
  return {begin.buffer, begin.begin, std::max(begin.end, end.end)};
}

std::string_view Parser::source(SourceRange r) const {
  return engine.sourceMap().text(r.buffer).substr(r.begin, r.end - r.begin);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

/// No second message about one token, and none about what an unclosed quote
/// has swallowed.
bool Parser::mayReport() {
  if (current().faulty || reportedAt == next)
    return false;
  if (at(Tok::End) && next && tokens[next - 1].kind == Tok::Error)
    return false;
  reportedAt = next;
  return true;
}

std::string Parser::found(const Token &t) const {
  if (t.kind == Tok::End)
    return next == 0 ? "nothing" : inHint ? "the end of the hint" : "the end of the text";
  std::string_view written = source(t.range);
  std::string shown(written.substr(0, 40));
  if (written.size() > 40) {
    while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0xC0) == 0x80)
      shown.pop_back();
    if (!shown.empty() && static_cast<unsigned char>(shown.back()) >= 0xC0)
      shown.pop_back();
    shown += "…";
  }
  if (t.kind == Tok::QuotedName)
    return fmt::format("the name {}", shown);
  if (t.kind == Tok::String)
    return fmt::format("the string {}", shown);
  if (t.kind == Tok::Word && isReserved(t.text))
    return fmt::format("the keyword `{}`", shown);
  return fmt::format("`{}`", shown);
}

bool Parser::expected(std::string_view what, std::string hint) {
  if (!mayReport())
    return false;
  auto d = engine.emit(current().range, diag::ExpectedSql, what, found(current()));
  if (!hint.empty())
    d.hint(std::move(hint));
  return false;
}

/// "did you mean `THEN`?" when the word here is nearly one of `words`.
std::string Parser::spellingHint(const std::vector<std::string> &words) const {
  if (!at(Tok::Word))
    return {};
  std::string near = diag::nearest(current().text, words);
  if (near.empty() || near == current().text)
    return {};
  return fmt::format("did you mean `{}`?", near);
}

bool Parser::expect(Tok kind, std::string_view what) {
  return accept(kind) || expected(what);
}

bool Parser::expect(std::string_view word) {
  return accept(word) ||
         expected(fmt::format("`{}`", word), spellingHint({std::string(word)}));
}

bool Parser::close(Tok kind, SourceRange open, std::string_view what) {
  if (at(kind) && kind == Tok::Gt)
    glue();
  if (accept(kind))
    return true;
  unclosed(kind, open, what);
  skipInside(kind);
  return false;
}

bool Parser::unclosed(Tok kind, SourceRange open, std::string_view what) {
  const char *bracket = kind == Tok::RParen     ? "`)`"
                        : kind == Tok::RBracket ? "`]`"
                        : kind == Tok::RBrace   ? "`}`"
                                                : "`>`";
  if (!mayReport())
    return false;
  auto d = engine.emit(current().range, diag::ExpectedSql,
                       what.empty() ? std::string(bracket)
                                    : fmt::format("{} or {}", what, bracket),
                       found(current()));
  d.label(open, "opened here");
  std::string hint = spellingHint({"AND", "OR", "IN", "IS", "LIKE", "BETWEEN", "NOT",
                                   "FROM", "AS", "ORDER", "RETURNING", "VALUE", "USING",
                                   "FOR", "PARTITION"});
  bool operandHere = at(Tok::Word) || at(Tok::QuotedName) || at(Tok::Integer) ||
                     at(Tok::Decimal) || at(Tok::String);
  if (!hint.empty())
    d.hint(hint);
  else if (operandHere && !what.empty() && !isReserved(current().text))
    d.hint("is a comma or an operator missing before it?");
  else if (kind == Tok::RParen && at(Tok::Word) && isReserved(current().text))
    d.hint("is `)` missing before it?");
  return false;
}

bool Parser::unsupported(SourceRange range, std::string_view what, std::string hint) {
  if (!mayReport())
    return false;
  auto d = engine.emit(range, diag::UnsupportedSql, what);
  if (!hint.empty())
    d.hint(std::move(hint));
  return false;
}

bool Parser::end(std::string_view what) {
  if (at(Tok::End))
    return true;
  std::string rest = fmt::format("an operator or the end of {}", what);
  if (at(Tok::RParen) || at(Tok::RBracket))
    return expected(rest, fmt::format("no bracket is open that `{}` could close",
                                      source(current().range)));
  if (at(Tok::Semicolon))
    return expected(rest, "no `;` is needed here");
  std::string hint = spellingHint(
      {"AND", "OR", "IN", "IS", "LIKE", "BETWEEN", "NOT", "SIMILAR", "AS", "FROM",
       "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FETCH", "JOIN",
       "WINDOW", "DESC", "ASC", "NULLS", "ESCAPE", "OVERLAPS"});
  if (hint.empty() && (at(Tok::String) || at(Tok::Integer) || at(Tok::Decimal) ||
                       at(Tok::QuotedName) || (at(Tok::Word) && !isReserved(current().text))))
    hint = "is an operator missing before it?";
  return expected(rest, std::move(hint));
}

void Parser::recover() {
  size_t open = 0;
  for (;; advance()) {
    switch (current().kind) {
    case Tok::End:
    case Tok::Semicolon:
      return;
    case Tok::LParen:
    case Tok::LBracket:
      ++open;
      break;
    case Tok::RParen:
    case Tok::RBracket:
      if (open == 0)
        return;
      --open;
      break;
    case Tok::Comma:
      if (open == 0)
        return;
      break;
    default:
      if (open == 0 && at({"FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "ORDER", "LIMIT"}))
        return;
    }
  }
}

//===----------------------------------------------------------------------===//
// Levels
//===----------------------------------------------------------------------===//

bool Parser::tooDeep(SourceRange range) {
  if (mayReport())
    engine.emit(range, diag::SqlTooDeep, maxDepth);
  giveUp();
  return false;
}

/// To the end of the statement: what follows would only repeat the message.
void Parser::giveUp() {
  while (!at(Tok::Semicolon) && !at(Tok::End))
    advance();
  reportedAt = next;
}

Parser::Level::Level(Parser &p) : parser(p), ok(++p.nesting <= maxDepth) {
  if (!ok)
    parser.tooDeep(parser.current().range);
}

uint32_t Parser::depth(const std::vector<ExprPtr> &list) {
  uint32_t most = 0;
  for (const ExprPtr &e : list)
    most = std::max(most, depth(e));
  return most;
}

uint32_t Parser::depth(const std::vector<OrderItem> &list) {
  uint32_t most = 0;
  for (const OrderItem &item : list)
    most = std::max(most, depth(item.expr));
  return most;
}

ExprPtr Parser::finish(ExprPtr e, SourceRange begin, uint32_t below) {
  e->range = since(begin);
  e->depth = below + 1;
  if (e->depth > maxDepth) {
    tooDeep(e->range);
    return nullptr;
  }
  return e;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

bool Parser::atName() const {
  return at(Tok::QuotedName) || (at(Tok::Word) && !isReserved(current().text));
}

/// A reserved word stands here: does what follows it speak for a name?
bool Parser::looksLikeName() const {
  if (at({"THEN", "ELSE", "END", "WHEN"}))
    return false;
  const Token &second = ahead(1);
  switch (second.kind) {
  case Tok::Word:
    for (const char *word : {"FROM", "AS", "IS", "IN", "LIKE", "BETWEEN", "AND", "OR",
                             "WHERE", "GROUP", "ORDER", "JOIN"})
      if (second.text == word)
        return !at("FROM") || second.text != "WHERE";
    return false;
  case Tok::LParen:
  case Tok::QuotedName:
  case Tok::String:
  case Tok::Integer:
  case Tok::Decimal:
  case Tok::Star:
    return false;
  default:
    return true;
  }
}

Name Parser::takeName() {
  const Token &t = current();
  role(next, Layout::IsName);
  Name n{t.kind == Tok::QuotedName ? t.text : std::string(source(t.range)), t.range,
         t.kind == Tok::QuotedName};
  advance();
  return n;
}

/// The text of a string as a name; its range lies between the quotes.
Name Parser::takeString() {
  const Token &t = current();
  Name n{t.text, t.range, true};
  std::string_view written = source(t.range);
  size_t open = written.find('\'');
  if (open != written.npos && written.size() >= open + 2) {
    n.range.begin += open + 1;
    n.range.end -= 1;
  }
  advance();
  return n;
}

/// A reserved word stands where a name was meant.
bool Parser::reservedName(std::string_view what) {
  if (mayReport())
    engine.emit(current().range, diag::ReservedWord, source(current().range))
        .hint(fmt::format("write `{}` with its backquotes", source(current().range)))
        .note(fmt::format("expected {} here", what));
  advance();
  return false;
}

std::optional<Name> Parser::name(std::string_view what) {
  if (atName())
    return takeName();
  if (at(Tok::Word) && looksLikeName()) {
    reservedName(what);
  } else if (at(Tok::String)) {
    expected(what, "names stand in backquotes, not in single quotes");
  } else {
    expected(what);
  }
  return std::nullopt;
}

bool Parser::dottedName(std::vector<Name> &parts, std::string_view what) {
  do {
    auto part = name(parts.empty() ? what : "a name after `.`");
    if (!part)
      return false;
    parts.push_back(std::move(*part));
  } while (accept(Tok::Dot));
  return true;
}

bool Parser::nameList(std::vector<Name> &names, std::string_view what) {
  SourceRange open = current().range;
  if (!expect(Tok::LParen, "`(`"))
    return false;
  do {
    auto n = name(what);
    if (!n)
      return false;
    names.push_back(std::move(*n));
  } while (accept(Tok::Comma));
  return close(Tok::RParen, open, "`,`");
}

//===----------------------------------------------------------------------===//
// Whole texts
//===----------------------------------------------------------------------===//

ExprPtr Parser::wholeExpression() {
  ExprPtr e = expression();
  if (e && at(Tok::Comma) && reportedAt != next) {
    expected("an operator or the end of the expression", "one expression stands here");
    return nullptr;
  }
  if (e)
    end("the expression");
  return verdict(std::move(e));
}

std::optional<SelectItem> Parser::wholeSelectItem() {
  SelectItem item;
  if (selectItem(item)) {
    if (at(Tok::Comma))
      expected("the end of the item", "each column stands in a string of its own");
    else
      end("the item");
  }
  return verdict(std::optional<SelectItem>(std::move(item)));
}

std::optional<OrderItem> Parser::wholeOrderItem() {
  OrderItem item;
  if (orderItem(item)) {
    if (at(Tok::Comma))
      expected("the end of the item", "each column stands in a string of its own");
    else
      end("the item");
  }
  return verdict(std::optional<OrderItem>(std::move(item)));
}

std::optional<TypeName> Parser::wholeType() {
  auto t = type();
  if (t && !at(Tok::End))
    expected("the end of the type", spellingHint({"NOT", "NULL", "ARRAY", "MULTISET"}));
  return verdict(std::move(t));
}

std::unique_ptr<WindowSpec> Parser::wholeWindowSpec() {
  auto spec = windowSpec();
  if (spec && !at(Tok::End))
    expected("`PARTITION BY`, `ORDER BY`, `ROWS`, `RANGE` or the end of the window",
             spellingHint({"PARTITION", "ORDER", "ROWS", "RANGE", "BETWEEN"}));
  return verdict(std::move(spec));
}

std::unique_ptr<Query> Parser::wholeQuery() {
  inStatement = true;
  auto q = query();
  if (q && layout)
    layout->statements.push_back({0, static_cast<uint32_t>(next), false, {}});
  if (q) {
    accept(Tok::Semicolon);
    if (at(Tok::Semicolon) || (next && tokens[next - 1].kind == Tok::Semicolon)) {
      if (!at(Tok::End))
        expected("the end of the query", "one query stands here");
    } else {
      end("the query");
    }
  }
  return verdict(std::move(q));
}

ExprPtr parseExpression(uint32_t buffer, diag::Engine &engine) {
  return Parser(buffer, engine).wholeExpression();
}
std::optional<SelectItem> parseSelectItem(uint32_t buffer, diag::Engine &engine) {
  return Parser(buffer, engine).wholeSelectItem();
}
std::optional<OrderItem> parseOrderItem(uint32_t buffer, diag::Engine &engine) {
  return Parser(buffer, engine).wholeOrderItem();
}
std::optional<TypeName> parseType(uint32_t buffer, diag::Engine &engine) {
  return Parser(buffer, engine).wholeType();
}
std::unique_ptr<WindowSpec> parseWindowSpec(uint32_t buffer, diag::Engine &engine) {
  return Parser(buffer, engine).wholeWindowSpec();
}
std::unique_ptr<Query> parseQuery(uint32_t buffer, diag::Engine &engine) {
  return Parser(buffer, engine).wholeQuery();
}
std::unique_ptr<Query> layQuery(uint32_t buffer, diag::Engine &engine, Layout &layout) {
  return Parser(buffer, engine, &layout).wholeQuery();
}

} // namespace levada::sql
