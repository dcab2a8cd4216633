//===- java_regex.h - Java's regular expressions for RE2 --------------------===//
#ifndef LEVADA_STDLIB_JAVA_REGEX_H
#define LEVADA_STDLIB_JAVA_REGEX_H

#include <string>

namespace levada::javaregex {

enum class Reading {
  Good,
  Broken,     ///< Java would not compile it
  Backtracks, ///< Java would, but it takes a matcher that backtracks
};

/// The same pattern as RE2 writes it, in `out`.
Reading translate(const char *pattern, size_t size, std::string &out);

} // namespace levada::javaregex

#endif
