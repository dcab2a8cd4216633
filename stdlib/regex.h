//===- regex.h - compiled patterns for other files of the library ----------===//
#ifndef LEVADA_STDLIB_REGEX_H
#define LEVADA_STDLIB_REGEX_H

#include "stdlib/fn.h"

namespace levada::regex {

/// Part of a text; begin is null where a group took no part.
struct Span {
  const char *begin;
  uint32_t size;
};

/// Number of groups of a pattern; -1 where it does not compile.
int groupCount(const levada_str &pattern);
/// The first match at or after `from`: it and `count` - 1 of its groups.
bool find(const levada_str &pattern, const levada_str &text, uint64_t from, Span *spans, int count);

} // namespace levada::regex

#endif
