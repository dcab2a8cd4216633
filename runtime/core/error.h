//===- error.h - what goes wrong, as a value ------------------------------===//
//
// Functions that can fail return bool (or a null pointer) and fill an Error:
// code, situation, place, and what to try. `render` makes the text that main
// prints; nothing else in the runtime writes errors.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CORE_ERROR_H
#define LEVADA_RUNTIME_CORE_ERROR_H

#include "runtime/core/text.h"

namespace levada::rt {

enum Code : uint32_t {
  BAD_RECORD = 601,
  EXPRESSION_FAILED = 610,
  UNREADABLE_INPUT = 620,
  NO_INPUT = 621,
  CORRUPT_INPUT = 622,
  WRONG_HEADER = 623,
  RECORD_TOO_LONG = 624,
  INPUT_CHANGED = 625,
  UNWRITABLE_OUTPUT = 630,
  OUTPUT_EXISTS = 631,
  OUTPUT_IN_USE = 632,
  OUTPUT_CHANGED = 633,
  UNSET_VARIABLE = 640,
  BAD_OPTION = 641,
  WRONG_ABI = 650,
  BAD_STATE = 660,
  STATE_IN_USE = 661,
  NO_CHECKPOINT = 662,
  STATE_MISMATCH = 663,
  DROPPED_STATE = 664,
  NO_SAVEPOINT = 665,
  NOT_RUNNING = 666,
  NO_ANSWER = 667,
  MEMORY_LIMIT = 691,
  NO_SPILL = 692,
};

struct Error {
  uint32_t code = 0;
  /// Ends the program without a word: the reader of stdout has gone.
  bool quiet = false;
  Text what;  // the situation, lower case, no full stop
  Text place; // "file:line", or empty
  Text shown; // the record's text, fit to be shown, or empty
  Text notes; // lines, each a note
  Text help;  // what to try, or empty

  explicit operator bool() const { return code != 0 || quiet; }
  /// Sets code and situation; returns false, for `return error.set(…)`.
  bool set(uint32_t code, Text what, Text help = {});
  Error &note(Text line);
};

/// "bad-record" for 601; NULL for an unknown code.
const char *code_name(uint32_t code);

/// The message in several lines, or as one line of JSON.
Text render(const Error &error, const char *severity, bool json);

/// `text` as a JSON string with its quotes.
void append_json(Text &out, std::string_view text);

} // namespace levada::rt

#endif
