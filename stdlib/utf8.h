//===- utf8.h - bytes that may not be UTF-8 --------------------------------===//
//
// As Java decodes them: what cannot begin or go on a character is U+FFFD, once
// for as many bytes as could still have been one.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_STDLIB_UTF8_H
#define LEVADA_STDLIB_UTF8_H

#include "stdlib/build.h"

namespace levada::text {

/// Bytes of the character at p, or 0 and in `skip` those that one U+FFFD stands for.
static inline uint32_t validChar(const char *p, const char *end, uint32_t *skip) {
  uint64_t left = uint64_t(end - p);
  uint8_t a = uint8_t(p[0]);
  auto next = [&](uint64_t i) { return i < left ? uint8_t(p[i]) : uint8_t(0); };
  auto goesOn = [&](uint64_t i) { return (next(i) & 0xC0) == 0x80; };
  *skip = 1;
  if (a < 0x80)
    return 1;
  if (a < 0xC2 || a > 0xF4)
    return 0;
  if (a < 0xE0)
    return goesOn(1) ? 2 : 0;
  if (a < 0xF0) {
    if (!goesOn(1) || (a == 0xE0 && next(1) < 0xA0))
      return 0;
    *skip = 2;
    if (!goesOn(2))
      return 0;
    *skip = 3;
    return a == 0xED && next(1) >= 0xA0 ? 0 : 3;
  }
  if (!goesOn(1) || (a == 0xF0 && next(1) < 0x90) || (a == 0xF4 && next(1) > 0x8F))
    return 0;
  *skip = 2;
  if (!goesOn(2))
    return 0;
  *skip = 3;
  return goesOn(3) ? 4 : 0;
}

static inline bool isValid(const char *p, uint64_t n) {
  const char *end = p + n;
  while (p < end) {
    uint32_t skip, size = validChar(p, end, &skip);
    if (size == 0)
      return false;
    p += size;
  }
  return true;
}

/// The bytes as text; themselves where they are UTF-8.
static inline levada_str repaired(levada_ctx *ctx, const levada_str &s) {
  const char *p = levada_data(s), *end = p + s.len;
  if (isValid(p, s.len))
    return s;
  Buffer buffer(ctx, uint64_t(s.len) * 3);
  char *at = buffer.data;
  while (p < end) {
    uint32_t skip, size = validChar(p, end, &skip);
    if (size) {
      __builtin_memcpy(at, p, size);
      at += size;
      p += size;
    } else {
      at = putChar(at, 0xFFFD);
      p += skip;
    }
  }
  return buffer.finish(at);
}

} // namespace levada::text

#endif
