//===- stdout.cpp - standard output as a sink -----------------------------===//
//
// Rows as the format makes them, or with format "table" an aligned table at the
// end. When the reader has gone (`| head`), the run ends without a word.
//
//===----------------------------------------------------------------------===//
#include "runtime/connectors/connector.h"
#include "runtime/connectors/file_sink.h"
#include "runtime/connectors/table_sink.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/// Standard output; format `table` aligns the rows for reading. Rows are written at once: after a
/// crash those since the last checkpoint are written again.
struct LEVADA_CONNECTOR("stdout", sink, "") stdout_options {
  /// Columns that lines of a table may take: longer text is cut. 0: any; default: what a terminal has, else any.
  LEVADA_OPTION("table.width", runtime, "") levada_opt_string width;
  /// A last line that says how many rows a table has.
  LEVADA_OPTION("table.count", none, "false") bool count;
};

namespace levada::rt {
namespace {

struct Stdout {
  const char *name;
  Table *table = nullptr;
  Text lines;
};

/// What a terminal has; 0 where there is none.
uint32_t terminal_width() {
  winsize size = {};
  if (!isatty(1))
    return 0;
  if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col)
    return size.ws_col;
  const char *columns = getenv("COLUMNS");
  return columns ? strtoul(columns, nullptr, 10) : 0;
}

bool put(Stdout &out, Error &error) {
  bool ok = out.lines.empty() ||
            write_all(1, out.lines.c_str(), out.lines.size(), out.name, "stdout", error);
  out.lines.clear();
  return ok;
}

void *open_stdout(const SinkContext &context, Error &error) {
  const levada_sink_desc &desc = *context.desc;
  auto *out = new Stdout{desc.name, nullptr, {}};
  if (strcmp(desc.format, "table") == 0) {
    Text width;
    bool count;
    if (!context.options.get("table.width", width, "", error) ||
        !context.options.get("table.count", count, false, error)) {
      delete out;
      return nullptr;
    }
    char *end;
    unsigned long room = strtoul(width.c_str(), &end, 10);
    if (*end || room > 100000) {
      error.set(BAD_OPTION, textf("%s: `table.width` is a number of columns, found `%s`", desc.name,
                                  width.c_str()));
      delete out;
      return nullptr;
    }
    out->table = new Table(desc.columns, desc.column_count, desc.header,
                           width.empty() ? terminal_width() : uint32_t(room), count);
  } else if (desc.header &&
             !write_all(1, desc.header, strlen(desc.header), out->name, "stdout", error)) {
    delete out;
    return nullptr;
  }
  return out;
}

bool write_stdout(void *state, const char *bytes, uint64_t size, Error &error) {
  auto &out = *static_cast<Stdout *>(state);
  if (!out.table)
    return write_all(1, bytes, size, out.name, "stdout", error);
  out.table->add({bytes, size}, out.lines);
  return put(out, error);
}

bool finish_stdout(void *state, Error &error) {
  auto &out = *static_cast<Stdout *>(state);
  if (out.table)
    out.table->finish(out.lines);
  return put(out, error);
}

void close_stdout(void *state) {
  auto *out = static_cast<Stdout *>(state);
  delete out->table;
  delete out;
}

constexpr SinkTable sink_table = {open_stdout, write_stdout, nullptr, finish_stdout, close_stdout};

} // namespace
} // namespace levada::rt

extern "C" const levada_connector levada_connector_stdout = {"stdout", nullptr,
                                                             &levada::rt::sink_table};
