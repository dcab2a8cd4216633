//===- math.cpp - functions of numbers -------------------------------------===//
//
// Integers wrap as Java's do. Decimals stay exact; elementary functions of
// anything are those of DOUBLE.
//
//===----------------------------------------------------------------------===//
#include "stdlib/cast.h"
#include "stdlib/int128.h"

#include <math.h>

using namespace levada::num;

namespace {

levada_status divisionByZero(levada_ctx *ctx) {
  return LEVADA_FAIL(ctx, LEVADA_E_DIVISION, "division by zero");
}

/// Java's pow: 1 to the power of NaN or an infinity is NaN.
double power(double base, double exponent) {
  if (exponent != exponent || ((base == 1 || base == -1) && isinf(exponent)))
    return __builtin_nan("");
  return pow(base, exponent);
}

} // namespace

extern "C" {

#define LEVADA_ABS_INTEGER(SUFFIX, T, U)                                       \
  LEVADA_FN("ABS", pure)                                                       \
  T levada_fn_abs_##SUFFIX(T x) { return x < 0 ? T(U(0) - U(x)) : x; }
/// `x` without its sign; the smallest number stays as it is.
LEVADA_ABS_INTEGER(i8, int8_t, uint8_t)
/// `x` without its sign; the smallest number stays as it is.
LEVADA_ABS_INTEGER(i16, int16_t, uint16_t)
/// `x` without its sign; the smallest number stays as it is.
LEVADA_ABS_INTEGER(i32, int32_t, uint32_t)
/// `x` without its sign; the smallest number stays as it is.
LEVADA_ABS_INTEGER(i64, int64_t, uint64_t)
/// `x` without its sign.
LEVADA_FN("ABS", pure)
float levada_fn_abs_f32(float x) { return __builtin_fabsf(x); }
/// `x` without its sign.
LEVADA_FN("ABS", pure)
double levada_fn_abs_f64(double x) { return __builtin_fabs(x); }
/// `x` without its sign.
LEVADA_FN("ABS", pure, "(DECIMAL(p, s)) -> rule:arg0")
levada_status levada_fn_abs_dec(levada_ctx *, const levada_decimal &x, levada_decimal *out) {
  out->unscaled = i128(magnitude(x.unscaled));
  return LEVADA_VALUE;
}

#define LEVADA_MOD_INTEGER(SUFFIX, T)                                          \
  LEVADA_FN("MOD", pure | fails)                                               \
  levada_status levada_fn_mod_##SUFFIX(levada_ctx *ctx, T a, T b, T *out) {    \
    if (b == 0)                                                                \
      return divisionByZero(ctx);                                              \
    *out = b == -1 ? T(0) : T(a % b);                                          \
    return LEVADA_VALUE;                                                       \
  }
/// What is left of `a` divided by `b`, with the sign of `a`.
LEVADA_MOD_INTEGER(i8, int8_t)
/// What is left of `a` divided by `b`, with the sign of `a`.
LEVADA_MOD_INTEGER(i16, int16_t)
/// What is left of `a` divided by `b`, with the sign of `a`.
LEVADA_MOD_INTEGER(i32, int32_t)
/// What is left of `a` divided by `b`, with the sign of `a`.
LEVADA_MOD_INTEGER(i64, int64_t)
/// What is left of `a` divided by `b`, with the sign of `a`.
LEVADA_FN("MOD", pure)
double levada_fn_mod_f64(double a, double b) { return fmod(a, b); }
/// What is left of `a` divided by `b`, with the sign of `a`.
LEVADA_FN("MOD", pure | nullable | fails, "(DECIMAL(p, s), DECIMAL(p, s)) -> rule:mod")
levada_status levada_fn_mod_dec(levada_ctx *ctx, const levada_decimal &a, const levada_decimal &b,
                                levada_decimal *out) {
  return levada_dec_mod(ctx, &a.unscaled, a.scale, &b.unscaled, b.scale, out->precision,
                        out->scale, &out->unscaled);
}

#define LEVADA_SIGN(SUFFIX, T)                                                 \
  LEVADA_FN("SIGN", pure)                                                      \
  T levada_fn_sign_##SUFFIX(T x) { return T((x > 0) - (x < 0)); }
