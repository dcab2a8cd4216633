//===- ext_json_make.cpp - JSON_STRING, JSON_OBJECT, JSON_ARRAY, quoting ----===//
//
// JSON_OBJECT and JSON_ARRAY take values that are JSON already: the compiler
// puts JSON_STRING around those that are not. Timestamps are ISO-8601, bytes
// base64; a FLOAT is written as the DOUBLE it is.
//
//===----------------------------------------------------------------------===//
#include "stdlib/cast.h"
#include "stdlib/json.h"

#include <string.h>

using namespace levada::json;
using namespace levada::text;

namespace {

levada_status done(levada_ctx *ctx, const Writer &writer, levada_str *out) {
  *out = keep(ctx, writer.data, writer.size);
  return LEVADA_VALUE;
}

levada_status quotedText(levada_ctx *ctx, const char *data, uint64_t size, levada_str *out) {
  Writer writer{ctx};
  writer.quoted({data, size});
  return done(ctx, writer, out);
}

/// `at` is behind a moment written with all its digits: without zeros at the end.
levada_status moment(levada_ctx *ctx, const char *text, char *at, bool utc, levada_str *out) {
  const char *point = static_cast<const char *>(memchr(text, '.', size_t(at - text)));
  if (point) {
    while (at[-1] == '0')
      --at;
    if (at[-1] == '.')
      --at;
  }
  if (utc)
    *at++ = 'Z';
  return quotedText(ctx, text, uint64_t(at - text), out);
}

} // namespace

extern "C" {

/// `value` as JSON.
LEVADA_FN("JSON_STRING", pure)
levada_status levada_fn_json_string_bool(levada_ctx *, bool value, levada_str *out) {
  *out = value ? levada_view("true", 4) : levada_view("false", 5);
  return LEVADA_VALUE;
}
/// `value` as JSON.
LEVADA_FN("JSON_STRING", pure)
levada_status levada_fn_json_string_i64(levada_ctx *ctx, int64_t value, levada_str *out) {
  return levada_cast_i64_str(ctx, value, out);
}
/// `value` as JSON: what it is as a DOUBLE.
LEVADA_FN("JSON_STRING", pure)
levada_status levada_fn_json_string_f32(levada_ctx *ctx, float value, levada_str *out) {
  levada_str text;
  levada_cast_f64_str(ctx, double(value), &text);
  if (value - value != 0)
    return quotedText(ctx, levada_data(text), text.len, out);
  Text digits = canonical(ctx, {levada_data(text), text.len});
  *out = keep(ctx, digits.data, digits.size);
  return LEVADA_VALUE;
}
/// `value` as JSON; NaN and the infinities as strings.
LEVADA_FN("JSON_STRING", pure)
levada_status levada_fn_json_string_f64(levada_ctx *ctx, double value, levada_str *out) {
  levada_cast_f64_str(ctx, value, out);
  if (value - value != 0)
    return quotedText(ctx, levada_data(*out), out->len, out);
  return LEVADA_VALUE;
}
/// `value` as JSON, with all its digits.
LEVADA_FN("JSON_STRING", pure)
levada_status levada_fn_json_string_dec(levada_ctx *ctx, const levada_decimal &value,
                                        levada_str *out) {
  levada_str text;
  levada_cast_dec_str(ctx, &value.unscaled, value.scale, &text);
  Text digits = canonical(ctx, {levada_data(text), text.len});
  *out = keep(ctx, digits.data, digits.size);
  return LEVADA_VALUE;
}
/// `value` as a JSON string.
LEVADA_FN("JSON_STRING", pure)
levada_status levada_fn_json_string(levada_ctx *ctx, const levada_str &value, levada_str *out) {
  return quotedText(ctx, levada_data(value), value.len, out);
}
/// `value` as a JSON string, in base64.
LEVADA_FN("JSON_STRING", pure)
levada_status levada_fn_json_string_bytes(levada_ctx *ctx, const levada_bytes &value,
                                          levada_str *out) {
  static const char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *data = levada_data(value);
  Writer writer{ctx};
  writer.put('"');
  for (uint32_t i = 0; i < value.len; i += 3) {
    uint32_t left = value.len - i, group = 0;
    for (uint32_t k = 0; k < 3; ++k)
      group = group << 8 | (k < left ? uint8_t(data[i + k]) : 0);
    writer.put(letters[group >> 18]);
    writer.put(letters[group >> 12 & 63]);
    writer.put(left > 1 ? letters[group >> 6 & 63] : '=');
    writer.put(left > 2 ? letters[group & 63] : '=');
  }
  writer.put('"');
  return done(ctx, writer, out);
}
/// `value` as a JSON string, as 2020-12-31T23:59:59.5.
LEVADA_FN("JSON_STRING", pure, "(TIMESTAMP(9)) -> STRING")
levada_status levada_fn_json_string_ts9(levada_ctx *ctx, const levada_i128 &value,
                                        levada_str *out) {
  char text[64];
  return moment(ctx, text, levada_put_ts9(text, &value, 9, 'T'), false, out);
}
/// `value` as a JSON string in UTC, as 2020-12-31T23:59:59.5Z.
LEVADA_FN("JSON_STRING", pure, "(TIMESTAMP_LTZ(9)) -> STRING")
levada_status levada_fn_json_string_ltz9(levada_ctx *ctx, const levada_i128 &value,
                                         levada_str *out) {
  char text[64];
  return moment(ctx, text, levada_put_ts9(text, &value, 9, 'T'), true, out);
}

/// JSON(text): the JSON in `text` as a value of JSON_OBJECT or JSON_ARRAY; NULL of an empty text.
LEVADA_FN("JSON", pure | nullable | fails)
levada_status levada_fn_json(levada_ctx *ctx, const levada_str &text, levada_str *out) {
  const char *begin, *end;
  if (!document(text, &begin, &end)) {
    for (uint32_t i = 0; i < text.len; ++i)
      if (uint8_t(levada_data(text)[i]) > ' ')
        return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "JSON: the text is no JSON");
    return LEVADA_NULL;
  }
  Writer writer{ctx};
  writer.node(parse(ctx, begin, end));
  return done(ctx, writer, out);
}

