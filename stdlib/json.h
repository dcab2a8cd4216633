//===- json.h - JSON text, documents and paths of the JSON functions -------===//
//
// Text is checked and walked in place where a path names one value
// (json::Scanner); everything else builds a tree in the frame's memory. Numbers
// keep their digits as Java's BigInteger and BigDecimal would print them, and
// written objects have their keys in order, once each.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_STDLIB_JSON_H
#define LEVADA_STDLIB_JSON_H

#include "stdlib/build.h"

namespace levada::json {

/// Skips over values; `value` is false where there is none.
struct Scanner {
  const char *p, *end;

  void blanks() {
    while (p != end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
      ++p;
  }
  bool number();
  bool string();
  /// One value, blanks before it included.
  bool value(int depth = 0);
};

/// The first document of `s`, as Jackson reads one: what follows it does not
/// count. Its first character, or 0; `begin` and `end` are the value's.
char document(const levada_str &s, const char **begin, const char **end);

/// Bytes that live as long as the frame, or the document they are part of.
struct Text {
  const char *data;
  uint64_t size;
  bool operator==(const Text &other) const {
    return size == other.size && __builtin_memcmp(data, other.data, size) == 0;
  }
};

enum class Kind : uint8_t { Null, True, False, Number, String, Array, Object };

struct Node {
  Kind kind;
  Text text;   ///< a String's characters, a Number's digits as they are written
  Text key;    ///< of a member of an object
  Node *first; ///< elements, members
  Node *last;
  Node *next;
  int64_t count;
};

Node *make(levada_ctx *ctx, Kind kind, Text text = {});
/// Adds to an array.
void append(Node *array, Node *element);
/// Adds to an object; a key that is there already gets the new value.
void put(Node *object, Text key, Node *value);
/// The value of the member, or null.
Node *member(const Node *object, Text key);

/// The tree of a text that `document` has found.
Node *parse(levada_ctx *ctx, const char *begin, const char *end);

/// A growing buffer in the frame.
struct Writer {
  levada_ctx *ctx;
  char *data = nullptr;
  uint64_t size = 0, room = 0;

  char *need(uint64_t more);
  void put(char c) { *need(1) = c, ++size; }
  void put(const char *text, uint64_t n) {
    __builtin_memcpy(need(n), text, n);
    size += n;
  }
  void put(const char *text) { put(text, __builtin_strlen(text)); }
  /// In quotes, with escapes where JSON wants them.
  void quoted(Text text);
  void number(Text digits);
  void node(const Node *node);
  levada_str finish() const { return levada_view(data, uint32_t(size)); }
};

/// Characters between quotes without their escapes; `begin` where there is none.
Text unescaped(levada_ctx *ctx, const char *begin, const char *end);
/// Resolves escapes of p…end into `at`; null at one that is none.
char *unescape(const char *p, const char *end, char *at);
/// A number as Java prints it: BigInteger without, BigDecimal with a point or exponent.
Text canonical(levada_ctx *ctx, Text digits);
/// The digits of canonical() into `out` of `digits.size` + 32 bytes.
uint64_t putCanonical(Text digits, char *out);

enum class Found {
  Value,
  Empty, ///< nothing, of a `lax` path
  Error, ///< nothing, or no JSON, of a strict one
};

/// What a path finds in a text: a value in the text, or a tree.
struct Hit {
  Found found;
  const char *begin = nullptr, *end = nullptr; ///< in the text
  Node *node = nullptr;                        ///< else
  bool lax = false;

  char first() const; ///< of the value's text: '{', '"', 'n' …
};

Hit find(levada_ctx *ctx, const levada_str &json, const levada_str &path);
/// The tree of what was found.
Node *tree(levada_ctx *ctx, const Hit &hit);

} // namespace levada::json

#endif
