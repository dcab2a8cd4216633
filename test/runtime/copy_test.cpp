//===- copy_test.cpp - tables copied stepwise, against what they were ------===//
//
// Random tables, most with long runs of displaced entries, are saved in steps while
// rows change them, make them grow, and fire them. Whatever happens between the
// steps, a part is what a plain walk over the table found when it was begun, and all
// parts together are the table.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/part.h"
#include "test/runtime/state_fixture.h"

#include <algorithm>
#include <map>
#include <random>
#include <thread>

using namespace levada;
using namespace levada::rt;
using namespace levada::test;

namespace {

using Random = std::mt19937_64;

/// How entries lie in tables.
struct Shape {
  uint32_t key, acc_offset, acc, align;
  bool codec;
};

uint32_t acc_size; // of the slot at hand, for functions that are not told

void zero(levada_ctx *, char *acc) { memset(acc, 0, acc_size); }
void save(levada_ctx *, void *to, const char *acc) { levada_rt_save(to, acc, acc_size); }
void load(levada_ctx *, void *from, char *acc) { levada_rt_load_into(from, acc, acc_size); }
int32_t fire(levada_ctx *, const levada_fire *) { return 0; }

/// Hashes: all over, or crowded at a few places, the first and the last among them.
struct Hashes {
  std::vector<uint64_t> bases;
  uint32_t bits; // that differ from a base's, the lowest

  Hashes(Random &random) : bits(random() % 3 ? 48 + (uint32_t)(random() % 8) : 64) {
    for (int i = 0; i < 5; ++i)
      bases.push_back(random());
    bases.push_back(0);
    bases.push_back(UINT64_MAX);
  }
  uint64_t next(Random &random) const {
    uint64_t base = bases[random() % bases.size()], within = random();
    if (random() % 8 == 0)
      within &= 3; // equal ones
    return bits == 64 ? within : (base & ~(uint64_t)0 << bits) | (within & (((uint64_t)1 << bits) - 1));
  }
};

std::string entry_bytes(const Table *table, const levada_slot_desc *desc, uint64_t place) {
  const char *slot = table->slots + place * slot_stride(desc), *entry = slot + slot_head(desc);
  std::string bytes(slot, 8);
  const uint64_t size = desc->key.size + acc_size;
  if (desc->save)
    bytes.append((const char *)&size, 8);
  return bytes.append(entry, desc->key.size).append(entry + desc->acc_offset, acc_size);
}

/// Entries of a table in order: all, or those of home places with a mark.
std::vector<std::string> walk(const Table *table, const levada_slot_desc *desc, bool all) {
  std::vector<std::string> entries;
  for (uint64_t place = 0; place < table->end; ++place)
    if (uint64_t tag = load64(table->slots + place * slot_stride(desc))) {
      uint64_t home = table_home(table, ~tag);
      if (all || (table->marks[home / 64] >> (home % 64) & 1))
        entries.push_back(entry_bytes(table, desc, place));
    }
  return entries;
}

/// Takes chunks as the thread does that writes checkpoints.
struct Taker {
  Chunks chunks;
  Parts parts;
  std::map<const Parts::Table *, std::string> taken;
  std::thread thread;

