#!/usr/bin/env python3
"""Measures what a script of 200 lines costs before code is made: parse, bind, plan.

  compile.py --levada PATH [--rounds N] [--most MS] [SCRIPT]

The median of the rounds, from --timing. With --most: exit 1 if that is more.
"""
import argparse, os, re, statistics, subprocess, sys


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("--levada", required=True); p.add_argument("--rounds", type=int, default=9); p.add_argument("--most", type=float)
    p.add_argument("script", nargs="?", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "script.sql"))
    args = p.parse_args()
    rounds = []
    for _ in range(args.rounds):
        said = subprocess.run([args.levada, "build", "--timing", "--emit=exec", "-o", os.devnull, args.script],
                              capture_output=True, text=True)
        if said.returncode: sys.exit(said.stderr)
        rounds.append({what: float(ms) for ms, what in re.findall(r"([\d.]+) ms  (\w+)$", said.stderr, re.M)})
    steps = {what: statistics.median(r[what] for r in rounds) for what in rounds[0]}
    sum_ = statistics.median(sum(r.values()) for r in rounds)
    lines = sum(1 for _ in open(args.script, encoding="utf-8"))
    print(f"{lines} lines: {sum_:.1f} ms (" + ", ".join(f"{what} {ms:.1f}" for what, ms in steps.items()) + ")")
    return 1 if args.most and sum_ > args.most else 0


sys.exit(main())
