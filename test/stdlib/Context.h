//===- Context.h - a levada_ctx for tests of stdlib ------------------------===//
#ifndef LEVADA_TEST_STDLIB_CONTEXT_H
#define LEVADA_TEST_STDLIB_CONTEXT_H

#include "stdlib/fn.h"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

/// A context whose arenas are one large block; of a program without a zone
/// unless `program` is filled in.
struct Context {
  std::vector<char> memory = std::vector<char>(1 << 22);
  levada_program program = {};
  levada_arena state = {};
  levada_ctx ctx = {};

  Context() {
    reset();
    ctx.program = &program;
    ctx.state_arena = &state;
  }
  void reset() {
    char *middle = memory.data() + memory.size() / 2;
    ctx.arena = {memory.data(), middle, nullptr};
    state = {middle, memory.data() + memory.size(), nullptr};
  }
  operator levada_ctx *() { return &ctx; }
};

inline levada_str str(std::string_view text) {
  return levada_view(text.data(), uint32_t(text.size()));
}
inline std::string text(const levada_str &s) { return std::string(levada_data(s), s.len); }

/// Decimal text of a 128-bit integer.
inline std::string text(__int128 value) {
  bool minus = value < 0;
  unsigned __int128 rest = minus ? -(unsigned __int128)value : (unsigned __int128)value;
  std::string out;
  do
    out.insert(out.begin(), char('0' + int(rest % 10)));
  while ((rest /= 10) != 0);
  return minus ? "-" + out : out;
}

#endif
