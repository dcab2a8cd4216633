//===- Update.cpp - exec.update --------------------------------------------===//
//
// The key goes into canonical bytes, the runtime finds the accumulators (or
// says that the row is late), and each aggregate adds its argument in place:
// not where it is NULL, its FILTER is not TRUE, or its DISTINCT set has it. Sets
// that are a slot of their own are asked before: that may move accumulators.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Nested.h"

using namespace mlir;
using levada::flow::SqlType;

namespace levada::codegen {
using catalog::Pass; // not MLIR's

/// The 16 bytes of a value in a DISTINCT set, and whether they are a text.
static Value setMember(Lowering &l, Value value, SqlType type) {
  Emitter &e = l.e;
  if (isStr(type))
    return value;
  Value slot = e.stack(16, 16);
  Rep rep = repOf(type);
  if (sizeOf(rep) < 16) {
    e.store(e.i64(0), slot, 8);
    e.store(e.i64(0), e.offset(slot, 8), 8);
  }
  e.storeRep(rep, value, slot);
  return slot;
}

namespace {
/// What one aggregate is given.
struct Given {
  llvm::SmallVector<Value> args; ///< as they are passed
  llvm::SmallVector<SqlType> types;
  llvm::SmallVector<Scalar> scalars;
  Value condition; ///< must hold for the row to count; null: always

