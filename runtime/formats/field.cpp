//===- field.cpp - values out of fields of text ---------------------------===//
//
// Inlined into generated loops: the usual form, else a call. See decode.h.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/field.h"
#include "stdlib/text.h"

using namespace levada::formats;

#define LEVADA_BODY extern "C" __attribute__((always_inline))

LEVADA_BODY void levada_field_str(const char *p, uint64_t n, levada_str *out) { view(p, n, out); }

LEVADA_BODY levada_status levada_field_bool(const char *p, uint64_t n, bool *out) {
  if (n == 4 && load4(p) == 0x65757274) { // true
    *out = true;
    return LEVADA_VALUE;
  }
  if (n == 5 && load4(p) == 0x736c6166 && p[4] == 'e') {
    *out = false;
    return LEVADA_VALUE;
  }
  return levada_field_bool_slow(p, n, out);
}

#define LEVADA_FIELD_INTEGER(NAME, TYPE)                                                           \
  LEVADA_BODY levada_status levada_field_##NAME(const char *p, uint64_t n, TYPE *out) {            \
    int64_t value;                                                                                 \
    if (__builtin_expect(!quick_integer(p, n, &value) || value != (TYPE)value, 0))                 \
      return levada_field_##NAME##_slow(p, n, out);                                                \
    *out = (TYPE)value;                                                                            \
    return LEVADA_VALUE;                                                                           \
  }
LEVADA_FIELD_INTEGER(i8, int8_t)
LEVADA_FIELD_INTEGER(i16, int16_t)
LEVADA_FIELD_INTEGER(i32, int32_t)
LEVADA_FIELD_INTEGER(i64, int64_t)

LEVADA_BODY levada_status levada_field_f32(const char *p, uint64_t n, float *out) {
  uint64_t value;
  uint32_t fraction;
  bool minus;
  if (__builtin_expect(quick_decimal(p, &value, &fraction, &minus) == p + n, 1) &&
      quick_f32(value, fraction, minus, out))
    return LEVADA_VALUE;
  return levada_field_f32_slow(p, n, out);
}
LEVADA_BODY levada_status levada_field_f64(const char *p, uint64_t n, double *out) {
  uint64_t value;
  uint32_t fraction;
  bool minus;
  if (__builtin_expect(quick_decimal(p, &value, &fraction, &minus) == p + n, 1) &&
      quick_f64(value, fraction, minus, out))
    return LEVADA_VALUE;
  return levada_field_f64_slow(p, n, out);
}
LEVADA_BODY levada_status levada_field_dec64(const char *p, uint64_t n, int32_t precision,
                                             int32_t scale, int64_t *out) {
  uint64_t value;
  uint32_t fraction;
  bool minus;
  if (__builtin_expect(quick_decimal(p, &value, &fraction, &minus) == p + n, 1) &&
      quick_dec64(value, fraction, minus, precision, scale, out))
    return LEVADA_VALUE;
  return levada_field_dec64_slow(p, n, precision, scale, out);
}

LEVADA_BODY levada_status levada_field_date(const char *p, uint64_t n, int32_t *out) {
  if (__builtin_expect(quick_date(p, n, out), 1))
    return LEVADA_VALUE;
  return levada_field_date_slow(p, n, out);
}
LEVADA_BODY levada_status levada_field_time(const char *p, uint64_t n, int32_t *out) {
  return levada_field_time_slow(p, n, out);
}

LEVADA_BODY levada_status levada_field_ts3(levada_ctx *ctx, const char *p, uint64_t n,
                                           int64_t *out) {
  bool zone;
  if (__builtin_expect(quick_moment(p, n, out, &zone), 1))
    return LEVADA_VALUE;
  return levada_field_ts3_slow(ctx, p, n, out);
}
LEVADA_BODY levada_status levada_field_ts6(levada_ctx *ctx, const char *p, uint64_t n,
                                           int64_t *out) {
  bool zone;
  int64_t ms;
  if (__builtin_expect(!quick_moment(p, n, &ms, &zone), 0))
    return levada_field_ts6_slow(ctx, p, n, out);
  *out = ms * 1000;
  return LEVADA_VALUE;
}
LEVADA_BODY levada_status levada_field_ltz3(levada_ctx *ctx, const char *p, uint64_t n,
                                            int64_t *out) {
  bool zone;
  int64_t ms;
  if (__builtin_expect(!quick_moment(p, n, &ms, &zone), 0))
    return levada_field_ltz3_slow(ctx, p, n, out);
  *out = zone ? ms : levada_zone_to_utc_ms(ctx, ms);
  return LEVADA_VALUE;
}
LEVADA_BODY levada_status levada_field_ltz6(levada_ctx *ctx, const char *p, uint64_t n,
                                            int64_t *out) {
  bool zone;
  int64_t ms;
  if (__builtin_expect(!quick_moment(p, n, &ms, &zone), 0))
    return levada_field_ltz6_slow(ctx, p, n, out);
  *out = (zone ? ms : levada_zone_to_utc_ms(ctx, ms)) * 1000;
  return LEVADA_VALUE;
}
