//===- stream.h - a file that is written while its bytes come --------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_STREAM_H
#define LEVADA_RUNTIME_CHECKPOINT_STREAM_H

#include "runtime/checkpoint/files.h"

#include <stdint.h>
#include <string_view>

namespace levada::rt {

/// A new file. Its buffer stays for the next one. Errors stay until finish().
class FileStream {
public:
  FileStream() = default;
  FileStream(const FileStream &) = delete;
  ~FileStream();
  /// `direct`: large writes go past the page cache where the file system can, which
  /// costs the processor next to nothing; who reads the file soon finds it cold.
  void open(const char *path, WriteSteps steps, bool direct);
  void append(std::string_view bytes);
  /// All of it is forced to the disk. False: errno.
  bool finish();
  /// As finish(), for a file that is not wanted.
  void drop();

  bool is_open() const { return fd_ >= 0 || error_; }
  uint64_t size() const { return size_; }
  uint32_t crc() const { return crc_; }

private:
  void flush();
  int fd_ = -1, error_ = 0;
  bool direct_ = false;
  WriteSteps steps_{};
  char *buffer_ = nullptr; // of `capacity`, as the disk wants it aligned
  uint64_t filled_ = 0, size_ = 0;
  uint32_t crc_ = 0;
};

} // namespace levada::rt

#endif
