//===- Infer.cpp - what format and types a sample of data has --------------===//
//
// JSON lines when every line is an object; a known log when its pattern fits
// nine lines in ten; delimited text when one delimiter gives nearly all
// records the same number of fields; else raw lines.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/infer/Infer.h"

#include "tools/levada/infer/Formats.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

#include <cmath>

using namespace levada::infer;
using llvm::StringRef;

static llvm::SmallVector<StringRef> linesOf(StringRef sample) {
  llvm::SmallVector<StringRef> result;
  while (!sample.empty()) {
    auto [line, rest] = sample.split('\n');
    if (line.ends_with("\r"))
      line = line.drop_back();
    if (!line.empty())
      result.push_back(line);
    sample = rest;
  }
  return result;
}

static void addJson(Guess &guess, const llvm::json::Value &field) {
  switch (field.kind()) {
  case llvm::json::Value::Null:
    break;
  case llvm::json::Value::Boolean:
    guess.add(*field.getAsBoolean() ? "true" : "false");
    break;
  case llvm::json::Value::Number: {
    // Of integers beyond BIGINT a DOUBLE keeps the first 16 digits.
    double number = *field.getAsNumber();
    bool wide = number == std::trunc(number) && std::abs(number) >= 0x1p63 && std::abs(number) < 1e25;
    guess.add(field.getAsInteger() ? "1" : wide ? "99999999999999999999" : "1.5");
    break;
  }
  case llvm::json::Value::String:
    // Quoted digits stay text: the writer had a reason.
    guess.addQuoted(*field.getAsString());
    break;
  default:
    guess.add("nested");
  }
}

std::optional<Schema> levada::infer::inferJson(Lines lines, bool sure) {
  Schema schema{"json", {}, {}, {}, 0, lines.size()};
  llvm::StringMap<size_t> known;
  std::vector<std::string> nested;
  for (StringRef line : lines) {
    if (!line.ltrim().starts_with("{") && !sure)
      return std::nullopt;
    llvm::Expected<llvm::json::Value> value = llvm::json::parse(line);
    if (!value || !value->getAsObject()) {
      if (!value)
        llvm::consumeError(value.takeError());
      if (++schema.bad * 10 > lines.size() && !sure)
        return std::nullopt;
      continue;
    }
    // llvm::json sorts keys: new ones come in the order of the text.
    llvm::SmallVector<std::pair<size_t, StringRef>> fresh;
    for (const auto &member : *value->getAsObject())
      if (!known.count(StringRef(member.first)))
        fresh.push_back({line.find(("\"" + StringRef(member.first) + "\"").str()), StringRef(member.first)});
    llvm::sort(fresh);
    for (auto &[at, key] : fresh) {
      known[key] = schema.columns.size();
      schema.columns.push_back({key.str(), {}, {}, {}});
    }
    for (const auto &member : *value->getAsObject()) {
      Column &column = schema.columns[known[StringRef(member.first)]];
      addJson(column.guess, member.second);
      bool deep = member.second.getAsArray() || member.second.getAsObject();
      if (deep && !llvm::is_contained(nested, column.name))
        nested.push_back(column.name);
    }
  }
  if (schema.columns.empty() && !sure)
    return std::nullopt;
  for (Column &column : schema.columns)
    column.type = column.guess.type();
  for (const std::string &key : nested)
    schema.remarks.push_back("`" + key + "` is nested: read as its JSON text");
  return schema;
}

const Column *Schema::timeColumn() const {
  for (const Column &column : columns)
    if (StringRef(column.type).starts_with("TIMESTAMP"))
      return &column;
  return nullptr;
}

const Column *Schema::find(std::string_view name) const {
  for (const Column &column : columns)
    if (column.name == name)
      return &column;
  return nullptr;
}

void Schema::set(const std::string &option, std::string value) {
  for (auto &[key, old] : options)
    if (key == option) {
      old = std::move(value);
      return;
    }
  options.push_back({option, std::move(value)});
}

std::string_view Schema::option(std::string_view key) const {
  for (const auto &[known, value] : options)
    if (known == key)
      return value;
  return {};
}

Hints levada::infer::hintsOf(std::string_view path) {
  StringRef name = llvm::sys::path::filename(StringRef(path.data(), path.size()));
  for (const char *packed : {".gz", ".zst", ".xz"})
    name.consume_back(packed);
  Hints hints;
  hints.extension = llvm::sys::path::extension(name).ltrim('.').lower();
  return hints;
}

