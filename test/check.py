#!/usr/bin/env python3
"""Runs tests of a build and ends with one line: N passed, N failed, N skipped.

  check.py BUILD             all tests
  check.py BUILD passes      a folder of test/, or one file; unit for GoogleTest
  check.py BUILD [-v …]      options of lit
"""
import collections
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time


def find_lit():
    for place in ("/usr/lib/llvm-19/build/utils/lit/lit.py",):
        if os.path.exists(place):
            return [sys.executable, place]
    return ["lit"]


def print_figures(folder, since):
    """What the conformance suites that ran just now have counted."""
    for path in sorted(glob.glob(os.path.join(folder, "Output", "*.figures"))):
        if os.path.getmtime(path) < since:
            continue
        name = os.path.basename(path).split(".")[0]
        with open(path, errors="replace") as lines:
            for line in lines:
                if re.search(r"^\d+ of \d+ bind|: \d+ of \d+$|\d+ passed, \d+ failed", line):
                    print(f"conformance {name}: {line.strip()}")


def print_crashes(folder, since):
    """What test/recovery/chaos has done to pipelines just now."""
    path = os.path.join(folder, "Output", "chaos.figures")
    if os.path.exists(path) and os.path.getmtime(path) >= since:
        with open(path) as lines:
            print("recovery chaos:", lines.read().strip())


def main():
    build = os.path.abspath(sys.argv[1])
    options = [a for a in sys.argv[2:] if a.startswith("-")]
    wanted = [a for a in sys.argv[2:] if not a.startswith("-")]
    suite, unit = os.path.join(build, "test"), os.path.join(build, "test", "unit")
    source = os.path.dirname(os.path.abspath(__file__))
    paths = []
    for name in wanted:
        inside = os.path.relpath(os.path.abspath(name), source)
        name = name if inside.startswith("..") else inside
        paths.append(unit if name == "unit" else os.path.join(suite, name))
    if not wanted:
        paths = [suite, unit]
    with tempfile.NamedTemporaryFile(suffix=".json") as results:
        # What failed with its output; a progress bar where someone looks.
        looks = ["-sv"] if sys.stdout.isatty() else ["-sv", "--no-progress-bar"]
        command = find_lit() + looks + ["--order=lexical", "-o", results.name] + options + paths
        since = time.time()
        status = subprocess.run(command).returncode
        print_figures(os.path.join(suite, "out", "conformance"), since)
        print_crashes(os.path.join(suite, "out", "recovery"), since)
        try:
            tests = json.load(results)["tests"]
        except ValueError:
            return status or 1
    kinds = collections.Counter(test["code"] for test in tests)
    passed = kinds["PASS"] + kinds["XFAIL"] + kinds["FLAKYPASS"]
    skipped = kinds["UNSUPPORTED"] + kinds["SKIPPED"] + kinds["EXCLUDED"]
    failed = len(tests) - passed - skipped
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or status or not passed else 0


sys.exit(main())
