//===- window.cpp - TUMBLE, HOP and CUMULATE windows as slices ------------===//
//
// A row is added to one slice: the window itself (TUMBLE), a slide (HOP) or a
// step (CUMULATE). A HOP window fires by merging its slices, oldest first, into
// a table of its own. A CUMULATE window merges its slices for good into the
// first of its period, which late rows of the part that has fired join too. A
// slice goes when the last window that contains it has fired; rows after that
// are late, rows before are kept for the windows still to fire.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/slot_impl.h"

namespace levada::rt {

static int64_t floor_to(int64_t t, int64_t offset, int64_t step) {
  int64_t from = t - offset, rest = from % step;
  return t - (rest < 0 ? rest + step : rest);
}

/// How far apart windows end.
static int64_t step_of(const levada_slot_desc *desc) {
  return desc->window == LEVADA_WINDOW_TUMBLE ? desc->size : desc->slide;
}

/// The first window end after `progress` of a grid that `end` is on, not
/// before `end`.
static int64_t next_end(int64_t end, int64_t progress, int64_t step) {
  return end > progress ? end : end + ((progress - end) / step + 1) * step;
}

static void make_current(levada_slot *slot, Slice *slice) {
  slot->slice = slice ? slice : &slot->none;
  slot->slice_start = slice ? slice->start : 0;
  slot->slice_length = slice ? (uint64_t)(slice->end - slice->start) : 0;
}

/// The end of the window that fires next; INT64_MAX when there is none.
static int64_t next_window(const levada_slot *slot) {
  if (slot->slices.count == 0)
    return INT64_MAX;
  return next_end(slot->slices[0]->end, slot->progress, step_of(slot->desc));
}

static void plan_next(levada_slot *slot) {
  int64_t end = next_window(slot);
  slot->next_fire = end == INT64_MAX ? INT64_MAX : trigger_of(slot, end);
}

/// The first slice that starts after `t`.
static uint64_t slice_after(const levada_slot *slot, int64_t t) {
  uint64_t low = 0, high = slot->slices.count;
  while (low < high) {
    uint64_t middle = (low + high) / 2;
    if (slot->slices[middle]->start <= t)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bool open_slice(levada_ctx *ctx, levada_slot *slot, int64_t t) {
  const levada_slot_desc *desc = slot->desc;
  if (t > time_limit || t < -time_limit) {
    state_fail(ctx, 604, "the event time is too far from 1970 for a window");
    return false;
  }
  uint64_t at = slice_after(slot, t);
  if (at > 0 && t < slot->slices[at - 1]->end) {
    make_current(slot, slot->slices[at - 1]);
    return true;
  }
  int64_t progress = progress_at(slot, slot->watermark);
  slot->progress = slot->progress > progress ? slot->progress : progress;
  const int64_t step = step_of(desc);
  int64_t start = floor_to(t, desc->offset % desc->size, step), end = start + step, last = end;
  if (desc->window == LEVADA_WINDOW_HOP)
    last = start + desc->size;
  int64_t period = start;
  if (desc->window == LEVADA_WINDOW_CUMULATE) {
    period = floor_to(t, desc->offset % desc->size, desc->size);
    start = floor_to(t, period % step, step);
    end = start + step;
    last = period + desc->size;
  }
  if (last <= slot->progress)
    return false;
  if (desc->window == LEVADA_WINDOW_CUMULATE && end <= slot->progress) {
    // The part of the period that has fired is one slice, whatever it held.
    start = period;
    end = next_end(end, slot->progress, step) - step;
    at = slice_after(slot, start);
  }
  Slice *slice = *slot->slices.insert(at, slice_new(slot, start, end, last));
  make_current(slot, slice);
  plan_next(slot);
  return true;
}

/// Merges one slice's entries into `table`, whose accumulators live in `arena`.
static void merge_into(levada_ctx *ctx, levada_slot *slot, Table *table, levada_arena *arena,
                       bool copy_keys, const Table *from) {
  const levada_slot_desc *desc = slot->desc;
  const uint32_t stride = slot_stride(desc), head = slot_head(desc);
  ctx->state_arena = arena;
  const char *at = from->slots;
  for (uint64_t left = from->count; left; at += stride) {
    uint64_t tag = load64(at);
    if (!tag)
      continue;
    --left;
    char *entry = table_find(table, desc, ~tag, at + head);
    if (!entry)
      entry = table_insert(ctx, table, desc, slot->range, tag, at + head,
                           copy_keys ? arena : nullptr);
    desc->merge(ctx, entry + desc->acc_offset, at + head + desc->acc_offset);
  }
}

/// Slices of [start, end): from `first`, `count` of them.
static uint64_t slices_between(const levada_slot *slot, int64_t start, int64_t end,
                               uint64_t *first) {
  uint64_t from = 0;
  while (from < slot->slices.count && slot->slices[from]->start < start)
    ++from;
  uint64_t to = from;
  while (to < slot->slices.count && slot->slices[to]->end <= end)
    ++to;
  *first = from;
  return to - from;
}

static int32_t fire_merged(levada_ctx *ctx, levada_slot *slot, uint64_t first, uint64_t count,
                           levada_fire fire) {
  uint64_t expected = 0;
  for (uint64_t i = first; i < first + count; ++i) {
    Slice *slice = slot->slices[i];
    expected = slice->table.count > expected ? slice->table.count : expected;
    memory_keep(ctx, slice->memory); // the keys' texts
  }
  Table table;
  table_init(&table, slot_stride(slot->desc), slot->range, expected + expected / 4);
  Memory *memory = memory_new();
  for (uint64_t i = first; i < first + count; ++i)
    merge_into(ctx, slot, &table, &memory->arena, false, &slot->slices[i]->table);
  memory_keep(ctx, memory);
  int32_t failed = fire_table(ctx, slot, &table, fire);
  table_free(&table);
  memory_release(memory);
  return failed;
}

/// CUMULATE: one slice from what the window that ends at `end` holds.
static Slice *accumulate(levada_ctx *ctx, levada_slot *slot, uint64_t first, uint64_t count,
                         int64_t start, int64_t end) {
  Slice *into = slot->slices[first];
  for (uint64_t i = 1; i < count; ++i) {
    Slice *slice = slot->slices[first + i];
    merge_into(ctx, slot, &into->table, &into->memory->arena, true, &slice->table);
    slice_free(slice);
  }
  slot->slices.erase(first + 1, count - 1);
  into->start = start;
  into->end = end;
  return into;
}

static int32_t fire_window(levada_ctx *ctx, levada_slot *slot, int64_t end) {
  const levada_slot_desc *desc = slot->desc;
  int64_t start = end - desc->size;
  if (desc->window == LEVADA_WINDOW_CUMULATE)
    start = slot->slices[0]->last_end - desc->size;
  levada_fire fire = window_fire(slot, start, end);
  uint64_t first, count = slices_between(slot, start, end, &first);
  levada_rt_order(ctx, end);
  if (desc->window == LEVADA_WINDOW_HOP && count > 1)
    return fire_merged(ctx, slot, first, count, fire);
  Slice *slice = slot->slices[first];
  if (desc->window == LEVADA_WINDOW_CUMULATE)
    slice = accumulate(ctx, slot, first, count, start, end);
  memory_keep(ctx, slice->memory);
  return fire_table(ctx, slot, &slice->table, fire);
}

int32_t window_advance(levada_ctx *ctx, levada_slot *slot, int64_t watermark) {
  make_current(slot, nullptr);
  int64_t progress = progress_at(slot, watermark);
  for (int64_t end; (end = next_window(slot)) <= progress && slot->slices.count;) {
    if (fire_window(ctx, slot, end))
      return 1;
    slot->progress = end;
    uint64_t done = 0;
    while (done < slot->slices.count && slot->slices[done]->last_end <= end) {
      slot->expected = slot->slices[done]->table.count;
      slice_free(slot->slices[done++]);
    }
    slot->slices.erase(0, done);
  }
  slot->watermark = watermark;
  slot->progress = progress > slot->progress ? progress : slot->progress;
  plan_next(slot);
  return 0;
}

} // namespace levada::rt
