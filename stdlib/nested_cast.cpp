//===- nested_cast.cpp - CAST by the types at run time ----------------------===//
//
// What codegen/lower/Cast.cpp does for types known when compiling, here for the
// values inside nested ones: part by part, each scalar by the function of
// cast.h. A value is kept as it is where both types hold it alike.
//
//===----------------------------------------------------------------------===//
#include "stdlib/cast.h"
#include "stdlib/java_map.h"
#include "stdlib/nested.h"

namespace levada::nested {
namespace {

bool isInteger(const levada_type *type) {
  return type->kind >= LEVADA_TYPE_TINYINT && type->kind <= LEVADA_TYPE_BIGINT;
}
bool isFloat(const levada_type *type) {
  return type->kind == LEVADA_TYPE_FLOAT || type->kind == LEVADA_TYPE_DOUBLE;
}
bool isTimestamp(const levada_type *type) {
  return type->kind == LEVADA_TYPE_TIMESTAMP || type->kind == LEVADA_TYPE_TIMESTAMP_LTZ;
}
int unitOf(const levada_type *type) {
  return type->precision <= 3 ? 3 : type->precision <= 6 ? 6 : 9;
}

int64_t integerOf(const levada_any &value) {
  switch (value.type->kind) {
  case LEVADA_TYPE_BOOLEAN:
    return value.boolean;
  case LEVADA_TYPE_TINYINT:
    return value.i8;
  case LEVADA_TYPE_SMALLINT:
    return value.i16;
  case LEVADA_TYPE_INT:
  case LEVADA_TYPE_DATE:
  case LEVADA_TYPE_TIME:
  case LEVADA_TYPE_YEAR_MONTH:
    return value.i32;
  default:
    return value.i64;
  }
}
/// Wraps, as Java's casts do.
void setInteger(levada_any &value, int64_t number) {
  switch (value.type->kind) {
  case LEVADA_TYPE_TINYINT:
    value.i8 = int8_t(number);
    break;
  case LEVADA_TYPE_SMALLINT:
    value.i16 = int16_t(number);
    break;
  case LEVADA_TYPE_INT:
  case LEVADA_TYPE_YEAR_MONTH:
    value.i32 = int32_t(number);
    break;
  default:
    value.i64 = number;
  }
}
levada_i128 decimalOf(const levada_any &value) {
  return value.type->precision <= 18 ? levada_i128(value.i64) : value.i128;
}
void setDecimal(levada_any &value, levada_i128 unscaled) {
  if (value.type->precision <= 18)
    value.i64 = int64_t(unscaled);
  else
    value.i128 = unscaled;
}

/// A text cut or padded to the length of its type.
levada_status fitText(levada_ctx *ctx, const levada_type *from, levada_str text, levada_any *to) {
  const levada_type *type = to->type;
  bool same = from->kind == type->kind && from->precision == type->precision;
  if (type->precision == INT32_MAX || same) {
    to->str = text;
    return LEVADA_VALUE;
  }
  switch (type->kind) {
  case LEVADA_TYPE_CHAR:
    return levada_cast_str_char(ctx, &text, type->precision, &to->str);
  case LEVADA_TYPE_VARCHAR:
    return levada_cast_str_varchar(ctx, &text, type->precision, &to->str);
  case LEVADA_TYPE_BINARY:
    return levada_cast_bytes_binary(ctx, &text, type->precision, &to->str);
  default:
    return levada_cast_bytes_varbinary(ctx, &text, type->precision, &to->str);
  }
}

/// `ctx` is null where an error is not reported (TRY_CAST); `real` never is.
levada_status fromText(levada_ctx *ctx, levada_ctx *real, const levada_str *text, levada_any *to) {
  const levada_type *type = to->type;
  int32_t digits = type->precision;
  switch (type->kind) {
  case LEVADA_TYPE_BOOLEAN:
    return levada_cast_str_bool(ctx, text, &to->boolean);
  case LEVADA_TYPE_TINYINT:
    return levada_cast_str_i8(ctx, text, &to->i8);
  case LEVADA_TYPE_SMALLINT:
    return levada_cast_str_i16(ctx, text, &to->i16);
  case LEVADA_TYPE_INT:
    return levada_cast_str_i32(ctx, text, &to->i32);
  case LEVADA_TYPE_BIGINT:
    return levada_cast_str_i64(ctx, text, &to->i64);
  case LEVADA_TYPE_FLOAT:
    return levada_cast_str_f32(ctx, text, &to->f32);
  case LEVADA_TYPE_DOUBLE:
    return levada_cast_str_f64(ctx, text, &to->f64);
  case LEVADA_TYPE_DECIMAL: {
    levada_i128 unscaled = 0;
    levada_status status = levada_cast_str_dec(ctx, text, digits, type->scale, &unscaled);
    if (status == LEVADA_VALUE)
      setDecimal(*to, unscaled);
    return status;
  }
  case LEVADA_TYPE_DATE:
    return levada_cast_str_date(ctx, text, &to->i32);
  case LEVADA_TYPE_TIME:
    return levada_cast_str_time(ctx, text, &to->i32);
  case LEVADA_TYPE_TIMESTAMP:
    return digits <= 3   ? levada_cast_str_ts3(ctx, text, digits, &to->i64)
           : digits <= 6 ? levada_cast_str_ts6(ctx, text, digits, &to->i64)
                         : levada_cast_str_ts9(ctx, text, digits, &to->i128);
  case LEVADA_TYPE_TIMESTAMP_LTZ:
    return digits <= 3   ? levada_cast_str_ltz3(ctx, real, text, digits, &to->i64)
           : digits <= 6 ? levada_cast_str_ltz6(ctx, real, text, digits, &to->i64)
                         : levada_cast_str_ltz9(ctx, real, text, digits, &to->i128);
  default:
    return LEVADA_FAIL(real, LEVADA_E_CAST, "text cannot become a value of this type");
  }
}

levada_status toInteger(levada_ctx *ctx, const levada_any &from, levada_any *to) {
  int64_t number = integerOf(from);
  if (from.type->kind == LEVADA_TYPE_DECIMAL) {
    levada_i128 unscaled = decimalOf(from);
    levada_status status = levada_cast_dec_i64(ctx, &unscaled, from.type->scale, &number);
    if (status != LEVADA_VALUE)
      return status;
  } else if (isFloat(from.type)) {
    // BIGINT saturates at its own limits, smaller ones go through INT.
    int32_t narrow = 0;
    bool single = from.type->kind == LEVADA_TYPE_FLOAT;
    if (to->type->kind == LEVADA_TYPE_BIGINT) {
      single ? levada_cast_f32_i64(ctx, from.f32, &number) : levada_cast_f64_i64(ctx, from.f64, &number);
    } else {
      single ? levada_cast_f32_i32(ctx, from.f32, &narrow) : levada_cast_f64_i32(ctx, from.f64, &narrow);
      number = narrow;
    }
  }
  setInteger(*to, number);
  return LEVADA_VALUE;
}

levada_status toFloat(levada_ctx *ctx, const levada_any &from, levada_any *to) {
  bool single = to->type->kind == LEVADA_TYPE_FLOAT;
  if (from.type->kind == LEVADA_TYPE_DECIMAL) {
    levada_i128 unscaled = decimalOf(from);
    return single ? levada_cast_dec_f32(ctx, &unscaled, from.type->scale, &to->f32)
                  : levada_cast_dec_f64(ctx, &unscaled, from.type->scale, &to->f64);
  }
  if (from.type->kind == LEVADA_TYPE_FLOAT || from.type->kind == LEVADA_TYPE_DOUBLE) {
    double value = from.type->kind == LEVADA_TYPE_FLOAT ? double(from.f32) : from.f64;
    single ? void(to->f32 = float(value)) : void(to->f64 = value);
  } else {
    int64_t value = integerOf(from);
    single ? void(to->f32 = float(value)) : void(to->f64 = double(value));
  }
  return LEVADA_VALUE;
}

levada_status toDecimal(levada_ctx *ctx, const levada_any &from, levada_any *to) {
  int32_t precision = to->type->precision, scale = to->type->scale;
  levada_i128 unscaled = 0;
  levada_status status;
  switch (from.type->kind) {
  case LEVADA_TYPE_DECIMAL: {
    levada_i128 value = decimalOf(from);
    status = levada_cast_dec_dec(ctx, &value, from.type->scale, precision, scale, &unscaled);
    break;
  }
  case LEVADA_TYPE_FLOAT:
    status = levada_cast_f32_dec(ctx, from.f32, precision, scale, &unscaled);
    break;
  case LEVADA_TYPE_DOUBLE:
    status = levada_cast_f64_dec(ctx, from.f64, precision, scale, &unscaled);
    break;
  case LEVADA_TYPE_BOOLEAN:
    status = levada_cast_bool_dec(ctx, from.boolean, precision, scale, &unscaled);
    break;
  default:
    status = levada_cast_i64_dec(ctx, integerOf(from), precision, scale, &unscaled);
  }
  if (status == LEVADA_VALUE)
    setDecimal(*to, unscaled);
  return status;
}

/// A timestamp as a number of its unit.
levada_i128 momentOf(const levada_any &value) {
  return unitOf(value.type) == 9 ? value.i128 : levada_i128(value.i64);
}
levada_i128 reunit(levada_i128 value, int have, int want) {
  for (; have < want; have += 3)
    value *= 1000;
  for (; have > want; have -= 3)
    value = value / 1000 - (value % 1000 < 0);
  return value;
}
/// Sets a timestamp of `unit`, cut to the digits of its type.
void setMoment(levada_any &to, levada_i128 value, int unit) {
  int digits = to.type->precision, own = unitOf(to.type);
  value = reunit(value, unit, own);
  levada_i128 cut = 1;
  for (int i = digits; i < own; ++i)
    cut *= 10;
  levada_i128 rest = value % cut;
  value -= rest < 0 ? rest + cut : rest;
  if (own == 9)
    to.i128 = value;
  else
    to.i64 = int64_t(value);
}

levada_status toMoment(levada_ctx *ctx, const levada_any &from, levada_any *to) {
  bool ltz = to->type->kind == LEVADA_TYPE_TIMESTAMP_LTZ;
  if (!isTimestamp(from.type)) {
    int64_t ms = 0;
    levada_status status =
        from.type->kind == LEVADA_TYPE_DATE
            ? (ltz ? levada_cast_date_ltz3(ctx, from.i32, &ms) : levada_cast_date_ts3(ctx, from.i32, &ms))
            : (ltz ? levada_cast_time_ltz3(ctx, from.i32, &ms) : levada_cast_time_ts3(ctx, from.i32, &ms));
    if (status == LEVADA_VALUE)
      setMoment(*to, ms, 3);
    return status;
  }
  levada_i128 value = reunit(momentOf(from), unitOf(from.type), 9);
  if (from.type->kind != to->type->kind) {
    levada_i128 moved = 0;
    levada_status status =
        ltz ? levada_cast_ts9_ltz9(ctx, &value, &moved) : levada_cast_ltz9_ts9(ctx, &value, &moved);
    if (status != LEVADA_VALUE)
      return status;
    value = moved;
  }
  setMoment(*to, value, 9);
  return LEVADA_VALUE;
}

levada_status toDateOrTime(levada_ctx *ctx, const levada_any &from, levada_any *to) {
  levada_status status = LEVADA_VALUE;
  bool date = to->type->kind == LEVADA_TYPE_DATE;
  if (from.type->kind == to->type->kind) {
    to->i32 = from.i32;
  } else {
    int64_t ms = int64_t(reunit(momentOf(from), unitOf(from.type), 3));
    bool ltz = from.type->kind == LEVADA_TYPE_TIMESTAMP_LTZ;
    status = date ? (ltz ? levada_cast_ltz3_date(ctx, ms, &to->i32) : levada_cast_ts3_date(ctx, ms, &to->i32))
                  : (ltz ? levada_cast_ltz3_time(ctx, ms, &to->i32) : levada_cast_ts3_time(ctx, ms, &to->i32));
  }
  if (status == LEVADA_VALUE && !date && to->type->precision < 3)
    to->i32 = levada_cast_time_digits(to->i32, to->type->precision);
  return status;
}

struct Caster {
  levada_ctx *ctx;
  bool isTry;

