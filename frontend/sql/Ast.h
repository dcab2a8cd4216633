//===- Ast.h - SQL expressions, queries and statements as written ---------===//
//
// Plain structs, one per construct, each with the range of the user's text.
// Nothing here is bound or typed. LLVM-style casting by `kind`.
//
// How deep a tree can be: the parser admits no tree with `depth` over
// maxDepth, where a chain of binary operators (`a OR b OR c`, which leans to
// the left) counts as one level and has at most maxChain operators. A walker
// may recurse for everything but BinaryExpr::left, which it follows in a loop
// (leftSpine).
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SQL_AST_H
#define LEVADA_FRONTEND_SQL_AST_H

#include "ir/diag/SourceMap.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace levada::sql {

inline constexpr uint32_t maxDepth = 400;
inline constexpr uint32_t maxChain = 10000;

/// A name as written: unquoted names keep their case (Flink is case
/// sensitive for columns, blind for keywords and functions).
struct Name {
  std::string text;
  SourceRange range;
  bool quoted = false;
};

/// A type as written: `DECIMAL(10, 2) NOT NULL`, `ROW<a INT, b STRING>`.
/// Synonyms become one name: INTEGER is "INT", NUMERIC and DEC "DECIMAL",
/// CHARACTER "CHAR", CHARACTER VARYING "VARCHAR", BINARY VARYING "VARBINARY",
/// DOUBLE PRECISION "DOUBLE", TIMESTAMP WITH LOCAL TIME ZONE "TIMESTAMP_LTZ".
/// `INTERVAL DAY(3) TO SECOND(6)` is "INTERVAL DAY TO SECOND" with params 3, 6
/// (-1 for the first when only the fraction is written). Other names are kept:
/// which exist is the binder's to say.
struct TypeName {
  SourceRange range;
  std::string name;              ///< upper case: "INT", "TIMESTAMP_LTZ", "ROW"
  std::vector<int64_t> params;   ///< length, or precision and scale
  bool nullable = true;          ///< false after NOT NULL
  uint32_t depth = 1;            ///< levels of the type
  std::vector<TypeName> children; ///< ARRAY, MAP, MULTISET, ROW
  std::vector<Name> fieldNames;   ///< ROW and STRUCTURED only
  std::string className;          ///< STRUCTURED<'class', …> only
};

enum class ExprKind {
  Literal, Interval, Column, Star, Unary, Binary, Between, InList, Like, Is,
  Case, Cast, Call, Field, Index, RowValue, ArrayValue, MapValue, Subquery,
};

struct Expr {
  const ExprKind kind;
  SourceRange range;     ///< with the parentheses around it, if any
  uint32_t depth = 1;    ///< levels of the tree, see the head of this file
  explicit Expr(ExprKind kind, SourceRange range) : kind(kind), range(range) {}
  virtual ~Expr() = default;
};
using ExprPtr = std::unique_ptr<Expr>;

enum class LiteralKind {
  Null, True, False, Unknown,
  Integer,      ///< 42: INT or BIGINT by size, DECIMAL beyond
  Decimal,      ///< 4.20: DECIMAL(3, 2)
  Approximate,  ///< 4.2E0: DOUBLE
  String,       ///< 'it''s': CHAR(n), `text` without quotes, '' undone
  Binary,       ///< x'0aff', `text` the hex digits
  Date, Time, Timestamp, TimestampLtz, ///< DATE '2020-01-01' …, `text` inside
};
struct LiteralExpr : Expr {
  LiteralKind literal;
  std::string text;
  LiteralExpr(LiteralKind l, std::string text, SourceRange r)
      : Expr(ExprKind::Literal, r), literal(l), text(std::move(text)) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Literal; }
};

enum class TimeUnit { Year, Quarter, Month, Week, Day, Hour, Minute, Second };
/// INTERVAL '1 10:00' DAY TO MINUTE; INTERVAL -'5' SECOND(3) …
struct IntervalExpr : Expr {
  std::string text;
  bool negative = false;
  TimeUnit from = TimeUnit::Second;
  std::optional<TimeUnit> to;
  std::optional<int64_t> precision, fraction;
  IntervalExpr(SourceRange r) : Expr(ExprKind::Interval, r) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Interval; }
};

