//===- crc32c.cpp - checksums of what is kept -----------------------------===//
//
// The processor's instruction takes eight bytes every cycle, but gives its result
// three cycles later: three parts of a block are done beside one another and put
// together. Without the instruction it goes by table, a byte at a time.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/crc32c.h"

#include <string.h>

namespace levada::rt {
namespace {

constexpr uint32_t polynomial = 0x82F63B78; // the lowest bit is that of the highest power

struct Table {
  uint32_t of[256];
  constexpr Table() : of() {
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit)
        crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
      of[i] = crc;
    }
  }
};
constexpr Table table;

#if defined(__x86_64__)
/// What `size` (a power of two) zero bytes make of a checksum: a linear map, by the
/// checksum's bytes.
struct Zeros {
  uint32_t of[4][256];
  constexpr explicit Zeros(uint64_t size) : of() {
    uint32_t map[32] = {}; // of each bit, at first by one zero bit
    map[0] = polynomial;
    for (int bit = 1; bit < 32; ++bit)
      map[bit] = uint32_t(1) << (bit - 1);
    for (uint64_t bits = 1; bits < 8 * size; bits *= 2) {
      uint32_t twice[32] = {};
      for (int bit = 0; bit < 32; ++bit)
        twice[bit] = apply(map, map[bit]);
      for (int bit = 0; bit < 32; ++bit)
        map[bit] = twice[bit];
    }
    for (int byte = 0; byte < 4; ++byte)
      for (uint32_t i = 0; i < 256; ++i)
        of[byte][i] = apply(map, i << 8 * byte);
  }
  static constexpr uint32_t apply(const uint32_t (&map)[32], uint32_t crc) {
    uint32_t result = 0;
    for (int bit = 0; crc; ++bit, crc >>= 1)
      result ^= crc & 1 ? map[bit] : 0;
    return result;
  }
  uint32_t behind(uint32_t crc) const {
    return of[0][crc & 0xFF] ^ of[1][crc >> 8 & 0xFF] ^ of[2][crc >> 16 & 0xFF] ^ of[3][crc >> 24];
  }
};
constexpr uint64_t LONG = 1024, SHORT = 128;
constexpr Zeros after_long(LONG), after_short(SHORT);

__attribute__((target("sse4.2"))) inline uint64_t add_word(uint64_t crc, const char *p) {
  uint64_t word;
  memcpy(&word, p, 8);
  return __builtin_ia32_crc32di(crc, word);
}

/// Three parts of `part` bytes each.
__attribute__((target("sse4.2"))) inline uint32_t add_three(uint32_t crc, const char *p,
                                                            uint64_t part, const Zeros &zeros) {
  uint64_t a = crc, b = 0, c = 0;
  for (const char *end = p + part; p != end; p += 8) {
    a = add_word(a, p);
    b = add_word(b, p + part);
    c = add_word(c, p + 2 * part);
  }
  return zeros.behind(zeros.behind(uint32_t(a)) ^ uint32_t(b)) ^ uint32_t(c);
}

__attribute__((target("sse4.2"))) uint32_t by_instruction(uint32_t crc, const char *p,
                                                          uint64_t size) {
  for (; size >= 3 * LONG; p += 3 * LONG, size -= 3 * LONG)
    crc = add_three(crc, p, LONG, after_long);
  for (; size >= 3 * SHORT; p += 3 * SHORT, size -= 3 * SHORT)
    crc = add_three(crc, p, SHORT, after_short);
  uint64_t wide = crc;
  for (; size >= 8; p += 8, size -= 8)
    wide = add_word(wide, p);
  crc = uint32_t(wide);
  for (; size; ++p, --size)
    crc = __builtin_ia32_crc32qi(crc, *p);
  return crc;
}
#endif

uint32_t by_table(uint32_t crc, const char *p, uint64_t size) {
  for (; size; ++p, --size)
    crc = crc >> 8 ^ table.of[(crc ^ uint8_t(*p)) & 0xFF];
  return crc;
}

} // namespace

uint32_t crc32c(uint32_t crc, const void *data, uint64_t size) {
  auto *p = static_cast<const char *>(data);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2"))
    return ~by_instruction(~crc, p, size);
#endif
  return ~by_table(~crc, p, size);
}

} // namespace levada::rt
