//===- ext_json.cpp - JSON_VALUE, JSON_EXISTS, JSON_QUERY, IS JSON ---------===//
//
// The text is checked as a whole, then the path walks over it; nothing is built.
// A path without `lax` is strict: what is not there is an error, and errors
// are NULL (JSON_VALUE) or FALSE (JSON_EXISTS). Of equal keys the last counts.
//
//===----------------------------------------------------------------------===//
#include "stdlib/build.h"

#include <string.h>

using namespace levada::text;

namespace {

constexpr int kMaxDepth = 1000;

struct Scanner {
  const char *p, *end;

  void blanks() {
    while (p != end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
      ++p;
  }
  bool word(const char *text, int64_t size) {
    if (end - p < size || memcmp(p, text, size_t(size)) != 0)
      return false;
    p += size;
    return true;
  }
  bool digits() {
    const char *begin = p;
    while (p != end && uint8_t(*p - '0') < 10)
      ++p;
    return p != begin;
  }
  bool number() {
    if (p != end && *p == '-')
      ++p;
    if (p != end && *p == '0')
      ++p;
    else if (!digits())
      return false;
    if (p != end && *p == '.') {
      ++p;
      if (!digits())
        return false;
    }
    if (p != end && (*p | 32) == 'e') {
      ++p;
      if (p != end && (*p == '+' || *p == '-'))
        ++p;
      return digits();
    }
    return true;
  }
  bool string() {
    for (++p; p != end; ++p) {
      if (*p == '"') {
        ++p;
        return true;
      }
      if (uint8_t(*p) < 0x20)
        return false;
      if (*p != '\\')
        continue;
      if (++p == end)
        return false;
      if (*p == 'u') {
        for (int i = 0; i < 4; ++i)
          if (++p == end || (uint8_t(*p - '0') >= 10 && uint8_t((*p | 32) - 'a') >= 6))
            return false;
      } else if (!strchr("\"\\/bfnrt", *p)) {
        return false;
      }
    }
    return false;
  }
  /// One value, blanks before it included.
  bool value(int depth = 0) {
    blanks();
    if (p == end || depth > kMaxDepth)
      return false;
    switch (*p) {
    case '"':
      return string();
    case 't':
      return word("true", 4);
    case 'f':
      return word("false", 5);
    case 'n':
      return word("null", 4);
    case '[':
    case '{': {
      bool object = *p == '{';
      char close = object ? '}' : ']';
      ++p;
      blanks();
      if (p != end && *p == close) {
        ++p;
        return true;
      }
      for (;;) {
        if (object) {
          blanks();
          if (p == end || *p != '"' || !string())
            return false;
          blanks();
          if (p == end || *p++ != ':')
            return false;
        }
        if (!value(depth + 1))
          return false;
        blanks();
        if (p == end)
          return false;
        if (*p == close) {
          ++p;
          return true;
        }
        if (*p++ != ',')
          return false;
      }
    }
    default:
      return number();
    }
  }
};

/// One document, with blanks around it; its first character, or 0.
char document(const levada_str &s) {
  Scanner in{levada_data(s), levada_data(s) + s.len};
  in.blanks();
  char first = in.p != in.end ? *in.p : 0;
  if (!in.value())
    return 0;
  in.blanks();
  return in.p == in.end ? first : 0;
}

int32_t hex4(const char *p) {
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    uint8_t digit = uint8_t(p[i] - '0'), letter = uint8_t((p[i] | 32) - 'a');
    if (digit >= 10 && letter >= 6)
      return -1;
    value = value * 16 + (digit < 10 ? digit : letter + 10);
  }
  return value;
}

/// Resolves escapes of p…end into `at`; null at one that is none.
char *unescape(const char *p, const char *end, char *at) {
  while (p != end) {
    if (*p != '\\') {
      *at++ = *p++;
      continue;
    }
    if (++p == end)
      return nullptr;
    switch (*p++) {
    case 'b':
      *at++ = '\b';
      break;
    case 'f':
      *at++ = '\f';
      break;
    case 'n':
      *at++ = '\n';
      break;
    case 'r':
      *at++ = '\r';
      break;
    case 't':
      *at++ = '\t';
      break;
    case '"':
    case '\\':
    case '/':
      *at++ = p[-1];
      break;
    case 'u': {
      if (end - p < 4)
        return nullptr;
      int32_t c = hex4(p);
      if (c < 0)
        return nullptr;
      p += 4;
      if (c >= 0xD800 && c < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        int32_t low = hex4(p + 2);
        if (low >= 0xDC00 && low < 0xE000) {
          c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
          p += 6;
        }
      }
      at = putChar(at, c >= 0xD800 && c < 0xE000 ? 0xFFFD : uint32_t(c));
      break;
    }
    default:
      return nullptr;
    }
  }
  return at;
}

/// True when the quoted key at p…end (without quotes) says `name`.
bool sameKey(const char *p, const char *end, const char *name, uint64_t size) {
  if (!memchr(p, '\\', size_t(end - p)))
    return uint64_t(end - p) == size && memcmp(p, name, size) == 0;
  char text[512];
  if (end - p > 512)
    return false;
  char *stop = unescape(p, end, text);
  return stop && uint64_t(stop - text) == size && memcmp(text, name, size) == 0;
}

enum class Found { Value, Empty, Error };

/// Walks `path` (behind the mode and `$`) from the value at `in`; on success
/// `in.p` stands on the value found. Only a single value is ever found.
Found walk(Scanner in, const char *path, const char *end, bool lax, const char **out) {
  for (;;) {
    while (path != end && *path == ' ')
      ++path;
    in.blanks();
    if (path == end) {
      *out = in.p;
      return Found::Value;
    }
    const char *name = nullptr;
    uint64_t size = 0;
    int64_t index = -1;
    if (*path == '.') {
      ++path;
      if (path != end && *path == '"') {
        name = ++path;
        while (path != end && *path != '"')
          ++path;
        size = uint64_t(path - name);
        if (path == end)
          return Found::Error;
        ++path;
      } else {
        name = path;
        while (path != end && *path != '.' && *path != '[' && *path != ' ')
          ++path;
        size = uint64_t(path - name);
      }
      if (size == 0)
        return Found::Error;
    } else if (*path == '[') {
      ++path;
      if (path != end && (*path == '\'' || *path == '"')) {
        char quote = *path++;
        name = path;
        while (path != end && *path != quote)
          ++path;
        size = uint64_t(path - name);
        if (path == end)
          return Found::Error;
        ++path;
      } else {
        const char *begin = path;
        index = 0;
        while (path != end && uint8_t(*path - '0') < 10 && index < 100000000)
          index = index * 10 + (*path++ - '0');
        if (path == begin)
          return Found::Error;
      }
      if (path == end || *path++ != ']')
        return Found::Error;
    } else {
      return Found::Error;
    }

    const char *hit = nullptr;
    if (name && *in.p == '{') {
      ++in.p;
      for (in.blanks(); *in.p != '}';) {
        const char *key = in.p + 1;
        in.string();
        bool same = sameKey(key, in.p - 1, name, size);
        in.blanks();
        ++in.p; // :
        in.blanks();
        if (same)
          hit = in.p;
        in.value();
        in.blanks();
        if (*in.p == ',')
          ++in.p;
        in.blanks();
      }
    } else if (!name && *in.p == '[') {
      ++in.p;
      in.blanks();
      for (int64_t at = 0; *in.p != ']'; ++at) {
        in.blanks();
        if (at == index) {
          hit = in.p;
          break;
        }
        in.value();
        in.blanks();
        if (*in.p == ',')
          ++in.p;
        in.blanks();
      }
    } else if (!name && lax && index == 0) {
      hit = in.p; // a value is an array of itself
    }
    if (!hit)
      return lax ? Found::Empty : Found::Error;
    in.p = hit;
  }
}

/// The scalar at `at` in `json` as text.
void scalarText(levada_ctx *ctx, const levada_str &json, const char *at, levada_str *out) {
  const char *data = levada_data(json);
  Scanner in{at, data + json.len};
  in.value();
  if (*at != '"') {
    *out = part(json, uint64_t(at - data), uint64_t(in.p - at));
    return;
  }
  const char *begin = at + 1, *end = in.p - 1;
  if (!memchr(begin, '\\', size_t(end - begin))) {
    *out = part(json, uint64_t(begin - data), uint64_t(end - begin));
    return;
  }
  Buffer buffer(ctx, uint64_t(end - begin));
  *out = buffer.finish(unescape(begin, end, buffer.data));
}

bool isLax(const levada_str &path) {
  const char *p = levada_data(path), *end = p + path.len;
  while (p != end && *p == ' ')
    ++p;
  return end - p > 4 && memcmp(p, "lax ", 4) == 0;
}

bool says(const levada_str &word, const char *text) {
  return word.len == strlen(text) && memcmp(levada_data(word), text, word.len) == 0;
}

Found search(const levada_str &json, const levada_str &path, const char **out) {
  if (!document(json))
    return Found::Error;
  const char *p = levada_data(path), *end = p + path.len;
  while (p != end && *p == ' ')
    ++p;
  bool lax = end - p > 4 && memcmp(p, "lax ", 4) == 0;
  if (lax)
    p += 4;
  else if (end - p > 7 && memcmp(p, "strict ", 7) == 0)
    p += 7;
  while (p != end && *p == ' ')
    ++p;
  if (p == end || *p != '$')
    return Found::Error;
  return walk({levada_data(json), levada_data(json) + json.len}, p + 1, end, lax, out);
}

} // namespace

