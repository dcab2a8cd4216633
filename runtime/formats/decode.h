/*===- decode.h - what generated decoders are made of ----------------------===
 *
 * A generated source stage is a loop over the records of one chunk. It knows
 * the schema: which fields it reads, and their types. How bytes are scanned,
 * numbers parsed and text unescaped is here, in bitcode: the usual case inline,
 * the rest in cold functions of the archive. Nothing here allocates but in the
 * frame. All of a record is checked (structure, UTF-8), whatever is read of it.
 *
 * Chunks are whole lines, each ending in '\n' (abi.h); 64 bytes behind a chunk
 * can be read. Blank lines are no records, except for raw.
 *
 * A cursor says what `next` found: LEVADA_RECORD_*; after LEVADA_RECORD_BAD its
 * `code` and `reason` are set and the next call goes on behind that record.
 *
 *===----------------------------------------------------------------------===*/
#ifndef LEVADA_RUNTIME_FORMATS_DECODE_H
#define LEVADA_RUNTIME_FORMATS_DECODE_H

#include "runtime/abi/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LEVADA_RECORD_END, LEVADA_RECORD_GOOD, LEVADA_RECORD_BAD };

/*--- CSV -------------------------------------------------------------------*/

/* Field k of the record is the text from base + ends[k - 1] + 1 to base +
 * ends[k]: a view of the chunk, or of an unquoted copy in the frame where the
 * record has quotes or escapes. A '\r' before the end of line is no part of the
 * last field. ends[-1] is valid. A record with another number of fields than
 * `fields` is bad; more than that only where `fields` says so. */
typedef struct levada_csv {
  const char *base;
  const uint32_t *ends;
  const char *record;   /* begin of the record in the chunk */
  uint64_t size;        /* of it, without the line end */
  uint32_t code;
  levada_str reason;
  uint32_t fields;      /* a record has */
  char delimiter, quote, escape; /* quote, escape: 0 for none */
  bool lenient;         /* records may have too many fields, or too few: these end
                         * before they begin */
  /* Separators found ahead of the reader, some KB at a time. */
  levada_ctx *ctx;
  const char *next, *end; /* what is not looked at yet */
  const char *block;      /* what `index` counts from */
  uint32_t *index;        /* places of separators */
  uint32_t *lines;        /* of each line: 2 * number of its last separator, + 1
                           * where it has quotes, other than ASCII, or nothing;
                           * behind the last one UINT32_MAX */
  uint32_t at, line;      /* next in index, in lines */
  uint32_t plain;         /* up to here in index: plain records of `fields` */
  uint32_t begin;         /* of the next record in the block */
} levada_csv;

LEVADA_RT() void levada_csv_open(levada_csv *csv, levada_ctx *ctx, const levada_chunk *chunk, uint32_t fields, char delimiter, char quote, char escape);
LEVADA_RT(inline) int32_t levada_csv_next(levada_csv *csv);

/* A view of the text (fn.h's levada_view, without a branch). */
LEVADA_RT(inline) void levada_field_str(const char *p, uint64_t n, levada_str *out);
/* Number of '\n' in p..end. */
LEVADA_RT() uint64_t levada_newlines(const char *p, const char *end);

/*--- fields of text: CSV, regex ----------------------------------------------
 * LEVADA_NULL: the text is empty (or blank); LEVADA_ERROR: it is no value of the
 * type. Leading and trailing blanks are ignored. (p, n) may be followed by
 * anything readable for 64 bytes. */
