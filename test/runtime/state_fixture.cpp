//===- state_fixture.cpp - a slot driven by hand --------------------------===//
//
// See state_fixture.h. ctx.runtime points back to the Slot.
//
//===----------------------------------------------------------------------===//
#include "test/runtime/state_fixture.h"
#include "runtime/exec/frame.h"
#include "runtime/state/save.h"

#include <filesystem>
#include <unistd.h>

using namespace levada;
using namespace levada::test;

static Slot *self(levada_ctx *ctx) { return (Slot *)ctx->runtime; }

// What the scheduler defines in an executable.
extern "C" void levada_rt_order(levada_ctx *ctx, int64_t order) { self(ctx)->order = order; }
extern "C" void levada_rt_row_slow(levada_ctx *, uint32_t, uint32_t) { abort(); }
extern "C" void levada_rt_out_slow(levada_out *, uint64_t) { abort(); }
void rt::frame_keep(levada_ctx *ctx, void *object, void (*release)(void *)) {
  self(ctx)->kept.push_back({object, release});
}

void *rt::block_begin(levada_ctx *) { return nullptr; }
void rt::block_end(levada_ctx *, void *) {}

static const uint32_t text_offsets[] = {8};
static const levada_layout layouts[] = {{8, 0, nullptr}, {24, 1, text_offsets}, {0, 0, nullptr}};

static void acc_init(levada_ctx *ctx, char *) { ASSERT_NE(ctx->state_arena, nullptr); }

static void acc_merge(levada_ctx *, char *into, const char *from) {
  auto *a = (Acc *)into;
  auto *b = (const Acc *)from;
  a->count += b->count;
  a->sum += b->sum;
}

static int32_t fire(levada_ctx *ctx, const levada_fire *fire) {
  Slot *slot = self(ctx);
  if (slot->fail_after-- == 0)
    return 1;
  EXPECT_GT(fire->count, 0u);
  EXPECT_LE(fire->count, rt::fire_block);
  EXPECT_EQ(fire->watermark, LEVADA_MIN_WATERMARK);
  slot->counts.push_back(fire->count);
  for (uint32_t i = 0; i < fire->count; ++i) {
    const char *entry = fire->entries[i];
    Fired row{fire->window_start, fire->window_end, fire->window_time, "", 0, 0};
    if (slot->key_kind == Slot::Int)
      row.key = std::to_string(*(const int64_t *)entry);
    else if (slot->key_kind == Slot::Text)
      row.key = text(*(const levada_str *)(entry + 8));
    auto *acc = (const Acc *)(entry + slot->desc.acc_offset);
    row.count = acc->count;
    row.sum = acc->sum;
    slot->fired.push_back(row);
    slot->orders.push_back(slot->order);
  }
  return 0;
}

Slot::Slot(KeyKind key) : key_kind(key) {
  desc.id = "test";
  desc.key = layouts[key];
  desc.acc_offset = desc.key.size;
  desc.entry_size = desc.key.size + sizeof(Acc);
  desc.init = acc_init;
  desc.merge = acc_merge;
  desc.fire = fire;
  desc.align = 8;
  program.slots = &desc;
  program.slot_count = 1;
  program.channels = &channel;
  program.channel_count = 1;
  program.stages = &stage;
  program.stage_count = 1;
  channel.mode = LEVADA_CHANNEL_HASH;
  stage.kind = LEVADA_STAGE_ROWS;
  stage.slots = &slot_index;
  stage.slot_count = 1;
  stage.input_slot = -1;
  ctx.program = &program;
  ctx.workers = 1;
  ctx.runtime = this;
}

Slot::~Slot() {
  rt::slot_destroy(slot);
  for (auto &[object, release] : kept)
    release(object);
  rt::arena_free(&ctx.arena);
}

