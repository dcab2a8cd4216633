//===- ext_json_path.cpp - what a JSON path finds --------------------------===//
//
// Paths are Jayway's, as in Flink: `$.a.b`, `$['a b']`, `$.a[0]`, `[-1]`,
// `[1:3]`, `[0,2]`, `*`, `..`, filters `[?(@.b > 1)]` and functions such as
// `length()`. A path that names one value is walked in the text itself; the
// others look at a tree, and those that may find several values give an array.
// In `strict` mode, which is the default, a step without a target is an error.
//
//===----------------------------------------------------------------------===//
#include "stdlib/json_path.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace levada::json {
namespace {

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
