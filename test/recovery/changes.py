"""Changes of a pipeline whose state is there: does `levada diff` say what the start then
does, and are the results right after it?

  changes.py LEVADA [NAME...]   in the current folder; prints a line for each change

Each change is made to one of the pipelines below. OLD reads the first rows, in steps so
that there is a chain of checkpoints, and stops; NEW goes on with all rows there are.
A change is `same` or `migrates` (the start goes on, results are those of NEW over all
rows, but for what OLD had written), or `refused` (the start fails, nothing in the state
directory changes; with --allow-dropped-state it goes on).
"""
import filecmp
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

LEVADA = os.path.abspath(sys.argv[1])

WINDOWS = """
SET 'pipeline.name' = 'app';
CREATE TABLE t (at TIMESTAMP(3), k STRING, j INT, n INT, v VARCHAR(8), x INT,
  WATERMARK FOR at AS at - INTERVAL '5' SECOND)
  WITH ('connector' = 'filesystem', 'path' = 'in.json', 'format' = 'json');
CREATE TABLE o (w TIMESTAMP(3), k STRING, j BIGINT, s BIGINT, m BIGINT, c BIGINT, v STRING)
  WITH ('connector' = 'filesystem', 'path' = 'out.json', 'format' = 'json');
INSERT INTO o SELECT window_start, k, j, SUM(n * 2) AS s, MAX(n) AS m, COUNT(DISTINCT n) AS c, MIN(v) AS v
  FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(at), INTERVAL '1' MINUTE))
  WHERE n > 0 GROUP BY window_start, window_end, k, j;
"""

PLAIN = WINDOWS.replace(", COUNT(DISTINCT n) AS c, MIN(v) AS v", ", COUNT(*) AS c, 'v' AS v")

GROUPS = """
SET 'pipeline.name' = 'app';
CREATE TABLE t (at TIMESTAMP(3), k STRING, j INT, n INT, v VARCHAR(8), x INT)
  WITH ('connector' = 'filesystem', 'path' = 'in.json', 'format' = 'json');
CREATE TABLE o (j BIGINT, s BIGINT, m BIGINT, c BIGINT, PRIMARY KEY (j) NOT ENFORCED)
  WITH ('connector' = 'filesystem', 'path' = 'out.json', 'format' = 'changelog-json');
INSERT INTO o SELECT j, SUM(n) AS s, MAX(n) AS m, COUNT(*) AS c FROM t GROUP BY j;
"""

TAKEN_BACK = GROUPS.replace("SELECT j, SUM(n) AS s, MAX(n) AS m, COUNT(*) AS c FROM t GROUP BY j",
                            "SELECT c, SUM(s), MAX(s), COUNT(*) FROM (SELECT k, COUNT(*) AS c, SUM(n) AS s FROM t "
                            "GROUP BY k) GROUP BY c")

HEAD = """
[pipeline]
name = "app"
[source.rows]
connector = "filesystem"
path = "in.json"
format = "json"
columns = { at = "TIMESTAMP(3)", k = "STRING", j = "INT", n = "INT", v = "VARCHAR(8)", x = "INT" }
watermark = { on = "at", delay = "5s" }
[stream.sums]
from = "rows"
window = WINDOW
group_by = ["k", "j"]
select = ["window_start AS w", "k", "j", "SUM(n) AS s", "MAX(n) AS m"]
[sink.out]
from = "sums"
connector = "filesystem"
path = "out.json"
format = "json"
"""
TUMBLE = HEAD.replace("WINDOW", '{ tumble = "1m" }')
HOP = HEAD.replace("WINDOW", '{ hop = "2m", slide = "1m" }')
SESSION = HEAD.replace("WINDOW", '{ session = "20s" }')
ANOTHER = """
[stream.counts]
from = "rows"
window = { tumble = "1m" }
select = ["window_start", "COUNT(*) AS c"]
[sink.also]
from = "counts"
connector = "filesystem"
path = "also.json"
format = "json"
"""


class Change:
    """`edits`: (from, to) in turn, or None for what is to be appended."""

    def __init__(self, name, pipeline, verdict, *edits, says=None, flags=(), code=None, old=(), rows=True, drops=True,
                 dropping=()):
        self.name, self.pipeline, self.verdict, self.edits = name, pipeline, verdict, edits
        self.says, self.flags, self.code, self.old, self.rows = says, flags, code, old, rows
        self.dropping = dropping  # what else the start needs with --allow-dropped-state
        self.drops = drops  # whether it is tried so


def texts(change):
    old = change.pipeline
    for a, b in change.old:
        assert a in old, (change.name, a)
        old = old.replace(a, b)
    new = old
    for a, b in change.edits:
        assert a is None or a in new, (change.name, a)
        new = new + b if a is None else new.replace(a, b)
    return old, new


