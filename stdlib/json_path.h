//===- json_path.h - the steps of a JSON path -------------------------------===//
#ifndef LEVADA_STDLIB_JSON_PATH_H
#define LEVADA_STDLIB_JSON_PATH_H

#include "stdlib/json.h"

#include <memory>
#include <string>
#include <vector>

namespace levada::json {

enum class Step : uint8_t { Names, Indexes, Slice, All, Scan, Filter, Function };

struct Path;

/// A filter's condition: comparisons of operands, joined by logic.
struct Condition {
  enum Op : uint8_t { And, Or, Not, Exists, Eq, Ne, Lt, Le, Gt, Ge } op = Exists;
  std::unique_ptr<Condition> left, right;
  /// Of comparisons: a path (`@…`, `$…`), else a constant.
  struct Operand {
    std::unique_ptr<Path> path;
    bool fromRoot = false;
    Kind kind = Kind::Null;
    std::string text;
  } a, b;
};

struct Token {
  Step step;
  std::vector<std::string> names; ///< also the function's
  std::vector<int64_t> indexes;
  bool hasFrom = false, hasTo = false;
  int64_t from = 0, to = 0;
  std::unique_ptr<Condition> filter;
};

struct Path {
  bool good = false, lax = false;
  bool single = true;  ///< at most one value
  bool inPlace = true; ///< names and indexes from the start alone
  bool function = false;
  std::vector<Token> tokens;
};

/// The steps of a path's text; kept per thread.
const Path &compiled(const levada_str &text);

} // namespace levada::json

#endif
