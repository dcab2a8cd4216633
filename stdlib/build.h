//===- build.h - making text in a function ---------------------------------===//
#ifndef LEVADA_STDLIB_BUILD_H
#define LEVADA_STDLIB_BUILD_H

#include "stdlib/fn.h"

namespace levada::text {

/// As memcpy, for what may be larger than --memory.
static inline void copyLarge(char *to, const char *from, uint64_t size) {
  if (size < 256 << 10)
    __builtin_memcpy(to, from, size);
  else
    levada_rt_copy(to, from, size);
}

/// The bytes as a string of the frame; copied when they are long.
static inline levada_str keep(levada_ctx *ctx, const char *data, uint64_t size) {
  if (size <= 12)
    return levada_view(data, uint32_t(size));
  char *copy = levada_rt_alloc(ctx, size);
  copyLarge(copy, data, size);
  return levada_view(copy, uint32_t(size));
}

/// Room for `size` bytes; finish() makes the string of what was written.
struct Buffer {
  char small[16];
  char *data;
  Buffer(levada_ctx *ctx, uint64_t size) : data(size <= 12 ? small : levada_rt_alloc(ctx, size)) {}
  levada_str finish(const char *end) const {
    uint32_t size = uint32_t(end - data);
    return levada_view(data, size);
  }
};

/// A part of `s` that shares its bytes.
static inline levada_str part(const levada_str &s, uint64_t from, uint64_t size) {
  return levada_view(levada_data(s) + from, uint32_t(size));
}

/// Bytes of the UTF-8 character that starts with `lead`; 1 for a stray byte.
static inline uint32_t charSize(char lead) {
  uint8_t c = uint8_t(lead);
  return c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}
static inline bool isStart(char c) { return (c & 0xC0) != 0x80; }

static inline int32_t countChars(const char *p, uint64_t n) {
  int32_t count = 0;
  for (uint64_t i = 0; i < n; ++i)
    count += isStart(p[i]);
  return count;
}

/// Byte offset of character number `index` (from 0), or n.
static inline uint64_t charOffset(const char *p, uint64_t n, int64_t index) {
  uint64_t i = 0;
  for (; index > 0 && i < n; --index) {
    ++i;
    while (i < n && !isStart(p[i]))
      ++i;
  }
  return i;
}

/// Reads a code point at p < end and moves on; a stray byte is U+FFFD.
static inline uint32_t readChar(const char *&p, const char *end) {
  uint8_t lead = uint8_t(*p);
  uint32_t size = charSize(*p);
  if (lead < 0x80) {
    ++p;
    return lead;
  }
  if (lead < 0xC2 || p + size > end) {
    ++p;
    return 0xFFFD;
  }
  uint32_t c = lead & (0x7F >> size);
  for (uint32_t i = 1; i < size; ++i) {
    if (isStart(p[i])) {
      ++p;
      return 0xFFFD;
    }
    c = c << 6 | (uint8_t(p[i]) & 0x3F);
  }
  p += size;
  return c;
}

static inline char *putChar(char *at, uint32_t c) {
  if (c < 0x80) {
    *at++ = char(c);
  } else if (c < 0x800) {
    *at++ = char(0xC0 | c >> 6);
    *at++ = char(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *at++ = char(0xE0 | c >> 12);
    *at++ = char(0x80 | (c >> 6 & 0x3F));
    *at++ = char(0x80 | (c & 0x3F));
  } else {
    *at++ = char(0xF0 | c >> 18);
    *at++ = char(0x80 | (c >> 12 & 0x3F));
    *at++ = char(0x80 | (c >> 6 & 0x3F));
    *at++ = char(0x80 | (c & 0x3F));
  }
  return at;
}

/// Where `needle` begins in p…end, or null.
static inline const char *find(const char *p, const char *end, const char *needle, uint64_t size) {
  if (size == 0)
    return p;
  if (uint64_t(end - p) < size)
    return nullptr;
  const char *last = end - size;
  for (; p <= last; ++p) {
    p = static_cast<const char *>(__builtin_memchr(p, needle[0], uint64_t(last - p) + 1));
    if (!p)
      return nullptr;
    if (__builtin_memcmp(p, needle, size) == 0)
      return p;
  }
  return nullptr;
}

} // namespace levada::text

#endif