  explicit Taker(Random &random) {
    chunks.limit(2 + (uint32_t)(random() % 3));
    parts.chunks = &chunks;
    parts.most_early = random() % 2 ? 32 << 20 : 1 + random() % 20000;
    parts.least_table = random() % 3 ? 0 : 2000;
    if (random() % 8 == 0)
      parts.least_table = UINT64_MAX;
  }
  void start() {
    thread = std::thread([this] {
      chunks.mutex.lock();
      for (size_t at = 0; at < parts.tables().size() || !chunks.complete;) {
        if (at == parts.tables().size()) {
          chunks.wait();
          continue;
        }
        Parts::Table &table = *parts.tables()[at];
        if (table.ready.empty()) {
          table.whole ? void(++at) : chunks.wait();
          continue;
        }
        std::vector<Writer> ready;
        ready.swap(table.ready);
        chunks.mutex.unlock();
        for (Writer &chunk : ready) {
          taken[&table] += chunk.view();
          chunks.give(std::move(chunk));
        }
        chunks.mutex.lock();
      }
      chunks.mutex.unlock();
    });
  }
  void stop() {
    if (!thread.joinable())
      return;
    {
      Lock lock(chunks.mutex);
      chunks.complete = true;
      chunks.brought();
    }
    thread.join();
  }
  ~Taker() { stop(); }
};

struct Expected {
  uint64_t id;
  bool anew;
  std::vector<std::string> entries, all;
};

struct Case {
  Random &random;
  Shape shape;
  Hashes hashes;
  Slot slot;
  bool windows;
  int64_t first = 0; // window that has not fired
  std::map<uint64_t, std::map<std::string, std::string>> restored; // tag and key: bytes
  std::vector<Expected> expected;

  Case(Random &random, const Shape &shape)
      : random(random), shape(shape), hashes(random), windows(random() % 3 == 0) {
    acc_size = shape.acc;
    slot.desc.key = {shape.key, 0, nullptr};
    slot.desc.acc_offset = shape.acc_offset;
    slot.desc.entry_size = shape.acc_offset + shape.acc;
    slot.desc.align = shape.align;
    slot.desc.init = zero;
    slot.desc.fire = fire;
    if (shape.codec) {
      slot.desc.save = save;
      slot.desc.load = load;
    }
    slot.worker((uint32_t)(random() % 2), 1 + 2 * (uint32_t)(random() % 2));
    windows ? slot.tumble(1000) : slot.group();
    slot_keep_marks(slot.slot);
  }

  void row() {
    uint64_t hash = hashes.next(random), key[8] = {};
    for (uint64_t &part : key)
      part = hash + random() % 2;
    char *acc = windows ? levada_rt_window(&slot.ctx, 0, &slot.desc, INT64_MIN,
                                           (first + (int64_t)(random() % 3)) * 1000, hash, (char *)key)
                        : levada_rt_group(&slot.ctx, 0, &slot.desc, hash, (char *)key);
    ASSERT_NE(acc, nullptr);
    for (uint32_t i = 0; i + 8 <= shape.acc; i += 8) {
      uint64_t value = random();
      memcpy(acc + i, &value, 8);
    }
  }
  void rows(uint64_t count) {
    for (uint64_t i = 0; i < count; ++i)
      row();
  }

  void begin(bool all, Parts &to) {
    expected.clear();
    std::vector<std::vector<std::string>> marked;
    for (Slice *slice : slot.slot->slices) {
      expected.push_back({slice->id, false, {}, walk(&slice->table, &slot.desc, true)});
      marked.push_back(slice->table.marks ? walk(&slice->table, &slot.desc, false)
                                          : expected.back().all);
    }
    slot_save_begin(&slot.ctx, slot.slot, all, to);
    PartHead head;
    memcpy(&head, to.views()[0].data(), sizeof head);
    for (size_t i = 0; i < expected.size(); ++i) {
      SliceHead slice;
      memcpy(&slice, to.views()[i + 1].data(), sizeof slice);
      ASSERT_EQ(slice.id, expected[i].id);
      expected[i].anew = head.all || slice.anew;
      expected[i].entries = expected[i].anew ? expected[i].all : marked[i];
    }
  }

  static std::vector<std::string> split(std::string_view bytes, uint64_t size) {
    std::vector<std::string> entries;
    for (; !bytes.empty(); bytes.remove_prefix(std::min<size_t>(bytes.size(), size)))
      entries.emplace_back(bytes.substr(0, size));
    return entries;
  }

