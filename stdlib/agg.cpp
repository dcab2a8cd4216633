//===- agg.cpp - COUNT, SUM, AVG -------------------------------------------===//
//
// SUM and AVG of integers are of the argument's type: SUM wraps, AVG truncates,
// as Flink's do. FLOAT adds in float. Decimals add in 128 bits; a sum beyond
// DECIMAL(38, s) is NULL.
//
//===----------------------------------------------------------------------===//
#include "stdlib/cast.h"
#include "stdlib/int128.h"

#include <new>

/// Number of rows.
struct LEVADA_AGG("COUNT", exact) levada_agg_count {
  int64_t count = 0;
  void add() { ++count; }
  void retract() { --count; }
  void merge(const levada_agg_count &other) { count += other.count; }
  int64_t get() const { return count; }
};

/// Number of rows in which `value` is not NULL.
struct LEVADA_AGG("COUNT", exact, "(ANY) -> BIGINT") levada_agg_count_value {
  int64_t count = 0;
  void add() { ++count; }
  void retract() { --count; }
  void merge(const levada_agg_count_value &other) { count += other.count; }
  int64_t get() const { return count; }
};

#define LEVADA_SUM_INTEGER(SUFFIX, T)                                          \
  struct LEVADA_AGG("SUM", exact) levada_agg_sum_##SUFFIX {                    \
    uint64_t sum = 0;                                                          \
    uint64_t count = 0;                                                        \
    void add(T value) { sum += uint64_t(value), ++count; }                     \
    void retract(T value) { sum -= uint64_t(value), --count; }                 \
    void merge(const levada_agg_sum_##SUFFIX &other) {                         \
      sum += other.sum, count += other.count;                                  \
    }                                                                          \
    levada_status get(T *out) const {                                          \
      *out = T(sum);                                                           \
      return count ? LEVADA_VALUE : LEVADA_NULL;                               \
    }                                                                          \
  };

/// Sum of the values that are not NULL, in the type of the values: it wraps around.
LEVADA_SUM_INTEGER(i8, int8_t)
/// Sum of the values that are not NULL, in the type of the values: it wraps around.
LEVADA_SUM_INTEGER(i16, int16_t)
/// Sum of the values that are not NULL, in the type of the values: it wraps around.
LEVADA_SUM_INTEGER(i32, int32_t)
/// Sum of the values that are not NULL, in the type of the values: it wraps around.
LEVADA_SUM_INTEGER(i64, int64_t)

#define LEVADA_SUM_FLOAT(SUFFIX, T)                                            \
  struct LEVADA_AGG("SUM", ordered) levada_agg_sum_##SUFFIX {                  \
    T sum = 0;                                                                 \
    uint64_t count = 0;                                                        \
    void add(T value) { sum += value, ++count; }                               \
    void merge(const levada_agg_sum_##SUFFIX &other) {                         \
      sum += other.sum, count += other.count;                                  \
    }                                                                          \
    levada_status get(T *out) const {                                          \
      *out = sum;                                                              \
      return count ? LEVADA_VALUE : LEVADA_NULL;                               \
    }                                                                          \
  };

/// Sum of the values that are not NULL, added in their own type in the order of the rows.
LEVADA_SUM_FLOAT(f32, float)
/// Sum of the values that are not NULL, added in their own type in the order of the rows.
LEVADA_SUM_FLOAT(f64, double)

namespace {

/// A sum in 128 bits that remembers when it left them.
struct Sum128 {
  levada_i128 sum;
  uint64_t count;
  int32_t scale;
  bool overflow;

  void add(levada_i128 value, uint64_t rows, int32_t valueScale) {
    overflow |= __builtin_add_overflow(sum, value, &sum);
    count += rows;
    scale = valueScale;
  }
  void retract(levada_i128 value) {
    overflow |= __builtin_sub_overflow(sum, value, &sum);
    --count;
  }
  void merge(const Sum128 &other) {
    if (other.count == 0)
      return;
    add(other.sum, other.count, other.scale);
    overflow |= other.overflow;
  }
  bool fits() const {
    return count != 0 && !overflow &&
           levada::num::magnitude(sum) < levada::num::pow10(38);
  }
};

} // namespace

