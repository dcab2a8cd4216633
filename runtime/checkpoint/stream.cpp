//===- stream.cpp - a file that is written while its bytes come ------------===//
#include "runtime/checkpoint/stream.h"

#include "runtime/checkpoint/crc32c.h"
#include "runtime/core/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace levada::rt {

static constexpr uint64_t capacity = 512 << 10, alignment = 4096;

FileStream::~FileStream() {
  drop();
  free(buffer_);
}

void FileStream::open(const char *path, WriteSteps steps, bool direct) {
  drop();
  if (!buffer_)
    buffer_ = static_cast<char *>(aligned_alloc(alignment, capacity));
  if (!buffer_) {
    error_ = ENOMEM;
    return;
  }
  steps_ = steps;
  size_ = filled_ = crc_ = 0;
  fd_ = -1;
  constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
  direct_ = direct;
  fd_ = open_made(path, flags | (direct ? O_DIRECT : 0));
  if (fd_ < 0 && direct && errno == EINVAL) { // not on this file system
    direct_ = false;
    fd_ = open_made(path, flags);
  }
  error_ = fd_ < 0 ? errno : 0;
}

void FileStream::append(std::string_view bytes) {
  crc_ = crc32c(crc_, bytes.data(), bytes.size());
  size_ += bytes.size();
  while (!bytes.empty() && !error_) {
    uint64_t fit = capacity - filled_ < bytes.size() ? capacity - filled_ : bytes.size();
    memcpy(buffer_ + filled_, bytes.data(), fit);
    filled_ += fit;
    bytes.remove_prefix(fit);
    if (filled_ == capacity)
      flush();
  }
}

void FileStream::flush() {
  const char *from = buffer_;
  while (filled_ && !error_) {
    // What is left of a file, or of a write, need not fit the disk's blocks.
    if (direct_ && filled_ != capacity) {
      direct_ = false;
      (void)!fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) & ~O_DIRECT);
    }
    ssize_t put = step_write(steps_.write, fd_, from, filled_);
    if (put > 0) {
      from += put;
      filled_ -= static_cast<uint64_t>(put);
    } else if (put < 0 && errno == EINVAL && direct_) {
      direct_ = false;
      (void)!fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) & ~O_DIRECT);
    } else if (put == 0 || errno != EINTR) {
      error_ = put < 0 ? errno : EIO;
    }
  }
  filled_ = 0;
}

bool FileStream::finish() {
  if (!error_)
    flush();
  if (!error_ && step_fsync(steps_.sync, fd_) != 0)
    error_ = errno;
  if (fd_ >= 0 && close(fd_) != 0 && !error_)
    error_ = errno;
  fd_ = -1;
  errno = error_;
  error_ = 0;
  return errno == 0;
}

void FileStream::drop() {
  if (fd_ >= 0)
    close(fd_);
  fd_ = -1;
  error_ = 0;
}

} // namespace levada::rt
