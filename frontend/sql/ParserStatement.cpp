//===- ParserStatement.cpp - scripts and statements -----------------------===//
//
// Which statement stands here, and where the next one begins after a mistake:
// behind the next `;`, or, when that is missing, at the next line that begins
// like a statement. CREATE and DROP are in ParserCreate.cpp, INSERT and
// statement sets in ParserInsert.cpp.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/ParserImpl.h"

#include "ir/diag/codes/Sql.h"

namespace levada::sql {

static const std::vector<std::string> statementWords = {
    "CREATE", "DROP", "ALTER", "INSERT", "SELECT", "WITH", "VALUES", "SET", "RESET", "USE",
    "EXPLAIN", "EXECUTE", "BEGIN", "ANALYZE", "SHOW", "DESCRIBE", "DESC", "DELETE", "UPDATE",
    "CALL", "TRUNCATE", "ADD", "REMOVE", "LOAD", "UNLOAD", "COMPILE", "STOP", "UPSERT",
    "MERGE", "HELP", "QUIT", "EXIT", "CLEAR"};

/// Words that begin a statement whatever stands before them. They are names
/// elsewhere, so the word behind them has to agree.
bool Parser::startsStatement() const {
  if (!at(Tok::Word))
    return false;
  struct Start {
    std::string_view first;
    std::initializer_list<std::string_view> second;
  };
  static const Start starts[] = {
      {"INSERT", {"INTO", "OVERWRITE"}},
      {"CREATE",
       {"TABLE", "TEMPORARY", "VIEW", "OR", "FUNCTION", "CATALOG", "DATABASE", "MODEL",
        "MATERIALIZED"}},
      {"DROP", {"TABLE", "TEMPORARY", "VIEW", "FUNCTION", "CATALOG", "DATABASE"}},
      {"ALTER", {"TABLE", "VIEW", "FUNCTION", "CATALOG", "DATABASE"}},
      {"EXECUTE", {"STATEMENT", "INSERT", "PLAN"}},
      {"BEGIN", {"STATEMENT"}},
      {"EXPLAIN", {"SELECT", "INSERT", "PLAN", "STATEMENT", "CHANGELOG_MODE"}},
      {"ANALYZE", {"TABLE", "TABLES"}},
      {"USE", {"CATALOG", "MODULES"}},
  };
  for (const Start &s : starts)
    if (at(s.first))
      for (std::string_view word : s.second)
        if (wordAhead(1, word))
          return true;
  return at("SET") && current().newLine && ahead(1).kind == Tok::String &&
         ahead(2).kind == Tok::Eq;
}

//===----------------------------------------------------------------------===//
// Scripts
//===----------------------------------------------------------------------===//

Script Parser::script() {
  Script result;
  result.buffer = current().range.buffer;
  while (!at(Tok::End)) {
    if (accept(Tok::Semicolon))
      continue;
    if (brokenSet && at("END") && (ahead(1).kind == Tok::Semicolon || ahead(1).kind == Tok::End)) {
      advance();
      brokenSet = false;
      continue;
    }
    size_t errors = engine.errors(), first = next;
    inStatement = true;
    brackets.clear();
    StatementPtr s = statement();
    if (s && layout)
      layout->statements.push_back(
          {static_cast<uint32_t>(first), static_cast<uint32_t>(next),
           s->kind == StatementKind::Other || s->kind == StatementKind::Analyze, brackets});
    if (!s || engine.errors() != errors || !endStatement("the statement")) {
      result.failed = true;
      s = nullptr;
      skipStatement();
    }
    for (size_t i = first; s && i < next; ++i)
      if (tokens[i].faulty) // `==` was read as `=`, and reported
        s = nullptr;
    if (s)
      result.statements.push_back(std::move(s));
    if (next == first) // always forward
      advance();
  }
  result.failed |= engine.errors() != errorsBefore;
  return result;
}

/// `;`, the end, or, told as a mistake, the next statement.
bool Parser::endStatement(std::string_view what) {
  if (at(Tok::End) || accept(Tok::Semicolon))
    return true;
  if (startsStatement() || (current().newLine && at({"SELECT", "SET", "WITH", "VALUES"})))
    return expected("`;`", "a statement ends with `;`");
  if (at(Tok::RParen) || at(Tok::RBracket))
    return expected(fmt::format("`;` or the end of {}", what),
                    fmt::format("no bracket is open that `{}` could close",
                                source(current().range)));
  return expected(fmt::format("`;` or the end of {}", what));
}

/// After a mistake: behind the next `;`, or to a line that begins a statement.
void Parser::skipStatement() {
  for (bool first = true; !at(Tok::End); first = false) {
    if (accept(Tok::Semicolon))
      return;
    if (startsStatement() && (current().newLine || first))
      return;
    advance();
  }
}

StatementPtr Parser::statement() {
  Level level(*this);
  if (!level.ok)
    return nullptr;
  SourceRange begin = current().range;
  StatementPtr s = plainStatement();
  if (s)
    s->range = since(begin);
  return s;
}

StatementPtr Parser::plainStatement() {
  if (at({"SELECT", "WITH", "VALUES", "TABLE"}) || at(Tok::LParen)) {
    auto s = std::make_unique<QueryStatement>(current().range);
    if (!(s->query = query()))
      return nullptr;
    return s;
  }
  if (at("CREATE"))
    return create();
  if (at("DROP"))
    return drop();
  if (at("INSERT"))
    return insert();
  if (at("SET"))
    return setStatement();
  if (at("RESET"))
    return resetStatement();
  if (at("USE"))
    return useStatement();
  if (at("EXPLAIN"))
    return explain();
  if (at("ANALYZE"))
    return analyze();
  if (at("EXECUTE"))
    return execute();
  if (atWords({"BEGIN", "STATEMENT", "SET"})) {
    SourceRange begin = advance();
    advance(), advance();
    return statementSet(begin, true);
  }
  return otherOrUnknown();
}

//===----------------------------------------------------------------------===//
// Statements of the session
//===----------------------------------------------------------------------===//

/// 'key', or table.local-time-zone without quotes.
bool Parser::optionKey(Name &key) {
  if (at(Tok::String)) {
    key = takeString();
    return true;
  }
  if (!at(Tok::Word))
    return expected("a key in single quotes", "as in SET 'table.local-time-zone' = 'UTC'");
  SourceRange begin = current().range;
  role(next, Layout::IsName);
  while ((at(Tok::Word) || at(Tok::Dot) || at(Tok::Minus) || at(Tok::Integer) ||
          at(Tok::Decimal)) &&
         (last() == begin || last().end <= current().range.begin)) {
    bool joined = current().range == begin || last().end == current().range.begin;
    if (!joined)
      break;
    role(next, Layout::IsName);
    role(next, Layout::AsWritten);
    advance();
  }
  SourceRange range = since(begin);
  key = Name{std::string(source(range)), range, false};
  return true;
}

/// SET; SET 'key' = 'value'; SET key = value
StatementPtr Parser::setStatement() {
  auto s = std::make_unique<SetStatement>(advance());
  if (at(Tok::Semicolon) || at(Tok::End))
    return s;
  OptionDef option;
  if (!optionKey(option.key))
    return nullptr;
  if (!expect(Tok::Eq, "`=`"))
    return nullptr;
  if (at(Tok::String)) {
    option.value = takeString();
  } else if (option.key.quoted || at(Tok::Semicolon) || at(Tok::End)) {
    expected("a value in single quotes",
             at(Tok::Word) || at(Tok::Integer)
                 ? fmt::format("write '{}'", source(current().range))
                 : "");
    return nullptr;
  } else {
    SourceRange begin = current().range;
    for (bool first = true; !at(Tok::Semicolon) && !at(Tok::End) && !current().newLine;
         first = false) {
      role(next, Layout::IsName);
      if (!first)
        role(next, Layout::AsWritten);
      advance();
    }
    SourceRange range = since(begin);
    option.value = Name{std::string(source(range)), range, false};
  }
  s->option = std::move(option);
  return s;
}

/// RESET; RESET 'key'
StatementPtr Parser::resetStatement() {
  auto s = std::make_unique<ResetStatement>(advance());
  if (at(Tok::Semicolon) || at(Tok::End))
    return s;
  Name key;
  if (!optionKey(key))
    return nullptr;
  s->key = std::move(key);
  return s;
}

/// USE database, USE CATALOG name, USE MODULES a, b
StatementPtr Parser::useStatement() {
  auto s = std::make_unique<UseStatement>(advance());
  bool named = ahead(1).kind == Tok::Word || ahead(1).kind == Tok::QuotedName;
  if (at("CATALOG") && named) {
    advance();
    s->what = UseStatement::Catalog;
  } else if (at("MODULES") && named) {
    advance();
    s->what = UseStatement::Modules;
    do {
      auto n = name("a module's name");
      if (!n)
        return nullptr;
      s->name.push_back(std::move(*n));
    } while (accept(Tok::Comma));
    return s;
  }
  bool catalog = s->what == UseStatement::Catalog;
  if (!dottedName(s->name, catalog ? "a catalog's name" : "a database's name"))
    return nullptr;
  return s;
}

//===----------------------------------------------------------------------===//
// EXPLAIN, ANALYZE and what Levada does not do
//===----------------------------------------------------------------------===//

StatementPtr Parser::explain() {
  auto s = std::make_unique<ExplainStatement>(advance());
  if (acceptWords({"PLAN", "FOR"})) {
    s->planFor = true;
  } else {
    static const std::vector<std::string> details = {"ESTIMATED_COST", "CHANGELOG_MODE",
                                                     "JSON_EXECUTION_PLAN", "PLAN_ADVICE"};
    auto atDetail = [&] {
      return at(Tok::Word) &&
             std::find(details.begin(), details.end(), current().text) != details.end();
    };
    if (atDetail())
      do {
        if (!atDetail()) {
          std::string hint = spellingHint(details);
          expected("a detail of the plan",
                   hint.empty() ? fmt::format("{}", fmt::join(details, ", ")) : hint);
          return nullptr;
        }
        Name n = takeName();
        isKeyword(next - 1);
        n.text = upperCase(n.text);
        s->details.push_back(std::move(n));
      } while (accept(Tok::Comma));
  }
  if (at(Tok::String)) {
    unsupported(current().range, "a plan from a file");
    return nullptr;
  }
  SourceRange begin = current().range;
  if (acceptWords({"STATEMENT", "SET"})) {
    s->statement = statementSet(begin, false);
    if (s->statement)
      s->statement->range = since(begin);
  } else {
    s->statement = statement();
  }
  if (!s->statement)
    return nullptr;
  return s;
}

/// The words since the token `first`, one blank where any stood.
std::string Parser::textSince(size_t first) const {
  std::string text;
  for (size_t i = first; i < next; ++i) {
    if (i > first && tokens[i].range.begin > tokens[i - 1].range.end)
      text += ' ';
    text += source(tokens[i].range);
  }
  return text;
}

StatementPtr Parser::analyze() {
  auto s = std::make_unique<AnalyzeStatement>(current().range);
  size_t first = next;
  advance();
  if (!at({"TABLE", "TABLES"})) {
    expected("`TABLE` or `TABLES`", spellingHint({"TABLE", "TABLES"}));
    return nullptr;
  }
  for (; !at(Tok::Semicolon) && !at(Tok::End); advance())
    if (at(Tok::Error)) // reported
      return nullptr;
  s->text = textSince(first);
  return s;
}

StatementPtr Parser::otherStatement(std::string what) {
  auto s = std::make_unique<OtherStatement>(current().range);
  s->what = std::move(what);
  size_t first = next;
  bool set = false; // STATEMENT SET BEGIN …; …; END
  while (!at(Tok::End) && (set || !at(Tok::Semicolon))) {
    set |= atWords({"STATEMENT", "SET", "BEGIN"});
    set &= !at("END") || (ahead(1).kind != Tok::Semicolon && ahead(1).kind != Tok::End);
    if (at(Tok::Error)) // reported
      return nullptr;
    advance();
  }
  if (set && !expected("`END`"))
    return nullptr;
  s->text = textSince(first);
  return s;
}

StatementPtr Parser::otherOrUnknown() {
  static const std::vector<std::string> nouns = {
      "TABLE",     "TABLES",   "VIEW",      "VIEWS",     "FUNCTION",  "FUNCTIONS", "CATALOG",
      "CATALOGS",  "DATABASE", "DATABASES", "COLUMNS",   "PARTITIONS", "MODULE",   "MODULES",
      "JAR",       "JARS",     "MODEL",     "MODELS",    "CREATE",    "CURRENT",   "FULL",
      "USER",      "PROCEDURES", "PROCEDURE", "JOB",     "JOBS",      "MATERIALIZED", "PLAN",
      "FROM",      "INTO",     "CONNECTION", "CONNECTIONS", "EXTENDED", "AND"};
  for (const char *word : {"ALTER", "SHOW", "DESCRIBE", "DESC", "DELETE", "UPDATE", "CALL",
                           "TRUNCATE", "ADD", "REMOVE", "LOAD", "UNLOAD", "COMPILE", "STOP",
                           "UPSERT", "MERGE", "HELP", "QUIT", "EXIT", "CLEAR"})
    if (at(word)) {
      std::string what = word;
      if (at("ALTER") || at("SHOW")) {
        size_t n = 1;
        while (wordAhead(n, "TEMPORARY") || wordAhead(n, "SYSTEM"))
          ++n;
        for (const std::string &noun : nouns)
          if (wordAhead(n, noun)) {
            what += " " + noun;
            if (noun == "MATERIALIZED" || noun == "CREATE" || noun == "CURRENT")
              what += ahead(n + 1).kind == Tok::Word ? " " + ahead(n + 1).text : "";
            break;
          }
      } else {
        for (const std::string &noun : nouns)
          if (wordAhead(1, noun) && noun != "FROM" && noun != "INTO")
            what += " " + noun;
      }
      return otherStatement(std::move(what));
    }
  std::string hint = spellingHint(statementWords);
  if (hint.empty() && at("END"))
    hint = "no statement set is open here";
  if (hint.empty() && at(Tok::LBracket) && next == 0)
    hint = "a pipeline file ends in .toml, a script in .sql";
  expected("a statement", std::move(hint));
  return nullptr;
}

Script parseScript(uint32_t buffer, diag::Engine &engine) {
  return Parser(buffer, engine).script();
}
Script layScript(uint32_t buffer, diag::Engine &engine, Layout &layout) {
  return Parser(buffer, engine, &layout).script();
}

} // namespace levada::sql
