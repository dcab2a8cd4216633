//===- tables.cpp - a worker's file of tables ------------------------------===//
#include "runtime/checkpoint/tables.h"

#include "runtime/checkpoint/crc32c.h"

#include <stddef.h>

namespace levada::rt {

/// Entries of a block: read whole, for all keys of a range of hashes or for one.
static constexpr uint64_t table_block = 8 << 10;

TablesFile::TablesFile(Parts &parts) : parts_(parts) {
  indexes_.reserve(parts.tables().size() * 2); // they are viewed
  for (auto &table : parts.tables()) {
    sort_entries(table->strays, table->entry_size);
    table->piece->put(table->at + offsetof(TableRuns, sorted), add(table->sorted, *table));
    table->piece->put(table->at + offsetof(TableRuns, strays), add(table->strays, *table));
  }
  for (auto &table : parts.tables())
    table->piece->put(table->at + offsetof(TableRuns, file_size), size_);
}

RunPlace TablesFile::add(const Writer &entries, const Parts::Table &table) {
  RunIndex &index = indexes_.emplace_back(table.entry_size, table_block);
  index.add(entries.view());
  RunPlace place = table.place;
  place.begin = size_;
  place.size = index.size();
  place.count = index.count();
  place.block_count = index.blocks().count;
  place.index_crc = crc32c(0, index.bytes().data(), index.bytes().size());
  bytes_.push_back(entries.view());
  bytes_.push_back(index.bytes());
  size_ += place.size + index.bytes().size();
  return place;
}

void TablesFile::written(uint32_t crc) {
  for (auto &table : parts_.tables())
    table->piece->put(table->at + offsetof(TableRuns, file_crc), crc);
}

} // namespace levada::rt
