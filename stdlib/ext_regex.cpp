//===- ext_regex.cpp - REGEXP and its kin, by RE2 --------------------------===//
//
// A pattern that does not compile is NULL or FALSE as in Flink; one that only a
// matcher that backtracks could follow (lookaround, back references) is an
// error. Compiled patterns are kept per thread.
//
//===----------------------------------------------------------------------===//
#include "stdlib/build.h"
#include "stdlib/java_regex.h"
#include "stdlib/regex.h"

#include <re2/re2.h>

#include <string.h>

#include <string>

using namespace levada::text;

namespace {

struct Compiled {
  char *pattern;
  uint64_t size;
  bool java;
  re2::RE2 *regex; ///< null: does not compile
  bool backtracks; ///< it would in Java
  Compiled *next;
};
constexpr int kBuckets = 64, kMaxKept = 4096;

/// `java`: Java's language, else RE2's.
const Compiled &compiled(const char *pattern, uint64_t size, bool java) {
  thread_local Compiled *kept[kBuckets];
  thread_local int count = 0;
  uint64_t hash = size * 2 + java;
  for (uint64_t i = 0; i < size; ++i)
    hash = (hash ^ uint8_t(pattern[i])) * 0x100000001b3ull;
  Compiled *&bucket = kept[(hash >> 32) % kBuckets];
  for (Compiled *c = bucket; c; c = c->next)
    if (c->size == size && c->java == java && memcmp(c->pattern, pattern, size) == 0)
      return *c;
  if (count++ == kMaxKept) { // patterns from data: start again
    for (Compiled *&head : kept)
      while (head) {
        Compiled *next = head->next;
        delete head->regex;
        delete[] head->pattern;
        delete head;
        head = next;
      }
    count = 0;
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(false);
  std::string text(pattern, size);
  auto reading = levada::javaregex::Reading::Good;
  if (java)
    reading = levada::javaregex::translate(pattern, size, text);
  re2::RE2 *regex = nullptr;
  if (reading == levada::javaregex::Reading::Good) {
    regex = new re2::RE2(text, options);
    if (!regex->ok()) {
      delete regex;
      regex = nullptr;
    }
  }
  char *copy = new char[size + 1];
  memcpy(copy, pattern, size);
  bucket = new Compiled{copy, size, java, regex, reading == levada::javaregex::Reading::Backtracks, bucket};
  return *bucket;
}
/// The pattern compiled; null where it does not, or, with `error`, could not here.
re2::RE2 *compile(levada_ctx *ctx, const levada_str &pattern, bool *error) {
  const Compiled &c = compiled(levada_data(pattern), pattern.len, true);
  *error = c.backtracks;
  if (c.backtracks)
    LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT,
                "the regular expression needs backtracking: look-around, back references and "
                "possessive quantifiers are not matched in linear time");
  return c.regex;
}

re2::StringPiece piece(const levada_str &s) { return {levada_data(s), s.len}; }

constexpr int kMaxGroups = 32;

/// Group `index` of the first match at or after `from`.
bool match(const re2::RE2 &regex, const levada_str &s, uint64_t from, re2::StringPiece *groups,
           int count) {
  return regex.Match(piece(s), from, s.len, re2::RE2::UNANCHORED, groups, count);
}

levada_str partOf(const levada_str &s, const re2::StringPiece &group) {
  return part(s, uint64_t(group.data() - levada_data(s)), group.size());
}

levada_status extract(levada_ctx *ctx, const levada_str &s, const levada_str &pattern,
                      int32_t index, levada_str *out) {
  bool error;
  re2::RE2 *regex = compile(ctx, pattern, &error);
  if (error)
    return LEVADA_ERROR;
  re2::StringPiece groups[kMaxGroups];
  if (!regex || index < 0 || index > regex->NumberOfCapturingGroups() || index >= kMaxGroups)
    return LEVADA_NULL;
  if (!match(*regex, s, 0, groups, index + 1) || !groups[index].data())
    return LEVADA_NULL;
  *out = partOf(s, groups[index]);
  return LEVADA_VALUE;
}

/// Calls `body` for all matches from left to right, as Java's find() goes on.
template <typename Body> void forEachMatch(const re2::RE2 &regex, const levada_str &s, Body body) {
  re2::StringPiece found;
  for (uint64_t from = 0; from <= s.len && match(regex, s, from, &found, 1);) {
    uint64_t begin = uint64_t(found.data() - levada_data(s)), end = begin + found.size();
    body(begin, end);
    from = end;
    if (begin == end) { // step over one character
      ++from;
      while (from < s.len && !isStart(levada_data(s)[from]))
        ++from;
    }
  }
}

/// A SIMILAR TO pattern as a regular expression; false where it is none.
bool translateSimilar(const levada_str &pattern, const levada_str *escape, char *out,
                      uint64_t *size) {
  const char *p = levada_data(pattern), *end = p + pattern.len;
  char *at = out;
  auto put = [&](const char *text) {
    uint64_t n = strlen(text);
    memcpy(at, text, n);
    at += n;
  };
  put("^(?:");
  bool inSet = false;
  for (; p != end; ++p) {
    if (escape && escape->len == 1 && *p == *levada_data(*escape)) {
      if (++p == end)
        return false;
      *at++ = '\\';
      *at++ = *p;
    } else if (inSet) {
      if (*p == '[' && p + 1 != end && p[1] == ':') { // [:ALPHA:] is small in RE2
        while (p != end && *p != ']') {
          *at++ = *p >= 'A' && *p <= 'Z' ? char(*p + 32) : *p;
          ++p;
        }
        if (p == end)
          return false;
        *at++ = ']';
        continue;
      }
      inSet = *p != ']';
      if (*p == '\\')
        *at++ = '\\';
      *at++ = *p;
    } else if (*p == '%') {
      put("(?s:.*)");
    } else if (*p == '_') {
      *at++ = '.';
    } else if (*p == '\\' || *p == '$') { // `.` and `^` are Java's, as in Calcite
      *at++ = '\\';
      *at++ = *p;
    } else {
      inSet = *p == '[';
      *at++ = *p;
    }
  }
  put(")$");
  *size = uint64_t(at - out);
  return true;
}

levada_status similar(levada_ctx *ctx, const levada_str &s, const levada_str &pattern,
                      const levada_str *escape, bool *out) {
  char *text = levada_rt_alloc(ctx, uint64_t(pattern.len) * 7 + 16);
  uint64_t size;
  re2::RE2 *regex =
      translateSimilar(pattern, escape, text, &size) ? compiled(text, size, false).regex : nullptr;
  if (!regex)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "SIMILAR TO: the pattern does not compile");
  *out = match(*regex, s, 0, nullptr, 0);
  return LEVADA_VALUE;
}

} // namespace

