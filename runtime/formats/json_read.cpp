//===- json_read.cpp - JSON by the book: RFC 8259 -------------------------===//
//
// All that the quick forms of json.cpp leave: any spacing, escapes, nesting,
// numbers in all forms, and every mistake with its place. A line break ends the
// record, so it is no space here. UTF-8 is checked for the line at once: other
// than ASCII can only stand in texts.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/json.h"

#include <string.h>

namespace levada::formats {

static const char *skip_space(const char *p) {
  while (*p == ' ' || *p == '\t' || *p == '\r')
    ++p;
  return p;
}

void json_fail(levada_json *json, const char *p, const char *what) {
  char text[160];
  uint64_t n = strlen(what), at = (uint64_t)(p - json->record) + 1;
  memcpy(text, what, n);
  memcpy(text + n, " expected at byte ", 18);
  n += 18;
  char digits[20];
  int size = 0;
  do
    digits[size++] = (char)('0' + at % 10);
  while (at /= 10);
  while (size)
    text[n++] = digits[--size];
  json->code = 601;
  json->reason = frame_text(json->ctx, text, n);
}

//--- scalars -----------------------------------------------------------------

static int hex_value(char c) {
  if (is_digit(c))
    return c - '0';
  c |= 32;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// The text whose quote is at `p`; behind it, or NULL.
static const char *read_text(levada_json *json, const char *p, JsonValue *out) {
  out->kind = JsonValue::TEXT;
  out->p = p + 1;
  out->escapes = false;
  for (++p;;) {
    p = string_end(p);
    if (*p == '"') {
      out->n = (uint64_t)(p - out->p);
      return p + 1;
    }
    if (*p != '\\')
      return json_fail(json, p, *p == '\n' || *p == '\r' ? "a closing quote" : "an escape for a control character"), nullptr;
    out->escapes = true;
    if (p[1] == 'u') {
      for (int i = 2; i < 6; ++i)
        if (hex_value(p[i]) < 0)
          return json_fail(json, p + i, "a hexadecimal digit"), nullptr;
      p += 6;
    } else if (p[1] != '\n' && p[1] && strchr("\"\\/bfnrt", p[1])) {
      p += 2;
    } else {
      return json_fail(json, p + 1, "one of \"\\/bfnrtu behind a backslash"), nullptr;
    }
  }
}

/// -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
static const char *read_number(levada_json *json, const char *p, JsonValue *out) {
  out->kind = JsonValue::INTEGER;
  out->p = p;
  p += *p == '-';
  auto digits = [&] {
    if (!is_digit(*p))
      return json_fail(json, p, "a digit"), false;
    while (is_digit(*p))
      ++p;
    return true;
  };
  if (*p == '0')
    ++p;
  else if (!digits())
    return nullptr;
  if (*p == '.') {
    ++p;
    out->kind = JsonValue::FLOAT;
    if (!digits())
      return nullptr;
  }
  if ((*p | 32) == 'e') {
    ++p;
    out->kind = JsonValue::FLOAT;
    p += *p == '+' || *p == '-';
    if (!digits())
      return nullptr;
  }
  out->n = (uint64_t)(p - out->p);
  return p;
}

static const char *read_scalar(levada_json *json, const char *p, JsonValue *out) {
  auto word = [&](const char *text, uint64_t n, JsonValue::Kind kind) -> const char * {
    if (memcmp(p, text, n) != 0)
      return json_fail(json, p, "a value"), nullptr;
    *out = {kind, p, n, false};
    return p + n;
  };
  switch (*p) {
  case '"':
    return read_text(json, p, out);
  case 't':
    return word("true", 4, JsonValue::TRUE_VALUE);
  case 'f':
    return word("false", 5, JsonValue::FALSE_VALUE);
  case 'n':
    return word("null", 4, JsonValue::NULL_VALUE);
  }
  if (*p == '-' || is_digit(*p))
    return read_number(json, p, out);
  return json_fail(json, p, "a value"), nullptr;
}

//--- containers --------------------------------------------------------------

/// The container whose bracket is at `p`; behind it, or NULL. Does not recurse.
static const char *read_container(levada_json *json, const char *p) {
  uint64_t objects[json_depth / 64 + 1] = {}; // by depth: is it an object?
  uint32_t depth = 0;
  JsonValue value;
  for (;;) {
    // A value stands at p.
    if (*p == '{' || *p == '[') {
      bool object = *p == '{';
      if (++depth > json_depth)
        return json_fail(json, p, "at most 1000 levels of nesting"), nullptr;
      uint64_t bit = (uint64_t)1 << (depth % 64);
      objects[depth / 64] = object ? objects[depth / 64] | bit : objects[depth / 64] & ~bit;
      p = skip_space(p + 1);
      if (*p != (object ? '}' : ']')) {
        if (!object)
          continue;
        goto key;
      }
      --depth;
      ++p;
    } else if (!(p = read_scalar(json, p, &value))) {
      return nullptr;
    }
    // Behind a value.
    for (;;) {
      if (depth == 0)
        return p;
      bool object = objects[depth / 64] >> (depth % 64) & 1;
      p = skip_space(p);
      if (*p == ',') {
        p = skip_space(p + 1);
        if (!object)
          break;
        goto key;
      }
      if (*p != (object ? '}' : ']'))
        return json_fail(json, p, object ? "`,` or `}`" : "`,` or `]`"), nullptr;
      ++p;
      --depth;
    }
    continue;
  key:
    if (*p != '"')
      return json_fail(json, p, "a key in quotes"), nullptr;
    if (!(p = read_text(json, p, &value)))
      return nullptr;
    p = skip_space(p);
    if (*p != ':')
      return json_fail(json, p, "`:`"), nullptr;
    p = skip_space(p + 1);
  }
}

const char *json_read(levada_json *json, const char *p, JsonValue *out) {
  p = skip_space(p);
  if (*p != '{' && *p != '[')
    return read_scalar(json, p, out);
  const char *end = read_container(json, p);
  if (end)
    *out = {JsonValue::CONTAINER, p, (uint64_t)(end - p), false};
  return end;
}

//--- escapes -----------------------------------------------------------------

static uint32_t code_unit(const char *p) { // of the four digits behind \u
  return (uint32_t)(hex_value(p[2]) << 12 | hex_value(p[3]) << 8 | hex_value(p[4]) << 4 |
                    hex_value(p[5]));
}

static char *put_code_point(char *to, uint32_t c) {
  if (c < 0x80) {
    *to++ = (char)c;
    return to;
  }
  int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  *to++ = (char)(more == 1 ? 0xc0 | c >> 6 : more == 2 ? 0xe0 | c >> 12 : 0xf0 | c >> 18);
  while (more--)
    *to++ = (char)(0x80 | (c >> (6 * more) & 0x3f));
  return to;
}

void json_unescape(levada_ctx *ctx, const char *p, uint64_t n, const char **out, uint64_t *out_n) {
  const char *end = p + n;
  char *text = levada_rt_alloc(ctx, n + 64), *to = text;
  while (p != end) {
    if (*p != '\\') {
      *to++ = *p++;
      continue;
    }
    if (p[1] != 'u') {
      static const char from[] = "bfnrt", made[] = "\b\f\n\r\t";
      const char *known = strchr(from, p[1]);
      *to++ = known ? made[known - from] : p[1];
      p += 2;
      continue;
    }
    uint32_t c = code_unit(p);
    p += 6;
    if (c >= 0xd800 && c < 0xe000) {
      // A pair of surrogates is one character, half a pair none: '?', as Java
      // writes it.
      bool pair = c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u';
      uint32_t low = pair ? code_unit(p) : 0;
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        p += 6;
      } else {
        c = '?';
      }
    }
    to = put_code_point(to, c);
  }
  *out = text;
  *out_n = (uint64_t)(to - text);
}

//--- records and keys --------------------------------------------------------

static int32_t close_record(levada_json *json, const char *p) {
  if (json->inner && p + 1 == json->inner) { // the rest was read before
    json->at = p + 1;
    return LEVADA_JSON_CLOSED;
  }
  const char *rest = skip_space(p + 1);
  if (rest != json->next - 1) {
    json_fail(json, rest, "the end of the line");
    return LEVADA_JSON_BROKEN;
  }
  json->at = p + 1;
  return LEVADA_JSON_CLOSED;
}

static int32_t find_column(const levada_json *json, const char *text, uint64_t n) {
  for (uint32_t i = 0; i < json->name_count; ++i)
    if (json->names[i].size == n && memcmp(json->names[i].text, text, n) == 0)
      return json->names[i].column;
  return LEVADA_JSON_OTHER;
}

} // namespace levada::formats

