//===- Document.h - a pipeline file as typed structs ------------------------===//
//
// The TOML file with every key, option and reference checked, and the range
// of everything that was written. SQL in it is not parsed here: each piece is
// a Text whose embedded buffer the SQL parser reads. Types, columns and what
// expressions mean are frontend/sema's; see "Left to sema" at each struct.
//
// A document is returned after semantic errors too (the engine has them), so
// that sema can find more: then optional parts may be missing, names may lead
// nowhere and catalog pointers be null. Do not lower while engine.hasErrors().
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_TOML_DOCUMENT_H
#define LEVADA_FRONTEND_TOML_DOCUMENT_H

#include "frontend/catalog/Catalog.h"
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
  std::optional<Duration> checkpointInterval;
  std::vector<Setting> settings;
  std::string_view setting(std::string_view key) const; ///< "" when not set
};

enum class OnError { Fail, Skip, DeadLetter };

struct ErrorPolicy {
  OnError action = OnError::Fail;
  SourceRange range;                       ///< of on_error's value, if written
  std::optional<Name> deadLetter;          ///< a sink
};

/// A column of `columns`: `type` is SQL ("DECIMAL(10, 2) NOT NULL").
struct Column {
  Name name;
  Text type;
};
/// `computed.NAME = "EXPR"`.
struct Computed {
  Name name;
  Text expr;
};
/// `metadata.NAME = "KEY"`: KEY is known to the connector.
struct Metadata {
  Name name;
  Name key;
};
/// `watermark = { on, delay }`. Left to sema: the column and its type.
struct Watermark {
  SourceRange range;
  Name on;
  std::optional<Duration> delay;           ///< none: times never go back
};

/// Columns are, in order: `columns`, `metadata`, `computed`; each in file
/// order, and no name twice. Left to sema: types, expressions, primary key.
struct Source {
  Name name;
  SourceRange range;                       ///< of the header
  Endpoint endpoint;
  SourceRange columnsRange;                ///< of the key `columns`
  std::vector<Column> columns;
  std::vector<Metadata> metadata;
  std::vector<Computed> computed;
  std::vector<Name> primaryKey;
  std::optional<Watermark> watermark;
  ErrorPolicy onError;
  std::optional<int64_t> partitions;
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

/// One query. Either `sql` alone, or `from` or `unionOf` with clauses.
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
  Text sql;
  const Clause *clause(std::string_view key) const;
};

/// Fed by `from`, or by `late` or `dead_letter` of others (then `from` is
/// not set). Left to sema: whether the columns fit.
struct Sink {
  Name name;
  SourceRange range;                       ///< of the header
  std::optional<Name> from;                ///< a source or stream
  bool fromWritten = false;                ///< even if as something else
  std::vector<Text> select;                ///< select items; none: all columns
  SourceRange selectRange;
  std::vector<Name> primaryKey;
  Endpoint endpoint;
};

/// `[[test]]`: `name` is read, `input` and `expect` are kept as written.
struct Test {
  Name name;
  SourceRange range;
  Node value;
};

struct Document {
  uint32_t file = 0;                       ///< its buffer
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

/// Reads and checks the file `buffer`. Null after a TOML syntax error.
std::unique_ptr<Document> readDocument(uint32_t buffer, diag::Engine &engine);
/// The same for a path: reads the file first (UnreadableFile if it cannot).
std::unique_ptr<Document> loadDocument(const std::string &path,
                                       diag::Engine &engine);

} // namespace levada::doc

#endif
