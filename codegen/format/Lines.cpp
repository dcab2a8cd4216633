//===- Lines.cpp - decoding raw lines and lines matched by a pattern -------===//
#include "codegen/format/Decode.h"

using namespace mlir;

namespace levada::codegen::format {

static Value openLines(Decoder &d, bool text, bool blank) {
  Emitter &e = d.e;
  Value cursor = e.stack(abi::findStruct("levada_lines")->size, 16);
  e.call("levada_lines_open", {cursor, d.l.chunk, e.i1(text), e.i1(blank)});
  return cursor;
}

static Decoder::Cursor lineCursor(Value cursor) {
  using namespace abi::field;
  return {cursor, lines::record, lines::size, lines::code, lines::reason, "levada_lines_next"};
}

void decodeRaw(Decoder &d, llvm::function_ref<void()> row) {
  Emitter &e = d.e;
  bool text = true;
  for (const Field &field : d.fields)
    text = !field.type.isBinary();
  Value cursor = openLines(d, text, /*blank=*/true);
  d.loop(lineCursor(cursor),
         [&] {
           for (const Field &field : d.fields) {
             Value p = e.field(cursor, abi::field::lines::record);
             Value n = e.field(cursor, abi::field::lines::size);
             if (!isStr(field.type)) {
               d.setFromText(field, p, n);
               continue;
             }
             Value slot = e.stack(16, 16); // bytes are the line's, not base64
             e.call("levada_field_str", {p, n, slot});
             d.l.set(field.argument, {slot, {}});
           }
         },
         row);
}

/// A constant array of zero-terminated texts.
static Value textTable(Emitter &e, llvm::ArrayRef<llvm::StringRef> texts, llvm::StringRef symbol) {
  auto module = e.function()->getParentOfType<ModuleOp>();
  llvm::SmallVector<FlatSymbolRefAttr> parts;
  for (llvm::StringRef text : texts)
    parts.push_back(
        Emitter::byteGlobal(module, (text + llvm::StringRef("\0", 1)).str(), "bytes"));
  OpBuilder b(e.context());
  b.setInsertionPointToStart(module.getBody());
  auto array = LLVM::LLVMArrayType::get(e.ptr(), texts.size());
  auto global = b.create<LLVM::GlobalOp>(e.loc, array, true, LLVM::Linkage::Private, symbol,
                                         Attribute(), /*alignment=*/8);
  b.createBlock(&global.getInitializer());
  Value table = b.create<LLVM::UndefOp>(e.loc, array);
  for (auto [index, part] : llvm::enumerate(parts))
    table = b.create<LLVM::InsertValueOp>(
        e.loc, table, b.create<LLVM::AddressOfOp>(e.loc, e.ptr(), part.getValue()),
        llvm::ArrayRef<int64_t>{int64_t(index)});
  b.create<LLVM::ReturnOp>(e.loc, table);
  return e.addressOf(symbol);
}

void decodeRegex(Decoder &d, llvm::function_ref<void()> row) {
  Emitter &e = d.e;
  Value cursor = openLines(d, /*text=*/true, /*blank=*/false);
  auto module = e.function()->getParentOfType<ModuleOp>();
  std::string handle = ("levada_regex." + d.op.getSymName()).str();
  {
    OpBuilder b(e.context());
    b.setInsertionPointToStart(module.getBody());
    auto global = b.create<LLVM::GlobalOp>(e.loc, e.ptr(), /*isConstant=*/false,
                                           LLVM::Linkage::Internal, handle, Attribute(), 8);
    b.createBlock(&global.getInitializer());
    b.create<LLVM::ReturnOp>(e.loc, b.create<LLVM::ZeroOp>(e.loc, e.ptr()).getResult());
  }
  llvm::SmallVector<llvm::StringRef> names;
  for (const Field &field : d.fields)
    names.push_back(field.name);
  Value table = textTable(e, names, ("levada_regex_names." + d.op.getSymName()).str());
  Value spans = e.stack(std::max<size_t>(names.size(), 1) * 16);
  llvm::StringRef pattern = optionOf(d.op.getFormatOptions(), "regex.pattern");
  d.loop(lineCursor(cursor),
         [&] {
           Value p = e.field(cursor, abi::field::lines::record);
           Value n = e.field(cursor, abi::field::lines::size);
           Value matched =
               e.call("levada_regex_match",
                      {d.l.ctx, e.addressOf(handle),
                       e.bytes((pattern + llvm::StringRef("\0", 1)).str()), table,
                       e.i32(names.size()), p, n, spans});
           Block *other = e.newBlock(), *fine = e.newBlock();
           e.rarely(e.inverse(matched), other, fine);
           e.enter(other);
           d.bad(e.i32(601), e.null(), e.str("the line does not match the pattern"));
           e.enter(fine);
           for (auto [index, field] : llvm::enumerate(d.fields)) {
             Value begin = e.load(e.ptr(), e.offset(spans, int64_t(index) * 16), 8);
             Value end = e.load(e.ptr(), e.offset(spans, int64_t(index) * 16 + 8), 8);
             Type i64 = e.intType(64);
             Value size = e.sub(e.op<LLVM::PtrToIntOp>(i64, end), e.op<LLVM::PtrToIntOp>(i64, begin));
             // A group that took no part is NULL: read as an empty text.
             Value missing = e.eq(begin, e.null());
             d.setFromText(field, e.select(missing, p, begin), size);
             Scalar s = d.l.get(field.argument);
             if (field.type.getNullable())
               d.l.set(field.argument, {s.value, e.orNull(s.isNull, missing)});
           }
         },
         row);
}

} // namespace levada::codegen::format
