//===- print.cpp - rows as text on standard output ------------------------===//
#include "runtime/connectors/connector.h"
#include "runtime/connectors/file_sink.h"

/// Rows as Flink prints them, `+I[1, a]`, one a line. They are written at once: after a crash those
/// since the last checkpoint are written again.
struct LEVADA_CONNECTOR("print", sink, "") print_options {
  /// Standard error instead of standard output.
  LEVADA_OPTION("standard-error", none, "false") bool standard_error;
  /// Stands in front of each row: `identifier> +I[1, a]`.
  LEVADA_OPTION("print-identifier", none, "") levada_opt_string identifier;
};

namespace levada::rt {
namespace {

struct Print {
  const char *name;
  int fd;
};

void *open_print(const SinkContext &context, Error &error) {
  bool standard_error;
  if (!context.options.get("standard-error", standard_error, false, error))
    return nullptr;
  return new Print{context.desc->name, standard_error ? 2 : 1};
}

bool write_print(void *state, const char *bytes, uint64_t size, Error &error) {
  auto *print = static_cast<Print *>(state);
  return write_all(print->fd, bytes, size, print->name, print->fd == 1 ? "stdout" : "stderr",
                   error);
}

bool finish_print(void *, Error &) { return true; }
void close_print(void *state) { delete static_cast<Print *>(state); }

constexpr SinkTable sink_table = {open_print, write_print, nullptr, finish_print, close_print};

} // namespace
} // namespace levada::rt

extern "C" const levada_connector levada_connector_print = {"print", nullptr,
                                                            &levada::rt::sink_table};
