//===- put.cpp - texts out: JSON, CSV, plain ------------------------------===//
//
// Copied 16 bytes at a time up to what needs an escape, the rest as a vector
// that overlaps what was copied; nothing is read or written beyond the end.
// Buffers have the room that decode.h says for the worst case.
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

/// Copies up to a byte that `stop` finds in a vector (bit i: byte i); how many.
template <typename Stop>
LEVADA_FORMAT_INLINE uint64_t copy_until(char *at, const char *p, uint64_t n, Stop stop) {
  if (n >= 16) {
    for (uint64_t i = 0;; i += 16) {
      i = n - i < 16 ? n - 16 : i;
      Bytes16 v = load16(p + i);
      __builtin_memcpy(at + i, &v, 16);
      if (uint32_t m = stop(v))
        return i + (uint64_t)__builtin_ctz(m);
      if (i + 16 == n)
        return n;
    }
  }
  if (n >= 4) {
    // The first and the last 8 or 4 bytes.
    uint64_t half = n >= 8 ? 8 : 4;
    uint64_t first = half == 8 ? load8(p) : load4(p);
    uint64_t last = half == 8 ? load8(p + n - 8) : load4(p + n - 4);
    Bytes16 v = {};
    if (half == 8) {
      __builtin_memcpy(&v, &first, 8);
      __builtin_memcpy((char *)&v + 8, &last, 8);
      __builtin_memcpy(at, &first, 8);
      __builtin_memcpy(at + n - 8, &last, 8);
    } else {
      uint64_t both = first | last << 32;
      v = (Bytes16)'0';
      __builtin_memcpy(&v, &both, 8);
      __builtin_memcpy(at, &first, 4);
      __builtin_memcpy(at + n - 4, &last, 4);
    }
    if (uint32_t m = stop(v)) {
      uint64_t bit = (uint64_t)__builtin_ctz(m);
      return bit < half ? bit : n - 2 * half + bit;
    }
    return n;
  }
  for (uint64_t i = 0; i < n; ++i) {
    if (stop((Bytes16)(uint8_t)p[i]))
      return i;
    at[i] = p[i];
  }
  return n;
}

/// Copies up to the first byte of '"', '\\', controls; how many bytes.
LEVADA_FORMAT_INLINE uint64_t copy_plain(char *at, const char *p, uint64_t n) {
  return copy_until(at, p, n, [](Bytes16 v) {
    return mask16((v == '"') | (v == '\\') | (v < 0x20));
  });
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
  if (!quote) {
    __builtin_memcpy(at, p, n);
    return at + n;
  }
  uint64_t plain = copy_until(at, p, n, [&](Bytes16 v) {
    return mask16((v == (uint8_t)delimiter) | (v == (uint8_t)quote) | (v == (uint8_t)'\n') |
                  (v == (uint8_t)'\r') | (v == (uint8_t)(escape ? escape : quote)));
  });
  if (__builtin_expect(plain != n, 0))
    return levada_put_csv_quoted(at, p, n, quote, escape);
  return at + n;
}

LEVADA_BODY char *levada_put_str(char *at, const levada_str *text) {
  __builtin_memcpy(at, data_of(text), text->len);
  return at + text->len;
}
