#!/usr/bin/env python3
"""Breaks pipeline files and hands them to the compiler, which must answer each with a program or with diagnostics.

  pipelines.py --levada LEVADA [--seed N] [--seconds N] [--count N] [--case N] [--findings DIR] [--keep DIR]

Every .toml of test/, examples/, test/fuzz/corpus and ../shared is a start. Case N of a seed is always the same text. Most go through
`levada check`; some are built, and run where they touch no files. A finding: a signal, an exit code other than 0, 1, 2, an exit 1 that
says no reason, a hang, more than 4 GB of memory, or a pipeline that passes the check and does not build. Findings are written to DIR
with the command that shows them. --keep DIR also saves inputs that say a diagnostic no start says.
"""
import argparse, glob, os, random, re, resource, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
HANG = 10  # seconds of a processor
EXTREMES = [b"0", b"-1", b"1e308", b"1e-308", b"nan", b"inf", b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808",
            b"340282366920938463463374607431768211456", b"2147483648", b"-2147483649", b"256", b"65536", b"0x7fffffffffffffff",
            b"1_000", b"00", b"1." + b"9" * 60, b"9" * 400, b"38", b"39", b"0.0"]
WORDS = [b"NULL", b"TRUE", b"FALSE", b"NOT", b"AND", b"CASE WHEN", b"END", b"CAST(", b"AS", b"DECIMAL(38, 38)", b"TIMESTAMP(9)", b"INTERVAL '1' DAY",
         b"COUNT(*)", b"COUNT(DISTINCT ", b"SUM(", b"FILTER (WHERE ", b"OVER (PARTITION BY ", b"SELECT", b"(SELECT 1)", b"FROM", b"GROUP BY", b"IN (", b"BETWEEN",
         b"LIKE '%'", b"ESCAPE ''", b"window_start", b"ROW(1, 2)", b"ARRAY[1]", b"MAP['a', 1]", b"x'00'", b"U&'\\0041'", b"_UTF8'a'", b"1 / 0", b"EXTRACT(",
         b"SUBSTRING(", b"FROM 1 FOR -1)", b"TIMESTAMP '9999-12-31 23:59:59.999999999'", b"DATE '0000-00-00'", b"|| ''", b"%", b"`", b"''", b"'", b'"',
         b'"""', b"'''", b"\\u0000", b"\\U0010FFFF", b"\\", b"\x00", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r\n", b"\r", b"# ", b"[[", b"]]", b"{", b"}", b"[", b"]",
         b"${", b"${HOME}", b"${}", b"= =", b".", b",", b"[sink.x]\nfrom = \"x\"\nconnector = \"stdout\"\nformat = \"json\"\n", b"union = [\"a\", \"a\"]",
         b"order_by = [\"1\"]", b"limit = 1", b"distinct = true", b"late = \"x\"", b"on_error = \"dead_letter\"", b"sql = \"SELECT 1\"", b"mode = \"batch\"",
         b"window = { session = \"0s\" }", b"window = { tumble = \"999999999d\" }", b"window = { hop = \"1ms\", size = \"300d\" }", b"window = { cumulate = \"1d\", step = \"1ms\" }"]
TOKEN = re.compile(rb"[A-Za-z_]\w*|\d[\d.]*|\s+|[^\w\s]", re.S)


def starts():
    patterns = ["test/**/*.toml", "examples/**/*.toml", "test/fuzz/corpus/*", "../shared/conformance/real/cases/**/*.toml"]
    names = sorted({os.path.realpath(n) for p in patterns for n in glob.glob(os.path.join(ROOT, p), recursive=True) if os.path.isfile(n)})
    return [(n, open(n, "rb").read()) for n in names]


