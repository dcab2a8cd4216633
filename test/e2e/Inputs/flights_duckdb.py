"""Computes the rows of examples/flights/delays.toml with DuckDB and compares: flights_duckdb.py CSV JSONL."""
import json, math, sys

import duckdb

expected = duckdb.sql(f"""
    SELECT origin, strftime(date_trunc('hour', date), '%Y-%m-%d %H:%M:%S'), count(*), avg(delay), max(delay),
           count(*) FILTER (WHERE delay > 15) / count(*)
    FROM read_csv('{sys.argv[1]}', header = true) GROUP BY ALL""").fetchall()
with open(sys.argv[2]) as f:
    found = [tuple(json.loads(line)[k] for k in ("airport", "hour", "flights", "mean_delay", "worst_delay", "late_share")) for line in f]
close = lambda a, b: math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12) if isinstance(a, float) or isinstance(b, float) else a == b
if len(expected) != len(found):
    sys.exit(f"{len(found)} rows instead of {len(expected)}")
for a, b in zip(sorted(expected), sorted(found)):
    if not all(close(x, y) for x, y in zip(a, b)):
        sys.exit(f"found {b} instead of {a}")
print(f"{len(found)} rows agree")
