//===- FlowToExec.cpp - fuses operators into stages -----------------------===//
//
// Walks operators in order. A source, an input of a stateful operator, a slot,
// a dead-letter stream and what reads the watermark of rows that no exchange
// has put in order each root a stage; from the root the way of a row
// is followed through every consumer: columns are SSA values, filters and
// guards nested regions, until it is written, emitted or put into a slot.
// Invariant: all stages that emit to a consumer stand before its own.
//
//===----------------------------------------------------------------------===//
#include "passes/Passes.h"
#include "passes/flow/Body.h"
#include "passes/partition/Partition.h"
#include "passes/physical/Plan.h"
#include "passes/state/State.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace levada {
#define GEN_PASS_DEF_FLOWTOEXEC
#include "passes/Passes.h.inc"

namespace {

/// Column values of a row; null where nobody reads the column.
using Row = SmallVector<Value>;

/// Where code is being put.
struct Place {
  exec::StageOp stage;
  bool inSource = false;
  bool guarded = false; ///< inside an exec.guard
  Operation *ordered = nullptr; ///< the operator that the stage was made for
  Value kind = {};      ///< what the row changes; null: it is new
};

class Lowering {
public:
  explicit Lowering(ModuleOp module) : module(module), plan(module), b(plan.builder()) {
    for (flow::SinkOp sink : module.getOps<flow::SinkOp>())
      numberUses(sink);
  }
  LogicalResult run();

private:
  void numberUses(Operation *op);
  void root(flow::SourceOp op);
  void root(flow::ValuesOp op);
  void root(flow::AggregateOp op);
  void root(flow::SortOp op);
  void rootDead(Value dead);
  template <typename Op> void rootOrdered(Op op);
  template <typename Op>
  Place rowsStage(Op op, StringRef name, MutableArrayRef<exec::ChannelOp> channels, Row &row);
  template <typename Op> Row travelled(Op op, Block &block);
  /// What the row at hand changes: one of a stream that others change is new.
  Value kindOf(Location loc, const Place &place);
  void setInputs(exec::StageOp stage, MutableArrayRef<exec::ChannelOp> channels);

  void consume(Value stream, const Row &row, Place place);
  void lower(flow::ProjectOp op, const Row &row, Place place);
  void lower(flow::FilterOp op, const Row &row, Place place);
  void lower(flow::WatermarkOp op, const Row &row, Place place);
  void lower(flow::WindowOp op, const Row &row, Place place);
  void lower(flow::UnnestOp op, const Row &row, Place place);
  template <typename Op> void expanded(Op op, Region &body, Row row, Place place);
  void lower(flow::SinkOp op, const Row &row, Place place);
  void lowerStateful(Operation *op, const Row &row, Place place);
  void update(flow::AggregateOp op, exec::SlotOp slot, const Row &row, Place place);
  void updated(flow::AggregateOp op, exec::UpdateOp update, ArrayRef<Value> keys, Place place);
  void update(flow::SortOp op, exec::SlotOp slot, const Row &row, Place place);
  template <typename Op> exec::SlotOp collect(Op op, StringRef stageName);
  void emit(Operation *op, const Row &row, Place place, int32_t hash);
  bool breaks(Operation *op, const Row &row, Place place);

  void count(Location loc, StringRef kind, Operation *op);
  Place guard(Operation *op, flow::OnError policy, Value dead, Place place);
  flow::SourceOp sourceOf(flow::WatermarkOp op);

  ModuleOp module;
  Plan plan;
  OpBuilder b;
  llvm::DenseMap<Operation *, exec::SlotOp> slots; ///< of partition "forward"
  llvm::DenseMap<OpOperand *, unsigned> useOrder;
  bool failed = false;
};

} // namespace

//===----------------------------------------------------------------------===//
// Small pieces
//===----------------------------------------------------------------------===//

void Lowering::count(Location loc, StringRef kind, Operation *op) {
  b.create<exec::CountOp>(loc, kind, plan.number(op));
}

