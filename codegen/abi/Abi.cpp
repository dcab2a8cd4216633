//===- Abi.cpp - calls into the runtime and the library, at MLIR level -----===//
#include "codegen/abi/Abi.h"

#include <algorithm>

using namespace mlir;

namespace levada::abi {
namespace {

#include "generated/Abi.inc"

template <typename T> const T *find(std::span<const T> table, std::string_view name) {
  auto at = std::lower_bound(table.begin(), table.end(), name,
                             [](const T &row, std::string_view wanted) { return row.name < wanted; });
  return at != table.end() && at->name == name ? &*at : nullptr;
}

llvm::StringRef ref(std::string_view text) { return {text.data(), text.size()}; }

} // namespace

std::span<const Call> calls() { return kCalls; }
std::span<const Struct> structs() { return kStructs; }
const Call *findCall(std::string_view name) { return find<Call>(kCalls, name); }
const Struct *findStruct(std::string_view name) { return find<Struct>(kStructs, name); }

const Field *findField(const Struct &record, std::string_view name) {
  for (const Field &field : record.fields)
    if (field.name == name)
      return &field;
  return nullptr;
}

std::string_view stdlibBitcodeName() { return "stdlib.bc"; }

Type Builder::type(Kind kind) {
  MLIRContext *context = builder.getContext();
  switch (kind) {
  case Kind::Void:
    return LLVM::LLVMVoidType::get(context);
  case Kind::Bool:
    return builder.getI1Type();
  case Kind::I8:
    return builder.getI8Type();
  case Kind::I16:
    return builder.getI16Type();
  case Kind::I32:
    return builder.getI32Type();
  case Kind::I64:
    return builder.getI64Type();
  case Kind::I128:
    return builder.getIntegerType(128);
  case Kind::F32:
    return builder.getF32Type();
  case Kind::F64:
    return builder.getF64Type();
  case Kind::Ptr:
  case Kind::Bytes:
    return LLVM::LLVMPointerType::get(context);
  }
  llvm_unreachable("kind");
}

Type Builder::type(catalog::Pass pass) {
  using catalog::Pass;
  switch (pass) {
  case Pass::Bool:
    return type(Kind::Bool);
  case Pass::I8:
    return type(Kind::I8);
  case Pass::I16:
    return type(Kind::I16);
  case Pass::I32:
    return type(Kind::I32);
  case Pass::I64:
    return type(Kind::I64);
  case Pass::F32:
    return type(Kind::F32);
  case Pass::F64:
    return type(Kind::F64);
  case Pass::Str:
  case Pass::I128:
  case Pass::Decimal:
  case Pass::Any:
    return type(Kind::Ptr);
  case Pass::None:
    return type(Kind::Void);
  }
  llvm_unreachable("pass");
}

LLVM::LLVMFuncOp Builder::declare(llvm::StringRef name, Type result, llvm::ArrayRef<Type> args,
                                  bool cold, bool noreturn) {
  if (auto existing = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return existing;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(module.getBody());
  auto function =
      builder.create<LLVM::LLVMFuncOp>(loc, name, LLVM::LLVMFunctionType::get(result, args));
  // C promotes what is narrower than int; callee and caller rely on it.
  auto promotion = [](Type type) -> llvm::StringRef {
    auto integer = llvm::dyn_cast<IntegerType>(type);
    if (!integer || integer.getWidth() >= 32)
      return "";
    return integer.getWidth() == 1 ? "llvm.zeroext" : "llvm.signext";
  };
  for (auto [index, type] : llvm::enumerate(args))
    if (llvm::StringRef attr = promotion(type); !attr.empty())
      function.setArgAttr(index, attr, builder.getUnitAttr());
  if (llvm::StringRef attr = promotion(result); !attr.empty())
    function.setResultAttr(0, attr, builder.getUnitAttr());
  llvm::SmallVector<Attribute> passthrough{builder.getStringAttr("nounwind")};
  if (cold)
    passthrough.push_back(builder.getStringAttr("cold"));
  if (noreturn)
    passthrough.push_back(builder.getStringAttr("noreturn"));
  function.setPassthroughAttr(builder.getArrayAttr(passthrough));
  return function;
}

LLVM::LLVMFuncOp Builder::declare(const Call &call) {
  llvm::SmallVector<Type> args;
  for (const Arg &arg : call.args)
    args.push_back(type(arg.kind));
  return declare(ref(call.name), type(call.result), args, call.cold, call.noreturn);
}

LLVM::LLVMFuncOp Builder::declare(const catalog::Function &function) {
  llvm::SmallVector<Type> args;
  if (function.takesContext)
    args.push_back(type(Kind::Ptr));
  for (const catalog::Param &param : function.params)
    args.push_back(param.nullable ? type(Kind::Ptr) : type(param.pass));
  if (function.variadic)
    args.push_back(type(Kind::I32));
  if (function.returnsStatus)
    args.push_back(type(Kind::Ptr));
  Type result = function.returnsStatus ? type(Kind::I32) : type(function.result.pass);
  return declare(ref(function.symbol), result, args, false, false);
}

Value Builder::emit(LLVM::LLVMFuncOp callee, ValueRange operands) {
  assert(callee.getNumArguments() == operands.size() && "operands as C takes them");
  auto call = builder.create<LLVM::CallOp>(loc, callee, operands);
  return call.getNumResults() ? call.getResult() : Value();
}

Value Builder::call(std::string_view name, ValueRange operands) {
  const Call *found = findCall(name);
  assert(found && "a function of abi.h or stdlib/cast.h");
  return emit(declare(*found), operands);
}

Value Builder::call(const catalog::Function &function, ValueRange operands) {
  return emit(declare(function), operands);
}

void Builder::aggInit(const catalog::Aggregate &agg, Value state) {
  emit(declare((ref(agg.symbol) + "_init").str(), type(Kind::Void), {type(Kind::Ptr)}, false,
               false),
       state);
}

void Builder::aggReset(const catalog::Aggregate &agg, Value state) {
  if (!agg.resets)
    return aggInit(agg, state);
  emit(declare((ref(agg.symbol) + "_reset").str(), type(Kind::Void), {type(Kind::Ptr)}, false,
               false),
       state);
}

void Builder::aggTake(const catalog::Aggregate &agg, const char *thunk, Value ctx, Value state,
                      llvm::ArrayRef<Value> arguments) {
  llvm::SmallVector<Type> args{type(Kind::Ptr), type(Kind::Ptr)};
  llvm::SmallVector<Value> operands{ctx, state};
  for (auto [param, argument] : llvm::zip(agg.params, arguments))
    if (param.pass != catalog::Pass::None) {
      args.push_back(argument.getType());
      operands.push_back(argument);
    }
  emit(declare((ref(agg.symbol) + thunk).str(), type(Kind::Void), args, false, false), operands);
}

void Builder::aggAdd(const catalog::Aggregate &agg, Value ctx, Value state,
                     llvm::ArrayRef<Value> arguments) {
  aggTake(agg, "_add", ctx, state, arguments);
}

void Builder::aggRetract(const catalog::Aggregate &agg, Value ctx, Value state,
                         llvm::ArrayRef<Value> arguments) {
  aggTake(agg, "_retract", ctx, state, arguments);
}

void Builder::aggMerge(const catalog::Aggregate &agg, Value ctx, Value into, Value from) {
  Type ptr = type(Kind::Ptr);
  emit(declare((ref(agg.symbol) + "_merge").str(), type(Kind::Void), {ptr, ptr, ptr}, false,
               false),
       {ctx, into, from});
}

void Builder::aggSave(const catalog::Aggregate &agg, Value writer, Value state) {
  Type ptr = type(Kind::Ptr);
  if (agg.plain)
    emit(declare(*findCall("levada_rt_save")), {writer, state, constant(Kind::I64, agg.size)});
  else
    emit(declare((ref(agg.symbol) + "_save").str(), type(Kind::Void), {ptr, ptr}, true, false),
         {writer, state});
}

void Builder::aggLoad(const catalog::Aggregate &agg, Value ctx, Value reader, Value state) {
  Type ptr = type(Kind::Ptr);
  if (agg.plain)
    emit(declare(*findCall("levada_rt_load_into")),
         {reader, state, constant(Kind::I64, agg.size)});
  else
    emit(declare((ref(agg.symbol) + "_load").str(), type(Kind::Void), {ptr, ptr, ptr}, true,
                 false),
         {ctx, reader, state});
}

Value Builder::aggGet(const catalog::Aggregate &agg, Value ctx, Value state, Value out) {
  Type ptr = type(Kind::Ptr);
  return emit(declare((ref(agg.symbol) + "_get").str(), type(Kind::I32), {ptr, ptr, ptr}, false,
                      false),
              {ctx, state, out});
}

Value Builder::address(Value base, const Field &field) {
  if (field.offset == 0)
    return base;
  return builder.create<LLVM::GEPOp>(loc, base.getType(), builder.getI8Type(), base,
                                     llvm::ArrayRef<LLVM::GEPArg>{int32_t(field.offset)},
                                     /*inbounds=*/true);
}

Value Builder::load(Value base, const Field &field) {
  assert(field.kind != Kind::Bytes && "its members, or its address");
  Type stored = field.kind == Kind::Bool ? type(Kind::I8) : type(field.kind);
  Value value = builder.create<LLVM::LoadOp>(loc, stored, address(base, field));
  if (field.kind == Kind::Bool)
    value = builder.create<LLVM::TruncOp>(loc, builder.getI1Type(), value);
  return value;
}

void Builder::store(Value value, Value base, const Field &field) {
  if (field.kind == Kind::Bool)
    value = builder.create<LLVM::ZExtOp>(loc, builder.getI8Type(), value);
  builder.create<LLVM::StoreOp>(loc, value, address(base, field));
}

Value Builder::stack(Type elementType, unsigned align) {
  OpBuilder::InsertionGuard guard(builder);
  Operation *function = builder.getInsertionBlock()->getParentOp();
  while (!function->hasTrait<OpTrait::AutomaticAllocationScope>() &&
         !llvm::isa<FunctionOpInterface>(function))
    function = function->getParentOp();
  builder.setInsertionPointToStart(&function->getRegion(0).front());
  Value one = builder.create<LLVM::ConstantOp>(loc, builder.getI64Type(), 1);
  return builder.create<LLVM::AllocaOp>(loc, type(Kind::Ptr), elementType, one, align);
}

Value Builder::constant(Kind kind, int64_t value) {
  Type wanted = type(kind);
  if (kind == Kind::Ptr)
    return builder.create<LLVM::ZeroOp>(loc, wanted);
  return builder.create<LLVM::ConstantOp>(loc, wanted, builder.getIntegerAttr(wanted, value));
}

} // namespace levada::abi
