//===- Files.cpp - files named in a query, as tables -----------------------===//
//
// A file becomes the CREATE TABLE that a user would write for it: its format,
// options and columns are told from a sample, options of a hint and types of
// --columns win. What a later row has that does not fit is found when it is
// read, never changed.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/sql/Files.h"

#include "frontend/sql/Parser.h"
#include "ir/diag/codes/Shell.h"
#include "tools/levada/infer/Sample.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <algorithm>
#include <glob.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace levada;
using namespace levada::tool;
using llvm::StringRef;

static bool isStdin(StringRef path) { return path == "-" || path == "/dev/stdin"; }

/// `text` between quotes of SQL.
static std::string quoted(StringRef text, char quote) {
  std::string out(1, quote);
  for (char c : text)
    out += c == quote ? std::string(2, quote) : std::string(1, c);
  return out + quote;
}

//===----------------------------------------------------------------------===//
// Which files
//===----------------------------------------------------------------------===//

/// Regular files below a directory, but hidden ones, as the connector finds them.
static void below(const std::string &folder, std::vector<std::string> &paths) {
  std::error_code error;
  std::vector<std::string> entries;
  for (llvm::sys::fs::directory_iterator at(folder, error), end; at != end && !error; at.increment(error))
    entries.push_back(at->path());
  llvm::sort(entries);
  for (const std::string &entry : entries) {
    StringRef name = llvm::sys::path::filename(entry);
    if (name.starts_with(".") || name.starts_with("_"))
      continue;
    if (llvm::sys::fs::is_directory(entry))
      below(entry, paths);
    else
      paths.push_back(entry);
  }
}

bool Files::findFiles(const sql::Name &file, std::vector<std::string> &paths) {
  const std::string &path = file.text;
  bool pattern = StringRef(path).find_first_of("*?[") != StringRef::npos;
  if (llvm::sys::fs::is_directory(path)) {
    below(path, paths);
    if (paths.empty())
      engine.emit(file.range, diag::NoSuchFile, path)
          .hint("the directory has no files but hidden ones, which begin with `.` or `_`");
    return !paths.empty();
  }
  if (llvm::sys::fs::exists(path)) {
    paths.push_back(path);
    return true;
  }
  if (pattern) {
    glob_t found{};
    if (glob(path.c_str(), 0, nullptr, &found) == 0)
      for (size_t i = 0; i < found.gl_pathc; ++i)
        if (!llvm::sys::fs::is_directory(found.gl_pathv[i]))
          paths.push_back(found.gl_pathv[i]);
    globfree(&found);
    if (paths.empty())
      engine.emit(file.range, diag::NoSuchFile, path).hint("no file matches the pattern");
    return !paths.empty();
  }
  StringRef folder = llvm::sys::path::parent_path(path);
  auto flight = engine.emit(file.range, diag::NoSuchFile, path);
  if (!folder.empty() && !llvm::sys::fs::is_directory(folder)) {
    flight.hint("there is no directory `" + folder.str() + "`");
    return false;
  }
  std::vector<std::string> names;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator at(folder.empty() ? "." : folder, error), end; at != end && !error;
       at.increment(error))
    names.push_back(llvm::sys::path::filename(at->path()).str());
  llvm::sort(names);
  std::string name = llvm::sys::path::filename(path).str(), near = diag::nearest(name, names);
  // `access.log` for `access.log.gz` is further away than a misspelling.
  for (const std::string &other : names)
    if (near.empty() && StringRef(other).starts_with(name + "."))
      near = other;
  if (!near.empty())
    flight.hint("did you mean `" + (folder.empty() ? near : folder.str() + "/" + near) + "`?");
  return false;
}

//===----------------------------------------------------------------------===//
// What is in them
//===----------------------------------------------------------------------===//

static std::string sizeName(size_t bytes) {
  return bytes >= (1 << 20) ? std::to_string(bytes >> 20) + " MB" : std::to_string(bytes >> 10) + " KB";
}