/// a, t.a, t.row.field: parts as written; the binder says which is what.
struct ColumnExpr : Expr {
  std::vector<Name> parts;
  ColumnExpr(SourceRange r) : Expr(ExprKind::Column, r) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Column; }
};
/// * or t.*
struct StarExpr : Expr {
  std::vector<Name> qualifier;
  StarExpr(SourceRange r) : Expr(ExprKind::Star, r) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Star; }
};

enum class UnaryOp { Plus, Minus, Not };
struct UnaryExpr : Expr {
  UnaryOp op;
  ExprPtr operand;
  UnaryExpr(UnaryOp op, ExprPtr e, SourceRange r)
      : Expr(ExprKind::Unary, r), op(op), operand(std::move(e)) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Unary; }
};

enum class BinaryOp {
  Add, Sub, Mul, Div, Rem, Concat,
  Eq, Ne, Lt, Le, Gt, Ge, IsDistinct, IsNotDistinct,
  And, Or,
  Overlaps, ///< (start, end) OVERLAPS (start, interval)
};
struct BinaryExpr : Expr {
  BinaryOp op;
  SourceRange opRange;
  uint32_t chain = 1; ///< binary operators down the left side, this included
  ExprPtr left, right;
  BinaryExpr(BinaryOp op, SourceRange opRange, ExprPtr l, ExprPtr r, SourceRange range)
      : Expr(ExprKind::Binary, range), op(op), opRange(opRange),
        left(std::move(l)), right(std::move(r)) {}
  ~BinaryExpr() override; ///< takes the left side apart in a loop
  static bool classof(const Expr *e) { return e->kind == ExprKind::Binary; }
};
/// The chain `e`, e.left, e.left.left … of BinaryExpr, innermost first: the
/// order of evaluation. `a + b - c`: first `a + b`, then the whole.
std::vector<const BinaryExpr *> leftSpine(const BinaryExpr &e);


struct BetweenExpr : Expr {
  ExprPtr operand, low, high;
  bool negated = false, symmetric = false;
  BetweenExpr(SourceRange r) : Expr(ExprKind::Between, r) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Between; }
};
struct Query;
struct InExpr : Expr {
  ExprPtr operand;
  std::vector<ExprPtr> list;      ///< or
  std::unique_ptr<Query> query;   ///< IN (SELECT …)
  bool negated = false;
  InExpr(SourceRange r);
  ~InExpr() override;
  static bool classof(const Expr *e) { return e->kind == ExprKind::InList; }
};
struct LikeExpr : Expr {
  ExprPtr operand, pattern, escape; ///< escape may be null
  bool negated = false, similar = false;
  LikeExpr(SourceRange r) : Expr(ExprKind::Like, r) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Like; }
};
enum class IsWhat {
  Null, True, False, Unknown, Json, JsonValue, JsonObject, JsonArray, JsonScalar,
};
struct IsExpr : Expr {
  ExprPtr operand;
  IsWhat what = IsWhat::Null;
  bool negated = false;
  IsExpr(SourceRange r) : Expr(ExprKind::Is, r) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Is; }
};
/// CASE [operand] WHEN … THEN … [ELSE …] END. The condition of `CASE x WHEN
/// 1, 2 THEN` is an InExpr whose operand is null: the CASE's own.
struct CaseExpr : Expr {
  ExprPtr operand, otherwise; ///< either may be null
  std::vector<std::pair<ExprPtr, ExprPtr>> branches;
  CaseExpr(SourceRange r) : Expr(ExprKind::Case, r) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Case; }
};
struct CastExpr : Expr {
  ExprPtr operand;
  TypeName type;
  bool tryCast = false;
  CastExpr(SourceRange r) : Expr(ExprKind::Cast, r) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Cast; }
};

