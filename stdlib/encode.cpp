//===- encode.cpp - base64, hexadecimal, URLs ------------------------------===//
#include "stdlib/build.h"
#include "stdlib/utf8.h"
#include "stdlib/cast.h"

using namespace levada::text;

namespace {

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kHex[] = "0123456789ABCDEF";

inline int32_t hexDigit(char c) {
  if (uint8_t(c - '0') < 10)
    return c - '0';
  return uint8_t((c | 32) - 'a') < 6 ? (c | 32) - 'a' + 10 : -1;
}

inline int32_t base64Digit(char c) {
  if (uint8_t(c - 'A') < 26)
    return c - 'A';
  if (uint8_t(c - 'a') < 26)
    return c - 'a' + 26;
  if (uint8_t(c - '0') < 10)
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

levada_str toBase64(levada_ctx *ctx, const levada_str &s) {
  auto *p = reinterpret_cast<const uint8_t *>(levada_data(s));
  Buffer buffer(ctx, (uint64_t(s.len) + 2) / 3 * 4);
  char *at = buffer.data;
  uint32_t i = 0;
  for (; i + 3 <= s.len; i += 3) {
    uint32_t bits = uint32_t(p[i]) << 16 | uint32_t(p[i + 1]) << 8 | p[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6)
      *at++ = kBase64[bits >> shift & 63];
  }
  if (uint32_t rest = s.len - i) {
    uint32_t bits = uint32_t(p[i]) << 16 | (rest == 2 ? uint32_t(p[i + 1]) << 8 : 0);
    *at++ = kBase64[bits >> 18];
    *at++ = kBase64[bits >> 12 & 63];
    *at++ = rest == 2 ? kBase64[bits >> 6 & 63] : '=';
    *at++ = '=';
  }
  return buffer.finish(at);
}

levada_status fromBase64(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  const char *p = levada_data(s);
  uint64_t n = s.len;
  if (n % 4 == 0)
    for (int i = 0; i < 2 && n && p[n - 1] == '='; ++i)
      --n;
  Buffer buffer(ctx, n * 3 / 4 + 3);
  char *at = buffer.data;
  uint32_t bits = 0, have = 0;
  bool good = n % 4 != 1;
  for (uint64_t i = 0; i < n && good; ++i) {
    int32_t digit = base64Digit(p[i]);
    good = digit >= 0;
    bits = bits << 6 | uint32_t(digit);
    have += 6;
    if (have >= 8) {
      have -= 8;
      *at++ = char(bits >> have);
    }
  }
  if (!good)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "FROM_BASE64: the text is not base64");
  *out = buffer.finish(at);
  return LEVADA_VALUE;
}

levada_str hexOf(levada_ctx *ctx, const levada_str &s) {
  const char *p = levada_data(s);
  Buffer buffer(ctx, uint64_t(s.len) * 2);
  char *at = buffer.data;
  for (uint32_t i = 0; i < s.len; ++i) {
    *at++ = kHex[uint8_t(p[i]) >> 4];
    *at++ = kHex[uint8_t(p[i]) & 15];
  }
  return buffer.finish(at);
}

levada_str radix(uint64_t value, uint32_t bits, levada_ctx *ctx) {
  char text[64], *at = text + 64;
  do {
    *--at = kHex[value & ((1u << bits) - 1)];
    value >>= bits;
  } while (value);
  return keep(ctx, at, uint64_t(text + 64 - at));
}

/// The name of a character set: 'u' UTF-8, 'a' ASCII, 'l' Latin-1, 'b' or 's'
/// UTF-16 (big, small end first), 'm' UTF-16 with a mark; 0 for others.
char charset(const levada_str &name) {
  char low[12];
  uint32_t n = 0;
  const char *p = levada_data(name);
  for (uint32_t i = 0; i < name.len && n < 12; ++i)
    if (p[i] != '-' && p[i] != '_')
      low[n++] = char(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32 : p[i]);
  auto is = [&](const char *word) {
    return __builtin_strlen(word) == n && __builtin_memcmp(low, word, n) == 0;
  };
  return is("utf8") ? 'u' : is("usascii") ? 'a' : is("iso88591") ? 'l' : is("utf16be") ? 'b'
         : is("utf16le") ? 's' : is("utf16") ? 'm' : 0;
}

char *putUnit(char *at, uint32_t unit, bool bigEnd) {
  at[bigEnd ? 0 : 1] = char(unit >> 8);
  at[bigEnd ? 1 : 0] = char(unit);
  return at + 2;
}

} // namespace