int levada::regex::groupCount(const levada_str &pattern) {
  re2::RE2 *regex = compiled(levada_data(pattern), pattern.len, true).regex;
  return regex ? regex->NumberOfCapturingGroups() : -1;
}

bool levada::regex::find(const levada_str &pattern, const levada_str &text, uint64_t from,
                         Span *spans, int count) {
  re2::RE2 *regex = compiled(levada_data(pattern), pattern.len, true).regex;
  re2::StringPiece groups[kMaxGroups];
  if (!regex || count > kMaxGroups || from > text.len || !match(*regex, text, from, groups, count))
    return false;
  for (int i = 0; i < count; ++i)
    spans[i] = {groups[i].data(), uint32_t(groups[i].size())};
  return true;
}

extern "C" {

/// True when a part of `s` matches the regular expression; FALSE for an empty or broken one.
LEVADA_FN("REGEXP", pure | fails)
levada_status levada_fn_regexp(levada_ctx *ctx, const levada_str &s, const levada_str &pattern,
                               bool *out) {
  bool error;
  re2::RE2 *regex = compile(ctx, pattern, &error);
  *out = pattern.len != 0 && regex && match(*regex, s, 0, nullptr, 0);
  return error ? LEVADA_ERROR : LEVADA_VALUE;
}
/// What the first match of the regular expression in `s` is; NULL where there is none.
LEVADA_FN("REGEXP_EXTRACT", pure | nullable | fails)
levada_status levada_fn_regexp_extract(levada_ctx *ctx, const levada_str &s,
                                       const levada_str &pattern, levada_str *out) {
  return extract(ctx, s, pattern, 0, out);
}
/// Group `index` of the first match of the regular expression in `s`; NULL where there is none.
LEVADA_FN("REGEXP_EXTRACT", pure | nullable | fails)
levada_status levada_fn_regexp_extract_group(levada_ctx *ctx, const levada_str &s,
                                             const levada_str &pattern, int32_t index,
                                             levada_str *out) {
  return extract(ctx, s, pattern, index, out);
}
/// What the first match of the regular expression in `s` is; NULL where there is none.
LEVADA_FN("REGEXP_SUBSTR", pure | nullable | fails)
levada_status levada_fn_regexp_substr(levada_ctx *ctx, const levada_str &s,
                                      const levada_str &pattern, levada_str *out) {
  return extract(ctx, s, pattern, 0, out);
}
/// `s` with all matches of the regular expression replaced by `replacement`, taken literally;
/// NULL for a broken expression.
LEVADA_FN("REGEXP_REPLACE", pure | nullable | fails)
levada_status levada_fn_regexp_replace(levada_ctx *ctx, const levada_str &s,
                                       const levada_str &pattern, const levada_str &replacement,
                                       levada_str *out) {
  bool error;
  re2::RE2 *regex = compile(ctx, pattern, &error);
  if (!regex)
    return error ? LEVADA_ERROR : LEVADA_NULL;
  uint64_t size = s.len, matches = 0;
  forEachMatch(*regex, s, [&](uint64_t begin, uint64_t end) {
    size += replacement.len - (end - begin);
    ++matches;
  });
  if (matches == 0) {
    *out = s;
    return LEVADA_VALUE;
  }
  Buffer buffer(ctx, size);
  char *at = buffer.data;
  const char *p = levada_data(s);
  uint64_t done = 0;
  forEachMatch(*regex, s, [&](uint64_t begin, uint64_t end) {
    memcpy(at, p + done, begin - done);
    at += begin - done;
    memcpy(at, levada_data(replacement), replacement.len);
    at += replacement.len;
    done = end;
  });
  memcpy(at, p + done, s.len - done);
  *out = buffer.finish(at + (s.len - done));
  return LEVADA_VALUE;
}
/// Number of matches of the regular expression in `s`; NULL for a broken one.
LEVADA_FN("REGEXP_COUNT", pure | nullable | fails)
levada_status levada_fn_regexp_count(levada_ctx *ctx, const levada_str &s, const levada_str &pattern,
                                     int32_t *out) {
  bool error;
  re2::RE2 *regex = compile(ctx, pattern, &error);
  if (!regex)
    return error ? LEVADA_ERROR : LEVADA_NULL;
  int32_t count = 0;
  forEachMatch(*regex, s, [&](uint64_t, uint64_t) { ++count; });
  *out = count;
  return LEVADA_VALUE;
}
/// Number of the character where the regular expression first matches in `s`, 0 where it does
/// not; NULL for a broken one.
LEVADA_FN("REGEXP_INSTR", pure | nullable | fails)
levada_status levada_fn_regexp_instr(levada_ctx *ctx, const levada_str &s, const levada_str &pattern,
                                     int32_t *out) {
  bool error;
  re2::RE2 *regex = compile(ctx, pattern, &error);
  if (!regex)
    return error ? LEVADA_ERROR : LEVADA_NULL;
  re2::StringPiece found;
  *out = 0;
  if (match(*regex, s, 0, &found, 1))
    // In UTF-16 units, as Java counts.
    for (const char *p = levada_data(s); p != found.data(); ++p)
      *out += isStart(*p) + (uint8_t(*p) >= 0xF0);
  if (*out || (found.data() && found.data() == levada_data(s)))
    ++*out;
  return LEVADA_VALUE;
}
/// `s SIMILAR TO pattern`: SQL's regular expressions, with `%` and `_`.
LEVADA_FN("SIMILAR", pure | fails)
levada_status levada_fn_similar(levada_ctx *ctx, const levada_str &s, const levada_str &pattern,
                                bool *out) {
  return similar(ctx, s, pattern, nullptr, out);
}
/// `s SIMILAR TO pattern ESCAPE escape`.
LEVADA_FN("SIMILAR", pure | fails)
levada_status levada_fn_similar_escape(levada_ctx *ctx, const levada_str &s,
                                       const levada_str &pattern, const levada_str &escape,
                                       bool *out) {
  return similar(ctx, s, pattern, &escape, out);
}

} // extern "C"