  levada_status one(const levada_any &from, levada_any *to);
  levada_status list(const List &from, const levada_type *to, Values &out);

private:
  levada_status nested(const levada_any &from, levada_any *to);
};

levada_status Caster::list(const List &from, const levada_type *to, Values &out) {
  for (uint32_t i = 0; i < from.count; ++i) {
    levada_any value = null(to);
    if (levada_any element = from.at(i); !element.null) {
      levada_status status = one(element, &value);
      if (status == LEVADA_ERROR || (status == LEVADA_NULL && isTry))
        return status;
      value.null = status == LEVADA_NULL;
    }
    out.add(value);
  }
  return LEVADA_VALUE;
}

levada_status Caster::nested(const levada_any &from, levada_any *to) {
  const levada_type *type = to->type;
  if (from.type->kind == LEVADA_TYPE_ROW) {
    Values fields(ctx, type->count + 1);
    for (uint32_t i = 0; i < type->count; ++i) {
      levada_any value = null(type->children[i]);
      if (levada_any part = field(from.type, from.str, i); !part.null) {
        levada_status status = one(part, &value);
        if (status == LEVADA_ERROR || (status == LEVADA_NULL && isTry))
          return status;
        value.null = status == LEVADA_NULL;
      }
      fields.add(value);
    }
    return levada_nested_row(ctx, type, fields.data, &to->str);
  }
  if (from.type->kind == LEVADA_TYPE_ARRAY) {
    List all = elements(from);
    Values values(ctx, all.count + 1);
    levada_status status = list(all, type->children[0], values);
    return status != LEVADA_VALUE ? status
                                  : makeArray(ctx, type->children[0], values.data, values.count, &to->str);
  }
  Entries all = entries(from);
  const levada_type *valueType = type->kind == LEVADA_TYPE_MAP ? type->children[1] : &kCountType;
  Values keys(ctx, all.count() + 1), values(ctx, all.count() + 1);
  levada_status status = list(all.keys, type->children[0], keys);
  if (status == LEVADA_VALUE)
    status = list(all.values, valueType, values);
  if (status != LEVADA_VALUE)
    return status;
  // Keys that differed may be equal now.
  Index distinct(ctx);
  Values kept(ctx, all.count() + 1);
  for (uint32_t i = 0; i < keys.count; ++i) {
    bool fresh;
    uint32_t number = distinct.add(keys.data[i], &fresh);
    if (fresh)
      kept.add(values.data[i]);
    else
      kept.data[number] = values.data[i];
  }
  javaOrder(distinct.values, kept, kJavaRoom);
  return makeMap(ctx, distinct.values.data, kept.data, type->children[0], valueType, kept.count,
                 &to->str);
}

levada_status Caster::one(const levada_any &from, levada_any *to) {
  to->null = false;
  const levada_type *type = to->type;
  if (isNested(from.type) && isNested(type))
    return nested(from, to);
  if (isStr(type)) {
    levada_str text = from.str;
    if (!isStr(from.type) || isNested(from.type))
      levada_any_text(ctx, &from, &text);
    return fitText(ctx, from.type, text, to);
  }
  if (isStr(from.type)) {
    levada_status status = fromText(isTry ? nullptr : ctx, ctx, &from.str, to);
    return isTry && status == LEVADA_ERROR ? levada_status(LEVADA_NULL) : status;
  }
  if (isInteger(type) || type->kind == LEVADA_TYPE_YEAR_MONTH || type->kind == LEVADA_TYPE_DAY_TIME)
    return toInteger(ctx, from, to);
  if (isFloat(type))
    return toFloat(ctx, from, to);
  if (type->kind == LEVADA_TYPE_DECIMAL)
    return toDecimal(ctx, from, to);
  if (type->kind == LEVADA_TYPE_BOOLEAN) {
    to->boolean = from.type->kind == LEVADA_TYPE_FLOAT     ? from.f32 != 0
                  : from.type->kind == LEVADA_TYPE_DOUBLE  ? from.f64 != 0
                  : from.type->kind == LEVADA_TYPE_DECIMAL ? decimalOf(from) != 0
                                                           : integerOf(from) != 0;
    return LEVADA_VALUE;
  }
  return isTimestamp(type) ? toMoment(ctx, from, to) : toDateOrTime(ctx, from, to);
}

} // namespace

int compare(const levada_any &a, const levada_any &b) {
  const levada_type *type = a.type;
  auto order = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  // NaN stands behind all other numbers, -0.0 before 0.0, as in Java.
  auto floats = [&](auto x, auto y) {
    if (x != x || y != y)
      return order(x != x, y != y);
    return x == y ? order(__builtin_signbit(y) != 0, __builtin_signbit(x) != 0) : order(x, y);
  };
  switch (type->kind) {
  case LEVADA_TYPE_FLOAT:
    return floats(a.f32, b.f32);
  case LEVADA_TYPE_DOUBLE:
    return floats(a.f64, b.f64);
  case LEVADA_TYPE_DECIMAL:
    return order(decimalOf(a), decimalOf(b));
  case LEVADA_TYPE_TIMESTAMP:
  case LEVADA_TYPE_TIMESTAMP_LTZ:
    return order(momentOf(a), momentOf(b));
  }
  if (isStr(type)) {
    uint32_t least = a.str.len < b.str.len ? a.str.len : b.str.len;
    int bytes = __builtin_memcmp(levada_data(a.str), levada_data(b.str), least);
    return bytes ? (bytes < 0 ? -1 : 1) : order(a.str.len, b.str.len);
  }
  return order(integerOf(a), integerOf(b));
}

} // namespace levada::nested

extern "C" levada_status levada_any_cast(levada_ctx *ctx, const levada_any *from, levada_any *to,
                                         bool is_try) {
  return levada::nested::Caster{ctx, is_try}.one(*from, to);
}