extern "C" {

/// `s` in base64.
LEVADA_FN("TO_BASE64", pure)
levada_status levada_fn_to_base64(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  *out = toBase64(ctx, s);
  return LEVADA_VALUE;
}
/// `s` in base64.
LEVADA_FN("TO_BASE64", pure)
levada_status levada_fn_to_base64_bytes(levada_ctx *ctx, const levada_bytes &s, levada_str *out) {
  *out = toBase64(ctx, s);
  return LEVADA_VALUE;
}
/// The text that `s` is in base64.
LEVADA_FN("FROM_BASE64", pure | fails)
levada_status levada_fn_from_base64(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  return fromBase64(ctx, s, out);
}
/// The text that `s` is in base64.
LEVADA_FN("FROM_BASE64", pure | fails)
levada_status levada_fn_from_base64_bytes(levada_ctx *ctx, const levada_bytes &s,
                                          levada_str *out) {
  return fromBase64(ctx, s, out);
}

/// `x` in hexadecimal; a negative one as its 64 bits.
LEVADA_FN("HEX", pure)
levada_status levada_fn_hex_i64(levada_ctx *ctx, int64_t x, levada_str *out) {
  *out = radix(uint64_t(x), 4, ctx);
  return LEVADA_VALUE;
}
/// The bytes of `s` in hexadecimal.
LEVADA_FN("HEX", pure)
levada_status levada_fn_hex_str(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  *out = hexOf(ctx, s);
  return LEVADA_VALUE;
}
/// The bytes that `s` is in hexadecimal; NULL where it is not.
LEVADA_FN("UNHEX", pure | nullable)
levada_status levada_fn_unhex(levada_ctx *ctx, const levada_str &s, levada_bytes *out) {
  const char *p = levada_data(s);
  Buffer buffer(ctx, uint64_t(s.len) / 2 + 1);
  char *at = buffer.data;
  uint32_t i = 0;
  if (s.len % 2) {
    if (hexDigit(p[i++]) < 0)
      return LEVADA_NULL;
    *at++ = 0; // a half byte in front counts for nothing in Flink
  }
  for (; i < s.len; i += 2) {
    int32_t high = hexDigit(p[i]), low = hexDigit(p[i + 1]);
    if (high < 0 || low < 0)
      return LEVADA_NULL;
    *at++ = char(high << 4 | low);
  }
  static_cast<levada_str &>(*out) = buffer.finish(at);
  return LEVADA_VALUE;
}
/// `x` in binary; a negative one as its 64 bits.
LEVADA_FN("BIN", pure)
levada_status levada_fn_bin(levada_ctx *ctx, int64_t x, levada_str *out) {
  *out = radix(uint64_t(x), 1, ctx);
  return LEVADA_VALUE;
}

/// The bytes of `s` in a character set: UTF-8, US-ASCII, ISO-8859-1, UTF-16, UTF-16BE, UTF-16LE.
LEVADA_FN("ENCODE", pure | fails)
levada_status levada_fn_encode(levada_ctx *ctx, const levada_str &s, const levada_str &charsetName,
                               levada_bytes *out) {
  char set = charset(charsetName);
  if (set == 0)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "ENCODE: this character set is not known");
  const char *p = levada_data(s), *end = p + s.len;
  if (set == 'u') {
    static_cast<levada_str &>(*out) = s;
    return LEVADA_VALUE;
  }
  Buffer buffer(ctx, uint64_t(s.len) * 2 + 2);
  char *at = buffer.data;
  if (set == 'm')
    at = putUnit(at, 0xFEFF, true);
  while (p < end) {
    uint32_t c = readChar(p, end);
    if (set == 'a' || set == 'l') {
      *at++ = c < (set == 'a' ? 0x80u : 0x100u) ? char(c) : '?';
    } else if (c >= 0x10000) {
      at = putUnit(at, 0xD7C0 + (c >> 10), set != 's');
      at = putUnit(at, 0xDC00 | (c & 0x3FF), set != 's');
    } else {
      at = putUnit(at, c, set != 's');
    }
  }
  static_cast<levada_str &>(*out) = buffer.finish(at);
  return LEVADA_VALUE;
}
/// The text that `bytes` are in a character set: UTF-8, US-ASCII, ISO-8859-1, UTF-16, UTF-16BE,
/// UTF-16LE.
LEVADA_FN("DECODE", pure | fails)
levada_status levada_fn_decode(levada_ctx *ctx, const levada_bytes &bytes,
                               const levada_str &charsetName, levada_str *out) {
  char set = charset(charsetName);
  if (set == 0)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "DECODE: this character set is not known");
  if (set == 'u') {
    *out = repaired(ctx, bytes);
    return LEVADA_VALUE;
  }
  const char *p = levada_data(bytes), *end = p + bytes.len;
  Buffer buffer(ctx, uint64_t(bytes.len) * 3 + 4);
  char *at = buffer.data;
  if (set == 'a' || set == 'l') {
    for (; p < end; ++p)
      at = putChar(at, set == 'a' && uint8_t(*p) >= 0x80 ? 0xFFFD : uint8_t(*p));
  } else {
    bool big = set != 's';
    auto unit = [&] {
      uint32_t a = uint8_t(p[0]), b = uint8_t(p[1]);
      p += 2;
      return big ? a << 8 | b : b << 8 | a;
    };
    bool first = true;
    while (p + 2 <= end) {
      uint32_t c = unit();
      bool mark = first && set == 'm' && (c == 0xFEFF || c == 0xFFFE);
      first = false;
      if (mark) {
        big = c == 0xFEFF;
        continue;
      }
      if (c >= 0xD800 && c < 0xDC00 && end - p >= 2)
        c = 0x10000 + ((c - 0xD800) << 10) + (unit() - 0xDC00);
      at = putChar(at, c);
    }
  }
  *out = buffer.finish(at);
  return LEVADA_VALUE;
}

