//===- Plan.cpp - the tables of a program, laid out -----------------------===//
//
// Symbols are numbered by order of appearance within their kind. Accumulators
// follow the key at an offset that suits the most aligned of them; a DISTINCT
// set is one pointer before the state it feeds.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Plan.h"

#include "ir/flow/Location.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace levada::codegen {

const catalog::Function *functionOf(llvm::StringRef symbol) {
  for (const catalog::Function &function : catalog::functions())
    if (function.symbol == std::string_view(symbol.data(), symbol.size()))
      return &function;
  return nullptr;
}

const catalog::Aggregate *aggregateOf(llvm::StringRef symbol) {
  for (const catalog::Aggregate &aggregate : catalog::aggregates())
    if (aggregate.symbol == std::string_view(symbol.data(), symbol.size()))
      return &aggregate;
  return nullptr;
}

llvm::StringRef optionOf(DictionaryAttr options, llvm::StringRef key, llvm::StringRef fallback) {
  auto value = options.getAs<StringAttr>(key);
  return value ? value.getValue() : fallback;
}

static llvm::SmallVector<flow::SqlType> typesOf(ArrayAttr types) {
  llvm::SmallVector<flow::SqlType> out;
  for (Attribute type : types)
    out.push_back(cast<flow::SqlType>(cast<TypeAttr>(type).getValue()));
  return out;
}

Plan::Plan(ModuleOp exec) : exec(exec) {
  for (Operation &op : *exec.getBody()) {
    if (auto source = dyn_cast<exec::SourceOp>(op)) {
      numbers[source.getSymNameAttr()] = sources.size();
      sources.push_back({source});
    } else if (auto channel = dyn_cast<exec::ChannelOp>(op)) {
      numbers[channel.getSymNameAttr()] = channels.size();
      channels.push_back({channel, Layout(typesOf(channel.getTypes()), 8)});
    } else if (auto sink = dyn_cast<exec::SinkOp>(op)) {
      numbers[sink.getSymNameAttr()] = sinks.size();
      sinks.push_back({sink, ""});
    } else if (auto slot = dyn_cast<exec::SlotOp>(op)) {
      numbers[slot.getSymNameAttr()] = slots.size();
      planSlot(slot);
    } else if (auto stage = dyn_cast<exec::StageOp>(op)) {
      stages.push_back({stage, StageKind::Source, 0, ("stage." + stage.getSymName()).str(), {}, {}, {}});
    }
  }
  for (auto [index, stage] : llvm::enumerate(stages)) {
    Operation *input = exec.lookupSymbol(stage.op.getInputAttr().getAttr());
    stage.input = numbers.lookup(stage.op.getInputAttr().getAttr());
    if (isa<exec::SourceOp>(input)) {
      sources[stage.input].stage = index;
    } else if (isa<exec::ChannelOp>(input)) {
      stage.kind = StageKind::Rows;
      channels[stage.input].stage = index;
      if (auto merged = stage.op.getMergedAttr())
        for (auto [input, symbol] : llvm::enumerate(merged.getAsRange<FlatSymbolRefAttr>())) {
          channels[indexOf(symbol)].stage = index;
          channels[indexOf(symbol)].input = input + 1;
        }
    } else {
      stage.kind = StageKind::Fire;
      slots[stage.input].fireStage = index;
    }
    planUses(stage, index);
  }
  for (unsigned i = 0, count = slots.size(); i < count; ++i)
    planElements(i);
  // Rows that pass through a stage on many workers say where they stood.
  for (ChannelPlan &channel : channels) {
    if (channel.stage < 0 || channel.op.getSingle())
      continue;
    const StagePlan &consumer = stages[channel.stage];
    if (consumer.channels.empty() && consumer.sinks.empty())
      continue;
    channel.placeOffset = channel.row.size;
    channel.row.size += 8;
  }
  // Rows that wait for those of other inputs may go on at another parallelism.
  for (ChannelPlan &channel : channels) {
    channel.waits = channel.stage >= 0 && stages[channel.stage].op.getMergedAttr();
    if (!channel.waits || channel.op.getSingle())
      continue;
    channel.hashOffset = channel.row.size;
    channel.row.size += 8;
  }
  // Rows that were diverted are the runtime's own struct: nothing in it is NULL.
  exec.walk([&](Operation *op) {
    auto symbol = op->getAttrOfType<FlatSymbolRefAttr>("dead_letter");
    if (!symbol)
      return;
    for (Column &column : channels[indexOf(symbol)].row.columns)
      column.nullOffset = -1;
    Layout &row = channels[indexOf(symbol)].row;
    channels[indexOf(symbol)].placeOffset = channels[indexOf(symbol)].hashOffset = -1;
    row.size = 8;
    for (Column &column : row.columns)
      row.size += sizeOf(column.rep);
  });
}

