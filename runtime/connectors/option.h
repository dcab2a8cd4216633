//===- option.h - how connectors and formats declare their options --------===//
//
// A connector is one struct of options and one constant table of functions;
// AbiGen reads the struct, so that the compiler checks options, `levada
// connectors` lists them and CONNECTORS.md documents them. Nothing is
// registered. Every struct and field needs a `///` comment.
//
//   /// Files on a local disk, read in name order.
//   struct LEVADA_CONNECTOR("filesystem", source | sink | bounded,
//                           "file|line|byte_offset") filesystem_options {
//     /// File, directory or glob pattern.
//     LEVADA_OPTION("path", required | runtime, "") levada_opt_string path;
//     /// Size at which a new part file begins.
//     LEVADA_OPTION("rolling.size", none, "128 MB") levada_opt_size rolling;
//     /// How the bytes are compressed.
//     LEVADA_OPTION("compression", none, "auto", "auto|none|gzip|zstd")
//     levada_opt_enum compression;
//   };
//   extern "C" const levada_connector levada_connector_filesystem = { … };
//
// LEVADA_CONNECTOR(NAME, FLAGS, METADATA): FLAGS of source, sink, bounded, or
// none; METADATA the keys readable as columns, "a|b", or "". The table is
// levada_connector_NAME, '-' written '_'.
// LEVADA_FORMAT(NAME, FLAGS): FLAGS of decodes, encodes.
// LEVADA_OPTION(KEY, FLAGS, DEFAULT[, VALUES]): FLAGS of required, runtime
// (may hold ${NAME} and be changed by --set), or none; DEFAULT as the user
// would write it, "" for no default; VALUES of a levada_opt_enum. A format's
// key is written with its name: "csv.delimiter". The field's type is the
// option's type: bool, or one of the levada_opt_* below.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONNECTORS_OPTION_H
#define LEVADA_RUNTIME_CONNECTORS_OPTION_H

#include "runtime/abi/abi.h"

#define LEVADA_CONNECTOR(NAME, FLAGS, METADATA)                                \
  __attribute__((annotate("levada.connector\t" NAME "\t" #FLAGS "\t" METADATA)))
#define LEVADA_FORMAT(NAME, FLAGS)                                             \
  __attribute__((annotate("levada.format\t" NAME "\t" #FLAGS "\t")))
#define LEVADA_OPTION(KEY, FLAGS, DEFAULT, ...)                                \
  __attribute__((annotate("levada.option\t" KEY "\t" #FLAGS "\t" DEFAULT \
                          "\t" __VA_ARGS__)))

using levada_opt_string = const char *;  // text
using levada_opt_int = int64_t;          // 42
using levada_opt_size = uint64_t;        // "64 MB": bytes
using levada_opt_duration = int64_t;     // "5 s": milliseconds
using levada_opt_enum = uint8_t;         // position in VALUES
using levada_opt_char = char;            // one character, escapes resolved
using levada_opt_pattern = const char *; // a regular expression

/// The value of option `key`, or NULL where the pipeline does not give it.
static inline const char *levada_option_value(const levada_option *options,
                                              uint32_t count, const char *key) {
  for (uint32_t i = 0; i < count; ++i)
    if (__builtin_strcmp(options[i].key, key) == 0)
      return options[i].value;
  return nullptr;
}

#endif
