// Lines "key,time,value" of files at $IN (or stdin); rows with value >= 0 are
// counted in tumbling windows of 1000 ms per key; the counts of a window are
// then counted again over 5000 ms without key, and written as they come. Also
// written: negative values as they are, and late rows. The value 666 fails in
// the window stage, 667 in the source stage's expression.
#include "program.h"

namespace {

using namespace test;

struct Row {
  int64_t watermark, order, key, time, value;
};
struct Fired {
  int64_t watermark, key, end, count, sum;
  levada_str name; // longer than 12 bytes: from the frame
};
struct Key {
  int64_t key;
};
struct Acc {
  int64_t count, sum;
};
struct Entry {
  Key key;
  Acc acc;
};
enum { SOURCE_OP, FILTER_OP, WINDOW_OP, TOTAL_OP, SINK_OPS };
enum { NEGATIVE, COUNTS, LATE, TOTALS, DEAD };

extern const levada_slot_desc slots[];

int32_t read_rows(levada_ctx *ctx, const levada_chunk *chunk) {
  int64_t watermark = ctx->chunk_watermark;
  int32_t status =
      each_record(ctx, chunk, SOURCE_OP, [&](const Record &r, const char *begin, uint64_t size) {
        int64_t before = watermark;
        if (r.time - 100 > watermark)
          watermark = r.time - 100;
        if (r.value == 667) {
          ctx->error_code = 611;
          ctx->error_text = text("division by zero");
          return levada_rt_bad_row(ctx, chunk, begin, size, 0, FILTER_OP, LEVADA_ON_ERROR_FAIL, -1);
        }
        levada_rt_count(ctx, SOURCE_OP, LEVADA_COUNT_PASSED, 1);
        levada_rt_count(ctx, FILTER_OP, LEVADA_COUNT_IN, 1);
        if (r.value < 0) {
          levada_rt_count(ctx, FILTER_OP, LEVADA_COUNT_PASSED, 1);
          write_row(ctx, NEGATIVE, "%ld,%ld,%ld\n", r.key, r.time, r.value);
          return 0;
        }
        levada_rt_count(ctx, FILTER_OP, LEVADA_COUNT_PASSED, 1);
        Key key{r.key};
        uint64_t hash = levada_rt_hash(reinterpret_cast<char *>(&key), &slots[0].key);
        Row row{before, begin - chunk->data, r.key, r.time, r.value};
        memcpy(levada_rt_row(ctx, 0, sizeof row, hash), &row, sizeof row);
        return 0;
      });
  ctx->chunk_watermark = watermark;
  return status;
}

int32_t count_rows(levada_ctx *ctx, const levada_batch *batch) {
  auto *rows = reinterpret_cast<const Row *>(batch->rows);
  for (uint32_t i = 0; i < batch->count; ++i) {
    const Row &r = rows[i];
    levada_rt_count(ctx, WINDOW_OP, LEVADA_COUNT_IN, 1);
    if (r.value == 666) {
      ctx->error_code = 612;
      ctx->error_text = text("666 is not a number of this pipeline");
      levada_rt_order(ctx, r.order);
      return levada_rt_bad_row(ctx, nullptr, nullptr, 0, 1, WINDOW_OP, LEVADA_ON_ERROR_FAIL, -1);
    }
    int64_t watermark = r.watermark > batch->base ? r.watermark : batch->base;
    Key key{r.key};
    uint64_t hash = levada_rt_hash(reinterpret_cast<char *>(&key), &slots[0].key);
    auto *acc = reinterpret_cast<Acc *>(levada_rt_window(ctx, 0, &slots[0], watermark, r.time, hash,
                                                         reinterpret_cast<char *>(&key)));
    if (!acc) {
      if (levada_rt_failed(ctx))
        return 1;
      levada_rt_count(ctx, WINDOW_OP, LEVADA_COUNT_LATE, 1);
      levada_rt_order(ctx, r.order);
      write_row(ctx, LATE, "%ld,%ld,%ld\n", r.key, r.time, r.value);
      continue;
    }
    levada_rt_count(ctx, WINDOW_OP, LEVADA_COUNT_ABSORBED, 1);
    ++acc->count;
    acc->sum += r.value;
  }
  return 0;
}

int32_t fire_counts(levada_ctx *ctx, const levada_fire *fire) {
  for (uint32_t i = 0; i < fire->count; ++i) {
    auto *entry = reinterpret_cast<const Entry *>(fire->entries[i]);
    levada_rt_count(ctx, WINDOW_OP, LEVADA_COUNT_MADE, 1);
    write_row(ctx, COUNTS, "{\"key\":%ld,\"end\":%ld,\"count\":%ld,\"sum\":%ld}\n", entry->key.key,
              fire->window_end, entry->acc.count, entry->acc.sum);
    char *name = levada_rt_alloc(ctx, 40);
    int size = snprintf(name, 40, "key number %ld of them", entry->key.key);
    Fired row{fire->watermark,  entry->key.key, fire->window_time,
              entry->acc.count, entry->acc.sum, {}};
    row.name.len = size;
    memcpy(row.name.prefix, name, 4);
    row.name.ptr = name;
    memcpy(levada_rt_row(ctx, 1, sizeof row, 0), &row, sizeof row);
  }
  return 0;
}

int32_t count_totals(levada_ctx *ctx, const levada_batch *batch) {
  auto *rows = reinterpret_cast<const Fired *>(batch->rows);
  for (uint32_t i = 0; i < batch->count; ++i) {
    const Fired &r = rows[i];
    levada_rt_count(ctx, TOTAL_OP, LEVADA_COUNT_IN, 1);
    int64_t watermark = r.watermark > batch->base ? r.watermark : batch->base;
    Key key{0};
    uint64_t hash = levada_rt_hash(reinterpret_cast<char *>(&key), &slots[1].key);
    auto *acc = reinterpret_cast<Acc *>(levada_rt_window(ctx, 1, &slots[1], watermark, r.end, hash,
                                                         reinterpret_cast<char *>(&key)));
    if (!acc) {
      if (levada_rt_failed(ctx))
        return 1;
      levada_rt_count(ctx, TOTAL_OP, LEVADA_COUNT_LATE, 1);
      continue;
    }
    levada_rt_count(ctx, TOTAL_OP, LEVADA_COUNT_ABSORBED, 1);
    acc->count += r.count;
    acc->sum =
        int64_t(uint64_t(acc->sum) * 31 + r.key + r.name.len + r.name.ptr[12]); // order matters
  }
  return 0;
}

int32_t fire_totals(levada_ctx *ctx, const levada_fire *fire) {
  for (uint32_t i = 0; i < fire->count; ++i) {
    auto *entry = reinterpret_cast<const Entry *>(fire->entries[i]);
    levada_rt_count(ctx, TOTAL_OP, LEVADA_COUNT_MADE, 1);
    write_row(ctx, TOTALS, "{\"end\":%ld,\"count\":%ld,\"hash\":%ld}\n", fire->window_end,
              entry->acc.count, entry->acc.sum);
  }
  return 0;
}

int32_t write_dead(levada_ctx *ctx, const levada_batch *batch) {
  auto *rows = reinterpret_cast<const levada_dead_letter *>(batch->rows);
  for (uint32_t i = 0; i < batch->count; ++i) {
    auto view = [](const levada_str &s) { return s.len <= 12 ? s.inl : s.ptr; };
    const levada_dead_letter &r = rows[i];
    levada_out *out = levada_rt_out(ctx, DEAD, 4096);
    out->cur +=
        snprintf(out->cur, 4096, "%.*s|%ld|%ld|%.*s|%.*s|%.*s\n", int(r.source.len), view(r.source),
                 r.byte_offset, r.line, int(r.raw.len > 2000 ? 2000 : r.raw.len), view(r.raw),
                 int(r.code.len), view(r.code), int(r.reason.len), view(r.reason));
    ++out->rows;
  }
  return 0;
}

void init(levada_ctx *, char *acc) { memset(acc, 0, sizeof(Acc)); }
void merge(levada_ctx *, char *into, const char *from) {
  auto *a = reinterpret_cast<Acc *>(into);
  auto *b = reinterpret_cast<const Acc *>(from);
  a->count += b->count;
  a->sum += b->sum;
}

const levada_slot_desc slots[] = {{.id = "per_key",
                                   .kind = LEVADA_SLOT_WINDOW,
                                   .window = LEVADA_WINDOW_TUMBLE,
                                   .local_zone = false,
                                   .key = {sizeof(Key), 0, nullptr},
                                   .acc_offset = sizeof(Key),
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
                                   .fire_stage = 2,
                                   .op = WINDOW_OP},
                                  {.id = "total",
                                   .kind = LEVADA_SLOT_WINDOW,
                                   .window = LEVADA_WINDOW_TUMBLE,
                                   .local_zone = false,
                                   .key = {sizeof(Key), 0, nullptr},
                                   .acc_offset = sizeof(Key),
                                   .entry_size = sizeof(Entry),
                                   .size = 5000,
                                   .slide = 5000,
                                   .offset = 0,
                                   .always_one = false,
                                   .init = init,
                                   .merge = merge,
                                   .compare = nullptr,
                                   .limit = -1,
                                   .skip = 0,
                                   .fire = fire_totals,
                                   .fire_stage = 4,
                                   .op = TOTAL_OP}};

const uint32_t only[] = {0, 1, 2, 3, 4};
const uint32_t source_channels[] = {0, 2};
const levada_stage_desc stages[] = {{"read", LEVADA_STAGE_SOURCE, read_rows, nullptr, nullptr,
                                     nullptr, 0, source_channels, 2, only + NEGATIVE, 1, -1},
                                    {"count", LEVADA_STAGE_ROWS, nullptr, count_rows, nullptr, only,
                                     1, nullptr, 0, only + LATE, 1, -1},
                                    {"fire counts", LEVADA_STAGE_FIRE, nullptr, nullptr,
                                     fire_counts, nullptr, 0, only + 1, 1, only + COUNTS, 1, 0},
                                    {"total", LEVADA_STAGE_ROWS, nullptr, count_totals, nullptr,
                                     only + 1, 1, nullptr, 0, nullptr, 0, -1},
                                    {"fire totals", LEVADA_STAGE_FIRE, nullptr, nullptr,
                                     fire_totals, nullptr, 0, nullptr, 0, only + TOTALS, 1, 1},
                                    {"dead letters", LEVADA_STAGE_ROWS, nullptr, write_dead,
                                     nullptr, nullptr, 0, nullptr, 0, only + DEAD, 1, -1}};
const levada_channel_desc channels[] = {
    {"rows by key", sizeof(Row), LEVADA_CHANNEL_HASH, 1, 0, 0},
    {"counts", sizeof(Fired), LEVADA_CHANNEL_SINGLE, 3, 2, 0},
    {"dead", sizeof(levada_dead_letter), LEVADA_CHANNEL_SINGLE, 5, 0, 0}};

const char *const columns[] = {"key", "time", "value"};
const levada_option source_options[] = {{"path", "${IN}", true}};
#ifndef HEADER
#define HEADER 0
#endif
#ifndef ON_ERROR
#define ON_ERROR LEVADA_ON_ERROR_FAIL
#endif
#ifdef READ_STDIN
#define SOURCE &levada_connector_stdin, nullptr, 0
#else
#define SOURCE &levada_connector_filesystem, source_options, 1
#endif
const levada_source_desc sources[] = {{"rows", SOURCE, "csv", columns, 3, LEVADA_CUT_CSV, '"', ',',
                                       HEADER, ON_ERROR, true, 2, 0, SOURCE_OP, nullptr, 0, false}};
const levada_option negative_path[] = {{"path", "${OUT}/negative.csv", true}};
const levada_option late_path[] = {{"path", "${OUT}/late", true}};
const levada_option totals_path[] = {{"path", "${OUT}/totals.jsonl", true}};
const levada_option dead_path[] = {{"path", "${OUT}/dead.txt", true}};
const levada_sink_desc sinks[] = {
    {"negative", &levada_connector_filesystem, negative_path, 1, "csv", columns, 3,
     "key,time,value\n", SINK_OPS},
    {"counts", &levada_connector_stdout, nullptr, 0, "json", columns, 3, nullptr, SINK_OPS + 1},
    {"late", &levada_connector_filesystem, late_path, 1, "csv", columns, 3, nullptr, SINK_OPS + 2},
    {"totals", &levada_connector_filesystem, totals_path, 1, "json", columns, 3, nullptr,
     SINK_OPS + 3},
    {"dead", &levada_connector_filesystem, dead_path, 1, "raw", columns, 3, nullptr, SINK_OPS + 4}};
const levada_expr_desc exprs[] = {{"windows.toml", 12, 8, "value / 0"},
                                  {"windows.toml", 15, 3, "CAST(value AS GOOD)"}};
const levada_operator_desc operators[] = {
    {"rows", "source"},     {"rows.where", "filter"}, {"per_key", "aggregate"},
    {"total", "aggregate"}, {"negative", "sink"},     {"counts", "sink"},
    {"late", "sink"},       {"totals", "sink"},       {"dead", "sink"}};

} // namespace

extern "C" const levada_program levada_program_main = {.abi_version = LEVADA_ABI_VERSION,
                                                       .name = "windows",
                                                       .compiler = "test",
                                                       .plan = "a plan",
                                                       .fingerprint = "f00d",
                                                       .time_zone = "UTC",
                                                       .sources = sources,
                                                       .source_count = 1,
                                                       .channels = channels,
                                                       .channel_count = 3,
                                                       .slots = slots,
                                                       .slot_count = 2,
                                                       .stages = stages,
                                                       .stage_count = 6,
                                                       .sinks = sinks,
                                                       .sink_count = 5,
                                                       .exprs = exprs,
                                                       .expr_count = 2,
                                                       .operators = operators,
                                                       .operator_count = 9};