/// Opens the region in which errors are `op`'s. A policy of fail needs none
/// unless another operator's region encloses it.
Place Lowering::guard(Operation *op, flow::OnError policy, Value dead, Place place) {
  if (policy == flow::OnError::fail && !place.guarded)
    return place;
  FlatSymbolRefAttr channel;
  if (policy == flow::OnError::dead_letter) {
    if (dead && !dead.use_empty())
      channel = FlatSymbolRefAttr::get(plan.deadChannel(dead, place.stage));
    else
      policy = flow::OnError::skip;
  }
  auto guard = b.create<exec::GuardOp>(op->getLoc(), policy, plan.number(op), channel);
  b.setInsertionPointToStart(&guard.getBody().emplaceBlock());
  place.guarded = true;
  return place;
}

/// The source whose rows reach `op`, through operators that keep them.
flow::SourceOp Lowering::sourceOf(flow::WatermarkOp op) {
  Operation *at = op;
  while (at && !isa<flow::SourceOp>(at))
    at = isa<flow::WatermarkOp, flow::ProjectOp, flow::FilterOp>(at)
             ? at->getOperand(0).getDefiningOp()
             : nullptr;
  return cast_or_null<flow::SourceOp>(at);
}

/// DISTINCT: a key's row goes out when it is first seen, and nothing at the end.
static bool emitsFirst(flow::AggregateOp op) {
  return !op.getWindow() && op.getAggs().empty() && !op.getKeys().empty();
}

/// Whether somebody reads the rows of a stream that others follow.
static bool readsBefore(Value stream) {
  for (Operation *user : stream.getUsers()) {
    if (auto sink = dyn_cast<flow::SinkOp>(user)) {
      if (changesWritten(sink) != "drop")
        return true;
    } else if (!isa<flow::ProjectOp, flow::FilterOp, flow::UnionOp>(user) ||
               readsBefore(user->getResult(0))) {
      return true;
    }
  }
  return false;
}

static Value column(flow::StreamType type, const Row &row, StringAttr name) {
  return row[type.indexOf(name.getValue())];
}

Value Lowering::kindOf(Location loc, const Place &place) {
  if (place.kind)
    return place.kind;
  return b.create<flow::ConstantOp>(loc, exec::changeKindType(b.getContext()), b.getI8IntegerAttr(0));
}

//===----------------------------------------------------------------------===//
// The way of a row
//===----------------------------------------------------------------------===//

/// Consumers get a row in the order in which unions, seen from the sinks, name
/// their inputs: so the order of rows does not depend on where passes put
/// operators.
void Lowering::numberUses(Operation *op) {
  for (OpOperand &use : op->getOpOperands()) {
    if (!useOrder.try_emplace(&use, useOrder.size()).second)
      return;
    numberUses(use.get().getDefiningOp());
  }
}

void Lowering::consume(Value stream, const Row &row, Place place) {
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : stream.getUses())
    uses.push_back(&use);
  llvm::sort(uses, [&](OpOperand *a, OpOperand *b) { return useOrder[a] < useOrder[b]; });
  for (OpOperand *use : uses) {
    OpBuilder::InsertionGuard restore(b);
    Operation *op = use->getOwner();
    llvm::TypeSwitch<Operation *>(op)
        .Case<flow::ProjectOp, flow::FilterOp, flow::WatermarkOp, flow::WindowOp, flow::UnnestOp,
               flow::SinkOp>(
            [&](auto op) { lower(op, row, place); })
        .Case<flow::AggregateOp, flow::SortOp>([&](auto op) { lowerStateful(op, row, place); })
        .Case([&](flow::UnionOp all) { consume(all.getOutput(), row, place); })
        .Default([&](Operation *op) {
          op->emitError("has no physical form");
          failed = true;
        });
  }
}

/// Rows for an operator of another stage.
void Lowering::emit(Operation *op, const Row &row, Place place, int32_t hash) {
  exec::ChannelOp channel = plan.channel(op, place.stage);
  SmallVector<Value> values;
  for (size_t i : plan.travelling(op))
    values.push_back(row[i]);
  if (changes(op->getOperand(0)))
    values.push_back(kindOf(op->getLoc(), place));
  b.create<exec::EmitOp>(op->getLoc(), channel.getSymName(), values, hash);
}

