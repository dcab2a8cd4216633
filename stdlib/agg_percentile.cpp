//===- agg_percentile.cpp - PERCENTILE -------------------------------------===//
//
// The values lie in the memory of the state with how often each counts; they are
// sorted when the percentile is asked for, and what lies between two of them is
// interpolated.
//
//===----------------------------------------------------------------------===//
#include "stdlib/archive.h"
#include "stdlib/build.h"
#include "stdlib/cast.h"
#include "stdlib/nested.h"

#include <algorithm>
#include <math.h>
#include <new>

namespace {

struct Counted {
  double value;
  int64_t count;
};

struct Sample {
  Counted *data = nullptr;
  uint64_t size = 0, capacity = 0;

  void add(levada_ctx *ctx, double value, int64_t count) {
    if (count <= 0)
      return;
    if (size == capacity) {
      capacity = capacity ? capacity * 2 : 8;
      auto *next = reinterpret_cast<Counted *>(levada_rt_state_alloc(ctx, capacity * sizeof(Counted)));
      if (size)
        levada::text::copyLarge(reinterpret_cast<char *>(next), reinterpret_cast<char *>(data),
                                size * sizeof(Counted));
      data = next;
    }
    data[size++] = {value, count};
  }
  void merge(levada_ctx *ctx, const Sample &other) {
    for (uint64_t i = 0; i < other.size; ++i)
      add(ctx, other.data[i].value, other.data[i].count);
  }

  template <class Archive> void state(Archive &archive) {
    archive.array(data, size, capacity, [&](Counted &one) { archive.value(one); });
  }

  /// In order, NaN behind all. A sample may be larger than memory: parts of it are
  /// gone through from front to back and from back to front, and soon small.
  void sort() const {
    std::sort(data, data + size, [](const Counted &a, const Counted &b) {
      return a.value < b.value || (b.value != b.value && a.value == a.value);
    });
  }

  int64_t total() const {
    int64_t all = 0;
    for (uint64_t i = 0; i < size; ++i)
      all += data[i].count;
    return all;
  }
  /// Of sorted values.
  double at(double position, int64_t index) const {
    int64_t before = 0;
    for (uint64_t i = 0; i < size; ++i) {
      before += data[i].count;
      if (index < before)
        return data[i].value;
    }
    return size ? data[size - 1].value : position;
  }
  double percentile(double part, int64_t all) const {
    // From 1, as Flink counts: the weights round alike.
    double position = part * double(all - 1) + 1;
    double low = floor(position), high = ceil(position);
    double lower = at(position, int64_t(low) - 1);
    if (low == high)
      return lower;
    double upper = at(position, int64_t(high) - 1);
    return lower == upper ? lower : (high - position) * lower + (position - low) * upper;
  }
};

levada_status outside(levada_ctx *ctx) {
  return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "PERCENTILE: the percentage must be between 0 and 1");
}

struct One {
  Sample sample;
  double part = -1;

  template <class Archive> void state(Archive &archive) {
    archive.value(part);
    sample.state(archive);
  }

  levada_status get(levada_ctx *ctx, double *out) const {
    if (sample.size == 0)
      return LEVADA_NULL;
    if (!(part >= 0 && part <= 1))
      return outside(ctx);
    sample.sort();
    *out = sample.percentile(part, sample.total());
    return LEVADA_VALUE;
  }
};

struct Many {
  Sample sample;
  double *parts = nullptr;
  uint64_t count = 0, room = 0;

  template <class Archive> void state(Archive &archive) {
    archive.array(parts, count, room, [&](double &part) { archive.value(part); });
    sample.state(archive);
  }

