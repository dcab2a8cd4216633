//===- ext_json_tree.cpp - reading and writing JSON ------------------------===//
//
// Follows Jackson as Flink sets it up: big decimals for fractions, members in
// the order of their keys, of equal keys the last one, and no look at what comes
// after the first document.
//
//===----------------------------------------------------------------------===//
#include "stdlib/json.h"

#include <string.h>

#include <algorithm>
#include <vector>

using levada::text::putChar;

namespace levada::json {

constexpr int kMaxDepth = 1000;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static bool isDigit(char c) { return uint8_t(c - '0') < 10; }

static bool digits(Scanner &in) {
  const char *begin = in.p;
  while (in.p != in.end && isDigit(*in.p))
    ++in.p;
  return in.p != begin;
}

bool Scanner::number() {
  if (p != end && *p == '-')
    ++p;
  if (p != end && *p == '0') {
    ++p;
    if (p != end && isDigit(*p))
      return false;
  } else if (!digits(*this)) {
    return false;
  }
  if (p != end && *p == '.') {
    ++p;
    if (!digits(*this))
      return false;
  }
  if (p != end && (*p | 32) == 'e') {
    ++p;
    if (p != end && (*p == '+' || *p == '-'))
      ++p;
    return digits(*this);
  }
  return true;
}

bool Scanner::string() {
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
        if (++p == end || (!isDigit(*p) && uint8_t((*p | 32) - 'a') >= 6))
          return false;
    } else if (!*p || !strchr("\"\\/bfnrt", *p)) {
      return false;
    }
  }
  return false;
}

static bool word(Scanner &in, const char *text, int64_t size) {
  if (in.end - in.p < size || memcmp(in.p, text, size_t(size)) != 0)
    return false;
  in.p += size;
  return true;
}