struct OrderItem {
  ExprPtr expr;
  bool descending = false;
  std::optional<bool> nullsFirst;
};
struct FrameBound {
  enum Kind { UnboundedPreceding, Preceding, CurrentRow, Following, UnboundedFollowing } kind;
  ExprPtr offset;
};
/// OVER name, or OVER (PARTITION BY … ORDER BY … ROWS|RANGE …)
struct WindowSpec {
  SourceRange range;
  std::optional<Name> reference;
  std::vector<ExprPtr> partitionBy;
  std::vector<OrderItem> orderBy;
  bool rows = false, hasFrame = false;
  FrameBound low{FrameBound::UnboundedPreceding, nullptr};
  FrameBound high{FrameBound::CurrentRow, nullptr};
  uint32_t depth = 1;
};

/// What stands after the arguments of a JSON function.
enum class JsonBehavior {
  Null, Error, True, False, Unknown, Absent, EmptyArray, EmptyObject, Default,
};
enum class JsonWrapper { Without, Conditional, Unconditional };
struct JsonClauses {
  std::optional<TypeName> returning;
  std::optional<JsonWrapper> wrapper;           ///< JSON_QUERY
  std::optional<JsonBehavior> onEmpty, onError; ///< JSON_VALUE, QUERY, EXISTS
  ExprPtr defaultOnEmpty, defaultOnError;       ///< DEFAULT value ON …
  std::optional<JsonBehavior> onNull; ///< Null or Absent: OBJECT, ARRAY, …AGG
};

/// Any function call. Special syntax is normalized: EXTRACT(u FROM x) is
/// EXTRACT(unit, x), FLOOR(x TO u) is FLOOR(x, unit), TRIM(BOTH a FROM b) is
/// TRIM(flag, b, a), SUBSTRING(a FROM b FOR c), POSITION(a IN b),
/// OVERLAY(a PLACING b FROM c FOR d), TIMESTAMPADD(unit, n, t): a unit or flag
/// is a LiteralExpr of String kind (upper case) listed in `symbols`. TRIM(x)
/// has one argument; TRIM(FROM x), TRIM(BOTH FROM x), TRIM(BOTH x) are TRIM(flag, x).
/// CURRENT_TIMESTAMP and its kin without parentheses have `niladic` set.
/// JSON_OBJECT(KEY a VALUE b, …) and JSON_OBJECTAGG(KEY a VALUE b) have the
/// arguments a, b, …. GROUP BY GROUPING SETS (…) is the call "GROUPING SETS"
/// with a RowValue for each parenthesized set.
struct CallExpr : Expr {
  Name name;                 ///< upper case in `name.text` when not quoted
  std::vector<ExprPtr> args;
  std::vector<bool> symbols; ///< args[i] is a keyword (unit, flag), not a value
  std::vector<std::optional<Name>> argNames; ///< f(a => 1); empty when none
  bool star = false;         ///< COUNT(*)
  bool distinct = false;
  bool niladic = false;      ///< written without parentheses
  std::vector<Name> qualifier;             ///< catalog.database.f(…)
  std::optional<bool> ignoreNulls;         ///< IGNORE NULLS, RESPECT NULLS
  std::unique_ptr<JsonClauses> json;
  std::vector<ExprPtr> partitionBy;        ///< f(TABLE t PARTITION BY …
  std::vector<OrderItem> tableOrder;       ///<   ORDER BY …)
  std::vector<OrderItem> withinGroup; ///< also f(x ORDER BY …)
  ExprPtr filter;            ///< FILTER (WHERE …)
  std::unique_ptr<WindowSpec> over;
  CallExpr(SourceRange r) : Expr(ExprKind::Call, r) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Call; }
};
/// (expr).field
struct FieldExpr : Expr {
  ExprPtr operand;
  Name field;
  FieldExpr(SourceRange r) : Expr(ExprKind::Field, r) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Field; }
};
/// array[i], map[key]
struct IndexExpr : Expr {
  ExprPtr operand, index;
  IndexExpr(SourceRange r) : Expr(ExprKind::Index, r) {}
  static bool classof(const Expr *e) { return e->kind == ExprKind::Index; }
};
/// ROW(…) or (a, b); ARRAY[…]; MAP[k, v, …]
struct ListExpr : Expr {
  std::vector<ExprPtr> items;
  ListExpr(ExprKind kind, SourceRange r) : Expr(kind, r) {}
  static bool classof(const Expr *e) {
    return e->kind == ExprKind::RowValue || e->kind == ExprKind::ArrayValue ||
           e->kind == ExprKind::MapValue;
  }
};
/// (SELECT …) as a value, EXISTS (SELECT …), and the right side of a quantified
/// comparison: `a > ALL (SELECT …)` is a BinaryExpr whose right side has
/// `quantifier` set. `= ANY (…)` is an InExpr, `<> ALL (…)` a negated one; the
/// list of `a > ANY (1, 2)` is the query VALUES 1, 2. SOME is ANY.
enum class Quantifier { None, Any, All };
struct SubqueryExpr : Expr {
  std::unique_ptr<Query> query;
  bool exists = false;
  Quantifier quantifier = Quantifier::None;
  SubqueryExpr(SourceRange r);
  ~SubqueryExpr() override;
  static bool classof(const Expr *e) { return e->kind == ExprKind::Subquery; }
};

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

