//===- ext_regex_java.cpp - Java's regular expressions for RE2 --------------===//
//
// Most of the two languages is the same. What differs is written anew: classes
// by property, unions of classes, escapes for characters, names of groups.
// Intersections of classes are worked out over the characters of ASCII and, for
// what lies beyond, by the complement's complement where RE2 can say it.
//
//===----------------------------------------------------------------------===//
#include "stdlib/java_regex.h"

#include <stdio.h>
#include <string.h>

namespace levada::javaregex {
namespace {

struct Property {
  const char *java, *re2; ///< re2: what stands between brackets
};
constexpr Property kProperties[] = {
    {"Lower", "a-z"},
    {"Upper", "A-Z"},
    {"ASCII", "\\x00-\\x7F"},
    {"Alpha", "a-zA-Z"},
    {"Digit", "0-9"},
    {"Alnum", "a-zA-Z0-9"},
    {"Punct", "!-/:-@\\[-`{-~"},
    {"Graph", "!-~"},
    {"Print", " -~"},
    {"Blank", " \\t"},
    {"Cntrl", "\\x00-\\x1F\\x7F"},
    {"XDigit", "0-9a-fA-F"},
    {"Space", "\\t\\n\\x0B\\f\\r "},
    {"javaLowerCase", "\\p{Ll}"},
    {"javaUpperCase", "\\p{Lu}"},
    {"javaWhitespace", "\\t-\\r\\x1C-\\x20\\x{1680}\\x{2000}-\\x{2006}\\x{2008}-\\x{200A}\\x{2028}\\x{2029}\\x{205F}\\x{3000}"},
    {"IsAlphabetic", "\\p{L}\\p{Nl}"},
    {"IsLetter", "\\p{L}"},
    {"IsDigit", "\\p{Nd}"},
    {"IsUppercase", "\\p{Lu}"},
    {"IsLowercase", "\\p{Ll}"},
    {"IsTitlecase", "\\p{Lt}"},
    {"IsPunctuation", "\\p{P}"},
    {"IsControl", "\\p{Cc}"},
    {"IsWhite_Space", "\\t-\\r\\x20\\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}"},
    {"InGreek", "\\x{370}-\\x{3FF}"},
    {"InCyrillic", "\\x{400}-\\x{4FF}"},
    {"InBasicLatin", "\\x00-\\x7F"},
    {"L1", "\\x00-\\x{FF}"},
    {"all", "\\x00-\\x{10FFFF}"},
};
constexpr const char *kHorizontal = "\\t \\x{A0}\\x{1680}\\x{180E}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}";
constexpr const char *kVertical = "\\n-\\r\\x{85}\\x{2028}\\x{2029}";
constexpr const char *kSpace = "\\t-\\r ";

class Translator {
public:
  Translator(const char *p, const char *end, std::string &out) : p(p), end(end), out(out) {}

  Reading run() {
    while (p != end && reading == Reading::Good)
      step();
    if (reading == Reading::Good && depth != 0)
      reading = Reading::Broken;
    return backtracks && reading == Reading::Good ? Reading::Backtracks : reading;
  }

private:
  const char *p, *end;
  std::string &out;
  Reading reading = Reading::Good;
  bool backtracks = false;
  int depth = 0;

  void broken() { reading = Reading::Broken; }
  bool starts(const char *text) const {
    size_t n = strlen(text);
    return size_t(end - p) >= n && memcmp(p, text, n) == 0;
  }
  static int hexDigit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
  }
  bool hex(int count, uint32_t &value) {
    value = 0;
    for (int i = 0; i < count; ++i) {
      int digit = p != end ? hexDigit(*p) : -1;
      if (digit < 0)
        return false;
      value = value * 16 + uint32_t(digit);
      ++p;
    }
    return true;
  }
  void code(uint32_t c) {
    char text[16];
    snprintf(text, sizeof text, "\\x{%X}", c);
    out += text;
  }

