//===- json_value.cpp - JSON values to SQL's, as Flink converts them ------===//
//
// INT and BIGINT take numbers with a fraction and cut it; TINYINT and SMALLINT
// do not. All numbers may stand in quotes, with blanks around. Text takes any
// value: numbers as written, objects and arrays as compact JSON. What has no
// such meaning makes the record bad.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/json.h"
#include "stdlib/text.h"

#include <string.h>

namespace levada::formats {
namespace {

/// Reads the value at hand; texts with escapes resolved. False: broken.
bool take(levada_json *json, JsonValue *value) {
  const char *end = json_read(json, json->at, value);
  if (!end)
    return false;
  json->at = end;
  if (value->kind == JsonValue::TEXT && value->escapes)
    json_unescape(json->ctx, value->p, value->n, &value->p, &value->n);
  return true;
}

bool is_number(const JsonValue &v) {
  return v.kind == JsonValue::INTEGER || v.kind == JsonValue::FLOAT;
}

levada_status mismatch(levada_json *json, const JsonValue &value, const char *type) {
  levada_field_reason(json->ctx, value.p, value.n, type, &json->reason);
  json->code = 601;
  return LEVADA_ERROR;
}

void trim(const char *&p, uint64_t &n) {
  while (n && (uint8_t)*p <= ' ')
    ++p, --n;
  while (n && (uint8_t)p[n - 1] <= ' ')
    --n;
}

/// A number with a fraction or an exponent, cut.
template <typename T> bool cut(const JsonValue &v, T *out) {
  double d;
  constexpr double least = (double)((uint64_t)1 << (8 * sizeof(T) - 1));
  if (!levada_parse_f64(v.p, v.n, &d) || !(d > -least - 1 && d < least))
    return false;
  if (sizeof(T) == 8 && d < -least)
    return false;
  *out = (T)d;
  return true;
}

/// Nothing was cut: 1e3 and 1.0 are whole.
template <typename T> bool is_whole(const JsonValue &v, T number) {
  double d;
  return levada_parse_f64(v.p, v.n, &d) && (double)number == d;
}

template <typename T>
levada_status integer(levada_json *json, T *out, bool (*parse)(const char *, uint64_t, T *),
                      bool fractions, const char *type) {
  JsonValue v;
  if (!take(json, &v))
    return LEVADA_ERROR;
  if (v.kind == JsonValue::NULL_VALUE)
    return LEVADA_NULL;
  JsonValue text = v;
  bool good = false;
  if (v.kind == JsonValue::FLOAT && fractions) {
    good = cut(v, out) && (!json->exact || is_whole(v, *out));
  } else if (is_number(v) || v.kind == JsonValue::TEXT) {
    trim(text.p, text.n);
    good = parse(text.p, text.n, out);
  }
  return good ? (levada_status)LEVADA_VALUE : mismatch(json, v, type);
}

template <typename T>
levada_status floating(levada_json *json, T *out, bool (*parse)(const char *, uint64_t, T *),
                       const char *type) {
  JsonValue v;
  if (!take(json, &v))
    return LEVADA_ERROR;
  if (v.kind == JsonValue::NULL_VALUE)
    return LEVADA_NULL;
  bool good = (is_number(v) || v.kind == JsonValue::TEXT) && parse(v.p, v.n, out);
  return good ? (levada_status)LEVADA_VALUE : mismatch(json, v, type);
}

/// A value that is said by a text; `read` gets its bytes.
template <typename Read>
levada_status of_text(levada_json *json, const char *type, Read read) {
  JsonValue v;
  if (!take(json, &v))
    return LEVADA_ERROR;
  if (v.kind == JsonValue::NULL_VALUE)
    return LEVADA_NULL;
  if (v.kind == JsonValue::TEXT && read(v.p, v.n) == LEVADA_VALUE)
    return LEVADA_VALUE;
  return mismatch(json, v, type);
}

template <typename Parse>
levada_status decimal(levada_json *json, Parse parse) {
  JsonValue v;
  if (!take(json, &v))
    return LEVADA_ERROR;
  if (v.kind == JsonValue::NULL_VALUE)
    return LEVADA_NULL;
  if (is_number(v) || v.kind == JsonValue::TEXT) {
    levada_status status = parse(v.p, v.n); // NULL: does not fit
    if (status != LEVADA_ERROR)
      return status;
  }
  return mismatch(json, v, "DECIMAL");
}

} // namespace
} // namespace levada::formats

using namespace levada::formats;

