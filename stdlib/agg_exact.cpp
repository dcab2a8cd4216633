//===- agg_exact.cpp - SUM and AVG of floats that are taken back ------------===//
//
// Adding and subtracting floats leaves an error of what has gone. So the sum is
// kept exactly, as numbers that do not overlap (Shewchuk 1997), the least first,
// and rounded once when it is asked for. NaN and the infinities are counted.
//
//===----------------------------------------------------------------------===//
#include "stdlib/fn.h"

#include <new>

namespace {

struct ExactSum {
  double *parts = nullptr;
  uint64_t count = 0, capacity = 0;
  int64_t rows = 0, nans = 0, above = 0, below = 0;

  void change(levada_ctx *ctx, double value, int64_t by) {
    rows += by;
    if (value - value != 0) {
      (value != value ? nans : value > 0 ? above : below) += by;
      return;
    }
    value *= double(by);
    uint64_t kept = 0;
    for (uint64_t i = 0; i < count; ++i) {
      double part = parts[i], sum = value + part, rest = sum - value;
      double error = (value - (sum - rest)) + (part - rest);
      if (error != 0)
        parts[kept++] = error;
      value = sum;
    }
    count = kept;
    if (value - value != 0) { // beyond the largest DOUBLE, for good
      (value > 0 ? above : below) += 1;
      count = 0;
    } else if (value != 0) {
      push(ctx, value);
    }
  }
  void merge(levada_ctx *ctx, const ExactSum &other) {
    for (uint64_t i = 0; i < other.count; ++i)
      change(ctx, other.parts[i], 1);
    rows += other.rows - int64_t(other.count);
    nans += other.nans, above += other.above, below += other.below;
  }
  void reset() { count = 0, rows = nans = above = below = 0; }

  double get() const {
    if (nans || above || below)
      return nans || (above && below) ? __builtin_nan("") : above ? __builtin_inf() : -__builtin_inf();
    uint64_t i = count;
    double sum = i ? parts[--i] : 0, rest = 0;
    while (i && rest == 0) {
      double part = parts[--i], next = sum + part;
      rest = part - (next - sum);
      sum = next;
    }
    // Half way between two DOUBLEs what is left decides.
    if (i && ((rest < 0 && parts[i - 1] < 0) || (rest > 0 && parts[i - 1] > 0))) {
      double twice = rest * 2, next = sum + twice;
      if (next - sum == twice)
        sum = next;
    }
    return sum;
  }
  template <class Archive> void state(Archive &archive) {
    archive.value(rows);
    archive.value(nans);
    archive.value(above);
    archive.value(below);
    archive.array(parts, count, capacity, [&](double &part) { archive.value(part); });
  }

private:
  void push(levada_ctx *ctx, double part) {
    if (count == capacity) {
      capacity = capacity ? capacity * 2 : 4;
      auto *next = reinterpret_cast<double *>(levada_rt_state_alloc(ctx, capacity * sizeof(double)));
      if (count)
        __builtin_memcpy(next, parts, count * sizeof(double));
      parts = next;
    }
    parts[count++] = part;
  }
};

} // namespace

#define LEVADA_EXACT(NAME, WORD, SUFFIX, T, VALUE)                             \
  struct LEVADA_AGG(NAME, exact) levada_agg_##WORD##_exact_##SUFFIX {          \
    ExactSum sum;                                                              \
    void add(levada_ctx *ctx, T value) { sum.change(ctx, double(value), 1); }  \
    void retract(levada_ctx *ctx, T value) { sum.change(ctx, double(value), -1); } \
    void reset() { sum.reset(); }                                              \
    void merge(levada_ctx *ctx, const levada_agg_##WORD##_exact_##SUFFIX &other) { \
      sum.merge(ctx, other.sum);                                               \
    }                                                                          \
    levada_status get(T *out) const {                                          \
      *out = sum.rows ? T(VALUE) : T(0);                                       \
      return sum.rows ? LEVADA_VALUE : LEVADA_NULL;                            \
    }                                                                          \
    template <class Archive> void state(Archive &archive) { sum.state(archive); } \
  };

/// SUM over rows that change: exact, and rounded once.
LEVADA_EXACT("SUM EXACT", sum, f32, float, sum.get())
/// SUM over rows that change: exact, and rounded once.
LEVADA_EXACT("SUM EXACT", sum, f64, double, sum.get())
/// AVG over rows that change: of an exact sum.
LEVADA_EXACT("AVG EXACT", avg, f32, float, sum.get() / double(sum.rows))
/// AVG over rows that change: of an exact sum.
LEVADA_EXACT("AVG EXACT", avg, f64, double, sum.get() / double(sum.rows))

#ifndef LEVADA_ABIGEN
#include "generated/thunks_agg_exact.inc"
#endif