LEVADA_RT(inline) levada_status levada_field_bool(const char *p, uint64_t n, bool *out);
LEVADA_RT(inline) levada_status levada_field_i8(const char *p, uint64_t n, int8_t *out);
LEVADA_RT(inline) levada_status levada_field_i16(const char *p, uint64_t n, int16_t *out);
LEVADA_RT(inline) levada_status levada_field_i32(const char *p, uint64_t n, int32_t *out);
LEVADA_RT(inline) levada_status levada_field_i64(const char *p, uint64_t n, int64_t *out);
LEVADA_RT(inline) levada_status levada_field_f32(const char *p, uint64_t n, float *out);
LEVADA_RT(inline) levada_status levada_field_f64(const char *p, uint64_t n, double *out);
LEVADA_RT(inline) levada_status levada_field_dec64(const char *p, uint64_t n, int32_t precision, int32_t scale, int64_t *out);
LEVADA_RT(inline) levada_status levada_field_dec(const char *p, uint64_t n, int32_t precision, int32_t scale, levada_i128 *out);
LEVADA_RT(inline) levada_status levada_field_date(const char *p, uint64_t n, int32_t *out);
LEVADA_RT(inline) levada_status levada_field_time(const char *p, uint64_t n, int32_t *out);
/* Space or T between date and time, a zone suffix where there is one (TIMESTAMP:
 * ignored unless Z; TIMESTAMP_LTZ: applied, without one the session's zone). */
LEVADA_RT(inline) levada_status levada_field_ts3(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out);
LEVADA_RT(inline) levada_status levada_field_ts6(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out);
LEVADA_RT() levada_status levada_field_ts9(levada_ctx *ctx, const char *p, uint64_t n, levada_i128 *out);
LEVADA_RT(inline) levada_status levada_field_ltz3(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out);
LEVADA_RT(inline) levada_status levada_field_ltz6(levada_ctx *ctx, const char *p, uint64_t n, int64_t *out);
LEVADA_RT() levada_status levada_field_ltz9(levada_ctx *ctx, const char *p, uint64_t n, levada_i128 *out);
/* BYTES: base64. */
LEVADA_RT() levada_status levada_field_bytes(levada_ctx *ctx, const char *p, uint64_t n, levada_str *out);
/* ARRAY and ROW of scalars: parts between `delimiter`, NULL where they are
 * `null_literal`; both zero-terminated. */
LEVADA_RT() levada_status levada_field_nested(levada_ctx *ctx, const char *p, uint64_t n, const levada_type *type, const char *delimiter, const char *null_literal, levada_str *out);
/* By a pattern of the format's option time-format.COLUMN, in Java's letters;
 * `unit` 3, 6 or 9 digits; `local`: TIMESTAMP_LTZ. out: int64_t, for unit 9
 * levada_i128, for dates int32_t days (unit 0), times int32_t ms (unit 1). */
LEVADA_RT() levada_status levada_field_pattern(levada_ctx *ctx, const char *p, uint64_t n, const char *pattern, int32_t unit, bool local, void *out);
/* Why a text is no value of `type` ("INT"): for bad_record's reason. */
LEVADA_RT(cold) void levada_field_reason(levada_ctx *ctx, const char *p, uint64_t n, const char *type, levada_str *out);

/*--- lines: raw, regex -------------------------------------------------------*/

typedef struct levada_lines {
  const char *record;   /* the line, without '\n' and a '\r' before it */
  uint64_t size;
  uint32_t code;        /* BAD: not UTF-8 */
  levada_str reason;
  const char *next, *end;
  bool text;            /* UTF-8 is checked */
  bool blank;           /* blank lines are records */
} levada_lines;

LEVADA_RT() void levada_lines_open(levada_lines *lines, const levada_chunk *chunk, bool text, bool blank);
LEVADA_RT(inline) int32_t levada_lines_next(levada_lines *lines);

/* The program of a pattern, made when a stage first runs; `handle` is a pointer
 * in writable static memory, NULL at first. Groups by index from 1, those named
 * `names[i]` to spans[2i], spans[2i + 1] (begin and end; NULL, NULL where the
 * group took no part). False: no match. */
LEVADA_RT() bool levada_regex_match(levada_ctx *ctx, void **handle, const char *pattern, const char *const *names, uint32_t count, const char *p, uint64_t n, const char **spans);

