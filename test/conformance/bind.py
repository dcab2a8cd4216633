#!/usr/bin/env python3
"""Counts, group by group, the conformance programs that bind: `levada check` is content, or says only
which operators do not run yet (E426; E427: the one that holds the rows of each key of an upsert sink).

  bind.py LEVADA CASES [GROUP …]    CASES: a folder of groups of cases; exit status 1 when one does not bind

Cases that Flink was not seen to pass, and those that must fail, are left out.
"""
import concurrent.futures, json, os, re, subprocess, sys, tempfile


def check(levada, case, work):
    """Whether the program binds, and the first error if not."""
    spec = json.load(open(os.path.join(case, "case.json")))
    if not spec.get("verified", True) or spec.get("expect_error"):
        return None
    text = open(os.path.join(case, "query.sql")).read().replace("$DIR", case).replace("$OUT", work)
    path = os.path.join(work, os.path.basename(case) + ".sql")
    open(path, "w").write(text)
    run = subprocess.run([levada, "check", "--diagnostics=plain", path], capture_output=True, text=True)
    errors = [line for line in run.stderr.splitlines() if re.search(r": error: ", line) and not re.search(r"\[E42[67] ", line)]
    if run.returncode in (0, 1) and not errors:
        return ""
    return (errors or [f"exit {run.returncode}"])[0].replace(work + "/", "")


def main():
    levada, cases, *wanted = sys.argv[1:]
    groups = sorted(g for g in os.listdir(cases) if os.path.isdir(os.path.join(cases, g)))
    good, all_ = 0, 0
    with tempfile.TemporaryDirectory() as work, concurrent.futures.ThreadPoolExecutor(2) as pool:
        for group in groups:
            if wanted and group not in wanted:
                continue
            folder = os.path.join(cases, group)
            results = [r for r in pool.map(lambda c: check(levada, os.path.join(folder, c), work), sorted(os.listdir(folder)))
                       if r is not None]
            bound = results.count("")
            if results:
                print(f"{group}: {bound} of {len(results)} bind")
            for error in results:
                if error:
                    print("  " + error)
            good, all_ = good + bound, all_ + len(results)
    print(f"{good} of {all_} bind")
    return good != all_


sys.exit(main())
