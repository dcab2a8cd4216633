//===- Expand.cpp - exec.expand --------------------------------------------===//
//
// Windows of a time, by arithmetic alone: the region runs in a loop, once for
// each. A TIMESTAMP_LTZ's windows align in the session's zone; with UTC that
// costs nothing.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Lower.h"

using namespace mlir;
using levada::flow::SqlKind;
using levada::flow::SqlType;
using levada::flow::WindowKind;

namespace levada::codegen {

/// value modulo a positive constant, never negative.
static Value floorModulo(Emitter &e, Value value, int64_t modulus) {
  Value r = e.op<LLVM::SRemOp>(value, e.i64(modulus));
  return e.select(e.slt(r, e.i64(0)), e.add(r, e.i64(modulus)), r);
}

void lowerExpand(Lowering &l, exec::ExpandOp op) {
  Emitter &e = l.e;
  Scalar time = l.get(op.getTime());
  if (time.isNull)
    l.failIf(time.isNull, RowError::NullTime, op.getLoc());
  auto type = cast<SqlType>(op.getTime().getType());
  bool local = type.getKind() == SqlKind::TimestampLtz && l.plan.timeZone() != "UTC";
  Value at = local ? e.call("levada_zone_to_local_ms", {l.ctx, time.value}) : time.value;

  flow::WindowAttr window = op.getWindow();
  int64_t size = window.getSize(), step = window.getSlide();
  WindowKind kind = window.getKind();
  auto startOf = [&](int64_t unit) {
    return e.sub(at, floorModulo(e, e.sub(at, e.i64(window.getOffset())), unit));
  };
  auto body = [&](Value start, Value end) {
    Value windowTime = end;
    if (local)
      windowTime = e.call("levada_zone_to_utc_ms", {l.ctx, end});
    Block &block = op.getBody().front();
    l.set(block.getArgument(0), {start, {}});
    l.set(block.getArgument(1), {end, {}});
    l.set(block.getArgument(2), {e.sub(windowTime, e.i64(1)), {}});
    l.lowerBlock(block);
  };
  if (kind == WindowKind::tumble) {
    Value start = startOf(size);
    return body(start, e.add(start, e.i64(size)));
  }

  // hop: from the last window that starts at or before the time, backwards.
  // cumulate: from the first that ends after it, forwards.
  Value start = startOf(kind == WindowKind::hop ? step : size);
  Value first = start;
  if (kind == WindowKind::cumulate) {
    Value into = e.sub(at, start);
    first = e.add(start, e.sub(e.add(into, e.i64(step)), floorModulo(e, into, step)));
  }
  Block *head = e.newBlock(e.intType(64)), *inside = e.newBlock(), *after = e.newBlock();
  e.br(head, first);
  e.enter(head);
  Value moving = head->getArgument(0);
  if (kind == WindowKind::hop)
    e.condBr(e.slt(e.sub(at, e.i64(size)), moving), inside, after);
  else
    e.condBr(e.slt(e.add(start, e.i64(size)), moving), after, inside);
  e.enter(inside);
  if (kind == WindowKind::hop)
    body(moving, e.add(moving, e.i64(size)));
  else
    body(start, moving);
  e.br(head, e.add(moving, e.i64(kind == WindowKind::hop ? -step : step)));
  e.enter(after);
}

} // namespace levada::codegen
