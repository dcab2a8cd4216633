// Lines "key,time,value" of files at $IN, sorted by value; with FIRST only so many
// of them are written. State of a run that has checkpoints: no pipeline has that yet,
// since a streaming one has no end, and one in batch mode has no checkpoints.
#include "program.h"

#ifndef FIRST
#define FIRST -1
#endif

namespace {

using namespace test;

struct Sorted {
  int64_t value, key, time;
  levada_str name; // longer than 12 bytes: from the frame
};
struct Row {
  int64_t watermark;
  Sorted sorted;
};
enum { SOURCE_OP, SORT_OP, SINK_OP };

extern const levada_slot_desc slots[];

int32_t read_rows(levada_ctx *ctx, const levada_chunk *chunk) {
  return each_record(ctx, chunk, SOURCE_OP, [&](const Record &r, const char *, uint64_t) {
    levada_rt_count(ctx, SOURCE_OP, LEVADA_COUNT_PASSED, 1);
    Row row{LEVADA_MIN_WATERMARK, {r.value, r.key, r.time, {}}};
    char *name = levada_rt_alloc(ctx, 40);
    row.sorted.name.len = uint32_t(snprintf(name, 40, "key number %ld of them", r.key));
    memcpy(row.sorted.name.prefix, name, 4);
    row.sorted.name.ptr = name;
    memcpy(levada_rt_row(ctx, 0, sizeof row, 0), &row, sizeof row);
    return 0;
  });
}

int32_t sort_rows(levada_ctx *ctx, const levada_batch *batch) {
  auto *rows = reinterpret_cast<const Row *>(batch->rows);
  for (uint32_t i = 0; i < batch->count; ++i) {
    levada_rt_count(ctx, SORT_OP, LEVADA_COUNT_IN, 1);
    levada_rt_count(ctx, SORT_OP, LEVADA_COUNT_ABSORBED, 1);
    levada_rt_sort(ctx, 0, &slots[0], reinterpret_cast<const char *>(&rows[i].sorted));
    if (levada_rt_failed(ctx))
      return 1;
  }
  return 0;
}

int32_t fire_rows(levada_ctx *ctx, const levada_fire *fire) {
  for (uint32_t i = 0; i < fire->count; ++i) {
    auto *row = reinterpret_cast<const Sorted *>(fire->entries[i]);
    levada_rt_count(ctx, SORT_OP, LEVADA_COUNT_MADE, 1);
    write_row(ctx, 0, "%ld,%ld,%ld,%.*s\n", row->value, row->key, row->time, int(row->name.len),
              row->name.ptr);
  }
  return 0;
}

int32_t by_value(const char *a, const char *b) {
  int64_t x = reinterpret_cast<const Sorted *>(a)->value;
  int64_t y = reinterpret_cast<const Sorted *>(b)->value;
  return x < y ? -1 : x > y;
}

const uint32_t texts[] = {offsetof(Sorted, name)}, row_texts[] = {offsetof(Row, sorted.name)};
const levada_slot_desc slots[] = {{.id = "sorted",
                                   .kind = LEVADA_SLOT_SORT,
                                   .key = {sizeof(Sorted), 1, texts},
                                   .acc_offset = sizeof(Sorted),
                                   .entry_size = sizeof(Sorted),
                                   .compare = by_value,
                                   .limit = FIRST,
                                   .skip = FIRST < 0 ? 0 : 10,
                                   .fire = fire_rows,
                                   .fire_stage = 2,
                                   .op = SORT_OP}};

const uint32_t only[] = {0};
const levada_stage_desc stages[] = {
    {"read", LEVADA_STAGE_SOURCE, read_rows, nullptr, nullptr, nullptr, 0, only, 1, nullptr, 0, -1},
    {"sort", LEVADA_STAGE_ROWS, nullptr, sort_rows, nullptr, only, 1, nullptr, 0, nullptr, 0, -1},
    {"fire", LEVADA_STAGE_FIRE, nullptr, nullptr, fire_rows, nullptr, 0, nullptr, 0, only, 1, 0}};
const levada_channel_desc channels[] = {{.name = "rows",
                                         .row_size = sizeof(Row),
                                         .mode = LEVADA_CHANNEL_SINGLE,
                                         .stage = 1,
                                         .producer = 0,
                                         .texts = row_texts,
                                         .text_count = 1}};

const char *const columns[] = {"value", "key", "time", "name"};
const levada_option source_options[] = {{"path", "${IN}", true}};
const levada_option sink_options[] = {{"path", "${OUT}/sorted.csv", true}};
const levada_source_desc sources[] = {{"rows", &levada_connector_filesystem, source_options, 1,
                                       "csv", columns, 3, LEVADA_CUT_CSV, '"', ',', 0,
                                       LEVADA_ON_ERROR_FAIL, false, -1, 0, SOURCE_OP, nullptr, 0,
                                       false}};
const levada_sink_desc sinks[] = {
    {"sorted", &levada_connector_filesystem, sink_options, 1, "csv", columns, 4, nullptr, SINK_OP}};
const levada_operator_desc operators[] = {
    {"rows", "source"}, {"ordered", "sort"}, {"sorted", "sink"}};

} // namespace

extern "C" const levada_program levada_program_main = {.abi_version = LEVADA_ABI_VERSION,
                                                       .name = "sort",
                                                       .compiler = "test",
                                                       .plan = "a plan",
                                                       .fingerprint = "50f7",
                                                       .time_zone = "UTC",
                                                       .sources = sources,
                                                       .source_count = 1,
                                                       .channels = channels,
                                                       .channel_count = 1,
                                                       .slots = slots,
                                                       .slot_count = 1,
                                                       .stages = stages,
                                                       .stage_count = 3,
                                                       .sinks = sinks,
                                                       .sink_count = 1,
                                                       .operators = operators,
                                                       .operator_count = 3};
