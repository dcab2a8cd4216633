//===- Emitter.cpp - a function of generated code under construction ------===//
#include "codegen/lower/Emitter.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace levada::codegen {

Emitter::Emitter(LLVM::LLVMFuncOp function)
    : loc(function.getLoc()), b(function.getContext()), fn(function),
      module(function->getParentOfType<ModuleOp>()) {
  b.setInsertionPointToStart(fn.addEntryBlock(b));
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value Emitter::constant(Type type, int64_t value) {
  // Sign-extended: an attribute of 128 bits made of an int64_t would not be.
  llvm::APInt number(64, static_cast<uint64_t>(value));
  return constant(type, number.sextOrTrunc(type.getIntOrFloatBitWidth()));
}
Value Emitter::constant(Type type, const llvm::APInt &value) {
  return op<LLVM::ConstantOp>(type, b.getIntegerAttr(type, value));
}
Value Emitter::null() { return op<LLVM::ZeroOp>(ptr()); }
Value Emitter::floating(Type type, double value) {
  return op<LLVM::ConstantOp>(type, b.getFloatAttr(type, value));
}

Value Emitter::zero(Rep rep) {
  if (rep == Rep::Str)
    return str("");
  if (rep == Rep::F32 || rep == Rep::F64)
    return floating(ssaType(context(), rep), 0);
  return constant(ssaType(context(), rep), 0);
}

Value Emitter::addressOf(llvm::StringRef symbol) {
  return op<LLVM::AddressOfOp>(ptr(), symbol);
}

/// A name that follows from the content, so that equal constants are one.
static std::string globalName(llvm::StringRef prefix, llvm::StringRef text) {
  return (prefix + "." + llvm::utohexstr(llvm::xxh3_64bits(text), true) + "." +
          llvm::Twine(text.size()))
      .str();
}

FlatSymbolRefAttr Emitter::byteGlobal(ModuleOp module, llvm::StringRef text,
                                      llvm::StringRef prefix) {
  std::string name = globalName(prefix, text);
  OpBuilder b(module.getContext());
  if (!module.lookupSymbol(name)) {
    b.setInsertionPointToStart(module.getBody());
    auto type = LLVM::LLVMArrayType::get(b.getI8Type(), text.size());
    b.create<LLVM::GlobalOp>(module.getLoc(), type, /*isConstant=*/true,
                             LLVM::Linkage::Private, name, b.getStringAttr(text),
                             /*alignment=*/1);
  }
  return FlatSymbolRefAttr::get(b.getContext(), name);
}

Value Emitter::bytes(llvm::StringRef text) {
  return addressOf(byteGlobal(module, text, "bytes").getValue());
}

Value Emitter::str(llvm::StringRef text) {
  if (text.size() <= 12) {
    std::string image(16, '\0');
    for (int i = 0; i < 4; ++i)
      image[i] = char(text.size() >> (8 * i));
    std::copy(text.begin(), text.end(), image.begin() + 4);
    auto symbol = byteGlobal(module, image, "str");
    cast<LLVM::GlobalOp>(module.lookupSymbol(symbol.getValue())).setAlignment(8);
    return addressOf(symbol.getValue());
  }
  std::string name = globalName("strv", text);
  if (!module.lookupSymbol(name)) {
    auto content = byteGlobal(module, text, "bytes");
    OpBuilder g(context());
    g.setInsertionPointToStart(module.getBody());
    auto prefixType = LLVM::LLVMArrayType::get(g.getI8Type(), 4);
    auto type = LLVM::LLVMStructType::getLiteral(
        context(), {g.getI32Type(), prefixType, ptr()}, /*isPacked=*/true);
    auto global = g.create<LLVM::GlobalOp>(module.getLoc(), type, true, LLVM::Linkage::Private,
                                           name, Attribute(), /*alignment=*/8);
    g.createBlock(&global.getInitializer());
    Value value = g.create<LLVM::UndefOp>(loc, type);
    Value size = g.create<LLVM::ConstantOp>(loc, g.getI32Type(), g.getI32IntegerAttr(text.size()));
    Value prefix = g.create<LLVM::ConstantOp>(loc, prefixType, g.getStringAttr(text.take_front(4)));
    Value data = g.create<LLVM::AddressOfOp>(loc, ptr(), content.getValue());
    value = g.create<LLVM::InsertValueOp>(loc, value, size, 0);
    value = g.create<LLVM::InsertValueOp>(loc, value, prefix, 1);
    value = g.create<LLVM::InsertValueOp>(loc, value, data, 2);
    g.create<LLVM::ReturnOp>(loc, value);
  }
  return addressOf(name);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value Emitter::resize(Value value, Type type) {
  unsigned from = value.getType().getIntOrFloatBitWidth(), to = type.getIntOrFloatBitWidth();
  if (from == to)
    return value;
  if (from > to)
    return op<LLVM::TruncOp>(type, value);
  return op<LLVM::SExtOp>(type, value);
}

Value Emitter::zext(Value value, Type type) {
  return value.getType() == type ? value : op<LLVM::ZExtOp>(type, value);
}

Value Emitter::orNull(Value l, Value r) {
  if (!l || l == r)
    return r;
  return r ? bitOr(l, r) : l;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value Emitter::stack(unsigned bytes, unsigned align) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&fn.getBody().front());
  return op<LLVM::AllocaOp>(ptr(), LLVM::LLVMArrayType::get(b.getI8Type(), bytes), i64(1), align);
}

Value Emitter::variable(Type type, int64_t initial) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&fn.getBody().front());
  Value slot = op<LLVM::AllocaOp>(ptr(), type, i64(1), 0);
  store(isa<LLVM::LLVMPointerType>(type) ? null() : constant(type, initial), slot);
  return slot;
}

