//===- Lowering.h - state of one lowering, and a query in one form --------===//
//
// TOML clauses and SQL text both become a Query, which Query.cpp and
// Aggregate.cpp lower. What is wrong is reported once and left out; readers of
// it keep silent about it.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_LOWER_LOWERING_H
#define LEVADA_FRONTEND_LOWER_LOWERING_H

#include "frontend/sema/Binder.h"
#include "frontend/sql/Parser.h"
#include "frontend/document/Document.h"
#include "ir/flow/FlowOps.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace levada::lower {

using flow::SqlKind;
using flow::SqlType;
using flow::StreamType;

/// A column of a stream as expressions see it.
struct Field {
  std::string table, name;
  sema::Column::Access access = sema::Column::Free;
};

/// Rows of windows: which columns hold the bounds of a row's window.
struct Windowed {
  flow::WindowAttr window;
  std::string start, end;
  std::string time;               ///< "" when it was not selected
  std::vector<std::string> keys;  ///< of sessions: PARTITION BY
  bool ofFunction = false;        ///< rows of TUMBLE and its kin, not of a group
};

/// What a source, stream or query came out as.
struct Relation {
  mlir::Value value;              ///< null: wrong, and reported
  std::string name;               ///< stands before the dot of its columns
  std::vector<Field> fields;      ///< of each column; none: the stream's own names
  std::set<std::string> rowtimes; ///< event times besides the stream's one
  std::set<std::string> proctimes; ///< columns that are PROCTIME()
  std::optional<Windowed> window;
  std::set<std::string> broken;   ///< columns left out because they are wrong
  const doc::Source *source = nullptr; ///< where the rows come from, if one
  std::string lostTime;           ///< event time that `select` left out
  bool brokenTime = false;        ///< event time is wrong, and reported

  StreamType type() const { return llvm::cast<StreamType>(value.getType()); }
};

struct WindowClause {
  flow::WindowKind kind = flow::WindowKind::tumble;
  int64_t size = 0, slide = 0, offset = 0; ///< ms
  std::optional<sql::Name> on;
  SourceRange range;
};

/// One query, however it was written. Expressions belong to `owned` or to
/// the SQL tree.
struct Query {
  std::string name;               ///< of the stream: in the plan, in messages
  SourceRange range;
  Relation input;
  std::vector<const sql::Expr *> where; ///< all of them must be TRUE
  const sql::Expr *having = nullptr, *qualify = nullptr;
  const std::vector<std::pair<sql::Name, std::unique_ptr<sql::WindowSpec>>> *windows = nullptr;
  const sema::Scope *enclosing = nullptr; ///< of the query it stands in
  const struct Environment *around = nullptr; ///< names of tables for queries in it
  mlir::DictionaryAttr hints;
  std::optional<WindowClause> window;
  bool windowFailed = false;      ///< it is there, with a mistake
  bool grouped = false;
  SourceRange groupRange;
  std::vector<const sql::Expr *> groupBy;
  bool selects = false;           ///< a select list is there
  bool broken = false;            ///< part of it did not parse
  SourceRange selectRange;
  std::vector<const sql::SelectItem *> items;
  bool distinct = false;
  SourceRange distinctRange;
  std::vector<const sql::OrderItem *> orderBy;
  SourceRange orderRange, limitRange;
  int64_t limit = -1, skip = -1;
  std::optional<std::string> late, deadLetter; ///< sinks
  flow::OnError onError = flow::OnError::fail;
  bool isSql = false, isSink = false;
  /// Set by select(): the columns to sort by, and how many stand in front of
  /// those made for sorting alone.
  std::vector<std::string> sortColumns;
  size_t visible = 0;

  /// A clause in messages: "`group_by`", "GROUP BY".
  std::string word(const char *toml, const char *sql) const {
    return isSql ? std::string(sql) : (isSink ? "a sink's `" : "`") + std::string(toml) + "`";
  }
  /// Where the columns of a window come from.
  const char *windowHint() const {
    return isSql ? "window columns come with FROM TABLE(TUMBLE(TABLE …, DESCRIPTOR(…), INTERVAL '1' HOUR))"
                 : "window columns come with `window`, such as window = { tumble = \"1h\" }";
  }

