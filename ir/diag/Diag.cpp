//===- Diag.cpp - collecting diagnostics, spelling hints ------------------===//
//
// Engine keeps everything emitted, in order; sorting and limits are Render's.
// A hostile input may cause any number of messages: beyond `keptAtMost` they
// are counted, and the last slot is reused.
//
//===----------------------------------------------------------------------===//
#include "ir/diag/Diag.h"

#include <algorithm>
#include <cctype>

namespace levada::diag {

static constexpr size_t keptAtMost = 5000;

InFlight &InFlight::hint(std::string text) {
  engine.diagnostics[index].label = std::move(text);
  return *this;
}

InFlight &InFlight::label(SourceRange range, std::string text) {
  engine.diagnostics[index].labels.push_back({range, std::move(text)});
  return *this;
}

InFlight &InFlight::note(std::string text) {
  engine.diagnostics[index].notes.push_back(std::move(text));
  return *this;
}

InFlight Engine::add(SourceRange range, const Kind &kind, std::string text) {
  if (kind.severity == Severity::Error)
    ++errorCount;
  if (diagnostics.size() == keptAtMost) {
    if (diagnostics.back().kind->severity == Severity::Error)
      ++droppedErrors;
    diagnostics.pop_back();
  }
  Diagnostic &added = diagnostics.emplace_back();
  added.kind = &kind;
  added.range = range;
  added.text = std::move(text);
  return {*this, diagnostics.size() - 1};
}

/// Letters without case; the separators of keys count as one.
static char folded(char c) {
  if (c == '_' || c == '.' || c == ' ')
    return '-';
  return char(std::tolower(uint8_t(c)));
}

/// Edits (insert, drop, replace, swap of neighbours) from `a` to `b`.
static size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1),
      row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      char x = folded(a[i - 1]), y = folded(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y)});
      if (i > 1 && j > 1 && x == folded(b[j - 2]) && folded(a[i - 2]) == y)
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string nearest(std::string_view word,
                    const std::vector<std::string> &candidates) {
  if (word.empty() || word.size() > 200)
    return {};
  size_t best = std::max<size_t>(word.size() / 3, word.size() > 1) + 1;
  std::string result;
  for (const std::string &candidate : candidates) {
    size_t longer = std::max(word.size(), candidate.size());
    size_t shorter = std::min(word.size(), candidate.size());
    if (longer - shorter >= best)
      continue;
    // A word of two letters is near to too much: one must stay.
    size_t edits = distance(word, candidate);
    if (edits < best && (edits < shorter || edits == 0)) {
      best = edits;
      result = candidate;
    }
  }
  return result;
}

} // namespace levada::diag