/*--- JSON --------------------------------------------------------------------
 * `next` opens a record (one object). Then `key`, which stands at a value when
 * it returns a column's number (or LEVADA_JSON_OTHER: skip it), until it returns
 * LEVADA_JSON_CLOSED; LEVADA_JSON_BROKEN: the record is bad, `code` and `reason`
 * are set. Keys are first compared with those of the record before, place by
 * place, separators and all. The last of equal keys wins. */
enum { LEVADA_JSON_OTHER = -1, LEVADA_JSON_CLOSED = -2, LEVADA_JSON_BROKEN = -3 };

typedef struct levada_json_name {
  const char *text; uint32_t size;
  int32_t column;       /* what `key` returns */
} levada_json_name;

enum { LEVADA_JSON_PLACES = 64 };

/* Where reading stands. Only inlined code knows its address, so that it lives in
 * registers: each value begins where the one before ended. */
typedef struct levada_json_cursor {
  const char *at;       /* behind the value read last, or at '{' */
  uint64_t place;       /* number of the next key in the record */
} levada_json_cursor;

typedef struct levada_json {
  const char *at;       /* the cursor's, while a cold function reads */
  const char *record;
  uint64_t size;        /* of the record, without the line end */
  uint32_t code;
  levada_str reason;
  uint64_t place;
  levada_ctx *ctx;
  const char *next, *end;
  const levada_json_name *names; uint32_t name_count;
  uint32_t exact;       /* INT and BIGINT take no fractions; set behind open */
  uint32_t changes;     /* changelog: records may take rows back; set behind open */
  uint32_t kind;        /* changelog: 0 +I, 1 -U, 2 +U, 3 -D */
  const char *inner;    /* changelog: where the object of the row ends, else NULL */
  /* What stood between the values of the record before: `,"name":`. */
  struct levada_json_place {
    const char *text; uint32_t size; int32_t column;
  } places[64];
} levada_json;

LEVADA_RT() void levada_json_open(levada_json *json, levada_ctx *ctx, const levada_chunk *chunk, const levada_json_name *names, uint32_t name_count);
LEVADA_RT(inline) int32_t levada_json_next(levada_json *json, levada_json_cursor *cursor);
/* The same for `{"op": "+I", "data": {row}}`: then `key` reads the row. What is no
 * insertion is BAD, unless `changes` is set. */
LEVADA_RT() int32_t levada_changelog_next(levada_json *json, levada_json_cursor *cursor);
LEVADA_RT(inline) int32_t levada_json_key(levada_json *json, levada_json_cursor *cursor);
/* Values: LEVADA_NULL for null; LEVADA_ERROR: the value has no such meaning, or is
 * no JSON: code and reason are set. Numbers may stand in quotes, text may be any
 * value: Flink's conversions. */
