//===- ExecOps.cpp - the exec dialect: registration and verifiers ---------===//
//
// Each operation agrees with the declarations it names; each channel has one
// stage that fills it and one that reads it, each slot one that fires: what
// the runtime's tables take for granted.
//
//===----------------------------------------------------------------------===//
#include "ir/exec/Exec.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace levada;
using namespace levada::exec;

#include "ir/exec/ExecDialect.cpp.inc"

void ExecDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "ir/exec/ExecOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// What verifiers share
//===----------------------------------------------------------------------===//

flow::SqlType levada::exec::changeKindType(MLIRContext *context) {
  return flow::SqlType::get(context, flow::SqlKind::TinyInt, 0, 0, /*nullable=*/false);
}

static LogicalResult verifyKind(Operation *op, Value kind) {
  if (!kind || kind.getType() == changeKindType(op->getContext()))
    return success();
  return op->emitOpError("says the kind of a change as ") << kind.getType();
}

static Type typeAt(ArrayAttr types, size_t i) { return cast<TypeAttr>(types[i]).getValue(); }

static LogicalResult verifyColumns(Operation *op, ArrayAttr names, ArrayAttr types) {
  if (names.size() != types.size())
    return op->emitOpError("has ") << names.size() << " names for " << types.size() << " types";
  for (Attribute type : types)
    if (!isa<flow::SqlType>(cast<TypeAttr>(type).getValue()))
      return op->emitOpError("has a column of ") << cast<TypeAttr>(type).getValue()
                                                 << ", which is no SQL type";
  return success();
}

/// `values` are the columns of a declaration.
static LogicalResult verifyValues(Operation *op, TypeRange values, ArrayAttr types,
                                  StringRef what) {
  if (values.size() != types.size())
    return op->emitOpError("has ") << values.size() << " values for " << types.size()
                                   << " columns of " << what;
  for (auto [i, type] : llvm::enumerate(values))
    if (type != typeAt(types, i))
      return op->emitOpError("value ") << i << " is " << type << ", " << what << " takes "
                                       << typeAt(types, i);
  return success();
}

/// The declaration that a symbol names, of the wanted kind.
template <typename Op>
static FailureOr<Op> declared(Operation *user, FlatSymbolRefAttr symbol,
                              SymbolTableCollection &tables, StringRef kind) {
  Operation *op = tables.lookupNearestSymbolFrom(user, symbol);
  if (auto found = dyn_cast_or_null<Op>(op))
    return found;
  return user->emitOpError("names ") << symbol << ", which is no " << kind;
}

/// The operator is a row of the module's ledger, where there is one.
static LogicalResult verifyOperator(Operation *op, uint32_t number) {
  auto module = op->getParentOfType<ModuleOp>();
  auto operators = module ? module->getAttrOfType<ArrayAttr>("exec.operators") : ArrayAttr();
  if (operators && number >= operators.size())
    return op->emitOpError("belongs to operator ") << number << " of " << operators.size();
  return success();
}

static LogicalResult verifyDeadLetter(Operation *op, flow::OnError policy,
                                      FlatSymbolRefAttr symbol, SymbolTableCollection &tables) {
  if ((policy == flow::OnError::dead_letter) != static_cast<bool>(symbol))
    return op->emitOpError("names a channel of bad rows exactly when the policy is dead_letter");
  if (!symbol)
    return success();
  FailureOr<ChannelOp> channel = declared<ChannelOp>(op, symbol, tables, "channel");
  if (failed(channel))
    return failure();
  flow::StreamType rows = flow::deadLetterType(op->getContext());
  bool fits = channel->getTypes().size() == rows.size();
  for (size_t i = 0; fits && i != rows.size(); ++i)
    fits = cast<flow::SqlType>(typeAt(channel->getTypes(), i)).withNullable(false) ==
           rows.getTypes()[i];
  if (!fits)
    return op->emitOpError("channel ") << symbol << " has not the columns of bad rows";
  return success();
}

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

LogicalResult SourceOp::verify() {
  if (failed(verifyColumns(*this, getColumns(), getTypes())))
    return failure();
  int32_t columns = getColumns().size(), keys = getMetadata().size();
  for (int32_t index : getUsed())
    if (index >= columns || index < -keys)
      return emitOpError("uses column ") << index << " of " << columns << " and " << keys
                                         << " metadata keys";
  return verifyOperator(*this, getOp());
}

LogicalResult SourceOp::verifySymbolUses(SymbolTableCollection &tables) {
  return verifyDeadLetter(*this, getOnError(), getDeadLetterAttr(), tables);
}

LogicalResult ChannelOp::verify() { return verifyColumns(*this, getNames(), getTypes()); }

