//===- crc32c.h - checksums of what is kept -------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_CRC32C_H
#define LEVADA_RUNTIME_CHECKPOINT_CRC32C_H

#include <stdint.h>

namespace levada::rt {

/// CRC-32C (Castagnoli) of `size` bytes; `crc`: of what came before them.
uint32_t crc32c(uint32_t crc, const void *data, uint64_t size);

} // namespace levada::rt

#endif
