//===- Physical.cpp - SQL types as machine values and bytes ---------------===//
#include "codegen/lower/Physical.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using levada::flow::SqlKind;
using levada::flow::SqlType;

namespace levada::codegen {

Rep repOf(SqlType type) {
  switch (type.getKind()) {
  case SqlKind::Null:
  case SqlKind::Boolean:
    return Rep::I1;
  case SqlKind::TinyInt:
    return Rep::I8;
  case SqlKind::SmallInt:
    return Rep::I16;
  case SqlKind::Int:
  case SqlKind::Date:
  case SqlKind::Time:
  case SqlKind::IntervalYearMonth:
    return Rep::I32;
  case SqlKind::BigInt:
  case SqlKind::IntervalDayTime:
    return Rep::I64;
  case SqlKind::Float:
    return Rep::F32;
  case SqlKind::Double:
    return Rep::F64;
  case SqlKind::Decimal:
    return type.getPrecision() <= 18 ? Rep::I64 : Rep::I128;
  case SqlKind::Timestamp:
  case SqlKind::TimestampLtz:
    return type.getPrecision() <= 6 ? Rep::I64 : Rep::I128;
  case SqlKind::Char:
  case SqlKind::VarChar:
  case SqlKind::Binary:
  case SqlKind::VarBinary:
  case SqlKind::Array:
  case SqlKind::Map:
  case SqlKind::Multiset:
  case SqlKind::Row:
    return Rep::Str;
  }
  llvm_unreachable("covered");
}

int unitDigits(SqlType type) {
  return type.getPrecision() <= 3 ? 3 : type.getPrecision() <= 6 ? 6 : 9;
}

std::string libraryName(SqlType type) {
  switch (type.getKind()) {
  case SqlKind::Boolean:
    return "bool";
  case SqlKind::TinyInt:
    return "i8";
  case SqlKind::SmallInt:
    return "i16";
  case SqlKind::Int:
    return "i32";
  case SqlKind::BigInt:
    return "i64";
  case SqlKind::Float:
    return "f32";
  case SqlKind::Double:
    return "f64";
  case SqlKind::Decimal:
    return "dec";
  case SqlKind::Date:
    return "date";
  case SqlKind::Time:
    return "time";
  case SqlKind::Timestamp:
    return "ts" + std::to_string(unitDigits(type));
  case SqlKind::TimestampLtz:
    return "ltz" + std::to_string(unitDigits(type));
  case SqlKind::IntervalYearMonth:
    return "ym";
  case SqlKind::IntervalDayTime:
    return "dt";
  default:
    return "str";
  }
}

Type ssaType(MLIRContext *context, Rep rep) {
  switch (rep) {
  case Rep::I1:
    return IntegerType::get(context, 1);
  case Rep::I8:
    return IntegerType::get(context, 8);
  case Rep::I16:
    return IntegerType::get(context, 16);
  case Rep::I32:
    return IntegerType::get(context, 32);
  case Rep::I64:
    return IntegerType::get(context, 64);
  case Rep::I128:
    return IntegerType::get(context, 128);
  case Rep::F32:
    return Float32Type::get(context);
  case Rep::F64:
    return Float64Type::get(context);
  case Rep::Str:
    return LLVM::LLVMPointerType::get(context);
  }
  llvm_unreachable("covered");
}

Type memoryType(MLIRContext *context, Rep rep) {
  if (rep == Rep::I1)
    return IntegerType::get(context, 8);
  if (rep == Rep::Str)
    return IntegerType::get(context, 128);
  return ssaType(context, rep);
}

unsigned sizeOf(Rep rep) {
  switch (rep) {
  case Rep::I1:
  case Rep::I8:
    return 1;
  case Rep::I16:
    return 2;
  case Rep::I32:
  case Rep::F32:
    return 4;
  case Rep::I64:
  case Rep::F64:
    return 8;
  case Rep::I128:
  case Rep::Str:
    return 16;
  }
  llvm_unreachable("covered");
}

unsigned rowAlign(Rep rep) { return std::min(sizeOf(rep), 8u); }

Layout::Layout(ArrayRef<SqlType> types, unsigned header) {
  for (SqlType type : types)
    columns.push_back({type, repOf(type), 0, -1});
  unsigned at = header;
  for (unsigned align : {8u, 4u, 2u, 1u})
    for (Column &column : columns)
      if (rowAlign(column.rep) == align) {
        column.offset = at;
        at += sizeOf(column.rep);
      }
  for (Column &column : columns)
    if (column.type.getNullable())
      column.nullOffset = at++;
  size = llvm::alignTo(at, 8);
}

llvm::SmallVector<uint32_t> Layout::strOffsets() const {
  llvm::SmallVector<uint32_t> offsets;
  for (const Column &column : columns)
    if (column.rep == Rep::Str)
      offsets.push_back(column.offset);
  llvm::sort(offsets);
  return offsets;
}

} // namespace levada::codegen
