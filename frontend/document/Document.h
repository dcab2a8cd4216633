//===- Document.h - a pipeline as typed structs -----------------------------===//
//
// What a TOML file or an SQL script says, with every key, option and reference
// checked and the range of everything that was written. SQL in a TOML file is
// not parsed here: each piece is a text whose embedded buffer the SQL parser
// reads; of a script it is a part of the script's tree. Types, columns and
// what expressions mean are frontend/sema's; see "Left to sema" at each struct.
//
// A document is returned after semantic errors too (the engine has them), so
// that sema can find more: then optional parts may be missing, names may lead
// nowhere and catalog pointers be null. Do not lower while engine.hasErrors().
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_DOCUMENT_DOCUMENT_H
#define LEVADA_FRONTEND_DOCUMENT_DOCUMENT_H

#include "frontend/catalog/Catalog.h"
#include "frontend/sql/Ast.h"
#include "frontend/toml/Tree.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace levada::doc {

struct Duration {
  int64_t millis = 0;
  SourceRange range; ///< of the value, quotes included
};

/// A piece of SQL: a string of a TOML file, yet to be parsed, or a part of a
/// script's tree. Neither: it is not there.
template <typename T> struct Sql : Text {
  const T *tree = nullptr;
  Sql() = default;
  Sql(Text text) : Text(std::move(text)) {}
  Sql(const T *tree) : tree(tree) {}
  explicit operator bool() const { return tree || buffer != 0; }
  /// Its place: the tree's, or all between the quotes.
  SourceRange where() const { return tree ? tree->range : inside(); }
};

//===----------------------------------------------------------------------===//
// Connectors and formats
//===----------------------------------------------------------------------===//

/// `${NAME}` in an option, replaced when the executable starts.
struct EnvReference {
  std::string name;
  SourceRange range; ///< embedded range of the whole `${NAME}`
};

/// One option of a connector or a format, already checked against its schema.
struct OptionValue {
  Name key;                               ///< whole: "path", "csv.header"
  const catalog::Option *schema = nullptr;
  std::string text;                       ///< as text: "true", "a.csv", "5s"
  /// Bool 0/1, Int, Size in bytes, Duration in ms, Char its code point; of an
  /// Enum the index in schema->values. Meaningless where `env` is not empty.
  int64_t number = 0;
  SourceRange range;                      ///< of the value
  Text source;                            ///< if it was written as a string
  std::vector<EnvReference> env;
};

/// `time-format.COLUMN = "pattern"`. Left to sema: is there such a column.
struct TimeFormat {
  Name column;
  Text pattern;
};

/// Where rows come from or go to.
struct Endpoint {
  Name connector;
  const catalog::Connector *schema = nullptr;
  std::optional<Name> format;
  const catalog::Connector *formatSchema = nullptr;
  std::vector<OptionValue> options;       ///< those written, in file order
  std::vector<TimeFormat> timeFormats;

  /// The option as written, or nullptr: then schema's default holds.
  const OptionValue *find(std::string_view key) const;
};

//===----------------------------------------------------------------------===//
// Tables of the file
//===----------------------------------------------------------------------===//

/// Streaming: results as event time passes. Batch: final rows only.
enum class Mode { Streaming, Batch };

/// A `table.…` key of [pipeline], checked: "table.local-time-zone",
/// "table.exec.state.ttl" …; values as text. Left to sema: is the zone known.
struct Setting {
  Name key;
  Name value;
};

struct Pipeline {
  SourceRange range;                       ///< of the header; may be invalid
  Name name;                               ///< default: the file's stem
  Mode mode = Mode::Streaming;
  std::optional<int64_t> parallelism;      ///< 1 … 128
  std::optional<Duration> checkpointInterval, checkpointMinPause;
  std::optional<int64_t> checkpointKeep;   ///< 1 …
  std::vector<Setting> settings;
  std::string_view setting(std::string_view key) const; ///< "" when not set
};

enum class OnError { Fail, Skip, DeadLetter };

struct ErrorPolicy {
  OnError action = OnError::Fail;
  SourceRange range;                       ///< of on_error's value, if written
  std::optional<Name> deadLetter;          ///< a sink
};

/// A column of a table. In a TOML file: `columns.NAME = "TYPE"`,
/// `metadata.NAME = "KEY"` (KEY is known to the connector), `computed.NAME =
/// "EXPR"`.
struct Column {
  enum Kind { Physical, Metadata, Computed } kind = Physical;
  Name name;
  Sql<sql::TypeName> type;                 ///< Metadata: of a script only
  Name key;                                ///< Metadata
  bool isVirtual = false;                  ///< Metadata: not written to
  Sql<sql::Expr> expr;                     ///< Computed
};
/// `watermark = { on, delay }`, WATERMARK FOR on AS expr. Left to sema: the
/// column and its type.
struct Watermark {
  SourceRange range;
  Name on;
  std::optional<Duration> delay;           ///< none: times never go back
  Sql<sql::Expr> expr;                     ///< of a script
};

/// Columns in their order, which in a TOML file is: `columns`, `metadata`,
/// `computed`, each in file order. No name twice. Left to sema: types,
/// expressions, primary key.
struct Source {
  Name name;
  SourceRange range;                       ///< of the header
  Endpoint endpoint;
  SourceRange columnsRange;                ///< of the key `columns`
  std::vector<Column> columns;
  std::vector<Name> primaryKey;
  std::optional<Watermark> watermark;
  ErrorPolicy onError;
  std::optional<int64_t> partitions;

