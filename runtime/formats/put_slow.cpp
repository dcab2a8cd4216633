//===- put_slow.cpp - texts out: what needs escapes, bytes ----------------===//
#include "runtime/formats/scan.h"
#include "runtime/formats/table.h"

#include <string.h>

static const char *data_of(const levada_str *s) { return s->len <= 12 ? s->inl : s->ptr; }
static const char upper_digits[] = "0123456789ABCDEF", lower_digits[] = "0123456789abcdef";

extern "C" {

char *levada_put_json_escapes(char *at, const char *p, uint64_t n) {
  for (const char *end = p + n; p != end; ++p) {
    auto c = (uint8_t)*p;
    if (c != '"' && c != '\\' && c >= 0x20) {
      *at++ = (char)c;
      continue;
    }
    *at++ = '\\';
    switch (c) {
    case '\b':
      *at++ = 'b';
      break;
    case '\t':
      *at++ = 't';
      break;
    case '\n':
      *at++ = 'n';
      break;
    case '\f':
      *at++ = 'f';
      break;
    case '\r':
      *at++ = 'r';
      break;
    case '"':
    case '\\':
      *at++ = (char)c;
      break;
    default:
      memcpy(at, "u00", 3);
      at[3] = upper_digits[c >> 4];
      at[4] = upper_digits[c & 15];
      at += 5;
    }
  }
  return at;
}

static char *put_base64(char *at, const levada_str *bytes) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto *p = (const uint8_t *)data_of(bytes);
  uint32_t n = bytes->len;
  for (; n >= 3; n -= 3, p += 3) {
    uint32_t bits = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    for (int shift = 18; shift >= 0; shift -= 6)
      *at++ = letters[bits >> shift & 63];
  }
  if (n == 0)
    return at;
  uint32_t bits = (uint32_t)p[0] << 16 | (n == 2 ? (uint32_t)p[1] << 8 : 0);
  *at++ = letters[bits >> 18];
  *at++ = letters[bits >> 12 & 63];
  *at++ = n == 2 ? letters[bits >> 6 & 63] : '=';
  *at++ = '=';
  return at;
}

char *levada_put_json_bytes(char *at, const levada_str *bytes) {
  *at++ = '"';
  at = put_base64(at, bytes);
  *at++ = '"';
  return at;
}

char *levada_put_csv_bytes(char *at, const levada_str *bytes) { return put_base64(at, bytes); }

char *levada_put_csv_quoted(char *at, const char *p, uint64_t n, char quote, char escape) {
  *at++ = quote;
  for (const char *end = p + n; p != end; ++p) {
    if (*p == quote || (escape && *p == escape))
      *at++ = escape ? escape : quote;
    *at++ = *p;
  }
  *at++ = quote;
  return at;
}

char *levada_put_table_str(char *at, const levada_str *text) {
  const char *p = data_of(text);
  for (const char *end = p + text->len; p != end; ++p) {
    const char *special = *p ? strchr("\\\t\n\r", *p) : nullptr;
    if (special)
      *at++ = levada::rt::TABLE_ESCAPE;
    *at++ = !special ? *p : *p == '\t' ? 't' : *p == '\n' ? 'n' : *p == '\r' ? 'r' : '\\';
  }
  return at;
}

char *levada_put_hex(char *at, const levada_str *bytes) {
  auto *p = (const uint8_t *)data_of(bytes);
  *at++ = 'x';
  *at++ = '\'';
  for (const uint8_t *end = p + bytes->len; p != end; ++p) {
    *at++ = lower_digits[*p >> 4];
    *at++ = lower_digits[*p & 15];
  }
  *at++ = '\'';
  return at;
}

} // extern "C"
