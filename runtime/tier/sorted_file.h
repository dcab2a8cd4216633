//===- sorted_file.h - entries that left memory, in the order of hashes ----===//
//
// Entries as parts of checkpoints have them (state/entry.h), by hash, then key:
// the order of tables, so that files and tables are merged by reading each from
// front to back. Never changed once written. The tag and place of the first entry
// of every block stay in memory, for finding one key or a range of hashes.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_TIER_SORTED_FILE_H
#define LEVADA_RUNTIME_TIER_SORTED_FILE_H

#include "runtime/checkpoint/bytes.h"
#include "runtime/state/memory.h"

namespace levada::rt {

struct SortedFile {
  static constexpr uint64_t block = 2048;
  struct Block {
    uint64_t tag, at;
  };
  int fd = -1;
  char *path = nullptr; // NULL: it has no name
  uint32_t worker = 0;  // with `number` its name in checkpoints
  uint64_t number = 0;
  uint32_t entry_size;  // tag, key, accumulators; 0: a size stands behind each tag
  uint64_t size = 0, count = 0;
  uint32_t crc = 0;     // of all its bytes
  // Key groups whose entries count: others' stand in it after a change of parallelism.
  uint32_t first_group = 0, group_count = 128;
  uint32_t refs = 1;    // atomic: a checkpoint that is being written holds it too
  List<Block> blocks;
  // For files in which single keys are looked up: a word has eight entries, each
  // of which sets four of its bits. No false negatives, some 3 % false positives.
  uint64_t *filter = nullptr;
  uint64_t filter_words = 0;

  /// False: no entry has this tag.
  bool may_have(uint64_t tag) const {
    if (!filter)
      return true;
    uint64_t word, bits = filter_bits(tag, &word);
    return (filter[word] & bits) == bits;
  }
  uint64_t filter_bits(uint64_t tag, uint64_t *word) const;
  void make_filter(uint64_t entries);
  /// Bytes of memory.
  uint64_t memory() const { return blocks.room * sizeof(Block) + filter_words * 8; }
};

inline uint64_t SortedFile::filter_bits(uint64_t tag, uint64_t *word) const {
  uint64_t mixed = tag * 0x9e3779b97f4a7c15;
  *word = (uint64_t)(((unsigned __int128)mixed * filter_words) >> 64);
  uint64_t low = mixed ^ mixed >> 29;
  return (uint64_t)1 << (low & 63) | (uint64_t)1 << (low >> 6 & 63) |
         (uint64_t)1 << (low >> 12 & 63) | (uint64_t)1 << (low >> 18 & 63);
}

void sorted_retain(SortedFile *file);
/// The last one who lets go of it removes it.
void sorted_release(SortedFile *file);
/// Of a checkpoint, read once to learn its blocks. NULL: errno, or 0 where its
/// bytes are no such file's or have another checksum.
SortedFile *sorted_open(const char *path, uint32_t entry_size, uint64_t size, uint32_t crc,
                        uint64_t filtered);

/// Writes one. Errors stay until finish().
class SortedWriter {
public:
  /// In `folder`; `named`: it keeps a name there, for links. `filtered`: entries
  /// that a filter is made for, or 0.
  SortedWriter(const char *folder, const char *name, bool named, uint32_t entry_size,
               uint64_t filtered);
  ~SortedWriter();
  /// Where the next entry is to be appended, which begins with `tag`.
  Writer &entry(uint64_t tag);
  /// The file, or NULL with errno.
  SortedFile *finish();

private:
  void flush();
  SortedFile *file_;
  Writer buffer_;
  uint64_t flushed_ = 0;
  int error_ = 0;
};

/// Reads entries from front to back.
class SortedReader {
public:
  ~SortedReader() { free(buffer_); }
  /// At the first entry whose tag is not above `tag` (~0: the first of all).
  void start(const SortedFile *file, uint64_t tag, uint64_t buffer);
  /// Moves to the next; false at the end, and where it cannot be read (failed).
  bool next();
  uint64_t tag() const { return tag_; }
  /// Key and accumulators, until next().
  std::string_view bytes() const { return bytes_; }
  /// The whole entry as it stands in the file.
  std::string_view whole() const { return whole_; }
  int failed = 0; // errno

private:
  bool fill(uint64_t need);
  const SortedFile *file_ = nullptr;
  char *buffer_ = nullptr;
  uint64_t room_ = 0, begin_ = 0, end_ = 0; // of what is in it
  uint64_t next_at_ = 0;                    // in the file, behind `end_`
  uint64_t tag_ = 0;
  std::string_view bytes_, whole_;
};

} // namespace levada::rt

#endif
