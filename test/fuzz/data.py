#!/usr/bin/env python3
"""Breaks data files and has programs read them, which must end, say what is wrong, lose no row, and be the same at any parallelism.

  data.py --levada LEVADA [--seed N] [--seconds N] [--count N] [--case N] [--findings DIR] [--runtime BUILD]

The pipelines are test/fuzz/Inputs/*.toml, built for each on_error. A case is a folder of one to four files, each broken, some compressed
and broken again; the program reads it at parallelism 1 and at 3 with other batches. A finding: a signal, an exit code other than 0 and 1, an exit 1 without a
message, a hang, different stdout, exit code or files, or a ledger that does not add up. --runtime BUILD takes the runtime
of a sanitizer build (-DLEVADA_SANITIZE=…) for the same programs. Case N of a seed is always the same; findings are kept in DIR.
"""
import argparse, glob, gzip, json, lzma, os, random, re, shutil, subprocess, sys, tempfile, time

sys.dont_write_bytecode = True
from pipelines import EXTREMES, limits, run

HERE = os.path.dirname(os.path.abspath(__file__))
POLICIES = ("fail", "skip", "dead_letter")
NAMES = ["ann", "bob", "", "a name of more than twelve bytes", "é", "日本語", "x" * 300, "a,b", 'say "hi"', "two\nlines", "null", " pad ", "\\", "'"]
ODD = [b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\n", b"\n\n\n", b'"', b'""', b",", b",,,,,,,,,,,,,,", b"\\", b"\\u0000", b"\\ud800", b"\\ud83d\\ude00",
       b"{", b"}", b"[" * 600, b'{"a":' * 300, b"null", b"true", b"NaN", b"Infinity", b"1e", b"-", b"+1", b".5", b"5.", b"1e400", b"0.00000000000000000000000000000000000001",
       b"2024-02-30 00:00:00", b"9999-12-31 23:59:59.999", b"0001-01-01 00:00:00", b"2024-03-01T10:00:00Z", b"-2024-03-01", b"292278994-08-17 07:12:55.807", b"24:00:00", b"a" * 5000, b" " * 70, b"\t"]


def moment(rng):
    return f"2024-03-0{rng.choice('1112')} 10:{rng.randrange(12):02}:{rng.randrange(60):02}" + rng.choice(("", "", ".5", ".123", ".123456789"))


def csv(value):
    return '"' + value.replace('"', '""') + '"' if any(c in value for c in ',"\n\r') else value


def record(rng, kind):
    """A well-formed record, with values of all sizes."""
    name, number = rng.choice(NAMES[:4] if rng.random() < .7 else NAMES), rng.randrange(-5, 10 ** rng.randrange(1, 9))
    if kind == "csv":
        return ",".join((str(number), csv(name), moment(rng), f"{number % 1000}.{rng.randrange(100)}", str(number * 10 ** 15), repr(rng.uniform(-1e9, 1e9)), rng.choice(("true", "false")), "2024-03-01"))
    if kind == "lines":
        return ",".join((str(number), csv(name).replace("\\", "\\\\"), moment(rng), str(number / 7), str(number)))
    if kind == "json":
        row = {"id": number, "name": name, "at": moment(rng), "price": number / 4, "x": rng.random(), "ok": rng.choice((True, False, None)), "data": "AAEC", "small": rng.randrange(-128, 128),
               "clock": "12:34:56", "other": [1, {"a": [None, "]"]}]}
        return json.dumps({k: row[k] for k in rng.sample(sorted(row), rng.randrange(3, len(row) + 1))} if rng.random() < .3 else row, ensure_ascii=rng.random() < .5)
    if kind == "regex":
        return f'10.0.0.{number % 9} [01/Mar/2024:10:{rng.randrange(12):02}:{rng.randrange(60):02}] "GET /{name}" {rng.choice((200, 404, 500))}' + rng.choice(("", f" {number}"))
    return f"{number},{name},{moment(rng)}" if rng.random() < .8 else json.dumps({"name": name})


