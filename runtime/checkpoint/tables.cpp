//===- tables.cpp - a worker's file of tables ------------------------------===//
#include "runtime/checkpoint/tables.h"

#include "runtime/checkpoint/crc32c.h"

namespace levada::rt {

/// Entries of a block: read whole, for all keys of a range of hashes or for one.
static constexpr uint64_t table_block = 8 << 10;

bool TablesFile::waits() const {
  if (current_ == parts_.tables().size())
    return false;
  const Parts::Table &table = *parts_.tables()[current_];
  return table.whole || !table.ready.empty();
}

void TablesFile::write(FileStream *to) {
  Chunks *chunks = parts_.chunks;
  for (;;) {
    Parts::Table *table = nullptr;
    std::vector<Writer> ready;
    bool whole = false;
    if (chunks)
      chunks->mutex.lock();
    if (current_ < parts_.tables().size()) {
      table = parts_.tables()[current_].get();
      ready.swap(table->ready);
      whole = table->whole;
    }
    if (chunks)
      chunks->mutex.unlock();
    if (ready.empty() && !whole)
      return;
    if (!index_) {
      index_.emplace(table->entry_size, table_block);
      table->place.begin = to ? to->size() : 0;
    }
    for (Writer &entries : ready) {
      if (to) {
        index_->add(entries.view());
        to->append(entries.view());
      }
      if (chunks)
        chunks->give(std::move(entries));
    }
    if (!whole)
      continue;
    RunPlace &place = table->place;
    place.size = index_->size();
    place.count = index_->count();
    place.block_count = index_->blocks().count;
    place.index_crc = crc32c(0, index_->bytes().data(), index_->bytes().size());
    if (to)
      to->append(index_->bytes());
    index_.reset();
    ++current_;
  }
}

void TablesFile::settle(const FileStream &file) {
  for (auto &table : parts_.tables())
    table->piece->put(table->at, TableRun{file.size(), file.crc(), 0, table->place});
}

} // namespace levada::rt
