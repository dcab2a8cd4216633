#!/usr/bin/env python3
"""Breaks SQL scripts and hands them to the parser, the printer, the formatter and the compiler.

  scripts.py --levada LEVADA [--seed N] [--seconds N] [--count N] [--case N] [--findings DIR]

Every .sql of test/, examples/ and ../shared is a start, and every script of test/frontend/*.txt. Case N of a seed is always the same text.
All go through levada_sql_round_trip beside LEVADA: whatever the text is, the parser ends, says something exactly when it fails, and what it
did read is printed, parsed again and is the same tree. Some also go through `levada check` and `levada fmt`, which must leave nothing
changed but the layout. A finding: a signal, an exit code other than 0, 1, 2, an exit 1 that says no reason, a hang, more than 4 GB of memory.
"""
import argparse, glob, os, random, re, sys, tempfile, time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import pipelines
from pipelines import ROOT, run

BATCH = 50  # scripts that one process reads
pipelines.WORDS += [
    b"CREATE TABLE", b"CREATE VIEW v AS", b"INSERT INTO t", b"DROP TABLE", b"SET 'a' = 'b';", b"EXECUTE STATEMENT SET BEGIN", b"BEGIN STATEMENT SET;",
    b"END;", b";", b"EXPLAIN", b"WITH a AS (", b"VALUES (1, 2)", b"UNION ALL", b"INTERSECT", b"EXCEPT", b"NATURAL JOIN", b"LEFT JOIN", b"CROSS JOIN UNNEST(",
    b"WITH ORDINALITY", b"ON TRUE", b"USING (a)", b"FOR SYSTEM_TIME AS OF", b"LATERAL TABLE(", b"MATCH_RECOGNIZE (", b"PATTERN (A B+?)", b"DEFINE A AS TRUE)",
    b"MEASURES FINAL LAST(A.x) AS x", b"AFTER MATCH SKIP TO NEXT ROW", b"WITHIN", b"SUBSET", b"PERMUTE(", b"{- ", b" -}", b"{2,3}", b"|", b"^", b"$",
    b"/*+ OPTIONS('a' = 'b') */", b"/*+", b"*/", b"/*", b"--", b"> ALL (", b"= ANY (", b"WATERMARK FOR a AS a", b"PRIMARY KEY (a) NOT ENFORCED", b"METADATA FROM 'a' VIRTUAL",
    b"LIKE t (INCLUDING ALL)", b"PARTITIONED BY (a)", b"DISTRIBUTED BY HASH (a) INTO 3 BUCKETS", b"COMMENT 'a'", b"ON CONFLICT DO NOTHING", b"WINDOW w AS (",
    b"QUALIFY", b"GROUPING SETS ((a), ())", b"ROLLUP (a)", b"LIMIT 1", b"OFFSET 1 ROWS", b"FETCH FIRST ROW ONLY", b"ORDER BY a DESC NULLS LAST", b"TABLE(TUMBLE(TABLE t, DESCRIPTOR(a), INTERVAL '1' DAY))",
    b"E'\\n'", b"FLOOR(a TO DAY)", b"TRIM(BOTH FROM a)", b"JSON_OBJECT(KEY a VALUE b NULL ON NULL)", b"ROW<a INT>", b"MULTISET", b"NOT NULL", b"'a.csv'", b"REPLACE", b"TEMPORARY", b"IF NOT EXISTS"]


def starts():
    patterns = ["test/**/*.sql", "examples/**/*.sql", "../shared/conformance/**/*.sql"]
    names = sorted({os.path.realpath(n) for p in patterns for n in glob.glob(os.path.join(ROOT, p), recursive=True) if os.path.isfile(n)})
    files = [(n, open(n, "rb").read()) for n in names]
    for name in ("statements.txt", "script_mistakes.txt"):
        path = os.path.join(ROOT, "test/frontend", name)
        for part in open(path, "rb").read().split(b"\n=== ")[1:]:
            lines = part.split(b"\n")
            files.append((path + ":" + lines[0].decode(errors="replace"), b"\n".join(l[1:] for l in lines[1:] if l.startswith(b"+"))))
    return files


