//===- sink.h - an opened sink --------------------------------------------===//
#ifndef LEVADA_RUNTIME_EXEC_SINK_H
#define LEVADA_RUNTIME_EXEC_SINK_H

#include "runtime/checkpoint/bytes.h"
#include "runtime/connectors/connector.h"

namespace levada::rt {

class Sink {
public:
  Sink(const levada_program *program, uint32_t index, const Settings &settings);
  ~Sink();
  bool open(Error &error);
  bool write(const char *bytes, uint64_t size, Error &error) {
    return table_->write(state_, bytes, size, error);
  }
  bool flush(Error &error) { return !table_->flush || table_->flush(state_, error); }
  bool finish(Error &error) { return table_->finish(state_, error); }

  /// What was written until now belongs to checkpoint `epoch`; what commit and
  /// restore need to know goes to `to`.
  bool prepare(uint64_t epoch, Writer &to, Error &error);
  /// Checkpoint `epoch` is published: so is what was prepared up to it.
  bool commit(uint64_t epoch, Error &error);
  /// Before the first row: brings what is visible to that of the checkpoint.
  bool restore(Reader &from, Error &error);

  bool checkpoints = false, resuming = false; // set before open()
  uint64_t rows = 0;     // committed
  bool replaces = false; // what an earlier run published

private:
  const levada_program *program_;
  const levada_sink_desc &desc_;
  const Settings &settings_;
  Options options_;
  const SinkTable *table_ = nullptr;
  void *state_ = nullptr;
};

} // namespace levada::rt

#endif
