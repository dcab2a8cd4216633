//===- groups.h - named groups as users write them -------------------------===//
//
// Java's (?<name>…) is RE2's (?P<name>…). Shared by the compiler, which checks
// patterns, and by the format that matches them: they must read the same.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_FORMATS_GROUPS_H
#define LEVADA_RUNTIME_FORMATS_GROUPS_H

#include <string>

namespace levada::formats {

/// (?<name> to (?P<name>, outside of escapes and classes.
inline std::string re2_pattern(const char *p) {
  std::string out;
  bool in_class = false;
  for (; *p; ++p) {
    out += *p;
    if (*p == '\\' && p[1]) {
      out += *++p;
    } else if (*p == '[') {
      if (!in_class && p[1] == '^')
        out += *++p;
      if (!in_class && p[1] == ']')
        out += *++p;
      in_class = true;
    } else if (*p == ']') {
      in_class = false;
    } else if (!in_class && *p == '(' && p[1] == '?' && p[2] == '<' && p[3] != '=' && p[3] != '!') {
      out += "?P<";
      p += 2;
    }
  }
  return out;
}

} // namespace levada::formats

#endif
