//===- nested_text.cpp - values of any type as text -------------------------===//
//
// What CAST(… AS STRING) gives: (1, abc) for a ROW, [1, 2] for an ARRAY, {a=1}
// for a MAP or MULTISET, NULL for NULL, texts as they are.
//
//===----------------------------------------------------------------------===//
#include "stdlib/cast.h"
#include "stdlib/nested.h"

namespace levada::nested {
namespace {

levada_str scalarText(levada_ctx *ctx, const levada_any &value) {
  const levada_type *type = value.type;
  levada_str out = {};
  int32_t digits = type->precision;
  switch (type->kind) {
  case LEVADA_TYPE_BOOLEAN:
    levada_cast_bool_str(ctx, value.boolean, &out);
    break;
  case LEVADA_TYPE_TINYINT:
    levada_cast_i64_str(ctx, value.i8, &out);
    break;
  case LEVADA_TYPE_SMALLINT:
    levada_cast_i64_str(ctx, value.i16, &out);
    break;
  case LEVADA_TYPE_INT:
    levada_cast_i64_str(ctx, value.i32, &out);
    break;
  case LEVADA_TYPE_BIGINT:
    levada_cast_i64_str(ctx, value.i64, &out);
    break;
  case LEVADA_TYPE_FLOAT:
    levada_cast_f32_str(ctx, value.f32, &out);
    break;
  case LEVADA_TYPE_DOUBLE:
    levada_cast_f64_str(ctx, value.f64, &out);
    break;
  case LEVADA_TYPE_DECIMAL: {
    levada_i128 unscaled = type->precision <= 18 ? levada_i128(value.i64) : value.i128;
    levada_cast_dec_str(ctx, &unscaled, type->scale, &out);
    break;
  }
  case LEVADA_TYPE_DATE:
    levada_cast_date_str(ctx, value.i32, &out);
    break;
  case LEVADA_TYPE_TIME:
    levada_cast_time_str(ctx, value.i32, digits, &out);
    break;
  case LEVADA_TYPE_TIMESTAMP:
    if (digits <= 3)
      levada_cast_ts3_str(ctx, value.i64, digits, &out);
    else if (digits <= 6)
      levada_cast_ts6_str(ctx, value.i64, digits, &out);
    else
      levada_cast_ts9_str(ctx, &value.i128, digits, &out);
    break;
  case LEVADA_TYPE_TIMESTAMP_LTZ:
    if (digits <= 3)
      levada_cast_ltz3_str(ctx, value.i64, digits, &out);
    else if (digits <= 6)
      levada_cast_ltz6_str(ctx, value.i64, digits, &out);
    else
      levada_cast_ltz9_str(ctx, &value.i128, digits, &out);
    break;
  case LEVADA_TYPE_YEAR_MONTH:
    levada_cast_ym_str(ctx, value.i32, &out);
    break;
  case LEVADA_TYPE_DAY_TIME:
    levada_cast_dt_str(ctx, value.i64, &out);
    break;
  default:
    break;
  }
  return out;
}

void putText(Writer &out, const levada_any &value) {
  if (value.null)
    return out.put("NULL", 4);
  const levada_type *type = value.type;
  switch (type->kind) {
  case LEVADA_TYPE_ARRAY: {
    List list = elements(value);
    out.put('[');
    for (uint32_t i = 0; i < list.count; ++i) {
      if (i)
        out.put(", ", 2);
      putText(out, list.at(i));
    }
    return out.put(']');
  }
  case LEVADA_TYPE_MAP:
  case LEVADA_TYPE_MULTISET: {
    Entries all = entries(value);
    out.put('{');
    for (uint32_t i = 0; i < all.count(); ++i) {
      if (i)
        out.put(", ", 2);
      putText(out, all.keys.at(i));
      out.put('=');
      putText(out, all.values.at(i));
    }
    return out.put('}');
  }
  case LEVADA_TYPE_ROW:
    out.put('(');
    for (uint32_t i = 0; i < type->count; ++i) {
      if (i)
        out.put(", ", 2);
      putText(out, field(type, value.str, i));
    }
    return out.put(')');
  }
  out.put(isStr(type) ? value.str : scalarText(out.ctx, value));
}

} // namespace
} // namespace levada::nested

extern "C" void levada_any_text(levada_ctx *ctx, const levada_any *value, levada_str *out) {
  levada::nested::Writer writer(ctx);
  levada::nested::putText(writer, *value);
  *out = writer.finish();
}
