//===- ext_json_path.cpp - what a JSON path finds --------------------------===//
//
// Paths are Jayway's, as in Flink: `$.a.b`, `$['a b']`, `$.a[0]`, `[-1]`,
// `[1:3]`, `[0,2]`, `*`, `..`, filters `[?(@.b > 1)]` and functions such as
// `length()`. A path that names one value is walked in the text itself; the
// others look at a tree, and those that may find several values give an array.
// In `strict` mode, which is the default, a step without a target is an error.
//
//===----------------------------------------------------------------------===//
#include "stdlib/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <memory>
#include <string>
#include <vector>

namespace levada::json {
namespace {

enum class Step : uint8_t { Names, Indexes, Slice, All, Scan, Filter, Function };

struct Path;

/// A filter's condition: comparisons of operands, joined by logic.
struct Condition {
  enum Op : uint8_t { And, Or, Not, Exists, Eq, Ne, Lt, Le, Gt, Ge } op = Exists;
  std::unique_ptr<Condition> left, right;
  /// Of comparisons: a path (`@…`, `$…`), else a constant.
  struct Operand {
    std::unique_ptr<Path> path;
    bool fromRoot = false;
    Kind kind = Kind::Null;
    std::string text;
  } a, b;
};

struct Token {
  Step step;
  std::vector<std::string> names; ///< also the function's
  std::vector<int64_t> indexes;
  bool hasFrom = false, hasTo = false;
  int64_t from = 0, to = 0;
  std::unique_ptr<Condition> filter;
};

struct Path {
  bool good = false, lax = false;
  bool single = true;  ///< at most one value
  bool inPlace = true; ///< names and indexes from the start alone
  bool function = false;
  std::vector<Token> tokens;
};

//===----------------------------------------------------------------------===//
// Reading paths
//===----------------------------------------------------------------------===//

class Reader {
public:
  Reader(const char *p, const char *end, Path &path) : p(p), end(end), path(path) {}

  bool steps() {
    while (p != end)
      if (!next())
        return false;
    return true;
  }

  std::unique_ptr<Condition> either() {
    auto left = both();
    while (left && (blanks(), starts("||"))) {
      p += 2;
      left = join(Condition::Or, std::move(left), both());
    }
    return left;
  }

  const char *p, *end;

private:
  Path &path;

