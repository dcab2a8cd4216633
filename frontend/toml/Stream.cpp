//===- Stream.cpp - [stream.NAME] -------------------------------------------===//
//
// One query, clause by clause. Expressions stay text. A clause whose operator
// sema does not bind yet is kept as a node, with its range.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Tables.h"
#include "frontend/toml/Values.h"
#include "ir/diag/codes/Document.h"

#include <algorithm>

namespace levada::doc {
namespace {

const Words streamKeys = {
    "from",    "union",    "join",  "where",    "window", "group_by",
    "grouping_sets", "rollup", "cube", "having", "dedup", "top",
    "over",    "match",    "select", "distinct", "order_by", "limit",
    "late",    "on_error", "dead_letter", "sql"};
const Words keptKeys = {"join", "dedup",  "top",  "over",
                        "match", "rollup", "cube", "grouping_sets"};

class WindowReader {
public:
  WindowReader(Reader &reader) : reader(reader), engine(reader.engine) {}
  std::optional<Window> read(const Member &m);

private:
  bool parts(const Node &table);
  bool together(const Member &part, WindowKind kind, std::string_view goesWith);
  void multiple(const Duration &size, std::string_view sizeName,
                const Duration &step, std::string_view stepName);

  Reader &reader;
  diag::Engine &engine;
  Window window;
  const Member *kind = nullptr, *step = nullptr;
};

std::optional<Window> WindowReader::read(const Member &m) {
  if (!m.value.isTable()) {
    auto said = reader.wrongType(m.key, m.value, "a table");
    ValueFault fault;
    bool size = m.value.isString() && parseDuration(m.value.text, fault);
    said.hint(fmt::format("write window = {{ tumble = \"{}\" }}",
                          size ? m.value.text : "1h"));
    return std::nullopt;
  }
  window.range = m.value.range;
  if (!parts(m.value))
    return std::nullopt;
  if (!kind) {
    engine.emit(m.value.range, diag::WindowKind, "the window has no kind")
        .hint("one of tumble, hop, session and cumulate, with a size: "
              "{ tumble = \"1h\" }");
    return std::nullopt;
  }
  bool needsStep = window.kind == WindowKind::Hop ||
                   window.kind == WindowKind::Cumulate;
  if (needsStep && !step) {
    bool hop = window.kind == WindowKind::Hop;
    engine
        .emit(m.value.range, diag::MissingKey,
              hop ? "a hopping window" : "a cumulating window",
              hop ? "`slide`" : "`step`")
        .hint(hop ? "how far apart windows begin: { hop = \"10m\", slide = "
                    "\"1m\" }"
                  : "how often it fires: { cumulate = \"1d\", step = \"1h\" }");
    return std::nullopt;
  }
  return window;
}

/// A part that goes with another kind of window than there is.
bool WindowReader::together(const Member &part, WindowKind wanted,
                            std::string_view goesWith) {
  if (!kind || window.kind == wanted)
    return true;
  engine
      .emit(part.key.range, diag::WindowKind,
            fmt::format("`{}` goes with `{}`, not with `{}`", part.key.text,
                        goesWith, kind->key.text))
      .label(kind->key.range, "the kind of window");
  return false;
}

void WindowReader::multiple(const Duration &size, std::string_view sizeName,
                            const Duration &part, std::string_view stepName) {
  if (part.millis <= 0 || size.millis % part.millis == 0)
    return;
  auto said = engine.emit(size.range, diag::WindowMultiple,
                          quoted(sizeName), quoted(stepName));
  int64_t whole = size.millis / part.millis * part.millis;
  if (whole == 0)
    said.hint(fmt::format("it is shorter than `{}`", stepName));
  else
    said.hint(fmt::format("use \"{}\" or \"{}\"",
                          printDuration(whole),
                          printDuration(whole + part.millis)));
  said.label(part.range, "one step");
}

bool WindowReader::parts(const Node &table) {
  const Words known = {"tumble", "hop",  "session", "cumulate",
                       "slide",  "step", "offset",  "on"};
  bool ok = true;
  const Member *offset = nullptr;
  for (const Member &part : table.members) {
    auto at = std::find(known.begin(), known.end(), part.key.text);
    size_t index = size_t(at - known.begin());
    if (index < 4) {
      if (kind) {
        engine
            .emit(part.key.range, diag::WindowKind,
                  fmt::format("a window cannot be both `{}` and `{}`",
                              kind->key.text, part.key.text))
            .label(kind->key.range, "the first kind");
        ok = false;
        continue;
      }
      kind = &part;
      window.kind = WindowKind(index);
      std::optional<Duration> size = reader.duration(part, Sign::Positive);
      ok &= size.has_value();
      window.size = size.value_or(Duration());
    } else if (part.key.text == "slide" || part.key.text == "step") {
      if (step) {
        engine
            .emit(part.key.range, diag::ExclusiveKeys, "`window`",
                  step->key.text, part.key.text)
            .label(step->key.range, "first here");
        ok = false;
        continue;
      }
      step = &part;
      window.step = reader.duration(part, Sign::Positive);
      ok &= window.step.has_value();
    } else if (part.key.text == "offset") {
      offset = &part;
      window.offset = reader.duration(part, Sign::Any);
      ok &= window.offset.has_value();
    } else if (part.key.text == "on") {
      window.on = reader.name(part);
      ok &= window.on.has_value();
    } else {
      reader.unknownKey("`window`", part.key, known);
      ok = false;
    }
  }
  if (!kind)
    return ok;
  if (step) {
    bool slide = step->key.text == "slide";
    bool fits = together(*step, slide ? WindowKind::Hop : WindowKind::Cumulate,
                         slide ? "hop" : "cumulate");
    if (fits && ok)
      multiple(window.size, kind->key.text, *window.step, step->key.text);
    ok &= fits;
  }
  if (offset && window.kind == WindowKind::Session) {
    engine
        .emit(offset->key.range, diag::WindowKind,
              "a session has no `offset`: it begins with its first row")
        .label(kind->key.range, "the kind of window");
    ok = false;
  }
  return ok;
}

class StreamReader {
public:
  StreamReader(const Member &table, Reader &reader, Stream &stream)
      : table(table), reader(reader), engine(reader.engine), stream(stream) {}

