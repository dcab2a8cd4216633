//===- Values.cpp - durations, sizes, ${NAME} in strings --------------------===//
//
// Both durations and sizes are whole numbers with units; Flink's spellings of
// the units are all known. Overflow is a fault, never a wrapped value.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Values.h"

#include "ir/diag/Diag.h"

#include <cctype>

namespace levada::doc {
namespace {

struct Unit {
  std::string_view names; ///< "|name|name|"
  int64_t factor;
};
constexpr Unit timeUnits[] = {
    {"|d|day|days|", 86'400'000},
    {"|h|hour|hours|", 3'600'000},
    {"|m|min|minute|minutes|", 60'000},
    {"|s|sec|second|seconds|", 1'000},
    {"|ms|milli|millis|millisecond|milliseconds|", 1},
};
constexpr Unit sizeUnits[] = {
    {"|b|byte|bytes|", 1},
    {"|k|kb|kib|kibibytes|", int64_t(1) << 10},
    {"|m|mb|mib|mebibytes|", int64_t(1) << 20},
    {"|g|gb|gib|gibibytes|", int64_t(1) << 30},
    {"|t|tb|tib|tebibytes|", int64_t(1) << 40},
};

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isBlank(char c) { return c == ' ' || c == '\t'; }

template <size_t N>
const Unit *findUnit(const Unit (&units)[N], std::string_view name) {
  std::string key = fmt::format("|{}|", name);
  for (const Unit &unit : units)
    if (unit.names.find(key) != std::string_view::npos)
      return &unit;
  return nullptr;
}

/// Reads "12 unit" parts and calls `part(number, word, begin)` for each.
class Reader {
public:
  Reader(std::string_view text, ValueFault &fault) : text(text), fault(fault) {}

  void blanks() {
    while (at < text.size() && isBlank(text[at]))
      ++at;
  }
  bool done() const { return at >= text.size(); }

  std::optional<int64_t> number() {
    size_t begin = at;
    int64_t value = 0;
    bool overflow = false;
    for (; at < text.size() && isDigit(text[at]); ++at)
      overflow |= __builtin_mul_overflow(value, 10, &value) ||
                  __builtin_add_overflow(value, text[at] - '0', &value);
    if (at == begin)
      return std::nullopt;
    if (overflow) {
      fail(begin, at, "the number is too large");
      return std::nullopt;
    }
    return value;
  }
  std::string_view word() {
    size_t begin = at;
    while (at < text.size() && !isDigit(text[at]) && !isBlank(text[at]))
      ++at;
    return text.substr(begin, at - begin);
  }
  void fail(size_t begin, size_t end, std::string what, std::string hint = {}) {
    fault = {begin, end, std::move(what), std::move(hint)};
  }

  std::string_view text;
  size_t at = 0;
  ValueFault &fault;
};

std::string lowered(std::string_view text) {
  std::string result;
  for (char c : text)
    result += char(std::tolower(uint8_t(c)));
  return result;
}

void unknownTimeUnit(Reader &r, size_t begin, std::string_view unit,
                     int64_t number) {
  std::string lower = lowered(unit), hint = "units are ms, s, m, h and d";
  if (lower == "us" || lower == "µs" || lower == "ns" ||
      lower.rfind("micro", 0) == 0 || lower.rfind("nano", 0) == 0)
    hint = "the finest unit is ms, the millisecond";
  else if (lower == "w" || lower == "week" || lower == "weeks")
    hint = number < 1'000'000'000 ? fmt::format("write \"{}d\"", number * 7)
                                  : hint;
  else if (unit == "M")
    hint = "`m` is minutes; months are no fixed time";
  else if (lower.rfind("month", 0) == 0 || lower.rfind("year", 0) == 0 ||
           lower == "y")
    hint = "months and years are no fixed time: use days, `d`";
  else if (findUnit(timeUnits, lower))
    hint = fmt::format("write it in lower case: `{}`", lower);
  else if (std::string near = diag::nearest(
               unit, {"days", "hours", "minutes", "seconds", "milliseconds"});
           !near.empty())
    hint = fmt::format("did you mean `{}`?", near);
  r.fail(begin, r.at, fmt::format("`{}` is no unit of time", unit), hint);
}

} // namespace

std::optional<int64_t> parseDuration(std::string_view text, ValueFault &fault) {
  Reader r(text, fault);
  r.blanks();
  size_t first = r.at;
  bool negative = !r.done() && text[r.at] == '-';
  if (negative || (!r.done() && text[r.at] == '+'))
    ++r.at;
  r.blanks();
  if (r.done()) {
    r.fail(first, text.size(), "a duration is missing here",
           "such as \"5s\", \"1m\" or \"1h 30m\"");
    return std::nullopt;
  }
  int64_t total = 0, last = INT64_MAX;
  while (!r.done()) {
    size_t begin = r.at;
    std::optional<int64_t> number = r.number();
    if (!number) {
      if (r.at > begin)
        return std::nullopt; // too large
      std::string_view word = r.word();
      if (word.empty())
        word = text.substr(begin, ++r.at - begin);
      r.fail(begin, r.at, fmt::format("expected a number, found `{}`", word),
             "a duration is a number and a unit: \"5s\", \"1h 30m\"");
      return std::nullopt;
    }
    r.blanks();
    size_t unitBegin = r.at;
    std::string_view word = r.word();
    if (word.empty()) {
      r.fail(begin, unitBegin, "the duration has no unit",
             fmt::format("write \"{0}s\" for seconds, \"{0}ms\" for "
                         "milliseconds, \"{0}m\" for minutes",
                         *number));
      return std::nullopt;
    }
    if (word[0] == '.' || word[0] == ',') {
      while (!r.done() && !isBlank(text[r.at]))
        ++r.at;
      r.fail(begin, r.at, "a duration has no fraction",
             "use a smaller unit: \"1500ms\", \"1h 30m\"");
      return std::nullopt;
    }
    const Unit *unit = findUnit(timeUnits, word);
    if (!unit && word.size() > 2)
      unit = findUnit(timeUnits, lowered(word)); // Seconds, DAYS
    if (!unit) {
      unknownTimeUnit(r, unitBegin, word, *number);
      return std::nullopt;
    }
    if (unit->factor >= last) {
      r.fail(begin, r.at,
             unit->factor == last ? "this unit is there already"
                                  : "the larger unit comes first",
             "as in \"1d 2h 30m\"");
      return std::nullopt;
    }
    last = unit->factor;
    int64_t part;
    if (__builtin_mul_overflow(*number, unit->factor, &part) ||
        __builtin_add_overflow(total, part, &total) ||
        total > (int64_t(1) << 53)) {
      r.fail(begin, r.at, "the duration is too long",
             "the longest is about 285000 years");
      return std::nullopt;
    }
    r.blanks();
  }
  return negative ? -total : total;
}

std::string printDuration(int64_t millis) {
  std::string out = millis < 0 ? "-" : "";
  uint64_t rest = millis < 0 ? -uint64_t(millis) : uint64_t(millis);
  constexpr std::string_view names[] = {"d", "h", "m", "s", "ms"};
  for (size_t i = 0; i < std::size(timeUnits); ++i) {
    uint64_t factor = uint64_t(timeUnits[i].factor);
    if (rest >= factor) {
      out += fmt::format("{}{}", rest / factor, names[i]);
      rest %= factor;
    }
  }
  return out.empty() || out == "-" ? "0s" : out;
}

std::optional<int64_t> parseSize(std::string_view text, ValueFault &fault) {
  Reader r(text, fault);
  r.blanks();
  size_t begin = r.at;
  std::optional<int64_t> number = r.number();
  if (!number) {
    if (r.at == begin)
      r.fail(begin, text.size(), "a size begins with a number",
             "such as \"64 MB\" or \"512 KB\"");
    return std::nullopt;
  }
  r.blanks();
  if (r.done())
    return number;
  size_t unitBegin = r.at;
  std::string_view word = r.word();
  if (word.empty() || word[0] == '.') {
    r.fail(begin, text.size(), "a size is one whole number with a unit",
           "such as \"1536 KB\"");
    return std::nullopt;
  }
  const Unit *unit = findUnit(sizeUnits, lowered(word));
  if (!unit) {
    r.fail(unitBegin, r.at, fmt::format("`{}` is no unit of size", word),
           "units are B, KB, MB, GB and TB");
    return std::nullopt;
  }
  r.blanks();
  if (!r.done()) {
    r.fail(r.at, text.size(), "a size is one whole number with a unit",
           "such as \"1536 KB\"");
    return std::nullopt;
  }
  int64_t bytes;
  if (__builtin_mul_overflow(*number, unit->factor, &bytes)) {
    r.fail(begin, text.size(), "the size is too large");
    return std::nullopt;
  }
  return bytes;
}

bool findEnvironment(std::string_view text,
                     std::vector<EnvironmentSpan> &found, ValueFault &fault) {
  for (size_t at = 0; (at = text.find("${", at)) != text.npos;) {
    size_t end = at + 2;
    while (end < text.size() &&
           (std::isalnum(uint8_t(text[end])) || text[end] == '_'))
      ++end;
    std::string name(text.substr(at + 2, end - at - 2));
    if (end >= text.size() || text[end] != '}') {
      size_t close = text.find('}', end);
      if (close == text.npos)
        fault = {at, end, "`${` without a closing `}`",
                 name.empty() ? "" : fmt::format("write `${{{}}}`", name)};
      else
        fault = {at, close + 1,
                 fmt::format("`{}` names no environment variable",
                             text.substr(at, close + 1 - at)),
                 "a name is made of letters, digits and `_`"};
      return false;
    }
    ++end;
    if (name.empty() || isDigit(name[0])) {
      fault = {at, end,
               name.empty() ? "`${}` names no environment variable"
                            : "an environment variable's name begins with a "
                              "letter or `_`",
               ""};
      return false;
    }
    found.push_back({name, at, end});
    at = end;
  }
  return true;
}

} // namespace levada::doc
