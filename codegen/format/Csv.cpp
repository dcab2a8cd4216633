//===- Csv.cpp - decoding CSV ----------------------------------------------===//
//
// The library finds the fields of a record; here the used ones are parsed, at
// positions that the header of the file may have permuted.
//
//===----------------------------------------------------------------------===//
#include "codegen/format/Decode.h"

using namespace mlir;

namespace levada::codegen::format {

char characterOf(llvm::StringRef value, char fallback) {
  if (value.empty())
    return fallback;
  if (value == "\\t")
    return '\t';
  unsigned code = 0;
  if (value.size() == 6 && value.starts_with("\\u") && !value.drop_front(2).getAsInteger(16, code))
    return static_cast<char>(code);
  return value.size() == 2 && value[0] == '\\' ? value[1] : value[0];
}

CsvDialect csvDialect(DictionaryAttr options) {
  CsvDialect dialect;
  dialect.delimiter = characterOf(optionOf(options, "csv.field-delimiter"), ',');
  if (optionOf(options, "csv.disable-quote-character") != "true")
    dialect.quote = characterOf(optionOf(options, "csv.quote-character"), '"');
  dialect.escape = characterOf(optionOf(options, "csv.escape-character"), 0);
  dialect.nullLiteral = optionOf(options, "csv.null-literal").str();
  return dialect;
}

void decodeCsv(Decoder &d, llvm::function_ref<void()> row) {
  using namespace abi::field;
  Emitter &e = d.e;
  CsvDialect dialect = csvDialect(d.op.getFormatOptions());
  const abi::Struct *record = abi::findStruct("levada_csv");
  Value cursor = e.stack(record->size, 16);
  Value declared = e.i32(d.op.getColumns().size());
  Value given = e.field(d.l.chunk, chunk::field_count);
  Value count = e.select(e.eq(given, e.i32(0)), declared, given);
  e.call("levada_csv_open", {cursor, d.l.ctx, d.l.chunk, count, e.i8(dialect.delimiter),
                             e.i8(dialect.quote), e.i8(dialect.escape)});
  if (d.lenient)
    e.setField(cursor, csv::lenient, e.i1(true));

  // Where each column is among the fields of this file.
  Value map = e.field(d.l.chunk, chunk::column_map);
  Value identity = e.eq(map, e.null());
  llvm::SmallVector<Value> indexes;
  for (const Field &field : d.fields)
    indexes.push_back(e.choose(
        identity, e.intType(64), [&] { return e.i64(field.column); },
        [&] {
          return e.zext(e.load(e.intType(32), e.offset(map, int64_t(field.column) * 4), 4),
                        e.intType(64));
        }));

  d.loop({cursor, csv::record, csv::size, csv::code, csv::reason, "levada_csv_next"},
         [&] {
           Value base = e.field(cursor, csv::base), ends = e.field(cursor, csv::ends);
           for (auto [field, index] : llvm::zip(d.fields, indexes)) {
             Value at = e.offset(ends, e.mul(index, e.i64(4)));
             Value end = e.zext(e.load(e.intType(32), at, 4), e.intType(64));
             Value before = e.load(e.intType(32), e.offset(at, -4), 4);
             Value begin = e.zext(e.add(before, e.i32(1)), e.intType(64));
             Value size = e.sub(end, begin), p = e.offset(base, begin);
             if (!d.lenient) {
               d.setFromText(field, p, size);
               continue;
             }
             // A field that is not there is NULL: read as an empty text.
             Value missing = e.eq(size, e.i64(-1));
             d.setFromText(field, e.select(missing, base, p), e.select(missing, e.i64(0), size));
             if (Scalar s = d.l.get(field.argument); field.type.getNullable())
               d.l.set(field.argument, {s.value, e.orNull(s.isNull, missing)});
           }
         },
         row);
}

} // namespace levada::codegen::format
