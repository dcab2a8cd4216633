//===- Values.h - durations, sizes, ${NAME} in strings ----------------------===//
//
// The one parser of each for the compiler. A fault is a part of the text and a
// sentence about it, so that the same parser serves files, the command line
// and tests.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_TOML_VALUES_H
#define LEVADA_FRONTEND_TOML_VALUES_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace levada::doc {

struct ValueFault {
  size_t begin = 0, end = 0; ///< bytes of the text
  std::string text;          ///< "`x` is no unit of time"
  std::string hint;
};

/// "1h 30m", "500ms", "5 seconds", "-1m": milliseconds.
std::optional<int64_t> parseDuration(std::string_view text, ValueFault &fault);
/// Milliseconds in the shortest such form: "1h30m".
std::string printDuration(int64_t millis);

/// "64 MB", "1g", "4096": bytes.
std::optional<int64_t> parseSize(std::string_view text, ValueFault &fault);

struct EnvironmentSpan {
  std::string name;
  size_t begin = 0, end = 0; ///< bytes of the whole ${NAME}
};
/// All ${NAME} of a text; false on a malformed one.
bool findEnvironment(std::string_view text,
                     std::vector<EnvironmentSpan> &found, ValueFault &fault);

} // namespace levada::doc

#endif
