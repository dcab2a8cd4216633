//===- walk.cpp - what a slot holds, entry by entry --------------------------===//
#include "runtime/state/walk.h"

#include "runtime/state/session.h"
#include "runtime/tier/sorted_file.h"

namespace levada::rt {

uint64_t slot_walk(const levada_slot *slot, void (*each)(void *to, const Held &held), void *to) {
  const levada_slot_desc *desc = slot->desc;
  uint64_t left_out = 0;
  auto walk = [&](const Slice *slice) {
    const char *at = slice->table.slots;
    for (uint64_t left = slice->table.count; left; at += slot_stride(desc))
      if (load64(at)) {
        each(to, {at + slot_head(desc), slice->start, slice->end, slice->last_end});
        --left;
      }
    for (uint64_t i = 0; i < slice->files.count; ++i)
      left_out += slice->files[i]->count;
  };
  if (slot->sessions) {
    const Table *table = &slot->sessions->table;
    uint64_t left = table->count;
    for (uint64_t place = 0; left; ++place)
      if (load64(table->slots + place * session_stride)) {
        for (Session *s = newest(table, place); s; s = s->older)
          each(to, {s->entry(), s->start, s->end, s->end});
        --left;
      }
  } else if (desc->kind == LEVADA_SLOT_GROUP) {
    walk(slot->slice);
  } else {
    for (uint64_t i = 0; i < slot->slices.count; ++i)
      walk(slot->slices[i]);
  }
  return left_out;
}

} // namespace levada::rt
