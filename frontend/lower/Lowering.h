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
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace levada::lower {

using flow::SqlKind;
using flow::SqlType;
using flow::StreamType;

/// What a source or stream came out as.
struct Relation {
  mlir::Value value;              ///< null: wrong, and reported
  std::string name;               ///< stands before the dot of its columns
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
  const sql::Expr *where = nullptr, *having = nullptr;
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

  std::vector<sql::ExprPtr> ownedExprs;
  std::vector<std::unique_ptr<sql::SelectItem>> ownedItems;
  std::vector<std::unique_ptr<sql::OrderItem>> ownedOrder;
};

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
  Relation lowerSql(const sql::Query &written, const std::string &name);
  std::optional<Query> readSql(const sql::Query &written, const std::string &name);
  bool readFrom(const sql::TableRef &from, Query &query);
  bool readWindowFunction(const sql::CallExpr &call, SourceRange range, Query &query);
  bool readGroupWindow(Query &query);
  bool readTable(const sql::Name &name, Query &query);
  std::optional<int64_t> constantMillis(const sql::Expr &expr);
  std::optional<int64_t> constantCount(const sql::Expr &expr, const char *what);

  // Query.cpp
  Relation lowerQuery(Query &query);
  void filter(Relation &relation, const sql::Expr &condition, const Query &query,
              sema::Scope &names, const sema::Binder::Substitute &substitute,
              const std::string &clause, bool policy);
  /// The select list over `relation`; `names` says what may be used.
  Relation select(const Relation &relation, Query &query, sema::Scope &names,
                  const sema::Binder::Substitute &substitute, bool policy);
  Relation distinct(Relation relation, const Query &query);
  Relation sort(Relation relation, const Query &query);
  bool checkBatch(const Query &query);
  static bool isWindowColumn(const sql::Expr &expr);

  // Aggregate.cpp
  struct Grouping;
  bool needsGroups(const Query &query);
  Relation aggregate(Relation relation, Query &query);
  void collect(const Query &query, Grouping &grouping);
  void bindKeys(const Query &query, Grouping &grouping, sema::Binder &binder);
  void bindAggregates(Grouping &grouping, sema::Binder &binder);
  std::optional<mlir::Value> known(const sql::Expr &expr, Grouping &grouping,
                                   const sema::Scope &names, const Query &query);

  // Window.cpp
  /// Null after a diagnostic.
  flow::WindowAttr windowOf(const Query &query, const Relation &input);
  Relation addWindow(Relation relation, const Query &query);
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

  const doc::Document &document;
  diag::Engine &engine;
  mlir::MLIRContext &context;
  mlir::OpBuilder builder;
  bool batch = false;
  std::map<std::string, Relation> relations; ///< sources and streams
  std::map<std::string, std::vector<mlir::Value>> feeds; ///< of sinks: late, dead
  /// What was parsed here, of pieces that are text.
  std::vector<sql::ExprPtr> ownedExprs;
  std::vector<std::unique_ptr<sql::TypeName>> ownedTypes;
  std::vector<std::unique_ptr<sql::Query>> ownedQueries;
  std::set<std::string> brokenFeeds; ///< sinks whose rows are wrong, and reported
};

} // namespace levada::lower

#endif
