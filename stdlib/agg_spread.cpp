//===- agg_spread.cpp - VAR_POP, VAR_SAMP, STDDEV_POP, STDDEV_SAMP ---------===//
//
// Welford's recurrence, in the order of the rows. Of integers the result is of
// the integer type, truncated; of decimals it is a decimal like that of AVG.
//
//===----------------------------------------------------------------------===//
#include "stdlib/cast.h"
#include "stdlib/fn.h"

#include <math.h>
#include <new>

namespace {

struct Spread {
  double mean, squares;
  int64_t count;

  void add(double value) {
    double delta = value - mean;
    ++count;
    mean += delta / double(count);
    squares += delta * (value - mean);
  }
  void merge(const Spread &other) {
    if (other.count == 0)
      return;
    double all = double(count + other.count), delta = other.mean - mean;
    squares += other.squares + delta * delta * double(count) * double(other.count) / all;
    mean += delta * double(other.count) / all;
    count += other.count;
  }
  /// `less`: subtracted from the count; false where nothing is left.
  bool variance(int64_t less, double *out) const {
    if (count <= less)
      return false;
    *out = squares > 0 ? squares / double(count - less) : squares * 0;
    return true;
  }
};

} // namespace

#define LEVADA_SPREAD(NAME, SYMBOL, LESS, ROOT, SUFFIX, T)                     \
  struct LEVADA_AGG(NAME, ordered) levada_agg_##SYMBOL##_##SUFFIX {            \
    Spread state = {};                                                         \
    void add(T value) { state.add(double(value)); }                            \
    void merge(const levada_agg_##SYMBOL##_##SUFFIX &other) {                  \
      state.merge(other.state);                                                \
    }                                                                          \
    levada_status get(T *out) const {                                          \
      double value;                                                            \
      if (!state.variance(LESS, &value))                                       \
        return LEVADA_NULL;                                                    \
      *out = T(ROOT ? sqrt(value) : value);                                    \
      return LEVADA_VALUE;                                                     \
    }                                                                          \
  };

#define LEVADA_SPREAD_DECIMAL(NAME, SYMBOL, LESS, ROOT)                        \
  struct LEVADA_AGG(NAME, ordered, "(DECIMAL(p, s)) -> rule:avg")              \
      levada_agg_##SYMBOL##_dec {                                              \
    Spread state = {};                                                         \
    void add(const levada_decimal &value) {                                    \
      double number;                                                           \
      levada_cast_dec_f64(nullptr, &value.unscaled, value.scale, &number);     \
      state.add(number);                                                       \
    }                                                                          \
    void merge(const levada_agg_##SYMBOL##_dec &other) { state.merge(other.state); } \
    levada_status get(levada_decimal *out) const {                             \
      double value;                                                            \
      if (!state.variance(LESS, &value))                                       \
        return LEVADA_NULL;                                                    \
      return levada_cast_f64_dec(nullptr, ROOT ? sqrt(value) : value,          \
                                 out->precision, out->scale, &out->unscaled);  \
    }                                                                          \
  };

/// Variance of the values that are not NULL.
LEVADA_SPREAD("VAR_POP", var_pop, 0, false, i8, int8_t)
/// Variance of the values that are not NULL.
LEVADA_SPREAD("VAR_POP", var_pop, 0, false, i16, int16_t)
/// Variance of the values that are not NULL.
LEVADA_SPREAD("VAR_POP", var_pop, 0, false, i32, int32_t)
/// Variance of the values that are not NULL.
LEVADA_SPREAD("VAR_POP", var_pop, 0, false, i64, int64_t)
/// Variance of the values that are not NULL.
LEVADA_SPREAD("VAR_POP", var_pop, 0, false, f32, float)
/// Variance of the values that are not NULL.
LEVADA_SPREAD("VAR_POP", var_pop, 0, false, f64, double)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VAR_SAMP", var_samp, 1, false, i8, int8_t)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VAR_SAMP", var_samp, 1, false, i16, int16_t)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VAR_SAMP", var_samp, 1, false, i32, int32_t)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VAR_SAMP", var_samp, 1, false, i64, int64_t)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VAR_SAMP", var_samp, 1, false, f32, float)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VAR_SAMP", var_samp, 1, false, f64, double)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VARIANCE", variance, 1, false, i8, int8_t)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VARIANCE", variance, 1, false, i16, int16_t)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VARIANCE", variance, 1, false, i32, int32_t)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VARIANCE", variance, 1, false, i64, int64_t)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VARIANCE", variance, 1, false, f32, float)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD("VARIANCE", variance, 1, false, f64, double)
/// Standard deviation of the values that are not NULL.
LEVADA_SPREAD("STDDEV_POP", stddev_pop, 0, true, i8, int8_t)
/// Standard deviation of the values that are not NULL.
LEVADA_SPREAD("STDDEV_POP", stddev_pop, 0, true, i16, int16_t)
/// Standard deviation of the values that are not NULL.
LEVADA_SPREAD("STDDEV_POP", stddev_pop, 0, true, i32, int32_t)
/// Standard deviation of the values that are not NULL.
LEVADA_SPREAD("STDDEV_POP", stddev_pop, 0, true, i64, int64_t)
/// Standard deviation of the values that are not NULL.
LEVADA_SPREAD("STDDEV_POP", stddev_pop, 0, true, f32, float)
/// Standard deviation of the values that are not NULL.
LEVADA_SPREAD("STDDEV_POP", stddev_pop, 0, true, f64, double)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV_SAMP", stddev_samp, 1, true, i8, int8_t)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV_SAMP", stddev_samp, 1, true, i16, int16_t)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV_SAMP", stddev_samp, 1, true, i32, int32_t)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV_SAMP", stddev_samp, 1, true, i64, int64_t)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV_SAMP", stddev_samp, 1, true, f32, float)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV_SAMP", stddev_samp, 1, true, f64, double)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV", stddev, 1, true, i8, int8_t)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV", stddev, 1, true, i16, int16_t)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV", stddev, 1, true, i32, int32_t)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV", stddev, 1, true, i64, int64_t)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV", stddev, 1, true, f32, float)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD("STDDEV", stddev, 1, true, f64, double)
/// Variance of the values that are not NULL.
LEVADA_SPREAD_DECIMAL("VAR_POP", var_pop, 0, false)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD_DECIMAL("VAR_SAMP", var_samp, 1, false)
/// Variance of a sample: divided by one less than their number.
LEVADA_SPREAD_DECIMAL("VARIANCE", variance, 1, false)
/// Standard deviation of the values that are not NULL.
LEVADA_SPREAD_DECIMAL("STDDEV_POP", stddev_pop, 0, true)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD_DECIMAL("STDDEV_SAMP", stddev_samp, 1, true)
/// Standard deviation of a sample: of n - 1 values.
LEVADA_SPREAD_DECIMAL("STDDEV", stddev, 1, true)

#ifndef LEVADA_ABIGEN
#include "generated/thunks_agg_spread.inc"
#endif
