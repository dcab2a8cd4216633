//===- PruneColumns.cpp - unread columns out of streams and state ---------===//
//
// Sources, projections, unions and aggregates decide which columns there are;
// the others hand on what they get. So what is kept goes forwards from what is
// read, which comes backwards from the sinks. A union's inputs must agree: one
// that keeps more for another consumer gets a projection before the union.
//
//===----------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/flow/Body.h"
#include "passes/flow/ReadColumns.h"
#include "passes/flow/Remark.h"
#include "passes/state/State.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace levada {
#define GEN_PASS_DEF_FLOWPRUNECOLUMNS
#include "passes/Passes.h.inc"

using namespace flow;

namespace {

/// The columns of `type` in `kept`; the event time only if it is among them.
StreamType narrowed(StreamType type, const llvm::BitVector &kept) {
  SmallVector<StringAttr> names;
  SmallVector<Type> types;
  StringAttr time;
  for (size_t i : kept.set_bits()) {
    names.push_back(type.getNames()[i]);
    types.push_back(type.getTypes()[i]);
    if (type.getNames()[i] == type.getTime())
      time = type.getTime();
  }
  return StreamType::get(type.getContext(), names, types, type.getChangelog(), time);
}

class Pruner {
public:
  Pruner(ModuleOp module, bool remarks) : module(module), read(module), remarks(remarks) {}

  void run() {
    for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
      llvm::TypeSwitch<Operation *>(&op)
          .Case<SourceOp, ProjectOp, FilterOp, WatermarkOp, WindowOp, UnnestOp, AggregateOp, UnionOp,
                SortOp>(
              [&](auto op) { prune(op); });
  }

private:
  void prune(SourceOp op);
  void prune(ProjectOp op);
  void prune(FilterOp op) { keepAsInput(op.getInput(), op.getOutput(), &op.getBody()); }
  void prune(WatermarkOp op) { keepAsInput(op.getInput(), op.getOutput(), &op.getBody()); }
  void prune(SortOp op) { keepAsInput(op.getInput(), op.getOutput(), nullptr); }
  void prune(WindowOp op);
  void prune(UnnestOp op);
  void prune(AggregateOp op);
  void prune(UnionOp op);

  /// Notes what is kept of `stream` and gives it the narrower type.
  void keep(Value stream, llvm::BitVector columns) {
    if (!columns.all())
      stream.setType(narrowed(cast<StreamType>(stream.getType()), columns));
    kept[stream] = std::move(columns);
  }
  /// Fixed columns, or a stream that no rule narrows.
  const llvm::BitVector &keptOf(Value stream) {
    auto [entry, isNew] = kept.try_emplace(stream);
    if (isNew)
      entry->second = llvm::BitVector(cast<StreamType>(stream.getType()).size(), true);
    return entry->second;
  }
  void keepAsInput(Value input, Value output, Region *body) {
    llvm::BitVector columns = keptOf(input);
    if (body)
      shrink(body->front(), columns);
    keep(output, std::move(columns));
  }
  /// Drops dead code and the arguments of dropped columns.
  void shrink(Block &body, const llvm::BitVector &columns) {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (op.use_empty() && !op.hasTrait<OpTrait::IsTerminator>())
        op.erase();
    llvm::BitVector dropped = columns;
    dropped.flip();
    body.eraseArguments(dropped);
  }

  ModuleOp module;
  ReadColumns read;
  bool remarks;
  llvm::DenseMap<Value, llvm::BitVector> kept;
};

} // namespace

void Pruner::prune(SourceOp op) {
  StreamType rows = op.getRows().getType();
  const llvm::BitVector &columns = read.of(op.getRows());
  if (!op.getColumnTypesAttr() && !columns.all()) {
    SmallVector<Attribute> types;
    for (StringAttr name : op.getColumns().getAsRange<StringAttr>())
      types.push_back(TypeAttr::get(rows.columnType(rows.indexOf(name.getValue()))));
    op.setColumnTypesAttr(ArrayAttr::get(op.getContext(), types));
  }
  for (size_t i = 0; i != rows.size(); ++i)
    if (!columns.test(i))
      remark(remarks, op, "column `", rows.getNames()[i].getValue(), "` is not read");
  keep(op.getRows(), columns);
}

