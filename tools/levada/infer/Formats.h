//===- Formats.h - the parts of inferSchema --------------------------------===//
#ifndef LEVADA_TOOLS_LEVADA_INFER_FORMATS_H
#define LEVADA_TOOLS_LEVADA_INFER_FORMATS_H

#include "tools/levada/infer/Infer.h"

#include "llvm/ADT/ArrayRef.h"

namespace levada::infer {

using Lines = llvm::ArrayRef<llvm::StringRef>;

/// Each returns nullopt when the sample is of another format.
std::optional<Schema> inferJson(Lines lines, bool sure);
std::optional<Schema> inferLog(Lines lines);
std::optional<Schema> inferDelimited(llvm::StringRef sample, const Hints &hints);
/// Columns of a pattern that the user gave: its named groups.
Schema inferPattern(Lines lines, const std::string &pattern);

} // namespace levada::infer

#endif
