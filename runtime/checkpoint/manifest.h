//===- manifest.h - what a checkpoint says of itself ----------------------===//
//
// A text of lines: a word, then values between tabs. The first line names the
// format, the last one is the checksum of all before it, so that a manifest that
// was cut off or changed is no manifest. Files are listed with size and CRC-32C.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_MANIFEST_H
#define LEVADA_RUNTIME_CHECKPOINT_MANIFEST_H

#include "runtime/checkpoint/schema.h"

#include <vector>

namespace levada::rt {

struct Manifest {
  static constexpr uint32_t format = 3;

  Text program, fingerprint;
  uint64_t epoch = 0;
  uint64_t number = 0;   // everything before it is in the checkpoint
  uint64_t base = 0;     // epoch that this one tells the changes of; 0: all is here
  int64_t created = 0;   // ms since 1970
  uint32_t parallelism = 1;
  uint64_t rows_in = 0, rows_out = 0;
  ProgramState state;
  struct File {
    Text name;
    uint64_t size = 0;
    uint32_t crc = 0;
  };
  std::vector<File> files;

  uint64_t bytes() const;
  Text print() const;
  /// False: `why` says what is wrong with it.
  bool parse(std::string_view text, Text &why);
};

} // namespace levada::rt

#endif
