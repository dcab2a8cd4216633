//===- Stage.cpp - exec.stage: the loops ------------------------------------===//
//
// A rows stage walks a batch, a fire stage the entries of a window; a source
// stage decodes records (codegen/format). What fails outside any guard stops
// the run. Each function has two ways out, which flush the counters.
//
//===----------------------------------------------------------------------===//
#include "codegen/format/Format.h"
#include "codegen/lower/Lower.h"

#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace levada::codegen {

static LLVM::LLVMFuncOp stageFunction(StagePlan &stage, ModuleOp to) {
  MLIRContext *context = to.getContext();
  Type ptr = LLVM::LLVMPointerType::get(context);
  return declareFunction(to, stage.op.getLoc(), stage.function, IntegerType::get(context, 32),
                         {ptr, ptr});
}

/// The update of a stage that does nothing else, by columns of its rows; else null.
static exec::UpdateOp soleUpdate(Plan &plan, Block &body) {
  exec::UpdateOp found;
  for (Operation &op : body) {
    auto update = dyn_cast<exec::UpdateOp>(op);
    if (update && found)
      return {};
    if (update)
      found = update;
  }
  if (!found || found.getKeys().empty() ||
      !llvm::all_of(found.getKeys(), [](Value key) { return isa<BlockArgument>(key); }))
    return {};
  SlotPlan &slot = plan.slots[plan.indexOf(found.getSlotAttr())];
  // Hashing a text twice costs more than waiting for its entry.
  bool numbers = llvm::none_of(slot.key.columns, [](const Column &c) { return isStr(c.type); });
  llvm::StringRef kind = slot.op.getKind();
  return numbers && (kind == "window" || kind == "group") ? found : exec::UpdateOp();
}

/// Brings the entries near that a row some way ahead will update.
static void prefetchEntry(Lowering &l, exec::UpdateOp update, const Layout &rowLayout, Value row) {
  Emitter &e = l.e;
  unsigned index = l.plan.indexOf(update.getSlotAttr());
  SlotPlan &slot = l.plan.slots[index];
  llvm::SmallVector<Scalar> keys;
  for (Value key : update.getKeys())
    keys.push_back(e.loadColumn(row, rowLayout.columns[cast<BlockArgument>(key).getArgNumber()]));
  l.declareConstant(slot.desc);
  l.declareConstant(slot.layout);
  Value hash = l.hashOf(l.keyBytes(slot.key, keys), slot.layout);
  auto abi = e.abi();
  abi::rt_prefetch(abi, l.ctx, e.i32(index), e.addressOf(slot.desc), hash);
  llvm::SmallDenseSet<int> done;
  unsigned at = 0;
  for (const AggPlan &agg : slot.aggs) { // those of its DISTINCT values, too
    auto value = agg.apart ? dyn_cast<BlockArgument>(update.getArgs()[at]) : BlockArgument();
    at += agg.argCount + !agg.attr.getFilter().empty();
    if (!value || isStr(agg.argType) || !done.insert(agg.elements).second)
      continue;
    const SlotPlan &values = l.plan.slots[agg.elements];
    llvm::SmallVector<Scalar> parts = keys;
    parts.push_back({e.loadColumn(row, rowLayout.columns[value.getArgNumber()]).value, {}});
    l.declareConstant(values.desc);
    l.declareConstant(values.layout);
    Value own = l.hashOf(l.keyBytes(values.key, parts), values.layout);
    auto abi = e.abi();
    abi::rt_prefetch(abi, l.ctx, e.i32(agg.elements), e.addressOf(values.desc),
                     abi::rt_element_hash(abi, own, hash));
  }
}

