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
  /// Cut anywhere.
  bool write(const char *bytes, uint64_t size, Error &error);
  bool flush(Error &error) { return !table_->flush || table_->flush(state_, error); }
  bool finish(Error &error) { return table_->finish(state_, error); }

  /// What was written until now belongs to the checkpoint that is being made;
  /// what restore needs to know goes to `to`.
  bool prepare(Writer &to, Error &error) {
    return !commits || table_->prepare(state_, to, error);
  }
  /// What was prepared survives a crash.
  bool persist(Error &error) { return !commits || table_->persist(state_, error); }
  /// The checkpoint is published: so is what was prepared.
  bool commit(Error &error) { return !commits || table_->commit(state_, error); }
  /// Before the first row: brings what is visible to that of the checkpoint.
  bool restore(Reader &from, Error &error);
  /// A sink that was not restored: the first row comes.
  bool begin(Error &error) {
    bool due = commits && !begun_;
    begun_ = true;
    return !due || table_->begin(state_, error);
  }

  // Set before open().
  bool checkpoints = false;
  bool overwrite, append; // what is there may be replaced, or added to
  bool commits = false;     // rows are seen with the checkpoint that has them
  uint64_t rows = 0;        // written
  bool replaces = false;    // what an earlier run published

private:
  const levada_program *program_;
  const levada_sink_desc &desc_;
  Options options_;
  const SinkTable *table_ = nullptr;
  void *state_ = nullptr;
  bool begun_ = false;
};

} // namespace levada::rt

#endif
