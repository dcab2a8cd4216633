//===- tables.h - a worker's file of tables --------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_TABLES_H
#define LEVADA_RUNTIME_CHECKPOINT_TABLES_H

#include "runtime/checkpoint/parts.h"
#include "runtime/checkpoint/stream.h"

#include <optional>

namespace levada::rt {

/// Writes the tables of a worker's parts, while they are filled, as runs of one file.
class TablesFile {
public:
  explicit TablesFile(Parts &parts) : parts_(parts) {}
  /// There are tables, and so there is a file. Under the mutex of the chunks, if any,
  /// as the next one.
  bool needed() const { return !parts_.tables().empty(); }
  /// There is something to write.
  bool waits() const;
  /// Writes what is there. NULL: it is thrown away.
  void write(FileStream *to);
  /// All is written: the pieces are told where each table stands.
  void settle(const FileStream &file);

private:
  Parts &parts_;
  size_t current_ = 0;
  std::optional<RunIndex> index_; // of the current table
};

} // namespace levada::rt

#endif
