//===- Infer.cpp - what format and types a sample of data has --------------===//
//
// JSON lines when every line is an object; a known log when its pattern fits
// nine lines in ten; delimited text when one delimiter gives every line the
// same number of fields; else raw lines. A column's type is the narrowest of
// BOOLEAN, BIGINT, DOUBLE, TIMESTAMP(3), TIMESTAMP_LTZ(3) that reads every
// value of the sample, else STRING. Integers are BIGINT: the sample does not
// say how large they get.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/infer/Infer.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Regex.h"

#include <optional>

using namespace levada::infer;
using llvm::StringRef;

namespace {

//===----------------------------------------------------------------------===//
// Types of values
//===----------------------------------------------------------------------===//

/// What the values of a column have in common so far.
struct Guess {
  bool any = false, boolean = true, integer = true, number = true;
  bool timestamp = true, instant = true;

  void add(StringRef text) {
    any = true;
    boolean &= text == "true" || text == "false";
    int64_t whole;
    // A leading zero or plus is a code, not a number.
    StringRef digits = text;
    digits.consume_front("-");
    bool code = digits.size() > 1 && digits[0] == '0' && llvm::isDigit(digits[1]);
    integer &= !code && !text.starts_with("+") && !text.getAsInteger(10, whole);
    double real;
    number &= !code && !text.empty() && (llvm::isDigit(digits.empty() ? 'x' : digits[0]) || digits.starts_with(".")) &&
              !text.getAsDouble(real);
    static const llvm::Regex plain("^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?$");
    static const llvm::Regex zoned("^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:?[0-9]{2})$");
    timestamp = timestamp && plain.match(text);
    instant = instant && zoned.match(text);
  }
  std::string type() const {
    if (!any)
      return "STRING";
    if (boolean)
      return "BOOLEAN";
    if (integer)
      return "BIGINT";
    if (number)
      return "DOUBLE";
    if (timestamp)
      return "TIMESTAMP(3)";
    return instant ? "TIMESTAMP_LTZ(3)" : "STRING";
  }
};

/// Columns in the order they were met.
struct Guesses {
  std::vector<std::pair<std::string, Guess>> entries;
  Guess &operator[](StringRef name) {
    for (auto &[known, guess] : entries)
      if (name == known)
        return guess;
    return entries.emplace_back(name.str(), Guess()).second;
  }
};

std::vector<Column> columns(const Guesses &guesses) {
  std::vector<Column> result;
  for (const auto &[name, guess] : guesses.entries)
    result.push_back({name, guess.type(), {}});
  return result;
}

llvm::SmallVector<StringRef> lines(StringRef sample) {
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

//===----------------------------------------------------------------------===//
// JSON lines
//===----------------------------------------------------------------------===//

std::optional<Schema> inferJson(llvm::ArrayRef<StringRef> rows) {
  Guesses guesses;
  std::vector<std::string> nested;
  for (StringRef row : rows) {
    if (!row.ltrim().starts_with("{"))
      return std::nullopt;
    llvm::Expected<llvm::json::Value> value = llvm::json::parse(row);
    if (!value) {
      llvm::consumeError(value.takeError());
      return std::nullopt;
    }
    // llvm::json sorts keys: their order in the text is what a reader expects.
    llvm::SmallVector<std::pair<size_t, StringRef>> keys;
    for (const auto &member : *value->getAsObject())
      keys.push_back({row.find(("\"" + StringRef(member.first) + "\"").str()), StringRef(member.first)});
    llvm::sort(keys);
    for (auto &[at, key] : keys) {
      const llvm::json::Value &field = *value->getAsObject()->get(key);
      Guess &guess = guesses[key];
      switch (field.kind()) {
      case llvm::json::Value::Null: break;
      case llvm::json::Value::Boolean: guess.add(*field.getAsBoolean() ? "true" : "false"); break;
      case llvm::json::Value::Number:
        guess.add(field.getAsInteger() ? "1" : "1.5");
        break;
      case llvm::json::Value::String: {
        // Quoted digits stay text: the writer had a reason.
        StringRef text = *field.getAsString();
        Guess own;
        own.add(text);
        std::string type = own.type();
        guess.add(StringRef(type).starts_with("TIMESTAMP") ? text : "text");
        break;
      }
      default:
        guess.add("nested");
        if (!llvm::is_contained(nested, key))
          nested.push_back(key.str());
      }
    }
  }
  Schema schema{"json", {}, columns(guesses), {}};
  for (const std::string &key : nested)
    schema.remarks.push_back("`" + key + "` is nested: read as its JSON text");
  return schema;
}

//===----------------------------------------------------------------------===//
// Delimited text
//===----------------------------------------------------------------------===//

/// Fields of a line; nullopt when a quote is not closed in it.
std::optional<std::vector<std::string>> splitFields(StringRef line, char delimiter) {
  std::vector<std::string> fields(1);
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && fields.back().empty()) {
      for (++i;; ++i) {
        if (i == line.size())
          return std::nullopt;
        if (line[i] != '"')
          fields.back() += line[i];
        else if (i + 1 < line.size() && line[i + 1] == '"')
          fields.back() += line[i++];
        else
          break;
      }
    } else if (line[i] == delimiter)
      fields.emplace_back();
    else
      fields.back() += line[i];
  }
  return fields;
}