/// One stage fills it, another one reads it.
LogicalResult ChannelOp::verifySymbolUses(SymbolTableCollection &tables) {
  auto module = (*this)->getParentOfType<ModuleOp>();
  if (!module)
    return success();
  auto self = FlatSymbolRefAttr::get(*this);
  StageOp producer, consumer;
  auto fills = [&](StageOp stage) -> LogicalResult {
    if (producer && producer != stage)
      return emitOpError("is filled by ") << producer.getSymNameAttr() << " and "
                                          << stage.getSymNameAttr();
    producer = stage;
    return success();
  };
  for (StageOp stage : module.getOps<StageOp>()) {
    bool reads = stage.getInputAttr() == self ||
                 (stage.getMergedAttr() && llvm::is_contained(stage.getMergedAttr(), self));
    if (reads && consumer)
      return emitOpError("is read by ") << consumer.getSymNameAttr() << " and "
                                        << stage.getSymNameAttr();
    if (reads)
      consumer = stage;
    bool emits = false;
    stage.walk([&](Operation *op) {
      if (auto emit = dyn_cast<EmitOp>(op))
        emits |= emit.getChannelAttr() == self;
      else if (auto guard = dyn_cast<GuardOp>(op))
        emits |= guard.getDeadLetterAttr() == self;
    });
    auto source = tables.lookupNearestSymbolFrom<SourceOp>(stage, stage.getInputAttr());
    emits |= source && source.getDeadLetterAttr() == self;
    if (emits && failed(fills(stage)))
      return failure();
  }
  if (!consumer)
    return emitOpError("is read by no stage");
  if (consumer == producer)
    return emitOpError("leads ") << consumer.getSymNameAttr() << " to itself";
  return success();
}

LogicalResult SinkOp::verify() {
  if (failed(verifyColumns(*this, getColumns(), getTypes())))
    return failure();
  return verifyOperator(*this, getOp());
}

LogicalResult SlotOp::verify() {
  if (failed(verifyColumns(*this, getKeyNames(), getKeyTypes())))
    return failure();
  if (getId().empty())
    return emitOpError("has no id");
  bool window = getKind() == "window", session = getKind() == "session";
  bool sort = getKind() == "sort";
  if (!window && !session && !sort && getKind() != "group")
    return emitOpError("is of kind ") << getKindAttr() << ", not window, session, group or sort";
  if ((window || session) != getWindow().has_value())
    return emitOpError("has a window exactly when its kind is window or session");
  if (getWindow() && session != (getWindow()->getKind() == flow::WindowKind::session))
    return emitOpError("of kind ") << getKindAttr() << " cannot have " << *getWindow();
  if (sort && !getAggs().empty())
    return emitOpError("sorts and aggregates");
  if (!sort && !getSortKeys().empty())
    return emitOpError("of kind ") << getKindAttr() << " has sort keys";
  for (auto key : getSortKeys().getAsRange<flow::SortKeyAttr>())
    if (!llvm::is_contained(getKeyNames(), key.getColumn()))
      return emitOpError("sorts by ") << key.getColumn() << ", which it does not keep";
  if (getUpsert() && !getRetracting())
    return emitOpError("replaces rows without being given changes");
  if (getRetracting() && !getUpdating())
    return emitOpError("takes changes without giving any");
  if (getUpdating() && (getKind() != "group" || getAlwaysOne()))
    return emitOpError("updates rows only as a group of a stream");
  if (getAlwaysOne() && (getKind() != "group" || !getKeyNames().empty()))
    return emitOpError("always has a row only as a group without keys");
  return verifyOperator(*this, getOp());
}