  void check(Taker &taker) {
    std::map<uint64_t, std::map<std::string, std::string>> now;
    size_t tables = 0;
    const uint64_t size = 8 + (shape.codec ? 8 : 0) + shape.key + shape.acc;
    for (size_t i = 0; i < expected.size(); ++i) {
      std::string_view piece = taker.parts.views()[i + 1];
      SliceHead head;
      memcpy(&head, piece.data(), sizeof head);
      std::vector<std::string> entries;
      if (head.tables) {
        ASSERT_LT(tables, taker.parts.tables().size());
        entries = split(taker.taken[taker.parts.tables()[tables++].get()], size);
      } else {
        entries = split(piece.substr(sizeof head), size);
        ASSERT_EQ(head.count, entries.size());
        std::sort(entries.begin(), entries.end());
        std::sort(expected[i].entries.begin(), expected[i].entries.end());
      }
      ASSERT_EQ(entries.size(), expected[i].entries.size());
      ASSERT_TRUE(entries == expected[i].entries);
      auto &all = now[head.id];
      if (!expected[i].anew)
        all = restored[head.id];
      const uint64_t key = size - shape.acc;
      for (const std::string &entry : entries)
        all[entry.substr(0, key)] = entry.substr(key);
      std::map<std::string, std::string> whole;
      for (const std::string &entry : expected[i].all)
        whole[entry.substr(0, key)] = entry.substr(key);
      ASSERT_TRUE(all == whole) << all.size() << " entries, not " << whole.size();
    }
    restored = std::move(now);
  }

  void run(uint64_t first_rows) {
    rows(first_rows);
    bool dropped = false;
    for (int part = 0; part < 6; ++part) {
      Taker taker(random);
      ASSERT_NO_FATAL_FAILURE(begin(dropped || random() % 6 == 0, taker.parts));
      taker.start();
      dropped = false;
      for (bool whole = false; !whole;) {
        uint64_t budget = random() % 4 ? random() % 300 : UINT64_MAX;
        if (random() % 4)
          rows(random() % 60);
        if (random() % 60 == 0)
          rows(3000 + first_rows / 4);
        if (windows && random() % 30 == 0)
          slot.advance(++first * 1000);
        if (random() % 40 == 0) {
          dropped = true;
          break;
        }
        whole = slot_save_some(slot.slot, &budget);
      }
      if (dropped) {
        slot_save_drop(slot.slot);
        Lock lock(taker.chunks.mutex);
        for (auto &table : taker.parts.tables())
          table->whole = true;
      }
      taker.stop();
      if (!dropped)
        ASSERT_NO_FATAL_FAILURE(check(taker));
      rows(random() % 2 ? random() % 100 : random() % 2000);
    }
  }
};

} // namespace

TEST(StateCopy, PartsAreWhatTheTableWasWhenTheyWereBegun) {
  std::vector<Shape> shapes;
  for (uint32_t acc = 0; acc <= 56; acc += 8) // 16 to 72 bytes, and without a key
    shapes.push_back({8, 8, acc, 8, false});
  shapes.push_back({0, 0, 8, 8, false});
  shapes.push_back({16, 16, 24, 8, false});
  shapes.push_back({8, 16, 16, 8, false}); // a gap
  shapes.push_back({8, 16, 16, 16, false});
  shapes.push_back({16, 16, 48, 16, false});
  shapes.push_back({8, 8, 12, 8, false});  // no multiple of 8
  shapes.push_back({8, 8, 24, 8, true});
  for (size_t i = 0; i < shapes.size(); ++i)
    for (uint64_t seed = 1; seed <= 10; ++seed) {
      Random random(seed * 100 + i);
      uint64_t rows = random() % 3000;
      Case(random, shapes[i]).run(rows);
      if (HasFatalFailure())
        FAIL() << "shape " << i << " seed " << seed;
    }
}

// Tables that are large enough for pages of their own.
TEST(StateCopy, LargeTablesGrowWhileTheyAreCopied) {
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    Random random(seed);
    Case one(random, {8, 8, 40 + 8 * (uint32_t)seed, 8, false});
    one.hashes.bits = 64;
    one.run(90'000);
    if (HasFatalFailure())
      FAIL() << "seed " << seed;
  }
}
