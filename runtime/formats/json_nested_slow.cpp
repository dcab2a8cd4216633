//===- json_nested_slow.cpp - JSON to nested values and back ---------------===//
//
// A value is checked as JSON once, then read by its type: objects for ROW, MAP
// and MULTISET, arrays for ARRAY. A field that is not there is NULL, unknown
// ones are skipped, the last of equal keys counts. What has no meaning for its
// type makes the record bad, and the reason says where it stands. NOT NULL inside
// a nested type is not checked, as in Flink.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/json.h"
#include "stdlib/java_map.h"
#include "stdlib/nested.h"
#include "stdlib/text.h"

#include <string.h>

using namespace levada::formats;
using namespace levada::nested;

namespace {

constexpr levada_type string_type = {LEVADA_TYPE_VARCHAR, true, 8, 0, INT32_MAX, 0, 0, nullptr, nullptr, nullptr, "STRING"};

const char *skip_space(const char *p) {
  while (*p == ' ' || *p == '\t' || *p == '\r')
    ++p;
  return p;
}

/// The way to the value at hand, for messages: links of the C stack.
struct Step {
  const Step *above;
  const char *name;    ///< of a field or key, or null
  uint64_t size, index; ///< of the name; of an element, from 1
};

struct Reader {
  levada_json *json;