  /// \p{Name} behind the p: what stands between brackets, or RE2's own class.
  void property(bool negated, bool inClass) {
    std::string name;
    if (p != end && *p == '{') {
      const char *close = static_cast<const char *>(memchr(p, '}', size_t(end - p)));
      if (!close)
        return broken();
      name.assign(p + 1, close);
      p = close + 1;
    } else if (p != end) {
      name.assign(p, 1);
      ++p;
    } else {
      return broken();
    }
    for (const Property &known : kProperties)
      if (name == known.java) {
        bool plain = known.re2[0] == '\\' && known.re2[1] == 'p' && !strchr(known.re2 + 2, '\\');
        if (plain) {
          out += negated ? "\\P" : "\\p";
          out += known.re2 + 2;
        } else if (!inClass) {
          out += negated ? "[^" : "[";
          out += known.re2;
          out += "]";
        } else if (!negated) {
          out += known.re2;
        } else {
          backtracks = true; // no class inside a class says what is not in it
        }
        return;
      }
    for (const char *prefix : {"general_category=", "gc=", "script=", "sc=", "Is"})
      if (name.compare(0, strlen(prefix), prefix) == 0) {
        name.erase(0, strlen(prefix));
        break;
      }
    out += negated ? "\\P{" : "\\p{";
    out += name + "}";
  }

  /// An escape, behind its backslash.
  void escape(bool inClass) {
    if (p == end)
      return broken();
    char c = *p++;
    uint32_t value;
    auto set = [&](const char *text, bool negated) {
      if (inClass && negated) {
        backtracks = true;
      } else if (inClass) {
        out += text;
      } else {
        out += negated ? "[^" : "[";
        out += text;
        out += "]";
      }
    };
    switch (c) {
    case 'p': case 'P':
      return property(c == 'P', inClass);
    case 'd': case 'D': case 'w': case 'W':
      out += '\\', out += c;
      return;
    case 's': case 'S':
      if (inClass && c == 'S') {
        out += "\\x00-\\x08\\x0E-\\x1F!-\\x{10FFFF}";
        return;
      }
      return set(kSpace, c == 'S');
    case 'h': case 'H':
      return set(kHorizontal, c == 'H');
    case 'v': case 'V':
      return set(kVertical, c == 'V');
    case 'R':
      out += "(?:\\r\\n|[";
      out += kVertical;
      out += "])";
      return;
    case 'u':
      if (p != end && *p == '{')
        return broken();
      if (!hex(4, value))
        return broken();
      if (value >= 0xD800 && value < 0xDC00 && starts("\\u")) {
        uint32_t low;
        p += 2;
        if (!hex(4, low))
          return broken();
        value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
      }
      return code(value);
    case 'x':
      if (p != end && *p == '{') {
        ++p;
        value = 0;
        while (p != end && *p != '}' && hexDigit(*p) >= 0)
          value = value * 16 + uint32_t(hexDigit(*p++));
        if (p == end || *p != '}')
          return broken();
        ++p;
        return code(value);
      }
      return hex(2, value) ? code(value) : broken();
    case '0': {
      value = 0;
      int count = 0;
      while (p != end && *p >= '0' && *p <= '7' && count < 3 && value * 8 < 256)
        value = value * 8 + uint32_t(*p++ - '0'), ++count;
      return count ? code(value) : broken();
    }
    case 'c':
      if (p == end)
        return broken();
      return code(uint32_t(*p++) ^ 64);
    case 'e':
      return code(0x1B);
    case 'a':
      return code(7);
    case 't': case 'n': case 'r': case 'f':
      out += '\\', out += c;
      return;
    case 'b': case 'B': case 'A': case 'z':
      if (inClass)
        return broken();
      out += '\\', out += c;
      return;
    case 'Z':
      out += "(?:\\n?\\z)";
      return;
    case 'G': case 'k':
      backtracks = true;
      return;
    case 'Q':
      return quote();
    case 'E':
      return;
    }
    if (c >= '1' && c <= '9') {
      backtracks = true;
      return;
    }
    if ((c | 32) >= 'a' && (c | 32) <= 'z')
      return broken();
    if (uint8_t(c) < 0x80)
      out += '\\';
    out += c;
  }

  void quote() {
    while (p != end && !starts("\\E")) {
      if (uint8_t(*p) < 0x80 && !isalnumAscii(*p))
        out += '\\';
      out += *p++;
    }
    if (p != end)
      p += 2;
  }
  static bool isalnumAscii(char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
  }

  /// A class, behind its bracket. `out` gets what stands between brackets.
  void classBody() {
    bool first = true;
    for (;;) {
      if (p == end)
        return broken();
      char c = *p;
      if (c == ']' && !first) {
        ++p;
        return;
      }
      first = false;
      if (c == '[') { // a union
        ++p;
        if (p != end && *p == '^') {
          backtracks = true;
          ++p;
        }
        classBody();
        if (reading != Reading::Good)
          return;
        continue;
      }
      if (starts("&&")) {
        p += 2;
        return intersect();
      }
      if (c == '\\') {
        ++p;
        escape(true);
        if (reading != Reading::Good)
          return;
        continue;
      }
      ++p;
      if (c == '^' || c == '&' || c == '~')
        out += '\\';
      out += c;
    }
  }

