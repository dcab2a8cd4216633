//===- entry.cpp - keys and accumulators in parts of checkpoints -----------===//
//
// See entry.h. Pointers of long texts are written as zero.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/entry.h"

namespace levada::rt {

void key_save(const levada_layout *layout, const char *key, Writer &to) {
  char *copy = to.extend(layout->size);
  memcpy(copy, key, layout->size);
  bool any = false;
  for (uint32_t i = 0; i < layout->str_count; ++i) {
    char *text = copy + layout->str_offsets[i];
    if ((uint32_t)load64(text) > 12) {
      memset(text + 8, 0, 8);
      any = true;
    }
  }
  for (uint32_t i = 0; any && i < layout->str_count; ++i) {
    const char *text = key + layout->str_offsets[i];
    if (uint32_t len = (uint32_t)load64(text); len > 12)
      to.bytes((const char *)load64(text + 8), len);
  }
}

bool key_load(const levada_layout *layout, char *key, Reader &from) {
  if (!from.bytes(key, layout->size))
    return false;
  for (uint32_t i = 0; i < layout->str_count; ++i) {
    char *text = key + layout->str_offsets[i];
    uint32_t len = (uint32_t)load64(text);
    if (len <= 12)
      continue;
    const char *data = from.skip(len);
    if (!data || memcmp(text + 4, data, 4) != 0)
      return false;
    memcpy(text + 8, &data, 8);
  }
  return true;
}

void entry_save(levada_ctx *ctx, const levada_slot_desc *desc, uint64_t tag, const char *entry,
                Writer &to) {
  const uint32_t acc_size = desc->entry_size - desc->acc_offset;
  if (is_fixed(desc)) {
    char *at = to.extend(8 + desc->key.size + acc_size);
    memcpy(at, &tag, 8);
    memcpy(at + 8, entry, desc->key.size);
    memcpy(at + 8 + desc->key.size, entry + desc->acc_offset, acc_size);
    return;
  }
  to.value(tag);
  uint64_t at = to.size();
  to.value(uint64_t(0));
  key_save(&desc->key, entry, to);
  if (desc->save)
    desc->save(ctx, &to, entry + desc->acc_offset);
  else
    to.bytes(entry + desc->acc_offset, acc_size);
  to.put(at, uint64_t(to.size() - at - 8));
}

bool EntryReader::next(Reader &from) {
  const levada_slot_desc *desc = slot->desc;
  uint64_t size = desc->key.size + (desc->entry_size - desc->acc_offset);
  if (!from.value(tag) || !(tag & 1))
    return false;
  if (!is_fixed(desc) && !from.value(size))
    return false;
  const char *bytes = from.skip(size);
  if (bytes)
    rest = Reader(bytes, size);
  return bytes != nullptr;
}

const char *EntryReader::take_key() {
  return key_load(&slot->desc->key, key.data, rest) ? key.data : nullptr;
}

bool EntryReader::load(levada_ctx *ctx, char *acc) {
  const levada_slot_desc *desc = slot->desc;
  if (desc->save)
    desc->load(ctx, &rest, acc);
  else
    rest.bytes(acc, desc->entry_size - desc->acc_offset);
  return rest.ok && rest.left() == 0;
}

} // namespace levada::rt