  std::vector<sql::ExprPtr> ownedExprs;
  std::vector<std::unique_ptr<sql::SelectItem>> ownedItems;
  std::vector<std::unique_ptr<sql::OrderItem>> ownedOrder;
};

struct Grouping;
struct JoinPlan;
struct Attached;

/// Rows on their way through the clauses of a query, and what expressions see
/// of them. Column i of `names` is column i of the stream.
struct Stage {
  Relation relation;
  sema::Scope names;
  std::shared_ptr<Grouping> grouping; ///< behind GROUP BY
  /// Queries and OVER calls that have been computed: the columns that hold them.
  std::map<const sql::Expr *, std::string> made;
  /// Reported already: stands for nothing.
  std::set<const sql::Expr *> failed;
  std::set<const sql::Expr *> negated; ///< of `made`: the column says the opposite
  bool policy = true;             ///< `on_error` applies: no state was touched yet
};

/// The names of tables around a query: those of WITH, innermost first.
struct Environment {
  const Environment *parent = nullptr;
  std::map<std::string, Relation> tables;
  const sema::Scope *enclosing = nullptr; ///< the row for which it runs
  std::string name;                       ///< of the stream, for the plan
  flow::OnError onError = flow::OnError::fail;
  std::optional<std::string> deadLetter;
  mlir::DictionaryAttr hints;
};

/// Why a format does not hold a nested type, SourceFormat.cpp; "" where it does.
std::string nestedFault(const std::string &format, SqlType type);

class Lowering {
public:
  Lowering(const doc::Document &document, diag::Engine &engine, mlir::MLIRContext &context)
      : document(document), engine(engine), context(context), builder(&context) {}

  mlir::OwningOpRef<mlir::ModuleOp> run();

private:
  // Sources.cpp
  Relation lowerSource(const doc::Source &source);
  std::optional<SqlType> metadataType(const doc::Column &column);
  /// The type that the column declares; null after a diagnostic.
  SqlType columnType(const doc::Column &column);
  void checkFormat(const doc::Source &source, const std::vector<std::string> &columns);
  void addComputed(Relation &relation, const doc::Source &source);
  void addWatermark(Relation &relation, const doc::Source &source);
  mlir::Value boundWatermark(const Relation &relation, const doc::Watermark &watermark,
                             mlir::Block *block);

  // Streams.cpp
  Relation lowerStream(const doc::Stream &stream);
  bool clausesNotYet(const doc::Stream &stream);
  Relation lowerUnion(const doc::Stream &stream);
  std::optional<Query> readClauses(const doc::Stream &stream);
  Relation relation(const std::string &name);

  // Sql.cpp
  /// The rows of a query; `name` stands in the plan and in messages.
  Relation lowerSql(const sql::Query &written, const std::string &name,
                    flow::OnError onError = flow::OnError::fail,
                    std::optional<std::string> deadLetter = std::nullopt);
  /// The same inside another query.
  Relation lowerQuery(const sql::Query &written, const Environment &around);
  Relation lowerSelect(const sql::Query &written, Environment &around);
  Relation lowerValues(const sql::Query &written, Environment &around);
  Relation orderWhole(Relation relation, const sql::Query &written, Environment &around);
  void readOrder(const sql::Query &written, Query &query, bool &ok);
  bool readGroupWindow(Query &query);
  std::optional<int64_t> constantMillis(const sql::Expr &expr);
  std::optional<int64_t> constantCount(const sql::Expr &expr, const char *what);
  /// Without columns that only the compiler sees.
  Relation trimmed(Relation relation, const std::string &stream);
  static std::vector<const sql::Expr *> conjunctsOf(const sql::Expr &expr);
  /// Hints of a SELECT, by name; warns of those that nobody knows.
  mlir::DictionaryAttr readHints(const sql::Select &select);
  /// `t (a, b)`: false after a diagnostic.
  bool renameColumns(Relation &relation, const std::vector<sql::Name> &names, SourceRange range);
  /// `names` of columns, each once: a, a0, a1.
  static std::vector<std::string> uniqueNames(std::vector<std::string> names);

