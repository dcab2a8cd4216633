//===- cutter.h - where records end ---------------------------------------===//
//
// A line ends a record; in CSV not inside quotes. The fast path follows quotes
// by parity, 64 bytes at a time; a quote that opens where no field begins (as
// in `5" pipe`, where it is plain text) sends the chunk to the exact path.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_CUTTER_H
#define LEVADA_RUNTIME_EXEC_CUTTER_H

#include <stdint.h>

namespace levada::rt {

struct Cut {
  bool csv = false;
  char quote = 0, delimiter = ',', escape = 0;
};

/// End of the last whole record in data[0, size), which begins at a record;
/// 0 when there is none.
uint64_t last_record_end(const Cut &cut, const char *data, uint64_t size);

/// End of the first one; 0 when there is none.
uint64_t first_record_end(const Cut &cut, const char *data, uint64_t size);

uint64_t count_newlines(const char *data, uint64_t size);

} // namespace levada::rt

#endif
