//===- Slot.cpp - what the runtime asks of a slot --------------------------===//
//
// init, merge, save and load of the accumulators of one key, and the order of sorted rows.
// Merging DISTINCT aggregates goes through their sets: a value counts once
// however many slices have it.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Lower.h"

using namespace mlir;
using levada::flow::SqlType;

namespace levada::codegen {
using catalog::Pass; // not MLIR's
namespace {

LLVM::LLVMFuncOp slotFunction(ModuleOp to, SlotPlan &slot, llvm::StringRef name, bool returnsInt,
                              unsigned pointers) {
  MLIRContext *context = to.getContext();
  Type ptr = LLVM::LLVMPointerType::get(context);
  Type result = returnsInt ? Type(IntegerType::get(context, 32)) : LLVM::LLVMVoidType::get(context);
  return declareFunction(to, slot.op.getLoc(), name, result, llvm::SmallVector<Type>(pointers, ptr));
}

void lowerInit(Plan &plan, SlotPlan &slot, ModuleOp to) {
  Lowering l(plan, slotFunction(to, slot, slot.init, false, 2));
  Value acc = l.e.arg(1);
  for (unsigned at = 0; at < slot.headSize(); at += 8)
    l.e.store(l.e.i64(0), l.e.offset(acc, at), 8);
  for (const AggPlan &agg : slot.aggs) {
    if (agg.setOffset >= 0)
      l.e.store(l.e.null(), l.e.offset(acc, agg.setOffset), 8);
    if (agg.keptOffset >= 0)
      l.e.store(l.e.null(), l.e.offset(acc, agg.keptOffset), 8);
    auto abi = l.e.abi();
    abi.aggInit(*agg.impl, l.e.offset(acc, agg.offset));
  }
  l.e.ret();
}

/// Where an aggregate over DISTINCT values that takes NULLs says which place its NULL
/// has, from 1 (0: none); -1 for others.
int nullPlace(const AggPlan &agg) {
  llvm::SmallVector<llvm::StringRef> fields, words;
  if (agg.impl->params.empty() || !agg.impl->params[0].nullable)
    return -1;
  llvm::StringRef(agg.impl->fields.data(), agg.impl->fields.size()).split(fields, ';');
  for (llvm::StringRef field : fields) {
    words.clear();
    field.split(words, ' ');
    unsigned offset;
    if (words.size() == 3 && words[0] == "hasNull" && !words[2].getAsInteger(10, offset))
      return int(agg.offset + offset);
  }
  return -1;
}

/// Adds to `into` what the set of `from` has and its own does not; NULL, which no set
/// has, where it stands.
void mergeSet(Lowering &l, const AggPlan &agg, Value into, Value from) {
  Emitter &e = l.e;
  auto abi = e.abi();
  const catalog::Param *param = agg.impl->params.empty() ? nullptr : &agg.impl->params[0];
  SqlType type = agg.argType;
  Value index = e.stack(8);
  e.store(e.i64(0), index, 8);
  Block *head = e.newBlock(), *body = e.newBlock(), *after = e.newBlock();
  const int place = nullPlace(agg);
  auto addNull = [&](Value there) {
    e.when(there, [&] { abi.aggAdd(*agg.impl, l.ctx, e.offset(into, agg.offset), e.null()); });
  };
  e.br(head);
  e.enter(head);
  Value null = place < 0 ? Value() : e.load(e.intType(64), e.offset(from, place), 8);
  if (null)
    addNull(e.eq(null, e.add(e.load(e.intType(64), index, 8), e.i64(1))));
  Value member = abi::rt_distinct_next(abi, e.offset(from, agg.setOffset), index);
  e.condBr(e.eq(member, e.null()), after, body);
  e.enter(body);
  Value fresh = abi::rt_distinct_add(abi, l.ctx, e.offset(into, agg.setOffset), member,
                                     e.i1(isStr(type)));
  e.when(fresh, [&] {
    Value argument;
    if (param && param->pass != Pass::None)
      argument = l.pass(e.loadRep(repOf(type), member), type, param->pass);
    abi.aggAdd(*agg.impl, l.ctx, e.offset(into, agg.offset), argument);
  });
  e.br(head);
  e.enter(after);
  if (null)
    addNull(e.ne(null, e.i64(0)));
}

void lowerMerge(Plan &plan, SlotPlan &slot, ModuleOp to) {
  Lowering l(plan, slotFunction(to, slot, slot.merge, false, 3));
  Value into = l.e.arg(1), from = l.e.arg(2);
  if (slot.countsRows()) // never merged: what its rows were is said already
    return l.e.ret();
  for (const AggPlan &agg : slot.aggs) {
    if (agg.setOffset >= 0) {
      mergeSet(l, agg, into, from);
      continue;
    }
    auto abi = l.e.abi();
    abi.aggMerge(*agg.impl, l.ctx, l.e.offset(into, agg.offset), l.e.offset(from, agg.offset));
  }
  l.e.ret();
}

/// Both ways in the same order; nothing to do where the bytes are all there is.
void lowerSave(Plan &plan, SlotPlan &slot, ModuleOp to) {
  for (bool loading : {false, true}) {
    Lowering l(plan, slotFunction(to, slot, loading ? slot.load : slot.save, false, 3));
    Value archive = l.e.arg(1), acc = l.e.arg(2);
    if (slot.countsRows()) {
      auto abi = l.e.abi();
      if (loading)
        abi::rt_load_into(abi, archive, acc, l.e.i64(slot.headSize()));
      else
        abi::rt_save(abi, archive, acc, l.e.i64(slot.headSize()));
    }
    for (const AggPlan &agg : slot.aggs) {
      auto abi = l.e.abi();
      if (agg.setOffset >= 0) {
        Value set = l.e.offset(acc, agg.setOffset), texts = l.e.i1(isStr(agg.argType));
        if (loading)
          abi::rt_distinct_load(abi, l.ctx, archive, set, texts);
        else
          abi::rt_distinct_save(abi, archive, set, texts);
      }
      if (agg.keptOffset >= 0) {
        l.declareConstant(agg.keptLayout);
        Value kept = l.e.offset(acc, agg.keptOffset), layout = l.e.addressOf(agg.keptLayout);
        if (loading)
          abi::rt_kept_load(abi, l.ctx, archive, kept, layout, l.e.i1(agg.counted));
        else
          abi::rt_kept_save(abi, archive, kept, layout);
      }
      Value state = l.e.offset(acc, agg.offset);
      if (loading)
        abi.aggLoad(*agg.impl, l.ctx, archive, state);
      else
        abi.aggSave(*agg.impl, archive, state);
    }
    l.e.ret();
  }
}

/// Of elements: how often each counted.
void lowerMergeTimes(Plan &plan, SlotPlan &slot, ModuleOp to) {
  Lowering l(plan, slotFunction(to, slot, slot.merge, false, 3));
  Emitter &e = l.e;
  Value times = e.load(e.intType(64), e.arg(1), 8), more = e.load(e.intType(64), e.arg(2), 8);
  e.store(e.add(times, more), e.arg(1), 8);
  e.ret();
}

/// A fire stage: elements that counted more than once are taken back as often from
/// the accumulators of their key, which have not fired yet.
void lowerCorrect(Plan &plan, SlotPlan &slot, ModuleOp to) {
  Lowering l(plan, slotFunction(to, slot, slot.correct, true, 2));
  Emitter &e = l.e;
  const SlotPlan &owner = plan.slots[slot.owner];
  exec::SlotOp op = owner.op;
  const int self = int(&slot - plan.slots.data());
  Value fire = e.arg(1), entries = e.field(fire, abi::field::fire::entries);
  Value count = e.zext(e.field(fire, abi::field::fire::count), e.intType(64));
  Value time = e.field(fire, abi::field::fire::window_time);
  l.declareConstant(owner.desc);
  l.declareConstant(owner.layout);
  e.loop(count, [&](Value i, Block *) {
    Value entry = e.load(e.ptr(), e.offset(entries, e.mul(i, e.i64(8))), 8);
    Value extra = e.sub(e.load(e.intType(64), e.offset(entry, slot.accOffset), 8), e.i64(1));
    e.when(e.slt(e.i64(0), extra), [&] {
      Value hash = l.hashOf(entry, owner.layout), number = e.i32(slot.owner);
      Value desc = e.addressOf(owner.desc);
      auto abi = e.abi();
      Value acc = op.getKind() == "group"
                      ? abi::rt_group(abi, l.ctx, number, desc, hash, entry)
                      : abi::rt_window(abi, l.ctx, number, desc, e.i64(LEVADA_MIN_WATERMARK), time,
                                       hash, entry);
      const Column &column = slot.key.columns.back();
      Value value = e.loadColumn(entry, column).value;
      e.when(e.ne(acc, e.null()), [&] {
        e.loop(extra, [&](Value, Block *) {
          for (const AggPlan &agg : owner.aggs) {
            if (agg.elements != self || !agg.impl->retracts)
              continue;
            Pass how = agg.impl->params[0].pass;
            llvm::SmallVector<Value> values = {how == Pass::None ? value
                                                                 : l.pass(value, column.type, how)};
            auto abi = e.abi();
            abi.aggRetract(*agg.impl, l.ctx, e.offset(acc, agg.offset), values);
          }
        });
      });
    });
  });
  auto abi = e.abi();
  e.ret(abi::rt_failed(abi, l.ctx));
}

/// Bits of a float that order as integers do: as Double.compare, NaN last.
Value orderedBits(Emitter &e, Value value) {
  unsigned bits = value.getType().getIntOrFloatBitWidth();
  Type type = e.intType(bits);
  Value raw = e.op<LLVM::BitcastOp>(type, value);
  Value sign = e.op<LLVM::AShrOp>(raw, e.constant(type, bits - 1));
  Value mask = e.op<LLVM::LShrOp>(sign, e.constant(type, 1));
  return e.bitXor(raw, mask);
}

void lowerCompare(Plan &plan, SlotPlan &slot, ModuleOp to) {
  Lowering l(plan, slotFunction(to, slot, slot.compare, true, 2));
  Emitter &e = l.e;
  Value rowA = e.arg(0), rowB = e.arg(1);
  auto answerIf = [&](Value flag, int64_t answer) {
    Block *done = e.newBlock(), *next = e.newBlock();
    e.condBr(flag, done, next);
    e.enter(done);
    e.ret(e.i32(answer));
    e.enter(next);
  };
  for (Attribute attr : slot.op.getSortKeys()) {
    auto key = cast<flow::SortKeyAttr>(attr);
    size_t index = 0;
    while (slot.op.getKeyNames()[index] != key.getColumn())
      ++index;
    const Column &column = slot.key.columns[index];
    Scalar a = e.loadColumn(rowA, column), b = e.loadColumn(rowB, column);
    Block *next = e.newBlock();
    if (a.isNull) {
      int64_t nullA = key.getNullsFirst() ? -1 : 1;
      answerIf(e.bitAnd(a.isNull, e.inverse(b.isNull)), nullA);
      answerIf(e.bitAnd(b.isNull, e.inverse(a.isNull)), -nullA);
      Block *values = e.newBlock();
      e.condBr(a.isNull, next, values);
      e.enter(values);
    }
    SqlType type = column.type;
    bool isFloat = isa<FloatType>(a.value.getType());
    Value x = isFloat ? orderedBits(e, a.value) : a.value;
    Value y = isFloat ? orderedBits(e, b.value) : b.value;
    auto before = [&](Value p, Value q) {
      return isFloat ? e.slt(p, q) : l.compare(flow::Predicate::lt, p, q, type);
    };
    answerIf(before(x, y), key.getDescending() ? 1 : -1);
    answerIf(before(y, x), key.getDescending() ? -1 : 1);
    e.br(next);
    e.enter(next);
  }
  e.ret(e.i32(0));
}

} // namespace

void lowerSlot(Plan &plan, SlotPlan &slot, ModuleOp to) {
  if (!slot.compare.empty())
    return lowerCompare(plan, slot, to);
  if (slot.owner >= 0) { // a number or two, zero at first
    if (slot.corrects)
      lowerMergeTimes(plan, slot, to);
    if (!slot.correct.empty())
      lowerCorrect(plan, slot, to);
    return;
  }
  lowerInit(plan, slot, to);
  lowerMerge(plan, slot, to);
  if (!slot.save.empty())
    lowerSave(plan, slot, to);
}

} // namespace levada::codegen
