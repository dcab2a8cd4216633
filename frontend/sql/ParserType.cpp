//===- ParserType.cpp - type names ----------------------------------------===//
//
// Reads every spelling of Flink's types and reduces synonyms to one name (the
// list stands at TypeName in Ast.h). Which names exist, and which lengths and
// precisions they take, the binder says.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

namespace levada::sql {

std::optional<TypeName> Parser::type() {
  Level level(*this);
  if (!level.ok)
    return std::nullopt;
  SourceRange begin = current().range;
  TypeName t;
  if (!typeBody(t))
    return std::nullopt;
  for (;;) {
    t.range = since(begin);
    if (acceptWords({"NOT", "NULL"})) {
      t.nullable = false;
    } else if (at("NULL") && !wordAhead(1, "ON")) {
      advance();
    } else if (at({"ARRAY", "MULTISET"})) {
      TypeName outer;
      outer.name = current().text;
      outer.depth = t.depth + 1;
      outer.children.push_back(std::move(t));
      t = std::move(outer);
      advance();
    } else {
      break;
    }
    if (t.depth > maxDepth) {
      tooDeep(since(begin));
      return std::nullopt;
    }
  }
  return t;
}

bool Parser::typeBody(TypeName &t) {
  if (!at(Tok::Word) || isReserved(current().text))
    return expected("a type", at(Tok::String) ? "types stand without quotes" : "");
  t.name = current().text;
  if (!isTypeWord(t.name))
    role(next, Layout::IsName);
  if (t.name == "INTERVAL") {
    advance();
    auto q = qualifier();
    if (!q)
      return false;
    t.name += fmt::format(" {}", spelling(q->from));
    if (q->to)
      t.name += fmt::format(" TO {}", spelling(*q->to));
    if (q->precision || q->fraction)
      t.params.push_back(q->precision.value_or(-1));
    if (q->fraction)
      t.params.push_back(*q->fraction);
    return true;
  }
  if (t.name == "RAW" && ahead(1).kind == Tok::LParen)
    return unsupported(current().range, "the type RAW of Java objects");
  advance();
  if (t.name == "ROW" || t.name == "STRUCTURED")
    return typeFields(t);
  if (t.name == "ARRAY" || t.name == "MULTISET")
    return typeChildren(t, 1);
  if (t.name == "MAP")
    return typeChildren(t, 2);
  if (t.name == "INTEGER")
    t.name = "INT";
  else if (t.name == "DEC" || t.name == "NUMERIC")
    t.name = "DECIMAL";
  else if (t.name == "CHAR" || t.name == "CHARACTER")
    t.name = accept("VARYING") ? "VARCHAR" : "CHAR";
  else if (t.name == "BINARY" && accept("VARYING"))
    t.name = "VARBINARY";
  else if (t.name == "DOUBLE")
    accept("PRECISION");
  if (!typeParameters(t))
    return false;
  if (t.name != "TIMESTAMP" && t.name != "TIME")
    return true;
  if (acceptWords({"WITHOUT", "TIME", "ZONE"}))
    return true;
  if (!at("WITH") || wordAhead(1, "WRAPPER") || wordAhead(1, "CONDITIONAL") ||
      wordAhead(1, "UNCONDITIONAL") || wordAhead(1, "ARRAY"))
    return true;
  SourceRange with = current().range;
  if (t.name == "TIMESTAMP" && acceptWords({"WITH", "LOCAL", "TIME", "ZONE"})) {
    t.name = "TIMESTAMP_LTZ";
    return true;
  }
  if (atWords({"WITH", "TIME", "ZONE"}) || atWords({"WITH", "LOCAL", "TIME", "ZONE"}))
    return unsupported(with, fmt::format("the type {} with a time zone", t.name),
                       "Flink has TIMESTAMP WITH LOCAL TIME ZONE, in short TIMESTAMP_LTZ");
  advance();
  return expected("`LOCAL TIME ZONE`", spellingHint({"LOCAL"}));
}

/// (10), (10, 2)
bool Parser::typeParameters(TypeName &t) {
  if (!at(Tok::LParen))
    return true;
  glue();
  SourceRange open = advance();
  do {
    auto value = number(t.params.empty() ? "a length or a precision" : "a scale");
    if (!value)
      return false;
    t.params.push_back(*value);
  } while (t.params.size() < 2 && accept(Tok::Comma));
  return close(Tok::RParen, open, "");
}

/// <T>, <K, V>
bool Parser::typeChildren(TypeName &t, size_t count) {
  SourceRange open = current().range;
  Span span(*this, 2);
  span.span.bracket = true;
  glue();
  if (!accept(Tok::Lt))
    return expected("`<`", count == 1
                               ? fmt::format("the form is {}<INT>", t.name)
                               : fmt::format("the form is {}<STRING, INT>", t.name));
  glue();
  for (size_t i = 0; i < count; ++i) {
    if (i && !expect(Tok::Comma, "`,`"))
      return false;
    auto child = type();
    if (!child)
      return false;
    t.depth = std::max(t.depth, child->depth + 1);
    t.children.push_back(std::move(*child));
  }
  return close(Tok::Gt, open, "");
}

/// ROW<a INT, b STRING 'comment'>, ROW(a INT), STRUCTURED<'class', a INT>
bool Parser::typeFields(TypeName &t) {
  glue();
  if (t.name == "ROW" && accept(Tok::Ne)) // ROW<>
    return true;
  SourceRange open = current().range;
  bool round = at(Tok::LParen) && t.name == "ROW";
  if (!round && !at(Tok::Lt))
    return expected("`<`", "the form is ROW<name TYPE, …>");
  Span span(*this, 2);
  span.span.bracket = true;
  span.on = !round;
  advance();
  glue();
  Tok closing = round ? Tok::RParen : Tok::Gt;
  bool more = !at(closing);
  if (t.name == "STRUCTURED") {
    if (!at(Tok::String))
      return expected("a class name in quotes");
    t.className = current().text;
    advance();
    more = accept(Tok::Comma);
  }
  for (; more; more = accept(Tok::Comma)) {
    auto field = name("a field's name");
    if (!field)
      return false;
    if (at(Tok::Comma) || at(closing))
      return expected(fmt::format("the type of the field `{}`", field->text));
    auto child = type();
    if (!child)
      return false;
    if (at(Tok::String)) // a comment
      advance();
    t.depth = std::max(t.depth, child->depth + 1);
    t.children.push_back(std::move(*child));
    t.fieldNames.push_back(std::move(*field));
  }
  return close(closing, open, "`,`");
}

} // namespace levada::sql
