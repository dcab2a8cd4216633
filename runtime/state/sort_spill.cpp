//===- sort_spill.cpp - sorting more than fits into memory -----------------===//
//
// What is in memory is sorted and goes to a file; at the end the files and the
// rest are merged. A row in a file stands behind its number of arrival.
//
//===----------------------------------------------------------------------===//
#include "runtime/exec/frame.h"
#include "runtime/state/entry.h"
#include "runtime/state/heap.h"
#include "runtime/state/sorter.h"
#include "runtime/state/spill.h"

#include <errno.h>
#include <new>
#include <stdio.h>
#include <unistd.h>

namespace levada::rt {

uint64_t sorter_bytes(const levada_slot *slot) {
  uint64_t bytes = sorter_size(slot).bytes;
  // Sorting takes as many pointers again.
  return bytes + slot->sorter->kept.room * sizeof(char *);
}

bool sorter_spill(levada_ctx *ctx, levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  Spill *spill = slot->spill;
  if (sorter->bound != UINT64_MAX)
    return over_limit(ctx, slot, "the rows that LIMIT keeps"), false;
  sort_rows(slot);
  // Not linked by checkpoints, which have the rows themselves.
  SortedWriter to(spill->folder, spill_name(spill).text, false, 0, 0);
  for (char *row : sorter->kept) {
    Writer &entry = to.entry(arrival(row));
    entry.value(arrival(row));
    uint64_t at = entry.size();
    entry.value(uint64_t(0));
    key_save(&slot->desc->key, row, entry);
    entry.put(at, uint64_t(entry.size() - at - 8));
  }
  SortedFile *file = spill_finish(ctx, spill, to);
  if (!file)
    return false;
  sorter->files.push(file);
  sorter->kept.free();
  memory_release(sorter->rows);
  memory_release(sorter->texts);
  sorter->rows = memory_new();
  sorter->texts = memory_new();
  sorter->text_bytes = sorter->saved = 0;
  return true;
}

namespace {
struct Source {
  const char *row = nullptr;
  // a file
  SortedReader reader;
  char *own = nullptr; // 16-aligned, behind room for the number of arrival
  // memory
  char **at = nullptr, **end = nullptr;
  bool file = false;
};
} // namespace

static bool advance(const levada_slot_desc *desc, Source &source, int *failed) {
  if (!source.file)
    return source.at != source.end && (source.row = *source.at++, true);
  if (!source.reader.next()) {
    *failed = source.reader.failed ? source.reader.failed : *failed;
    return false;
  }
  uint64_t number = source.reader.tag();
  memcpy(source.own + 8, &number, 8);
  Reader bytes(source.reader.bytes());
  source.row = source.own + 16;
  if (key_load(&desc->key, source.own + 16, bytes))
    return true;
  *failed = EIO;
  return false;
}

int32_t sorter_fire_spilled(levada_ctx *ctx, levada_slot *slot) {
  const levada_slot_desc *desc = slot->desc;
  Sorter *sorter = slot->sorter;
  const uint64_t count = sorter->files.count + 1, size = (desc->key.size + 15) & ~15ull;
  uint64_t buffer = slot->spill->limit / 8 / count & ~(uint64_t)4095;
  buffer = buffer < 4096 ? 4096 : buffer > (256 << 10) ? 256 << 10 : buffer;
  auto *sources = (Source *)must_zero(count * sizeof(Source));
  char *rows = (char *)must_alloc((size + 16) * (count + fire_block));
  char *block = rows + (size + 16) * count;
  int failed = 0;
  List<uint32_t> heap{};
  auto before = [&](uint32_t a, uint32_t b) {
    return sorts_before(desc, sources[a].row, sources[b].row);
  };
  for (uint64_t i = 0; i < count; ++i) {
    Source *source = new (&sources[i]) Source;
    source->file = i < sorter->files.count;
    source->own = rows + (size + 16) * i;
    if (source->file) {
      source->reader.start(sorter->files[i], ~(uint64_t)0, buffer);
    } else {
      source->at = sorter->kept.begin();
      source->end = sorter->kept.end();
    }
    if (advance(desc, *source, &failed))
      heap.push((uint32_t)i);
  }
  heap_make(heap, before);
  uint64_t skip = desc->skip > 0 ? (uint64_t)desc->skip : 0;
  levada_fire fire{};
  fire.watermark = LEVADA_MIN_WATERMARK;
  const char *pointers[1024];
  int32_t status = 0;
  while (heap.count && !status && !failed) {
    void *outside = block_begin(ctx);
    Memory *memory = memory_new();
    uint32_t n = 0;
    while (heap.count && n < 1024 && !failed) {
      Source &source = sources[heap[0]];
      if (skip) {
        --skip;
      } else {
        char *row = block + size * n;
        key_copy(row, source.row, &desc->key, &memory->arena);
        pointers[n++] = row;
      }
      if (advance(desc, source, &failed))
        heap_sift(heap, 0, before);
      else
        heap_pop(heap, before);
    }
    if (failed)
      status = spill_failed(ctx, "reading rows back", failed);
    memory_keep(ctx, memory);
    if (n && !status)
      status = fire_entries(ctx, slot, pointers, n, fire);
    memory_release(memory);
    block_end(ctx, outside);
  }
  if (failed && !status)
    status = spill_failed(ctx, "reading rows back", failed);
  for (uint64_t i = 0; i < count; ++i)
    sources[i].~Source();
  free(sources);
  free(rows);
  heap.free();
  return status;
}

} // namespace levada::rt
