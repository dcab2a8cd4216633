//===- Logs.cpp - lines that a pattern reads -------------------------------===//
//
// Web servers' and system logs by patterns that are known here, other lines by
// one that the user gives. "-" stands for nothing in a web server's log. A last
// quote may be missing: servers cut long lines.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/infer/Formats.h"

#include "runtime/formats/groups.h"

#include "llvm/ADT/STLExtras.h"

#include <re2/re2.h>

#include <map>

using namespace levada::infer;
using llvm::StringRef;

namespace {

struct KnownLog {
  const char *pattern; ///< regex.pattern
  std::vector<Column> columns;
  const char *nothing; ///< regex.null-literal, or ""
  const char *remark;
};

Column column(const char *name, const char *type = "STRING", const char *timeFormat = "") {
  return {name, type, timeFormat, {}};
}

#define LEVADA_WEB_LOG                                                                             \
  R"re(^(?<client>\S+) \S+ (?<user>\S+) \[(?<time>[^\]]+)\] )re"                                   \
  R"re("(?<request>(?<method>[A-Z]+) (?<path>[^ "\\]+)(?: (?<protocol>[^ "\\]+))?|(?:\\.|[^"\\])*)" )re" \
  R"re((?<status>\d{3}) (?<sent>\d+|-))re"

const std::vector<KnownLog> &knownLogs() {
  const std::vector<Column> web = {column("client"), column("user"),
                                   column("time", "TIMESTAMP_LTZ(3)", "dd/MMM/yyyy:HH:mm:ss Z"),
                                   column("request"), column("method"), column("path"),
                                   column("protocol"), column("status", "INT"), column("sent", "BIGINT")};
  std::vector<Column> combined = web;
  combined.push_back(column("referer"));
  combined.push_back(column("agent"));
  const std::vector<Column> system = {column("host"), column("program"), column("pid", "INT"),
                                      column("message")};
  std::vector<Column> old = {column("time")}, iso = {column("time", "TIMESTAMP_LTZ(6)")};
  old.insert(old.end(), system.begin(), system.end());
  iso.insert(iso.end(), system.begin(), system.end());
  static const std::vector<KnownLog> logs = {
      {LEVADA_WEB_LOG R"re( "(?<referer>(?:\\.|[^"\\])*)" "(?<agent>(?:\\.|[^"\\])*))re", combined, "-",
       "a web server's combined log; NULL where it has \"-\""},
      {LEVADA_WEB_LOG, web, "-", "a web server's common log; NULL where it has \"-\""},
      {R"re(^(?<time>\w{3} [ \d]\d \d\d:\d\d:\d\d) (?<host>\S+) (?<program>[^\s:\[]+)(?:\[(?<pid>\d+)\])?: (?<message>.*))re",
       old, "", "syslog lines; their time has no year, so it is text here"},
      {R"re(^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (?<host>\S+) (?<program>[^\s:\[]+)(?:\[(?<pid>\d+)\])?: (?<message>.*))re",
       iso, "", "syslog lines"},
  };
  return logs;
}

} // namespace

std::optional<Schema> levada::infer::inferLog(Lines lines) {
  for (const KnownLog &log : knownLogs()) {
    re2::RE2 pattern(levada::formats::re2_pattern(log.pattern));
    // A few lines tell which it is; all are counted for the one that it is.
    auto fitting = [&](Lines some) {
      return size_t(llvm::count_if(some, [&](StringRef line) {
        return re2::RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), pattern);
      }));
    };
    Lines first = lines.take_front(100);
    if (fitting(first) * 10 < first.size() * 9)
      continue;
    size_t fits = fitting(lines);
    if (fits * 10 < lines.size() * 9)
      continue;
    Schema schema{"regex", {{"regex.pattern", log.pattern}}, log.columns, {log.remark},
                  lines.size() - fits, lines.size()};
    if (*log.nothing)
      schema.set("regex.null-literal", log.nothing);
    return schema;
  }
  return std::nullopt;
}

Schema levada::infer::inferPattern(Lines lines, const std::string &pattern) {
  Schema schema{"regex", {{"regex.pattern", pattern}}, {}, {}, 0, lines.size()};
  re2::RE2::Options options;
  options.set_log_errors(false);
  re2::RE2 regex(levada::formats::re2_pattern(pattern.c_str()), options);
  if (!regex.ok())
    return schema; // said where the pattern is checked
  std::vector<size_t> groups;
  for (const auto &[index, name] : regex.CapturingGroupNames()) {
    schema.columns.push_back(column(name.c_str()));
    groups.push_back(index);
  }
  std::vector<re2::StringPiece> found(regex.NumberOfCapturingGroups() + 1);
  for (StringRef line : lines) {
    re2::StringPiece text(line.data(), line.size());
    if (!regex.Match(text, 0, text.size(), re2::RE2::UNANCHORED, found.data(), found.size())) {
      ++schema.bad;
      continue;
    }
    for (auto [column, group] : llvm::zip(schema.columns, groups))
      if (!found[group].empty())
        column.guess.add(StringRef(found[group].data(), found[group].size()));
  }
  for (Column &column : schema.columns)
    column.type = column.guess.type();
  return schema;
}
