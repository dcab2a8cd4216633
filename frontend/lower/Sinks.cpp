//===- Sinks.cpp - [sink.X]: what feeds it, and whether it can be written -===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/ADT/MapVector.h"

namespace levada::lower {

using namespace flow;

mlir::DictionaryAttr Lowering::options(const doc::Endpoint &endpoint, bool ofFormat) {
  auto has = [](const catalog::Connector *schema, const std::string &key) {
    if (schema)
      for (const catalog::Option &option : schema->options)
        if (option.key == key)
          return true;
    return false;
  };
  llvm::MapVector<mlir::StringAttr, mlir::Attribute> values;
  for (const doc::OptionValue &option : endpoint.options)
    if (has(endpoint.formatSchema, option.key.text) == ofFormat)
      values[builder.getStringAttr(option.key.text)] = builder.getStringAttr(option.text);
  if (ofFormat)
    for (const doc::TimeFormat &format : endpoint.timeFormats)
      values[builder.getStringAttr("time-format." + format.column.text)] =
          builder.getStringAttr(format.pattern.value);
  llvm::SmallVector<mlir::NamedAttribute> attrs;
  for (auto [key, value] : values)
    attrs.push_back({key, value});
  return builder.getDictionaryAttr(attrs);
}

mlir::Value Lowering::uniteFeeds(const doc::Sink &sink) {
  std::vector<mlir::Value> &rows = feeds[sink.name.text];
  if (rows.empty())
    return {};
  auto first = llvm::cast<StreamType>(rows.front().getType());
  std::vector<std::string> names;
  for (mlir::StringAttr name : first.getNames())
    names.push_back(name.str());
  // Late rows have no event time any more: they are behind it.
  StreamType type = streamType(names, first.getTypes());
  mlir::Location location = locate(sink.range);
  auto describe = [](StreamType t) {
    std::vector<std::string> columns;
    for (size_t i = 0; i < t.size(); ++i)
      columns.push_back(t.getNames()[i].str() + " " + sema::display(t.columnType(i)));
    return "(" + sema::listNames(columns, 8) + ")";
  };
  llvm::SmallVector<mlir::Value> values;
  for (mlir::Value value : rows) {
    auto other = llvm::cast<StreamType>(value.getType());
    if (other.getTypes() != first.getTypes() || other.getNames() != first.getNames()) {
      engine.emit(sink.range, diag::FedTwice, sink.name.text, describe(first), describe(other))
          .hint("give each of them a sink of its own");
      return {};
    }
    values.push_back(value);
  }
  if (values.size() == 1)
    return values.front();
  return builder.create<UnionOp>(location, type, values, sink.name.text);
}

void Lowering::checkSinkColumns(const doc::Sink &sink, StreamType type) {
  const doc::Endpoint &endpoint = sink.endpoint;
  SourceRange range = sink.select.empty() ? sink.range : sink.selectRange;
  if (endpoint.format && endpoint.format->text == "raw") {
    bool one = type.size() == 1;
    SqlType only = type.size() ? type.columnType(0) : SqlType();
    if (!one || !(only.isCharacter() || only.isBinary()))
      engine.emit(range, diag::SinkColumns, "raw", "one STRING or BYTES column", sink.name.text,
                  one ? "one of " + sema::display(only) : fmt::format("{} columns", type.size()))
          .hint(document.isScript ? one ? "declare the column as STRING, and INSERT a CAST"
                                        : "one column, or several joined with `||`"
                : one ? "select = [\"CAST(" + type.getNames()[0].str() + " AS STRING)\"]"
                      : "choose one with select = [\"COLUMN\"], or join several with `||`");
  }
  for (size_t i = 0; endpoint.format && endpoint.format->text != "raw" && i < type.size(); ++i)
    if (std::string fault = nestedFault(endpoint.format->text, type.columnType(i)); !fault.empty())
      engine.emit(range, diag::SinkColumns, endpoint.format->text,
                  endpoint.format->text == "csv" ? "scalars, and ARRAY and ROW of them" : "scalars",
                  sink.name.text, "`" + type.getNames()[i].str() + "`, " + fault)
          .hint("CAST it AS STRING, or use the format `json`");
  for (const doc::Name &key : sink.primaryKey)
    if (type.indexOf(key.text) < 0) {
      std::vector<std::string> names;
      for (mlir::StringAttr name : type.getNames())
        names.push_back(name.str());
      auto flight = engine.emit(key.range, diag::UnknownColumn, key.text);
      if (std::string near = diag::nearest(key.text, names); !near.empty())
        flight.hint("did you mean `" + near + "`?");
      flight.note("columns: " + sema::listNames(names));
    }
  for (const doc::TimeFormat &format : endpoint.timeFormats)
    if (type.indexOf(format.column.text) < 0)
      engine.emit(format.column.range, diag::UnknownColumn, format.column.text);
}

SinkOp Lowering::makeSink(const doc::Sink &sink, mlir::Value rows) {
  auto made = builder.create<SinkOp>(
      locate(sink.range), rows, builder.getStringAttr(sink.name.text),
      builder.getStringAttr(sink.endpoint.connector.text),
      options(sink.endpoint, /*ofFormat=*/false),
      builder.getStringAttr(sink.endpoint.format ? sink.endpoint.format->text : ""),
      options(sink.endpoint, /*ofFormat=*/true));
  llvm::SmallVector<mlir::Attribute> key;
  for (const doc::Name &name : sink.primaryKey)
    key.push_back(builder.getStringAttr(name.text));
  if (!key.empty())
    made->setAttr("flow.primary_key", builder.getArrayAttr(key));
  return made;
}

void Lowering::lowerSink(const doc::Sink &sink) {
  if (!sink.inserts.empty())
    return lowerInserts(sink);
  Query query;
  query.name = sink.name.text;
  query.range = sink.range;
  query.isSink = true;
  if (sink.from) {
    query.input = relation(sink.from->text);
  } else if (!brokenFeeds.count(sink.name.text)) {
    query.input.value = uniteFeeds(sink);
    query.input.name = sink.name.text;
  }
  query.selects = !sink.select.empty();
  query.selectRange = sink.selectRange;
  bool broken = false;
  for (const doc::Text &text : sink.select) {
    std::optional<sql::SelectItem> item =
        text ? sql::parseSelectItem(text.buffer, engine) : std::nullopt;
    broken |= !item;
    if (!item)
      continue;
    query.ownedItems.push_back(std::make_unique<sql::SelectItem>(std::move(*item)));
    query.items.push_back(query.ownedItems.back().get());
  }
  if (!query.input.value)
    return;
  bool aggregates = needsGroups(query);
  Relation rows = query.input;
  if (query.selects) {
    Stage stage;
    stage.policy = false;
    enterStage(stage, query.input, query);
    rows = select(stage, query);
  }
  if (!rows.value || broken || aggregates || !rows.broken.empty())
    return; // reported
  checkSinkColumns(sink, rows.type());
  makeSink(sink, rows.value);
}

} // namespace levada::lower
