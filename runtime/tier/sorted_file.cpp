//===- sorted_file.cpp - entries that are not in memory -------------------===//
#include "runtime/tier/sorted_file.h"

#include "runtime/checkpoint/crc32c.h"
#include "runtime/checkpoint/failpoint.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

namespace levada::rt {

static constexpr uint64_t flush_at = 256 << 10;

void stored_retain(StoredFile *file) { __atomic_add_fetch(&file->refs, 1, __ATOMIC_RELAXED); }

void stored_release(StoredFile *file) {
  if (!file || __atomic_sub_fetch(&file->refs, 1, __ATOMIC_ACQ_REL) != 0)
    return;
  if (file->fd >= 0)
    close(file->fd);
  if (file->path)
    step_unlink(Step::SPILL_REMOVE, file->path);
  must_free(file->path);
  delete file;
}

void sorted_release(SortedFile *file) {
  if (!file)
    return;
  stored_release(file->stored);
  must_free(file->filter);
  file->tops.free();
  file->crcs.free();
  file->places.free();
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

/// Bytes of the entry at `at`, of which `left` are there; 0: that is none.
static uint64_t whole_size(const char *at, uint64_t left, uint32_t entry_size) {
  if (entry_size)
    return entry_size <= left ? entry_size : 0;
  uint64_t size;
  if (left < 16)
    return 0;
  memcpy(&size, at + 8, 8);
  return size <= left - 16 ? size + 16 : 0;
}

//--- the index ---------------------------------------------------------------

RunIndex::RunIndex(RunIndex &&other) noexcept
    : entry_size_(other.entry_size_), block_(other.block_), size_(other.size_),
      count_(other.count_), blocks_(other.blocks_) {
  other.blocks_ = {};
}

void RunIndex::add(std::string_view entries) {
  const char *at = entries.data(), *end = at + entries.size();
  while (at != end) {
    SortedFile::Block *last = blocks_.count ? &blocks_[blocks_.count - 1] : nullptr;
    uint64_t filled = last ? size_ - last->at : 0;
    if (!last || filled >= block_) {
      uint64_t tag;
      memcpy(&tag, at, 8);
      last = blocks_.push({tag, size_, 0, 0});
      filled = 0;
    }
    const char *from = at;
    if (entry_size_) {
      uint64_t left = (uint64_t)(end - at) / entry_size_;
      uint64_t fit = (block_ - filled + entry_size_ - 1) / entry_size_;
      fit = fit < left ? fit : left;
      at += fit * entry_size_;
      count_ += fit;
    } else {
      while (at != end && filled + (uint64_t)(at - from) < block_) {
        at += whole_size(at, (uint64_t)(end - at), 0);
        ++count_;
      }
    }
    last->crc = crc32c(last->crc, from, (uint64_t)(at - from));
    size_ += (uint64_t)(at - from);
  }
}

void sort_entries(Writer &entries, uint32_t entry_size) {
  struct Place {
    uint64_t tag;
    uint64_t at, size;
  };
  List<Place> places{};
  bool sorted = true;
  for (uint64_t at = 0; at < entries.size();) {
    Place place{0, at, whole_size(entries.data() + at, entries.size() - at, entry_size)};
    memcpy(&place.tag, entries.data() + at, 8);
    sorted = sorted && (!places.count || places[places.count - 1].tag >= place.tag);
    places.push(place);
    at += place.size;
  }
  if (!sorted) {
    std::sort(places.begin(), places.end(), [](const Place &a, const Place &b) {
      return a.tag != b.tag ? a.tag > b.tag : a.at < b.at;
    });
    Writer to;
    for (const Place &place : places)
      to.bytes(entries.data() + place.at, place.size);
    entries.swap(to);
  }
  places.free();
}

//--- writing -----------------------------------------------------------------

StoredFile *stored_make(const char *folder, const char *name, bool named) {
  auto *stored = new StoredFile;
  uint64_t size = strlen(folder) + strlen(name) + 2;
  char *path = (char *)must_alloc(size);
  snprintf(path, size, "%s/%s", folder, name);
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
  stored->fd = named ? open_made(path, flags) : open(path, flags, 0666);
  if (stored->fd < 0)
    stored->error = errno ? errno : EIO;
  else if (named)
    return stored->path = path, stored;
  else
    unlink(path);
  must_free(path);
  return stored;
}

SortedWriter::SortedWriter(StoredFile *stored, uint32_t entry_size, uint64_t filtered,
                           uint64_t block)
    : file_(new SortedFile), index_(entry_size, block) {
  file_->stored = stored;
  file_->begin = stored->size;
  file_->entry_size = entry_size;
  file_->make_filter(filtered);
}

SortedWriter::~SortedWriter() { sorted_release(file_); }

Writer &SortedWriter::entry(uint64_t tag) {
  if (buffer_.size() >= flush_at)
    flush();
  add_to_filter(file_, tag);
  return buffer_;
}

void SortedWriter::put(const char *from, uint64_t left) {
  StoredFile *stored = file_->stored;
  stored->crc = crc32c(stored->crc, from, left);
  stored->size += left;
  while (left && !stored->error) {
    ssize_t put = step_write(Step::SPILL_WRITE, stored->fd, from, left);
    if (put > 0)
      from += put, left -= (uint64_t)put;
    else if (errno != EINTR)
      stored->error = errno ? errno : EIO;
  }
}

void SortedWriter::flush() {
  index_.add(buffer_.view());
  put(buffer_.data(), buffer_.size());
  buffer_.clear();
}

SortedFile *SortedWriter::finish() {
  flush();
  SortedFile *file = file_;
  const uint64_t filter_size = file->filter_words * 8;
  file->size = index_.size();
  file->count = index_.count();
  file->block_count = index_.blocks().count;
  file->take_index(index_.blocks());
  std::string_view index = index_.bytes();
  file->index_crc = crc32c(0, index.data(), index.size());
  file->index_crc = crc32c(file->index_crc, (const char *)file->filter, filter_size);
  put(index.data(), index.size());
  put((const char *)file->filter, filter_size);
  if (file->stored->error) {
    errno = file->stored->error;
    return nullptr;
  }
  file_ = nullptr;
  return file;
}

//--- reading -----------------------------------------------------------------

static int read_at(int fd, char *to, uint64_t size, uint64_t at) {
  while (size) {
    ssize_t got = pread(fd, to, size, (off_t)at);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got < 0 ? errno : EBADMSG; // cut off
    to += got;
    at += (uint64_t)got;
    size -= (uint64_t)got;
  }
  return 0;
}

StoredFile *stored_open(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return nullptr;
  auto *file = new StoredFile;
  file->fd = fd;
  return file;
}

void SortedFile::take_index(const List<Block> &blocks) {
  apart = blocks.count > 1 ? blocks[1].at : size;
  bool even = true;
  for (uint64_t i = 0; i < blocks.count; ++i)
    even = even && blocks[i].at == i * apart;
  for (uint64_t i = 0; i < blocks.count; ++i) {
    tops.push((uint32_t)(blocks[i].tag >> 32));
    crcs.push(blocks[i].crc);
    if (!even)
      places.push(blocks[i].at);
  }
}

/// Whether the index tells of blocks one behind the other.
static bool makes_sense(const List<SortedFile::Block> &blocks, uint64_t size, bool by_tag) {
  for (uint64_t i = 0; i < blocks.count; ++i)
    if (i ? blocks[i].at <= blocks[i - 1].at || (by_tag && blocks[i].tag > blocks[i - 1].tag)
          : blocks[i].at)
      return false;
  return blocks.count ? blocks[blocks.count - 1].at < size : size == 0;
}

SortedFile *sorted_open(StoredFile *stored, const RunPlace &place, uint32_t entry_size,
                        bool by_tag) {
  const uint64_t index = place.block_count * sizeof(SortedFile::Block), filter = place.filter_words * 8;
  if (place.block_count > place.size || place.filter_words > stored->size / 8 || place.begin > stored->size ||
      place.size > stored->size - place.begin ||
      index + filter > stored->size - place.begin - place.size) {
    errno = EBADMSG;
    return nullptr;
  }
  auto *file = new SortedFile;
  (RunPlace &)*file = place;
  file->entry_size = entry_size;
  List<SortedFile::Block> blocks{};
  for (uint64_t i = 0; i < place.block_count; ++i)
    blocks.push({});
  file->filter = filter ? (uint64_t *)must_alloc(filter) : nullptr;
  int error = read_at(stored->fd, (char *)blocks.begin(), index, place.begin + place.size);
  if (!error)
    error = read_at(stored->fd, (char *)file->filter, filter, place.begin + place.size + index);
  if (!error) {
    uint32_t crc = crc32c(0, (const char *)blocks.begin(), index);
    if (crc32c(crc, (const char *)file->filter, filter) != place.index_crc ||
        !makes_sense(blocks, file->size, by_tag))
      error = EBADMSG;
  }
  if (!error)
    file->take_index(blocks);
  blocks.free();
  if (error) {
    sorted_release(file);
    errno = error;
    return nullptr;
  }
  file->stored = stored;
  return file;
}

/// The first block that begins with no higher tag than one of `top`. Hashes are
/// spread evenly, so it is near where that would have it.
static uint64_t find_block(const List<uint32_t> &tops, uint32_t top) {
  uint64_t low = 0, high = tops.count;
  if (high > 16 && top < tops[0] && top > tops[high - 1]) {
    const uint64_t guess = (uint64_t)(tops[0] - top) * (high - 1) / (tops[0] - tops[high - 1]);
    if (tops[guess] > top) {
      low = guess + 1;
      for (uint64_t step = 8; low + step < high; low += step, step *= 2)
        if (tops[low + step] <= top) {
          high = low + step;
          break;
        }
    } else {
      high = guess;
      for (uint64_t step = 8; low + step < high; high -= step, step *= 2)
        if (tops[high - step] > top) {
          low = high - step + 1;
          break;
        }
    }
  }
  while (low < high) {
    uint64_t middle = (low + high) / 2;
    if (tops[middle] > top)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bool SortedReader::find(const SortedFile *file, uint64_t tag) {
  start(file, tag, 0);
  for (;;) {
    if (begin_ == end_ && (failed || !load()))
      return false;
    if (const uint64_t size = file->entry_size) { // straight to it
      uint64_t low = 0, high = (end_ - begin_) / size;
      while (low < high) {
        const uint64_t middle = (low + high) / 2;
        uint64_t there;
        memcpy(&there, buffer_ + begin_ + middle * size, 8);
        if (there > tag)
          low = middle + 1;
        else
          high = middle;
      }
      begin_ += low * size;
      if (begin_ == end_)
        continue;
    }
    while (next())
      if (tag_ <= tag)
        return tag_ == tag;
    return false;
  }
}

void SortedReader::start(const SortedFile *file, uint64_t tag, uint64_t buffer) {
  // Tags fall; entries of one tag may stand on both sides of a block's border.
  const uint64_t low = find_block(file->tops, (uint32_t)(tag >> 32));
  file_ = file;
  next_block_ = low ? low - 1 : 0;
  most_ = buffer;
  begin_ = end_ = 0;
  failed = 0;
  tag_ = 0;
}

/// Reads the next blocks, at least one.
bool SortedReader::load() {
  const uint64_t first = next_block_, count = file_->tops.count;
  if (first == count)
    return false;
  const uint64_t from = file_->block_at(first);
  uint64_t end = first + 1;
  while (end < count && file_->block_end(end) - from <= most_)
    ++end;
  const uint64_t size = file_->block_end(end - 1) - from;
  if (room_ < size) {
    must_free(buffer_);
    room_ = size < most_ ? most_ : size < 4096 && !most_ ? 4096 : size;
    buffer_ = (char *)must_alloc(room_);
  }
  failed = read_at(file_->stored->fd, buffer_, size, file_->begin + from);
  for (uint64_t i = first; i < end && !failed; ++i) {
    const uint64_t at = file_->block_at(i);
    if (crc32c(0, buffer_ + (at - from), file_->block_end(i) - at) != file_->crcs[i])
      failed = EBADMSG;
  }
  begin_ = 0;
  end_ = failed ? 0 : size;
  next_block_ = end;
  return !failed;
}

std::string_view SortedReader::take_blocks() {
  if (begin_ == end_ && (failed || !load()))
    return {};
  std::string_view some{buffer_ + begin_, end_ - begin_};
  begin_ = end_;
  return some;
}

bool SortedReader::next() {
  if (begin_ == end_ && (failed || !load()))
    return false;
  const char *at = buffer_ + begin_;
  uint64_t size = whole_size(at, end_ - begin_, file_->entry_size);
  if (!size) {
    failed = EBADMSG;
    begin_ = end_ = 0;
    return false;
  }
  const uint64_t head = file_->entry_size ? 8 : 16;
  memcpy(&tag_, at, 8);
  whole_ = {at, size};
  bytes_ = {at + head, size - head};
  begin_ += size;
  return true;
}

} // namespace levada::rt
