//===- spill_newest.cpp - files of which the newest entry of a key counts --===//
//
// Such files become one without a look at accumulators: entries are copied as they
// stand. Keys are compared only where tags are equal.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/entry.h"
#include "runtime/state/heap.h"
#include "runtime/state/spill.h"

#include <errno.h>
#include <new>

namespace levada::rt {

uint64_t runs_to_merge(const List<SortedFile *> &files) {
  uint64_t from = files.count, bytes = 0;
  while (from > 0 && (files.count - from < most_files / 2 || files[from - 1]->size <= bytes))
    bytes += files[--from]->size;
  return from;
}

namespace {
struct Source {
  const SortedFile *file;
  SortedReader reader;
  char *key; // of the entry at hand, once that was looked at
  bool has_key;
};

struct NewestMerge {
  const levada_slot_desc *desc;
  uint32_t key_at;
  Source *sources = nullptr;
  uint32_t count = 0;
  List<uint32_t> heap{};
  int failed = 0;

  NewestMerge(const levada_slot *slot, const List<SortedFile *> &files, uint64_t from,
              uint32_t key_at);
  ~NewestMerge();
  bool advance(Source &source);
  uint64_t tag(uint64_t at) const { return sources[heap[at]].reader.tag(); }
  const char *key(Source &source);
  int compare(uint32_t a, uint32_t b) {
    return key_compare(key(sources[a]), key(sources[b]), &desc->key);
  }
  auto order() {
    return [this](uint32_t a, uint32_t b) {
      uint64_t x = sources[a].reader.tag(), y = sources[b].reader.tag();
      if (x != y)
        return x > y;
      int order = compare(a, b);
      return order ? order < 0 : a > b; // the newer one first
    };
  }
  void step(uint64_t at) {
    if (advance(sources[heap[at]])) {
      heap_sift(heap, at, order());
    } else {
      heap[at] = heap[--heap.count];
      if (at < heap.count)
        heap_sift(heap, at, order());
    }
  }
};
} // namespace

NewestMerge::NewestMerge(const levada_slot *slot, const List<SortedFile *> &files, uint64_t from,
                         uint32_t key_at)
    : desc(slot->desc), key_at(key_at) {
  const uint64_t all = files.count - from;
  uint64_t buffer = (slot->spill ? slot->spill->limit : no_limit) / 8 / (all + 1) & ~(uint64_t)4095;
  buffer = buffer < 4096 ? 4096 : buffer > (256 << 10) ? 256 << 10 : buffer;
  sources = (Source *)must_zero(all * sizeof(Source));
  for (uint64_t i = from; i < files.count; ++i) {
    Source *source = new (&sources[count]) Source;
    source->file = files[i];
    source->key = (char *)must_zero(desc->key.size);
    source->reader.start(files[i], ~(uint64_t)0, buffer);
    if (advance(*source))
      heap.push(count);
    ++count;
  }
  heap_make(heap, order());
}

NewestMerge::~NewestMerge() {
  for (uint32_t i = 0; i < count; ++i) {
    must_free(sources[i].key);
    sources[i].~Source();
  }
  must_free(sources);
  heap.free();
}

bool NewestMerge::advance(Source &source) {
  source.has_key = false;
  while (source.reader.next())
    if (group_of(desc, source.reader.tag()) - source.file->first_group < source.file->group_count)
      return true;
  failed = source.reader.failed ? source.reader.failed : failed;
  return false;
}

const char *NewestMerge::key(Source &source) {
  if (source.has_key)
    return source.key;
  source.has_key = true;
  std::string_view bytes = source.reader.bytes();
  Reader from(bytes.size() > key_at ? bytes.substr(key_at) : std::string_view());
  if (!key_load(&desc->key, source.key, from))
    failed = EBADMSG;
  return source.key;
}

bool each_newest(levada_ctx *ctx, levada_slot *slot, const List<SortedFile *> &files,
                 uint64_t from, uint32_t key_at, bool (*each)(void *to, const SortedReader &at),
                 void *to) {
  NewestMerge merge(slot, files, from, key_at);
  const List<uint32_t> &heap = merge.heap;
  while (heap.count && !merge.failed) {
    const SortedReader &first = merge.sources[heap[0]].reader;
    if (!each(to, first))
      return false;
    // What is older of the key: it stands in other files, and so below the first.
    for (uint64_t child = 1; child <= 2; ++child)
      while (child < heap.count && merge.tag(child) == first.tag() && !merge.failed &&
             merge.compare(heap[0], heap[child]) == 0)
        merge.step(child);
    merge.step(0);
  }
  if (merge.failed)
    return spill_failed(ctx, "reading state back", merge.failed), false;
  return true;
}

namespace {
struct Copied {
  SortedWriter &to;
  Gone gone;
};
} // namespace

static bool copy_entry(void *what, const SortedReader &at) {
  auto *copied = (Copied *)what;
  if (!copied->gone.is || !copied->gone.is(at.bytes(), copied->gone.what))
    copied->to.entry(at.tag()).bytes(at.whole().data(), at.whole().size());
  return true;
}

SortedFile *merge_newest(levada_ctx *ctx, levada_slot *slot, const List<SortedFile *> &files,
                         uint64_t from, uint32_t entry_size, uint32_t key_at, Gone gone) {
  Spill *spill = slot->spill;
  uint64_t entries = 0;
  for (uint64_t i = from; i < files.count; ++i)
    entries += files[i]->count;
  SortedWriter to(spill_file(spill), entry_size,
                  filtered_entries(spill, entries, &files, from));
  Copied copied{to, gone};
  if (!each_newest(ctx, slot, files, from, key_at, copy_entry, &copied))
    return nullptr;
  return spill_finish(ctx, spill, to);
}

} // namespace levada::rt
