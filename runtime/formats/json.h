//===- json.h - between the inlined and the cold part of JSON -------------===//
#ifndef LEVADA_RUNTIME_FORMATS_JSON_H
#define LEVADA_RUNTIME_FORMATS_JSON_H

#include "runtime/formats/field.h"

extern "C" {
int32_t levada_json_next_slow(levada_json *json, bool ascii);
int32_t levada_json_key_slow(levada_json *json);
levada_status levada_json_skip_slow(levada_json *json);
levada_status levada_json_bool_slow(levada_json *json, bool *out);
levada_status levada_json_i8_slow(levada_json *json, int8_t *out);
levada_status levada_json_i16_slow(levada_json *json, int16_t *out);
levada_status levada_json_i32_slow(levada_json *json, int32_t *out);
levada_status levada_json_i64_slow(levada_json *json, int64_t *out);
levada_status levada_json_f32_slow(levada_json *json, float *out);
levada_status levada_json_f64_slow(levada_json *json, double *out);
levada_status levada_json_dec64_slow(levada_json *json, int32_t precision, int32_t scale, int64_t *out);
levada_status levada_json_dec_slow(levada_json *json, int32_t precision, int32_t scale, levada_i128 *out);
levada_status levada_json_bytes_slow(levada_json *json, levada_str *out);
levada_status levada_json_ts9_slow(levada_json *json, levada_i128 *out);
levada_status levada_json_ltz9_slow(levada_json *json, levada_i128 *out);
levada_status levada_json_pattern_slow(levada_json *json, const char *pattern, int32_t unit, bool local, void *out);
levada_status levada_json_str_slow(levada_json *json, levada_str *out);
levada_status levada_json_date_slow(levada_json *json, int32_t *out);
levada_status levada_json_time_slow(levada_json *json, int32_t *out);
levada_status levada_json_ts3_slow(levada_json *json, int64_t *out);
levada_status levada_json_ts6_slow(levada_json *json, int64_t *out);
levada_status levada_json_ltz3_slow(levada_json *json, int64_t *out);
levada_status levada_json_ltz6_slow(levada_json *json, int64_t *out);
levada_status levada_json_nested_slow(levada_json *json, const levada_type *type, levada_str *out);
}

namespace levada::formats {

/// Arrays and objects may be nested so deep, as in Jackson.
inline constexpr uint32_t json_depth = 1000;

/// One value, checked.
struct JsonValue {
  enum Kind { NULL_VALUE, TRUE_VALUE, FALSE_VALUE, INTEGER, FLOAT, TEXT, CONTAINER } kind;
  const char *p; // as written; TEXT: between the quotes
  uint64_t n;
  bool escapes; // TEXT: has backslashes
};

/// Reads and checks the value at `p`; behind it, or NULL: reason is set.
const char *json_read(levada_json *json, const char *p, JsonValue *out);
/// The text between quotes with its escapes resolved; 64 bytes behind it can
/// be read, as everywhere.
void json_unescape(levada_ctx *ctx, const char *p, uint64_t n, const char **out, uint64_t *out_n);
/// A container's text as Jackson prints it: compact.
levada_str json_compact(levada_json *json, const char *p, uint64_t n);
/// Sets code and reason: `what` was expected at `p`.
void json_fail(levada_json *json, const char *p, const char *what);

} // namespace levada::formats

#endif
