//===- spill.h - state that leaves memory ----------------------------------===//
//
// Under --memory a worker's slots share a number of bytes. When that is reached,
// the largest slice goes to a sorted file and begins anew in memory. Where
// accumulators are mergeable nothing is read back: a key that is absent in memory
// begins another partial accumulator, and partials are merged, the oldest first,
// when the window fires. Otherwise the newest entry of a key counts, and is read
// back when a row needs it.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_SPILL_H
#define LEVADA_RUNTIME_STATE_SPILL_H

#include "runtime/state/slot_impl.h"
#include "runtime/tier/sorted_file.h"

namespace levada::rt {

/// Files of a slice before they are made one.
inline constexpr uint64_t most_files = 16;
/// The same where they are small.
inline constexpr uint64_t few_files = 4;
/// With less than this nothing leaves memory: a file would not pay.
inline constexpr uint64_t least_spilled = 64 << 10;
/// With less than this a table does not go together with others: nor would its run.
inline constexpr uint64_t least_in_group = 2 << 10;
/// A limit that is none.
inline constexpr uint64_t no_limit = (uint64_t)1 << 40;

/// What the slots of one worker share.
struct Spill {
  uint64_t limit;      // bytes
  const char *folder;  // for files
  bool named;          // checkpoints link them
  uint32_t worker;
  levada_slot *const *slots;
  uint32_t slot_count;
  uint64_t files;      // made so far
  uint64_t bytes;      // written so far
  uint64_t grown;      // bytes of tables since what is used was summed up
  StoredFile *group;   // that tables go to together, while they do; then
  uint64_t indexes;    // bytes that files keep in memory of themselves, at most
  SortedReader reader; // for single entries
  struct Adopted {
    char *path; // as the checkpoint has it
    StoredFile *file;
  };
  List<Adopted> adopted; // while a checkpoint is loaded: its files hold runs of many slices
};

/// From now on the slot's state obeys a limit. NULL: none.
void slot_limit(levada_slot *slot, Spill *spill);
/// Its state is in use, +1 or -1: it does not go to make room for that of others.
void slot_pin(levada_slot *slot, int by);
/// Between two numbers: brings the worker's state below its limit, and more of what
/// a checkpoint left in files to memory where there is none. Non-zero: that
/// cannot be (ctx's error says why).
int32_t slot_settle(levada_ctx *ctx, levada_slot *slot);

/// The next file of the worker.
struct SpillName {
  char text[80];
};
SpillName spill_name(Spill *spill);
/// Where the next run goes: a file of its own, or the group's. For a SortedWriter.
StoredFile *spill_file(Spill *spill);
/// Its name in checkpoints.
SpillName spill_link(const StoredFile *file);
/// Opens the run that a part speaks of. NULL: errno, EBADMSG where it is damaged.
SortedFile *spill_adopt(levada_slot *slot, const Lost &lost);
SortedFile *spill_adopt(levada_slot *slot, const Lost &lost, uint32_t entry_size,
                        bool by_tag = true);
/// All runs that parts speak of are opened.
void spill_adopted(Spill *spill);

/// How many of so many entries a filter is made for: all, while filters and indexes
/// of files have less than half of the limit. One that is too small says little.
/// `merged`: of files that go when it is made, those from `from` on.
uint64_t filtered_entries(const Spill *spill, uint64_t entries,
                          const List<SortedFile *> *merged = nullptr, uint64_t from = 0);

/// Filters of all of them will be asked for `tag`.
inline void prefetch_filters(const List<SortedFile *> &files, uint64_t tag) {
  for (uint64_t i = files.count; i-- > 0;)
    files[i]->prefetch(tag);
}
/// Bytes of all state of the worker.
uint64_t spill_used(const Spill *spill);
/// What has most: the largest slices, sessions or a sorter; spills it. False: there is none that
/// could go, or it failed.
bool spill_largest(levada_ctx *ctx, Spill *spill);
/// What was written. NULL: ctx has the error.
SortedFile *spill_finish(levada_ctx *ctx, Spill *spill, SortedWriter &writer);
/// Writes what a slice has in memory to a file; the slice goes on empty.
bool spill_slice(levada_ctx *ctx, levada_slot *slot, Slice *slice);
/// The same of a slice that is not the slot's yet: its files stay as they are.
bool spill_table(levada_ctx *ctx, levada_slot *slot, Slice *slice);
/// Before a key is added to a slice: makes room for it, if need be by the slice's
/// own going to a file.
void spill_room(levada_ctx *ctx, levada_slot *slot, Slice *slice);
/// add_entry under a limit.
char *spill_add(levada_ctx *ctx, levada_slot *slot, Slice *slice, uint64_t tag, const char *key);
/// Names the slot's operator.
int32_t over_limit(levada_ctx *ctx, const levada_slot *slot, const char *what);
int32_t spill_failed(levada_ctx *ctx, const char *what, int error);

/// Whether any of these slices has left memory.
bool any_spilled(const levada_slot *slot, uint64_t first, uint64_t count);
/// Fires slices as one window: as fire_table and fire_merged do.
int32_t fire_spilled(levada_ctx *ctx, levada_slot *slot, uint64_t first, uint64_t count,
                     levada_fire fire);
/// Brings what slices hold into one file of the first of them; no slice has
/// anything in memory then.
bool gather_spilled(levada_ctx *ctx, levada_slot *slot, uint64_t first, uint64_t count);

/// Calls each(to, entry) for every key of slice number `at`, in the order of hashes:
/// what files and memory have of it is one entry. False: ctx has the error.
bool each_merged(levada_ctx *ctx, levada_slot *slot, uint64_t at, void *to,
                 void (*each)(void *to, const char *entry));
/// The same with the entries that make it up, as parts have them, the oldest first,
/// until `each` says false. No accumulators are merged.
bool each_counted(levada_ctx *ctx, levada_slot *slot, uint64_t at, void *to,
                  bool (*each)(void *to, std::string_view entry));

/// Calls each(to, reader) at the newest entry of each key in files from `from` on, in
/// order, until it says false. Keys are `key_at` bytes behind the head of entries.
/// False: so did it, or ctx has the error.
bool each_newest(levada_ctx *ctx, levada_slot *slot, const List<SortedFile *> &files,
                 uint64_t from, uint32_t key_at, bool (*each)(void *to, const SortedReader &at),
                 void *to);
/// Which entries need not be kept, if any.
struct Gone {
  bool (*is)(std::string_view bytes, const void *what) = nullptr;
  const void *what = nullptr;
};
/// One file from those from `from` on: of each key the newest entry, as it stands
/// there. NULL: ctx has the error.
SortedFile *merge_newest(levada_ctx *ctx, levada_slot *slot, const List<SortedFile *> &files,
                         uint64_t from, uint32_t entry_size, uint32_t key_at, Gone gone = {});
/// The files from here on become one: the newest ones, and older ones as long as they
/// are not much larger than all of those. Each entry is written again a logarithmic
/// number of times.
uint64_t runs_to_merge(const List<SortedFile *> &files);
/// Makes fewer files of those of a slice, in the same order.
bool compact_spilled(levada_ctx *ctx, levada_slot *slot, Slice *slice);

/// A sort row's slot.
uint64_t sorter_bytes(const levada_slot *slot);
bool sorter_spill(levada_ctx *ctx, levada_slot *slot);
/// Bytes that files keep in memory of themselves.
uint64_t sorter_file_bytes(const levada_slot *slot);

} // namespace levada::rt

#endif
