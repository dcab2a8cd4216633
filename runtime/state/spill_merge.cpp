//===- spill_merge.cpp - tables and files read as one ----------------------===//
//
// A heap of sources, each in the order of (hash, key): files and tables of one
// or several slices, the oldest first. What belongs to one key is folded into one
// entry, in that order, and goes to the fire stage in blocks, or to a file.
//
//===----------------------------------------------------------------------===//
#include "runtime/exec/frame.h"
#include "runtime/state/heap.h"
#include "runtime/state/part.h"
#include "runtime/state/spill.h"

#include <errno.h>
#include <new>
#include <stdio.h>
#include <unistd.h>

namespace levada::rt {

namespace {

/// One file, or the table of a slice.
struct Source {
  uint64_t tag = 0; // 0: at its end
  const char *key = nullptr;
  uint32_t slice = 0, generation = 0;

  // a table
  bool table = false;
  const char *slot = nullptr;
  uint64_t left = 0;
  // a file
  const SortedFile *file = nullptr;
  SortedReader reader;
  char *text_key = nullptr; // its key, where texts have to be pointed to
  Reader rest;              // behind the key
};

struct Merge {
  levada_ctx *ctx;
  levada_slot *slot;
  const levada_slot_desc *desc;
  uint32_t stride, head, acc_size;
  uint64_t limit; // of memory
  Source *sources = nullptr;
  uint32_t count = 0;
  List<uint32_t> heap{};
  char *current = nullptr; // accumulators at hand, of one slice
  Memory *memory = nullptr;
  int failed = 0;

