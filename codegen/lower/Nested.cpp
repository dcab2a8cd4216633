//===- Nested.cpp - rows, arrays and maps in generated code -----------------===//
//
// A nested value is a text whose bytes stdlib/nested.h describes. A field of a
// row is read in place, at an offset that the type gives; the rest is calls
// into the library with boxes (levada_any) and the type as constant data.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Nested.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using levada::flow::SqlKind;
using levada::flow::SqlType;

namespace levada::codegen {

static SqlType childOf(SqlType type, unsigned index) {
  return cast<SqlType>(type.getChildren()[index]);
}

unsigned slotSize(SqlType type) {
  Rep rep = repOf(type);
  return rep == Rep::Str ? 8 : sizeOf(rep);
}

llvm::SmallVector<unsigned> slotOffsets(SqlType row) {
  llvm::SmallVector<unsigned> offsets;
  unsigned at = (row.getChildren().size() + 7) / 8;
  for (Type field : row.getChildren()) {
    offsets.push_back(at);
    at += slotSize(cast<SqlType>(field));
  }
  offsets.push_back(at);
  return offsets;
}

bool heldAlike(SqlType from, SqlType to) {
  if (from.isNested() || to.isNested()) {
    if (from.getKind() != to.getKind() || from.getChildren().size() != to.getChildren().size())
      return false;
    for (auto [a, b] : llvm::zip(from.getChildren(), to.getChildren()))
      if (!heldAlike(cast<SqlType>(a), cast<SqlType>(b)))
        return false;
    return true;
  }
  if ((from.isCharacter() && to.isCharacter()) || (from.isBinary() && to.isBinary())) {
    bool varying = to.getKind() == SqlKind::VarChar || to.getKind() == SqlKind::VarBinary;
    bool same = from.getKind() == to.getKind() && from.getPrecision() == to.getPrecision();
    return same || (varying && to.getPrecision() >= from.getPrecision());
  }
  return from.withNullable(true) == to.withNullable(true);
}

//===----------------------------------------------------------------------===//
// Types as constant data
//===----------------------------------------------------------------------===//

namespace {

/// Builds the globals of one descriptor, those of its children first.
class Descriptor {
public:
  Descriptor(ModuleOp module, Location loc) : module(module), loc(loc), b(module.getContext()) {}

  /// The symbol of the type's descriptor.
  std::string make(SqlType type);

private:
  LLVM::GlobalOp global(Type type, llvm::StringRef name) {
    b.setInsertionPointToStart(module.getBody());
    auto op = b.create<LLVM::GlobalOp>(loc, type, /*isConstant=*/true, LLVM::Linkage::Private, name,
                                       Attribute(), /*alignment=*/8);
    b.createBlock(&op.getInitializer());
    return op;
  }
  /// An array of addresses.
  std::string table(llvm::ArrayRef<std::string> symbols, llvm::StringRef name) {
    auto type = LLVM::LLVMArrayType::get(ptr(), symbols.size());
    global(type, name);
    Value value = b.create<LLVM::UndefOp>(loc, type);
    for (auto [i, symbol] : llvm::enumerate(symbols))
      value = b.create<LLVM::InsertValueOp>(loc, value, address(symbol), int64_t(i));
    b.create<LLVM::ReturnOp>(loc, value);
    return name.str();
  }
  std::string text(llvm::StringRef text) {
    OpBuilder::InsertionGuard guard(b);
    return Emitter::byteGlobal(module, (text + llvm::StringRef("\0", 1)).str(), "bytes")
        .getValue()
        .str();
  }
  Type ptr() { return LLVM::LLVMPointerType::get(b.getContext()); }
  Value address(llvm::StringRef symbol) {
    return symbol.empty() ? Value(b.create<LLVM::ZeroOp>(loc, ptr()))
                          : b.create<LLVM::AddressOfOp>(loc, ptr(), symbol);
  }

