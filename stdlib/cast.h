//===- cast.h - CAST between SQL types, by name ----------------------------===//
//
// One function per pair of types, called by codegen under its exact name:
//
//   levada_status levada_cast_FROM_TO(levada_ctx *ctx, FROM value,
//                                     [int32_t from_scale or from_digits,]
//                                     [int32_t to_precision, to_scale,] TO *out)
//
// Types: bool i8 i16 i32 i64 f32 f64 by value; dec, const levada_i128 *, is a
// DECIMAL of any precision (sign-extend an i64); str, const levada_str *; date,
// time (i32); ts3 ts6 (i64), ts9 (const levada_i128 *): TIMESTAMP by storage,
// ltz3 ltz6 ltz9 the same for TIMESTAMP_LTZ; ym (i32), dt (i64): intervals.
// Results go through `out`, of the storage type (levada_i128 for dec, ts9).
//
// LEVADA_NULL: a decimal that does not fit. LEVADA_ERROR: text that is no value
// of the type; ctx->error_code (R612) and error_text are set. With ctx NULL
// nothing is set: so TRY_CAST from text calls these with ctx NULL and takes
// both for NULL, except where `out` is text (that allocates in ctx's frame).
//
// Not here, because codegen has it in one instruction or none: integers to
// integers (sext, trunc), bool to integers (zext), integers to bool (!= 0),
// integers to floats (sitofp), f32 <-> f64, str to bytes (the same bytes),
// ltz <-> ltz and ts <-> ts of other storage (multiply, floor division).
// A narrower TIMESTAMP(p) within one storage: levada_cast_ts_digits.
// Everything to CHAR(n), VARCHAR(n), BINARY(n), VARBINARY(n): to str first, then
// levada_cast_str_char and its kin.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_STDLIB_CAST_H
#define LEVADA_STDLIB_CAST_H

#include "stdlib/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/*--- floats to integers: truncates, saturates, NaN is 0; i8 and i16 go through
 *    i32 and wrap, as Java's do ---------------------------------------------*/
