//===- walk.cpp - what a slot holds, entry by entry --------------------------===//
#include "runtime/state/walk.h"

#include "runtime/state/session.h"
#include "runtime/state/sorter.h"
#include "runtime/state/spill.h"

namespace levada::rt {

namespace {
struct Visit {
  const Slice *slice;
  void *to;
  void (*each)(void *to, const Entry &entry);
};
struct PlainVisit {
  void *to;
  void (*each)(void *to, const Entry &entry);
};
} // namespace

static void visit_session(void *to, Session *session) {
  const auto *visit = (const PlainVisit *)to;
  visit->each(visit->to, {session->entry(), session->start, session->end, session->end});
}

static void visit(void *to, const char *entry) {
  const auto *visit = (const Visit *)to;
  visit->each(visit->to, {entry, visit->slice->start, visit->slice->end, visit->slice->last_end});
}

Footprint slot_footprint(const levada_slot *slot) {
  SlotSize size = slot_size(slot);
  Footprint all{size.entries, size.bytes, 0, 0};
  auto add = [&](const List<SortedFile *> &files) {
    for (uint64_t i = 0; i < files.count; ++i) {
      all.file_entries += files[i]->count;
      all.file_bytes += files[i]->size;
    }
  };
  for (uint64_t i = 0; i < slot->slices.count; ++i)
    add(slot->slices[i]->files);
  if (slot->sessions)
    add(slot->sessions->files);
  if (slot->sorter) {
    add(slot->sorter->files);
    add(slot->sorter->loose);
  }
  return all;
}

bool slot_walk(levada_ctx *ctx, levada_slot *slot, void *to,
               void (*each)(void *to, const Entry &entry)) {
  if (slot->sessions) {
    const Table *table = &slot->sessions->table;
    uint64_t left = table->count;
    for (uint64_t place = 0; left; ++place)
      if (load64(table->slots + place * session_stride)) {
        for (Session *s = newest(table, place); s; s = s->older)
          each(to, {s->entry(), s->start, s->end, s->end});
        --left;
      }
    PlainVisit what{to, each};
    return sessions_walk_files(ctx, slot, &what, visit_session);
  }
  if (slot->sorter) {
    PlainVisit what{to, each};
    return sorter_walk(ctx, slot, &what, [](void *to, const char *row) {
      const auto *visit = (const PlainVisit *)to;
      visit->each(visit->to, {row, INT64_MIN, INT64_MAX, INT64_MAX});
    });
  }
  for (uint64_t i = 0; i < slot->slices.count; ++i) {
    Visit what{slot->slices[i], to, each};
    if (!each_merged(ctx, slot, i, &what, visit))
      return false;
  }
  return true;
}

} // namespace levada::rt
