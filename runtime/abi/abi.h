/*===- abi.h - what generated code, stdlib and runtime share --------------===
 *
 * The one contract between an executable's three parts: C only, no other
 * header of ours. AbiGen reads it: structs become constant builders for
 * codegen, LEVADA_RT functions become call builders. Whatever changes here
 * changes LEVADA_ABI_VERSION; `main` refuses a program of another version.
 *
 *===----------------------------------------------------------------------===*/
#ifndef LEVADA_RUNTIME_ABI_ABI_H
#define LEVADA_RUNTIME_ABI_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEVADA_ABI_VERSION 2

#ifdef __cplusplus
extern "C" {
#define LEVADA_ASSERT_SIZE(T, N) static_assert(sizeof(T) == (N), #T)
#else
#define LEVADA_ASSERT_SIZE(T, N) _Static_assert(sizeof(T) == (N), #T)
#endif

/* Marks a runtime function that generated code calls. FLAGS: cold, noreturn,
 * or inline (its body is in the bitcode and vanishes into the caller). */
#define LEVADA_RT(FLAGS) __attribute__((annotate("levada.rt " #FLAGS)))

/*--- values ----------------------------------------------------------------*/

typedef __int128 levada_i128;

/* Text or bytes, 16 bytes. len <= 12: the bytes are in `inl`, zero padded, so
 * that two short strings are equal when their 16 bytes are. Longer: `ptr`, a
 * view kept alive by the batch, frame or state it belongs to, and its first
 * four bytes in `prefix`. */
typedef struct levada_str {
  uint32_t len;
  union {
    char inl[12];
    struct __attribute__((packed)) {
      char prefix[4];
      const char *ptr;
    };
  };
} levada_str;
LEVADA_ASSERT_SIZE(levada_str, 16);

/* What a function that is not total and strict returns. */
typedef int32_t levada_status;
enum { LEVADA_VALUE = 0, LEVADA_NULL = 1, LEVADA_ERROR = 2 };

#define LEVADA_MIN_WATERMARK INT64_MIN
#define LEVADA_MAX_WATERMARK INT64_MAX

/*--- types and values of any type ------------------------------------------*/

/* Kinds of SQL types, numbered as flow::SqlKind is. */
enum {
  LEVADA_TYPE_NULL, LEVADA_TYPE_BOOLEAN, LEVADA_TYPE_TINYINT, LEVADA_TYPE_SMALLINT,
  LEVADA_TYPE_INT, LEVADA_TYPE_BIGINT, LEVADA_TYPE_FLOAT, LEVADA_TYPE_DOUBLE,
  LEVADA_TYPE_DECIMAL, LEVADA_TYPE_CHAR, LEVADA_TYPE_VARCHAR, LEVADA_TYPE_BINARY,
  LEVADA_TYPE_VARBINARY, LEVADA_TYPE_DATE, LEVADA_TYPE_TIME, LEVADA_TYPE_TIMESTAMP,
  LEVADA_TYPE_TIMESTAMP_LTZ, LEVADA_TYPE_YEAR_MONTH, LEVADA_TYPE_DAY_TIME,
  LEVADA_TYPE_ARRAY, LEVADA_TYPE_MAP, LEVADA_TYPE_MULTISET, LEVADA_TYPE_ROW
};

/* An SQL type as constant data of the program, for what is done by the type at
 * run time: nested values (stdlib/nested.h has their bytes) and functions that
 * take any type. */
typedef struct levada_type {
  uint8_t kind;                /* LEVADA_TYPE_* */
  bool nullable;
  uint8_t slot;                /* bytes that a value takes inside a nested one */
  uint8_t reserved;
  int32_t precision, scale;
  uint32_t count;              /* of children */
  const struct levada_type *const *children; /* element; key, value; fields */
  const char *const *names;    /* ROW: of the fields */
  const uint32_t *offsets;     /* ROW: of the fields' slots, then their end */
  const char *text;            /* as SQL, without NOT NULL */
} levada_type;
LEVADA_ASSERT_SIZE(levada_type, 48);

/* A value with its type. DECIMAL(p <= 18) and TIMESTAMP(p <= 6) are i64, wider
 * ones i128; text, bytes and nested values str. */
typedef struct levada_any {
  const levada_type *type;
  bool null;                   /* the value is then undefined */
  union {
    bool boolean;
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    levada_i128 i128;
    float f32;
    double f64;
    levada_str str;
  };
} levada_any;
LEVADA_ASSERT_SIZE(levada_any, 32);

/*--- execution context -----------------------------------------------------*/

/* Bump memory of one stage execution (a frame): temporary and emitted text. */
typedef struct levada_arena {
  char *cur, *end;
  void *blocks; /* owned by the runtime */
} levada_arena;

/* Encoded bytes on their way to a sink. cur..end is free space. */
typedef struct levada_out {
  char *begin, *cur, *end;
  uint64_t rows;  /* the writer adds 1 a row; the runtime counts the sink's from it */
  void *owner;
} levada_out;

/* Free rows of an outgoing batch for one receiver. */
typedef struct levada_rows {
  char *cur, *end; /* whole rows */
  void *owner;
} levada_rows;

struct levada_program;
struct levada_slot;

/* One per worker; the first argument of every stage. Not shared. */
typedef struct levada_ctx {
  levada_arena arena;           /* of the current frame */
  levada_arena *state_arena;    /* of the slot slice being updated or merged */
  levada_out *outs;             /* by sink index */
  levada_rows **channels;       /* by channel index: workers entries each */
  struct levada_slot **slots;   /* by slot index, this worker's part */
  uint64_t *counters;           /* operator * LEVADA_COUNTERS + kind */
  const struct levada_program *program;
  uint32_t worker, workers;
  int64_t chunk_watermark;      /* a source stage leaves its highest here */
  int64_t now_ms;               /* processing time of the current chunk */
  /* The error of the last call that returned LEVADA_ERROR. */
  uint32_t error_code;          /* number of an R6xx code: 601 … */
  uint32_t error_expr;          /* index in program->exprs, or UINT32_MAX */
  levada_str error_text;        /* details, in the arena */
  void *runtime;                /* the worker, opaque here */
  int64_t order;                /* set by levada_rt_order */
  int64_t emitted;              /* rows that stages behind channels and slots have emitted */
  int32_t failed;               /* a stage run inside another one failed: all return */
} levada_ctx;

/* Rows of an operator, counted by what became of them. */
enum {
  LEVADA_COUNT_IN, LEVADA_COUNT_PASSED, LEVADA_COUNT_FILTERED, LEVADA_COUNT_ABSORBED,
  LEVADA_COUNT_LATE, LEVADA_COUNT_BAD, LEVADA_COUNT_MADE, LEVADA_COUNTERS = 8
};

/*--- inputs of stages ------------------------------------------------------*/

/* Whole records of one source: lines, each ending in '\n' (the runtime adds one
 * to a last line without; a '\r' before it stays). Never empty, never parts of
 * two files, without the header line. */
typedef struct levada_chunk {
  const char *data;            /* followed by >= 64 readable bytes */
  uint64_t size;
  uint64_t seq;                /* sequence number */
  uint64_t byte_offset;        /* of data[0] in its (decoded) file */
  uint64_t line;               /* number of the first line, from 1; 0: not counted */
  levada_str file;             /* path as opened */
  const uint32_t *column_map;  /* schema column -> field of the record; NULL: identity */
  uint32_t field_count;        /* fields a record has; 0: as declared */
  uint32_t source;             /* index in program->sources */
} levada_chunk;

/* Rows of one channel, in order. A row starts with its int64 watermark: the one
 * before this row as its chunk knows it, LEVADA_MIN_WATERMARK where the producer
 * is not a source. The watermark that counts is max(base, row's). */
typedef struct levada_batch {
  const char *rows;
  uint32_t count;
  int64_t base;                /* highest watermark of earlier numbers */
  uint64_t seq;
} levada_batch;

/* What a slot hands to its fire stage: entries of one window in hash order
 * (or sorted rows). An entry is the key, then at acc_offset the accumulators. */
typedef struct levada_fire {
  const char *const *entries;
  uint32_t count;
  int64_t window_start, window_end; /* local ms, as TIMESTAMP(3) */
  int64_t window_time;              /* epoch ms of the time attribute */
  int64_t watermark;                /* for the header of rows made here: always
                                     * LEVADA_MIN_WATERMARK, so that they stand at
                                     * their number's base whoever fired them */
} levada_fire;

typedef int32_t (*levada_source_stage)(levada_ctx *, const levada_chunk *);
typedef int32_t (*levada_rows_stage)(levada_ctx *, const levada_batch *);
typedef int32_t (*levada_fire_stage)(levada_ctx *, const levada_fire *);
/* Stages return 0, or 1 to stop the run (the error is in ctx and reported). */

/*--- the program -----------------------------------------------------------*/

typedef struct levada_option {
  const char *key, *value;     /* value with ${NAME} unexpanded */
  bool runtime;                /* --set may change it, ${NAME} is expanded */
} levada_option;

enum { LEVADA_ON_ERROR_FAIL, LEVADA_ON_ERROR_SKIP, LEVADA_ON_ERROR_DEAD_LETTER };
enum { LEVADA_CUT_LINES, LEVADA_CUT_CSV };

typedef struct levada_connector levada_connector; /* runtime/connectors/connector.h */

typedef struct levada_source_desc {
  const char *name;
  const levada_connector *connector;
  const levada_option *options; uint32_t option_count;
  const char *format;
  const char *const *columns; uint32_t column_count; /* as in the file: no computed, no metadata */
  uint8_t cut;                 /* LEVADA_CUT_* */
  char quote;                  /* LEVADA_CUT_CSV */
  char delimiter;
  uint8_t header;              /* 0 none, 1 names columns, 2 skipped */
  uint8_t on_error;
  bool has_watermark;
  int32_t dead_letter;         /* channel of levada_dead_letter rows, or -1 */
  uint32_t stage, op;
  const void *format_data;     /* e.g. compiled pattern text of regex */
  char escape;                 /* LEVADA_CUT_CSV: the byte after it is plain; 0 none */
  bool lines;                  /* chunk->line is read: metadata column `line` */
} levada_source_desc;

/* A row of every dead-letter channel. */
typedef struct levada_dead_letter {
  int64_t watermark;
  levada_str source, file;
  int64_t byte_offset, line;
  levada_str raw, code, reason;
} levada_dead_letter;

enum { LEVADA_CHANNEL_HASH, LEVADA_CHANNEL_SINGLE };

typedef struct levada_channel_desc {
  const char *name;
  uint32_t row_size;
  uint8_t mode;                /* LEVADA_CHANNEL_* */
  uint32_t stage;              /* the consumer */
  uint32_t producer;           /* the stage that fills it */
  uint32_t input;              /* which input of the consumer, for unions */
  uint32_t place_offset;       /* of an int64 in the row that the consumer gives to
                                * levada_rt_order, 0: none. The runtime replaces it
                                * where rows of several senders are put in order. */
  const uint32_t *texts; uint32_t text_count; /* offsets of levada_str in a row */
  uint32_t hash_offset;        /* of an uint64_t in the row: the hash that chose the
                                * receiver, where rows may wait for other inputs; 0: none */
  uint64_t fingerprint;        /* of the rows and of what makes them: those that wait in a
                                * checkpoint go on only where it is the same */
} levada_channel_desc;

enum { LEVADA_SLOT_WINDOW, LEVADA_SLOT_SESSION, LEVADA_SLOT_GROUP, LEVADA_SLOT_SORT };
enum { LEVADA_WINDOW_TUMBLE, LEVADA_WINDOW_HOP, LEVADA_WINDOW_CUMULATE };

/* A key (or sort row): fixed bytes with levada_str at the given offsets. */
typedef struct levada_layout {
  uint32_t size;               /* multiple of 8, padding zero */
  uint32_t str_count;
  const uint32_t *str_offsets;
} levada_layout;

typedef struct levada_slot_desc {
  const char *id;              /* stable across -O and parallelism */
  uint8_t kind;                /* LEVADA_SLOT_* */
  uint8_t window;              /* LEVADA_WINDOW_* */
  bool local_zone;             /* time is LTZ: windows align in the session zone */
  levada_layout key;           /* SORT: the whole row */
  uint32_t acc_offset;         /* from the entry's start */
  uint32_t entry_size;         /* key + accumulators */
  int64_t size, slide, offset; /* ms; SESSION: size is the gap */
  bool always_one;             /* GROUP without keys in batch: a row over nothing */
  bool mergeable;              /* rows added to two accumulators, the later merged into the
                                * earlier one, give what all rows added to one give, bit by
                                * bit, and nothing reads accumulators before they fire */
  bool first_rows;             /* SORT without keys, with a limit: those that come first are kept */
  void (*init)(levada_ctx *, char *acc);
  void (*merge)(levada_ctx *, char *into, const char *from); /* accumulators */
  int32_t (*compare)(const char *, const char *); /* SORT */
  int64_t limit, skip;         /* SORT: rows kept, rows left out; -1 all */
  levada_fire_stage fire;
  uint32_t fire_stage, op;
  uint32_t align;              /* of entries and rows: 16 when they hold an i128, else 8 */
  /* Accumulators to bytes and back; NULL where their bytes are all there is.
   * load fills what init has made; the reader remembers whether bytes ran out. */
  void (*save)(levada_ctx *, void *writer, const char *acc);
  void (*load)(levada_ctx *, void *reader, char *acc);
  const char *schema;          /* keys and aggregates with their types, a line each */
  const levada_layout *owner;  /* NULL, or of the key's first bytes: entries are elements of what
                                * is kept of such a key, are where it is, and fire nothing.
                                * Their hashes are those of levada_rt_element_hash. */
} levada_slot_desc;

enum { LEVADA_STAGE_SOURCE, LEVADA_STAGE_ROWS, LEVADA_STAGE_FIRE };

typedef struct levada_stage_desc {
  const char *name;
  uint8_t kind;                /* LEVADA_STAGE_* */
  levada_source_stage source_fn; /* the one of its kind, else NULL */
  levada_rows_stage rows_fn;
  levada_fire_stage fire_fn;
  const uint32_t *slots; uint32_t slot_count;       /* it updates */
  const uint32_t *channels; uint32_t channel_count; /* it fills */
  const uint32_t *sinks; uint32_t sink_count;       /* it writes */
  int32_t input_slot;          /* FIRE: the slot, else -1 */
} levada_stage_desc;

typedef struct levada_sink_desc {
  const char *name;
  const levada_connector *connector;
  const levada_option *options; uint32_t option_count;
  const char *format;
  const char *const *columns; uint32_t column_count;
  const char *header;          /* bytes before the first row of a file, or NULL */
  uint32_t op;
} levada_sink_desc;

/* How the rows of a number are ordered: numbers first; within one, the order set
 * by levada_rt_order, then the worker. A slot calls it before each fire with the
 * window's end; a rows stage that writes or emits rows as they came (late rows,
 * bad rows) may call it with the row's place in its chunk (any value that grows
 * with the input), for the same order of rows at any parallelism. Source stages
 * need not: one worker has the whole chunk. */

/* Where in the user's file an expression that can fail stands. */
typedef struct levada_expr_desc {
  const char *file;
  uint32_t line, column;
  const char *text;
} levada_expr_desc;

typedef struct levada_operator_desc {
  const char *name;            /* "flights", "per_hour.where", "out" */
  const char *kind;            /* "source", "filter", "aggregate", "sink" … */
} levada_operator_desc;

typedef struct levada_program {
  uint32_t abi_version;
  const char *name;            /* pipeline name */
  const char *compiler;        /* version of levada */
  const char *plan;            /* text of `explain`, for inspect */
  const char *fingerprint;     /* of the plan */
  bool batch;                  /* mode = "batch" */
  bool script;                 /* written in SQL: messages speak of that */
  const char *time_zone;       /* session zone, "UTC" */
  const char *zone_data; uint32_t zone_size; /* its TZif, or NULL for UTC */
  const levada_source_desc *sources; uint32_t source_count;
  const levada_channel_desc *channels; uint32_t channel_count;
  const levada_slot_desc *slots; uint32_t slot_count;
  const levada_stage_desc *stages; uint32_t stage_count;
  const levada_sink_desc *sinks; uint32_t sink_count;
  const levada_expr_desc *exprs; uint32_t expr_count;
  const levada_operator_desc *operators; uint32_t operator_count;
  int64_t checkpoint_interval; /* ms; 0: no checkpoints unless asked for */
  int64_t checkpoint_min_pause; /* ms from the end of one to the start of the next */
  uint32_t checkpoint_keep;    /* newest ones that stay; 0: as by default */
  const char *state;           /* what it keeps: lines as in runtime/checkpoint/schema.h */
} levada_program;

/* The one symbol a generated object defines. */
extern const levada_program levada_program_main;

/*--- what generated code calls ---------------------------------------------*/
/* inline: runtime/abi/inline.cpp, in the bitcode and the archive. */

/* Memory of the current frame, 8-aligned; never NULL. */
LEVADA_RT(inline) char *levada_rt_alloc(levada_ctx *ctx, uint64_t size);
LEVADA_RT(cold) char *levada_rt_alloc_slow(levada_ctx *ctx, uint64_t size);
/* Memory of the slot slice at hand: lives as long as the accumulators. */
LEVADA_RT(inline) char *levada_rt_state_alloc(levada_ctx *ctx, uint64_t size);
LEVADA_RT(cold) char *levada_rt_state_alloc_slow(levada_ctx *ctx, uint64_t size);
/* Under --memory large values stand in a file, and what is in memory of them is let
 * go of as it grows: copies `size` bytes so; so many bytes were gone through. */
LEVADA_RT(cold) void levada_rt_copy(char *to, const char *from, uint64_t size);
LEVADA_RT(cold) void levada_rt_passed(uint64_t size);

/* Next free row (zeroed header to be filled by the caller) of `channel`; the
 * receiver follows from the hash's top 7 bits (HASH) or is worker 0 (SINGLE:
 * pass hash 0). */
LEVADA_RT(inline) char *levada_rt_row(levada_ctx *ctx, uint32_t channel, uint32_t row_size, uint64_t hash);
LEVADA_RT(cold) void levada_rt_row_slow(levada_ctx *ctx, uint32_t channel, uint32_t receiver);

/* Space for at least `need` more bytes in sink's buffer; returns the buffer. */
LEVADA_RT(inline) levada_out *levada_rt_out(levada_ctx *ctx, uint32_t sink, uint64_t need);
LEVADA_RT(cold) void levada_rt_out_slow(levada_out *out, uint64_t need);
/* What is written and emitted next stands at `order` within its number. */
LEVADA_RT() void levada_rt_order(levada_ctx *ctx, int64_t order);

/* A key's hash: fixed, the same on every machine. */
LEVADA_RT(inline) uint64_t levada_rt_hash(const char *key, const levada_layout *layout);
/* That of an element of what is kept of a key: spread all over, so that those of one
 * key do not crowd; its low bits say the key group. */
LEVADA_RT(inline) uint64_t levada_rt_element_hash(uint64_t element, uint64_t owner);

/* Brings the slot to the row's watermark (firing what is due), then finds or
 * makes the entry of `key` for the window(s) of `time_ms` (epoch ms). Returns
 * its accumulators, or NULL when the row is late for all its windows, or when
 * firing failed: ask levada_rt_failed after NULL. The accumulators stay in place
 * only until the next update of the slot. `key`: canonical bytes (padding and
 * values of NULLs zero, one bit pattern for NaN and for zero); its texts are
 * copied. `desc` must be a constant: it specializes the body. */
LEVADA_RT(inline) char *levada_rt_window(levada_ctx *ctx, uint32_t slot, const levada_slot_desc *desc, int64_t watermark, int64_t time_ms, uint64_t hash, const char *key);
/* SESSION: the same; merges touching sessions. */
LEVADA_RT() char *levada_rt_session(levada_ctx *ctx, uint32_t slot, const levada_slot_desc *desc, int64_t watermark, int64_t time_ms, uint64_t hash, const char *key);
/* GROUP: never late. */
LEVADA_RT(inline) char *levada_rt_group(levada_ctx *ctx, uint32_t slot, const levada_slot_desc *desc, uint64_t hash, const char *key);
/* WINDOW, GROUP: brings the place of a key near. Worth it some 16 rows ahead of
 * the update, where a table outgrows the cache; never needed. */
LEVADA_RT(inline) void levada_rt_prefetch(levada_ctx *ctx, uint32_t slot, const levada_slot_desc *desc, uint64_t hash);
/* SORT: copies the row. */
LEVADA_RT() void levada_rt_sort(levada_ctx *ctx, uint32_t slot, const levada_slot_desc *desc, const char *row);
/* Non-zero after one of the above fired windows and the fire stage failed. */
LEVADA_RT(inline) int32_t levada_rt_failed(levada_ctx *ctx);

/* A DISTINCT set inside accumulators: one pointer, NULL when empty; values come
 * back in the order they were added. Lives in ctx->state_arena. True when
 * `value` (16 bytes: the value zero padded, or a levada_str) was not in it. */
LEVADA_RT() bool levada_rt_distinct_add(levada_ctx *ctx, char *set, const char *value, bool is_str);
/* Next value of a set for merging: index from 0, NULL at the end. */
LEVADA_RT() const char *levada_rt_distinct_next(const char *set, uint64_t *index);

/* Memory of the frame that a row alone needs: what was taken since `mark` (32
 * bytes, filled here) is free again. Not where a row that was emitted views it. */
LEVADA_RT() void levada_rt_mark(levada_ctx *ctx, char *mark);
LEVADA_RT() void levada_rt_release(levada_ctx *ctx, const char *mark);

/* Arguments that an aggregate was given and that may be taken back, canonical
 * bytes of `layout`: one pointer in accumulators, NULL when empty. `counted`:
 * equal ones are one, with a count; else each is kept, in the order they came.
 * Lives in ctx->state_arena. add: false where it was counted to an equal one. */
enum { LEVADA_KEPT_NONE, LEVADA_KEPT_SOME, LEVADA_KEPT_LAST };
LEVADA_RT() bool levada_rt_kept_add(levada_ctx *ctx, char *kept, const levada_layout *layout, const char *arguments, bool counted);
/* Takes the first equal one out: none was there (the next one to come does not
 * count), some more are counted, or it was the last. */
LEVADA_RT() int32_t levada_rt_kept_remove(levada_ctx *ctx, char *kept, const levada_layout *layout, const char *arguments, bool counted);
/* The next ones, equal ones that are counted once: index from 0, NULL at the end. */
LEVADA_RT() const char *levada_rt_kept_next(const char *kept, const levada_layout *layout, uint64_t *index);
/* Forgets them all, and keeps their memory. */
LEVADA_RT() void levada_rt_kept_clear(char *kept, const levada_layout *layout);
LEVADA_RT(cold) void levada_rt_kept_save(void *writer, const char *kept, const levada_layout *layout);
LEVADA_RT(cold) void levada_rt_kept_load(levada_ctx *ctx, void *reader, char *kept, const levada_layout *layout, bool counted);

/* Checkpoints: appends to a Writer; the next `size` bytes of a Reader (its own
 * memory), NULL beyond the end, and after that; how many there are. */
LEVADA_RT(cold) void levada_rt_save(void *writer, const char *data, uint64_t size);
LEVADA_RT(cold) const char *levada_rt_load(void *reader, uint64_t size);
LEVADA_RT(cold) void levada_rt_load_into(void *reader, char *to, uint64_t size);
LEVADA_RT(cold) uint64_t levada_rt_load_left(void *reader);
LEVADA_RT(cold) void levada_rt_distinct_save(void *writer, const char *set, bool is_str);
LEVADA_RT(cold) void levada_rt_distinct_load(levada_ctx *ctx, void *reader, char *set, bool is_str);

/* A record that does not decode. `begin`..`size` its bytes in the chunk;
 * `code` 6xx, `reason` static or in the arena, `field` the column's name or
 * NULL. Counts, diverts or records the failure; returns 1 to stop. */
LEVADA_RT(cold) int32_t levada_rt_bad_record(levada_ctx *ctx, const levada_chunk *chunk, const char *begin, uint64_t size, uint32_t code, const char *column, const levada_str *reason);
/* A row whose expression failed (ctx->error_*). `record` is NULL where the row
 * is not a source's. Returns 1 to stop, by `policy` (LEVADA_ON_ERROR_*). */
LEVADA_RT(cold) int32_t levada_rt_bad_row(levada_ctx *ctx, const levada_chunk *chunk, const char *record, uint64_t size, uint32_t expr, uint32_t op, uint8_t policy, int32_t dead_letter);
/* Adds n to a counter. */
LEVADA_RT(inline) void levada_rt_count(levada_ctx *ctx, uint32_t op, uint32_t kind, uint64_t n);
/* Line number of a record in its chunk (counts newlines before it). */
LEVADA_RT(cold) int64_t levada_rt_line(const levada_chunk *chunk, const char *record);

#ifdef __cplusplus
}
#endif

#endif
