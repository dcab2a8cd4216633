//===- string_search.cpp - text: finding, LIKE, replacing, splitting -------===//
#include "stdlib/build.h"
#include "stdlib/text.h"

using namespace levada::text;

namespace {

/// Number of the character where `needle` first begins at or after character
/// `from` (both from 0), or -1.
int32_t indexOf(const levada_str &s, const levada_str &needle, int64_t from) {
  if (needle.len == 0)
    return 0;
  const char *p = levada_data(s), *end = p + s.len;
  uint64_t start = from > 0 ? charOffset(p, s.len, from) : 0;
  const char *at = find(p + start, end, levada_data(needle), needle.len);
  return at ? countChars(p, uint64_t(at - p)) : -1;
}

int32_t position(const levada_str &needle, const levada_str &s, int32_t from) {
  return indexOf(s, needle, int64_t(from) - 1) + 1;
}

/// Matches `_` and `%`; `escape` (0: none) makes the next character plain.
/// -1: an escape with nothing to escape.
int32_t like(const char *s, const char *sEnd, const char *p, const char *pEnd, const char *escape,
             uint64_t escapeSize) {
  const char *retryPattern = nullptr, *retryText = nullptr;
  auto isEscape = [&](const char *q) {
    return escapeSize && uint64_t(pEnd - q) >= escapeSize &&
           __builtin_memcmp(q, escape, escapeSize) == 0;
  };
  for (;;) {
    if (p != pEnd) {
      if (isEscape(p)) {
        const char *q = p + escapeSize;
        bool good = q != pEnd && (*q == '_' || *q == '%' || isEscape(q));
        if (!good)
          return -1;
        uint64_t size = charSize(*q);
        if (uint64_t(sEnd - s) >= size && __builtin_memcmp(s, q, size) == 0) {
          s += size, p = q + size;
          continue;
        }
      } else if (*p == '%') {
        retryPattern = ++p;
        retryText = s;
        if (p == pEnd)
          return 1;
        continue;
      } else if (s != sEnd) {
        if (*p == '_') {
          ++p, ++s;
          while (s != sEnd && !isStart(*s))
            ++s;
          continue;
        }
        if (*p == *s) {
          ++p, ++s;
          continue;
        }
      }
    } else if (s == sEnd) {
      return 1;
    }
    // Mismatch: the last % takes one character more.
    if (!retryPattern || retryText == sEnd)
      return 0;
    char next = *retryPattern;
    ++retryText;
    if (next != '_' && next != '%' && !isEscape(retryPattern)) {
      retryText = static_cast<const char *>(
          __builtin_memchr(retryText, next, uint64_t(sEnd - retryText)));
      if (!retryText)
        return 0;
    } else {
      while (retryText != sEnd && !isStart(*retryText))
        ++retryText;
    }
    s = retryText, p = retryPattern;
  }
}

/// An escape that escapes nothing, wherever in the pattern it stands.
bool badPattern(const char *p, const char *end, const char *escape, uint64_t size) {
  while (p < end) {
    if (uint64_t(end - p) >= size && __builtin_memcmp(p, escape, size) == 0) {
      p += size;
      if (p == end)
        return true;
      bool again = uint64_t(end - p) >= size && __builtin_memcmp(p, escape, size) == 0;
      if (*p != '_' && *p != '%' && !again)
        return true;
      p += again ? size : 1;
    } else {
      ++p;
    }
  }
  return false;
}

/// Part `index` of s between separators.
levada_status splitIndex(const levada_str &s, const char *separator, uint64_t size, int32_t index,
                         levada_str *out) {
  if (index < 0 || s.len == 0)
    return LEVADA_NULL;
  const char *begin = levada_data(s), *p = begin, *end = p + s.len;
  for (;; --index) {
    const char *next = find(p, end, separator, size);
    if (index == 0) {
      *out = part(s, uint64_t(p - begin), uint64_t((next ? next : end) - p));
      return LEVADA_VALUE;
    }
    if (!next)
      return LEVADA_NULL;
    p = next + size;
  }
}

/// Roughly Character.isLetter: blocks of signs and punctuation hold no letters.
bool isLetter(uint32_t c) {
  if (c < 0x80)
    return (c | 32) - 'a' < 26;
  if (c < 0xC0)
    return c == 0xAA || c == 0xB5 || c == 0xBA;
  bool sign = c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c < 0x2C00 && (c < 0x2100 || c >= 0x2140)) ||
              (c >= 0x2E00 && c < 0x3005) || (c >= 0xD800 && c < 0xF900) ||
              (c >= 0xFE00 && c < 0xFE70) || (c >= 0xFF00 && c < 0xFF21);
  return !sign && c < 0x10000;
}

} // namespace