void Pruner::prune(ProjectOp op) {
  llvm::BitVector columns = read.of(op.getOutput());
  Block &body = op.getBody().front();
  StreamType output = op.getOutput().getType();
  SmallVector<Value> values = read.readYields(body, op.getOutput());
  for (size_t i = 0; i != output.size(); ++i)
    if (!columns.test(i))
      remark(remarks, op, "column `", output.getNames()[i].getValue(), "` is not computed");
  body.back().setOperands(values);
  shrink(body, keptOf(op.getInput()));
  keep(op.getOutput(), std::move(columns));
}

void Pruner::prune(WindowOp op) {
  llvm::BitVector columns = keptOf(op.getInput());
  columns.resize(columns.size() + 3, true);
  keep(op.getOutput(), std::move(columns));
}

void Pruner::prune(UnnestOp op) {
  llvm::BitVector columns = keptOf(op.getInput());
  size_t added = op.getOutput().getType().size() - columns.size();
  columns.resize(columns.size() + added, true);
  keep(op.getOutput(), std::move(columns));
}

void Pruner::prune(AggregateOp op) {
  StreamType output = op.getOutput().getType();
  llvm::BitVector columns(output.size(), true);
  if (!op->hasAttr(kStateAttr)) {
    size_t first = output.size() - op.getAggs().size();
    SmallVector<Attribute> calls;
    for (auto [i, call] : llvm::enumerate(op.getAggs())) {
      if (read.isRead(op.getOutput(), first + i)) {
        calls.push_back(call);
      } else {
        columns.reset(first + i);
        remark(remarks, op, "`", output.getNames()[first + i].getValue(), "` is not kept");
      }
    }
    op.setAggsAttr(ArrayAttr::get(op.getContext(), calls));
  }
  keep(op.getOutput(), std::move(columns));
  if (Value late = op.getLate())
    keep(late, keptOf(op.getInput()));
}

void Pruner::prune(UnionOp op) {
  llvm::BitVector columns = read.of(op.getOutput());
  // Inputs that agree stay as they are: so do rows that failed, which have
  // fixed columns and meet here in one channel.
  llvm::BitVector first = keptOf(op.getInputs().front());
  if (llvm::all_of(op.getInputs(), [&](Value input) { return keptOf(input) == first; }))
    columns = first;
  keep(op.getOutput(), columns);
  OpBuilder b(op);
  for (OpOperand &operand : op->getOpOperands()) {
    Value input = operand.get();
    llvm::BitVector has = keptOf(input);
    if (has == columns)
      continue;
    auto type = cast<StreamType>(input.getType());
    // The names of the input, the columns of the union.
    SmallVector<StringAttr> names;
    SmallVector<size_t> indices;
    for (auto [i, column] : llvm::enumerate(has.set_bits()))
      if (columns.test(column)) {
        names.push_back(type.getNames()[i]);
        indices.push_back(i);
      }
    SmallVector<Type> types;
    for (size_t i : indices)
      types.push_back(type.getTypes()[i]);
    StringAttr time = llvm::is_contained(names, type.getTime()) ? type.getTime() : StringAttr();
    auto project = b.create<ProjectOp>(
        op.getLoc(), StreamType::get(op.getContext(), names, types, type.getChangelog(), time),
        Type(), input, op.getStreamAttr(), OnErrorAttr::get(op.getContext(), OnError::fail));
    Block &body = project.getBody().emplaceBlock();
    body.addArguments(type.getTypes(), SmallVector<Location>(type.size(), op.getLoc()));
    SmallVector<Value> values;
    for (size_t i : indices)
      values.push_back(body.getArgument(i));
    OpBuilder::atBlockEnd(&body).create<YieldOp>(op.getLoc(), values);
    operand.set(project.getOutput());
  }
}

namespace {
struct FlowPruneColumns : impl::FlowPruneColumnsBase<FlowPruneColumns> {
  using FlowPruneColumnsBase::FlowPruneColumnsBase;
  void runOnOperation() override {
    eraseUnread(getOperation());
    Pruner(getOperation(), remarks).run();
  }
};
} // namespace

} // namespace levada
