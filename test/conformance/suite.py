#!/usr/bin/env python3
"""Runs suites of ../shared/conformance/run.py and compares what fails with a list of what is known to.

  suite.py --levada PATH --shared DIR --known FILE SUITE [OPTIONS of run.py] [-- SUITE …]

FILE has a line `suite<TAB>group<TAB>case<TAB>reason` for each known failure; `#` begins a comment, a case `*` is all of the group.
The suite of `functions --args file` is functions-file.
A failure that is not there, or a case there that passes, is printed as FAIL and counts. The last line: N passed, N failed, N known, N skipped.
"""
import json
import os
import subprocess
import sys
import tempfile


def option(args, name):
    at = args.index(name)
    value = args[at + 1]
    del args[at:at + 2]
    return value


def read_known(path):
    known = {}
    for line in open(path, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            suite, group, case, reason = line.rstrip("\n").split("\t")
            known[suite, group, case] = reason
    return known


def run(levada, shared, arguments):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        subprocess.run([sys.executable, os.path.join(shared, "conformance", "run.py"), *arguments, "--levada", levada, "--report", report],
                       stdout=subprocess.DEVNULL)
        return json.load(open(report, encoding="utf-8"))


def main():
    args = sys.argv[1:]
    levada, shared, known = option(args, "--levada"), option(args, "--shared"), read_known(option(args, "--known"))
    suites, here = [], []
    for word in args + ["--"]:
        if word == "--":
            suites.append(here)
            here = []
        else:
            here.append(word)
    passed = failed = expected = skipped = 0
    for arguments in suites:
        name = arguments[0] + ("-file" if "--args" in arguments else "")
        cases = os.path.join(shared, "conformance", option(arguments, "--cases")) if "--cases" in arguments else None
        counts = {"passed": 0, "failed": 0, "skipped": 0}
        for entry in run(levada, shared, arguments + (["--cases", cases] if cases else [])):
            state, group, case = entry["state"], entry["group"], entry["case"]
            counts[state] += 1
            listed = (name, group, case) in known or (name, group, "*") in known
            if state == "skipped":
                skipped += 1
            elif state == "failed" and listed:
                expected += 1
            elif state == "failed":
                failed += 1
                print(f"FAIL {name} {group} {case}: {entry['why'].strip()[:300]}")
            elif (name, group, case) in known and "--build-arg" not in " ".join(arguments):
                failed += 1
                print(f"FAIL {name} {group} {case}: passes, and is listed as a failure")
            else:
                passed += 1
        print(f"{' '.join(arguments)}: {counts['passed']} of {counts['passed'] + counts['failed']}", flush=True)
    print(f"{passed} passed, {failed} failed, {expected} known, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
