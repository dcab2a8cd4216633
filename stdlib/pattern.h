//===- pattern.h - date and time by a Java pattern -------------------------===//
#ifndef LEVADA_STDLIB_PATTERN_H
#define LEVADA_STDLIB_PATTERN_H

#include "stdlib/fn.h"

namespace levada::pattern {

/// Whose rules a pattern follows.
enum class Style {
  Formatter, ///< java.time.DateTimeFormatter, smart: the whole text, fields in range
  Simple,    ///< java.text.SimpleDateFormat, lenient: fields roll over, a rest is ignored
};

/// What a text said, as local time.
struct Result {
  int64_t seconds;
  int32_t nanos;
  bool hasOffset;  ///< the text names its zone
  int32_t offset;  ///< seconds east of UTC
};

/// False where the text or the pattern itself does not do.
bool parse(const levada_str &text, const levada_str &pattern, Style style, Result *out);

/// Whether the pattern is one of the style.
bool valid(const levada_str &pattern, Style style);

/// Local time as the pattern says; false for an unknown pattern. `offset` is
/// printed by zone letters.
bool format(levada_ctx *ctx, int64_t seconds, int32_t nanos, int32_t offset,
            const levada_str &pattern, Style style, levada_str *out);

} // namespace levada::pattern

#endif