  ModuleOp module;
  Location loc;
  OpBuilder b;
};

std::string Descriptor::make(SqlType type) {
  std::string full = type.str();
  std::string name = "levada_type." + llvm::utohexstr(llvm::xxh3_64bits(full), true);
  if (module.lookupSymbol(name))
    return name;
  std::string children, names, offsets;
  if (type.isNested()) {
    llvm::SmallVector<std::string> symbols;
    for (Type child : type.getChildren())
      symbols.push_back(make(cast<SqlType>(child)));
    children = table(symbols, name + ".children");
  }
  if (type.getKind() == SqlKind::Row) {
    llvm::SmallVector<std::string> symbols;
    for (StringAttr field : type.getNames())
      symbols.push_back(text(field.getValue()));
    names = table(symbols, name + ".names");
    llvm::SmallVector<int32_t> values;
    for (unsigned offset : slotOffsets(type))
      values.push_back(int32_t(offset));
    offsets = name + ".offsets";
    auto arrayType = LLVM::LLVMArrayType::get(b.getI32Type(), values.size());
    b.setInsertionPointToStart(module.getBody());
    b.create<LLVM::GlobalOp>(loc, arrayType, true, LLVM::Linkage::Private, offsets,
                             b.getI32TensorAttr(values), /*alignment=*/4);
  }
  std::string sql = text(type.str(/*bare=*/true));
  // In the order and layout of levada_type (abi.h).
  Type i8 = b.getI8Type(), i32 = b.getI32Type();
  auto record = LLVM::LLVMStructType::getLiteral(
      b.getContext(), {i8, i8, i8, i8, i32, i32, i32, ptr(), ptr(), ptr(), ptr()});
  global(record, name);
  Value value = b.create<LLVM::UndefOp>(loc, record);
  auto put = [&](Value part, int64_t index) {
    value = b.create<LLVM::InsertValueOp>(loc, value, part, index);
  };
  auto number = [&](Type partType, int64_t n) -> Value {
    return b.create<LLVM::ConstantOp>(loc, partType, b.getIntegerAttr(partType, n));
  };
  put(number(i8, static_cast<int64_t>(type.getKind())), 0);
  put(number(i8, type.getNullable()), 1);
  put(number(i8, slotSize(type)), 2);
  put(number(i8, 0), 3);
  put(number(i32, type.getPrecision()), 4);
  put(number(i32, type.getScale()), 5);
  put(number(i32, static_cast<int64_t>(type.getChildren().size())), 6);
  put(address(children), 7);
  put(address(names), 8);
  put(address(offsets), 9);
  put(address(sql), 10);
  b.create<LLVM::ReturnOp>(loc, value);
  return name;
}

static_assert(LEVADA_TYPE_ROW == int(SqlKind::Row) && LEVADA_TYPE_DECIMAL == int(SqlKind::Decimal) &&
                  LEVADA_TYPE_ARRAY == int(SqlKind::Array),
              "kinds are numbered alike");

} // namespace

Value typeDescriptor(Lowering &l, SqlType type) {
  auto module = l.e.function()->getParentOfType<ModuleOp>();
  return l.e.addressOf(Descriptor(module, l.e.loc).make(type));
}

//===----------------------------------------------------------------------===//
// Boxes
//===----------------------------------------------------------------------===//

void boxInto(Lowering &l, Value address, Scalar scalar, SqlType type) {
  Emitter &e = l.e;
  e.setField(address, abi::field::any::type, typeDescriptor(l, type));
  e.setField(address, abi::field::any::null,
             type.getKind() == SqlKind::Null ? e.i1(true) : l.nullFlag(scalar));
  e.storeRep(repOf(type), scalar.value, e.offset(address, abi::field::any::str.offset));
}

Value box(Lowering &l, Scalar scalar, SqlType type) {
  Value address = l.e.stack(abi::findStruct("levada_any")->size, 16);
  boxInto(l, address, scalar, type);
  return address;
}

Value emptyBox(Lowering &l, SqlType type) {
  Emitter &e = l.e;
  Value address = e.stack(abi::findStruct("levada_any")->size, 16);
  e.setField(address, abi::field::any::type, typeDescriptor(l, type));
  e.setField(address, abi::field::any::null, e.i1(false));
  // What reads the value of a NULL finds an empty text.
  e.storeRep(repOf(type), e.zero(repOf(type)), e.offset(address, abi::field::any::str.offset));
  return address;
}

Value unbox(Lowering &l, Value address, SqlType type) {
  return l.e.loadRep(repOf(type), l.e.offset(address, abi::field::any::str.offset));
}

//===----------------------------------------------------------------------===//
// Constructors
//===----------------------------------------------------------------------===//

Scalar lowerConstructor(Lowering &l, Operation *op) {
  Emitter &e = l.e;
  auto type = cast<SqlType>(op->getResult(0).getType());
  unsigned size = abi::findStruct("levada_any")->size;
  unsigned count = op->getNumOperands();
  // Many go into the frame, 16-aligned there as here.
  Value boxes;
  if (count <= 64) {
    boxes = e.stack(std::max(count, 1u) * size, 16);
  } else {
    Type i64 = e.intType(64);
    Value memory = e.call("levada_rt_alloc", {l.ctx, e.i64(count * size + 16)});
    Value end = e.add(e.op<LLVM::PtrToIntOp>(i64, memory), e.i64(15));
    boxes = e.op<LLVM::IntToPtrOp>(e.ptr(), e.bitAnd(end, e.i64(-16)));
  }
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    auto held = cast<SqlType>(operand.getType());
    boxInto(l, e.offset(boxes, int64_t(i * size)), l.get(operand), held);
  }
  llvm::SmallVector<Value> operands{l.ctx, typeDescriptor(l, type), boxes};
  llvm::StringRef name = "levada_nested_row";
  if (!isa<flow::RowOp>(op)) {
    name = isa<flow::ArrayOp>(op) ? "levada_nested_array" : "levada_nested_map";
    operands.push_back(e.i32(count));
  }
  return l.statusCall(name, operands, Rep::Str, false, false, op->getLoc());
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

Scalar lowerField(Lowering &l, flow::FieldOp op) {
  SqlType row = op.getRow().getType(), type = op.getResult().getType();
  Scalar value = l.get(op.getRow());
  return l.strict(value, repOf(type), [&]() -> Scalar {
    Emitter &e = l.e;
    Value slot = e.stack(16, 16);
    Value status = e.call("levada_nested_field",
                          {typeDescriptor(l, row), value.value, e.i32(op.getIndex()), slot});
    Scalar out{e.loadRep(repOf(type), slot), {}};
    if (childOf(row, op.getIndex()).getNullable())
      out.isNull = e.ne(status, e.i32(LEVADA_VALUE));
    return out;
  });
}

Scalar lowerElement(Lowering &l, flow::ElementOp op) {
  SqlType collection = op.getCollection().getType(), type = op.getResult().getType();
  SqlType keyType = op.getKey().getType();
  Scalar value = l.get(op.getCollection()), key = l.get(op.getKey());
  return l.strict({value, key}, repOf(type), [&]() -> Scalar {
    Emitter &e = l.e;
    Value slot = e.stack(16, 16);
    bool array = collection.getKind() == SqlKind::Array;
    Value status =
        e.call(array ? "levada_nested_at" : "levada_nested_lookup",
               {typeDescriptor(l, collection), value.value,
                array ? key.value : box(l, {key.value, {}}, keyType.withNullable(false)), slot});
    return {e.loadRep(repOf(type), slot), e.ne(status, e.i32(LEVADA_VALUE))};
  });
}

Scalar lowerNestedCast(Lowering &l, flow::CastOp op) {
  SqlType from = op.getOperand().getType(), to = op.getResult().getType();
  Scalar value = l.get(op.getOperand());
  if (from.getKind() == SqlKind::Null)
    return l.nullOf(repOf(to));
  if (heldAlike(from, to))
    return value;
  bool isTry = op.getTryCast();
  return l.strict(value, repOf(to), [&]() -> Scalar {
    Emitter &e = l.e;
    Value out = emptyBox(l, to);
    Value status = e.call("levada_any_cast", {l.ctx, box(l, {value.value, {}}, from), out, e.i1(isTry)});
    l.failOnStatus(status, op.getLoc());
    Scalar result{unbox(l, out, to), {}};
    if (to.getNullable())
      result.isNull = e.ne(status, e.i32(LEVADA_VALUE));
    return result;
  });
}

//===----------------------------------------------------------------------===//
// UNNEST
//===----------------------------------------------------------------------===//

namespace {

/// The scalars of element `index`, as flow.unnest's columns stand.
llvm::SmallVector<Scalar> elementColumns(Lowering &l, Value collection, SqlType type, Value index,
                                         Value state) {
  Emitter &e = l.e;
  Value descriptor = typeDescriptor(l, type);
  auto taken = [&](Value status, Value slot, SqlType held) -> Scalar {
    return {e.loadRep(repOf(held), slot), e.ne(status, e.i32(LEVADA_VALUE))};
  };
  SqlType element = childOf(type, 0);
  Value slot = e.stack(16, 16);
  Value status = e.call("levada_nested_element", {descriptor, collection, index, state, slot});
  Scalar first = taken(status, slot, element);
  if (type.getKind() == SqlKind::Map) {
    Value valueSlot = e.stack(16, 16);
    Value found = e.call("levada_nested_value", {descriptor, collection, index, valueSlot});
    return {first, taken(found, valueSlot, childOf(type, 1))};
  }
  if (element.getKind() != SqlKind::Row)
    return {first};
  llvm::SmallVector<Scalar> fields;
  for (auto [i, child] : llvm::enumerate(element.getChildren())) {
    auto held = cast<SqlType>(child);
    fields.push_back(l.strict(first, repOf(held), [&, i = i]() -> Scalar {
      Value out = e.stack(16, 16);
      Value found = e.call("levada_nested_field",
                           {typeDescriptor(l, element), first.value, e.i32(i), out});
      return taken(found, out, held);
    }));
  }
  return fields;
}

} // namespace

void lowerUnnest(Lowering &l, exec::UnnestOp op) {
  Emitter &e = l.e;
  auto type = cast<SqlType>(op.getCollection().getType());
  Scalar value = l.get(op.getCollection());
  Block &block = op.getBody().front();
  Type i64 = e.intType(64);
  Value count = l.strict(value, Rep::I64, [&]() -> Scalar {
                   return {e.call("levada_nested_count", {typeDescriptor(l, type), value.value}), {}};
                 }).value; // 0 for NULL
  bool outer = op.getOuter();
  Value none = e.eq(count, e.i64(0));
  // With `outer` the loop runs once for nothing, over NULLs.
  Value rounds = outer ? e.select(none, e.i64(1), count) : count;
  Value state = e.stack(16, 8);
  e.store(e.i64(0), state, 8);
  e.store(e.i64(0), e.offset(state, 8), 8);
  e.loop(rounds, [&](Value index, Block *) {
    llvm::SmallVector<Scalar> columns;
    if (!outer) {
      columns = elementColumns(l, value.value, type, index, state);
    } else {
      // One block where the columns meet: those of the element or NULLs.
      llvm::SmallVector<Type> types;
      size_t size = block.getNumArguments() - (op.getOrdinality() ? 1 : 0);
      for (BlockArgument argument : block.getArguments().take_front(size)) {
        types.push_back(ssaType(e.context(), repOf(cast<SqlType>(argument.getType()))));
        types.push_back(e.intType(1));
      }
      Block *empty = e.newBlock(), *some = e.newBlock(), *met = e.newBlock(types);
      e.condBr(none, empty, some);
      e.enter(some);
      llvm::SmallVector<Value> values;
      for (Scalar column : elementColumns(l, value.value, type, index, state)) {
        values.push_back(column.value);
        values.push_back(l.nullFlag(column));
      }
      e.br(met, values);
      e.enter(empty);
      values.clear();
      for (BlockArgument argument : block.getArguments().take_front(size)) {
        values.push_back(e.zero(repOf(cast<SqlType>(argument.getType()))));
        values.push_back(e.i1(true));
      }
      e.br(met, values);
      e.enter(met);
      for (size_t i = 0; i != size; ++i)
        columns.push_back({met->getArgument(2 * i), met->getArgument(2 * i + 1)});
    }
    if (op.getOrdinality())
      columns.push_back({e.resize(e.add(index, e.constant(i64, 1)), e.intType(32)),
                         outer ? none : Value()});
    for (auto [argument, column] : llvm::zip(block.getArguments(), columns)) {
      if (!cast<SqlType>(argument.getType()).getNullable())
        column.isNull = {};
      l.set(argument, column);
    }
    l.lowerBlock(block);
  });
}

} // namespace levada::codegen
