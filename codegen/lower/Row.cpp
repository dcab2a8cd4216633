//===- Row.cpp - exec.when, guard, watermark, count -----------------------===//
#include "codegen/lower/Lower.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace levada::codegen {

/// LEVADA_COUNT_* of abi.h, in their order.
static unsigned counterKind(llvm::StringRef kind) {
  return llvm::StringSwitch<unsigned>(kind)
      .Case("in", kCountIn)
      .Case("passed", kCountPassed)
      .Case("filtered", kCountFiltered)
      .Case("absorbed", kCountAbsorbed)
      .Case("late", kCountLate)
      .Case("bad", kCountBad)
      .Default(kCountMade);
}

void lowerWhen(Lowering &l, exec::WhenOp op) {
  Emitter &e = l.e;
  Block *yes = e.newBlock(), *no = e.newBlock(), *after = e.newBlock();
  e.condBr(l.isTrue(l.get(op.getCondition())), yes, no);
  e.enter(no);
  l.count(op.getOp(), kCountFiltered);
  e.br(after);
  e.enter(yes);
  l.count(op.getOp(), kCountPassed);
  l.lowerBlock(op.getBody().front());
  e.br(after);
  e.enter(after);
}

void lowerGuard(Lowering &l, exec::GuardOp op) {
  int dead = op.getDeadLetterAttr() ? int(l.plan.indexOf(op.getDeadLetterAttr())) : -1;
  l.guarded(static_cast<uint8_t>(op.getPolicy()), op.getOp(), dead,
            [&] { l.lowerBlock(op.getBody().front()); });
}

void lowerWatermark(Lowering &l, exec::WatermarkOp op) {
  Emitter &e = l.e;
  Scalar time = l.get(op.getValue());
  if (time.isNull)
    l.failIf(time.isNull, RowError::NullTime, op.getLoc());
  Value highest = e.load(e.intType(64), l.nextWatermark);
  e.store(e.smax(highest, time.value), l.nextWatermark);
}

void lowerCount(Lowering &l, exec::CountOp op) { l.count(op.getOp(), counterKind(op.getKind())); }

} // namespace levada::codegen
