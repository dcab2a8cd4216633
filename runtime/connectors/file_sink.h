//===- file_sink.h - files that appear complete or not at all -------------===//
//
// Bytes go to hidden files (.NAME.inprogress) that are renamed when the run
// has ended well. A marker beside them (.NAME.levada; .levada in a directory)
// remembers what this pipeline published, with size and time of change, so that
// the next run may replace exactly that. Anything else at the path is refused
// without --overwrite or --append. The hidden file is locked: two runs never
// write to one path at a time, and what a crashed run left is taken over.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONNECTORS_FILE_SINK_H
#define LEVADA_RUNTIME_CONNECTORS_FILE_SINK_H

#include "runtime/connectors/connector.h"

namespace levada::rt {

extern const SinkTable file_sink_table;

/// Writes everything; EPIPE makes a quiet error. `sink` and `path` for messages.
bool write_all(int fd, const char *bytes, uint64_t size, const char *sink, const char *path,
               Error &error);

} // namespace levada::rt

#endif
