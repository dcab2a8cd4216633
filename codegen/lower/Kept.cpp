//===- Kept.cpp - aggregates whose rows may be taken back ------------------===//
//
// Counts and exact sums go back by calculation. Everything else keeps its
// arguments: equal ones with a count for DISTINCT, MIN and MAX, else all in the
// order they came. When one goes that counted, the state begins again from those
// that are left: so float sums and lists are what they would be without it.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Nested.h"

using namespace mlir;
using levada::flow::SqlType;

namespace levada::codegen {
using catalog::Pass; // not MLIR's

Value stateOfKept(Lowering &l, const AggPlan &agg, Value acc) {
  Emitter &e = l.e;
  Value state = e.offset(acc, agg.offset), arena;
  auto abi = e.abi();
  if (agg.anew) {
    state = e.stack(agg.impl->size, 16);
    abi.aggInit(*agg.impl, state);
    arena = e.field(l.ctx, abi::field::ctx::state_arena);
    e.setField(l.ctx, abi::field::ctx::state_arena, abi.address(l.ctx, abi::field::ctx::arena));
  } else {
    abi.aggReset(*agg.impl, state);
  }
  l.declareConstant(agg.keptLayout);
  Value index = e.stack(8);
  e.store(e.i64(0), index, 8);
  Block *head = e.newBlock(), *body = e.newBlock(), *after = e.newBlock();
  e.br(head);
  e.enter(head);
  Value row = abi::rt_kept_next(abi, e.offset(acc, agg.keptOffset), e.addressOf(agg.keptLayout), index);
  e.condBr(e.eq(row, e.null()), after, body);
  e.enter(body);
  llvm::SmallVector<Value> arguments;
  for (auto [column, param] : llvm::zip(agg.kept.columns, agg.impl->params)) {
    Scalar value = e.loadColumn(row, column);
    if (param.nullable) {
      Value address = l.passAddress(value.value, column.type, param.pass);
      arguments.push_back(value.isNull ? e.select(value.isNull, e.null(), address) : address);
    } else {
      arguments.push_back(param.pass == Pass::None ? value.value
                                                   : l.pass(value.value, column.type, param.pass));
    }
  }
  auto adding = e.abi();
  adding.aggAdd(*agg.impl, l.ctx, state, arguments);
  e.br(head);
  e.enter(after);
  if (agg.anew)
    e.setField(l.ctx, abi::field::ctx::state_arena, arena);
  return state;
}

/// Whether MIN or MAX may be another one without its argument: it is the extreme.
static Value isExtreme(Lowering &l, const AggPlan &agg, Value acc, Value argument) {
  Emitter &e = l.e;
  auto type = cast<SqlType>(agg.attr.getType());
  auto abi = e.abi();
  Value out = l.resultSlot(type, agg.impl->result.pass);
  abi.aggGet(*agg.impl, l.ctx, e.offset(acc, agg.offset), out);
  Value extreme = l.result(out, type, agg.impl->result.pass);
  if (isa<FloatType>(extreme.getType())) // NaN may be it
    return e.op<LLVM::FCmpOp>(LLVM::FCmpPredicate::ueq, extreme, argument);
  return l.compare(flow::Predicate::eq, extreme, argument, type);
}

void forgetAll(Lowering &l, const SlotPlan &slot, Value acc) {
  Emitter &e = l.e;
  if (slot.lives) {
    Value lives = e.offset(acc, 8);
    e.store(e.add(e.load(e.intType(64), lives, 8), e.i64(1)), lives, 8);
  }
  for (const AggPlan &agg : slot.aggs) {
    auto abi = e.abi();
    abi.aggReset(*agg.impl, e.offset(acc, agg.offset));
    if (agg.keptOffset < 0)
      continue;
    l.declareConstant(agg.keptLayout);
    abi::rt_kept_clear(abi, e.offset(acc, agg.keptOffset), e.addressOf(agg.keptLayout));
  }
}

void changeKept(Lowering &l, const AggPlan &agg, Value acc, llvm::ArrayRef<Scalar> given,
                Value taken, llvm::function_ref<void()> add, llvm::function_ref<void()> retract) {
  Emitter &e = l.e;
  Block *back = e.newBlock(), *more = e.newBlock(), *after = e.newBlock();
  bool distinct = agg.attr.getDistinct();
  if (agg.keptOffset < 0) {
    e.condBr(taken, back, more);
    e.enter(back);
    retract();
    e.br(after);
    e.enter(more);
    add();
    e.br(after);
    return e.enter(after);
  }
  l.declareConstant(agg.keptLayout);
  Value layout = e.addressOf(agg.keptLayout), kept = e.offset(acc, agg.keptOffset);
  Value bytes = l.keyBytes(agg.kept, given), counted = e.i1(agg.counted);
  e.condBr(taken, back, more);
  e.enter(more);
  {
    auto abi = e.abi();
    Value fresh = abi::rt_kept_add(abi, l.ctx, kept, layout, bytes, counted);
    if (!agg.anew)
      e.when(fresh, [&] { add(); });
  }
  e.br(after);
  e.enter(back);
  {
    auto abi = e.abi();
    Value left = abi::rt_kept_remove(abi, l.ctx, kept, layout, bytes, counted);
    Value gone = e.eq(left, e.i32(LEVADA_KEPT_LAST));
    if (!agg.anew)
      e.when(gone, [&] {
        if (distinct && agg.impl->retracts)
          return retract();
        if (distinct || !agg.counted) {
          stateOfKept(l, agg, acc);
          return;
        }
        e.when(isExtreme(l, agg, acc, given[0].value), [&] { stateOfKept(l, agg, acc); });
      });
  }
  e.br(after);
  e.enter(after);
}

} // namespace levada::codegen
