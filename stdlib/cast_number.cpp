//===- cast_number.cpp - CAST to and from numbers --------------------------===//
#include "stdlib/build.h"
#include "stdlib/cast.h"
#include "stdlib/int128.h"
#include "stdlib/java_float.h"

using namespace levada::num;
using namespace levada::text;

namespace {

/// Truncated and saturated, NaN is 0.
template <typename To, typename From> To saturate(From value) {
  constexpr To min = To(uint64_t(1) << (8 * sizeof(To) - 1)), max = To(~min);
  constexpr From limit = From(uint64_t(1) << (8 * sizeof(To) - 1));
  if (value != value)
    return 0;
  if (value >= limit)
    return max;
  if (value < -limit)
    return min;
  return To(value);
}

__attribute__((cold, noinline)) levada_status badCast(levada_ctx *ctx, const levada_str &value,
                                                      const char *type) {
  if (!ctx)
    return LEVADA_ERROR;
  char text[160];
  char *at = text;
  auto add = [&](const char *data, uint64_t size) {
    __builtin_memcpy(at, data, size);
    at += size;
  };
  add("cannot read '", 13);
  add(levada_data(value), value.len < 80 ? value.len : 80);
  if (value.len > 80)
    add("...", 3);
  add("' as ", 5);
  add(type, __builtin_strlen(type));
  return levada_fail(ctx, LEVADA_E_CAST, text, uint32_t(at - text));
}

struct Span {
  const char *p;
  uint64_t n;
};

/// Without blanks at both ends.
inline Span trim(const levada_str &s) {
  const char *p = levada_data(s), *end = p + s.len;
  while (p != end && *p == ' ')
    ++p;
  while (p != end && end[-1] == ' ')
    --end;
  return {p, uint64_t(end - p)};
}

/// Digits before a point; those behind it must be digits and are dropped.
template <typename T>
inline levada_status toInteger(levada_ctx *ctx, const levada_str *value, T *out, const char *type,
                               bool (*parse)(const char *, uint64_t, T *)) {
  Span s = trim(*value);
  if (parse(s.p, s.n, out))
    return LEVADA_VALUE;
  uint64_t point = 0;
  while (point < s.n && s.p[point] != '.')
    ++point;
  if (point == s.n)
    return badCast(ctx, *value, type);
  for (uint64_t i = point + 1; i < s.n; ++i)
    if (uint8_t(s.p[i] - '0') >= 10)
      return badCast(ctx, *value, type);
  bool sign = point == 1 && (s.p[0] == '-' || s.p[0] == '+');
  if (point == 0 || sign) {
    *out = 0;
    return LEVADA_VALUE;
  }
  return parse(s.p, point, out) ? LEVADA_VALUE : badCast(ctx, *value, type);
}

levada_status putText(levada_ctx *ctx, const char *text, const char *end, levada_str *out) {
  *out = keep(ctx, text, uint64_t(end - text));
  return LEVADA_VALUE;
}

/// [sign] digits [. digits] and then one character that is no digit; or e and digits.
bool bareTail(const char *p, uint64_t n) {
  auto digit = [&](uint64_t i) { return i < n && uint8_t(p[i] - '0') < 10; };
  uint64_t i = p[0] == '-' || p[0] == '+';
  if (i == n)
    return false;
  uint64_t first = i;
  while (digit(i))
    ++i;
  if (i == first && i + 1 < n && (p[i] | 32) == 'e') {
    ++i;
    while (digit(i))
      ++i;
    return i == n;
  }
  if (i < n && p[i] == '.' && i + 1 < n) {
    ++i;
    while (digit(i))
      ++i;
  }
  return i + 1 == n;
}

} // namespace

