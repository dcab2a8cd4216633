//===- FlowOps.cpp - operators: verifiers and interface methods -----------===//
//
// Operators check that regions and attributes agree with the columns of
// their streams, and say what they keep and what bounds it.
//
//===----------------------------------------------------------------------===//
#include "ir/flow/FlowOps.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace levada::flow;

//===----------------------------------------------------------------------===//
// Operator interface
//===----------------------------------------------------------------------===//

StringRef SourceOp::label() { return "source"; }
StringRef ProjectOp::label() { return "project"; }
StringRef FilterOp::label() { return "filter"; }
StringRef WatermarkOp::label() { return "watermark"; }
StringRef WindowOp::label() { return "window"; }
StringRef UnnestOp::label() { return "unnest"; }
StringRef AggregateOp::label() { return "aggregate"; }
StringRef UnionOp::label() { return "union"; }
StringRef SortOp::label() { return "sort"; }
StringRef SinkOp::label() { return "sink"; }

std::string levada::flow::durationText(int64_t millis) {
  constexpr std::pair<int64_t, const char *> units[] = {
      {86400000, " d"}, {3600000, " h"}, {60000, " min"}, {1000, " s"}};
  for (auto [size, name] : units)
    if (millis % size == 0 && millis != 0)
      return std::to_string(millis / size) + name;
  return std::to_string(millis) + " ms";
}

std::string levada::flow::windowText(WindowAttr window) {
  std::string text = stringifyWindowKind(window.getKind()).str() + " ";
  text += durationText(window.getSize());
  if (window.getSlide())
    text += " by " + durationText(window.getSlide());
  if (window.getOffset())
    text += " from " + durationText(window.getOffset());
  return text;
}

std::string AggregateOp::stateBound() {
  std::string keys = llvm::join(
      llvm::map_range(getKeys().getAsRange<StringAttr>(), [](StringAttr k) { return k.str(); }),
      ", ");
  std::string text = "one entry";
  if (!keys.empty())
    text += " per (" + keys + ")";
  if (std::optional<WindowAttr> window = getWindow()) {
    text += keys.empty() ? " per " : " and ";
    if (window->getKind() == WindowKind::session)
      text += "open session, gap " + durationText(window->getSize());
    else if (window->getSlide())
      text += "slice of " + durationText(window->getSlide()) + " in open windows of " +
              durationText(window->getSize());
    else
      text += "open window of " + durationText(window->getSize());
    text += "; gone when the watermark passes its end";
  } else {
    auto mode = (*this)->getParentOp()->getAttrOfType<StringAttr>("flow.mode");
    bool updates = getOutput().getType().getChangelog() != Changelog::append;
    if (!updates && !(mode && mode.getValue() == "streaming"))
      text += ", until the input ends";
    else if (!keys.empty())
      text += ": grows with the number of keys";
  }
  bool distinct = llvm::any_of(getAggs().getAsRange<AggAttr>(),
                               [](AggAttr call) { return call.getDistinct(); });
  return distinct ? text + "; with its distinct values" : text;
}

std::optional<SmallVector<StringAttr>> AggregateOp::partitionKeys() {
  return llvm::to_vector(getKeys().getAsRange<StringAttr>());
}

std::string SortOp::stateBound() {
  if (static_cast<int64_t>(getLimit()) < 0)
    return "all rows, until the input ends";
  return std::to_string(getLimit() + std::max<int64_t>(getSkip(), 0)) + " rows";
}

std::optional<SmallVector<StringAttr>> SortOp::partitionKeys() {
  return SmallVector<StringAttr>();
}

StreamType levada::flow::deadLetterType(MLIRContext *context) {
  auto notNull = [&](SqlKind kind, int32_t precision) -> Type {
    return SqlType::get(context, kind, precision, 0, /*nullable=*/false);
  };
  Type text = notNull(SqlKind::VarChar, kMaxLength), number = notNull(SqlKind::BigInt, 0);
  Type bytes = notNull(SqlKind::VarBinary, kMaxLength);
  SmallVector<StringAttr> names;
  for (StringRef name : {"source", "file", "byte_offset", "line", "raw", "code", "reason"})
    names.push_back(StringAttr::get(context, name));
  return StreamType::get(context, names, {text, text, number, number, bytes, text, text});
}

