//===- References.cpp - what the tables of a file say about each other ------===//
//
// Sources and streams share one space of names, sinks have their own. Edges
// come from from, union, join, late and dead_letter; of a query as text the
// names after FROM and JOIN are taken, so that circles and unread streams are
// found before anything is bound. Order is a depth-first walk in file order.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Tables.h"

#include "ir/diag/codes/Document.h"

#include <algorithm>
#include <cctype>
#include <unordered_map>

namespace levada::doc {
namespace {

/// Names after FROM, JOIN and TABLE in an SQL text, as embedded ranges. This
/// is no parser: what does not name a source or stream is ignored.
std::vector<Name> tablesOf(const Text &sql) {
  std::vector<Name> found;
  std::string_view text = sql.value;
  bool expect = false, list = false;
  std::string last;
  std::vector<bool> calls; ///< open parentheses: of EXTRACT, TRIM … ?
  for (size_t at = 0; at < text.size();) {
    char c = text[at];
    if (text.substr(at, 2) == "--") {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (text.substr(at, 2) == "/*") {
      size_t end = text.find("*/", at + 2);
      at = end == text.npos ? text.size() : end + 2;
      continue;
    }
    if (std::isspace(uint8_t(c))) {
      ++at;
      continue;
    }
    size_t begin = at;
    if (c == '\'') {
      do
        at = std::min(text.find('\'', at + 1), text.size() - 1) + 1;
      while (at < text.size() && text[at] == '\'');
      expect = list = false;
      continue;
    }
    std::string word;
    bool quotedName = c == '`';
    if (quotedName) {
      at = std::min(text.find('`', at + 1), text.size() - 1) + 1;
      word = text.substr(begin + 1, at - begin >= 2 ? at - begin - 2 : 0);
    } else if (std::isalpha(uint8_t(c)) || c == '_' || uint8_t(c) >= 0x80) {
      while (at < text.size() &&
             (std::isalnum(uint8_t(text[at])) || text[at] == '_' ||
              uint8_t(text[at]) >= 0x80))
        ++at;
      word = text.substr(begin, at - begin);
    } else {
      ++at;
      if (c == '(') {
        calls.push_back(last == "EXTRACT" || last == "TRIM" ||
                        last == "SUBSTRING" || last == "OVERLAY" ||
                        last == "POSITION" || last == "CEIL" ||
                        last == "FLOOR");
        expect = false;
      } else if (c == ')' && !calls.empty()) {
        calls.pop_back();
      }
      expect = c == ',' && list;
      last.clear();
      continue;
    }
    std::string upper;
    for (char l : word)
      upper += char(std::toupper(uint8_t(l)));
    bool keyword = !quotedName && (upper == "FROM" || upper == "JOIN" ||
                                   upper == "TABLE");
    if (keyword) {
      bool call = !calls.empty() && calls.back();
      expect = !(upper == "FROM" && (last == "DISTINCT" || call));
      list = expect && upper == "FROM";
    } else if (expect) {
      if (upper != "LATERAL" && upper != "TABLE") {
        found.push_back({word, {sql.buffer, uint32_t(begin), uint32_t(at)}});
        expect = false;
      }
    } else if (upper == "WHERE" || upper == "GROUP" || upper == "ON" ||
               upper == "ORDER" || upper == "SELECT" || upper == "WINDOW") {
      list = false;
    }
    last = upper;
  }
  return found;
}

/// Beyond so many errors nothing is shown: spellings are not compared.
constexpr size_t hintsFor = 100;

struct Edge {
  size_t to;         ///< index into Document::streams
  SourceRange range; ///< where the name stands
};

class References {
public:
  References(Document &document, const LostNames &lost, Reader &reader)
      : doc(document), lost(lost), reader(reader), engine(reader.engine),
        edges(document.streams.size()), sourceRead(document.sources.size()),
        streamRead(document.streams.size()) {}

  void run() {
    names();
    inputs();
    sinks();
    order();
    unused();
  }

private:
  void names();
  void inputs();
  void sinks();
  void order();
  void unused();
  void input(const Name &name, std::optional<size_t> reader, bool sure);
  void feed(const Name &sink, const std::string &what);
  void visit(size_t stream);
  void cycle(size_t first);

  bool isLost(const std::string &name) const {
    return lost.any || std::find(lost.names.begin(), lost.names.end(), name) !=
                           lost.names.end();
  }

  Document &doc;
  const LostNames &lost;
  Reader &reader;
  diag::Engine &engine;
  std::unordered_map<std::string, size_t> sources, streams, sinkIndex;
  Words inputNames, sinkNames;
  bool sqlMisspelt = false; ///< a query whose inputs are not all known
  std::vector<std::vector<Edge>> edges; ///< of each stream, what it reads
  std::vector<bool> sourceRead, streamRead;
  std::vector<std::vector<std::pair<Name, std::string>>> fed; ///< of each sink
  enum Mark { New, Open, Done, Cyclic };
  std::vector<Mark> marks;
  std::vector<std::pair<size_t, SourceRange>> path;
};

void References::names() {
  for (size_t i = 0; i < doc.sources.size(); ++i) {
    sources.emplace(doc.sources[i].name.text, i);
    inputNames.push_back(doc.sources[i].name.text);
  }
  for (size_t i = 0; i < doc.streams.size(); ++i) {
    const Name &name = doc.streams[i].name;
    streams.emplace(name.text, i);
    if (!sources.count(name.text))
      inputNames.push_back(name.text);
    if (auto at = sources.find(name.text); at != sources.end())
      engine.emit(name.range, diag::NameTaken, name.text)
          .label(doc.sources[at->second].name.range, "the source")
          .hint("give one of them another name");
  }
  for (size_t i = 0; i < doc.sinks.size(); ++i) {
    sinkIndex.emplace(doc.sinks[i].name.text, i);
    sinkNames.push_back(doc.sinks[i].name.text);
  }
}

/// One name that is read, by the stream `by` or by a sink. Names from an SQL
/// text are not `sure`: sema judges them.
void References::input(const Name &name, std::optional<size_t> by, bool sure) {
  if (auto at = sources.find(name.text); at != sources.end()) {
    sourceRead[at->second] = true;
    return;
  }
  if (auto at = streams.find(name.text); at != streams.end()) {
    if (by != at->second)
      streamRead[at->second] = true;
    if (by)
      edges[*by].push_back({at->second, name.range});
    return;
  }
  if (!sure || isLost(name.text))
    return;
  auto said = engine.emit(name.range, diag::UnknownInput, name.text);
  if (engine.errors() > hintsFor)
    return;
  if (sinkIndex.count(name.text))
    said.hint("it is a sink, and sinks cannot be read");
  else if (std::string near = diag::nearest(name.text, inputNames);
           !near.empty())
    said.hint(fmt::format("did you mean \"{}\"?", near));
  if (!inputNames.empty())
    said.note("sources and streams: " + listed(inputNames));
}

void References::inputs() {
  for (size_t i = 0; i < doc.streams.size(); ++i) {
    const Stream &stream = doc.streams[i];
    if (stream.from)
      input(*stream.from, i, true);
    for (const Name &name : stream.unionOf)
      input(name, i, true);
    if (stream.sql) {
      std::vector<Name> tables = tablesOf(stream.sql);
      for (const Name &name : tables)
        input(name, i, false);
      sqlMisspelt |= tables.empty();
      for (const Name &name : tables)
        sqlMisspelt |= !doc.findSource(name.text) && !doc.findStream(name.text);
    }
    const Clause *join = stream.clause("join");
    if (!join)
      continue;
    auto one = [&](const Node &node) {
      for (const char *key : {"with", "lookup", "as_of"})
        if (const Member *m = node.find(key); m && m->value.isString())
          input(word(m->value, reader.sources), i, true);
    };
    if (join->value.isArray())
      for (const Node &item : join->value.items)
        one(item);
    else
      one(join->value);
  }
  for (const Sink &sink : doc.sinks)
    if (sink.from)
      input(*sink.from, std::nullopt, true);
}

void References::feed(const Name &name, const std::string &what) {
  auto at = sinkIndex.find(name.text);
  if (at != sinkIndex.end()) {
    fed[at->second].push_back({name, what});
    return;
  }
  if (isLost(name.text))
    return;
  auto said = engine.emit(name.range, diag::UnknownSink, name.text);
  if (engine.errors() > hintsFor)
    return;
  if (streams.count(name.text) || sources.count(name.text))
    said.hint(fmt::format("it is a {}; add a sink for these rows",
                          streams.count(name.text) ? "stream" : "source"));
  else if (std::string near = diag::nearest(name.text, sinkNames);
           !near.empty())
    said.hint(fmt::format("did you mean \"{}\"?", near));
  else
    said.hint(fmt::format("add [sink.{}]", name.text));
  if (!sinkNames.empty())
    said.note("sinks: " + listed(sinkNames));
}

/// Every sink is fed, and by rows of one kind.
void References::sinks() {
  fed.resize(doc.sinks.size());
  for (size_t i = 0; i < doc.sinks.size(); ++i)
    if (doc.sinks[i].from)
      fed[i].push_back({*doc.sinks[i].from, "`from`"});
  for (const Stream &stream : doc.streams) {
    if (stream.late)
      feed(*stream.late, "`late`");
    if (stream.onError.deadLetter)
      feed(*stream.onError.deadLetter, "`dead_letter`");
  }
  for (const Source &source : doc.sources)
    if (source.onError.deadLetter)
      feed(*source.onError.deadLetter, "`dead_letter`");
  for (size_t i = 0; i < doc.sinks.size(); ++i) {
    const Sink &sink = doc.sinks[i];
    if (fed[i].empty() && !sink.fromWritten && !lost.any) {
      auto said = engine.emit(sink.range, diag::SinkWithoutInput,
                              sink.name.text);
      said.hint(inputNames.empty()
                    ? "add from = \"NAME\""
                    : fmt::format("add from = \"{}\"", inputNames.back()));
    }
    for (size_t j = 1; j < fed[i].size(); ++j) {
      if (fed[i][j].second == fed[i][0].second)
        continue;
      engine
          .emit(fed[i][j].first.range, diag::SinkFedTwice, sink.name.text,
                fed[i][0].second, fed[i][j].second)
          .label(fed[i][0].first.range, "fed here too")
          .hint("their columns differ: add another sink");
      break;
    }
  }
}

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

void References::order() {
  marks.assign(doc.streams.size(), New);
  for (size_t i = 0; i < doc.streams.size(); ++i)
    visit(i);
}

/// Depth first without recursion: a chain of streams may be any length.
void References::visit(size_t start) {
  if (marks[start] != New)
    return;
  std::vector<std::pair<size_t, size_t>> stack{{start, 0}}; // stream, edge
  path.assign(1, {start, {}});
  marks[start] = Open;
  while (!stack.empty()) {
    auto &[at, next] = stack.back();
    if (next == edges[at].size()) {
      if (marks[at] == Open) {
        marks[at] = Done;
        doc.order.push_back(at);
      }
      stack.pop_back();
      path.pop_back();
      continue;
    }
    const Edge &edge = edges[at][next++];
    if (marks[edge.to] == Open) {
      path.push_back({edge.to, edge.range});
      cycle(edge.to);
      path.pop_back();
    } else if (marks[edge.to] == New) {
      marks[edge.to] = Open;
      path.push_back({edge.to, edge.range});
      stack.push_back({edge.to, 0});
    }
  }
}

/// The end of `path` leads back to `first`.
void References::cycle(size_t first) {
  size_t begin = path.size() - 1;
  while (begin > 0 && path[begin - 1].first != first)
    --begin;
  begin -= begin > 0;
  std::string text;
  size_t shown = 0;
  for (size_t i = begin; i < path.size(); ++i) {
    marks[path[i].first] = Cyclic;
    if (++shown > 8 && i + 1 < path.size()) {
      if (shown == 9)
        text += " → …";
      continue;
    }
    text += (text.empty() ? "`" : " → `") +
            doc.streams[path[i].first].name.text + "`";
  }
  auto said = engine.emit(path.back().second, diag::StreamCycle, text);
  said.hint(path.size() - begin == 2 ? "a stream cannot read itself"
                                     : "this closes the circle");
  for (size_t i = begin + 1; i + 1 < path.size() && i < begin + 8; ++i)
    said.label(path[i].second,
               fmt::format("`{}` reads `{}`",
                           doc.streams[path[i - 1].first].name.text,
                           doc.streams[path[i].first].name.text));
}

/// Only of a file without errors: a misspelt `from` leaves its input unread.
void References::unused() {
  if (engine.hasErrors() || sqlMisspelt)
    return;
  for (size_t i = 0; i < doc.sources.size(); ++i)
    if (!sourceRead[i])
      engine.emit(doc.sources[i].range, diag::UnusedInput, "source",
                  doc.sources[i].name.text);
  for (size_t i = 0; i < doc.streams.size(); ++i)
    if (!streamRead[i])
      engine.emit(doc.streams[i].range, diag::UnusedInput, "stream",
                  doc.streams[i].name.text);
}

} // namespace

void checkReferences(Document &document, const LostNames &lost,
                     Reader &reader) {
  References(document, lost, reader).run();
}

} // namespace levada::doc
