//===- values.cpp - one empty record, then the end ------------------------===//
//
// What VALUES and a SELECT without FROM read: their rows are computed. Not of
// the catalogue: plans refer to it, users do not.
//
//===----------------------------------------------------------------------===//
#include "runtime/connectors/connector.h"

namespace levada::rt {
namespace {

struct Values {
  bool begun = false, done = false;
};

void *open_values(const Options &, Error &) { return new Values; }

int next_values(void *source, Text &name, Error &) {
  auto *values = static_cast<Values *>(source);
  if (values->begun)
    return 0;
  values->begun = true;
  name = Text("values");
  return 1;
}

int64_t read_values(void *source, char *to, uint64_t size, Error &) {
  auto *values = static_cast<Values *>(source);
  if (values->done || size == 0)
    return 0;
  values->done = true;
  *to = '\n';
  return 1;
}

int resume(void *source, const std::vector<Stream> &, bool, Error &) {
  static_cast<Values *>(source)->begun = true;
  return 1;
}

int seek(void *source, uint64_t offset, Error &) {
  static_cast<Values *>(source)->done = offset > 0;
  return 1;
}

void close_values(void *source) { delete static_cast<Values *>(source); }

constexpr SourceTable source_table = {open_values, next_values, read_values, nullptr,
                                      nullptr,     nullptr,     close_values, nullptr,
                                      nullptr,     nullptr,     nullptr,      resume,
                                      nullptr,     seek};

} // namespace
} // namespace levada::rt

extern "C" const levada_connector levada_connector_values = {"values", &levada::rt::source_table,
                                                             nullptr};