extern "C" {

/// POSITION(needle IN s): number of the character where `needle` first begins in `s`, 0 where
/// it does not.
LEVADA_FN("POSITION", pure)
int32_t levada_fn_position(const levada_str &needle, const levada_str &s) {
  return position(needle, s, 1);
}
/// The same, from character `from` on.
LEVADA_FN("POSITION", pure)
int32_t levada_fn_position_from(const levada_str &needle, const levada_str &s, int32_t from) {
  return position(needle, s, from);
}
/// Number of the character where `needle` first begins in `s`, 0 where it does not.
LEVADA_FN("LOCATE", pure)
int32_t levada_fn_locate(const levada_str &needle, const levada_str &s) {
  return position(needle, s, 1);
}
/// The same, from character `from` on.
LEVADA_FN("LOCATE", pure)
int32_t levada_fn_locate_from(const levada_str &needle, const levada_str &s, int32_t from) {
  return position(needle, s, from);
}
/// Number of the character where `needle` first begins in `s`, 0 where it does not.
LEVADA_FN("INSTR", pure)
int32_t levada_fn_instr(const levada_str &s, const levada_str &needle) {
  return position(needle, s, 1);
}
/// The same, from character `from` on (negative: backwards from the end).
LEVADA_FN("INSTR", pure)
levada_status levada_fn_instr_from(levada_ctx *ctx, const levada_str &s, const levada_str &needle,
                                   int32_t from, int32_t *out);
/// The same, for occurrence number `nth`.
LEVADA_FN("INSTR", pure | fails)
levada_status levada_fn_instr_nth(levada_ctx *ctx, const levada_str &s, const levada_str &needle,
                                  int32_t from, int32_t nth, int32_t *out) {
  if (nth <= 0)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "INSTR: the occurrence must be positive");
  *out = 0;
  if (from > 0) {
    int64_t start = from;
    for (int32_t i = 0; i < nth; ++i) {
      *out = indexOf(s, needle, start - 1) + 1;
      if (*out == 0)
        break;
      start = int64_t(*out) + 1;
    }
  } else if (from < 0) {
    // The nth occurrence that ends at or before character size + 1 + from, backwards.
    const char *p = levada_data(s);
    int32_t chars = countChars(p, s.len), length = countChars(levada_data(needle), needle.len);
    for (int64_t at = int64_t(chars) + from + 1 - length; at >= 0; --at) {
      uint64_t offset = charOffset(p, s.len, at);
      if (s.len - offset >= needle.len &&
          __builtin_memcmp(p + offset, levada_data(needle), needle.len) == 0 && --nth == 0) {
        *out = int32_t(at) + 1;
        break;
      }
    }
  }
  return LEVADA_VALUE;
}
levada_status levada_fn_instr_from(levada_ctx *ctx, const levada_str &s, const levada_str &needle,
                                   int32_t from, int32_t *out) {
  return levada_fn_instr_nth(ctx, s, needle, from, 1, out);
}

