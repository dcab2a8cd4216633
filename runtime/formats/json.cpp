//===- json.cpp - the next key, the next value ----------------------------===//
//
// Inlined into generated loops: what is usual, else a call. Usual is: a line of
// ASCII that begins with '{'; a key that stands where it stood in the record
// before, whatever is between; a plain number; a text without escapes. Nothing
// is read beyond the '\n' that ends each line: no value can contain one.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/json.h"
#include "stdlib/text.h"

using namespace levada::formats;

#define LEVADA_BODY extern "C" __attribute__((always_inline))

/// What is not usual: the cold function reads at the cursor.
template <typename F, typename... Arguments>
LEVADA_FORMAT_INLINE int32_t cold(levada_json *json, levada_json_cursor *cursor, F function,
                                  Arguments... arguments) {
  json->at = cursor->at;
  json->place = cursor->place;
  int32_t result = function(json, arguments...);
  cursor->at = json->at;
  cursor->place = json->place;
  return result;
}

LEVADA_BODY int32_t levada_json_next(levada_json *json, levada_json_cursor *cursor) {
  const char *p = json->next;
  if (__builtin_expect(p == json->end, 0))
    return LEVADA_RECORD_END;
  bool ascii;
  const char *end = line_end(p, &ascii);
  json->record = cursor->at = p;
  json->next = end + 1;
  json->size = (uint64_t)(end - p);
  cursor->place = 0;
  if (__builtin_expect(*p == '{' && ascii && end[-1] != '\r', 1))
    return LEVADA_RECORD_GOOD;
  return cold(json, cursor, levada_json_next_slow, ascii);
}

/// Whether the n (at most 32) bytes at a and b are the same.
LEVADA_FORMAT_INLINE bool same_bytes(const char *a, const char *b, uint32_t n) {
  uint64_t m = mask16(load16(a) == load16(b));
  if (n > 16)
    m |= (uint64_t)mask16(load16(a + 16) == load16(b + 16)) << 16;
  return ((m | ~(uint64_t)0 << n) + 1) == 0;
}

LEVADA_BODY int32_t levada_json_key(levada_json *json, levada_json_cursor *cursor) {
  const char *at = cursor->at;
  uint64_t place = cursor->place;
  if (__builtin_expect(place < LEVADA_JSON_PLACES, 1)) {
    const levada_json::levada_json_place *before = &json->places[place];
    if (__builtin_expect(before->size - 1 < 32 && same_bytes(at, before->text, before->size), 1)) {
      cursor->at = at + before->size;
      cursor->place = place + 1;
      return before->column;
    }
  }
  if (*at == '}' && at + 1 == json->record + json->size && place != 0)
    return LEVADA_JSON_CLOSED;
  return cold(json, cursor, levada_json_key_slow);
}

/// The usual end of a value.
LEVADA_FORMAT_INLINE bool ends(const char *p) { return *p == ',' || *p == '}'; }

LEVADA_BODY levada_status levada_json_skip(levada_json *json, levada_json_cursor *cursor) {
  const char *at = cursor->at;
  if (*at == '"') {
    const char *end = string_end(at + 1);
    if (__builtin_expect(*end == '"', 1)) {
      cursor->at = end + 1;
      return LEVADA_VALUE;
    }
  } else {
    const char *digits = at + (*at == '-');
    uint32_t n = digit_count(load8(digits));
    if (n != 0 && n < 8 && ends(digits + n) && (*digits != '0' || n == 1)) {
      cursor->at = digits + n;
      return LEVADA_VALUE;
    }
  }
  return cold(json, cursor, levada_json_skip_slow);
}

/// [-]digits, at most 18, and the usual end behind them; NULL: something else.
LEVADA_FORMAT_INLINE const char *quick_json_integer(const char *at, int64_t *out) {
  bool minus = *at == '-';
  const char *digits = at + minus;
  uint64_t value = 0;
  const char *end = read_digits(digits, &value);
  if ((uint64_t)(end - digits) - 1 >= 18 || !ends(end) || (*digits == '0' && end != digits + 1))
    return nullptr;
  *out = minus ? -(int64_t)value : (int64_t)value;
  return end;
}

