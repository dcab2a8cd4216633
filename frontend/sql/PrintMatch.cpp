//===- PrintMatch.cpp - MATCH_RECOGNIZE as SQL text -----------------------===//
//
// Only the clauses that were written; brackets in a pattern only where its
// quantifiers and choices ask for them.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/Printer.h"

namespace levada::sql {

void Printer::match(const MatchRecognize &m) {
  out += " MATCH_RECOGNIZE (";
  if (!m.partitionBy.empty()) {
    out += "PARTITION BY ";
    list(m.partitionBy);
    out += ' ';
  }
  if (!m.orderBy.empty()) {
    out += "ORDER BY ";
    order(m.orderBy);
    out += ' ';
  }
  for (size_t i = 0; i < m.measures.size(); ++i) {
    out += i ? ", " : "MEASURES ";
    expr(*m.measures[i].expr);
    out += " AS ";
    name(*m.measures[i].alias);
  }
  out += m.measures.empty() ? "" : " ";
  if (m.rowsWritten)
    out += m.allRows ? "ALL ROWS PER MATCH " : "ONE ROW PER MATCH ";
  if (m.afterWritten) {
    out += "AFTER MATCH SKIP ";
    switch (m.after) {
    case MatchRecognize::NextRow:
      out += "TO NEXT ROW ";
      break;
    case MatchRecognize::PastLastRow:
      out += "PAST LAST ROW ";
      break;
    case MatchRecognize::ToFirst:
    case MatchRecognize::ToLast:
      out += m.after == MatchRecognize::ToFirst ? "TO FIRST " : "TO LAST ";
      name(*m.afterVariable);
      out += ' ';
      break;
    }
  }
  out += "PATTERN (";
  if (m.pattern.kind != Pattern::Empty || m.pattern.quantified)
    pattern(m.pattern, false);
  out += ") ";
  if (m.within) {
    out += "WITHIN ";
    expr(*m.within);
    out += ' ';
  }
  for (size_t i = 0; i < m.subsets.size(); ++i) {
    out += i ? ", " : "SUBSET ";
    name(m.subsets[i].first);
    out += " = ";
    names(m.subsets[i].second);
  }
  out += m.subsets.empty() ? "" : " ";
  for (size_t i = 0; i < m.define.size(); ++i) {
    out += i ? ", " : "DEFINE ";
    name(m.define[i].first);
    out += " AS ";
    expr(*m.define[i].second);
  }
  out += ')';
}

/// `single`: a sequence or a choice stands in brackets here.
void Printer::pattern(const Pattern &p, bool single) {
  bool many = p.kind == Pattern::Sequence || p.kind == Pattern::Choice;
  bool brackets = many && (single || p.quantified);
  const char *gap = p.kind == Pattern::Choice    ? " | "
                    : p.kind == Pattern::Permute ? ", "
                                                 : " ";
  out += brackets ? "(" : "";
  switch (p.kind) {
  case Pattern::Variable:
    name(p.variable);
    break;
  case Pattern::Start:
    out += '^';
    break;
  case Pattern::End:
    out += '$';
    break;
  case Pattern::Empty:
    out += "()";
    break;
  case Pattern::Exclude:
    out += "{- ";
    pattern(p.parts[0], false);
    out += " -}";
    break;
  case Pattern::Permute:
    out += "PERMUTE(";
    [[fallthrough]];
  case Pattern::Sequence:
  case Pattern::Choice:
    for (size_t i = 0; i < p.parts.size(); ++i) {
      out += i ? gap : "";
      // A sequence in a choice, and anything in PERMUTE, reads as it is.
      bool bare = p.kind == Pattern::Permute ||
                  (p.kind == Pattern::Choice && p.parts[i].kind == Pattern::Sequence);
      pattern(p.parts[i], !bare && p.parts.size() > 1);
    }
    out += p.kind == Pattern::Permute ? ")" : "";
    break;
  }
  out += brackets ? ")" : "";
  if (!p.quantified)
    return;
  if (p.least == 0 && !p.most)
    out += '*';
  else if (p.least == 1 && !p.most)
    out += '+';
  else if (p.least == 0 && p.most == 1)
    out += '?';
  else if (p.most == p.least)
    out += fmt::format("{{{}}}", *p.least);
  else
    out += p.most ? fmt::format("{{{},{}}}", *p.least, *p.most)
                  : fmt::format("{{{},}}", *p.least);
  out += p.reluctant ? "?" : "";
}

} // namespace levada::sql
