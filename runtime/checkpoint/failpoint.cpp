//===- failpoint.cpp - named steps that tests make fail -------------------===//
#include "runtime/checkpoint/failpoint.h"

#include "runtime/checkpoint/power.h"
#include "runtime/core/text.h"

#include <algorithm>
#include <atomic>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace levada::rt {
namespace {

constexpr const char *names[] = {
#define STEP(ID, NAME) NAME,
#include "runtime/checkpoint/failpoints.def"
#undef STEP
};
constexpr unsigned STEPS = sizeof names / sizeof *names;
constexpr unsigned ANY = 2 * STEPS; // a place is 2 × step + after
constexpr unsigned MOST = 16;

enum class Act { NONE, KILL, CUT, SHORT, SKIP, FAIL, SLOW, TERM };

struct Failpoint {
  unsigned place;
  uint64_t count;
  bool onward; // each pass from the countth on
  Act act;
  int value; // errno, or ms
};

// Written by read_failpoints only, before there are threads.
Failpoint points[MOST];
unsigned point_count = 0;
bool on = false, trace = false;
std::atomic<uint64_t> passes[2 * STEPS + 1];

void die() {
  kill(getpid(), SIGKILL);
  for (;;)
    pause();
}

bool wrong(std::string_view item, const char *why) {
  Text text = textf("error: LEVADA_FAILPOINT: `%.*s`: %s\n", int(item.size()), item.data(), why);
  (void)!write(2, text.c_str(), text.size());
  return false;
}

bool number(std::string_view text, uint64_t &out) {
  out = 0;
  for (char c : text) {
    if (c < '0' || c > '9' || out > 1000000000)
      return false;
    out = out * 10 + unsigned(c - '0');
  }
  return !text.empty();
}

bool read_place(std::string_view name, unsigned &place) {
  bool after = name.size() > 6 && name.substr(name.size() - 6) == ".after";
  if (after)
    name.remove_suffix(6);
  else if (name.size() > 7 && name.substr(name.size() - 7) == ".before")
    name.remove_suffix(7);
  for (unsigned s = 0; s < STEPS; ++s)
    if (name == names[s]) {
      place = 2 * s + after;
      return true;
    }
  place = ANY;
  return name == "any" && !after;
}

bool read_action(std::string_view text, Failpoint &point) {
  uint64_t ms, seed = 1;
  point.value = 0;
  if (text == "kill")
    point.act = Act::KILL;
  else if (text == "cut" || (text.substr(0, 4) == "cut:" && number(text.substr(4), seed))) {
    point.act = Act::CUT;
    power::watch(seed);
  } else if (text == "short")
    point.act = Act::SHORT;
  else if (text == "skip")
    point.act = Act::SKIP;
  else if (text == "term")
    point.act = Act::TERM;
  else if (text == "eio" || text == "enospc") {
    point.act = Act::FAIL;
    point.value = text == "eio" ? EIO : ENOSPC;
  } else if (text.substr(0, 5) == "slow:" && number(text.substr(5), ms)) {
    point.act = Act::SLOW;
    point.value = int(ms);
  } else
    return false;
  return true;
}

bool read_point(std::string_view item) {
  if (point_count == MOST)
    return wrong(item, "there are too many");
  Failpoint &point = points[point_count++];
  size_t equals = item.find('=');
  if (equals == item.npos || !read_action(item.substr(equals + 1), point))
    return wrong(item, "PLACE[:COUNT]=kill|cut[:SEED]|short|skip|eio|enospc|slow:MS|term");
  std::string_view place = item.substr(0, equals);
  size_t colon = place.find(':');
  point.count = 1;
  point.onward = point.act == Act::SLOW && colon == place.npos;
  if (colon != place.npos) {
    std::string_view count = place.substr(colon + 1);
    if (!count.empty() && count.back() == '+') {
      point.onward = true;
      count.remove_suffix(1);
    }
    if (!number(count, point.count) || !point.count)
      return wrong(item, "its COUNT is 1, 2, … or 1+, 2+, …");
    place = place.substr(0, colon);
  }
  return read_place(place, point.place) || wrong(item, "no place has that name (`list` prints all)");
}

/// Counts a pass and does what is said for it. SHORT and FAIL are the caller's.
Failpoint pass(unsigned place) {
  uint64_t count = passes[place].fetch_add(1, std::memory_order_relaxed) + 1;
  uint64_t all = passes[ANY].fetch_add(1, std::memory_order_relaxed) + 1;
  if (trace) {
    Text line = textf("failpoint %s.%s\n", names[place / 2], place % 2 ? "after" : "before");
    (void)!write(2, line.c_str(), line.size());
  }
  Failpoint result{};
  for (unsigned i = 0; i < point_count; ++i) {
    const Failpoint &point = points[i];
    uint64_t seen = point.place == ANY ? all : count;
    if ((point.place != place && point.place != ANY) ||
        !(seen == point.count || (point.onward && seen > point.count)))
      continue;
    if (point.act == Act::KILL || (point.act == Act::SHORT && place % 2))
      die();
    if (point.act == Act::CUT)
      power::cut();
    if (point.act == Act::TERM) {
      raise(SIGTERM);
    } else if (point.act == Act::SLOW) {
      timespec time = {point.value / 1000, point.value % 1000 * 1000000L};
      nanosleep(&time, nullptr);
    } else {
      result = point;
    }
  }
  return result;
}

/// `call(share)`: share of the bytes to write, 2 for half of them.
template <typename Call> auto run_step(Step step, Call call) -> decltype(call(1)) {
  if (!on)
    return call(1);
  Failpoint point = pass(2 * unsigned(step));
  if (point.act == Act::SHORT) {
    (void)call(2);
    die();
  }
  if (point.act == Act::FAIL) {
    errno = point.value;
    return -1;
  }
  auto result = point.act == Act::SKIP ? decltype(call(1))(0) : call(1);
  int reason = errno;
  point = pass(2 * unsigned(step) + 1);
  if (point.act == Act::FAIL) {
    reason = point.value;
    result = -1;
  }
  errno = reason;
  return result;
}

} // namespace

