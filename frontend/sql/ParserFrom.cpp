//===- ParserFrom.cpp - tables, joins, table functions, hints -------------===//
//
// A comma binds weaker than JOIN and becomes a cross join. Window table
// functions are read with and without the TABLE( … ) around them.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

#include <algorithm>
#include <utility>

namespace levada::sql {

std::unique_ptr<TableRef> Parser::from() {
  auto left = joinedTable();
  while (left && accept(Tok::Comma)) {
    auto right = joinedTable();
    left = right ? join(std::move(left), std::move(right), JoinKind::Cross) : nullptr;
  }
  return left;
}

std::unique_ptr<TableRef> Parser::joinedTable() {
  auto left = table();
  while (left) {
    bool failed = false;
    if (at({"NATURAL", "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS"}))
      mayBreak(0);
    Span span(*this);
    bool natural = accept("NATURAL");
    auto kind = joinKind(failed);
    if (natural && !failed && (!kind || *kind == JoinKind::Cross)) {
      expected("`JOIN` after `NATURAL`", spellingHint({"JOIN"}));
      failed = true;
    }
    if (failed)
      return nullptr;
    if (!kind)
      return left;
    auto right = table();
    if (!right)
      return nullptr;
    left = join(std::move(left), std::move(right), *kind);
    if (!left)
      return nullptr;
    left->natural = natural;
    bool free = natural || *kind == JoinKind::Cross;
    if (!free && !joinCondition(*left))
      return nullptr;
  }
  return left;
}

/// The words of a join up to and with JOIN.
std::optional<JoinKind> Parser::joinKind(bool &failed) {
  failed = true;
  JoinKind kind = JoinKind::Inner;
  bool words = true;
  if (accept("LEFT"))
    kind = JoinKind::Left;
  else if (accept("RIGHT"))
    kind = JoinKind::Right;
  else if (accept("FULL"))
    kind = JoinKind::Full;
  else if (accept("CROSS"))
    kind = JoinKind::Cross;
  else
    words = accept("INNER");
  if (at({"SEMI", "ANTI", "ASOF"}) && wordAhead(1, "JOIN")) {
    bool anti = at("ANTI");
    unsupported(current().range, fmt::format("`{} JOIN`", current().text),
                at("ASOF") ? "a version of a table: JOIN t FOR SYSTEM_TIME AS OF time"
                           : fmt::format("write `WHERE {}EXISTS (SELECT …)`", anti ? "NOT " : ""));
    return std::nullopt;
  }
  if (kind != JoinKind::Cross && kind != JoinKind::Inner)
    accept("OUTER");
  if (!words && !at("JOIN")) {
    failed = false;
    return std::nullopt;
  }
  if (!accept("JOIN")) {
    expected("`JOIN`", spellingHint({"JOIN", "OUTER"}));
    return std::nullopt;
  }
  failed = false;
  return kind;
}

std::unique_ptr<TableRef> Parser::join(std::unique_ptr<TableRef> left,
                                       std::unique_ptr<TableRef> right, JoinKind kind) {
  auto t = std::make_unique<TableRef>();
  t->kind = TableKind::Join;
  t->join = kind;
  t->range = since(left->range);
  t->depth = 1 + std::max(left->depth, right->depth);
  t->left = std::move(left);
  t->right = std::move(right);
  if (t->depth <= maxDepth)
    return t;
  tooDeep(t->range);
  return nullptr;
}

/// ON condition, USING (a, b)
bool Parser::joinCondition(TableRef &t) {
  if (at("ON")) {
    mayBreak(2);
    advance();
    if (!(t.on = expression()))
      return false;
    t.depth = std::max(t.depth, t.on->depth + 1);
    if (t.depth > maxDepth)
      return tooDeep(t.on->range);
  } else if (accept("USING")) {
    if (!nameList(t.usingColumns, "a column's name"))
      return false;
  } else {
    // `JOIN b ONN a.x = b.x`: the misspelt word was taken for an alias.
    const std::optional<Name> &alias = t.right->alias;
    if (alias && !alias->quoted && alias->range == last() &&
        !diag::nearest(upperCase(alias->text), {"ON", "USING"}).empty()) {
      --next;
      return expected("`ON` or `USING`", spellingHint({"ON", "USING"}));
    }
    return expected("`ON` or `USING`", spellingHint({"ON", "USING"}));
  }
  t.range = since(t.range);
  return true;
}

std::unique_ptr<TableRef> Parser::table() {
  Level level(*this);
  if (!level.ok)
    return nullptr;
  SourceRange begin = current().range;
  std::unique_ptr<TableRef> t;
  if (at(Tok::LParen) && !startsQuery(1)) {
    SourceRange open = advance();
    t = joinedTable();
    if (!t) {
      skipTo(Tok::RParen);
      return nullptr;
    }
    if (!close(Tok::RParen, open, "a join"))
      return nullptr;
    t->range = since(begin);
    if (t->kind == TableKind::Join) {
      if (at("AS") || at(Tok::QuotedName)) {
        expected("a join or the end of FROM", "joins in parentheses have no name");
        return nullptr;
      }
      return t;
    }
    if (t->alias)
      return t;
  } else {
    t = std::make_unique<TableRef>();
    if (!tableSource(*t))
      return nullptr;
  }
  if (at("MATCH_RECOGNIZE") && ahead(1).kind == Tok::LParen) {
    t->range = since(begin);
    t = matched(std::move(t));
    if (!t)
      return nullptr;
  }
  if (!tableAlias(*t))
    return nullptr;
  t->range = since(begin);
  if (t->depth > maxDepth) {
    tooDeep(t->range);
    return nullptr;
  }
  return t;
}

bool Parser::tableSource(TableRef &t) {
  t.lateral = accept("LATERAL");
  if (at(Tok::LParen)) {
    SourceRange open = advance();
    t.kind = TableKind::Subquery;
    if (!(t.query = query())) {
      skipTo(Tok::RParen);
      return false;
    }
    t.depth = t.query->depth + 1;
    return close(Tok::RParen, open, "");
  }
  if (at(Tok::String)) {
    t.kind = TableKind::File;
    t.file = takeString();
    return hints(t.hints);
  }
  bool wrapped = at("TABLE") && ahead(1).kind == Tok::LParen;
  SourceRange open = ahead(1).range;
  if (wrapped) {
    advance();
    glue();
    advance();
  } else if (at("TABLE") && (ahead(1).kind == Tok::QuotedName ||
                             (ahead(1).kind == Tok::Word && !isReserved(ahead(1).text)))) {
    advance(); // TABLE t is t
  } else if (at("TABLE")) {
    return reservedName("a table");
  }
  if (!dottedName(t.name, wrapped ? "a table function" : "a table"))
    return false;
  if (wrapped || t.lateral || at(Tok::LParen)) {
    if (!at(Tok::LParen))
      return expected("`(` and the arguments of the table function");
    ExprPtr e = call(std::move(t.name));
    t.name.clear();
    if (!e) {
      if (wrapped)
        skipTo(Tok::RParen);
      return false;
    }
    t.kind = TableKind::Function;
    t.depth = e->depth + 1;
    t.call.reset(static_cast<CallExpr *>(e.release()));
    if (wrapped && !close(Tok::RParen, open, ""))
      return false;
    t.withOrdinality = acceptWords({"WITH", "ORDINALITY"});
    return true;
  }
  if (!hints(t.hints))
    return false;
  if (accept("FOR")) {
    if (!expect("SYSTEM_TIME") || !expect("AS") || !expect("OF"))
      return false;
    if (!(t.asOf = expression()))
      return false;
    t.depth = t.asOf->depth + 1;
  }
  return hints(t.hints);
}

/// [AS] t [(a, b)]
bool Parser::tableAlias(TableRef &t) {
  for (const char *word : {"TABLESAMPLE", "PIVOT", "UNPIVOT"})
    if (at(word) && (wordAhead(1, "BERNOULLI") || wordAhead(1, "SYSTEM") ||
                     (ahead(1).kind == Tok::LParen && !at("TABLESAMPLE"))))
      return unsupported(current().range, fmt::format("`{}`", word));
  if (!acceptAlias(t.alias))
    return false;
  if (t.alias && at(Tok::LParen) && !nameList(t.columnAliases, "a column's name"))
    return false;
  if (t.alias && at("MATCH_RECOGNIZE") && ahead(1).kind == Tok::LParen)
    return expected("a join or the end of FROM",
                    "the table's name for the rest of the query stands behind MATCH_RECOGNIZE (…)");
  return true;
}

//===----------------------------------------------------------------------===//
// Hints
//===----------------------------------------------------------------------===//

/// The hints that stand before the token here.
bool Parser::hints(std::vector<Hint> &list) {
  auto found = std::lower_bound(
      hintComments.begin(), hintComments.end(), next,
      [](const HintComment &h, size_t at) { return h.before < at; });
  for (; found != hintComments.end() && found->before == next; ++found) {
    SourceRange part = found->range;
    if (part.begin == part.end)
      continue;
    found->range.end = found->range.begin; // read
    part.begin += 3;
    part.end = std::max(part.begin, part.end - 2);
    std::vector<Token> outside = std::move(tokens);
    size_t back = next, reported = reportedAt;
    tokens = lexPart(part, engine).tokens;
    next = 0;
    reportedAt = SIZE_MAX;
    inHint = true;
    Layout *notes = std::exchange(layout, nullptr);
    bool ok = !at(Tok::End) || expected("the name of a hint");
    while (ok && !at(Tok::End)) {
      Hint h;
      ok = hint(h);
      list.push_back(std::move(h));
      if (ok && !accept(Tok::Comma) && !at(Tok::End) && !at(Tok::Word))
        ok = expected("`,` or the end of the hints");
    }
    tokens = std::move(outside);
    inHint = false;
    layout = notes;
    next = back;
    reportedAt = reported;
    if (!ok)
      return false;
  }
  return true;
}

/// NAME, NAME(a, b), NAME('key' = 'value')
bool Parser::hint(Hint &h) {
  SourceRange begin = current().range;
  auto n = name("the name of a hint");
  if (!n)
    return false;
  h.name = std::move(*n);
  h.name.text = upperCase(h.name.text);
  SourceRange open = current().range;
  if (accept(Tok::LParen) && !accept(Tok::RParen)) {
    do {
      OptionDef option;
      if (at(Tok::String)) {
        option.key = takeString();
      } else if (at(Tok::Integer)) {
        option.key = Name{current().text, current().range, true};
        advance();
      } else {
        auto key = name("a key in quotes or a table");
        if (!key)
          return false;
        option.key = std::move(*key);
        while (accept(Tok::Dot)) {
          auto part = name("a name after `.`");
          if (!part)
            return false;
          option.key.text += "." + part->text;
          option.key.quoted = true;
          option.key.range = since(option.key.range);
        }
      }
      if (!accept(Tok::Eq)) {
        h.arguments.push_back(std::move(option.key));
        continue;
      }
      if (!at(Tok::String))
        return expected("a value in single quotes");
      option.value = takeString();
      h.options.push_back(std::move(option));
    } while (accept(Tok::Comma));
    if (!close(Tok::RParen, open, "`,`"))
      return false;
  }
  h.range = since(begin);
  return true;
}

} // namespace levada::sql
