//===- AggregateTest.cpp - aggregates through their C thunks ---------------===//
#include "test/stdlib/Context.h"

#include "gtest/gtest.h"

#define AGGREGATE(NAME, ARG, OUT)                                              \
  extern "C" void NAME##_init(void *);                                         \
  extern "C" void NAME##_add(levada_ctx *, void *, ARG);                       \
  extern "C" void NAME##_merge(levada_ctx *, void *, const void *);            \
  extern "C" levada_status NAME##_get(levada_ctx *, const void *, OUT *);
AGGREGATE(levada_agg_sum_i32, int32_t, int32_t)
AGGREGATE(levada_agg_avg_i32, int32_t, int32_t)
AGGREGATE(levada_agg_sum_f32, float, float)
AGGREGATE(levada_agg_avg_f64, double, double)
AGGREGATE(levada_agg_sum_dec, const levada_decimal &, levada_decimal)
AGGREGATE(levada_agg_avg_dec, const levada_decimal &, levada_decimal)
AGGREGATE(levada_agg_max_f64, double, double)
AGGREGATE(levada_agg_max_str, const levada_str &, levada_str)
AGGREGATE(levada_agg_min_str, const levada_str &, levada_str)
AGGREGATE(levada_agg_first_str, const levada_str &, levada_str)
AGGREGATE(levada_agg_last_i64, int64_t, int64_t)

namespace {

/// A state of one aggregate.
template <typename Arg, typename Out> struct State {
  alignas(16) char bytes[128] = {};
  void (*add_)(levada_ctx *, void *, Arg);
  void (*merge_)(levada_ctx *, void *, const void *);
  levada_status (*get_)(levada_ctx *, const void *, Out *);
  Context &context;

  void add(Arg value) { add_(context, bytes, value); }
  void merge(const State &other) { merge_(context, bytes, other.bytes); }
  levada_status get(Out *out) const { return get_(context, bytes, out); }
};

#define STATE(VARIABLE, NAME, ARG, OUT)                                        \
  State<ARG, OUT> VARIABLE{{}, NAME##_add, NAME##_merge, NAME##_get, context}; \
  NAME##_init(VARIABLE.bytes)

} // namespace

TEST(Aggregate, SumsWrapAndMeansTruncate) {
  Context context;
  STATE(sum, levada_agg_sum_i32, int32_t, int32_t);
  STATE(mean, levada_agg_avg_i32, int32_t, int32_t);
  int32_t out = 0;
  EXPECT_EQ(sum.get(&out), LEVADA_NULL);
  EXPECT_EQ(mean.get(&out), LEVADA_NULL);
  for (int32_t value : {INT32_MAX, 1, 2}) {
    sum.add(value);
    mean.add(value);
  }
  EXPECT_EQ(sum.get(&out), LEVADA_VALUE);
  EXPECT_EQ(out, INT32_MIN + 2);
  EXPECT_EQ(mean.get(&out), LEVADA_VALUE);
  EXPECT_EQ(out, 715827883);
}

TEST(Aggregate, FloatsAddInTheirType) {
  Context context;
  STATE(sum, levada_agg_sum_f32, float, float);
  sum.add(16777216.0f);
  for (int i = 0; i < 4; ++i)
    sum.add(1.0f);
  float out = 0;
  EXPECT_EQ(sum.get(&out), LEVADA_VALUE);
  EXPECT_EQ(out, 16777216.0f);
}

TEST(Aggregate, DecimalsAreExact) {
  Context context;
  STATE(sum, levada_agg_sum_dec, const levada_decimal &, levada_decimal);
  STATE(other, levada_agg_sum_dec, const levada_decimal &, levada_decimal);
  STATE(mean, levada_agg_avg_dec, const levada_decimal &, levada_decimal);
  for (int cents : {1050, 25, -75}) {
    levada_decimal value = {cents, 10, 2};
    (cents > 0 ? sum : other).add(value);
    mean.add(value);
  }
  sum.merge(other);
  levada_decimal out = {0, 38, 2};
  EXPECT_EQ(sum.get(&out), LEVADA_VALUE);
  EXPECT_EQ(text(out.unscaled), "1000");
  out = {0, 38, 6};
  EXPECT_EQ(mean.get(&out), LEVADA_VALUE);
  EXPECT_EQ(text(out.unscaled), "3333333");
  levada_decimal most = {1, 38, 0};
  for (int i = 0; i < 38; ++i)
    most.unscaled *= 10;
  most.unscaled -= 1;
  STATE(full, levada_agg_sum_dec, const levada_decimal &, levada_decimal);
  full.add(most);
  EXPECT_EQ(full.get(&out), LEVADA_VALUE);
  full.add({1, 38, 0});
  EXPECT_EQ(full.get(&out), LEVADA_NULL);
}

TEST(Aggregate, ExtremesOfTextLiveInTheState) {
  Context context;
  STATE(most, levada_agg_max_str, const levada_str &, levada_str);
  STATE(least, levada_agg_min_str, const levada_str &, levada_str);
  STATE(first, levada_agg_first_str, const levada_str &, levada_str);
  for (std::string value : {"monkey", "a text longer than twelve bytes", "zebras of the savannah",
                            "zebra", "z"}) {
    std::string moved = value; // does not outlive the row
    most.add(str(moved));
    least.add(str(moved));
    first.add(str(moved));
    moved.assign(moved.size(), '#');
  }
  levada_str out = {};
  EXPECT_EQ(most.get(&out), LEVADA_VALUE);
  EXPECT_EQ(text(out), "zebras of the savannah");
  EXPECT_EQ(least.get(&out), LEVADA_VALUE);
  EXPECT_EQ(text(out), "a text longer than twelve bytes");
  EXPECT_EQ(first.get(&out), LEVADA_VALUE);
  EXPECT_EQ(text(out), "monkey");
  STATE(merged, levada_agg_max_str, const levada_str &, levada_str);
  merged.add(str("y"));
  merged.merge(most);
  EXPECT_EQ(merged.get(&out), LEVADA_VALUE);
  EXPECT_EQ(text(out), "zebras of the savannah");
}

TEST(Aggregate, NanGivesWay) {
  Context context;
  STATE(most, levada_agg_max_f64, double, double);
  double out = 0;
  most.add(__builtin_nan(""));
  EXPECT_EQ(most.get(&out), LEVADA_VALUE);
  EXPECT_NE(out, out);
  most.add(-1);
  most.add(__builtin_nan(""));
  EXPECT_EQ(most.get(&out), LEVADA_VALUE);
  EXPECT_EQ(out, -1);
}