Failpoints read_failpoints() {
  const char *text = getenv("LEVADA_FAILPOINT");
  if (!text || !*text)
    return Failpoints::OFF;
  on = true;
  std::string_view rest = text;
  if (rest == "list") {
    Text all;
    for (const char *name : names)
      all.format("%s.before\n%s.after\n", name, name);
    (void)!write(1, all.c_str(), all.size());
    return Failpoints::LISTED;
  }
  while (!rest.empty()) {
    size_t comma = std::min(rest.find(','), rest.size());
    std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (item == "trace")
      trace = true;
    else if (!read_point(item))
      return Failpoints::WRONG;
  }
  return Failpoints::ON;
}

int open_made(const char *path, int flags) { return power::open(path, flags | O_CLOEXEC, 0666); }

ssize_t step_write(Step step, int fd, const void *bytes, size_t size) {
  return run_step(step, [&](int share) { return power::write(fd, bytes, size / share); });
}

ssize_t step_pwrite(Step step, int fd, const void *bytes, size_t size, off_t at) {
  return run_step(step, [&](int share) { return power::pwrite(fd, bytes, size / share, at); });
}

int step_fsync(Step step, int fd) {
  return run_step(step, [&](int) { return power::fsync(fd); });
}

int step_ftruncate(Step step, int fd, off_t size) {
  return run_step(step, [&](int) { return power::ftruncate(fd, size); });
}

int step_fallocate(Step step, int fd, int mode, off_t at, off_t size) {
  return run_step(step, [&](int) { return ::fallocate(fd, mode, at, size); });
}

int step_rename(Step step, const char *from, const char *to) {
  return run_step(step, [&](int) { return power::rename(from, to); });
}

int step_link(Step step, const char *from, const char *to) {
  return run_step(step, [&](int) { return power::link(from, to); });
}

int step_unlink(Step step, const char *path) {
  return run_step(step, [&](int) { return power::unlink(path); });
}

int step_mkdir(Step step, const char *path, mode_t mode) {
  return run_step(step, [&](int) { return power::mkdir(path, mode); });
}

int step_rmdir(Step step, const char *path) {
  return run_step(step, [&](int) { return power::rmdir(path); });
}

} // namespace levada::rt