std::optional<Schema> inferDelimited(llvm::ArrayRef<StringRef> rows) {
  for (char delimiter : {',', '\t', ';', '|'}) {
    std::vector<std::vector<std::string>> table;
    bool fits = true;
    for (StringRef row : rows) {
      std::optional<std::vector<std::string>> fields = splitFields(row, delimiter);
      if (!fields)
        continue; // a quoted newline: other lines tell enough
      if (fields->size() < 2 || (!table.empty() && fields->size() != table[0].size())) {
        fits = false;
        break;
      }
      table.push_back(std::move(*fields));
    }
    if (!fits || table.empty())
      continue;
    // A header has names only, all different, where later rows have values.
    auto typeOf = [&](size_t column, size_t from) {
      Guess guess;
      for (size_t i = from; i < table.size(); ++i)
        if (!table[i][column].empty() && table[i][column] != "NA")
          guess.add(table[i][column]);
      return guess.type();
    };
    bool header = true, differs = false;
    for (size_t c = 0; c < table[0].size(); ++c) {
      Guess first;
      first.add(table[0][c]);
      header &= !table[0][c].empty() && first.type() == "STRING" &&
                llvm::count(table[0], table[0][c]) == 1;
      differs |= table.size() > 1 && typeOf(c, 1) != "STRING";
    }
    header &= differs || table.size() == 1 ||
              llvm::all_of(table[0], [](StringRef n) { return n.find_first_not_of(
                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ .-") == StringRef::npos; });
    Schema schema{"csv", {}, {}, {}};
    if (header)
      schema.options.push_back({"csv.header", "true"});
    if (delimiter != ',')
      schema.options.push_back({"csv.field-delimiter", delimiter == '\t' ? "\"\\t\"" : std::string("\"") + delimiter + "\""});
    bool na = false;
    for (size_t c = 0; c < table[0].size(); ++c) {
      for (size_t i = header; i < table.size(); ++i)
        na |= table[i][c] == "NA";
      schema.columns.push_back({header ? table[0][c] : "c" + std::to_string(c + 1), typeOf(c, header), {}});
    }
    if (na)
      schema.options.push_back({"csv.null-literal", "\"NA\""});
    return schema;
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Logs
//===----------------------------------------------------------------------===//

struct KnownLog {
  const char *probe;   ///< POSIX expression that such a line matches
  const char *pattern; ///< regex.pattern
  std::vector<Column> columns;
  const char *remark;
};

const std::vector<KnownLog> &knownLogs() {
  static const std::vector<KnownLog> logs = {
      {"^[^ ]+ [^ ]+ [^ ]+ \\[[^]]+\\] \"[^\"]*\" [0-9]{3} ([0-9]+|-) \"[^\"]*\" \"",
       R"re(^(?<client>\S+) \S+ (?<user>\S+) \[(?<time>[^\]]+)\] "(?<request>(?:\\.|[^"\\])*)" (?<status>\d{3}) (?<sent>\d+|-) "(?<referer>(?:\\.|[^"\\])*)" "(?<agent>(?:\\.|[^"\\])*)")re",
       {{"client", "STRING", ""}, {"user", "STRING", ""}, {"time", "TIMESTAMP_LTZ(3)", "dd/MMM/yyyy:HH:mm:ss Z"},
        {"request", "STRING", ""}, {"status", "INT", ""}, {"sent", "STRING", ""}, {"referer", "STRING", ""}, {"agent", "STRING", ""}},
       "a web server's combined log; `sent` is \"-\" where nothing was sent"},
      {"^[^ ]+ [^ ]+ [^ ]+ \\[[^]]+\\] \"[^\"]*\" [0-9]{3} ([0-9]+|-)",
       R"re(^(?<client>\S+) \S+ (?<user>\S+) \[(?<time>[^\]]+)\] "(?<request>(?:\\.|[^"\\])*)" (?<status>\d{3}) (?<sent>\d+|-))re",
       {{"client", "STRING", ""}, {"user", "STRING", ""}, {"time", "TIMESTAMP_LTZ(3)", "dd/MMM/yyyy:HH:mm:ss Z"},
        {"request", "STRING", ""}, {"status", "INT", ""}, {"sent", "STRING", ""}},
       "a web server's common log; `sent` is \"-\" where nothing was sent"},
      {"^[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [^ ]+ [^ :]+:",
       R"re(^(?<time>\w{3} [ \d]\d \d\d:\d\d:\d\d) (?<host>\S+) (?<program>[^\s:\[]+)(?:\[(?<pid>\d+)\])?: (?<message>.*))re",
       {{"time", "STRING", ""}, {"host", "STRING", ""}, {"program", "STRING", ""}, {"pid", "INT", ""}, {"message", "STRING", ""}},
       "syslog lines; their time has no year, so it is text here"},
  };
  return logs;
}

std::optional<Schema> inferLog(llvm::ArrayRef<StringRef> rows) {
  for (const KnownLog &log : knownLogs()) {
    llvm::Regex probe(log.probe);
    size_t fits = llvm::count_if(rows, [&](StringRef row) { return probe.match(row); });
    if (fits * 10 < rows.size() * 9)
      continue;
    return Schema{"regex", {{"regex.pattern", std::string("'''") + log.pattern + "'''"}}, log.columns, {log.remark}};
  }
  return std::nullopt;
}

} // namespace

const Column *Schema::timeColumn() const {
  for (const Column &column : columns)
    if (StringRef(column.type).starts_with("TIMESTAMP"))
      return &column;
  return nullptr;
}

Schema levada::infer::inferSchema(std::string_view sample) {
  llvm::SmallVector<StringRef> rows = lines(StringRef(sample.data(), sample.size()));
  if (!rows.empty()) {
    if (std::optional<Schema> schema = inferJson(rows))
      return *schema;
    if (std::optional<Schema> schema = inferLog(rows))
      return *schema;
    if (std::optional<Schema> schema = inferDelimited(rows))
      return *schema;
  }
  return Schema{"raw", {}, {{"line", "STRING", {}}}, {"lines of no format that levada knows"}};
}