#define LEVADA_JSON_INTEGER(NAME, TYPE)                                                            \
  LEVADA_BODY levada_status levada_json_##NAME(levada_json *json, levada_json_cursor *cursor,      \
                                               TYPE *out) {                                        \
    int64_t value = 0;                                                                             \
    const char *end = quick_json_integer(cursor->at, &value);                                        \
    if (__builtin_expect(!end || value != (TYPE)value, 0))                                         \
      return cold(json, cursor, levada_json_##NAME##_slow, out);                                                 \
    *out = (TYPE)value;                                                                            \
    cursor->at = end;                                                                                \
    return LEVADA_VALUE;                                                                           \
  }
LEVADA_JSON_INTEGER(i8, int8_t)
LEVADA_JSON_INTEGER(i16, int16_t)
LEVADA_JSON_INTEGER(i32, int32_t)
LEVADA_JSON_INTEGER(i64, int64_t)

LEVADA_BODY levada_status levada_json_bool(levada_json *json, levada_json_cursor *cursor, bool *out) {
  const char *at = cursor->at;
  if (load4(at) == 0x65757274) { // true
    *out = true;
    cursor->at = at + 4;
    return LEVADA_VALUE;
  }
  if (load4(at) == 0x736c6166 && at[4] == 'e') {
    *out = false;
    cursor->at = at + 5;
    return LEVADA_VALUE;
  }
  return cold(json, cursor, levada_json_bool_slow, out);
}

/// A plain decimal and the usual end behind it; NULL: something else.
LEVADA_FORMAT_INLINE const char *quick_json_decimal(const char *at, uint64_t *value,
                                                    uint32_t *fraction, bool *minus) {
  const char *end = quick_decimal(at, value, fraction, minus);
  const char *digits = at + *minus;
  if (!end || !ends(end) || (*digits == '0' && is_digit(digits[1])))
    return nullptr;
  return end;
}

LEVADA_BODY levada_status levada_json_f32(levada_json *json, levada_json_cursor *cursor, float *out) {
  uint64_t value;
  uint32_t fraction;
  bool minus;
  const char *end = quick_json_decimal(cursor->at, &value, &fraction, &minus);
  if (__builtin_expect(!end || !quick_f32(value, fraction, minus, out), 0))
    return cold(json, cursor, levada_json_f32_slow, out);
  cursor->at = end;
  return LEVADA_VALUE;
}
LEVADA_BODY levada_status levada_json_f64(levada_json *json, levada_json_cursor *cursor, double *out) {
  uint64_t value;
  uint32_t fraction;
  bool minus;
  const char *end = quick_json_decimal(cursor->at, &value, &fraction, &minus);
  if (__builtin_expect(!end || !quick_f64(value, fraction, minus, out), 0))
    return cold(json, cursor, levada_json_f64_slow, out);
  cursor->at = end;
  return LEVADA_VALUE;
}
LEVADA_BODY levada_status levada_json_dec64(levada_json *json, levada_json_cursor *cursor, int32_t precision, int32_t scale,
                                            int64_t *out) {
  uint64_t value;
  uint32_t fraction;
  bool minus;
  const char *end = quick_json_decimal(cursor->at, &value, &fraction, &minus);
  if (__builtin_expect(!end || !quick_dec64(value, fraction, minus, precision, scale, out), 0))
    return cold(json, cursor, levada_json_dec64_slow, precision, scale, out);
  cursor->at = end;
  return LEVADA_VALUE;
}

/// A text without escapes: its end; NULL: something else is there.
LEVADA_FORMAT_INLINE const char *quick_json_text(const char *at) {
  if (*at != '"')
    return nullptr;
  const char *end = string_end(at + 1);
  return *end == '"' ? end : nullptr;
}

LEVADA_BODY levada_status levada_json_str(levada_json *json, levada_json_cursor *cursor, levada_str *out) {
  const char *at = cursor->at, *end = quick_json_text(at);
  if (__builtin_expect(!end, 0))
    return cold(json, cursor, levada_json_str_slow, out);
  view(at + 1, (uint64_t)(end - at - 1), out);
  cursor->at = end + 1;
  return LEVADA_VALUE;
}

LEVADA_BODY levada_status levada_json_date(levada_json *json, levada_json_cursor *cursor, int32_t *out) {
  const char *at = cursor->at, *end = quick_json_text(at);
  if (__builtin_expect(!end || !quick_date(at + 1, (uint64_t)(end - at - 1), out), 0))
    return cold(json, cursor, levada_json_date_slow, out);
  cursor->at = end + 1;
  return LEVADA_VALUE;
}
LEVADA_BODY levada_status levada_json_time(levada_json *json, levada_json_cursor *cursor, int32_t *out) {
  return cold(json, cursor, levada_json_time_slow, out);
}

#define LEVADA_JSON_MOMENT(NAME, RESULT)                                                           \
  LEVADA_BODY levada_status levada_json_##NAME(levada_json *json, levada_json_cursor *cursor, int64_t *out) {                  \
    const char *at = cursor->at, *end = quick_json_text(at);                                         \
    int64_t ms;                                                                                    \
    bool zone;                                                                                     \
    if (__builtin_expect(!end || !quick_moment(at + 1, (uint64_t)(end - at - 1), &ms, &zone), 0))  \
      return cold(json, cursor, levada_json_##NAME##_slow, out);                                                 \
    *out = RESULT;                                                                                 \
    cursor->at = end + 1;                                                                            \
    return LEVADA_VALUE;                                                                           \
  }
LEVADA_JSON_MOMENT(ts3, ms)
LEVADA_JSON_MOMENT(ts6, ms * 1000)
LEVADA_JSON_MOMENT(ltz3, zone ? ms : levada_zone_to_utc_ms(json->ctx, ms))
LEVADA_JSON_MOMENT(ltz6, (zone ? ms : levada_zone_to_utc_ms(json->ctx, ms)) * 1000)

#define LEVADA_JSON_COLD(NAME, TYPE)                                                               \
  LEVADA_BODY levada_status levada_json_##NAME(levada_json *json, levada_json_cursor *cursor,      \
                                               TYPE *out) {                                        \
    return cold(json, cursor, levada_json_##NAME##_slow, out);                                     \
  }
LEVADA_JSON_COLD(bytes, levada_str)
LEVADA_JSON_COLD(ts9, levada_i128)
LEVADA_JSON_COLD(ltz9, levada_i128)
LEVADA_BODY levada_status levada_json_dec(levada_json *json, levada_json_cursor *cursor,
                                          int32_t precision, int32_t scale, levada_i128 *out) {
  return cold(json, cursor, levada_json_dec_slow, precision, scale, out);
}
LEVADA_BODY levada_status levada_json_pattern(levada_json *json, levada_json_cursor *cursor,
                                              const char *pattern, int32_t unit, bool local,
                                              void *out) {
  return cold(json, cursor, levada_json_pattern_slow, pattern, unit, local, out);
}
LEVADA_BODY levada_status levada_json_nested(levada_json *json, levada_json_cursor *cursor,
                                             const levada_type *type, levada_str *out) {
  return cold(json, cursor, levada_json_nested_slow, type, out);
}
