//===- math_round.cpp - ROUND, TRUNCATE, FLOOR, CEIL -------------------===//
//
// A float is rounded by its shortest decimal digits, HALF_UP, as BigDecimal
// does: ROUND(1.005, 2) is 1.01.
//
//===----------------------------------------------------------------------===//
#include "stdlib/cast.h"
#include "stdlib/ext.h"
#include "stdlib/int128.h"

#include <math.h>

using namespace levada::num;

namespace {

/// To `places` digits after the point; `up`: HALF_UP, otherwise cut off.
double roundDouble(double x, int32_t places, bool up) {
  if (x == 0) // as BigDecimal, which has no -0
    return 0;
  if (x - x != 0) // NaN, infinity
    return x;
  uint64_t digits;
  int32_t exponent;
  levada_ext_shortest(x, &digits, &exponent);
  int64_t drop = -int64_t(exponent) - places;
  if (drop <= 0)
    return x;
  if (drop > 19)
    return 0;
  uint64_t power = kPow10[drop], q = digits / power, r = digits % power;
  if (up && r >= power - r)
    ++q;
  if (q == 0)
    return 0;
  char text[48];
  char *at = levada_put_u64(text, q);
  *at++ = 'e';
  at = levada_put_i64(at, -int64_t(places));
  double result = 0;
  levada_parse_f64(text, uint64_t(at - text), &result);
  return x < 0 ? -result : result;
}

/// An integer to 10^-places.
int64_t roundInteger(int64_t x, int32_t places, bool up) {
  if (places >= 0)
    return x;
  if (places < -19)
    return 0;
  u128 m = magnitude(x), power = pow10(-places), q = m / power;
  if (up && m % power >= power - m % power)
    ++q;
  return int64_t(withSign(q * power, x < 0));
}

levada_status roundDecimal(const levada_decimal &x, int32_t places, bool up,
                           levada_decimal *out) {
  u128 m = magnitude(x.unscaled);
  int32_t scale = x.scale;
  if (places < scale) {
    int32_t drop = scale - places;
    if (drop > 39) {
      m = 0;
    } else {
      m = up ? divPow10(m, drop) : drop > 38 ? 0 : m / pow10(drop);
    }
    scale = places;
    if (scale < 0) {
      if (m != 0 && -scale > 38)
        return LEVADA_NULL;
      m = m ? m * pow10(-scale) : 0;
      scale = 0;
    }
  }
  return rescale(m, x.unscaled < 0, scale, out->precision, out->scale, &out->unscaled);
}

/// To a whole number, towards the sign of `direction`.
levada_status wholeDecimal(const levada_decimal &x, int direction, levada_decimal *out) {
  i128 power = i128(pow10(x.scale)), q = x.unscaled / power, r = x.unscaled % power;
  if (direction < 0 ? r < 0 : r > 0)
    q += direction;
  return rescale(magnitude(q), q < 0, 0, out->precision, out->scale, &out->unscaled);
}

} // namespace