/// Sum of the values that are not NULL, as DECIMAL(38, s); NULL when it does not fit.
struct LEVADA_AGG("SUM", exact, "(DECIMAL(p, s)) -> rule:sum") levada_agg_sum_dec {
  Sum128 state = {};
  void add(const levada_decimal &value) { state.add(value.unscaled, 1, value.scale); }
  void retract(const levada_decimal &value) { state.retract(value.unscaled); }
  void merge(const levada_agg_sum_dec &other) { state.merge(other.state); }
  levada_status get(levada_decimal *out) const {
    out->unscaled = state.sum;
    return state.fits() ? LEVADA_VALUE : LEVADA_NULL;
  }
};

#define LEVADA_AVG_INTEGER(SUFFIX, T)                                          \
  struct LEVADA_AGG("AVG", exact) levada_agg_avg_##SUFFIX {                    \
    int64_t sum = 0;                                                           \
    int64_t count = 0;                                                         \
    void add(T value) { sum = int64_t(uint64_t(sum) + uint64_t(value)), ++count; } \
    void retract(T value) { sum = int64_t(uint64_t(sum) - uint64_t(value)), --count; } \
    void merge(const levada_agg_avg_##SUFFIX &other) {                         \
      sum = int64_t(uint64_t(sum) + uint64_t(other.sum));                      \
      count += other.count;                                                    \
    }                                                                          \
    levada_status get(T *out) const {                                          \
      if (count == 0)                                                          \
        return LEVADA_NULL;                                                    \
      *out = T(sum / count);                                                   \
      return LEVADA_VALUE;                                                     \
    }                                                                          \
  };

/// Mean of the values that are not NULL, truncated to their type; summed as BIGINT.
LEVADA_AVG_INTEGER(i8, int8_t)
/// Mean of the values that are not NULL, truncated to their type; summed as BIGINT.
LEVADA_AVG_INTEGER(i16, int16_t)
/// Mean of the values that are not NULL, truncated to their type; summed as BIGINT.
LEVADA_AVG_INTEGER(i32, int32_t)
/// Mean of the values that are not NULL, truncated to their type; summed as BIGINT.
LEVADA_AVG_INTEGER(i64, int64_t)

#define LEVADA_AVG_FLOAT(SUFFIX, T)                                            \
  struct LEVADA_AGG("AVG", ordered) levada_agg_avg_##SUFFIX {                  \
    double sum = 0;                                                            \
    int64_t count = 0;                                                         \
    void add(T value) { sum += double(value), ++count; }                       \
    void merge(const levada_agg_avg_##SUFFIX &other) {                         \
      sum += other.sum, count += other.count;                                  \
    }                                                                          \
    levada_status get(T *out) const {                                          \
      if (count == 0)                                                          \
        return LEVADA_NULL;                                                    \
      *out = T(sum / double(count));                                           \
      return LEVADA_VALUE;                                                     \
    }                                                                          \
  };

/// Mean of the values that are not NULL; added as DOUBLE in the order of the rows.
LEVADA_AVG_FLOAT(f32, float)
/// Mean of the values that are not NULL; added as DOUBLE in the order of the rows.
LEVADA_AVG_FLOAT(f64, double)

/// Mean of the values that are not NULL, as DECIMAL(38, s) with at least six digits after
/// the point.
struct LEVADA_AGG("AVG", exact, "(DECIMAL(p, s)) -> rule:avg") levada_agg_avg_dec {
  Sum128 state = {};
  void add(const levada_decimal &value) { state.add(value.unscaled, 1, value.scale); }
  void retract(const levada_decimal &value) { state.retract(value.unscaled); }
  void merge(const levada_agg_avg_dec &other) { state.merge(other.state); }
  levada_status get(levada_decimal *out) const {
    if (!state.fits())
      return LEVADA_NULL;
    levada_i128 count = levada_i128(state.count);
    return levada_dec_div(nullptr, &state.sum, state.scale, &count, 0, out->precision, out->scale,
                          &out->unscaled);
  }
};

#ifndef LEVADA_ABIGEN
#include "generated/thunks_agg.inc"
#endif
