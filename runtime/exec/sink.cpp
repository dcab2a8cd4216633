//===- sink.cpp - an opened sink ------------------------------------------===//
#include "runtime/exec/sink.h"

namespace levada::rt {

Sink::Sink(const levada_program *program, uint32_t index, const Settings &settings)
    : program_(program), desc_(program->sinks[index]), settings_(settings),
      options_(settings, "sink", desc_.name, desc_.options, desc_.option_count) {}

Sink::~Sink() {
  if (state_)
    table_->close(state_);
}

bool Sink::open(Error &error) {
  table_ = desc_.connector->sink;
  if (!table_)
    return error.set(BAD_OPTION,
                     textf("%s: connector `%s` cannot write", desc_.name, desc_.connector->name));
  state_ = table_->open({program_, &desc_, options_, settings_, replaces}, error);
  return state_ != nullptr;
}

bool Sink::prepare(uint64_t, Writer &, Error &) { return true; }

bool Sink::commit(uint64_t, Error &) { return true; }

bool Sink::restore(Reader &, Error &) { return true; }

} // namespace levada::rt
