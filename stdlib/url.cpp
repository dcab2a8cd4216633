//===- url.cpp - PARSE_URL -------------------------------------------------===//
//
// As java.net.URL takes a URL apart: scheme://[user[:password]@]host[:port]/path
// ?query#ref, nothing decoded. Schemes that Java has no handler for are NULL.
//
//===----------------------------------------------------------------------===//
#include "stdlib/build.h"

using namespace levada::text;

namespace {

struct Part {
  const char *p, *end;
  bool present;
};

struct Url {
  Part protocol, authority, user, host, path, query, ref, file;
};

const char *until(const char *p, const char *end, const char *set) {
  for (; p != end; ++p)
    for (const char *c = set; *c; ++c)
      if (*p == *c)
        return p;
  return end;
}

bool knownScheme(const char *p, const char *end) {
  constexpr const char *kSchemes[] = {"http", "https", "ftp", "file", "jar", "mailto"};
  for (const char *scheme : kSchemes) {
    uint64_t size = __builtin_strlen(scheme);
    bool same = uint64_t(end - p) == size;
    for (uint64_t i = 0; i < size && same; ++i)
      same = (p[i] | 32) == scheme[i];
    if (same)
      return true;
  }
  return false;
}

bool parse(const levada_str &s, Url *url) {
  const char *p = levada_data(s), *end = p + s.len;
  while (p != end && uint8_t(*p) <= ' ')
    ++p;
  while (p != end && uint8_t(end[-1]) <= ' ')
    --end;
  const char *colon = until(p, end, ":/");
  if (colon == end || *colon != ':' || !knownScheme(p, colon))
    return false;
  url->protocol = {p, colon, true};
  p = colon + 1;
  const char *hash = until(p, end, "#");
  url->ref = {hash == end ? end : hash + 1, end, hash != end};
  end = hash;
  const char *question = until(p, end, "?");
  url->query = {question == end ? end : question + 1, end, question != end};
  const char *fileEnd = end;
  end = question;
  url->authority = url->user = {p, p, false};
  url->host = {p, p, true};
  if (end - p >= 2 && p[0] == '/' && p[1] == '/') {
    const char *begin = p + 2;
    p = until(begin, end, "/");
    url->authority = {begin, p, true};
    const char *at = until(begin, p, "@"), *host = begin;
    if (at != p) {
      url->user = {begin, at, true};
      host = at + 1;
    }
    const char *hostEnd = p;
    if (host != p && *host == '[') {
      hostEnd = until(host, p, "]");
      hostEnd += hostEnd != p;
    } else {
      hostEnd = until(host, p, ":");
    }
    for (const char *q = hostEnd == p ? p : hostEnd + 1; q != p; ++q)
      if (uint8_t(*q - '0') >= 10)
        return false;
    url->host = {host, hostEnd, true};
  }
  url->path = {p, end, true};
  url->file = {p, fileEnd, true};
  return true;
}

levada_status give(const levada_str &s, const Part &part, levada_str *out) {
  if (!part.present)
    return LEVADA_NULL;
  *out = levada::text::part(s, uint64_t(part.p - levada_data(s)), uint64_t(part.end - part.p));
  return LEVADA_VALUE;
}

} // namespace

extern "C" {

/// A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO; NULL where the
/// URL has none or is none.
LEVADA_FN("PARSE_URL", pure | nullable)
levada_status levada_fn_parse_url(levada_ctx *, const levada_str &url, const levada_str &name,
                                  levada_str *out) {
  Url u;
  if (!parse(url, &u))
    return LEVADA_NULL;
  auto is = [&](const char *word) {
    return name.len == __builtin_strlen(word) &&
           __builtin_memcmp(levada_data(name), word, name.len) == 0;
  };
  if (is("HOST"))
    return give(url, u.host, out);
  if (is("PATH"))
    return give(url, u.path, out);
  if (is("QUERY"))
    return give(url, u.query, out);
  if (is("REF"))
    return give(url, u.ref, out);
  if (is("PROTOCOL"))
    return give(url, u.protocol, out);
  if (is("FILE"))
    return give(url, u.file, out);
  if (is("AUTHORITY"))
    return give(url, u.authority, out);
  if (is("USERINFO"))
    return give(url, u.user, out);
  return LEVADA_NULL;
}
/// The value of parameter `key` in the URL's query; `name` must be QUERY.
LEVADA_FN("PARSE_URL", pure | nullable)
levada_status levada_fn_parse_url_key(levada_ctx *, const levada_str &url, const levada_str &name,
                                      const levada_str &key, levada_str *out) {
  Url u;
  if (name.len != 5 || __builtin_memcmp(name.inl, "QUERY", 5) != 0 || !parse(url, &u) ||
      !u.query.present)
    return LEVADA_NULL;
  for (const char *p = u.query.p; p <= u.query.end;) {
    const char *end = until(p, u.query.end, "&");
    if (uint64_t(end - p) > key.len && p[key.len] == '=' &&
        __builtin_memcmp(p, levada_data(key), key.len) == 0)
      return give(url, {p + key.len + 1, end, true}, out);
    p = end + 1;
  }
  return LEVADA_NULL;
}

} // extern "C"
