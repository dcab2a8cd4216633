//===- Reader.h - values of the tree as the types a key expects -------------===//
//
// Private to frontend/toml. Each function takes a member of a table and gives
// its value, or emits what was expected, what was found and what to write.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_TOML_READER_H
#define LEVADA_FRONTEND_TOML_READER_H

#include "frontend/document/Document.h"

#include <initializer_list>

namespace levada::doc {

using Member = Node::Member;
using Words = std::vector<std::string>;

/// "a, b, c"
std::string listed(const Words &words);
/// "`key`", with the table it is in: "`window.tumble`".
std::string quoted(std::string_view key);

enum class Sign { Positive, NotNegative, Any };

class Reader {
public:
  explicit Reader(diag::Engine &engine, bool script = false)
      : engine(engine), sources(engine.sourceMap()), script(script) {}

  /// `KEY = "VALUE"` or, in a script, `'KEY' = 'VALUE'`, for hints.
  std::string assignment(std::string_view key, std::string_view value) const;
  /// "source", "sink"; "table" in a script.
  std::string kindOf(bool isSource) const { return script ? "table" : isSource ? "source" : "sink"; }
  /// The value between the quotes of the file's language.
  std::string quotedValue(std::string_view value) const;

  std::optional<Name> name(const Member &m);
  Text text(const Member &m);
  std::optional<bool> boolean(const Member &m);
  std::optional<int64_t> integer(const Member &m, int64_t low, int64_t high);
  std::optional<Duration> duration(const Member &m, Sign sign);
  /// Index of the word in `words`.
  std::optional<size_t> choice(const Member &m, const Words &words);
  /// A list of strings; `one`: a single string will do too.
  bool names(const Member &m, std::vector<Name> &out, bool one = false);
  bool texts(const Member &m, std::vector<Text> &out, bool mayBeEmpty = false);
  /// `example` is what one would write, e.g. `{ on = "ts" }`.
  bool table(const Member &m, std::string_view example);

  /// "`stream.x` has no key `wher`", with the nearest of `known`.
  void unknownKey(const std::string &where, const Name &key,
                  const Words &known);
  diag::InFlight wrongType(const Name &key, const Node &value,
                           std::string_view expected);
  diag::InFlight wrongType(const std::string &label, const Node &value,
                           std::string_view expected);
  /// False, after a message, if the string refers to the environment.
  bool fixed(const std::string &label, const Node &value);
  /// Letters, digits, `_` and `-`; false after a message.
  bool checkName(const Name &name);

  diag::Engine &engine;
  SourceMap &sources;
  const bool script; ///< SQL, not TOML
};

/// The text of an SQL literal as a number or a boolean, as Flink reads them.
std::optional<int64_t> integerOf(std::string_view text);
std::optional<bool> booleanOf(std::string_view text);

} // namespace levada::doc

#endif