/// True when `s` begins with `prefix`.
LEVADA_FN("STARTSWITH", pure)
bool levada_fn_startswith(const levada_str &s, const levada_str &prefix) {
  return s.len >= prefix.len &&
         __builtin_memcmp(levada_data(s), levada_data(prefix), prefix.len) == 0;
}
/// True when `s` begins with `prefix`.
LEVADA_FN("STARTSWITH", pure)
bool levada_fn_startswith_bytes(const levada_bytes &s, const levada_bytes &prefix) {
  return levada_fn_startswith(s, prefix);
}
/// True when `s` ends with `suffix`.
LEVADA_FN("ENDSWITH", pure)
bool levada_fn_endswith(const levada_str &s, const levada_str &suffix) {
  return s.len >= suffix.len && __builtin_memcmp(levada_data(s) + s.len - suffix.len,
                                                 levada_data(suffix), suffix.len) == 0;
}
/// True when `s` ends with `suffix`.
LEVADA_FN("ENDSWITH", pure)
bool levada_fn_endswith_bytes(const levada_bytes &s, const levada_bytes &suffix) {
  return levada_fn_endswith(s, suffix);
}

/// `s LIKE pattern`: `_` is one character, `%` any number of them.
LEVADA_FN("LIKE", pure)
bool levada_fn_like(const levada_str &s, const levada_str &pattern) {
  const char *p = levada_data(s), *q = levada_data(pattern);
  return like(p, p + s.len, q, q + pattern.len, nullptr, 0) == 1;
}
/// `s LIKE pattern ESCAPE escape`: the character after `escape` stands for itself.
LEVADA_FN("LIKE", pure | fails)
levada_status levada_fn_like_escape(levada_ctx *ctx, const levada_str &s,
                                    const levada_str &pattern, const levada_str &escape,
                                    bool *out) {
  const char *p = levada_data(s), *q = levada_data(pattern), *e = levada_data(escape);
  if (escape.len != 0 && countChars(e, escape.len) != 1)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "LIKE: the escape must be one character");
  if (escape.len != 0 && badPattern(q, q + pattern.len, e, escape.len))
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "LIKE: the escape must stand before `_`, `%` or itself");
  *out = like(p, p + s.len, q, q + pattern.len, e, escape.len) == 1;
  return LEVADA_VALUE;
}

/// `s` with every `from` replaced by `to`.
LEVADA_FN("REPLACE", pure)
levada_status levada_fn_replace(levada_ctx *ctx, const levada_str &s, const levada_str &from,
                                const levada_str &to, levada_str *out) {
  const char *begin = levada_data(s), *end = begin + s.len, *needle = levada_data(from);
  uint64_t count = 0;
  if (from.len == 0) { // between all characters
    count = uint64_t(countChars(begin, s.len)) + 1;
  } else {
    for (const char *p = begin; (p = find(p, end, needle, from.len)); p += from.len)
      ++count;
  }
  if (count == 0) {
    *out = s;
    return LEVADA_VALUE;
  }
  Buffer buffer(ctx, s.len - count * from.len + count * to.len);
  char *at = buffer.data;
  auto put = [&](const char *data, uint64_t size) {
    __builtin_memcpy(at, data, size);
    at += size;
  };
  const char *p = begin;
  if (from.len == 0) {
    while (p < end) {
      put(levada_data(to), to.len);
      const char *next = p + 1;
      while (next < end && !isStart(*next))
        ++next;
      put(p, uint64_t(next - p));
      p = next;
    }
    put(levada_data(to), to.len);
  } else {
    for (; count; --count) {
      const char *next = find(p, end, needle, from.len);
      put(p, uint64_t(next - p));
      put(levada_data(to), to.len);
      p = next + from.len;
    }
    put(p, uint64_t(end - p));
  }
  *out = buffer.finish(at);
  return LEVADA_VALUE;
}

