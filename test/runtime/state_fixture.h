//===- state_fixture.h - a slot driven by hand ----------------------------===//
//
// Stands in for generated code and the scheduler: descriptors with a count and
// a sum, contexts without a worker, and a fire stage that writes down what it
// is given; a limit of memory with a folder for what leaves it.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_TEST_RUNTIME_STATE_FIXTURE_H
#define LEVADA_TEST_RUNTIME_STATE_FIXTURE_H

#include "runtime/checkpoint/bytes.h"
#include "runtime/state/slot_impl.h"
#include "runtime/state/spill.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace levada::test {

inline levada_str text(const std::string &s) {
  levada_str v{};
  v.len = (uint32_t)s.size();
  if (s.size() <= 12) {
    memcpy(v.inl, s.data(), s.size());
  } else {
    memcpy(v.prefix, s.data(), 4);
    v.ptr = s.data();
  }
  return v;
}
inline std::string text(const levada_str &v) {
  return {v.len <= 12 ? v.inl : v.ptr, v.len};
}

/// What is aggregated: COUNT(*), SUM(value).
struct Acc {
  int64_t count, sum;
};

/// One entry that fired.
struct Fired {
  int64_t start, end, time;
  std::string key;
  int64_t count, sum;
  bool operator==(const Fired &) const = default;
};
inline void PrintTo(const Fired &f, std::ostream *os) {
  *os << "[" << f.start << "," << f.end << ") " << f.key << " count " << f.count << " sum "
      << f.sum;
}

/// A program of one slot, and this worker's part of it.
struct Slot {
  enum KeyKind { Int, Text, None };

  levada_slot_desc desc{};
  levada_program program{};
  levada_channel_desc channel{};
  levada_stage_desc stage{};
  levada_ctx ctx{};
  levada_slot *slot = nullptr;
  levada_slot *slots[1];
  KeyKind key_kind;
  uint32_t slot_index = 0;
  std::vector<Fired> fired;
  std::vector<int64_t> orders; // of each entry of `fired`
  std::vector<uint32_t> counts; // entries of each call
  int64_t order = INT64_MIN;
  int64_t fail_after = -1; // calls of the fire stage
  std::vector<std::pair<void *, void (*)(void *)>> kept;

  explicit Slot(KeyKind key = Int);
  ~Slot();
  Slot(const Slot &) = delete;

  void tumble(int64_t size, int64_t offset = 0);
  void hop(int64_t size, int64_t slide, int64_t offset = 0);
  void cumulate(int64_t size, int64_t step, int64_t offset = 0);
  void session(int64_t gap);
  void group();
  void zone(const std::string &tzif);
  void worker(uint32_t index, uint32_t of);
  void create();

  /// Adds a row; false when it is late.
  bool add(int64_t watermark, int64_t time, const std::string &key, int64_t value = 1);
  bool add(int64_t watermark, int64_t time, int64_t key, int64_t value = 1);
  void advance(int64_t watermark);
  void finish();
  /// What fired since the last call.
  std::vector<Fired> take();
  static uint64_t hash(KeyKind kind, const std::string &key);

private:
  char *update(int64_t watermark, int64_t time, uint64_t hash, const char *key);
};

/// A limit for a slot, which ends with it: nothing is left on the disk then.
struct Limited {
  rt::Spill spill{};
  std::string folder;
  Slot &slot;

  Limited(Slot &slot, uint64_t bytes);
  ~Limited();
  Limited(const Limited &) = delete;
};

/// Appends one part of the slot, all at once (runtime/state/save.h). Files that left
/// memory are named only: for slots without a limit.
void slot_save(levada_ctx *ctx, levada_slot *slot, bool all, rt::Writer &to);

} // namespace levada::test

#endif
