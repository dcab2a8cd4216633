//===- Infer.cpp - what format and types a sample of data has --------------===//
//
// JSON lines when every line is an object; a known log when its pattern fits
// nine lines in ten; delimited text when one delimiter gives the first lines
// the same number of fields; else raw lines. Later lines that do not fit are
// skipped by the pipeline. A column's type is the narrowest of
// BOOLEAN, BIGINT, DOUBLE, TIMESTAMP(3), TIMESTAMP_LTZ(3) that reads every
// value of the sample, else STRING. Integers are BIGINT: the sample does not
// say how large they get.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/infer/Infer.h"

#include "runtime/formats/groups.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

#include <re2/re2.h>

#include <optional>

using namespace levada::infer;
using llvm::StringRef;

namespace {

//===----------------------------------------------------------------------===//
// Types of values
//===----------------------------------------------------------------------===//

/// 2020-12-31 23:59[:59[.999]], T for the blank, with a zone after seconds.
bool isTime(StringRef text, bool &zoned) {
  auto shaped = [&](StringRef shape) {
    if (text.size() < shape.size())
      return false;
    for (size_t i = 0; i < shape.size(); ++i)
      if (shape[i] == 'd' ? !llvm::isDigit(text[i])
                          : shape[i] == ' ' ? text[i] != ' ' && text[i] != 'T' : text[i] != shape[i])
        return false;
    text = text.drop_front(shape.size());
    return true;
  };
  if (!shaped("dddd-dd-dd dd:dd"))
    return false;
  bool seconds = shaped(":dd");
  if (seconds && text.consume_front(".")) {
    size_t digits = text.take_while([](char c) { return llvm::isDigit(c); }).size();
    if (digits < 1 || digits > 9)
      return false;
    text = text.drop_front(digits);
  }
  if (text.empty())
    return true;
  zoned = true;
  return seconds && (text == "Z" || ((shaped("+dd:dd") || shaped("-dd:dd") || shaped("+dddd") || shaped("-dddd")) &&
                                     text.empty()));
}

/// What the values of a column have in common so far.
struct Guess {
  bool any = false, boolean = true, integer = true, number = true;
  bool timestamp = true, instant = true;
  int64_t newest = INT64_MIN, disorder = 0; ///< seconds that times go back at most

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
    if (timestamp || instant) {
      bool zoned = false, time = isTime(text, zoned);
      timestamp = timestamp && time && !zoned;
      instant = instant && time && zoned;
    }
    if (timestamp || instant) {
      int64_t at = seconds(text);
      newest = std::max(newest, at);
      disorder = std::max(disorder, newest - at);
    }
  }
  /// Local seconds of `2020-12-31 23:59…`; months are taken for 31 days, which
  /// keeps the order and is near enough for a delay.
  static int64_t seconds(StringRef text) {
    auto number = [&](size_t at, size_t count) {
      int64_t value = 0;
      text.substr(at, count).getAsInteger(10, value);
      return value;
    };
    int64_t days = (number(0, 4) * 12 + number(5, 2)) * 31 + number(8, 2);
    return ((days * 24 + number(11, 2)) * 60 + number(14, 2)) * 60 +
           (text.size() > 18 ? number(17, 2) : 0);
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
    result.push_back({name, guess.type(), {}, guess.disorder});
  return result;
}

/// Lines of the sample that the pipeline will not read.
void skipBad(Schema &schema, size_t bad, size_t all) {
  if (!bad)
    return;
  schema.options.push_back({"on_error", "\"skip\""});
  schema.remarks.push_back(std::to_string(bad) + " of " + std::to_string(all) +
                           " lines do not fit: they are counted and left out");
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
  size_t bad = 0;
  for (StringRef row : rows) {
    if (!row.ltrim().starts_with("{"))
      return std::nullopt;
    llvm::Expected<llvm::json::Value> value = llvm::json::parse(row);
    if (!value) {
      llvm::consumeError(value.takeError());
      if (++bad * 10 > rows.size())
        return std::nullopt;
      continue;
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
  skipBad(schema, bad, rows.size());
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
  llvm::ArrayRef<StringRef> first = rows.take_front(5000);
  for (char delimiter : {',', '\t', ';', '|'}) {
    std::vector<std::vector<std::string>> table;
    bool fits = true;
    for (StringRef row : first) {
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
    auto guessOf = [&](size_t column, size_t from) {
      Guess guess;
      for (size_t i = from; i < table.size(); ++i)
        if (!table[i][column].empty() && table[i][column] != "NA")
          guess.add(table[i][column]);
      return guess;
    };
    bool header = true, differs = false;
    for (size_t c = 0; c < table[0].size(); ++c) {
      Guess first;
      first.add(table[0][c]);
      header &= !table[0][c].empty() && first.type() == "STRING" &&
                llvm::count(table[0], table[0][c]) == 1;
      differs |= table.size() > 1 && guessOf(c, 1).type() != "STRING";
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
    std::vector<Guess> guesses;
    for (size_t c = 0; c < table[0].size(); ++c) {
      for (size_t i = header; i < table.size(); ++i)
        na |= table[i][c] == "NA";
      guesses.push_back(guessOf(c, header));
    }
    size_t bad = 0;
    for (StringRef row : rows.drop_front(first.size())) {
      std::optional<std::vector<std::string>> fields = splitFields(row, delimiter);
      if (!fields)
        continue;
      bad += fields->size() != guesses.size();
      if (fields->size() != guesses.size())
        continue;
      for (size_t c = 0; c < guesses.size(); ++c) {
        const std::string &field = (*fields)[c];
        na |= field == "NA";
        if (!field.empty() && field != "NA")
          guesses[c].add(field);
      }
    }
    for (size_t c = 0; c < guesses.size(); ++c)
      schema.columns.push_back({header ? table[0][c] : "c" + std::to_string(c + 1),
                                guesses[c].type(), {}, guesses[c].disorder});
    if (na)
      schema.options.push_back({"csv.null-literal", "\"NA\""});
    skipBad(schema, bad, rows.size());
    return schema;
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Logs
//===----------------------------------------------------------------------===//

struct KnownLog {
  const char *pattern; ///< regex.pattern
  std::vector<Column> columns;
  const char *remark;
};

const std::vector<KnownLog> &knownLogs() {
  static const std::vector<KnownLog> logs = {
      {R"re(^(?<client>\S+) \S+ (?<user>\S+) \[(?<time>[^\]]+)\] "(?<request>(?:\\.|[^"\\])*)" (?<status>\d{3}) (?<sent>\d+|-) "(?<referer>(?:\\.|[^"\\])*)" "(?<agent>(?:\\.|[^"\\])*)")re",
       {{"client", "STRING", "", 0}, {"user", "STRING", "", 0}, {"time", "TIMESTAMP_LTZ(3)", "dd/MMM/yyyy:HH:mm:ss Z", 0},
        {"request", "STRING", "", 0}, {"status", "INT", "", 0}, {"sent", "STRING", "", 0}, {"referer", "STRING", "", 0}, {"agent", "STRING", "", 0}},
       "a web server's combined log; `sent` is \"-\" where nothing was sent"},
      {R"re(^(?<client>\S+) \S+ (?<user>\S+) \[(?<time>[^\]]+)\] "(?<request>(?:\\.|[^"\\])*)" (?<status>\d{3}) (?<sent>\d+|-))re",
       {{"client", "STRING", "", 0}, {"user", "STRING", "", 0}, {"time", "TIMESTAMP_LTZ(3)", "dd/MMM/yyyy:HH:mm:ss Z", 0},
        {"request", "STRING", "", 0}, {"status", "INT", "", 0}, {"sent", "STRING", "", 0}},
       "a web server's common log; `sent` is \"-\" where nothing was sent"},
      {R"re(^(?<time>\w{3} [ \d]\d \d\d:\d\d:\d\d) (?<host>\S+) (?<program>[^\s:\[]+)(?:\[(?<pid>\d+)\])?: (?<message>.*))re",
       {{"time", "STRING", "", 0}, {"host", "STRING", "", 0}, {"program", "STRING", "", 0}, {"pid", "INT", "", 0}, {"message", "STRING", "", 0}},
       "syslog lines; their time has no year, so it is text here"},
  };
  return logs;
}

std::optional<Schema> inferLog(llvm::ArrayRef<StringRef> rows) {
  for (const KnownLog &log : knownLogs()) {
    re2::RE2 pattern(levada::formats::re2_pattern(log.pattern));
    size_t fits = llvm::count_if(rows, [&](StringRef row) {
      return re2::RE2::PartialMatch(re2::StringPiece(row.data(), row.size()), pattern);
    });
    if (fits * 10 < rows.size() * 9)
      continue;
    Schema schema{"regex", {{"regex.pattern", std::string("'''") + log.pattern + "'''"}}, log.columns, {log.remark}};
    skipBad(schema, rows.size() - fits, rows.size());
    return schema;
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
