//===- part.h - what parts of checkpoints begin with -----------------------===//
//
// Shared by those who write parts (save.cpp, session_save.cpp, sort.cpp) and those
// who read them (load.cpp): heads of the part, of slices, of files.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_PART_H
#define LEVADA_RUNTIME_STATE_PART_H

#include "runtime/checkpoint/parts.h"
#include "runtime/state/entry.h"
#include "runtime/state/save.h"

namespace levada::rt {

inline constexpr uint32_t part_magic = 0x32504c53; // "SLP2"

struct SliceHead {
  uint64_t id;
  int64_t start, end, last_end;
  uint64_t count; // of entries behind
  uint32_t files; // before the entries: what is not in memory, the oldest first
  uint8_t anew;   // the entries are all there is in memory
  uint8_t tables; // they stand in the file of tables: a TableRun comes instead
  uint16_t reserved;
};
/// A run of one of them; its name follows.
struct FileHead {
  uint64_t size;
  uint32_t crc, name_size;
  RunPlace run;
};

/// A file that holds what is not in memory goes to the checkpoint, and its head to
/// `piece`.
void link_file(const levada_slot *slot, const SortedFile *file, Writer &piece, Parts &to);
/// Remembers `count` of them, as far as they are of this worker, in place of `runs`.
/// False: the bytes are none.
bool load_files(levada_slot *slot, List<Lost> &runs, uint32_t count, Reader &from);

/// Remembers a run of memory behind the others: those of all parts count, the newest
/// most. False: the bytes are none.
bool load_table(levada_slot *slot, List<Lost> &runs, uint32_t worker, Reader &from);

/// Whether entries lie in parts as they lie in tables.
inline bool lies_whole(const levada_slot_desc *desc) {
  return is_fixed(desc) && slot_head(desc) == 8 && desc->acc_offset == desc->key.size;
}

/// Takes the entry at hand (EntryReader::next) to the slice, in the place of what it
/// has of that key, if any and `replaces`. False: its bytes make no sense.
bool load_entry(levada_ctx *ctx, levada_slot *slot, Slice *slice, EntryReader &entries,
                bool replaces = true);

/// Bytes of entries, or 0 where each says its own.
inline uint32_t entry_size_of(const levada_slot_desc *desc) {
  return is_fixed(desc) ? sorted_size(desc) : 0;
}

/// The name of a worker's file of tables.
struct TablesName {
  char text[32];
};
TablesName tables_name(uint32_t worker);

inline HashRange common(HashRange a, HashRange b) {
  uint32_t first = a.first > b.first ? a.first : b.first;
  uint32_t end = a.first + a.count < b.first + b.count ? a.first + a.count : b.first + b.count;
  return {first, first < end ? end - first : 0};
}

} // namespace levada::rt

#endif