void Plan::planUses(StagePlan &stage, unsigned index) {
  if (stage.kind == StageKind::Source)
    if (auto dead = sources[stage.input].op.getDeadLetterAttr()) {
      stage.channels.insert(indexOf(dead));
      channels[indexOf(dead)].producer = index;
    }
  stage.op.walk([&](Operation *op) {
    if (auto emit = dyn_cast<exec::EmitOp>(op)) {
      stage.channels.insert(indexOf(emit.getChannelAttr()));
      channels[indexOf(emit.getChannelAttr())].producer = index;
    } else if (auto write = dyn_cast<exec::WriteOp>(op)) {
      stage.sinks.insert(indexOf(write.getSinkAttr()));
    } else if (auto update = dyn_cast<exec::UpdateOp>(op)) {
      stage.slots.insert(indexOf(update.getSlotAttr()));
      unsigned at = 0;
      for (AggPlan &agg : slots[indexOf(update.getSlotAttr())].aggs) {
        if (agg.argCount)
          agg.argType = cast<flow::SqlType>(update.getArgs()[at].getType());
        if (agg.keptOffset >= 0) {
          llvm::SmallVector<flow::SqlType> types;
          for (unsigned i = 0; i < agg.argCount; ++i)
            types.push_back(cast<flow::SqlType>(update.getArgs()[at + i].getType())
                                .withNullable(agg.impl && agg.impl->params[i].nullable));
          agg.kept = Layout(types, 0);
          hashLayouts.insert({StringAttr::get(update.getContext(), agg.keptLayout), agg.kept});
        }
        at += agg.argCount + !agg.attr.getFilter().empty();
      }
    } else if (auto guard = dyn_cast<exec::GuardOp>(op)) {
      if (auto dead = guard.getDeadLetterAttr()) {
        stage.channels.insert(indexOf(dead));
        channels[indexOf(dead)].producer = index;
      }
    } else if (isa<exec::WatermarkOp>(op)) {
      sources[stage.input].hasWatermark = true;
    }
  });
}

/// Whether what an aggregate was given once too often can be taken back, bit by bit.
static bool takesBack(const AggPlan &agg) {
  llvm::StringRef name = agg.attr.getName().getValue();
  return agg.impl && agg.impl->exact && (agg.impl->retracts || name == "MIN" || name == "MAX");
}

/// Whether what counts more than once may be put right when the window fires. Times
/// of local zones may be none; sums of decimals may leave their 128 bits on the way.
static bool mayCorrect(exec::SlotOp op, const AggPlan &agg) {
  flow::WindowAttr window = op.getWindowAttr();
  return takesBack(agg) && !op.getUpdating() && !op.getLocalZone() &&
         (!window || window.getKind() != flow::WindowKind::cumulate) &&
         !agg.attr.getSymbol().getValue().ends_with("_dec");
}

/// Whether DISTINCT values may be a slot. A slice of a HOP window has its own ones:
/// those of several count too often. A step of CUMULATE has the values that come first
/// in it; what a later row brings to an earlier step is taken back from the other.
/// Sessions that meet are merged value by value, and so is what cannot be taken back.
static bool mayBeApart(exec::SlotOp op, const AggPlan &agg) {
  if (op.getKind() == "group")
    return true;
  if (op.getKind() != "window")
    return false;
  switch (op.getWindowAttr().getKind()) {
  case flow::WindowKind::tumble:
    return true;
  case flow::WindowKind::cumulate:
    return takesBack(agg);
  case flow::WindowKind::hop:
    return mayCorrect(op, agg);
  default:
    return false;
  }
}

void Plan::planSlot(exec::SlotOp op) {
  SlotPlan slot;
  slot.op = op;
  slot.key = Layout(typesOf(op.getKeyTypes()), 0);
  slot.id = op.getId().str();
  std::string number = std::to_string(slots.size());
  slot.desc = "levada_slot." + number;
  slot.layout = "levada_layout.slot." + number;
  for (auto agg : op.getAggs().getAsRange<flow::AggAttr>()) {
    const catalog::Aggregate *impl = aggregateOf(agg.getSymbol().getValue());
    slot.lives |= agg.getDistinct() && op.getRetracting() && !op.getUpsert() && impl &&
                  impl->retracts;
  }
  unsigned align = 8, at = op.getUpdating() ? slot.headSize() : 0;
  for (Attribute attr : op.getAggs()) {
    AggPlan agg;
    agg.attr = cast<flow::AggAttr>(attr);
    agg.impl = aggregateOf(agg.attr.getSymbol().getValue());
    agg.argCount = agg.attr.getArgs().size();
    bool distinct = agg.attr.getDistinct();
    bool keeps = op.getRetracting() && !op.getUpsert() && (distinct || (agg.impl && !agg.impl->retracts));
    agg.apart = distinct && !op.getUpsert() &&
                (!keeps || (agg.impl && agg.impl->retracts)) && mayBeApart(op, agg);
    keeps &= !agg.apart;
    if ((distinct && !agg.apart) || keeps) {
      at = llvm::alignTo(at, 8);
      (keeps ? agg.keptOffset : agg.setOffset) = at;
      at += 8;
    }
    if (keeps) {
      llvm::StringRef name = agg.attr.getName().getValue();
      agg.counted = distinct || name == "MIN" || name == "MAX";
      agg.anew = agg.impl && !agg.impl->plain && !agg.impl->resets;
      agg.keptLayout = "levada_layout.kept." + number + "." + std::to_string(slot.aggs.size());
    }
    unsigned own = agg.impl ? agg.impl->align : 8;
    align = std::max(align, own);
    at = llvm::alignTo(at, own);
    agg.offset = at;
    at += agg.impl ? agg.impl->size : 8;
    if ((distinct && !agg.apart) || keeps || (agg.impl && !agg.impl->plain)) {
      slot.save = "levada_slot_save." + number;
      slot.load = "levada_slot_load." + number;
    }
    slot.aggs.push_back(agg);
  }
  if (slot.countsRows())
    at = std::max(at, slot.headSize());
  if (op.getKind() == "sort") {
    slot.entrySize = slot.accOffset = slot.key.size;
    slot.compare = "levada_slot_compare." + number;
  } else {
    slot.align = align;
    slot.accOffset = llvm::alignTo(slot.key.size, align);
    slot.entrySize = llvm::alignTo(slot.accOffset + at, align);
    slot.init = "levada_slot_init." + number;
    slot.merge = "levada_slot_merge." + number;
  }
  slots.push_back(std::move(slot));
}

