//===- sorted_file.cpp - entries that left memory -------------------------===//
#include "runtime/tier/sorted_file.h"

#include "runtime/checkpoint/crc32c.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

namespace levada::rt {

static constexpr uint64_t flush_at = 256 << 10;

void sorted_retain(SortedFile *file) { __atomic_add_fetch(&file->refs, 1, __ATOMIC_RELAXED); }

void sorted_release(SortedFile *file) {
  if (!file || __atomic_sub_fetch(&file->refs, 1, __ATOMIC_ACQ_REL) != 0)
    return;
  if (file->fd >= 0)
    close(file->fd);
  if (file->path)
    unlink(file->path);
  free(file->path);
  free(file->filter);
  file->blocks.free();
  delete file;
}

void SortedFile::make_filter(uint64_t entries) {
  if (!entries)
    return;
  filter_words = entries / 8 + 1;
  filter = (uint64_t *)must_zero(filter_words * 8);
}

static void add_to_filter(SortedFile *file, uint64_t tag) {
  if (!file->filter)
    return;
  uint64_t word, bits = file->filter_bits(tag, &word);
  file->filter[word] |= bits;
}

//--- writing -----------------------------------------------------------------

SortedWriter::SortedWriter(const char *folder, const char *name, bool named, uint32_t entry_size,
                           uint64_t filtered)
    : file_(new SortedFile) {
  file_->entry_size = entry_size;
  file_->make_filter(filtered);
  uint64_t size = strlen(folder) + strlen(name) + 2;
  char *path = (char *)must_alloc(size);
  snprintf(path, size, "%s/%s", folder, name);
  file_->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file_->fd < 0)
    error_ = errno;
  if (named && file_->fd >= 0) {
    file_->path = path;
    return;
  }
  if (file_->fd >= 0) // gone with the process, however that ends
    unlink(path);
  free(path);
}

SortedWriter::~SortedWriter() { sorted_release(file_); }

Writer &SortedWriter::entry(uint64_t tag) {
  if (buffer_.size() >= flush_at)
    flush();
  uint64_t at = flushed_ + buffer_.size();
  List<SortedFile::Block> &blocks = file_->blocks;
  if (!blocks.count || at - blocks[blocks.count - 1].at >= SortedFile::block)
    blocks.push({tag, at});
  ++file_->count;
  add_to_filter(file_, tag);
  return buffer_;
}

void SortedWriter::flush() {
  const char *from = buffer_.data();
  uint64_t left = buffer_.size();
  file_->crc = crc32c(file_->crc, from, left);
  while (left && !error_) {
    ssize_t put = write(file_->fd, from, left);
    if (put > 0)
      from += put, left -= (uint64_t)put;
    else if (errno != EINTR)
      error_ = errno ? errno : EIO;
  }
  flushed_ += buffer_.size();
  buffer_.clear();
}

SortedFile *SortedWriter::finish() {
  flush();
  if (error_) {
    errno = error_;
    return nullptr;
  }
  SortedFile *file = file_;
  file->size = flushed_;
  file_ = nullptr;
  return file;
}

//--- reading -----------------------------------------------------------------

SortedFile *sorted_open(const char *path, uint32_t entry_size, uint64_t size, uint32_t crc,
                        uint64_t filtered) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return nullptr;
  auto *file = new SortedFile;
  file->fd = fd;
  file->entry_size = entry_size;
  file->size = size;
  file->make_filter(filtered);
  SortedReader reader;
  reader.start(file, ~(uint64_t)0, flush_at);
  uint64_t at = 0, last = ~(uint64_t)0;
  while (reader.next()) {
    if (reader.tag() > last)
      break;
    last = reader.tag();
    if (!file->blocks.count ||
        at - file->blocks[file->blocks.count - 1].at >= SortedFile::block)
      file->blocks.push({last, at});
    at += reader.whole().size();
    file->crc = crc32c(file->crc, reader.whole().data(), reader.whole().size());
    ++file->count;
    add_to_filter(file, last);
  }
  if (at == size && file->crc == crc)
    return file;
  int error = reader.failed;
  sorted_release(file);
  errno = error;
  return nullptr;
}

void SortedReader::start(const SortedFile *file, uint64_t tag, uint64_t buffer) {
  // Tags fall; entries of one tag may stand on both sides of a block's border.
  uint64_t low = 0, high = file->blocks.count;
  while (low < high) {
    uint64_t middle = (low + high) / 2;
    if (file->blocks[middle].tag > tag)
      low = middle + 1;
    else
      high = middle;
  }
  file_ = file;
  next_at_ = low ? file->blocks[low - 1].at : 0;
  begin_ = end_ = 0;
  failed = 0;
  if (room_ < buffer) {
    free(buffer_);
    buffer_ = (char *)must_alloc(room_ = buffer);
  }
  tag_ = 0;
}

/// At least `need` bytes from begin_ on.
bool SortedReader::fill(uint64_t need) {
  if (end_ - begin_ >= need)
    return true;
  if (end_ - begin_ + (file_->size - next_at_) < need)
    return false;
  if (need > room_) {
    auto *bigger = (char *)must_alloc(need);
    memcpy(bigger, buffer_ + begin_, end_ - begin_);
    free(buffer_);
    buffer_ = bigger;
    room_ = need;
  } else if (begin_) {
    memmove(buffer_, buffer_ + begin_, end_ - begin_);
  }
  end_ -= begin_;
  begin_ = 0;
  while (end_ < need) {
    uint64_t left = file_->size - next_at_, want = room_ - end_ < left ? room_ - end_ : left;
    ssize_t got = pread(file_->fd, buffer_ + end_, want, (off_t)next_at_);
    if (got <= 0) {
      if (got < 0 && errno == EINTR)
        continue;
      failed = got < 0 ? errno : EIO;
      return false;
    }
    end_ += (uint64_t)got;
    next_at_ += (uint64_t)got;
  }
  return true;
}

bool SortedReader::next() {
  uint64_t head = file_->entry_size ? 8 : 16, size = file_->entry_size;
  if (!fill(head)) {
    if (!failed && (end_ != begin_ || next_at_ != file_->size))
      failed = EIO;
    return false;
  }
  if (!size) {
    memcpy(&size, buffer_ + begin_ + 8, 8);
    size += 16;
    if (size < 16) {
      failed = EIO;
      return false;
    }
  }
  if (!fill(size)) {
    failed = failed ? failed : EIO;
    return false;
  }
  const char *at = buffer_ + begin_;
  memcpy(&tag_, at, 8);
  whole_ = {at, size};
  bytes_ = {at + head, size - head};
  begin_ += size;
  return true;
}

} // namespace levada::rt