Value Emitter::load(Type type, Value address, unsigned align) {
  return op<LLVM::LoadOp>(type, address, align);
}

void Emitter::store(Value value, Value address, unsigned align) {
  b.create<LLVM::StoreOp>(loc, value, address, align);
}

Value Emitter::offset(Value base, int64_t bytes) {
  if (bytes == 0)
    return base;
  return op<LLVM::GEPOp>(ptr(), b.getI8Type(), base, ArrayRef<LLVM::GEPArg>{int32_t(bytes)}, true);
}

Value Emitter::offset(Value base, Value bytes) {
  return op<LLVM::GEPOp>(ptr(), b.getI8Type(), base, ArrayRef<LLVM::GEPArg>{bytes}, true);
}

Value Emitter::loadRep(Rep rep, Value address) {
  if (rep == Rep::Str)
    return address;
  Value value = load(memoryType(context(), rep), address, rowAlign(rep));
  return rep == Rep::I1 ? op<LLVM::TruncOp>(intType(1), value) : value;
}

void Emitter::storeRep(Rep rep, Value value, Value address) {
  if (rep == Rep::Str)
    value = load(memoryType(context(), rep), value, 4);
  else if (rep == Rep::I1)
    value = zext(value, intType(8));
  store(value, address, rep == Rep::Str ? 4 : rowAlign(rep));
}

Scalar Emitter::loadColumn(Value row, const Column &column) {
  Scalar scalar{loadRep(column.rep, offset(row, column.offset)), {}};
  if (column.nullOffset >= 0)
    scalar.isNull = ne(load(intType(8), offset(row, column.nullOffset)), i8(0));
  return scalar;
}

void Emitter::storeColumn(Value row, const Column &column, Scalar scalar, bool canonical) {
  Value value = scalar.value;
  if (canonical && scalar.isNull)
    value = select(scalar.isNull, zero(column.rep), value);
  storeRep(column.rep, value, offset(row, column.offset));
  if (column.nullOffset >= 0)
    store(scalar.isNull ? zext(scalar.isNull, intType(8)) : i8(0),
          offset(row, column.nullOffset));
}