bool levada::flow::isDeadLetterType(StreamType type) {
  StreamType rows = deadLetterType(type.getContext());
  if (type.getNames() != rows.getNames())
    return false;
  for (size_t i = 0; i != rows.size(); ++i)
    if (type.columnType(i).withNullable(false) != rows.columnType(i))
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// What verifiers share
//===----------------------------------------------------------------------===//

/// The region's arguments are the columns of `input`.
static LogicalResult verifyRowBlock(Operation *op, Region &body, StreamType input) {
  if (body.empty())
    return op->emitOpError("has no block");
  Block &block = body.front();
  if (block.getNumArguments() != input.size())
    return op->emitOpError("has a block of ")
           << block.getNumArguments() << " arguments for " << input.size() << " columns";
  for (auto [i, type] : llvm::enumerate(block.getArgumentTypes()))
    if (type != input.getTypes()[i])
      return op->emitOpError("block argument ")
             << i << " is " << type << ", column `" << input.getNames()[i].getValue() << "` "
             << input.getTypes()[i];
  if (block.empty() || !isa<YieldOp>(block.back()))
    return op->emitOpError("block must end in flow.yield");
  return success();
}

static LogicalResult verifyDead(Operation *op, OnError onError, Value dead) {
  if ((onError == OnError::dead_letter) != static_cast<bool>(dead))
    return op->emitOpError("has a second result exactly when on_error is dead_letter");
  if (dead && !isDeadLetterType(cast<StreamType>(dead.getType())))
    return op->emitOpError("dead-letter rows are ")
           << deadLetterType(op->getContext()) << ", not " << dead.getType();
  return success();
}

/// The event-time column of a window.
static FailureOr<SqlType> verifyWindow(Operation *op, WindowAttr window, StreamType input) {
  int64_t index = input.indexOf(window.getOn().getValue());
  if (index < 0)
    return op->emitOpError("has no time column `") << window.getOn().getValue() << "`";
  SqlType time = input.columnType(index);
  if (!time.isTimestamp() || time.getPrecision() > 3)
    return op->emitOpError("needs a TIMESTAMP or TIMESTAMP_LTZ of at most 3 digits, found ")
           << time;
  bool slides = window.getKind() == WindowKind::hop || window.getKind() == WindowKind::cumulate;
  if (window.getSize() <= 0)
    return op->emitOpError("window must be longer than 0 ms");
  if (slides != (window.getSlide() > 0))
    return op->emitOpError("window has a slide exactly when it hops or cumulates");
  if (slides && window.getSize() % window.getSlide() != 0)
    return op->emitOpError("window of ") << window.getSize() << " ms is no multiple of "
                                         << window.getSlide() << " ms";
  return time;
}

/// window_start, window_end, window_time from column `first` on.
static LogicalResult verifyWindowColumns(Operation *op, StreamType output, size_t first,
                                         SqlType time) {
  auto bound = SqlType::get(op->getContext(), SqlKind::Timestamp, 3, 0, /*nullable=*/false);
  constexpr StringRef names[] = {"window_start", "window_end", "window_time"};
  for (auto [i, name] : llvm::enumerate(names)) {
    SqlType type = output.columnType(first + i);
    bool fits = i < 2 ? type == bound
                      : type.getKind() == time.getKind() && type.getPrecision() <= 3 &&
                            !type.getNullable();
    if (!fits)
      return op->emitOpError("column ") << first + i << " is " << name << ", which cannot be "
                                        << type;
  }
  return success();
}

static LogicalResult verifySameColumns(Operation *op, StreamType input, StreamType output) {
  if (input.getTypes() == output.getTypes() && input.getNames() == output.getNames())
    return success();
  return op->emitOpError("changes the columns from ") << input << " to " << output;
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

LogicalResult SourceOp::verify() {
  StreamType rows = getRows().getType();
  if (ArrayAttr types = getColumnTypesAttr(); types && types.size() != getColumns().size())
    return emitOpError("has ") << types.size() << " column types for " << getColumns().size()
                               << " columns";
  for (auto [i, name] : llvm::enumerate(rows.getNames())) {
    if (getMetadata().contains(name))
      continue;
    const Attribute *found = llvm::find(getColumns(), name);
    if (found == getColumns().end())
      return emitOpError("column `") << name.getValue() << "` is neither in columns nor in metadata";
    if (ArrayAttr types = getColumnTypesAttr()) {
      Type type = cast<TypeAttr>(types[found - getColumns().begin()]).getValue();
      if (type != rows.getTypes()[i])
        return emitOpError("column `") << name.getValue() << "` is " << rows.getTypes()[i]
                                       << ", of type " << type << " in column_types";
    }
  }
  if (!getColumnTypesAttr())
    for (StringAttr name : getColumns().getAsRange<StringAttr>())
      if (rows.indexOf(name.getValue()) < 0)
        return emitOpError("leaves out column `")
               << name.getValue() << "`, whose type only column_types could tell";
  return verifyDead(*this, getOnError(), getDead());
}

LogicalResult ProjectOp::verify() {
  if (failed(verifyRowBlock(*this, getBody(), getInput().getType())))
    return failure();
  Operation &yield = getBody().front().back();
  StreamType output = getOutput().getType();
  if (yield.getNumOperands() != output.size())
    return emitOpError("yields ") << yield.getNumOperands() << " values for " << output.size()
                                  << " columns";
  for (auto [i, value] : llvm::enumerate(yield.getOperandTypes()))
    if (value != output.getTypes()[i])
      return emitOpError("yields ") << value << " for column `" << output.getNames()[i].getValue()
                                    << "` of " << output.getTypes()[i];
  return verifyDead(*this, getOnError(), getDead());
}

LogicalResult FilterOp::verify() {
  if (failed(verifyRowBlock(*this, getBody(), getInput().getType())))
    return failure();
  Operation &yield = getBody().front().back();
  if (yield.getNumOperands() != 1)
    return emitOpError("must yield one BOOLEAN");
  auto type = dyn_cast<SqlType>(yield.getOperand(0).getType());
  if (!type || type.getKind() != SqlKind::Boolean)
    return emitOpError("must yield one BOOLEAN, found ") << yield.getOperand(0).getType();
  if (failed(verifySameColumns(*this, getInput().getType(), getOutput().getType())))
    return failure();
  return verifyDead(*this, getOnError(), getDead());
}

LogicalResult WatermarkOp::verify() {
  if (failed(verifyRowBlock(*this, getBody(), getInput().getType())))
    return failure();
  StreamType input = getInput().getType();
  int64_t index = input.indexOf(getColumn());
  if (index < 0)
    return emitOpError("has no column `") << getColumn() << "`";
  auto isTime = [](Type type) {
    auto sql = dyn_cast<SqlType>(type);
    return sql && sql.isTimestamp() && sql.getPrecision() <= 3;
  };
  if (!isTime(input.columnType(index)))
    return emitOpError("needs a TIMESTAMP or TIMESTAMP_LTZ of at most 3 digits, found ")
           << input.columnType(index);
  Operation &yield = getBody().front().back();
  if (yield.getNumOperands() != 1 || !isTime(yield.getOperand(0).getType()))
    return emitOpError("must yield one timestamp of at most 3 digits");
  if (getOutput().getType().getTime() != getColumnAttr())
    return emitOpError("must make `") << getColumn() << "` the output's event time";
  return verifySameColumns(*this, input, getOutput().getType());
}

LogicalResult WindowOp::verify() {
  StreamType input = getInput().getType(), output = getOutput().getType();
  if (getWindow().getKind() != WindowKind::session && !getKeys().empty())
    return emitOpError("has keys, which only sessions have");
  for (StringAttr key : getKeys().getAsRange<StringAttr>())
    if (input.indexOf(key.getValue()) < 0)
      return emitOpError("has no key column `") << key.getValue() << "`";
  FailureOr<SqlType> time = verifyWindow(*this, getWindow(), input);
  if (failed(time))
    return failure();
  if (output.size() != input.size() + 3 ||
      output.getTypes().take_front(input.size()) != input.getTypes())
    return emitOpError("must add three columns to those of ") << input;
  return verifyWindowColumns(*this, output, input.size(), *time);
}

LogicalResult AggregateOp::verify() {
  StreamType input = getInput().getType(), output = getOutput().getType();
  size_t keys = getKeys().size(), columns = keys + (getWindow() ? 3 : 0) + getAggs().size();
  if (output.size() != columns)
    return emitOpError("has ") << output.size() << " columns, not " << columns;
  for (auto [i, key] : llvm::enumerate(getKeys().getAsRange<StringAttr>())) {
    int64_t index = input.indexOf(key.getValue());
    if (index < 0)
      return emitOpError("has no key column `") << key.getValue() << "`";
    if (output.getTypes()[i] != input.getTypes()[index])
      return emitOpError("key `") << key.getValue() << "` is " << input.getTypes()[index]
                                  << " in the input, " << output.getTypes()[i] << " in the output";
  }
  if (std::optional<WindowAttr> window = getWindow()) {
    FailureOr<SqlType> time = verifyWindow(*this, *window, input);
    if (failed(time) || failed(verifyWindowColumns(*this, output, keys, *time)))
      return failure();
  } else if (getLate()) {
    return emitOpError("without a window has no late rows");
  }
  for (auto [i, call] : llvm::enumerate(getAggs().getAsRange<AggAttr>())) {
    for (StringAttr arg : call.getArgs())
      if (input.indexOf(arg.getValue()) < 0)
        return emitOpError("has no argument column `") << arg.getValue() << "`";
    if (StringRef filter = call.getFilter().getValue(); !filter.empty()) {
      int64_t index = input.indexOf(filter);
      if (index < 0)
        return emitOpError("has no filter column `") << filter << "`";
      if (input.columnType(index).getKind() != SqlKind::Boolean)
        return emitOpError("filter `") << filter << "` must be a BOOLEAN, found "
                                       << input.columnType(index);
    }
    if (output.getTypes()[columns - getAggs().size() + i] != call.getType())
      return emitOpError("call ") << i << " gives " << call.getType() << ", its column is "
                                  << output.getTypes()[columns - getAggs().size() + i];
  }
  if (Value late = getLate(); late && late.getType() != input)
    return emitOpError("late rows have the input's columns ") << input << ", not " << late.getType();
  return success();
}

LogicalResult UnionOp::verify() {
  if (getInputs().empty())
    return emitOpError("has no input");
  for (Value input : getInputs())
    if (cast<StreamType>(input.getType()).getTypes() != getOutput().getType().getTypes())
      return emitOpError("joins streams of different columns: ")
             << input.getType() << " and " << getOutput().getType();
  return success();
}

LogicalResult SortOp::verify() {
  StreamType input = getInput().getType();
  for (SortKeyAttr key : getKeys().getAsRange<SortKeyAttr>())
    if (input.indexOf(key.getColumn().getValue()) < 0)
      return emitOpError("has no column `") << key.getColumn().getValue() << "`";
  if (static_cast<int64_t>(getLimit()) < -1 || static_cast<int64_t>(getSkip()) < -1)
    return emitOpError("limit and skip are -1 or more");
  return verifySameColumns(*this, input, getOutput().getType());
}

LogicalResult SinkOp::verify() {
  if (getInput().getType().size() == 0)
    return emitOpError("has no columns");
  return success();
}
