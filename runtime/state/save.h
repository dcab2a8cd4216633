//===- save.h - the state of a slot as bytes, all of it or what changed ----===//
//
// A slot is saved by its own worker in *parts*, begun between two sequence numbers
// and copied while rows come: one that holds everything, or a delta over the part
// saved before. A part says itself which of the two it is, and of which worker of
// how many; the first of a process is always full. Entries carry their hash: a part
// may be loaded into the slot of any worker of any number of workers, which takes
// what it owns.
//
// To restore: slot_create; then for each checkpoint of the chain, the oldest
// first, slot_load with the slot's part of *every* worker (in any order within
// one checkpoint); then slot_loaded; then rows may come. (Where the number of
// workers is the same, the parts of the slot's own worker are enough.) Parts of
// another number of workers than those before replace what was loaded.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_SAVE_H
#define LEVADA_RUNTIME_STATE_SAVE_H

#include "runtime/checkpoint/parts.h"
#include "runtime/state/slot.h"

namespace levada::rt {

/// From its next part on the slot remembers what changes; without it every part
/// is full. Call it at any time.
void slot_keep_marks(levada_slot *slot);

/// Begins one part: everything (`all`, or where a delta cannot be), else what changed
/// since the last one. `to` must keep its pieces where they are. Rows may come while it
/// is made and are no part of it. Marks begin anew: where a part does not reach a
/// checkpoint, the next one must be full. The slot goes on as if nothing had been.
void slot_save_begin(levada_ctx *ctx, levada_slot *slot, bool all, Parts &to);
/// Goes on with up to `*budget` places of tables, and takes them off it; true:
/// the part is whole.
bool slot_save_some(levada_slot *slot, uint64_t *budget);
/// The part that was begun is not wanted any more; the next one must be full.
void slot_save_drop(levada_slot *slot);

/// Where the files are that parts name, until slot_loaded.
void slot_load_from(levada_slot *slot, const char *folder);
/// Applies one part. False: the bytes are no part of this slot's; it may then
/// only be destroyed.
bool slot_load(levada_ctx *ctx, levada_slot *slot, Reader &from);

/// All parts are there. False: they do not fit together; the slot may then only
/// be destroyed.
bool slot_loaded(levada_ctx *ctx, levada_slot *slot);

} // namespace levada::rt

#endif
