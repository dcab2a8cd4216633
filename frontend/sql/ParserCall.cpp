//===- ParserCall.cpp - function calls and what follows them --------------===//
//
// Calls with words between their arguments (EXTRACT, TRIM, …) are brought into
// the plain form that CallExpr in Ast.h describes. CAST is here too.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

#include "ir/diag/codes/Sql.h"

namespace levada::sql {

bool isNiladic(std::string_view upper) {
  return upper == "CURRENT_DATE" || upper == "CURRENT_TIME" ||
         upper == "CURRENT_TIMESTAMP" || upper == "LOCALTIME" ||
         upper == "LOCALTIMESTAMP";
}

ExprPtr Parser::niladic() {
  SourceRange begin = current().range;
  Name n = takeName();
  if (at(Tok::LParen))
    return call({std::move(n)});
  auto e = std::make_unique<CallExpr>(begin);
  isKeyword(next - 1);
  e->name = std::move(n);
  e->name.text = upperCase(e->name.text);
  e->niladic = true;
  if (!callSuffix(*e))
    return nullptr;
  uint32_t below = callDepth(*e);
  return finish(std::move(e), begin, below);
}

ExprPtr Parser::call(std::vector<Name> path) {
  SourceRange begin = path.front().range;
  auto e = std::make_unique<CallExpr>(begin);
  e->name = std::move(path.back());
  path.pop_back();
  e->qualifier = std::move(path);
  if (!e->name.quoted)
    e->name.text = upperCase(e->name.text);
  glue();
  SourceRange open = advance();
  if (!arguments(*e)) {
    skipTo(Tok::RParen);
    return nullptr;
  }
  if (!close(Tok::RParen, open, "`,`"))
    return nullptr;
  if (!callSuffix(*e))
    return nullptr;
  uint32_t below = callDepth(*e);
  return finish(std::move(e), begin, below);
}

uint32_t Parser::callDepth(const CallExpr &e) const {
  uint32_t below = std::max({depth(e.args), depth(e.partitionBy), depth(e.tableOrder),
                             depth(e.withinGroup), depth(e.filter)});
  if (e.over)
    below = std::max(below, e.over->depth);
  if (e.json) {
    below = std::max({below, depth(e.json->defaultOnEmpty), depth(e.json->defaultOnError)});
    if (e.json->returning)
      below = std::max(below, e.json->returning->depth);
  }
  return below;
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

/// Adds an argument; false if it is null.
bool Parser::add(CallExpr &e, ExprPtr arg, bool symbol) {
  if (!arg)
    return false;
  e.args.push_back(std::move(arg));
  e.symbols.push_back(symbol);
  if (!e.argNames.empty())
    e.argNames.resize(e.args.size());
  return true;
}

bool Parser::arguments(CallExpr &e) {
  if (at(Tok::RParen))
    return true;
  bool handled = false;
  if (!e.name.quoted && e.qualifier.empty()) {
    if (!specialArguments(e, handled))
      return false;
    if (handled)
      return true;
  }
  if (e.args.empty()) {
    bool ends = ahead(1).kind == Tok::RParen || ahead(1).kind == Tok::Semicolon ||
                ahead(1).kind == Tok::End ||
                (ahead(1).kind == Tok::Word && isReserved(ahead(1).text));
    if (at(Tok::Star) && ends) {
      advance();
      e.star = true;
      return true;
    }
    if (accept("DISTINCT"))
      e.distinct = true;
    else
      accept("ALL");
  }
  bool ok = true;
  bool more = e.args.empty() || accept(Tok::Comma);
  for (; more; more = accept(Tok::Comma))
    if (!argument(e)) {
      ok = false;
      recover();
    }
  if (!ok)
    return false;
  if (acceptWords({"IGNORE", "NULLS"}))
    e.ignoreNulls = true;
  else if (acceptWords({"RESPECT", "NULLS"}))
    e.ignoreNulls = false;
  if (atWords({"ORDER", "BY"}))
    return orderList(e.withinGroup);
  return true;
}

bool Parser::argument(CallExpr &e) {
  std::optional<Name> argName;
  if (atName() && ahead(1).kind == Tok::Arrow) {
    argName = takeName();
    advance();
  }
  bool named = ahead(1).kind == Tok::Word || ahead(1).kind == Tok::QuotedName;
  if (at("MODEL") && named && !isReserved(ahead(1).text) &&
      (ahead(2).kind == Tok::Comma || ahead(2).kind == Tok::RParen || ahead(2).kind == Tok::Dot))
    return unsupported(current().range, "a model as an argument");
  bool isTable = at("TABLE");
  if (isTable ? !tableArgument(e) : !add(e, expression()))
    return false;
  if (argName) {
    e.argNames.resize(e.args.size());
    e.argNames.back() = std::move(argName);
  }
  return true;
}

/// TABLE t, TABLE 'file' [PARTITION BY a | (a, b)] [ORDER BY …], TABLE (SELECT …)
bool Parser::tableArgument(CallExpr &e) {
  SourceRange begin = advance();
  ExprPtr table;
  if (at(Tok::LParen)) {
    SourceRange open = advance();
    auto sub = std::make_unique<SubqueryExpr>(begin);
    if (!(sub->query = query())) {
      skipTo(Tok::RParen);
      return false;
    }
    uint32_t below = sub->query->depth;
    if (!close(Tok::RParen, open, ""))
      return false;
    table = finish(std::move(sub), begin, below);
  } else if (at(Tok::String)) { // TABLE 'file' is TABLE (SELECT * FROM 'file')
    SourceRange place = current().range;
    auto sub = std::make_unique<SubqueryExpr>(begin);
    sub->query = std::make_unique<Query>();
    sub->query->select = std::make_unique<Select>();
    Select &select = *sub->query->select;
    select.items.push_back({std::make_unique<StarExpr>(place), std::nullopt, place});
    select.from = std::make_unique<TableRef>();
    select.from->kind = TableKind::File;
    select.from->file = takeString();
    select.from->range = sub->query->range = select.range = place;
    if (!hints(select.from->hints))
      return false;
    uint32_t below = sub->query->depth = 2;
    table = finish(std::move(sub), begin, below);
  } else {
    auto column = std::make_unique<ColumnExpr>(begin);
    SourceRange first = current().range;
    if (!dottedName(column->parts, "a table's name"))
      return false;
    table = finish(std::move(column), first, 0);
  }
  if (!add(e, std::move(table), true))
    return false;
  if (!e.partitionBy.empty() && at("PARTITION"))
    return unsupported(current().range, "a second table with `PARTITION BY`");
  if (acceptWords({"PARTITION", "BY"})) {
    if (at(Tok::LParen)) {
      SourceRange open = advance();
      bool ok = expressions(e.partitionBy);
      if (!ok)
        skipTo(Tok::RParen);
      if (!ok || !close(Tok::RParen, open, "`,`"))
        return false;
    } else {
      ExprPtr key = expression();
      if (!key)
        return false;
      e.partitionBy.push_back(std::move(key));
    }
  }
  if (acceptWords({"ORDER", "BY"})) {
    bool brackets = at(Tok::LParen);
    SourceRange open = current().range;
    if (brackets)
      advance();
    do {
      OrderItem item;
      if (!orderItem(item))
        return false;
      e.tableOrder.push_back(std::move(item));
    } while (brackets && accept(Tok::Comma));
    return !brackets || close(Tok::RParen, open, "`,`");
  }
  return true;
}

/// A word that is not a value: a unit of time or a flag.
bool Parser::symbol(CallExpr &e, std::string_view what, const std::vector<std::string> &words) {
  if (!at(Tok::Word))
    return expected(what);
  const std::string &word = current().text;
  if (std::find(words.begin(), words.end(), word) == words.end()) {
    if (mayReport()) {
      std::string hint = spellingHint(words);
      auto d = engine.emit(current().range, diag::TimeUnit, source(current().range));
      if (!hint.empty())
        d.hint(hint);
      d.note(fmt::format("units: {}", fmt::join(words, ", ")));
    }
    return false;
  }
  std::string text = word;
  SourceRange range = advance();
  return add(e, std::make_unique<LiteralExpr>(LiteralKind::String, std::move(text), range),
             true);
}

static const std::vector<std::string> extractUnits = {
    "MILLENNIUM", "CENTURY", "DECADE", "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOY",
    "DOW", "ISODOW", "ISOYEAR", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND",
    "NANOSECOND", "EPOCH"};
static const std::vector<std::string> roundUnits = {
    "MILLENNIUM", "CENTURY", "DECADE", "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR",
    "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND"};
static const std::vector<std::string> addUnits = {
    "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND",
    "MICROSECOND", "NANOSECOND", "FRAC_SECOND", "SQL_TSI_YEAR", "SQL_TSI_QUARTER",
    "SQL_TSI_MONTH", "SQL_TSI_WEEK", "SQL_TSI_DAY", "SQL_TSI_HOUR", "SQL_TSI_MINUTE",
    "SQL_TSI_SECOND", "SQL_TSI_MICROSECOND", "SQL_TSI_FRAC_SECOND"};

/// Arguments of the functions with a syntax of their own. `handled` when all
/// arguments are read; else the plain list goes on behind those in `e.args`.
bool Parser::specialArguments(CallExpr &e, bool &handled) {
  const std::string &f = e.name.text;
  if (f.starts_with("JSON_") && !at("DISTINCT")) {
    handled = f == "JSON_OBJECT" || f == "JSON_OBJECTAGG" || f == "JSON_ARRAY" ||
              f == "JSON_ARRAYAGG" || f == "JSON_VALUE" || f == "JSON_QUERY" ||
              f == "JSON_EXISTS";
    return !handled || jsonArguments(e);
  }
  if (f == "EXTRACT") {
    handled = true;
    if (!symbol(e, "a unit of time, as in EXTRACT(DAY FROM t)", extractUnits))
      return false;
    return expect("FROM") && add(e, expression());
  }
  if (f == "TIMESTAMPADD" || f == "TIMESTAMPDIFF")
    return symbol(e, "a unit of time", addUnits);
  if (f == "FLOOR" || f == "CEIL" || f == "CEILING") {
    if (!add(e, expression()))
      return false;
    if (!accept("TO"))
      return true;
    handled = true;
    return symbol(e, "a unit of time", roundUnits);
  }
  if (f == "SUBSTRING" || f == "SUBSTR") {
    if (!add(e, expression()))
      return false;
    handled = at({"FROM", "FOR"});
    if (accept("FROM") && !add(e, expression()))
      return false;
    if (handled && e.args.size() == 1) {
      expected("`FROM`", "the form is SUBSTRING(text FROM start FOR length)");
      return false;
    }
    return !handled || !accept("FOR") || add(e, expression());
  }
  if (f == "POSITION") {
    if (!add(e, expression(prec::Like + 1)))
      return false;
    handled = accept("IN");
    if (!handled)
      return true;
    return add(e, expression()) && (!accept("FROM") || add(e, expression()));
  }
  if (f == "OVERLAY") {
    if (!add(e, expression()))
      return false;
    handled = accept("PLACING");
    if (!handled)
      return true;
    return add(e, expression()) && expect("FROM") && add(e, expression()) &&
           (!accept("FOR") || add(e, expression()));
  }
  if (f == "TRIM") {
    bool flag = at({"BOTH", "LEADING", "TRAILING"}) && ahead(1).kind != Tok::RParen &&
                ahead(1).kind != Tok::Comma && ahead(1).kind != Tok::Dot;
    std::string word = flag ? current().text : "BOTH";
    SourceRange range = current().range;
    if (flag)
      advance();
    ExprPtr what;
    if (!at("FROM") && !(what = expression()))
      return false;
    if (!flag && !at("FROM"))
      return add(e, std::move(what));
    handled = true;
    if (!flag)
      range.end = range.begin;
    auto mode = std::make_unique<LiteralExpr>(LiteralKind::String, word, range);
    if (!add(e, std::move(mode), true))
      return false;
    if (!accept("FROM")) // TRIM(LEADING x)
      return add(e, std::move(what));
    return add(e, expression()) && (!what || add(e, std::move(what)));
  }
  return true;
}

//===----------------------------------------------------------------------===//
// JSON functions
//===----------------------------------------------------------------------===//

bool Parser::jsonArguments(CallExpr &e) {
  bool pairs = e.name.text.starts_with("JSON_OBJECT");
  bool empty = at(Tok::RParen) || (at({"NULL", "ABSENT"}) && wordAhead(1, "ON"));
  bool ok = true;
  if (!empty)
    do {
      if (!pairs) {
        if (!argument(e)) {
          ok = false;
          recover();
        }
        continue;
      }
      if (at("KEY") && !wordAhead(1, "VALUE") && ahead(1).kind != Tok::Comma &&
          ahead(1).kind != Tok::Dot)
        advance();
      bool good = add(e, expression());
      if (good && !accept("VALUE")) {
        std::string hint = spellingHint({"VALUE"});
        good = expected("`VALUE` and the value for this key", std::move(hint));
      }
      if (!good || !add(e, expression())) {
        ok = false;
        recover();
      }
    } while (accept(Tok::Comma));
  if (ok && atWords({"ORDER", "BY"}) && !orderList(e.withinGroup))
    return false;
  return ok && jsonClauses(e);
}

bool Parser::jsonClauses(CallExpr &e) {
  JsonClauses clauses;
  bool any = false;
  for (;; any = true) {
    std::optional<JsonBehavior> behavior;
    ExprPtr value;
    if (accept("RETURNING")) {
      if (!(clauses.returning = type()))
        return false;
      continue;
    }
    if (at({"WITH", "WITHOUT"})) {
      bool without = at("WITHOUT");
      advance();
      clauses.wrapper = without                   ? JsonWrapper::Without
                        : accept("CONDITIONAL")   ? JsonWrapper::Conditional
                                                  : JsonWrapper::Unconditional;
      if (!without)
        accept("UNCONDITIONAL");
      accept("ARRAY");
      if (!expect("WRAPPER"))
        return false;
      continue;
    }
    if (accept("NULL"))
      behavior = JsonBehavior::Null;
    else if (accept("ERROR"))
      behavior = JsonBehavior::Error;
    else if (accept("TRUE"))
      behavior = JsonBehavior::True;
    else if (accept("FALSE"))
      behavior = JsonBehavior::False;
    else if (accept("UNKNOWN"))
      behavior = JsonBehavior::Unknown;
    else if (accept("ABSENT"))
      behavior = JsonBehavior::Absent;
    else if (acceptWords({"EMPTY", "ARRAY"}))
      behavior = JsonBehavior::EmptyArray;
    else if (acceptWords({"EMPTY", "OBJECT"}))
      behavior = JsonBehavior::EmptyObject;
    else if (accept("DEFAULT")) {
      behavior = JsonBehavior::Default;
      if (!(value = expression()))
        return false;
    }
    if (!behavior)
      break;
    if (!expect("ON"))
      return false;
    if (accept("EMPTY")) {
      clauses.onEmpty = behavior;
      clauses.defaultOnEmpty = std::move(value);
    } else if (accept("ERROR")) {
      clauses.onError = behavior;
      clauses.defaultOnError = std::move(value);
    } else if (!value && accept("NULL")) {
      clauses.onNull = behavior;
    } else {
      std::string hint = spellingHint({"EMPTY", "ERROR", "NULL"});
      return expected("`EMPTY`, `ERROR` or `NULL` after `ON`", std::move(hint));
    }
  }
  if (any)
    e.json = std::make_unique<JsonClauses>(std::move(clauses));
  return true;
}

/// CAST(a AS type), TRY_CAST(a AS type)
ExprPtr Parser::cast() {
  SourceRange begin = current().range;
  bool tryCast = at("TRY_CAST");
  advance();
  SourceRange open = current().range;
  glue();
  if (!expect(Tok::LParen, "`(`, a value, `AS` and a type"))
    return nullptr;
  auto e = std::make_unique<CastExpr>(begin);
  e->tryCast = tryCast;
  bool ok = (e->operand = expression()) != nullptr;
  if (ok && !accept("AS"))
    ok = expected("an operator or `AS`",
                  at(Tok::Comma) ? "the form is CAST(value AS type)" : spellingHint({"AS"}));
  if (ok) {
    auto t = type();
    ok = t.has_value();
    if (ok)
      e->type = std::move(*t);
  }
  if (!ok) {
    skipTo(Tok::RParen);
    return nullptr;
  }
  if (!close(Tok::RParen, open, ""))
    return nullptr;
  uint32_t below = std::max(e->operand->depth, e->type.depth);
  return finish(std::move(e), begin, below);
}

} // namespace levada::sql
