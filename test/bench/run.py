#!/usr/bin/env python3
"""Measures compiled pipelines against hand-written C++ and DuckDB on the same files, in one run, in turn.

  run.py --levada PATH [--events N] [--rounds N] [--threads N] [--query NAME …] [--work DIR]

Needs ../../../shared/peers/limit (the C++ programs and the data generator); without it there is nothing to compare with and it
says so (exit 0). DuckDB is measured where `import duckdb` works. All write to /dev/null; every figure is the median of whole
processes (wall seconds, peak resident memory), the ratio is the median of the rounds' ratios. Also measured: pipeline to
executable, size of the executable, time from start to the first row.
"""
import argparse, os, statistics, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = os.path.join(HERE, "..", "..", "..", "shared", "peers", "limit")
# our pipeline: (program, query) of the reference
QUERIES = {
    "csv_filter": ("csvq", "cfp"), "csv_tumble": ("csvq", "cagg"), "json_filter": ("nexmark", "q2"),
    "json_convert": ("nexmark", "q1"), "json_tumble": ("nexmark", "q12"),
}
BID_JSON = "read_json('{d}/bid.jsonl', format='newline_delimited', columns={{auction:'BIGINT',bidder:'BIGINT',price:'BIGINT',dateTime:'TIMESTAMP',extra:'VARCHAR'}})"
BID_CSV = "read_csv('{d}/bid.csv', header=false, delim=',', quote='', escape='', columns={{'auction':'BIGINT','bidder':'BIGINT','price':'BIGINT','ts':'TIMESTAMP','s':'VARCHAR'}})"
DUCK = {
    "csv_filter": f"COPY (SELECT auction, price, ts FROM {BID_CSV} WHERE price > 1000000) TO '/dev/null' (FORMAT csv)",
    "csv_tumble": f"COPY (SELECT bidder, time_bucket(INTERVAL '10 seconds', ts) w, count(*) FROM {BID_CSV} GROUP BY ALL) TO '/dev/null' (FORMAT csv)",
    "json_filter": f"COPY (SELECT auction, price FROM {BID_JSON} WHERE auction % 123 = 0) TO '/dev/null' (FORMAT json)",
    "json_convert": f"COPY (SELECT auction, bidder, 0.908::DECIMAL(4,3) * price AS price, dateTime, extra FROM {BID_JSON}) TO '/dev/null' (FORMAT json)",
    "json_tumble": f"COPY (SELECT bidder, count(*), time_bucket(INTERVAL '10 seconds', dateTime) w FROM {BID_JSON} GROUP BY ALL) TO '/dev/null' (FORMAT json)",
}


# Starts what follows and says its peak memory in KB on the last line of stderr. A child begins with the memory of its
# parent: that must be a small one (GNU time's, not this Python's).
LAUNCHER = ["/usr/bin/time", "-f", "%M"] if os.path.exists("/usr/bin/time") else []


def measure(command, env=None):
    """(wall seconds, peak MB) of one process; no memory (nan) without GNU time."""
    start = time.perf_counter()
    process = subprocess.Popen(LAUNCHER + command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)
    errors = process.communicate()[1].decode(errors="replace")
    wall = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{' '.join(command)}: failed\n{errors}")
    return wall, int(errors.split()[-1]) / 1024 if LAUNCHER else float("nan")


def first_row(command, env):
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env)
    process.stdout.read(1)
    wall = time.perf_counter() - start
    process.kill()
    process.wait()
    return wall


def prepare(work, events):
    binaries, data = os.path.join(work, "bin"), os.path.join(work, f"data-{events}")
    os.makedirs(binaries, exist_ok=True)
    for name in ("gen", "csvq", "nexmark"):
        out = os.path.join(binaries, name)
        if not os.path.exists(out):
            subprocess.check_call(["clang++-19", "-std=c++20", "-O3", "-march=native", os.path.join(LIMIT, "src", name + ".cpp"), "-o", out, "-lpthread"])
    if not os.path.exists(data):
        os.makedirs(data + ".new", exist_ok=True)
        subprocess.check_call([os.path.join(binaries, "gen"), data + ".new", str(events), "100000"], stdout=subprocess.DEVNULL)
        os.rename(data + ".new", data)
    for name in os.listdir(data):  # warm the page cache
        with open(os.path.join(data, name), "rb") as f:
            while f.read(1 << 22): pass
    return binaries, data


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("--levada", required=True); p.add_argument("--events", type=int, default=3_000_000)
    p.add_argument("--rounds", type=int, default=5); p.add_argument("--threads", type=int, default=1)
    p.add_argument("--query", action="append"); p.add_argument("--work", default="/tmp/levada-bench"); p.add_argument("--cpu", default="native")
    args = p.parse_args()
    if not os.path.isdir(LIMIT):
        print("no references at", os.path.normpath(LIMIT)); return
    binaries, data = prepare(args.work, args.events)
    env = {**os.environ, "BENCH": data}
    try:
        import duckdb  # noqa: F401
        duck = True
    except ImportError:
        duck = False
    print(f"{args.events} events, {args.threads} thread(s), median of {args.rounds} rounds; --cpu {args.cpu}")
    print(f"{'query':13} {'levada s':>9} {'C++ s':>8} {'ratio':>6} {'DuckDB s':>9} {'ratio':>6} {'MB':>6} {'C++ MB':>7} {'exe KB':>7} {'build ms':>8} {'first row ms':>12}")
    for name in args.query or QUERIES:
        app = os.path.join(args.work, name)
        builds = []
        for _ in range(3):
            start = time.perf_counter()
            subprocess.check_call([args.levada, "build", os.path.join(HERE, name + ".toml"), "-o", app, f"--cpu={args.cpu}"])
            builds.append(time.perf_counter() - start)
        ours = [app, "--parallelism", str(args.threads), "--no-progress"]
        program, query = QUERIES[name]
        if program == "csvq": theirs = [os.path.join(binaries, "csvq"), query, data + "/bid.csv", "/dev/null", str(args.threads)]
        else: theirs = [os.path.join(binaries, "nexmark"), query, data, "/dev/null", str(args.threads), "read"]
        rows = []
        measure(ours, env)
        for _ in range(args.rounds):
            a, b = measure(ours, env), measure(theirs)
            d = None
            if duck:
                script = f"import duckdb; c = duckdb.connect(config={{'threads': {args.threads}}}); c.execute(\"SET preserve_insertion_order=false\"); c.execute({DUCK[name].format(d=data)!r})"
                d = measure([sys.executable, "-c", script])
            rows.append((a, b, d))
        med = lambda f: statistics.median(f(r) for r in rows)
        first = statistics.median(first_row(ours, env) for _ in range(5))
        dw, dr = (f"{med(lambda r: r[2][0]):9.3f}", f"{med(lambda r: r[2][0] / r[0][0]):6.2f}") if duck else ("        -", "     -")
        print(f"{name:13} {med(lambda r: r[0][0]):9.3f} {med(lambda r: r[1][0]):8.3f} {med(lambda r: r[0][0] / r[1][0]):6.2f} {dw} {dr} "
              f"{med(lambda r: r[0][1]):6.1f} {med(lambda r: r[1][1]):7.1f} {os.path.getsize(app) / 1024:7.0f} {statistics.median(builds) * 1e3:8.0f} {first * 1e3:12.1f}", flush=True)


if __name__ == "__main__":
    main()
