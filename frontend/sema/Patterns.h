//===- Patterns.h - constant patterns, checked while compiling ------------===//
//
// What is plainly wrong with a regular expression or a pattern of dates and
// times that stands in the script; the library has the last word at run time.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SEMA_PATTERNS_H
#define LEVADA_FRONTEND_SEMA_PATTERNS_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace levada::sema {

struct RegexCheck {
  bool broken = false;      ///< Java would not compile it either
  std::string backtracking; ///< what needs backtracking: "a look-ahead"; else empty
};
RegexCheck checkRegex(llvm::StringRef pattern);

/// The letter of a java.time pattern that says nothing, or "" where all do.
std::string badTimePattern(llvm::StringRef pattern);
/// Whether a zone has the form of an offset or stands in the system's folder.
bool isZoneName(llvm::StringRef name);

} // namespace levada::sema

#endif
