//===- ParserImpl.h - the recursive descent parser's state ----------------===//
//
// One class, its grammar spread over files by subject: expressions, calls,
// types, queries, statements. A function that failed has emitted a diagnostic and returns
// null or false; lists then go on behind the next comma, so that several
// mistakes are told at once. At most one message per token.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SQL_PARSERIMPL_H
#define LEVADA_FRONTEND_SQL_PARSERIMPL_H

#include "frontend/sql/Layout.h"
#include "frontend/sql/Parser.h"

#include <functional>
#include <initializer_list>

namespace levada::sql {

/// Binding strengths, those of Apache Calcite. All binary operators are
/// left-associative.
namespace prec {
enum : int {
  Lowest = 0, Or = 22, And = 24, Not = 26, Is = 28, Compare = 30, Like = 32,
  Add = 40, Multiply = 60, Sign = 80, Postfix = 100,
};
} // namespace prec

/// How a binary operator binds; 0 for an operator that is none.
int precedence(BinaryOp op);
const char *spelling(BinaryOp op);
const char *spelling(TimeUnit unit);
bool isNiladic(std::string_view upper);

class Parser {
public:
  Parser(uint32_t buffer, diag::Engine &engine, Layout *layout = nullptr);
  ~Parser();

  // Whole texts.
  ExprPtr wholeExpression();
  std::optional<SelectItem> wholeSelectItem();
  std::optional<OrderItem> wholeOrderItem();
  std::optional<TypeName> wholeType();
  std::unique_ptr<WindowSpec> wholeWindowSpec();
  std::unique_ptr<Query> wholeQuery();
  Script script();

private:
  // Tokens.
  const Token &current() const { return tokens[next]; }
  const Token &ahead(size_t n) const {
    return tokens[std::min(next + n, tokens.size() - 1)];
  }
  bool at(Tok kind) const { return current().kind == kind; }
  bool at(std::string_view word) const { return isWord(current(), word); }
  bool at(std::initializer_list<std::string_view> words) const;
  static bool isWord(const Token &t, std::string_view word) {
    return t.kind == Tok::Word && t.text == word;
  }
  bool wordAhead(size_t n, std::string_view word) const { return isWord(ahead(n), word); }
  /// Do these words stand here, in this order?
  bool atWords(std::initializer_list<std::string_view> words) const;
  SourceRange advance();
  bool accept(Tok kind);
  bool accept(std::string_view word);
  /// Skips the words if all of them stand here.
  bool acceptWords(std::initializer_list<std::string_view> words);
  SourceRange last() const { return tokens[next ? next - 1 : 0].range; }
  SourceRange since(SourceRange begin) const;
  std::string_view source(SourceRange r) const;

  // Errors; all return false for use in conditions.
  bool expected(std::string_view what, std::string hint = {});
  bool expect(Tok kind, std::string_view what);
  bool expect(std::string_view word);
  /// An opened bracket is closed here; `what` else may stand here.
  bool close(Tok kind, SourceRange open, std::string_view what);
  bool unclosed(Tok kind, SourceRange open, std::string_view what); ///< says so
  bool unsupported(SourceRange range, std::string_view what, std::string hint = {});
  std::string found(const Token &t) const;
  std::string spellingHint(const std::vector<std::string> &words) const;
  bool mayReport();
  bool end(std::string_view what);
  /// Skips to the next comma, closing bracket or clause on this level.
  void recover();
  void skipTo(Tok closing);
  bool skipInside(Tok closing);
  template <typename T> T verdict(T result) {
    return engine.errors() == errorsBefore ? std::move(result) : T();
  }

  // Notes for a formatter (see Layout.h).
  /// A construct from the token here to the one where this object dies.
  struct Span {
    Parser &parser;
    Layout::Span span;
    bool on = true;
    explicit Span(Parser &p, int commas = -1)
        : parser(p), span{static_cast<uint32_t>(p.next), 0, static_cast<int8_t>(commas)} {}
    ~Span() {
      span.end = static_cast<uint32_t>(parser.next);
      if (parser.layout && on)
        parser.layout->spans.push_back(span);
    }
  };
  void role(size_t token, Layout::Role role) {
    if (layout && token < layout->roles.size())
      layout->roles[token] |= role;
  }
  void isKeyword(size_t token) {
    if (layout)
      layout->roles[token] &= ~Layout::IsName;
  }
  void glue() { role(next, Layout::Glued); }
  void mayBreak(uint8_t indent) {
    if (layout)
      layout->breaks.push_back({static_cast<uint32_t>(next), indent});
  }
  void together(size_t bracket) {
    if (layout)
      brackets.push_back(static_cast<uint32_t>(bracket));
  }
  void noteChain(size_t begin, const std::vector<std::pair<size_t, int>> &operators);