  /// Its arguments begin at `at` of those of the update.
  Given(Lowering &l, exec::UpdateOp op, const AggPlan &agg, unsigned at) {
    Emitter &e = l.e;
    auto require = [&](Value flag) { condition = condition ? e.bitAnd(condition, flag) : flag; };
    for (unsigned i = 0; i < agg.argCount; ++i, ++at) {
      Scalar argument = l.get(op.getArgs()[at]);
      scalars.push_back(argument);
      // One that may be NULL is passed by its address, or none.
      const catalog::Param &param = agg.impl->params[i];
      auto type = cast<SqlType>(op.getArgs()[at].getType());
      types.push_back(type);
      if (param.nullable) {
        Value address = l.passAddress(argument.value, type, param.pass);
        args.push_back(argument.isNull ? e.select(argument.isNull, e.null(), address) : address);
        continue;
      }
      if (argument.isNull)
        require(e.inverse(argument.isNull));
      args.push_back(argument.value);
    }
    if (!agg.attr.getFilter().empty())
      require(l.isTrue(l.get(op.getArgs()[at])));
  }
  static unsigned count(const AggPlan &agg) {
    return agg.argCount + !agg.attr.getFilter().empty();
  }
  /// As C takes them.
  llvm::SmallVector<Value> passed(Lowering &l, const AggPlan &agg) const {
    llvm::SmallVector<Value> passed;
    for (auto [arg, type, param] : llvm::zip(args, types, agg.impl->params))
      passed.push_back(param.pass == Pass::None || param.nullable ? arg
                                                                  : l.pass(arg, type, param.pass));
    return passed;
  }
};
} // namespace

static void addTo(Lowering &l, const AggPlan &agg, Value acc, const Given &given, Value taken) {
  Emitter &e = l.e;
  Value state = e.offset(acc, agg.offset);
  auto add = [&] {
    auto values = given.passed(l, agg);
    auto abi = e.abi();
    abi.aggAdd(*agg.impl, l.ctx, state, values);
  };
  if (taken)
    return changeKept(l, agg, acc, given.scalars, taken, add, [&] {
      auto values = given.passed(l, agg);
      auto abi = e.abi();
      abi.aggRetract(*agg.impl, l.ctx, state, values);
    });
  if (agg.setOffset < 0)
    return add();
  Scalar value = given.scalars[0];
  auto isFresh = [&] {
    auto abi = e.abi();
    return abi::rt_distinct_add(abi, l.ctx, e.offset(acc, agg.setOffset),
                                setMember(l, value.value, given.types[0]),
                                e.i1(isStr(given.types[0])));
  };
  // What takes NULLs sees by itself to having one of them.
  bool takesNull = agg.impl->params[0].nullable && value.isNull;
  e.when(takesNull ? e.choose(value.isNull, e.intType(1), [&] { return e.i1(true); }, isFresh)
                   : isFresh(),
         add);
}

/// Takes the row's value out of the aggregates with those `elements`, in the slice
/// of `time`.
static void takeBack(Lowering &l, exec::UpdateOp op, const SlotPlan &slot, int elements,
                     Value hash, Value time) {
  Emitter &e = l.e;
  l.declareConstant(slot.desc);
  Value key = l.keyBytes(slot.key, l.get(op.getKeys()));
  auto abi = e.abi();
  Value acc = abi::rt_window(abi, l.ctx, e.i32(l.plan.indexOf(op.getSlotAttr())),
                             e.addressOf(slot.desc), l.watermark, time, hash, key);
  e.when(e.ne(acc, e.null()), [&] {
    unsigned at = 0;
    for (const AggPlan &agg : slot.aggs) {
      if (agg.elements == elements && agg.impl->retracts) {
        Given given(l, op, agg, at);
        auto values = given.passed(l, agg);
        auto abi = e.abi();
        abi.aggRetract(*agg.impl, l.ctx, e.offset(acc, agg.offset), values);
      }
      at += Given::count(agg);
    }
  });
}

/// For each aggregate whose DISTINCT values are a slot, whether the row brings a new
/// one, or where it is `taken` back takes the last one; null for others. `hash`: of
/// the key; `known`: else none does; `lives`: of the group.
static llvm::SmallVector<Value> seeValues(Lowering &l, exec::UpdateOp op, const SlotPlan &slot,
                                          Value hash, Value time, Value known = {},
                                          Value lives = {}, Value taken = {}) {
  Emitter &e = l.e;
  exec::SlotOp slotOp = slot.op;
  const bool isGroup = slotOp.getKind() == "group";
  llvm::SmallVector<Value> fresh;
  unsigned at = 0;
  for (auto [i, agg] : llvm::enumerate(slot.aggs)) {
    unsigned first = at;
    at += Given::count(agg);
    Value shared;
    for (unsigned before = 0; agg.apart && before < i; ++before)
      if (slot.aggs[before].elements == agg.elements)
        shared = fresh[before];
    fresh.push_back(shared);
    if (!agg.apart || shared)
      continue;
    Given given(l, op, agg, first);
    // What takes NULLs sees by itself to having one of them.
    Value isNull = given.scalars[0].isNull, no = e.i1(false), counts = given.condition;
    if (agg.impl->params[0].nullable && isNull) {
      Value some = e.inverse(isNull);
      counts = counts ? e.bitAnd(counts, some) : some;
    }
    if (known)
      counts = counts ? e.bitAnd(counts, known) : known;
    const SlotPlan &values = l.plan.slots[agg.elements];
    auto look = [&] {
      llvm::SmallVector<Scalar> parts = l.get(op.getKeys());
      parts.push_back({given.scalars[0].value, {}});
      Value key = l.keyBytes(values.key, parts), number = e.i32(agg.elements);
      l.declareConstant(values.desc);
      l.declareConstant(values.layout);
      Value desc = e.addressOf(values.desc), element = l.hashOf(key, values.layout);
      auto abi = e.abi();
      Value own = abi::rt_element_hash(abi, element, hash);
      // What came in a later step is taken out of that one.
      auto isEarlier = [&](Value acc, Value times) {
        Value at = e.offset(acc, 8), since = e.load(e.intType(64), at, 8);
        Value fresh = e.eq(times, e.i64(0));
        Value earlier = e.bitAnd(e.inverse(fresh), e.slt(time, since));
        Value changed = e.bitOr(fresh, earlier);
        e.store(e.i64(1), acc, 8);
        e.store(e.select(changed, time, since), at, 8);
        e.when(earlier, [&] { takeBack(l, op, slot, agg.elements, hash, since); });
        return changed;
      };
      auto isFirst = [&](Value acc) {
        Value times = e.load(e.intType(64), acc, 8), one = e.i64(1), none = e.i64(0);
        if (values.since)
          return isEarlier(acc, times);
        if (!slot.lives) {
          Value isNew = e.eq(times, none);
          e.store(values.corrects ? e.select(isNew, one, times) : one, acc, 8);
          return isNew;
        }
        Value life = e.offset(acc, 8);
        times = e.select(e.eq(e.load(e.intType(64), life, 8), lives), times, none);
        e.store(lives, life, 8);
        e.store(e.add(times, taken ? e.select(taken, e.i64(-1), one) : one), acc, 8);
        return e.eq(times, taken ? e.select(taken, one, none) : none);
      };
      if (isGroup)
        return isFirst(abi::rt_group(abi, l.ctx, number, desc, own, key));
      Value acc = abi::rt_window(abi, l.ctx, number, desc, l.watermark, time, own, key);
      return e.choose(e.eq(acc, e.null()), e.intType(1), [&] { return no; },
                      [&] { return isFirst(acc); });
    };
    fresh.back() = counts ? e.choose(counts, e.intType(1), look, [&] { return no; }) : look();
  }
  return fresh;
}

/// `fresh`: from seeValues. `taken`: a flag that says that the row is taken back, or
/// null.
static void addAll(Lowering &l, exec::UpdateOp op, const SlotPlan &slot, Value acc,
                   llvm::ArrayRef<Value> fresh, Value taken = {}) {
  Emitter &e = l.e;
  unsigned at = 0;
  for (auto [agg, isNew] : llvm::zip(slot.aggs, fresh)) {
    Given given(l, op, agg, at);
    at += Given::count(agg);
    Value condition = given.condition;
    if (isNew && agg.impl->params[0].nullable && given.scalars[0].isNull) {
      Value either = e.bitOr(isNew, given.scalars[0].isNull);
      condition = condition ? e.bitAnd(condition, either) : either;
    } else if (isNew) {
      condition = isNew;
    }
    auto add = [&] { addTo(l, agg, acc, given, taken); };
    if (condition)
      e.when(condition, add);
    else
      add();
  }
}

/// The region of a group with keys alone, for the first row of a key.
static void onFirst(Lowering &l, exec::UpdateOp op, Value acc) {
  Emitter &e = l.e;
  Block *first = e.newBlock(), *after = e.newBlock();
  e.condBr(e.eq(e.load(e.intType(64), acc, 8), e.i64(0)), first, after);
  e.enter(first);
  e.store(e.i64(1), acc, 8);
  l.lowerBlock(op.getLate().front());
  e.br(after);
  e.enter(after);
}

void lowerUpdate(Lowering &l, exec::UpdateOp op) {
  Emitter &e = l.e;
  unsigned index = l.plan.indexOf(op.getSlotAttr());
  SlotPlan &slot = l.plan.slots[index];
  llvm::StringRef kind = slot.op.getKind();
  Value time;
  if (op.getTime()) {
    Scalar scalar = l.get(op.getTime());
    if (scalar.isNull)
      l.failIf(scalar.isNull, RowError::NullTime, op.getLoc());
    time = scalar.value;
  }
  Value key = l.keyBytes(slot.key, l.get(op.getKeys()));
  Value number = e.i32(index);
  l.declareConstant(slot.desc);
  Value desc = e.addressOf(slot.desc);
  auto abi = e.abi();
  if (kind == "sort") {
    abi::rt_sort(abi, l.ctx, number, desc, key);
    l.count(slot.op.getOp(), kCountAbsorbed);
    return;
  }
  l.declareConstant(slot.layout);
  Value hash = l.hashOf(key, slot.layout);
  llvm::SmallVector<Value> fresh;
  if (slot.lives) { // -U and -D of a row that was never there say nothing
    Value head = abi::rt_group(abi, l.ctx, number, desc, hash, key);
    Value lives = e.load(e.intType(64), e.offset(head, 8), 8), known, taken;
    if (op.getKind()) {
      taken = e.op<LLVM::TruncOp>(e.intType(1), l.get(op.getKind()).value);
      Value empty = e.eq(e.load(e.intType(64), head, 8), e.i64(0));
      known = e.inverse(e.bitAnd(taken, empty));
    }
    fresh = seeValues(l, op, slot, hash, time, known, lives, taken);
  } else {
    fresh = seeValues(l, op, slot, hash, time);
  }
  if (kind == "group") {
    Value acc = abi::rt_group(abi, l.ctx, number, desc, hash, key);
    l.count(slot.op.getOp(), kCountAbsorbed);
    if (slot.op.getUpdating())
      return lowerChanges(l, op, slot, acc, [&](Value taken) { addAll(l, op, slot, acc, fresh, taken); });
    if (!op.getLate().front().empty())
      onFirst(l, op, acc);
    return addAll(l, op, slot, acc, fresh);
  }
  Value acc = kind == "session"
                  ? abi::rt_session(abi, l.ctx, number, desc, l.watermark, time, hash, key)
                  : abi::rt_window(abi, l.ctx, number, desc, l.watermark, time, hash, key);
  Block *inTime = e.newBlock(), *late = e.newBlock(), *after = e.newBlock();
  e.rarely(e.ne(abi::rt_failed(abi, l.ctx), e.i32(0)), l.returnBlock(true), inTime);
  e.enter(inTime);
  Block *absorbed = e.newBlock();
  e.rarely(e.eq(acc, e.null()), late, absorbed);
  e.enter(absorbed);
  l.count(slot.op.getOp(), kCountAbsorbed);
  addAll(l, op, slot, acc, fresh);
  e.br(after);
  e.enter(late);
  l.lowerBlock(op.getLate().front());
  e.br(after);
  e.enter(after);
}

} // namespace levada::codegen
