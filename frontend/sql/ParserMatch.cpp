//===- ParserMatch.cpp - MATCH_RECOGNIZE ----------------------------------===//
//
// Row patterns. The lexer gives `|`, `{`, `}`, `^` and `$` as tokens between the
// brackets of PATTERN only.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

namespace levada::sql {

std::unique_ptr<TableRef> Parser::matched(std::unique_ptr<TableRef> input) {
  SourceRange begin = advance(), open = advance();
  auto t = std::make_unique<TableRef>();
  t->kind = TableKind::Match;
  t->match = std::make_unique<MatchRecognize>();
  uint32_t below = input->depth;
  t->left = std::move(input);
  bool outer = inMatch;
  inMatch = true;
  bool ok = matchClauses(*t->match, below);
  inMatch = outer;
  if (!ok) {
    skipTo(Tok::RParen);
    return nullptr;
  }
  if (!close(Tok::RParen, open, "`,`"))
    return nullptr;
  t->match->range = since(begin);
  t->depth = below + 1;
  return t;
}

bool Parser::matchClauses(MatchRecognize &m, uint32_t &below) {
  if (atWords({"PARTITION", "BY"}) && !partitionList(m.partitionBy))
    return false;
  if (atWords({"ORDER", "BY"}) && !orderList(m.orderBy))
    return false;
  below = std::max({below, depth(m.partitionBy), depth(m.orderBy)});
  if (at("MEASURES") && !measures(m, below))
    return false;
  mayBreak(2);
  if (acceptWords({"ONE", "ROW", "PER", "MATCH"})) {
    m.rowsWritten = true;
  } else if (acceptWords({"ALL", "ROWS", "PER", "MATCH"})) {
    m.rowsWritten = m.allRows = true;
  }
  mayBreak(2);
  if (at("AFTER") && !afterMatch(m))
    return false;
  if (!at("PATTERN")) {
    std::string hint = spellingHint({"PARTITION", "ORDER", "MEASURES", "ONE", "ALL", "AFTER",
                                     "PATTERN"});
    return expected("`PATTERN`", std::move(hint));
  }
  mayBreak(2);
  advance();
  SourceRange open = current().range;
  if (!expect(Tok::LParen, "`(` and a pattern"))
    return false;
  m.pattern.kind = Pattern::Empty;
  m.pattern.range = current().range;
  if (!at(Tok::RParen) && !patternGroup(m.pattern, Tok::RParen, open))
    return false;
  if (!close(Tok::RParen, open, "a variable"))
    return false;
  if (at("WITHIN")) {
    mayBreak(2);
    advance();
    if (!at("INTERVAL"))
      return expected("an interval", "as in WITHIN INTERVAL '10' MINUTE");
    if (!(m.within = interval()))
      return false;
    below = std::max(below, m.within->depth);
  }
  if (at("SUBSET") && !subsets(m))
    return false;
  if (!at("DEFINE"))
    return expected("`DEFINE`", spellingHint({"DEFINE", "WITHIN", "SUBSET"}));
  return define(m, below);
}

/// FINAL LAST(a.x), RUNNING a.x: a call of that name.
ExprPtr Parser::measureMode() {
  SourceRange begin = current().range;
  auto e = std::make_unique<CallExpr>(begin);
  e->name = takeName();
  isKeyword(next - 1);
  e->name.text = upperCase(e->name.text);
  if (!add(*e, expression(prec::Postfix)))
    return nullptr;
  uint32_t below = callDepth(*e);
  return finish(std::move(e), begin, below);
}

bool Parser::measures(MatchRecognize &m, uint32_t &below) {
  bool ok = true;
  mayBreak(2);
  Span span(*this, 2);
  advance();
  mayBreak(2);
  do {
    SelectItem item;
    SourceRange begin = current().range;
    if (!(item.expr = expression())) {
      ok = false;
      recover();
      continue;
    }
    if (!accept("AS")) {
      expected("an operator or `AS` and a name", spellingHint({"AS"}));
      ok = false;
      recover();
      continue;
    }
    if (!(item.alias = name("a name after `AS`")))
      return false;
    item.range = since(begin);
    below = std::max(below, item.expr->depth);
    m.measures.push_back(std::move(item));
  } while (accept(Tok::Comma));
  return ok;
}

/// AFTER MATCH SKIP TO NEXT ROW | PAST LAST ROW | TO [FIRST | LAST] variable
bool Parser::afterMatch(MatchRecognize &m) {
  if (!acceptWords({"AFTER", "MATCH"}))
    return expected("`AFTER MATCH`");
  if (!expect("SKIP"))
    return false;
  m.afterWritten = true;
  if (acceptWords({"PAST", "LAST", "ROW"})) {
    m.after = MatchRecognize::PastLastRow;
    return true;
  }
  if (!accept("TO"))
    return expected("`TO` or `PAST LAST ROW`", spellingHint({"TO", "PAST"}));
  if (acceptWords({"NEXT", "ROW"})) {
    m.after = MatchRecognize::NextRow;
    return true;
  }
  bool named = at({"FIRST", "LAST"}) && (ahead(1).kind == Tok::QuotedName ||
                                         ahead(1).kind == Tok::Word) &&
               !wordAhead(1, "PATTERN");
  m.after = named && at("FIRST") ? MatchRecognize::ToFirst : MatchRecognize::ToLast;
  if (named)
    advance();
  m.afterVariable = name("`NEXT ROW`, `FIRST` or `LAST` and a variable of the pattern");
  return m.afterVariable.has_value();
}

bool Parser::subsets(MatchRecognize &m) {
  mayBreak(2);
  advance();
  do {
    auto n = name("a name for several variables");
    if (!n || !expect(Tok::Eq, "`=`"))
      return false;
    std::vector<Name> variables;
    if (!nameList(variables, "a variable of the pattern"))
      return false;
    m.subsets.emplace_back(std::move(*n), std::move(variables));
  } while (accept(Tok::Comma));
  return true;
}

bool Parser::define(MatchRecognize &m, uint32_t &below) {
  bool ok = true;
  mayBreak(2);
  Span span(*this, 2);
  advance();
  mayBreak(2);
  do {
    auto n = name("a variable of the pattern");
    if (!n)
      return false;
    ExprPtr condition;
    if (expect("AS"))
      condition = expression();
    if (!condition) {
      ok = false;
      recover();
      continue;
    }
    below = std::max(below, condition->depth);
    m.define.emplace_back(std::move(*n), std::move(condition));
  } while (accept(Tok::Comma));
  return ok;
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// a b | c
bool Parser::pattern(Pattern &p) {
  Level level(*this);
  if (!level.ok)
    return false;
  SourceRange begin = current().range;
  if (!patternTerm(p))
    return false;
  if (!at(Tok::Bar))
    return true;
  Pattern choice{Pattern::Choice, begin, {}, {}, {}, {}};
  choice.parts.push_back(std::move(p));
  while (accept(Tok::Bar)) {
    Pattern other{};
    if (!patternTerm(other))
      return false;
    choice.parts.push_back(std::move(other));
  }
  choice.range = since(begin);
  p = std::move(choice);
  return true;
}

/// a b c
bool Parser::patternTerm(Pattern &p) {
  SourceRange begin = current().range;
  if (!patternFactor(p))
    return false;
  auto more = [&] {
    return atName() || at(Tok::LParen) || at(Tok::LBrace) || at(Tok::Caret) || at(Tok::Dollar);
  };
  if (!more())
    return true;
  Pattern sequence{Pattern::Sequence, begin, {}, {}, {}, {}};
  sequence.parts.push_back(std::move(p));
  while (more()) {
    Pattern factor{};
    if (!patternFactor(factor))
      return false;
    sequence.parts.push_back(std::move(factor));
  }
  sequence.range = since(begin);
  p = std::move(sequence);
  return true;
}

bool Parser::patternGroup(Pattern &p, Tok closing, SourceRange open) {
  if (!pattern(p))
    return false;
  if (at(closing))
    return true;
  return close(closing, open, "a variable, a quantifier, `|`");
}

bool Parser::patternFactor(Pattern &p) {
  SourceRange begin = current().range;
  if (at(Tok::LParen)) {
    SourceRange open = advance();
    if (at(Tok::RParen))
      p.kind = Pattern::Empty;
    else if (!patternGroup(p, Tok::RParen, open))
      return false;
    if (!close(Tok::RParen, open, ""))
      return false;
  } else if (at(Tok::LBrace)) {
    SourceRange open = advance();
    glue();
    if (!expect(Tok::Minus, "`-`: what is left out stands between `{-` and `-}`"))
      return false;
    Pattern inner{};
    if (!pattern(inner) || !expect(Tok::Minus, "`-}`"))
      return false;
    glue();
    if (!close(Tok::RBrace, open, ""))
      return false;
    p.kind = Pattern::Exclude;
    p.parts.push_back(std::move(inner));
  } else if (at(Tok::Caret) || at(Tok::Dollar)) {
    p.kind = at(Tok::Caret) ? Pattern::Start : Pattern::End;
    advance();
    p.range = since(begin);
    return true;
  } else if (at("PERMUTE") && ahead(1).kind == Tok::LParen) {
    advance();
    glue();
    SourceRange open = advance();
    p.kind = Pattern::Permute;
    do {
      Pattern part{};
      if (!pattern(part))
        return false;
      p.parts.push_back(std::move(part));
    } while (accept(Tok::Comma));
    if (!close(Tok::RParen, open, "`,`"))
      return false;
  } else {
    auto n = name("a variable of the pattern");
    if (!n)
      return false;
    p.kind = Pattern::Variable;
    p.variable = std::move(*n);
  }
  p.range = since(begin);
  return quantifier(p);
}

/// *, +, ?, {n}, {n,}, {,m}, {n,m}, each with ? for as few as possible
bool Parser::quantifier(Pattern &p) {
  SourceRange begin = p.range;
  size_t first = next;
  std::optional<int64_t> least, most;
  if (accept(Tok::Star)) {
    least = 0;
  } else if (accept(Tok::Plus)) {
    least = 1;
  } else if (accept(Tok::Question)) {
    least = 0;
    most = 1;
  } else if (at(Tok::LBrace) && ahead(1).kind != Tok::Minus) {
    SourceRange open = advance();
    if (at(Tok::Integer) && !(least = number("a number of rows")))
      return false;
    if (accept(Tok::Comma)) {
      if (at(Tok::Integer) && !(most = number("a number of rows")))
        return false;
      if (!least)
        least = 0;
    } else if (least) {
      most = least;
    } else {
      return expected("a number of rows");
    }
    if (!close(Tok::RBrace, open, ""))
      return false;
  } else {
    return true;
  }
  if (p.quantified || p.kind == Pattern::Exclude) { // (a+)+
    Pattern outer{Pattern::Sequence, begin, {}, {}, {}, {}};
    outer.parts.push_back(std::move(p));
    p = std::move(outer);
  }
  p.quantified = true;
  p.least = least;
  p.most = most;
  p.reluctant = accept(Tok::Question);
  for (size_t i = first; i < next; ++i)
    role(i, Layout::Glued);
  p.range = since(begin);
  return true;
}

} // namespace levada::sql
