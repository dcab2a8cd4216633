//===- Diag.h - typed diagnostics with byte-exact places ------------------===//
//
// Every message of the compiler goes through one Engine. A kind of message is
// one line in codes/*.def; its place is a SourceRange, bytes in a buffer of the
// SourceMap. Engine collects, sorts by position, limits and renders.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_IR_DIAG_DIAG_H
#define LEVADA_IR_DIAG_DIAG_H

#include "ir/diag/SourceMap.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace levada::diag {

enum class Severity { Note, Warning, Error };

/// A kind of diagnostic: what a line of codes/*.def declares.
struct Kind {
  std::string_view code;     ///< "E104"
  std::string_view name;     ///< "unknown-option"
  Severity severity;
  std::string_view text;     ///< fmt pattern over the arguments of emit()
};

/// What LEVADA_DIAG is in the headers of codes/, one for each range of codes: a
/// file includes those of the diagnostics it emits.
#define LEVADA_DECLARE_DIAG(CODE, NAME, KEBAB, SEVERITY, TEXT)                 \
  inline constexpr Kind NAME{#CODE, KEBAB, Severity::SEVERITY, TEXT};

/// Text beside a secondary (or the primary) range.
struct Label {
  SourceRange range;
  std::string text;
};

struct Diagnostic {
  const Kind *kind = nullptr;
  SourceRange range;             ///< primary place; invalid() for none
  std::string text;              ///< formatted message
  std::string label;             ///< what stands beside the caret: the hint
  std::vector<Label> labels;     ///< secondary places
  std::vector<std::string> notes;
};

class Engine;

/// Fluent handle on a diagnostic just emitted; valid until the next emit().
class InFlight {
public:
  InFlight(Engine &engine, size_t index) : engine(engine), index(index) {}
  /// Text beside the primary caret, e.g. "did you mean `header`?".
  InFlight &hint(std::string text);
  /// A secondary range with its own text.
  InFlight &label(SourceRange range, std::string text);
  /// A line without a place, e.g. "`csv` options: delimiter, header".
  InFlight &note(std::string text);

private:
  Engine &engine;
  size_t index;
};

enum class RenderStyle { Pretty, PrettyColour, Plain, Json };

/// Collects diagnostics of one compilation. Not thread-safe.
class Engine {
public:
  explicit Engine(SourceMap &sources) : sources(sources) {}

  template <typename... Args>
  InFlight emit(SourceRange range, const Kind &kind, Args &&...args) {
    return add(range, kind,
               fmt::vformat(fmt::string_view(kind.text.data(), kind.text.size()),
                            fmt::make_format_args(args...)));
  }
  InFlight add(SourceRange range, const Kind &kind, std::string text);

  bool hasErrors() const { return errorCount != 0; }
  size_t errors() const { return errorCount; }
  const std::vector<Diagnostic> &all() const { return diagnostics; }
  SourceMap &sourceMap() { return sources; }

  /// All diagnostics, sorted by position, at most `limit` errors.
  std::string render(RenderStyle style, size_t limit = 20) const;

private:
  friend class InFlight;
  SourceMap &sources;
  std::vector<Diagnostic> diagnostics;
  size_t errorCount = 0;
  size_t droppedErrors = 0; ///< counted, no longer kept
};

/// The entry of `candidates` nearest in spelling to `word` (case-blind edit
/// distance, at most a third of its length), or "" when none is near.
std::string nearest(std::string_view word,
                    const std::vector<std::string> &candidates);

/// The kind with this code or kebab name, or nullptr.
const Kind *findKind(std::string_view codeOrName);
/// The paragraph that explains a code, or "" when there is none.
std::string_view explanation(std::string_view code);

} // namespace levada::diag

#endif
