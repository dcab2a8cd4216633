//===- Update.cpp - exec.update --------------------------------------------===//
//
// The key goes into canonical bytes, the runtime finds the accumulators (or
// says that the row is late), and each aggregate adds its argument in place:
// not where it is NULL, its FILTER is not TRUE, or its DISTINCT set has it.
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

static void addTo(Lowering &l, const AggPlan &agg, Value acc, llvm::ArrayRef<Value> args,
                  llvm::ArrayRef<SqlType> types, llvm::ArrayRef<Scalar> given, Value taken) {
  Emitter &e = l.e;
  Value state = e.offset(acc, agg.offset);
  auto passed = [&] {
    llvm::SmallVector<Value> passed;
    for (auto [arg, type, param] : llvm::zip(args, types, agg.impl->params))
      passed.push_back(param.pass == Pass::None || param.nullable ? arg
                                                                  : l.pass(arg, type, param.pass));
    return passed;
  };
  auto add = [&] {
    auto values = passed();
    auto abi = e.abi();
    abi.aggAdd(*agg.impl, l.ctx, state, values);
  };
  if (taken)
    return changeKept(l, agg, acc, given, taken, add, [&] {
      auto values = passed();
      auto abi = e.abi();
      abi.aggRetract(*agg.impl, l.ctx, state, values);
    });
  if (agg.setOffset < 0)
    return add();
  auto isFresh = [&] {
    auto abi = e.abi();
    return abi::rt_distinct_add(abi, l.ctx, e.offset(acc, agg.setOffset),
                                setMember(l, given[0].value, types[0]), e.i1(isStr(types[0])));
  };
  // What takes NULLs sees by itself to having one of them.
  bool takesNull = agg.impl->params[0].nullable && given[0].isNull;
  e.when(takesNull ? e.choose(given[0].isNull, e.intType(1), [&] { return e.i1(true); }, isFresh)
                   : isFresh(),
         add);
}

/// `taken`: a flag that says that the row is taken back, or null.
static void addAll(Lowering &l, exec::UpdateOp op, const SlotPlan &slot, Value acc,
                   Value taken = {}) {
  Emitter &e = l.e;
  unsigned at = 0;
  for (const AggPlan &agg : slot.aggs) {
    llvm::SmallVector<Value> args;
    llvm::SmallVector<SqlType> types;
    llvm::SmallVector<Scalar> given;
    Value condition; // all of it must hold for the row to count
    auto require = [&](Value flag) { condition = condition ? e.bitAnd(condition, flag) : flag; };
    for (unsigned i = 0; i < agg.argCount; ++i, ++at) {
      Scalar argument = l.get(op.getArgs()[at]);
      given.push_back(argument);
      // One that may be NULL is passed by its address, or none.
      const catalog::Param &param = agg.impl->params[i];
      auto type = cast<SqlType>(op.getArgs()[at].getType());
      if (param.nullable) {
        Value address = l.passAddress(argument.value, type, param.pass);
        args.push_back(argument.isNull ? e.select(argument.isNull, e.null(), address) : address);
        types.push_back(type);
        continue;
      }
      if (argument.isNull)
        require(e.inverse(argument.isNull));
      args.push_back(argument.value);
      types.push_back(cast<SqlType>(op.getArgs()[at].getType()));
    }
    if (!agg.attr.getFilter().empty())
      require(l.isTrue(l.get(op.getArgs()[at++])));
    if (condition)
      e.when(condition, [&] { addTo(l, agg, acc, args, types, given, taken); });
    else
      addTo(l, agg, acc, args, types, given, taken);
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
  if (kind == "group") {
    Value acc = abi::rt_group(abi, l.ctx, number, desc, hash, key);
    l.count(slot.op.getOp(), kCountAbsorbed);
    if (slot.op.getUpdating())
      return lowerChanges(l, op, slot, acc, [&](Value taken) { addAll(l, op, slot, acc, taken); });
    if (!op.getLate().front().empty())
      onFirst(l, op, acc);
    return addAll(l, op, slot, acc);
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
  addAll(l, op, slot, acc);
  e.br(after);
  e.enter(late);
  l.lowerBlock(op.getLate().front());
  e.br(after);
  e.enter(after);
}

} // namespace levada::codegen
