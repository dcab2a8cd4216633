//===- agg_minmax.cpp - MIN, MAX, FIRST_VALUE, LAST_VALUE ------------------===//
//
// Text compares by bytes and is copied to the memory of the state; its room is
// used again. NaN is taken only where there is nothing else, and of two zeros
// MAX keeps the positive one, so that order does not matter.
//
//===----------------------------------------------------------------------===//
#include "stdlib/build.h"
#include "stdlib/cast.h"
#include "stdlib/int128.h"

#include <new>

namespace {

template <typename T> bool above(T a, T b) { return a > b; }
template <> bool above(double a, double b) {
  if (a != a)
    return false;
  return b != b || a > b || (a == b && __builtin_signbit(a) < __builtin_signbit(b));
}
template <> bool above(float a, float b) { return above(double(a), double(b)); }
template <typename T> bool below(T a, T b) { return a < b; }
template <> bool below(double a, double b) {
  if (a != a)
    return false;
  return b != b || a < b || (a == b && __builtin_signbit(a) > __builtin_signbit(b));
}
template <> bool below(float a, float b) { return below(double(a), double(b)); }

/// Text in the memory of the state, with room that outlives a value.
struct KeptText {
  levada_str text;
  char *room;
  uint32_t capacity;
  uint32_t count;

  void set(levada_ctx *ctx, const levada_str &value) {
    if (value.len > 12) {
      if (value.len > capacity) {
        capacity = value.len < 32 ? 32 : value.len + value.len / 2;
        room = levada_rt_state_alloc(ctx, capacity);
      }
      __builtin_memcpy(room, value.ptr, value.len);
      text = levada_view(room, value.len);
    } else {
      text = value;
    }
    count = 1;
  }
  template <class Archive> void state(Archive &archive) {
    archive.value(count);
    archive.text(text);
    if (Archive::loading && text.len > 12) {
      room = const_cast<char *>(text.ptr);
      capacity = text.len;
    }
  }
  /// A copy in the frame: the state may go before the row does.
  levada_status get(levada_ctx *ctx, levada_str *out) const {
    *out = levada::text::keep(ctx, levada_data(text), text.len);
    return count ? LEVADA_VALUE : LEVADA_NULL;
  }
};

} // namespace

#define LEVADA_EXTREME(NAME, WORD, BETTER, SUFFIX, T)                          \
  struct LEVADA_AGG(NAME, exact) levada_agg_##WORD##_##SUFFIX {                \
    T best = {};                                                               \
    bool any = false;                                                          \
    void add(T value) {                                                        \
      if (!any || BETTER(value, best))                                         \
        best = value;                                                          \
      any = true;                                                              \
    }                                                                          \
    void merge(const levada_agg_##WORD##_##SUFFIX &other) {                    \
      if (other.any)                                                           \
        add(other.best);                                                       \
    }                                                                          \
    levada_status get(T *out) const {                                          \
      *out = best;                                                             \
      return any ? LEVADA_VALUE : LEVADA_NULL;                                 \
    }                                                                          \
  };
#define LEVADA_EXTREME_TEXT(NAME, WORD, SIGN, SUFFIX, T)                       \
  struct LEVADA_AGG(NAME, exact) levada_agg_##WORD##_##SUFFIX {                \
    KeptText best = {};                                                        \
    void add(levada_ctx *ctx, const T &value) {                                \
      if (best.count == 0 || levada_str_compare(&value, &best.text) == SIGN)   \
        best.set(ctx, value);                                                  \
    }                                                                          \
    void reset() { best.count = 0; }                                           \
    void merge(levada_ctx *ctx, const levada_agg_##WORD##_##SUFFIX &other) {   \
      if (other.best.count)                                                    \
        add(ctx, static_cast<const T &>(other.best.text));                     \
    }                                                                          \
    levada_status get(levada_ctx *ctx, T *out) const { return best.get(ctx, out); } \
  };
#define LEVADA_EXTREME_DECIMAL(NAME, WORD, BETTER)                             \
  struct LEVADA_AGG(NAME, exact) levada_agg_##WORD##_dec {                     \
    levada_i128 best = 0;                                                      \
    bool any = false;                                                          \
    void add(const levada_decimal &value) { take(value.unscaled); }            \
    void merge(const levada_agg_##WORD##_dec &other) {                         \
      if (other.any)                                                           \
        take(other.best);                                                      \
    }                                                                          \
    levada_status get(levada_decimal *out) const {                             \
      out->unscaled = best;                                                    \
      return any ? LEVADA_VALUE : LEVADA_NULL;                                 \
    }                                                                          \
    void take(levada_i128 value) {                                             \
      if (!any || BETTER(value, best))                                         \
        best = value;                                                          \
      any = true;                                                              \
    }                                                                          \
  };

