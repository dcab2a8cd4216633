//===- Format.h - records to scalars, scalars to records -------------------===//
//
// What depends on the schema is generated here: which fields are read and in
// what order, which primitive parses each, the literal text between values.
// How bytes are scanned and numbers parsed or printed is in the library.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_CODEGEN_FORMAT_FORMAT_H
#define LEVADA_CODEGEN_FORMAT_FORMAT_H

#include "codegen/lower/Lower.h"

namespace levada::codegen::format {

/// The loop over the records of a chunk. Sets the scalars of `columns` for
/// each and runs `row`; records that do not decode go to the runtime.
void decodeRecords(Lowering &l, SourcePlan &source, mlir::Block::BlockArgListType columns,
                   llvm::function_ref<void()> row);

/// Appends a row to the sink's buffer; `kind` (i8, or null: new) says what it changes.
void encodeRow(Lowering &l, SinkPlan &sink, unsigned index, llvm::ArrayRef<Scalar> values,
               mlir::Value kind);

/// Bytes at the front of a file of this sink, like a CSV header; "" for none.
std::string headerOf(exec::SinkOp sink);

/// The characters of a CSV dialect, 0 for none.
struct CsvDialect {
  char delimiter = ',', quote = 0, escape = 0;
  std::string nullLiteral;
};
CsvDialect csvDialect(mlir::DictionaryAttr options);
/// The byte that a one-character option says: ",", "\\t", "\\u0001".
char characterOf(llvm::StringRef value, char fallback);

} // namespace levada::codegen::format

#endif
