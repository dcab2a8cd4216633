//===- Encode.cpp - rows to bytes ------------------------------------------===//
//
// A row is measured first (literals, the most a number can take, the lengths
// of its texts), space for all of it is taken once, and then it is written
// without another check. Formats differ in literals and in how they quote.
//
//===----------------------------------------------------------------------===//
#include "codegen/format/Format.h"
#include "codegen/lower/Nested.h"
#include "runtime/formats/decode.h"
#include "stdlib/text.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using levada::flow::SqlKind;
using levada::flow::SqlType;

namespace levada::codegen::format {
namespace {

enum class Style { Json, Csv, Raw, Print, Table };

/// What surrounds the values of a row.
struct Frame {
  std::string open, close;
  std::string null;
  /// Text before value `index`.
  std::function<std::string(size_t index, llvm::StringRef column)> before;
};

class RowEncoder {
public:
  RowEncoder(Lowering &l, SinkPlan &sink, unsigned index);
  /// `kind`: an i8 that says what the row changes, or null: it is new.
  void encode(llvm::ArrayRef<Scalar> values, Value kind);

private:
  Frame frame() const;
  /// The most bytes a value takes beside its text.
  unsigned roomFor(SqlType type) const;
  /// Bytes for each byte of a text, in thirds for base64.
  unsigned perByte(SqlType type) const;
  void literal(llvm::StringRef text);
  void value(SqlType type, Value value);
  void text(SqlType type, Value value);
  /// A nested value as the format writes it, made before space is taken.
  Scalar nestedText(SqlType type, Scalar value);
  void number(SqlType type, Value value);
  void timestamp(SqlType type, Value value);
  bool quoted(SqlType type) const;
  Value call(llvm::StringRef name, llvm::SmallVector<Value> operands) {
    operands.insert(operands.begin(), at);
    return e.call(name, operands);
  }

