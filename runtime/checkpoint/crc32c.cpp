//===- crc32c.cpp - checksums of what is kept -----------------------------===//
#include "runtime/checkpoint/crc32c.h"

#include <string.h>

namespace levada::rt {
namespace {

struct Table {
  uint32_t of[256];
  constexpr Table() : of() {
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit)
        crc = crc & 1 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
      of[i] = crc;
    }
  }
};
constexpr Table table;

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t by_instruction(uint32_t crc, const char *p,
                                                          uint64_t size) {
  uint64_t wide = crc;
  for (; size >= 8; p += 8, size -= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  crc = uint32_t(wide);
  for (; size; ++p, --size)
    crc = __builtin_ia32_crc32qi(crc, *p);
  return crc;
}
#endif

} // namespace

uint32_t crc32c(uint32_t crc, const void *data, uint64_t size) {
  auto *p = static_cast<const char *>(data);
  crc = ~crc;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2"))
    return ~by_instruction(crc, p, size);
#endif
  for (; size; ++p, --size)
    crc = crc >> 8 ^ table.of[(crc ^ uint8_t(*p)) & 0xFF];
  return ~crc;
}

} // namespace levada::rt
