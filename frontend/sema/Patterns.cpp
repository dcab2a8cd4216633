//===- Patterns.cpp - constant patterns, checked while compiling ----------===//
#include "frontend/sema/Patterns.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

namespace levada::sema {

RegexCheck checkRegex(llvm::StringRef p) {
  RegexCheck check;
  auto need = [&](const char *what) {
    if (check.backtracking.empty())
      check.backtracking = what;
  };
  size_t i = 0, depth = 0;
  bool operand = false; // something that a quantifier can follow
  auto quantifier = [&](size_t size) {
    check.broken |= !operand;
    i += size;
    if (i < p.size() && p[i] == '+') {
      need("a possessive quantifier");
      ++i;
    } else if (i < p.size() && p[i] == '?') {
      ++i;
    }
    operand = false;
  };
  while (i < p.size() && !check.broken) {
    char c = p[i];
    if (c == '\\') {
      if (i + 1 == p.size()) {
        check.broken = true;
        break;
      }
      char next = p[i + 1];
      if (next == 'Q') {
        size_t end = p.find("\\E", i + 2);
        i = end == llvm::StringRef::npos ? p.size() : end + 2;
        operand = true;
        continue;
      }
      if (next >= '1' && next <= '9')
        need("a back reference");
      else if (next == 'k')
        need("a back reference");
      else if (next == 'G')
        need("`\\G`");
      i += 2;
      if ((next == 'p' || next == 'P') && i < p.size() && p[i] == '{') {
        size_t end = p.find('}', i);
        check.broken |= end == llvm::StringRef::npos;
        i = end == llvm::StringRef::npos ? p.size() : end + 1;
      }
      operand = true;
    } else if (c == '[') {
      // Up to the closing bracket; classes nest.
      size_t open = 1;
      bool start = true;
      for (++i; i < p.size() && open; ++i) {
        if (start && p[i] == '^')
          continue;
        if (p[i] == '\\')
          ++i;
        else if (p[i] == '[')
          ++open;
        else if (p[i] == ']' && !start)
          --open;
        start = p[i] == '[';
      }
      check.broken |= open != 0;
      operand = true;
    } else if (c == '(') {
      ++depth;
      llvm::StringRef rest = p.substr(i);
      if (rest.starts_with("(?=") || rest.starts_with("(?!"))
        need("a look-ahead");
      else if (rest.starts_with("(?<=") || rest.starts_with("(?<!"))
        need("a look-behind");
      else if (rest.starts_with("(?>"))
        need("an atomic group");
      ++i;
      if (rest.starts_with("(?")) {
        // Flags, names and colons are no operands.
        size_t end = p.find_first_of(":)>=!", i);
        if (end == llvm::StringRef::npos) {
          check.broken = true;
          break;
        }
        if (p[end] == ')')
          --depth;
        i = end + 1;
      }
      operand = false;
    } else if (c == ')') {
      check.broken |= depth == 0;
      depth -= depth != 0;
      ++i;
      operand = true;
    } else if (c == '*' || c == '+' || c == '?') {
      quantifier(1);
    } else if (c == '{') {
      size_t end = p.find('}', i);
      llvm::StringRef body = end == llvm::StringRef::npos ? "" : p.slice(i + 1, end);
      auto [least, most] = body.split(',');
      unsigned n;
      check.broken |= least.getAsInteger(10, n) || (!most.empty() && most.getAsInteger(10, n));
      if (!check.broken)
        quantifier(end + 1 - i);
    } else if (c == '|') {
      ++i;
      operand = false;
    } else {
      ++i;
      operand = true;
    }
  }
  check.broken |= depth != 0;
  return check;
}

std::string badTimePattern(llvm::StringRef p) {
  for (size_t i = 0; i < p.size();) {
    char c = p[i];
    if (c == '\'') {
      size_t end = p.find('\'', i + 1);
      if (end == llvm::StringRef::npos)
        return "a quote that is not closed";
      i = end + 1;
      continue;
    }
    if (c == '{' || c == '}' || c == '#')
      return std::string("`") + c + "`";
    if (llvm::isAlpha(c) && !llvm::StringRef("GuyDMLdQqYwWEecFaBhKkHmsSAnNVvzOXxZp").contains(c))
      return std::string("the letter `") + c + "`";
    ++i;
  }
  return {};
}

bool isZoneName(llvm::StringRef name) {
  llvm::StringRef rest = name;
  for (llvm::StringRef prefix : {"UTC", "GMT", "UT"})
    if (rest.consume_front(prefix))
      break;
  if (rest.empty() || name == "Z")
    return !name.empty();
  if (rest.front() == '+' || rest.front() == '-')
    return rest.size() > 1 &&
           llvm::all_of(rest.drop_front(), [](char c) { return llvm::isDigit(c) || c == ':'; });
  if (name.contains("..") || name.starts_with("/"))
    return false;
  return llvm::sys::fs::exists("/usr/share/zoneinfo/" + name.str());
}

} // namespace levada::sema