void Emitter::zeroFill(Value address, unsigned bytes) {
  if (bytes)
    b.create<LLVM::MemsetOp>(loc, address, i8(0), i64(bytes), false);
}

void Emitter::copy(Value to, Value from, Value bytes) {
  b.create<LLVM::MemcpyOp>(loc, to, from, bytes, false);
}

Value Emitter::external(llvm::StringRef name, Type result, ValueRange operands) {
  auto callee = declareFunction(module, loc, name, result, operands.getTypes());
  return b.create<LLVM::CallOp>(loc, callee, operands).getResult();
}

Value Emitter::intrinsic(llvm::StringRef name, Type result, ValueRange operands) {
  return b.create<LLVM::CallIntrinsicOp>(loc, result, b.getStringAttr(name), operands).getResult(0);
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

Block *Emitter::newBlock(TypeRange args) {
  Block *block = new Block();
  fn.getBody().push_back(block);
  for (Type type : args)
    block->addArgument(type, loc);
  return block;
}

void Emitter::br(Block *to, ValueRange args) { b.create<LLVM::BrOp>(loc, args, to); }

void Emitter::condBr(Value flag, Block *yes, Block *no, ValueRange yesArgs, ValueRange noArgs) {
  b.create<LLVM::CondBrOp>(loc, flag, yes, yesArgs, no, noArgs);
}

void Emitter::rarely(Value flag, Block *yes, Block *no, ValueRange yesArgs) {
  b.create<LLVM::CondBrOp>(loc, flag, yes, yesArgs, no, ValueRange(),
                           std::make_pair<uint32_t, uint32_t>(1, 4000));
}

void Emitter::ret(Value value) {
  b.create<LLVM::ReturnOp>(loc, value ? ValueRange(value) : ValueRange());
}

bool Emitter::ended() {
  Block *block = b.getInsertionBlock();
  return !block->empty() && block->back().hasTrait<OpTrait::IsTerminator>();
}

void Emitter::when(Value flag, const std::function<void()> &body) {
  Block *yes = newBlock(), *after = newBlock();
  condBr(flag, yes, after);
  enter(yes);
  body();
  if (!ended())
    br(after);
  enter(after);
}

Value Emitter::choose(Value flag, Type type, const std::function<Value()> &yes,
                      const std::function<Value()> &no) {
  Block *yesBlock = newBlock(), *noBlock = newBlock(), *after = newBlock(type);
  condBr(flag, yesBlock, noBlock);
  enter(yesBlock);
  br(after, yes());
  enter(noBlock);
  br(after, no());
  enter(after);
  return after->getArgument(0);
}

void Emitter::loop(Value count, const std::function<void(Value, Block *)> &body) {
  Type type = count.getType();
  Block *head = newBlock(type), *inside = newBlock(), *next = newBlock(), *after = newBlock();
  br(head, constant(type, 0));
  enter(head);
  Value i = head->getArgument(0);
  condBr(icmp(LLVM::ICmpPredicate::ult, i, count), inside, after);
  enter(inside);
  body(i, next);
  if (!ended())
    br(next);
  enter(next);
  br(head, add(i, constant(type, 1)));
  enter(after);
}

LLVM::LLVMFuncOp declareFunction(ModuleOp module, Location loc, llvm::StringRef name, Type result,
                                 TypeRange args) {
  if (auto existing = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
    return existing;
  OpBuilder b(module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  SmallVector<Type> types(args.begin(), args.end());
  auto function =
      b.create<LLVM::LLVMFuncOp>(loc, name, LLVM::LLVMFunctionType::get(result, types));
  function.setPassthroughAttr(b.getArrayAttr(b.getStringAttr("nounwind")));
  return function;
}

} // namespace levada::codegen
