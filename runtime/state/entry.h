//===- entry.h - keys and accumulators in parts of checkpoints -------------===//
//
// An entry is its tag (~hash | 1), the key's bytes and the accumulators'. Where
// there are texts or accumulators with memory of their own, a size stands after
// the tag, so that entries of other key groups are passed over.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_ENTRY_H
#define LEVADA_RUNTIME_STATE_ENTRY_H

#include "runtime/checkpoint/bytes.h"
#include "runtime/state/slot_impl.h"

namespace levada::rt {

/// Whether every entry takes as many bytes.
inline bool is_fixed(const levada_slot_desc *desc) {
  return desc->key.str_count == 0 && !desc->save;
}

/// Bytes of an entry then.
inline uint32_t sorted_size(const levada_slot_desc *desc) {
  return 8 + desc->key.size + (desc->entry_size - desc->acc_offset);
}

/// `entry`: the key, at desc->acc_offset the accumulators.
void entry_save(levada_ctx *ctx, const levada_slot_desc *desc, uint64_t tag, const char *entry,
                Writer &to);

/// Reads entries of a part, one after the other.
struct EntryReader {
  EntryReader(const levada_slot *slot) : slot(slot), key(slot->desc->key.size) {}
  /// Moves to the next; false where the bytes are no entry.
  bool next(Reader &from);
  /// Whether it is one of the slot's own key groups.
  bool owned() const {
    return group_of(slot->desc, tag) - slot->owned.first < slot->owned.count;
  }
  /// Its key, whose texts view the reader's bytes; NULL when malformed.
  const char *take_key();
  /// After take_key: its accumulators into what desc->init made.
  bool load(levada_ctx *ctx, char *acc);

  const levada_slot *slot;
  uint64_t tag = 0;

private:
  struct Bytes { // 16-aligned
    explicit Bytes(uint64_t size) : data((char *)must_zero(size)) {}
    Bytes(const Bytes &) = delete;
    ~Bytes() { must_free(data); }
    char *data;
  } key;
  Reader rest;
};

/// A key or row of `layout` with its texts: what entry_save writes of a key.
void key_save(const levada_layout *layout, const char *key, Writer &to);
bool key_load(const levada_layout *layout, char *key, Reader &from);

/// Parts of sessions and of rows to sort. `all` as in slot_save_begin.
struct PartHead;
class Parts;
Table *sessions_table(levada_slot *slot);
/// Whole when slot_save_some says so.
void sessions_save(levada_ctx *ctx, levada_slot *slot, bool all, Parts &to);
bool sessions_load(levada_ctx *ctx, levada_slot *slot, const PartHead &head, Reader &from);
void sessions_clear(levada_slot *slot);
bool sessions_loaded(levada_ctx *ctx, levada_slot *slot);
/// Whole when slot_save_some says so.
void sorter_save(levada_slot *slot, bool all, Parts &to);
bool sorter_load(levada_slot *slot, const PartHead &head, Reader &from);
bool sorter_loaded(levada_ctx *ctx, levada_slot *slot);

/// What a part begins with.
struct PartHead {
  uint32_t magic;
  uint8_t kind, window, all, reserved;
  uint32_t key_size, acc_size;
  uint32_t worker, workers;
  uint32_t first_group, group_count; // that it owned
  uint64_t number;                   // of the worker's part, from 1
  int64_t watermark, progress;
};

} // namespace levada::rt

#endif
