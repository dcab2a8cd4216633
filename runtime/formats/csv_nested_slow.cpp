//===- csv_nested_slow.cpp - ARRAY and ROW in a field of CSV ---------------===//
//
// As Flink's csv format has them: elements, or fields in order, between the
// array element delimiter; each is what a field of its type would be. Types
// inside those are not written that way, and MAP has no form.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/scan.h"
#include "stdlib/nested.h"

#include <string.h>

using namespace levada::formats;
using namespace levada::nested;

namespace {

constexpr levada_type string_type = {LEVADA_TYPE_VARCHAR, true, 8, 0, INT32_MAX, 0, 0, nullptr, nullptr, nullptr, "STRING"};

/// The part up to the next delimiter; moves behind it. False: there is none.
struct Parts {
  const char *p, *end, *delimiter;
  uint64_t size; ///< of the delimiter
  bool more = true;

  bool next(const char **begin, uint64_t *n) {
    if (!more)
      return false;
    const char *found = size && uint64_t(end - p) >= size
                            ? static_cast<const char *>(memmem(p, size_t(end - p), delimiter, size))
                            : nullptr;
    *begin = p;
    *n = uint64_t((found ? found : end) - p);
    more = found != nullptr;
    p = found ? found + size : end;
    return true;
  }
};

/// One element from its text; LEVADA_ERROR: it is no value of the type.
levada_status element(levada_ctx *ctx, const char *p, uint64_t n, const char *null_literal,
                      uint64_t null_size, levada_any *out) {
  out->null = true;
  bool literal = n == null_size && memcmp(p, null_literal, n) == 0;
  if ((literal && null_size) || (n == 0 && !isText(out->type)))
    return LEVADA_NULL;
  levada_any text = null(&string_type);
  text.null = false;
  text.str = levada_view(p, uint32_t(n));
  levada_status status = levada_any_cast(ctx, &text, out, true);
  out->null = status != LEVADA_VALUE;
  return status == LEVADA_VALUE ? status : levada_status(LEVADA_ERROR);
}

} // namespace

extern "C" levada_status levada_field_nested(levada_ctx *ctx, const char *p, uint64_t n,
                                             const levada_type *type, const char *delimiter,
                                             const char *null_literal, levada_str *out) {
  *out = {};
  if (n == 0)
    return LEVADA_NULL;
  Parts parts{p, p + n, delimiter, strlen(delimiter)};
  uint64_t null_size = strlen(null_literal);
  const char *begin;
  uint64_t size;
  Values values(ctx);
  if (type->kind == LEVADA_TYPE_ARRAY) {
    while (parts.next(&begin, &size)) {
      levada_any value = null(type->children[0]);
      if (element(ctx, begin, size, null_literal, null_size, &value) == LEVADA_ERROR)
        return LEVADA_ERROR;
      values.add(value);
    }
    return makeArray(ctx, type->children[0], values.data, values.count, out);
  }
  for (uint32_t i = 0; i < type->count; ++i) {
    levada_any value = null(type->children[i]);
    if (parts.next(&begin, &size) &&
        element(ctx, begin, size, null_literal, null_size, &value) == LEVADA_ERROR)
      return LEVADA_ERROR;
    values.add(value);
  }
  if (parts.more)
    return LEVADA_ERROR; // more fields than the row has
  return levada_nested_row(ctx, type, values.data, out);
}

extern "C" void levada_nested_csv(levada_ctx *ctx, const levada_type *type,
                                  const levada_str *value, const char *delimiter,
                                  const char *null_literal, levada_str *out) {
  Writer writer(ctx);
  bool first = true;
  auto put = [&](const levada_any &part) {
    if (!first)
      writer.put(delimiter, strlen(delimiter));
    first = false;
    if (part.null)
      return writer.put(null_literal, strlen(null_literal));
    levada_str text;
    levada_any_text(ctx, &part, &text);
    if (part.type->kind == LEVADA_TYPE_BOOLEAN) // as a field of its own
      return part.boolean ? writer.put("true", 4) : writer.put("false", 5);
    writer.put(text);
  };
  if (type->kind == LEVADA_TYPE_ARRAY) {
    List list = elements(type, *value);
    for (uint32_t i = 0; i < list.count; ++i)
      put(list.at(i));
  } else {
    for (uint32_t i = 0; i < type->count; ++i)
      put(field(type, *value, i));
  }
  *out = writer.finish();
}