def broken(rng, data):
    for _ in range(rng.choice((0, 1, 1, 2, 4, 12))):
        at, kind = rng.randrange(len(data) + 1), rng.randrange(8)
        if kind == 0: data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1:]
        elif kind == 1: data = data[:at] + data[at + rng.choice((1, 2, 20, 500)):]
        elif kind == 2: data = data[:at] + data[at:at + rng.choice((1, 20, 500))] * rng.choice((1, 3)) + data[at:]
        elif kind in (3, 4): data = data[:at] + rng.choice(ODD) + data[at:]
        elif kind == 5 and rng.random() < .5: data = data[:at]
        elif kind == 6:
            lines = data.split(b"\n")
            rng.shuffle(lines)
            data = b"\n".join(lines)
        else:
            numbers = list(re.finditer(rb"\d+", data))
            if numbers:
                m = rng.choice(numbers)
                data = data[:m.start()] + rng.choice(EXTREMES) + data[m.end():]
    return data


def compressed(rng, data):
    kind = rng.randrange(10)
    if kind > 3: return data
    if kind == 0: data = gzip.compress(data, mtime=0)
    elif kind == 1: data = lzma.compress(data)
    elif kind == 2: data = subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE).stdout
    else: data = gzip.compress(data[:100], mtime=0) + gzip.compress(data[100:], mtime=0)
    if rng.random() < .5: data = data[:rng.randrange(len(data) + 1)]
    elif rng.random() < .5 and data:
        at = rng.randrange(len(data))
        data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1:]
    return data


def case(seed, number, kinds):
    rng = random.Random(f"{seed}:{number}")
    kind, policy, files = rng.choice(kinds), rng.choice(POLICIES), []
    for _ in range(rng.choice((1, 1, 2, 4))):
        rows = [record(rng, kind).encode() for _ in range(rng.choice((0, 1, 5, 60, 400)))]
        data = b"".join(r + b"\n" for r in rows)
        if rng.random() < .03: data *= 40  # more than a chunk
        files.append(compressed(rng, broken(rng, data)))
    return kind, policy, files, [["--parallelism", "1", "--batch-rows", str(rng.choice((4096, 7)))], ["--parallelism", "3", "--batch-rows", str(rng.choice((4096, 1, 3)))]]


def content(folder):
    return {os.path.relpath(n, folder): open(n, "rb").read() for n in sorted(glob.glob(os.path.join(folder, "**"), recursive=True)) if os.path.isfile(n) and "/in/" not in n}


def unbalanced(said):
    """An operator of the ledger (--log json) whose rows do not add up."""
    for line in said.split(b"\n"):
        if not line.startswith(b'{"level":"info","operator"'): continue
        row = json.loads(line)
        if row["in"] != sum(row[k] for k in ("passed", "filtered", "absorbed", "late", "bad")) and row["in"] + row["made"] != sum(row[k] for k in ("passed", "filtered", "absorbed", "late", "bad")):
            return line.decode()
    return None


