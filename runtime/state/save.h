//===- save.h - the state of a slot as bytes, all of it or what changed ----===//
//
// A slot is saved by its own worker, between two sequence numbers, in *parts*:
// one that holds everything, or a delta over the part saved before. A part says
// itself which of the two it is, and of which worker of how many; the first of
// a process is always full. Entries carry their hash: a part may be loaded into
// the slot of any worker of any number of workers, which takes what it owns.
//
// To restore: slot_create; then for each checkpoint of the chain, the oldest
// first, slot_load with the slot's part of *every* worker (in any order within
// one checkpoint); then slot_loaded. Parts of another number of workers than
// those before replace what was loaded. Then rows may come.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_SAVE_H
#define LEVADA_RUNTIME_STATE_SAVE_H

#include "runtime/state/slot.h"

namespace levada::rt {

class Reader; // runtime/checkpoint/bytes.h
class Writer;

/// From now on the slot remembers what changes. Call it after slot_create, or
/// after slot_loaded; without it every part is full.
void slot_keep_marks(levada_slot *slot);

/// Appends one part: everything (`all`, or where a delta cannot be), else what
/// changed since the last slot_save. Marks begin anew. The slot goes on as if
/// nothing had been.
void slot_save(levada_ctx *ctx, levada_slot *slot, bool all, Writer &to);

/// Applies one part. False: the bytes are no part of this slot's; it may then
/// only be destroyed.
bool slot_load(levada_ctx *ctx, levada_slot *slot, Reader &from);

/// All parts are there.
void slot_loaded(levada_ctx *ctx, levada_slot *slot);

} // namespace levada::rt

#endif
