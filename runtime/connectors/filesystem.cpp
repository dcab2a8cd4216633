//===- filesystem.cpp - files as source and sink --------------------------===//
#include "runtime/connectors/connector.h"
#include "runtime/connectors/file_sink.h"
#include "runtime/connectors/file_source.h"

/// Files on a local disk: one, all of a directory, or those that match a
/// pattern, in name order; gzip, zstd and xz are recognized by content. A run that
/// resumes goes on where it was: files may have grown at their end, later ones
/// may have come, those read to their end may be gone. As a sink, a path whose
/// last part has an extension is one file, any other a directory of part files;
/// files appear complete or not at all, with checkpoints they grow by each.
struct LEVADA_CONNECTOR("filesystem", source | sink | bounded,
                        "file|line|byte_offset") filesystem_options {
  /// File, directory, or pattern with `*`, `?` and `[…]`.
  LEVADA_OPTION("path", required | runtime, "") levada_opt_string path;
  /// How often to look for more, for a source that never ends: files that come later
  /// are read then, whatever their names; the last one that was read may grow, and is
  /// left for the next when it has not changed for that long.
  LEVADA_OPTION("source.monitor-interval", none, "") levada_opt_duration monitor;
  /// Size at which a directory sink begins the next part file.
  LEVADA_OPTION("sink.rolling-policy.file-size", none, "128 MB") levada_opt_size rolling;
};

extern "C" const levada_connector levada_connector_filesystem = {
    "filesystem", &levada::rt::files_source_table, &levada::rt::file_sink_table};
