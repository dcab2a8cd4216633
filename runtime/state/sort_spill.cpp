//===- sort_spill.cpp - sorting more than fits into memory -----------------===//
//
// What is in memory is sorted and goes to a file; at the end the files and the
// rest are merged. With a limit a file has no more rows than the result may have;
// when several have twice as many, they become one of as many, whose last row says
// what need not be taken from then on. A row in a file stands behind its number of
// arrival.
//
//===----------------------------------------------------------------------===//
#include "runtime/exec/frame.h"
#include "runtime/state/entry.h"
#include "runtime/state/heap.h"
#include "runtime/state/sorter.h"
#include "runtime/state/spill.h"

#include <errno.h>

namespace levada::rt {

/// Files that are read at once.
static constexpr uint64_t most_runs = 64;
/// They are read from front to back: large blocks make small indexes.
static constexpr uint64_t run_block = 8 << 10;

uint64_t sorter_bytes(const levada_slot *slot) {
  uint64_t bytes = sorter_size(slot).bytes;
  // Sorting takes as many pointers again.
  return bytes + slot->sorter->kept.room * sizeof(char *);
}

uint64_t sorter_file_bytes(const levada_slot *slot) {
  uint64_t bytes = 0;
  for (const SortedFile *file : slot->sorter->files)
    bytes += file->memory();
  for (const SortedFile *file : slot->sorter->loose)
    bytes += file->memory();
  return bytes;
}

void row_save(const levada_slot_desc *desc, const char *row, Writer &to) {
  to.value(row_tag(arrival(row)));
  if (sorted_row_size(desc))
    return to.bytes(row, desc->key.size);
  const uint64_t at = to.size();
  to.value(uint64_t(0));
  key_save(&desc->key, row, to);
  to.put(at, uint64_t(to.size() - at - 8));
}

namespace {

/// A row of a file, 16-aligned behind its number of arrival; its texts view the reader.
class FileRow {
public:
  explicit FileRow(const levada_slot_desc *desc)
      : desc_(desc), bytes_((char *)must_zero(16 + desc->key.size)) {}
  ~FileRow() { must_free(bytes_); }
  FileRow(const FileRow &) = delete;
  /// False: the bytes are none.
  bool take(const SortedReader &from) {
    const uint64_t number = row_tag(from.tag());
    memcpy(bytes_ + 8, &number, 8);
    Reader bytes(from.bytes());
    if (!sorted_row_size(desc_))
      return key_load(&desc_->key, bytes_ + 16, bytes);
    return bytes.bytes(bytes_ + 16, desc_->key.size);
  }
  const char *row() const { return bytes_ + 16; }

private:
  const levada_slot_desc *desc_;
  char *bytes_;
};

/// Rows of files and of memory, in order.
class Merge {
  struct Source {
    explicit Source(const levada_slot_desc *desc) : own(desc) {}
    const char *row = nullptr;
    // a file
    SortedReader reader;
    FileRow own;
    bool file = false;
    // memory
    char *const *at = nullptr, *const *end = nullptr;
  };
  auto before() const {
    return [desc = slot_->desc](const Source *a, const Source *b) {
      return sorts_before(desc, a->row, b->row);
    };
  }

public:
  /// Files from `from` on, and what is in memory, sorted, if `memory`.
  Merge(const levada_slot *slot, uint64_t from, bool memory) : slot_(slot) {
    const Sorter *sorter = slot->sorter;
    const uint64_t files = sorter->files.count - from;
    uint64_t buffer = 256 << 10;
    if (slot->spill && slot->spill->limit / 8 / (files + 1) < buffer)
      buffer = slot->spill->limit / 8 / (files + 1);
    for (uint64_t i = 0; i < files; ++i) {
      auto *source = new Source(slot->desc);
      source->file = true;
      source->reader.start(sorter->files.items[from + i], ~(uint64_t)0, buffer);
      begin(source);
    }
    if (memory) {
      auto *source = new Source(slot->desc);
      source->at = sorter->kept.items;
      source->end = sorter->kept.items + sorter->kept.count;
      begin(source);
    }
    heap_make(heap_, before());
  }
  ~Merge() {
    for (Source *source : heap_)
      delete source;
    heap_.free();
  }
  Merge(const Merge &) = delete;

