//===- state_model_test.cpp - slots against a plain model -----------------===//
//
// The model keeps every accepted row and finds windows by definition. Random
// rows, late ones among them; then the same rows through 1, 2 and 5 workers.
//
//===----------------------------------------------------------------------===//
#include "test/runtime/zone_data.h"

#include <functional>
#include <map>
#include <random>
#include <set>

using namespace levada;
using namespace levada::rt;
using namespace levada::test;

namespace {

struct Row {
  int64_t watermark, time;
  std::string key;
  int64_t value;
};

struct Setup {
  int kind; // LEVADA_WINDOW_*, or 3: session
  int64_t size, slide, offset;
  Slot::KeyKind key;
  std::string zone;
};

struct Model {
  Setup setup;
  Zone *zone;
  int64_t watermark = INT64_MIN;
  struct Kept {
    int64_t time;
    std::string key;
    int64_t value;
    std::set<int64_t> ends; // of windows to come that hold it
  };
  std::vector<Kept> kept;                 // windows
  std::map<std::string, std::vector<Fired>> sessions;
  std::vector<Fired> fired;

  explicit Model(const Setup &setup)
      : setup(setup), zone(zone_open(setup.zone.empty() ? nullptr : setup.zone.data(),
                                     (uint32_t)setup.zone.size())) {}
  ~Model() { zone_close(zone); }

  int64_t trigger(int64_t end) { return zone_last_instant(zone, end - 1); }

  bool holds(int64_t start, int64_t end, int64_t t) { return start <= t && t < end; }

  /// (start, end) of every window that holds `t`, by trying all ends near it.
  std::vector<std::pair<int64_t, int64_t>> windows(int64_t t) {
    std::vector<std::pair<int64_t, int64_t>> all;
    int64_t size = setup.size, slide = setup.kind == LEVADA_WINDOW_TUMBLE ? size : setup.slide;
    for (int64_t end = t + 1; end <= t + size; ++end) {
      auto on = [&](int64_t x, int64_t step) { return (x - setup.offset) % step == 0; };
      if (setup.kind == LEVADA_WINDOW_CUMULATE) {
        for (int64_t start = end - size; start <= t; ++start)
          if (on(start, size) && (end - start) % slide == 0 && end > start && end <= start + size)
            all.push_back({start, end});
      } else if (on(end - size, slide)) {
        all.push_back({end - size, end});
      }
    }
    return all;
  }

  void advance(int64_t to) {
    if (to <= watermark)
      return;
    watermark = to;
    std::vector<Fired> due;
    if (setup.kind == 3) {
      for (auto &[key, list] : sessions)
        for (size_t i = 0; i < list.size();)
          if (trigger(list[i].end) <= to) {
            due.push_back(list[i]);
            list.erase(list.begin() + (long)i);
          } else {
            ++i;
          }
    } else {
      std::map<std::pair<int64_t, std::string>, Fired> windows_due;
      for (auto &row : kept)
        for (auto [start, end] : windows(row.time))
          if (trigger(end) <= to && row.ends.count(end)) {
            row.ends.erase(end);
            auto &f = windows_due.try_emplace({end, row.key}, Fired{start, end, 0, row.key, 0, 0})
                          .first->second;
            f.count += 1;
            f.sum += row.value;
          }
      std::erase_if(kept, [](const Kept &row) { return row.ends.empty(); });
      for (auto &[_, f] : windows_due)
        due.push_back(f);
    }
    std::sort(due.begin(), due.end(), [&](const Fired &a, const Fired &b) {
      auto order = [&](const Fired &f) {
        return std::tuple(f.end, Slot::hash(setup.key, f.key), f.start);
      };
      return order(a) < order(b);
    });
    for (auto &f : due) {
      f.time = zone_instant(zone, f.end - 1);
      fired.push_back(f);
    }
  }

