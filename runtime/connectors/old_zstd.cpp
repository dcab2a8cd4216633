//===- old_zstd.cpp - no support for zstd before its format was settled ---===//
//
// Debian's libzstd also decodes the drafts 0.5 to 0.7 of 2015 and 2016: 90 KB
// of every executable. FileReader knows only the magic number of the standard;
// these stand for the draft decoders, and refuse.
//
//===----------------------------------------------------------------------===//
#include <stddef.h>

namespace {
constexpr size_t refused = size_t(-10); // ZSTD_error_prefix_unknown
}

// The callers pass more arguments; none is looked at.
#define LEVADA_OLD_ZSTD(VERSION)                                                                   \
  void *ZBUFFv##VERSION##_createDCtx() { return nullptr; }                                         \
  size_t ZBUFFv##VERSION##_freeDCtx() { return 0; }                                                \
  size_t ZBUFFv##VERSION##_decompressInitDictionary() { return refused; }                          \
  size_t ZBUFFv##VERSION##_decompressContinue() { return refused; }                                \
  void *ZSTDv##VERSION##_createDCtx() { return nullptr; }                                          \
  size_t ZSTDv##VERSION##_freeDCtx() { return 0; }                                                 \
  size_t ZSTDv##VERSION##_decompress_usingDict() { return refused; }                               \
  size_t ZSTDv##VERSION##_getFrameParams() { return refused; }

extern "C" {
LEVADA_OLD_ZSTD(05)
LEVADA_OLD_ZSTD(06)
LEVADA_OLD_ZSTD(07)

/// Sizes of a frame: an error in the first, none in the second.
#define LEVADA_OLD_ZSTD_SIZE(VERSION)                                                              \
  void ZSTDv##VERSION##_findFrameSizeInfoLegacy(const void *, size_t, size_t *size,                \
                                                unsigned long long *bound) {                       \
    *size = refused;                                                                               \
    *bound = ~0ull - 1;                                                                            \
  }
LEVADA_OLD_ZSTD_SIZE(05)
LEVADA_OLD_ZSTD_SIZE(06)
LEVADA_OLD_ZSTD_SIZE(07)
}
