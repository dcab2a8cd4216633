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

#include "runtime/checkpoint/bytes.h"
#include "runtime/tier/sorted_file.h"

#include <memory>
#include <vector>

namespace levada::rt {

/// Two runs of the worker's file of tables, as the piece that speaks of them has
/// them: entries in order, and those that a row was about to change, put in order
/// when all are there.
struct TableRuns {
  uint64_t file_size;
  uint32_t file_crc, reserved;
  RunPlace sorted, strays;
};

class Parts {
public:
  /// Entries of a table.
  struct Table {
    Writer sorted, strays;
    uint32_t entry_size; // 0: a size stands behind each tag
    RunPlace place;      // whose: key groups, generation
    Writer *piece;       // that has TableRuns
    uint64_t at;         // there
  };

  /// A table of as many bytes goes to the file of tables, a smaller one stays with
  /// the rest.
  uint64_t least_table = 64 << 10;

  Parts() = default;
  Parts(Parts &&) = default;
  Parts(const Parts &) = delete;
  ~Parts() {
    for (StoredFile *file : files_)
      stored_release(file);
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
    tables_.push_back(std::make_unique<Table>(Table{{}, {}, entry_size, place, &to, to.size()}));
    to.value(TableRuns{});
    return *tables_.back();
  }
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
