//===- Window.cpp - event-time windows: what they need, what they add -----===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "mlir/IR/IRMapping.h"

namespace levada::lower {

using namespace flow;

mlir::StringAttr Lowering::eventTime(const std::optional<sql::Name> &on, SourceRange range,
                                     Relation &input) {
  StreamType type = input.type();
  mlir::StringAttr time = type.getTime();
  if (on) {
    std::vector<Field> fields = fieldsOf(input);
    int64_t index = -1;
    for (size_t i = 0; i < fields.size() && index < 0; ++i)
      if (fields[i].access != sema::Column::Hidden && fields[i].name == on->text)
        index = i;
    if (index < 0) {
      if (!input.broken.count(on->text)) {
        sql::ColumnExpr column(on->range);
        column.parts.push_back(*on);
        scopeOf(input, nullptr).reportUnknown(column, engine);
      }
      return {};
    }
    std::string column = type.getNames()[index].str();
    if (input.proctimes.count(column)) {
      engine.emit(on->range, diag::ClauseNotYet, "a window of processing time");
      return {};
    }
    if (time && time.getValue() != column && input.rowtimes.count(column)) {
      // Another event time of the same rows.
      std::vector<std::string> names;
      for (mlir::StringAttr name : type.getNames())
        names.push_back(name.str());
      input.rowtimes.erase(column);
      input.rowtimes.insert(time.str());
      input.value = recast(input.value, streamType(names, type.getTypes(), column), input.name,
                           locate(range));
      return builder.getStringAttr(column);
    }
    if (time && time.getValue() != column) {
      engine.emit(on->range, diag::NotEventTime, on->text, input.name)
          .hint("its event time is `" + time.str() + "`");
      return {};
    }
  }
  if (time)
    return time;
  if (input.brokenTime)
    return {};
  auto flight = engine.emit(range, diag::NoEventTime, input.name.empty() ? "the query" : "`" + input.name + "`");
  const doc::Source *source = input.source;
  if (!input.lostTime.empty()) {
    flight.hint("hand on `" + input.lostTime + "` as it is" +
                (input.name.empty() ? "" : " in the `select` that `" + input.name + "` comes from"));
  } else if (source && !source->watermark) {
    // The column that looks most like one.
    std::string candidate = "COLUMN";
    for (size_t i = type.size(); i-- > 0;)
      if (type.columnType(i).isTimestamp())
        candidate = type.getNames()[i].str();
    if (on && type.indexOf(on->text) >= 0 && type.columnType(type.indexOf(on->text)).isTimestamp())
      candidate = on->text;
    if (document.isScript && candidate == "COLUMN")
      flight.hint("declare a TIMESTAMP(3) column of it and a WATERMARK for that");
    else if (document.isScript)
      flight.hint("add to its CREATE TABLE: WATERMARK FOR " + candidate + " AS " + candidate +
                  " - INTERVAL '5' SECOND");
    else
      flight.hint("add to [source." + source->name.text + "]: watermark = { on = \"" + candidate +
                  "\", delay = \"5s\" }");
    flight.label(source->range, document.isScript ? "this table" : "this source");
  } else {
    flight.hint("its rows have no column that is event time");
  }
  return {};
}

WindowAttr Lowering::windowOf(const Query &query, Relation &input) {
  const WindowClause &window = *query.window;
  mlir::StringAttr time = eventTime(window.on, window.range, input);
  if (!time)
    return {};
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
  return addWindow(std::move(relation), window, {}, query.window->range, query.name);
}

Relation Lowering::addWindow(Relation relation, WindowAttr window,
                             llvm::ArrayRef<std::string> keys, SourceRange range,
                             const std::string &stream) {
  StreamType input = relation.type();
  std::vector<Field> fields = fieldsOf(relation);
  for (const Field &field : fields)
    if (field.access == sema::Column::Free &&
        (field.name == "window_start" || field.name == "window_end" || field.name == "window_time")) {
      engine.emit(range, diag::RepeatedColumn, field.name)
          .hint("`" + relation.name + "` has one already: rename it in a " +
                (document.isScript ? "query" : "stream") + " between");
      relation.value = {};
      return relation;
    }
  std::vector<std::string> names;
  std::vector<mlir::Type> types(input.getTypes().begin(), input.getTypes().end());
  for (mlir::StringAttr name : input.getNames())
    names.push_back(name.str());
  size_t first = names.size();
  appendWindowColumns(relation, names, types);
  for (size_t i = first; i < names.size(); ++i)
    fields.push_back({relation.name, names[i]});
  names = uniqueNames(std::move(names));
  relation.value = builder.create<WindowOp>(
      locate(range), streamType(names, types, names[first + 2]), relation.value,
      builder.getStringAttr(stream), window,
      builder.getStrArrayAttr(llvm::to_vector(llvm::map_range(
          keys, [](const std::string &key) { return llvm::StringRef(key); }))));
  relation.fields = std::move(fields);
  relation.rowtimes.clear(); // only window_time is one
  relation.window = {window, names[first], names[first + 1], names[first + 2], keys, true};
  return relation;
}

//===----------------------------------------------------------------------===//
// Below flow.window
//===----------------------------------------------------------------------===//

/// Whether `value` of `block` is computed from arguments in `columns`.
static bool reads(mlir::Value value, const std::set<size_t> &columns) {
  llvm::SmallVector<mlir::Value> open{value};
  while (!open.empty()) {
    mlir::Value next = open.pop_back_val();
    if (auto argument = llvm::dyn_cast<mlir::BlockArgument>(next)) {
      if (columns.count(argument.getArgNumber()))
        return true;
      continue;
    }
    next.getDefiningOp()->walk([&](mlir::Operation *op) {
      for (mlir::Value operand : op->getOperands())
        if (operand.getDefiningOp() != next.getDefiningOp())
          open.push_back(operand);
    });
  }
  return false;
}

std::optional<Lowering::LiftedWindow> Lowering::liftWindow(const Relation &rows,
                                                           const std::string &stream) {
  // Down to the window, through operators that do not read its columns.
  llvm::SmallVector<mlir::Operation *> chain;
  mlir::Value at = rows.value;
  WindowOp window;
  while (!(window = at.getDefiningOp<WindowOp>())) {
    mlir::Operation *op = at.getDefiningOp();
    if (!llvm::isa_and_nonnull<ProjectOp, FilterOp>(op) || at != op->getResult(0) ||
        op->getNumResults() > 1)
      return std::nullopt;
    chain.push_back(op);
    at = op->getOperand(0);
  }
  size_t count = window.getInput().getType().size();
  std::set<size_t> bounds = {count, count + 1, count + 2};
  for (mlir::Operation *op : llvm::reverse(chain)) {
    mlir::Operation &yield = op->getRegion(0).front().back();
    std::set<size_t> next;
    for (auto [i, value] : llvm::enumerate(yield.getOperands())) {
      auto argument = llvm::dyn_cast<mlir::BlockArgument>(value);
      if (llvm::isa<ProjectOp>(op) && argument && bounds.count(argument.getArgNumber()))
        next.insert(i);
      else if (reads(value, bounds))
        return std::nullopt;
    }
    if (llvm::isa<ProjectOp>(op))
      bounds = next;
  }

  // The same operators over the rows before.
  mlir::Value value = window.getInput();
  std::string time = window.getWindow().getOn().str();
  bounds = {count, count + 1, count + 2};
  llvm::SmallVector<int64_t> now; ///< where each column is now, -1 for bounds
  for (size_t i = 0; i < count + 3; ++i)
    now.push_back(i < count ? int64_t(i) : -1);
  for (mlir::Operation *op : llvm::reverse(chain)) {
    auto input = llvm::cast<StreamType>(value.getType());
    mlir::Block &from = op->getRegion(0).front();
    auto copy = [&](mlir::Block *block) {
      mlir::IRMapping mapping;
      for (auto [i, place] : llvm::enumerate(now))
        if (place >= 0)
          mapping.map(from.getArgument(i), block->getArgument(place));
      for (mlir::Operation &inner : from.without_terminator())
        builder.clone(inner, mapping);
      llvm::SmallVector<mlir::Value> results;
      for (mlir::Value result : from.back().getOperands())
        results.push_back(mapping.lookupOrNull(result));
      return results;
    };
    mlir::OpBuilder::InsertionGuard guard(builder);
    if (auto filter = llvm::dyn_cast<FilterOp>(op)) {
      auto made = builder.create<FilterOp>(op->getLoc(), input, mlir::Type(), value,
                                           filter.getStream(), filter.getOnError());
      mlir::Block *block = rowBlock(made.getBody(), input, op->getLoc());
      builder.setInsertionPointToEnd(block);
      builder.create<YieldOp>(op->getLoc(), copy(block));
      value = made.getOutput();
      continue;
    }
    auto projection = llvm::cast<ProjectOp>(op);
    StreamType output = projection.getOutput().getType();
    std::vector<std::string> names;
    llvm::SmallVector<int64_t> places(output.size(), -1);
    std::set<std::string> taken;
    for (mlir::StringAttr name : output.getNames())
      taken.insert(name.str());
    auto made = builder.create<ProjectOp>(op->getLoc(), input, mlir::Type(), value,
                                          projection.getStream(), projection.getOnError());
    mlir::Block *block = rowBlock(made.getBody(), input, op->getLoc());
    builder.setInsertionPointToEnd(block);
    llvm::SmallVector<mlir::Value> all = copy(block), values;
    std::string kept;
    mlir::Value timeValue = block->getArgument(input.indexOf(time));
    std::vector<mlir::Type> types;
    for (auto [i, result] : llvm::enumerate(all)) {
      if (!result)
        continue;
      auto argument = llvm::dyn_cast<mlir::BlockArgument>(from.back().getOperand(i));
      if (argument && now[argument.getArgNumber()] < 0)
        continue;
      places[i] = values.size();
      if (result == timeValue && kept.empty())
        kept = output.getNames()[i].str();
      names.push_back(output.getNames()[i].str());
      types.push_back(result.getType());
      values.push_back(result);
    }
    if (kept.empty()) {
      kept = unique("$time", taken);
      names.push_back(kept);
      types.push_back(timeValue.getType());
      values.push_back(timeValue);
    }
    builder.create<YieldOp>(op->getLoc(), values);
    made.getOutput().setType(streamType(names, types, kept));
    value = made.getOutput();
    time = kept;
    now = places;
  }

  LiftedWindow lifted;
  lifted.relation = rows;
  lifted.relation.value = value;
  lifted.relation.window.reset();
  lifted.relation.fields.clear();
  std::vector<Field> fields = fieldsOf(rows);
  StreamType type = llvm::cast<StreamType>(value.getType());
  lifted.relation.fields.resize(type.size(), Field{"", "", sema::Column::Hidden});
  for (auto [i, place] : llvm::enumerate(now))
    if (place >= 0)
      lifted.relation.fields[place] = fields[i];
  WindowAttr attr = window.getWindow();
  lifted.window = WindowAttr::get(&context, attr.getKind(), builder.getStringAttr(time),
                                  attr.getSize(), attr.getSlide(), attr.getOffset());
  return lifted;
}

} // namespace levada::lower
