//===- text.h - numbers and times to text and back -------------------------===//
//
// What casts, decoders and encoders share. Parsers take the whole of (p, n),
// trim nothing unless they say so, and return false where the text is not a
// value of the type; *out is then untouched. put functions write at `at`, whose
// buffer has the room that LEVADA_PUT_* says, and return the end. Dates are
// days, times ms of the day, ts3 ms, ts6 µs, ts9 ns since 1970-01-01 00:00.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_STDLIB_TEXT_H
#define LEVADA_STDLIB_TEXT_H

#include "runtime/abi/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/*--- parsing ---------------------------------------------------------------*/

/* [+-]digits; false when out of range. */
LEVADA_RT(pure) bool levada_parse_i8(const char *p, uint64_t n, int8_t *out);
LEVADA_RT(pure) bool levada_parse_i16(const char *p, uint64_t n, int16_t *out);
LEVADA_RT(pure) bool levada_parse_i32(const char *p, uint64_t n, int32_t *out);
LEVADA_RT(pure) bool levada_parse_i64(const char *p, uint64_t n, int64_t *out);
/* As Java's parseFloat, parseDouble: trims; decimal or hexadecimal; NaN,
 * [+-]Infinity; a final d or f. Rounds to nearest, overflows to infinity. */
LEVADA_RT(pure) bool levada_parse_f32(const char *p, uint64_t n, float *out);
LEVADA_RT(pure) bool levada_parse_f64(const char *p, uint64_t n, double *out);
/* [+-]digits[.digits][e[+-]digits] into DECIMAL(precision, scale), HALF_UP.
 * LEVADA_NULL: does not fit. LEVADA_ERROR: no number. */
LEVADA_RT(pure) levada_status levada_parse_decimal(const char *p, uint64_t n, int32_t precision, int32_t scale, levada_i128 *out);
/* The same for precision <= 18. */
LEVADA_RT(pure) levada_status levada_parse_decimal64(const char *p, uint64_t n, int32_t precision, int32_t scale, int64_t *out);
/* true, t, yes, y, 1 and their opposites, in any case, as CAST takes them. */
LEVADA_RT(pure) bool levada_parse_bool(const char *p, uint64_t n, bool *out);

/* What a timestamp's or date's text may look like. */
enum {
  LEVADA_TIME_SPACE = 1,   /* yyyy-MM-dd HH:mm:ss[.f{0,9}] */
  LEVADA_TIME_T = 2,       /* yyyy-MM-ddTHH:mm[:ss[.f{0,9}]] */
  LEVADA_TIME_Z = 4,       /* a final Z must be there (SPACE) or may be, as may +hh:mm (T) */
  LEVADA_TIME_LENIENT = 8, /* one-digit fields; a date alone is midnight: CAST */
};
/* CAST's DATE: year[-month[-day]], anything after a space is ignored. */
LEVADA_RT(pure) bool levada_parse_date(const char *p, uint64_t n, int32_t *out);
/* yyyy-MM-dd, exactly. */
LEVADA_RT(pure) bool levada_parse_date_iso(const char *p, uint64_t n, int32_t *out);
/* HH:mm[:ss[.f{0,9}]], ms beyond milliseconds cut off. */
LEVADA_RT(pure) bool levada_parse_time(const char *p, uint64_t n, int32_t *out);
/* Fractions finer than the type are cut off. */
LEVADA_RT(pure) bool levada_parse_ts3(const char *p, uint64_t n, int32_t flags, int64_t *out);
LEVADA_RT(pure) bool levada_parse_ts6(const char *p, uint64_t n, int32_t flags, int64_t *out);
LEVADA_RT(pure) bool levada_parse_ts9(const char *p, uint64_t n, int32_t flags, levada_i128 *out);

/*--- printing --------------------------------------------------------------*/

enum {
  LEVADA_PUT_I64 = 20,
  LEVADA_PUT_F64 = 26,
  LEVADA_PUT_DECIMAL = 42,
  LEVADA_PUT_DATE = 16,
  LEVADA_PUT_TIME = 18,
  LEVADA_PUT_TS = 40,
};
LEVADA_RT() char *levada_put_i64(char *at, int64_t value);
LEVADA_RT() char *levada_put_u64(char *at, uint64_t value);
/* As Java's toString: shortest digits that read back; 1.0E10, 1.0E-5, NaN. */
LEVADA_RT() char *levada_put_f32(char *at, float value);
LEVADA_RT() char *levada_put_f64(char *at, double value);
/* Plain, with `scale` digits after the point. */
LEVADA_RT() char *levada_put_decimal(char *at, const levada_i128 *unscaled, int32_t scale);
LEVADA_RT() char *levada_put_decimal64(char *at, int64_t unscaled, int32_t scale);
LEVADA_RT() char *levada_put_date(char *at, int32_t days);
/* HH:mm:ss[.f]: `digits` of fraction; -1: as few as say it exactly. */
LEVADA_RT() char *levada_put_time(char *at, int32_t ms, int32_t digits);
/* yyyy-MM-dd, `separator`, time. */
LEVADA_RT() char *levada_put_ts3(char *at, int64_t ms, int32_t digits, char separator);
LEVADA_RT() char *levada_put_ts6(char *at, int64_t us, int32_t digits, char separator);
LEVADA_RT() char *levada_put_ts9(char *at, const levada_i128 *ns, int32_t digits, char separator);

/*--- time zone of the session ----------------------------------------------*/

/* Local time of an instant and back, by ctx->program's zone. A local time in a
 * gap moves on by the gap's length; one that occurs twice is the earlier. */
LEVADA_RT(pure) int64_t levada_zone_to_local_ms(levada_ctx *ctx, int64_t utc_ms);
LEVADA_RT(pure) int64_t levada_zone_to_utc_ms(levada_ctx *ctx, int64_t local_ms);

#ifdef __cplusplus
}
#endif

#endif
