"""inspect.py MEMORY WORKERS: rows for inspect.test, and what `inspect` must show of them.

  make FILE N       writes N rows
  model FILE        what each key has, as `inspect` prints it: one line "key sum count"
  shown FILE        the same, of what `inspect` printed
"""
import json
import sys


def make(file, count):
    with open(file, "w") as to:
        for i in range(count):
            # 30 s apart from one pass over the keys to the next: one session, one window.
            at = i * 50 // count
            to.write(json.dumps({"at": f"2024-03-01 10:00:{at:02}", "k": f"key number {i * 7919 % 20011}",
                                 "n": i % 1000 - 300}) + "\n")


def show(rows):
    for key in sorted(rows):
        print(key, *rows[key])


what, file = sys.argv[1:3]
rows = {}
if what == "make":
    make(file, int(sys.argv[3]))
elif what == "model":
    for line in open(file):
        row = json.loads(line)
        sum, count = rows.get(row["k"], (0, 0))
        rows[row["k"]] = sum + row["n"], count + 1
elif what == "shown":
    for line in open(file):
        row = json.loads(line)
        if "operator" in row:
            key = row["key"]["k"]
            assert key not in rows, f"{key} is there twice"
            rows[key] = row["state"]["SUM(n)"]["sum"], row["state"]["COUNT(*)"]["count"]
show(rows)