  // SetOps.cpp
  /// A side of a set operation, and what to call it.
  struct Operand {
    Relation relation;
    SourceRange range;
    std::string name;
  };
  bool align(std::vector<Operand> &inputs, const std::string &stream, const char *what,
             std::string &time);
  Relation countSides(const Operand &left, const Operand &right, bool except, bool all,
                      const std::string &stream, SourceRange range);
  mlir::Value repeated(mlir::Value rows, flow::StreamType type, bool except,
                       const std::string &stream, SourceRange range);
  Relation lowerSetOp(const sql::Query &written, Environment &around);
  Relation unite(std::vector<Operand> inputs, const std::string &stream, SourceRange range,
                 const char *what);

  // From.cpp
  Relation lowerFrom(const sql::TableRef &from, Environment &around, const sema::Scope *lateral,
                     std::vector<const sql::Expr *> &conjuncts);
  Relation lowerTable(const std::vector<sql::Name> &name, const Environment &around);
  void setAlias(Relation &relation, const sql::TableRef &from);
  Relation lowerTableFunction(const sql::TableRef &from, Environment &around);
  Relation lowerChangelog(const sql::TableRef &from, Environment &around);
  Relation lowerUnnest(Relation left, const sql::TableRef &from, bool outer,
                       const Environment &around);

  // WindowFunction.cpp
  Relation lowerWindowFunction(const sql::TableRef &from, Environment &around);
  Relation tableArgument(const sql::Expr &argument, Environment &around);

  // Query.cpp
  Relation lowerClauses(Query &query);
  void enterStage(Stage &stage, Relation relation, const Query &query);
  void where(Stage &stage, const sql::Expr &condition, const Query &query,
             const std::string &clause);
  /// A filter over projections, or the same asked before them; Filters.cpp.
  mlir::Value filterFirst(flow::FilterOp filter);
  /// Whether `rows` are projections in which something may fail.
  static bool failsBelow(mlir::Value rows);
  /// The select list over the stage's rows.
  Relation select(Stage &stage, Query &query);
  Relation distinct(Relation relation, const Query &query);
  Relation sort(Relation relation, const Query &query);
  bool checkBatch(const Relation &relation, const Query &query);
  Relation selectKeys(Stage &stage, Query &query);
  static bool windowFailed(const Stage &stage);
  std::optional<mlir::Value> standIn(Stage &stage, const Query &query, const sql::Expr &expr);
  void useStage(sema::Binder &binder, Stage &stage, const Query &query);
  static bool isWindowColumn(const sql::Expr &expr);
  /// PROCTIME()
  static bool isProctime(const sql::Expr &expr);

  // Aggregate.cpp, GroupingSets.cpp
  /// Makes the window one of the aggregate's own: below flow.window where
  /// nothing in between needs its columns, else of the rows that flow.window
  /// made, by the end of their window. Null after a diagnostic.
  flow::WindowAttr windowOfGroups(Stage &stage, Grouping &grouping, const Query &query,
                                  std::vector<std::string> &extraKeys);
  bool needsGroups(const Query &query);
  void aggregate(Stage &stage, Query &query);
  void collect(const Query &query, Grouping &grouping);
  void bindKeys(const Query &query, Grouping &grouping, sema::Binder &binder);
  void bindAggregates(Grouping &grouping, sema::Binder &binder);
  std::optional<mlir::Value> known(const sql::Expr &expr, Stage &stage, const Query &query);
  bool readGroupingSets(const Query &query, Grouping &grouping);
  void bindGroupingCalls(const Query &query, Grouping &grouping);
  mlir::Value expandSets(mlir::Value rows, Grouping &grouping, const Query &query);

