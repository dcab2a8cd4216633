"""Runs an executable that reads standard input, and asks it things meanwhile.

  running.py PROGRAM [ARGUMENTS] -- STEP...   prints what each step says

Steps: `feed FILE` waits until its rows are read; `lines FILE N` until FILE has as
many; `end` closes the input and waits for the end; `kill` is SIGKILL, `term`
SIGTERM; `begin COMMAND` does not wait for it, `await` does, and tells whether it was
under way; anything else is a command of the program, run with --state of the ARGUMENTS; its exit code is told
when it is not 0. A `stop` that is done is followed by the run's output. Nothing
waits for a fixed time.
"""
import json
import os
import shlex
import signal
import subprocess
import sys
import time

LIMIT = 60  # seconds; only a hanging test comes near


def main():
    split = sys.argv.index("--")
    run, steps = sys.argv[1:split], sys.argv[split + 1:]
    state = ["--state", run[run.index("--state") + 1]]
    child = subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)

    def ask(words, quiet=False):
        done = subprocess.run([run[0], *words, *state], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=LIMIT)
        if not quiet:
            print(done.stdout.decode(), end="")
            if done.returncode:
                print(f"exit code {done.returncode}")
        return done

    def until(condition):
        limit = time.monotonic() + LIMIT
        while not condition():
            if time.monotonic() > limit or child.poll() is not None:
                print("the run does not come there:", child.stdout.read().decode())
                sys.exit(1)
            time.sleep(0.01)

    def rows_in():
        try:
            return json.loads(ask(["status", "--log", "json"], True).stdout).get("rows_in", -1)
        except ValueError:  # it is starting
            return -1

    def ended():
        out, _ = child.communicate(timeout=LIMIT)
        print(out.decode(), end="")
        print(f"the run ended with {child.returncode}")

    begun = []
    until(lambda: rows_in() >= 0)
    fed = 0
    for step in steps:
        words = shlex.split(step)
        if words[0] == "feed":
            data = open(words[1], "rb").read()
            child.stdin.write(data)
            child.stdin.flush()
            fed += data.count(b"\n")
            until(lambda: rows_in() >= fed)
        elif words[0] == "lines":
            until(lambda: os.path.exists(words[1]) and
                  open(words[1], "rb").read().count(b"\n") >= int(words[2]))
        elif words[0] == "begin":
            begun.append(subprocess.Popen([run[0], *words[1:], *state], stdout=subprocess.PIPE,
                                          stderr=subprocess.STDOUT))
        elif words[0] == "await":
            print("still under way" if begun[0].poll() is None else "done already")
            print(begun.pop(0).communicate(timeout=LIMIT)[0].decode(), end="")
        elif words[0] == "end":
            ended()
        elif words[0] in ("kill", "term"):
            child.send_signal(signal.SIGKILL if words[0] == "kill" else signal.SIGTERM)
            ended()
        else:
            done = ask(words)
            if words[0] == "stop" and done.returncode == 0:
                ended()
    if child.poll() is None:
        child.kill()
        child.wait()


main()