extern "C" {

/// The text, number or truth value at `path` in `json`, as text; NULL where there is none.
LEVADA_FN("JSON_VALUE", pure | nullable)
levada_status levada_fn_json_value(levada_ctx *ctx, const levada_str &json,
                                   const levada_str &path, levada_str *out) {
  const char *at;
  if (search(json, path, &at) != Found::Value || *at == '{' || *at == '[' || *at == 'n')
    return LEVADA_NULL;
  scalarText(ctx, json, at, out);
  return LEVADA_VALUE;
}
/// JSON_VALUE(json, path … ON EMPTY … ON ERROR): what is said for where there is nothing at
/// `path`, and for where it cannot be looked for. NULL, ERROR or DEFAULT with a value.
LEVADA_FN("JSON_VALUE", pure | nullable | fails)
levada_status levada_fn_json_value_or(levada_ctx *ctx, const levada_str &json,
                                      const levada_str &path, const levada_str &on_empty,
                                      levada_opt<levada_str> empty, const levada_str &on_error,
                                      levada_opt<levada_str> error, levada_str *out) {
  const char *at = nullptr;
  Found found = search(json, path, &at);
  if (found == Found::Value && *at == 'n')
    found = Found::Empty;
  else if (found == Found::Value && (*at == '{' || *at == '['))
    found = isLax(path) ? Found::Empty : Found::Error;
  if (found == Found::Value) {
    scalarText(ctx, json, at, out);
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
  const char *at;
  Found found = search(json, path, &at);
  if (found == Found::Error) {
    if (says(on_error, "ERROR"))
      return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "JSON_EXISTS: the path cannot be followed");
    if (says(on_error, "NULL"))
      return LEVADA_NULL;
  }
  *out = found == Found::Value || (found == Found::Error && says(on_error, "TRUE"));
  return LEVADA_VALUE;
}
/// JSON_QUERY(json, path … WRAPPER … ON EMPTY … ON ERROR): the object or array at `path` as JSON
/// without blanks.
LEVADA_FN("JSON_QUERY", pure | nullable | fails)
levada_status levada_fn_json_query_or(levada_ctx *ctx, const levada_str &json,
                                      const levada_str &path, const levada_str &wrapper,
                                      const levada_str &on_empty, const levada_str &on_error,
                                      levada_str *out) {
  const char *at = nullptr;
  Found found = search(json, path, &at);
  if (found == Found::Value && *at == 'n')
    found = Found::Empty;
  bool wrap = false;
  if (found == Found::Value) {
    wrap = says(wrapper, "UNCONDITIONAL") || (wrapper.len && *at != '[');
    if (!wrap && *at != '{' && *at != '[')
      found = isLax(path) ? Found::Empty : Found::Error;
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
  Scanner in{at, levada_data(json) + json.len};
  in.value();
  Buffer buffer(ctx, uint64_t(in.p - at) + 2);
  char *to = buffer.data;
  bool quoted = false;
  if (wrap)
    *to++ = '[';
  for (const char *p = at; p != in.p; ++p) {
    if (quoted && *p == '\\') {
      *to++ = *p++;
      *to++ = *p;
      continue;
    }
    quoted ^= *p == '"';
    if (quoted || (*p != ' ' && *p != '\t' && *p != '\n' && *p != '\r'))
      *to++ = *p;
  }
  if (wrap)
    *to++ = ']';
  *out = buffer.finish(to);
  return LEVADA_VALUE;
}
/// The object or array at `path` in `json` as JSON without blanks; NULL where there is none.
LEVADA_FN("JSON_QUERY", pure | nullable)
levada_status levada_fn_json_query(levada_ctx *ctx, const levada_str &json,
                                   const levada_str &path, levada_str *out) {
  levada_str none = levada_view("", 0), null = levada_view("NULL", 4);
  return levada_fn_json_query_or(ctx, json, path, none, null, null, out);
}
/// True when `path` finds something in `json`.
LEVADA_FN("JSON_EXISTS", pure)
bool levada_fn_json_exists(const levada_str &json, const levada_str &path) {
  const char *at;
  return search(json, path, &at) == Found::Value;
}

/// `s IS JSON`: false of NULL.
LEVADA_FN("IS JSON", pure)
bool levada_fn_is_json(levada_opt<levada_str> s) { return s.value && document(*s.value); }
/// `s IS JSON VALUE`: the same as IS JSON.
LEVADA_FN("IS JSON VALUE", pure)
bool levada_fn_is_json_value(levada_opt<levada_str> s) { return s.value && document(*s.value); }
/// `s IS JSON OBJECT`: false of NULL.
LEVADA_FN("IS JSON OBJECT", pure)
bool levada_fn_is_json_object(levada_opt<levada_str> s) {
  return s.value && document(*s.value) == '{';
}
/// `s IS JSON ARRAY`: false of NULL.
LEVADA_FN("IS JSON ARRAY", pure)
bool levada_fn_is_json_array(levada_opt<levada_str> s) {
  return s.value && document(*s.value) == '[';
}
/// `s IS JSON SCALAR`: false of NULL.
LEVADA_FN("IS JSON SCALAR", pure)
bool levada_fn_is_json_scalar(levada_opt<levada_str> s) {
  char first = s.value ? document(*s.value) : 0;
  return first && first != '{' && first != '[';
}

/// `s` as a JSON string, in ASCII.
LEVADA_FN("JSON_QUOTE", pure)
levada_status levada_fn_json_quote(levada_ctx *ctx, const levada_str &s, levada_str *out) {
  const char *p = levada_data(s), *end = p + s.len;
  Buffer buffer(ctx, uint64_t(s.len) * 6 + 2);
  char *at = buffer.data;
  auto unit = [&](uint32_t c) {
    *at++ = '\\', *at++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
      *at++ = "0123456789abcdef"[c >> shift & 15];
  };
  *at++ = '"';
  while (p < end) {
    uint32_t c = readChar(p, end);
    const char *escape = c && c < 0x80 ? strchr("\"\"\\\\\bb\ff\nn\rr\tt", int(c)) : nullptr;
    if (escape && (c < 0x20 || c == '"' || c == '\\')) {
      *at++ = '\\';
      *at++ = escape[1];
    } else if (c >= 0x20 && c < 0x7F) {
      *at++ = char(c);
    } else if (c >= 0x10000) {
      unit(0xD7C0 + (c >> 10));
      unit(0xDC00 | (c & 0x3FF));
    } else {
      unit(c);
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
