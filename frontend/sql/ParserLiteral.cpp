//===- ParserLiteral.cpp - literals and the units of time -----------------===//
//
// Literals keep their text as written (quotes undone): whether '2020-13-45' is
// a date is the binder's question.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

#include "ir/diag/codes/Sql.h"

namespace levada::sql {

const char *spelling(TimeUnit unit) {
  switch (unit) {
  case TimeUnit::Year:
    return "YEAR";
  case TimeUnit::Quarter:
    return "QUARTER";
  case TimeUnit::Month:
    return "MONTH";
  case TimeUnit::Week:
    return "WEEK";
  case TimeUnit::Day:
    return "DAY";
  case TimeUnit::Hour:
    return "HOUR";
  case TimeUnit::Minute:
    return "MINUTE";
  case TimeUnit::Second:
    return "SECOND";
  }
  return "";
}

/// A string, with those that go on with it on the lines below: 'a'⏎'b' is 'ab'.
std::string Parser::joinedString(Tok kind) {
  std::string text = current().text;
  advance();
  while (at(kind) && current().newLine) {
    text += current().text;
    advance();
  }
  return text;
}

ExprPtr Parser::literal() {
  SourceRange begin = current().range;
  const Token &t = current();
  LiteralKind kind = LiteralKind::Null;
  std::string text;
  switch (t.kind) {
  case Tok::Integer:
    kind = LiteralKind::Integer;
    break;
  case Tok::Decimal:
    kind = LiteralKind::Decimal;
    break;
  case Tok::Approximate:
    kind = LiteralKind::Approximate;
    break;
  case Tok::String:
    kind = LiteralKind::String;
    break;
  case Tok::Binary:
    kind = LiteralKind::Binary;
    break;
  default:
    kind = t.text == "TRUE"    ? LiteralKind::True
           : t.text == "FALSE" ? LiteralKind::False
           : t.text == "NULL"  ? LiteralKind::Null
                               : LiteralKind::Unknown;
  }
  if (t.kind == Tok::String || t.kind == Tok::Binary) {
    text = joinedString(t.kind);
  } else {
    if (t.kind != Tok::Word)
      text = t.text;
    advance();
  }
  if (kind == LiteralKind::String && at(Tok::String)) {
    expected("an operator between two strings", "strings are joined by `||`");
    return nullptr;
  }
  return finish(std::make_unique<LiteralExpr>(kind, std::move(text), begin), begin, 0);
}

/// DATE '…', TIME '…', TIMESTAMP '…', TIMESTAMP WITH LOCAL TIME ZONE '…'
ExprPtr Parser::typedLiteral() {
  SourceRange begin = current().range;
  LiteralKind kind = at("DATE")        ? LiteralKind::Date
                     : at("TIME")      ? LiteralKind::Time
                     : at("TIMESTAMP") ? LiteralKind::Timestamp
                                       : LiteralKind::TimestampLtz;
  advance();
  if (at("WITH")) {
    if (kind != LiteralKind::Timestamp ||
        !acceptWords({"WITH", "LOCAL", "TIME", "ZONE"})) {
      expected("a string", "Flink has TIMESTAMP WITH LOCAL TIME ZONE only");
      return nullptr;
    }
    kind = LiteralKind::TimestampLtz;
  } else {
    acceptWords({"WITHOUT", "TIME", "ZONE"});
  }
  if (!at(Tok::String)) {
    expected("a string");
    return nullptr;
  }
  std::string text = joinedString(Tok::String);
  return finish(std::make_unique<LiteralExpr>(kind, std::move(text), begin), begin, 0);
}

static const std::vector<std::string> intervalUnits = {
    "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"};

std::optional<TimeUnit> Parser::intervalUnit() {
  if (at(Tok::Word)) {
    std::string_view word = current().text;
    for (size_t i = 0; i < intervalUnits.size(); ++i)
      if (word == intervalUnits[i] ||
          (word.ends_with('S') && word.substr(0, word.size() - 1) == intervalUnits[i])) {
        advance();
        return static_cast<TimeUnit>(i);
      }
    if (mayReport()) {
      std::string hint = spellingHint(intervalUnits);
      if (word.starts_with("MILLISECOND") || word == "MS")
        hint = "five milliseconds are INTERVAL '0.005' SECOND";
      auto d = engine.emit(current().range, diag::TimeUnit, source(current().range));
      if (!hint.empty())
        d.hint(hint);
      d.note("units: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND");
    }
  } else {
    expected("a unit of time", "for example DAY or SECOND");
  }
  return std::nullopt;
}

/// A number without sign that fits, as in DECIMAL(10, 2) or SECOND(3).
std::optional<int64_t> Parser::number(std::string_view what) {
  if (!at(Tok::Integer)) {
    expected(what);
    return std::nullopt;
  }
  int64_t value = 0;
  for (char c : current().text) {
    value = c >= '0' && c <= '9' ? value * 10 + (c - '0') : value;
    if (value > INT32_MAX) {
      if (mayReport())
        engine.emit(current().range, diag::NumberTooLarge, source(current().range))
            .hint("the largest is 2147483647");
      return std::nullopt;
    }
  }
  advance();
  return value;
}

/// DAY(3) TO SECOND(6)
std::optional<Parser::Qualifier> Parser::qualifier() {
  Qualifier q;
  auto from = intervalUnit();
  if (!from)
    return std::nullopt;
  q.from = *from;
  if (at(Tok::LParen)) {
    glue();
    SourceRange open = advance();
    if (!(q.precision = number("a number of digits")))
      return std::nullopt;
    if (q.from == TimeUnit::Second && accept(Tok::Comma) &&
        !(q.fraction = number("a number of digits")))
      return std::nullopt;
    if (!close(Tok::RParen, open, ""))
      return std::nullopt;
  }
  if (!at("TO"))
    return q;
  SourceRange to = advance(), unit = current().range;
  if (!(q.to = intervalUnit()))
    return std::nullopt;
  bool day = q.from == TimeUnit::Day || q.from == TimeUnit::Hour || q.from == TimeUnit::Minute;
  bool fits = q.from == TimeUnit::Year ? *q.to == TimeUnit::Month
                                       : day && *q.to > q.from;
  if (!fits) {
    engine.emit(SourceRange{to.buffer, to.begin, unit.end}, diag::IntervalSpan,
                spelling(q.from), spelling(*q.to))
        .note("intervals run from YEAR to MONTH, or from DAY, HOUR or MINUTE to a "
              "smaller unit down to SECOND");
    return std::nullopt;
  }
  if (*q.to == TimeUnit::Second && at(Tok::LParen)) {
    glue();
    SourceRange open = advance();
    if (!(q.fraction = number("a number of digits")) || !close(Tok::RParen, open, ""))
      return std::nullopt;
  }
  return q;
}

/// INTERVAL [-] '…' unit
ExprPtr Parser::interval() {
  SourceRange begin = advance();
  auto e = std::make_unique<IntervalExpr>(begin);
  e->negative = at(Tok::Minus);
  if (at(Tok::Minus) || at(Tok::Plus)) {
    advance();
    glue();
  }
  if (!at(Tok::String)) {
    expected("a string", fmt::format("the number stands in quotes: INTERVAL '{}'",
                                     source(current().range)));
    return nullptr;
  }
  e->text = joinedString(Tok::String);
  auto q = qualifier();
  if (!q)
    return nullptr;
  e->from = q->from;
  e->to = q->to;
  e->precision = q->precision;
  e->fraction = q->fraction;
  return finish(std::move(e), begin, 0);
}

} // namespace levada::sql
