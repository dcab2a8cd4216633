//===- ext_json_nested.cpp - nested values in the JSON functions ------------===//
//
// JSON_STRING of rows, arrays and maps: their scalars as JSON_STRING writes
// them. JSON_QUERY … RETURNING ARRAY<STRING>: the elements of what it finds.
//
//===----------------------------------------------------------------------===//
#include "stdlib/cast.h"
#include "stdlib/json.h"
#include "stdlib/nested.h"

#include <string.h>

namespace json = levada::json;
using namespace levada::nested;

extern "C" {
levada_status levada_fn_json_string_bool(levada_ctx *ctx, bool value, levada_str *out);
levada_status levada_fn_json_string_i64(levada_ctx *ctx, int64_t value, levada_str *out);
levada_status levada_fn_json_string_f32(levada_ctx *ctx, float value, levada_str *out);
levada_status levada_fn_json_string_f64(levada_ctx *ctx, double value, levada_str *out);
levada_status levada_fn_json_string_dec(levada_ctx *ctx, const levada_decimal &value, levada_str *out);
levada_status levada_fn_json_string(levada_ctx *ctx, const levada_str &value, levada_str *out);
levada_status levada_fn_json_string_bytes(levada_ctx *ctx, const levada_bytes &value, levada_str *out);
levada_status levada_fn_json_string_ts9(levada_ctx *ctx, const levada_i128 &value, levada_str *out);
levada_status levada_fn_json_string_ltz9(levada_ctx *ctx, const levada_i128 &value, levada_str *out);
levada_status levada_fn_json_query_or(levada_ctx *ctx, const levada_str &json,
                                      const levada_str &path, const levada_str &wrapper,
                                      const levada_str &on_empty, const levada_str &on_error,
                                      levada_str *out);
}

namespace {

levada_str scalar(levada_ctx *ctx, const levada_any &value) {
  const levada_type *type = value.type;
  levada_str out = {};
  switch (type->kind) {
  case LEVADA_TYPE_BOOLEAN:
    levada_fn_json_string_bool(ctx, value.boolean, &out);
    return out;
  case LEVADA_TYPE_TINYINT:
    levada_fn_json_string_i64(ctx, value.i8, &out);
    return out;
  case LEVADA_TYPE_SMALLINT:
    levada_fn_json_string_i64(ctx, value.i16, &out);
    return out;
  case LEVADA_TYPE_INT:
    levada_fn_json_string_i64(ctx, value.i32, &out);
    return out;
  case LEVADA_TYPE_BIGINT:
    levada_fn_json_string_i64(ctx, value.i64, &out);
    return out;
  case LEVADA_TYPE_FLOAT:
    levada_fn_json_string_f32(ctx, value.f32, &out);
    return out;
  case LEVADA_TYPE_DOUBLE:
    levada_fn_json_string_f64(ctx, value.f64, &out);
    return out;
  case LEVADA_TYPE_DECIMAL:
    levada_fn_json_string_dec(ctx,
                              {type->precision <= 18 ? levada_i128(value.i64) : value.i128,
                               type->precision, type->scale},
                              &out);
    return out;
  case LEVADA_TYPE_BINARY:
  case LEVADA_TYPE_VARBINARY: {
    levada_bytes bytes;
    static_cast<levada_str &>(bytes) = value.str;
    levada_fn_json_string_bytes(ctx, bytes, &out);
    return out;
  }
  case LEVADA_TYPE_TIMESTAMP:
  case LEVADA_TYPE_TIMESTAMP_LTZ: {
    levada_i128 nanos = type->precision <= 3   ? levada_i128(value.i64) * 1000000
                        : type->precision <= 6 ? levada_i128(value.i64) * 1000
                                               : value.i128;
    type->kind == LEVADA_TYPE_TIMESTAMP ? levada_fn_json_string_ts9(ctx, nanos, &out)
                                        : levada_fn_json_string_ltz9(ctx, nanos, &out);
    return out;
  }
  case LEVADA_TYPE_CHAR:
  case LEVADA_TYPE_VARCHAR:
    levada_fn_json_string(ctx, value.str, &out);
    return out;
  default: { // dates, times of day, intervals: their text
    levada_str text = {};
    levada_any_text(ctx, &value, &text);
    levada_fn_json_string(ctx, text, &out);
    return out;
  }
  }
}

/// The name of a member: text as it is, anything else as CAST makes it one.
void key(json::Writer &out, const levada_any &value) {
  levada_str name = value.str;
  if (value.null || !isText(value.type))
    levada_any_text(out.ctx, &value, &name);
  out.quoted({levada_data(name), name.len});
  out.put(':');
}

void write(json::Writer &out, const levada_any &value) {
  if (value.null)
    return out.put("null");
  const levada_type *type = value.type;
  switch (type->kind) {
  case LEVADA_TYPE_ROW:
    out.put('{');
    for (uint32_t i = 0; i < type->count; ++i) {
      if (i)
        out.put(',');
      out.quoted({type->names[i], strlen(type->names[i])});
      out.put(':');
      write(out, field(type, value.str, i));
    }
    return out.put('}');
  case LEVADA_TYPE_ARRAY: {
    List list = elements(value);
    out.put('[');
    for (uint32_t i = 0; i < list.count; ++i) {
      if (i)
        out.put(',');
      write(out, list.at(i));
    }
    return out.put(']');
  }
  case LEVADA_TYPE_MAP:
  case LEVADA_TYPE_MULTISET: {
    Entries all = entries(value);
    out.put('{');
    for (uint32_t i = 0; i < all.count(); ++i) {
      if (i)
        out.put(',');
      key(out, all.keys.at(i));
      write(out, all.values.at(i));
    }
    return out.put('}');
  }
  }
  levada_str text = scalar(out.ctx, value);
  out.put(levada_data(text), text.len);
}

/// `value` with the keys of objects in order, as the functions write them.
levada_status written(levada_ctx *ctx, const levada_any &value, levada_str *out) {
  json::Writer text{ctx}, sorted{ctx};
  write(text, value);
  sorted.node(json::parse(ctx, text.data, text.data + text.size));
  *out = sorted.finish();
  return LEVADA_VALUE;
}

} // namespace