BY_X = (("window_start, k, j,", "window_start, k, x,"), ("window_end, k, j", "window_end, k, x"))
SAME, MIGRATES, REFUSED = "same", "migrates", "refused"
CHANGES = [
    Change("nothing", WINDOWS, SAME),
    Change("more workers", WINDOWS, SAME, flags=("--parallelism", "3")),
    Change("other batches", WINDOWS, SAME, flags=("--batch-rows", "1")),
    Change("names of results", TUMBLE, SAME, ("AS m", "AS most")),
    Change("another column beside", TUMBLE, SAME, ('x = "INT"', 'x = "INT", y = "STRING"')),
    Change("a column less that nobody reads", TUMBLE, SAME, (', x = "INT"', "")),
    Change("a wider argument", PLAIN, MIGRATES, ("n INT", "n BIGINT")),
    Change("a wider argument of a set", WINDOWS, REFUSED, ("n INT", "n BIGINT"), code="R663"),
    Change("a longer text", WINDOWS, SAME, ("VARCHAR(8)", "VARCHAR(20)")),
    Change("a text of any length", WINDOWS, SAME, ("VARCHAR(8)", "STRING")),
    Change("a shorter text", WINDOWS, SAME, ("VARCHAR(8)", "VARCHAR(6)")),
    Change("a key of longer texts", PLAIN, SAME, ("k VARCHAR(10),", "k VARCHAR(20),"), old=(("k STRING,", "k VARCHAR(10),"),)),
    Change("a key of shorter texts", PLAIN, REFUSED, ("k VARCHAR(10),", "k VARCHAR(9),"), code="R663",
           old=(("k STRING,", "k VARCHAR(10),"),)),
    Change("a narrower argument", PLAIN, REFUSED, ("n INT", "n SMALLINT"), code="R663"),
    Change("a wider key", PLAIN, MIGRATES, ("j INT", "j BIGINT")),
    Change("a wider key beside a set", WINDOWS, MIGRATES, ("j INT", "j BIGINT")),
    Change("a wider key, other workers", PLAIN, MIGRATES, ("j INT", "j BIGINT"), flags=("--parallelism", "3")),
    Change("a narrower key", PLAIN, REFUSED, ("j INT", "j SMALLINT"), code="R663"),
    Change("a wider key and argument", PLAIN, MIGRATES, ("j INT", "j BIGINT"), ("n INT", "n BIGINT")),
    Change("a wider key of a group", GROUPS, MIGRATES, ("j INT", "j BIGINT")),
    Change("a wider argument of a group", GROUPS, MIGRATES, ("n INT", "n BIGINT")),
    Change("a wider key of sessions", SESSION, MIGRATES, ('j = "INT"', 'j = "BIGINT"')),
    Change("a wider argument of sessions", SESSION, MIGRATES, ('n = "INT"', 'n = "BIGINT"')),
    Change("a wider key of hops", HOP, MIGRATES, ('j = "INT"', 'j = "BIGINT"'), flags=("--parallelism", "2")),
    Change("a wider argument of what is taken back", TAKEN_BACK, REFUSED, ("n INT", "n BIGINT"), code="R663"),
    Change("another kind of type", PLAIN, REFUSED, ("n INT", "n DECIMAL(10, 0)"),
           ("s BIGINT, m BIGINT", "s DECIMAL(38, 0), m DECIMAL(10, 0)"), code="R663"),
    Change("NULL may come", PLAIN, MIGRATES, ("x INT NOT NULL", "x INT"), old=BY_X + (("x INT,", "x INT NOT NULL,"),)),
    Change("NULL may come no more", PLAIN, REFUSED, ("x INT,", "x INT NOT NULL,"), code="R663", old=BY_X),
    Change("aggregates in another order", PLAIN, MIGRATES,
           ("SUM(n * 2) AS s, MAX(n) AS m", "MAX(n) AS s, SUM(n * 2) AS m"), rows=False),
    Change("one aggregate more", PLAIN, REFUSED, ("MAX(n) AS m", "MAX(n) - MIN(n) AS m"),
           says="`MIN(n)` is new in it", code="R663"),
    Change("one aggregate less", PLAIN, REFUSED, ("MAX(n) AS m", "0 AS m"), says="`MAX(n)` is gone", code="R663"),
    Change("one aggregate more beside a set", WINDOWS, REFUSED, ("MAX(n) AS m", "MAX(n) - MIN(n) AS m"), code="R663",
           says="`o/DISTINCT n[k,j]`: must rebuild: it is part of `o/aggregate[k,j]`"),
    Change("another aggregate", PLAIN, REFUSED, ("MAX(n)", "MIN(n)"), code="R663"),
    Change("DISTINCT", WINDOWS, REFUSED, ("COUNT(DISTINCT n)", "COUNT(n)"), code="R663"),
    Change("a filter of an aggregate", PLAIN, REFUSED, ("COUNT(*)", "COUNT(*) FILTER (WHERE n > 3)"), code="R663"),
    Change("another filter of an aggregate", PLAIN, REFUSED, ("WHERE n > 3", "WHERE n > 4"), code="R663",
           old=(("COUNT(*)", "COUNT(*) FILTER (WHERE n > 3)"),)),
    Change("a filter of a set", WINDOWS, REFUSED,
           ("COUNT(DISTINCT n)", "COUNT(DISTINCT n) FILTER (WHERE j > 3)"), code="R663"),
    Change("a literal in an aggregate", PLAIN, REFUSED, ("n * 2", "n * 3"), code="R663"),
    Change("a literal in a key", PLAIN, REFUSED, ("k, j", "k, j + 1"), code="R663",
           old=(("k, j", "k, j + 2"),)),
    Change("the order of keys", PLAIN, REFUSED, ("window_end, k, j", "window_end, j, k"), code="R663"),
    Change("another key", PLAIN, REFUSED, *BY_X, code="R663"),
    Change("the size of windows", PLAIN, REFUSED, ("'1' MINUTE", "'2' MINUTE"), says="its windows are others", code="R663"),
    Change("windows that overlap", TUMBLE, REFUSED, ('{ tumble = "1m" }', '{ hop = "2m", slide = "1m" }'), code="R663"),
    Change("the slide of windows", HOP, REFUSED, ('slide = "1m"', 'slide = "30s"'), code="R663"),
    Change("the gap of sessions", SESSION, REFUSED, ("20s", "30s"), code="R663"),
    Change("sessions for windows", TUMBLE, REFUSED, ('{ tumble = "1m" }', '{ session = "1m" }'), code="R663"),
    Change("a longer delay", TUMBLE, SAME, ('delay = "5s"', 'delay = "10s"')),
    Change("the name of a stream", TUMBLE, REFUSED, ("stream.sums", "stream.totals"), ('"sums"', '"totals"'), code="R664"),
    Change("the name of a source", TUMBLE, REFUSED, ("source.rows", "source.lines"), ('"rows"', '"lines"'), code="R664"),
    Change("the name of a sink", TUMBLE, REFUSED, ("sink.out", "sink.output"), ("out.json", "elsewhere.json"), code="R664"),
    Change("one more sink", TUMBLE, SAME, (None, ANOTHER)),
    Change("one sink less", TUMBLE, REFUSED, (ANOTHER, ""), old=(("[sink.out]", ANOTHER + "[sink.out]"),), code="R664"),
    Change("the order of streams", TUMBLE, SAME, (ANOTHER, ""), (None, ANOTHER),
           old=(("[stream.sums]", ANOTHER + "[stream.sums]"),)),
    Change("the format of a sink", TUMBLE, REFUSED, ('path = "out.json"\nformat = "json"', 'path = "out.json"\nformat = "csv"'),
           says="it writes otherwise", code="R663", dropping=("--overwrite",)),
    Change("the path of a sink", TUMBLE, SAME, ("out.json", "elsewhere.json")),
    Change("the connector of a source", TUMBLE, REFUSED,
           ('connector = "filesystem"\npath = "in.json"', 'connector = "stdin"'), code="R663"),
    Change("the path of a source", TUMBLE, SAME, ("in.json", "link.json"), rows=False,
           says="it reads `link.json` where it read `in.json`: other files are read from their beginning"),
    Change("the format of a source", TUMBLE, REFUSED, ('path = "in.json"\nformat = "json"', 'path = "in.json"\nformat = "csv"'),
           code="R663", says="it reads otherwise", drops=False),
    Change("the name of the pipeline", TUMBLE, REFUSED, ('name = "app"', 'name = "other"'), code="R660"),
]