  void run() {
    stream.name = table.key;
    stream.range = table.value.range;
    for (const Member &m : table.value.members)
      key(m);
    readErrorPolicy(table, where(), reader, stream.onError);
    checkInput();
    checkLate();
  }

private:
  std::string where() const {
    return fmt::format("stream `{}`", table.key.text);
  }
  void key(const Member &m);
  void checkInput();
  void checkLate();

  const Member &table;
  Reader &reader;
  diag::Engine &engine;
  Stream &stream;
  bool inputMisspelt = false;
};

void StreamReader::key(const Member &m) {
  std::string_view key = m.key.text;
  if (key == "from") {
    if (m.value.isArray())
      reader.wrongType(m.key, m.value, "a string")
          .hint("to read several streams, write union = […]");
    else
      stream.from = reader.name(m);
  } else if (key == "union") {
    reader.names(m, stream.unionOf);
  } else if (key == "where") {
    stream.where = reader.text(m);
  } else if (key == "having") {
    stream.having = reader.text(m);
  } else if (key == "window") {
    stream.window = WindowReader(reader).read(m);
    stream.windowFailed = !stream.window;
  } else if (key == "group_by") {
    stream.grouped = true;
    stream.groupByRange = m.key.range;
    reader.texts(m, stream.groupBy, true);
  } else if (key == "select") {
    stream.selectRange = m.key.range;
    reader.texts(m, stream.select);
  } else if (key == "distinct") {
    stream.distinctRange = m.key.range;
    stream.distinct = reader.boolean(m).value_or(false);
  } else if (key == "order_by") {
    stream.orderByRange = m.key.range;
    reader.texts(m, stream.orderBy);
  } else if (key == "limit") {
    stream.limitRange = m.key.range;
    stream.limit = reader.integer(m, 0, INT64_MAX);
  } else if (key == "late") {
    stream.late = reader.name(m);
  } else if (key == "sql") {
    stream.sql = reader.text(m);
  } else if (std::find(keptKeys.begin(), keptKeys.end(), key) !=
             keptKeys.end()) {
    stream.clauses.push_back({m.key, m.value});
  } else if (key != "on_error" && key != "dead_letter") {
    reader.unknownKey(where(), m.key, streamKeys);
    std::string near = diag::nearest(key, streamKeys);
    inputMisspelt |= near == "from" || near == "union" || near == "sql";
  }
}

/// Exactly one of from, union, sql; and sql alone.
void StreamReader::checkInput() {
  const Member *from = table.value.find("from");
  const Member *all = table.value.find("union");
  const Member *sql = table.value.find("sql");
  if (sql) {
    for (const Member &m : table.value.members) {
      if (&m == sql || std::find(streamKeys.begin(), streamKeys.end(),
                                 m.key.text) == streamKeys.end())
        continue;
      bool before = m.key.range.begin < sql->key.range.begin;
      engine
          .emit(m.key.range, diag::ExclusiveKeys, where(),
                before ? m.key.text : "sql", before ? "sql" : m.key.text)
          .hint("`sql` is the whole query")
          .label(sql->key.range, "the query");
      return;
    }
    return;
  }
  if (from && all)
    engine
        .emit(all->key.range, diag::ExclusiveKeys, where(), "from", "union")
        .label(from->key.range, "one input")
        .hint("leave one of them out");
  if (!from && !all && !inputMisspelt)
    engine
        .emit(table.value.range, diag::MissingKey, where(),
              "`from`, `union` or `sql`")
        .hint("what it reads");
}

void StreamReader::checkLate() {
  if (!stream.late || stream.sql)
    return;
  for (const char *key : {"window", "join", "over", "match", "dedup", "top"})
    if (table.value.find(key))
      return;
  engine.emit(stream.late->range, diag::LateWithoutWindow, table.key.text)
      .hint("move it to the stream that has the window");
}

} // namespace

void readStream(const Member &table, Reader &reader, Stream &stream) {
  StreamReader(table, reader, stream).run();
}

} // namespace levada::doc
