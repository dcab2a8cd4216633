//===- ext_json.cpp - JSON_VALUE, JSON_EXISTS, JSON_QUERY, IS JSON ---------===//
//
// A path without `lax` is strict: what is not there is an error, and errors
// are NULL (JSON_VALUE, JSON_QUERY) or FALSE (JSON_EXISTS) unless the call says
// otherwise.
//
//===----------------------------------------------------------------------===//
#include "stdlib/json.h"

#include <string.h>

using namespace levada::json;
using namespace levada::text;

namespace {

bool says(const levada_str &word, const char *text) {
  return word.len == strlen(text) && memcmp(levada_data(word), text, word.len) == 0;
}

/// The scalar that was found, as text.
levada_str scalarText(levada_ctx *ctx, const levada_str &json, const Hit &hit) {
  Text text{hit.begin, uint64_t(hit.end - hit.begin)};
  bool string = hit.first() == '"', number = false;
  if (hit.node) {
    text = hit.node->text;
    if (hit.node->kind == Kind::True || hit.node->kind == Kind::False)
      text = hit.node->kind == Kind::True ? Text{"true", 4} : Text{"false", 5};
    number = hit.node->kind == Kind::Number;
  } else if (string) {
    text = unescaped(ctx, hit.begin + 1, hit.end - 1);
  } else {
    number = *hit.begin != 't' && *hit.begin != 'f';
  }
  if (number)
    text = canonical(ctx, text);
  const char *data = levada_data(json);
  if (text.data >= data && text.data < data + json.len)
    return part(json, uint64_t(text.data - data), text.size);
  return keep(ctx, text.data, text.size);
}

/// Whether the scalar is of the type that RETURNING names.
bool isOf(const levada_str &returning, const Hit &hit) {
  char first = hit.first();
  if (says(returning, "BOOLEAN"))
    return first == 't' || first == 'f';
  bool number = first == '-' || uint8_t(first - '0') < 10;
  if (says(returning, "DOUBLE"))
    return number;
  if (!says(returning, "INT"))
    return true;
  Text text = hit.node ? hit.node->text : Text{hit.begin, uint64_t(hit.end - hit.begin)};
  if (!number || text.size > 11)
    return false;
  int64_t value = 0;
  for (uint64_t i = text.data[0] == '-'; i < text.size; ++i) {
    if (uint8_t(text.data[i] - '0') >= 10)
      return false;
    value = value * 10 + (text.data[i] - '0');
  }
  return value <= INT32_MAX || (text.data[0] == '-' && value == -int64_t(INT32_MIN));
}

/// What a found value that does not do becomes.
Found none(const Hit &hit) { return hit.lax ? Found::Empty : Found::Error; }

levada_status query(levada_ctx *ctx, const levada_str &json, const levada_str &path,
                    const levada_str &wrapper, const levada_str &on_empty,
                    const levada_str &on_error, levada_str *out) {
  Hit hit = find(ctx, json, path);
  Found found = hit.found;
  char first = 0;
  bool wrap = false;
  if (found == Found::Value) {
    first = hit.first();
    wrap = says(wrapper, "UNCONDITIONAL") || (wrapper.len && first != '[');
    if (first == 'n' || (!wrap && first != '{' && first != '['))
      found = none(hit);
  }
  if (found != Found::Value) {
    const levada_str &behavior = found == Found::Empty ? on_empty : on_error;
    if (says(behavior, "ERROR"))
      return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "JSON_QUERY: no object or array is there");
    if (says(behavior, "NULL"))
      return LEVADA_NULL;
    *out = behavior;
    return LEVADA_VALUE;
  }
  Writer writer{ctx};
  if (wrap)
    writer.put('[');
  writer.node(tree(ctx, hit));
  if (wrap)
    writer.put(']');
  *out = keep(ctx, writer.data, writer.size);
  return LEVADA_VALUE;
}

bool starts(const levada_opt<levada_str> &s, char *first) {
  const char *begin, *end;
  *first = s.value ? document(*s.value, &begin, &end) : 0;
  return *first != 0;
}

} // namespace

