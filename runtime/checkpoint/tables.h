//===- tables.h - a worker's file of tables --------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_TABLES_H
#define LEVADA_RUNTIME_CHECKPOINT_TABLES_H

#include "runtime/checkpoint/parts.h"

namespace levada::rt {

/// The tables of a worker's parts as runs of one file: views of `parts` and of itself.
/// Its pieces are told where each stands.
class TablesFile {
public:
  explicit TablesFile(Parts &parts);
  bool empty() const { return bytes_.empty(); }
  const std::vector<std::string_view> &bytes() const { return bytes_; }
  /// The file is written: the pieces are told its checksum.
  void written(uint32_t crc);

private:
  RunPlace add(const Writer &entries, const Parts::Table &table);
  Parts &parts_;
  std::vector<std::string_view> bytes_;
  std::vector<RunIndex> indexes_;
  uint64_t size_ = 0;
};

} // namespace levada::rt

#endif
