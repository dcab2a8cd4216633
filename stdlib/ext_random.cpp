//===- ext_random.cpp - RAND, RAND_INTEGER, UUID ---------------------------===//
//
// With a seed the values are those of Java's Random: the first after the seed,
// in each row the same. Without, a generator per thread seeded by the system.
//
//===----------------------------------------------------------------------===//
#include "stdlib/fn.h"

#include <sys/random.h>

namespace {

/// Java's linear congruential generator.
struct JavaRandom {
  uint64_t state;
  explicit JavaRandom(int64_t seed) : state((uint64_t(seed) ^ 0x5DEECE66Dull) & kMask) {}
  static constexpr uint64_t kMask = (uint64_t(1) << 48) - 1;
  int32_t next(int bits) {
    state = (state * 0x5DEECE66Dull + 0xB) & kMask;
    return int32_t(state >> (48 - bits));
  }
  double nextDouble() {
    uint64_t high = uint64_t(next(26)) << 27;
    return double(high + uint64_t(next(27))) * 0x1p-53;
  }
  int32_t nextInt(int32_t bound) {
    if ((bound & -bound) == bound)
      return int32_t((int64_t(bound) * next(31)) >> 31);
    for (;;) {
      int32_t value = next(31), result = value % bound;
      if (int64_t(value) - result + (bound - 1) <= INT32_MAX)
        return result;
    }
  }
};

/// xorshift64*.
uint64_t random64() {
  thread_local uint64_t state = 0;
  while (state == 0)
    if (getrandom(&state, sizeof state, 0) != sizeof state)
      state = uint64_t(reinterpret_cast<uintptr_t>(&state)) | 1;
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545F4914F6CDD1Dull;
}

levada_status badBound(levada_ctx *ctx) {
  return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "RAND_INTEGER: the bound must be positive");
}

} // namespace

extern "C" {

/// A random number in [0, 1).
LEVADA_FN("RAND", volatile)
double levada_fn_rand() { return double(random64() >> 11) * 0x1p-53; }
/// The random number in [0, 1) that follows from `seed`.
LEVADA_FN("RAND", pure)
double levada_fn_rand_seed(int32_t seed) { return JavaRandom(seed).nextDouble(); }
/// A random whole number in [0, bound).
LEVADA_FN("RAND_INTEGER", volatile | fails)
levada_status levada_fn_rand_integer(levada_ctx *ctx, int32_t bound, int32_t *out) {
  if (bound <= 0)
    return badBound(ctx);
  *out = int32_t((uint64_t(bound) * (random64() >> 32)) >> 32);
  return LEVADA_VALUE;
}
/// The random whole number in [0, bound) that follows from `seed`.
LEVADA_FN("RAND_INTEGER", pure | fails)
levada_status levada_fn_rand_integer_seed(levada_ctx *ctx, int32_t seed, int32_t bound,
                                          int32_t *out) {
  if (bound <= 0)
    return badBound(ctx);
  *out = JavaRandom(seed).nextInt(bound);
  return LEVADA_VALUE;
}
/// A random identifier, as 123e4567-e89b-42d3-a456-426614174000.
LEVADA_FN("UUID", volatile)
levada_status levada_fn_uuid(levada_ctx *ctx, levada_str *out) {
  uint64_t words[2] = {random64(), random64()};
  words[0] = (words[0] & ~0xF000ull) | 0x4000;             // version 4
  words[1] = (words[1] & ~(3ull << 62)) | uint64_t(2) << 62; // variant 1
  char *text = levada_rt_alloc(ctx, 36), *at = text;
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20)
      *at++ = '-';
    *at++ = "0123456789abcdef"[words[i / 16] >> (60 - 4 * (i % 16)) & 15];
  }
  *out = levada_view(text, 36);
  return LEVADA_VALUE;
}

} // extern "C"