  // Levels. `Level` counts one nested construct while it lives.
  struct Level {
    Parser &parser;
    bool ok;
    explicit Level(Parser &p);
    ~Level() { --parser.nesting; }
  };
  bool tooDeep(SourceRange range);
  void giveUp();
  static uint32_t depth(const ExprPtr &e) { return e ? e->depth : 0; }
  static uint32_t depth(const std::vector<ExprPtr> &list);
  static uint32_t depth(const std::vector<OrderItem> &list);
  /// Gives `e` its range and depth, null if that is too deep.
  ExprPtr finish(ExprPtr e, SourceRange begin, uint32_t below);

  // Names.
  bool atName() const;
  std::optional<Name> name(std::string_view what);
  bool reservedName(std::string_view what);
  bool looksLikeName() const;
  Name takeName();
  Name takeString();
  bool dottedName(std::vector<Name> &parts, std::string_view what);
  bool nameList(std::vector<Name> &names, std::string_view what);

  // Expressions (ParserExpr.cpp).
  ExprPtr expression(int minimum = prec::Lowest);
  ExprPtr infix(ExprPtr left, int minimum, bool &again);
  ExprPtr isTest(ExprPtr left);
  ExprPtr notTest(ExprPtr left);
  ExprPtr between(ExprPtr left, bool negated);
  ExprPtr inTest(ExprPtr left, bool negated);
  ExprPtr quantified(ExprPtr left, BinaryOp op, SourceRange opRange);
  ExprPtr like(ExprPtr left, bool negated);
  ExprPtr binary(ExprPtr left, BinaryOp op, SourceRange opRange);
  ExprPtr operand();
  ExprPtr primary();
  ExprPtr postfix(ExprPtr e);
  ExprPtr parenthesized();
  ExprPtr difference(ExprPtr minus, SourceRange open);
  ExprPtr caseExpr();
  ExprPtr alternatives(ExprPtr first);
  ExprPtr column();
  ExprPtr listValue(ExprKind kind, Tok closing);
  ExprPtr missingOperand();
  bool expressions(std::vector<ExprPtr> &list);

  // Literals (ParserLiteral.cpp).
  ExprPtr literal();
  ExprPtr typedLiteral();
  ExprPtr interval();
  std::string joinedString(Tok kind);
  std::optional<TimeUnit> intervalUnit();
  struct Qualifier {
    TimeUnit from = TimeUnit::Second;
    std::optional<TimeUnit> to;
    std::optional<int64_t> precision, fraction;
  };
  std::optional<Qualifier> qualifier();
  std::optional<int64_t> number(std::string_view what);

  // Calls (ParserCall.cpp).
  ExprPtr call(std::vector<Name> path);
  ExprPtr niladic();
  ExprPtr cast();
  bool arguments(CallExpr &e);
  bool argument(CallExpr &e);
  bool tableArgument(CallExpr &e);
  bool specialArguments(CallExpr &e, bool &handled);
  bool add(CallExpr &e, ExprPtr arg, bool symbol = false);
  bool symbol(CallExpr &e, std::string_view what, const std::vector<std::string> &words);
  bool jsonArguments(CallExpr &e);
  bool jsonClauses(CallExpr &e);
  bool callSuffix(CallExpr &e);
  uint32_t callDepth(const CallExpr &e) const;
  std::unique_ptr<WindowSpec> over();
  std::unique_ptr<WindowSpec> windowSpec();
  bool partitionList(std::vector<ExprPtr> &list);
  bool frame(WindowSpec &spec);
  bool frameBound(FrameBound &bound);
  bool orderItem(OrderItem &item);
  bool orderList(std::vector<OrderItem> &list);

  // Types (ParserType.cpp).
  std::optional<TypeName> type();
  bool typeBody(TypeName &t);
  bool typeParameters(TypeName &t);
  bool typeChildren(TypeName &t, size_t count);
  bool typeFields(TypeName &t);

  // Queries (ParserQuery.cpp): WITH, set operators, what stands between them.
  struct Operand;
  std::unique_ptr<Query> query();
  bool commonTables(Query &q, uint32_t &below, bool &ok);
  Operand setOperation(int minimum);
  Operand queryOperand();
  std::unique_ptr<Query> combine(Operand left, SetOpKind op, SourceRange opRange, bool all,
                                 Operand right);
  std::unique_ptr<Query> finish(std::unique_ptr<Query> q, SourceRange begin, uint32_t below);
  bool atSetOperator() const;
  bool startsQuery(size_t n) const;
  bool startsStatement() const;

