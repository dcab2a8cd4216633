#!/usr/bin/env python3
"""Measures COUNT(DISTINCT …) by key against hand-written C++ on the same files, in one run, in turn.

  distinct.py --levada PATH [--rows N] [--rounds N] [--case NAME …] [--work DIR] [--limit SIZE]

The C++ keeps one hash table of (key, value) and one of counts, and does nothing but that: no batches, no text of plans, no
order. User seconds and peak memory are of whole processes with one worker, the smallest of the rounds. `--limit` is passed as --memory.
"""
import argparse, os, random, subprocess, sys

CASES = {  # rows in parts of --rows, type, key, value
    "one": (1, "BIGINT", lambda r, n: 7, lambda r, n: r(40)),
    "few": (0.3, "BIGINT", lambda r, n: r(40) % (n // 3 + 1), lambda r, n: r(33)),
    "again": (1, "BIGINT", lambda r, n: r(30) % 1000, lambda r, n: r(30) % (n // 10000 + 1)),
    "texts": (0.3, "STRING", lambda r, n: r(30) % 1000, lambda r, n: f"user-{r(40) % n:09d}@example.org"),
}
PIPELINE = """
[pipeline]
name = "bench"
mode = "batch"

[source.rows]
connector = "filesystem"
path = "{path}"
format = "csv"
columns = {{ k = "BIGINT", v = "{type}" }}

[stream.per_key]
from = "rows"
group_by = ["k"]
select = ["k", "COUNT(DISTINCT v) AS n"]

[sink.keys]
from = "per_key"
connector = "filesystem"
path = "/dev/null"
format = "csv"
"""
REFERENCE = r"""
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>
static uint64_t mix(uint64_t a, uint64_t b) {
  unsigned __int128 p = (unsigned __int128)a * b;
  return (uint64_t)p ^ (uint64_t)(p >> 64);
}
static uint64_t hash(const char *p, size_t n) {
  uint64_t h = 0x9e3779b97f4a7c15 ^ n;
  for (; n >= 8; p += 8, n -= 8) { uint64_t w; memcpy(&w, p, 8); h = mix(h ^ w, 0xa0761d6478bd642f); }
  uint64_t w = 0;
  memcpy(&w, p, n);
  return mix(h ^ w, 0xe7037ed1a0b428db);
}
template <typename E> struct Set { // open addressing, at most half full
  std::vector<E> places = std::vector<E>(16);
  size_t count = 0;
  template <typename Same> E &at(uint64_t h, Same same) {
    for (size_t i = h & (places.size() - 1);; i = (i + 1) & (places.size() - 1))
      if (!places[i].used || same(places[i])) return places[i];
  }
  void added() {
    if (++count * 2 <= places.size()) return;
    std::vector<E> old(places.size() * 2);
    old.swap(places);
    for (E &e : old) if (e.used) at(e.hash(), [](E &) { return false; }) = e;
  }
};
struct Count { int64_t key; uint64_t n; bool used; uint64_t hash() const { return mix(key ^ 0x9e3779b97f4a7c15, 0xa0761d6478bd642f); } };
struct Number { int64_t key, value; bool used; uint64_t hash() const { return mix(mix(key ^ 0x9e3779b97f4a7c15, 0xa0761d6478bd642f) ^ value, 0xe7037ed1a0b428db); } };
struct Text { int64_t key; const char *text; uint32_t size; bool used; uint64_t hash() const { return mix(key ^ ::hash(text, size), 0xa0761d6478bd642f); } };
struct Arena { char *at = nullptr; size_t left = 0; const char *keep(const char *p, size_t n) {
  if (left < n) at = (char *)malloc(left = 1 << 20);
  memcpy(at, p, n); at += n; left -= n; return at - n; } };
int main(int, char **v) {
  int fd = open(v[1], O_RDONLY);
  std::vector<char> buffer(1 << 20);
  std::string rest;
  Set<Count> counts; Set<Number> numbers; Set<Text> texts; Arena arena;
  bool text = v[2][0] == 'S';
  auto row = [&](const char *p, const char *end) {
    int64_t key = 0, value = 0;
    for (; *p != ','; ++p) key = key * 10 + (*p - '0');
    ++p;
    bool fresh;
    if (text) {
      Text t{key, p, (uint32_t)(end - p), true};
      Text &e = texts.at(t.hash(), [&](Text &o) { return o.key == key && o.size == t.size && !memcmp(o.text, p, t.size); });
      if ((fresh = !e.used)) { e = t; e.text = arena.keep(p, t.size); texts.added(); }
    } else {
      for (; p < end; ++p) value = value * 10 + (*p - '0');
      Number t{key, value, true};
      Number &e = numbers.at(t.hash(), [&](Number &o) { return o.key == key && o.value == value; });
      if ((fresh = !e.used)) { e = t; numbers.added(); }
    }
    if (!fresh) return;
    Count c{key, 1, true};
    Count &e = counts.at(c.hash(), [&](Count &o) { return o.key == key; });
    if (e.used) ++e.n;
    else { e = c; counts.added(); }
  };
  for (ssize_t n; (n = read(fd, buffer.data(), buffer.size())) > 0;) {
    const char *p = buffer.data(), *end = p + n;
    while (p < end) {
      const char *line = (const char *)memchr(p, '\n', end - p);
      if (!line) { rest.append(p, end - p); break; }
      if (rest.empty()) row(p, line);
      else { rest.append(p, line - p); row(rest.data(), rest.data() + rest.size()); rest.clear(); }
      p = line + 1;
    }
  }
  FILE *out = fopen("/dev/null", "w");
  for (Count &c : counts.places) if (c.used) fprintf(out, "%lld,%llu\n", (long long)c.key, (unsigned long long)c.n);
  fprintf(stderr, "%zu values\n", text ? texts.count : numbers.count);
}
"""


def write(path, rows, key, value):
    r = random.Random(1).getrandbits
    with open(path + ".new", "w") as f:
        for at in range(0, rows, 100_000):
            f.write("".join(f"{key(r, rows)},{value(r, rows)}\n" for _ in range(min(100_000, rows - at))))
    os.rename(path + ".new", path)


def measure(command):
    """(user seconds, peak MB) of one process. It is started by GNU time: a child begins with the memory of its parent."""
    done = subprocess.run(["/usr/bin/time", "-f", "%U %M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: failed\n{done.stderr}")
    user, memory = done.stderr.split()[-2:]
    return float(user), int(memory) / 1024


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("--levada", required=True); p.add_argument("--rows", type=int, default=10_000_000)
    p.add_argument("--rounds", type=int, default=3); p.add_argument("--case", action="append")
    p.add_argument("--work", default="/tmp/levada-bench"); p.add_argument("--limit")
    args = p.parse_args()
    if not os.path.exists("/usr/bin/time"):
        print("no /usr/bin/time to measure with"); return
    os.makedirs(args.work, exist_ok=True)
    at = lambda name: os.path.join(args.work, "distinct_" + name)
    with open(at("reference.cpp"), "w") as f: f.write(REFERENCE)
    subprocess.check_call(["clang++-19", "-std=c++20", "-O3", "-march=native", at("reference.cpp"), "-o", at("reference")])
    print(f"{args.rows} rows, one worker, smallest of {args.rounds} rounds")
    print(f"{'case':8} {'user s':>8} {'C++ s':>8} {'ratio':>6} {'MB':>8} {'C++ MB':>8} {'ratio':>6}")
    for name in args.case or CASES:
        part, kind, key, value = CASES[name]
        path = at(f"{name}-{args.rows}.csv")
        if not os.path.exists(path):
            write(path, int(args.rows * part), key, value)
        with open(at(name + ".toml"), "w") as f: f.write(PIPELINE.format(path=path, type=kind))
        subprocess.check_call([args.levada, "build", at(name + ".toml"), "-o", at(name)])
        ours = [at(name), "--parallelism", "1", "--no-progress"] + (["--memory", args.limit] if args.limit else [])
        rows = [(measure(ours), measure([at("reference"), path, kind])) for _ in range(args.rounds)]
        a, b = (tuple(min(r[side][what] for r in rows) for what in (0, 1)) for side in (0, 1))
        print(f"{name:8} {a[0]:8.2f} {b[0]:8.2f} {a[0] / b[0]:6.2f} {a[1]:8.1f} {b[1]:8.1f} {a[1] / b[1]:6.2f}", flush=True)


if __name__ == "__main__":
    main()
