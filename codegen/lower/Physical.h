//===- Physical.h - SQL types as machine values and bytes -----------------===//
//
// The one table of how an SQL type is held: the LLVM type of its SSA value,
// and its size in a row. Text and bytes are pointers to 16-byte slots in SSA
// and the 16 bytes themselves in a row. A row keeps one null byte for each
// nullable column, after the values.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_CODEGEN_LOWER_PHYSICAL_H
#define LEVADA_CODEGEN_LOWER_PHYSICAL_H

#include "ir/flow/FlowOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace levada::codegen {

/// Machine kinds of SQL types.
enum class Rep : uint8_t { I1, I8, I16, I32, I64, I128, F32, F64, Str };

Rep repOf(flow::SqlType type);
/// The type of an SSA value.
mlir::Type ssaType(mlir::MLIRContext *context, Rep rep);
/// The type that stands in memory: i8 for i1, 16 bytes for Str.
mlir::Type memoryType(mlir::MLIRContext *context, Rep rep);
unsigned sizeOf(Rep rep);
/// Alignment of loads and stores in rows (never above 8).
unsigned rowAlign(Rep rep);

/// Digits after the point that a timestamp's machine form counts: 3, 6 or 9.
int unitDigits(flow::SqlType type);
/// The type's name in names of the library's functions: i32, dec, ts3, str.
std::string libraryName(flow::SqlType type);

inline bool isStr(flow::SqlType type) { return repOf(type) == Rep::Str; }

/// A scalar in SSA: `isNull` is absent where the value cannot be NULL. The
/// value of a NULL is unspecified but can be read (a Str points to memory).
struct Scalar {
  mlir::Value value, isNull;
};

/// Where a column stands in a row, a key or an entry.
struct Column {
  flow::SqlType type;
  Rep rep;
  unsigned offset;
  int nullOffset; ///< of its null byte, -1 where it is NOT NULL
};

/// A packed row: after `header` bytes the columns by descending alignment (in
/// order among equals), then null bytes, then zeros to a multiple of 8.
struct Layout {
  Layout() = default;
  Layout(mlir::ArrayRef<flow::SqlType> types, unsigned header);
  llvm::SmallVector<Column> columns; ///< in the order of the types
  unsigned size = 0;
  llvm::SmallVector<uint32_t> strOffsets() const;
};

} // namespace levada::codegen

#endif