  // SELECT and its clauses (ParserSelect.cpp). ORDER BY and LIMIT belong to
  // the query around it.
  struct Tail;
  bool selectItem(SelectItem &item);
  bool selectList(Select &s, uint32_t &below);
  bool clauses(Select *s, Tail &tail, uint32_t &below, bool ok);
  bool clauseBody(int clause, Select *s, Tail &tail, uint32_t &below);
  bool afterClauses(const Select *s, int latest);
  bool acceptAlias(std::optional<Name> &alias);
  bool atAlias() const;
  void skipToClause();
  bool groupBy(Select &s);
  ExprPtr groupingItem();
  bool windows(Select &s, uint32_t &below);
  std::unique_ptr<TableRef> from();
  std::unique_ptr<TableRef> joinedTable();
  std::unique_ptr<TableRef> table();
  bool tableSource(TableRef &t);
  bool tableAlias(TableRef &t);
  bool acceptOrdinality();
  std::optional<JoinKind> joinKind(bool &failed);
  std::unique_ptr<TableRef> join(std::unique_ptr<TableRef> left,
                                 std::unique_ptr<TableRef> right, JoinKind kind);
  bool joinCondition(TableRef &t);
  bool hints(std::vector<Hint> &list);
  bool hint(Hint &h);

  // MATCH_RECOGNIZE (ParserMatch.cpp).
  std::unique_ptr<TableRef> matched(std::unique_ptr<TableRef> input);
  bool matchClauses(MatchRecognize &m, uint32_t &below);
  ExprPtr measureMode();
  bool measures(MatchRecognize &m, uint32_t &below);
  bool afterMatch(MatchRecognize &m);
  bool subsets(MatchRecognize &m);
  bool define(MatchRecognize &m, uint32_t &below);
  bool pattern(Pattern &p);
  bool patternTerm(Pattern &p);
  bool patternFactor(Pattern &p);
  bool patternGroup(Pattern &p, Tok closing, SourceRange open);
  bool quantifier(Pattern &p);

  // Statements (ParserStatement.cpp, ParserInsert.cpp, ParserCreate.cpp).
  StatementPtr statement();
  StatementPtr plainStatement();
  bool endStatement(std::string_view what);
  void skipStatement();
  StatementPtr otherStatement(std::string what);
  StatementPtr otherOrUnknown();
  StatementPtr setStatement();
  StatementPtr resetStatement();
  StatementPtr useStatement();
  StatementPtr explain();
  StatementPtr analyze();
  StatementPtr execute();
  StatementPtr statementSet(SourceRange begin, bool oldForm);
  StatementPtr insert();
  bool onConflict(InsertStatement &s);
  bool partitionSpec(InsertStatement &s);
  StatementPtr create();
  StatementPtr createTable(SourceRange begin, bool temporary, bool orReplace);
  StatementPtr createView(SourceRange begin, bool temporary, bool orReplace);
  StatementPtr createFunction(SourceRange begin, bool temporary, bool system);
  StatementPtr createSpace(SourceRange begin, StatementKind kind);
  StatementPtr drop();
  bool tableElements(CreateTableStatement &s);
  void skipElement(size_t first);
  bool tableElement(CreateTableStatement &s, SourceRange open);
  bool columnDef(CreateTableStatement &s, SourceRange open);
  bool columnConstraint(ColumnDef &c);
  bool primaryKey(CreateTableStatement &s);
  bool watermark(CreateTableStatement &s);
  bool enforcement(bool &enforced);
  bool distribution(CreateTableStatement &s);
  bool likeClause(CreateTableStatement &s);
  bool options(std::vector<OptionDef> &list);
  bool optionKey(Name &key);
  bool comment(std::optional<Name> &comment);
  bool ifExists(bool &flag, bool negated);
  std::string textSince(size_t first) const;

  diag::Engine &engine;
  size_t errorsBefore;
  std::vector<Token> tokens;
  std::vector<HintComment> hintComments;
  std::vector<uint32_t> closing; ///< of each `(`: the token that closes it, or 0
  size_t nextHint = 0;
  size_t next = 0;
  Layout *layout = nullptr;
  std::vector<uint32_t> brackets; ///< of this statement, that break together
  bool inStatement = false;       ///< the next query is one of a statement
  bool inMatch = false;
  bool inHint = false;
  bool brokenSet = false; ///< a statement set was given up before its END
  size_t reportedAt = SIZE_MAX;
  uint32_t nesting = 0;
};

} // namespace levada::sql

#endif