extern "C" {

/// `value` as a JSON array.
LEVADA_FN("JSON_STRING", pure, "(ARRAY<T>) -> STRING")
levada_status levada_fn_json_string_array(levada_ctx *ctx, const levada_any &value,
                                          levada_str *out) {
  return written(ctx, value, out);
}
/// `value` as a JSON object.
LEVADA_FN("JSON_STRING", pure, "(MAP<K, V>) -> STRING")
levada_status levada_fn_json_string_map(levada_ctx *ctx, const levada_any &value, levada_str *out) {
  return written(ctx, value, out);
}
/// `value` as a JSON object of how often each element is in it.
LEVADA_FN("JSON_STRING", pure, "(MULTISET<T>) -> STRING")
levada_status levada_fn_json_string_multiset(levada_ctx *ctx, const levada_any &value,
                                             levada_str *out) {
  return written(ctx, value, out);
}
/// `value`, a row, as a JSON object of its fields.
LEVADA_FN("JSON_STRING", pure, "(T) -> STRING")
levada_status levada_fn_json_string_any(levada_ctx *ctx, const levada_any &value, levada_str *out) {
  return written(ctx, value, out);
}

/// JSON_QUERY(json, path RETURNING ARRAY<STRING> … WRAPPER … ON EMPTY … ON ERROR): the elements of
/// the array at `path`, texts as they are and anything else as JSON; NULL for null.
LEVADA_FN("JSON_QUERY ARRAY", pure | nullable | fails,
          "(STRING, STRING, STRING, STRING, STRING) -> ARRAY<STRING>")
levada_status levada_fn_json_query_array(levada_ctx *ctx, const levada_str &json_text,
                                         const levada_str &path, const levada_str &wrapper,
                                         const levada_str &on_empty, const levada_str &on_error,
                                         levada_any *out) {
  levada_str found;
  levada_status status =
      levada_fn_json_query_or(ctx, json_text, path, wrapper, on_empty, on_error, &found);
  if (status != LEVADA_VALUE)
    return status;
  const char *begin = levada_data(found);
  json::Node *root = json::parse(ctx, begin, begin + found.len);
  if (root->kind != json::Kind::Array)
    return levada_data(on_error)[0] == 'E' ? LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "JSON_QUERY: no array is there")
                                           : levada_status(LEVADA_NULL);
  const levada_type *type = out->type->children[0];
  Values values(ctx);
  for (json::Node *node = root->first; node; node = node->next) {
    levada_any value = null(type);
    if (node->kind == json::Kind::String) {
      value.null = false;
      value.str = levada_view(node->text.data, uint32_t(node->text.size));
    } else if (node->kind != json::Kind::Null) {
      json::Writer writer{ctx};
      writer.node(node);
      value.null = false;
      value.str = writer.finish();
    }
    values.add(value);
  }
  return makeArray(ctx, type, values.data, values.count, &out->str);
}

} // extern "C"