struct SelectItem {
  ExprPtr expr;
  std::optional<Name> alias;
  SourceRange range;
};

/// `'key' = 'value'` of WITH, OPTIONS and SET: the literals undone, ranges
/// between their quotes.
struct OptionDef {
  Name key, value;
};
/// `NAME(options)` inside /*+ … */: STATE_TTL('a' = '1d'), LOOKUP('table' = 't'),
/// OPTIONS('key' = 'value'), BROADCAST(a, b).
struct Hint {
  Name name; ///< upper case
  SourceRange range;
  std::vector<OptionDef> options; ///< 'key' = 'value'
  std::vector<Name> arguments;           ///< without `=`
};

enum class TableKind { Named, Function, Subquery, Join, Match, File };
enum class JoinKind { Inner, Left, Right, Full, Cross };
/// One node of FROM. A window table function is Function with `call` =
/// TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL …): a TABLE argument is a
/// ColumnExpr (TABLE (SELECT …): a SubqueryExpr) whose symbol flag is set,
/// DESCRIPTOR(x) a CallExpr. UNNEST(x) is a Function too. Commas in FROM are
/// Cross joins. (VALUES …) is a Subquery.
struct TableRef {
  TableKind kind = TableKind::Named;
  SourceRange range;
  uint32_t depth = 1;
  std::vector<Name> name;              ///< Named: [catalog.[database.]]table
  Name file;                           ///< File: FROM 'access.log'
  ExprPtr asOf;                        ///< Named: FOR SYSTEM_TIME AS OF
  bool lateral = false;                ///< Function, Subquery
  std::unique_ptr<CallExpr> call;      ///< Function
  bool withOrdinality = false;         ///< UNNEST(…) WITH ORDINALITY
  std::unique_ptr<Query> query;        ///< Subquery
  std::unique_ptr<struct MatchRecognize> match; ///< Match, of `left`
  std::vector<Hint> hints;             ///< Named: t /*+ OPTIONS(…) */
  std::optional<Name> alias;
  std::vector<Name> columnAliases;
  JoinKind join = JoinKind::Inner;     ///< Join
  bool natural = false;
  std::unique_ptr<TableRef> left, right;
  ExprPtr on;
  std::vector<Name> usingColumns;
};

/// A row pattern: `A B+ (C | D)*? PERMUTE(E, F)`.
struct Pattern {
  enum Kind { Variable, Sequence, Choice, Permute, Exclude, Start, End, Empty } kind;
  SourceRange range;
  Name variable;                       ///< Variable
  std::vector<Pattern> parts;          ///< Sequence, Choice, Permute; Exclude: one
  /// `*` is 0 … none, `+` 1 … none, `?` 0 … 1, `{n}` n … n; none: no quantifier.
  std::optional<int64_t> least, most;
  bool quantified = false, reluctant = false;
};
struct MatchRecognize {
  SourceRange range;
  std::vector<ExprPtr> partitionBy;
  std::vector<OrderItem> orderBy;
  std::vector<SelectItem> measures;    ///< FINAL x, RUNNING x: calls of that name
  bool allRows = false;                ///< ALL ROWS PER MATCH
  enum After { NextRow, PastLastRow, ToFirst, ToLast } after = PastLastRow;
  bool afterWritten = false, rowsWritten = false;
  std::optional<Name> afterVariable;   ///< ToFirst, ToLast
  Pattern pattern;
  ExprPtr within;                      ///< an interval, or null
  std::vector<std::pair<Name, std::vector<Name>>> subsets;
  std::vector<std::pair<Name, ExprPtr>> define;
};

