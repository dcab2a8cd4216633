//===- values.h - values of SQL types as JSON --------------------------------===//
//
// Types as schemas name them ("ROW<a INT, b ARRAY<STRING> NOT NULL>"), and values
// as keys, rows and nested values hold them (stdlib/nested.h).
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONTROL_VALUES_H
#define LEVADA_RUNTIME_CONTROL_VALUES_H

#include "runtime/core/text.h"

#include <vector>

namespace levada::rt {

struct ValueType {
  Text base; // "DECIMAL", "STRING", "ROW" …
  int precision = 0, scale = 0;
  std::vector<ValueType> children; // element; key, value; fields
  std::vector<Text> names;         // of fields

  /// False: the text is no type.
  bool parse(std::string_view text);
  /// How a value of it is held: bool, i8 … i128, f32, f64, str.
  const char *kind() const;
};

/// A value that is not NULL.
void append_value(Text &text, const ValueType &type, const char *value);
/// A number or a text of a kind, whatever its type: of accumulators. False: of a
/// kind that has no such form.
bool append_plain(Text &text, std::string_view kind, const char *value);
/// 2024-03-01 10:00:00.250 of ms since 1970.
Text moment_ms(int64_t ms);

} // namespace levada::rt

#endif
