//===- Changes.cpp - exec.update of a group whose rows change --------------===//
//
// A key's row is asked for before and after an input row is added or taken back.
// The region is there once: +I enters it for the first row of a key, -D when the
// last one goes; where the results differ, -U enters it with the results before
// and comes back as +U with those after. As in Flink, rows that stay the same say
// nothing.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Lower.h"

using namespace mlir;
using levada::exec::ChangeKind;
using levada::flow::SqlType;

namespace levada::codegen {

/// The results that the region reads, as the accumulators give them now.
static llvm::SmallVector<Scalar> resultsOf(Lowering &l, exec::UpdateOp op, const SlotPlan &slot,
                                           Value acc) {
  Emitter &e = l.e;
  llvm::SmallVector<Scalar> results;
  for (auto [agg, target] : llvm::zip(slot.aggs, op.getLate().getArguments().drop_front())) {
    if (target.use_empty())
      continue;
    auto type = cast<SqlType>(agg.attr.getType());
    Value state = agg.anew && agg.keptOffset >= 0 ? stateOfKept(l, agg, acc)
                                                  : e.offset(acc, agg.offset);
    auto abi = e.abi();
    Value out = l.resultSlot(type, agg.impl->result.pass);
    Value status = abi.aggGet(*agg.impl, l.ctx, state, out);
    l.failOnStatus(status, op.getLoc());
    results.push_back({l.result(out, type, agg.impl->result.pass),
                       type.getNullable() ? e.eq(status, e.i32(LEVADA_NULL)) : Value()});
  }
  return results;
}

/// Whether a result is another one than before: two NULLs are the same.
static Value differs(Lowering &l, Scalar before, Scalar after, SqlType type) {
  Emitter &e = l.e;
  auto compare = [&] { return l.compare(flow::Predicate::ne, before.value, after.value, type); };
  if (!before.isNull)
    return compare();
  Value either = e.bitOr(before.isNull, after.isNull);
  return e.choose(
      either, e.intType(1), [&] { return e.ne(before.isNull, after.isNull); }, compare);
}

/// Whether rows that the region makes live on behind it.
static bool emitsRows(exec::UpdateOp op) {
  WalkResult found = op.getLate().walk([](Operation *inner) {
    auto guard = dyn_cast<exec::GuardOp>(inner);
    bool emits = isa<exec::EmitOp>(inner) || (guard && guard.getDeadLetterAttr());
    return emits ? WalkResult::interrupt() : WalkResult::advance();
  });
  return found.wasInterrupted();
}

void lowerChanges(Lowering &l, exec::UpdateOp op, SlotPlan &slot, Value acc,
                  llvm::function_ref<void(Value taken)> add) {
  Emitter &e = l.e;
  auto kindOf = [&](ChangeKind kind) { return e.i8(static_cast<int8_t>(kind)); };
  llvm::SmallVector<BlockArgument> read;
  for (BlockArgument argument : op.getLate().getArguments().drop_front())
    if (!argument.use_empty())
      read.push_back(argument);

  // Texts of results would pile up until the batch is done.
  bool texts = llvm::any_of(read, [](BlockArgument a) { return isStr(cast<SqlType>(a.getType())); });
  Value mark = texts && !emitsRows(op) ? e.stack(32) : Value();
  if (mark) {
    auto abi = e.abi();
    abi::rt_mark(abi, l.ctx, mark);
  }
  Block *done = e.newBlock();
  Value rows = e.load(e.intType(64), acc, 8), taken;
  if (op.getKind()) { // -U and -D of a row that was never there say nothing
    Value kind = l.get(op.getKind()).value;
    taken = e.op<LLVM::TruncOp>(e.intType(1), kind);
    Block *known = e.newBlock();
    e.rarely(e.bitAnd(taken, e.eq(rows, e.i64(0))), done, known);
    e.enter(known);
  }
  llvm::SmallVector<Scalar> before = resultsOf(l, op, slot, acc);
  Value left;
  if (slot.op.getUpsert()) { // the row that comes is the only one
    left = e.select(taken, e.i64(0), e.i64(1));
    forgetAll(l, slot, acc);
    e.when(e.inverse(taken), [&] { add({}); });
  } else {
    left = e.add(rows, taken ? e.select(taken, e.i64(-1), e.i64(1)) : e.i64(1));
    add(taken);
  }
  e.store(left, acc, 8);
  llvm::SmallVector<Scalar> after = resultsOf(l, op, slot, acc);

  // The region: a block of the kind and of each result with its NULL flag.
  llvm::SmallVector<Type> types = {e.intType(8)};
  for (BlockArgument argument : read) {
    types.push_back(ssaType(e.context(), repOf(cast<SqlType>(argument.getType()))));
    types.push_back(e.intType(1));
  }
  auto operands = [&](ChangeKind kind, llvm::ArrayRef<Scalar> results) {
    llvm::SmallVector<Value> values = {kindOf(kind)};
    for (const Scalar &result : results) {
      values.push_back(result.value);
      values.push_back(l.nullFlag(result));
    }
    return values;
  };
  Block *region = e.newBlock(types), *old = e.newBlock();
  e.condBr(e.eq(rows, e.i64(0)), region, old, operands(ChangeKind::Insert, after));

  e.enter(old);
  if (taken) {
    Block *goes = e.newBlock(), *stays = e.newBlock();
    e.condBr(e.eq(left, e.i64(0)), goes, stays);
    e.enter(goes);
    forgetAll(l, slot, acc);
    e.br(region, operands(ChangeKind::Delete, before));
    e.enter(stays);
  }
  Value changed = e.i1(false);
  for (auto [argument, was, is] : llvm::zip(read, before, after))
    changed = e.bitOr(changed, differs(l, was, is, cast<SqlType>(argument.getType())));
  e.condBr(changed, region, done,
           op.getAfterOnly() ? operands(ChangeKind::UpdateAfter, after)
                             : operands(ChangeKind::UpdateBefore, before));

  e.enter(region);
  Value kind = region->getArgument(0);
  l.set(op.getLate().getArgument(0), {kind, {}});
  for (auto [i, argument] : llvm::enumerate(read)) {
    bool nullable = cast<SqlType>(argument.getType()).getNullable();
    l.set(argument, {region->getArgument(1 + 2 * i),
                     nullable ? Value(region->getArgument(2 + 2 * i)) : Value()});
  }
  l.lowerBlock(op.getLate().front());
  // +U follows -U.
  if (op.getAfterOnly())
    e.br(done);
  else
    e.condBr(e.eq(kind, kindOf(ChangeKind::UpdateBefore)), region, done,
             operands(ChangeKind::UpdateAfter, after));
  e.enter(done);
  if (mark) {
    auto abi = e.abi();
    abi::rt_release(abi, l.ctx, mark);
  }
}

} // namespace levada::codegen