extern "C" {

levada_status levada_cast_f32_i8(levada_ctx *, float value, int8_t *out) {
  *out = int8_t(saturate<int32_t>(value));
  return LEVADA_VALUE;
}
levada_status levada_cast_f32_i16(levada_ctx *, float value, int16_t *out) {
  *out = int16_t(saturate<int32_t>(value));
  return LEVADA_VALUE;
}
levada_status levada_cast_f32_i32(levada_ctx *, float value, int32_t *out) {
  *out = saturate<int32_t>(value);
  return LEVADA_VALUE;
}
levada_status levada_cast_f32_i64(levada_ctx *, float value, int64_t *out) {
  *out = saturate<int64_t>(value);
  return LEVADA_VALUE;
}
levada_status levada_cast_f64_i8(levada_ctx *, double value, int8_t *out) {
  *out = int8_t(saturate<int32_t>(value));
  return LEVADA_VALUE;
}
levada_status levada_cast_f64_i16(levada_ctx *, double value, int16_t *out) {
  *out = int16_t(saturate<int32_t>(value));
  return LEVADA_VALUE;
}
levada_status levada_cast_f64_i32(levada_ctx *, double value, int32_t *out) {
  *out = saturate<int32_t>(value);
  return LEVADA_VALUE;
}
levada_status levada_cast_f64_i64(levada_ctx *, double value, int64_t *out) {
  *out = saturate<int64_t>(value);
  return LEVADA_VALUE;
}

levada_status levada_cast_f64_dec(levada_ctx *ctx, double value, int32_t precision, int32_t scale,
                                  levada_i128 *out) {
  // By the shortest digits, as BigDecimal.valueOf.
  char text[32];
  uint64_t size = uint64_t(levada_put_f64(text, value) - text);
  levada_status status = levada_parse_decimal(text, size, precision, scale, out);
  if (status == LEVADA_ERROR) {
    levada_str shown = levada_view(text, uint32_t(size));
    return badCast(ctx, shown, "DECIMAL");
  }
  return status;
}
levada_status levada_cast_f32_dec(levada_ctx *ctx, float value, int32_t precision, int32_t scale,
                                  levada_i128 *out) {
  return levada_cast_f64_dec(ctx, double(value), precision, scale, out);
}

levada_status levada_cast_dec_f64(levada_ctx *, const levada_i128 *value, int32_t from_scale,
                                  double *out) {
  static const double kPowers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  if (*value == int64_t(*value) && from_scale <= 18 &&
      magnitude(*value) < pow10(18)) {
    *out = double(int64_t(*value)) / kPowers[from_scale];
    return LEVADA_VALUE;
  }
  char text[48];
  uint64_t size = uint64_t(levada_put_decimal(text, value, from_scale) - text);
  levada_parse_f64(text, size, out);
  return LEVADA_VALUE;
}
levada_status levada_cast_dec_f32(levada_ctx *ctx, const levada_i128 *value, int32_t from_scale,
                                  float *out) {
  double wide;
  levada_cast_dec_f64(ctx, value, from_scale, &wide);
  *out = float(wide);
  return LEVADA_VALUE;
}

levada_status levada_cast_str_bool(levada_ctx *ctx, const levada_str *value, bool *out) {
  Span s = trim(*value);
  return levada_parse_bool(s.p, s.n, out) ? LEVADA_VALUE : badCast(ctx, *value, "BOOLEAN");
}
levada_status levada_cast_str_i8(levada_ctx *ctx, const levada_str *value, int8_t *out) {
  return toInteger(ctx, value, out, "TINYINT", levada_parse_i8);
}
levada_status levada_cast_str_i16(levada_ctx *ctx, const levada_str *value, int16_t *out) {
  return toInteger(ctx, value, out, "SMALLINT", levada_parse_i16);
}
levada_status levada_cast_str_i32(levada_ctx *ctx, const levada_str *value, int32_t *out) {
  return toInteger(ctx, value, out, "INT", levada_parse_i32);
}
levada_status levada_cast_str_i64(levada_ctx *ctx, const levada_str *value, int64_t *out) {
  return toInteger(ctx, value, out, "BIGINT", levada_parse_i64);
}
levada_status levada_cast_str_f32(levada_ctx *ctx, const levada_str *value, float *out) {
  return levada_parse_f32(levada_data(*value), value->len, out) ? LEVADA_VALUE
                                                                : badCast(ctx, *value, "FLOAT");
}
levada_status levada_cast_str_f64(levada_ctx *ctx, const levada_str *value, double *out) {
  return levada_parse_f64(levada_data(*value), value->len, out) ? LEVADA_VALUE
                                                                : badCast(ctx, *value, "DOUBLE");
}
levada_status levada_cast_str_dec(levada_ctx *ctx, const levada_str *value, int32_t precision,
                                  int32_t scale, levada_i128 *out) {
  Span s = trim(*value);
  levada_status status = levada_parse_decimal(s.p, s.n, precision, scale, out);
  if (status == LEVADA_VALUE)
    return status;
  if (status == LEVADA_ERROR && precision <= 18 && s.n && bareTail(s.p, s.n)) {
    // Flink reads a last character that is no digit as nothing, and nothing as 0.
    uint64_t n = s.n;
    while (n && uint8_t(s.p[n - 1] - '0') >= 10)
      --n;
    if (n == 0 || (s.p[0] | 32) == 'e') {
      *out = 0;
      return LEVADA_VALUE;
    }
    status = levada_parse_decimal(s.p, n, precision, scale, out);
    if (status == LEVADA_VALUE)
      return status;
  }
  char type[24] = "DECIMAL(";
  char *at = levada_put_i64(type + 8, precision);
  *at++ = ',', *at++ = ' ';
  at = levada_put_i64(at, scale);
  *at++ = ')', *at = 0;
  return badCast(ctx, *value, type);
}

levada_status levada_cast_bool_str(levada_ctx *, bool value, levada_str *out) {
  *out = value ? levada_view("TRUE", 4) : levada_view("FALSE", 5);
  return LEVADA_VALUE;
}
levada_status levada_cast_i64_str(levada_ctx *ctx, int64_t value, levada_str *out) {
  char text[LEVADA_PUT_I64];
  return putText(ctx, text, levada_put_i64(text, value), out);
}
levada_status levada_cast_f32_str(levada_ctx *ctx, float value, levada_str *out) {
  char text[LEVADA_PUT_F64];
  return putText(ctx, text, levada_put_java_f32(text, value), out);
}
levada_status levada_cast_f64_str(levada_ctx *ctx, double value, levada_str *out) {
  char text[LEVADA_PUT_F64];
  return putText(ctx, text, levada_put_java_f64(text, value), out);
}
levada_status levada_cast_dec_str(levada_ctx *ctx, const levada_i128 *value, int32_t scale,
                                  levada_str *out) {
  char text[LEVADA_PUT_DECIMAL + 2];
  return putText(ctx, text, levada_put_decimal(text, value, scale), out);
}

levada_status levada_cast_str_char(levada_ctx *ctx, const levada_str *value, int32_t length,
                                   levada_str *out) {
  const char *p = levada_data(*value);
  int32_t count = countChars(p, value->len);
  if (count >= length)
    return levada_cast_str_varchar(ctx, value, length, out);
  uint64_t size = uint64_t(value->len) + uint64_t(length - count);
  Buffer buffer(ctx, size);
  __builtin_memcpy(buffer.data, p, value->len);
  __builtin_memset(buffer.data + value->len, ' ', uint64_t(length - count));
  *out = buffer.finish(buffer.data + size);
  return LEVADA_VALUE;
}
levada_status levada_cast_str_varchar(levada_ctx *, const levada_str *value, int32_t length,
                                      levada_str *out) {
  if (value->len <= uint32_t(length))
    *out = *value;
  else
    *out = part(*value, 0, charOffset(levada_data(*value), value->len, length));
  return LEVADA_VALUE;
}
levada_status levada_cast_bytes_binary(levada_ctx *ctx, const levada_str *value, int32_t length,
                                       levada_str *out) {
  if (value->len >= uint32_t(length))
    return levada_cast_bytes_varbinary(ctx, value, length, out);
  Buffer buffer(ctx, uint64_t(length));
  __builtin_memcpy(buffer.data, levada_data(*value), value->len);
  __builtin_memset(buffer.data + value->len, 0, uint32_t(length) - value->len);
  *out = buffer.finish(buffer.data + length);
  return LEVADA_VALUE;
}
levada_status levada_cast_bytes_varbinary(levada_ctx *, const levada_str *value, int32_t length,
                                          levada_str *out) {
  *out = value->len <= uint32_t(length) ? *value : part(*value, 0, uint64_t(length));
  return LEVADA_VALUE;
}

int32_t levada_str_compare(const levada_str *a, const levada_str *b) {
  uint32_t common = a->len < b->len ? a->len : b->len;
  int order = __builtin_memcmp(levada_data(*a), levada_data(*b), common);
  if (order != 0)
    return order < 0 ? -1 : 1;
  return a->len < b->len ? -1 : a->len > b->len;
}
bool levada_str_equal(const levada_str *a, const levada_str *b) {
  // Length and the first four bytes decide most of it.
  uint64_t x, y;
  __builtin_memcpy(&x, a, 8);
  __builtin_memcpy(&y, b, 8);
  if (x != y)
    return false;
  if (a->len <= 12) {
    __builtin_memcpy(&x, a->inl + 4, 8);
    __builtin_memcpy(&y, b->inl + 4, 8);
    return x == y;
  }
  return a->ptr == b->ptr || __builtin_memcmp(a->ptr, b->ptr, a->len) == 0;
}

} // extern "C"
