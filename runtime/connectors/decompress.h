//===- decompress.h - files that may be compressed ------------------------===//
//
// gzip, zstd and xz by the first bytes of the content, whatever the name says;
// concatenated streams are one text. An end inside a stream, damaged data and
// bytes behind the last stream are errors, never a shorter text.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONNECTORS_DECOMPRESS_H
#define LEVADA_RUNTIME_CONNECTORS_DECOMPRESS_H

#include "runtime/core/error.h"

namespace levada::rt {

class FileReader {
public:
  FileReader() = default;
  ~FileReader() { close(); }
  FileReader(const FileReader &) = delete;
  /// `who` goes before messages.
  bool open(const char *who, const char *path, Error &error);
  /// Decoded bytes; 0 at the end, -1 on error.
  int64_t read(char *to, uint64_t size, Error &error);
  /// Goes to a decoded byte: what is compressed is decoded up to there. 0: it has
  /// fewer, -1: error.
  int seek(uint64_t offset, Error &error);
  bool compressed() const { return kind_ != PLAIN; }
  /// A file that stays where it is, not a pipe.
  bool regular() const;
  /// The last read() failed as the file ends inside a stream: it may be on its way.
  bool cut_off() const { return cut_off_; }
  uint64_t decoded() const { return decoded_; }
  /// Bytes of the file that were read, and that there are, as they are stored.
  uint64_t taken() const { return kind_ == PLAIN ? decoded_ : position_; }
  uint64_t stored() const;
  int fd() const { return fd_; }
  /// Bytes that were read wait to be decoded.
  bool holds() const { return at_ < have_; }
  /// The next read() finds the end, unless more comes.
  bool at_end() const { return taken() >= stored() && !holds() && !inside_; }
  void close();

private:
  enum Kind { PLAIN, GZIP, ZSTD, XZ };
  int64_t decode(char *to, uint64_t size, Error &error);
  int64_t plain(char *to, uint64_t size, Error &error);
  bool refill(Error &error);
  bool begin(Error &error);
  int64_t damaged(const char *what, Error &error);
  int64_t too_short(Error &error);

  const char *who_ = "";
  Text path_;
  int fd_ = -1;
  Kind kind_ = PLAIN;
  char *input_ = nullptr; // compressed bytes
  uint64_t at_ = 0, have_ = 0, position_ = 0, decoded_ = 0;
  bool ended_ = false;  // of the file
  bool inside_ = false; // a stream has begun and not ended
  bool cut_off_ = false;
  void *decoder_ = nullptr;
};

} // namespace levada::rt

#endif