/// Whether rows of `stream` come from several stages, or may.
static bool joinsStages(Value stream) {
  for (Operation *op = stream.getDefiningOp(); op; op = op->getOperand(0).getDefiningOp()) {
    if (isa<flow::UnionOp>(op))
      return true;
    if (!isa<flow::ProjectOp, flow::FilterOp, flow::WindowOp, flow::UnnestOp, flow::WatermarkOp>(op))
      break;
  }
  return false;
}

/// What reads the watermark wants all rows in their order. A source's stage has
/// those of a chunk, one of several inputs of a union has those of one input:
/// then the rows go to a stage of the operator's own.
bool Lowering::breaks(Operation *op, const Row &row, Place place) {
  Block &body = op->getRegion(0).front();
  auto project = dyn_cast<flow::ProjectOp>(op);
  bool reads = project ? readsWatermark(body, plan.read().readYields(body, project.getOutput()))
                       : readsWatermark(body, yielded(body));
  if (!reads || place.ordered == op || !(place.inSource || joinsStages(op->getOperand(0))))
    return false;
  emit(op, row, place, 0);
  return true;
}

void Lowering::lower(flow::ProjectOp op, const Row &row, Place place) {
  if (op.getOutput().use_empty() || breaks(op, row, place))
    return;
  Block &body = op.getBody().front();
  bool fallible = plan.isLedgered(op);
  if (fallible) {
    count(op.getLoc(), "in", op);
    place = guard(op, op.getOnError(), op.getDead(), place);
  }
  SmallVector<Value> values =
      copySlice(b, body, plan.read().readYields(body, op.getOutput()), row);
  Row output(op.getOutput().getType().size());
  auto next = values.begin();
  for (size_t i = 0; i != output.size(); ++i)
    if (plan.read().isRead(op.getOutput(), i))
      output[i] = *next++;
  if (fallible)
    count(op.getLoc(), "passed", op);
  consume(op.getOutput(), output, place);
}

void Lowering::lower(flow::FilterOp op, const Row &row, Place place) {
  if (op.getOutput().use_empty() || breaks(op, row, place))
    return;
  Block &body = op.getBody().front();
  count(op.getLoc(), "in", op);
  if (mayFail(body))
    place = guard(op, op.getOnError(), op.getDead(), place);
  Value condition = copySlice(b, body, yielded(body), row).front();
  auto when = b.create<exec::WhenOp>(op.getLoc(), condition, plan.number(op));
  b.setInsertionPointToStart(&when.getBody().emplaceBlock());
  consume(op.getOutput(), row, place);
}

void Lowering::lower(flow::WatermarkOp op, const Row &row, Place place) {
  flow::SourceOp source = sourceOf(op);
  if (!source || !place.inSource) {
    op.emitError("must follow its source; only other stateless operators may stand between");
    failed = true;
    return;
  }
  Block &body = op.getBody().front();
  bool fallible = plan.isLedgered(op);
  if (fallible) {
    count(op.getLoc(), "in", op);
    place = guard(op, source.getOnError(), source.getDead(), place);
  }
  b.create<exec::WatermarkOp>(op.getLoc(), copySlice(b, body, yielded(body), row).front());
  if (fallible)
    count(op.getLoc(), "passed", op);
  consume(op.getOutput(), row, place);
}

/// What becomes of each row that `op` makes of one: the columns of its own come from
/// `body`'s arguments.
template <typename Op> void Lowering::expanded(Op op, Region &body, Row row, Place place) {
  flow::StreamType type = op.getOutput().getType();
  Block &block = body.emplaceBlock();
  for (size_t i = row.size(); i != type.size(); ++i)
    row.push_back(block.addArgument(type.columnType(i), op.getLoc()));
  b.setInsertionPointToStart(&block);
  count(op.getLoc(), "made", op);
  consume(op.getOutput(), row, place);
}

