//===- settings.h - what the command line decides -------------------------===//
#ifndef LEVADA_RUNTIME_CORE_SETTINGS_H
#define LEVADA_RUNTIME_CORE_SETTINGS_H

#include "runtime/core/error.h"

#include <vector>

namespace levada::rt {

struct Settings {
  uint32_t parallelism = 1;
  uint32_t batch_rows = 4096;
  bool json = false;
  bool progress = false;
  bool overwrite = false, append = false;
  /// Checkpoints: the folder for state, empty by default; -1 as the program says;
  /// restore: empty, "latest", "none" or a path.
  Text state, restore;
  int64_t checkpoint_interval = -1; // ms
  /// For tests: bytes of records handed out at once; a checkpoint after every so
  /// many chunks, and no later chunk before it is there (0: by time alone).
  uint32_t chunk_bytes = 1 << 20, checkpoint_every = 0;
  bool once = false;
  uint64_t memory = 0; // bytes of the whole process; 0: no limit
  bool allow_dropped_state = false;
  /// Commands: what `savepoint`, `inspect` and `fsck` are about; of `stop`.
  Text target, savepoint;
  bool drain = false;
  /// --set source.X.key=value, in order; checked against the program.
  struct Set {
    Text table, name, key, value;
  };
  std::vector<Set> sets;
};

/// What a process needs beside its state: code, chunks, batches, what sinks hold.
inline uint64_t memory_beside(uint32_t workers) { return (8ull << 20) + (8ull << 20) * workers; }
/// The least that --memory may be.
inline uint64_t least_memory(uint32_t workers) {
  return memory_beside(workers) + (4ull << 20) * workers;
}

/// The option's value at run time: --set, else the pipeline's, with ${NAME}
/// expanded where the option is a run-time one. `out` stays empty and `found`
/// false when nobody gives it.
bool option_value(const Settings &settings, const char *table, const char *name,
                  const levada_option *options, uint32_t count, const char *key, Text &out,
                  bool &found, Error &error);

} // namespace levada::rt

#endif
