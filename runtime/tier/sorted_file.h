//===- sorted_file.h - entries that are not in memory, in the order of hashes -===//
//
// A run: entries as parts of checkpoints have them (state/entry.h), by hash, then
// key: the order of tables, so that runs and tables are merged by reading each
// from front to back. Never changed once written. Behind its entries stands its
// index: for every block the tag of its first entry, its place and its checksum.
// The index is read when a run is opened; what a block holds is checked when it is
// read. A file on disk may hold several runs.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_TIER_SORTED_FILE_H
#define LEVADA_RUNTIME_TIER_SORTED_FILE_H

#include "runtime/checkpoint/bytes.h"
#include "runtime/state/memory.h"

namespace levada::rt {

/// A file that runs stand in.
struct StoredFile {
  int fd = -1;
  char *path = nullptr; // NULL: it has no name
  uint32_t worker = 0;  // with `number` its name in checkpoints
  uint64_t number = 0;
  uint64_t size = 0;
  uint32_t crc = 0;  // of all its bytes
  uint32_t refs = 1; // atomic: runs, and a checkpoint that is being written
  int error = 0;     // errno of what could not be written
};
/// A new one in `folder`; `named`: it keeps a name there, for links, else it is gone
/// with the process. Errors stay in it.
StoredFile *stored_make(const char *folder, const char *name, bool named);
void stored_retain(StoredFile *file);
/// The last one who lets go of it removes it.
void stored_release(StoredFile *file);

/// Where a run stands in its file: what checkpoints say of it.
struct RunPlace {
  uint64_t begin = 0, size = 0; // of its entries; the index is behind them
  uint64_t count = 0, block_count = 0, filter_words = 0;
  uint32_t index_crc = 0;
  // Key groups whose entries count: others' stand in it after a change of parallelism.
  uint32_t first_group = 0, group_count = 128;
  // Of runs of one generation the newest entry of a key counts. Generations add to
  // one another where the slot's accumulators are mergeable.
  uint32_t generation = 0;
};

struct SortedFile : RunPlace {
  static constexpr uint64_t block = 1024;
  /// As the index has it on disk.
  struct Block {
    uint64_t tag, at; // within the run
    uint32_t crc, reserved;
  };
  StoredFile *stored = nullptr;
  uint32_t entry_size = 0; // tag, key, accumulators; 0: a size stands behind each tag
  // The index in memory: of each block the high half of its tag, and its checksum.
  // Where they stand: as many bytes apart, or `places`.
  List<uint32_t> tops, crcs;
  uint64_t apart = 0;
  List<uint64_t> places;
  // For runs in which single keys are looked up: a word has eight entries, each
  // of which sets four of its bits. No false negatives, some 3 % false positives.
  uint64_t *filter = nullptr;

  /// The filter's word comes near.
  void prefetch(uint64_t tag) const {
    uint64_t word;
    filter_bits(tag, &word);
    __builtin_prefetch(filter + word);
  }
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
  uint64_t memory() const {
    return sizeof *this + (tops.room + crcs.room) * 4 + places.room * 8 + filter_words * 8;
  }
  uint64_t block_at(uint64_t i) const { return places.count ? places[i] : i * apart; }
  uint64_t block_end(uint64_t i) const { return i + 1 < tops.count ? block_at(i + 1) : size; }
  void take_index(const List<Block> &blocks);
};

inline uint64_t SortedFile::filter_bits(uint64_t tag, uint64_t *word) const {
  uint64_t mixed = tag * 0x9e3779b97f4a7c15;
  *word = (uint64_t)(((unsigned __int128)mixed * filter_words) >> 64);
  uint64_t low = mixed ^ mixed >> 29;
  return (uint64_t)1 << (low & 63) | (uint64_t)1 << (low >> 6 & 63) |
         (uint64_t)1 << (low >> 12 & 63) | (uint64_t)1 << (low >> 18 & 63);
}

void sorted_release(SortedFile *file);
/// A run of a file, of which a reference becomes the run's. NULL: errno, or
/// EBADMSG where the index is none or has another checksum; the reference is kept
/// by the caller then. `by_tag`: its entries are in the order of tags, as all are in
/// which one is looked for.
SortedFile *sorted_open(StoredFile *stored, const RunPlace &place, uint32_t entry_size,
                        bool by_tag = true);
/// Opens a file that is there. NULL: errno.
StoredFile *stored_open(const char *path);

/// Notes the blocks of entries that come one behind the other.
class RunIndex {
public:
  RunIndex(uint32_t entry_size, uint64_t block) : entry_size_(entry_size), block_(block) {}
  ~RunIndex() { blocks_.free(); }
  RunIndex(RunIndex &&other) noexcept;
  /// Whole entries.
  void add(std::string_view entries);
  /// What stands behind the entries.
  std::string_view bytes() const {
    return {(const char *)blocks_.items, blocks_.count * sizeof(SortedFile::Block)};
  }
  uint64_t size() const { return size_; }
  uint64_t count() const { return count_; }
  List<SortedFile::Block> &blocks() { return blocks_; }

private:
  uint32_t entry_size_;
  uint64_t block_, size_ = 0, count_ = 0;
  List<SortedFile::Block> blocks_{};
};

/// Puts entries of one run in order; those of one tag are in order already.
void sort_entries(Writer &entries, uint32_t entry_size);

/// Writes a run to the end of a file, to which nobody else writes meanwhile. Errors
/// stay until finish().
class SortedWriter {
public:
  /// A reference to `stored` becomes the run's. `filtered`: entries that a filter is
  /// made for, or 0.
  SortedWriter(StoredFile *stored, uint32_t entry_size, uint64_t filtered,
               uint64_t block = SortedFile::block);
  ~SortedWriter();
  /// Where the next entry is to be appended, which begins with `tag`.
  Writer &entry(uint64_t tag);
  /// The run, or NULL with errno.
  SortedFile *finish();

private:
  void flush();
  void put(const char *from, uint64_t size);
  SortedFile *file_;
  RunIndex index_;
  Writer buffer_;
};

/// Reads entries from front to back.
class SortedReader {
public:
  ~SortedReader() { must_free(buffer_); }
  /// At the first entry whose tag is not above `tag` (~0: the first of all), or
  /// before it, in its block. Reads blocks of up to `buffer` bytes at once.
  void start(const SortedFile *file, uint64_t tag, uint64_t buffer);
  /// At the first entry of `tag`, of which all stand one behind the other. False: there
  /// is none, or it cannot be read (failed). Reads one block, hardly ever two.
  bool find(const SortedFile *file, uint64_t tag);
  /// What is left of the blocks at hand, or the next ones: whole entries. Empty at the
  /// end, and where they cannot be read (failed).
  std::string_view take_blocks();
  /// Moves to the next; false at the end, and where it cannot be read (failed).
  bool next();
  uint64_t tag() const { return tag_; }
  /// Key and accumulators, until next().
  std::string_view bytes() const { return bytes_; }
  /// The whole entry as it stands in the file.
  std::string_view whole() const { return whole_; }
  int failed = 0; // errno; EBADMSG: its bytes have another checksum

private:
  bool load();
  const SortedFile *file_ = nullptr;
  char *buffer_ = nullptr;
  uint64_t room_ = 0, begin_ = 0, end_ = 0; // of what is in it
  uint64_t next_block_ = 0, most_ = 0;
  uint64_t tag_ = 0;
  std::string_view bytes_, whole_;
};

} // namespace levada::rt

#endif
