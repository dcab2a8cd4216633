"""Runs a pipeline that watches files, changes them, and waits until its sink shows what is expected.

  watching.py PROGRAM SINK STEP...

Steps: `start` runs PROGRAM, `kill` and `term` end it; `fails` waits until it ends and prints what it says; `rows N` waits until SINK
has as many lines; anything else is a command of the shell. Nothing waits for a fixed time. At the end it is stopped by SIGTERM.
"""
import os
import signal
import subprocess
import sys
import time

LIMIT = 60  # seconds; only a hanging test comes near
program, sink, steps = sys.argv[1].split(), sys.argv[2], sys.argv[3:]
child = None


def rows():
    try:
        with open(sink, "rb") as file:
            return file.read().count(b"\n")
    except FileNotFoundError:
        return 0


def end(how):
    if how is not None:
        child.send_signal(how)
    _, err = child.communicate(timeout=LIMIT)
    return f"{err.decode()}the run ended with {child.returncode}"


for step in steps + ["term"]:
    if step == "start":
        child = subprocess.Popen(program, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    elif step in ("kill", "term", "fails"):
        if child:
            said = end({"kill": signal.SIGKILL, "term": signal.SIGTERM, "fails": None}[step])
            if step != "kill":
                print(said)
        child = None
    elif step.startswith("rows "):
        limit = time.monotonic() + LIMIT
        while rows() != int(step[5:]):
            if time.monotonic() > limit or (child and child.poll() is not None):
                sys.exit(f"{sink} has {rows()} rows at `{step}`; {end(signal.SIGKILL)}")
            time.sleep(0.005)
    else:
        subprocess.run(step, shell=True, check=True)
