//===- Decode.h - what the decoders of all formats share -------------------===//
#ifndef LEVADA_CODEGEN_FORMAT_DECODE_H
#define LEVADA_CODEGEN_FORMAT_DECODE_H

#include "codegen/format/Format.h"

namespace levada::codegen::format {

/// One column that a stage reads.
struct Field {
  mlir::Value argument; ///< of the stage's block
  flow::SqlType type;
  int column;           ///< in the file; -1 - k for metadata key k
  llvm::StringRef name;
  llvm::StringRef pattern; ///< time-format.NAME, "" for none
};

/// The state of one source stage while its loop is built.
class Decoder {
public:
  Decoder(Lowering &l, SourcePlan &source, mlir::Block::BlockArgListType columns);

  Lowering &l;
  Emitter &e;
  exec::SourceOp op;
  llvm::SmallVector<Field> fields;   ///< physical columns that are read
  llvm::SmallVector<Field> metadata; ///< and metadata
  std::string nullLiteral;           ///< of the format
  bool hasNullLiteral = false;
  bool lenient = false;              ///< a value that does not fit is NULL
  mlir::Value changes;               ///< of changelogs: the levada_json that says the kind

  /// Builds `while (advance()) { … }`: `cursor` has the fields record, size,
  /// code and reason of its struct. `decode` sets the physical columns or
  /// branches to bad().
  struct Cursor {
    mlir::Value address;
    const abi::Field &record, &size, &code, &reason;
    llvm::StringRef next;
    mlir::Value moving = {}; ///< second argument of `next`, where there is one
  };
  void loop(const Cursor &cursor, llvm::function_ref<void()> decode,
            llvm::function_ref<void()> row);

  /// To the runtime with the record: `column` may be null, `reason` a
  /// levada_str. Ends the current block.
  void bad(mlir::Value code, mlir::Value column, mlir::Value reason);
  /// The scalar of a field of text, from its library function.
  void setFromText(const Field &field, mlir::Value p, mlir::Value n);
  /// Stores status and value of a column once a library call gave them; the
  /// error branch runs `onError`, which ends its block.
  void setFromStatus(const Field &field, mlir::Value status, mlir::Value slot,
                     llvm::function_ref<void()> onError);
  /// "i32", "dec64", "ltz3" …: the suffix of the library's functions.
  static std::string suffix(flow::SqlType type);
  /// Whether a field's null literal matches: an i1, or null without one.
  mlir::Value isNullLiteral(mlir::Value p, mlir::Value n);
  /// Zero-terminated name of a column, for messages.
  mlir::Value columnName(const Field &field);
  /// unit and local of levada_field_pattern.
  std::pair<int, bool> patternUnit(flow::SqlType type);

private:
  void setMetadata(mlir::Value record);
  mlir::Block *badBlock = nullptr;
  mlir::Value linePosition, lineNumber; ///< variables of metadata `line`
};

void decodeCsv(Decoder &decoder, llvm::function_ref<void()> row);
void decodeJson(Decoder &decoder, llvm::function_ref<void()> row);
void decodeRaw(Decoder &decoder, llvm::function_ref<void()> row);
void decodeRegex(Decoder &decoder, llvm::function_ref<void()> row);

} // namespace levada::codegen::format

#endif
