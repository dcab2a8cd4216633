//===- Session.h - what names and settings mean at a statement --------------===//
//
// Private to frontend/script. One session reads one script; each .cpp file has
// one kind of statement. Trees belong to the document's script; names in its
// queries are replaced by those of the document's tables where they differ.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SCRIPT_SESSION_H
#define LEVADA_FRONTEND_SCRIPT_SESSION_H

#include "frontend/script/Script.h"
#include "frontend/toml/Reader.h"

#include <map>
#include <set>

namespace levada::script {

inline constexpr const char *catalogName = "default_catalog";
inline constexpr const char *databaseName = "default_database";

/// CREATE TABLE, with what LIKE brought along.
struct Table {
  const sql::CreateTableStatement *statement = nullptr;
  std::vector<const sql::ColumnDef *> columns;
  const sql::WatermarkDef *watermark = nullptr;
  std::vector<sql::Name> primaryKey;
  SourceRange keyRange;
  std::vector<sql::Name> partitionedBy;
  std::vector<sql::OptionDef> options;

  const sql::ColumnDef *find(std::string_view name) const;
  const sql::OptionDef *option(std::string_view key) const;
};

/// What a name stands for.
struct Relation {
  sql::Name name;                       ///< as created
  bool isView = false, temporary = false;
  Table table;
  const sql::CreateViewStatement *view = nullptr;
  std::vector<Relation *> reads;        ///< of a view, directly
  std::string gone;                     ///< "was dropped", "was replaced"
  std::string streamName;               ///< of a view, in the document
  std::map<std::string, std::string> sourceNames; ///< by OPTIONS hint
  SourceRange readAt, writtenAt;        ///< first
  size_t sink = SIZE_MAX;               ///< in the document
};

class Session {
public:
  Session(sql::Script script, diag::Engine &engine, doc::FileTables files);
  std::unique_ptr<doc::Document> run();

private:
  // Session.cpp: statements
  void statement(sql::Statement &s, bool inSet);
  void use(const sql::UseStatement &s);
  void drop(const sql::DropStatement &s);
  void createView(sql::CreateViewStatement &s);
  void unsupported(SourceRange range, const std::string &what, const std::string &hint = "");
  void finish();

  // Names.cpp: names to relations
  /// The last part, if the parts before it are the catalog and database that
  /// there are; else null after a diagnostic.
  const sql::Name *local(const sql::QualifiedName &name);
  Relation *find(const std::string &name) const;
  /// The relation of a name that must be there.
  Relation *lookup(const sql::QualifiedName &name, const char *what);
  /// Room for a relation: null if it is taken and IF NOT EXISTS or an error.
  Relation *create(const sql::QualifiedName &name, bool temporary, bool ifNotExists,
                   bool orReplace, bool isView);
  std::string uniqueName(const std::string &name);
  /// Binds the names of tables in a query; `reads` gets the relations.
  void resolve(sql::Query &query, std::vector<Relation *> *reads);
  void resolve(sql::TableRef &ref);
  void resolveFile(sql::TableRef &ref);
  void resolve(sql::Expr *expr);
  void resolve(std::vector<sql::OrderItem> &items);
  void resolve(sql::WindowSpec &spec);
  bool isCommon(const sql::QualifiedName &name) const;
  /// The name in the document of a relation that is read.
  std::string read(Relation &relation, const sql::Name &at, const std::vector<sql::Hint> &hints);
  bool current(const Relation &relation, SourceRange at);

  // Tables.cpp: CREATE TABLE
  void createTable(sql::CreateTableStatement &s);
  void like(const sql::LikeClause &clause, Table &table);
  void checkTable(Table &table, const sql::Name &name);

  // Endpoints.cpp: tables as sources and sinks
  std::string addSource(Relation &relation, const std::vector<sql::OptionDef> &hints);
  doc::Sink &sinkOf(Relation &relation, const sql::Name &at);
  void readOptions(const Table &table, const sql::Name &name, bool isSource,
                   const std::vector<sql::OptionDef> &hints, doc::Endpoint &endpoint);
  std::vector<doc::Column> columnsOf(const Table &table, const doc::Endpoint &endpoint,
                                     bool isSource);

  // Inserts.cpp: what makes a program
  void insert(sql::InsertStatement &s);
  void select(sql::QueryStatement &s);
  void createAs(sql::CreateTableStatement &s, Relation &relation);

  // Settings.cpp
  void set(const sql::SetStatement &s);
  void reset(const sql::ResetStatement &s);
  bool knownSetting(const sql::Name &key, bool warns);
  /// The settings hold for an INSERT at `at`.
  void settingsFor(SourceRange at);

  diag::Engine &engine;
  doc::FileTables files;                   ///< may be null
  std::vector<sql::StatementPtr> fileTables;
  doc::Reader reader;
  std::unique_ptr<doc::Document> document;
  std::vector<std::unique_ptr<Relation>> relations;
  std::map<std::string, Relation *> permanent, temporary;
  std::map<std::string, std::string> gone; ///< names that were dropped
  std::set<std::string> taken;             ///< names of the document
  std::vector<std::string> common;         ///< WITH names in sight
  std::vector<Relation *> *reading = nullptr;
  std::map<std::string, sql::OptionDef> settings, firstSettings;
  bool started = false;                    ///< an INSERT or SELECT was there
  size_t selects = 0;
};

inline doc::Name nameOf(const sql::Name &name) { return {name.text, name.range}; }

/// A setting or an option as a member of the document.
doc::Member memberOf(const sql::OptionDef &option);

} // namespace levada::script

#endif
