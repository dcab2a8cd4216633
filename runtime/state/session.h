//===- session.h - inside a slot of sessions -------------------------------===//
//
// What updates (session.cpp), state that leaves memory (session_spill.cpp) and
// parts of checkpoints (session_save.cpp) share.
//
// Each session waits to fire under a due time, (end, tag), which its end may have
// passed since: `due` says which. Due times are in a heap or, of sessions that left
// memory, in runs. Sessions of a key are in memory, and then count, or else in the
// newest file that has the key; those that ended by the slot's progress have fired.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_SESSION_H
#define LEVADA_RUNTIME_STATE_SESSION_H

#include "runtime/state/heap.h"
#include "runtime/state/slot_impl.h"

namespace levada::rt {

struct alignas(16) Session {
  Memory memory; // first: frames that view its texts keep it whole
  // behind: the entry, then the long texts of the key
  Session *older;
  int64_t start, end;
  int64_t due; // the end under which it waits
  uint64_t tag;
  uint64_t size, bytes; // of this; with what its accumulators had allocated when counted

  char *entry() { return (char *)(this + 1); }
};

struct Due {
  int64_t end;
  uint64_t tag;
};
/// Order of firing, but for keys of one hash.
inline bool sooner(const Due &a, const Due &b) {
  return a.end != b.end ? a.end < b.end : a.tag > b.tag;
}

/// Due times that left memory, in order.
struct DueRun {
  SortedFile *file;
  SortedReader reader;
  Due next; // the first that has not come up
};

struct Sessions {
  Table table; // slots: tag, newest session of the key
  List<Due> heap;
  List<Session *> firing; // in no list any more
  uint64_t count, bytes;  // of sessions in memory
  Session *last;          // given to a row: it may have grown since
  uint64_t look_at;       // bytes at which room is looked for again

  List<SortedFile *> files; // what left memory, the oldest first: of each key all sessions
  List<int64_t> ends;       // of each file: by then all its sessions have ended
  List<DueRun *> runs;
  bool anew;   // memory was emptied since the last part
  bool tables; // what is in memory goes to the file of tables, since the last whole part

  /// Files as parts of a worker speak of them, until all parts have come.
  struct Source {
    uint32_t worker;
    List<Lost> files, runs;
    List<Lost> tables; // what was in memory, the newest last
  };
  List<Source> sources;
};

inline constexpr uint32_t session_stride = 16;

inline Session *&newest(const Table *table, uint64_t place) {
  return *(Session **)(table->slots + place * session_stride + 8);
}

/// The place of a key, or where it belongs.
uint64_t find_place(const Table *table, const levada_layout *layout, uint64_t tag,
                    const char *key, bool *found);
/// In no list and without a due time; ctx->state_arena is its own.
Session *session_make(levada_ctx *ctx, levada_slot *slot, uint64_t tag, const char *key,
                      int64_t start, int64_t end);
/// In its key's list: one that a part has.
Session *session_put(levada_ctx *ctx, levada_slot *slot, uint64_t tag, const char *key,
                     int64_t start, int64_t end);
/// The first session of its key.
void session_open(levada_slot *slot, Session *session);
/// Counts what its accumulators have.
void session_count(Sessions *all, Session *session);
void session_release(Sessions *all, Session *session);
/// Calls body(session) at the newest of each key in memory.
template <typename Body> void each_key(const Table *table, Body body) {
  uint64_t left = table->count;
  for (uint64_t place = 0; left; ++place)
    if (load64(table->slots + place * session_stride)) {
      body(newest(table, place));
      --left;
    }
}
/// Takes all out of memory but for those of some keys, in the order of the table, which
/// leave the table alone.
void sessions_drop(levada_slot *slot, const List<Session *> &stay);
void sessions_plan(levada_slot *slot);

//--- what left memory --------------------------------------------------------

/// Before a row's session is looked for: makes room. False: ctx has the error.
bool sessions_room(levada_ctx *ctx, levada_slot *slot);
/// What is in memory goes to files, but for sessions that are mostly paged while enough
/// goes without them. False: ctx has the error.
bool sessions_spill(levada_ctx *ctx, levada_slot *slot);
/// Brings the sessions of a key that is not in memory back. False: ctx has the error.
bool sessions_bring_back(levada_ctx *ctx, levada_slot *slot, uint64_t tag, const char *key);
/// The same for keys with a session that waits under `due`: the first one that is
/// found, or `all` of that tag.
bool sessions_bring_due(levada_ctx *ctx, levada_slot *slot, Due due, bool all);
/// Brings back all there is, and lets go of the files.
bool sessions_gather(levada_ctx *ctx, levada_slot *slot);
/// Calls each(to, session) for those that are in files and not in memory.
bool sessions_walk_files(levada_ctx *ctx, levada_slot *slot, void *to,
                         void (*each)(void *to, Session *session));
/// Takes files as what left memory. False: errno.
bool sessions_adopt(levada_slot *slot, List<Lost> &files, List<Lost> &runs);
/// Writes the sessions of a key as files have them; returns when the last one ends.
int64_t sessions_save_key(levada_ctx *ctx, const levada_slot *slot, const Session *first,
                          Writer &to);
/// Brings what runs of the file of tables hold to memory and, where there is no room,
/// to files. False: ctx has the error, or a run cannot be opened.
bool sessions_load_tables(levada_ctx *ctx, levada_slot *slot, const List<Lost> &tables);
/// Takes the first due time of a run out. False: ctx has the error.
bool due_run_step(levada_ctx *ctx, levada_slot *slot, uint64_t run);
/// Lets go of files whose sessions have fired.
void sessions_sweep(levada_slot *slot);
void sessions_forget(levada_slot *slot);
/// Bytes that files keep in memory of themselves.
uint64_t sessions_file_bytes(const levada_slot *slot);

} // namespace levada::rt

#endif