  levada_status value(const levada_type *type, const Step *step, levada_any *out);

private:
  levada_status scalar(const levada_type *type, levada_any *out);
  levada_status nested(const levada_type *type, const Step *step, levada_any *out);
  levada_status row(const levada_type *type, const Step *step, levada_any *out);
  levada_status array(const levada_type *type, const Step *step, levada_any *out);
  levada_status map(const levada_type *type, const Step *step, levada_any *out);
  /// Reads `"key" :`, at the value behind it then.
  void key(const char **text, uint64_t *size);
  /// Whether another element follows; moves behind the comma or bracket.
  bool more(bool *first, char close);
  levada_status say(const Step *step);
};

/// Puts the way in front of the reason.
levada_status Reader::say(const Step *step) {
  Writer way(json->ctx);
  const Step *steps[64];
  int count = 0;
  for (; step && count < 64; step = step->above)
    steps[count++] = step;
  if (count == 0)
    return LEVADA_ERROR;
  way.put("at ", 3);
  while (count--) {
    if (steps[count]->name) {
      way.put('.');
      way.put(steps[count]->name, steps[count]->size);
    } else {
      way.put('[');
      char *at = way.room(LEVADA_PUT_I64);
      way.size += uint64_t(levada_put_u64(at, steps[count]->index) - at);
      way.put(']');
    }
  }
  way.put(": ", 2);
  way.put(json->reason);
  json->reason = way.finish();
  return LEVADA_ERROR;
}

levada_status Reader::scalar(const levada_type *type, levada_any *out) {
  int32_t digits = type->precision;
  switch (type->kind) {
  case LEVADA_TYPE_BOOLEAN:
    return levada_json_bool_slow(json, &out->boolean);
  case LEVADA_TYPE_TINYINT:
    return levada_json_i8_slow(json, &out->i8);
  case LEVADA_TYPE_SMALLINT:
    return levada_json_i16_slow(json, &out->i16);
  case LEVADA_TYPE_INT:
    return levada_json_i32_slow(json, &out->i32);
  case LEVADA_TYPE_BIGINT:
    return levada_json_i64_slow(json, &out->i64);
  case LEVADA_TYPE_FLOAT:
    return levada_json_f32_slow(json, &out->f32);
  case LEVADA_TYPE_DOUBLE:
    return levada_json_f64_slow(json, &out->f64);
  case LEVADA_TYPE_DECIMAL:
    return digits <= 18 ? levada_json_dec64_slow(json, digits, type->scale, &out->i64)
                        : levada_json_dec_slow(json, digits, type->scale, &out->i128);
  case LEVADA_TYPE_BINARY:
  case LEVADA_TYPE_VARBINARY:
    return levada_json_bytes_slow(json, &out->str);
  case LEVADA_TYPE_DATE:
    return levada_json_date_slow(json, &out->i32);
  case LEVADA_TYPE_TIME:
    return levada_json_time_slow(json, &out->i32);
  case LEVADA_TYPE_TIMESTAMP:
    return digits <= 3   ? levada_json_ts3_slow(json, &out->i64)
           : digits <= 6 ? levada_json_ts6_slow(json, &out->i64)
                         : levada_json_ts9_slow(json, &out->i128);
  case LEVADA_TYPE_TIMESTAMP_LTZ:
    return digits <= 3   ? levada_json_ltz3_slow(json, &out->i64)
           : digits <= 6 ? levada_json_ltz6_slow(json, &out->i64)
                         : levada_json_ltz9_slow(json, &out->i128);
  default:
    return levada_json_str_slow(json, &out->str);
  }
}

levada_status Reader::value(const levada_type *type, const Step *step, levada_any *out) {
  *out = null(type);
  json->at = skip_space(json->at);
  levada_status status = isNested(type) ? nested(type, step, out) : scalar(type, out);
  if (status == LEVADA_ERROR && !isNested(type))
    return say(step);
  out->null = status != LEVADA_VALUE;
  return status;
}

levada_status Reader::nested(const levada_type *type, const Step *step, levada_any *out) {
  const char *p = json->at;
  if (*p == 'n') {
    json->at = p + 4;
    return LEVADA_NULL;
  }
  if (*p != (type->kind == LEVADA_TYPE_ARRAY ? '[' : '{')) {
    JsonValue found;
    if (!json_read(json, p, &found))
      return LEVADA_ERROR;
    levada_field_reason(json->ctx, found.p, found.n, type->text, &json->reason);
    json->code = 601;
    return say(step);
  }
  json->at = p + 1;
  return type->kind == LEVADA_TYPE_ROW     ? row(type, step, out)
         : type->kind == LEVADA_TYPE_ARRAY ? array(type, step, out)
                                           : map(type, step, out);
}

void Reader::key(const char **text, uint64_t *size) {
  JsonValue found;
  const char *p = json_read(json, json->at, &found);
  *text = found.p;
  *size = found.n;
  if (found.escapes)
    json_unescape(json->ctx, found.p, found.n, text, size);
  json->at = skip_space(skip_space(p) + 1);
}

bool Reader::more(bool *first, char close) {
  json->at = skip_space(json->at);
  if (*json->at == close) {
    ++json->at;
    return false;
  }
  if (!*first)
    ++json->at; // the comma
  *first = false;
  json->at = skip_space(json->at);
  return true;
}

levada_status Reader::row(const levada_type *type, const Step *step, levada_any *out) {
  Values fields(json->ctx, type->count + 1);
  for (uint32_t i = 0; i < type->count; ++i)
    fields.add(null(type->children[i]));
  uint32_t next = 0; // fields usually stand in the order of the type
  for (bool first = true; more(&first, '}');) {
    const char *name;
    uint64_t size;
    key(&name, &size);
    uint32_t found = type->count;
    for (uint32_t tried = 0; tried < type->count && found == type->count; ++tried) {
      uint32_t i = next + tried < type->count ? next + tried : next + tried - type->count;
      if (strlen(type->names[i]) == size && memcmp(type->names[i], name, size) == 0)
        found = i;
    }
    if (found == type->count) {
      JsonValue skipped;
      const char *end = json_read(json, json->at, &skipped);
      if (!end)
        return LEVADA_ERROR;
      json->at = end;
      continue;
    }
    next = found + 1;
    Step below{step, name, size, 0};
    if (value(type->children[found], &below, &fields.data[found]) == LEVADA_ERROR)
      return LEVADA_ERROR;
  }
  return levada_nested_row(json->ctx, type, fields.data, &out->str);
}

levada_status Reader::array(const levada_type *type, const Step *step, levada_any *out) {
  Values elements(json->ctx);
  for (bool first = true; more(&first, ']');) {
    Step below{step, nullptr, 0, elements.count + 1};
    levada_any element;
    if (value(type->children[0], &below, &element) == LEVADA_ERROR)
      return LEVADA_ERROR;
    elements.add(element);
  }
  return makeArray(json->ctx, type->children[0], elements.data, elements.count, &out->str);
}

levada_status Reader::map(const levada_type *type, const Step *step, levada_any *out) {
  const levada_type *key_type = type->children[0];
  const levada_type *value_type = type->kind == LEVADA_TYPE_MAP ? type->children[1] : &kCountType;
  Index keys(json->ctx);
  Values values(json->ctx);
  for (bool first = true; more(&first, '}');) {
    const char *name;
    uint64_t size;
    key(&name, &size);
    Step below{step, name, size, 0};
    levada_any text = null(&string_type), converted = null(key_type);
    text.null = false;
    text.str = levada_view(name, uint32_t(size));
    levada_status status = levada_any_cast(json->ctx, &text, &converted, true);
    if (status != LEVADA_VALUE) {
      levada_field_reason(json->ctx, name, size, key_type->text, &json->reason);
      json->code = 601;
      return say(&below);
    }
    levada_any one;
    if (value(value_type, &below, &one) == LEVADA_ERROR)
      return LEVADA_ERROR;
    bool fresh;
    uint32_t number = keys.add(converted, &fresh);
    if (fresh)
      values.add(one);
    else
      values.data[number] = one;
  }
  javaOrder(keys.values, values, kJavaRoom);
  return makeMap(json->ctx, keys.values.data, values.data, key_type, value_type, values.count,
                 &out->str);
}

//--- writing -----------------------------------------------------------------

struct JsonWriter {
  Writer out;
  char separator; ///< between date and time
  uint32_t how;   ///< LEVADA_NULL_KEY_*, LEVADA_NESTED_WITHOUT_NULLS
  levada_str null_key;
  bool failed = false; ///< a key that is NULL

