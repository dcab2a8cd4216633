//===- sink.cpp - an opened sink ------------------------------------------===//
#include "runtime/exec/sink.h"

namespace levada::rt {

Sink::Sink(const levada_program *program, uint32_t index, const Settings &settings)
    : overwrite(settings.overwrite), append(settings.append), program_(program),
      desc_(program->sinks[index]),
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
  state_ = table_->open({program_, &desc_, options_, overwrite, append, replaces, checkpoints, commits},
                        error);
  return state_ != nullptr;
}

bool Sink::write(const char *bytes, uint64_t size, Error &error) {
  // Of a value larger than --memory no more is in memory than is written at once.
  constexpr uint64_t at_once = 1 << 20;
  for (; size > at_once && is_paged(bytes); bytes += at_once, size -= at_once) {
    if (!table_->write(state_, bytes, at_once, error))
      return false;
    paged_passed(at_once);
  }
  return table_->write(state_, bytes, size, error);
}

/// What was saved by a sink that does not commit is nothing.
bool Sink::restore(Reader &from, Error &error) {
  if (!commits || !from.left())
    return true;
  begun_ = true;
  return table_->restore(state_, from, error);
}

} // namespace levada::rt
