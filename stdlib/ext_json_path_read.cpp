//===- ext_json_path_read.cpp - reading JSON paths --------------------------===//
//
// Jayway's grammar. A path that does not follow it finds nothing: `good` stays
// false.
//
//===----------------------------------------------------------------------===//
#include "stdlib/json_path.h"

#include <string.h>
#include <strings.h>

namespace levada::json {
namespace {

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

} // namespace

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

} // namespace levada::json
