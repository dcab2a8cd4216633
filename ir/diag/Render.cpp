//===- Render.cpp - diagnostics as text -----------------------------------===//
//
// Sorted by position, the same message at the same place once, a limited
// number of errors. Pretty shows the lines of the user's file with carets,
// Plain is one `file:line:col:` line per message, Json one object per line.
// Drawing of source lines (columns, tabs, cutting) is Excerpt.h's.
//
//===----------------------------------------------------------------------===//
#include "ir/diag/Diag.h"
#include "ir/diag/Excerpt.h"

#include <algorithm>

namespace levada::diag {
namespace {

std::string_view severityName(Severity severity) {
  switch (severity) {
  case Severity::Note:
    return "note";
  case Severity::Warning:
    return "warning";
  case Severity::Error:
    return "error";
  }
  return "error";
}

struct Placed {
  const Diagnostic *diagnostic;
  SourceRange range; ///< in the file
};

std::vector<Placed> sorted(const std::vector<Diagnostic> &all,
                           const SourceMap &sources) {
  std::vector<Placed> result;
  for (const Diagnostic &d : all)
    result.push_back({&d, sources.toFile(d.range)});
  std::sort(result.begin(), result.end(), [](const Placed &a, const Placed &b) {
    if (a.range.buffer != b.range.buffer)
      return a.range.buffer < b.range.buffer;
    if (a.range.begin != b.range.begin)
      return a.range.begin < b.range.begin;
    return a.diagnostic < b.diagnostic; // as emitted
  });
  std::vector<Placed> kept;
  for (const Placed &p : result) {
    bool seen = false;
    for (size_t i = kept.size(); !seen && i-- > 0;) {
      const Placed &k = kept[i];
      if (k.range.buffer != p.range.buffer || k.range.begin != p.range.begin)
        break;
      // Without a place only the text tells two messages apart.
      seen = k.diagnostic->kind == p.diagnostic->kind &&
             (p.range.valid() ? k.range.end == p.range.end
                              : k.diagnostic->text == p.diagnostic->text);
    }
    if (!seen)
      kept.push_back(p);
  }
  return kept;
}

//===----------------------------------------------------------------------===//
// Plain and JSON
//===----------------------------------------------------------------------===//

std::string place(SourceRange range, const SourceMap &sources) {
  LineColumn at = sources.position(range);
  return fmt::format("{}:{}:{}", printable(sources.path(range.buffer)),
                     at.line, at.column);
}

void plain(const Placed &p, const SourceMap &sources, std::string &out) {
  const Diagnostic &d = *p.diagnostic;
  std::string prefix =
      p.range.valid() ? place(p.range, sources) + ": " : "levada: ";
  out += fmt::format("{}{}: {} [{} {}]", prefix,
                     severityName(d.kind->severity), printable(d.text),
                     d.kind->code, d.kind->name);
  if (!d.label.empty())
    out += "; " + printable(d.label);
  out += '\n';
  for (const Label &label : d.labels)
    if (label.range.valid())
      out += fmt::format("{}: note: {}\n",
                         place(sources.toFile(label.range), sources),
                         printable(label.text));
  for (const std::string &note : d.notes)
    out += fmt::format("{}note: {}\n", prefix, printable(note));
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : validUtf8(text)) {
    switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      if (uint8_t(c) < 0x20 || c == 0x7f)
        out += fmt::format("\\u{:04x}", uint8_t(c));
      else
        out += c;
    }
  }
  return out + '"';
}

std::string jsonPlace(SourceRange range, const SourceMap &sources) {
  LineColumn begin = sources.position(range);
  LineColumn end = sources.position({range.buffer, range.end, range.end});
  return fmt::format("\"file\":{},\"line\":{},\"column\":{},\"end_line\":{},"
                     "\"end_column\":{},\"begin\":{},\"end\":{}",
                     quoted(sources.path(range.buffer)), begin.line,
                     begin.column, end.line, end.column, range.begin,
                     range.end);
}

void json(const Placed &p, const SourceMap &sources, std::string &out) {
  const Diagnostic &d = *p.diagnostic;
  out += fmt::format("{{\"code\":\"{}\",\"name\":\"{}\",\"severity\":\"{}\","
                     "\"message\":{}",
                     d.kind->code, d.kind->name,
                     severityName(d.kind->severity), quoted(d.text));
  if (p.range.valid())
    out += "," + jsonPlace(p.range, sources);
  if (!d.label.empty())
    out += ",\"hint\":" + quoted(d.label);
  std::string list;
  for (const Label &label : d.labels)
    if (label.range.valid())
      list += fmt::format("{}{{\"message\":{},{}}}", list.empty() ? "" : ",",
                          quoted(label.text),
                          jsonPlace(sources.toFile(label.range), sources));
  if (!list.empty())
    out += ",\"labels\":[" + list + "]";
  list.clear();
  for (const std::string &note : d.notes)
    list += (list.empty() ? "" : ",") + quoted(note);
  if (!list.empty())
    out += ",\"notes\":[" + list + "]";
  out += "}\n";
}

//===----------------------------------------------------------------------===//
// Pretty
//===----------------------------------------------------------------------===//

void pretty(const Placed &p, const SourceMap &sources, bool colour,
            std::string &out) {
  const Diagnostic &d = *p.diagnostic;
  Paint paint(colour, d.kind->severity);
  out += paint.severity(fmt::format("{}[{} {}]",
                                    severityName(d.kind->severity),
                                    d.kind->code, d.kind->name));
  out += paint.bold(": " + printable(d.text)) + '\n';

  if (!p.range.valid()) {
    if (!d.label.empty())
      out += "  hint: " + printable(d.label) + '\n';
    for (const std::string &note : d.notes)
      out += "  note: " + printable(note) + '\n';
    return;
  }

  std::vector<Mark> marks;
  marks.push_back({p.range, d.label, true});
  for (const Label &label : d.labels)
    if (SourceRange range = sources.toFile(label.range); range.valid())
      marks.push_back({range, label.text, false});
  std::string margin = drawMarks(marks, sources, paint, out);
  for (const std::string &note : d.notes)
    out += paint.faint(margin + "|") + " note: " + printable(note) + '\n';
}

} // namespace

std::string Engine::render(RenderStyle style, size_t limit) const {
  std::string out;
  size_t shown = 0, more = droppedErrors;
  bool first = true;
  for (const Placed &p : sorted(diagnostics, sources)) {
    if (p.diagnostic->kind->severity == Severity::Error && shown++ >= limit) {
      ++more;
      continue;
    }
    if (more != droppedErrors) // past the last error shown
      continue;
    switch (style) {
    case RenderStyle::Plain:
      plain(p, sources, out);
      break;
    case RenderStyle::Json:
      json(p, sources, out);
      break;
    case RenderStyle::Pretty:
    case RenderStyle::PrettyColour:
      if (!first)
        out += '\n';
      pretty(p, sources, style == RenderStyle::PrettyColour, out);
      break;
    }
    first = false;
  }
  if (more == 0)
    return out;
  if (style == RenderStyle::Json)
    return out + fmt::format("{{\"more_errors\":{}}}\n", more);
  if (style != RenderStyle::Plain)
    out += '\n';
  return out + fmt::format("{} more error{} not shown\n", more,
                           more == 1 ? "" : "s");
}

} // namespace levada::diag