struct Select {
  SourceRange range;
  bool distinct = false;
  std::vector<Hint> hints;             ///< SELECT /*+ STATE_TTL(…) */
  std::vector<SelectItem> items;
  std::unique_ptr<TableRef> from;      ///< null: no FROM
  ExprPtr where, having, qualify;
  bool grouped = false;                ///< a GROUP BY clause is there
  std::vector<ExprPtr> groupBy;
  std::vector<std::pair<Name, std::unique_ptr<WindowSpec>>> windows;
};

enum class QueryKind {
  Select, ///< `select`
  Values, ///< VALUES: `rows`, each a RowValue or a single expression
  SetOp,  ///< `left` setOp [ALL] `right`
  Nested, ///< `left` in parentheses, when clauses of its own follow, or WITH leads
  Table,  ///< TABLE t: `table`
};
enum class SetOpKind { Union, Intersect, Except };

/// WITH name (columns) AS (query)
struct CommonTable {
  Name name;
  std::vector<Name> columns;
  std::unique_ptr<Query> query;
};

/// A chain of set operators leans to the left, like one of binary operators:
/// it counts as one level, has at most maxChain, and a walker follows `left`
/// in a loop (leftSpine).
struct Query {
  QueryKind kind = QueryKind::Select;
  SourceRange range;
  uint32_t depth = 1;
  std::vector<CommonTable> with;
  bool recursive = false;              ///< WITH RECURSIVE
  std::unique_ptr<Select> select;
  std::vector<ExprPtr> rows;
  SetOpKind setOp = SetOpKind::Union;
  bool all = false;
  SourceRange opRange;
  uint32_t chain = 1;
  std::unique_ptr<Query> left, right;
  std::unique_ptr<TableRef> table;
  std::vector<OrderItem> orderBy;
  ExprPtr limit, offset;
  Query() = default;
  Query(Query &&) = default;
  Query &operator=(Query &&) = default;
  ~Query();
};
/// The chain `q`, q.left … of set operators without clauses of their own,
/// innermost first.
std::vector<const Query *> leftSpine(const Query &q);

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

/// [catalog.[database.]]name
using QualifiedName = std::vector<Name>;

/// In CREATE TABLE t (a, b) AS SELECT a column has a name only: `type.name` is
/// empty.
struct ColumnDef {
  enum Kind { Physical, Computed, Metadata } kind = Physical;
  SourceRange range;
  Name name;
  TypeName type;                       ///< Physical, Metadata
  ExprPtr expr;                        ///< Computed
  std::optional<Name> metadataKey;     ///< METADATA FROM 'key'
  bool isVirtual = false;              ///< METADATA VIRTUAL
  bool primaryKey = false;             ///< inline PRIMARY KEY
  bool keyEnforced = true;             ///< it lacks NOT ENFORCED
  std::optional<Name> constraint;      ///< CONSTRAINT name PRIMARY KEY
  std::optional<Name> comment;
};
struct WatermarkDef {
  SourceRange range;
  QualifiedName column;                ///< parts: ts, or row.ts
  ExprPtr expr;
};
struct PrimaryKeyDef {
  SourceRange range;
  std::optional<Name> constraint;
  std::vector<Name> columns;
  bool enforced = true;                ///< NOT ENFORCED is what Flink takes
};
/// DISTRIBUTED BY [HASH | RANGE] (a, b) [INTO 4 BUCKETS], DISTRIBUTED INTO 4 BUCKETS
struct DistributionDef {
  SourceRange range;
  enum Kind { Unknown, Hash, Range } kind = Unknown;
  std::vector<Name> columns;
  std::optional<int64_t> buckets;
};
/// LIKE source (INCLUDING ALL, EXCLUDING OPTIONS, OVERWRITING WATERMARKS …)
struct LikeClause {
  SourceRange range;
  QualifiedName source;
  enum Merge { Including, Excluding, Overwriting };
  struct Rule {
    Merge merge;
    Name feature; ///< upper case: ALL, CONSTRAINTS, DISTRIBUTION, GENERATED,
                  ///< METADATA, OPTIONS, PARTITIONS, WATERMARKS
  };
  std::vector<Rule> rules;
};

