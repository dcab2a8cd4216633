//===- string_build.cpp - text: joining, padding, repeating ----------------===//
#include "stdlib/build.h"

using namespace levada::text;

namespace {

/// Text beyond this is an error and not an attempt to allocate it.
constexpr uint64_t kMaxSize = uint64_t(1) << 30;

__attribute__((cold, noinline)) levada_status tooLong(levada_ctx *ctx) {
  return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "the text would be longer than 1 GB");
}

inline char *append(char *at, const levada_str &s) {
  __builtin_memcpy(at, levada_data(s), s.len);
  return at + s.len;
}

/// Length as Java counts it: a character beyond U+FFFF is two.
int32_t utf16Length(const char *p, uint64_t n) {
  int32_t length = 0;
  for (uint64_t i = 0; i < n; ++i)
    length += (uint8_t(p[i]) & 0xC0) != 0x80 ? uint8_t(p[i]) >= 0xF0 ? 2 : 1 : 0;
  return length;
}

/// Bytes of the whole characters within the first `length`, counted so.
uint64_t utf16Prefix(const char *p, uint64_t n, int32_t length) {
  uint64_t i = 0;
  while (i < n) {
    length -= uint8_t(p[i]) >= 0xF0 ? 2 : 1;
    if (length < 0)
      break;
    do
      ++i;
    while (i < n && (uint8_t(p[i]) & 0xC0) == 0x80);
  }
  return i;
}

levada_status pad(levada_ctx *ctx, const levada_str &s, int32_t length, const levada_str &with,
                  bool left, levada_str *out) {
  if (length < 0 || with.len == 0)
    return LEVADA_NULL;
  const char *p = levada_data(s), *w = levada_data(with);
  int32_t have = utf16Length(p, s.len);
  if (have >= length) {
    *out = part(s, 0, utf16Prefix(p, s.len, length));
    return LEVADA_VALUE;
  }
  int32_t missing = length - have, unit = utf16Length(w, with.len);
  if (unit == 0)
    unit = 1;
  uint64_t tail = utf16Prefix(w, with.len, missing % unit);
  uint64_t size = s.len + uint64_t(missing / unit) * with.len + tail;
  if (size > kMaxSize)
    return tooLong(ctx);
  Buffer buffer(ctx, size);
  char *at = buffer.data;
  if (!left)
    at = append(at, s);
  for (int32_t i = 0; i < missing / unit; ++i)
    at = append(at, with);
  __builtin_memcpy(at, w, tail);
  at += tail;
  if (left)
    at = append(at, s);
  *out = buffer.finish(at);
  return LEVADA_VALUE;
}

levada_status overlay(levada_ctx *ctx, const levada_str &s, const levada_str &with, int32_t start,
                      int32_t length, levada_str *out) {
  const char *p = levada_data(s);
  int32_t chars = countChars(p, s.len);
  if (start <= 0 || start > chars) {
    *out = s;
    return LEVADA_VALUE;
  }
  uint64_t head = charOffset(p, s.len, start - 1), rest = s.len;
  if (length > 0 && int64_t(start) + length <= chars)
    rest = head + charOffset(p + head, s.len - head, length);
  Buffer buffer(ctx, head + with.len + (s.len - rest));
  char *at = buffer.data;
  __builtin_memcpy(at, p, head);
  at = append(at + head, with);
  __builtin_memcpy(at, p + rest, s.len - rest);
  *out = buffer.finish(at + (s.len - rest));
  return LEVADA_VALUE;
}

} // namespace