  Merge(levada_ctx *ctx, levada_slot *slot)
      : ctx(ctx), slot(slot), desc(slot->desc), stride(slot_stride(slot->desc)),
        head(slot_head(slot->desc)), acc_size(desc->entry_size - desc->acc_offset),
        limit(slot->spill ? slot->spill->limit : ~(uint64_t)0) {
    current = (char *)must_zero(acc_size + 16);
  }
  ~Merge();
  /// What slices hold; of one slice alone, the files from `file` on without the
  /// table where `file` is not ~0.
  void open(uint64_t first, uint64_t slices, uint64_t file = ~(uint64_t)0);
  bool advance(Source &source);
  bool before(uint32_t a, uint32_t b) const;
  auto order() const {
    return [this](uint32_t a, uint32_t b) { return before(a, b); };
  }
  /// Drops the top or moves it on.
  void step();
  bool same_key(const Source &source, uint64_t tag, const char *key) const {
    return source.tag == tag && key_compare(source.key, key, &desc->key) == 0;
  }
  void load(Source &source, char *acc);
  /// The next key with its accumulators, into `entry`; their memory is `memory`.
  /// False at the end.
  bool next(char *entry, uint64_t *tag);
};

} // namespace

Merge::~Merge() {
  for (uint32_t i = 0; i < count; ++i) {
    must_free(sources[i].text_key);
    sources[i].~Source();
  }
  must_free(sources);
  must_free(current);
  heap.free();
}

void Merge::open(uint64_t first, uint64_t slices, uint64_t file_from) {
  const bool tables = file_from == ~(uint64_t)0;
  uint32_t most = 0;
  for (uint64_t i = first; i < first + slices; ++i)
    most += (uint32_t)slot->slices[i]->files.count + 1;
  sources = (Source *)must_zero(most * sizeof(Source));
  uint64_t buffer = limit / 8 / most & ~(uint64_t)4095;
  buffer = buffer < 4096 ? 4096 : buffer > (256 << 10) ? 256 << 10 : buffer;
  for (uint64_t i = first; i < first + slices; ++i) {
    Slice *slice = slot->slices[i];
    for (uint64_t f = tables ? 0 : file_from; f < slice->files.count; ++f) {
      SortedFile *file = slice->files[f];
      Source *source = new (&sources[count++]) Source;
      source->slice = (uint32_t)i;
      source->generation = file->generation;
      source->file = file;
      if (desc->key.str_count)
        source->text_key = (char *)must_zero(desc->key.size);
      source->reader.start(file, ~(uint64_t)0, file->size < buffer ? file->size : buffer);
    }
    if (!tables)
      continue;
    Source *source = new (&sources[count++]) Source;
    source->slice = (uint32_t)i;
    source->generation = UINT32_MAX;
    source->table = true;
    source->slot = slice->table.slots;
    source->left = slice->table.count;
  }
  for (uint32_t i = 0; i < count; ++i)
    if (advance(sources[i]))
      heap.push(i);
  heap_make(heap, order());
}

bool Merge::advance(Source &source) {
  if (!source.table) {
    while (source.reader.next()) {
      source.tag = source.reader.tag();
      if (group_of(desc, source.tag) - source.file->first_group >= source.file->group_count)
        continue; // another worker's, in a file of before
      source.rest = Reader(source.reader.bytes());
      if (!source.text_key) {
        source.key = source.rest.skip(desc->key.size);
      } else {
        source.key = key_load(&desc->key, source.text_key, source.rest) ? source.text_key : nullptr;
      }
      if (source.key)
        return true;
      failed = EIO;
      break;
    }
    failed = source.reader.failed ? source.reader.failed : failed;
    return false;
  }
  for (; source.left; source.slot += stride)
    if (uint64_t tag = load64(source.slot)) {
      source.tag = tag;
      source.key = source.slot + head;
      source.slot += stride;
      --source.left;
      return true;
    }
  return false;
}

bool Merge::before(uint32_t a, uint32_t b) const {
  if (sources[a].tag != sources[b].tag)
    return sources[a].tag > sources[b].tag;
  int order = key_compare(sources[a].key, sources[b].key, &desc->key);
  return order ? order < 0 : a < b;
}

void Merge::step() {
  if (advance(sources[heap[0]]))
    heap_sift(heap, 0, order());
  else
    heap_pop(heap, order());
}

void Merge::load(Source &source, char *acc) {
  if (source.table) {
    memcpy(acc, source.key + desc->acc_offset, acc_size);
    return;
  }
  memset(acc, 0, acc_size);
  if (desc->init)
    desc->init(ctx, acc);
  if (desc->save)
    desc->load(ctx, &source.rest, acc);
  else
    source.rest.bytes(acc, acc_size);
  if (!source.rest.ok)
    failed = EIO;
}

bool Merge::next(char *entry, uint64_t *tag) {
  if (!heap.count || failed)
    return false;
  ctx->state_arena = &memory->arena;
  char *acc = entry + desc->acc_offset;
  Source *source = &sources[heap[0]];
  *tag = source->tag;
  memset(entry, 0, desc->entry_size);
  key_copy(entry, source->key, &desc->key, &memory->arena);
  uint32_t slice = source->slice, generation = source->generation;
  load(*source, current);
  bool folded = false;
  auto fold = [&] {
    if (!folded && desc->init)
      desc->init(ctx, acc);
    folded = true;
    desc->merge(ctx, acc, current);
  };
  for (step(); heap.count && !failed && same_key(sources[heap[0]], *tag, entry); step()) {
    source = &sources[heap[0]];
    if (source->slice != slice || (desc->mergeable && source->generation != generation))
      fold(); // else what is newer counts alone
    slice = source->slice;
    generation = source->generation;
    load(*source, current);
  }
  if (folded)
    fold();
  else
    memcpy(acc, current, acc_size);
  return !failed;
}

//--- reading all of a slice --------------------------------------------------

bool each_merged(levada_ctx *ctx, levada_slot *slot, uint64_t at, void *to,
                 void (*each)(void *to, const char *entry)) {
  Merge merge(ctx, slot);
  merge.open(at, 1);
  char *entry = (char *)must_alloc(slot->desc->entry_size + 16);
  Memory *memory = merge.memory = memory_new_paged();
  for (uint64_t tag; merge.next(entry, &tag);) {
    each(to, entry);
    if (memory->arena.blocks)
      arena_reset(&memory->arena);
  }
  memory_release(memory);
  must_free(entry);
  if (merge.failed)
    spill_failed(ctx, "reading state back", merge.failed);
  return !ctx->failed;
}

bool each_counted(levada_ctx *ctx, levada_slot *slot, uint64_t at, void *to,
                  bool (*each)(void *to, std::string_view entry)) {
  Merge merge(ctx, slot);
  merge.open(at, 1);
  Writer bytes;
  bool good = true;
  while (good && merge.heap.count && !merge.failed) {
    Source &source = merge.sources[merge.heap[0]];
    const uint64_t tag = source.tag;
    const uint32_t generation = source.generation;
    bytes.clear();
    if (source.table)
      entry_save(ctx, slot->desc, tag, source.key, bytes);
    else
      bytes.bytes(source.reader.whole().data(), source.reader.whole().size());
    merge.step();
    if (merge.heap.count) { // superseded by the next one?
      const Source &next = merge.sources[merge.heap[0]];
      EntryReader entry(slot);
      Reader from(bytes.view());
      const char *key = next.tag == tag && entry.next(from) ? entry.take_key() : nullptr;
      if (key && (!slot->desc->mergeable || next.generation == generation) &&
          merge.same_key(next, tag, key))
        continue;
    }
    good = each(to, bytes.view());
  }
  if (merge.failed)
    spill_failed(ctx, "reading state back", merge.failed);
  return good && !ctx->failed;
}

bool any_spilled(const levada_slot *slot, uint64_t first, uint64_t count) {
  for (uint64_t i = first; i < first + count; ++i)
    if (slot->slices[i]->files.count)
      return true;
  return false;
}

int32_t fire_spilled(levada_ctx *ctx, levada_slot *slot, uint64_t first, uint64_t count,
                     levada_fire fire) {
  const levada_slot_desc *desc = slot->desc;
  const uint32_t stride = (desc->entry_size + 15) & ~15u;
  if (!slot->block)
    slot->block = (const char **)must_alloc(fire_block * sizeof(char *));
  // Slots behind this one get the memory.
  uint32_t slots = 0;
  for (uint32_t i = 0; i < slot->spill->slot_count; ++i)
    slots += slot->spill->slots[i] != nullptr;
  const bool limited = slots > 1 && slot->spill->limit < no_limit;
  for (uint64_t i = first; limited && i < first + count; ++i)
    if (slot->slices[i]->table.count && !spill_slice(ctx, slot, slot->slices[i]))
      return 1;
  Merge merge(ctx, slot);
  merge.open(first, count);
  char *entries = (char *)must_alloc((uint64_t)stride * fire_block);
  const uint64_t most = slot->spill->limit / 16;
  int32_t status = 0;
  for (bool more = true; more && !status;) {
    // Accumulators of tables are viewed by what is merged from them: those stay.
    void *outside = block_begin(ctx);
    Memory *memory = merge.memory = memory_new_paged();
    uint32_t n = 0;
    while (n < fire_block && arena_total(&memory->arena) <= most) {
      uint64_t tag;
      char *entry = entries + (uint64_t)n * stride;
      if (!(more = merge.next(entry, &tag)))
        break;
      slot->block[n++] = entry;
    }
    if (merge.failed)
      status = spill_failed(ctx, "reading state back", merge.failed);
    else if (ctx->failed)
      status = 1;
    if (n && !status) {
      memory_keep(ctx, memory);
      for (uint64_t i = first; i < first + count; ++i)
        memory_keep(ctx, slot->slices[i]->memory);
      status = fire_entries(ctx, slot, slot->block, n, fire);
    }
    memory_release(memory);
    block_end(ctx, outside);
  }
  must_free(entries);
  return status;
}

/// One file from what `merge` reads; NULL: ctx has the error.
static SortedFile *merge_to_file(levada_ctx *ctx, levada_slot *slot, Merge &merge,
                                 uint64_t entries) {
  const levada_slot_desc *desc = slot->desc;
  Spill *spill = slot->spill;
  SortedWriter to(spill_file(spill), entry_size_of(desc), desc->mergeable ? 0 : filtered_entries(spill, entries));
  char *entry = (char *)must_alloc(desc->entry_size + 16);
  Memory *memory = merge.memory = memory_new_paged();
  for (uint64_t tag; merge.next(entry, &tag);) {
    entry_save(ctx, desc, tag, entry, to.entry(tag));
    if (memory->arena.blocks)
      arena_reset(&memory->arena);
  }
  memory_release(memory);
  must_free(entry);
  if (merge.failed)
    return spill_failed(ctx, "reading state back", merge.failed), nullptr;
  if (ctx->failed)
    return nullptr;
  SortedFile *file = spill_finish(ctx, spill, to);
  if (file)
    file->generation = ++slot->generations;
  return file;
}

/// In the place of all from `from` on.
static void replace_files(Slice *slice, uint64_t from, SortedFile *file) {
  for (uint64_t i = from; i < slice->files.count; ++i)
    sorted_release(slice->files[i]);
  slice->files.count = from;
  if (file)
    slice->files.push(file);
}

bool gather_spilled(levada_ctx *ctx, levada_slot *slot, uint64_t first, uint64_t count) {
  uint64_t entries = 0;
  for (uint64_t i = first; i < first + count; ++i) {
    entries += slot->slices[i]->table.count;
    for (const SortedFile *file : slot->slices[i]->files)
      entries += file->count;
  }
  SortedFile *file;
  {
    Merge merge(ctx, slot);
    merge.open(first, count);
    file = merge_to_file(ctx, slot, merge, entries);
  }
  if (!file)
    return false;
  for (uint64_t i = first; i < first + count; ++i) {
    replace_files(slot->slices[i], 0, i == first ? file : nullptr);
    slice_emptied(slot, slot->slices[i]);
  }
  return true;
}

bool compact_spilled(levada_ctx *ctx, levada_slot *slot, Slice *slice) {
  // The newest ones, and older ones as long as they are not much larger than all
  // of those: each entry is written again a logarithmic number of times.
  List<SortedFile *> &files = slice->files;
  uint64_t from = files.count, bytes = 0, entries = 0, at = 0;
  // Where entries are looked up, few files are worth more.
  const uint64_t ratio = slot->desc->mergeable ? 2 : 1;
  const uint64_t least = files.count < most_files ? few_files / 2 : most_files / 2;
  while (from > 0 && (files.count - from < least || files[from - 1]->size <= bytes / ratio ||
                      files[from - 1]->generation == files[from]->generation)) {
    bytes += files[--from]->size;
    entries += files[from]->count;
  }
  while (slot->slices[at] != slice)
    ++at;
  SortedFile *file;
  if (slot->desc->mergeable) {
    Merge merge(ctx, slot);
    merge.open(at, 1, from);
    file = merge_to_file(ctx, slot, merge, entries);
  } else if ((file = merge_newest(ctx, slot, files, from, entry_size_of(slot->desc), 0))) {
    file->generation = ++slot->generations;
  }
  if (file)
    replace_files(slice, from, file);
  return file != nullptr;
}

} // namespace levada::rt
