#!/usr/bin/env python3
"""Cuts the power at every step of the commit protocol, and shows that the cut would find a step that is missing.

  power.py LEVADA PIPELINE... [--seed S] [--skip]

Each place that a run of a pipeline passes, the first time and the last one, is a run of its own: the power goes there, and the next
run must give the rows of an undisturbed one. With --skip the disk says of one kind of fsync after the other that it is done when it
is not; of each in NEEDED some cut must then lose or spoil rows.
"""
import argparse
import concurrent.futures
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
import chaos  # noqa: E402
import scenario  # noqa: E402

# The others are of what is told from more than one place, or found out and done again.
NEEDED = ("part-sync", "manifest-sync", "checkpoint-sync", "rows-sync", "rows-appear", "output-sync", "checkpoint-appear")


class Cut(scenario.Scenario):
    """One power cut, with nothing else left to chance."""

    def __init__(self, pipeline, seed, folder):
        super().__init__(pipeline, seed, folder)
        self.once = self.disk = False
        self.rows, self.every = pipeline.rows or 300, 2
        self.kind = self.rng.choice(("file", "folder"))
        self.chunk = max(64, self.rows * scenario.ROW // 12)

    def prepare(self):
        self.make_input()
        self.reference()
        os.mkdir(self.out)
        self.trace()

    def again(self):
        for path in (self.out, self.state):
            shutil.rmtree(path, ignore_errors=True)
        os.mkdir(self.out)
        self.log, self.finished, self.torn = [], False, False

    def trace_anew(self):
        """Places that a run passes which is told to begin anew over the output of one that was killed."""
        self.kill()
        app, options = self.manner()
        return self.run(app, options + ["--restore", "none", "--overwrite"]).places

    def kill(self):
        self.again()
        self.run(self.pipeline.apps[0], ["--checkpoint-every", "1"], "checkpoint-appear.after:3=kill")

    def cut_anew(self, place):
        """Whether it had set aside what was there or not, the next start needs to be told nothing."""
        self.kill()
        app, options = self.manner()
        self.finished = True  # what was seen goes
        self.run(app, options + ["--restore", "none", "--overwrite"], f"{place}=cut:{self.rng.randrange(10**6)}")
        self.finish()

    def cut(self, place, skipped=""):
        self.again()
        app, options = self.manner()
        skip = f"{skipped}:1+=skip," if skipped else ""
        self.run(app, options, f"{skip}{place}=cut:{self.rng.randrange(10**6)}")
        self.look("after the cut")
        self.finish()


def one(pipeline, seed, place, skip):
    """What went wrong: [(place, why)]."""
    folder = tempfile.mkdtemp(prefix=f"power-{pipeline.name}-", dir=place)
    run, wrong, runs = Cut(pipeline, seed, folder), [], 0
    run.prepare()
    if not skip:
        for name, count in sorted(run.places.items()):
            for n in sorted({1, count}):
                runs += 1
                try:
                    run.cut(f"{name}:{n}")
                except scenario.Wrong as problem:
                    wrong.append((f"{name}:{n}", f"{problem}\n" + "\n".join(run.log)))
        for name in sorted(run.trace_anew()):
            runs += 1
            try:
                run.cut_anew(f"{name}:1")
            except scenario.Wrong as problem:
                wrong.append((f"{name}:1, begun anew", f"{problem}\n" + "\n".join(run.log)))
        return runs, wrong
    for step in NEEDED:
        if step + ".before" not in run.places:
            continue
        for _ in range(400):
            name = run.rng.choice(sorted(run.places))
            runs += 1
            try:
                run.cut(f"{name}:{run.rng.randrange(1, run.places[name] + 1)}", step)
            except scenario.Wrong as problem:
                wrong.append((step, str(problem)))
                break
    return runs, wrong


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("levada")
    arguments.add_argument("pipelines", nargs="+")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--skip", action="store_true")
    options = arguments.parse_args()
    place = tempfile.mkdtemp(prefix="levada-power-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    pipelines = [chaos.Pipeline(path) for path in options.pipelines]
    for pipeline in pipelines:
        if problem := pipeline.build(options.levada, place):
            sys.exit(problem)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(lambda p: one(p, options.seed, place, options.skip), pipelines))
    shutil.rmtree(place)
    runs, wrong = sum(r for r, _ in done), [w for _, found in done for w in found]
    if options.skip:
        missed = [step for step in NEEDED if step not in {s for s, _ in wrong}]
        print(f"{runs} power cuts with a disk that lies:", f"no one notices {', '.join(missed)}" if missed else "all noticed")
        return 1 if missed else 0
    for name, problem in wrong:
        print(f"--- power cut at {name}: {problem}")
    print(f"{runs} power cuts at every step of {len(pipelines)} pipelines: {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