  void value(const levada_any &value);
  void key(const levada_any &value);
  void scalar(const levada_any &value);
  void text(const levada_str &value) {
    char *at = out.room(uint64_t(value.len) * 6 + 2);
    out.size += uint64_t(levada_put_json_str(at, &value) - at);
    levada_rt_passed(2 * uint64_t(value.len));
  }
  template <typename Put> void print(uint64_t room, Put put) {
    char *at = out.room(room);
    out.size += uint64_t(put(at) - at);
  }
};

void JsonWriter::scalar(const levada_any &value) {
  const levada_type *type = value.type;
  auto integer = [&](int64_t number) {
    print(LEVADA_PUT_I64, [&](char *at) { return levada_put_i64(at, number); });
  };
  auto floating = [&](double number, auto put) {
    bool finite = number - number == 0;
    if (!finite)
      out.put('"');
    print(LEVADA_PUT_F64, put);
    if (!finite)
      out.put('"');
  };
  int digits = type->precision;
  switch (type->kind) {
  case LEVADA_TYPE_BOOLEAN:
    return value.boolean ? out.put("true", 4) : out.put("false", 5);
  case LEVADA_TYPE_TINYINT:
    return integer(value.i8);
  case LEVADA_TYPE_SMALLINT:
    return integer(value.i16);
  case LEVADA_TYPE_INT:
  case LEVADA_TYPE_YEAR_MONTH:
    return integer(value.i32);
  case LEVADA_TYPE_FLOAT:
    return floating(double(value.f32), [&](char *at) { return levada_put_f32(at, value.f32); });
  case LEVADA_TYPE_DOUBLE:
    return floating(value.f64, [&](char *at) { return levada_put_f64(at, value.f64); });
  case LEVADA_TYPE_DECIMAL:
    return print(LEVADA_PUT_DECIMAL, [&](char *at) {
      return digits <= 18 ? levada_put_decimal64(at, value.i64, type->scale)
                          : levada_put_decimal(at, &value.i128, type->scale);
    });
  case LEVADA_TYPE_DATE:
    out.put('"');
    print(LEVADA_PUT_DATE, [&](char *at) { return levada_put_date(at, value.i32); });
    return out.put('"');
  case LEVADA_TYPE_TIME:
    out.put('"');
    print(LEVADA_PUT_TIME, [&](char *at) { return levada_put_time(at, value.i32, -1); });
    return out.put('"');
  case LEVADA_TYPE_TIMESTAMP:
  case LEVADA_TYPE_TIMESTAMP_LTZ:
    out.put('"');
    print(LEVADA_PUT_TS, [&](char *at) {
      return digits <= 3   ? levada_put_ts3(at, value.i64, -1, separator)
             : digits <= 6 ? levada_put_ts6(at, value.i64, -1, separator)
                           : levada_put_ts9(at, &value.i128, -1, separator);
    });
    return type->kind == LEVADA_TYPE_TIMESTAMP_LTZ ? out.put("Z\"", 2) : out.put('"');
  case LEVADA_TYPE_CHAR:
  case LEVADA_TYPE_VARCHAR:
    return text(value.str);
  case LEVADA_TYPE_BINARY:
  case LEVADA_TYPE_VARBINARY:
    return print(uint64_t(value.str.len) * 2 + 8,
                 [&](char *at) { return levada_put_json_bytes(at, &value.str); });
  default:
    return integer(value.i64);
  }
}

/// Keys of objects are texts: what is none is written as CAST makes one.
void JsonWriter::key(const levada_any &value) {
  levada_str name = value.null ? null_key : value.str;
  failed |= value.null && (how & 3) == LEVADA_NULL_KEY_FAIL;
  if (!value.null && !isText(value.type))
    levada_any_text(out.ctx, &value, &name);
  text(name);
  out.put(':');
}

void JsonWriter::value(const levada_any &value) {
  if (value.null)
    return out.put("null", 4);
  const levada_type *type = value.type;
  switch (type->kind) {
  case LEVADA_TYPE_ROW: {
    out.put('{');
    bool first = true;
    for (uint32_t i = 0; i < type->count; ++i) {
      levada_any one = field(type, value.str, i);
      if (one.null && how & LEVADA_NESTED_WITHOUT_NULLS)
        continue;
      if (!first)
        out.put(',');
      first = false;
      text(levada_view(type->names[i], uint32_t(strlen(type->names[i]))));
      out.put(':');
      this->value(one);
    }
    return out.put('}');
  }
  case LEVADA_TYPE_ARRAY: {
    List list = elements(value);
    out.put('[');
    for (uint32_t i = 0; i < list.count; ++i) {
      if (i)
        out.put(',');
      this->value(list.at(i));
    }
    return out.put(']');
  }
  case LEVADA_TYPE_MAP:
  case LEVADA_TYPE_MULTISET: {
    Entries all = entries(value);
    out.put('{');
    bool first = true;
    for (uint32_t i = 0; i < all.count(); ++i) {
      levada_any name = all.keys.at(i);
      if (name.null && (how & 3) == LEVADA_NULL_KEY_DROP)
        continue;
      if (!first)
        out.put(',');
      first = false;
      key(name);
      this->value(all.values.at(i));
    }
    return out.put('}');
  }
  }
  scalar(value);
}

} // namespace