  bool at(char c) const { return p != end && *p == c; }
  bool starts(const char *text) const {
    size_t n = strlen(text);
    return size_t(end - p) >= n && memcmp(p, text, n) == 0;
  }
  void blanks() {
    while (p != end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
      ++p;
  }
  Token &add(Step step) {
    path.tokens.push_back({});
    path.tokens.back().step = step;
    return path.tokens.back();
  }
  bool next() {
    if (at('['))
      return bracket();
    if (!at('.'))
      return false;
    if (starts("..")) {
      add(Step::Scan);
      path.single = path.inPlace = false;
      p += 2;
    } else {
      ++p;
    }
    if (p == end || *p == '.')
      return false;
    if (at('['))
      return bracket();
    if (at('*')) {
      ++p;
      return all();
    }
    return name();
  }
  bool all() {
    add(Step::All);
    path.single = path.inPlace = false;
    return true;
  }
  bool name() {
    const char *begin = p;
    while (p != end && *p != '.' && *p != '[' && *p != '(') {
      if (*p == ' ')
        return false;
      ++p;
    }
    std::string text(begin, p);
    if (!at('(')) {
      if (text.empty())
        return false;
      add(Step::Names).names.push_back(std::move(text));
      return true;
    }
    ++p;
    blanks();
    if (!at(')'))
      return false;
    ++p;
    static const char *const known[] = {"avg", "first", "keys", "last", "length", "max", "min", "size", "stddev", "sum"};
    bool found = false;
    for (const char *each : known)
      found |= text == each;
    add(Step::Function).names.push_back(std::move(text));
    path.inPlace = false;
    path.function = true;
    return found && p == end;
  }
  bool bracket() {
    ++p;
    blanks();
    if (p == end)
      return false;
    if (*p == '\'' || *p == '"')
      return names();
    if (*p == '*') {
      ++p;
      blanks();
      return at(']') && (++p, all());
    }
    if (*p == '?') {
      ++p;
      blanks();
      if (!at('('))
        return false;
      ++p;
      auto condition = either();
      blanks();
      if (!condition || !at(')'))
        return false;
      ++p;
      blanks();
      if (!at(']'))
        return false;
      ++p;
      add(Step::Filter).filter = std::move(condition);
      path.single = path.inPlace = false;
      return true;
    }
    return numbers();
  }
  bool names() {
    Token &token = add(Step::Names);
    char quote = *p;
    for (;;) {
      blanks();
      if (!at(quote))
        return false;
      std::string text;
      for (++p; p != end && *p != quote; ++p) {
        if (*p == '\\' && p + 1 != end)
          ++p;
        text += *p;
      }
      if (p == end)
        return false;
      ++p;
      token.names.push_back(std::move(text));
      blanks();
      if (at(']')) {
        ++p;
        break;
      }
      if (!at(','))
        return false;
      ++p;
    }
    if (token.names.size() > 1) {
      path.inPlace = false;
      path.single &= p == end; // several members make one object at the end of a path
    }
    return true;
  }
  bool number(int64_t &out) {
    blanks();
    bool negative = at('-');
    p += negative;
    const char *begin = p;
    out = 0;
    while (p != end && uint8_t(*p - '0') < 10 && p - begin < 10)
      out = out * 10 + (*p++ - '0');
    if (p == begin)
      return false;
    out = negative ? -out : out;
    blanks();
    return true;
  }
  bool numbers() {
    Token token{};
    int64_t n = 0;
    bool some = *p != ':' && number(n);
    if (!some && *p != ':')
      return false;
    if (at(':')) {
      token.step = Step::Slice;
      token.hasFrom = some;
      token.from = n;
      ++p;
      blanks();
      if (!at(']')) {
        if (!number(token.to))
          return false;
        token.hasTo = true;
      }
      if (!token.hasFrom && !token.hasTo)
        return false;
      path.single = path.inPlace = false;
    } else {
      token.step = Step::Indexes;
      token.indexes.push_back(n);
      while (at(',')) {
        ++p;
        if (!number(n))
          return false;
        token.indexes.push_back(n);
      }
      if (token.indexes.size() > 1)
        path.single = path.inPlace = false;
      else if (n < 0)
        path.inPlace = false;
    }
    if (!at(']'))
      return false;
    ++p;
    path.tokens.push_back(std::move(token));
    return true;
  }

  static std::unique_ptr<Condition> join(Condition::Op op, std::unique_ptr<Condition> a,
                                         std::unique_ptr<Condition> b) {
    if (!a || !b)
      return nullptr;
    auto c = std::make_unique<Condition>();
    c->op = op;
    c->left = std::move(a);
    c->right = std::move(b);
    return c;
  }
  std::unique_ptr<Condition> both() {
    auto left = one();
    while (left && (blanks(), starts("&&"))) {
      p += 2;
      left = join(Condition::And, std::move(left), one());
    }
    return left;
  }
  std::unique_ptr<Condition> one() {
    blanks();
    if (at('!') && !starts("!=")) {
      ++p;
      auto c = std::make_unique<Condition>();
      c->op = Condition::Not;
      c->left = one();
      return c->left ? std::move(c) : nullptr;
    }
    if (at('(')) {
      ++p;
      auto c = either();
      blanks();
      if (!c || !at(')'))
        return nullptr;
      ++p;
      return c;
    }
    auto c = std::make_unique<Condition>();
    if (!operand(c->a))
      return nullptr;
    blanks();
    static const struct {
      const char *text;
      Condition::Op op;
    } ops[] = {{"==", Condition::Eq}, {"!=", Condition::Ne}, {"<=", Condition::Le},
               {">=", Condition::Ge}, {"<", Condition::Lt},  {">", Condition::Gt}};
    for (auto [text, op] : ops)
      if (starts(text)) {
        p += strlen(text);
        c->op = op;
        return operand(c->b) ? std::move(c) : nullptr;
      }
    return c->a.path ? std::move(c) : nullptr;
  }
  bool operand(Condition::Operand &out) {
    blanks();
    if (p == end)
      return false;
    if (*p == '@' || *p == '$') {
      out.fromRoot = *p++ == '$';
      const char *begin = p;
      int depth = 0;
      char quote = 0;
      for (; p != end; ++p) {
        if (quote) {
          if (*p == quote)
            quote = 0;
          continue;
        }
        if (*p == '\'' || *p == '"')
          quote = *p;
        else if (*p == '[' || *p == '(')
          ++depth;
        else if (*p == ']' || *p == ')') {
          if (depth-- == 0)
            break;
        } else if (depth == 0 && strchr(" =!<>&|", *p)) {
          break;
        }
      }
      out.path = std::make_unique<Path>();
      out.path->good = Reader(begin, p, *out.path).steps();
      return out.path->good;
    }
    if (*p == '\'' || *p == '"') {
      char quote = *p++;
      for (; p != end && *p != quote; ++p) {
        if (*p == '\\' && p + 1 != end)
          ++p;
        out.text += *p;
      }
      if (p == end)
        return false;
      ++p;
      out.kind = Kind::String;
      return true;
    }
    for (auto [text, kind] : {std::pair("true", Kind::True), std::pair("false", Kind::False),
                              std::pair("null", Kind::Null)})
      if (starts(text)) {
        p += strlen(text);
        out.kind = kind;
        return true;
      }
    Scanner in{p, end};
    if (!in.number())
      return false;
    out.kind = Kind::Number;
    out.text.assign(p, in.p);
    p = in.p;
    return true;
  }
};

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

void compile(const char *p, const char *end, Path &path) {
  // [strict | lax] before the path, in any case of letters.
  const char *q = p;
  while (q != end && isBlank(*q))
    ++q;
  for (const char *mode : {"strict", "lax"}) {
    size_t n = strlen(mode);
    if (size_t(end - q) > n + 1 && strncasecmp(q, mode, n) == 0 && isBlank(q[n])) {
      path.lax = n == 3;
      p = q + n;
      while (p != end && isBlank(*p))
        ++p;
      break;
    }
  }
  if (p == end || end[-1] == '.')
    return;
  std::string text(p, end);
  while (!text.empty() && uint8_t(text.back()) <= ' ')
    text.pop_back();
  size_t blank = 0;
  while (blank < text.size() && uint8_t(text[blank]) <= ' ')
    ++blank;
  if (blank == text.size() || blank || text.size() != size_t(end - p))
    return; // Flink's finds nothing where blanks stand around it
  if (text[0] != '$' && text[0] != '@')
    text = "$." + text;
  path.good = Reader(text.data() + 1, text.data() + text.size(), path).steps();
}

const Path &compiled(const levada_str &text) {
  struct Kept {
    std::string text;
    Path path;
  };
  thread_local std::vector<std::unique_ptr<Kept>> kept[64];
  thread_local int count = 0;
  const char *data = levada_data(text);
  uint64_t hash = text.len;
  for (uint32_t i = 0; i < text.len; ++i)
    hash = (hash ^ uint8_t(data[i])) * 0x100000001b3ull;
  auto *bucket = &kept[(hash >> 32) % 64];
  for (const auto &k : *bucket)
    if (k->text.size() == text.len && memcmp(k->text.data(), data, text.len) == 0)
      return k->path;
  if (++count > 4096) { // paths from data: start again
    for (auto &each : kept)
      each.clear();
    count = 1;
  }
  bucket->push_back(std::make_unique<Kept>());
  Kept &fresh = *bucket->back();
  fresh.text.assign(data, text.len);
  compile(data, data + text.len, fresh.path);
  return fresh.path;
}

//===----------------------------------------------------------------------===//
// In the text
//===----------------------------------------------------------------------===//

/// True when the quoted key at p…end (without quotes) says `name`.
bool sameKey(const char *p, const char *end, const std::string &name) {
  if (!memchr(p, '\\', size_t(end - p)))
    return uint64_t(end - p) == name.size() && memcmp(p, name.data(), name.size()) == 0;
  char text[512];
  if (end - p > 512)
    return false;
  char *stop = unescape(p, end, text);
  return stop && uint64_t(stop - text) == name.size() && memcmp(text, name.data(), name.size()) == 0;
}

/// From a text that is known to be JSON; null where a step has no target.
const char *walk(Scanner in, const Path &path) {
  for (const Token &token : path.tokens) {
    in.blanks();
    const char *hit = nullptr;
    if (token.step == Step::Names && *in.p == '{') {
      ++in.p;
      for (in.blanks(); *in.p != '}';) {
        const char *key = in.p + 1;
        in.string();
        bool same = sameKey(key, in.p - 1, token.names[0]);
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
    } else if (token.step == Step::Indexes && *in.p == '[') {
      ++in.p;
      in.blanks();
      for (int64_t at = 0; *in.p != ']'; ++at) {
        in.blanks();
        if (at == token.indexes[0]) {
          hit = in.p;
          break;
        }
        in.value();
        in.blanks();
        if (*in.p == ',')
          ++in.p;
        in.blanks();
      }
    }
    if (!hit)
      return nullptr;
    in.p = hit;
  }
  in.blanks();
  return in.p;
}

//===----------------------------------------------------------------------===//
// In a tree
//===----------------------------------------------------------------------===//

class Evaluation {
public:
  Evaluation(levada_ctx *ctx, const Path &path, const Node *root, bool lax)
      : ctx(ctx), path(path), root(root), lax(lax) {}

  std::vector<const Node *> results;
  bool failed = false;

  void run(const Node *from) { step(from, 0, true); }

private:
  levada_ctx *ctx;
  const Path &path;
  const Node *root;
  bool lax;

  /// A step has no target; `definite`: nothing before it was a choice.
  void missing(bool definite) { failed |= definite && !lax; }

  void step(const Node *node, size_t index, bool definite) {
    if (failed)
      return;
    if (index == path.tokens.size()) {
      results.push_back(node);
      return;
    }
    const Token &token = path.tokens[index];
    bool leaf = index + 1 == path.tokens.size();
    switch (token.step) {
    case Step::Names:
      if (node->kind != Kind::Object)
        return missing(definite);
      if (token.names.size() == 1 || !leaf) {
        for (const std::string &name : token.names) {
          const Node *value = member(node, {name.data(), name.size()});
          if (value)
            step(value, index + 1, definite && token.names.size() == 1);
          else if (!leaf)
            missing(definite && token.names.size() == 1);
        }
      } else {
        Node *merged = make(ctx, Kind::Object);
        for (const std::string &name : token.names)
          if (const Node *value = member(node, {name.data(), name.size()})) {
            Node *copy = make(ctx, value->kind);
            *copy = *value;
            put(merged, value->key, copy);
          }
        results.push_back(merged);
      }
      return;
    case Step::Indexes:
      if (node->kind != Kind::Array)
        return missing(definite);
      for (int64_t at : token.indexes)
        element(node, at, index, definite && token.indexes.size() == 1);
      return;
    case Step::Slice: {
      if (node->kind != Kind::Array)
        return missing(definite);
      int64_t length = node->count, from = token.hasFrom ? token.from : 0;
      int64_t to = token.hasTo ? token.to : length;
      if (from < 0 && !token.hasTo)
        from = length + from < 0 ? 0 : length + from;
      if (to < 0 && !token.hasFrom)
        to = length + to;
      for (int64_t at = from, last = to < length ? to : length; at < last; ++at)
        element(node, at, index, false);
      return;
    }
    case Step::All:
      if (node->kind == Kind::Object || node->kind == Kind::Array)
        for (const Node *each = node->first; each; each = each->next)
          step(each, index + 1, false);
      return;
    case Step::Scan:
      return scan(node, index + 1);
    case Step::Filter:
      if (node->kind == Kind::Object) {
        if (holds(*token.filter, node))
          step(node, index + 1, false);
      } else if (node->kind == Kind::Array) {
        for (const Node *each = node->first; each; each = each->next)
          if (holds(*token.filter, each))
            step(each, index + 1, false);
      } else {
        missing(definite);
      }
      return;
    case Step::Function:
      return apply(token.names[0], node);
    }
  }

  void element(const Node *array, int64_t at, size_t index, bool definite) {
    if (at < 0)
      at += array->count;
    if (at < 0 || at >= array->count)
      return;
    const Node *each = array->first;
    while (at--)
      each = each->next;
    step(each, index + 1, definite);
  }

  void scan(const Node *node, size_t index) {
    const Token &token = path.tokens[index];
    bool fits = token.step != Step::Names || node->kind == Kind::Object;
    if (token.step == Step::Names && fits)
      for (const std::string &name : token.names)
        fits &= member(node, {name.data(), name.size()}) != nullptr;
    if (token.step == Step::Indexes || token.step == Step::Slice)
      fits = node->kind == Kind::Array;
    if (token.step == Step::Filter)
      fits = node->kind == Kind::Array || node->kind == Kind::Object;
    if (fits)
      step(node, index, false);
    if (node->kind == Kind::Object || node->kind == Kind::Array)
      for (const Node *each = node->first; each; each = each->next)
        if (each->kind == Kind::Object || each->kind == Kind::Array)
          scan(each, index);
  }

  Node *real(double value) {
    // As Java prints a double: the digits of 17, the shortest that reads back.
    char text[40];
    int size = 0;
    for (int precision = 1; precision <= 17; ++precision) {
      size = snprintf(text, sizeof text, "%.*g", precision, value);
      if (strtod(text, nullptr) == value)
        break;
    }
    if (!memchr(text, '.', size_t(size)) && !memchr(text, 'e', size_t(size)) && value - value == 0)
      size += snprintf(text + size, sizeof text - size_t(size), ".0");
    char *copy = levada_rt_alloc(ctx, uint64_t(size));
    memcpy(copy, text, size_t(size));
    return make(ctx, Kind::Number, {copy, uint64_t(size)});
  }

  void apply(const std::string &name, const Node *node) {
    if (name == "length" || name == "size") {
      int64_t count = node->count;
      if (node->kind == Kind::String)
        count = text::countChars(node->text.data, node->text.size);
      else if (node->kind != Kind::Array && node->kind != Kind::Object)
        return;
      char *digits = levada_rt_alloc(ctx, 24);
      int size = snprintf(digits, 24, "%lld", static_cast<long long>(count));
      results.push_back(make(ctx, Kind::Number, {digits, uint64_t(size)}));
      return;
    }
    if (name == "keys") {
      if (node->kind != Kind::Object)
        return;
      Node *keys = make(ctx, Kind::Array);
      for (const Node *m = node->first; m; m = m->next)
        append(keys, make(ctx, Kind::String, m->key));
      results.push_back(keys);
      return;
    }
    if (node->kind != Kind::Array || !node->first) {
      failed |= !lax;
      return;
    }
    if (name == "first" || name == "last") {
      results.push_back(name == "first" ? node->first : node->last);
      return;
    }
    double sum = 0, squares = 0, least = INFINITY, most = -INFINITY, n = 0;
    for (const Node *each = node->first; each; each = each->next) {
      if (each->kind != Kind::Number)
        continue;
      double value = numberOf(each);
      sum += value, squares += value * value, n += 1;
      least = value < least ? value : least;
      most = value > most ? value : most;
    }
    if (n == 0) {
      failed |= !lax;
      return;
    }
    double mean = sum / n;
    results.push_back(real(name == "sum"   ? sum
                           : name == "avg" ? mean
                           : name == "min" ? least
                           : name == "max" ? most
                                           : sqrt(squares / n - mean * mean)));
  }

  static double numberOf(const Node *node) {
    return strtod(std::string(node->text.data, node->text.size).c_str(), nullptr);
  }

  /// The operand's value; null where a path finds nothing.
  const Node *value(const Condition::Operand &operand, const Node *node) {
    if (!operand.path)
      return make(ctx, operand.kind, {operand.text.data(), operand.text.size()});
    Evaluation inner(ctx, *operand.path, root, true);
    inner.run(operand.fromRoot ? root : node);
    return inner.results.empty() ? nullptr : inner.results.back();
  }

  bool holds(const Condition &c, const Node *node) {
    switch (c.op) {
    case Condition::And:
      return holds(*c.left, node) && holds(*c.right, node);
    case Condition::Or:
      return holds(*c.left, node) || holds(*c.right, node);
    case Condition::Not:
      return !holds(*c.left, node);
    case Condition::Exists:
      return value(c.a, node) != nullptr;
    default:
      break;
    }
    const Node *a = value(c.a, node), *b = value(c.b, node);
    if (!a || !b)
      return c.op == Condition::Ne && (a || b);
    bool numbers = a->kind == Kind::Number && b->kind == Kind::Number;
    bool texts = a->kind == Kind::String && b->kind == Kind::String;
    if (c.op == Condition::Eq || c.op == Condition::Ne) {
      bool equal = numbers ? numberOf(a) == numberOf(b)
                   : texts ? a->text == b->text
                           : a->kind == b->kind && a->kind < Kind::Number;
      return equal == (c.op == Condition::Eq);
    }
    int order;
    if (numbers) {
      double x = numberOf(a), y = numberOf(b);
      order = x < y ? -1 : x > y;
    } else if (texts) {
      order = std::string(a->text.data, a->text.size).compare(std::string(b->text.data, b->text.size));
    } else {
      return false;
    }
    return c.op == Condition::Lt   ? order < 0
           : c.op == Condition::Le ? order <= 0
           : c.op == Condition::Gt ? order > 0
                                   : order >= 0;
  }
};

} // namespace

char Hit::first() const {
  if (!node)
    return *begin;
  constexpr char letters[] = {'n', 't', 'f', '0', '"', '[', '{'};
  return letters[int(node->kind)];
}

Node *tree(levada_ctx *ctx, const Hit &hit) {
  return hit.node ? hit.node : parse(ctx, hit.begin, hit.end);
}

Hit find(levada_ctx *ctx, const levada_str &json, const levada_str &path) {
  const Path &steps = compiled(path);
  Hit hit{steps.lax ? Found::Empty : Found::Error};
  hit.lax = steps.lax;
  const char *begin, *end;
  if (!document(json, &begin, &end))
    return hit;
  if (!steps.good) {
    hit.found = Found::Error;
    return hit;
  }
  if (steps.inPlace) {
    const char *at = walk({begin, end}, steps);
    if (!at)
      return hit;
    Scanner in{at, end};
    in.value();
    hit.found = Found::Value;
    hit.begin = at;
    hit.end = in.p;
    return hit;
  }
  Node *root = parse(ctx, begin, end);
  Evaluation evaluation(ctx, steps, root, steps.lax);
  evaluation.run(root);
  if (evaluation.failed || (steps.single && evaluation.results.empty()))
    return hit;
  hit.found = Found::Value;
  if (steps.single) {
    hit.node = const_cast<Node *>(evaluation.results.back());
    return hit;
  }
  hit.node = make(ctx, Kind::Array);
  for (const Node *each : evaluation.results) {
    Node *copy = make(ctx, each->kind);
    *copy = *each;
    append(hit.node, copy);
  }
  return hit;
}

} // namespace levada::json
