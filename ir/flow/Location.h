//===- Location.h - the user's text behind an operation -------------------===//
//
// Every operation made for something the user wrote carries
//
//   fused<{length = 7 : i32, text = "a / b.c"}>["pipe.toml":12:9]
//
// : file, line and column (from 1, in characters) where the text begins, its
// length in bytes of the file, and the text itself, cut at kMaxText bytes.
// Passes that merge operations fuse such locations; the first one is asked.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_IR_FLOW_LOCATION_H
#define LEVADA_IR_FLOW_LOCATION_H

#include "ir/diag/SourceMap.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"

#include <optional>

namespace levada::flow {

/// Longest text kept in a location, in bytes.
inline constexpr size_t kMaxText = 200;

/// What a location says about the user's text; the strings live in the context.
struct Place {
  llvm::StringRef file;
  unsigned line = 0, column = 0; ///< from 1
  unsigned length = 0;           ///< bytes of the file; 0 when not known
  llvm::StringRef text;          ///< as written; "" when not known
};

/// The location of a range of the user's text (UnknownLoc for no range).
inline mlir::Location locationOf(mlir::MLIRContext *context, const SourceMap &sources,
                                 SourceRange range) {
  if (!range.valid())
    return mlir::UnknownLoc::get(context);
  mlir::Builder builder(context);
  LineColumn position = sources.position(range);
  SourceRange inFile = sources.toFile(range);
  std::string_view path = sources.path(range.buffer);
  auto start = mlir::FileLineColLoc::get(context, llvm::StringRef(path.data(), path.size()),
                                         position.line, position.column);
  std::string_view text = sources.text(range.buffer).substr(range.begin, range.end - range.begin);
  if (text.size() > kMaxText) {
    size_t size = kMaxText;
    while (size > 0 && (text[size] & 0xC0) == 0x80) // not inside a character
      --size;
    text = text.substr(0, size);
  }
  auto metadata = builder.getDictionaryAttr(
      {builder.getNamedAttr("length", builder.getI32IntegerAttr(inFile.end - inFile.begin)),
       builder.getNamedAttr("text", builder.getStringAttr(llvm::StringRef(text.data(), text.size())))});
  return mlir::FusedLoc::get(context, {start}, metadata);
}

/// Reads back what locationOf wrote; nullopt where no file is known.
inline std::optional<Place> placeOf(mlir::Location location) {
  if (auto file = llvm::dyn_cast<mlir::FileLineColLoc>(location))
    return Place{file.getFilename().getValue(), file.getLine(), file.getColumn(), 0, {}};
  if (auto name = llvm::dyn_cast<mlir::NameLoc>(location))
    return placeOf(name.getChildLoc());
  if (auto call = llvm::dyn_cast<mlir::CallSiteLoc>(location))
    return placeOf(call.getCallee());
  auto fused = llvm::dyn_cast<mlir::FusedLoc>(location);
  if (!fused)
    return std::nullopt;
  for (mlir::Location part : fused.getLocations()) {
    std::optional<Place> place = placeOf(part);
    if (!place)
      continue;
    if (auto metadata = llvm::dyn_cast_or_null<mlir::DictionaryAttr>(fused.getMetadata())) {
      if (auto length = metadata.getAs<mlir::IntegerAttr>("length"))
        place->length = length.getInt();
      if (auto text = metadata.getAs<mlir::StringAttr>("text"))
        place->text = text.getValue();
    }
    return place;
  }
  return std::nullopt;
}

} // namespace levada::flow

#endif