extern "C" levada_status levada_json_nested_slow(levada_json *json, const levada_type *type,
                                                 levada_str *out) {
  // All of it is checked first; then nothing is read that is not there.
  JsonValue checked;
  if (!json_read(json, json->at, &checked))
    return LEVADA_ERROR;
  *out = {};
  if (checked.kind == JsonValue::NULL_VALUE) { // of a NOT NULL column: the caller's to report
    json->at = checked.p + 4;
    return LEVADA_NULL;
  }
  levada_any value;
  levada_status status = Reader{json}.value(type, nullptr, &value);
  if (status == LEVADA_VALUE)
    *out = value.str;
  return status;
}

extern "C" levada_status levada_nested_json(levada_ctx *ctx, const levada_type *type,
                                            const levada_str *value, char separator, uint32_t how,
                                            const char *null_key, levada_str *out) {
  JsonWriter writer{Writer(ctx), separator, how, levada_view(null_key, uint32_t(strlen(null_key)))};
  levada_any any = null(type);
  any.null = false;
  any.str = *value;
  writer.value(any);
  if (writer.failed)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT,
                       "a key of a MAP is NULL, and keys of JSON are texts: the format's "
                       "`map-null-key.mode` can be DROP or LITERAL");
  *out = writer.out.finish();
  return LEVADA_VALUE;
}