/// "per_key/DISTINCT v[k]" of "per_key/aggregate[k]".
static std::string elementsId(llvm::StringRef id, const flow::AggAttr &agg) {
  std::string what = "DISTINCT " + plainColumn(agg.getArgs()[0].getValue()).str();
  if (!agg.getFilter().empty())
    what += " FILTER (WHERE " + agg.getFilter().str() + ")";
  llvm::StringRef kind = "/aggregate[";
  size_t at = id.find(kind);
  if (at == llvm::StringRef::npos)
    return (id + "/" + what).str();
  return (id.take_front(at + 1) + what + id.drop_front(at + kind.size() - 1)).str();
}

/// Whether all aggregates that elements feed may be corrected.
static bool mayCorrect(const SlotPlan &owner, int elements) {
  return llvm::all_of(owner.aggs, [&](const AggPlan &agg) {
    return agg.elements != elements || mayCorrect(owner.op, agg);
  });
}

/// The DISTINCT values of a slot's keys, each an entry: the key's bytes, then the
/// value's. Aggregates of the same values share them.
void Plan::planElements(unsigned index) {
  for (unsigned a = 0; a < slots[index].aggs.size(); ++a) {
    const SlotPlan &owner = slots[index];
    const AggPlan &agg = owner.aggs[a];
    if (!agg.apart)
      continue;
    int shared = -1;
    for (const AggPlan &before : llvm::ArrayRef(owner.aggs).take_front(a))
      if (before.apart && before.attr.getArgs() == agg.attr.getArgs() &&
          before.attr.getFilter() == agg.attr.getFilter())
        shared = before.elements;
    if (shared >= 0) {
      slots[index].aggs[a].elements = shared;
      continue;
    }
    SlotPlan slot;
    slot.op = owner.op;
    slot.owner = index;
    slot.id = elementsId(owner.id, agg.attr);
    slot.key = owner.key;
    Rep rep = repOf(agg.argType);
    slot.key.columns.push_back({agg.argType.withNullable(false), rep, owner.key.size, -1});
    slot.key.size += llvm::alignTo(sizeOf(rep), 8);
    std::string number = std::to_string(slots.size());
    slot.desc = "levada_slot." + number;
    slot.layout = "levada_layout.slot." + number;
    slot.accOffset = slot.key.size;
    slot.lives = owner.lives;
    flow::WindowAttr window = slot.op.getWindowAttr();
    slot.since = window && window.getKind() == flow::WindowKind::cumulate;
    slot.entrySize = slot.accOffset + slot.headSize();
    for (StagePlan &stage : stages)
      if (stage.slots.contains(index))
        stage.slots.insert(slots.size());
    slots[index].aggs[a].elements = slots.size();
    slots.push_back(std::move(slot));
  }
  for (unsigned i = 0; i < slots.size(); ++i)
    if (slots[i].owner == int(index) && (slots[i].corrects = mayCorrect(slots[index], i))) {
      slots[i].merge = "levada_slot_merge." + std::to_string(i);
      if (llvm::any_of(slots[index].aggs, [&](const AggPlan &agg) {
            return agg.elements == int(i) && agg.impl->retracts;
          }))
        slots[i].correct = "levada_slot_correct." + std::to_string(i);
    }
}

unsigned Plan::indexOf(FlatSymbolRefAttr symbol) const { return numbers.lookup(symbol.getAttr()); }

std::string Plan::timeZone() const {
  auto zone = exec->getAttrOfType<StringAttr>("flow.time_zone");
  return zone ? zone.str() : "UTC";
}

unsigned Plan::exprAt(Location loc) {
  auto [entry, fresh] = exprNumbers.try_emplace(loc, exprs.size());
  if (fresh) {
    ExprPlace place;
    if (std::optional<flow::Place> user = flow::placeOf(loc))
      place = {user->file.str(), user->text.str(), user->line, user->column};
    exprs.push_back(std::move(place));
  }
  return entry->second;
}

} // namespace levada::codegen