void Lowering::lower(flow::WindowOp op, const Row &row, Place place) {
  Value time = column(op.getInput().getType(), row, op.getWindow().getOn());
  count(op.getLoc(), "in", op);
  if (cast<flow::SqlType>(time.getType()).getNullable() && place.guarded)
    place = guard(op, flow::OnError::fail, Value(), place);
  auto expand = b.create<exec::ExpandOp>(op.getLoc(), op.getWindowAttr(), time);
  // After the expansion: a row whose time is NULL did not pass.
  count(op.getLoc(), "passed", op);
  expanded(op, expand.getBody(), row, place);
}

void Lowering::lower(flow::UnnestOp op, const Row &row, Place place) {
  Value collection = row[op.getInput().getType().indexOf(op.getColumn())];
  count(op.getLoc(), "in", op);
  count(op.getLoc(), "passed", op);
  auto unnest = b.create<exec::UnnestOp>(op.getLoc(), collection, op.getOuter(), op.getOrdinality());
  expanded(op, unnest.getBody(), row, place);
}

void Lowering::lower(flow::SinkOp op, const Row &row, Place place) {
  bool changing = changes(op.getInput());
  b.create<exec::WriteOp>(op.getLoc(), plan.sink(op).getSymName(), row,
                          changing ? kindOf(op.getLoc(), place) : Value(),
                          changing ? changesWritten(op) : "write");
}

void Lowering::lowerStateful(Operation *op, const Row &row, Place place) {
  if (partitioning(op) == Partitioning::Forward) {
    exec::SlotOp &slot = slots[op];
    llvm::TypeSwitch<Operation *>(op).Case<flow::AggregateOp, flow::SortOp>([&](auto op) {
      if (!slot)
        slot = plan.slot(op);
      update(op, slot, row, place);
    });
    return;
  }
  auto aggregate = dyn_cast<flow::AggregateOp>(op);
  emit(op, row, place, aggregate ? aggregate.getKeys().size() : 0);
}

void Lowering::update(flow::AggregateOp op, exec::SlotOp slot, const Row &row, Place place) {
  flow::StreamType input = op.getInput().getType();
  SmallVector<Value> keys, args;
  for (StringAttr key : op.getKeys().getAsRange<StringAttr>())
    keys.push_back(column(input, row, key));
  Value time;
  if (std::optional<flow::WindowAttr> window = op.getWindow())
    time = column(input, row, window->getOn());
  for (flow::AggAttr agg : op.getAggs().getAsRange<flow::AggAttr>()) {
    for (StringAttr arg : agg.getArgs())
      args.push_back(column(input, row, arg));
    if (!agg.getFilter().empty())
      args.push_back(column(input, row, agg.getFilter()));
  }
  count(op.getLoc(), "in", op);
  auto update = b.create<exec::UpdateOp>(op.getLoc(), slot.getSymName(), keys, time, args,
                                         changes(op.getInput()) ? kindOf(op.getLoc(), place) : Value(),
                                         /*after_only=*/false);
  b.setInsertionPointToStart(&update.getLate().emplaceBlock());
  place.kind = {};
  if (changes(op.getOutput()))
    return updated(op, update, keys, place);
  if (emitsFirst(op)) {
    count(op.getLoc(), "made", op);
    consume(op.getOutput(), keys, place);
  }
  if (!op.getWindow())
    return;
  count(op.getLoc(), "late", op);
  if (Value late = op.getLate())
    consume(late, row, place);
}

void Lowering::updated(flow::AggregateOp op, exec::UpdateOp update, ArrayRef<Value> keys,
                       Place place) {
  update.setAfterOnly(!readsBefore(op.getOutput()));
  Block &block = update.getLate().front();
  place.kind = block.addArgument(exec::changeKindType(op.getContext()), op.getLoc());
  Row row(keys);
  for (flow::AggAttr agg : op.getAggs().getAsRange<flow::AggAttr>())
    row.push_back(block.addArgument(agg.getType(), op.getLoc()));
  count(op.getLoc(), "made", op);
  consume(op.getOutput(), row, place);
}

