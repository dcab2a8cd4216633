//===- Emit.cpp - exec.emit ------------------------------------------------===//
//
// A row is written in place into the receiver's batch. The hash that picks the
// receiver is that of the canonical bytes of the leading columns: the same the
// slot behind the channel looks up its key by.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Lower.h"

using namespace mlir;

namespace levada::codegen {

/// The symbol of the layout of keys of these types.
static std::string hashLayout(Plan &plan, exec::EmitOp op, const Layout &layout) {
  std::string name = "levada_layout.emit." + std::to_string(plan.indexOf(op.getChannelAttr())) +
                     "." + std::to_string(op.getHash());
  auto symbol = StringAttr::get(op.getContext(), name);
  plan.hashLayouts.insert({symbol, layout});
  return name;
}

/// Where a row that is emitted here stands: among those of its source's chunk, or
/// of all that the worker emits (its order is the number's, and that of the row at
/// hand or of the window that fired).
static Value placeOf(Lowering &l) {
  Emitter &e = l.e;
  if (!l.placeCounter) {
    Value place = e.field(l.ctx, abi::field::ctx::emitted);
    e.setField(l.ctx, abi::field::ctx::emitted, e.add(place, e.i64(1)));
    return place;
  }
  Value place = e.load(e.intType(64), l.placeCounter);
  e.store(e.add(place, e.i64(1)), l.placeCounter);
  return place;
}

void lowerEmit(Lowering &l, exec::EmitOp op) {
  Emitter &e = l.e;
  ChannelPlan &channel = l.plan.channels[l.plan.indexOf(op.getChannelAttr())];
  llvm::SmallVector<Scalar> values = l.get(op.getValues());
  Value hash = e.i64(0);
  if (op.getHash() && !channel.op.getSingle()) {
    llvm::SmallVector<flow::SqlType> types;
    for (Value value : op.getValues().take_front(op.getHash()))
      types.push_back(cast<flow::SqlType>(value.getType()));
    Layout layout(types, 0);
    Value key = l.keyBytes(layout, llvm::ArrayRef(values).take_front(op.getHash()));
    std::string symbol = hashLayout(l.plan, op, layout);
    l.declareConstant(symbol);
    hash = l.hashOf(key, symbol);
  }
  l.keepPlace();
  auto abi = e.abi();
  Value row = abi::rt_row(abi, l.ctx, e.i32(l.plan.indexOf(op.getChannelAttr())),
                          e.i32(channel.row.size), hash);
  e.store(l.headerWatermark, row, 8);
  if (channel.placeOffset >= 0)
    e.store(placeOf(l), e.offset(row, channel.placeOffset), 8);
  if (channel.hashOffset >= 0)
    e.store(hash, e.offset(row, channel.hashOffset), 8);
  for (auto [column, value] : llvm::zip(channel.row.columns, values))
    e.storeColumn(row, column, value, channel.waits || column.rep == Rep::Str);
}

} // namespace levada::codegen
