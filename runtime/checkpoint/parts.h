//===- parts.h - bytes of a checkpoint that come out of order -------------===//
//
// What a worker writes of a checkpoint while it goes on: pieces that are behind
// one another in its file of state, of which some are filled in later; and the
// entries of large tables, which become runs of its file of tables. Sizes and
// places of what is not there yet are noted, and written when all is there.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_PARTS_H
#define LEVADA_RUNTIME_CHECKPOINT_PARTS_H

#include "runtime/checkpoint/chunks.h"
#include "runtime/tier/sorted_file.h"

#include <memory>
#include <vector>

namespace levada::rt {

class Parts;

/// A run of the worker's file of tables, as the piece that speaks of it has it.
struct TableRun {
  uint64_t file_size;
  uint32_t file_crc, reserved;
  RunPlace run;
};

class Parts {
public:
  /// Entries of a table, in order.
  struct Table {
    Writer sorted, strays;
    uint32_t entry_size; // 0: a size stands behind each tag
    RunPlace place;      // whose: key groups, generation; written, where
    Writer *piece;       // that has its TableRun
    uint64_t at;         // there
    Parts *parts;
    // Who fills it, until all is there: with up to `*budget` places more, which waits for
    // room if `wait`.
    void *source = nullptr;
    bool (*fill)(void *source, uint64_t *budget, bool wait) = nullptr;
    // Under the mutex of the chunks: what goes to the file, and that it is all.
    std::vector<Writer> ready = {};
    bool whole = false;

    /// `sorted` has room for some more. False: all chunks are in use.
    bool make_room(bool wait) {
      Chunks *chunks = parts->chunks;
      if (!chunks || (sorted.capacity() && sorted.size() < Chunks::size))
        return true;
      if (sorted.size()) {
        Lock lock(chunks->mutex);
        hand_on();
      }
      return chunks->take(sorted, wait);
    }
    /// Nothing more comes.
    void finish() {
      if (!parts->chunks)
        return hand_on(), void(whole = true);
      if (sorted.capacity() && !sorted.size())
        parts->chunks->give(std::move(sorted));
      Lock lock(parts->chunks->mutex);
      whole = true;
      hand_on();
    }

    /// What was not taken.
    void give_back() {
      ready.push_back(std::move(sorted));
      for (Writer &chunk : ready)
        if (parts->chunks && chunk.capacity())
          parts->chunks->give(std::move(chunk));
    }

  private:
    void hand_on() {
      if (sorted.size())
        ready.push_back(std::move(sorted));
      if (parts->chunks)
        parts->chunks->brought();
    }
  };

  /// Where tables' entries go while more come; NULL: all of them stay here. The
  /// tables of a worker are filled one after the other.
  Chunks *chunks = nullptr;
  /// Some of it tells what changed since the checkpoint before.
  bool delta = false;
  /// Bytes of what goes early before all of a table does.
  uint64_t most_early = 32 << 20;
  /// A table of as many bytes goes to the file of tables, a smaller one stays with
  /// the rest.
  uint64_t least_table = 64 << 10;

  Parts() = default;
  Parts(Parts &&) = default;
  Parts(const Parts &) = delete;
  ~Parts() {
    for (StoredFile *file : files_)
      stored_release(file);
    for (auto &table : tables_)
      table->give_back();
  }
  /// The checkpoint has `file` too, as it is.
  void keep(StoredFile *file) {
    for (const StoredFile *have : files_)
      if (have == file)
        return;
    stored_retain(file);
    files_.push_back(file);
  }
  const std::vector<StoredFile *> &files() const { return files_; }
  /// Room for a table's entries and, in last(), for where they will stand.
  Table &table(uint32_t entry_size, const RunPlace &place) {
    Writer &to = last();
    auto *table = new Table{{}, {}, entry_size, place, &to, to.size(), this};
    to.value(TableRun{});
    if (chunks)
      chunks->mutex.lock();
    tables_.push_back(std::unique_ptr<Table>(table));
    if (chunks)
      chunks->mutex.unlock();
    return *table;
  }
  /// Under the mutex of the chunks, should more come.
  std::vector<std::unique_ptr<Table>> &tables() { return tables_; }
  /// Where is written next. Valid until the next add().
  Writer &last() { return pieces_.empty() ? add() : *pieces_.back(); }
  /// A new piece behind all others; it stays where it is.
  Writer &add() {
    pieces_.push_back(std::make_unique<Writer>());
    return *pieces_.back();
  }
  /// A uint64_t at the end of last(): the bytes from there to close().
  uint64_t open() {
    Writer &to = last();
    sizes_.push_back({pieces_.size() - 1, to.size(), 0, 0});
    to.value(uint64_t(0));
    return sizes_.size() - 1;
  }
  /// The end is that of last() as it is now.
  void close(uint64_t size) {
    uint64_t end = last().size();
    sizes_[size].end_piece = pieces_.size() - 1;
    sizes_[size].end = end;
  }
  /// All pieces are whole.
  void settle() {
    for (const Size &s : sizes_) {
      uint64_t size = s.end - s.begin - 8;
      for (size_t i = s.begin_piece; i < s.end_piece; ++i)
        size += pieces_[i]->size();
      pieces_[s.begin_piece]->put(s.begin, size);
    }
    sizes_.clear();
  }
  std::vector<std::string_view> views() const {
    std::vector<std::string_view> views;
    for (auto &piece : pieces_)
      views.push_back(piece->view());
    return views;
  }

private:
  struct Size {
    uint64_t begin_piece, begin, end_piece, end;
  };
  std::vector<std::unique_ptr<Writer>> pieces_;
  std::vector<std::unique_ptr<Table>> tables_;
  std::vector<Size> sizes_;
  std::vector<StoredFile *> files_;
};

} // namespace levada::rt

#endif
