//===- text.cpp - UTF-8, texts of the frame, reasons ----------------------===//
//
// Cold or long-running helpers of all formats.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/scan.h"

#include <string.h>

namespace levada::formats {

bool valid_utf8(const char *p, uint64_t n) {
  auto *at = (const uint8_t *)p, *end = at + n;
  while (at != end) {
    uint64_t word;
    if (end - at >= 8 && (memcpy(&word, at, 8), (word & 0x8080808080808080u) == 0)) {
      at += 8;
      continue;
    }
    uint8_t a = *at;
    if (a < 0x80) {
      ++at;
      continue;
    }
    int64_t left = end - at;
    auto more = [&](int i) { return (at[i] & 0xc0) == 0x80; };
    if (a >= 0xc2 && a <= 0xdf) {
      if (left < 2 || !more(1))
        return false;
      at += 2;
    } else if (a >= 0xe0 && a <= 0xef) {
      if (left < 3 || !more(1) || !more(2) || (a == 0xe0 && at[1] < 0xa0) ||
          (a == 0xed && at[1] > 0x9f)) // overlong; surrogates
        return false;
      at += 3;
    } else if (a >= 0xf0 && a <= 0xf4) {
      if (left < 4 || !more(1) || !more(2) || !more(3) || (a == 0xf0 && at[1] < 0x90) ||
          (a == 0xf4 && at[1] > 0x8f)) // overlong; beyond U+10FFFF
        return false;
      at += 4;
    } else {
      return false;
    }
  }
  return true;
}

levada_str frame_text(levada_ctx *ctx, const char *data, uint64_t size) {
  levada_str s = {};
  s.len = (uint32_t)size;
  if (size <= 12) {
    memcpy(s.inl, data, size);
    return s;
  }
  char *copy = levada_rt_alloc(ctx, size);
  memcpy(copy, data, size);
  memcpy(s.prefix, copy, 4);
  s.ptr = copy;
  return s;
}

} // namespace levada::formats

using namespace levada::formats;

extern "C" uint64_t levada_newlines(const char *p, const char *end) {
  uint64_t count = 0;
  for (; end - p >= 64; p += 64)
    count += (uint64_t)__builtin_popcountll(Block::load(p).equal('\n'));
  for (; p != end; ++p)
    count += *p == '\n';
  return count;
}

/// The text, cut where it is long, for messages: its first 40 characters.
static uint64_t shown(const char *p, uint64_t n) {
  if (n <= 40)
    return n;
  n = 40;
  while (n && (p[n] & 0xc0) == 0x80)
    --n;
  return n;
}

extern "C" void levada_field_reason(levada_ctx *ctx, const char *p, uint64_t n, const char *type,
                                    levada_str *out) {
  uint64_t cut = shown(p, n), size = strlen(type);
  char text[256];
  char *at = text;
  auto put = [&](const char *s, uint64_t count) {
    count = count < (uint64_t)(text + sizeof text - at) ? count : (uint64_t)(text + sizeof text - at);
    memcpy(at, s, count);
    at += count;
  };
  put("`", 1);
  put(p, cut);
  if (cut < n)
    put("…", 3);
  bool vowel = strchr("AEIOU", type[0]) != nullptr;
  put(vowel ? "` is not an " : "` is not a ", vowel ? 12 : 11);
  put(type, size);
  *out = frame_text(ctx, text, (uint64_t)(at - text));
}
