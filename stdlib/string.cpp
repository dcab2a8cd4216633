//===- string.cpp - text: length, case, parts, trimming --------------------===//
//
// Characters are Unicode code points. A part of a string shares its bytes.
//
//===----------------------------------------------------------------------===//
#include "stdlib/build.h"

using namespace levada::text;

namespace {

/// Upper or lower case of a code point: the alphabets with regular tables.
uint32_t changeCase(uint32_t c, bool upper) {
  if (c < 0x80) {
    uint32_t letter = (c | 32) - 'a';
    return letter < 26 ? (upper ? c & ~32u : c | 32) : c;
  }
  auto shifted = [&](uint32_t low, uint32_t high, uint32_t by) {
    // Capitals low…high, small ones `by` further.
    return upper ? (c >= low + by && c <= high + by ? c - by : c)
                 : (c >= low && c <= high ? c + by : c);
  };
  if (c == 0xB5)
    return upper ? 0x39C : c;
  if (c == 0xFF)
    return upper ? 0x178 : c;
  if (c == 0x178)
    return upper ? c : 0xFF;
  if (c < 0x100)
    return c == 0xD7 || c == 0xF7 ? c : shifted(0xC0, 0xDE, 32);
  if (c < 0x180) { // Latin Extended-A: pairs
    if (c == 0x130)
      return upper ? c : 'i';
    if (c == 0x131)
      return upper ? 'I' : c;
    if (c == 0x138 || c == 0x149)
      return c;
    if (c == 0x17F)
      return upper ? 'S' : c;
    bool capitalIsOdd = (c >= 0x139 && c <= 0x148) || c >= 0x179;
    bool capital = (c & 1) == (capitalIsOdd ? 1 : 0);
    return upper ? (capital ? c : c - 1) : (capital ? c + 1 : c);
  }
  if (c >= 0x370 && c < 0x400) {
    switch (c) {
    case 0x386:
      return upper ? c : 0x3AC;
    case 0x3AC:
      return upper ? 0x386 : c;
    case 0x388: case 0x389: case 0x38A:
      return upper ? c : c + 37;
    case 0x3AD: case 0x3AE: case 0x3AF:
      return upper ? c - 37 : c;
    case 0x38C:
      return upper ? c : 0x3CC;
    case 0x3CC:
      return upper ? 0x38C : c;
    case 0x38E: case 0x38F:
      return upper ? c : c + 63;
    case 0x3CD: case 0x3CE:
      return upper ? c - 63 : c;
    case 0x3C2:
      return upper ? 0x3A3 : c;
    default:
      return shifted(0x391, 0x3AB, 32);
    }
  }
  if (c >= 0x400 && c < 0x530) {
    if (c < 0x410 || (c >= 0x450 && c < 0x460))
      return shifted(0x400, 0x40F, 80);
    if (c < 0x450)
      return shifted(0x410, 0x42F, 32);
    if (c >= 0x482 && c < 0x48A)
      return c;
    if (c == 0x4C0 || c == 0x4CF)
      return upper ? 0x4C0 : 0x4CF;
    bool capital = c > 0x4C0 && c < 0x4CF ? (c & 1) : !(c & 1);
    return upper ? (capital ? c : c - 1) : (capital ? c + 1 : c);
  }
  if (c >= 0x531 && c <= 0x586)
    return shifted(0x531, 0x556, 48);
  if (c >= 0x1E00 && c < 0x1F00 && !(c >= 0x1E96 && c < 0x1EA0))
    return upper ? (c & 1 ? c - 1 : c) : (c & 1 ? c : c + 1);
  if (c >= 0xFF21 && c <= 0xFF5A)
    return shifted(0xFF21, 0xFF3A, 32);
  return c;
}

levada_str mapCase(levada_ctx *ctx, const levada_str &s, bool upper) {
  const char *p = levada_data(s), *end = p + s.len;
  char high = 0;
  for (const char *q = p; q != end; ++q)
    high |= *q;
  if (high >= 0) { // ASCII
    Buffer buffer(ctx, s.len);
    for (uint32_t i = 0; i < s.len; ++i) {
      uint8_t c = uint8_t(p[i]);
      bool letter = uint8_t(c - (upper ? 'a' : 'A')) < 26;
      buffer.data[i] = char(letter ? c ^ 32 : c);
    }
    return buffer.finish(buffer.data + s.len);
  }
  Buffer buffer(ctx, uint64_t(s.len) * 2 + 4);
  char *at = buffer.data;
  while (p != end) {
    uint32_t c = readChar(p, end);
    if (upper && c == 0xDF) {
      *at++ = 'S', *at++ = 'S';
      continue;
    }
    at = putChar(at, changeCase(c, upper));
  }
  return buffer.finish(at);
}

/// True when the character at p…p+n is one of `set`.
bool contains(const levada_str &set, const char *p, uint64_t n) {
  const char *q = levada_data(set), *end = q + set.len;
  while (q < end) {
    uint64_t size = charSize(*q);
    if (size == n && uint64_t(end - q) >= n && __builtin_memcmp(p, q, n) == 0)
      return true;
    q += size;
  }
  return false;
}

inline levada_str trimBlanks(const levada_str &s, bool left, bool right) {
  const char *p = levada_data(s), *end = p + s.len;
  const char *begin = p;
  while (left && p != end && *p == ' ')
    ++p;
  while (right && p != end && end[-1] == ' ')
    --end;
  return part(s, uint64_t(p - begin), uint64_t(end - p));
}

levada_str trimSet(const levada_str &s, const levada_str &set, bool left, bool right) {
  const char *p = levada_data(s), *end = p + s.len, *begin = p;
  while (left && p < end) {
    uint64_t size = charSize(*p);
    if (uint64_t(end - p) < size || !contains(set, p, size))
      break;
    p += size;
  }
  while (right && p < end) {
    const char *q = end - 1;
    while (q > p && !isStart(*q))
      --q;
    if (!contains(set, q, uint64_t(end - q)))
      break;
    end = q;
  }
  return part(s, uint64_t(p - begin), uint64_t(end - p));
}

/// Characters first … first + count of s.
levada_str slice(const levada_str &s, int64_t first, int64_t count) {
  const char *p = levada_data(s);
  uint64_t from = charOffset(p, s.len, first);
  uint64_t size = charOffset(p + from, s.len - from, count);
  return part(s, from, size);
}

levada_status substring(const levada_str &s, int64_t from, int64_t length, levada_str *out) {
  if (length < 0 || length > INT32_MAX || from > INT32_MAX)
    return LEVADA_NULL;
  if (from < 0) {
    from += countChars(levada_data(s), s.len) + 1;
    if (from <= 0) {
      *out = levada_view("", 0);
      return LEVADA_VALUE;
    }
  }
  *out = slice(s, from > 0 ? from - 1 : 0, length);
  return LEVADA_VALUE;
}

/// First letter of LEADING, TRAILING or BOTH.
inline char trimFlag(const levada_str &flag) { return flag.inl[0]; }

} // namespace