static void window(levada_slot_desc &desc, uint8_t kind, int64_t size, int64_t slide,
                   int64_t offset) {
  desc.kind = LEVADA_SLOT_WINDOW;
  desc.window = kind;
  desc.size = size;
  desc.slide = slide;
  desc.offset = offset;
}
void Slot::tumble(int64_t size, int64_t offset) {
  window(desc, LEVADA_WINDOW_TUMBLE, size, 0, offset), create();
}
void Slot::hop(int64_t size, int64_t slide, int64_t offset) {
  window(desc, LEVADA_WINDOW_HOP, size, slide, offset), create();
}
void Slot::cumulate(int64_t size, int64_t step, int64_t offset) {
  window(desc, LEVADA_WINDOW_CUMULATE, size, step, offset), create();
}
void Slot::session(int64_t gap) {
  desc.kind = LEVADA_SLOT_SESSION;
  desc.size = gap;
  create();
}
void Slot::group() {
  desc.kind = LEVADA_SLOT_GROUP;
  create();
}
void Slot::zone(const std::string &tzif) {
  desc.local_zone = true;
  program.zone_data = tzif.data();
  program.zone_size = (uint32_t)tzif.size();
}
void Slot::worker(uint32_t index, uint32_t of) {
  ctx.worker = index;
  ctx.workers = of;
}
void Slot::create() {
  slot = slots[0] = rt::slot_create(&program, 0, &ctx);
  ctx.slots = slots;
}

char *Slot::update(int64_t watermark, int64_t time, uint64_t hash, const char *key) {
  ctx.state_arena = nullptr;
  if (desc.kind == LEVADA_SLOT_SESSION)
    return levada_rt_session(&ctx, 0, &desc, watermark, time, hash, key);
  if (desc.kind == LEVADA_SLOT_GROUP)
    return levada_rt_group(&ctx, 0, &desc, hash, key);
  return levada_rt_window(&ctx, 0, &desc, watermark, time, hash, key);
}

bool Slot::add(int64_t watermark, int64_t time, const std::string &key, int64_t value) {
  struct {
    int64_t number;
    levada_str text;
  } bytes{7, text(key)};
  int64_t number = key_kind == Int ? std::stoll(key) : 0;
  const char *p = key_kind == Int ? (const char *)&number : (const char *)&bytes;
  char *acc = update(watermark, time, levada_rt_hash(p, &desc.key), p);
  if (!acc)
    return false;
  EXPECT_NE(ctx.state_arena, nullptr);
  ((Acc *)acc)->count += 1;
  ((Acc *)acc)->sum += value;
  return true;
}
bool Slot::add(int64_t watermark, int64_t time, int64_t key, int64_t value) {
  return add(watermark, time, std::to_string(key), value);
}

uint64_t Slot::hash(KeyKind kind, const std::string &key) {
  struct {
    int64_t number;
    levada_str text;
  } bytes{7, test::text(key)};
  int64_t number = kind == Int ? std::stoll(key) : 0;
  return levada_rt_hash(kind == Int ? (char *)&number : (char *)&bytes, &layouts[kind]);
}

void Slot::advance(int64_t watermark) { rt::slot_advance(&ctx, slot, watermark); }
void Slot::finish() { rt::slot_finish(&ctx, slot); }
std::vector<Fired> Slot::take() { return std::exchange(fired, {}); }

Limited::Limited(Slot &slot, uint64_t bytes) : slot(slot) {
  static int made = 0;
  folder = testing::TempDir() + "limited-" + std::to_string(getpid()) + "-" + std::to_string(++made);
  std::filesystem::create_directories(folder);
  spill.limit = bytes;
  spill.folder = folder.c_str();
  spill.slots = slot.slots;
  spill.slot_count = 1;
  rt::slot_limit(slot.slot, &spill);
}
Limited::~Limited() {
  rt::slot_destroy(slot.slot);
  slot.slot = nullptr;
  EXPECT_TRUE(std::filesystem::is_empty(folder)); // gone with their descriptors
  std::filesystem::remove_all(folder);
}

void test::slot_save(levada_ctx *ctx, levada_slot *slot, bool all, rt::Writer &to) {
  rt::Parts parts;
  parts.least_table = UINT64_MAX;
  uint64_t budget = UINT64_MAX;
  rt::slot_save_begin(ctx, slot, all, parts);
  rt::slot_save_some(slot, &budget);
  for (std::string_view piece : parts.views())
    to.bytes(piece.data(), piece.size());
}
