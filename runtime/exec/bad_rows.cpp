//===- bad_rows.cpp - records and rows that failed ------------------------===//
//
// What `on_error` says is done here: fail makes the error that ends the run,
// skip counts and keeps the first as a sample for the end, dead_letter counts
// and makes a row for the sink that takes such rows.
//
//===----------------------------------------------------------------------===//
#include "runtime/exec/cutter.h"
#include "runtime/exec/run.h"

namespace levada::rt {
namespace {

levada_str text_in_frame(levada_ctx *ctx, std::string_view text) {
  levada_str s = {};
  s.len = text.size();
  if (s.len <= 12) {
    memcpy(s.inl, text.data(), s.len);
    return s;
  }
  char *copy = levada_rt_alloc(ctx, s.len);
  memcpy(copy, text.data(), s.len);
  memcpy(s.prefix, copy, 4);
  s.ptr = copy;
  return s;
}

levada_str view(const char *data, uint64_t size) {
  levada_str s = {};
  s.len = size;
  if (s.len <= 12) {
    memcpy(s.inl, data, s.len);
  } else {
    memcpy(s.prefix, data, 4);
    s.ptr = data;
  }
  return s;
}

/// Without its line end.
std::string_view record_text(const char *begin, uint64_t size) {
  while (size && (begin[size - 1] == '\n' || begin[size - 1] == '\r'))
    --size;
  return {begin, size};
}

Text place_of(const Run &run, const levada_chunk *chunk, const char *record) {
  uint64_t offset = chunk->byte_offset + (record - chunk->data);
  uint64_t line = chunk->line ? chunk->line + count_newlines(chunk->data, record - chunk->data) : 0;
  if (!line) {
    Text file(str_view(chunk->file));
    line = run.sources[chunk->source]->line_of(file.c_str(), offset);
  }
  Text place(str_view(chunk->file));
  if (line)
    place.format(":%llu", (unsigned long long)line);
  return place.format(" (byte %llu)", (unsigned long long)offset);
}

void dead_letter(levada_ctx *ctx, int32_t channel, std::string_view source,
                 const levada_chunk *chunk, const char *record, uint64_t size, uint32_t code,
                 std::string_view reason) {
  std::string_view raw = record ? record_text(record, size) : std::string_view();
  char name[16];
  int length = snprintf(name, sizeof name, "R%u", code);
  // Rows of one worker stay in order; who receives them does not matter.
  char *row = levada_rt_row(ctx, channel, sizeof(levada_dead_letter), 0);
  levada_dead_letter letter = {};
  letter.watermark = LEVADA_MIN_WATERMARK;
  letter.source = text_in_frame(ctx, source);
  if (record) {
    letter.file = text_in_frame(ctx, str_view(chunk->file));
    letter.byte_offset = chunk->byte_offset + (record - chunk->data);
    letter.line = levada_rt_line(chunk, record);
    letter.raw = view(raw.data(), raw.size());
  }
  letter.code = view(name, length);
  letter.reason = text_in_frame(ctx, reason);
  memcpy(row, &letter, sizeof letter);
}

/// What the expression said, or what its code stands for.
std::string_view reason_of(const levada_ctx *ctx) {
  if (ctx->error_text.len)
    return str_view(ctx->error_text);
  switch (ctx->error_code) {
  case 602: return "the event time is NULL";
  case 603: return "NULL in a column that is NOT NULL";
  case 611: return "division by zero";
  default: return "an expression failed";
  }
}

} // namespace
} // namespace levada::rt

using namespace levada::rt;

/// Where the last count in a chunk ended: records are asked for in order, and
/// each newline is to be counted once.
static thread_local struct {
  const char *data;
  uint64_t seq, at, lines;
} counted;

int64_t levada_rt_line(const levada_chunk *chunk, const char *record) {
  uint64_t offset = record - chunk->data;
  if (counted.data != chunk->data || counted.seq != chunk->seq || counted.at > offset)
    counted = {chunk->data, chunk->seq, 0, 0};
  counted.lines += count_newlines(chunk->data + counted.at, offset - counted.at);
  counted.at = offset;
  return chunk->line + counted.lines;
}

/// What a person can do about a record that does not decode.
static Text help_for_record(const levada_program *program, const levada_source_desc &source) {
  if (!program->script)
    return Text("`on_error = \"skip\"` in the source leaves such records out, "
                "`\"dead_letter\"` sends them to a sink");
  std::string_view format = source.format;
  if (format != "json" && format != "csv" && format != "changelog-json")
    return Text();
  return textf("'%s.ignore-parse-errors' = 'true' in the table's WITH leaves such records out, and "
               "makes a field NULL that cannot be read",
               source.format);
}

