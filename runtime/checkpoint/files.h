//===- files.h - files that survive a power cut ---------------------------===//
//
// Steps of the commit protocol, each of which may fail: errno tells why.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_FILES_H
#define LEVADA_RUNTIME_CHECKPOINT_FILES_H

#include "runtime/checkpoint/failpoint.h"
#include "runtime/core/text.h"

#include <vector>

namespace levada::rt {

/// The steps of writing a file, and of giving it its name.
struct WriteSteps {
  Step write, sync;
};
struct RenameSteps {
  Step rename, appear;
};

/// Writes a new file and forces it to the disk.
bool write_durably(WriteSteps steps, const char *path, std::string_view bytes);
bool write_durably(WriteSteps steps, const char *path,
                   const std::vector<std::string_view> &pieces);
/// The same, and what was there of that name is replaced in one step.
bool replace_durably(WriteSteps write, RenameSteps rename, const char *directory, const char *name,
                     std::string_view bytes);
/// Forces a directory's names to the disk.
bool sync_directory(Step step, const char *path);
/// Renames, and forces the new name to the disk. `directory`: of both.
bool rename_durably(RenameSteps steps, const char *from, const char *to, const char *directory);
/// A checkpoint's directory and all in it; one that is not there is removed already.
bool remove_folder(const char *path);
/// Names in a directory, sorted; false: it cannot be read.
bool list_folder(const char *path, std::vector<Text> &names);
bool read_whole(const char *path, Text &out);
/// CRC-32C of a file's bytes, of which a few are in memory at a time.
bool read_checksum(const char *path, uint32_t &crc);

/// A file in memory, as long as the object lives.
class Mapped {
public:
  Mapped() = default;
  Mapped(Mapped &&other) noexcept : data_(other.data_), size_(other.size_) { other.data_ = nullptr; }
  Mapped(const Mapped &) = delete;
  ~Mapped();
  bool open(const char *path);
  std::string_view view() const { return {data_ ? data_ : "", size_}; }
  /// The checksum of the bytes below `end`, of which few are in memory at a time.
  uint32_t crc(size_t end);
  /// Bytes below `end` need not be in memory any more.
  void passed(size_t end);

private:
  char *data_ = nullptr;
  size_t size_ = 0, passed_ = 0;
};

} // namespace levada::rt

#endif