void lowerRowsStage(Plan &plan, StagePlan &stage, ModuleOp to) {
  Lowering l(plan, stageFunction(stage, to));
  Emitter &e = l.e;
  const ChannelPlan &channel = plan.channels[stage.input];
  Value batch = e.arg(1);
  Value rows = e.field(batch, abi::field::batch::rows);
  Value base = e.field(batch, abi::field::batch::base);
  Value count = e.zext(e.field(batch, abi::field::batch::count), e.intType(64));
  exec::UpdateOp update = soleUpdate(plan, stage.op.getBody().front());
  e.loop(count, [&](Value i, Block *next) {
    Value row = e.offset(rows, e.mul(i, e.i64(channel.row.size)));
    if (update) {
      Value ahead = e.add(i, e.i64(16)), last = e.sub(count, e.i64(1));
      ahead = e.select(e.slt(ahead, last), ahead, last);
      prefetchEntry(l, update, channel.row, e.offset(rows, e.mul(ahead, e.i64(channel.row.size))));
    }
    l.watermark = l.headerWatermark = e.smax(base, e.load(e.intType(64), row, 8));
    if (channel.placeOffset >= 0)
      l.place = e.load(e.intType(64), e.offset(row, channel.placeOffset), 8);
    Block &body = stage.op.getBody().front();
    for (auto [argument, column] : llvm::zip(body.getArguments(), channel.row.columns))
      l.set(argument, e.loadColumn(row, column));
    l.guarded(LEVADA_ON_ERROR_FAIL, 0, -1, [&] { l.lowerBlock(body); });
  });
  e.br(l.returnBlock(false));
  l.finish();
}

void lowerFireStage(Plan &plan, StagePlan &stage, ModuleOp to) {
  Lowering l(plan, stageFunction(stage, to));
  Emitter &e = l.e;
  SlotPlan &slot = plan.slots[stage.input];
  Value fire = e.arg(1);
  Value entries = e.field(fire, abi::field::fire::entries);
  Value count = e.zext(e.field(fire, abi::field::fire::count), e.intType(64));
  Value start = e.field(fire, abi::field::fire::window_start);
  Value end = e.field(fire, abi::field::fire::window_end);
  Value time = e.field(fire, abi::field::fire::window_time);
  l.watermark = l.headerWatermark = e.field(fire, abi::field::fire::watermark);
  Block &body = stage.op.getBody().front();
  llvm::StringRef kind = slot.op.getKind();
  e.loop(count, [&](Value i, Block *next) {
    Value entry = e.load(e.ptr(), e.offset(entries, e.mul(i, e.i64(8))), 8);
    auto argument = body.args_begin();
    for (const Column &column : slot.key.columns)
      l.set(*argument++, e.loadColumn(entry, column));
    if (kind == "window" || kind == "session")
      for (Value value : {start, end, time})
        l.set(*argument++, {value, {}});
    l.guarded(LEVADA_ON_ERROR_FAIL, slot.op.getOp(), -1, [&] {
      for (const AggPlan &agg : slot.aggs) {
        Value target = *argument++;
        if (target.use_empty())
          continue;
        auto type = cast<flow::SqlType>(agg.attr.getType());
        auto abi = e.abi();
        Value out = l.resultSlot(type, agg.impl->result.pass);
        Value status = abi.aggGet(*agg.impl, l.ctx, e.offset(entry, slot.accOffset + agg.offset), out);
        l.failOnStatus(status, slot.op.getLoc());
        Value value = l.result(out, type, agg.impl->result.pass);
        l.set(target, {value, type.getNullable() ? e.eq(status, e.i32(LEVADA_NULL)) : Value()});
      }
      l.lowerBlock(body);
    });
  });
  e.br(l.returnBlock(false));
  l.finish();
}

void lowerSourceStage(Plan &plan, StagePlan &stage, ModuleOp to) {
  Lowering l(plan, stageFunction(stage, to));
  Emitter &e = l.e;
  SourcePlan &source = plan.sources[stage.input];
  l.chunk = e.arg(1);
  l.nextWatermark = e.variable(e.intType(64), LEVADA_MIN_WATERMARK);
  l.placeCounter = e.variable(e.intType(64), 0);
  Block &body = stage.op.getBody().front();
  format::decodeRecords(l, source, body.getArguments(), [&] {
    l.watermark = l.headerWatermark;
    l.guarded(LEVADA_ON_ERROR_FAIL, source.op.getOp(), -1, [&] { l.lowerBlock(body); });
  });
  if (source.hasWatermark)
    e.setField(l.ctx, abi::field::ctx::chunk_watermark,
               e.load(e.intType(64), l.nextWatermark));
  e.br(l.returnBlock(false));
  l.finish();
}

} // namespace levada::codegen