class Fuzzer:
    def __init__(self, options, folder):
        self.options, self.folder, self.programs = options, folder, {}
        self.kinds = sorted(os.path.basename(n)[:-5] for n in glob.glob(os.path.join(HERE, "Inputs", "*.toml")))
        self.counts, self.findings = {"cases": 0, "failed": 0, "damaged files": 0}, []

    def program(self, kind, policy):
        key = f"{kind}-{policy}"
        if key not in self.programs:
            text = open(os.path.join(HERE, "Inputs", kind + ".toml")).read().replace("@ON_ERROR@", policy)
            if policy == "dead_letter": text = re.sub(r"(?m)^#(?=\S)", "", text)
            source, program = os.path.join(self.folder, key + ".toml"), os.path.join(self.folder, key)
            with open(source, "w") as f: f.write(text)
            build = [self.options.levada, "build", source, "-o", program]
            if self.options.runtime:
                build[2:2] = ["--emit=obj"]
                build[-1] += ".o"
            subprocess.run(build, check=True)
            if self.options.runtime: self.link(program)
            self.programs[key] = program
        return self.programs[key]

    def link(self, program):
        """With the runtime of a sanitizer build instead of the compiler's."""
        build = self.options.runtime
        kind = re.search(r"LEVADA_SANITIZE:\w+=(\S+)", open(os.path.join(build, "CMakeCache.txt")).read())[1]
        libraries = [os.path.join(build, "lib", "liblevada_rt.a"), os.path.join(build, "stdlib", "liblevada_std.a")]
        subprocess.run(["clang++-19", "-fsanitize=" + kind, "-fuse-ld=lld-19", "-no-pie", program + ".o", *libraries, "-lre2", "-lz", "-lzstd", "-llzma", "-pthread", "-o", program], check=True)

    def one(self, number):
        kind, policy, files, ways = case(self.options.seed, number, self.kinds)
        program, out, first = self.program(kind, policy), os.path.join(self.folder, "out"), None
        self.counts["cases"] += 1
        for way in ways:
            shutil.rmtree(out, ignore_errors=True)
            os.makedirs(os.path.join(out, "in"))
            for i, data in enumerate(files):
                with open(os.path.join(out, "in", f"{i}.txt"), "wb") as f: f.write(data)
            command = ["sh", "-c", 'exec "$@" > stdout', "sh", program, *way, "--no-progress", "--log", "json"]
            wrong, code, said = run(command, self.folder, limited=self.limits)
            with open(os.path.join(self.folder, "stdout"), "rb") as f: printed = f.read()
            if not wrong and code == 0 and unbalanced(said): wrong = "ledger: " + unbalanced(said)
            if not wrong and code == 1 and b'"level":"error"' not in said: wrong = "fails without an error"
            result = (code, printed, content(out))
            if not wrong and first and first != result:
                wrong = "differs at another parallelism: " + ("exit code" if first[0] != code else "stdout" if first[1] != printed else "files")
                # What was printed before a failure may be more or less, never other.
                if code == 1 and first[0] == 1 and (first[1].startswith(printed) or printed.startswith(first[1])): wrong = None
            if wrong: return self.report(number, kind, policy, out, way, wrong, said)
            first = first or result
        self.counts["failed"] += first[0] == 1
        return None

    def limits(self):
        if not self.options.runtime: limits()

    def report(self, number, kind, policy, out, way, what, said):
        key = f"{kind}, {policy}: " + re.sub(r"\d+", "N", what)
        known = key in self.findings
        self.findings.append(key)
        if known: return
        place = os.path.join(self.options.findings, f"{self.options.seed}-{number}")
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(out, place)
        with open(os.path.join(place, "stderr"), "wb") as f: f.write(said)
        print(f"finding: case {number} of seed {self.options.seed}, {kind}, {policy}, {' '.join(way)}: {what}\n  {place}", flush=True)
        print("  " + said[:600].decode(errors="replace").strip().replace("\n", "\n  "), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--levada", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int, default=1 << 60)
    parser.add_argument("--case", type=int, help="only this one")
    parser.add_argument("--kind", help="only this pipeline of test/fuzz/Inputs")
    parser.add_argument("--runtime", help="a sanitizer build whose runtime to link")
    parser.add_argument("--findings", default=os.path.join(tempfile.gettempdir(), "levada-findings"))
    options = parser.parse_args()
    options.levada = os.path.abspath(options.levada)
    with tempfile.TemporaryDirectory(prefix="levada-fuzz-") as folder:
        fuzzer = Fuzzer(options, folder)
        if options.kind: fuzzer.kinds = [options.kind]
        end, number = time.monotonic() + options.seconds, options.case or 0
        while time.monotonic() < end and number < options.count:
            fuzzer.one(number)
            number += 1
            if options.case is not None: break
    counts = fuzzer.counts
    print(f"data: {counts['cases']} cases, {counts['failed']} of them refused; {len(fuzzer.findings)} findings")
    return 1 if fuzzer.findings else 0


if __name__ == "__main__":
    sys.exit(main())