def rows():
    """First rows, all rows: keys that stay, and new ones."""
    out = []
    for i in range(1200):
        second = i // 4
        out.append(json.dumps({"at": f"2024-03-01 10:{second // 60:02}:{second % 60:02}", "k": f"key {i % 7}",
                               "j": [1, -2, 30000, None][i % 4] if i % 5 else i % 13, "n": (i * 37) % 101 - 20,
                               "v": f"v{(i * 31) % 100}", "x": i % 3}))
    return out


def run(words, **more):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def compile(text, name):
    """Links `name` to the executable, built once; returns the file."""
    built = "../built-" + hashlib.sha256(text.encode()).hexdigest()[:16]
    file = name + (".sql" if "CREATE TABLE" in text else ".toml")
    open(file, "w").write(text)
    if not os.path.exists(built):
        done = run([LEVADA, "build", file, "-o", built])
        if done.returncode:
            raise SystemExit(f"{name} does not compile: {done.stdout}")
    os.symlink(built, name)
    return file


def put(folder, lines):
    with open(folder + "/in.json", "w") as to:
        to.write("".join(line + "\n" for line in lines))


def written(folder):
    out = []
    for name in ("out.json", "elsewhere.json"):
        if os.path.exists(f"{folder}/{name}"):
            out += [json.loads(line) for line in open(f"{folder}/{name}")]
    return out


