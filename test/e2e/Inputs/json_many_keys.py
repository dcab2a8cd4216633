"""An object of many keys, of which the last value counts, against Python's own.

  json_many_keys.py rows N KEYS         CSV rows: a key and a value
  json_many_keys.py check N KEYS FILE   the object that was made of them
"""
import json
import sys

count, keys = int(sys.argv[2]), int(sys.argv[3])
rows = [(f"{i * 7919 % keys} of the keys" if i % 3 else f"k{i % keys}", i) for i in range(count)]
if sys.argv[1] == "rows":
    for key, value in rows:
        print(f"{key},{value},2026-01-01 00:00:00")
else:
    text = json.loads(open(sys.argv[4]).read())["x"]
    if text != json.dumps(dict(sorted(dict(rows).items())), separators=(",", ":")):
        sys.exit("another object: " + text[:200])