extern "C" {

levada_status levada_json_skip_slow(levada_json *json) {
  JsonValue value;
  const char *end = json_read(json, json->at, &value);
  if (!end)
    return LEVADA_ERROR;
  json->at = end;
  return LEVADA_VALUE;
}

levada_status levada_json_bool_slow(levada_json *json, bool *out) {
  JsonValue v;
  if (!take(json, &v))
    return LEVADA_ERROR;
  if (v.kind == JsonValue::NULL_VALUE)
    return LEVADA_NULL;
  if (v.kind == JsonValue::TRUE_VALUE || v.kind == JsonValue::FALSE_VALUE) {
    *out = v.kind == JsonValue::TRUE_VALUE;
    return LEVADA_VALUE;
  }
  if (v.kind == JsonValue::TEXT && levada_field_bool_slow(v.p, v.n, out) == LEVADA_VALUE)
    return LEVADA_VALUE;
  return mismatch(json, v, "BOOLEAN");
}

levada_status levada_json_i8_slow(levada_json *json, int8_t *out) {
  return integer(json, out, levada_parse_i8, false, "TINYINT");
}
levada_status levada_json_i16_slow(levada_json *json, int16_t *out) {
  return integer(json, out, levada_parse_i16, false, "SMALLINT");
}
levada_status levada_json_i32_slow(levada_json *json, int32_t *out) {
  return integer(json, out, levada_parse_i32, true, "INT");
}
levada_status levada_json_i64_slow(levada_json *json, int64_t *out) {
  return integer(json, out, levada_parse_i64, true, "BIGINT");
}
levada_status levada_json_f32_slow(levada_json *json, float *out) {
  return floating(json, out, levada_parse_f32, "FLOAT");
}
levada_status levada_json_f64_slow(levada_json *json, double *out) {
  return floating(json, out, levada_parse_f64, "DOUBLE");
}
levada_status levada_json_dec64_slow(levada_json *json, int32_t precision, int32_t scale,
                                     int64_t *out) {
  return decimal(json, [&](const char *p, uint64_t n) {
    return levada_parse_decimal64(p, n, precision, scale, out);
  });
}
levada_status levada_json_dec_slow(levada_json *json, int32_t precision, int32_t scale,
                                   levada_i128 *out) {
  return decimal(json, [&](const char *p, uint64_t n) {
    return levada_parse_decimal(p, n, precision, scale, out);
  });
}

levada_status levada_json_str_slow(levada_json *json, levada_str *out) {
  JsonValue v;
  if (!take(json, &v))
    return LEVADA_ERROR;
  if (v.kind == JsonValue::NULL_VALUE)
    return LEVADA_NULL;
  if (v.kind == JsonValue::CONTAINER)
    *out = json_compact(json, v.p, v.n);
  else
    view(v.p, v.n, out);
  return LEVADA_VALUE;
}
levada_status levada_json_bytes_slow(levada_json *json, levada_str *out) {
  return of_text(json, "BYTES", [&](const char *p, uint64_t n) {
    if (n == 0) { // no bytes
      *out = {};
      return (levada_status)LEVADA_VALUE;
    }
    return levada_field_bytes(json->ctx, p, n, out);
  });
}

levada_status levada_json_date_slow(levada_json *json, int32_t *out) {
  return of_text(json, "DATE",
                 [&](const char *p, uint64_t n) { return levada_field_date_slow(p, n, out); });
}
levada_status levada_json_time_slow(levada_json *json, int32_t *out) {
  return of_text(json, "TIME",
                 [&](const char *p, uint64_t n) { return levada_field_time_slow(p, n, out); });
}
#define LEVADA_JSON_MOMENT(NAME, FIELD, TYPE, SQL)                                                 \
  levada_status levada_json_##NAME(levada_json *json, TYPE *out) {                                 \
    return of_text(json, SQL, [&](const char *p, uint64_t n) {                                     \
      return levada_field_##FIELD(json->ctx, p, n, out);                                           \
    });                                                                                            \
  }
LEVADA_JSON_MOMENT(ts3_slow, ts3_slow, int64_t, "TIMESTAMP")
LEVADA_JSON_MOMENT(ts6_slow, ts6_slow, int64_t, "TIMESTAMP")
LEVADA_JSON_MOMENT(ts9_slow, ts9, levada_i128, "TIMESTAMP")
LEVADA_JSON_MOMENT(ltz3_slow, ltz3_slow, int64_t, "TIMESTAMP_LTZ")
LEVADA_JSON_MOMENT(ltz6_slow, ltz6_slow, int64_t, "TIMESTAMP_LTZ")
LEVADA_JSON_MOMENT(ltz9_slow, ltz9, levada_i128, "TIMESTAMP_LTZ")
levada_status levada_json_pattern_slow(levada_json *json, const char *pattern, int32_t unit,
                                       bool local, void *out) {
  const char *type = unit == 0 ? "DATE of the pattern"
                     : unit == 1 ? "TIME of the pattern"
                                 : "TIMESTAMP of the pattern";
  return of_text(json, type, [&](const char *p, uint64_t n) {
    return levada_field_pattern(json->ctx, p, n, pattern, unit, local, out);
  });
}

} // extern "C"