extern "C" {

/// `a` and `b` one after the other; also `a || b`.
LEVADA_FN("CONCAT", pure)
levada_status levada_fn_concat2(levada_ctx *ctx, const levada_str &a, const levada_str &b,
                                levada_str *out) {
  Buffer buffer(ctx, uint64_t(a.len) + b.len);
  *out = buffer.finish(append(append(buffer.data, a), b));
  return LEVADA_VALUE;
}
/// `a` and `b` one after the other; also `a || b`.
LEVADA_FN("CONCAT", pure)
levada_status levada_fn_concat2_bytes(levada_ctx *ctx, const levada_bytes &a,
                                      const levada_bytes &b, levada_bytes *out) {
  return levada_fn_concat2(ctx, a, b, out);
}
/// `a`, `b` and `c` one after the other.
LEVADA_FN("CONCAT", pure)
levada_status levada_fn_concat3(levada_ctx *ctx, const levada_str &a, const levada_str &b,
                                const levada_str &c, levada_str *out) {
  Buffer buffer(ctx, uint64_t(a.len) + b.len + c.len);
  *out = buffer.finish(append(append(append(buffer.data, a), b), c));
  return LEVADA_VALUE;
}
/// All texts one after the other; NULL when one of them is.
LEVADA_FN("CONCAT", pure | nullable)
levada_status levada_fn_concat_all(levada_ctx *ctx, levada_args<levada_str> texts,
                                   levada_str *out) {
  uint64_t size = 0;
  for (int32_t i = 0; i < texts.count; ++i) {
    if (!texts.values[i])
      return LEVADA_NULL;
    size += texts.values[i]->len;
  }
  Buffer buffer(ctx, size);
  char *at = buffer.data;
  for (int32_t i = 0; i < texts.count; ++i)
    at = append(at, *texts.values[i]);
  *out = buffer.finish(at);
  return LEVADA_VALUE;
}
/// All texts that are not NULL, with `separator` between them.
LEVADA_FN("CONCAT_WS", pure)
levada_status levada_fn_concat_ws(levada_ctx *ctx, const levada_str &separator,
                                  levada_args<levada_str> texts, levada_str *out) {
  uint64_t size = 0;
  for (int32_t i = 0; i < texts.count; ++i)
    if (texts.values[i])
      size += uint64_t(texts.values[i]->len) + separator.len;
  Buffer buffer(ctx, size);
  char *at = buffer.data;
  bool first = true;
  for (int32_t i = 0; i < texts.count; ++i) {
    if (!texts.values[i])
      continue;
    if (!first)
      at = append(at, separator);
    at = append(at, *texts.values[i]);
    first = false;
  }
  *out = buffer.finish(at);
  return LEVADA_VALUE;
}

/// `s` brought to `length` characters by `pad` on the left, or cut to it; NULL for a negative
/// length or an empty pad. Characters beyond U+FFFF count as two.
LEVADA_FN("LPAD", pure | nullable | fails)
levada_status levada_fn_lpad(levada_ctx *ctx, const levada_str &s, int32_t length,
                             const levada_str &with, levada_str *out) {
  return pad(ctx, s, length, with, true, out);
}
/// `s` brought to `length` characters by `pad` on the right, or cut to it; NULL for a negative
/// length or an empty pad. Characters beyond U+FFFF count as two.
LEVADA_FN("RPAD", pure | nullable | fails)
levada_status levada_fn_rpad(levada_ctx *ctx, const levada_str &s, int32_t length,
                             const levada_str &with, levada_str *out) {
  return pad(ctx, s, length, with, false, out);
}
/// `s`, `count` times; empty for a count below 1.
LEVADA_FN("REPEAT", pure | fails)
levada_status levada_fn_repeat(levada_ctx *ctx, const levada_str &s, int32_t count,
                               levada_str *out) {
  if (count <= 0)
    count = 0;
  uint64_t size = uint64_t(s.len) * uint32_t(count);
  if (size > kMaxSize)
    return tooLong(ctx);
  Buffer buffer(ctx, size);
  char *at = buffer.data;
  for (int32_t i = 0; i < count && s.len; ++i)
    at = append(at, s);
  *out = buffer.finish(at);
  return LEVADA_VALUE;
}
/// OVERLAY(s PLACING with FROM start): `s` with the characters from `start` on replaced by
/// `with`, as many as it has.
LEVADA_FN("OVERLAY", pure, "(STRING, STRING, INT) -> rule:joined")
levada_status levada_fn_overlay(levada_ctx *ctx, const levada_str &s, const levada_str &with,
                                int32_t start, levada_str *out) {
  return overlay(ctx, s, with, start, countChars(levada_data(with), with.len), out);
}
/// OVERLAY(s PLACING with FROM start FOR length): the same for `length` characters.
LEVADA_FN("OVERLAY", pure, "(STRING, STRING, INT, INT) -> rule:joined")
levada_status levada_fn_overlay_length(levada_ctx *ctx, const levada_str &s,
                                       const levada_str &with, int32_t start, int32_t length,
                                       levada_str *out) {
  return overlay(ctx, s, with, start, length, out);
}

/// Text number `index` (from 1) of those that follow; NULL where there is none.
LEVADA_FN("ELT", pure | nullable | fails, "(INT, STRING) -> rule:elt")
levada_status levada_fn_elt(levada_ctx *ctx, int32_t index, levada_args<levada_str> texts,
                            levada_str *out) {
  if (index < 0)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "ELT: the index must not be negative");
  if (index == 0 || index > texts.count || !texts.values[index - 1])
    return LEVADA_NULL;
  *out = *texts.values[index - 1];
  return LEVADA_VALUE;
}
/// Value number `index` (from 1) of those that follow; NULL where there is none.
LEVADA_FN("ELT", pure | nullable | fails, "(INT, BYTES) -> rule:elt")
levada_status levada_fn_elt_bytes(levada_ctx *ctx, int32_t index, levada_args<levada_bytes> values,
                                  levada_bytes *out) {
  if (index < 0)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "ELT: the index must not be negative");
  if (index == 0 || index > values.count || !values.values[index - 1])
    return LEVADA_NULL;
  *out = *values.values[index - 1];
  return LEVADA_VALUE;
}

} // extern "C"
