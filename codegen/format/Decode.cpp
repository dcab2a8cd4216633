//===- Decode.cpp - the loop over a chunk's records ------------------------===//
//
// The watermark of a row is what the rows before it proved, so it is read
// before the record is decoded. A record that does not decode goes to the
// runtime whole, with the first column that failed.
//
//===----------------------------------------------------------------------===//
#include "codegen/format/Decode.h"
#include "codegen/lower/Nested.h"

using namespace mlir;
using levada::flow::SqlKind;
using levada::flow::SqlType;

namespace levada::codegen::format {

Decoder::Decoder(Lowering &l, SourcePlan &source, Block::BlockArgListType columns)
    : l(l), e(l.e), op(source.op) {
  DictionaryAttr options = op.getFormatOptions();
  for (auto [argument, index] : llvm::zip(columns, op.getUsed())) {
    if (argument.use_empty())
      continue;
    auto type = cast<SqlType>(argument.getType());
    if (index < 0) {
      auto key = cast<StringAttr>(op.getMetadata()[-1 - index]);
      metadata.push_back({argument, type, index, key.getValue(), ""});
      continue;
    }
    llvm::StringRef name = cast<StringAttr>(op.getColumns()[index]).getValue();
    std::string key = ("time-format." + name).str();
    llvm::StringRef pattern = optionOf(options, key);
    if (pattern.empty())
      pattern = optionOf(options, (op.getFormat() + "." + key).str());
    fields.push_back({argument, type, index, name, pattern});
  }
  std::string nullKey = (op.getFormat() + ".null-literal").str();
  hasNullLiteral = options.contains(nullKey);
  nullLiteral = optionOf(options, nullKey).str();
  lenient = optionOf(options, (op.getFormat() + ".ignore-parse-errors").str()) == "true";
}

std::string Decoder::suffix(SqlType type) {
  if (type.getKind() == SqlKind::Decimal && type.getPrecision() <= 18)
    return "dec64";
  return type.isBinary() ? "bytes" : libraryName(type);
}

std::pair<int, bool> Decoder::patternUnit(SqlType type) {
  if (type.getKind() == SqlKind::Date)
    return {0, false};
  if (type.getKind() == SqlKind::Time)
    return {1, false};
  return {unitDigits(type), type.getKind() == SqlKind::TimestampLtz};
}

void Decoder::loop(const Cursor &cursor, llvm::function_ref<void()> decode,
                   llvm::function_ref<void()> row) {
  Block *head = e.newBlock(), *found = e.newBlock(), *after = e.newBlock();
  Block *good = e.newBlock(), *broken = e.newBlock();
  l.record = e.variable(e.ptr(), 0);
  l.recordSize = e.variable(e.intType(64), 0);
  if (llvm::any_of(metadata, [](const Field &field) { return field.name == "line"; })) {
    linePosition = e.variable(e.ptr(), 0);
    lineNumber = e.variable(e.intType(64), 0);
    e.store(e.field(l.chunk, abi::field::chunk::data), linePosition);
    e.store(e.field(l.chunk, abi::field::chunk::line), lineNumber);
  }
  e.br(head);
  e.enter(head);
  badBlock = e.newBlock({e.intType(32), e.ptr(), e.ptr()});
  llvm::SmallVector<Value> operands{cursor.address};
  if (cursor.moving)
    operands.push_back(cursor.moving);
  Value kind = e.call(cursor.next, operands);
  e.condBr(e.eq(kind, e.i32(0)), after, found);
  e.enter(found);
  l.count(op.getOp(), kCountIn);
  e.store(e.field(cursor.address, cursor.record), l.record);
  e.store(e.field(cursor.address, cursor.size), l.recordSize);
  l.headerWatermark = e.load(e.intType(64), l.nextWatermark);
  e.rarely(e.eq(kind, e.i32(2)), broken, good);
  e.enter(broken);
  bad(e.field(cursor.address, cursor.code), e.null(),
      e.abi().address(cursor.address, cursor.reason));
  e.enter(good);
  decode();
  setMetadata(e.load(e.ptr(), l.record));
  row();
  e.br(head);

  e.enter(badBlock);
  auto abi = e.abi();
  Value stop = abi::rt_bad_record(abi, l.ctx, l.chunk, e.load(e.ptr(), l.record),
                                  e.load(e.intType(64), l.recordSize), badBlock->getArgument(0),
                                  badBlock->getArgument(1), badBlock->getArgument(2));
  e.condBr(e.ne(stop, e.i32(0)), l.returnBlock(true), head);
  e.enter(after);
}

void Decoder::bad(Value code, Value column, Value reason) {
  e.br(badBlock, {code, column, reason});
}

Value Decoder::columnName(const Field &field) {
  return e.bytes(llvm::StringRef((field.name + llvm::StringRef("\0", 1)).str()));
}

Value Decoder::isNullLiteral(Value p, Value n) {
  if (!hasNullLiteral)
    return {};
  Value same = e.eq(n, e.i64(nullLiteral.size()));
  if (nullLiteral.empty())
    return same;
  return e.choose(
      same, e.intType(1),
      [&] {
        Value order = e.external("memcmp", e.intType(32), {p, e.bytes(nullLiteral), n});
        return e.eq(order, e.i32(0));
      },
      [&] { return e.i1(false); });
}

void Decoder::setFromStatus(const Field &field, Value status, Value slot,
                            llvm::function_ref<void()> onError) {
  Value isNull;
  if (lenient) {
    if (isStr(field.type)) { // what reads it finds an empty text
      Block *unset = e.newBlock(), *fine = e.newBlock();
      e.rarely(e.eq(status, e.i32(LEVADA_ERROR)), unset, fine);
      e.enter(unset);
      e.store(e.i64(0), slot, 8);
      e.store(e.i64(0), e.offset(slot, 8), 8);
      e.br(fine);
      e.enter(fine);
    }
    isNull = e.ne(status, e.i32(LEVADA_VALUE));
  } else {
    Block *error = e.newBlock(), *fine = e.newBlock();
    e.rarely(e.eq(status, e.i32(LEVADA_ERROR)), error, fine);
    e.enter(error);
    onError();
    e.enter(fine);
    isNull = e.eq(status, e.i32(LEVADA_NULL));
  }
  if (!field.type.getNullable()) {
    Block *missing = e.newBlock(), *there = e.newBlock();
    e.rarely(isNull, missing, there);
    e.enter(missing);
    bad(e.i32(static_cast<uint32_t>(RowError::NullValue)), columnName(field),
        e.str("NULL in a NOT NULL column"));
    e.enter(there);
    isNull = {};
  }
  l.set(field.argument, {e.loadRep(repOf(field.type), slot), isNull});
}

void Decoder::setFromText(const Field &field, Value p, Value n) {
  SqlType type = field.type;
  Value slot = e.stack(16, 16);
  std::string name = suffix(type);
  auto parse = [&]() -> Value {
    if (name == "str" && !type.isNested()) {
      e.call("levada_field_str", {p, n, slot});
      return e.i32(LEVADA_VALUE);
    }
    auto text = [&](llvm::StringRef s) {
      return e.bytes(llvm::StringRef((s + llvm::StringRef("\0", 1)).str()));
    };
    if (type.isNested())
      return e.call("levada_field_nested",
                    {l.ctx, p, n, typeDescriptor(l, type),
                     text(optionOf(op.getFormatOptions(), "csv.array-element-delimiter", ";")),
                     text(nullLiteral), slot});
    llvm::SmallVector<Value> operands;
    bool takesContext = type.isTimestamp() || name == "bytes" || !field.pattern.empty();
    if (takesContext)
      operands.push_back(l.ctx);
    operands.append({p, n});
    if (!field.pattern.empty()) {
      auto [unit, local] = patternUnit(type);
      operands.append({e.bytes((field.pattern + llvm::StringRef("\0", 1)).str()), e.i32(unit),
                       e.i1(local), slot});
      return e.call("levada_field_pattern", operands);
    }
    if (type.getKind() == SqlKind::Decimal)
      operands.append({e.i32(type.getPrecision()), e.i32(type.getScale())});
    operands.push_back(slot);
    return e.call("levada_field_" + name, operands);
  };
  Value literal = isNullLiteral(p, n);
  Value status = literal ? e.choose(
                               literal, e.intType(32),
                               [&] {
                                 if (name == "str") // what reads it finds an empty text
                                   e.call("levada_field_str", {p, e.i64(0), slot});
                                 return e.i32(LEVADA_NULL);
                               },
                               parse)
                         : parse();
  setFromStatus(field, status, slot, [&] {
    Value reason = e.stack(16, 8);
    e.call("levada_field_reason",
           {l.ctx, p, n, e.bytes(type.str(/*bare=*/true) + std::string(1, '\0')), reason});
    bad(e.i32(601), columnName(field), reason);
  });
}

void Decoder::setMetadata(Value record) {
  for (const Field &field : metadata) {
    Value value;
    if (field.name == "file") {
      value = e.abi().address(l.chunk, abi::field::chunk::file);
    } else if (field.name == "change-kind") {
      value = e.field(changes, abi::field::json::kind);
    } else if (field.name == "line") {
      Value position = e.load(e.ptr(), linePosition), number = e.load(e.intType(64), lineNumber);
      value = e.add(number, e.call("levada_newlines", {position, record}));
      e.store(record, linePosition);
      e.store(value, lineNumber);
    } else {
      Value begin = e.field(l.chunk, abi::field::chunk::data);
      Type i64 = e.intType(64);
      Value into = e.sub(e.op<LLVM::PtrToIntOp>(i64, record), e.op<LLVM::PtrToIntOp>(i64, begin));
      value = e.add(e.field(l.chunk, abi::field::chunk::byte_offset), into);
    }
    if (!isStr(field.type))
      value = e.resize(value, ssaType(e.context(), repOf(field.type)));
    l.set(field.argument, {value, {}});
  }
}

void decodeRecords(Lowering &l, SourcePlan &source, Block::BlockArgListType columns,
                   llvm::function_ref<void()> row) {
  Decoder decoder(l, source, columns);
  llvm::StringRef format = source.op.getFormat();
  if (format == "csv")
    return decodeCsv(decoder, row);
  if (format == "json" || format == "changelog-json")
    return decodeJson(decoder, row);
  if (format == "regex")
    return decodeRegex(decoder, row);
  return decodeRaw(decoder, row);
}

} // namespace levada::codegen::format