bool Files::inspectOne(const sql::Name &file, const std::string &path, size_t limit,
                       const infer::Hints &hints, FileTable &table) {
  constexpr size_t step = 16 << 20; // of a sample of all
  std::string error, block;
  std::unique_ptr<infer::SampleReader> reader;
  if (isStdin(path))
    reader = std::make_unique<infer::SampleReader>([&](char *to, size_t room) {
      // A live stream is looked at without waiting for its end.
      pollfd wait = {0, POLLIN, 0};
      if (stdinWaits || (!stdinPrefix.empty() && poll(&wait, 1, 500) == 0)) {
        stdinWaits = true;
        return 0l;
      }
      long count = read(0, to, room);
      stdinPrefix.append(to, std::max(count, 0l));
      return count;
    });
  else
    reader = infer::SampleReader::open(path, error);
  infer::Hints more = hints;
  std::optional<infer::Schema> schema;
  for (size_t done = 0; reader && done < limit;) {
    size_t kept = block.size(), want = std::min(limit - done, step);
    if (!reader->read(kept + want, block, error))
      break;
    done += block.size() - kept;
    std::string rest;
    if (size_t end = block.rfind('\n'); !reader->ended() && end != std::string::npos) {
      rest = block.substr(end + 1);
      block.resize(end + 1);
    }
    if (!schema) {
      if (block.empty())
        break;
      if (std::string what = infer::foreignData(block); !what.empty()) {
        auto flight = engine.emit(file.range, diag::ForeignData, path, what);
        if (what == "one JSON array")
          flight.hint("levada reads one object a line: jq -c '.[]' " + path);
        else if (what == "JSON over several lines")
          flight.hint("levada reads one object a line: jq -c . " + path);
        else
          flight.hint("levada sql reads CSV, JSON lines and logs, plain or as gzip, zstd or xz");
        return false;
      }
      schema = infer::inferSchema(block, more);
      more.format = schema->format;
      if (schema->format == "csv") {
        StringRef delimiter = schema->option("csv.field-delimiter");
        more.delimiter = delimiter.empty() ? ',' : delimiter[0];
        more.header = false;
      } else if (schema->format == "regex") {
        more.format.clear();
      }
    } else {
      infer::Schema next = infer::inferSchema(block, more);
      if (next.format == "csv" && next.columns.size() == schema->columns.size()) {
        for (auto [to, from] : llvm::zip(next.columns, schema->columns))
          to.name = from.name;
        next.options = schema->options;
      }
      std::string why;
      if (!infer::unify(*schema, next, why)) { // the reader will say at which row
        schema->bad += next.lines;
        schema->lines += next.lines;
      }
    }
    block = std::move(rest);
    if (reader->ended())
      break;
  }
  if (!reader || !error.empty()) {
    engine.emit(file.range, diag::UnreadableData, path, error);
    return false;
  }
  table.wholeSample &= reader->ended() && !(isStdin(path) && stdinWaits);
  stdinPacked |= isStdin(path) && reader->compressed();
  if (!schema)
    return true; // empty: perhaps another file has something
  if (table.schema.format.empty()) {
    table.schema = std::move(*schema);
    return true;
  }
  std::string why;
  if (!infer::unify(table.schema, *schema, why)) {
    engine.emit(file.range, diag::MixedFiles, file.text, path, why).hint("name files of one kind");
    return false;
  }
  return true;
}

bool Files::inspect(const sql::Name &file, FileTable &table, const infer::Hints &hints) {
  std::vector<std::string> paths;
  if (isStdin(file.text)) {
    if (usesStdin) {
      engine.emit(file.range, diag::StdinTwice).hint("read it into a file first");
      return false;
    }
    usesStdin = true;
    paths.push_back(file.text);
  } else if (!findFiles(file, paths)) {
    return false;
  }
  for (const std::string &path : paths) {
    uint64_t one = 0;
    if (!isStdin(path) && !llvm::sys::fs::file_size(path, one))
      size += one;
  }
  // Of many files the first and the last are looked at.
  constexpr size_t most = 32;
  size_t count = paths.size();
  if (count > most && settings.sample != SIZE_MAX)
    paths.erase(paths.begin() + most / 2, paths.end() - most / 2);
  size_t limit = settings.sample == SIZE_MAX ? SIZE_MAX
                                             : std::max(settings.sample / paths.size(), size_t(64) << 10);
  table.wholeSample = count == paths.size();
  for (const std::string &path : paths) {
    infer::Hints own = infer::hintsOf(path);
    own.format = hints.format;
    own.delimiter = hints.delimiter;
    own.header = hints.header;
    own.pattern = hints.pattern;
    if (!inspectOne(file, path, limit, own, table))
      return false;
  }
  table.sample = "the first " + sizeName(limit) + (count > 1 ? " of each file" : "");
  if (table.schema.format.empty()) {
    engine.emit(file.range, diag::EmptyData, file.text);
    return false;
  }
  return true;
}

bool Files::overrideTypes(FileTable &table) {
  for (auto &[name, type] : settings.columns)
    for (infer::Column &column : table.schema.columns)
      if (column.name == name) {
        column.type = type;
        overridden.insert(name);
      }
  // A window's time has three digits.
  for (infer::Column &column : table.schema.columns)
    if (settings.timeColumns.count(column.name) && StringRef(column.type).starts_with("TIMESTAMP"))
      column.type = StringRef(column.type).take_until([](char c) { return c == '('; }).str() + "(3)";
  return true;
}

void Files::checkColumns(SourceRange place) {
  std::vector<std::string> names;
  for (const FileTable &table : tables)
    for (const infer::Column &column : table.schema.columns)
      names.push_back(column.name);
  for (auto &[name, type] : settings.columns) {
    if (overridden.count(name))
      continue;
    auto flight = engine.emit({}, diag::UnknownShellColumn, name);
    if (std::string near = diag::nearest(name, names); !near.empty())
      flight.hint("did you mean `" + near + "`?");
    std::string all;
    for (const std::string &column : names)
      all += (all.empty() ? "" : ", ") + column;
    flight.note("columns: " + all);
  }
}

