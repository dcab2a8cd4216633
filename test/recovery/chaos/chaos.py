#!/usr/bin/env python3
"""Crashes pipelines in every way and looks whether the results are those of an undisturbed run.

  chaos.py LEVADA [--runs N] [--seed S] [--only PIPELINE] [--jobs N] [--figures FILE]

Takes the pipelines in ../Inputs in turn: reads ${IN} (and ${MORE}), writes ${OUT}. Each run has a seed of its own, which is printed
when it goes wrong: --runs 1 --seed S --only PIPELINE repeats it. Ends with one line of figures; exit code 1 when a run went wrong
or a step of the commit protocol was passed by none.
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
import scenario  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
# Steps that no pipeline here passes, and why.
ELSEWHERE = {}


class Pipeline:
    def __init__(self, path):
        self.path, self.name = path, os.path.basename(path).rsplit(".", 1)[0]
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.inputs = [n for n in ("IN", "MORE") if "${%s}" % n in self.text]
        self.csv = "csv.header" in self.text.split("[sink", 1)[0]
        self.takes_bad = "on_error" in self.text
        # "chaos: rows=40000 memory=24MB": how much it takes, and what a worker may have
        self.rows = int(re.search(r"chaos:.*rows=(\d+)|$", self.text).group(1) or 0)
        self.memory = int(re.search(r"chaos:.*memory=(\d+)MB|$", self.text).group(1) or 0)
        self.apps, self.all_places, self.mounts = [], [], False

    def build(self, levada, folder):
        for level in ("-O2", "-O0"):
            app = os.path.join(folder, self.name + level)
            done = subprocess.run([levada, "build", self.path, level, "-o", app], capture_output=True, text=True)
            if done.returncode:
                return f"{self.path}: {done.stderr}"
            self.apps.append(app)
        listed = subprocess.run([self.apps[0]], env={"LEVADA_FAILPOINT": "list"}, capture_output=True, text=True)
        self.all_places = listed.stdout.split()
        return None


def may_mount(place):
    """Whether this process may mount a small disk, to fill it."""
    folder = os.path.join(place, "mounted")
    os.mkdir(folder)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True)
    if done.returncode == 0:
        subprocess.run(["umount", folder], check=True)
    return done.returncode == 0


def unmount(folder):
    """The files of a process that was killed are closed a moment after its end."""
    for _ in range(200):
        if subprocess.run(["umount", folder], stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.01)
    subprocess.run(["umount", folder], check=True)


def one(pipeline, seed, place):
    folder = tempfile.mkdtemp(prefix=f"chaos-{pipeline.name}-{seed}-", dir=place)
    run = scenario.Scenario(pipeline, seed, folder)
    problem = None
    try:
        run.go()
    except scenario.Wrong as wrong:
        problem = str(wrong)
    if run.disk and os.path.ismount(os.path.join(folder, "disk")):
        if problem:
            shutil.copytree(os.path.join(folder, "disk"), os.path.join(folder, "disk.left"))
        unmount(os.path.join(folder, "disk"))
    if not problem:
        shutil.rmtree(folder)
    return run, problem


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("levada")
    arguments.add_argument("--runs", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments.add_argument("--figures")
    options = arguments.parse_args()
    inputs = os.path.join(os.path.dirname(HERE), "Inputs")
    pipelines = [Pipeline(os.path.join(inputs, name)) for name in sorted(os.listdir(inputs)) if name.endswith((".sql", ".toml"))]
    pipelines = [p for p in pipelines if options.only in (None, p.name)]
    # Memory, where there is some: a SIGKILL loses no page of a file either way.
    memory = os.access("/dev/shm", os.W_OK) and not os.statvfs("/dev/shm").f_flag & os.ST_NOEXEC
    place = tempfile.mkdtemp(prefix="levada-chaos-", dir="/dev/shm" if memory else None)
    wrong, counts, passed, lock = 0, {}, set(), threading.Lock()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for problem in pool.map(lambda p: p.build(options.levada, place), pipelines):
            if problem:
                sys.exit(problem)
        mounts = may_mount(place)
        for pipeline in pipelines:
            pipeline.mounts = mounts
        jobs = [pool.submit(one, pipelines[i % len(pipelines)], options.seed + i // len(pipelines), place) for i in range(options.runs)]
        for job in concurrent.futures.as_completed(jobs):
            run, problem = job.result()
            with lock:
                passed |= run.passed
                for what, n in run.counts.items():
                    counts[what] = counts.get(what, 0) + n
                if problem:
                    wrong += 1
                    print(f"--- {run.pipeline.name}, seed {run.seed}, {run.rows} rows of a {run.kind}: {problem}\n" +
                          "\n".join(run.log) + f"\n# files: {run.folder}", flush=True)
    names = pipelines[0].all_places
    missed = [n for n in names if n not in passed and n.rsplit(".", 1)[0] not in ELSEWHERE] if options.only is None and options.runs >= 200 else []
    if missed:
        print("places that no run passed:", *missed)
    kinds = ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
    figures = (f"{options.runs} runs of {len(pipelines)} pipelines, {sum(counts.values())} disturbances ({kinds}), "
               f"{len(passed)} of {len(names)} places: {options.runs - wrong} right, {wrong} wrong")
    print(figures)
    if options.figures:
        with open(options.figures, "w") as file:
            file.write(figures + "\n")
    if not wrong:
        shutil.rmtree(place)
    return 1 if wrong or missed else 0


if __name__ == "__main__":
    sys.exit(main())