/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, bool, bool)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, i8, int8_t)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, i16, int16_t)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, i32, int32_t)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, i64, int64_t)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, f32, float)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, f64, double)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, ts6, levada_timestamp_us)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, ts3, levada_timestamp)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, ltz6, levada_timestamp_ltz_us)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, ltz3, levada_timestamp_ltz)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, date, levada_date)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, time, levada_time)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, ym, levada_year_month)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME("MAX", max, above, dt, levada_day_time)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME_TEXT("MAX", max, 1, str, levada_str)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME_TEXT("MAX", max, 1, bytes, levada_bytes)
/// Greatest of the values that are not NULL.
LEVADA_EXTREME_DECIMAL("MAX", max, above)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, bool, bool)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, i8, int8_t)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, i16, int16_t)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, i32, int32_t)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, i64, int64_t)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, f32, float)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, f64, double)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, ts6, levada_timestamp_us)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, ts3, levada_timestamp)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, ltz6, levada_timestamp_ltz_us)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, ltz3, levada_timestamp_ltz)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, date, levada_date)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, time, levada_time)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, ym, levada_year_month)
/// Least of the values that are not NULL.
LEVADA_EXTREME("MIN", min, below, dt, levada_day_time)
/// Least of the values that are not NULL.
LEVADA_EXTREME_TEXT("MIN", min, -1, str, levada_str)
/// Least of the values that are not NULL.
LEVADA_EXTREME_TEXT("MIN", min, -1, bytes, levada_bytes)
/// Least of the values that are not NULL.
LEVADA_EXTREME_DECIMAL("MIN", min, below)

#define LEVADA_EDGE(NAME, WORD, TAKES, SUFFIX, T)                      \
  struct LEVADA_AGG(NAME, ordered) levada_agg_##WORD##_##SUFFIX {              \
    T kept = {};                                                               \
    bool any = false;                                                          \
    void add(T value) {                                                        \
      if (TAKES)                                                               \
        kept = value;                                                          \
      any = true;                                                              \
    }                                                                          \
    void merge(const levada_agg_##WORD##_##SUFFIX &other) {                    \
      if (other.any)                                                           \
        add(other.kept);                                                       \
    }                                                                          \
    levada_status get(T *out) const {                                          \
      *out = kept;                                                             \
      return any ? LEVADA_VALUE : LEVADA_NULL;                                 \
    }                                                                          \
  };
#define LEVADA_EDGE_TEXT(NAME, WORD, TAKES, SUFFIX, T)                         \
  struct LEVADA_AGG(NAME, ordered) levada_agg_##WORD##_##SUFFIX {              \
    KeptText kept = {};                                                        \
    void add(levada_ctx *ctx, const T &value) {                                \
      bool any = kept.count != 0;                                              \
      if (TAKES)                                                               \
        kept.set(ctx, value);                                                  \
    }                                                                          \
    void reset() { kept.count = 0; }                                           \
    void merge(levada_ctx *ctx, const levada_agg_##WORD##_##SUFFIX &other) {   \
      if (other.kept.count)                                                    \
        add(ctx, static_cast<const T &>(other.kept.text));                     \
    }                                                                          \
    levada_status get(levada_ctx *ctx, T *out) const { return kept.get(ctx, out); } \
  };
#define LEVADA_EDGE_DECIMAL(NAME, WORD, TAKES)                                 \
  struct LEVADA_AGG(NAME, ordered) levada_agg_##WORD##_dec {                   \
    levada_i128 kept = 0;                                                      \
    bool any = false;                                                          \
    void add(const levada_decimal &value) {                                    \
      if (TAKES)                                                               \
        kept = value.unscaled;                                                 \
      any = true;                                                              \
    }                                                                          \
    void merge(const levada_agg_##WORD##_dec &other) {                         \
      if (other.any && (TAKES))                                                \
        kept = other.kept;                                                     \
      any |= other.any;                                                        \
    }                                                                          \
    levada_status get(levada_decimal *out) const {                             \
      out->unscaled = kept;                                                    \
      return any ? LEVADA_VALUE : LEVADA_NULL;                                 \
    }                                                                          \
  };

/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, bool, bool)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, i8, int8_t)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, i16, int16_t)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, i32, int32_t)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, i64, int64_t)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, f32, float)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, f64, double)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, ts6, levada_timestamp_us)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, ts3, levada_timestamp)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, ltz6, levada_timestamp_ltz_us)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, ltz3, levada_timestamp_ltz)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, date, levada_date)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, time, levada_time)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, ym, levada_year_month)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("FIRST_VALUE", first, !any, dt, levada_day_time)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE_TEXT("FIRST_VALUE", first, !any, str, levada_str)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE_TEXT("FIRST_VALUE", first, !any, bytes, levada_bytes)
/// First of the values that are not NULL, in the order of the rows.
LEVADA_EDGE_DECIMAL("FIRST_VALUE", first, !any)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, bool, bool)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, i8, int8_t)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, i16, int16_t)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, i32, int32_t)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, i64, int64_t)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, f32, float)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, f64, double)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, ts6, levada_timestamp_us)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, ts3, levada_timestamp)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, ltz6, levada_timestamp_ltz_us)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, ltz3, levada_timestamp_ltz)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, date, levada_date)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, time, levada_time)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, ym, levada_year_month)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE("LAST_VALUE", last, true, dt, levada_day_time)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE_TEXT("LAST_VALUE", last, any || true, str, levada_str)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE_TEXT("LAST_VALUE", last, any || true, bytes, levada_bytes)
/// Last of the values that are not NULL, in the order of the rows.
LEVADA_EDGE_DECIMAL("LAST_VALUE", last, true)

#ifndef LEVADA_ABIGEN
#include "generated/thunks_agg_minmax.inc"
#endif