extern "C" {

/// `x` rounded to a whole number, halves away from zero.
LEVADA_FN("ROUND", pure)
int8_t levada_fn_round_i8(int8_t x) { return x; }
/// `x` rounded to `places` digits after the point (before it, when negative), halves away from zero.
LEVADA_FN("ROUND", pure)
int8_t levada_fn_round_places_i8(int8_t x, int32_t places) {
  return int8_t(roundInteger(x, places, true));
}
/// `x` rounded to a whole number, halves away from zero.
LEVADA_FN("ROUND", pure)
int16_t levada_fn_round_i16(int16_t x) { return x; }
/// `x` rounded to `places` digits after the point (before it, when negative), halves away from zero.
LEVADA_FN("ROUND", pure)
int16_t levada_fn_round_places_i16(int16_t x, int32_t places) {
  return int16_t(roundInteger(x, places, true));
}
/// `x` rounded to a whole number, halves away from zero.
LEVADA_FN("ROUND", pure)
int32_t levada_fn_round_i32(int32_t x) { return x; }
/// `x` rounded to `places` digits after the point (before it, when negative), halves away from zero.
LEVADA_FN("ROUND", pure)
int32_t levada_fn_round_places_i32(int32_t x, int32_t places) {
  return int32_t(roundInteger(x, places, true));
}
/// `x` rounded to a whole number, halves away from zero.
LEVADA_FN("ROUND", pure)
int64_t levada_fn_round_i64(int64_t x) { return x; }
/// `x` rounded to `places` digits after the point (before it, when negative), halves away from zero.
LEVADA_FN("ROUND", pure)
int64_t levada_fn_round_places_i64(int64_t x, int32_t places) {
  return int64_t(roundInteger(x, places, true));
}
/// `x` rounded to a whole number, halves away from zero.
LEVADA_FN("ROUND", pure)
float levada_fn_round_f32(float x) { return float(roundDouble(x, 0, true)); }
/// `x` rounded to `places` digits after the point (before it, when negative), halves away from zero.
LEVADA_FN("ROUND", pure)
float levada_fn_round_places_f32(float x, int32_t places) {
  return float(roundDouble(x, places, true));
}
/// `x` rounded to a whole number, halves away from zero.
LEVADA_FN("ROUND", pure)
double levada_fn_round_f64(double x) { return double(roundDouble(x, 0, true)); }
/// `x` rounded to `places` digits after the point (before it, when negative), halves away from zero.
LEVADA_FN("ROUND", pure)
double levada_fn_round_places_f64(double x, int32_t places) {
  return double(roundDouble(x, places, true));
}
/// `x` rounded to a whole number, halves away from zero.
LEVADA_FN("ROUND", pure | nullable, "(DECIMAL(p, s)) -> rule:round")
levada_status levada_fn_round_dec(levada_ctx *, const levada_decimal &x, levada_decimal *out) {
  return roundDecimal(x, 0, true, out);
}
/// `x` rounded to `places` digits after the point (before it, when negative), halves away from zero.
LEVADA_FN("ROUND", pure | nullable, "(DECIMAL(p, s), INT) -> rule:round")
levada_status levada_fn_round_places_dec(levada_ctx *, const levada_decimal &x, int32_t places,
                                       levada_decimal *out) {
  return roundDecimal(x, places, true, out);
}
/// `x` without what is after the point.
LEVADA_FN("TRUNCATE", pure)
int8_t levada_fn_truncate_i8(int8_t x) { return x; }
/// `x` cut to `places` digits after the point (before it, when negative).
LEVADA_FN("TRUNCATE", pure)
int8_t levada_fn_truncate_places_i8(int8_t x, int32_t places) {
  return int8_t(roundInteger(x, places, false));
}
/// `x` without what is after the point.
LEVADA_FN("TRUNCATE", pure)
int16_t levada_fn_truncate_i16(int16_t x) { return x; }
/// `x` cut to `places` digits after the point (before it, when negative).
LEVADA_FN("TRUNCATE", pure)
int16_t levada_fn_truncate_places_i16(int16_t x, int32_t places) {
  return int16_t(roundInteger(x, places, false));
}
/// `x` without what is after the point.
LEVADA_FN("TRUNCATE", pure)
int32_t levada_fn_truncate_i32(int32_t x) { return x; }
/// `x` cut to `places` digits after the point (before it, when negative).
LEVADA_FN("TRUNCATE", pure)
int32_t levada_fn_truncate_places_i32(int32_t x, int32_t places) {
  return int32_t(roundInteger(x, places, false));
}
/// `x` without what is after the point.
LEVADA_FN("TRUNCATE", pure)
int64_t levada_fn_truncate_i64(int64_t x) { return x; }
/// `x` cut to `places` digits after the point (before it, when negative).
LEVADA_FN("TRUNCATE", pure)
int64_t levada_fn_truncate_places_i64(int64_t x, int32_t places) {
  return int64_t(roundInteger(x, places, false));
}
/// `x` without what is after the point.
LEVADA_FN("TRUNCATE", pure)
float levada_fn_truncate_f32(float x) { return float(roundDouble(x, 0, false)); }
/// `x` cut to `places` digits after the point (before it, when negative).
LEVADA_FN("TRUNCATE", pure)
float levada_fn_truncate_places_f32(float x, int32_t places) {
  return float(roundDouble(x, places, false));
}
/// `x` without what is after the point.
LEVADA_FN("TRUNCATE", pure)
double levada_fn_truncate_f64(double x) { return double(roundDouble(x, 0, false)); }
/// `x` cut to `places` digits after the point (before it, when negative).
LEVADA_FN("TRUNCATE", pure)
double levada_fn_truncate_places_f64(double x, int32_t places) {
  return double(roundDouble(x, places, false));
}
/// `x` without what is after the point.
LEVADA_FN("TRUNCATE", pure | nullable, "(DECIMAL(p, s)) -> rule:truncate")
levada_status levada_fn_truncate_dec(levada_ctx *, const levada_decimal &x, levada_decimal *out) {
  return roundDecimal(x, 0, false, out);
}
/// `x` cut to `places` digits after the point (before it, when negative).
LEVADA_FN("TRUNCATE", pure | nullable, "(DECIMAL(p, s), INT) -> rule:truncate")
levada_status levada_fn_truncate_places_dec(levada_ctx *, const levada_decimal &x, int32_t places,
                                       levada_decimal *out) {
  return roundDecimal(x, places, false, out);
}
/// The greatest whole number that is not above `x`.
LEVADA_FN("FLOOR", pure)
int8_t levada_fn_floor_i8(int8_t x) { return x; }
/// The greatest whole number that is not above `x`.
LEVADA_FN("FLOOR", pure)
int16_t levada_fn_floor_i16(int16_t x) { return x; }
/// The greatest whole number that is not above `x`.
LEVADA_FN("FLOOR", pure)
int32_t levada_fn_floor_i32(int32_t x) { return x; }
/// The greatest whole number that is not above `x`.
LEVADA_FN("FLOOR", pure)
int64_t levada_fn_floor_i64(int64_t x) { return x; }
/// The greatest whole number that is not above `x`.
LEVADA_FN("FLOOR", pure)
float levada_fn_floor_f32(float x) { return __builtin_floorf(x); }
/// The greatest whole number that is not above `x`.
LEVADA_FN("FLOOR", pure)
double levada_fn_floor_f64(double x) { return __builtin_floor(x); }
/// The greatest whole number that is not above `x`.
LEVADA_FN("FLOOR", pure | nullable, "(DECIMAL(p, s)) -> rule:no_scale")
levada_status levada_fn_floor_dec(levada_ctx *, const levada_decimal &x, levada_decimal *out) {
  return wholeDecimal(x, -1, out);
}
/// The least whole number that is not below `x`.
LEVADA_FN("CEIL", pure)
int8_t levada_fn_ceil_i8(int8_t x) { return x; }
/// The least whole number that is not below `x`.
LEVADA_FN("CEIL", pure)
int16_t levada_fn_ceil_i16(int16_t x) { return x; }
/// The least whole number that is not below `x`.
LEVADA_FN("CEIL", pure)
int32_t levada_fn_ceil_i32(int32_t x) { return x; }
/// The least whole number that is not below `x`.
LEVADA_FN("CEIL", pure)
int64_t levada_fn_ceil_i64(int64_t x) { return x; }
/// The least whole number that is not below `x`.
LEVADA_FN("CEIL", pure)
float levada_fn_ceil_f32(float x) { return __builtin_ceilf(x); }
/// The least whole number that is not below `x`.
LEVADA_FN("CEIL", pure)
double levada_fn_ceil_f64(double x) { return __builtin_ceil(x); }
/// The least whole number that is not below `x`.
LEVADA_FN("CEIL", pure | nullable, "(DECIMAL(p, s)) -> rule:no_scale")
levada_status levada_fn_ceil_dec(levada_ctx *, const levada_decimal &x, levada_decimal *out) {
  return wholeDecimal(x, 1, out);
}
/// The least whole number that is not below `x`.
LEVADA_FN("CEILING", pure)
int8_t levada_fn_ceiling_i8(int8_t x) { return x; }
/// The least whole number that is not below `x`.
LEVADA_FN("CEILING", pure)
int16_t levada_fn_ceiling_i16(int16_t x) { return x; }
/// The least whole number that is not below `x`.
LEVADA_FN("CEILING", pure)
int32_t levada_fn_ceiling_i32(int32_t x) { return x; }
/// The least whole number that is not below `x`.
LEVADA_FN("CEILING", pure)
int64_t levada_fn_ceiling_i64(int64_t x) { return x; }
/// The least whole number that is not below `x`.
LEVADA_FN("CEILING", pure)
float levada_fn_ceiling_f32(float x) { return __builtin_ceilf(x); }
/// The least whole number that is not below `x`.
LEVADA_FN("CEILING", pure)
double levada_fn_ceiling_f64(double x) { return __builtin_ceil(x); }
/// The least whole number that is not below `x`.
LEVADA_FN("CEILING", pure | nullable, "(DECIMAL(p, s)) -> rule:no_scale")
levada_status levada_fn_ceiling_dec(levada_ctx *, const levada_decimal &x, levada_decimal *out) {
  return wholeDecimal(x, 1, out);
}
} // extern "C"