/// `s` with each character of `from` replaced by the one at its place in `to`, or left out
/// where `to` is shorter.
LEVADA_FN("TRANSLATE", pure)
levada_status levada_fn_translate(levada_ctx *ctx, const levada_str &s, const levada_str &from,
                                  levada_opt<levada_str> to, levada_str *out) {
  const char *p = levada_data(s), *end = p + s.len;
  const char *into = to.value ? levada_data(*to.value) : "";
  uint64_t intoSize = to.value ? to.value->len : 0;
  Buffer buffer(ctx, uint64_t(s.len) * 4 + 4);
  char *at = buffer.data;
  while (p < end) {
    uint64_t size = charSize(*p);
    if (uint64_t(end - p) < size)
      size = uint64_t(end - p);
    const char *q = levada_data(from), *qEnd = q + from.len;
    int32_t index = 0;
    bool found = false;
    for (; q < qEnd && !found; ++index) {
      uint64_t other = charSize(*q);
      found = other == size && uint64_t(qEnd - q) >= size && __builtin_memcmp(p, q, size) == 0;
      q += other;
    }
    if (found) {
      uint64_t offset = charOffset(into, intoSize, index - 1);
      if (offset < intoSize) {
        uint64_t width = charSize(into[offset]);
        __builtin_memcpy(at, into + offset, width);
        at += width;
      }
    } else {
      __builtin_memcpy(at, p, size);
      at += size;
    }
    p += size;
  }
  *out = buffer.finish(at);
  return LEVADA_VALUE;
}

/// Part number `index` (from 0) of `s` between occurrences of `separator`; NULL where there is
/// none.
LEVADA_FN("SPLIT_INDEX", pure | nullable)
levada_status levada_fn_split_index(levada_ctx *, const levada_str &s, const levada_str &separator,
                                    int32_t index, levada_str *out) {
  if (separator.len == 0)
    return splitIndex(s, " ", 1, index, out);
  return splitIndex(s, levada_data(separator), separator.len, index, out);
}
/// The same with the number of the separating character.
LEVADA_FN("SPLIT_INDEX", pure | nullable)
levada_status levada_fn_split_index_code(levada_ctx *, const levada_str &s, int32_t separator,
                                         int32_t index, levada_str *out) {
  if (separator < 1 || separator > 255)
    return LEVADA_NULL;
  char text[4];
  return splitIndex(s, text, uint64_t(putChar(text, uint32_t(separator)) - text), index, out);
}

/// True when `s` is not empty and all its characters are digits; false of NULL.
LEVADA_FN("IS_DIGIT", pure)
levada_status levada_fn_is_digit(levada_ctx *, levada_opt<levada_str> s, bool *out) {
  *out = s.value && s.value->len != 0;
  const char *p = *out ? levada_data(*s.value) : nullptr;
  for (uint32_t i = 0; *out && i < s.value->len; ++i)
    *out = uint8_t(p[i] - '0') < 10;
  return LEVADA_VALUE;
}
/// True when `s` is not empty and all its characters are letters; false of NULL. Of characters
/// beyond U+FFFF none counts as a letter.
LEVADA_FN("IS_ALPHA", pure)
levada_status levada_fn_is_alpha(levada_ctx *, levada_opt<levada_str> s, bool *out) {
  *out = s.value && s.value->len != 0;
  if (!*out)
    return LEVADA_VALUE;
  const char *p = levada_data(*s.value), *end = p + s.value->len;
  while (*out && p < end)
    *out = isLetter(readChar(p, end));
  return LEVADA_VALUE;
}

/// True when `s` is a number as Java reads one; false of NULL.
LEVADA_FN("IS_DECIMAL", pure)
levada_status levada_fn_is_decimal(levada_ctx *, levada_opt<levada_str> s, bool *out) {
  double value;
  *out = s.value && s.value->len != 0 &&
         levada_parse_f64(levada_data(*s.value), s.value->len, &value);
  return LEVADA_VALUE;
}
/// The absolute value of Java's hash code of `s`.
LEVADA_FN("HASH_CODE", pure)
int32_t levada_fn_hash_code(const levada_str &s) {
  const char *p = levada_data(s), *end = p + s.len;
  uint32_t hash = 0;
  while (p < end) {
    uint32_t c = readChar(p, end);
    if (c >= 0x10000) { // by the units of UTF-16
      hash = hash * 31 + 0xD7C0 + (c >> 10);
      c = 0xDC00 | (c & 0x3FF);
    }
    hash = hash * 31 + c;
  }
  return int32_t(int32_t(hash) < 0 ? -hash : hash);
}

} // extern "C"