LEVADA_RT(inline) levada_status levada_json_skip(levada_json *json, levada_json_cursor *cursor);
LEVADA_RT(inline) levada_status levada_json_bool(levada_json *json, levada_json_cursor *cursor, bool *out);
LEVADA_RT(inline) levada_status levada_json_i8(levada_json *json, levada_json_cursor *cursor, int8_t *out);
LEVADA_RT(inline) levada_status levada_json_i16(levada_json *json, levada_json_cursor *cursor, int16_t *out);
LEVADA_RT(inline) levada_status levada_json_i32(levada_json *json, levada_json_cursor *cursor, int32_t *out);
LEVADA_RT(inline) levada_status levada_json_i64(levada_json *json, levada_json_cursor *cursor, int64_t *out);
LEVADA_RT(inline) levada_status levada_json_f32(levada_json *json, levada_json_cursor *cursor, float *out);
LEVADA_RT(inline) levada_status levada_json_f64(levada_json *json, levada_json_cursor *cursor, double *out);
LEVADA_RT(inline) levada_status levada_json_dec64(levada_json *json, levada_json_cursor *cursor, int32_t precision, int32_t scale, int64_t *out);
LEVADA_RT(inline) levada_status levada_json_dec(levada_json *json, levada_json_cursor *cursor, int32_t precision, int32_t scale, levada_i128 *out);
LEVADA_RT(inline) levada_status levada_json_str(levada_json *json, levada_json_cursor *cursor, levada_str *out);
LEVADA_RT(inline) levada_status levada_json_bytes(levada_json *json, levada_json_cursor *cursor, levada_str *out);
LEVADA_RT(inline) levada_status levada_json_date(levada_json *json, levada_json_cursor *cursor, int32_t *out);
LEVADA_RT(inline) levada_status levada_json_time(levada_json *json, levada_json_cursor *cursor, int32_t *out);
LEVADA_RT(inline) levada_status levada_json_ts3(levada_json *json, levada_json_cursor *cursor, int64_t *out);
LEVADA_RT(inline) levada_status levada_json_ts6(levada_json *json, levada_json_cursor *cursor, int64_t *out);
LEVADA_RT(inline) levada_status levada_json_ts9(levada_json *json, levada_json_cursor *cursor, levada_i128 *out);
LEVADA_RT(inline) levada_status levada_json_ltz3(levada_json *json, levada_json_cursor *cursor, int64_t *out);
LEVADA_RT(inline) levada_status levada_json_ltz6(levada_json *json, levada_json_cursor *cursor, int64_t *out);
LEVADA_RT(inline) levada_status levada_json_ltz9(levada_json *json, levada_json_cursor *cursor, levada_i128 *out);
/* ROW, ARRAY, MAP, MULTISET in the bytes of stdlib/nested.h. */
LEVADA_RT(inline) levada_status levada_json_nested(levada_json *json, levada_json_cursor *cursor, const levada_type *type, levada_str *out);
/* As levada_field_pattern, over a string. */
LEVADA_RT(inline) levada_status levada_json_pattern(levada_json *json, levada_json_cursor *cursor, const char *pattern, int32_t unit, bool local, void *out);

/*--- encoding ----------------------------------------------------------------
 * put functions write at `at` and return the end; the buffer has the room that
 * is said here. Numbers and times: stdlib/text.h. */
/* A JSON string with its quotes: 6 bytes for each, and 2. */
LEVADA_RT(inline) char *levada_put_json_str(char *at, const levada_str *text);
/* Base64 in quotes: 4 for each 3, and 4. */
LEVADA_RT() char *levada_put_json_bytes(char *at, const levada_str *bytes);
/* The bytes, in quotes where they hold the delimiter, the quote or a line end:
 * 2 for each, and 2. quote 0: never quoted; escape: instead of doubling. */
LEVADA_RT(inline) char *levada_put_csv_str(char *at, const levada_str *text, char delimiter, char quote, char escape);
LEVADA_RT() char *levada_put_csv_bytes(char *at, const levada_str *bytes);
/* The bytes as they are: 1 for each. */
LEVADA_RT(inline) char *levada_put_str(char *at, const levada_str *text);
/* A cell of format "table" (table.h), with escapes: 2 for each. */
LEVADA_RT() char *levada_put_table_str(char *at, const levada_str *text);
/* Hexadecimal, as print shows bytes: x'0aff': 2 for each, and 3. */
LEVADA_RT() char *levada_put_hex(char *at, const levada_str *bytes);
/* An ARRAY or ROW as levada_field_nested reads it, in the frame. */
LEVADA_RT() void levada_nested_csv(levada_ctx *ctx, const levada_type *type, const levada_str *value, const char *delimiter, const char *null_literal, levada_str *out);
/* A nested value as JSON, in the frame; `separator`: between date and time. `how`:
 * which keys of maps that are NULL are an error, left out or written as
 * `null_key`; and whether fields of rows that are NULL are left out. */
enum { LEVADA_NULL_KEY_FAIL, LEVADA_NULL_KEY_DROP, LEVADA_NULL_KEY_LITERAL, LEVADA_NESTED_WITHOUT_NULLS = 4 };
LEVADA_RT() levada_status levada_nested_json(levada_ctx *ctx, const levada_type *type, const levada_str *value, char separator, uint32_t how, const char *null_key, levada_str *out);

#ifdef __cplusplus
}
#endif

#endif
