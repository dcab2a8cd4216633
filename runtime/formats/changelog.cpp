//===- changelog.cpp - {"op": "+I", "data": {row}} -------------------------===//
//
// The record around a row is read whole, in any order of its keys and by the
// book, before the row is.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/json.h"

#include <string.h>

namespace levada::formats {
namespace {

int32_t bad(levada_json *json, const char *reason) {
  json->code = 601;
  json->reason = frame_text(json->ctx, reason, strlen(reason));
  return LEVADA_RECORD_BAD;
}

const char *behind_space(const char *p) {
  while (*p == ' ' || *p == '\t' || *p == '\r')
    ++p;
  return p;
}

bool is(const JsonValue &text, const char *word) {
  return text.n == strlen(word) && memcmp(text.p, word, text.n) == 0;
}

} // namespace
} // namespace levada::formats

using namespace levada::formats;

extern "C" int32_t levada_changelog_next(levada_json *json, levada_json_cursor *cursor) {
  int32_t found = levada_json_next(json, cursor);
  if (found != LEVADA_RECORD_GOOD)
    return found;
  JsonValue key, value, op = {}, data = {};
  const char *p = behind_space(cursor->at + 1);
  for (bool first = true; *p != '}'; first = false) {
    if (!first) {
      if (*p != ',')
        return json_fail(json, p, "`,` or `}`"), LEVADA_RECORD_BAD;
      p = behind_space(p + 1);
    }
    if (*p != '"')
      return json_fail(json, p, "a key in quotes"), LEVADA_RECORD_BAD;
    if (!(p = json_read(json, p, &key)))
      return LEVADA_RECORD_BAD;
    p = behind_space(p);
    if (*p != ':')
      return json_fail(json, p, "`:`"), LEVADA_RECORD_BAD;
    if (!(p = json_read(json, p + 1, &value)))
      return LEVADA_RECORD_BAD;
    if (is(key, "op"))
      op = value;
    else if (is(key, "data"))
      data = value;
    p = behind_space(p);
  }
  if (behind_space(p + 1) != json->next - 1)
    return json_fail(json, p + 1, "the end of the line"), LEVADA_RECORD_BAD;
  if (!op.p || op.kind != JsonValue::TEXT)
    return bad(json, "the record has no `op`: \"+I\", \"-U\", \"+U\" or \"-D\"");
  if (!data.p || data.kind != JsonValue::CONTAINER || *data.p != '{')
    return bad(json, "the record has no `data`: the columns of a row");
  constexpr const char *kinds[] = {"+I", "-U", "+U", "-D"};
  for (json->kind = 0; json->kind < 4 && !is(op, kinds[json->kind]);)
    ++json->kind;
  if (json->kind == 4)
    return bad(json, "`op` is none of +I, -U, +U, -D");
  if (json->kind && !json->changes)
    return bad(json, "the record changes a row, and this program takes rows that are added (+I)");
  cursor->at = data.p;
  cursor->place = 0;
  json->inner = data.p + data.n;
  return LEVADA_RECORD_GOOD;
}