  /// `A&&B`: what is in both, of ASCII; `A&&[^B]` is A without B.
  void intersect() {
    std::string left;
    size_t from = out.rfind('\x01'); // where this class begins
    left = out.substr(from + 1);
    bool inner = p != end && *p == '[', negated = false;
    if (inner) {
      ++p;
      if (p != end && *p == '^') {
        negated = true;
        ++p;
      }
    }
    std::string saved = out;
    out = "\x01";
    classBody();
    if (reading != Reading::Good)
      return;
    std::string right = out.substr(1);
    if (inner) {
      if (p == end || *p != ']')
        return broken();
      ++p;
    }
    out = saved.substr(0, from + 1);
    bool a[128], b[128];
    if (!members(left, a) || !members(right, b)) {
      backtracks = true;
      return;
    }
    bool any = false;
    for (int c = 0; c < 128; ++c)
      if (a[c] && b[c] != negated) {
        code(uint32_t(c));
        any = true;
      }
    if (!any)
      backtracks = true;
  }

  /// The characters of a class of ASCII; false where it has others.
  static bool members(const std::string &text, bool *in) {
    memset(in, 0, 128);
    const char *q = text.data(), *stop = q + text.size();
    auto one = [&](int &c) {
      if (uint8_t(*q) >= 0x80)
        return false;
      if (*q != '\\') {
        c = *q++;
        return true;
      }
      ++q;
      char e = *q++;
      switch (e) {
      case 't': c = 9; return true;
      case 'n': c = 10; return true;
      case 'f': c = 12; return true;
      case 'r': c = 13; return true;
      case 'x': {
        bool brace = *q == '{';
        q += brace;
        unsigned value = 0;
        for (int i = 0; q != stop && hexDigit(*q) >= 0 && (brace || i < 2); ++i)
          value = value * 16 + unsigned(hexDigit(*q++));
        q += brace;
        c = int(value);
        return value < 128;
      }
      }
      if ((e | 32) >= 'a' && (e | 32) <= 'z')
        return false;
      c = e;
      return true;
    };
    while (q != stop) {
      if (stop - q >= 2 && q[0] == '\\' && (q[1] == 'd' || q[1] == 'w')) {
        for (int c = 0; c < 128; ++c)
          in[c] |= (c >= '0' && c <= '9') || (q[1] == 'w' && isalnumAscii(char(c)));
        q += 2;
        continue;
      }
      int low, high;
      if (!one(low))
        return false;
      high = low;
      if (stop - q >= 2 && *q == '-') {
        ++q;
        if (!one(high))
          return false;
      }
      for (int c = low; c <= high; ++c)
        in[c] = true;
    }
    return true;
  }

  void step() {
    char c = *p;
    if (c == '\\') {
      ++p;
      return escape(false);
    }
    if (c == '[') {
      ++p;
      size_t begin = out.size();
      bool negated = p != end && *p == '^';
      p += negated;
      out += '\x01';
      classBody();
      size_t mark = out.find('\x01', begin);
      if (mark != std::string::npos)
        out.replace(mark, 1, negated ? "[^" : "[");
      out += ']';
      return;
    }
    if (c == '(') {
      ++depth;
      if (starts("(?=") || starts("(?!") || starts("(?<=") || starts("(?<!") || starts("(?>")) {
        backtracks = true;
        p += 3;
        out += "(?:";
        return;
      }
      if (starts("(?<")) {
        p += 3;
        out += "(?P<";
        return;
      }
      ++p;
      out += '(';
      return;
    }
    if (c == ')') {
      if (depth-- == 0)
        return broken();
      ++p;
      out += c;
      return;
    }
    if (c == '{') {
      const char *q = p + 1;
      bool digits = q != end && *q >= '0' && *q <= '9';
      while (q != end && *q != '}' && ((*q >= '0' && *q <= '9') || *q == ','))
        ++q;
      if (!digits || q == end || *q != '}')
        return broken();
      out.append(p, q + 1);
      p = q + 1;
    } else {
      ++p;
      out += c;
      if (c != '*' && c != '+' && c != '?')
        return;
    }
    if (p != end && *p == '+') { // possessive
      backtracks = true;
      ++p;
    } else if (p != end && *p == '?') {
      out += *p++;
    }
  }
};

} // namespace

Reading translate(const char *pattern, size_t size, std::string &out) {
  out.clear();
  return Translator(pattern, pattern + size, out).run();
}

} // namespace levada::javaregex