def mutate(rng, text, others):
    """One change, of a kind and at a place that rng chooses."""
    def place():
        return rng.randrange(len(text) + 1)

    def tokens(of):
        return TOKEN.findall(of) or [b" "]

    kind = rng.randrange(14)
    if kind == 0:  # a byte is another
        at = place()
        return text[:at] + bytes([rng.randrange(256)]) + text[at + 1:]
    if kind == 1:  # a bit is another
        at = min(place(), max(len(text) - 1, 0))
        return text[:at] + bytes([text[at] ^ 1 << rng.randrange(8)]) + text[at + 1:] if text else text
    if kind == 2:  # a piece is gone
        at = place()
        return text[:at] + text[at + rng.choice((1, 3, 10, 100)):]
    if kind == 3:  # a piece is there twice
        at = place()
        piece = text[at:at + rng.choice((1, 5, 30, 200))]
        return text[:at] + piece * rng.choice((1, 2, 50)) + text[at:]
    if kind in (4, 5):  # a word is another of this or another file
        mine = tokens(text)
        at = rng.randrange(len(mine))
        mine[at] = rng.choice(tokens(text if kind == 4 else rng.choice(others)))
        return b"".join(mine)
    if kind in (6, 7):  # a number is an extreme one
        numbers = list(re.finditer(rb"\d+", text))
        if not numbers: return text
        m = rng.choice(numbers)
        return text[:m.start()] + rng.choice(EXTREMES) + text[m.end():]
    if kind in (8, 9):  # a word of the language anywhere, or in a word's place
        mine = tokens(text)
        at = rng.randrange(len(mine))
        mine[at:at + (kind == 8)] = [rng.choice(WORDS)]
        return b"".join(mine)
    if kind == 10:  # a line is another, or twice, or gone
        lines = text.split(b"\n")
        at = rng.randrange(len(lines))
        lines[at:at + rng.randrange(2)] = rng.choice(([], [lines[at], lines[at]], [rng.choice(lines)], [rng.choice(rng.choice(others).split(b"\n"))]))
        return b"\n".join(lines)
    if kind == 11:  # the end of one, the beginning of another
        other = rng.choice(others)
        return text[:place()] + other[rng.randrange(len(other) + 1):]
    if kind == 12:  # nested, deeply
        at, times = place(), rng.choice((2, 40, 1000, 20000))
        return text[:at] + rng.choice((b"(", b"[", b"{", b"[{a=", b"NOT ", b"-", b"CASE WHEN ", b"CAST(", b"1+", b"a.", b"'", b"${")) * times + text[at:]
    mine = tokens(text)  # an operand in brackets, with something around it
    at = rng.randrange(len(mine))
    around = rng.choice(((b"(", b")"), (b"COALESCE(", b", NULL)"), (b"CAST(", b" AS STRING)"), (b"TRY_CAST(", b" AS DECIMAL(38, 10))"), (b"UPPER(", b")"),
                         (b"NOT (", b") IS NULL"), (b"SUM(", b")"), (b"[", b"]"), (b"\"", b"\""), (b"ABS(", b") / 0"), (b"MOD(", b", 0)"), (b"POWER(", b", 1e9)")))
    mine[at] = around[0] + mine[at] + around[1]
    return b"".join(mine)


def case(seed, number, files):
    """The text of a case; with the changes, but not with the place it is written to, it is the same everywhere."""
    rng = random.Random(f"{seed}:{number}")
    name, text = rng.choice(files)
    others = [t for _, t in files]
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        text = mutate(rng, text, others)[:1 << 20]
    return name, text, rng


def limits():
    resource.setrlimit(resource.RLIMIT_CPU, (HANG, HANG + 1))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(command, folder, data=b"", limited=limits):
    """What is wrong with how a command ended, or None; its exit code and stderr."""
    environment = {**os.environ, "OUT": os.path.join(folder, "out"), "DATA": "data", "NO_COLOR": "1"}
    # What a thread keeps to the end of the program (compiled patterns) is no leak.
    environment.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    try:
        done = subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, env=environment, preexec_fn=limited, timeout=10 * HANG)
    except subprocess.TimeoutExpired:
        return "hangs", None, b""
    code, said = done.returncode, done.stderr
    wrong = None
    if code < 0:
        wrong = "takes more than %d s" % HANG if -code in (24, 9) else f"signal {-code}"
    elif code not in (0, 1, 2):
        wrong = f"exit code {code}"
    elif code and not said.strip():
        wrong = f"exit code {code} without a word"
    elif re.search(rb"LLVM ERROR|Stack dump|Assertion|Sanitizer|runtime error:|\[I9\d\d\]", said):
        wrong = "says " + re.search(rb"LLVM ERROR|Stack dump|Assertion|Sanitizer|runtime error:|\[I9\d\d\]", said)[0].decode()
    return wrong, code, said