  size_t count(Column::Kind kind) const;
};

enum class WindowKind { Tumble, Hop, Session, Cumulate };

/// Sizes are positive, and whole multiples of `step`.
struct Window {
  WindowKind kind = WindowKind::Tumble;
  SourceRange range;
  Duration size;                           ///< of a session: the gap
  std::optional<Duration> step;            ///< Hop: slide; Cumulate: step
  std::optional<Duration> offset;          ///< any sign
  std::optional<Name> on;                  ///< another time column
};

/// A clause that is kept as written: join, dedup, top, over, match,
/// grouping_sets, rollup, cube.
struct Clause {
  Name key;
  Node value;
};

/// One query, or a view of a script. Either `sql` alone, or `from` or `unionOf` with clauses.
struct Stream {
  Name name;
  SourceRange range;                       ///< of the header
  std::optional<Name> from;                ///< a source or stream
  std::vector<Name> unionOf;               ///< sources or streams
  Text where, having;                      ///< false when not written
  std::optional<Window> window;
  bool windowFailed = false;               ///< `window` is there, with a mistake
  bool grouped = false;                    ///< group_by is there
  SourceRange groupByRange;                ///< of the key
  std::vector<Text> groupBy;               ///< expressions
  SourceRange selectRange;                 ///< of the key
  std::vector<Text> select;                ///< select items; none: all columns
  bool distinct = false;
  SourceRange distinctRange;
  std::vector<Text> orderBy;               ///< order items
  SourceRange orderByRange;
  std::optional<int64_t> limit;
  SourceRange limitRange;
  std::optional<Name> late;                ///< a sink
  ErrorPolicy onError;
  std::vector<Clause> clauses;             ///< kept as written
  Sql<levada::sql::Query> sql;
  std::vector<Name> columnNames;           ///< of CREATE VIEW v (a, b); none: the query's
  const Clause *clause(std::string_view key) const;
};

/// INSERT INTO sink: rows that go into a table.
struct Insert {
  SourceRange range;                       ///< INSERT INTO name
  Sql<levada::sql::Query> query;
  std::vector<Name> columns;               ///< the sink's, by position; none: all
};

/// Fed by `from` or by INSERTs, or by `late` or `dead_letter` of others. Left
/// to sema: whether the columns fit.
struct Sink {
  Name name;
  SourceRange range;                       ///< of the header
  std::optional<Name> from;                ///< a source or stream
  bool fromWritten = false;                ///< even if as something else
  std::vector<Text> select;                ///< select items; none: all columns
  SourceRange selectRange;
  std::vector<Name> primaryKey;
  Endpoint endpoint;
  /// Of a script: what the table declares; none: what comes is what is written.
  std::vector<Column> columns;
  std::vector<Insert> inserts;
};

/// Rows of a test as written: tables with the columns that are not NULL, or, of
/// an input, records as texts. Columns and types: frontend/lower/Tests.cpp.
struct TestRows {
  Name table;                              ///< source, sink or stream
  SourceRange range;                       ///< of the list
  std::vector<Node> rows;
};

/// How many rows a source or stream finds late or bad: a number, or, of late
/// ones, the rows themselves.
struct TestLoss {
  Name where;
  SourceRange range;                       ///< of the value
  int64_t count = 0;
  std::optional<TestRows> rows;
};

/// `[[test]]`: what comes in, and what must come out.
struct Test {
  Name name;                               ///< default: "test N"
  SourceRange range;                       ///< of the header
  std::vector<TestRows> input, expect;
  std::vector<TestLoss> late, bad;
};

struct Document {
  uint32_t file = 0;                       ///< its buffer
  bool isScript = false;                   ///< then names are checked already
  levada::sql::Script script;              ///< what the trees belong to
  Pipeline pipeline;
  std::vector<Source> sources;             ///< in file order
  std::vector<Stream> streams;             ///< in file order
  std::vector<Sink> sinks;                 ///< in file order
  std::vector<Test> tests;
  /// Indexes into `streams` so that inputs come before their readers (a name
  /// after FROM or JOIN in `sql` counts as an input). Streams of a cycle are
  /// left out, after an error.
  std::vector<size_t> order;

  const Source *findSource(std::string_view name) const;
  const Stream *findStream(std::string_view name) const;
  const Sink *findSink(std::string_view name) const;
};

/// Reads and checks the TOML file `buffer`. Null after a syntax error.
std::unique_ptr<Document> readDocument(uint32_t buffer, diag::Engine &engine);
/// The text of a file as a buffer; 0 after UnreadableFile.
uint32_t loadFile(const std::string &path, diag::Engine &engine);

/// Whether a file is plain text in UTF-8; false after a diagnostic. `nul`: it may hold
/// NUL, which texts of a script may.
bool isPlainText(uint32_t file, diag::Engine &engine, bool nul = false);
/// Reads a file of nothing but [[test]] tables into document.tests: those of a
/// script stand beside it. False after a syntax error.
bool readTests(uint32_t buffer, Document &document, diag::Engine &engine);
/// "dir/orders.sql": the file of its tests, "dir/orders.test.toml".
std::string testsFileOf(std::string_view script);
/// loadFile and readDocument.
std::unique_ptr<Document> loadDocument(const std::string &path,
                                       diag::Engine &engine);
/// "my-file.sql" without ending, as a name of a pipeline: `my_file`.
std::string nameOfFile(std::string_view path);

} // namespace levada::doc

#endif
