//===- Window.cpp - event-time windows: what they need, what they add -----===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

namespace levada::lower {

using namespace flow;

WindowAttr Lowering::windowOf(const Query &query, const Relation &input) {
  const WindowClause &window = *query.window;
  StreamType type = input.type();
  mlir::StringAttr time = type.getTime();
  if (window.on) {
    int64_t index = type.indexOf(window.on->text);
    if (index < 0) {
      if (!input.broken.count(window.on->text)) {
        sql::ColumnExpr column(window.on->range);
        column.parts.push_back(*window.on);
        scopeOf(input, nullptr).reportUnknown(column, engine);
      }
      return {};
    }
    if (time && time.getValue() != window.on->text) {
      engine.emit(window.on->range, diag::NotEventTime, window.on->text, input.name)
          .hint("its event time is `" + time.str() + "`");
      return {};
    }
  }
  if (!time) {
    if (input.brokenTime)
      return {};
    auto flight = engine.emit(window.range, diag::NoEventTime, input.name);
    const doc::Source *source = input.source;
    if (!input.lostTime.empty()) {
      flight.hint("add `" + input.lostTime + "` to the `select` that `" + input.name + "` comes from");
    } else if (source && !source->watermark) {
      // The column that looks most like one.
      std::string candidate = "COLUMN";
      for (size_t i = type.size(); i-- > 0;)
        if (type.columnType(i).isTimestamp())
          candidate = type.getNames()[i].str();
      if (window.on)
        candidate = window.on->text;
      flight.hint("add to [source." + source->name.text + "]: watermark = { on = \"" + candidate +
                  "\", delay = \"5s\" }");
      flight.label(source->range, "this source");
    } else {
      flight.hint("its rows have no column that is event time");
    }
    return {};
  }
  return WindowAttr::get(&context, window.kind, time, window.size, window.slide, window.offset);
}

void Lowering::appendWindowColumns(const Relation &input, std::vector<std::string> &names,
                                   std::vector<mlir::Type> &types) {
  StreamType type = input.type();
  mlir::Type bound = sema::makeTimestamp(&context, SqlKind::Timestamp, 3, false);
  SqlType time = type.columnType(type.indexOf(type.getTime().getValue()));
  for (const char *name : {"window_start", "window_end"}) {
    names.push_back(name);
    types.push_back(bound);
  }
  names.push_back("window_time");
  types.push_back(sema::makeTimestamp(&context, time.getKind(), 3, false));
}

Relation Lowering::addWindow(Relation relation, const Query &query) {
  WindowAttr window = windowOf(query, relation);
  if (window && window.getKind() == WindowKind::session) {
    engine.emit(query.window->range, diag::SessionRows)
        .hint("add `group_by`, or aggregates to `select`");
    window = {};
  }
  if (!window) {
    relation.value = {};
    return relation;
  }
  StreamType input = relation.type();
  std::vector<std::string> names;
  std::vector<mlir::Type> types(input.getTypes().begin(), input.getTypes().end());
  for (mlir::StringAttr name : input.getNames()) {
    names.push_back(name.str());
    if (name == "window_start" || name == "window_end" || name == "window_time") {
      engine.emit(query.window->range, diag::RepeatedColumn, name.str())
          .hint("`" + relation.name + "` has one already: rename it in a stream between");
      relation.value = {};
      return relation;
    }
  }
  appendWindowColumns(relation, names, types);
  relation.value = builder.create<WindowOp>(locate(query.window->range),
                                            streamType(names, types, "window_time"),
                                            relation.value, builder.getStringAttr(query.name), window);
  return relation;
}

} // namespace levada::lower
