//===- session.cpp - sessions per key -------------------------------------===//
//
// A session is [first row, last row + gap). A row joins every session that it
// touches, which then are one. Sessions of a key form a list, newest first; a
// hash table holds the lists. A heap holds each session once under an end that
// may have been passed since: it is looked at again when it comes up.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/session.h"

namespace levada::rt {

//--- the heap ----------------------------------------------------------------

static void heap_push(List<Due> &heap, Due due) {
  heap.push(due);
  uint64_t at = heap.count - 1;
  for (; at > 0 && heap[(at - 1) / 2].end > due.end; at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = due;
}

void sessions_push(levada_slot *slot, Session *session) {
  heap_push(slot->sessions->heap, {session->end, session});
}

/// Puts `due` in place of the lowest.
static void heap_replace(List<Due> &heap, Due due) {
  uint64_t at = 0;
  for (uint64_t child; (child = at * 2 + 1) < heap.count; at = child) {
    child += child + 1 < heap.count && heap[child + 1].end < heap[child].end;
    if (heap[child].end >= due.end)
      break;
    heap[at] = heap[child];
  }
  heap[at] = due;
}

static void heap_pop(List<Due> &heap) {
  Due last = heap[--heap.count];
  if (heap.count)
    heap_replace(heap, last);
}

//--- updates -----------------------------------------------------------------

uint64_t find_place(const Table *table, const levada_layout *layout, uint64_t tag,
                           const char *key, bool *found) {
  for (uint64_t place = table_home(table, ~tag);; ++place) {
    uint64_t have = load64(table->slots + place * session_stride);
    *found = false;
    if (have < tag)
      return place;
    if (have > tag)
      continue;
    int order = key_compare(newest(table, place)->entry(), key, layout);
    *found = order == 0;
    if (order >= 0)
      return place;
  }
}

void sessions_plan(levada_slot *slot) {
  const List<Due> &heap = slot->sessions->heap;
  slot->next_fire = heap.count ? trigger_of(slot, heap[0].end) : INT64_MAX;
}

Session *session_new(levada_ctx *ctx, levada_slot *slot, uint64_t tag, const char *key,
                            int64_t start, int64_t end) {
  const levada_slot_desc *desc = slot->desc;
  uint64_t texts = 0;
  for (uint32_t i = 0; i < desc->key.str_count; ++i) {
    uint64_t len = (uint32_t)load64(key + desc->key.str_offsets[i]);
    texts += len > 12 ? (len + 7) & ~(uint64_t)7 : 0;
  }
  auto *session = (Session *)must_zero(sizeof(Session) + desc->entry_size + texts);
  session->memory.refs = 1;
  if (texts) {
    session->memory.arena.cur = session->entry() + desc->entry_size;
    session->memory.arena.end = session->memory.arena.cur + texts;
  }
  session->start = start;
  session->end = end;
  session->tag = tag;
  ctx->state_arena = &session->memory.arena;
  key_copy(session->entry(), key, &desc->key, ctx->state_arena);
  if (desc->init)
    desc->init(ctx, session->entry() + desc->acc_offset);
  heap_push(slot->sessions->heap, {end, session});
  if (slot->sessions->heap[0].session == session)
    sessions_plan(slot);
  return session;
}

/// `newer` becomes part of the session before it.
static void join(levada_ctx *ctx, levada_slot *slot, Session *older, Session *newer) {
  const levada_slot_desc *desc = slot->desc;
  ctx->state_arena = &older->memory.arena;
  desc->merge(ctx, older->entry() + desc->acc_offset, newer->entry() + desc->acc_offset);
  older->end = newer->end > older->end ? newer->end : older->end;
  newer->joined = true;
}

void session_open(levada_slot *slot, Session *session) {
  Table *table = &slot->sessions->table;
  table_reserve(table, session_stride, slot->range); // moves entries
  bool found;
  uint64_t place = find_place(table, &slot->desc->key, session->tag, session->entry(), &found);
  table_open(table, session_stride, place, session->tag);
  newest(table, place) = session;
}

/// The session that a row at `t` belongs to; NULL when it is late.
static Session *session_of(levada_ctx *ctx, levada_slot *slot, uint64_t tag, const char *key,
                           int64_t t) {
  Sessions *all = slot->sessions;
  const int64_t end = t + slot->desc->size;
  bool found;
  uint64_t place = find_place(&all->table, &slot->desc->key, tag, key, &found);
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
  Session *session = session_new(ctx, slot, tag, key, t, end);
  if (found) {
    session->older = *link;
    *link = session;
  } else {
    session_open(slot, session);
  }
  return session;
}

//--- firing ------------------------------------------------------------------

/// Order of firing: (end, hash, key, start).
static bool before(const levada_slot_desc *desc, const Due &a, const Due &b) {
  if (a.end != b.end)
    return a.end < b.end;
  Session *x = a.session, *y = b.session;
  if (x->tag != y->tag)
    return x->tag > y->tag;
  if (int order = key_compare(x->entry(), y->entry(), &desc->key))
    return order < 0;
  return x->start < y->start;
}

static void sort_due(const levada_slot_desc *desc, List<Due> &due, List<Due> &scratch) {
  while (scratch.count < due.count)
    scratch.push({});
  Due *from = due.items, *to = scratch.items;
  const uint64_t n = due.count;
  for (uint64_t width = 1; width < n; width *= 2) {
    for (uint64_t low = 0; low < n; low += 2 * width) {
      uint64_t middle = low + width < n ? low + width : n;
      uint64_t high = middle + width < n ? middle + width : n;
      uint64_t a = low, b = middle;
      for (uint64_t out = low; out < high; ++out)
        to[out] = b == high || (a < middle && !before(desc, from[b], from[a])) ? from[a++]
                                                                               : from[b++];
    }
    Due *swap = from;
    from = to;
    to = swap;
  }
  if (from != due.items)
    memcpy((void *)due.items, from, n * sizeof(Due));
}

/// Takes what ends by `progress` out of the heap, in the order of firing.
static void collect_due(levada_slot *slot, int64_t progress) {
  Sessions *all = slot->sessions;
  all->due.count = 0;
  while (all->heap.count && all->heap[0].end <= progress) {
    Session *session = all->heap[0].session;
    if (!session->joined && session->end > all->heap[0].end) {
      heap_replace(all->heap, {session->end, session});
      continue;
    }
    heap_pop(all->heap);
    if (session->joined)
      memory_release(&session->memory);
    else
      all->due.push({session->end, session});
  }
  sort_due(slot->desc, all->due, all->scratch);
}

static void remove(levada_slot *slot, Session *session) {
  Table *table = &slot->sessions->table;
  table_mark(table, ~session->tag);
  bool found;
  uint64_t place =
      find_place(table, &slot->desc->key, session->tag, session->entry(), &found);
  Session **link = &newest(table, place);
  while (*link != session)
    link = &(*link)->older;
  *link = session->older;
  if (!newest(table, place))
    table_close(table, session_stride, place);
}

int32_t sessions_advance(levada_ctx *ctx, levada_slot *slot, int64_t watermark) {
  Sessions *all = slot->sessions;
  collect_due(slot, progress_at(slot, watermark));
  if (!slot->block)
    slot->block = (const char **)must_alloc(fire_block * sizeof(char *));
  for (uint64_t i = 0; i < all->due.count;) {
    Session *first = all->due[i].session;
    if (i == 0 || first->end != all->due[i - 1].end)
      levada_rt_order(ctx, first->end);
    uint32_t n = 0; // neighbours that are the same window
    for (; i + n < all->due.count && n < fire_block; ++n) {
      Session *session = all->due[i + n].session;
      if (session->start != first->start || session->end != first->end)
        break;
      slot->block[n] = session->entry();
      memory_keep(ctx, &session->memory);
    }
    if (fire_entries(ctx, slot, slot->block, n, window_fire(slot, first->start, first->end)))
      return 1; // what is left stays allocated: the run stops here
    i += n;
  }
  for (Due &due : all->due)
    remove(slot, due.session);
  for (Due &due : all->due)
    memory_release(&due.session->memory);
  all->due.count = 0;
  slot->watermark = watermark;
  sessions_plan(slot);
  return 0;
}

//--- life --------------------------------------------------------------------

void sessions_create(levada_slot *slot) {
  slot->sessions = (Sessions *)must_zero(sizeof(Sessions));
  table_init(&slot->sessions->table, session_stride, slot->range, 0);
}

void sessions_destroy(levada_slot *slot) {
  Sessions *all = slot->sessions;
  for (Due &due : all->heap)
    memory_release(&due.session->memory);
  for (Due &due : all->due) // after a failed firing
    memory_release(&due.session->memory);
  table_free(&all->table);
  all->heap.free();
  all->due.free();
  all->scratch.free();
  free(all);
}

SlotSize sessions_size(const levada_slot *slot) {
  const Sessions *all = slot->sessions;
  SlotSize size{};
  size.entries = all->heap.count;
  size.bytes = (all->table.end + 2) * session_stride + all->heap.room * sizeof(Due) +
               all->heap.count * (sizeof(Session) + slot->desc->entry_size);
  return size;
}

} // namespace levada::rt

using namespace levada::rt;

extern "C" char *levada_rt_session(levada_ctx *ctx, uint32_t index, const levada_slot_desc *desc,
                                   int64_t watermark, int64_t time_ms, uint64_t hash,
                                   const char *key) {
  levada_slot *slot = ctx->slots[index];
  if (slot_advance(ctx, slot, watermark))
    return nullptr;
  if (time_ms > time_limit || time_ms < -time_limit) {
    state_fail(ctx, 604, "the event time is too far from 1970 for a window");
    return nullptr;
  }
  table_mark(&slot->sessions->table, ~tag_of(hash));
  Session *session = session_of(ctx, slot, tag_of(hash), key, local_time(slot, desc, time_ms));
  if (!session)
    return nullptr;
  ctx->state_arena = &session->memory.arena;
  return session->entry() + desc->acc_offset;
}
