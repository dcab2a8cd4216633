//===- Constant.cpp - flow.constant ---------------------------------------===//
#include "codegen/lower/Lower.h"

using namespace mlir;

namespace levada::codegen {

Scalar constantScalar(Lowering &l, Attribute value, flow::SqlType sqlType) {
  Rep rep = repOf(sqlType);
  if (isa<UnitAttr>(value))
    return l.nullOf(rep);
  if (auto text = dyn_cast<StringAttr>(value))
    return {l.e.str(text.getValue()), {}};
  Type type = ssaType(l.e.context(), rep);
  if (auto flag = dyn_cast<BoolAttr>(value))
    return {l.e.i1(flag.getValue()), {}};
  if (auto number = dyn_cast<FloatAttr>(value))
    return {l.e.op<LLVM::ConstantOp>(type, l.e.builder().getFloatAttr(type, number.getValueAsDouble())), {}};
  llvm::APInt number = cast<IntegerAttr>(value).getValue();
  return {l.e.constant(type, number.sextOrTrunc(type.getIntOrFloatBitWidth())), {}};
}

Scalar lowerConstant(Lowering &l, flow::ConstantOp op) {
  return constantScalar(l, op.getValue(), op.getResult().getType());
}

} // namespace levada::codegen
