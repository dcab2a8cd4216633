//===- put.cpp - texts out: JSON, CSV, plain ------------------------------===//
//
// Copied 16 bytes at a time up to what needs an escape; nothing is written
// beyond the end. Buffers have the room that decode.h says for the worst case.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/scan.h"

using namespace levada::formats;

#define LEVADA_BODY extern "C" __attribute__((always_inline))

extern "C" char *levada_put_json_escapes(char *at, const char *p, uint64_t n);
extern "C" char *levada_put_csv_quoted(char *at, const char *p, uint64_t n, char quote, char escape);

LEVADA_FORMAT_INLINE const char *data_of(const levada_str *s) {
  return s->len <= 12 ? s->inl : s->ptr;
}

/// Copies up to the first byte of '"', '\\', controls; how many bytes.
LEVADA_FORMAT_INLINE uint64_t copy_plain(char *at, const char *p, uint64_t n) {
  uint64_t i = 0;
  for (; n - i >= 16; i += 16) {
    Bytes16 v = load16(p + i);
    __builtin_memcpy(at + i, &v, 16);
    uint32_t m = mask16((v == '"') | (v == '\\') | (v < 0x20));
    if (m)
      return i + (uint64_t)__builtin_ctz(m);
  }
  for (; i < n; ++i) {
    uint8_t c = (uint8_t)p[i];
    if (c == '"' || c == '\\' || c < 0x20)
      return i;
    at[i] = (char)c;
  }
  return n;
}

LEVADA_BODY char *levada_put_json_str(char *at, const levada_str *text) {
  const char *p = data_of(text);
  uint64_t n = text->len;
  *at++ = '"';
  uint64_t plain = copy_plain(at, p, n);
  at += plain;
  if (__builtin_expect(plain != n, 0))
    at = levada_put_json_escapes(at, p + plain, n - plain);
  *at++ = '"';
  return at;
}

LEVADA_BODY char *levada_put_csv_str(char *at, const levada_str *text, char delimiter, char quote,
                                     char escape) {
  const char *p = data_of(text);
  uint64_t n = text->len;
  bool special = false;
  for (uint64_t i = 0; i < n; ++i) {
    char c = p[i];
    at[i] = c;
    special |= c == delimiter || c == quote || c == '\n' || c == '\r' || (escape && c == escape);
  }
  if (__builtin_expect(special && quote, 0))
    return levada_put_csv_quoted(at, p, n, quote, escape);
  return at + n;
}

LEVADA_BODY char *levada_put_str(char *at, const levada_str *text) {
  __builtin_memcpy(at, data_of(text), text->len);
  return at + text->len;
}