/// JSON_OBJECT(KEY key VALUE value, … NULL | ABSENT ON NULL): an object of the values, its keys in
/// order; of equal keys the last counts. `on_null` is NULL or ABSENT, `parts` are keys and their
/// values as JSON in turn.
LEVADA_FN("JSON_OBJECT", pure)
levada_status levada_fn_json_object(levada_ctx *ctx, const levada_str &on_null,
                                    levada_args<levada_str> parts, levada_str *out) {
  bool absent = on_null.len == 6;
  Node *object = make(ctx, Kind::Object);
  for (int32_t i = 0; i + 1 < parts.count; i += 2) {
    const levada_str *key = parts.values[i], *value = parts.values[i + 1];
    if (!key || (!value && absent))
      continue;
    Node *node = make(ctx, Kind::Null);
    if (value) {
      const char *data = levada_data(*value);
      node = parse(ctx, data, data + value->len);
    }
    put(object, {levada_data(*key), key->len}, node);
  }
  Writer writer{ctx};
  writer.node(object);
  return done(ctx, writer, out);
}

/// JSON_ARRAY(value, … NULL | ABSENT ON NULL): an array of the values. `on_null` is NULL or ABSENT,
/// `values` are JSON.
LEVADA_FN("JSON_ARRAY", pure)
levada_status levada_fn_json_array(levada_ctx *ctx, const levada_str &on_null,
                                   levada_args<levada_str> values, levada_str *out) {
  bool absent = on_null.len == 6, some = false;
  Writer writer{ctx};
  writer.put('[');
  for (int32_t i = 0; i < values.count; ++i) {
    const levada_str *value = values.values[i];
    if (!value && absent)
      continue;
    if (some)
      writer.put(',');
    some = true;
    if (value)
      writer.put(levada_data(*value), value->len);
    else
      writer.put("null", 4);
  }
  writer.put(']');
  return done(ctx, writer, out);
}

/// `s` as a JSON string, in ASCII.
LEVADA_FN("JSON_QUOTE", pure)
levada_status levada_fn_json_quote(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  const char *p = levada_data(s), *end = p + s.len;
  Buffer buffer(ctx, uint64_t(s.len) * 6 + 2);
  char *at = buffer.data;
  auto hex = [&](uint32_t c) {
    *at++ = '\\', *at++ = 'u';
    for (int shift = c > 0xFFFF ? 16 : 12; shift >= 0; shift -= 4)
      *at++ = "0123456789abcdef"[c >> shift & 15];
  };
  *at++ = '"';
  while (p < end) {
    uint32_t c = readChar(p, end);
    const char *escape = c && c < 0x80 ? strchr("\"\"\\\\//\bb\ff\nn\rr\tt", int(c)) : nullptr;
    if (escape && (c < 0x20 || c == '"' || c == '\\' || c == '/')) {
      *at++ = '\\';
      *at++ = escape[1];
    } else if (c >= 0x20 && c < 0x7F) {
      *at++ = char(c);
    } else if (c >= 0x10000) {
      hex(0xD7C0 + (c >> 10));
      hex(0xDC00 | (c & 0x3FF));
    } else {
      hex(c);
    }
  }
  *at++ = '"';
  *out = buffer.finish(at);
  return LEVADA_VALUE;
}
/// The text that JSON_QUOTE made `s` of; `s` itself where it is not quoted.
LEVADA_FN("JSON_UNQUOTE", pure)
levada_status levada_fn_json_unquote(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  const char *p = levada_data(s);
  *out = s;
  if (s.len < 2 || p[0] != '"' || p[s.len - 1] != '"')
    return LEVADA_VALUE;
  Buffer buffer(ctx, s.len);
  if (char *end = unescape(p + 1, p + s.len - 1, buffer.data))
    *out = buffer.finish(end);
  return LEVADA_VALUE;
}

} // extern "C"
