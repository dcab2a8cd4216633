//===- blackhole.cpp - a sink that drops every row ------------------------===//
#include "runtime/connectors/connector.h"

/// Takes every row and keeps none: for measuring.
struct LEVADA_CONNECTOR("blackhole", sink, "") blackhole_options {};

namespace levada::rt {
namespace {

char nothing;

void *open_blackhole(const SinkContext &, Error &) { return &nothing; }
bool drop(void *, const char *, uint64_t, Error &) { return true; }
bool finish_blackhole(void *, Error &) { return true; }
void close_blackhole(void *) {}

constexpr SinkTable sink_table = {open_blackhole, drop, nullptr, finish_blackhole, close_blackhole};

} // namespace
} // namespace levada::rt

extern "C" const levada_connector levada_connector_blackhole = {"blackhole", nullptr,
                                                                &levada::rt::sink_table};
