//===- Printer.h - the state of the SQL printer ---------------------------===//
//
// Appends to one text. Expressions and types are in Print.cpp, calls and windows
// in PrintCall.cpp, queries and tables in PrintQuery.cpp, row patterns in
// PrintMatch.cpp, statements in PrintStatement.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SQL_PRINTER_H
#define LEVADA_FRONTEND_SQL_PRINTER_H

#include "frontend/sql/ParserImpl.h"

namespace levada::sql {

struct Printer {
  std::string out;

  /// `e`, in parentheses when it binds weaker than `minimum`.
  void expr(const Expr &e, int minimum = prec::Lowest);
  void type(const TypeName &t);
  void window(const WindowSpec &w);
  void query(const Query &q);
  void statement(const Statement &s);

private:
  void name(const Name &n);
  void path(const std::vector<Name> &parts);
  void names(const std::vector<Name> &list);
  void list(const std::vector<ExprPtr> &items);
  void bare(const Expr &e);
  void postfixOperand(const Expr &e, bool field);
  void binary(const BinaryExpr &e);
  void column(const ColumnExpr &e);
  void literal(const LiteralExpr &e);
  void interval(const IntervalExpr &e);
  void is(const IsExpr &e);
  void unary(const UnaryExpr &e);
  void caseExpr(const CaseExpr &e);
  void call(const CallExpr &e);
  void callName(const CallExpr &e);
  void argument(const CallExpr &e, size_t i);
  bool specialArguments(const CallExpr &e);
  void jsonClauses(const JsonClauses &j);
  void over(const WindowSpec &w);
  void bound(const FrameBound &b);
  void order(const std::vector<OrderItem> &items);
  void queryBody(const Query &q);
  void setOperand(const Query &q, int minimum);
  void hints(const std::vector<Hint> &list);
  void options(const std::vector<OptionDef> &list);
  void match(const MatchRecognize &m);
  void pattern(const Pattern &p, bool single);
  void createTable(const CreateTableStatement &s);
  void column(const ColumnDef &c);
  void tableClauses(const CreateTableStatement &s);
  void createView(const CreateViewStatement &s);
  void createFunction(const CreateFunctionStatement &s);
  void drop(const DropStatement &s);
  void insert(const InsertStatement &s);
  void statementSet(const StatementSetStatement &s);
  void comment(const std::optional<Name> &comment);
  void with(const std::vector<OptionDef> &list);
  void select(const Select &s);
  void grouping(const Expr &e);
  void table(const TableRef &t);
  void join(const TableRef &t);
};

} // namespace levada::sql

#endif
