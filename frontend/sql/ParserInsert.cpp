//===- ParserInsert.cpp - INSERT and statement sets -----------------------===//
//
// After a mistake in one INSERT of a statement set the next one is read.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

#include "ir/diag/codes/Sql.h"

namespace levada::sql {

/// INSERT INTO | OVERWRITE t [PARTITION (…)] [(columns)] query [ON CONFLICT …]
StatementPtr Parser::insert() {
  Span span(*this);
  auto s = std::make_unique<InsertStatement>(advance());
  s->overwrite = accept("OVERWRITE");
  inStatement = true;
  if (!s->overwrite && !accept("INTO")) {
    expected("`INTO` or `OVERWRITE`", spellingHint({"INTO", "OVERWRITE"}));
    return nullptr;
  }
  if (s->overwrite && at("INTO"))
    advance();
  if (at("TABLE") && ahead(1).kind != Tok::LParen)
    advance();
  if (!dottedName(s->table, "a table's name") || !hints(s->hints))
    return nullptr;
  bool ok = true;
  auto columns = [&] {
    if (ok && s->columns.empty() && at(Tok::LParen) && !startsQuery(1))
      ok = nameList(s->columns, "a column's name, or a query");
  };
  columns();
  if (ok && at("PARTITION"))
    ok = partitionSpec(*s);
  columns();
  if (!ok)
    return nullptr;
  if (!at({"SELECT", "WITH", "VALUES", "TABLE"}) && !at(Tok::LParen)) {
    std::string hint = spellingHint({"SELECT", "VALUES", "WITH", "PARTITION"});
    expected(s->columns.empty() ? "a list of columns, `SELECT` or `VALUES`"
                                : "`SELECT` or `VALUES`",
             std::move(hint));
    return nullptr;
  }
  mayBreak(0);
  if (!(s->query = query()))
    return nullptr;
  if (atWords({"ON", "CONFLICT"}))
    mayBreak(0);
  if (atWords({"ON", "CONFLICT"}) && !onConflict(*s))
    return nullptr;
  return s;
}

/// PARTITION (a = 1, b)
bool Parser::partitionSpec(InsertStatement &s) {
  advance();
  SourceRange open = current().range;
  if (!expect(Tok::LParen, "`(`"))
    return false;
  do {
    auto n = name("a column's name");
    if (!n)
      return false;
    ExprPtr value;
    if (accept(Tok::Eq) && !(value = expression()))
      return false;
    s.partition.emplace_back(std::move(*n), std::move(value));
  } while (accept(Tok::Comma));
  return close(Tok::RParen, open, "`,`");
}

/// ON CONFLICT DO ERROR | NOTHING | DEDUPLICATE
bool Parser::onConflict(InsertStatement &s) {
  SourceRange begin = advance();
  advance();
  if (!expect("DO"))
    return false;
  if (accept("ERROR"))
    s.onConflict = InsertStatement::Error;
  else if (accept("NOTHING"))
    s.onConflict = InsertStatement::Nothing;
  else if (accept("DEDUPLICATE"))
    s.onConflict = InsertStatement::Deduplicate;
  else
    return expected("`ERROR`, `NOTHING` or `DEDUPLICATE`",
                    spellingHint({"ERROR", "NOTHING", "DEDUPLICATE"}));
  s.conflictRange = since(begin);
  return true;
}

/// EXECUTE STATEMENT SET BEGIN … END, EXECUTE INSERT …, EXECUTE SELECT …
StatementPtr Parser::execute() {
  SourceRange begin = current().range;
  if (wordAhead(1, "PLAN"))
    return otherStatement("EXECUTE PLAN");
  advance();
  if (acceptWords({"STATEMENT", "SET"}))
    return statementSet(begin, false);
  if (at("INSERT"))
    return insert();
  if (at({"SELECT", "WITH", "VALUES"}) || at(Tok::LParen))
    return plainStatement();
  expected("`STATEMENT SET`, `INSERT` or a query",
           spellingHint({"STATEMENT", "INSERT", "SELECT"}));
  return nullptr;
}

/// The words up to SET are read. Old form: `; INSERT …; INSERT …; END`; new
/// form: `BEGIN INSERT …; INSERT …; END`.
StatementPtr Parser::statementSet(SourceRange begin, bool oldForm) {
  auto s = std::make_unique<StatementSetStatement>(begin);
  s->oldForm = oldForm;
  SourceRange open = since(begin);
  bool ok = true;
  brokenSet = true; // until END is read
  Span span(*this);
  span.span.begin -= oldForm ? 3 : 2;
  span.span.force = true;
  if (!oldForm)
    mayBreak(0);
  if (oldForm)
    ok = expect(Tok::Semicolon, "`;`");
  else if (!accept("BEGIN"))
    ok = expected("`BEGIN`", spellingHint({"BEGIN"}));
  if (!ok && !at("INSERT"))
    return nullptr;
  for (;;) {
    if (accept(Tok::Semicolon))
      continue;
    if (at("END")) {
      mayBreak(0);
      break;
    }
    mayBreak(2);
    if (!at("INSERT") && !at("EXECUTE")) {
      if (mayReport()) {
        bool foreign = startsStatement() || at(Tok::End);
        auto d = engine.emit(current().range, diag::ExpectedSql,
                             s->statements.empty() && ok ? "`INSERT`" : "`INSERT` or `END`",
                             found(current()));
        d.label(open, "this statement set");
        std::string hint = spellingHint({"INSERT", "END"});
        d.hint(!hint.empty() ? hint
               : foreign     ? "the set is closed by `END;`"
                             : "a statement set holds INSERT statements");
      }
      return nullptr;
    }
    size_t errors = engine.errors();
    SourceRange first = current().range;
    accept("EXECUTE");
    StatementPtr one = insert();
    if (one && !at("END") && !at(Tok::Semicolon))
      expected("`;` or the end of the statement",
               at({"INSERT"}) ? "a statement ends with `;`" : "");
    if (engine.errors() != errors || !one) {
      ok = false;
      auto closes = [&] {
        return at("END") && (ahead(1).kind == Tok::Semicolon || ahead(1).kind == Tok::End);
      };
      while (!at(Tok::End) && !at(Tok::Semicolon) && !closes() && !startsStatement())
        advance();
      if (startsStatement() && !at({"INSERT", "EXECUTE"}))
        return nullptr;
      continue;
    }
    one->range = since(first);
    s->statements.push_back(std::move(one));
  }
  advance(); // END
  brokenSet = false;
  return ok ? std::move(s) : nullptr;
}

} // namespace levada::sql
