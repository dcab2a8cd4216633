#!/usr/bin/env python3
"""Runs a pipeline in every way that must not matter, and shows the result of one.

  agree.py LEVADA PIPELINE [-- ARGS of the program] < INPUT

Builds at -O0 and -O2; runs at parallelism 1, 2 and 4 and with batches of 1, 3 and 4096 rows. Stdout and the exit code must be the
same each time; the first run's stdout, stderr and exit code are passed on. What PIPELINE writes to ${OUT} (a folder made anew for
each run) must agree too, file by file.
"""
import os, shutil, subprocess, sys, tempfile

WAYS = [("-O2", 1, 4096), ("-O2", 2, 4096), ("-O2", 4, 3), ("-O2", 1, 1), ("-O0", 1, 4096), ("-O0", 4, 1)]


def files(folder):
    """Content by relative name; of a folder of part files, their rows together."""
    content = {}
    for root, dirs, names in os.walk(folder):
        dirs.sort()
        for name in sorted(names):
            if name.startswith("."): continue
            key = os.path.relpath(root if name.startswith("part-") else os.path.join(root, name), folder)
            with open(os.path.join(root, name), "rb") as f: content[key] = content.get(key, b"") + f.read()
    return content


def main():
    levada, pipeline, *rest = sys.argv[1:]
    extra = rest[1:] if rest[:1] == ["--"] else rest
    data = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
    work = tempfile.mkdtemp(prefix="levada-agree-")
    try:
        apps = {}
        for level in ("-O2", "-O0"):
            apps[level] = os.path.join(work, "app" + level)
            build = subprocess.run([levada, "build", pipeline, level, "-o", apps[level]], stderr=subprocess.PIPE)
            if level == "-O2" or build.returncode: sys.stderr.buffer.write(build.stderr)
            if build.returncode: return build.returncode
        first = None
        for level, workers, rows in WAYS:
            out = os.path.join(work, "out")
            shutil.rmtree(out, ignore_errors=True)
            os.makedirs(out)
            run = subprocess.run([apps[level], "--parallelism", str(workers), "--batch-rows", str(rows), "--state", os.path.join(work, "state"), *extra],
                                 input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "OUT": out}, timeout=60)
            result = (run.returncode, run.stdout, files(out))
            shutil.rmtree(os.path.join(work, "state"), ignore_errors=True)
            if first is None:
                first, stderr = result, run.stderr
            elif result != first:
                print(f"differs at {level} --parallelism {workers} --batch-rows {rows}: exit {run.returncode} instead of {first[0]}", file=sys.stderr)
                sys.stderr.buffer.write(b"--- expected\n" + first[1] + b"--- found\n" + run.stdout + run.stderr)
                for name in sorted(set(first[2]) | set(result[2])):
                    if first[2].get(name) != result[2].get(name):
                        sys.stderr.buffer.write(b"--- expected %s\n%s--- found\n%s" % (name.encode(), first[2].get(name, b"(none)\n"), result[2].get(name, b"(none)\n")))
                return 99
        sys.stdout.buffer.write(first[1])
        for name, content in sorted(first[2].items()):
            sys.stdout.buffer.write(f"== {name}\n".encode() + content)
        sys.stderr.buffer.write(stderr)
        return first[0]
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
