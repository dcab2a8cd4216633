// Two sources of lines "key,time,value", $A and $B, meet: their rows are
// written as they are merged, and counted per key in windows of 1000 ms; late
// rows are written, and once more behind another exchange. With
// -DNO_WATERMARK the second source has none: the two take turns by chunk.
#include "program.h"

#include <stddef.h>

namespace {

using namespace test;

struct Row {
  int64_t watermark, source, key, time, value, place;
};
struct Entry {
  int64_t key, count;
};

extern const levada_slot_desc slots[];

template <int S> int32_t read_rows(levada_ctx *ctx, const levada_chunk *chunk) {
  int64_t watermark = ctx->chunk_watermark;
  int32_t status = each_record(ctx, chunk, S, [&](const Record &r, const char *begin, uint64_t) {
    Row row{watermark, S, r.key, r.time, r.value, begin - chunk->data};
    if (ctx->program->sources[S].has_watermark && r.time - 100 > watermark)
      watermark = r.time - 100;
    uint64_t hash = levada_rt_hash(reinterpret_cast<const char *>(&r.key), &slots[0].key);
    memcpy(levada_rt_row(ctx, S, sizeof row, hash), &row, sizeof row);
    memcpy(levada_rt_row(ctx, S + 2, sizeof row, 0), &row, sizeof row);
    return 0;
  });
  ctx->chunk_watermark = watermark;
  return status;
}

int32_t count_rows(levada_ctx *ctx, const levada_batch *batch) {
  auto *rows = reinterpret_cast<const Row *>(batch->rows);
  for (uint32_t i = 0; i < batch->count; ++i) {
    const Row &r = rows[i];
    int64_t watermark = r.watermark > batch->base ? r.watermark : batch->base;
    uint64_t hash = levada_rt_hash(reinterpret_cast<const char *>(&r.key), &slots[0].key);
    auto *count = reinterpret_cast<int64_t *>(levada_rt_window(
        ctx, 0, &slots[0], watermark, r.time, hash, reinterpret_cast<const char *>(&r.key)));
    levada_rt_count(ctx, 2, LEVADA_COUNT_IN, 1);
    levada_rt_count(ctx, 2, count ? LEVADA_COUNT_ABSORBED : LEVADA_COUNT_LATE, 1);
    if (count) {
      ++*count;
    } else {
      levada_rt_order(ctx, r.place);
      write_row(ctx, 2, "%ld,%ld,%ld,%ld\n", r.source, r.key, r.time, r.value);
      uint64_t other = uint64_t(r.time) * 0x9E3779B97F4A7C15;
      memcpy(levada_rt_row(ctx, 4, sizeof r, other), &r, sizeof r);
    }
  }
  return 0;
}

int32_t fire_counts(levada_ctx *ctx, const levada_fire *fire) {
  for (uint32_t i = 0; i < fire->count; ++i) {
    auto *entry = reinterpret_cast<const Entry *>(fire->entries[i]);
    write_row(ctx, 1, "%ld,%ld,%ld\n", fire->window_end, entry->key, entry->count);
  }
  return 0;
}

int32_t write_rows(levada_ctx *ctx, const levada_batch *batch) {
  auto *rows = reinterpret_cast<const Row *>(batch->rows);
  for (uint32_t i = 0; i < batch->count; ++i)
    write_row(ctx, 0, "%ld,%ld,%ld,%ld\n", rows[i].source, rows[i].key, rows[i].time,
              rows[i].value);
  return 0;
}

int32_t write_late(levada_ctx *ctx, const levada_batch *batch) {
  auto *rows = reinterpret_cast<const Row *>(batch->rows);
  for (uint32_t i = 0; i < batch->count; ++i) {
    levada_rt_order(ctx, rows[i].place);
    write_row(ctx, 3, "%ld,%ld,%ld,%ld\n", rows[i].source, rows[i].key, rows[i].time,
              rows[i].value);
  }
  return 0;
}

void init(levada_ctx *, char *acc) { memset(acc, 0, 8); }
void merge(levada_ctx *, char *into, const char *from) {
  *reinterpret_cast<int64_t *>(into) += *reinterpret_cast<const int64_t *>(from);
}

const levada_slot_desc slots[] = {{.id = "count",
                                   .kind = LEVADA_SLOT_WINDOW,
                                   .window = LEVADA_WINDOW_TUMBLE,
                                   .local_zone = false,
                                   .key = {8, 0, nullptr},
                                   .acc_offset = 8,
                                   .entry_size = sizeof(Entry),
                                   .size = 1000,
                                   .slide = 1000,
                                   .offset = 0,
                                   .always_one = false,
                                   .init = init,
                                   .merge = merge,
                                   .compare = nullptr,
                                   .limit = -1,
                                   .skip = 0,
                                   .fire = fire_counts,
                                   .fire_stage = 3,
                                   .op = 2}};

const uint32_t numbers[] = {0, 1, 2, 3, 4}, a_channels[] = {0, 2}, b_channels[] = {1, 3};
const levada_stage_desc stages[] = {
    {.name = "read a", .kind = LEVADA_STAGE_SOURCE, .source_fn = read_rows<0>,
     .channels = a_channels, .channel_count = 2, .input_slot = -1},
    {.name = "read b", .kind = LEVADA_STAGE_SOURCE, .source_fn = read_rows<1>,
     .channels = b_channels, .channel_count = 2, .input_slot = -1},
    {.name = "count", .kind = LEVADA_STAGE_ROWS, .rows_fn = count_rows, .slots = numbers,
     .slot_count = 1, .channels = numbers + 4, .channel_count = 1, .sinks = numbers + 2,
     .sink_count = 1, .input_slot = -1},
    {.name = "fire", .kind = LEVADA_STAGE_FIRE, .fire_fn = fire_counts, .sinks = numbers + 1,
     .sink_count = 1, .input_slot = 0},
    {.name = "write", .kind = LEVADA_STAGE_ROWS, .rows_fn = write_rows, .sinks = numbers,
     .sink_count = 1, .input_slot = -1},
    {.name = "write late", .kind = LEVADA_STAGE_ROWS, .rows_fn = write_late, .sinks = numbers + 3,
     .sink_count = 1, .input_slot = -1}};
constexpr uint32_t place = offsetof(Row, place);
const levada_channel_desc channels[] = {
    {"a", sizeof(Row), LEVADA_CHANNEL_HASH, 2, 0, 0, place},
    {"b", sizeof(Row), LEVADA_CHANNEL_HASH, 2, 1, 1, place},
    {"a all", sizeof(Row), LEVADA_CHANNEL_SINGLE, 4, 0, 0, 0},
    {"b all", sizeof(Row), LEVADA_CHANNEL_SINGLE, 4, 1, 1, 0},
    {"late", sizeof(Row), LEVADA_CHANNEL_HASH, 5, 2, 0, place}};
#ifdef NO_WATERMARK
constexpr bool second_has_watermark = false;
#else
constexpr bool second_has_watermark = true;
#endif
const char *const columns[] = {"key", "time", "value"};
const levada_option a_path[] = {{"path", "${A}", true}}, b_path[] = {{"path", "${B}", true}};
const levada_source_desc sources[] = {
    {"a", &levada_connector_filesystem, a_path, 1, "csv", columns, 3, LEVADA_CUT_LINES, 0, ',', 0,
     LEVADA_ON_ERROR_SKIP, true, -1, 0, 0, nullptr, 0, false},
    {"b", &levada_connector_filesystem, b_path, 1, "csv", columns, 3, LEVADA_CUT_LINES, 0, ',', 0,
     LEVADA_ON_ERROR_SKIP, second_has_watermark, -1, 1, 1, nullptr, 0, false}};
const levada_option counts_path[] = {{"path", "${OUT}/counts.csv", true}};
const levada_option late_path[] = {{"path", "${OUT}/late.csv", true}};
const levada_option passed_path[] = {{"path", "${OUT}/passed.csv", true}};
const levada_sink_desc sinks[] = {
    {"rows", &levada_connector_stdout, nullptr, 0, "csv", columns, 3, nullptr, 3},
    {"counts", &levada_connector_filesystem, counts_path, 1, "csv", columns, 3, nullptr, 4},
    {"late", &levada_connector_filesystem, late_path, 1, "csv", columns, 3, nullptr, 5},
    {"passed", &levada_connector_filesystem, passed_path, 1, "csv", columns, 3, nullptr, 6}};
const levada_operator_desc operators[] = {{"a", "source"},     {"b", "source"},  {"count", "aggregate"},
                                          {"rows", "sink"},    {"counts", "sink"}, {"late", "sink"},
                                          {"passed", "sink"}};

} // namespace

extern "C" const levada_program levada_program_main = {
    .abi_version = LEVADA_ABI_VERSION, .name = "union", .compiler = "test", .plan = "",
    .fingerprint = "beef", .batch = false, .time_zone = "UTC", .sources = sources,
    .source_count = 2, .channels = channels, .channel_count = 5, .slots = slots, .slot_count = 1,
    .stages = stages, .stage_count = 6, .sinks = sinks, .sink_count = 4,
    .operators = operators, .operator_count = 7};
