//===- Call.cpp - flow.call and how values cross into C --------------------===//
//
// Plain parameters are strict: the call happens only when none is NULL. Calls
// that cannot fail and take everything by value run without a branch, on
// whatever a NULL left behind.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Nested.h"

using namespace mlir;
using levada::flow::SqlType;

namespace levada::codegen {
using catalog::Pass; // not MLIR's

//===----------------------------------------------------------------------===//
// Values as C has them
//===----------------------------------------------------------------------===//

static bool byAddress(Pass how) {
  return how == Pass::Str || how == Pass::I128 || how == Pass::Decimal || how == Pass::Any;
}

Value Lowering::pass(Value value, SqlType type, Pass how) {
  return byAddress(how) ? passAddress(value, type, how) : value;
}

Value Lowering::passAddress(Value value, SqlType type, Pass how) {
  if (how == Pass::Str)
    return value;
  if (how == Pass::Any)
    return box(*this, {value, {}}, type);
  if (how == Pass::Decimal) {
    Value slot = e.stack(32, 16);
    e.store(e.resize(value, e.intType(128)), slot, 16);
    e.store(e.i32(type.getPrecision()), e.offset(slot, 16));
    e.store(e.i32(type.getScale()), e.offset(slot, 20));
    return slot;
  }
  if (how == Pass::I128)
    return spill(e.resize(value, e.intType(128)));
  Value slot = e.stack(8);
  e.storeRep(repOf(type), value, slot);
  return slot;
}

Value Lowering::resultSlot(SqlType type, Pass how) {
  if (how == Pass::Any)
    return emptyBox(*this, type);
  if (how != Pass::Decimal)
    return e.stack(16, 16);
  Value slot = e.stack(32, 16);
  e.store(e.i32(type.getPrecision()), e.offset(slot, 16));
  e.store(e.i32(type.getScale()), e.offset(slot, 20));
  return slot;
}

Value Lowering::result(Value slot, SqlType type, Pass how) {
  if (how == Pass::Any)
    return unbox(*this, slot, type);
  if (how == Pass::Decimal || how == Pass::I128)
    return e.resize(e.load(e.intType(128), slot, 16), ssaType(e.context(), repOf(type)));
  return e.loadRep(repOf(type), slot);
}

Scalar Lowering::statusCall(llvm::StringRef name, llvm::SmallVector<Value> operands, Rep rep,
                            bool mayBeNull, bool failNull, Location loc) {
  Value slot = e.stack(16, 16);
  operands.push_back(slot);
  Value status = e.call(name, operands);
  if (!failNull)
    failOnStatus(status, loc);
  Scalar out{e.loadRep(rep, slot), {}};
  if (mayBeNull)
    out.isNull = e.ne(status, e.i32(0));
  return out;
}

//===----------------------------------------------------------------------===//
// flow.call
//===----------------------------------------------------------------------===//

namespace {

struct Argument {
  Scalar scalar;
  SqlType type;
  const catalog::Param *param;
};

/// An argument that may be NULL: its address, or a null pointer.
Value optional(Lowering &l, const Argument &argument) {
  if (argument.type.getKind() == flow::SqlKind::Null)
    return l.e.null();
  Value address = l.passAddress(argument.scalar.value, argument.type, argument.param->pass);
  return argument.scalar.isNull ? l.e.select(argument.scalar.isNull, l.e.null(), address)
                                : address;
}

/// The variable tail as levada_args: an array of addresses and its length.
void passTail(Lowering &l, llvm::ArrayRef<Argument> tail, llvm::SmallVector<Value> &operands) {
  Value array = l.e.stack(std::max<size_t>(tail.size(), 1) * 8);
  for (auto [index, argument] : llvm::enumerate(tail))
    l.e.store(optional(l, argument), l.e.offset(array, index * 8));
  operands.push_back(array);
  operands.push_back(l.e.i32(tail.size()));
}

} // namespace

Scalar lowerCall(Lowering &l, flow::CallOp op) {
  Emitter &e = l.e;
  const catalog::Function *function = functionOf(op.getSymbol());
  assert(function && "the verifier knows the catalogue");
  SqlType type = op.getResult().getType();
  llvm::SmallVector<Argument> arguments;
  llvm::SmallVector<Scalar> strict;
  size_t fixed = function->params.size() - (function->variadic ? 1 : 0);
  bool scalarOnly = !function->returnsStatus && !function->variadic;
  for (auto [index, value] : llvm::enumerate(op.getArgs())) {
    const catalog::Param &param = function->params[std::min(index, function->params.size() - 1)];
    Argument argument{l.get(value), cast<SqlType>(value.getType()), &param};
    if (!param.nullable && index < fixed)
      strict.push_back(argument.scalar);
    scalarOnly &= !byAddress(param.pass) && !param.nullable;
    arguments.push_back(argument);
  }
  auto emit = [&]() -> Scalar {
    llvm::SmallVector<Value> operands;
    if (function->takesContext)
      operands.push_back(l.ctx);
    for (const Argument &argument : llvm::ArrayRef(arguments).take_front(fixed)) {
      if (argument.param->nullable)
        operands.push_back(optional(l, argument));
      else if (argument.param->pass != Pass::None)
        operands.push_back(l.pass(argument.scalar.value, argument.type, argument.param->pass));
    }
    if (function->variadic)
      passTail(l, llvm::ArrayRef(arguments).drop_front(std::min(fixed, arguments.size())), operands);
    auto abi = e.abi();
    if (!function->returnsStatus)
      return {abi.call(*function, operands), {}};
    Value slot = l.resultSlot(type, function->result.pass);
    operands.push_back(slot);
    Value status = abi.call(*function, operands);
    if (function->mayFail)
      l.failOnStatus(status, op.getLoc());
    Scalar out{l.result(slot, type, function->result.pass), {}};
    if (function->result.nullable)
      out.isNull = e.eq(status, e.i32(1));
    return out;
  };
  if (!scalarOnly)
    return l.strict(strict, repOf(type), emit);
  Scalar out = emit();
  for (const Scalar &argument : strict)
    out.isNull = e.orNull(out.isNull, argument.isNull);
  return out;
}

} // namespace levada::codegen
