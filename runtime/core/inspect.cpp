//===- inspect.cpp - what an executable holds -----------------------------===//
#include "runtime/connectors/connector.h"
#include "runtime/core/options.h"

#include <unistd.h>

namespace levada::rt {

static void list_options(Text &text, const levada_option *options, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i)
    text.format("  %s = \"%s\"%s\n", options[i].key, options[i].value,
                options[i].runtime ? "  (run time)" : "");
}

static void list_columns(Text &text, const char *const *columns, uint32_t count) {
  text.append("  columns: ");
  for (uint32_t i = 0; i < count; ++i)
    text.append(i ? ", " : "").append(columns[i]);
  text.append('\n');
}

void print_inspection(const levada_program *program) {
  Text text = textf(
      "pipeline %s\ncompiled by levada %s, ABI %u\nfingerprint %s\nmode %s, session time zone %s\n",
      program->name, program->compiler, program->abi_version, program->fingerprint,
      program->batch ? "batch" : "streaming", program->time_zone);
  for (uint32_t i = 0; i < program->source_count; ++i) {
    const levada_source_desc &source = program->sources[i];
    text.format("\nsource %s: %s%s%s\n", source.name, source.connector->name, *source.format ? ", " : "",
                source.format);
    list_options(text, source.options, source.option_count);
    list_columns(text, source.columns, source.column_count);
  }
  for (uint32_t i = 0; i < program->sink_count; ++i) {
    const levada_sink_desc &sink = program->sinks[i];
    text.format("\nsink %s: %s%s%s\n", sink.name, sink.connector->name, *sink.format ? ", " : "",
                sink.format);
    list_options(text, sink.options, sink.option_count);
    list_columns(text, sink.columns, sink.column_count);
  }
  for (uint32_t i = 0; i < program->slot_count; ++i)
    text.format("%sstate %s: %u bytes a key\n", i ? "" : "\n", program->slots[i].id,
                program->slots[i].entry_size);
  if (program->plan && *program->plan) {
    text.append("\nplan\n").append(program->plan);
    if (text.view().back() != '\n')
      text.append('\n');
  }
  (void)!write(1, text.c_str(), text.size());
}

} // namespace levada::rt