using namespace levada::formats;

extern "C" void levada_json_open(levada_json *json, levada_ctx *ctx, const levada_chunk *chunk,
                                 const levada_json_name *names, uint32_t name_count) {
  memset(json, 0, sizeof *json);
  json->ctx = ctx;
  json->next = chunk->data;
  json->end = chunk->data + chunk->size;
  json->names = names;
  json->name_count = name_count;
}

extern "C" int32_t levada_json_next_slow(levada_json *json, bool ascii) {
  const char *begin = json->record, *end = json->next - 1, *p;
  for (;;) {
    json->size -= end != begin && end[-1] == '\r';
    p = skip_space(begin);
    if (p != end)
      break;
    if (json->next == json->end) // blank lines are no records
      return LEVADA_RECORD_END;
    json->record = json->at = begin = json->next;
    end = line_end(begin, &ascii);
    json->next = end + 1;
    json->size = (uint64_t)(end - begin);
  }
  json->code = 601;
  if (!ascii && !valid_utf8(begin, json->size)) {
    json->reason = frame_text(json->ctx, "the record is not UTF-8", 23);
    return LEVADA_RECORD_BAD;
  }
  if (*p != '{') {
    json->reason = frame_text(json->ctx, "the record is not a JSON object", 31);
    return LEVADA_RECORD_BAD;
  }
  json->at = p;
  return LEVADA_RECORD_GOOD;
}