/// Its id is its own, and one stage takes what it fires.
LogicalResult SlotOp::verifySymbolUses(SymbolTableCollection &) {
  auto module = (*this)->getParentOfType<ModuleOp>();
  if (!module)
    return success();
  for (SlotOp other : module.getOps<SlotOp>())
    if (other != *this && other.getId() == getId() && (*this)->isBeforeInBlock(other))
      return other.emitOpError("has the id of ") << getSymNameAttr() << ", " << getIdAttr();
  size_t fired = llvm::count_if(module.getOps<StageOp>(), [&](StageOp stage) {
    return stage.getInput() == getSymName();
  });
  if (fired != 1)
    return emitOpError("is read by ") << fired << " stages, not one";
  return success();
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

/// Columns that a slot fires: keys, window_start, window_end, window_time,
/// results. window_time has the event time's kind, and the precision that the
/// stage gives it.
static SmallVector<Type> firedTypes(SlotOp slot, Block &stage) {
  SmallVector<Type> types;
  for (size_t i = 0; i != slot.getKeyTypes().size(); ++i)
    types.push_back(typeAt(slot.getKeyTypes(), i));
  if (slot.getWindow()) {
    auto kind = slot.getLocalZone() ? flow::SqlKind::TimestampLtz : flow::SqlKind::Timestamp;
    auto bound = flow::SqlType::get(slot.getContext(), flow::SqlKind::Timestamp, 3, 0, false);
    int32_t precision = 3;
    if (types.size() + 2 < stage.getNumArguments())
      if (auto time = dyn_cast<flow::SqlType>(stage.getArgument(types.size() + 2).getType()))
        precision = std::min(time.getPrecision(), 3);
    types.append({bound, bound, flow::SqlType::get(slot.getContext(), kind, precision, 0, false)});
  }
  for (auto call : slot.getAggs().getAsRange<flow::AggAttr>())
    types.push_back(call.getType());
  return types;
}

LogicalResult StageOp::verifySymbolUses(SymbolTableCollection &tables) {
  Operation *input = tables.lookupNearestSymbolFrom(*this, getInputAttr());
  SmallVector<Type> expected;
  if (auto source = dyn_cast_or_null<SourceOp>(input)) {
    if (source.getUsed().size() != getBody().getNumArguments())
      return emitOpError("has ") << getBody().getNumArguments() << " arguments, its source uses "
                                 << source.getUsed().size() << " columns";
    for (auto [i, index] : llvm::enumerate(source.getUsed()))
      expected.push_back(index >= 0 ? typeAt(source.getTypes(), index)
                                    : getBody().getArgument(i).getType());
  } else if (auto channel = dyn_cast_or_null<ChannelOp>(input)) {
    for (size_t i = 0; i != channel.getTypes().size(); ++i)
      expected.push_back(typeAt(channel.getTypes(), i));
  } else if (auto slot = dyn_cast_or_null<SlotOp>(input)) {
    expected = firedTypes(slot, getBody().front());
  } else {
    return emitOpError("reads ") << getInputAttr() << ", which is no source, channel or slot";
  }
  if (TypeRange(expected) != getBody().getArgumentTypes())
    return emitOpError("has arguments ") << getBody().getArgumentTypes() << ", its input gives "
                                         << TypeRange(expected);
  if (ArrayAttr merged = getMergedAttr()) {
    auto first = dyn_cast<ChannelOp>(input);
    for (auto symbol : merged.getAsRange<FlatSymbolRefAttr>()) {
      FailureOr<ChannelOp> channel = declared<ChannelOp>(*this, symbol, tables, "channel");
      if (failed(channel))
        return failure();
      if (!first || channel->getTypes() != first.getTypes())
        return emitOpError("merges ") << symbol << " with " << getInputAttr()
                                      << " of other columns";
    }
  }
  bool fromSource = isa<SourceOp>(input), fromChannel = isa<ChannelOp>(input);
  WalkResult result = getBody().walk([&](Operation *op) {
    if (isa<WatermarkOp>(op) && !fromSource) {
      op->emitOpError("stands outside a source's stage");
      return WalkResult::interrupt();
    }
    // A source's stage knows the rows of its own chunk only.
    if (isa<flow::CurrentWatermarkOp>(op) && !fromChannel) {
      op->emitOpError("stands outside a channel's stage");
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult WhenOp::verify() {
  if (getCondition().getType().getKind() != flow::SqlKind::Boolean)
    return emitOpError("needs a BOOLEAN, found ") << getCondition().getType();
  return verifyOperator(*this, getOp());
}

LogicalResult GuardOp::verifySymbolUses(SymbolTableCollection &tables) {
  if (failed(verifyOperator(*this, getOp())))
    return failure();
  return verifyDeadLetter(*this, getPolicy(), getDeadLetterAttr(), tables);
}

static LogicalResult verifyTime(Operation *op, flow::SqlType type) {
  if (type.isTimestamp() && type.getPrecision() <= 3)
    return success();
  return op->emitOpError("needs a timestamp of at most 3 digits, found ") << type;
}

LogicalResult WatermarkOp::verify() { return verifyTime(*this, getValue().getType()); }

LogicalResult ExpandOp::verify() {
  flow::SqlType time = getTime().getType();
  if (failed(verifyTime(*this, time)))
    return failure();
  if (getWindow().getKind() == flow::WindowKind::session)
    return emitOpError("cannot add a session to single rows");
  auto bound = flow::SqlType::get(getContext(), flow::SqlKind::Timestamp, 3, 0, false);
  TypeRange args = getBody().getArgumentTypes();
  if (args.size() != 3 || args[0] != bound || args[1] != bound)
    return emitOpError("has arguments window_start, window_end and window_time, found ") << args;
  auto last = dyn_cast<flow::SqlType>(args[2]);
  if (!last || last.getKind() != time.getKind() || last.getNullable())
    return emitOpError("window_time of ") << time << " cannot be " << args[2];
  return success();
}

LogicalResult EmitOp::verifySymbolUses(SymbolTableCollection &tables) {
  FailureOr<ChannelOp> channel = declared<ChannelOp>(*this, getChannelAttr(), tables, "channel");
  if (failed(channel) ||
      failed(verifyValues(*this, getValues().getTypes(), channel->getTypes(), "the channel")))
    return failure();
  if (getHash() > getValues().size())
    return emitOpError("hashes ") << getHash() << " of " << getValues().size() << " values";
  if (channel->getSingle() != (getHash() == 0))
    return emitOpError("hashes values exactly when the channel is not single");
  return success();
}

LogicalResult WriteOp::verify() {
  if (failed(verifyKind(*this, getKind())))
    return failure();
  constexpr StringRef ways[] = {"write", "drop", "delete"};
  if (!llvm::is_contained(ways, getBefore()))
    return emitOpError("has no way `") << getBefore() << "` for rows that another one follows";
  if (!getKind() && getBefore() != "write")
    return emitOpError("knows of no changes");
  return success();
}

LogicalResult WriteOp::verifySymbolUses(SymbolTableCollection &tables) {
  FailureOr<SinkOp> sink = declared<SinkOp>(*this, getSinkAttr(), tables, "sink");
  if (failed(sink))
    return failure();
  // NULL for a column that the sink says is never NULL fails the row.
  SmallVector<Attribute> types(sink->getTypes().begin(), sink->getTypes().end());
  for (auto [type, value] : llvm::zip(types, getValues().getTypes()))
    if (cast<flow::SqlType>(value).getNullable())
      type = TypeAttr::get(cast<flow::SqlType>(cast<TypeAttr>(type).getValue()).withNullable(true));
  return verifyValues(*this, getValues().getTypes(), ArrayAttr::get(getContext(), types), "the sink");
}

LogicalResult UpdateOp::verifySymbolUses(SymbolTableCollection &tables) {
  FailureOr<SlotOp> slot = declared<SlotOp>(*this, getSlotAttr(), tables, "slot");
  if (failed(slot) ||
      failed(verifyValues(*this, getKeys().getTypes(), slot->getKeyTypes(), "the slot")))
    return failure();
  if (slot->getWindow().has_value() != static_cast<bool>(getTime()))
    return emitOpError("has a time exactly when the slot has a window");
  if (getTime() && failed(verifyTime(*this, cast<flow::SqlType>(getTime().getType()))))
    return failure();
  size_t wanted = 0;
  for (auto call : slot->getAggs().getAsRange<flow::AggAttr>()) {
    wanted += call.getArgs().size();
    if (call.getFilter().empty())
      continue;
    if (wanted < getArgs().size()) {
      auto type = cast<flow::SqlType>(getArgs()[wanted].getType());
      if (type.getKind() != flow::SqlKind::Boolean)
        return emitOpError("argument ") << wanted << " is a filter, which cannot be " << type;
    }
    ++wanted;
  }
  if (getArgs().size() != wanted)
    return emitOpError("has ") << getArgs().size() << " arguments, the slot's calls take " << wanted;
  if (static_cast<bool>(getKind()) != slot->getRetracting())
    return emitOpError("says what rows change exactly when the slot is retracting");
  if (failed(verifyKind(*this, getKind())))
    return failure();
  SmallVector<Type> changed;
  if (slot->getUpdating()) {
    changed.push_back(changeKindType(getContext()));
    for (auto call : slot->getAggs().getAsRange<flow::AggAttr>())
      changed.push_back(call.getType());
  } else if (getAfterOnly()) {
    return emitOpError("leaves out rows that its slot does not change");
  }
  if (TypeRange(changed) != getLate().getArgumentTypes())
    return emitOpError("has a region of ") << getLate().getArgumentTypes() << ", the slot gives "
                                           << TypeRange(changed);
  bool keysAlone = slot->getKind() == "group" && (slot->getAggs().empty() || slot->getUpdating());
  if (!slot->getWindow() && !keysAlone && !getLate().front().empty())
    return emitOpError("has rows too late for a slot without windows");
  return success();
}

LogicalResult CountOp::verify() {
  constexpr StringRef kinds[] = {"in", "passed", "filtered", "absorbed", "late", "bad", "made"};
  if (!llvm::is_contained(kinds, getKind()))
    return emitOpError("counts ") << getKindAttr() << ", which the ledger does not know";
  return verifyOperator(*this, getOp());
}
