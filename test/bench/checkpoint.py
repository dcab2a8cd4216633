#!/usr/bin/env python3
"""Measures checkpoints, recovery and state beyond memory, against the same pipeline without, in one run.

  checkpoint.py --levada PATH [--keys N] [--seconds N] [--work DIR] [--only cost|recovery|memory]

Counts and sums by key in one window that stays open; one row in 64 also goes to stdout, where the gaps between what
arrives tell how long the pipeline stood still. The input is one file under many names, so that it stays in the page
cache. RocksDB's get+put per record is measured with librocksdb-dev, where that is installed.
"""
import argparse, glob, os, random, shutil, signal, statistics, subprocess, sys, time

PIPELINE = """
[pipeline]
name = "bench"

[source.rows]
connector = "filesystem"
path = "{path}"
format = "csv"
columns = {{ k = "BIGINT", v = "BIGINT", ts = "TIMESTAMP(3)" }}
watermark = {{ on = "ts", delay = "0s" }}

[stream.per_key]
from = "rows"
window = {{ tumble = "1day" }}
group_by = ["k"]
select = ["k", "COUNT(*) AS n", "SUM({value}) AS s"]

[stream.some]
from = "rows"
where = "v = 0"
select = ["v"]

[sink.keys]
from = "per_key"
connector = "blackhole"

[sink.seen]
from = "some"
connector = "stdout"
format = "csv"
"""
ROCKS = r"""
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
int main(int, char **v) {
  uint64_t keys = strtoull(v[2], 0, 10), n = strtoull(v[3], 0, 10), memory = strtoull(v[4], 0, 10);
  rocksdb::Options o;
  rocksdb::BlockBasedTableOptions t;
  t.block_cache = rocksdb::NewLRUCache(memory / 2);
  t.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  o.create_if_missing = true;
  o.write_buffer_size = memory / 4;
  o.max_write_buffer_number = 2;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(t));
  rocksdb::DB *db;
  if (!rocksdb::DB::Open(o, v[1], &db).ok()) return 1;
  rocksdb::WriteOptions w;
  w.disableWAL = true;
  std::mt19937_64 random(1);
  std::string value;
  auto start = std::chrono::steady_clock::now();
  for (uint64_t i = 0; i < n; ++i) {
    uint64_t key = random() % keys * 0x9e3779b97f4a7c15, acc[2] = {0, 0};
    rocksdb::Slice k((char *)&key, 8);
    if (db->Get({}, k, &value).ok()) memcpy(acc, value.data(), 16);
    ++acc[0];
    acc[1] += i;
    db->Put(w, k, {(char *)acc, 16});
  }
  printf("%.4f\n", n / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / 1e6);
  delete db;
}
"""
SEED, ROWS = 3, 4_000_000
VALUES = (("merged", "v"), ("read back", "CAST(v AS DOUBLE)"))  # sums of DOUBLE keep the order of rows


def write_rows(path, count, keys, sequential=False):
    """Every 64th row has v = 0; random keys, or each key once."""
    if os.path.exists(path):
        return
    rng = random.Random(SEED)
    with open(path + ".making", "w") as f:
        for at in range(0, count, 100_000):
            f.write("".join(f"{i if sequential else rng.randrange(keys)},{i % 64},2026-01-01 00:00:00.000\n"
                            for i in range(at, min(at + 100_000, count))))
    os.rename(path + ".making", path)


