//===- Json.cpp - decoding JSON --------------------------------------------===//
//
// A record is a loop over its keys: the library finds out which column a key
// is (first by what stood there in the record before), and a switch goes to
// the code that parses that column. Columns without a key stay NULL.
//
//===----------------------------------------------------------------------===//
#include "codegen/format/Decode.h"
#include "codegen/lower/Nested.h"
#include "runtime/formats/decode.h"

using namespace mlir;
using levada::flow::SqlKind;
using levada::flow::SqlType;

namespace levada::codegen::format {
namespace {

/// `const levada_json_name names[]` of all columns: the used ones by their
/// number among d.fields; others are skipped, but known by name too.
Value nameTable(Decoder &d) {
  Emitter &e = d.e;
  auto module = e.function()->getParentOfType<ModuleOp>();
  std::string symbol = ("levada_json_names." + d.op.getSymName()).str();
  OpBuilder b(e.context());
  b.setInsertionPointToStart(module.getBody());
  Type ptr = e.ptr(), i32 = e.intType(32);
  auto entry = LLVM::LLVMStructType::getLiteral(e.context(), {ptr, i32, i32});
  auto array = LLVM::LLVMArrayType::get(entry, d.fields.size());
  auto global = b.create<LLVM::GlobalOp>(e.loc, array, true, LLVM::Linkage::Private, symbol,
                                         Attribute(), /*alignment=*/8);
  llvm::SmallVector<FlatSymbolRefAttr> texts;
  for (const Field &field : d.fields)
    texts.push_back(Emitter::byteGlobal(module, field.name, "bytes"));
  b.createBlock(&global.getInitializer());
  Value table = b.create<LLVM::UndefOp>(e.loc, array);
  for (auto [index, field] : llvm::enumerate(d.fields)) {
    auto put = [&](Value value, int64_t part) {
      table = b.create<LLVM::InsertValueOp>(e.loc, table, value,
                                            llvm::ArrayRef<int64_t>{int64_t(index), part});
    };
    put(b.create<LLVM::AddressOfOp>(e.loc, ptr, texts[index].getValue()), 0);
    put(b.create<LLVM::ConstantOp>(e.loc, i32, b.getI32IntegerAttr(field.name.size())), 1);
    put(b.create<LLVM::ConstantOp>(e.loc, i32, b.getI32IntegerAttr(index)), 2);
  }
  b.create<LLVM::ReturnOp>(e.loc, table);
  return e.addressOf(symbol);
}

/// The call that parses the value at hand into `slot`; its status.
Value parseValue(Decoder &d, const Field &field, Value json, Value cursor, Value slot) {
  Emitter &e = d.e;
  llvm::SmallVector<Value> operands{json, cursor};
  if (!field.pattern.empty()) {
    auto [unit, local] = d.patternUnit(field.type);
    operands.append({e.bytes((field.pattern + llvm::StringRef("\0", 1)).str()), e.i32(unit),
                     e.i1(local), slot});
    return e.call("levada_json_pattern", operands);
  }
  if (field.type.isNested()) {
    operands.append({typeDescriptor(d.l, field.type), slot});
    return e.call("levada_json_nested", operands);
  }
  if (field.type.getKind() == SqlKind::Decimal)
    operands.append({e.i32(field.type.getPrecision()), e.i32(field.type.getScale())});
  operands.push_back(slot);
  return e.call("levada_json_" + Decoder::suffix(field.type), operands);
}

} // namespace

void decodeJson(Decoder &d, llvm::function_ref<void()> row) {
  using namespace abi::field;
  Emitter &e = d.e;
  Value json = e.stack(abi::findStruct("levada_json")->size, 16);
  Value cursor = e.stack(abi::findStruct("levada_json_cursor")->size, 8);
  e.call("levada_json_open",
         {json, d.l.ctx, d.l.chunk, nameTable(d), e.i32(d.fields.size())});
  if (optionOf(d.op.getFormatOptions(), "json.fail-on-fraction") == "true")
    e.setField(json, json::exact, e.i32(1));
  for (Attribute key : d.op.getMetadata())
    if (cast<StringAttr>(key).getValue() == "change-kind")
      e.setField(json, json::changes, e.i32(1));
  d.changes = json;
  auto raise = [&](Value column) {
    d.bad(e.field(json, json::code), column, e.abi().address(json, json::reason));
  };
  bool changelog = d.op.getFormat() == "changelog-json";
  bool wanted = optionOf(d.op.getFormatOptions(), "json.fail-on-missing-field") == "true";
  constexpr int32_t missing = -1; // no status of a value
  d.loop(
      {json, json::record, json::size, json::code, json::reason,
       changelog ? "levada_changelog_next" : "levada_json_next", cursor},
      [&] {
        // Statuses and values in memory that LLVM turns into registers.
        llvm::SmallVector<Value> slots, statuses;
        for (const Field &field : d.fields) {
          slots.push_back(e.stack(16, 16));
          int32_t unset = wanted ? missing : LEVADA_NULL;
          statuses.push_back(e.variable(e.intType(32), unset));
          e.store(e.i32(unset), statuses.back());
          if (isStr(field.type)) { // a text without a key can be read too
            e.store(e.i64(0), slots.back(), 8);
            e.store(e.i64(0), e.offset(slots.back(), 8), 8);
          }
        }
        Block *head = e.newBlock(), *other = e.newBlock(), *closed = e.newBlock();
        Block *broken = e.newBlock();
        e.br(head);
        e.enter(head);
        Value key = e.call("levada_json_key", {json, cursor});
        llvm::SmallVector<int32_t> cases{LEVADA_JSON_CLOSED, LEVADA_JSON_BROKEN};
        llvm::SmallVector<Block *> targets{closed, broken};
        for (size_t index = 0; index < d.fields.size(); ++index) {
          cases.push_back(index);
          targets.push_back(e.newBlock());
        }
        llvm::SmallVector<ValueRange> none(targets.size());
        e.builder().create<LLVM::SwitchOp>(e.loc, key, other, ValueRange(), cases, targets, none);
        for (auto [index, field] : llvm::enumerate(d.fields)) {
          e.enter(targets[index + 2]);
          Value begin = e.field(cursor, json_cursor::at);
          Value status = parseValue(d, field, json, cursor, slots[index]);
          e.store(status, statuses[index]);
          Block *error = e.newBlock();
          e.rarely(e.eq(status, e.i32(LEVADA_ERROR)), error, head);
          e.enter(error);
          if (d.lenient) { // NULL, if it is JSON at all
            e.setField(cursor, json_cursor::at, begin);
            e.br(other);
          } else {
            raise(d.columnName(field));
          }
        }
        e.enter(other);
        Block *unreadable = e.newBlock();
        Value skipped = e.call("levada_json_skip", {json, cursor});
        e.rarely(e.eq(skipped, e.i32(LEVADA_ERROR)), unreadable, head);
        e.enter(unreadable);
        e.br(broken);
        e.enter(broken);
        raise(e.null());
        e.enter(closed);
        if (wanted)
          for (auto [index, field] : llvm::enumerate(d.fields)) {
            Block *without = e.newBlock(), *with = e.newBlock();
            e.rarely(e.eq(e.load(e.intType(32), statuses[index]), e.i32(missing)), without, with);
            e.enter(without);
            d.bad(e.i32(601), d.columnName(field), e.str("the record has no such key"));
            e.enter(with);
          }
        for (auto [index, field] : llvm::enumerate(d.fields))
          d.setFromStatus(field, e.load(e.intType(32), statuses[index]), slots[index],
                          [&, &field = field] { raise(d.columnName(field)); });
      },
      row);
}

} // namespace levada::codegen::format
