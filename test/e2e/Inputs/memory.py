"""Rows for state that outgrows a memory limit, and runs under one.

  memory.py rows N KEYS        CSV rows with event time, half of them of few keys
  memory.py sessions N KEYS SECONDS  the same over so many seconds, some rows far behind
  memory.py hot N              CSV rows of one key with long values
  memory.py hottest N KEYS     CSV rows of as many keys within a second or two, half of them of one
  memory.py windows N KEYS     CSV rows of N seconds, in each as many keys
  memory.py open N KEYS SECONDS   CSV rows (key, value, time) out of order by up to so many seconds
  memory.py values N KEYS      CSV rows, three of five with a value that none before has, some out of order
  memory.py run MB COMMAND…    runs it with --memory MBMB; fails where it took a fifth more at its peak
  memory.py large MB MOST COMMAND…  the same with a single value of many times the limit; fails beyond MOST MB.
                               What is resident of such a value is let go of by the clock: a busy machine takes more
"""
import random
import resource
import subprocess
import sys


def rows(count, keys):
    random.seed(5)
    out = []
    for i in range(count):
        key = random.randrange(50) if i % 4 == 0 else random.randrange(keys)
        name = f"number {key} of the keys" if key % 3 else str(key)
        out.append(f"{name},{i % 97},{i % 13}.{i % 10},2026-01-01 00:00:{i * 50 // count:02d}.000\n")
    sys.stdout.write("".join(out))


def sessions(count, keys, seconds):
    random.seed(6)
    for i in range(count):
        key = random.randrange(50) if i % 4 == 0 else random.randrange(keys)
        name = f"number {key} of the keys" if key % 3 else str(key)
        ms = max(0, i * seconds * 1000 // count - (random.randrange(40000) if i % 30 == 0 else random.randrange(3000)))
        time = f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
        print(f"{name},{i % 97},{i % 13}.{i % 10},2026-01-01 {time}")


def hot(count):
    for i in range(count):
        print(f"hot,{i:0100d},1.5,2026-01-01 00:00:00.000")


def hottest(count, keys):
    random.seed(7)
    for i in range(count):
        key = 0 if i % 2 else random.randrange(1, keys)
        print(f"number {key} of the keys,{i},1.5,2026-01-01 00:00:{i * 2 // count:02d}.000")


def windows(count, keys):
    for second in range(count):
        for i in range(keys):
            print(f"number {i} of the keys,{i},1.5,2026-01-01 00:{second // 60:02d}:{second % 60:02d}.000")


def open_windows(count, keys, seconds):
    random.seed(8)
    for i in range(count):
        at = max(0, i * 2 * seconds // count - random.randrange(seconds))
        key = random.randrange(keys)
        name = f"number {key} of the keys" if key % 3 else str(key)
        print(f"{name},{i % 977 / 7:.3f},2026-01-01 {at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}.000")


def values(count, keys):
    random.seed(6)
    for i in range(count):
        key = "the key" if keys == 1 else f"key {random.randrange(keys)}"
        second = max(0, i * 55 // count - random.randrange(8))
        print(f"{key},{i if i % 5 < 3 else random.randrange(i) // 5 * 5},2026-01-01 00:00:{second:02d}.000")


def run(limit, command, most=None):
    process = subprocess.run(command + ["--memory", f"{limit}MB"])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    if peak > (most or limit * 1.2):
        sys.exit(f"{peak} MB of {limit} MB")
    sys.exit(process.returncode)


if sys.argv[1] == "run":
    run(int(sys.argv[2]), sys.argv[3:])
elif sys.argv[1] == "large":
    run(int(sys.argv[2]), sys.argv[4:], int(sys.argv[3]))
elif sys.argv[1] == "open":
    open_windows(*map(int, sys.argv[2:5]))
elif sys.argv[1] == "values":
    values(int(sys.argv[2]), int(sys.argv[3]))
elif sys.argv[1] == "sessions":
    sessions(*map(int, sys.argv[2:5]))
elif sys.argv[1] == "hottest":
    hottest(*map(int, sys.argv[2:4]))
elif sys.argv[1] == "windows":
    windows(*map(int, sys.argv[2:4]))
elif sys.argv[1] == "hot":
    hot(int(sys.argv[2]))
else:
    rows(int(sys.argv[2]), int(sys.argv[3]))