/// -1, 0 or 1 with the sign of `x`.
LEVADA_SIGN(i8, int8_t)
/// -1, 0 or 1 with the sign of `x`.
LEVADA_SIGN(i16, int16_t)
/// -1, 0 or 1 with the sign of `x`.
LEVADA_SIGN(i32, int32_t)
/// -1, 0 or 1 with the sign of `x`.
LEVADA_SIGN(i64, int64_t)
/// -1, 0 or 1 with the sign of `x`; NaN of NaN.
LEVADA_FN("SIGN", pure)
float levada_fn_sign_f32(float x) { return x > 0 ? 1.0f : x < 0 ? -1.0f : x; }
/// -1, 0 or 1 with the sign of `x`; NaN of NaN.
LEVADA_FN("SIGN", pure)
double levada_fn_sign_f64(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }
/// -1, 0 or 1 with the sign of `x`; NULL where the type has no room for a 1.
LEVADA_FN("SIGN", pure | nullable, "(DECIMAL(p, s)) -> rule:arg0")
levada_status levada_fn_sign_dec(levada_ctx *, const levada_decimal &x, levada_decimal *out) {
  return rescale(x.unscaled != 0, x.unscaled < 0, 0, out->precision, out->scale, &out->unscaled);
}

/// `base` to the power of `exponent`.
LEVADA_FN("POWER", pure)
double levada_fn_power(double base, double exponent) { return power(base, exponent); }
/// Square root of `x`; NaN of a negative one.
LEVADA_FN("SQRT", pure)
double levada_fn_sqrt(double x) { return __builtin_sqrt(x) + 0.0; } // of -0 too: 0
/// e to the power of `x`.
LEVADA_FN("EXP", pure)
double levada_fn_exp(double x) { return exp(x); }
/// Natural logarithm of `x`.
LEVADA_FN("LN", pure)
double levada_fn_ln(double x) { return log(x); }
/// Natural logarithm of `x`.
LEVADA_FN("LOG", pure)
double levada_fn_log(double x) { return log(x); }
/// Logarithm of `x` to `base`.
LEVADA_FN("LOG", pure)
double levada_fn_log_base(double base, double x) { return log(x) / log(base); }
/// Logarithm of `x` to base 10.
LEVADA_FN("LOG10", pure)
double levada_fn_log10(double x) { return log10(x); }
/// Logarithm of `x` to base 2.
LEVADA_FN("LOG2", pure)
double levada_fn_log2(double x) { return log(x) / 0x1.62e42fefa39efp-1; }
/// Sine of `x` in radians.
LEVADA_FN("SIN", pure)
double levada_fn_sin(double x) { return sin(x); }
/// Cosine of `x` in radians.
LEVADA_FN("COS", pure)
double levada_fn_cos(double x) { return cos(x); }
/// Tangent of `x` in radians.
LEVADA_FN("TAN", pure)
double levada_fn_tan(double x) { return tan(x); }
/// Cotangent of `x` in radians.
LEVADA_FN("COT", pure)
double levada_fn_cot(double x) { return 1.0 / tan(x); }
/// Arc sine of `x`, in radians.
LEVADA_FN("ASIN", pure)
double levada_fn_asin(double x) { return asin(x); }
/// Arc cosine of `x`, in radians.
LEVADA_FN("ACOS", pure)
double levada_fn_acos(double x) { return acos(x); }
/// Arc tangent of `x`, in radians.
LEVADA_FN("ATAN", pure)
double levada_fn_atan(double x) { return atan(x); }
/// Angle of the point (`x`, `y`), in radians.
LEVADA_FN("ATAN2", pure)
double levada_fn_atan2(double y, double x) { return atan2(y, x); }
/// Hyperbolic sine of `x`.
LEVADA_FN("SINH", pure)
double levada_fn_sinh(double x) { return sinh(x); }
/// Hyperbolic cosine of `x`.
LEVADA_FN("COSH", pure)
double levada_fn_cosh(double x) { return cosh(x); }
/// Hyperbolic tangent of `x`.
LEVADA_FN("TANH", pure)
double levada_fn_tanh(double x) { return tanh(x); }
/// `x` radians in degrees.
LEVADA_FN("DEGREES", pure)
double levada_fn_degrees(double x) { return x * 57.29577951308232; }
/// `x` degrees in radians.
LEVADA_FN("RADIANS", pure)
double levada_fn_radians(double x) { return x * 0.017453292519943295; }
/// The number pi.
LEVADA_FN("PI", pure)
double levada_fn_pi() { return 0x1.921fb54442d18p+1; }
/// Euler's number.
LEVADA_FN("E", pure)
double levada_fn_e() { return 0x1.5bf0a8b145769p+1; }

} // extern "C"