void Lowering::update(flow::SortOp op, exec::SlotOp slot, const Row &row, Place place) {
  SmallVector<Value> kept;
  for (size_t i : plan.travelling(op))
    kept.push_back(row[i]);
  count(op.getLoc(), "in", op);
  auto update =
      b.create<exec::UpdateOp>(op.getLoc(), slot.getSymName(), kept, Value(), ValueRange(), Value(),
                                /*after_only=*/false);
  update.getLate().emplaceBlock();
}

//===----------------------------------------------------------------------===//
// Roots of stages
//===----------------------------------------------------------------------===//

void Lowering::setInputs(exec::StageOp stage, MutableArrayRef<exec::ChannelOp> channels) {
  stage.setInput(channels.front().getSymName());
  SmallVector<Attribute> merged;
  for (exec::ChannelOp channel : channels.drop_front())
    merged.push_back(FlatSymbolRefAttr::get(channel));
  if (!merged.empty())
    stage.setMergedAttr(b.getArrayAttr(merged));
}

void Lowering::root(flow::SourceOp op) {
  Row row(op.getRows().getType().size());
  SmallVector<Type> types;
  for (size_t i = 0; i != row.size(); ++i)
    if (plan.read().isRead(op.getRows(), i))
      types.push_back(op.getRows().getType().getTypes()[i]);
  bool changing = changes(op.getRows());
  if (changing)
    types.push_back(exec::changeKindType(op.getContext()));
  exec::StageOp stage = plan.stage(op.getLoc(), op.getStream().str() + ".read", types);
  stage.setInput(plan.source(op, stage).getSymName());
  Block &block = stage.getBody().front();
  auto next = block.args_begin();
  for (size_t i = 0; i != row.size(); ++i)
    if (plan.read().isRead(op.getRows(), i))
      row[i] = *next++;
  b.setInsertionPointToStart(&block);
  count(op.getLoc(), "passed", op);
  Place place{stage, /*inSource=*/true};
  if (changing)
    place.kind = block.getArguments().back();
  consume(op.getRows(), row, place);
}

void Lowering::root(flow::ValuesOp op) {
  exec::StageOp stage = plan.stage(op.getLoc(), op.getStream().str() + ".values", {});
  stage.setInput(plan.values(op).getSymName());
  b.setInsertionPointToStart(&stage.getBody().front());
  count(op.getLoc(), "passed", op);
  consume(op.getRows(), {}, {stage, /*inSource=*/true});
}

/// The columns of `op`'s input that travel, as the first arguments of `block`.
template <typename Op> Row Lowering::travelled(Op op, Block &block) {
  Row row(op.getInput().getType().size());
  for (auto [i, argument] : llvm::zip(plan.travelling(op), block.getArguments()))
    row[i] = argument;
  return row;
}

/// A stage of `op` that rows of channels come to, and such a row: code goes on there.
template <typename Op>
Place Lowering::rowsStage(Op op, StringRef name, MutableArrayRef<exec::ChannelOp> channels,
                          Row &row) {
  SmallVector<Type> types;
  for (size_t i : plan.travelling(op))
    types.push_back(op.getInput().getType().getTypes()[i]);
  bool changing = changes(op.getInput());
  if (changing)
    types.push_back(exec::changeKindType(op.getContext()));
  exec::StageOp stage = plan.stage(op.getLoc(), (op.getStream() + "." + name).str(), types);
  setInputs(stage, channels);
  Block &block = stage.getBody().front();
  row = travelled(op, block);
  b.setInsertionPointToStart(&block);
  Place place{stage};
  if (changing)
    place.kind = block.getArguments().back();
  return place;
}