//===----------------------------------------------------------------------===//
// As a table
//===----------------------------------------------------------------------===//

/// "logs/access.log.gz" is `access`.
std::string Files::uniqueName(const std::string &path) {
  std::string name;
  if (isStdin(path)) {
    name = "stdin";
  } else {
    StringRef trimmed = StringRef(path).rtrim('/');
    for (char c : llvm::sys::path::filename(trimmed).take_until([](char c) { return c == '.'; }))
      if (llvm::isAlnum(c) || c == '_' || c == '-' || (c & 0x80))
        name += c;
    if (name.empty())
      name = "files";
  }
  std::string result = name;
  for (int i = 2; !taken.insert(result).second; ++i)
    result = name + "_" + std::to_string(i);
  return result;
}

std::string Files::statementOf(const FileTable &table, const std::vector<sql::OptionDef> &hints) const {
  std::string out = "CREATE TABLE " + quoted(table.name, '`') + " (";
  const char *separator = "\n  ";
  for (const infer::Column &column : table.schema.columns) {
    out += separator + quoted(column.name, '`') + " " + column.type;
    separator = ",\n  ";
  }
  for (const infer::Column &column : table.schema.columns)
    if (settings.timeColumns.count(column.name) && StringRef(column.type).starts_with("TIMESTAMP")) {
      // Batch: nothing is late.
      out += separator + ("WATERMARK FOR " + quoted(column.name, '`')) + " AS " + quoted(column.name, '`') +
             " - INTERVAL '36500' DAY(5)";
      break;
    }
  std::vector<std::pair<std::string, std::string>> options;
  options.push_back({"connector", isStdin(table.path) ? "stdin" : "filesystem"});
  if (!isStdin(table.path))
    options.push_back({"path", table.path});
  options.push_back({"format", table.schema.format});
  for (const auto &[key, value] : table.schema.options)
    options.push_back({key, value});
  if (table.schema.format == "json")
    options.push_back({"json.fail-on-fraction", "true"}); // it was an integer so far
  for (const infer::Column &column : table.schema.columns)
    if (!column.timeFormat.empty() && StringRef(column.type).starts_with("TIMESTAMP"))
      options.push_back({"time-format." + column.name, column.timeFormat});
  for (const sql::OptionDef &hint : hints) {
    llvm::erase_if(options, [&](auto &known) { return known.first == hint.key.text; });
    options.push_back({hint.key.text, hint.value.text});
  }
  out += "\n) WITH (";
  separator = "\n  ";
  for (const auto &[key, value] : options) {
    out += separator + quoted(key, '\'') + " = " + quoted(value, '\'');
    separator = ",\n  ";
  }
  return out + "\n);\n";
}

const FileTable *Files::find(std::string_view name) const {
  for (const FileTable &table : tables)
    if (table.name == name)
      return &table;
  return nullptr;
}

sql::StatementPtr Files::table(sql::TableRef &ref) {
  if (StringRef path = ref.file.text; path.starts_with("file:///"))
    ref.file.text = path.drop_front(7).str();
  std::vector<sql::OptionDef> options;
  for (const sql::Hint &hint : ref.hints)
    if (hint.name.text == "OPTIONS")
      options.insert(options.end(), hint.options.begin(), hint.options.end());
  auto rename = [&](const std::string &name) {
    ref.kind = sql::TableKind::Named;
    ref.name = {{name, ref.file.range, true}};
    ref.hints.clear();
  };
  for (const FileTable &known : tables)
    if (known.path == ref.file.text && options.empty()) {
      rename(known.name);
      return nullptr;
    }
  infer::Hints hints = settings.hints;
  for (const sql::OptionDef &option : options) {
    if (option.key.text == "format")
      hints.format = option.value.text == "regex" ? "" : option.value.text;
    else if (option.key.text == "csv.header")
      hints.header = option.value.text != "false";
    else if (option.key.text == "csv.field-delimiter" && !option.value.text.empty())
      hints.delimiter = option.value.text == "\\t" ? '\t' : option.value.text[0];
    else if (option.key.text == "regex.pattern")
      hints.pattern = option.value.text;
  }
  FileTable table;
  table.path = ref.file.text;
  if (!inspect(ref.file, table, hints) || !overrideTypes(table))
    return nullptr;
  table.name = uniqueName(table.path);
  // A log of which some lines are none says so itself; other rows must fit.
  table.skipBad = settings.skipBad.value_or(false);
  std::string statement = statementOf(table, options);
  text += statement;
  uint32_t buffer = engine.sourceMap().addFile("schema of " + table.path, statement);
  sql::Script script = sql::parseScript(buffer, engine);
  rename(table.name);
  tables.push_back(std::move(table));
  if (script.statements.empty())
    return nullptr;
  return std::move(script.statements.front());
}