  // Subquery.cpp
  /// Joins what the queries inside `exprs` give to the stage's rows, so that
  /// they stand for columns. With `filters`, the only expression is a condition:
  /// where it is [NOT] EXISTS or [NOT] IN as a whole, the join says it all, and
  /// false comes back: nothing is left to bind. False also after a diagnostic.
  bool answerQueries(Stage &stage, llvm::ArrayRef<const sql::Expr *> exprs, const Query &query,
                     const std::string &clause, bool filters);
  bool answer(Stage &stage, const sql::Expr &expr, const sql::Query &written,
              const sql::InExpr *in, const sql::BinaryExpr *quantified, bool exists, bool negated,
              bool filters, const Query &query, const std::string &clause);
  std::optional<Windowed> windowBelow(const Relation &rows, mlir::Value base);
  Relation joinLateral(JoinPlan plan, int64_t scope);

  // Decorrelate.cpp
  friend struct Decorrelator;
  Attached attachOuter(mlir::Value rows, int64_t scope, mlir::Value outerRows,
                              const std::string &stream, SourceRange range);

  // Join.cpp
  Relation makeJoin(JoinPlan plan);
  Relation lowerJoin(const sql::TableRef &from, Environment &around, const sema::Scope *lateral,
                     std::vector<const sql::Expr *> &conjuncts);
  Relation lowerSnapshot(const sql::TableRef &from, Environment &around,
                         mlir::DictionaryAttr &options);
  bool readAsOf(const sql::Expr &time, const Relation &left, const Relation &right, JoinPlan &plan);
  std::string addKeyColumn(Relation &side, mlir::Value key, mlir::Block *from, unsigned first,
                           const std::string &stream);

  // Match.cpp
  Relation lowerMatch(const sql::TableRef &from, Environment &around);

  // Over.cpp
  void over(Stage &stage, Query &query);
  bool overGroup(Stage &stage, const Query &query, const std::vector<const sql::Expr *> &partitionBy,
                 const std::vector<const sql::OrderItem *> &orderBy, const sql::WindowSpec *frame,
                 SourceRange range, const std::vector<const sql::CallExpr *> &calls);
  std::optional<int64_t> frameOffset(const sql::FrameBound &bound, bool rows);
  static std::string columnOf(mlir::Value value, StreamType input, const std::string &name,
                              std::vector<std::pair<std::string, mlir::Value>> &extras);

  // Window.cpp
  /// Null after a diagnostic.
  flow::WindowAttr windowOf(const Query &query, Relation &input);
  /// The event time that `on` names, made that of the stream; null after a diagnostic.
  mlir::StringAttr eventTime(const std::optional<sql::Name> &on, SourceRange range, Relation &input);
  /// The rows below flow.window: without its columns, with its event time.
  struct LiftedWindow {
    Relation relation;
    flow::WindowAttr window;
  };
  std::optional<LiftedWindow> liftWindow(const Relation &rows, const std::string &stream);
  /// Sessions whose rows are asked for: collected, and given when they close.
  void expandSessions(mlir::ModuleOp module);
  Relation addWindow(Relation relation, const Query &query);
  Relation addWindow(Relation relation, flow::WindowAttr window,
                     llvm::ArrayRef<std::string> keys, SourceRange range,
                     const std::string &stream);
  void appendWindowColumns(const Relation &input, std::vector<std::string> &names,
                           std::vector<mlir::Type> &types);

  // Sinks.cpp
  void lowerSink(const doc::Sink &sink);
  void checkSinkColumns(const doc::Sink &sink, StreamType type);
  flow::SinkOp makeSink(const doc::Sink &sink, mlir::Value rows);
  mlir::Value uniteFeeds(const doc::Sink &sink);
  mlir::DictionaryAttr options(const doc::Endpoint &endpoint, bool ofFormat);