/// The stage that puts rows of channels into the operator's slot, if rows come
/// that way; returns the slot, or null where no row comes at all.
template <typename Op> exec::SlotOp Lowering::collect(Op op, StringRef stageName) {
  exec::SlotOp slot = slots.lookup(op);
  SmallVector<exec::ChannelOp> channels = plan.channelsOf(op);
  if (channels.empty())
    return slot;
  if (!slot)
    slot = plan.slot(op);
  Row row;
  Place place = rowsStage(op, stageName, channels, row);
  update(op, slot, row, place);
  return slot;
}

void Lowering::root(flow::AggregateOp op) {
  exec::SlotOp slot = collect(op, "group");
  if (!slot)
    return;
  exec::StageOp fire =
      plan.stage(op.getLoc(), op.getStream().str() + ".fire", op.getOutput().getType().getTypes());
  fire.setInput(slot.getSymName());
  Block &block = fire.getBody().front();
  if (emitsFirst(op) || changes(op.getOutput()))
    return;
  b.setInsertionPointToStart(&block);
  count(op.getLoc(), "made", op);
  consume(op.getOutput(), Row(block.args_begin(), block.args_end()), {fire});
}

void Lowering::root(flow::SortOp op) {
  exec::SlotOp slot = collect(op, "collect");
  if (!slot)
    return;
  SmallVector<Type> types;
  for (size_t i : plan.travelling(op))
    types.push_back(op.getInput().getType().getTypes()[i]);
  exec::StageOp fire = plan.stage(op.getLoc(), op.getStream().str() + ".sorted", types);
  fire.setInput(slot.getSymName());
  Block &block = fire.getBody().front();
  b.setInsertionPointToStart(&block);
  count(op.getLoc(), "made", op);
  consume(op.getOutput(), travelled(op, block), {fire});
}

void Lowering::rootDead(Value dead) {
  SmallVector<exec::ChannelOp> channels = plan.channelsOf(dead.getAsOpaquePointer());
  if (channels.empty())
    return;
  auto type = cast<flow::StreamType>(dead.getType());
  StringRef name = dead.getDefiningOp()->getAttrOfType<StringAttr>("stream").getValue();
  exec::StageOp stage = plan.stage(dead.getLoc(), name.str() + ".bad", type.getTypes());
  setInputs(stage, channels);
  Block &block = stage.getBody().front();
  b.setInsertionPointToStart(&block);
  consume(dead, Row(block.args_begin(), block.args_end()), {stage});
}

template <typename Op> void Lowering::rootOrdered(Op op) {
  SmallVector<exec::ChannelOp> channels = plan.channelsOf(op);
  if (channels.empty())
    return;
  Row row;
  Place place = rowsStage(op, "ordered", channels, row);
  place.ordered = op;
  lower(op, row, place);
}

LogicalResult Lowering::run() {
  SmallVector<Operation *> operators;
  for (Operation &op : *module.getBody())
    if (isa<flow::Operator>(op))
      operators.push_back(&op);
  for (Operation *op : operators) {
    llvm::TypeSwitch<Operation *>(op)
        .Case<flow::SourceOp, flow::ValuesOp, flow::AggregateOp, flow::SortOp>(
            [&](auto op) { root(op); })
        .Case<flow::ProjectOp, flow::FilterOp>([&](auto op) { rootOrdered(op); })
        .Case([&](flow::SinkOp sink) { plan.sink(sink); });
    if (isa<flow::SourceOp, flow::ProjectOp, flow::FilterOp>(op) && op->getNumResults() == 2)
      if (Value dead = op->getResult(1); gathered(dead) == dead)
        rootDead(dead);
    if (auto all = dyn_cast<flow::UnionOp>(op))
      rootDead(all.getOutput());
  }
  if (failed)
    return failure();
  for (Operation *op : llvm::reverse(operators))
    op->erase();
  plan.finish();
  return success();
}

namespace {
struct FlowToExec : impl::FlowToExecBase<FlowToExec> {
  void runOnOperation() override {
    eraseUnread(getOperation());
    planState(getOperation());
    if (mlir::failed(Lowering(getOperation()).run()))
      signalPassFailure();
  }
};
} // namespace

} // namespace levada
