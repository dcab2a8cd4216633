//===- SourceFormat.cpp - do a source's format and columns fit? ------------===//
//
// What a format needs of the columns, and the patterns that read them. A
// pattern that cannot work is found here, not at the first record.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"
#include "ir/diag/codes/Document.h"
#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"
#include "runtime/formats/groups.h"

#include <re2/re2.h>

#include <algorithm>

namespace levada::lower {

/// What is wrong with a pattern of java.time.DateTimeFormatter, or "".
static std::string timePatternFault(const std::string &pattern) {
  // The letters that records can be read by: see stdlib/pattern.cpp.
  constexpr llvm::StringLiteral letters = "yuMLdDHhKkmsSnAaEXxZzVO[]";
  bool quoted = false;
  for (char c : pattern) {
    if (c == '\'')
      quoted = !quoted;
    else if (!quoted && (llvm::isAlpha(c) || c == '{' || c == '}' || c == '#') &&
             !letters.contains(c))
      return fmt::format("the letter `{}` has no meaning in a time format", c);
  }
  return quoted ? "a single quote is not closed" : "";
}

/// What a format cannot hold, as messages say it; "" where it takes the type.
std::string nestedFault(const std::string &format, SqlType type) {
  if (!type.isNested() || format == "json" || format == "changelog-json" || format == "table" || format == "print" || format.empty())
    return "";
  bool simple = type.getKind() == SqlKind::Array || type.getKind() == SqlKind::Row;
  for (mlir::Type child : type.getChildren())
    simple &= !llvm::cast<SqlType>(child).isNested();
  return format == "csv" && simple ? "" : sema::display(type);
}

void Lowering::checkFormat(const doc::Source &source, const std::vector<std::string> &columns) {
  const doc::Endpoint &endpoint = source.endpoint;
  auto nearColumn = [&](diag::InFlight flight, const std::string &name) {
    if (std::string near = diag::nearest(name, columns); !near.empty())
      flight.hint("did you mean `" + near + "`?");
    flight.note("columns of `" + source.name.text + "`: " + sema::listNames(columns));
  };
  auto declared = [&](const std::string &name) {
    return llvm::any_of(source.columns, [&](const doc::Column &c) {
      return c.kind == doc::Column::Physical && c.name.text == name;
    });
  };
  for (const doc::TimeFormat &format : endpoint.timeFormats) {
    if (!declared(format.column.text))
      nearColumn(engine.emit(format.column.range, diag::UnknownColumn, format.column.text),
                 format.column.text);
    else if (std::string fault = timePatternFault(format.pattern.value); !fault.empty())
      engine.emit(format.pattern.inside(), diag::BadPattern, fault)
          .hint("such as \"dd/MMM/yyyy:HH:mm:ss Z\"; other text stands between single quotes");
  }
  if (!endpoint.format || !endpoint.formatSchema)
    return;
  const std::string &format = endpoint.format->text;
  if (!source.columnsRange.valid() && !source.count(doc::Column::Metadata)) {
    engine.emit(source.range, diag::MissingKey, "source `" + source.name.text + "`", "`columns`")
        .hint(format == "raw" ? "such as columns = { line = \"STRING\" }"
                              : "such as columns = { id = \"BIGINT\", name = \"STRING\" }")
        .note("`levada new --from FILE` writes them for a file");
    return;
  }
  if (format == "raw" && source.count(doc::Column::Physical) > 1)
    engine.emit(source.columnsRange, diag::SourceColumns, format, "one column, the line",
                source.name.text, source.count(doc::Column::Physical))
        .hint(document.isScript ? "(line STRING, …), and computed columns for what is in it"
                                : "columns = { line = \"STRING\" }, and `computed` columns for what is in it");
  const doc::OptionValue *pattern = endpoint.find("regex.pattern");
  if (!pattern)
    return;
  re2::RE2::Options options;
  options.set_log_errors(false);
  re2::RE2 regex(formats::re2_pattern(pattern->text.c_str()), options);
  if (!regex.ok()) {
    engine.emit(pattern->range, diag::BadPattern, regex.error())
        .hint("regular expressions are RE2's: no lookaround, no back reference");
    return;
  }
  for (const auto &[name, index] : regex.NamedCapturingGroups())
    if (!declared(name))
      nearColumn(engine.emit(pattern->range, diag::UnmatchedGroup,
                             "the group `" + name + "` fills no column"),
                 name);
  for (const doc::Column &column : source.columns)
    if (column.kind == doc::Column::Physical &&
        !regex.NamedCapturingGroups().count(column.name.text))
      engine.emit(column.name.range, diag::UnmatchedGroup,
                  "no group of the pattern fills the column `" + column.name.text + "`")
          .hint("it is NULL in every row; write (?<" + column.name.text + ">…)")
          .label(pattern->range, "the pattern");
}

} // namespace levada::lower