  Lowering &l;
  Emitter &e;
  SinkPlan &sink;
  unsigned index;
  Style style;
  CsvDialect csv;
  char separator = ' '; ///< between date and time
  bool changelog = false, withoutNulls = false; ///< JSON
  uint32_t nestedHow = 0;              ///< as levada_nested_json takes it
  std::string nullKey;                 ///< a NULL key of a MAP
  std::string identifier; ///< print: stands before each row
  Value at;             ///< where the next byte goes
};

Style styleOf(exec::SinkOp op) {
  llvm::StringRef format = op.getFormat();
  if (format == "json" || format == "changelog-json")
    return Style::Json;
  if (format == "csv")
    return Style::Csv;
  if (format == "raw")
    return Style::Raw;
  return format == "table" ? Style::Table : Style::Print;
}

RowEncoder::RowEncoder(Lowering &l, SinkPlan &sink, unsigned index)
    : l(l), e(l.e), sink(sink), index(index), style(styleOf(sink.op)),
      csv(csvDialect(sink.op.getFormatOptions())) {
  std::string prefix = sink.op.getFormat().str();
  llvm::StringRef standard =
      optionOf(sink.op.getFormatOptions(), prefix + ".timestamp-format.standard", "SQL");
  changelog = prefix == "changelog-json";
  identifier = optionOf(sink.op.getOptions(), "print-identifier").str();
  if (!identifier.empty())
    identifier += "> ";
  withoutNulls = optionOf(sink.op.getFormatOptions(), "json.encode.ignore-null-fields") == "true";
  llvm::StringRef keys = optionOf(sink.op.getFormatOptions(), prefix + ".map-null-key.mode", "FAIL");
  nestedHow = (keys == "DROP"      ? LEVADA_NULL_KEY_DROP
               : keys == "LITERAL" ? LEVADA_NULL_KEY_LITERAL
                                   : LEVADA_NULL_KEY_FAIL) |
              (withoutNulls ? LEVADA_NESTED_WITHOUT_NULLS : 0);
  nullKey = optionOf(sink.op.getFormatOptions(), prefix + ".map-null-key.literal", "null").str();
  if (style == Style::Print || (style == Style::Json && standard == "ISO-8601"))
    separator = 'T';
}

/// A JSON string literal, quotes included.
std::string jsonQuoted(llvm::StringRef text) {
  std::string out = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\')
      (out += '\\') += static_cast<char>(c);
    else if (c < 0x20)
      out += "\\u00" + std::string(1, llvm::hexdigit(c >> 4, true)) + llvm::hexdigit(c & 15, true);
    else
      out += static_cast<char>(c);
  }
  return out + "\"";
}

Frame RowEncoder::frame() const {
  switch (style) {
  case Style::Json:
    return {changelog ? "{\"op\":\"+I\",\"data\":{" : "{", changelog ? "}}\n" : "}\n", "null",
            [this](size_t i, llvm::StringRef column) {
              return (i && !withoutNulls ? "," : "") + jsonQuoted(column) + ":";
            }};
  case Style::Csv:
    return {"", "\n", csv.nullLiteral, [this](size_t i, llvm::StringRef) {
              return i ? std::string(1, csv.delimiter) : std::string();
            }};
  case Style::Raw:
    return {"", "\n", "", [](size_t, llvm::StringRef) { return std::string(); }};
  case Style::Print:
    return {identifier + "+I[", "]\n", "NULL", [](size_t i, llvm::StringRef) {
              return std::string(i ? ", " : "");
            }};
  case Style::Table:
    return {"", "\n", "\\N", [](size_t i, llvm::StringRef) {
              return std::string(i ? "\t" : "");
            }};
  }
  llvm_unreachable("covered");
}

unsigned RowEncoder::roomFor(SqlType type) const {
  switch (type.getKind()) {
  case SqlKind::Null:
  case SqlKind::Boolean:
    return 5;
  case SqlKind::Float:
  case SqlKind::Double:
    return LEVADA_PUT_F64 + 2;
  case SqlKind::Decimal:
    return LEVADA_PUT_DECIMAL;
  case SqlKind::Date:
    return LEVADA_PUT_DATE + 2;
  case SqlKind::Time:
    return LEVADA_PUT_TIME + 2;
  case SqlKind::Timestamp:
  case SqlKind::TimestampLtz:
    return LEVADA_PUT_TS + 3;
  case SqlKind::Char:
  case SqlKind::VarChar:
  case SqlKind::Binary:
  case SqlKind::VarBinary:
  case SqlKind::Array:
  case SqlKind::Map:
  case SqlKind::Multiset:
  case SqlKind::Row:
    return 8;
  default:
    return LEVADA_PUT_I64;
  }
}

unsigned RowEncoder::perByte(SqlType type) const {
  if (type.isNested()) // made already
    return style == Style::Csv || style == Style::Table ? 2 : 1;
  if (style == Style::Json)
    return type.isBinary() ? 2 : 6;
  if (style == Style::Csv || style == Style::Table || type.isBinary())
    return 2;
  return 1;
}

bool RowEncoder::quoted(SqlType type) const {
  return style == Style::Json && (type.isTimestamp() || type.getKind() == SqlKind::Date ||
                                  type.getKind() == SqlKind::Time);
}

void RowEncoder::literal(llvm::StringRef text) {
  if (text.empty())
    return;
  e.copy(at, e.bytes(text), e.i64(text.size()));
  at = e.offset(at, static_cast<int64_t>(text.size()));
}

void RowEncoder::text(SqlType type, Value value) {
  bool binary = type.isBinary();
  if (type.isNested() && style == Style::Json) {
    at = call("levada_put_str", {value});
    return;
  }
  switch (style) {
  case Style::Json:
    at = call(binary ? "levada_put_json_bytes" : "levada_put_json_str", {value});
    return;
  case Style::Csv:
    at = binary ? call("levada_put_csv_bytes", {value})
                : call("levada_put_csv_str", {value, e.i8(csv.delimiter), e.i8(csv.quote),
                                              e.i8(csv.escape)});
    return;
  case Style::Raw:
    at = call("levada_put_str", {value});
    return;
  case Style::Print:
    at = call(binary ? "levada_put_hex" : "levada_put_str", {value});
    return;
  case Style::Table:
    at = call(binary ? "levada_put_hex" : "levada_put_table_str", {value});
    return;
  }
}

void RowEncoder::timestamp(SqlType type, Value value) {
  int digits = unitDigits(type);
  bool instant = type.getKind() == SqlKind::TimestampLtz;
  // JSON and CSV say instants in UTC, with a Z; a person reads local times.
  bool local = instant && (style == Style::Print || style == Style::Table || style == Style::Raw);
  if (local && digits == 3 && l.plan.timeZone() != "UTC")
    value = e.call("levada_zone_to_local_ms", {l.ctx, value});
  if (digits == 9)
    value = l.spill(value);
  at = call("levada_put_ts" + std::to_string(digits), {value, e.i32(-1), e.i8(separator)});
  if (instant && !local)
    literal("Z");
}

void RowEncoder::number(SqlType type, Value value) {
  switch (type.getKind()) {
  case SqlKind::Float:
  case SqlKind::Double: {
    std::string name = type.getKind() == SqlKind::Float ? "levada_put_f32" : "levada_put_f64";
    if (style != Style::Json) {
      at = call(name, {value});
      return;
    }
    // NaN and the infinities are no JSON numbers: they go in quotes.
    Value difference = e.op<LLVM::FSubOp>(value, value);
    Value finite = e.op<LLVM::FCmpOp>(LLVM::FCmpPredicate::oeq, difference, difference);
    Value start = at;
    at = e.choose(
        finite, e.ptr(), [&] { return call(name, {value}); },
        [&] {
          at = start;
          literal("\"");
          at = call(name, {value});
          literal("\"");
          return at;
        });
    return;
  }
  case SqlKind::Decimal:
    at = repOf(type) == Rep::I64
             ? call("levada_put_decimal64", {value, e.i32(type.getScale())})
             : call("levada_put_decimal", {l.spill(value), e.i32(type.getScale())});
    return;
  default:
    at = call("levada_put_i64", {e.resize(value, e.intType(64))});
  }
}

void RowEncoder::value(SqlType type, Value value) {
  if (quoted(type))
    literal("\"");
  switch (type.getKind()) {
  case SqlKind::Null:
    break;
  case SqlKind::Boolean: {
    bool upper = style == Style::Print || style == Style::Table;
    Value start = at;
    auto word = [&](llvm::StringRef text) {
      at = start;
      literal(text);
      return at;
    };
    at = e.choose(
        value, e.ptr(), [&] { return word(upper ? "TRUE" : "true"); },
        [&] { return word(upper ? "FALSE" : "false"); });
    break;
  }
  case SqlKind::Char:
  case SqlKind::VarChar:
  case SqlKind::Binary:
  case SqlKind::VarBinary:
  case SqlKind::Array:
  case SqlKind::Map:
  case SqlKind::Multiset:
  case SqlKind::Row:
    text(type, value);
    break;
  case SqlKind::Date:
    at = call("levada_put_date", {value});
    break;
  case SqlKind::Time:
    at = call("levada_put_time", {value, e.i32(-1)});
    break;
  case SqlKind::Timestamp:
  case SqlKind::TimestampLtz:
    timestamp(type, value);
    break;
  default:
    number(type, value);
  }
  if (quoted(type))
    literal("\"");
}

Scalar RowEncoder::nestedText(SqlType type, Scalar value) {
  Scalar text = l.strict(value, Rep::Str, [&]() -> Scalar {
    Value out = e.stack(16, 8);
    if (style == Style::Json) {
      Value status = e.call("levada_nested_json",
                            {l.ctx, typeDescriptor(l, type), value.value, e.i8(separator), e.i32(nestedHow),
                             e.bytes(nullKey + std::string(1, '\0')), out});
      l.failOnStatus(status, sink.op.getLoc());
    } else if (style == Style::Csv && (type.getKind() == SqlKind::Array || type.getKind() == SqlKind::Row))
      e.call("levada_nested_csv",
             {l.ctx, typeDescriptor(l, type), value.value,
              e.bytes(optionOf(sink.op.getFormatOptions(), "csv.array-element-delimiter", ";").str() + std::string(1, '\0')),
              e.bytes(csv.nullLiteral + std::string(1, '\0')), out});
    else
      e.call("levada_any_text", {l.ctx, box(l, {value.value, {}}, type), out});
    return {out, {}};
  });
  return {text.value, value.isNull};
}

void RowEncoder::encode(llvm::ArrayRef<Scalar> given, Value kind) {
  using namespace abi::field;
  Frame around = frame();
  ArrayAttr names = sink.op.getColumns(), types = sink.op.getTypes();
  auto typeAt = [&](size_t i) { return cast<SqlType>(cast<TypeAttr>(types[i]).getValue()); };
  llvm::SmallVector<Scalar> values(given);
  for (auto [i, scalar] : llvm::enumerate(values))
    if (typeAt(i).isNested())
      scalar = nestedText(typeAt(i), scalar);
  size_t room = around.open.size() + around.close.size();
  Value need;
  for (auto [i, scalar] : llvm::enumerate(values)) {
    SqlType type = typeAt(i);
    room += around.before(i, cast<StringAttr>(names[i]).getValue()).size();
    room += std::max<size_t>(roomFor(type), around.null.size()) + withoutNulls;
    if (!isStr(type))
      continue;
    Value size = e.zext(e.load(e.intType(32), scalar.value, 4), e.intType(64));
    if (scalar.isNull)
      size = e.select(scalar.isNull, e.i64(0), size);
    size = e.mul(size, e.i64(perByte(type)));
    need = need ? e.add(need, size) : size;
  }
  need = need ? e.add(need, e.i64(room)) : e.i64(room);
  auto abi = e.abi();
  Value buffer = abi::rt_out(abi, l.ctx, e.i32(index), need);
  at = e.field(buffer, out::cur);
  std::string pending = around.open;
  if (kind) { // where it says that the row is new stands what it does
    size_t place = pending.rfind("+I");
    literal(pending.substr(0, place));
    e.copy(at, e.offset(e.bytes("+I-U+U-D"), e.zext(e.add(kind, kind), e.intType(64))), e.i64(2));
    at = e.offset(at, 2);
    pending = pending.substr(place + 2);
  }
  if (withoutNulls) { // a comma behind each value
    literal(pending);
    pending.clear();
  }
  for (auto [i, scalar] : llvm::enumerate(values)) {
    SqlType type = typeAt(i);
    Value without = at;
    literal(pending + around.before(i, cast<StringAttr>(names[i]).getValue()));
    pending.clear();
    if (!scalar.isNull) {
      value(type, scalar.value);
      literal(withoutNulls ? "," : "");
      continue;
    }
    Value start = at, present = scalar.value;
    at = e.choose(
        scalar.isNull, e.ptr(),
        [&] {
          if (withoutNulls)
            return without;
          literal(around.null);
          return at;
        },
        [&] {
          at = start;
          value(type, present);
          literal(withoutNulls ? "," : "");
          return at;
        });
  }
  if (withoutNulls) {
    Value last = e.load(e.intType(8), e.offset(at, -1), 1);
    at = e.select(e.eq(last, e.i8(',')), e.offset(at, -1), at);
  }
  literal(pending + around.close);
  e.setField(buffer, out::cur, at);
  e.setField(buffer, out::rows, e.add(e.field(buffer, out::rows), e.i64(1)));
}

} // namespace

void encodeRow(Lowering &l, SinkPlan &sink, unsigned index, llvm::ArrayRef<Scalar> values,
               Value kind) {
  RowEncoder(l, sink, index).encode(values, kind);
}

std::string headerOf(exec::SinkOp op) {
  Style style = styleOf(op);
  if (style == Style::Table) { // how the runtime aligns each column
    std::string letters;
    for (Attribute type : op.getTypes())
      letters += cast<SqlType>(cast<TypeAttr>(type).getValue()).isNumeric() ? 'r' : 'l';
    return letters;
  }
  if (style != Style::Csv || optionOf(op.getFormatOptions(), "csv.header") != "true")
    return "";
  char delimiter = csvDialect(op.getFormatOptions()).delimiter;
  std::string header;
  for (auto [i, name] : llvm::enumerate(op.getColumns())) {
    llvm::StringRef text = cast<StringAttr>(name).getValue();
    if (i)
      header += delimiter;
    if (text.find_first_of(std::string("\"\n\r") + delimiter) != llvm::StringRef::npos) {
      header += '"';
      for (char c : text)
        header.append(c == '"' ? 2 : 1, c);
      header += '"';
    } else {
      header += text;
    }
  }
  return header + "\n";
}

} // namespace levada::codegen::format