/// The same for a row: without event time (602), with a NULL where none may be
/// (603), or whose expressions fail.
static const char *help_for_row(const levada_program *program, uint32_t code, bool record) {
  bool null_time = code == 602;
  if (program->script)
    return code == 603 ? "SET 'table.exec.sink.not-null-enforcer' = 'DROP' leaves such rows out"
           : null_time ? "WATERMARK FOR a computed column, such as t AS COALESCE(ts, TIMESTAMP '1970-01-01 "
                       "00:00:00'), lets such rows pass"
                       : "NULLIF and TRY_CAST give NULL instead of failing";
  if (!record)
    return "`on_error` does not cover what is computed from the results of windows and "
           "groups; NULLIF and TRY_CAST give NULL instead of failing";
  return null_time ? "`on_error = \"skip\"` in the source leaves such rows out, `\"dead_letter\"` sends "
                     "them to a sink"
                   : "`on_error = \"skip\"` in the stream leaves such rows out, `\"dead_letter\"` sends "
                     "them to a sink";
}

int32_t levada_rt_bad_record(levada_ctx *ctx, const levada_chunk *chunk, const char *begin,
                             uint64_t size, uint32_t code, const char *column,
                             const levada_str *reason) {
  Worker &worker = *worker_of(ctx);
  const levada_source_desc &source = ctx->program->sources[chunk->source];
  ++ctx->counters[source.op * LEVADA_COUNTERS + LEVADA_COUNT_BAD];
  Text what = textf("%s: ", source.name);
  what.append(str_view(*reason));
  if (column)
    what.format(", in column `%s`", column);
  if (source.on_error == LEVADA_ON_ERROR_DEAD_LETTER) {
    dead_letter(ctx, source.dead_letter, source.name, chunk, begin, size, code,
                what.view().substr(strlen(source.name) + 2));
    return 0;
  }
  bool skip = source.on_error == LEVADA_ON_ERROR_SKIP;
  uint64_t offset = begin - chunk->data;
  if (skip && !worker.run.wants_sample(chunk->source, chunk->seq, offset))
    return 0;
  Error error;
  error.set(code, std::move(what),
            skip ? Text() : help_for_record(ctx->program, source));
  error.place = place_of(worker.run, chunk, begin);
  error.shown = printable(record_text(begin, size), 200);
  if (skip) {
    worker.run.sample(chunk->source, chunk->seq, offset, std::move(error));
    return 0;
  }
  worker.error = std::move(error);
  return 1;
}

int32_t levada_rt_bad_row(levada_ctx *ctx, const levada_chunk *chunk, const char *record,
                          uint64_t size, uint32_t expr, uint32_t op, uint8_t policy,
                          int32_t dead_letter_channel) {
  Worker &worker = *worker_of(ctx);
  const levada_program *program = ctx->program;
  const char *name = op < program->operator_count ? program->operators[op].name : "?";
  ++ctx->counters[op * LEVADA_COUNTERS + LEVADA_COUNT_BAD];
  if (expr == UINT32_MAX)
    expr = ctx->error_expr;
  bool null_time = ctx->error_code == 602;
  std::string_view details = reason_of(ctx);
  if (policy == LEVADA_ON_ERROR_DEAD_LETTER) {
    Text reason(details);
    if (expr < program->expr_count && !null_time)
      reason.format(", in `%s`", program->exprs[expr].text);
    dead_letter(ctx, dead_letter_channel, name, chunk, record, size, ctx->error_code, reason);
    return 0;
  }
  if (policy == LEVADA_ON_ERROR_SKIP)
    return 0;
  Error error;
  Text what = textf("%s: ", name);
  what.append(details);
  if (expr < program->expr_count && !null_time)
    what.format(", in `%s`", program->exprs[expr].text);
  error.set(ctx->error_code, std::move(what), help_for_row(program, ctx->error_code, record));
  if (expr < program->expr_count) {
    const levada_expr_desc &e = program->exprs[expr];
    error.place = textf("%s:%u:%u", e.file, e.line, e.column);
  }
  if (record) {
    error.note(Text("the row comes from ").append(place_of(worker.run, chunk, record).view()));
    error.shown = printable(record_text(record, size), 200);
  }
  worker.error = std::move(error);
  return 1;
}
