//===- window.cpp - TUMBLE, HOP and CUMULATE windows as slices ------------===//
//
// A row is added to one slice: the window itself (TUMBLE), a slide (HOP) or a
// step (CUMULATE). A HOP window fires by reading its slices together in hash
// order, merging what belongs to one key, oldest first. A CUMULATE window
// merges its slices for good into the first of its period, which late rows of
// the part that has fired join too. A slice goes when the last window that
// contains it has fired; rows after that are late, rows before are kept for the
// windows still to fire.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/slot_impl.h"
#include "runtime/state/spill.h"

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

void window_plan(levada_slot *slot) {
  make_current(slot, nullptr);
  plan_next(slot);
}

bool slice_fits(const levada_slot_desc *desc, int64_t start, int64_t end, int64_t last_end) {
  if (start < -2 * time_limit || last_end > 2 * time_limit || start >= end || end > last_end)
    return false;
  const int64_t step = step_of(desc), offset = desc->offset % desc->size;
  if (desc->window == LEVADA_WINDOW_CUMULATE) {
    int64_t period = floor_to(start, offset, desc->size);
    return last_end - period == desc->size && (start - period) % step == 0 &&
           (end - period) % step == 0 && (start == period || end - start == step);
  }
  return floor_to(start, offset, step) == start && end - start == step &&
         last_end == (desc->window == LEVADA_WINDOW_HOP ? start + desc->size : end);
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

/// Merges one slice's entries into another's.
static void merge_into(levada_ctx *ctx, levada_slot *slot, Slice *into, const Table *from) {
  const levada_slot_desc *desc = slot->desc;
  const uint32_t stride = slot_stride(desc), head = slot_head(desc);
  Table *table = &into->table;
  levada_arena *arena = ctx->state_arena = &into->memory->arena;
  const char *at = from->slots;
  for (uint64_t left = from->count; left; at += stride) {
    uint64_t tag = load64(at);
    if (!tag)
      continue;
    --left;
    table_mark(table, ~tag);
    char *entry = table_find(table, desc, ~tag, at + head);
    if (!entry)
      entry = table_insert(ctx, table, desc, slot->range, tag, at + head, arena);
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

namespace {
/// Reads several tables at once, in hash order.
struct Merger {
  const levada_slot_desc *desc;
  uint64_t count;
  uint64_t *tags;     // of the next entry of each table, 0 at its end
  const char **slots; // where that stands
  uint64_t *left;

  /// Moves to the first entry at or behind `slot`.
  void settle(uint64_t i, const char *slot) {
    for (; left[i]; slot += slot_stride(desc))
      if (uint64_t tag = load64(slot)) {
        tags[i] = tag;
        slots[i] = slot;
        --left[i];
        return;
      }
    tags[i] = 0;
  }
  const char *entry(uint64_t i) const { return slots[i] + slot_head(desc); }

  /// The table that holds the next key; `count` at the end.
  uint64_t next() const {
    uint64_t first = 0;
    for (uint64_t i = 1; i < count; ++i)
      first = tags[i] > tags[first] ? i : first;
    if (tags[first] == 0)
      return count;
    for (uint64_t i = first + 1; i < count; ++i) // keys of equal hash
      if (tags[i] == tags[first] && key_compare(entry(i), entry(first), &desc->key) < 0)
        first = i;
    return first;
  }
};
} // namespace

/// HOP: keys of all slices in hash order, their accumulators merged oldest
/// first, handed out as blocks fill.
static int32_t fire_merged(levada_ctx *ctx, levada_slot *slot, uint64_t first, uint64_t count,
                           levada_fire fire) {
  const levada_slot_desc *desc = slot->desc;
  const uint32_t stride = (desc->entry_size + 15) & ~15u;
  auto *words = (uint64_t *)must_alloc(count * 24);
  Merger from{desc, count, words, (const char **)(words + count), words + 2 * count};
  for (uint64_t i = 0; i < count; ++i) {
    Slice *slice = slot->slices[first + i];
    memory_keep(ctx, slice->memory); // rows view the keys' texts
    from.left[i] = slice->table.count;
    from.settle(i, slice->table.slots);
  }
  if (!slot->block)
    slot->block = (const char **)must_alloc(fire_block * sizeof(char *));
  char *merged = nullptr; // entries made here
  Memory *memory = memory_new_paged();
  int32_t failed = 0;
  uint32_t n = 0;
  for (uint64_t i; !failed && (i = from.next()) < count;) {
    const char *entry = from.entry(i);
    uint64_t tag = from.tags[i];
    bool shared = false;
    from.settle(i, from.slots[i] + slot_stride(desc));
    for (uint64_t j = i + 1; j < count; ++j) {
      if (from.tags[j] != tag || key_compare(from.entry(j), entry, &desc->key) != 0)
        continue;
      ctx->state_arena = &memory->arena;
      if (!shared) {
        if (!merged)
          merged = (char *)must_alloc((uint64_t)stride * fire_block);
        char *into = merged + (uint64_t)n * stride;
        memset(into, 0, desc->entry_size);
        memcpy(into, entry, desc->key.size);
        if (desc->init)
          desc->init(ctx, into + desc->acc_offset);
        desc->merge(ctx, into + desc->acc_offset, entry + desc->acc_offset);
        entry = into;
        shared = true;
      }
      desc->merge(ctx, (char *)entry + desc->acc_offset, from.entry(j) + desc->acc_offset);
      from.settle(j, from.slots[j] + slot_stride(desc));
    }
    slot->block[n++] = entry;
    if (n == fire_block) {
      memory_keep(ctx, memory);
      failed = fire_entries(ctx, slot, slot->block, n, fire);
      n = 0;
    }
  }
  if (n && !failed) {
    memory_keep(ctx, memory);
    failed = fire_entries(ctx, slot, slot->block, n, fire);
  }
  memory_release(memory);
  must_free(merged);
  must_free(words);
  return failed;
}

/// CUMULATE: one slice from what the window that ends at `end` holds. NULL: its
/// files could not be read or written.
static Slice *accumulate(levada_ctx *ctx, levada_slot *slot, uint64_t first, uint64_t count,
                         int64_t start, int64_t end, bool spilled) {
  Slice *into = slot->slices[first];
  if (spilled && count > 1 && !gather_spilled(ctx, slot, first, count))
    return nullptr;
  for (uint64_t i = 1; i < count; ++i) {
    Slice *slice = slot->slices[first + i];
    if (!spilled)
      merge_into(ctx, slot, into, &slice->table);
    slice_free(slice);
  }
  slot->slices.erase(first + 1, count - 1);
  into->start = start;
  into->end = end;
  return into;
}

/// HOP: what elements that are in several slices of a window count too often becomes
/// one more slice, behind the `*count` of the window, to be merged with them.
static int32_t correct_hop(levada_ctx *ctx, levada_slot *slot, int64_t start, int64_t end,
                           uint64_t first, uint64_t *count) {
  Slice *extra = nullptr;
  int32_t failed = each_elements(ctx, slot, [&](levada_slot *elements) {
    uint64_t from, some = slices_between(elements, start, end, &from);
    bool spilled = any_spilled(elements, from, some);
    if (!some)
      return 0;
    if (!extra) {
      extra = *slot->slices.insert(first + *count, slice_new(slot, start, end, end));
      make_current(slot, extra);
    }
    levada_fire fire = window_fire(slot, start, end);
    slot_pin(elements, 1);
    int32_t status = spilled    ? fire_spilled(ctx, elements, from, some, fire)
                     : some > 1 ? fire_merged(ctx, elements, from, some, fire)
                                : fire_table(ctx, elements, &elements->slices[from]->table, fire);
    slot_pin(elements, -1);
    return status;
  });
  make_current(slot, nullptr);
  if (!extra)
    return failed;
  if (extra->table.count || extra->files.count) {
    ++*count;
  } else {
    slot->slices.erase(first + *count);
    slice_free(extra);
  }
  return failed;
}

static int32_t fire_hop(levada_ctx *ctx, levada_slot *slot, int64_t start, int64_t end) {
  uint64_t first, own = slices_between(slot, start, end, &first), count = own;
  if (correct_hop(ctx, slot, start, end, first, &count))
    return 1;
  levada_rt_order(ctx, end);
  levada_fire fire = window_fire(slot, start, end);
  int32_t status;
  if (any_spilled(slot, first, count)) {
    status = fire_spilled(ctx, slot, first, count, fire);
  } else if (count > 1) {
    status = fire_merged(ctx, slot, first, count, fire);
  } else {
    memory_keep(ctx, slot->slices[first]->memory);
    status = fire_table(ctx, slot, &slot->slices[first]->table, fire);
  }
  if (count != own) {
    slice_free(slot->slices[first + own]);
    slot->slices.erase(first + own);
  }
  return status;
}

static int32_t fire_window(levada_ctx *ctx, levada_slot *slot, int64_t end) {
  const levada_slot_desc *desc = slot->desc;
  const bool hop = desc->window == LEVADA_WINDOW_HOP;
  if (desc->owner && (!desc->fire || hop))
    return 0;
  if (hop)
    return fire_hop(ctx, slot, end - desc->size, end);
  int64_t start = end - desc->size;
  if (desc->window == LEVADA_WINDOW_CUMULATE)
    start = slot->slices[0]->last_end - desc->size;
  levada_fire fire = window_fire(slot, start, end);
  uint64_t first, count = slices_between(slot, start, end, &first);
  if (!desc->owner)
    levada_rt_order(ctx, end);
  bool spilled = any_spilled(slot, first, count);
  if (spilled && desc->window != LEVADA_WINDOW_CUMULATE)
    return fire_spilled(ctx, slot, first, count, fire);
  Slice *slice = slot->slices[first];
  if (desc->window == LEVADA_WINDOW_CUMULATE)
    slice = accumulate(ctx, slot, first, count, start, end, spilled);
  if (!slice)
    return 1;
  if (spilled)
    return fire_spilled(ctx, slot, first, 1, fire);
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