  bool add(const Row &row) {
    advance(row.watermark);
    int64_t t = row.time + zone_period(zone, row.time).offset;
    if (setup.kind == 3) {
      Fired merged{t, t + setup.size, 0, row.key, 1, row.value};
      auto &list = sessions[row.key];
      std::vector<Fired> others;
      for (auto &f : list)
        if (f.start <= merged.end && f.end >= merged.start)
          merged = {std::min(f.start, merged.start), std::max(f.end, merged.end), 0, row.key,
                    merged.count + f.count, merged.sum + f.sum};
        else
          others.push_back(f);
      if (trigger(merged.end) <= watermark)
        return false;
      others.push_back(merged);
      list = others;
      return true;
    }
    Kept kept_row{t, row.key, row.value, {}};
    for (auto [start, end] : windows(t))
      if (trigger(end) > watermark)
        kept_row.ends.insert(end);
    if (kept_row.ends.empty())
      return false;
    kept.push_back(kept_row);
    return true;
  }
};

void start(Slot &slot, const Setup &setup) {
  if (!setup.zone.empty())
    slot.zone(setup.zone);
  if (setup.kind == LEVADA_WINDOW_TUMBLE)
    slot.tumble(setup.size, setup.offset);
  else if (setup.kind == LEVADA_WINDOW_HOP)
    slot.hop(setup.size, setup.slide, setup.offset);
  else if (setup.kind == LEVADA_WINDOW_CUMULATE)
    slot.cumulate(setup.size, setup.slide, setup.offset);
  else
    slot.session(setup.size);
}

std::vector<Row> random_rows(std::mt19937_64 &random, const Setup &setup, int64_t origin, int n) {
  std::vector<Row> rows;
  int64_t now = origin, watermark = INT64_MIN;
  int64_t pace = 1 + (int64_t)(random() % 4), spread = 1 + (int64_t)(random() % 60);
  for (int i = 0; i < n; ++i) {
    now += (int64_t)(random() % (uint64_t)(2 * pace));
    if (random() % 50 == 0)
      now += 50;
    int64_t time = now - (int64_t)(random() % (uint64_t)spread);
    std::string key = std::to_string(random() % 12);
    if (setup.key == Slot::Text && random() % 2)
      key += " and quite a long rest";
    rows.push_back({watermark, time, key, (int64_t)(random() % 100)});
    watermark = std::max(watermark, time - (int64_t)(random() % 30));
  }
  return rows;
}

std::vector<Setup> setups(std::mt19937_64 &random) {
  std::string local = tzif({{-5, 30}, {-3, 7}, {-1, 25}}, "XXX-0:00:12");
  std::vector<Setup> all;
  for (int i = 0; i < 40; ++i) {
    int64_t slide = 1 + (int64_t)(random() % 12);
    Setup setup{i % 4, slide * (1 + (int64_t)(random() % 5)), slide,
                (int64_t)(random() % 100) - 50, i % 8 < 4 ? Slot::Int : Slot::Text,
                i % 3 == 0 ? local : ""};
    all.push_back(setup);
  }
  return all;
}

} // namespace

TEST(StateModel, RandomRowsGiveWhatTheDefinitionGives) {
  std::mt19937_64 random(11);
  for (auto &setup : setups(random)) {
    // Local time changes by seconds: times are around those changes.
    int64_t origin = setup.zone.empty() ? -400 : -6000;
    Slot slot(setup.key);
    start(slot, setup);
    Model model(setup);
    for (auto &row : random_rows(random, setup, origin, 1500)) {
      ASSERT_EQ(slot.add(row.watermark, row.time, row.key, row.value), model.add(row))
          << setup.kind << " " << setup.size << " " << setup.slide << " at " << row.time;
      ASSERT_EQ(slot.fired.size(), model.fired.size());
    }
    slot.finish();
    model.advance(INT64_MAX);
    ASSERT_EQ(slot.fired, model.fired) << setup.kind << " " << setup.size;
  }
}

TEST(StateModel, WorkersTogetherGiveWhatOneGives) {
  std::mt19937_64 random(12);
  for (auto &setup : setups(random)) {
    int64_t origin = setup.zone.empty() ? -400 : -6000;
    std::vector<Row> rows = random_rows(random, setup, origin, 1500);
    const size_t chunk = 40;
    auto run = [&](uint32_t workers, std::vector<bool> &kept) {
      std::vector<Fired> result;
      std::vector<std::unique_ptr<Slot>> slots;
      for (uint32_t w = 0; w < workers; ++w) {
        slots.push_back(std::make_unique<Slot>(setup.key));
        slots.back()->worker(w, workers);
        start(*slots.back(), setup);
      }
      // What a number's rows made, by (order, worker).
      auto collect = [&] {
        std::vector<std::tuple<int64_t, uint32_t, Fired>> made;
        for (uint32_t w = 0; w < workers; ++w) {
          for (size_t i = 0; i < slots[w]->fired.size(); ++i)
            made.push_back({slots[w]->orders[i], w, slots[w]->fired[i]});
          slots[w]->fired.clear();
          slots[w]->orders.clear();
        }
        std::stable_sort(made.begin(), made.end(), [](auto &a, auto &b) {
          return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
        });
        for (auto &m : made)
          result.push_back(std::get<2>(m));
      };
      for (size_t i = 0; i < rows.size(); ++i) {
        auto &row = rows[i];
        uint32_t w = group_worker(key_group(Slot::hash(setup.key, row.key)), workers);
        kept.push_back(slots[w]->add(row.watermark, row.time, row.key, row.value));
        if ((i + 1) % chunk == 0 || i + 1 == rows.size()) {
          int64_t reached = i + 1 < rows.size() ? rows[i + 1].watermark : row.watermark;
          for (auto &slot : slots)
            slot->advance(reached);
          collect();
        }
      }
      for (auto &slot : slots)
        slot->finish();
      collect();
      return result;
    };
    std::vector<bool> kept_by_one, kept;
    std::vector<Fired> one = run(1, kept_by_one);
    for (uint32_t workers : {2u, 5u}) {
      kept.clear();
      ASSERT_EQ(run(workers, kept), one) << workers << " workers, kind " << setup.kind;
      ASSERT_EQ(kept, kept_by_one);
    }
  }
}
