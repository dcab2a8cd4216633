//===- former.cpp - state in the schema of another version of the program --===//
#include "runtime/state/former.h"

#include "runtime/state/save.h"
#include "runtime/state/session.h"

namespace levada::rt {

/// The slot's description with keys and accumulators as they were.
static levada_slot_desc former_desc(const levada_slot_desc *desc, const Migration *how,
                                    const levada_layout *owner) {
  levada_slot_desc former = *desc;
  if (!how->key_same)
    former.key = {how->key_size, uint32_t(how->key_texts.size()), how->key_texts.data()};
  if (!how->key_same && desc->owner) // all columns but the last
    former.owner = owner;
  // Where it lies in memory is of no matter to parts.
  former.align = 16;
  former.acc_offset = (former.key.size + 15) & ~15u;
  former.entry_size = former.acc_offset + how->acc_size;
  if (!how->acc_same) { // plain bytes
    former.init = nullptr;
    former.merge = nullptr;
    former.save = nullptr;
    former.load = nullptr;
  }
  return former;
}

Former::Former(const levada_ctx *ctx, uint32_t index, levada_slot *slot, const Migration *how)
    : slot_(slot), how_(how), program_(*ctx->program) {
  for (uint32_t i = 0; i < program_.slot_count; ++i)
    descs_.push(program_.slots[i]);
  owner_ = {how->last_key, how->owner_texts, how->key_texts.data()};
  descs_[index] = former_desc(slot->desc, how, &owner_);
  program_.slots = descs_.items;
  former_ = slot_create(&program_, index, ctx);
  if (!how->key_same && slot->owned.count) // what is this worker's is in all parts
    former_->owned = former_->range = {};
  key_ = (char *)must_zero(slot->desc->key.size + 16);
  before_ = (char *)must_zero((how->key_size > how->acc_size ? how->key_size : how->acc_size) + 16);
  acc_ = (char *)must_zero(slot->desc->entry_size + 16);
  if (const Spill *spill = slot->spill) {
    spill_.limit = spill->limit / 4; // while the other one fills up
    spill_.folder = spill->folder;
    spill_.named = spill->named;
    spill_.worker = spill->worker;
    spill_.slots = &former_;
    spill_.slot_count = 1;
    spill_.files = uint64_t(index + 1) << 40; // names of their own
    slot_limit(former_, &spill_);
  }
}

Former::~Former() {
  slot_destroy(former_);
  spill_adopted(&spill_);
  descs_.free();
  must_free(key_);
  must_free(before_);
  must_free(acc_);
}

/// Brings a value of a key or an accumulator into the schema at hand.
static void bring(const Migration::Piece &piece, const char *from, char *to) {
  from += piece.from;
  to += piece.to;
  memcpy(to, from, piece.from_size);
  if (piece.how == Migration::Piece::FLOAT) {
    float narrow;
    memcpy(&narrow, from, sizeof narrow);
    double wide = narrow;
    memcpy(to, &wide, sizeof wide);
  } else if (piece.how != Migration::Piece::COPY) { // little endian
    bool negative = piece.how == Migration::Piece::SIGNED && from[piece.from_size - 1] < 0;
    memset(to + piece.from_size, negative ? 0xff : 0, piece.to_size - piece.from_size);
  }
}

/// The key `before` in the schema at hand.
static void bring_key(const Migration *how, const char *before, char *key, uint32_t size) {
  memset(key, 0, size);
  for (const Migration::Piece &piece : how->key) {
    bool null = piece.from_null >= 0 && before[piece.from_null];
    if (piece.to_null >= 0)
      key[piece.to_null] = null;
    if (!null) // values of NULLs are zero
      bring(piece, before, key);
  }
}

bool Former::load(levada_ctx *ctx, EntryReader &entry, char *acc) {
  if (how_->acc_same)
    return entry.load(ctx, acc);
  if (!entry.load(ctx, before_))
    return false;
  for (const Migration::Piece &piece : how_->acc)
    bring(piece, before_, acc);
  return true;
}

bool Former::take(levada_ctx *ctx, std::string_view bytes, Slice *to, int64_t start, int64_t end) {
  const levada_slot_desc *desc = slot_->desc;
  EntryReader entry(former_);
  Reader from(bytes);
  const char *key = entry.next(from) ? entry.take_key() : nullptr;
  if (!key)
    return false;
  uint64_t tag = entry.tag;
  if (!how_->key_same) {
    bring_key(how_, key, key_, desc->key.size);
    key = key_;
    tag = tag_of(hash_of(desc, key));
  }
  if (group_of(desc, tag) - slot_->owned.first >= slot_->owned.count)
    return true; // another worker's
  if (!to) {
    bool found; // what its key has comes in one go, and stays together
    find_place(&slot_->sessions->table, &desc->key, tag, key, &found);
    if (!found && slot_->spill && !sessions_room(ctx, slot_))
      return false;
    Session *session = session_put(ctx, slot_, tag, key, start, end);
    const bool good = load(ctx, entry, session->entry() + desc->acc_offset);
    session_count(slot_->sessions, session);
    return good;
  }
  // What came before is older: it is added to, or superseded.
  char *there = table_find_crowded(&to->table, desc, tag, key);
  if (!there && slot_->spill)
    spill_room(ctx, slot_, to);
  ctx->state_arena = &to->memory->arena;
  if (ctx->failed)
    return false;
  if (!there) {
    there = table_insert(ctx, &to->table, desc, slot_->range, tag, key, &to->memory->arena);
    return load(ctx, entry, there + desc->acc_offset);
  }
  memset(acc_, 0, desc->entry_size - desc->acc_offset);
  if (desc->init)
    desc->init(ctx, acc_);
  if (!load(ctx, entry, acc_))
    return false;
  if (desc->mergeable)
    desc->merge(ctx, there + desc->acc_offset, acc_);
  else
    memcpy(there + desc->acc_offset, acc_, desc->entry_size - desc->acc_offset);
  return true;
}

struct Former::Way {
  Former *former;
  levada_ctx *ctx;
  Slice *to;
  Writer bytes;
  bool good = true;
};

bool Former::convert_slice(levada_ctx *ctx, uint64_t at, Slice *to) {
  Way way{this, ctx, to, {}, true};
  return each_counted(ctx, former_, at, &way, [](void *to, std::string_view entry) {
    auto &way = *static_cast<Way *>(to);
    return way.former->take(way.ctx, entry, way.to, 0, 0);
  });
}

void Former::take_session(Way &way, const Session *session) {
  if (!way.good)
    return;
  way.bytes.clear();
  entry_save(way.ctx, former_->desc, session->tag, const_cast<Session *>(session)->entry(), way.bytes);
  way.good = take(way.ctx, way.bytes.view(), nullptr, session->start, session->end);
}

bool Former::convert_sessions(levada_ctx *ctx) {
  Way way{this, ctx, nullptr, {}, true};
  const Table *table = &former_->sessions->table;
  uint64_t left = table->count;
  for (uint64_t place = 0; left; ++place)
    if (load64(table->slots + place * session_stride)) {
      for (Session *s = newest(table, place); s; s = s->older)
        take_session(way, s);
      --left;
    }
  return way.good && sessions_walk_files(ctx, former_, &way, [](void *to, Session *session) {
           auto &way = *static_cast<Way *>(to);
           way.former->take_session(way, session);
         }) &&
         way.good;
}

bool Former::convert(levada_ctx *ctx) {
  if (!slot_loaded(ctx, former_))
    return false;
  slot_->watermark = former_->watermark;
  slot_->progress = former_->progress;
  if (slot_->sessions)
    return convert_sessions(ctx);
  for (uint64_t at = 0; at < former_->slices.count; ++at) {
    Slice *from = former_->slices[at];
    Slice *to = slot_->desc->kind == LEVADA_SLOT_GROUP
                    ? slot_->slice
                    : *slot_->slices.push(slice_new(slot_, from->start, from->end, from->last_end));
    if (!convert_slice(ctx, at, to))
      return false;
    slice_emptied(former_, from); // what it held goes
    for (SortedFile *file : from->files)
      sorted_release(file);
    from->files.count = 0;
  }
  if (slot_->desc->kind == LEVADA_SLOT_WINDOW)
    window_plan(slot_);
  return true;
}

} // namespace levada::rt