class Fuzzer:
    def __init__(self, options, folder):
        self.options, self.folder, self.files = options, folder, starts()
        self.counts = {"parsed": 0, "checked": 0, "accepted": 0, "formatted": 0}
        self.findings = []
        self.parser = os.path.join(os.path.dirname(options.levada), "levada_sql_round_trip")

    def report(self, number, text, name, what, said):
        kind = what + ": " + re.sub(rb"\d+", b"N", said.strip().split(b"\n")[0][:200]).decode(errors="replace")
        known = kind in [k for _, k in self.findings]
        self.findings.append((number, kind))
        if known: return
        os.makedirs(self.options.findings, exist_ok=True)
        place = os.path.join(self.options.findings, f"{self.options.seed}-{number}.sql")
        with open(place, "wb") as f: f.write(text)
        print(f"finding: case {number} of seed {self.options.seed}, from {os.path.relpath(name, ROOT)}: {kind}\n  {place}", flush=True)

    def parse(self, paths):
        """What the round trip says that is wrong."""
        wrong, code, said = run([self.parser, "--broken", "--quiet", *paths], self.folder)
        said = re.sub(rb"^\S*/case\d+\.sql: ", b"", said)
        return wrong or ("round trip" if code else None), said

    def batch(self, first, count):
        cases = [(n, *pipelines.case(self.options.seed, n, self.files)) for n in range(first, first + count)]
        paths = []
        for number, _, text, _ in cases:
            paths.append(os.path.join(self.folder, f"case{number % BATCH}.sql"))
            with open(paths[-1], "wb") as f: f.write(text)
        self.counts["parsed"] += len(cases)
        if self.parse(paths)[0]:
            for (number, name, text, _), path in zip(cases, paths):
                wrong, said = self.parse([path])
                if wrong: self.report(number, text, name, "parse: " + wrong, said)
        for (number, name, text, rng), path in zip(cases, paths):
            if rng.random() < self.options.check: self.check(number, name, text, path)

    def check(self, number, name, text, path):
        wrong, code, said = run([self.options.levada, "check", path], self.folder)
        self.counts["checked"] += 1
        if wrong: self.report(number, text, name, "check: " + wrong, said)
        self.counts["accepted"] += code == 0
        wrong, code, said = run([self.options.levada, "fmt", path], self.folder)
        self.counts["formatted"] += code == 0
        if wrong: return self.report(number, text, name, "fmt: " + wrong, said)
        if code: return None
        once = open(path, "rb").read()
        wrong, code, said = run([self.options.levada, "fmt", "--check", path], self.folder)
        if wrong or code: return self.report(number, text, name, "fmt changes it again", said)
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--levada", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--count", type=int, default=1 << 60)
    parser.add_argument("--case", type=int, help="only this one; shows its text")
    parser.add_argument("--check", type=float, default=0.1, help="the part that is checked and formatted")
    parser.add_argument("--findings", default=os.path.join(tempfile.gettempdir(), "levada-findings"))
    options = parser.parse_args()
    options.levada = os.path.abspath(options.levada)
    with tempfile.TemporaryDirectory(prefix="levada-fuzz-") as folder:
        fuzzer = Fuzzer(options, folder)
        if options.case is not None:
            sys.stdout.buffer.write(pipelines.case(options.seed, options.case, fuzzer.files)[1])
            sys.stdout.flush()
            options.check = 1
            fuzzer.batch(options.case, 1)
        else:
            end, number = time.monotonic() + options.seconds, 0
            while time.monotonic() < end and number < options.count:
                fuzzer.batch(number, min(BATCH, options.count - number))
                number += BATCH
    counts = ", ".join(f"{n} {what}" for what, n in fuzzer.counts.items())
    print(f"scripts: {counts}; {len(fuzzer.findings)} findings")
    return 1 if fuzzer.findings else 0


if __name__ == "__main__":
    sys.exit(main())