class Fuzzer:
    def __init__(self, options, folder):
        self.options, self.folder, self.files = options, folder, starts()
        self.counts = {"checked": 0, "accepted": 0, "built": 0, "run": 0}
        self.findings, self.codes = [], set()
        self.input = os.path.join(folder, "case.toml")

    def report(self, number, text, name, what, said):
        kind = what + ": " + re.sub(rb"\d+", b"N", said.strip().split(b"\n")[0][:200]).decode(errors="replace")
        known = kind in [k for _, k in self.findings]
        self.findings.append((number, kind))
        if known: return
        os.makedirs(self.options.findings, exist_ok=True)
        place = os.path.join(self.options.findings, f"{self.options.seed}-{number}.toml")
        with open(place, "wb") as f: f.write(text)
        print(f"finding: case {number} of seed {self.options.seed}, from {os.path.relpath(name, ROOT)}: {kind}\n  {place}", flush=True)

    def one(self, number):
        name, text, rng = case(self.options.seed, number, self.files)
        with open(self.input, "wb") as f: f.write(text)
        levada = self.options.levada
        wrong, code, said = run([levada, "check", self.input], self.folder)
        self.counts["checked"] += 1
        if wrong: return self.report(number, text, name, "check: " + wrong, said)
        if self.options.keep and code: self.keep(number, text, said)
        if code: return None
        self.counts["accepted"] += 1
        if rng.random() >= self.options.build: return None
        program = os.path.join(self.folder, "case")
        wrong, code, said = run([levada, "build", rng.choice(("-O0", "-O2")), self.input, "-o", program], self.folder)
        self.counts["built"] += 1
        if not wrong and code: wrong = "does not build what passes the check"
        if wrong: return self.report(number, text, name, "build: " + wrong, said)
        if b"filesystem" in text: return None
        data = open(rng.choice(sorted(glob.glob(os.path.join(ROOT, "test/e2e/Inputs/*.[cj]s*")))), "rb").read()
        wrong, code, said = run([program, "--parallelism", rng.choice("13"), "--no-progress"], self.folder, data)
        self.counts["run"] += 1
        if wrong: return self.report(number, text, name, "run: " + wrong, said)
        return None

    def keep(self, number, text, said):
        codes = set(re.findall(rb"\[([A-Z]\d{3})\]", said))
        if codes - self.codes and number >= 0 and len(text) < 4096:
            os.makedirs(self.options.keep, exist_ok=True)
            with open(os.path.join(self.options.keep, b"-".join(sorted(codes - self.codes)).decode().lower() + ".toml"), "wb") as f: f.write(text)
        self.codes |= codes

    def learn(self):
        for _, text in self.files:
            with open(self.input, "wb") as f: f.write(text)
            self.codes |= set(re.findall(rb"\[([A-Z]\d{3})\]", run([self.options.levada, "check", self.input], self.folder)[2]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--levada", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int, default=1 << 60)
    parser.add_argument("--case", type=int, help="only this one; shows its text")
    parser.add_argument("--build", type=float, default=0.1, help="the part of the accepted that is built and run")
    parser.add_argument("--findings", default=os.path.join(tempfile.gettempdir(), "levada-findings"))
    parser.add_argument("--keep", help="a folder for inputs with diagnostics that no start has")
    options = parser.parse_args()
    options.levada = os.path.abspath(options.levada)
    with tempfile.TemporaryDirectory(prefix="levada-fuzz-") as folder:
        fuzzer = Fuzzer(options, folder)
        if options.case is not None:
            sys.stdout.buffer.write(case(options.seed, options.case, fuzzer.files)[1])
            sys.stdout.flush()
            options.build = 1
            fuzzer.one(options.case)
        else:
            if options.keep: fuzzer.learn()
            end, number = time.monotonic() + options.seconds, 0
            while time.monotonic() < end and number < options.count:
                fuzzer.one(number)
                number += 1
    counts = ", ".join(f"{n} {what}" for what, n in fuzzer.counts.items())
    print(f"pipelines: {counts}; {len(fuzzer.findings)} findings")
    return 1 if fuzzer.findings else 0


if __name__ == "__main__":
    sys.exit(main())