def final(rows):
    """Of a changelog: what is there in the end; else the rows, in any order."""
    if not rows or "op" not in rows[0]:
        return sorted(json.dumps(row) for row in rows)
    there = {}
    for row in rows:
        key = row["data"]["j"]
        if row["op"] in ("+I", "+U"):
            there[key] = row["data"]
        elif row["op"] == "-D":
            there.pop(key, None)
    return sorted(json.dumps(row) for row in there.values())


def whose(row):
    return row.get("w"), row.get("k"), row.get("j")


def same_tree(a, b):
    left = filecmp.dircmp(a, b, ignore=["lock", "control"])
    return not (left.left_only or left.right_only or left.diff_files) and all(
        same_tree(f"{a}/{name}", f"{b}/{name}") for name in left.common_dirs)


def check(change):
    shutil.rmtree("work", ignore_errors=True)
    os.mkdir("work")
    os.chdir("work")
    old_text, new_text = texts(change)
    compile(old_text, "old")
    new_file = compile(new_text, "new")
    lines = rows()
    os.mkdir("run")
    os.symlink("in.json", "run/link.json")
    put("run", lines[:700])
    done = run(["../old", "--once", "--state", "st", "--checkpoint-every", "2", "--chunk-bytes", "8000", "--parallelism", "2"],
               cwd="run")
    assert done.returncode == 0, done.stdout
    before = written("run")
    shutil.copytree("run", "alone", symlinks=True)
    put("run", lines)
    shutil.copytree("run", "kept", symlinks=True)

    said = run([LEVADA, "diff", "old", new_file])
    dropping = run([LEVADA, "diff", "--allow-dropped-state", "old", "new"])
    start = run(["../new", "--state", "st", *change.flags], cwd="run")
    problems = []
    goes_on = change.verdict != REFUSED
    if (said.returncode == 0) != goes_on:
        problems.append(f"diff exits with {said.returncode}: {said.stdout}")
    if change.verdict == MIGRATES and ": migrates" not in said.stdout:
        problems.append(f"diff does not say that it migrates: {said.stdout}")
    if change.verdict == SAME and ": migrates" in said.stdout:
        problems.append(f"diff says that it migrates: {said.stdout}")
    if change.says and change.says not in said.stdout:
        problems.append(f"diff does not say `{change.says}`: {said.stdout}")
    if (start.returncode == 0) != goes_on:
        problems.append(f"the start exits with {start.returncode}: {start.stdout}")
    if change.code and f"error[{change.code}" not in start.stdout:
        problems.append(f"the start does not say {change.code}: {start.stdout}")
    if goes_on:
        if "resumed from checkpoint" not in start.stdout:
            problems.append(f"the start does not resume: {start.stdout}")
        put("alone", lines)
        for name in os.listdir("alone"):
            if name.endswith(".json") and name not in ("in.json", "link.json"):
                os.remove("alone/" + name)
        alone = run(["../new", "--state", "fresh"], cwd="alone")
        assert alone.returncode == 0, alone.stdout
        there = {whose(row) for row in before}
        want = written("alone")
        if want and "op" not in want[0]:
            want = before + [row for row in want if whose(row) not in there]
        if change.rows and final(written("run")) != final(want):
            got, want = final(written("run")), final(want)
            problems.append("other rows:\n" + "".join(f"  - {row}\n" for row in [row for row in want if row not in got][:3]) +
                            "".join(f"  + {row}\n" for row in [row for row in got if row not in want][:3]))
    else:
        if not same_tree("run", "kept"):
            problems.append("something was changed")
        start = run(["../new", "--state", "st", "--allow-dropped-state", *change.dropping, *change.flags], cwd="run")
        if change.drops and (dropping.returncode == 0) != (start.returncode == 0):
            problems.append(f"with --allow-dropped-state diff exits with {dropping.returncode}, the start with "
                            f"{start.returncode}: {start.stdout}")
    os.chdir("..")
    return problems


wanted = sys.argv[2:]
failed = 0
for change in CHANGES:
    if wanted and change.name not in wanted:
        continue
    problems = check(change)
    failed += bool(problems)
    print(("FAIL " if problems else "ok   ") + change.name)
    for problem in problems:
        print("  " + problem.rstrip().replace("\n", "\n  "))
print(f"{failed} of {len(CHANGES)} wrong" if failed else f"all {len(wanted) or len(CHANGES)} as they are said")
sys.exit(failed != 0)
