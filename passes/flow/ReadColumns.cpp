//===- ReadColumns.cpp - which columns of each stream someone reads -------===//
#include "passes/flow/ReadColumns.h"

#include "passes/flow/Body.h"
#include "passes/state/State.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace levada {

using namespace flow;

static StreamType streamType(Value stream) { return cast<StreamType>(stream.getType()); }

static void setColumn(llvm::BitVector &bits, StreamType type, StringAttr name) {
  if (int64_t index = type.indexOf(name.getValue()); index >= 0)
    bits.set(index);
}

llvm::BitVector ownColumns(AggregateOp op, ArrayRef<AggAttr> calls) {
  StreamType input = op.getInput().getType();
  llvm::BitVector bits(input.size());
  for (Attribute key : op.getKeys())
    setColumn(bits, input, cast<StringAttr>(key));
  if (std::optional<WindowAttr> window = op.getWindow())
    setColumn(bits, input, window->getOn());
  for (AggAttr agg : calls) {
    for (StringAttr arg : agg.getArgs())
      setColumn(bits, input, arg);
    setColumn(bits, input, agg.getFilter());
  }
  return bits;
}

llvm::BitVector ownColumns(AggregateOp op) {
  return ownColumns(op, llvm::to_vector(op.getAggs().getAsRange<AggAttr>()));
}

llvm::BitVector ownColumns(SortOp op) {
  StreamType input = op.getInput().getType();
  llvm::BitVector bits(input.size());
  for (SortKeyAttr key : op.getKeys().getAsRange<SortKeyAttr>())
    setColumn(bits, input, key.getColumn());
  for (StringAttr column : plannedColumns(op))
    setColumn(bits, input, column);
  return bits;
}

ReadColumns::ReadColumns(ModuleOp module) {
  for (Operation &op : *module.getBody())
    for (Value result : op.getResults())
      if (auto type = dyn_cast<StreamType>(result.getType()))
        columns[result] = llvm::BitVector(type.size());
  for (Operation &op : llvm::reverse(*module.getBody()))
    visit(&op);
}

SmallVector<Value> ReadColumns::readYields(Block &block, Value output) const {
  SmallVector<Value> values;
  for (auto [i, value] : llvm::enumerate(yielded(block)))
    if (isRead(output, i))
      values.push_back(value);
  return values;
}

void ReadColumns::visit(Operation *op) {
  // Rows that nobody takes need no columns.
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](SinkOp sink) { columns[sink.getInput()].set(); })
      .Case([&](ProjectOp project) {
        if (project.getOutput().use_empty())
          return;
        Block &body = project.getBody().front();
        columns[project.getInput()] |=
            sliceOf(body, readYields(body, project.getOutput())).args;
      })
      .Case([&](FilterOp filter) {
        if (filter.getOutput().use_empty())
          return;
        Block &body = filter.getBody().front();
        columns[filter.getInput()] |= sliceOf(body, yielded(body)).args;
        columns[filter.getInput()] |= of(filter.getOutput());
      })
      .Case([&](WatermarkOp watermark) {
        if (watermark.getOutput().use_empty())
          return;
        Block &body = watermark.getBody().front();
        llvm::BitVector &input = columns[watermark.getInput()];
        input |= sliceOf(body, yielded(body)).args;
        input |= of(watermark.getOutput());
        setColumn(input, streamType(watermark.getInput()), watermark.getColumnAttr());
      })
      .Case([&](WindowOp window) {
        if (window.getOutput().use_empty())
          return;
        llvm::BitVector bits = of(window.getOutput());
        bits.resize(streamType(window.getInput()).size());
        setColumn(bits, streamType(window.getInput()), window.getWindow().getOn());
        for (StringAttr key : window.getKeys().getAsRange<StringAttr>())
          setColumn(bits, streamType(window.getInput()), key);
        columns[window.getInput()] |= bits;
      })
      .Case([&](UnnestOp unnest) {
        if (unnest.getOutput().use_empty())
          return;
        llvm::BitVector bits = of(unnest.getOutput());
        bits.resize(streamType(unnest.getInput()).size());
        setColumn(bits, streamType(unnest.getInput()), unnest.getColumnAttr());
        columns[unnest.getInput()] |= bits;
      })
      .Case([&](AggregateOp aggregate) {
        // Until state is planned, a call that nobody reads will go.
        SmallVector<AggAttr> calls;
        size_t first = streamType(aggregate.getOutput()).size() - aggregate.getAggs().size();
        for (auto [i, call] : llvm::enumerate(aggregate.getAggs().getAsRange<AggAttr>()))
          if (aggregate->hasAttr(kStateAttr) || isRead(aggregate.getOutput(), first + i))
            calls.push_back(call);
        columns[aggregate.getInput()] |= ownColumns(aggregate, calls);
        if (Value late = aggregate.getLate())
          columns[aggregate.getInput()] |= of(late);
      })
      .Case([&](UnionOp all) {
        for (Value input : all.getInputs())
          columns[input] |= of(all.getOutput());
      })
      .Case([&](SortOp sort) {
        columns[sort.getInput()] |= ownColumns(sort);
        columns[sort.getInput()] |= of(sort.getOutput());
      })
      .Default([&](Operation *other) {
        // Joins and the like look at rows as a whole.
        if (!other->use_empty() && isa<Operator>(other))
          for (Value input : other->getOperands())
            columns[input].set();
      });
}

void eraseUnread(ModuleOp module) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*module.getBody())))
    if (isa<Operator>(op) && !isa<SinkOp>(op) && op.use_empty())
      op.erase();
}

} // namespace levada
