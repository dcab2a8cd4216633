//===- New.cpp - levada new ------------------------------------------------===//
//
// Looks at the first 8 megabytes of a data file and writes a pipeline that reads
// it: source, types, event time, one query to change, a table on the terminal.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/CommandLine.h"
#include "tools/levada/infer/Infer.h"
#include "tools/levada/infer/Sample.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>

using namespace levada;
using namespace levada::tool;
using llvm::StringRef;

namespace {

constexpr size_t sampleSize = 8 << 20;

std::string quoted(StringRef text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    if (c == '\t')
      out += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04X}", c);
    else
      out += c;
  }
  return out + "\"";
}

/// A TOML key: bare where it can be.
std::string key(StringRef name) {
  bool bare = !name.empty();
  for (char c : name)
    bare &= llvm::isAlnum(c) || c == '_' || c == '-';
  return bare ? name.str() : quoted(name);
}

/// An SQL name, always in backquotes: many columns are called like keywords.
std::string sqlName(StringRef name) {
  std::string out = "`";
  for (char c : name)
    out += c == '`' ? "``" : std::string(1, c);
  return out + "`";
}

/// "access.log.gz" is `access`: a name for a table.
std::string tableName(StringRef path) {
  StringRef stem = llvm::sys::path::filename(path);
  stem = stem.take_until([](char c) { return c == '.'; });
  std::string name;
  for (char c : stem)
    name += llvm::isAlnum(c) || c == '_' ? c : '_';
  if (name.empty() || llvm::isDigit(name[0]))
    name = "data_" + name;
  return name;
}

std::string pipeline(const std::string &path, const infer::Schema &schema) {
  std::string name = tableName(path), text;
  text += fmt::format("# Written by `levada new --from {}` from what is at the front of the file:\n"
                      "# check the types, then change the query.\n[pipeline]\nname = \"{}\"\n\n", path, name);
  text += fmt::format("[source.{}]\nconnector = \"filesystem\"\npath = {}\nformat = \"{}\"\n", name, quoted(path), schema.format);
  for (const auto &[option, value] : schema.options)
    text += fmt::format("{} = {}\n", option, value == "true" ? value
                                            : option == "regex.pattern" ? "'''" + value + "'''" : quoted(value));
  for (const std::string &remark : schema.remarks)
    text += "# " + remark + "\n";
  if (schema.bad)
    text += fmt::format("on_error = \"skip\"\n# {} of {} lines do not fit: they are counted and left out\n",
                        schema.bad, schema.lines);
  text += "columns = { ";
  for (size_t i = 0; i < schema.columns.size(); ++i)
    text += fmt::format("{}{} = \"{}\"", i ? ", " : "", key(schema.columns[i].name), schema.columns[i].type);
  text += " }\n";
  for (const infer::Column &column : schema.columns)
    if (!column.timeFormat.empty())
      text += fmt::format("time-format.{} = {}\n", key(column.name), quoted(column.timeFormat));
  const infer::Column *time = schema.timeColumn();
  if (time && time->disorder() > 24 * 3600) {
    text += fmt::format("# the times of {} are in no order: no watermark, no windows\n", quoted(time->name));
    time = nullptr;
  }
  if (time) {
    text += fmt::format("watermark = {{ on = {}, delay = \"{}\" }}    # rows later than this are left out of windows\n",
                        quoted(time->name), time->disorder() > 3600 ? "1d" : time->disorder() > 60 ? "1h"
                                            : time->disorder() > 5  ? "1m" : "5s");
    text += fmt::format("\n[stream.per_hour]\nfrom = \"{}\"\nwindow = {{ tumble = \"1h\" }}\n"
                        "select = [\"window_start\", \"COUNT(*) AS events\"]\n", name);
  } else {
    std::string columns;
    for (const infer::Column &column : schema.columns)
      columns += (columns.empty() ? "" : ", ") + quoted(sqlName(column.name));
    text += fmt::format("\n[stream.rows]\nfrom = \"{}\"\nselect = [{}]\n", name, columns);
  }
  return text + fmt::format("\n[sink.out]\nfrom = \"{}\"\nconnector = \"stdout\"\nformat = \"{}\"\n",
                            time ? "per_hour" : "rows", time ? "table" : "json");
}

} // namespace

int tool::runNew(Arguments &arguments) {
  std::string from = arguments.value(OPT_from_EQ), out = arguments.value(OPT_o);
  if (from.empty() && arguments.inputs.size() == 1)
    from = arguments.inputs[0];
  else if (!arguments.inputs.empty())
    return usageError(arguments, "found `" + arguments.inputs[0] + "` beside `--from`");
  if (from.empty())
    return usageError(arguments, "`--from FILE` says which data to look at");
  std::string error;
  std::optional<std::string> sample = infer::readSample(from, sampleSize, error);
  if (!sample) {
    llvm::errs() << "levada: cannot read `" << from << "`: " << error << '\n';
    return Exit::Diagnosed;
  }
  if (sample->empty()) {
    llvm::errs() << "levada: `" << from << "` is empty: there is nothing to tell types from\n";
    return Exit::Diagnosed;
  }
  std::string text = pipeline(from, infer::inferSchema(*sample, infer::hintsOf(from)));
  if (out.empty() || out == "-") {
    llvm::outs() << text;
    return Exit::Done;
  }
  if (llvm::sys::fs::exists(out)) {
    llvm::errs() << "levada: `" << out << "` exists; `levada new` does not overwrite\n";
    return Exit::Diagnosed;
  }
  std::error_code failed;
  llvm::raw_fd_ostream file(out, failed);
  if (failed) {
    llvm::errs() << "levada: cannot write `" << out << "`: " << failed.message() << '\n';
    return Exit::Diagnosed;
  }
  file << text;
  llvm::errs() << "levada: wrote " << out << "; `levada run " << out << "` runs it\n";
  return Exit::Done;
}
