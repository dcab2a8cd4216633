//===- json_compact.cpp - objects and arrays as text ----------------------===//
//
// What a STRING column gets of a nested value: JSON as Jackson prints a tree,
// so no spaces, numbers with a fraction as Java prints doubles, texts with only
// the escapes they need. The value has been checked.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/json.h"
#include "stdlib/text.h"

#include <string.h>

namespace levada::formats {

static char *put_number(char *to, const char *p, uint64_t n) {
  double d;
  bool fraction = false;
  for (uint64_t i = 0; i < n; ++i)
    fraction |= p[i] == '.' || (p[i] | 32) == 'e';
  if (fraction && levada_parse_f64(p, n, &d))
    return levada_put_f64(to, d);
  if (n == 2 && p[0] == '-' && p[1] == '0') // an integer has no negative zero
    ++p, --n;
  memcpy(to, p, n);
  return to + n;
}

levada_str json_compact(levada_json *json, const char *p, uint64_t n) {
  const char *end = p + n;
  // A number may grow: 1e9 becomes 1.0E9, 1.5 stays; a text at most six times
  // where its escapes are resolved and made again.
  char *text = levada_rt_alloc(json->ctx, n * 9 + 64), *to = text;
  while (p != end) {
    if (is_space(*p)) {
      ++p;
    } else if (*p == '"') {
      const char *from = p + 1, *q = from;
      while (*(q = string_end(q)) != '"')
        q += 2;
      uint64_t size = (uint64_t)(q - from);
      p = q + 1;
      if (memchr(from, '\\', size))
        json_unescape(json->ctx, from, size, &from, &size);
      levada_str s;
      view(from, size, &s);
      to = levada_put_json_str(to, &s);
    } else if (*p == '-' || is_digit(*p)) {
      const char *from = p;
      while (is_digit(*p) || *p == '-' || *p == '+' || *p == '.' || (*p | 32) == 'e')
        ++p;
      to = put_number(to, from, (uint64_t)(p - from));
    } else {
      *to++ = *p++;
    }
  }
  levada_str out;
  view(text, (uint64_t)(to - text), &out);
  return out;
}

} // namespace levada::formats