extern "C" {

/// The text, number or truth value at `path` in `json`, as text; NULL where there is none.
LEVADA_FN("JSON_VALUE", pure | nullable)
levada_status levada_fn_json_value(levada_ctx *ctx, const levada_str &json,
                                   const levada_str &path, levada_str *out) {
  Hit hit = find(ctx, json, path);
  if (hit.found != Found::Value)
    return LEVADA_NULL;
  char first = hit.first();
  if (first == '{' || first == '[' || first == 'n')
    return LEVADA_NULL;
  *out = scalarText(ctx, json, hit);
  return LEVADA_VALUE;
}
/// JSON_VALUE(json, path RETURNING … ON EMPTY … ON ERROR): what is said for where there is nothing
/// at `path`, and for where it cannot be looked for: NULL, ERROR or DEFAULT with a value. A value
/// that is not of the type in RETURNING (INT, DOUBLE or BOOLEAN; else empty) fails.
LEVADA_FN("JSON_VALUE", pure | nullable | fails)
levada_status levada_fn_json_value_or(levada_ctx *ctx, const levada_str &json,
                                      const levada_str &path, const levada_str &returning,
                                      const levada_str &on_empty, levada_opt<levada_str> empty,
                                      const levada_str &on_error, levada_opt<levada_str> error,
                                      levada_str *out) {
  Hit hit = find(ctx, json, path);
  Found found = hit.found;
  if (found == Found::Value) {
    char first = hit.first();
    if (first == 'n' || first == '{' || first == '[')
      found = none(hit);
  }
  if (found == Found::Value) {
    if (!isOf(returning, hit))
      return LEVADA_FAIL(ctx, LEVADA_E_CAST, "JSON_VALUE: the value is not of the type in RETURNING");
    *out = scalarText(ctx, json, hit);
    return LEVADA_VALUE;
  }
  bool nothing = found == Found::Empty;
  const levada_str &behavior = nothing ? on_empty : on_error;
  if (says(behavior, "ERROR"))
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT,
                       nothing ? "JSON_VALUE: nothing is there" : "JSON_VALUE: no scalar is there");
  levada_opt<levada_str> value = nothing ? empty : error;
  if (!says(behavior, "DEFAULT") || !value.value)
    return LEVADA_NULL;
  *out = *value.value;
  return LEVADA_VALUE;
}
/// JSON_EXISTS(json, path … ON ERROR): TRUE, FALSE, UNKNOWN or ERROR where the path cannot be
/// followed.
LEVADA_FN("JSON_EXISTS", pure | nullable | fails)
levada_status levada_fn_json_exists_or(levada_ctx *ctx, const levada_str &json,
                                       const levada_str &path, const levada_str &on_error,
                                       bool *out) {
  Hit hit = find(ctx, json, path);
  if (hit.found == Found::Error) {
    if (says(on_error, "ERROR"))
      return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "JSON_EXISTS: the path cannot be followed");
    if (says(on_error, "NULL"))
      return LEVADA_NULL;
    *out = says(on_error, "TRUE");
    return LEVADA_VALUE;
  }
  *out = hit.found == Found::Value && hit.first() != 'n';
  return LEVADA_VALUE;
}
/// True when `path` finds something in `json`.
LEVADA_FN("JSON_EXISTS", pure | fails)
levada_status levada_fn_json_exists(levada_ctx *ctx, const levada_str &json,
                                    const levada_str &path, bool *out) {
  return levada_fn_json_exists_or(ctx, json, path, levada_view("FALSE", 5), out);
}
/// JSON_QUERY(json, path … WRAPPER … ON EMPTY … ON ERROR): the object or array at `path` as JSON
/// without blanks.
LEVADA_FN("JSON_QUERY", pure | nullable | fails)
levada_status levada_fn_json_query_or(levada_ctx *ctx, const levada_str &json,
                                      const levada_str &path, const levada_str &wrapper,
                                      const levada_str &on_empty, const levada_str &on_error,
                                      levada_str *out) {
  return query(ctx, json, path, wrapper, on_empty, on_error, out);
}
/// The object or array at `path` in `json` as JSON without blanks; NULL where there is none.
LEVADA_FN("JSON_QUERY", pure | nullable)
levada_status levada_fn_json_query(levada_ctx *ctx, const levada_str &json,
                                   const levada_str &path, levada_str *out) {
  levada_str empty = levada_view("", 0), null = levada_view("NULL", 4);
  return query(ctx, json, path, empty, null, null, out);
}

/// `s IS JSON`: false of NULL.
LEVADA_FN("IS JSON", pure)
bool levada_fn_is_json(levada_opt<levada_str> s) {
  char first;
  return starts(s, &first);
}
/// `s IS JSON VALUE`: the same as IS JSON.
LEVADA_FN("IS JSON VALUE", pure)
bool levada_fn_is_json_value(levada_opt<levada_str> s) {
  char first;
  return starts(s, &first);
}
/// `s IS JSON OBJECT`: false of NULL.
LEVADA_FN("IS JSON OBJECT", pure)
bool levada_fn_is_json_object(levada_opt<levada_str> s) {
  char first;
  return starts(s, &first) && first == '{';
}
/// `s IS JSON ARRAY`: false of NULL.
LEVADA_FN("IS JSON ARRAY", pure)
bool levada_fn_is_json_array(levada_opt<levada_str> s) {
  char first;
  return starts(s, &first) && first == '[';
}
/// `s IS JSON SCALAR`: false of NULL.
LEVADA_FN("IS JSON SCALAR", pure)
bool levada_fn_is_json_scalar(levada_opt<levada_str> s) {
  char first;
  return starts(s, &first) && first != '{' && first != '[';
}

} // extern "C"