def folder(work, name, files):
    path = os.path.join(work, name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    for i, file in enumerate(files):
        os.symlink(file, os.path.join(path, f"{i:04d}.csv"))
    return path


def build(args, name, value="v"):
    toml, app = os.path.join(args.work, name + ".toml"), os.path.join(args.work, name)
    with open(toml, "w") as f:
        f.write(PIPELINE.format(path="${ROWS}", value=value))
    subprocess.run([args.levada, "build", toml, "-o", app], check=True)
    return app


class Run:
    """A process whose rows are counted by when they arrive."""

    def __init__(self, app, rows, *options):
        self.start = time.perf_counter()
        self.process = subprocess.Popen([app, "--no-progress", *options], env={**os.environ, "ROWS": rows},
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        self.seen = []  # (seconds, rows so far)
        self.rows = 0

    def read(self, until=None):
        """Until the end, or until(self) says so."""
        fd = self.process.stdout.fileno()
        while True:
            data = os.read(fd, 1 << 20)
            if not data:
                break
            self.rows += data.count(b"\n") * 64
            self.seen.append((time.perf_counter() - self.start, self.rows))
            if until and until(self):
                return self
        self.errors = self.process.stderr.read().decode(errors="replace")
        if self.process.wait():
            sys.exit(self.errors)
        self.wall = time.perf_counter() - self.start
        return self

    def rate(self, begin, end):
        inside = [s for s in self.seen if begin <= s[0] <= end]
        return (inside[-1][1] - inside[0][1]) / (inside[-1][0] - inside[0][0]) if len(inside) > 1 else 0


def stalls(run, first):
    """Of each second: its longest gap, without what a gap is at the median."""
    gaps = [(b[0], b[0] - a[0]) for a, b in zip(run.seen, run.seen[1:]) if a[0] > first]
    usual, worst = statistics.median(g for _, g in gaps), {}
    for at, gap in gaps:
        worst[int(at)] = max(worst.get(int(at), 0), gap - usual)
    every = sorted(g - usual for _, g in gaps)
    return usual, statistics.median(worst.values()), max(worst.values()), every[int(len(every) * .99)]


def cost(args):
    app, work = build(args, "cost"), args.work
    once = os.path.join(work, f"once-{args.keys}.csv")
    write_rows(once, args.keys, args.keys, sequential=True)
    for name, dirty in (("100 k dirty", 100_000), ("all dirty", args.keys)):
        file = os.path.join(work, f"rows-{dirty}.csv")
        write_rows(file, ROWS, dirty)
        probe = Run(app, folder(work, "probe", [once] + [file] * 4)).read()
        files = max(4, int(args.seconds * (ROWS * 4 / probe.wall) / ROWS))
        rows, state = folder(work, "cost-rows", [once] + [file] * files), os.path.join(work, "cost.state")
        ratios, on = [], None
        for _ in range(3):
            off = Run(app, rows).read()
            shutil.rmtree(state, ignore_errors=True)
            on = Run(app, rows, "--state", state, "--checkpoint-interval", "1s").read()
            ratios.append(on.wall / off.wall)
        _, _, worst_off, p99_off = stalls(off, 1)
        usual, typical, worst, p99 = stalls(on, 1)
        total = args.keys + files * ROWS
        print(f"{name}: {args.keys:,} keys, {total / off.wall / 1e6:.1f} M rows/s without, {total / on.wall / 1e6:.1f} with "
              f"a checkpoint every second: {100 * (statistics.median(ratios) - 1):.1f} % more time (of 3: "
              f"{', '.join(f'{100 * (r - 1):.1f}' for r in ratios)})")
        print(f"  longest gap of a second beyond the usual {usual * 1e3:.2f} ms: median {typical * 1e3:.1f} ms, worst "
              f"{worst * 1e3:.1f} ms (without: {worst_off * 1e3:.1f}); gaps' p99 {p99 * 1e3:.1f} ms (without: {p99_off * 1e3:.1f})")


def sizes(state):
    return {os.path.basename(c): sum(os.path.getsize(f) for f in glob.glob(c + "/*")) for c in glob.glob(state + "/chk-*")}


def recovery(args):
    work = args.work
    for keys in (args.keys, 10 * args.keys):
        once = os.path.join(work, f"once-{keys}.csv")
        write_rows(once, keys, keys, sequential=True)
        file = os.path.join(work, f"rows-{keys}.csv")
        write_rows(file, ROWS, keys)
        rows = folder(work, "recovery-rows", [once] + [file] * 200)
        for name, value in VALUES:
            recover(args, build(args, "recovery-" + name.replace(" ", "-"), value), name, keys, rows)


def recover(args, app, name, keys, rows):
    state = os.path.join(args.work, "recovery.state")
    shutil.rmtree(state, ignore_errors=True)
    made = {}

    def enough(run):
        made.update(sizes(state))
        return run.rows > keys + 8 * ROWS and len(made) >= 4
    run = Run(app, rows, "--state", state, "--checkpoint-interval", "500ms").read(enough)
    steady = run.rate(run.seen[-1][0] - 1, run.seen[-1][0])
    run.process.kill()
    run.process.wait()
    run.process.stdout.close()
    print(f"{name}, {keys:,} keys: steady {steady / 1e6:.1f} M rows/s; bytes of checkpoints: "
          f"{', '.join(f'{size / 1e6:.1f} MB' for _, size in sorted(made.items())[:6])}")
    times = []
    for _ in range(3):
        def back(run):
            return run.seen[-1][0] > 3
        again = Run(app, rows, "--state", state, "--checkpoint-interval", "1h").read(back)
        again.process.kill()
        again.process.wait()
        again.process.stdout.close()
        window = 0.02
        at = next((t for t, _ in again.seen if again.rate(t, t + window) > .8 * steady), float("nan"))
        times.append((at, again.seen[0][0]))
    at, first = statistics.median(t[0] for t in times), statistics.median(t[1] for t in times)
    print(f"  start after kill -9: first row after {first * 1e3:.0f} ms, 80 % of the steady rate after {at * 1e3:.0f} ms "
          f"(of 3: {', '.join(f'{t[0] * 1e3:.0f}' for t in times)})")


def memory(args):
    work, keys = args.work, 2 * args.keys
    file = os.path.join(work, f"rows-{keys}.csv")
    write_rows(file, ROWS, keys)
    rows = folder(work, "memory-rows", [file] * 5)
    for name, value in VALUES:
        app = build(args, "memory-" + name.replace(" ", "-"), value)
        free = Run(app, rows).read()
        small = Run(app, rows, "--memory", "32MB").read()
        note = next((l for l in small.errors.splitlines() if "went to disk" in l), "nothing went to disk")
        print(f"{name}: {keys:,} keys, {5 * ROWS / free.wall / 1e6:.2f} M rows/s in memory, "
              f"{5 * ROWS / small.wall / 1e6:.2f} with --memory 32MB ({note.split(': ')[-1]})")
    source, program, db = (os.path.join(work, n) for n in ("rocks.cpp", "rocks", "rocks.db"))
    with open(source, "w") as f:
        f.write(ROCKS)
    if subprocess.run(["clang++-19", "-O2", source, "-o", program, "-lrocksdb"], stderr=subprocess.DEVNULL).returncode:
        print("RocksDB: not here")
        return
    shutil.rmtree(db, ignore_errors=True)
    out = subprocess.run([program, db, str(keys), "1500000", str(32 << 20)], check=True, capture_output=True, text=True).stdout
    print(f"RocksDB get+put per record, the same keys and memory: {float(out):.3f} M/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levada", required=True)
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--work", default="/tmp/levada-bench")
    parser.add_argument("--only", choices=("cost", "recovery", "memory"))
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    for part in (cost, recovery, memory):
        if args.only in (None, part.__name__):
            part(args)


main()
