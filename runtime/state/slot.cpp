//===- slot.cpp - life of a slot, firing in blocks, groups ----------------===//
//
// What all kinds of slots share: which key groups are this worker's, the end
// of input, how entries reach the fire stage, local time. GROUP is here whole:
// one slice without times, fired at the end.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/cold.h"
#include "runtime/state/save.h"
#include "runtime/state/slot_impl.h"
#include "runtime/state/spill.h"

namespace levada::rt {

/// The key groups whose rows reach the slot: this worker's where the stage that
/// updates it is fed by a hash channel, all (of the first worker) where it is not.
static HashRange slot_range(const levada_program *program, uint32_t index, const levada_ctx *ctx,
                            bool *hashed, uint32_t depth = 0) {
  for (uint32_t s = 0; s < program->stage_count && depth < 64; ++s) {
    const levada_stage_desc &stage = program->stages[s];
    bool updates = false;
    for (uint32_t i = 0; i < stage.slot_count; ++i)
      updates |= stage.slots[i] == index;
    if (!updates)
      continue;
    if (stage.kind == LEVADA_STAGE_FIRE && stage.input_slot >= 0)
      return slot_range(program, (uint32_t)stage.input_slot, ctx, hashed, depth + 1);
    for (uint32_t c = 0; c < program->channel_count; ++c)
      if (program->channels[c].stage == s && program->channels[c].mode == LEVADA_CHANNEL_HASH) {
        *hashed = true;
        uint32_t first = first_group(ctx->worker, ctx->workers);
        return {first, first_group(ctx->worker + 1, ctx->workers) - first};
      }
  }
  return {};
}

levada_slot *slot_create(const levada_program *program, uint32_t index, const levada_ctx *ctx) {
  auto *slot = (levada_slot *)must_zero(sizeof(levada_slot));
  const levada_slot_desc *desc = &program->slots[index];
  slot->desc = desc;
  slot->index = index;
  slot->watermark = slot->progress = INT64_MIN;
  slot->next_fire = INT64_MAX;
  slot->slice = &slot->none;
  bool hashed = false;
  slot->owned = slot->range = slot_range(program, index, ctx, &hashed);
  if (!hashed && ctx->worker != 0)
    slot->owned.count = 0;
  if (slot->range.count == 0) // more workers than key groups: nothing comes
    slot->range.count = 1;
  if (desc->owner) // hashes of elements are spread
    slot->range = {};
  if (desc->local_zone)
    slot->zone = zone_open(program->zone_data, program->zone_size);
  if (desc->local_zone && !slot->zone)
    slot->zone = zone_open(nullptr, 0);
  switch (desc->kind) {
  case LEVADA_SLOT_GROUP: {
    slot->slice = slice_new(slot, INT64_MIN, INT64_MAX, INT64_MAX);
    slot->slices.push(slot->slice);
    // The key of such a group is empty; every worker knows whose it is.
    uint32_t owner = slot->range.count == key_groups
                         ? 0
                         : group_worker(key_group(hash_key("", &desc->key)), ctx->workers);
    slot->owns_empty = desc->always_one && owner == ctx->worker;
    break;
  }
  case LEVADA_SLOT_SESSION:
    sessions_create(slot);
    break;
  case LEVADA_SLOT_SORT:
    sorter_create(slot);
    break;
  }
  return slot;
}

void slot_destroy(levada_slot *slot) {
  if (!slot)
    return;
  slot_save_drop(slot);
  for (Slice *slice : slot->slices)
    slice_free(slice);
  slot->slices.free();
  if (slot->sessions)
    sessions_destroy(slot);
  if (slot->sorter)
    sorter_destroy(slot);
  restore_free(slot->restore);
  zone_close(slot->zone);
  must_free(slot->block);
  must_free(slot);
}

SlotSize slot_size(const levada_slot *slot) {
  if (slot->sessions)
    return sessions_size(slot);
  if (slot->sorter)
    return sorter_size(slot);
  SlotSize size{};
  for (uint64_t i = 0; i < slot->slices.count; ++i) {
    const Slice *slice = slot->slices[i];
    size.entries += slice->table.count;
    size.bytes += (slice->table.end + 2) * slot_stride(slot->desc) + arena_bytes(&slice->memory->arena);
  }
  return size;
}

Slice *slice_new(levada_slot *slot, int64_t start, int64_t end, int64_t last_end) {
  auto *slice = (Slice *)must_zero(sizeof(Slice));
  slice->start = start;
  slice->end = end;
  slice->last_end = last_end;
  slice->memory = memory_new();
  slice->id = ++slot->slice_ids;
  table_init(&slice->table, slot_stride(slot->desc), slot->range, slot->expected);
  if (slot->marking && slot->parts)
    table_clear_marks(&slice->table);
  return slice;
}

void forget_lost(List<Lost> &runs) {
  for (Lost &lost : runs)
    must_free(lost.path);
  runs.free();
}

void slice_free(Slice *slice) {
  cold_end(slice);
  forget_lost(slice->lost);
  forget_lost(slice->runs);
  for (SortedFile *file : slice->files)
    sorted_release(file);
  slice->files.free();
  table_free(&slice->table);
  memory_release(slice->memory);
  must_free(slice);
}

/// Takes out elements whose values were taken back, where no part of a checkpoint
/// and no file has them otherwise.
static void sweep(levada_slot *slot, Slice *slice) {
  const levada_slot_desc *desc = slot->desc;
  Table *table = &slice->table;
  constexpr uint32_t counted = 16; // how often, and in which life of the group
  if (!desc->owner || desc->entry_size - desc->acc_offset != counted || slice->files.count ||
      table->copy)
    return;
  const uint32_t stride = slot_stride(desc), acc = slot_head(desc) + desc->acc_offset;
  for (uint64_t place = table->end; place-- > 0;) {
    const char *at = table->slots + place * stride;
    if (uint64_t tag = load64(at); tag && !load64(at + acc)) {
      const uint64_t home = table_home(table, ~tag);
      if (!table->marks || !(table->marks[home / 64] >> (home & 63) & 1))
        table_close(table, stride, place);
    }
  }
}

char *add_entry(levada_ctx *ctx, levada_slot *slot, const levada_slot_desc *desc, uint64_t hash,
                const char *key) {
  Slice *slice = slot->slice;
  if (slice->table.count >= slice->table.max)
    sweep(slot, slice);
  if (slot->spill)
    return spill_add(ctx, slot, slice, tag_of(hash), key);
  ctx->state_arena = &slice->memory->arena;
  return table_insert(ctx, &slice->table, desc, slot->range, tag_of(hash), key,
                      &slice->memory->arena);
}

//--- firing ------------------------------------------------------------------

int32_t fire_entries(levada_ctx *ctx, levada_slot *slot, const char *const *entries,
                     uint32_t count, levada_fire fire) {
  fire.entries = entries;
  fire.count = count;
  if (slot->desc->fire(ctx, &fire) == 0 && ctx->failed == 0)
    return 0;
  ctx->failed = 1;
  return 1;
}

int32_t fire_table(levada_ctx *ctx, levada_slot *slot, const Table *table, levada_fire fire) {
  const uint32_t stride = slot_stride(slot->desc), head = slot_head(slot->desc);
  if (!slot->block)
    slot->block = (const char **)must_alloc(fire_block * sizeof(char *));
  uint32_t n = 0;
  const char *at = table->slots;
  for (uint64_t left = table->count; left; at += stride) {
    if (!load64(at))
      continue;
    slot->block[n++] = at + head;
    if (--left && n < fire_block)
      continue;
    if (fire_entries(ctx, slot, slot->block, n, fire))
      return 1;
    n = 0;
  }
  return 0;
}

levada_fire window_fire(const levada_slot *slot, int64_t start, int64_t end) {
  levada_fire fire{};
  fire.window_start = start;
  fire.window_end = end;
  fire.window_time = slot->zone ? zone_instant(slot->zone, end - 1) : end - 1;
  fire.watermark = LEVADA_MIN_WATERMARK;
  return fire;
}

void state_fail(levada_ctx *ctx, uint32_t code, const char *text) {
  ctx->failed = 1;
  ctx->error_code = code;
  ctx->error_expr = UINT32_MAX;
  uint64_t size = strlen(text); // more than 12
  ctx->error_text.len = (uint32_t)size;
  memcpy(ctx->error_text.prefix, text, 4);
  ctx->error_text.ptr = text;
}

/// GROUP: all there is, once.
static int32_t group_finish(levada_ctx *ctx, levada_slot *slot) {
  Slice *slice = slot->slice;
  if (slot->desc->owner && !slot->desc->fire)
    return 0;
  if (!slot->desc->owner)
    levada_rt_order(ctx, 0);
  if (slice->table.count == 0 && slice->files.count == 0 && slot->owns_empty)
    add_entry(ctx, slot, slot->desc, hash_key("", &slot->desc->key), "");
  memory_keep(ctx, slice->memory);
  levada_fire fire{};
  fire.watermark = LEVADA_MIN_WATERMARK;
  if (slice->files.count)
    return fire_spilled(ctx, slot, 0, 1, fire);
  return fire_table(ctx, slot, &slice->table, fire);
}

namespace {
/// While it lives, the slot's state does not leave memory to make room for others'.
struct Firing {
  explicit Firing(levada_slot *slot) : slot(slot) { slot_pin(slot, 1); }
  ~Firing() { slot_pin(slot, -1); }
  levada_slot *slot;
};
} // namespace

static bool is_hop(const levada_slot *slot) {
  return slot->desc->kind == LEVADA_SLOT_WINDOW && slot->desc->window == LEVADA_WINDOW_HOP;
}

/// Elements of what is kept of a slot's keys fire before it: that may change it. Those
/// of a HOP window fire in the midst of it (window.cpp), so it goes before them.
static int32_t advance_first(levada_ctx *ctx, const levada_slot *slot, int64_t watermark) {
  if (!slot->desc->owner)
    return is_hop(slot) ? 0 : each_elements(ctx, slot, [&](levada_slot *elements) {
      return slot_advance(ctx, elements, watermark);
    });
  if (!is_hop(slot) || !slot->desc->fire)
    return 0;
  int32_t owner = ctx->program->stages[slot->desc->fire_stage].input_slot;
  return slot_advance(ctx, ctx->slots[owner], watermark);
}

int32_t slot_advance(levada_ctx *ctx, levada_slot *slot, int64_t watermark) {
  if (watermark <= slot->watermark)
    return 0;
  if (watermark < slot->next_fire) {
    slot->watermark = watermark;
    return 0;
  }
  if (advance_first(ctx, slot, watermark))
    return 1;
  Firing firing(slot);
  switch (slot->desc->kind) {
  case LEVADA_SLOT_WINDOW:
    return window_advance(ctx, slot, watermark);
  case LEVADA_SLOT_SESSION:
    return sessions_advance(ctx, slot, watermark);
  }
  slot->watermark = watermark;
  return 0;
}

int32_t slot_finish(levada_ctx *ctx, levada_slot *slot) {
  Firing firing(slot);
  switch (slot->desc->kind) {
  case LEVADA_SLOT_GROUP:
    if (slot->desc->owner) // its owner has it fire
      return 0;
    if (each_elements(ctx, slot, [&](levada_slot *first) { return group_finish(ctx, first); }))
      return 1;
    return group_finish(ctx, slot);
  case LEVADA_SLOT_SORT:
    return sorter_finish(ctx, slot);
  }
  return slot_advance(ctx, slot, LEVADA_MAX_WATERMARK);
}

//--- time --------------------------------------------------------------------

int64_t local_time_slow(levada_slot *slot, int64_t t) {
  if (t < -time_limit || t > time_limit)
    return t; // refused by whoever opens its slice
  ZonePeriod period = zone_period(slot->zone, t);
  slot->zone_from = period.from;
  slot->zone_length = (uint64_t)period.until - (uint64_t)period.from;
  slot->zone_offset = period.offset;
  return t + period.offset;
}

int64_t progress_at(const levada_slot *slot, int64_t watermark) {
  if (watermark >= time_limit * 4)
    return INT64_MAX;
  if (watermark < -time_limit * 4)
    return INT64_MIN;
  if (!slot->zone || watermark > time_limit || watermark < -time_limit)
    return watermark + 1;
  return zone_horizon(slot->zone, watermark + 1);
}

int64_t trigger_of(const levada_slot *slot, int64_t end) {
  return slot->zone ? zone_last_instant(slot->zone, end - 1) : end - 1;
}

} // namespace levada::rt

extern "C" int32_t levada_rt_advance_slow(levada_ctx *ctx, levada_slot *slot, int64_t watermark) {
  return levada::rt::slot_advance(ctx, slot, watermark);
}