bool Scanner::value(int depth) {
  blanks();
  if (p == end || depth > kMaxDepth)
    return false;
  switch (*p) {
  case '"':
    return string();
  case 't':
    return word(*this, "true", 4);
  case 'f':
    return word(*this, "false", 5);
  case 'n':
    return word(*this, "null", 4);
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

char document(const levada_str &s, const char **begin, const char **end) {
  Scanner in{levada_data(s), levada_data(s) + s.len};
  in.blanks();
  *begin = in.p;
  char first = in.p != in.end ? *in.p : 0;
  if (!in.value())
    return 0;
  *end = in.p;
  // A word or number has to end where it ends.
  if (first == '{' || first == '[' || first == '"' || in.p == in.end)
    return first;
  return *in.p == ' ' || *in.p == '\t' || *in.p == '\n' || *in.p == '\r' ? first : 0;
}

static int32_t hex4(const char *p) {
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    uint8_t digit = uint8_t(p[i] - '0'), letter = uint8_t((p[i] | 32) - 'a');
    if (digit >= 10 && letter >= 6)
      return -1;
    value = value * 16 + (digit < 10 ? digit : letter + 10);
  }
  return value;
}

char *unescape(const char *p, const char *end, char *at) {
  while (p != end) {
    if (*p != '\\') {
      *at++ = *p++;
      continue;
    }
    if (++p == end)
      return nullptr;
    char c = *p++;
    const char *plain = c ? strchr("b\bf\fn\nr\rt\t\"\"\\\\//", c) : nullptr;
    if (c == 'u') {
      if (end - p < 4)
        return nullptr;
      int32_t code = hex4(p);
      if (code < 0)
        return nullptr;
      p += 4;
      if (code >= 0xD800 && code < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        int32_t low = hex4(p + 2);
        if (low >= 0xDC00 && low < 0xE000) {
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          p += 6;
        }
      }
      // Half a pair is what Java's encoder makes of it.
      at = putChar(at, code >= 0xD800 && code < 0xE000 ? '?' : uint32_t(code));
    } else if (plain) {
      *at++ = plain[1];
    } else {
      return nullptr;
    }
  }
  return at;
}

Text unescaped(levada_ctx *ctx, const char *begin, const char *end) {
  uint64_t size = uint64_t(end - begin);
  if (!memchr(begin, '\\', size))
    return {begin, size};
  char *data = levada_rt_alloc(ctx, size);
  char *stop = unescape(begin, end, data);
  return stop ? Text{data, uint64_t(stop - data)} : Text{begin, 0};
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

/// Whole numbers lose a sign before zero; fractions are written as
/// BigDecimal.toString does: plain while the exponent is in -6 … 0.
uint64_t putCanonical(Text text, char *out) {
  const char *p = text.data, *end = p + text.size;
  char *at = out;
  bool negative = p != end && *p == '-';
  p += negative;
  bool whole = true;
  for (const char *q = p; q != end; ++q)
    whole &= isDigit(*q);
  if (whole) {
    if (negative && !(end - p == 1 && *p == '0'))
      *at++ = '-';
    memcpy(at, p, size_t(end - p));
    return uint64_t(at - out) + uint64_t(end - p);
  }
  // Digits without the point, and how many of them are fraction.
  char *begin = at + 1;
  char *last = begin;
  int64_t scale = 0;
  bool fraction = false;
  for (; p != end && (*p | 32) != 'e'; ++p) {
    if (*p == '.') {
      fraction = true;
      continue;
    }
    *last++ = *p;
    scale += fraction;
  }
  if (p != end) {
    ++p;
    bool minus = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+'))
      ++p;
    int64_t exponent = 0;
    for (; p != end && exponent < 1000000000; ++p)
      exponent = exponent * 10 + (*p - '0');
    scale += minus ? exponent : -exponent;
  }
  char *first = begin;
  while (first + 1 < last && *first == '0')
    ++first;
  int64_t count = last - first;
  bool zero = count == 1 && *first == '0';
  char digits[1100];
  if (count > 1000)
    count = 1000;
  memcpy(digits, first, size_t(count));
  if (negative && !zero)
    *at++ = '-';
  int64_t adjusted = count - 1 - scale;
  if (scale == 0 || (scale > 0 && adjusted >= -6)) {
    if (scale == 0) {
      memcpy(at, digits, size_t(count));
      return uint64_t(at + count - out);
    }
    int64_t before = count - scale;
    if (before <= 0) {
      *at++ = '0', *at++ = '.';
      for (; before < 0; ++before)
        *at++ = '0';
      memcpy(at, digits, size_t(count));
      return uint64_t(at + count - out);
    }
    memcpy(at, digits, size_t(before));
    at += before;
    *at++ = '.';
    memcpy(at, digits + before, size_t(scale));
    return uint64_t(at + scale - out);
  }
  *at++ = digits[0];
  if (count > 1) {
    *at++ = '.';
    memcpy(at, digits + 1, size_t(count - 1));
    at += count - 1;
  }
  if (adjusted != 0) {
    *at++ = 'E';
    *at++ = adjusted < 0 ? '-' : '+';
    uint64_t rest = uint64_t(adjusted < 0 ? -adjusted : adjusted);
    char reversed[24];
    int n = 0;
    do
      reversed[n++] = char('0' + rest % 10);
    while (rest /= 10);
    while (n)
      *at++ = reversed[--n];
  }
  return uint64_t(at - out);
}

Text canonical(levada_ctx *ctx, Text digits) {
  char *out = levada_rt_alloc(ctx, digits.size + 32);
  return {out, putCanonical(digits, out)};
}

//===----------------------------------------------------------------------===//
// Trees
//===----------------------------------------------------------------------===//

Node *make(levada_ctx *ctx, Kind kind, Text text) {
  auto *node = reinterpret_cast<Node *>(levada_rt_alloc(ctx, sizeof(Node)));
  *node = Node{kind, text, {}, nullptr, nullptr, nullptr, 0};
  return node;
}

void append(Node *array, Node *element) {
  element->next = nullptr;
  (array->last ? array->last->next : array->first) = element;
  array->last = element;
  ++array->count;
}

Node *member(const Node *object, Text key) {
  for (Node *m = object->first; m; m = m->next)
    if (m->key == key)
      return m;
  return nullptr;
}

void put(Node *object, Text key, Node *value) {
  value->key = key;
  Node *before = nullptr;
  for (Node *m = object->first; m; before = m, m = m->next) {
    if (!(m->key == key))
      continue;
    value->next = m->next;
    (before ? before->next : object->first) = value;
    if (object->last == m)
      object->last = value;
    return;
  }
  append(object, value);
}

/// Members of an object beyond this many are put in without a look at those before.
constexpr int64_t FEW = 32;

/// As if each member had been put: of those with one key the first gets the value of
/// the last, the others go.
static void unite(Node *object) {
  struct Place {
    Node *member;
    uint64_t at;
  };
  std::vector<Place> places;
  for (Node *m = object->first; m; m = m->next)
    places.push_back({m, places.size()});
  std::sort(places.begin(), places.end(), [](const Place &a, const Place &b) {
    const Text &x = a.member->key, &y = b.member->key;
    if (x.size != y.size)
      return x.size < y.size;
    int order = x.size ? memcmp(x.data, y.data, x.size) : 0;
    return order ? order < 0 : a.at < b.at;
  });
  std::vector<Node *> kept(places.size(), nullptr);
  for (size_t i = 0, end; i < places.size(); i = end) {
    for (end = i + 1; end < places.size() && places[end].member->key == places[i].member->key;)
      ++end;
    kept[places[i].at] = places[end - 1].member;
  }
  object->first = object->last = nullptr;
  object->count = 0;
  for (Node *member : kept)
    if (member)
      append(object, member);
}

static Node *build(levada_ctx *ctx, Scanner &in) {
  in.blanks();
  const char *begin = in.p;
  switch (*in.p) {
  case '"':
    in.string();
    return make(ctx, Kind::String, unescaped(ctx, begin + 1, in.p - 1));
  case 't':
    in.p += 4;
    return make(ctx, Kind::True);
  case 'f':
    in.p += 5;
    return make(ctx, Kind::False);
  case 'n':
    in.p += 4;
    return make(ctx, Kind::Null);
  case '[': {
    Node *array = make(ctx, Kind::Array);
    ++in.p;
    for (in.blanks(); *in.p != ']'; in.blanks()) {
      append(array, build(ctx, in));
      in.blanks();
      in.p += *in.p == ',';
    }
    ++in.p;
    return array;
  }
  case '{': {
    Node *object = make(ctx, Kind::Object);
    ++in.p;
    for (in.blanks(); *in.p != '}'; in.blanks()) {
      const char *key = in.p + 1;
      in.string();
      Text name = unescaped(ctx, key, in.p - 1);
      in.blanks();
      ++in.p; // :
      Node *value = build(ctx, in);
      if (object->count < FEW) {
        put(object, name, value);
      } else {
        value->key = name;
        append(object, value);
      }
      in.blanks();
      in.p += *in.p == ',';
    }
    ++in.p;
    if (object->count > FEW)
      unite(object);
    return object;
  }
  default:
    in.number();
    return make(ctx, Kind::Number, {begin, uint64_t(in.p - begin)});
  }
}

Node *parse(levada_ctx *ctx, const char *begin, const char *end) {
  Scanner in{begin, end};
  return build(ctx, in);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

char *Writer::need(uint64_t more) {
  if (size + more > room) {
    uint64_t grown = (size + more) * 2 < 64 ? 64 : (size + more) * 2;
    char *bigger = levada_rt_alloc(ctx, grown);
    if (size)
      memcpy(bigger, data, size);
    data = bigger;
    room = grown;
  }
  return data + size;
}

void Writer::quoted(Text text) {
  need(text.size + 2);
  put('"');
  for (uint64_t i = 0; i < text.size; ++i) {
    char c = text.data[i];
    if (uint8_t(c) >= 0x20 && c != '"' && c != '\\') {
      put(c);
      continue;
    }
    put('\\');
    switch (c) {
    case '\b':
      put('b');
      break;
    case '\f':
      put('f');
      break;
    case '\n':
      put('n');
      break;
    case '\r':
      put('r');
      break;
    case '\t':
      put('t');
      break;
    case '"':
    case '\\':
      put(c);
      break;
    default:
      put("u00", 3);
      put(char('0' + (c >> 4)));
      put("0123456789ABCDEF"[c & 15]);
    }
  }
  put('"');
}

void Writer::number(Text digits) { size += putCanonical(digits, need(digits.size + 32)); }

/// Keys as Java compares strings: by their UTF-16 units.
static bool keyBefore(const Node *a, const Node *b) {
  uint64_t n = a->key.size < b->key.size ? a->key.size : b->key.size;
  for (uint64_t i = 0; i < n; ++i) {
    uint8_t x = uint8_t(a->key.data[i]), y = uint8_t(b->key.data[i]);
    if (x == y)
      continue;
    // A supplementary character comes before U+E000 and up.
    if ((x >= 0xF0) != (y >= 0xF0) && (x >= 0xEE && y >= 0xEE))
      return x >= 0xF0;
    return x < y;
  }
  return a->key.size < b->key.size;
}

void Writer::node(const Node *node) {
  switch (node->kind) {
  case Kind::Null:
    return put("null", 4);
  case Kind::True:
    return put("true", 4);
  case Kind::False:
    return put("false", 5);
  case Kind::Number:
    return number(node->text);
  case Kind::String:
    return quoted(node->text);
  case Kind::Array:
    put('[');
    for (const Node *element = node->first; element; element = element->next) {
      if (element != node->first)
        put(',');
      this->node(element);
    }
    return put(']');
  case Kind::Object: {
    std::vector<const Node *> members;
    for (const Node *m = node->first; m; m = m->next)
      members.push_back(m);
    std::sort(members.begin(), members.end(), keyBefore);
    put('{');
    for (size_t i = 0; i < members.size(); ++i) {
      if (i)
        put(',');
      quoted(members[i]->key);
      put(':');
      this->node(members[i]);
    }
    return put('}');
  }
  }
}

} // namespace levada::json
