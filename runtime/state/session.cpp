//===- session.cpp - sessions per key -------------------------------------===//
//
// A session is [first row, last row + gap). A row joins every session that it
// touches, which then are one. Sessions of a key form a list, newest first; a
// hash table holds the lists. A due time that comes up finds its session by the
// tag, or none where that one has joined another; a session that goes on is looked
// at again when its end, as it is then, comes up.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/session.h"
#include "runtime/exec/frame.h"
#include "runtime/state/spill.h"

namespace levada::rt {

//--- updates -----------------------------------------------------------------

uint64_t find_place(const Table *table, const levada_layout *layout, uint64_t tag,
                           const char *key, bool *found) {
  for (uint64_t place = table_place(table, session_stride, tag);; ++place) {
    *found = false;
    if (load64(table->slots + place * session_stride) < tag)
      return place;
    int order = key_compare(newest(table, place)->entry(), key, layout);
    *found = order == 0;
    if (order >= 0)
      return place;
  }
}

/// When the session that is due first ends; INT64_MAX: there is none.
static int64_t next_end(const Sessions *all) {
  int64_t end = all->heap.count ? all->heap[0].end : INT64_MAX;
  for (uint64_t i = 0; i < all->runs.count; ++i)
    end = all->runs[i]->next.end < end ? all->runs[i]->next.end : end;
  return end;
}

void sessions_plan(levada_slot *slot) {
  int64_t end = next_end(slot->sessions);
  slot->next_fire = end == INT64_MAX ? INT64_MAX : trigger_of(slot, end);
}

Session *session_make(levada_ctx *ctx, levada_slot *slot, uint64_t tag, const char *key,
                      int64_t start, int64_t end) {
  const levada_slot_desc *desc = slot->desc;
  uint64_t texts = 0;
  for (uint32_t i = 0; i < desc->key.str_count; ++i) {
    uint64_t len = (uint32_t)load64(key + desc->key.str_offsets[i]);
    texts += len > 12 ? (len + 7) & ~(uint64_t)7 : 0;
  }
  const uint64_t size = sizeof(Session) + desc->entry_size + texts;
  auto *session = (Session *)must_zero(size);
  session->memory.refs = 1;
  if (texts) {
    session->memory.arena.cur = session->entry() + desc->entry_size;
    session->memory.arena.end = session->memory.arena.cur + texts;
  }
  session->start = start;
  session->end = session->due = end;
  session->tag = tag;
  session->size = session->bytes = (size + 8 + 15) & ~(uint64_t)15; // as malloc rounds
  slot->sessions->bytes += session->bytes;
  ++slot->sessions->count;
  ctx->state_arena = &session->memory.arena;
  key_copy(session->entry(), key, &desc->key, ctx->state_arena);
  if (desc->init)
    desc->init(ctx, session->entry() + desc->acc_offset);
  return session;
}

static void push_due(levada_slot *slot, Due due) {
  List<Due> &heap = slot->sessions->heap;
  const bool first = !heap.count || due.end < heap[0].end;
  heap_push(heap, due, sooner);
  if (!first)
    return;
  int64_t trigger = trigger_of(slot, due.end);
  slot->next_fire = trigger < slot->next_fire ? trigger : slot->next_fire;
}

void session_count(Sessions *all, Session *session) {
  const uint64_t bytes = session->size + arena_bytes(&session->memory.arena);
  all->bytes += bytes - session->bytes;
  session->bytes = bytes;
}

void session_release(Sessions *all, Session *session) {
  all->bytes -= session->bytes;
  --all->count;
  if (all->last == session)
    all->last = nullptr;
  memory_release(&session->memory);
}

/// `newer` becomes part of the session before it.
static void join(levada_ctx *ctx, levada_slot *slot, Session *older, Session *newer) {
  const levada_slot_desc *desc = slot->desc;
  ctx->state_arena = &older->memory.arena;
  desc->merge(ctx, older->entry() + desc->acc_offset, newer->entry() + desc->acc_offset);
  older->end = newer->end > older->end ? newer->end : older->end;
  session_release(slot->sessions, newer);
}

void session_open(levada_slot *slot, Session *session) {
  Table *table = &slot->sessions->table;
  table_reserve(table, session_stride, slot->range); // moves entries
  bool found;
  uint64_t place = find_place(table, &slot->desc->key, session->tag, session->entry(), &found);
  table_open(table, session_stride, place, session->tag);
  newest(table, place) = session;
}

Session *session_put(levada_ctx *ctx, levada_slot *slot, uint64_t tag, const char *key,
                     int64_t start, int64_t end) {
  Table *table = &slot->sessions->table;
  Session *session = session_make(ctx, slot, tag, key, start, end);
  push_due(slot, {end, tag});
  bool found;
  uint64_t place = find_place(table, &slot->desc->key, tag, key, &found);
  if (!found) {
    session_open(slot, session);
    return session;
  }
  Session **link = &newest(table, place);
  while (*link && (*link)->start > start)
    link = &(*link)->older;
  session->older = *link;
  *link = session;
  return session;
}

/// The session that a row at `t` belongs to; NULL when it is late, and where ctx has
/// an error.
static Session *session_of(levada_ctx *ctx, levada_slot *slot, uint64_t tag, const char *key,
                           int64_t t) {
  Sessions *all = slot->sessions;
  const int64_t end = t + slot->desc->size;
  bool found;
  uint64_t place = find_place(&all->table, &slot->desc->key, tag, key, &found);
  if (!found && all->files.count) {
    if (!sessions_bring_back(ctx, slot, tag, key))
      return nullptr;
    place = find_place(&all->table, &slot->desc->key, tag, key, &found);
  }
  Session **link = found ? &newest(&all->table, place) : nullptr;
  while (link && *link && (*link)->start > end)
    link = &(*link)->older;
  if (link && *link && (*link)->end >= t) {
    Session *session = *link, *older = session->older;
    if (older && older->end >= t) { // the row closes the gap between two
      join(ctx, slot, older, session);
      *link = session = older;
    }
    session->start = t < session->start ? t : session->start;
    session->end = end > session->end ? end : session->end;
    return session;
  }
  if (end <= progress_at(slot, slot->watermark))
    return nullptr;
  Session *session = session_make(ctx, slot, tag, key, t, end);
  push_due(slot, {end, tag});
  if (found) {
    session->older = *link;
    *link = session;
  } else {
    session_open(slot, session);
  }
  return session;
}

//--- firing ------------------------------------------------------------------

namespace {
/// The due time that comes first, and the run that has it: ~0 for the heap.
struct First {
  Due due;
  uint64_t run;
  bool any;
};
} // namespace

static First first_due(const Sessions *all) {
  First first{{}, ~(uint64_t)0, all->heap.count != 0};
  if (first.any)
    first.due = all->heap[0];
  for (uint64_t i = 0; i < all->runs.count; ++i)
    if (!first.any || sooner(all->runs[i]->next, first.due))
      first = {all->runs[i]->next, i, true};
  return first;
}

/// Takes it out. False: ctx has the error.
static bool drop_due(levada_ctx *ctx, levada_slot *slot, const First &first) {
  if (first.run != ~(uint64_t)0)
    return due_run_step(ctx, slot, first.run);
  heap_pop(slot->sessions->heap, sooner);
  return true;
}

/// Takes the sessions that wait under `due` out of memory, to be fired; those that
/// go on wait under their end as it is. Returns how many there were.
static uint32_t take_due(levada_slot *slot, Due due, uint64_t *bytes) {
  Sessions *all = slot->sessions;
  Table *table = &all->table;
  uint32_t taken = 0;
  for (uint64_t place = table_home(table, ~due.tag);;) {
    uint64_t have = load64(table->slots + place * session_stride);
    if (have < due.tag)
      return taken;
    if (have > due.tag) {
      ++place;
      continue;
    }
    Session **link = &newest(table, place);
    while (*link && (*link)->due != due.end)
      link = &(*link)->older;
    Session *session = *link;
    if (!session) {
      ++place;
      continue;
    }
    ++taken;
    if (session->end > due.end) {
      if (all->files.count) // where a file has it too, its due time there is past
        table_mark(table, ~due.tag);
      session->due = session->end;
      heap_push(all->heap, {session->end, session->tag}, sooner);
      continue; // another one of the key may have joined under the same time
    }
    table_mark(table, ~due.tag);
    *link = session->older;
    *bytes += session->bytes;
    all->firing.push(session);
    if (!newest(table, place))
      table_close(table, session_stride, place);
  }
}

/// Takes what ends by `progress` out of memory, in the order of firing, as much as
/// may be fired at once. False: ctx has the error.
static bool collect_due(levada_ctx *ctx, levada_slot *slot, int64_t progress) {
  Sessions *all = slot->sessions;
  const uint64_t most = slot->spill ? slot->spill->limit / 16 : UINT64_MAX;
  uint64_t bytes = 0;
  all->firing.count = 0;
  while (all->firing.count < fire_block && bytes <= most) {
    // Those that came back because of a due time that is past take room, too.
    if (all->files.count && !sessions_room(ctx, slot))
      return false;
    const First first = first_due(all);
    if (!first.any || first.due.end > progress)
      break;
    if (!drop_due(ctx, slot, first))
      return false;
    // Equal times are of keys of one hash, or of a session that has joined another.
    // All keys are looked for then, before one of them fires and is out of memory.
    bool several = false;
    for (First next; (next = first_due(all)).any && next.due.end == first.due.end &&
                     next.due.tag == first.due.tag;
         several = true)
      if (!drop_due(ctx, slot, next))
        return false;
    if (several && all->files.count && !sessions_bring_due(ctx, slot, first.due, true))
      return false;
    if (take_due(slot, first.due, &bytes) || several || !all->files.count)
      continue;
    if (!sessions_bring_due(ctx, slot, first.due, false))
      return false;
    take_due(slot, first.due, &bytes);
  }
  return true;
}

/// Fires what was collected. `order`: that of what fired before.
static int32_t fire_collected(levada_ctx *ctx, levada_slot *slot, int64_t *order) {
  Sessions *all = slot->sessions;
  List<Session *> &firing = all->firing;
  for (uint64_t i = 0; i < firing.count;) {
    Session *first = firing[i];
    if (first->end != *order)
      levada_rt_order(ctx, *order = first->end);
    uint32_t n = 0; // neighbours that are the same window
    for (; i + n < firing.count && n < fire_block; ++n) {
      Session *session = firing[i + n];
      if (session->start != first->start || session->end != first->end)
        break;
      slot->block[n] = session->entry();
      memory_keep(ctx, &session->memory);
    }
    if (fire_entries(ctx, slot, slot->block, n, window_fire(slot, first->start, first->end)))
      return 1; // what is left stays allocated: the run stops here
    i += n;
  }
  for (Session *session : firing)
    session_release(all, session);
  firing.count = 0;
  return 0;
}

int32_t sessions_advance(levada_ctx *ctx, levada_slot *slot, int64_t watermark) {
  Sessions *all = slot->sessions;
  const int64_t progress = progress_at(slot, watermark);
  int64_t order = INT64_MIN;
  if (!slot->block)
    slot->block = (const char **)must_alloc(fire_block * sizeof(char *));
  for (;;) {
    if (!collect_due(ctx, slot, progress))
      return 1;
    if (!all->firing.count)
      break;
    // Under a limit rows of what fired go before more is taken.
    const bool apart = slot->spill && (all->files.count || slot->spill->limit < no_limit);
    void *outside = apart ? block_begin(ctx) : nullptr;
    int32_t status = fire_collected(ctx, slot, &order);
    if (apart)
      block_end(ctx, outside);
    if (status || (apart && !sessions_room(ctx, slot)))
      return 1;
  }
  slot->watermark = watermark;
  sessions_sweep(slot);
  sessions_plan(slot);
  return 0;
}

//--- life --------------------------------------------------------------------

void sessions_create(levada_slot *slot) {
  slot->sessions = (Sessions *)must_zero(sizeof(Sessions));
  table_init(&slot->sessions->table, session_stride, slot->range, 0);
}

void sessions_drop(levada_slot *slot, const List<Session *> &stay) {
  Sessions *all = slot->sessions;
  Table *table = &all->table;
  uint64_t next = 0; // of those that stay
  each_key(table, [&](Session *first) {
    if (next < stay.count && stay[next] == first)
      return (void)++next;
    for (Session *s = first, *older; s; s = older) {
      older = s->older;
      session_release(all, s);
    }
  });
  memset(table->slots, 0, (table->end + 2) * session_stride);
  table->count = 0;
}

void sessions_destroy(levada_slot *slot) {
  Sessions *all = slot->sessions;
  sessions_drop(slot, {});
  for (Session *session : all->firing) // after a failed firing
    session_release(all, session);
  sessions_forget(slot);
  table_free(&all->table);
  all->heap.free();
  all->firing.free();
  free(all);
}

SlotSize sessions_size(const levada_slot *slot) {
  const Sessions *all = slot->sessions;
  SlotSize size{};
  size.entries = all->count;
  size.bytes = (all->table.end + 2) * session_stride + all->heap.room * sizeof(Due) + all->bytes;
  return size;
}

} // namespace levada::rt

using namespace levada::rt;

extern "C" char *levada_rt_session(levada_ctx *ctx, uint32_t index, const levada_slot_desc *desc,
                                   int64_t watermark, int64_t time_ms, uint64_t hash,
                                   const char *key) {
  levada_slot *slot = ctx->slots[index];
  Sessions *all = slot->sessions;
  if (all->last)
    session_count(all, all->last);
  if (slot_advance(ctx, slot, watermark))
    return nullptr;
  if (time_ms > time_limit || time_ms < -time_limit) {
    state_fail(ctx, 604, "the event time is too far from 1970 for a window");
    return nullptr;
  }
  if (slot->spill && !sessions_room(ctx, slot))
    return nullptr;
  table_mark(&all->table, ~tag_of(hash));
  Session *session = session_of(ctx, slot, tag_of(hash), key, local_time(slot, desc, time_ms));
  if (!session)
    return nullptr;
  all->last = slot->spill ? session : nullptr;
  ctx->state_arena = &session->memory.arena;
  return session->entry() + desc->acc_offset;
}
