//===- Guess.h - the narrowest type that reads all values of a column ------===//
#ifndef LEVADA_TOOLS_LEVADA_INFER_GUESS_H
#define LEVADA_TOOLS_LEVADA_INFER_GUESS_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace levada::infer {

/// What the values of a column have in common so far. The type is the first of
/// BOOLEAN, BIGINT, DOUBLE, DATE, TIMESTAMP, TIMESTAMP_LTZ that reads them all
/// without losing a digit, else STRING.
class Guess {
public:
  void add(llvm::StringRef text);
  /// A value of text that stays text whatever it looks like, unless a time.
  void addQuoted(llvm::StringRef text);
  /// The values of another part of the data.
  void merge(const Guess &other);
  /// "BIGINT", "TIMESTAMP(3)" …; STRING when there was no value.
  std::string type() const;
  /// Of text whose first values were numbers: the one that was none, or "".
  const std::string &oddity() const { return odd; }
  bool empty() const { return !any; }
  /// More values change nothing: it is STRING.
  bool settled() const { return any && !boolean && !number && !date && !timestamp && !instant; }
  /// Of times: how many seconds they go back at most.
  int64_t disorder() const { return back; }

private:
  bool any = false, boolean = true, integer = true, number = true;
  bool date = true, timestamp = true, instant = true;
  unsigned digits = 0; ///< behind the second's point, at most
  int64_t newest = INT64_MIN, back = 0;
  std::string odd;
};

} // namespace levada::infer

#endif