/// Whether the bytes are UTF-8.
LEVADA_FN("IS_VALID_UTF8", pure)
bool levada_fn_is_valid_utf8(const levada_bytes &bytes) {
  return isValid(levada_data(bytes), bytes.len);
}
/// The bytes as text, with U+FFFD for what is not UTF-8.
LEVADA_FN("MAKE_VALID_UTF8", pure)
levada_status levada_fn_make_valid_utf8(levada_ctx *ctx, const levada_bytes &bytes,
                                        levada_str *out) {
  *out = repaired(ctx, bytes);
  return LEVADA_VALUE;
}

/// `s` for a query of a URL (application/x-www-form-urlencoded).
LEVADA_FN("URL_ENCODE", pure)
levada_status levada_fn_url_encode(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  const char *p = levada_data(s);
  Buffer buffer(ctx, uint64_t(s.len) * 3);
  char *at = buffer.data;
  for (uint32_t i = 0; i < s.len; ++i) {
    char c = p[i];
    if (uint8_t((c | 32) - 'a') < 26 || uint8_t(c - '0') < 10 || c == '-' || c == '_' ||
        c == '.' || c == '*') {
      *at++ = c;
    } else if (c == ' ') {
      *at++ = '+';
    } else {
      *at++ = '%';
      *at++ = kHex[uint8_t(c) >> 4];
      *at++ = kHex[uint8_t(c) & 15];
    }
  }
  *out = buffer.finish(at);
  return LEVADA_VALUE;
}
/// The text that URL_ENCODE made `s` of; NULL where it cannot have been.
LEVADA_FN("URL_DECODE", pure | nullable)
levada_status levada_fn_url_decode(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  const char *p = levada_data(s);
  Buffer buffer(ctx, s.len);
  char *at = buffer.data;
  for (uint32_t i = 0; i < s.len; ++i) {
    if (p[i] == '+') {
      *at++ = ' ';
    } else if (p[i] == '%') {
      int32_t high = i + 2 < s.len ? hexDigit(p[i + 1]) : -1;
      int32_t low = i + 2 < s.len ? hexDigit(p[i + 2]) : -1;
      if (high < 0 || low < 0)
        return LEVADA_NULL;
      *at++ = char(high << 4 | low);
      i += 2;
    } else {
      *at++ = p[i];
    }
  }
  *out = buffer.finish(at);
  return LEVADA_VALUE;
}

/// The number of an IPv4 address; NULL where `s` is none.
LEVADA_FN("INET_ATON", pure | nullable)
levada_status levada_fn_inet_aton(levada_ctx *, const levada_str &s, int64_t *out) {
  // a.b.c.d, or fewer parts, the last then filling what is left.
  const char *p = levada_data(s), *end = p + s.len;
  uint64_t parts[4];
  int32_t count = 0;
  for (;;) {
    const char *begin = p;
    uint64_t value = 0;
    while (p != end && uint8_t(*p - '0') < 10 && p - begin < 3)
      value = value * 10 + uint64_t(*p++ - '0');
    if (p == begin || value > 255 || count == 4)
      return LEVADA_NULL;
    parts[count++] = value;
    if (p == end)
      break;
    if (*p++ != '.')
      return LEVADA_NULL;
  }
  uint64_t result = 0;
  for (int32_t i = 0; i + 1 < count; ++i)
    result |= parts[i] << (24 - 8 * i);
  *out = int64_t(result | parts[count - 1]);
  return LEVADA_VALUE;
}
/// The IPv4 address with that number; NULL where there is none.
LEVADA_FN("INET_NTOA", pure | nullable)
levada_status levada_fn_inet_ntoa(levada_ctx *ctx, int64_t number, levada_str *out) {
  if (number < 0 || number > 0xFFFFFFFF)
    return LEVADA_NULL;
  char text[16], *at = text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    at = levada_put_u64(at, uint64_t(number) >> shift & 255);
    if (shift)
      *at++ = '.';
  }
  *out = keep(ctx, text, uint64_t(at - text));
  return LEVADA_VALUE;
}

levada_status levada_cast_bytes_str(levada_ctx *ctx, const levada_str *value, levada_str *out) {
  *out = repaired(ctx, *value);
  return LEVADA_VALUE;
}

} // extern "C"
