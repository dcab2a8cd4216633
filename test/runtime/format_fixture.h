//===- format_fixture.h - chunks for decoders -----------------------------===//
//
// Bytes as the cutter hands them over: whole lines, 64 bytes behind that say
// nothing (here: what would be taken for data if it were looked at).
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_TEST_RUNTIME_FORMAT_FIXTURE_H
#define LEVADA_TEST_RUNTIME_FORMAT_FIXTURE_H

#include "runtime/core/arena.h"
#include "runtime/formats/decode.h"

#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace levada::test {

inline std::string text_of(const levada_str &s) { return {s.len <= 12 ? s.inl : s.ptr, s.len}; }

struct Chunk {
  std::unique_ptr<char[]> memory; // of the exact size, so that ASan sees what is beyond
  levada_chunk chunk{};
  levada_ctx ctx{};
  levada_program program{};

  explicit Chunk(const std::string &data) {
    std::string whole = data;
    if (!whole.empty() && whole.back() != '\n')
      whole += '\n';
    memory.reset(new char[whole.size() + 64]);
    memcpy(memory.get(), whole.data(), whole.size());
    for (int i = 0; i < 64; ++i)
      memory[whole.size() + i] = ",\"}1"[i % 4];
    chunk.data = memory.get();
    chunk.size = whole.size();
    chunk.line = 1;
    ctx.program = &program;
    ctx.workers = 1;
  }
  ~Chunk() { rt::arena_free(&ctx.arena); }
};

/// A record: its fields, or why it is bad.
struct Record {
  std::vector<std::string> fields;
  std::string bad;
  std::string raw;
  bool operator==(const Record &o) const { return fields == o.fields && bad == o.bad; }
};
inline void PrintTo(const Record &r, std::ostream *os) {
  if (!r.bad.empty())
    *os << "bad: " << r.bad;
  for (auto &f : r.fields)
    *os << "<" << f << ">";
}

} // namespace levada::test

#endif
