//===- cutter.cpp - where records end -------------------------------------===//
#include "runtime/exec/cutter.h"

#include <string.h>

namespace levada::rt {
namespace {

using Block = char __attribute__((ext_vector_type(64), aligned(1)));
using Bits = bool __attribute__((ext_vector_type(64)));

inline __attribute__((always_inline)) uint64_t equal(const Block &block, char c) {
  Bits bits = __builtin_convertvector(block == c, Bits);
  uint64_t mask;
  memcpy(&mask, &bits, sizeof mask);
  return mask;
}

/// Bit i: the number of set bits up to and with i is odd.
inline __attribute__((always_inline)) uint64_t prefix_xor(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2)
    bits ^= bits << shift;
  return bits;
}

/// By parity; false where a quote opens in the middle of a field.
inline __attribute__((always_inline)) bool parity(const Cut &cut, const char *data, uint64_t size,
                                                  uint64_t &end) {
  uint64_t inside_carry = 0, last = 0, last_ends = 0;
  for (uint64_t at = 0; at < size; at += 64) {
    Block block;
    if (size - at >= 64) {
      memcpy(&block, data + at, 64);
    } else {
      block = Block(0);
      memcpy(&block, data + at, size - at);
    }
    uint64_t quotes = equal(block, cut.quote), ends = equal(block, '\n');
    if (__builtin_expect((quotes | inside_carry) != 0, 0)) {
      uint64_t starts = ends | quotes | equal(block, cut.delimiter);
      uint64_t inside = inside_carry ^ prefix_xor(quotes);
      char before = at ? data[at - 1] : '\n'; // a field begins at the first byte
      uint64_t start_carry = before == '\n' || before == cut.delimiter || before == cut.quote;
      if (quotes & inside & ~(starts << 1 | start_carry))
        return false;
      inside_carry = uint64_t(int64_t(inside) >> 63);
      ends &= ~inside;
    }
    last = ends ? at : last;
    last_ends = ends ? ends : last_ends;
  }
  end = last_ends ? last + 64 - __builtin_clzll(last_ends) : 0;
  return true;
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512bw,avx512vl,bmi,lzcnt"))) bool
parity_wide(const Cut &cut, const char *data, uint64_t size, uint64_t &end) {
  return parity(cut, data, size, end);
}
bool by_parity(const Cut &cut, const char *data, uint64_t size, uint64_t &end) {
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return parity_wide(cut, data, size, end);
  return parity(cut, data, size, end);
}
#else
bool by_parity(const Cut &cut, const char *data, uint64_t size, uint64_t &end) {
  return parity(cut, data, size, end);
}
#endif

/// Byte by byte; stops at the first end where `first`.
uint64_t exactly(const Cut &cut, const char *data, uint64_t size, bool first) {
  enum { START, PLAIN, QUOTED } state = START;
  uint64_t end = 0;
  for (uint64_t i = 0; i < size; ++i) {
    char c = data[i];
    if (cut.escape && c == cut.escape && c != cut.quote) {
      ++i;
      state = state == QUOTED ? QUOTED : PLAIN;
    } else if (state == QUOTED) {
      if (c != cut.quote)
        continue;
      if (i + 1 < size && data[i + 1] == cut.quote)
        ++i;
      else
        state = PLAIN;
    } else if (c == '\n') {
      end = i + 1;
      if (first)
        return end;
      state = START;
    } else if (c == cut.delimiter) {
      state = START;
    } else {
      state = state == START && c == cut.quote ? QUOTED : PLAIN;
    }
  }
  return end;
}

} // namespace

uint64_t last_record_end(const Cut &cut, const char *data, uint64_t size) {
  if (!cut.csv || (!cut.quote && !cut.escape)) {
    auto *newline = static_cast<const char *>(memrchr(data, '\n', size));
    return newline ? newline - data + 1 : 0;
  }
  // Most often there are no quotes; libc looks for them with all the CPU has.
  if (!cut.escape && !memchr(data, cut.quote, size)) {
    auto *newline = static_cast<const char *>(memrchr(data, '\n', size));
    return newline ? newline - data + 1 : 0;
  }
  uint64_t end;
  if (!cut.escape && by_parity(cut, data, size, end))
    return end;
  return exactly(cut, data, size, false);
}

uint64_t first_record_end(const Cut &cut, const char *data, uint64_t size) {
  if (cut.csv && (cut.quote || cut.escape))
    return exactly(cut, data, size, true);
  auto *newline = static_cast<const char *>(memchr(data, '\n', size));
  return newline ? newline - data + 1 : 0;
}

uint64_t count_newlines(const char *data, uint64_t size) {
  uint64_t count = 0;
  for (uint64_t at = 0; at < size;) {
    // Counts of at most 255 blocks fit the bytes of a vector.
    uint64_t stop = size - at < 4096 ? size : at + 4096;
    for (; at < stop; ++at)
      count += data[at] == '\n';
  }
  return count;
}

} // namespace levada::rt