  // Inserts.cpp
  struct Target;
  /// CREATE VIEW v (a, b): the rows under other names.
  Relation renamed(Relation rows, const doc::Stream &view);
  void lowerInserts(const doc::Sink &sink);
  mlir::Value insert(const doc::Sink &sink, const doc::Insert &written, const Target &target);
  mlir::Value dropNulls(mlir::Value rows, const Target &target, const doc::Sink &sink,
                        mlir::Location location);

  // ToFlow.cpp
  /// The tree of a piece of SQL, parsed at first sight; null after a diagnostic.
  const sql::Expr *expression(const doc::Sql<sql::Expr> &piece);
  const sql::TypeName *typeName(const doc::Sql<sql::TypeName> &piece);
  const sql::Query *queryTree(const doc::Sql<sql::Query> &piece);
  void countWays(mlir::ModuleOp module);
  // Empty.cpp
  void dropEmpty(mlir::ModuleOp module);
  // Ranks.cpp
  void recognizeRanks(mlir::ModuleOp module);
  // Changes.cpp
  void inferChanges(mlir::ModuleOp module);
  void holdUpserts(mlir::ModuleOp module); // Upserts.cpp
  void sumExactly(flow::AggregateOp aggregate);
  bool readsChanges(flow::SourceOp source);
  static bool takeChanges(mlir::Value rows, bool keyed = false);
  // SinkChanges.cpp
  static bool takesChanges(flow::SinkOp sink);
  /// Whether it writes every change.
  static bool replacesNothing(flow::SinkOp sink);
  /// Says on the sink what becomes of rows that others follow.
  void decideChanges(flow::SinkOp sink, SourceRange range, SourceRange maker);
  mlir::Location locate(SourceRange range);
  StreamType deadLetterType();
  void feed(const std::optional<std::string> &sink, mlir::Value rows);
  /// A block whose arguments are the columns, in the given region.
  mlir::Block *rowBlock(mlir::Region &region, StreamType columns, mlir::Location location);
  /// The columns as a scope over `block`.
  sema::Scope scopeOf(const Relation &relation, mlir::Block *block);
  /// Sets the values of `names` to the arguments of `block`, by position.
  static void enter(sema::Scope &names, mlir::Block *block);
  StreamType streamType(llvm::ArrayRef<std::string> names, llvm::ArrayRef<mlir::Type> types,
                        llvm::StringRef time = "");
  /// A projection that hands on the first `count` columns under given names
  /// and types.
  mlir::Value recast(mlir::Value rows, StreamType to, const std::string &stream,
                     mlir::Location location);
  static std::string unique(std::string name, const std::set<std::string> &taken);
  /// A projection whose values `fill` makes from the block's arguments; null
  /// when `fill` gives none.
  mlir::Value project(mlir::Value rows, const std::string &stream, mlir::Location location,
                      llvm::ArrayRef<std::string> names, llvm::StringRef time,
                      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Block *)> fill);
  /// The fields of a relation, also where it goes by the stream's names.
  static std::vector<Field> fieldsOf(const Relation &relation);

  const doc::Document &document;
  diag::Engine &engine;
  mlir::MLIRContext &context;
  mlir::OpBuilder builder;
  bool batch = false;
  std::map<std::string, Relation> relations; ///< sources and streams
  int64_t scopes = 0;             ///< numbers given to scopes
  llvm::DenseMap<mlir::Location, SourceRange> places; ///< what locate() was asked
  std::map<std::string, std::vector<mlir::Value>> feeds; ///< of sinks: late, dead
  /// What was parsed here, of pieces that are text.
  std::vector<sql::ExprPtr> ownedExprs;
  std::vector<std::unique_ptr<sql::TypeName>> ownedTypes;
  std::vector<std::unique_ptr<sql::Query>> ownedQueries;
  std::set<std::string> brokenFeeds; ///< sinks whose rows are wrong, and reported
};

} // namespace levada::lower

#endif