  /// Moves to the next row. False: there is none, or `failed`.
  bool next() {
    if (started_ && heap_.count) {
      Source *source = heap_[0];
      if (advance(source)) {
        heap_sift(heap_, 0, before());
      } else {
        heap_pop(heap_, before());
        delete source;
      }
    }
    started_ = true;
    return heap_.count && !failed;
  }
  /// Until the next one.
  const char *row() const { return heap_.items[0]->row; }
  int failed = 0;

private:
  void begin(Source *source) {
    if (advance(source))
      heap_.push(source);
    else
      delete source;
  }
  bool advance(Source *source) {
    if (!source->file)
      return source->at != source->end && (source->row = *source->at++, true);
    if (!source->reader.next()) {
      failed = source->reader.failed ? source->reader.failed : failed;
      return false;
    }
    source->row = source->own.row();
    if (source->own.take(source->reader))
      return true;
    failed = EBADMSG;
    return false;
  }

  const levada_slot *slot_;
  List<Source *> heap_{};
  bool started_ = false;
};

} // namespace

static SortedFile *write_run(levada_ctx *ctx, levada_slot *slot, Merge &rows, uint64_t most) {
  Spill *spill = slot->spill;
  SortedWriter to(spill_file(spill), sorted_row_size(slot->desc), 0, run_block);
  uint64_t count = 0;
  while (count < most && rows.next()) {
    row_save(slot->desc, rows.row(), to.entry(row_tag(arrival(rows.row()))));
    ++count;
  }
  if (rows.failed)
    return spill_failed(ctx, "reading rows back", rows.failed), nullptr;
  if (count == slot->sorter->bound)
    sorter_cut(slot, rows.row());
  return spill_finish(ctx, spill, to);
}

/// One file of those from `from` on.
static bool merge_files(levada_ctx *ctx, levada_slot *slot, uint64_t from) {
  Sorter *sorter = slot->sorter;
  Merge rows(slot, from, false);
  SortedFile *file = write_run(ctx, slot, rows, sorter->bound);
  if (!file)
    return false;
  for (uint64_t i = from; i < sorter->files.count; ++i) {
    sorter->outside -= sorter->files[i]->count;
    sorted_release(sorter->files[i]);
  }
  sorter->files.count = from;
  sorter->files.push(file);
  sorter->outside += file->count;
  return true;
}

/// Rows of files that cannot all be of the result.
static bool cut_files(levada_ctx *ctx, levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  uint64_t rows = 0;
  for (const SortedFile *file : sorter->files)
    rows += file->count;
  const bool much = rows > sorter->bound && (!sorter->last || rows - sorter->bound >= sorter->bound);
  return !much || merge_files(ctx, slot, 0);
}

bool sorter_spill(levada_ctx *ctx, levada_slot *slot) {
  Sorter *sorter = slot->sorter;
  sorter_copy_finish(slot);
  if (sorter->select_at != UINT64_MAX)
    sorter_select(slot);
  if (sorter->files.count >= most_runs &&
      !merge_files(ctx, slot, runs_to_merge(sorter->files)))
    return false;
  sort_rows(slot);
  SortedFile *file;
  {
    const uint64_t files = sorter->files.count;
    Merge rows(slot, files, true);
    if (!(file = write_run(ctx, slot, rows, sorter->bound)))
      return false;
  }
  sorter->files.push(file);
  sorter->outside += file->count;
  sorter_empty(sorter);
  return cut_files(ctx, slot);
}

/// What is in memory may go, even while the slot fires.
static bool settle(levada_ctx *ctx, levada_slot *slot) {
  const uint32_t pins = slot->pins;
  slot->pins = 0;
  const int32_t status = slot_settle(ctx, slot);
  slot->pins = pins;
  slot->sorter->settled = slot->sorter->text_bytes;
  return status == 0;
}

bool sorter_take_loose(levada_ctx *ctx, levada_slot *slot, uint64_t from) {
  Sorter *sorter = slot->sorter;
  FileRow row(slot->desc);
  uint64_t count = 0;
  int failed = 0;
  for (uint64_t i = from; i < sorter->loose.count; ++i) {
    SortedFile *run = sorter->loose[i];
    SortedReader reader;
    for (reader.start(run, ~(uint64_t)0, 64 << 10); !failed && reader.next();) {
      if (!row.take(reader)) {
        failed = EBADMSG;
        break;
      }
      if (!sorter->last || sorts_before(slot->desc, row.row(), sorter->last))
        sorter_keep(slot, row.row(), arrival(row.row()));
      const bool much = slot->spill && sorter->text_bytes > sorter->settled + slot->spill->limit / 32;
      if (((++count & 255) == 0 || much) && !settle(ctx, slot))
        return false;
    }
    failed = failed ? failed : reader.failed;
    if (failed)
      return spill_failed(ctx, "reading rows back", failed), false;
  }
  for (uint64_t i = from; i < sorter->loose.count; ++i) {
    sorter->outside -= sorter->loose[i]->count;
    sorted_release(sorter->loose[i]);
  }
  sorter->loose.count = from;
  return true;
}

bool sorter_walk(levada_ctx *ctx, levada_slot *slot, void *to,
                 void (*each)(void *to, const char *row)) {
  sorter_copy_finish(slot);
  if (!sorter_take_loose(ctx, slot, 0))
    return false;
  sort_rows(slot);
  Merge rows(slot, 0, true);
  for (uint64_t i = 0; i < slot->sorter->bound && rows.next(); ++i)
    each(to, rows.row());
  if (rows.failed)
    return spill_failed(ctx, "reading rows back", rows.failed), false;
  return true;
}

int32_t sorter_fire_spilled(levada_ctx *ctx, levada_slot *slot) {
  const levada_slot_desc *desc = slot->desc;
  constexpr uint32_t most = 1024; // rows of a block
  const uint64_t size = (desc->key.size + 15) & ~15ull;
  const uint64_t most_texts = slot->spill ? slot->spill->limit / 16 : UINT64_MAX;
  sort_rows(slot);
  Merge rows(slot, 0, true);
  char *block = (char *)must_alloc(size * most);
  const char *pointers[most];
  levada_fire fire{};
  fire.watermark = LEVADA_MIN_WATERMARK;
  uint64_t left = slot->sorter->bound;
  uint64_t skip = desc->skip > 0 ? (uint64_t)desc->skip : 0;
  for (; skip && left && rows.next(); --skip)
    --left;
  bool more = !skip;
  int32_t status = 0;
  while (more && !status) {
    void *outside = block_begin(ctx);
    Memory *memory = memory_new();
    uint32_t n = 0;
    for (uint64_t texts = 0; n < most && texts <= most_texts; ++n) {
      if (!(more = left && rows.next()))
        break;
      --left;
      char *row = block + size * n;
      key_copy(row, rows.row(), &desc->key, &memory->arena);
      pointers[n] = row;
      for (uint32_t i = 0; i < desc->key.str_count; ++i)
        texts += (uint32_t)load64(row + desc->key.str_offsets[i]);
    }
    memory_keep(ctx, memory);
    if (n && !rows.failed)
      status = fire_entries(ctx, slot, pointers, n, fire);
    memory_release(memory);
    block_end(ctx, outside);
  }
  if (rows.failed && !status)
    status = spill_failed(ctx, "reading rows back", rows.failed);
  must_free(block);
  return status;
}

} // namespace levada::rt