extern "C" {

/// Number of characters of `s`.
LEVADA_FN("CHAR_LENGTH", pure)
int32_t levada_fn_char_length(const levada_str &s) { return countChars(levada_data(s), s.len); }
/// Number of characters of `s`.
LEVADA_FN("CHARACTER_LENGTH", pure)
int32_t levada_fn_character_length(const levada_str &s) {
  return countChars(levada_data(s), s.len);
}
/// Number of characters of `s`.
LEVADA_FN("LENGTH", pure)
int32_t levada_fn_length(const levada_str &s) { return countChars(levada_data(s), s.len); }
/// Number of bytes of `s` in UTF-8.
LEVADA_FN("OCTET_LENGTH", pure)
int32_t levada_fn_octet_length(const levada_str &s) { return int32_t(s.len); }

/// `s` in capital letters.
LEVADA_FN("UPPER", pure, "(STRING) -> rule:same")
levada_status levada_fn_upper(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  *out = mapCase(ctx, s, true);
  return LEVADA_VALUE;
}
/// `s` in small letters.
LEVADA_FN("LOWER", pure, "(STRING) -> rule:same")
levada_status levada_fn_lower(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  *out = mapCase(ctx, s, false);
  return LEVADA_VALUE;
}
/// `s` with the first letter of each word in upper case, the others in lower case. Words are
/// runs of the letters A to Z and digits: other letters stay as they are and end a word.
LEVADA_FN("INITCAP", pure, "(STRING) -> rule:same")
levada_status levada_fn_initcap(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  const char *p = levada_data(s);
  Buffer buffer(ctx, s.len);
  bool inWord = false;
  for (uint32_t i = 0; i < s.len; ++i) {
    uint8_t c = uint8_t(p[i]), lower = c | 32;
    bool letter = lower >= 'a' && lower <= 'z';
    buffer.data[i] = char(!letter ? c : inWord ? lower : lower - 32);
    inWord = letter || (c >= '0' && c <= '9');
  }
  *out = buffer.finish(buffer.data + s.len);
  return LEVADA_VALUE;
}

/// `s` without blanks at both ends.
LEVADA_FN("TRIM", pure, "(STRING) -> rule:varying")
levada_status levada_fn_trim(levada_ctx *, const levada_str &s, levada_str *out) {
  *out = trimBlanks(s, true, true);
  return LEVADA_VALUE;
}
/// TRIM(flag FROM s): without blanks at the ends that `flag` names: LEADING, TRAILING or BOTH.
LEVADA_FN("TRIM", pure, "(STRING, STRING) -> rule:varying1")
levada_status levada_fn_trim_flag(levada_ctx *, const levada_str &flag, const levada_str &s,
                                  levada_str *out) {
  *out = trimBlanks(s, trimFlag(flag) != 'T', trimFlag(flag) != 'L');
  return LEVADA_VALUE;
}
/// TRIM(flag chars FROM s): without the characters of `chars` at the ends that `flag` names.
LEVADA_FN("TRIM", pure, "(STRING, STRING, STRING) -> rule:varying1")
levada_status levada_fn_trim_chars(levada_ctx *, const levada_str &flag, const levada_str &s,
                                   const levada_str &chars, levada_str *out) {
  *out = trimSet(s, chars, trimFlag(flag) != 'T', trimFlag(flag) != 'L');
  return LEVADA_VALUE;
}
/// `s` without blanks at its beginning.
LEVADA_FN("LTRIM", pure, "(STRING) -> rule:varying")
levada_status levada_fn_ltrim(levada_ctx *, const levada_str &s, levada_str *out) {
  *out = trimBlanks(s, true, false);
  return LEVADA_VALUE;
}
/// `s` without characters of `chars` at its beginning.
LEVADA_FN("LTRIM", pure, "(STRING, STRING) -> rule:varying")
levada_status levada_fn_ltrim_chars(levada_ctx *, const levada_str &s, const levada_str &chars,
                                    levada_str *out) {
  *out = trimSet(s, chars, true, false);
  return LEVADA_VALUE;
}
/// `s` without blanks at its end.
LEVADA_FN("RTRIM", pure, "(STRING) -> rule:varying")
levada_status levada_fn_rtrim(levada_ctx *, const levada_str &s, levada_str *out) {
  *out = trimBlanks(s, false, true);
  return LEVADA_VALUE;
}
/// `s` without characters of `chars` at its end.
LEVADA_FN("RTRIM", pure, "(STRING, STRING) -> rule:varying")
levada_status levada_fn_rtrim_chars(levada_ctx *, const levada_str &s, const levada_str &chars,
                                    levada_str *out) {
  *out = trimSet(s, chars, false, true);
  return LEVADA_VALUE;
}
/// `s` without blanks at both ends.
LEVADA_FN("BTRIM", pure)
levada_status levada_fn_btrim(levada_ctx *, const levada_str &s, levada_str *out) {
  *out = trimBlanks(s, true, true);
  return LEVADA_VALUE;
}
/// `s` without characters of `chars` at both ends.
LEVADA_FN("BTRIM", pure)
levada_status levada_fn_btrim_chars(levada_ctx *, const levada_str &s, const levada_str &chars,
                                    levada_str *out) {
  *out = trimSet(s, chars, true, true);
  return LEVADA_VALUE;
}

/// `s` from character `start` (the first is 1; negative counts from the end).
LEVADA_FN("SUBSTRING", pure, "(STRING, INT) -> rule:varying")
levada_status levada_fn_substring(levada_ctx *, const levada_str &s, int32_t start,
                                  levada_str *out) {
  return substring(s, start, INT32_MAX, out);
}
/// `length` characters of `s` from character `start` (the first is 1; negative counts from the
/// end); NULL for a negative length.
LEVADA_FN("SUBSTRING", pure | nullable, "(STRING, INT, INT) -> rule:varying")
levada_status levada_fn_substring_length(levada_ctx *, const levada_str &s, int32_t start,
                                         int32_t length, levada_str *out) {
  return substring(s, start, length, out);
}
/// `s` from character `start` (the first is 1; negative counts from the end).
LEVADA_FN("SUBSTR", pure, "(STRING, INT) -> rule:varying")
levada_status levada_fn_substr(levada_ctx *, const levada_str &s, int32_t start,
                               levada_str *out) {
  return substring(s, start, INT32_MAX, out);
}
/// `length` characters of `s` from character `start`; NULL for a negative length.
LEVADA_FN("SUBSTR", pure | nullable, "(STRING, INT, INT) -> rule:varying")
levada_status levada_fn_substr_length(levada_ctx *, const levada_str &s, int32_t start,
                                      int32_t length, levada_str *out) {
  return substring(s, start, length, out);
}
/// The first `count` characters of `s`; none for a count below 1.
LEVADA_FN("LEFT", pure, "(STRING, INT) -> rule:varying")
levada_status levada_fn_left(levada_ctx *, const levada_str &s, int32_t count, levada_str *out) {
  *out = slice(s, 0, count > 0 ? count : 0);
  return LEVADA_VALUE;
}
/// The last `count` characters of `s`; none for a count below 1.
LEVADA_FN("RIGHT", pure, "(STRING, INT) -> rule:varying")
levada_status levada_fn_right(levada_ctx *, const levada_str &s, int32_t count, levada_str *out) {
  int32_t all = countChars(levada_data(s), s.len);
  if (count <= 0)
    *out = levada_view("", 0);
  else
    *out = slice(s, count < all ? all - count : 0, INT32_MAX);
  return LEVADA_VALUE;
}

/// `s` backwards.
LEVADA_FN("REVERSE", pure)
levada_status levada_fn_reverse(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  const char *p = levada_data(s), *end = p + s.len;
  Buffer buffer(ctx, s.len);
  char *at = buffer.data + s.len;
  while (p < end) {
    uint64_t size = charSize(*p);
    if (uint64_t(end - p) < size)
      size = uint64_t(end - p);
    at -= size;
    __builtin_memcpy(at, p, size);
    p += size;
  }
  *out = buffer.finish(buffer.data + s.len);
  return LEVADA_VALUE;
}

/// Number of the first byte of `s` in UTF-8, as a signed byte; 0 for empty text.
LEVADA_FN("ASCII", pure)
int32_t levada_fn_ascii(const levada_str &s) { return s.len ? int8_t(*levada_data(s)) : 0; }

/// The character with number `code` modulo 256; empty for a negative code.
LEVADA_FN("CHR", pure)
levada_status levada_fn_chr(levada_ctx *, int64_t code, levada_str *out) {
  char text[4], *at = code < 0 ? text : putChar(text, uint32_t(code & 0xFF));
  *out = levada_view(text, uint32_t(at - text));
  return LEVADA_VALUE;
}

} // extern "C"