std::string levada::infer::foreignData(std::string_view bytes) {
  StringRef sample(bytes.data(), bytes.size());
  const std::pair<StringRef, const char *> magics[] = {
      {"PK\x03\x04", "a zip archive or a spreadsheet"}, {"PAR1", "a Parquet file"},
      {"ORC", "an ORC file"},   {"Obj\x01", "an Avro file"},
      {"BZh", "compressed by bzip2"}, {"SQLite format 3", "an SQLite database"},
      {StringRef("\x1f\x9d"), "compressed by compress"}, {"\x04\x22\x4d\x18", "compressed by lz4"},
      {StringRef("\xff\xfe"), "text in UTF-16"}, {StringRef("\xfe\xff"), "text in UTF-16"},
      {"\x7f" "ELF", "a program"}, {"%PDF", "a PDF document"}};
  for (auto &[magic, what] : magics)
    if (sample.starts_with(magic))
      return what;
  if (sample.take_front(4096).contains('\0'))
    return "binary data";
  StringRef start = sample.ltrim();
  if (start.starts_with("[") && start.drop_front().ltrim().starts_with("{"))
    return "one JSON array";
  if (start.starts_with("{") && start.drop_front().ltrim(" \t\r").starts_with("\n"))
    return "JSON over several lines";
  return {};
}

Schema levada::infer::inferSchema(std::string_view bytes, const Hints &hints) {
  StringRef sample(bytes.data(), bytes.size());
  sample.consume_front("\xef\xbb\xbf");
  llvm::SmallVector<StringRef> lines = linesOf(sample);
  bool delimited = hints.delimiter || hints.header || hints.format == "csv";
  if (!hints.pattern.empty())
    return inferPattern(lines, hints.pattern);
  if (!lines.empty() && hints.format != "raw") {
    if (hints.format.empty() || hints.format == "json")
      if (std::optional<Schema> schema = delimited ? std::nullopt : inferJson(lines, hints.format == "json"))
        return *schema;
    if (!delimited && hints.format.empty())
      if (std::optional<Schema> schema = inferLog(lines))
        return *schema;
    if (std::optional<Schema> schema = inferDelimited(sample, hints))
      return *schema;
  }
  return Schema{"raw", {}, {{"line", "STRING", {}, {}}}, {"lines of no format that levada knows"}, 0, lines.size()};
}

bool levada::infer::unify(Schema &schema, const Schema &other, std::string &why) {
  auto named = [](const std::string &format) {
    return format == "csv" ? "delimited text" : format == "json" ? "JSON lines"
           : format == "regex" ? "a log" : "lines of no known format";
  };
  if (schema.format != other.format) {
    why = std::string(named(other.format)) + ", and the first one is " + named(schema.format);
    return false;
  }
  for (const char *key : {"csv.header", "csv.field-delimiter", "regex.pattern"})
    if (schema.option(key) != other.option(key)) {
      why = std::string(key) == "csv.header" ? "one of them has a header and the other has none"
            : std::string(key) == "regex.pattern" ? "they are logs of different kinds"
                                                  : "they have different delimiters";
      return false;
    }
  bool byName = schema.format == "json" || schema.option("csv.header") == "true";
  if (schema.format == "csv" && schema.columns.size() != other.columns.size()) {
    why = std::to_string(other.columns.size()) + " columns, and the first one has " +
          std::to_string(schema.columns.size());
    return false;
  }
  for (size_t i = 0; i < other.columns.size(); ++i) {
    const Column &from = other.columns[i];
    Column *to = byName ? const_cast<Column *>(schema.find(from.name)) : &schema.columns[i];
    if (!to && schema.format == "csv") {
      why = "a column `" + from.name + "`, which the first one has not";
      return false;
    }
    if (!to) {
      schema.columns.push_back(from);
      continue;
    }
    if (from.guess.empty())
      continue;
    if (to->guess.empty() && to->type == "STRING")
      to->guess = from.guess;
    else
      to->guess.merge(from.guess);
    to->type = to->guess.type();
  }
  if (!other.option("csv.null-literal").empty() && schema.option("csv.null-literal").empty())
    schema.set("csv.null-literal", std::string(other.option("csv.null-literal")));
  for (const std::string &remark : other.remarks)
    if (!llvm::is_contained(schema.remarks, remark))
      schema.remarks.push_back(remark);
  schema.bad += other.bad;
  schema.lines += other.lines;
  return true;
}
