//===- compare.cpp - GREATEST, LEAST ---------------------------------------===//
//
// NULL among the arguments makes the result NULL. Text compares by bytes, NaN
// is above all numbers.
//
//===----------------------------------------------------------------------===//
#include "stdlib/cast.h"
#include "stdlib/int128.h"

namespace {

template <typename T> int compare(const T &a, const T &b) { return a < b ? -1 : a > b; }
template <> int compare(const double &a, const double &b) {
  if (a != a || b != b)
    return (a != a) - (b != b);
  return a < b ? -1 : a > b;
}
template <> int compare(const float &a, const float &b) {
  return compare(double(a), double(b));
}
template <> int compare(const levada_str &a, const levada_str &b) {
  return levada_str_compare(&a, &b);
}
template <> int compare(const levada_decimal &a, const levada_decimal &b) {
  return levada_dec_compare(&a.unscaled, a.scale, &b.unscaled, b.scale);
}

/// The value furthest in `direction`; null where one is NULL.
template <typename T> const T *extreme(levada_args<T> values, int direction) {
  const T *best = nullptr;
  for (int32_t i = 0; i < values.count; ++i) {
    if (!values.values[i])
      return nullptr;
    if (!best || compare(*values.values[i], *best) == direction)
      best = values.values[i];
  }
  return best;
}

template <typename T> levada_status choose(levada_args<T> values, int direction, T *out) {
  const T *best = extreme(values, direction);
  if (!best)
    return LEVADA_NULL;
  *out = *best;
  return LEVADA_VALUE;
}

levada_status chooseDecimal(levada_args<levada_decimal> values, int direction,
                            levada_decimal *out) {
  const levada_decimal *best = extreme(values, direction);
  if (!best)
    return LEVADA_NULL;
  return levada::num::rescale(levada::num::magnitude(best->unscaled), best->unscaled < 0,
                              best->scale, out->precision, out->scale, &out->unscaled);
}

} // namespace

extern "C" {

/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_bool(levada_ctx *, levada_args<bool> values, bool *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_i8(levada_ctx *, levada_args<int8_t> values, int8_t *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_i16(levada_ctx *, levada_args<int16_t> values, int16_t *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_i32(levada_ctx *, levada_args<int32_t> values, int32_t *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_i64(levada_ctx *, levada_args<int64_t> values, int64_t *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_f32(levada_ctx *, levada_args<float> values, float *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_f64(levada_ctx *, levada_args<double> values, double *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_str(levada_ctx *, levada_args<levada_str> values, levada_str *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_ts6(levada_ctx *, levada_args<levada_timestamp_us> values, levada_timestamp_us *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_ts3(levada_ctx *, levada_args<levada_timestamp> values, levada_timestamp *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_ltz6(levada_ctx *, levada_args<levada_timestamp_ltz_us> values, levada_timestamp_ltz_us *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_ltz3(levada_ctx *, levada_args<levada_timestamp_ltz> values, levada_timestamp_ltz *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_date(levada_ctx *, levada_args<levada_date> values, levada_date *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable)
levada_status levada_fn_greatest_time(levada_ctx *, levada_args<levada_time> values, levada_time *out) {
  return choose(values, 1, out);
}
/// The greatest of the values; NULL when one of them is.
LEVADA_FN("GREATEST", pure | nullable, "(DECIMAL(p, s)) -> rule:common")
levada_status levada_fn_greatest_dec(levada_ctx *, levada_args<levada_decimal> values,
                                levada_decimal *out) {
  return chooseDecimal(values, 1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_bool(levada_ctx *, levada_args<bool> values, bool *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_i8(levada_ctx *, levada_args<int8_t> values, int8_t *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_i16(levada_ctx *, levada_args<int16_t> values, int16_t *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_i32(levada_ctx *, levada_args<int32_t> values, int32_t *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_i64(levada_ctx *, levada_args<int64_t> values, int64_t *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_f32(levada_ctx *, levada_args<float> values, float *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_f64(levada_ctx *, levada_args<double> values, double *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_str(levada_ctx *, levada_args<levada_str> values, levada_str *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_ts6(levada_ctx *, levada_args<levada_timestamp_us> values, levada_timestamp_us *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_ts3(levada_ctx *, levada_args<levada_timestamp> values, levada_timestamp *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_ltz6(levada_ctx *, levada_args<levada_timestamp_ltz_us> values, levada_timestamp_ltz_us *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_ltz3(levada_ctx *, levada_args<levada_timestamp_ltz> values, levada_timestamp_ltz *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_date(levada_ctx *, levada_args<levada_date> values, levada_date *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable)
levada_status levada_fn_least_time(levada_ctx *, levada_args<levada_time> values, levada_time *out) {
  return choose(values, -1, out);
}
/// The least of the values; NULL when one of them is.
LEVADA_FN("LEAST", pure | nullable, "(DECIMAL(p, s)) -> rule:common")
levada_status levada_fn_least_dec(levada_ctx *, levada_args<levada_decimal> values,
                                levada_decimal *out) {
  return chooseDecimal(values, -1, out);
}

} // extern "C"
