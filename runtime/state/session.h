//===- session.h - inside a slot of sessions -------------------------------===//
//
// What updates (session.cpp) and parts of checkpoints (session_save.cpp) share.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_SESSION_H
#define LEVADA_RUNTIME_STATE_SESSION_H

#include "runtime/state/slot_impl.h"

namespace levada::rt {

struct alignas(16) Session {
  Memory memory; // first: frames that view its texts keep it whole
  // behind: the entry, then the long texts of the key
  Session *older;
  int64_t start, end;
  uint64_t tag;
  bool joined; // in no list any more; freed when it leaves the heap

  char *entry() { return (char *)(this + 1); }
};

struct Due {
  int64_t end;
  Session *session;
};

struct Sessions {
  Table table; // slots: tag, newest session of the key
  List<Due> heap;
  List<Due> due, scratch;
};

inline constexpr uint32_t session_stride = 16;

inline Session *&newest(const Table *table, uint64_t place) {
  return *(Session **)(table->slots + place * session_stride + 8);
}

/// The place of a key, or where it belongs.
uint64_t find_place(const Table *table, const levada_layout *layout, uint64_t tag,
                    const char *key, bool *found);
/// In the heap, but in no list; ctx->state_arena is its own.
Session *session_new(levada_ctx *ctx, levada_slot *slot, uint64_t tag, const char *key,
                     int64_t start, int64_t end);
/// The first session of its key.
void session_open(levada_slot *slot, Session *session);
void sessions_push(levada_slot *slot, Session *session); // to the heap
void sessions_plan(levada_slot *slot);

} // namespace levada::rt

#endif