  void keep(levada_ctx *ctx, const levada_any &percentages) {
    if (parts)
      return;
    auto list = levada::nested::elements(percentages);
    count = list.count;
    parts = reinterpret_cast<double *>(levada_rt_state_alloc(ctx, (count + 1) * sizeof(double)));
    for (uint32_t i = 0; i < list.count; ++i) {
      levada_any each = list.at(i);
      parts[i] = each.null ? -1 : each.f64;
    }
  }
  void merge(levada_ctx *ctx, const Many &other) {
    if (!parts && other.parts) {
      count = other.count;
      parts = reinterpret_cast<double *>(levada_rt_state_alloc(ctx, (count + 1) * sizeof(double)));
      __builtin_memcpy(parts, other.parts, count * sizeof(double));
    }
    sample.merge(ctx, other.sample);
  }
  levada_status get(levada_ctx *ctx, levada_any *out) const {
    if (sample.size == 0 || count == 0)
      return LEVADA_NULL;
    sample.sort();
    int64_t all = sample.total();
    const levada_type *element = out->type->children[0];
    levada::nested::Values values(ctx, uint32_t(count));
    for (uint64_t i = 0; i < count; ++i) {
      if (!(parts[i] >= 0 && parts[i] <= 1))
        return outside(ctx);
      levada_any value = {};
      value.type = element;
      value.f64 = sample.percentile(parts[i], all);
      values.add(value);
    }
    return levada::nested::makeArray(ctx, element, values.data, values.count, &out->str);
  }
};

} // namespace

/// The value below which the part `percentage` of the values that are not NULL lies, between two of
/// them interpolated.
struct LEVADA_AGG("PERCENTILE", exact) levada_agg_percentile {
  One one;
  void add(levada_ctx *ctx, double value, double percentage) {
    one.part = percentage;
    one.sample.add(ctx, value, 1);
  }
  void merge(levada_ctx *ctx, const levada_agg_percentile &other) {
    if (other.one.sample.size)
      one.part = other.one.part;
    one.sample.merge(ctx, other.one.sample);
  }
  levada_status get(levada_ctx *ctx, double *out) const { return one.get(ctx, out); }
};
/// The same, where each value counts `frequency` times.
struct LEVADA_AGG("PERCENTILE", exact) levada_agg_percentile_counted {
  One one;
  void add(levada_ctx *ctx, double value, double percentage, int64_t frequency) {
    one.part = percentage;
    one.sample.add(ctx, value, frequency);
  }
  void merge(levada_ctx *ctx, const levada_agg_percentile_counted &other) {
    if (other.one.sample.size)
      one.part = other.one.part;
    one.sample.merge(ctx, other.one.sample);
  }
  levada_status get(levada_ctx *ctx, double *out) const { return one.get(ctx, out); }
};
/// Several percentiles at once.
struct LEVADA_AGG("PERCENTILE", exact, "(DOUBLE, ARRAY<DOUBLE>) -> ARRAY<DOUBLE>")
    levada_agg_percentiles {
  Many many;
  void add(levada_ctx *ctx, double value, const levada_any &percentages) {
    many.keep(ctx, percentages);
    many.sample.add(ctx, value, 1);
  }
  void merge(levada_ctx *ctx, const levada_agg_percentiles &other) { many.merge(ctx, other.many); }
  levada_status get(levada_ctx *ctx, levada_any *out) const { return many.get(ctx, out); }
};
/// Several percentiles at once, where each value counts `frequency` times.
struct LEVADA_AGG("PERCENTILE", exact, "(DOUBLE, ARRAY<DOUBLE>, BIGINT) -> ARRAY<DOUBLE>")
    levada_agg_percentiles_counted {
  Many many;
  void add(levada_ctx *ctx, double value, const levada_any &percentages, int64_t frequency) {
    many.keep(ctx, percentages);
    many.sample.add(ctx, value, frequency);
  }
  void merge(levada_ctx *ctx, const levada_agg_percentiles_counted &other) {
    many.merge(ctx, other.many);
  }
  levada_status get(levada_ctx *ctx, levada_any *out) const { return many.get(ctx, out); }
};

#ifndef LEVADA_ABIGEN
#include "generated/thunks_agg_percentile.inc"
#endif