enum class StatementKind {
  CreateTable, CreateView, CreateFunction, CreateCatalog, CreateDatabase, Drop,
  Set, Reset, Use, Insert, StatementSet, Explain, Analyze, Query,
  Other, ///< known to Flink, not to Levada: `what`, such as "SHOW TABLES", "ALTER TABLE"
};
struct Statement {
  const StatementKind kind;
  SourceRange range;                   ///< without the `;`
  explicit Statement(StatementKind kind, SourceRange range) : kind(kind), range(range) {}
  virtual ~Statement() = default;
};
using StatementPtr = std::unique_ptr<Statement>;

struct CreateTableStatement : Statement {
  bool temporary = false, ifNotExists = false, orReplace = false;
  QualifiedName name;
  std::vector<ColumnDef> columns;
  std::vector<WatermarkDef> watermarks; ///< more than one is an error to report
  std::vector<PrimaryKeyDef> primaryKeys;
  std::optional<Name> comment;
  std::optional<DistributionDef> distribution;
  std::vector<Name> partitionedBy;
  SourceRange withRange;               ///< WITH (…)
  std::vector<OptionDef> options;
  std::optional<LikeClause> like;
  std::unique_ptr<Query> asQuery;      ///< CREATE TABLE … AS SELECT
  CreateTableStatement(SourceRange r) : Statement(StatementKind::CreateTable, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::CreateTable; }
};
struct CreateViewStatement : Statement {
  bool temporary = false, ifNotExists = false, orReplace = false;
  QualifiedName name;
  std::vector<Name> columns;
  std::optional<Name> comment;
  std::unique_ptr<Query> query;
  CreateViewStatement(SourceRange r) : Statement(StatementKind::CreateView, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::CreateView; }
};
struct CreateFunctionStatement : Statement {
  bool temporary = false, system = false, ifNotExists = false;
  QualifiedName name;
  Name className;                      ///< AS 'identifier'
  std::optional<Name> language;        ///< upper case
  std::vector<Name> jars;              ///< USING JAR 'path', …
  std::vector<OptionDef> options;      ///< WITH (…)
  CreateFunctionStatement(SourceRange r) : Statement(StatementKind::CreateFunction, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::CreateFunction; }
};
/// CREATE CATALOG, CREATE DATABASE: a name and options.
struct CreateSpaceStatement : Statement {
  bool ifNotExists = false;
  QualifiedName name;
  std::optional<Name> comment;
  std::vector<OptionDef> options;
  CreateSpaceStatement(StatementKind kind, SourceRange r) : Statement(kind, r) {}
  static bool classof(const Statement *s) {
    return s->kind == StatementKind::CreateCatalog || s->kind == StatementKind::CreateDatabase;
  }
};
struct DropStatement : Statement {
  enum What { Table, View, Function, Catalog, Database } what = Table;
  bool temporary = false, system = false, ifExists = false, cascade = false;
  bool restrictWritten = false;
  QualifiedName name;
  DropStatement(SourceRange r) : Statement(StatementKind::Drop, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::Drop; }
};
/// SET 'key' = 'value', also without the quotes; SET alone and RESET alone have no key.
struct SetStatement : Statement {
  std::optional<OptionDef> option;
  SetStatement(SourceRange r) : Statement(StatementKind::Set, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::Set; }
};
struct ResetStatement : Statement {
  std::optional<Name> key;
  ResetStatement(SourceRange r) : Statement(StatementKind::Reset, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::Reset; }
};
struct UseStatement : Statement {
  enum What { Database, Catalog, Modules } what = Database;
  QualifiedName name;                  ///< Modules: the names
  UseStatement(SourceRange r) : Statement(StatementKind::Use, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::Use; }
};
struct InsertStatement : Statement {
  bool overwrite = false;
  QualifiedName table;
  std::vector<Hint> hints;             ///< INSERT INTO t /*+ OPTIONS(…) */
  std::vector<std::pair<Name, ExprPtr>> partition; ///< PARTITION (a = 1, b)
  std::vector<Name> columns;           ///< none: all, by position
  std::unique_ptr<Query> query;
  enum OnConflict { NotWritten, Error, Nothing, Deduplicate };
  OnConflict onConflict = NotWritten;  ///< ON CONFLICT DO …
  SourceRange conflictRange;
  InsertStatement(SourceRange r) : Statement(StatementKind::Insert, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::Insert; }
};
/// EXECUTE STATEMENT SET BEGIN … END, BEGIN STATEMENT SET; … END: the INSERTs.
/// EXECUTE before a single INSERT or SELECT changes nothing and is not kept.
struct StatementSetStatement : Statement {
  bool oldForm = false;                ///< BEGIN STATEMENT SET; … END
  std::vector<StatementPtr> statements;
  StatementSetStatement(SourceRange r) : Statement(StatementKind::StatementSet, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::StatementSet; }
};
/// EXPLAIN [PLAN FOR | ESTIMATED_COST, CHANGELOG_MODE, PLAN_ADVICE,
/// JSON_EXECUTION_PLAN] statement
struct ExplainStatement : Statement {
  std::vector<Name> details;           ///< upper case
  bool planFor = false;
  StatementPtr statement;
  ExplainStatement(SourceRange r) : Statement(StatementKind::Explain, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::Explain; }
};
/// ANALYZE TABLE …: what follows is not looked at.
struct AnalyzeStatement : Statement {
  std::string text;                    ///< its words, without comments
  AnalyzeStatement(SourceRange r) : Statement(StatementKind::Analyze, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::Analyze; }
};
/// A query that stands alone: SELECT …;
struct QueryStatement : Statement {
  std::unique_ptr<Query> query;
  QueryStatement(SourceRange r) : Statement(StatementKind::Query, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::Query; }
};
struct OtherStatement : Statement {
  std::string what;
  std::string text;                    ///< its words, without comments
  OtherStatement(SourceRange r) : Statement(StatementKind::Other, r) {}
  static bool classof(const Statement *s) { return s->kind == StatementKind::Other; }
};

