//===- Excerpt.h - source lines with carets under them --------------------===//
//
// Private to ir/diag. Places are bytes; display columns exist only here, where
// a line is drawn: wide and combining characters, tabs, unprintable bytes.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_IR_DIAG_EXCERPT_H
#define LEVADA_IR_DIAG_EXCERPT_H

#include "ir/diag/Diag.h"

namespace levada::diag {

/// Text for a message line: control characters and bytes that are not UTF-8
/// are spelt out, so that no input can move the cursor of a terminal.
std::string printable(std::string_view text);
/// Bytes that are not UTF-8 become U+FFFD.
std::string validUtf8(std::string_view text);

/// The colours of a diagnostic, or none.
class Paint {
public:
  Paint(bool on, Severity severity) : on(on), kind(severity) {}
  std::string severity(std::string_view text) const;
  std::string bold(std::string_view text) const { return wrap("1", text); }
  std::string faint(std::string_view text) const { return wrap("34", text); }

private:
  std::string wrap(std::string_view code, std::string_view text) const;
  bool on;
  Severity kind;
};

/// A range of a file to underline, with the text beside it.
struct Mark {
  SourceRange range;
  std::string text;
  bool primary = false;
};

/// Draws the `--> file:line:col` line and the marked lines; marks[0] is the
/// primary one. Returns the blank margin that later lines of it start with.
std::string drawMarks(const std::vector<Mark> &marks, const SourceMap &sources,
                      const Paint &paint, std::string &out);

} // namespace levada::diag

#endif