LEVADA_RT(pure) levada_status levada_cast_f32_i8(levada_ctx *ctx, float value, int8_t *out);
LEVADA_RT(pure) levada_status levada_cast_f32_i16(levada_ctx *ctx, float value, int16_t *out);
LEVADA_RT(pure) levada_status levada_cast_f32_i32(levada_ctx *ctx, float value, int32_t *out);
LEVADA_RT(pure) levada_status levada_cast_f32_i64(levada_ctx *ctx, float value, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_f64_i8(levada_ctx *ctx, double value, int8_t *out);
LEVADA_RT(pure) levada_status levada_cast_f64_i16(levada_ctx *ctx, double value, int16_t *out);
LEVADA_RT(pure) levada_status levada_cast_f64_i32(levada_ctx *ctx, double value, int32_t *out);
LEVADA_RT(pure) levada_status levada_cast_f64_i64(levada_ctx *ctx, double value, int64_t *out);

/*--- decimals --------------------------------------------------------------*/
LEVADA_RT(pure) levada_status levada_cast_bool_dec(levada_ctx *ctx, bool value, int32_t precision, int32_t scale, levada_i128 *out);
LEVADA_RT(pure) levada_status levada_cast_i64_dec(levada_ctx *ctx, int64_t value, int32_t precision, int32_t scale, levada_i128 *out);
LEVADA_RT(pure) levada_status levada_cast_f32_dec(levada_ctx *ctx, float value, int32_t precision, int32_t scale, levada_i128 *out);
LEVADA_RT(pure) levada_status levada_cast_f64_dec(levada_ctx *ctx, double value, int32_t precision, int32_t scale, levada_i128 *out);
/* HALF_UP to the new scale. */
LEVADA_RT(pure) levada_status levada_cast_dec_dec(levada_ctx *ctx, const levada_i128 *value, int32_t from_scale, int32_t precision, int32_t scale, levada_i128 *out);
/* The same within 64 bits: both precisions <= 18. */
LEVADA_RT(pure) levada_status levada_cast_dec64_dec64(levada_ctx *ctx, int64_t value, int32_t from_scale, int32_t precision, int32_t scale, int64_t *out);
/* Truncates towards zero, then wraps. Smaller integers: trunc the i64. */
LEVADA_RT(pure) levada_status levada_cast_dec_i64(levada_ctx *ctx, const levada_i128 *value, int32_t from_scale, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_dec_f32(levada_ctx *ctx, const levada_i128 *value, int32_t from_scale, float *out);
LEVADA_RT(pure) levada_status levada_cast_dec_f64(levada_ctx *ctx, const levada_i128 *value, int32_t from_scale, double *out);

/*--- text to the rest: trims; integers take a fraction and drop it ----------*/
LEVADA_RT(pure) levada_status levada_cast_str_bool(levada_ctx *ctx, const levada_str *value, bool *out);
LEVADA_RT(pure) levada_status levada_cast_str_i8(levada_ctx *ctx, const levada_str *value, int8_t *out);
LEVADA_RT(pure) levada_status levada_cast_str_i16(levada_ctx *ctx, const levada_str *value, int16_t *out);
LEVADA_RT(pure) levada_status levada_cast_str_i32(levada_ctx *ctx, const levada_str *value, int32_t *out);
LEVADA_RT(pure) levada_status levada_cast_str_i64(levada_ctx *ctx, const levada_str *value, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_str_f32(levada_ctx *ctx, const levada_str *value, float *out);
LEVADA_RT(pure) levada_status levada_cast_str_f64(levada_ctx *ctx, const levada_str *value, double *out);
/* Text that does not fit is an error, too. */
LEVADA_RT(pure) levada_status levada_cast_str_dec(levada_ctx *ctx, const levada_str *value, int32_t precision, int32_t scale, levada_i128 *out);
LEVADA_RT(pure) levada_status levada_cast_str_date(levada_ctx *ctx, const levada_str *value, int32_t *out);
LEVADA_RT(pure) levada_status levada_cast_str_time(levada_ctx *ctx, const levada_str *value, int32_t *out);
/* `digits`: the precision p of TIMESTAMP(p). LTZ: a local time of `zone`'s
 * program; `zone` is never NULL. */
LEVADA_RT(pure) levada_status levada_cast_str_ts3(levada_ctx *ctx, const levada_str *value, int32_t digits, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_str_ts6(levada_ctx *ctx, const levada_str *value, int32_t digits, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_str_ts9(levada_ctx *ctx, const levada_str *value, int32_t digits, levada_i128 *out);
LEVADA_RT(pure) levada_status levada_cast_str_ltz3(levada_ctx *ctx, levada_ctx *zone, const levada_str *value, int32_t digits, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_str_ltz6(levada_ctx *ctx, levada_ctx *zone, const levada_str *value, int32_t digits, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_str_ltz9(levada_ctx *ctx, levada_ctx *zone, const levada_str *value, int32_t digits, levada_i128 *out);

/*--- the rest to text; ctx is never NULL ------------------------------------*/
LEVADA_RT(pure) levada_status levada_cast_bool_str(levada_ctx *ctx, bool value, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_i64_str(levada_ctx *ctx, int64_t value, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_f32_str(levada_ctx *ctx, float value, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_f64_str(levada_ctx *ctx, double value, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_dec_str(levada_ctx *ctx, const levada_i128 *value, int32_t scale, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_date_str(levada_ctx *ctx, int32_t value, levada_str *out);
/* `digits`: the precision p of TIME(p), TIMESTAMP(p). LTZ: in the session's zone. */
LEVADA_RT(pure) levada_status levada_cast_time_str(levada_ctx *ctx, int32_t value, int32_t digits, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_ts3_str(levada_ctx *ctx, int64_t value, int32_t digits, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_ts6_str(levada_ctx *ctx, int64_t value, int32_t digits, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_ts9_str(levada_ctx *ctx, const levada_i128 *value, int32_t digits, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_ltz3_str(levada_ctx *ctx, int64_t value, int32_t digits, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_ltz6_str(levada_ctx *ctx, int64_t value, int32_t digits, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_ltz9_str(levada_ctx *ctx, const levada_i128 *value, int32_t digits, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_ym_str(levada_ctx *ctx, int32_t value, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_dt_str(levada_ctx *ctx, int64_t value, levada_str *out);
/* What is not UTF-8 becomes U+FFFD. */
LEVADA_RT(pure) levada_status levada_cast_bytes_str(levada_ctx *ctx, const levada_str *value, levada_str *out);
/* Length of text in characters, of bytes in bytes: pads (CHAR, BINARY), cuts. */
LEVADA_RT(pure) levada_status levada_cast_str_char(levada_ctx *ctx, const levada_str *value, int32_t length, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_str_varchar(levada_ctx *ctx, const levada_str *value, int32_t length, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_bytes_binary(levada_ctx *ctx, const levada_str *value, int32_t length, levada_str *out);
LEVADA_RT(pure) levada_status levada_cast_bytes_varbinary(levada_ctx *ctx, const levada_str *value, int32_t length, levada_str *out);

/*--- dates and times; ctx is never NULL (zone) ------------------------------*/
LEVADA_RT(pure) levada_status levada_cast_date_ts3(levada_ctx *ctx, int32_t value, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_date_ltz3(levada_ctx *ctx, int32_t value, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_time_ts3(levada_ctx *ctx, int32_t value, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_time_ltz3(levada_ctx *ctx, int32_t value, int64_t *out);
/* By the milliseconds: other storages are brought to ts3, ltz3 before. */
LEVADA_RT(pure) levada_status levada_cast_ts3_date(levada_ctx *ctx, int64_t value, int32_t *out);
LEVADA_RT(pure) levada_status levada_cast_ts3_time(levada_ctx *ctx, int64_t value, int32_t *out);
LEVADA_RT(pure) levada_status levada_cast_ltz3_date(levada_ctx *ctx, int64_t value, int32_t *out);
LEVADA_RT(pure) levada_status levada_cast_ltz3_time(levada_ctx *ctx, int64_t value, int32_t *out);
LEVADA_RT(pure) levada_status levada_cast_ts3_ltz3(levada_ctx *ctx, int64_t value, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_ts6_ltz6(levada_ctx *ctx, int64_t value, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_ts9_ltz9(levada_ctx *ctx, const levada_i128 *value, levada_i128 *out);
LEVADA_RT(pure) levada_status levada_cast_ltz3_ts3(levada_ctx *ctx, int64_t value, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_ltz6_ts6(levada_ctx *ctx, int64_t value, int64_t *out);
LEVADA_RT(pure) levada_status levada_cast_ltz9_ts9(levada_ctx *ctx, const levada_i128 *value, levada_i128 *out);
/* Cuts a fraction to `digits` of `unit` (3, 6 or 9 digits stored). */
LEVADA_RT(pure) int64_t levada_cast_ts_digits(int64_t value, int32_t unit, int32_t digits);
LEVADA_RT(pure) void levada_cast_ts9_digits(const levada_i128 *value, int32_t digits, levada_i128 *out);
LEVADA_RT(pure) int32_t levada_cast_time_digits(int32_t value, int32_t digits);

/*--- decimal arithmetic (operators + - * / %; comparison) ---------------------
 * Operands of any precision with their scales; the result is rounded HALF_UP to
 * DECIMAL(precision, scale) from the exact value (256 bits). LEVADA_NULL: does
 * not fit. Division and remainder by zero: LEVADA_ERROR (R611). */
LEVADA_RT(pure) levada_status levada_dec_add(levada_ctx *ctx, const levada_i128 *a, int32_t a_scale, const levada_i128 *b, int32_t b_scale, int32_t precision, int32_t scale, levada_i128 *out);
LEVADA_RT(pure) levada_status levada_dec_sub(levada_ctx *ctx, const levada_i128 *a, int32_t a_scale, const levada_i128 *b, int32_t b_scale, int32_t precision, int32_t scale, levada_i128 *out);
LEVADA_RT(pure) levada_status levada_dec_mul(levada_ctx *ctx, const levada_i128 *a, int32_t a_scale, const levada_i128 *b, int32_t b_scale, int32_t precision, int32_t scale, levada_i128 *out);
LEVADA_RT(pure) levada_status levada_dec_div(levada_ctx *ctx, const levada_i128 *a, int32_t a_scale, const levada_i128 *b, int32_t b_scale, int32_t precision, int32_t scale, levada_i128 *out);
LEVADA_RT(pure) levada_status levada_dec_mod(levada_ctx *ctx, const levada_i128 *a, int32_t a_scale, const levada_i128 *b, int32_t b_scale, int32_t precision, int32_t scale, levada_i128 *out);
/* -1, 0, 1 */
LEVADA_RT(pure) int32_t levada_dec_compare(const levada_i128 *a, int32_t a_scale, const levada_i128 *b, int32_t b_scale);

/*--- text comparison: by bytes; -1, 0, 1 -------------------------------------*/
LEVADA_RT(pure) int32_t levada_str_compare(const levada_str *a, const levada_str *b);
LEVADA_RT(pure) bool levada_str_equal(const levada_str *a, const levada_str *b);

/*--- calendar arithmetic ------------------------------------------------------*/
/* DATE + INTERVAL MONTH; the day is cut to the month's last. */
LEVADA_RT(pure) int32_t levada_date_add_months(int32_t days, int32_t months);
LEVADA_RT(pure) int64_t levada_ts3_add_months(int64_t ms, int32_t months);
LEVADA_RT(pure) int64_t levada_ts6_add_months(int64_t us, int32_t months);

#ifdef __cplusplus
}
#endif

#endif