struct Script {
  uint32_t buffer = 0;
  std::vector<StatementPtr> statements;
  /// A statement that did not parse is left out; reported.
  bool failed = false;
};

inline BinaryExpr::~BinaryExpr() {
  ExprPtr next = std::move(left);
  while (next && BinaryExpr::classof(next.get())) {
    ExprPtr below = std::move(static_cast<BinaryExpr &>(*next).left);
    next = std::move(below);
  }
}
inline std::vector<const BinaryExpr *> leftSpine(const BinaryExpr &e) {
  std::vector<const BinaryExpr *> spine;
  for (const Expr *next = &e; next && BinaryExpr::classof(next);
       next = spine.back()->left.get())
    spine.push_back(static_cast<const BinaryExpr *>(next));
  return {spine.rbegin(), spine.rend()};
}
inline Query::~Query() {
  std::unique_ptr<Query> next = std::move(left);
  while (next && next->left) {
    std::unique_ptr<Query> below = std::move(next->left);
    next = std::move(below);
  }
}
inline std::vector<const Query *> leftSpine(const Query &q) {
  std::vector<const Query *> spine{&q};
  while (const Query *next = spine.back()->left.get()) {
    if (spine.back()->kind != QueryKind::SetOp || next->kind != QueryKind::SetOp ||
        !next->with.empty() || !next->orderBy.empty() || next->limit || next->offset)
      break;
    spine.push_back(next);
  }
  return {spine.rbegin(), spine.rend()};
}
inline InExpr::InExpr(SourceRange r) : Expr(ExprKind::InList, r) {}
inline InExpr::~InExpr() = default;
inline SubqueryExpr::SubqueryExpr(SourceRange r) : Expr(ExprKind::Subquery, r) {}
inline SubqueryExpr::~SubqueryExpr() = default;

} // namespace levada::sql

#endif
