//===- print.cpp - rows as text on standard output ------------------------===//
#include "runtime/connectors/connector.h"
#include "runtime/connectors/file_sink.h"

/// Rows as Flink prints them, `+I[1, a]`, one a line.
struct LEVADA_CONNECTOR("print", sink, "") print_options {
  /// Standard error instead of standard output.
  LEVADA_OPTION("standard-error", none, "false") bool standard_error;
  /// Stands before each row, with `> ` behind it.
  LEVADA_OPTION("print-identifier", none, "") levada_opt_string identifier;
  /// Stands in front of each row: `identifier> +I[1, a]`.
  LEVADA_OPTION("print-identifier", none, "") levada_opt_string identifier;
};

namespace levada::rt {
namespace {

struct Print {
  const char *name;
  int fd;
  Text before, lines;
};

void *open_print(const SinkContext &context, Error &error) {
  bool standard_error;
  Text identifier;
  if (!context.options.get("standard-error", standard_error, false, error) ||
      !context.options.get("print-identifier", identifier, "", error))
    return nullptr;
  if (!identifier.empty())
    identifier.append("> ");
  return new Print{context.desc->name, standard_error ? 2 : 1, std::move(identifier), {}};
}

bool write_print(void *state, const char *bytes, uint64_t size, Error &error) {
  auto *print = static_cast<Print *>(state);
  if (!print->before.empty()) {
    print->lines.clear();
    for (std::string_view rows(bytes, size); !rows.empty();) {
      std::string_view line = rows.substr(0, rows.find('\n') + 1);
      if (line.empty())
        line = rows;
      print->lines.append(print->before.view()).append(line);
      rows.remove_prefix(line.size());
    }
    bytes = print->lines.c_str();
    size = print->lines.size();
  }
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