extern "C" int32_t levada_json_key_slow(levada_json *json) {
  const char *start = json->at;
  // A key that came later in the record before: some in between are missing.
  // Long ones are found here, too.
  auto *places = json->places;
  for (uint32_t i = json->place; i < json->place + 4 && i < LEVADA_JSON_PLACES; ++i)
    if (places[i].size && places[i].size <= (uint64_t)(json->next - start) &&
        memcmp(start, places[i].text, places[i].size) == 0) {
      json->at = start + places[i].size;
      json->place = i + 1;
      return places[i].column;
    }
  const char *p = skip_space(start);
  if (json->place == 0) { // at '{'
    p = skip_space(p + 1);
    if (*p == '}')
      return close_record(json, p);
  } else if (*p == ',') {
    p = skip_space(p + 1);
  } else if (*p == '}') {
    return close_record(json, p);
  } else {
    json_fail(json, p, "`,` or `}`");
    return LEVADA_JSON_BROKEN;
  }
  if (*p != '"') {
    json_fail(json, p, "a key in quotes");
    return LEVADA_JSON_BROKEN;
  }
  JsonValue key;
  p = read_text(json, p, &key);
  if (!p)
    return LEVADA_JSON_BROKEN;
  p = skip_space(p);
  if (*p != ':') {
    json_fail(json, p, "`:`");
    return LEVADA_JSON_BROKEN;
  }
  p = skip_space(p + 1);
  const char *text = key.p;
  uint64_t n = key.n;
  if (key.escapes)
    json_unescape(json->ctx, key.p, key.n, &text, &n);
  int32_t column = find_column(json, text, n);
  if (json->place < LEVADA_JSON_PLACES)
    places[json->place++] = {start, (uint32_t)(p - start), column};
  json->at = p;
  return column;
}
