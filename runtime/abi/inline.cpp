//===- inline.cpp - bodies that vanish into generated loops ---------------===//
//
// The LEVADA_RT(inline) functions of abi.h, as bitcode and in the archive. Hot
// paths only: what is rare (a full block, a new key, a window that fires) is a
// call into runtime/state or runtime/exec. `desc` and layouts are constants in
// generated code, so sizes and offsets fold and loops over them unroll.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/slot_impl.h"

using namespace levada::rt;

#define LEVADA_BODY extern "C" __attribute__((always_inline))

LEVADA_BODY char *levada_rt_alloc(levada_ctx *ctx, uint64_t size) {
  size = (size + 7) & ~(uint64_t)7;
  char *p = ctx->arena.cur;
  if (__builtin_expect((uint64_t)(ctx->arena.end - p) < size, 0))
    return levada_rt_alloc_slow(ctx, size);
  ctx->arena.cur = p + size;
  return p;
}

LEVADA_BODY char *levada_rt_state_alloc(levada_ctx *ctx, uint64_t size) {
  size = (size + 7) & ~(uint64_t)7;
  levada_arena *arena = ctx->state_arena;
  char *p = arena->cur;
  if (__builtin_expect((uint64_t)(arena->end - p) < size, 0))
    return levada_rt_state_alloc_slow(ctx, size);
  arena->cur = p + size;
  return p;
}

LEVADA_BODY char *levada_rt_row(levada_ctx *ctx, uint32_t channel, uint32_t row_size,
                                uint64_t hash) {
  uint32_t receiver = group_worker(key_group(hash), ctx->workers);
  levada_rows *rows = &ctx->channels[channel][receiver];
  if (__builtin_expect(rows->cur == rows->end, 0))
    levada_rt_row_slow(ctx, channel, receiver);
  char *row = rows->cur;
  rows->cur = row + row_size;
  return row;
}

LEVADA_BODY levada_out *levada_rt_out(levada_ctx *ctx, uint32_t sink, uint64_t need) {
  levada_out *out = &ctx->outs[sink];
  if (__builtin_expect((uint64_t)(out->end - out->cur) < need, 0))
    levada_rt_out_slow(out, need);
  return out;
}

LEVADA_BODY uint64_t levada_rt_hash(const char *key, const levada_layout *layout) {
  return hash_key(key, layout);
}

LEVADA_BODY uint64_t levada_rt_element_hash(uint64_t element, uint64_t owner) {
  return element_hash(element, owner);
}

/// The entry of `key`, or NULL, where it or another of its home place will change.
LEVADA_INLINE char *find_to_change(Table *table, const levada_slot_desc *desc, uint64_t hash,
                                   const char *key) {
  const uint64_t tag = tag_of(hash), home = table_home(table, ~tag);
  table_mark_home(table, home);
  return table_find_at(table, desc, tag, home, key);
}

LEVADA_BODY char *levada_rt_window(levada_ctx *ctx, uint32_t index, const levada_slot_desc *desc,
                                   int64_t watermark, int64_t time_ms, uint64_t hash,
                                   const char *key) {
  levada_slot *slot = ctx->slots[index];
  if (watermark > slot->watermark) {
    if (__builtin_expect(watermark >= slot->next_fire, 0)) {
      if (levada_rt_advance_slow(ctx, slot, watermark))
        return nullptr;
    } else {
      slot->watermark = watermark;
    }
  }
  int64_t time = local_time(slot, desc, time_ms);
  if (__builtin_expect((uint64_t)time - (uint64_t)slot->slice_start >= slot->slice_length, 0))
    if (!open_slice(ctx, slot, time))
      return nullptr;
  Slice *slice = slot->slice;
  char *entry = find_to_change(&slice->table, desc, hash, key);
  if (__builtin_expect(!entry, 0))
    entry = add_entry(ctx, slot, desc, hash, key);
  ctx->state_arena = &slice->memory->arena;
  return entry + desc->acc_offset;
}

LEVADA_BODY char *levada_rt_group(levada_ctx *ctx, uint32_t index, const levada_slot_desc *desc,
                                  uint64_t hash, const char *key) {
  levada_slot *slot = ctx->slots[index];
  Slice *slice = slot->slice;
  char *entry = find_to_change(&slice->table, desc, hash, key);
  if (__builtin_expect(!entry, 0))
    entry = add_entry(ctx, slot, desc, hash, key);
  ctx->state_arena = &slice->memory->arena;
  return entry + desc->acc_offset;
}

LEVADA_BODY void levada_rt_prefetch(levada_ctx *ctx, uint32_t index, const levada_slot_desc *desc,
                                    uint64_t hash) {
  table_prefetch(&ctx->slots[index]->slice->table, slot_stride(desc), hash);
}

LEVADA_BODY int32_t levada_rt_failed(levada_ctx *ctx) { return ctx->failed; }

LEVADA_BODY void levada_rt_count(levada_ctx *ctx, uint32_t op, uint32_t kind, uint64_t n) {
  ctx->counters[op * LEVADA_COUNTERS + kind] += n;
}
