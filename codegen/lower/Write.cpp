//===- Write.cpp - exec.write ----------------------------------------------===//
#include "codegen/format/Format.h"
#include "codegen/lower/Lower.h"

using namespace mlir;

namespace levada::codegen {
using exec::ChangeKind;

void lowerWrite(Lowering &l, exec::WriteOp op) {
  unsigned index = l.plan.indexOf(op.getSinkAttr());
  SinkPlan &sink = l.plan.sinks[index];
  if (sink.op.getConnector() == "blackhole") {
    // Nothing reads the bytes: count the row, and let the values fold away.
    auto abi = l.e.abi();
    Value out = abi::rt_out(abi, l.ctx, l.e.i32(index), l.e.i64(0));
    l.e.setField(out, abi::field::out::rows,
                 l.e.add(l.e.field(out, abi::field::out::rows), l.e.i64(1)));
    return;
  }
  Value kind = op.getKind() ? l.get(op.getKind()).value : Value();
  Block *after = nullptr;
  if (kind && op.getBefore() == "drop") {
    Block *kept = l.e.newBlock();
    after = l.e.newBlock();
    l.e.condBr(l.e.eq(kind, l.e.i8(int8_t(ChangeKind::UpdateBefore))), after, kept);
    l.e.enter(kept);
  }
  if (kind && op.getBefore() == "delete")
    kind = l.e.select(l.e.eq(kind, l.e.i8(int8_t(ChangeKind::UpdateBefore))),
                      l.e.i8(int8_t(ChangeKind::Delete)), kind);
  llvm::SmallVector<Scalar> values = l.get(op.getValues());
  auto types = sink.op.getTypes();
  for (auto [i, value] : llvm::enumerate(values)) {
    auto wanted = cast<flow::SqlType>(cast<TypeAttr>(types[i]).getValue());
    if (wanted.getNullable() || !value.isNull)
      continue;
    auto column = cast<StringAttr>(sink.op.getColumns()[i]).getValue();
    l.failIf(value.isNull, RowError::NullValue, op.getLoc(),
             ("NULL in the column `" + column + "`, which is NOT NULL").str());
    value.isNull = {};
  }
  l.keepPlace();
  format::encodeRow(l, sink, index, values, kind);
  if (after) {
    l.e.br(after);
    l.e.enter(after);
  }
}

} // namespace levada::codegen
